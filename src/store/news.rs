//! `news`: `{_id: ObjectId, headline, body, published: Date, mailing: "made" | "never", translations}`. One without a date is a draft.
//! `mailing` is missing or null until the item is mailed; an item that is `never` mailed is only shown.

use bson::{Document, doc};
use chrono::{DateTime, Utc};
use dialogues::shop::rules::news_flaws;
use dialogues::shop::{CatalogueTranslations, Flaw, News, NewsId, TRANSLATIONS, TranslatedFields};

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read};
use super::document::date;
use super::fields::{Fields, Problem, object_id, required, text, time, visible};
use super::translations;

pub(super) const NAME: &str = "news";
/// What is known of an item's mailing: nothing, [`MADE`] or [`NEVER`].
pub(super) const MAILING: &str = "mailing";
pub(super) const MADE: &str = "made";
pub(super) const NEVER: &str = "never";

/// What is done with it. It is emptied with the people, since transcripts bring news of their own.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| vec![doc! { "name": "published", "key": { "published": 1 } }]),
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Each(|document| {
        let problems = translations::problems(document, &TranslatedFields::OF_NEWS);
        read_item(document).err().into_iter().chain(problems).collect()
    }),
    read: Read::Shelf,
    personal: &[],
    forgotten: Forgotten::Untouched,
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

/// A news item that may be a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewsItem {
    pub id: NewsId,
    pub headline: String,
    pub body: String,
    /// Shown from then on; `None` is a draft.
    pub published: Option<DateTime<Utc>>,
    pub mailing: NewsMailing,
    pub translations: CatalogueTranslations,
}

/// Whether a news item is mailed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NewsMailing {
    /// As soon as it is published.
    #[default]
    Due,
    /// It has been given to a mailing, which has its id.
    Made,
    /// It is only shown.
    Never,
}

impl NewsItem {
    /// What customers get to see, now or later; `None` of a draft.
    pub fn published(&self) -> Option<News> {
        let published = self.published?;
        let Self { id, headline, body, translations, .. } = self.clone();
        Some(News { id, headline, body, published, translations })
    }

    /// The rules that it breaks.
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = news_flaws(&self.headline, &self.body);
        flaws.extend(self.translations.flaws(&TranslatedFields::OF_NEWS));
        flaws
    }
}

impl From<&News> for NewsItem {
    fn from(news: &News) -> Self {
        let News { id, headline, body, published, translations } = news.clone();
        Self { id, headline, body, published: Some(published), mailing: NewsMailing::Due, translations }
    }
}

/// A news item's fields as stored, without `_id` and without what is known of its mailing.
pub(super) fn write(news: &News) -> Document {
    words(&NewsItem::from(news))
}

/// The same of one that may be a draft, with its mailing. One that is due may have been made meanwhile: then it is made once
/// more, under the same id, which changes nothing.
pub(super) fn write_item(item: &NewsItem) -> Document {
    let mut document = words(item);
    document.insert(
        MAILING,
        match item.mailing {
            NewsMailing::Due => None,
            NewsMailing::Made => Some(MADE),
            NewsMailing::Never => Some(NEVER),
        },
    );
    document
}

fn words(item: &NewsItem) -> Document {
    doc! {
        "headline": &item.headline,
        "body": &item.body,
        "published": item.published.map(date),
        TRANSLATIONS: translations::write(&item.translations, &TranslatedFields::OF_NEWS),
    }
}

/// Reads a news item, or says what is wrong with it.
pub(super) fn read_item(document: &(impl Fields + ?Sized)) -> Result<NewsItem, Problem> {
    Ok(NewsItem {
        id: NewsId(required("_id", object_id(document, "_id")?)?),
        headline: visible(document, "headline")?,
        body: text(document, "body")?.unwrap_or_default(),
        published: time(document, "published")?,
        mailing: match text(document, MAILING)?.as_deref() {
            None => NewsMailing::Due,
            Some(NEVER) => NewsMailing::Never,
            Some(_) => NewsMailing::Made,
        },
        translations: translations::read(document, &TranslatedFields::OF_NEWS),
    })
}
