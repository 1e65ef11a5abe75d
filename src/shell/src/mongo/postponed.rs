//! `{_id: Int64 (the update's id), chat: Int64, update: text}`: updates that only their own customer waits for: see
//! [`crate::waiting`]. `update` is the JSON that Telegram has sent. One is deleted as soon as it is committed, and when its
//! customer is forgotten.

use std::collections::BTreeSet;

use bson::{Document, doc};
use futures::TryStreamExt;

use super::document::{upserted, whole};
use super::{Documents, STORE_TIMEOUT, StoreError, within};

/// The updates that wait.
#[derive(Debug, Clone)]
pub struct Postponed(Documents);

/// An update that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostponedUpdate {
    pub id: i64,
    /// As Telegram has sent it.
    pub json: String,
}

impl Postponed {
    /// Those in a collection, which has an index over `{chat, _id}`.
    pub fn new(documents: Documents) -> Self {
        Self(documents)
    }

    /// Keeps an update until it can be played; the same one once only.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn keep(&self, id: i64, chat: i64, json: &str) -> Result<(), StoreError> {
        let update = upserted(doc! { "chat": chat, "update": json }, Document::new(), self.0.stamp());
        let kept = async { Ok(self.0.collection().update_one(doc! { "_id": id }, update).upsert(true).await?) };
        within(STORE_TIMEOUT, kept).await.map(drop)
    }

    /// The chats that updates wait of.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn chats(&self) -> Result<BTreeSet<i64>, StoreError> {
        let found = async { Ok(self.0.collection().distinct("chat", doc! {}).await?) };
        Ok(within(STORE_TIMEOUT, found).await?.iter().filter_map(whole).collect())
    }

    /// The oldest updates that wait of a chat, by their ids.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn of(&self, chat: i64, most: i64) -> Result<Vec<PostponedUpdate>, StoreError> {
        let found = async {
            let found = self.0.collection().find(doc! { "chat": chat }).sort(doc! { "_id": 1 }).limit(most).await?;
            Ok(found.try_collect::<Vec<Document>>().await?)
        };
        let read = |document: Document| {
            let id = document.get("_id").and_then(whole)?;
            Some(PostponedUpdate { id, json: document.get_str("update").unwrap_or_default().to_owned() })
        };
        Ok(within(STORE_TIMEOUT, found).await?.into_iter().filter_map(read).collect())
    }

    /// An update that waited is done.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn drop(&self, id: i64) -> Result<(), StoreError> {
        within(STORE_TIMEOUT, async { Ok(self.0.collection().delete_one(doc! { "_id": id }).await?) }).await.map(drop)
    }
}
