//! An event as other programs read it: the body of a webhook, and a row of `GET /api/v1/events`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::Event;

/// Something that has happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventMessage {
    /// 24 hexadecimal digits; the `webhook-id` of a webhook.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    id: String,
    /// What has happened to which kind of object, such as `order.placed`; there may be more kinds some day.
    #[serde(rename = "type")]
    #[schema(pattern = "^[a-z_]+\\.[a-z_]+$", example = "order.placed")]
    kind: String,
    /// When it happened.
    timestamp: DateTime<Utc>,
    /// Its position among all events: later ones have higher ones. Some numbers may be left out.
    #[schema(minimum = 1)]
    position: i64,
    object: ObjectName,
    /// Which revision of the object it was: an order's `revision` is this or a higher one. Null of what has no revisions.
    #[schema(required = true, minimum = 1)]
    revision: Option<i64>,
}

/// What it has happened to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventObject)]
pub struct ObjectName {
    /// `order`, `product`, `category` or `news`; there may be more some day.
    #[schema(example = "order")]
    kind: String,
    /// An order's number, or the id of anything else.
    #[schema(example = "482-7391")]
    id: String,
    /// Where it is read.
    #[schema(format = "uri-reference", example = "/api/v1/orders/482-7391")]
    url: String,
}

impl ObjectName {
    /// The object of an event of this kind.
    pub(crate) fn of(event: &str, id: &str) -> Self {
        let kind = event.split('.').next().unwrap_or_default().to_owned();
        let all = match kind.as_str() {
            "category" => "categories".to_owned(),
            "news" => kind.clone(),
            _ => format!("{kind}s"),
        };
        let url = format!("/api/v1/{all}/{id}");
        Self { kind, id: id.to_owned(), url }
    }
}

impl From<&Event> for EventMessage {
    fn from(event: &Event) -> Self {
        Self {
            id: event.id.to_string(),
            kind: event.kind.clone(),
            timestamp: event.at,
            position: event.position,
            object: ObjectName::of(&event.kind, &event.object),
            revision: Some(event.revision).filter(|revision| *revision > 0),
        }
    }
}
