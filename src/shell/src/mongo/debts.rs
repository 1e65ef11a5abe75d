//! Dialogues that owe a reply which Telegram may have forgotten the update of: `owed: {by: text, until: date}` in the
//! dialogue's document, beside the kept replies.
//!
//! The active process marks a dialogue whose reply it cannot show at once, under its name and epoch, and takes the mark
//! away when everything is shown. A mark of anybody else is that of a process that was killed, or is not active any more:
//! the active one takes it over, and shows what is owed. `until` is for a program that knows no lease: it leaves the mark
//! alone until then.

use bson::{Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;

use super::document::{date, whole};
use super::{Documents, STORE_TIMEOUT, StoreError, within};

/// How long a program that knows no lease leaves a mark alone.
const EXPIRY: TimeDelta = TimeDelta::seconds(6);
/// So many dialogues are taken over at a time.
const AT_A_TIME: i64 = 100;

/// The marks.
#[derive(Debug, Clone)]
pub struct Debts(Documents);

/// A mark under a name.
fn mark(by: &str, now: DateTime<Utc>) -> Document {
    doc! { "$set": { "owed": { "by": by, "until": date(now + EXPIRY) } } }
}

impl Debts {
    /// The marks in the collection of dialogues, which has a sparse index over `owed.until`.
    pub fn new(documents: Documents) -> Self {
        Self(documents)
    }

    async fn update(&self, filter: Document, update: Document) -> Result<(), StoreError> {
        let updating = async { Ok(self.0.collection().update_many(filter, update).await?) };
        within(STORE_TIMEOUT, updating).await.map(drop)
    }

    /// Marks dialogues under this name. A dialogue that is deleted meanwhile owes nothing.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn mark(&self, chats: &[i64], by: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.update(doc! { "_id": { "$in": chats } }, mark(by, now)).await
    }

    /// Takes the marks away from dialogues that have one whose name begins so.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn clear(&self, chats: &[i64], begins: &str) -> Result<(), StoreError> {
        let ours = doc! { "_id": { "$in": chats }, "owed.by": { "$regex": format!("^{begins}") } };
        self.update(ours, doc! { "$unset": { "owed": "" } }).await
    }

    /// Some of the chats whose dialogues others have marked.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn of_others(&self, ours: &str) -> Result<Vec<i64>, StoreError> {
        // By a range, so that the sparse index is used.
        let others = doc! { "owed.until": { "$gt": date(DateTime::UNIX_EPOCH) }, "owed.by": { "$ne": ours } };
        let found = async {
            let found = self.0.collection().find(others).projection(doc! { "_id": 1 }).limit(AT_A_TIME).await?;
            Ok(found.try_collect::<Vec<Document>>().await?)
        };
        let found = within(STORE_TIMEOUT, found).await?;
        Ok(found.iter().filter_map(|document| document.get("_id").and_then(whole)).collect())
    }

    /// Makes the mark of a dialogue ours, if it has one.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn adopt(&self, chat: i64, by: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.update(doc! { "_id": chat, "owed": { "$exists": true } }, mark(by, now)).await
    }
}

/// The name in the mark of a dialogue, as the field `owed` has it.
pub fn marked_by(owed: &bson::Bson) -> Option<String> {
    owed.as_document()?.get_str("by").ok().map(str::to_owned)
}
