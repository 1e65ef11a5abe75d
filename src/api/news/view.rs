//! A news item as it is shown.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use dialogues::shop::TranslatedFields;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::page::{Key, cut};
use super::super::problem::Problem;
use super::super::reply::{Rendered, rendered};
use super::super::sorted_index::{Row, Shelved, SortedIndex};
use super::super::translations::{self, NewsTranslations, searched};
use super::input::is_mailed;
use crate::store::{AdminSnapshot, NewsItem, NewsMailing, Timestamps};

/// Names of all fields.
pub(crate) const FIELDS: [&str; 9] =
    ["id", "headline", "body", "published", "mail", "mailing", "translations", "created", "modified"];

/// What cannot be set.
pub(crate) const READ_ONLY: [&str; 4] = ["/id", "/mailing", "/created", "/modified"];

/// What a list can be sorted by, the usual way first: which key, and whether the other way round.
pub(crate) const SORTS: [(&str, (usize, bool)); 8] = [
    ("-published", (0, true)),
    ("published", (0, false)),
    ("headline", (1, false)),
    ("-headline", (1, true)),
    ("created", (2, false)),
    ("-created", (2, true)),
    ("modified", (3, false)),
    ("-modified", (3, true)),
];

/// A news item.
#[derive(Serialize, ToSchema)]
#[schema(as = News)]
pub(crate) struct NewsView {
    /// 24 hexadecimal digits.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    id: String,
    headline: String,
    body: String,
    /// Customers see it from then on; null is a draft.
    #[schema(required = true)]
    published: Option<DateTime<Utc>>,
    /// Whether it is mailed to everybody once it is published.
    mail: bool,
    /// The address of its mailing, which begins a second after `published`; null of a draft, and of what is not mailed.
    #[schema(required = true, pattern = "^/api/v1/mailings/[0-9a-f]{24}$")]
    mailing: Option<String>,
    /// What customers read in other languages than the shop's own.
    #[schema(value_type = NewsTranslations)]
    translations: Value,
    created: DateTime<Utc>,
    modified: DateTime<Utc>,
}

/// How far a news item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NewsStatus {
    Draft,
    Scheduled,
    Published,
}

impl NewsStatus {
    pub(crate) const WORDS: [(&'static str, Self); 3] =
        [("draft", Self::Draft), ("scheduled", Self::Scheduled), ("published", Self::Published)];

    pub(crate) fn of(item: &NewsItem, now: DateTime<Utc>) -> Self {
        match item.published {
            None => Self::Draft,
            Some(published) if published > now => Self::Scheduled,
            Some(_) => Self::Published,
        }
    }
}

/// The address of an item's mailing.
fn mailing(item: &NewsItem) -> Option<String> {
    let is_published = item.published.is_some() || item.mailing == NewsMailing::Made;
    (is_mailed(item) && is_published).then(|| format!("/api/v1/mailings/{}", item.id.0))
}

/// A news item as it is shown.
pub(crate) fn render(item: &NewsItem, stamps: Timestamps) -> Result<Rendered, Problem> {
    rendered(&NewsView {
        id: item.id.0.to_string(),
        headline: item.headline.clone(),
        body: item.body.clone(),
        published: item.published,
        mail: is_mailed(item),
        mailing: mailing(item),
        translations: translations::set(&item.translations, &TranslatedFields::OF_NEWS),
        created: stamps.created,
        modified: stamps.modified,
    })
}

/// What lists know of a news item.
pub(crate) struct NewsRow {
    pub(crate) item: NewsItem,
    stamps: Timestamps,
    /// Headline and body as they are searched, made when that is first done.
    words: OnceLock<String>,
}

impl Shelved for NewsRow {
    const SORTS: usize = 4;

    fn key(&self, sort: usize) -> Key {
        match sort {
            0 => Key::Number(self.item.published.map_or(i64::MAX, |published| published.timestamp_millis())),
            1 => Key::Text(cut(&self.item.headline.to_lowercase()).to_owned()),
            2 => Key::Number(self.stamps.created.timestamp_millis()),
            _ => Key::Number(self.stamps.modified.timestamp_millis()),
        }
    }

    fn words(&self) -> &str {
        let NewsItem { headline, body, translations, .. } = &self.item;
        self.words.get_or_init(|| searched(headline, body, translations))
    }
}

/// All news of a snapshot; rows of `before` that are still so are kept.
pub(crate) fn shelf(shelves: &AdminSnapshot, before: Option<&SortedIndex<NewsRow>>) -> SortedIndex<NewsRow> {
    let row = |item: NewsItem| {
        let stamps = shelves.news_stamps(item.id);
        let known = before.and_then(|rows| rows.row(item.id.0));
        if let Some(row) = known.filter(|row| row.thing.item == item && row.thing.stamps == stamps) {
            return Some(Arc::clone(row));
        }
        let (json, tag) = render(&item, stamps).ok()?;
        Some(Arc::new(Row::new(item.id.0, NewsRow { item, stamps, words: OnceLock::new() }, json, tag)))
    };
    SortedIndex::new(shelves.news().filter_map(row))
}
