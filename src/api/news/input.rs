//! A news item as it is set.

use chrono::{DateTime, Utc};
use dialogues::shop::rules::{BODY_LIMIT, TITLE_LIMIT};
use dialogues::shop::{CatalogueTranslations, NewsId, TRANSLATIONS, TranslatedFields};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::body::{Fields, Read, changed, flag, line, or_null, prose, read_body, time};
use super::super::problem::Problem;
use super::super::translations::{self, NewsTranslations};
use crate::store::{NewsItem, NewsMailing};

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
    /// Whether it is mailed to everybody once it is published; else it is only shown. What is mailed already stays so.
    #[schema(required = false, default = true)]
    mail: bool,
    /// What customers read in other languages than the shop's own, in the chat and in the mailing.
    #[schema(required = false, value_type = NewsTranslations)]
    translations: CatalogueTranslations,
}

impl NewsInput {
    /// The fields that have a default, which a patch's `null` brings back.
    pub(crate) const DEFAULTED: [&'static str; 4] = ["body", "published", "mail", TRANSLATIONS];

    pub(crate) fn read(value: &Value) -> Read<Self> {
        Self::read_fields(Fields::of(value)?, None)
    }

    /// A news item as a patch leaves it.
    pub(crate) fn patched(item: &NewsItem, patch: &Value) -> Result<Self, Problem> {
        let (value, named) = changed(Self::of(item), patch, &Self::DEFAULTED)?;
        read_body(&value, |value| Self::read_fields(Fields::of_patch(value, named)?, Some(item)))
    }

    /// Reads the fields; those that are kept come from the stored item, whatever rule they break.
    fn read_fields(mut fields: Fields, stored: Option<&NewsItem>) -> Read<Self> {
        let kept = |fields: &Fields, name: &str| stored.filter(|_| fields.keeps(name));
        let headline = kept(&fields, "headline").map(|it| it.headline.clone());
        let headline = headline.or_else(|| fields.required("headline", line(TITLE_LIMIT)));
        let body = kept(&fields, "body").map(|it| it.body.clone());
        let body = body.or_else(|| fields.optional("body", prose(BODY_LIMIT))).unwrap_or_default();
        let published = match kept(&fields, "published") {
            Some(stored) => stored.published,
            None => fields.optional("published", or_null(time)).flatten(),
        };
        let mail = match kept(&fields, "mail") {
            Some(stored) => is_mailed(stored),
            None => fields.optional("mail", flag).unwrap_or(true),
        };
        let translations = kept(&fields, TRANSLATIONS).map(|it| it.translations.clone());
        let read = translations::read(&TranslatedFields::OF_NEWS);
        let translations = translations.or_else(|| fields.optional(TRANSLATIONS, read)).unwrap_or_default();
        fields.finish(headline.map(|headline| Self { headline, body, published, mail, translations }))
    }

    /// A news item as it would be set.
    pub(crate) fn of(item: &NewsItem) -> Value {
        json!({
            "headline": item.headline,
            "body": item.body,
            "published": item.published,
            "mail": is_mailed(item),
            TRANSLATIONS: translations::set(&item.translations, &TranslatedFields::OF_NEWS),
        })
    }

    /// The item as it is set, in place of the one before.
    pub(crate) fn item(self, id: NewsId, before: Option<&NewsItem>) -> NewsItem {
        let Self { headline, body, published, mail, translations } = self;
        let known = before.map(|before| before.mailing).filter(|known| *known != NewsMailing::Never);
        let mailing = if mail { known.unwrap_or_default() } else { NewsMailing::Never };
        NewsItem { id, headline, body, published, mailing, translations }
    }
}

/// Whether an item is, was or will be mailed.
pub(crate) fn is_mailed(item: &NewsItem) -> bool {
    item.mailing != NewsMailing::Never
}
