//! Webhooks: where the owner's other programs want to be told of events.

pub(super) mod deliveries;
mod view;

use chrono::{DateTime, TimeDelta};
use dialogues::moment::after;
use dialogues::shop::Id;
use rocket::fairing::AdHoc;
use rocket::{delete, get, post, routes};

pub(super) use self::view::FIELDS;
use self::view::{NewWebhookView, WebhookInput, WebhookView, render};
use super::address::{ThingId, is_id};
use super::ask::{Answer, Ask};
use super::body::{Json, read_body};
use super::page::{Chosen, Cursor, Key, Listing, Page};
use super::params::NoParams;
use super::permit::{ReadWebhooks, WriteWebhooks};
use super::problem::{Code, Problem};
use super::repeat::IdempotencyKey;
use super::reply::{Reply, rendered};
use super::scope::Scope;
use super::shape::{FieldsParam, KnownPage, KnownThing, NotChanged, NotThere, PageParams, Partial, RepeatKey};
use super::{Api, ROOT};
use crate::store::{Store, WebhookEndpoint};
use crate::webhooks::{MOST_ENDPOINTS, new_secret};

const WHAT: &str = "webhook";

/// How long a former secret signs beside its successor.
const BOTH_SIGN: TimeDelta = TimeDelta::hours(24);

/// Puts webhooks on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("webhooks", |rocket| async {
        rocket
            .mount("/", routes![list, read, create, enable, disable, rotate, remove])
            .mount("/", routes![deliveries::list, deliveries::read, deliveries::redeliver])
    })
}

/// All webhooks, page by page, the newest first
#[utoipa::path(
    tag = "webhooks",
    params(PageParams, KnownPage),
    responses((status = 200, description = "A page", body = Page<Partial<WebhookView>>), NotChanged),
    security(("key" = ["webhooks:read"]))
)]
#[get("/api/v1/webhooks")]
async fn list(ask: Ask<'_, ReadWebhooks>) -> Answer {
    let Ask { api, conditions, more: params, .. } = ask;
    let listing = Listing::read(params, &FIELDS, is_id)?;
    let behind = listing.after.as_ref().and_then(|cursor| {
        let Key::Number(created) = cursor.key else { return None };
        Some((DateTime::from_timestamp_millis(created)?, cursor.id.parse().ok()?))
    });
    let endpoints = api.store.webhook_endpoints(behind, listing.most()).await?;
    let cursor = |endpoint: &WebhookEndpoint| Cursor {
        key: Key::Number(endpoint.stamps.created.timestamp_millis()),
        id: endpoint.id.to_string(),
    };
    listing.found(endpoints, &conditions, render, cursor)
}

/// One webhook
#[utoipa::path(
    tag = "webhooks",
    params(ThingId, FieldsParam, KnownThing),
    responses((status = 200, description = "The webhook", body = Partial<WebhookView>), NotChanged, NotThere),
    security(("key" = ["webhooks:read"]))
)]
#[get("/api/v1/webhooks/<id>")]
async fn read(id: ThingId, ask: Ask<'_, ReadWebhooks>) -> Answer {
    let Ask { api, conditions, more: params, .. } = ask;
    let chosen = Chosen::read(params, &FIELDS)?;
    let (json, tag) = render(&found(api, id.read(WHAT)?).await?)?;
    Ok(chosen.shown(&json, &tag, &conditions))
}

/// A new webhook, with the secret that signs it
///
/// The secret is told this once. Each delivery is a POST of an event as `GET /api/v1/events` shows it, signed as Standard
/// Webhooks (standardwebhooks.com) has it, whose libraries check `webhook-id`, `webhook-timestamp` and `webhook-signature`. Answer
/// 2xx within ten seconds; whatever else is tried again, later and later: ten times in all. 410 disables the webhook.
#[utoipa::path(
    tag = "webhooks",
    params(RepeatKey),
    request_body(content = WebhookInput, content_type = "application/json"),
    responses(
        (status = 201, description = "The webhook, and its secret", body = NewWebhookView),
        (status = 409, description = "There are 50 webhooks, or the Idempotency-Key was used for another request"),
    ),
    security(("key" = ["webhooks:write", "events:read"]))
)]
#[post("/api/v1/webhooks", data = "<body>")]
async fn create(ask: Ask<'_, WriteWebhooks, IdempotencyKey>, _params: NoParams, body: Json) -> Answer {
    let Ask { api, caller, more: repeat, .. } = ask;
    if let Some(reply) = repeat.answered(api, &caller, &body.bytes).await? {
        return Ok(reply);
    }
    let wanted = read_body(&body.value()?, WebhookInput::read)?;
    if !caller.may(Scope::ReadEvents) {
        return Err(Problem::new(
            Code::MissingScope,
            "a webhook tells of events: this key does not have the scope events:read",
        ));
    }
    if api.store.count_webhook_endpoints().await? >= u64::from(MOST_ENDPOINTS) {
        return Err(Problem::new(
            Code::LimitReached,
            format!("there are {MOST_ENDPOINTS} webhooks: delete one that is not needed"),
        ));
    }
    // What has happened already is no news, unless it is asked for.
    api.store.number_events().await?;
    let highest = api.store.highest_position().await?;
    let reached = wanted.after.map_or(highest, |after| after.min(highest));
    let endpoint = WebhookEndpoint {
        id: Store::fresh_id(),
        url: wanted.url,
        types: wanted.types,
        secret: new_secret(),
        former: Vec::new(),
        enabled: true,
        reached,
        stamps: api.store.first_stamps(),
    };
    let (json, tag) = rendered(&NewWebhookView::of(&endpoint))?;
    let reply = Reply::json(json).tagged(&tag).created(address(endpoint.id));
    let reply = repeat.add_webhook_endpoint(api, &caller, &body.bytes, &endpoint, reply).await?;
    api.store.call_webhooks();
    Ok(reply)
}

