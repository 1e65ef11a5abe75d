//! `news`: `{_id: ObjectId, headline, body, published: Date}`.

use bson::{Document, doc};
use dialogues::shop::{News, NewsId};

use super::document::date;
use super::fields::{Problem, object_id, required, text, time};

pub(super) const NAME: &str = "news";

/// A news item's fields as stored, without `_id`.
pub(super) fn write(news: &News) -> Document {
    doc! { "headline": &news.headline, "body": &news.body, "published": date(news.published) }
}

/// Reads a news item, or says what is wrong with it. One without a date is not published yet.
pub(super) fn read(document: &Document) -> Result<News, Problem> {
    Ok(News {
        id: NewsId(required("_id", object_id(document, "_id")?)?),
        headline: required("headline", text(document, "headline")?)?,
        body: text(document, "body")?.unwrap_or_default(),
        published: required("published", time(document, "published")?)?,
    })
}
