//! Events: what has happened to orders, to be read in its order.

use rocket::fairing::AdHoc;
use rocket::{get, routes};
use strum::IntoEnumIterator;

use super::address::{ThingId, is_id};
use super::ask::{Answer, Ask};
use super::page::{Chosen, Cursor, Key, Listing, Page};
use super::permit::ReadEvents;
use super::problem::Problem;
use super::reply::rendered;
use super::shape::{FieldsParam, KnownPage, KnownThing, NotChanged, NotThere, PageParams, Partial};
use crate::store::{Event, EventKind};
use crate::webhooks::EventMessage;

const WHAT: &str = "event";

/// Names of all fields.
pub(super) const FIELDS: [&str; 6] = ["id", "type", "timestamp", "position", "object", "revision"];

/// Puts events on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("events", |rocket| async { rocket.mount("/", routes![list, read]) })
}

/// What has happened, page by page, the oldest first
///
/// Remember the highest `position` that you have seen, and ask with it as `after`: you miss nothing, and see nothing twice. Of one
/// order, compare `revision`: the clocks of two machines may differ.
///
/// Positions have no gaps. Where the first one that you get, of whatever kind, is not the one behind `after`, the events in between
/// are no longer kept, or were lost with a database that was restored: read the orders themselves.
#[utoipa::path(
    tag = "events",
    params(
        ("after" = Option<i64>, Query, description = "Only those with a higher position", minimum = 0),
        ("type" = Option<String>, Query, description = "Only those of this kind"),
        PageParams, KnownPage,
    ),
    responses((status = 200, description = "A page", body = Page<Partial<EventMessage>>), NotChanged),
    security(("key" = ["events:read"]))
)]
#[get("/api/v1/events")]
async fn list(ask: Ask<'_, ReadEvents>) -> Answer {
    let Ask { api, conditions, more: mut params, .. } = ask;
    let kinds: Vec<String> = EventKind::iter().map(|kind| kind.to_string()).collect();
    let kinds: Vec<(&str, &str)> = kinds.iter().map(|kind| (kind.as_str(), kind.as_str())).collect();
    let kind = params.word("type", &kinds).map(str::to_owned);
    let after = params.read_with("after", |text| match text.parse::<i64>() {
        Ok(position @ 0..) => Ok(position),
        _ => Err("it must be a position: a whole number, 0 or more".to_owned()),
    });
    let listing = Listing::read(params, &FIELDS, is_id)?;
    let behind = listing.after.as_ref().and_then(|cursor| match cursor.key {
        Key::Number(position) => Some(position),
        Key::Text(_) => None,
    });
    // Whoever asks sees what was committed before.
    api.store.number_events().await?;
    let kinds: Vec<String> = kind.into_iter().collect();
    let events = api.store.events_after(behind.max(after).unwrap_or(0), &kinds, listing.most()).await?;
    let cursor = |event: &Event| Cursor { key: Key::Number(event.position), id: event.id.to_string() };
    listing.found(events, &conditions, |event| rendered(&EventMessage::from(event)), cursor)
}

/// One event
#[utoipa::path(
    tag = "events",
    params(ThingId, FieldsParam, KnownThing),
    responses((status = 200, description = "The event", body = Partial<EventMessage>), NotChanged, NotThere),
    security(("key" = ["events:read"]))
)]
#[get("/api/v1/events/<id>")]
async fn read(id: ThingId, ask: Ask<'_, ReadEvents>) -> Answer {
    let Ask { api, conditions, more: params, .. } = ask;
    let chosen = Chosen::read(params, &FIELDS)?;
    api.store.number_events().await?;
    let event = api.store.event(id.read(WHAT)?).await?.ok_or_else(|| Problem::not_found(WHAT))?;
    let (json, tag) = rendered(&EventMessage::from(&event))?;
    Ok(chosen.shown(&json, &tag, &conditions))
}
