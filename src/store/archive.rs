//! `archive`: `{_id: {chat, revision}, chat, document}`, dialogues that could not be read, as they were.

use bson::{Document, doc};

use super::collections::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read, by};
use super::document::upserted;
use super::{Store, StoreError};

pub(super) const NAME: &str = "archive";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| vec![doc! { "name": "chat", "key": { "chat": 1 } }]),
    emptied: Emptied::WithPeople,
    migrated: Migrated::Beside,
    opened: Opened::Not,
    read: Read::Otherwise,
    personal: &["_id.chat", "chat", "document"],
    forgotten: Forgotten::Deleted(|chat| by("chat", chat)),
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

impl Store {
    /// Keeps a copy of a dialogue that nobody can read; the same one once only.
    pub(super) async fn archive(&self, chat: i64, revision: i64, document: &Document) -> Result<(), StoreError> {
        let id = doc! { "_id": { "chat": chat, "revision": revision } };
        let update = upserted(Document::new(), doc! { "chat": chat, "document": document }, self.stamp(NAME));
        let written = self.collection(NAME).update_one(id, update).upsert(true).await?;
        if written.upserted_id.is_some() {
            self.metrics().database.archived();
        }
        Ok(())
    }
}
