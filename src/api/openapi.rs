//! The API's description, made of the code that serves it.
//!
//! Routes and types describe themselves where they are defined. What holds for all of them is added here: the
//! problem format, request ids, keys, tags, and what a list can be sorted by.

mod conventions;
mod examples;

use dialogues::shop::Currency;
use rocket::fairing::AdHoc;
use rocket::{State, get, routes};
use utoipa::openapi::Components;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::Api;
use super::mailings::steering;
use super::params::NoParams;
use super::reply::Reply;
use super::webhooks::deliveries;
use super::{categories, events, health, mailings, news, orders, pictures, problem, products, users, webhooks};

/// Puts the description on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("openapi", |rocket| async { rocket.mount("/", routes![document]) })
}

#[derive(OpenApi)]
#[openapi(
    info(title = "shopkeeper", description = include_str!("openapi/introduction.md")),
    paths(
        products::list, products::read, products::create, products::upsert, products::replace, products::change,
        products::remove,
        pictures::read, pictures::replace, pictures::remove,
        categories::list, categories::read, categories::create, categories::replace, categories::change,
        categories::remove,
        news::list, news::read, news::create, news::replace, news::change, news::remove,
        users::list, users::read, users::replace, users::change, users::remove,
        orders::list, orders::export, orders::read,
        mailings::list, mailings::read, mailings::create, steering::pause, steering::resume, steering::cancel,
        steering::correct, steering::recall,
        events::list, events::read,
        webhooks::list, webhooks::read, webhooks::create, webhooks::enable, webhooks::disable, webhooks::remove,
        deliveries::list, deliveries::read, deliveries::redeliver,
        health::alive, health::ready,
        document,
    ),
    components(schemas(problem::ProblemBody)),
    modifiers(&Keys),
    tags(
        (name = "products", description = "What is for sale"),
        (name = "categories", description = "The shelves that it stands on"),
        (name = "news", description = "What customers read"),
        (name = "users", description = "Who has talked to the bot"),
        (name = "orders", description = "What was bought; to be read only"),
        (name = "mailings", description = "One letter to many customers, and how far it has come"),
        (name = "events", description = "What has happened to orders, in its order"),
        (name = "webhooks", description = "Where you want to be told of events"),
        (name = "deliveries", description = "What a webhook was told, and what it has answered"),
        (name = "health", description = "Whether all is well"),
    )
)]
struct Described;

struct Keys;

impl Modify for Keys {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let key = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        openapi.components.get_or_insert_with(Components::new).add_security_scheme("key", key);
    }
}

/// The description as JSON, for a shop that sells in a currency.
pub(super) fn describe(currency: Currency) -> String {
    let mut document = serde_json::to_value(Described::openapi()).unwrap_or_default();
    conventions::apply(&mut document, currency);
    document.to_string()
}

/// This description
#[utoipa::path(
    tag = "health",
    operation_id = "read_openapi",
    responses((status = 200, description = "An OpenAPI document", content_type = "application/json", body = Object))
)]
#[get("/api/v1/openapi.json")]
fn document(_params: NoParams, api: &State<Api>) -> Reply {
    Reply::json(api.description.clone())
}
