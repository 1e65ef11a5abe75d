//! `postponed`: updates that only their own customer waits for, as [`shell::mongo::Postponed`] keeps them.

use bson::doc;
use shell::mongo::Postponed;

use super::Store;
use super::collections::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read, by};
use super::preflight::documents;

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

impl Store {
    /// The updates that wait.
    pub fn postponed(&self) -> Postponed {
        Postponed::new(self.documents(NAME))
    }
}
