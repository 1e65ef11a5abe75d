//! `dead_letters`: `{_id: update id, chat, what}`, updates that were given up. No personal data: `what` is a
//! sentence of ours about the failure.

use bson::{Document, doc};

use super::collections::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read, by};
use super::document::upserted;
use super::{Store, StoreError};

pub(super) const NAME: &str = "dead_letters";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Plain,
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Not,
    read: Read::Otherwise,
    personal: &["chat"],
    forgotten: Forgotten::Deleted(|chat| by("chat", chat)),
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

impl Store {
    /// Notes that an update was given up, and why. `chat` is missing where the update had none.
    pub async fn bury(&self, update: i64, chat: Option<i64>, what: &str) -> Result<(), StoreError> {
        let fields = upserted(doc! { "chat": chat, "what": what }, Document::new(), self.stamp(NAME));
        let written = self.collection(NAME).update_one(doc! { "_id": update }, fields).upsert(true).await?;
        if written.upserted_id.is_some() {
            self.metrics().database.buried();
        }
        Ok(())
    }
}
