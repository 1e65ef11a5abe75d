//! A news item as it is set.

use chrono::{DateTime, Utc};
use dialogues::shop::NewsId;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::body::{Fields, Read, line, or_null, prose, time};
use crate::store::NewsItem;

/// The most characters of a headline and of a body; longer ones do not fit into a message.
const HEADLINE: usize = 200;
const BODY: usize = 3500;

/// A news item as it is set.
#[derive(Debug, Clone, ToSchema)]
pub(crate) struct NewsInput {
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "Spring teas are here"
    )]
    headline: String,
    #[schema(
        required = false,
        max_length = 3500,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$",
        default = ""
    )]
    body: String,
    /// Customers see it from then on, and a second later it is mailed to everybody; null or left out makes it a draft. Kept
    /// to the millisecond.
    #[schema(required = false)]
    published: Option<DateTime<Utc>>,
}

impl NewsInput {
    /// The fields that have a default, which a patch's `null` brings back.
    pub(crate) const DEFAULTED: [&'static str; 2] = ["body", "published"];

    pub(crate) fn read(value: &Value) -> Read<Self> {
        let mut fields = Fields::of(value)?;
        let headline = fields.required("headline", line(HEADLINE));
        let body = fields.optional("body", prose(BODY)).unwrap_or_default();
        let published = fields.optional("published", or_null(time)).flatten();
        fields.finish(headline.map(|headline| Self { headline, body, published }))
    }

    /// A news item as it would be set.
    pub(crate) fn of(item: &NewsItem) -> Value {
        json!({ "headline": item.headline, "body": item.body, "published": item.published })
    }

    pub(crate) fn item(self, id: NewsId) -> NewsItem {
        let Self { headline, body, published } = self;
        NewsItem { id, headline, body, published }
    }
}