/// Delivers again, also what has happened meanwhile
#[utoipa::path(
    tag = "webhooks",
    params(ThingId),
    responses((status = 200, description = "The webhook, enabled", body = WebhookView), NotThere),
    security(("key" = ["webhooks:write"]))
)]
#[post("/api/v1/webhooks/<id>/enable")]
async fn enable(id: ThingId, ask: Ask<'_, WriteWebhooks, NoParams>) -> Answer {
    switched(ask.api, &id, true).await
}

/// Delivers nothing until it is enabled; what happens meanwhile is kept for it
#[utoipa::path(
    tag = "webhooks",
    params(ThingId),
    responses((status = 200, description = "The webhook, disabled", body = WebhookView), NotThere),
    security(("key" = ["webhooks:write"]))
)]
#[post("/api/v1/webhooks/<id>/disable")]
async fn disable(id: ThingId, ask: Ask<'_, WriteWebhooks, NoParams>) -> Answer {
    switched(ask.api, &id, false).await
}

/// A new secret, which is told this once
///
/// The secret that it had signs beside it for 24 hours: `webhook-signature` has both signatures, with a space between them, and the
/// libraries of Standard Webhooks accept either. Whoever loses the answer asks again: up to four former secrets sign at a time.
#[utoipa::path(
    tag = "webhooks",
    params(ThingId),
    responses((status = 200, description = "The webhook, and its new secret", body = NewWebhookView), NotThere),
    security(("key" = ["webhooks:write"]))
)]
#[post("/api/v1/webhooks/<id>/rotate-secret")]
async fn rotate(id: ThingId, ask: Ask<'_, WriteWebhooks, NoParams>) -> Answer {
    let (store, id) = (&ask.api.store, id.read(WHAT)?);
    let until = after(store.clock().now(), BOTH_SIGN);
    let rotated = store.rotate_webhook_secret(id, &new_secret(), until).await?;
    let (json, tag) = rendered(&NewWebhookView::of(&rotated.ok_or_else(|| Problem::not_found(WHAT))?))?;
    Ok(Reply::json(json).tagged(&tag))
}

/// Removes a webhook and its deliveries
#[utoipa::path(
    tag = "webhooks",
    params(ThingId),
    responses((status = 204, description = "It is gone"), NotThere),
    security(("key" = ["webhooks:write"]))
)]
#[delete("/api/v1/webhooks/<id>")]
async fn remove(id: ThingId, ask: Ask<'_, WriteWebhooks, NoParams>) -> Answer {
    let id = id.read(WHAT)?;
    match ask.api.store.remove_webhook_endpoint(id, &address(id)).await? {
        true => Ok(Reply::nothing()),
        false => Err(Problem::not_found(WHAT)),
    }
}

async fn switched(api: &Api, id: &ThingId, enabled: bool) -> Answer {
    let id = id.read(WHAT)?;
    if !api.store.enable_webhook_endpoint(id, enabled).await? {
        return Err(Problem::not_found(WHAT));
    }
    api.store.call_webhooks();
    let (json, tag) = render(&found(api, id).await?)?;
    Ok(Reply::json(json).tagged(&tag))
}

fn address(id: Id) -> String {
    format!("{ROOT}/webhooks/{id}")
}

/// The webhook of an address.
async fn found(api: &Api, id: Id) -> Result<WebhookEndpoint, Problem> {
    api.store.webhook_endpoint(id).await?.ok_or_else(|| Problem::not_found(WHAT))
}
