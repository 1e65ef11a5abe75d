//! Deliveries of a webhook: what it was told, what it has answered, and once more.

use chrono::{DateTime, Utc};
use rocket::{get, post};
use serde::Serialize;
use strum::IntoEnumIterator;
use utoipa::ToSchema;

use super::super::address::{EventId, ThingId, is_id};
use super::super::ask::{Answer, Ask};
use super::super::page::{Chosen, Cursor, Key, Listing, Page};
use super::super::params::NoParams;
use super::super::permit::{ReadWebhooks, WriteWebhooks};
use super::super::problem::Problem;
use super::super::reply::{Rendered, Reply, rendered};
use super::super::shape::{FieldsParam, KnownPage, KnownThing, NotChanged, NotThere, PageParams, Partial};
use super::{WHAT, found};
use crate::store::{Attempt, DeliveryState, WebhookDelivery};
use crate::webhooks::ObjectName;

const DELIVERY: &str = "delivery";

/// Names of all fields.
pub(in crate::api) const FIELDS: [&str; 8] =
    ["id", "type", "object", "position", "state", "due", "attempts", "created"];

/// One event for one webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(in crate::api) struct DeliveryView {
    /// The event's id.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    id: String,
    #[serde(rename = "type")]
    #[schema(example = "order.placed")]
    kind: String,
    object: ObjectName,
    #[schema(minimum = 1)]
    position: i64,
    /// `waiting`, `delivered` or `failed`.
    #[schema(pattern = "^(waiting|delivered|failed)$", example = "delivered")]
    state: String,
    /// When it is tried next; null if it is not.
    #[schema(required = true)]
    due: Option<DateTime<Utc>>,
    /// The newest 20.
    attempts: Vec<AttemptView>,
    created: DateTime<Utc>,
}

/// What has come of one try.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryAttempt)]
pub(in crate::api) struct AttemptView {
    at: DateTime<Utc>,
    /// The status of the answer; null if there was none.
    #[schema(required = true, minimum = 100, maximum = 999)]
    status: Option<u16>,
    /// Why there was none.
    #[schema(required = true, example = "no answer within ten seconds")]
    error: Option<String>,
    /// How long it took.
    #[schema(minimum = 0)]
    milliseconds: i64,
}

impl From<&Attempt> for AttemptView {
    fn from(attempt: &Attempt) -> Self {
        let Attempt { at, status, error, milliseconds } = attempt;
        Self { at: *at, status: *status, error: error.clone(), milliseconds: *milliseconds }
    }
}

fn render(delivery: &WebhookDelivery) -> Result<Rendered, Problem> {
    rendered(&DeliveryView {
        id: delivery.event.to_string(),
        kind: delivery.kind.clone(),
        object: ObjectName::of(&delivery.kind, &delivery.object),
        position: delivery.position,
        state: delivery.state.to_string(),
        due: (delivery.state == DeliveryState::Waiting).then_some(delivery.due),
        attempts: delivery.attempts.iter().map(AttemptView::from).collect(),
        created: delivery.stamps.created,
    })
}

/// What a webhook was told, page by page, the newest first
#[utoipa::path(
    tag = "deliveries",
    params(
        ThingId,
        ("state" = Option<String>, Query, description = "Only those that are so far", pattern = "^(waiting|delivered|failed)$"),
        PageParams, KnownPage,
    ),
    responses((status = 200, description = "A page", body = Page<Partial<DeliveryView>>), NotChanged, NotThere),
    security(("key" = ["webhooks:read"]))
)]
#[get("/api/v1/webhooks/<id>/deliveries")]
pub(in crate::api) async fn list(id: ThingId, ask: Ask<'_, ReadWebhooks>) -> Answer {
    let Ask { api, conditions, more: mut params, .. } = ask;
    let states: Vec<(String, DeliveryState)> = DeliveryState::iter().map(|state| (state.to_string(), state)).collect();
    let states: Vec<(&str, DeliveryState)> = states.iter().map(|(name, state)| (name.as_str(), *state)).collect();
    let state = params.word("state", &states);
    let listing = Listing::read(params, &FIELDS, is_id)?;
    let before = listing.after.as_ref().and_then(|cursor| match cursor.key {
        Key::Number(position) => Some(position),
        Key::Text(_) => None,
    });
    let endpoint = found(api, id.read(WHAT)?).await?;
    let deliveries = api.store.webhook_deliveries(endpoint.id, state, before, listing.most()).await?;
    let cursor =
        |delivery: &WebhookDelivery| Cursor { key: Key::Number(delivery.position), id: delivery.event.to_string() };
    listing.found(deliveries, &conditions, render, cursor)
}

/// One delivery
#[utoipa::path(
    tag = "deliveries",
    params(ThingId, EventId, FieldsParam, KnownThing),
    responses((status = 200, description = "The delivery", body = Partial<DeliveryView>), NotChanged, NotThere),
    security(("key" = ["webhooks:read"]))
)]
#[get("/api/v1/webhooks/<id>/deliveries/<event>")]
pub(in crate::api) async fn read(id: ThingId, event: EventId, ask: Ask<'_, ReadWebhooks>) -> Answer {
    let Ask { api, conditions, more: params, .. } = ask;
    let chosen = Chosen::read(params, &FIELDS)?;
    let delivery = api.store.webhook_delivery(id.read(WHAT)?, event.read(DELIVERY)?).await?;
    let (json, tag) = render(&delivery.ok_or_else(|| Problem::not_found(DELIVERY))?)?;
    Ok(chosen.shown(&json, &tag, &conditions))
}

/// Tells a webhook of an event once more, also if it knows
///
/// One that is disabled is told once it is enabled.
#[utoipa::path(
    tag = "deliveries",
    params(ThingId, EventId),
    responses((status = 202, description = "It is begun anew", body = DeliveryView), NotThere),
    security(("key" = ["webhooks:write"]))
)]
#[post("/api/v1/webhooks/<id>/deliveries/<event>/redeliver")]
pub(in crate::api) async fn redeliver(id: ThingId, event: EventId, ask: Ask<'_, WriteWebhooks, NoParams>) -> Answer {
    let (api, endpoint, event) = (ask.api, id.read(WHAT)?, event.read(DELIVERY)?);
    if !api.store.redeliver(endpoint, event).await? {
        return Err(Problem::not_found(DELIVERY));
    }
    let delivery = api.store.webhook_delivery(endpoint, event).await?.ok_or_else(|| Problem::not_found(DELIVERY))?;
    api.store.call_webhooks();
    let (json, tag) = render(&delivery)?;
    Ok(Reply::json(json).tagged(&tag).accepted())
}
