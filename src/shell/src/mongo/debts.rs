//! Dialogues that owe a reply which Telegram may have forgotten the update of: `owed: {by: text, until: date}` in the
//! dialogue's document, beside the kept replies.
//!
//! A process marks a dialogue whose reply it cannot show at once, renews its marks every few seconds, and takes them away
//! when everything is shown. A mark that is not renewed expires: its process has ended or stands still, and any process
//! takes the dialogue over.

use bson::{Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;

use super::document::{date, whole};
use super::{Documents, STORE_TIMEOUT, StoreError, within};

/// A mark that is not renewed for so long has expired.
const EXPIRY: TimeDelta = TimeDelta::seconds(6);
/// So many dialogues are taken over at a time.
const AT_A_TIME: i64 = 100;

/// The marks of one process.
#[derive(Debug, Clone)]
pub struct Debts {
    documents: Documents,
    process: String,
}

impl Debts {
    /// The marks of a process of this name in the collection of dialogues, which has a sparse index over `owed.until`.
    pub fn new(documents: Documents, process: String) -> Self {
        Self { documents, process }
    }

    fn until(&self, now: DateTime<Utc>) -> Document {
        doc! { "by": &self.process, "until": date(now + EXPIRY) }
    }

    async fn update(&self, filter: Document, update: Document) -> Result<(), StoreError> {
        let updating = async { Ok(self.documents.collection().update_many(filter, update).await?) };
        within(STORE_TIMEOUT, updating).await.map(drop)
    }

    /// Marks dialogues, and renews their marks. A dialogue that is forgotten meanwhile owes nothing.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn mark(&self, chats: &[i64], now: DateTime<Utc>) -> Result<(), StoreError> {
        self.update(doc! { "_id": { "$in": chats } }, doc! { "$set": { "owed": self.until(now) } }).await
    }

    /// Takes the marks of this process away from dialogues.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn clear(&self, chats: &[i64]) -> Result<(), StoreError> {
        let ours = doc! { "_id": { "$in": chats }, "owed.by": &self.process };
        self.update(ours, doc! { "$unset": { "owed": "" } }).await
    }

    /// Lets all marks of this process expire, for the next one.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn release(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let expired = date(now - TimeDelta::milliseconds(1));
        self.update(doc! { "owed.by": &self.process }, doc! { "$set": { "owed.until": expired } }).await
    }

    /// Takes over dialogues whose marks have expired; their chats.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn take_over(&self, now: DateTime<Utc>) -> Result<Vec<i64>, StoreError> {
        let expired = doc! { "owed.until": { "$lt": date(now) } };
        let collection = self.documents.collection();
        let only_ids = doc! { "_id": 1 };
        let found = async {
            let found = collection.find(expired.clone()).projection(only_ids.clone()).limit(AT_A_TIME).await?;
            Ok(found.try_collect::<Vec<Document>>().await?)
        };
        let found = within(STORE_TIMEOUT, found).await?;
        let ids: Vec<i64> = found.iter().filter_map(|document| document.get("_id").and_then(whole)).collect();
        if ids.is_empty() {
            return Ok(ids);
        }
        // Of two processes that see the same mark, one changes it.
        let mut ours = expired;
        ours.insert("_id", doc! { "$in": &ids });
        self.update(ours, doc! { "$set": { "owed": self.until(now) } }).await?;
        let taken = async {
            let ours = doc! { "_id": { "$in": &ids }, "owed.by": &self.process };
            Ok(collection.find(ours).projection(only_ids).await?.try_collect::<Vec<Document>>().await?)
        };
        let taken = within(STORE_TIMEOUT, taken).await?;
        Ok(taken.iter().filter_map(|document| document.get("_id").and_then(whole)).collect())
    }
}
