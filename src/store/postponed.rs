//! `postponed`: `{_id: Int64 (the update's id), chat: Int64, update: text}`, updates that only their own customer waits
//! for: see `bot/waiting.rs`. `update` is the JSON that Telegram has sent. One is deleted as soon as it is committed, and
//! when its customer is forgotten.

use std::collections::BTreeSet;

use bson::{Document, doc};
use futures::TryStreamExt;

use super::collections::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read, by};
use super::document::upserted;
use super::fields::whole;
use super::preflight::documents;
use super::{STORE_TIMEOUT, Store, StoreError, within};

pub(super) const NAME: &str = "postponed";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| vec![doc! { "name": "chat", "key": { "chat": 1, "_id": 1 } }]),
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Each(documents::postponed_update),
    read: Read::Otherwise,
    personal: &["chat", "update"],
    forgotten: Forgotten::Deleted(|chat| by("chat", chat)),
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

/// An update that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PostponedUpdate {
    pub(crate) id: i64,
    /// As Telegram has sent it.
    pub(crate) json: String,
}

impl Store {
    /// Keeps an update until it can be played; the same one once only.
    pub async fn postpone(&self, id: i64, chat: i64, json: &str) -> Result<(), StoreError> {
        let update = upserted(doc! { "chat": chat, "update": json }, Document::new(), self.stamp(NAME));
        let kept = async { Ok(self.collection(NAME).update_one(doc! { "_id": id }, update).upsert(true).await?) };
        within(STORE_TIMEOUT, kept).await.map(drop)
    }

    /// The chats that updates wait of.
    pub(crate) async fn postponed_chats(&self) -> Result<BTreeSet<i64>, StoreError> {
        let found = async { Ok(self.collection(NAME).distinct("chat", doc! {}).await?) };
        Ok(within(STORE_TIMEOUT, found).await?.iter().filter_map(whole).collect())
    }

    /// The oldest updates that wait of a chat, by their ids.
    pub(crate) async fn postponed_of(&self, chat: i64, most: i64) -> Result<Vec<PostponedUpdate>, StoreError> {
        let found = async {
            let found = self.collection(NAME).find(doc! { "chat": chat }).sort(doc! { "_id": 1 }).limit(most).await?;
            Ok(found.try_collect::<Vec<Document>>().await?)
        };
        let read = |document: Document| {
            let id = document.get("_id").and_then(whole)?;
            Some(PostponedUpdate { id, json: document.get_str("update").unwrap_or_default().to_owned() })
        };
        Ok(within(STORE_TIMEOUT, found).await?.into_iter().filter_map(read).collect())
    }

    /// An update that waited is done.
    pub(crate) async fn drop_postponed(&self, id: i64) -> Result<(), StoreError> {
        within(STORE_TIMEOUT, async { Ok(self.collection(NAME).delete_one(doc! { "_id": id }).await?) }).await.map(drop)
    }
}
