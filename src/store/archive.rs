//! `archive`: dialogues that could not be read, as [`shell::mongo::Archive`] keeps them.

use bson::{Document, doc};
use shell::mongo::Archive;

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read, by};
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
        if Archive::new(self.documents(NAME)).keep(chat, revision, document).await? {
            self.metrics().database.archived();
        }
        Ok(())
    }
}
