//! Orders: to be read, and nothing else. They are placed in the chat.

mod view;

use chrono::DateTime;
use dialogues::shop::{Id, OrderStatus, ProductId};
use rocket::fairing::AdHoc;
use rocket::{get, routes};
use strum::IntoEnumIterator;

pub(super) use self::view::FIELDS;
use self::view::{OrderView, render};
use super::address::{self, OrderName};
use super::ask::{Answer, Ask};
use super::page::{Chosen, Cursor, Key, Listing, Page};
use super::permit::ReadOrders;
use super::problem::Problem;
use super::shape::{FieldsParam, KnownPage, KnownThing, NotChanged, NotThere, PageParams, Partial, SortParam};
use crate::store::{OrderQuery, StoredOrder};

const WHAT: &str = "order";

/// What a list can be sorted by: whether the oldest comes first.
pub(super) const SORTS: [(&str, bool); 2] = [("-placed", false), ("placed", true)];

/// Puts orders on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("orders", |rocket| async { rocket.mount("/", routes![list, read]) })
}

/// All orders, page by page, the newest first
#[utoipa::path(
    tag = "orders",
    params(
        ("customer" = Option<i64>, Query, description = "Only those of this Telegram id"),
        ("status" = Option<String>, Query, description = "Only those that have come so far", pattern = "^(new|accepted|shipped|delivered|cancelled)$"),
        ("product" = Option<String>, Query, description = "Only those that have a line with this product", pattern = "^[0-9a-f]{24}$"),
        ("placed_from" = Option<chrono::DateTime<chrono::Utc>>, Query, description = "Placed then or later"),
        ("placed_to" = Option<chrono::DateTime<chrono::Utc>>, Query, description = "Placed before then"),
        SortParam, PageParams, KnownPage,
    ),
    responses((status = 200, description = "A page", body = Page<Partial<OrderView>>), NotChanged),
    security(("key" = ["orders:read"]))
)]
#[get("/api/v1/orders")]
async fn list(ask: Ask<'_, ReadOrders>) -> Answer {
    let Ask { api, caller, conditions, more: mut params, .. } = ask;
    let statuses: Vec<(String, OrderStatus)> = OrderStatus::iter().map(|status| (status.to_string(), status)).collect();
    let statuses: Vec<(&str, OrderStatus)> = statuses.iter().map(|(name, status)| (name.as_str(), *status)).collect();
    let customer = params.parse("customer", "a Telegram id");
    let status = params.word("status", &statuses);
    let product = params.parse::<Id>("product", "an id of 24 hexadecimal digits").map(ProductId);
    let (from, until) = (params.time("placed_from"), params.time("placed_to"));
    let oldest_first = params.sort(&SORTS);
    let listing = Listing::read(params, &FIELDS, |number| address::order(number).is_some())?;
    let after = listing.after.as_ref().and_then(|cursor| {
        let Key::Number(placed) = cursor.key else { return None };
        Some((DateTime::from_timestamp_millis(placed)?, cursor.id.parse().ok()?))
    });
    let query = OrderQuery { customer, status, product, from, until, oldest_first, after, limit: listing.most() };
    let orders = api.store.orders(&query).await?;
    let in_full = caller.sees_contacts();
    let cursor = |stored: &StoredOrder| Cursor {
        key: Key::Number(stored.order.placed.timestamp_millis()),
        id: stored.order.number.to_string(),
    };
    listing.found(orders, &conditions, |order| render(order, in_full), cursor)
}

/// One order, by its number
#[utoipa::path(
    tag = "orders",
    params(OrderName, FieldsParam, KnownThing),
    responses((status = 200, description = "The order", body = Partial<OrderView>), NotChanged, NotThere),
    security(("key" = ["orders:read"]))
)]
#[get("/api/v1/orders/<number>")]
async fn read(number: OrderName, ask: Ask<'_, ReadOrders>) -> Answer {
    let Ask { api, caller, conditions, more: params, .. } = ask;
    let chosen = Chosen::read(params, &FIELDS)?;
    let order = api.store.order(number.read(WHAT)?).await?.ok_or_else(|| Problem::not_found(WHAT))?;
    let (json, tag) = render(&order, caller.sees_contacts())?;
    Ok(chosen.shown(&json, &tag, &conditions))
}
