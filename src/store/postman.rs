//! Who sends mailings: one process at a time, by a lease with a fencing token. `meta` holds `{_id: "postman", owner,
//! token: Int64, until: Date, not_before: Date}`, and `{_id: "news", since: Date}` from the first start on.
//!
//! Which news items have been mailed is written on the items themselves (`mailing`), under one unique key each: so
//! what was inserted while nobody was there is found whenever somebody looks, however long that was ago.

use bson::{Bson, Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use dialogues::mailing::{NEWS_DELAY, news_letter};
use dialogues::moment::after;
use dialogues::shop::{Mailing, MailingId, Segment};

use super::document::{date, saved, upserted};
use super::fields::time;
use super::meta::META;
use super::{Store, StoreError, news};

pub(super) const POSTMAN: &str = "postman";
pub(super) const SINCE: &str = "news";

/// What is dated so long before the first start may still be news.
const FRESH: TimeDelta = TimeDelta::hours(24);

/// The right to send, until somebody has a greater token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lease {
    pub(crate) token: i64,
    /// When Telegram lets us go on.
    pub(crate) not_before: Option<DateTime<Utc>>,
}

impl Store {
    /// Takes the lease if it is free, has expired, or is ours.
    pub(crate) async fn take_lease(&self, owner: &str, lasts: TimeDelta) -> Result<Option<Lease>, StoreError> {
        let now = self.clock().now();
        let free = doc! { "_id": POSTMAN, "$or": [{ "until": { "$lte": date(now) } }, { "owner": owner }] };
        let mut update =
            upserted(doc! { "owner": owner, "until": date(now + lasts) }, Document::new(), self.stamp_at(META, now));
        update.insert("$inc", doc! { "token": 1_i64 });
        let meta = self.collection(META);
        let taken = meta.find_one_and_update(free, update).upsert(true);
        match taken.return_document(mongodb::options::ReturnDocument::After).await.map_err(StoreError::from) {
            Ok(Some(found)) => Ok(Some(Lease {
                token: found.get_i64("token").unwrap_or(0),
                not_before: time(&found, "not_before").ok().flatten(),
            })),
            Ok(None) => Ok(None),
            Err(error) if error.duplicate().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps the lease; `false` if somebody else has it.
    pub(crate) async fn keep_lease(&self, token: i64, lasts: TimeDelta) -> Result<bool, StoreError> {
        let now = self.clock().now();
        let update = saved(doc! { "until": date(now + lasts) }, now);
        Ok(self.collection(META).update_one(doc! { "_id": POSTMAN, "token": token }, update).await?.matched_count == 1)
    }

    /// Lets the next one have it at once.
    pub(crate) async fn leave_lease(&self, token: i64) -> Result<(), StoreError> {
        let now = self.clock().now();
        let update = saved(doc! { "until": date(now), "owner": "" }, now);
        self.collection(META).update_one(doc! { "_id": POSTMAN, "token": token }, update).await?;
        Ok(())
    }

    /// Notes when Telegram lets us go on, for whoever sends then.
    pub(crate) async fn wait_before(&self, token: i64, time: DateTime<Utc>) -> Result<(), StoreError> {
        let update = saved(doc! { "not_before": date(time) }, self.clock().now());
        self.collection(META).update_one(doc! { "_id": POSTMAN, "token": token }, update).await?;
        Ok(())
    }

    /// At the first start of all, what has been published already is old: nobody is mailed an archive.
    pub(crate) async fn begin_news(&self) -> Result<(), StoreError> {
        let meta = self.collection(META);
        if meta.find_one(doc! { "_id": SINCE }).await?.is_some() {
            return Ok(());
        }
        let now = self.clock().now();
        let old = self.unmailed_news().await?.into_iter().filter(|(_, published)| *published <= now);
        self.mark_news(old.map(|(document, _)| document), news::NEVER).await?;
        let since = upserted(doc! { "since": date(now - FRESH) }, Document::new(), self.stamp_at(META, now));
        meta.update_one(doc! { "_id": SINCE }, since).upsert(true).await?;
        Ok(())
    }

    /// Makes mailings of the news that is due. Returns when the next item will be.
    pub(crate) async fn mail_news(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let unmailed = self.unmailed_news().await?;
        if unmailed.is_empty() {
            return Ok(None);
        }
        let since = self.collection(META).find_one(doc! { "_id": SINCE }).await?;
        let since = since.and_then(|found| time(&found, "since").ok().flatten());
        let (now, mut next) = (self.clock().now(), None);
        for (document, published) in unmailed {
            let due = after(published, NEWS_DELAY);
            if due > now {
                next = Some(next.map_or(due, |next: DateTime<Utc>| next.min(due)));
            } else if since.is_some_and(|since| published < since) {
                self.mark_news([document], news::NEVER).await?;
            } else if let Some(item) = news::read_item(&document).ok().and_then(|item| item.published()) {
                let id = MailingId::from(item.id);
                let mailing = Mailing::new(id, news_letter(&item), Segment::default(), 0, now);
                // Created already: a crash came before the mark.
                self.create_mailing(&mailing, None).await?;
                self.mark_news([document], news::MADE).await?;
            }
        }
        Ok(next)
    }

    async fn unmailed_news(&self) -> Result<Vec<(Document, DateTime<Utc>)>, StoreError> {
        let found = self.raw(news::NAME).find(doc! { news::MAILING: null }).await?;
        let dated = |document: &Document| {
            Ok(news::read_item(document)?.published.map(|published| (document.clone(), published)))
        };
        Ok(self.read_all(news::NAME, found, dated).await?.into_iter().flatten().collect())
    }

    async fn mark_news(&self, items: impl IntoIterator<Item = Document>, mark: &str) -> Result<(), StoreError> {
        let ids: Vec<Bson> = items.into_iter().filter_map(|mut item| item.remove("_id")).collect();
        if !ids.is_empty() {
            let update = doc! { "$set": { news::MAILING: mark } };
            self.collection(news::NAME).update_many(doc! { "_id": { "$in": ids } }, update).await?;
        }
        Ok(())
    }
}
