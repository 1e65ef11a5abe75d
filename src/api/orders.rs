//! Orders: to be read, one by one, page by page and as a table, and nothing else. They are placed in the chat.

mod expand;
mod view;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dialogues::shop::{Id, OrderStatus, ProductId};
use rocket::fairing::AdHoc;
use rocket::http::ContentType;
use rocket::{get, routes};
use strum::IntoEnumIterator;
use utoipa::IntoParams;

use self::expand::{Expand, ExpandParam};
pub(super) use self::view::FIELDS;
use self::view::{OrderView, cells, render};
use super::address::{self, OrderName};
use super::ask::{Answer, Ask};
use super::page::{Chosen, Cursor, Key, Listing, Page};
use super::params::Params;
use super::permit::ReadOrders;
use super::problem::{Code, FieldError, Problem};
use super::reply::Reply;
use super::shape::{
    FieldsParam, FileContent, KnownPage, KnownThing, NotChanged, NotThere, PageParams, Partial, SortParam,
};
use crate::export::{TableFormat, table};
use crate::store::{OrderQuery, StoredOrder};

const WHAT: &str = "order";

/// What a list can be sorted by: whether the oldest comes first.
pub(super) const SORTS: [(&str, bool); 2] = [("-placed", false), ("placed", true)];

/// Which orders.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `filter` reads")]
pub(super) struct OrderFilters {
    /// Only those of this Telegram id
    customer: Option<i64>,
    /// Only those that have come so far
    #[param(pattern = "^(new|accepted|shipped|delivered|cancelled)$")]
    status: Option<String>,
    /// Only those that have a line with this product
    #[param(pattern = "^[0-9a-f]{24}$")]
    product: Option<String>,
    /// Placed then or later
    placed_from: Option<DateTime<Utc>>,
    /// Placed before then
    placed_to: Option<DateTime<Utc>>,
}

/// Puts orders on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("orders", |rocket| async { rocket.mount("/", routes![list, export, read]) })
}

/// All orders, page by page, the newest first
#[utoipa::path(
    tag = "orders",
    params(OrderFilters, ExpandParam, SortParam, PageParams, KnownPage),
    responses((status = 200, description = "A page", body = Page<Partial<OrderView>>), NotChanged),
    security(("key" = ["orders:read"]))
)]
#[get("/api/v1/orders")]
async fn list(ask: Ask<'_, ReadOrders>) -> Answer {
    let Ask { api, caller, conditions, more: mut params, .. } = ask;
    let filter = filter(&mut params);
    let oldest_first = params.sort(&SORTS);
    let expand = Expand::read(&mut params);
    let listing = Listing::read(params, &FIELDS, |number| address::order(number).is_some())?;
    let after = listing.after.as_ref().and_then(|cursor| {
        let Key::Number(placed) = cursor.key else { return None };
        Some((DateTime::from_timestamp_millis(placed)?, cursor.id.parse().ok()?))
    });
    let query = OrderQuery { oldest_first, after, limit: listing.most(), ..filter };
    let orders = api.store.orders(&query).await?;
    let in_full = caller.sees_contacts();
    let expanded = expand.look(&orders, api, &caller).await?;
    let cursor = |stored: &StoredOrder| Cursor {
        key: Key::Number(stored.order.placed.timestamp_millis()),
        id: stored.order.number.to_string(),
    };
    listing.found(orders, &conditions, |order| render(order, in_full, expanded.of(order)), cursor)
}

/// What a list and a table are filtered by.
fn filter(params: &mut Params) -> OrderQuery {
    let statuses: Vec<(String, OrderStatus)> = OrderStatus::iter().map(|status| (status.to_string(), status)).collect();
    let statuses: Vec<(&str, OrderStatus)> = statuses.iter().map(|(name, status)| (name.as_str(), *status)).collect();
    OrderQuery {
        customer: params.parse("customer", "a Telegram id"),
        status: params.word("status", &statuses),
        product: params.parse::<Id>("product", "an id of 24 hexadecimal digits").map(ProductId),
        from: params.time("placed_from"),
        until: params.time("placed_to"),
        ..OrderQuery::default()
    }
}

/// All orders as a table, the oldest first
///
/// A row for each line of each order. CSV is for programs: UTF-8, commas, times in RFC 3339, amounts as decimals. XLSX is for
/// people. At most 20,000 orders as CSV and 4,000 as XLSX: more are refused, for `placed_from` and `placed_to` to narrow. One table is
/// written at a time: another one is answered 503.
#[utoipa::path(
    tag = "orders",
    params(
        ("format" = Option<String>, Query, description = "csv, if nothing is said, or xlsx", pattern = "^(csv|xlsx)$"),
        OrderFilters,
    ),
    responses((status = 200, description = "The table", content(
        (String = "text/csv"),
        (FileContent = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ))),
    security(("key" = ["orders:read"]))
)]
#[get("/api/v1/orders/export")]
async fn export(ask: Ask<'_, ReadOrders>) -> Answer {
    let Ask { api, caller, more: mut params, .. } = ask;
    let formats: Vec<_> = TableFormat::iter().map(|format| (format.extension(), format)).collect();
    let format = params.word("format", &formats);
    let query = filter(&mut params);
    params.finish()?;
    let format = format.unwrap_or(TableFormat::Csv);
    let most = format.most_orders();
    if api.store.are_more_orders(&query, most).await? {
        let detail = format!("there are more than {most} such orders: narrow placed_from and placed_to");
        let error = FieldError::parameter("placed_from", "out_of_range", detail);
        return Err(Problem::with_errors(Code::InvalidParameter, vec![error]));
    }
    // It takes memory and time that turns need.
    let Ok(alone) = Arc::clone(&api.exporting).try_acquire_owned() else {
        let detail = "another table is being written; try again";
        return Err(Problem::new(Code::Unavailable, detail).header("Retry-After", "5"));
    };
    let orders = api.store.all_orders(query).await?;
    let (zone, may_see) = (api.zone, caller.sees_contacts());
    let written = tokio::task::spawn_blocking(move || {
        let written = table(&orders, zone, format, |contact| cells(contact, may_see));
        drop(alone);
        written
    });
    let written = written.await.map_err(|_| Problem::new(Code::Internal, "the table was not written"))?;
    let written = written.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    let kind = ContentType::parse_flexible(format.media_type()).unwrap_or(ContentType::Binary);
    let name = format!("attachment; filename=\"orders.{}\"", format.extension());
    Ok(Reply::content(kind, written).header("Content-Disposition", name).header("Cache-Control", "no-store"))
}

/// One order, by its number
#[utoipa::path(
    tag = "orders",
    params(OrderName, ExpandParam, FieldsParam, KnownThing),
    responses((status = 200, description = "The order", body = Partial<OrderView>), NotChanged, NotThere),
    security(("key" = ["orders:read"]))
)]
#[get("/api/v1/orders/<number>")]
async fn read(number: OrderName, ask: Ask<'_, ReadOrders>) -> Answer {
    let Ask { api, caller, conditions, more: mut params, .. } = ask;
    let expand = Expand::read(&mut params);
    let chosen = Chosen::read(params, &FIELDS)?;
    let order = api.store.order(number.read(WHAT)?).await?.ok_or_else(|| Problem::not_found(WHAT))?;
    let expanded = expand.look(std::slice::from_ref(&order), api, &caller).await?;
    let (json, tag) = render(&order, caller.sees_contacts(), expanded.of(&order))?;
    Ok(chosen.shown(&json, &tag, &conditions))
}
