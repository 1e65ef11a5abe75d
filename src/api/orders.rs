//! Orders: to be read, and nothing else. They are placed in the chat.

mod view;

use chrono::DateTime;
use dialogues::shop::{Id, OrderNumber, OrderStatus, ProductId};
use rocket::fairing::AdHoc;
use rocket::{State, get, routes};
use strum::IntoEnumIterator;

pub(super) use self::view::FIELDS;
use self::view::{OrderView, render};
use super::Api;
use super::etag::{Conditions, tag};
use super::page::{Cursor, Key, Page, Shown, page};
use super::params::Params;
use super::problem::Problem;
use super::reply::{Reply, picked};
use super::scope::{Allowed, ReadOrders};
use super::shape::Partial;
use crate::store::{OrderQuery, StoredOrder};

const WHAT: &str = "order";

/// What a list can be sorted by: whether the oldest comes first.
const SORTS: [(&str, bool); 2] = [("-placed", false), ("placed", true)];

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
        ("sort" = Option<String>, Query, description = "What to sort by; with a minus the other way round"),
        ("limit" = Option<u32>, Query, description = "How many a page has; 20 if not said", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where a page begins: from `next` of the page before, with the same sort and filters"),
        ("fields" = Option<String>, Query, description = "Only these fields, apart by commas"),
        ("If-None-Match" = Option<String>, Header, description = "Answer 304 if the page has this tag"),
    ),
    responses(
        (status = 200, description = "A page", body = Page<Partial<OrderView>>),
        (status = 304, description = "It has not changed"),
    ),
    security(("key" = ["orders:read"]))
)]
#[get("/api/v1/orders")]
async fn list(
    allowed: Allowed<ReadOrders>,
    mut params: Params,
    conditions: Conditions,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let statuses: Vec<(String, OrderStatus)> = OrderStatus::iter().map(|status| (status.to_string(), status)).collect();
    let statuses: Vec<(&str, OrderStatus)> = statuses.iter().map(|(name, status)| (name.as_str(), *status)).collect();
    let customer = params.parse("customer", "a Telegram id");
    let status = params.word("status", &statuses);
    let product = params.parse::<Id>("product", "an id of 24 hexadecimal digits").map(ProductId);
    let (from, until) = (params.time("placed_from"), params.time("placed_to"));
    let oldest_first = params.sort(&SORTS);
    let fields = params.fields(&FIELDS);
    let limit = params.limit();
    let after = Cursor::read(&mut params, is_number).and_then(|cursor| {
        let Key::Number(placed) = cursor.key else { return None };
        Some((DateTime::from_timestamp_millis(placed)?, cursor.id.parse().ok()?))
    });
    let way = params.finish()?;
    let most = u32::try_from(limit + 1).unwrap_or(u32::MAX);
    let query = OrderQuery { customer, status, product, from, until, oldest_first, after, limit: most };
    let mut orders = api.store.orders(&query).await?;
    let more = orders.len() > limit;
    orders.truncate(limit);
    let in_full = allowed.caller.sees_contacts();
    let shown: Vec<String> = orders.iter().map(|order| render(order, in_full)).collect::<Result<_, Problem>>()?;
    let tags: Vec<String> = shown.iter().map(tag).collect();
    let cursor = |stored: &StoredOrder| Cursor {
        key: Key::Number(stored.order.placed.timestamp_millis()),
        id: stored.order.number.to_string(),
    };
    let next = orders.last().filter(|_| more).map(cursor);
    let rows: Vec<_> = shown.iter().zip(&tags).map(|(json, tag)| Shown { json, tag }).collect();
    Ok(page(&rows, next.as_ref(), &way, &fields, "number", &conditions))
}

/// One order, by its number
#[utoipa::path(
    tag = "orders",
    params(
        ("number" = String, Path, description = "Its number", pattern = "^[1-9][0-9]{2}-[0-9]{4}$"),
        ("fields" = Option<String>, Query, description = "Only these fields, apart by commas"),
        ("If-None-Match" = Option<String>, Header, description = "Answer 304 if it has this tag"),
    ),
    responses(
        (status = 200, description = "The order", body = Partial<OrderView>),
        (status = 304, description = "It has not changed"),
        (status = 404, description = "There is none"),
    ),
    security(("key" = ["orders:read"]))
)]
#[get("/api/v1/orders/<number>")]
async fn read(
    number: &str,
    allowed: Allowed<ReadOrders>,
    mut params: Params,
    conditions: Conditions,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let fields = params.fields(&FIELDS);
    params.finish()?;
    let none = || Problem::not_found(WHAT);
    let number = number.parse().ok().filter(|_| is_number(number)).ok_or_else(none)?;
    let order = api.store.order(number).await?.ok_or_else(none)?;
    let json = render(&order, allowed.caller.sees_contacts())?;
    let tag = tag(&json);
    Ok(Reply::json(picked(&json, &fields, "number")).unless_known(&conditions, &tag))
}

/// Whether a text is an order number as we write it.
fn is_number(text: &str) -> bool {
    text.parse::<OrderNumber>().is_ok_and(|number| number.to_string() == text)
}

/// What a list can be sorted by.
pub(super) fn sorts() -> Vec<&'static str> {
    SORTS.iter().map(|(name, _)| *name).collect()
}
