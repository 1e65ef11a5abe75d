//! `dead_letters`: updates that were given up, as [`shell::mongo::DeadLetters`] notes them.

use bson::doc;
use shell::mongo::DeadLetters;
use shell::mongo::dead_letters::KEPT_FOR;

use super::Store;
use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read, by};

pub(super) const NAME: &str = "dead_letters";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| vec![doc! { "name": "created", "key": { "created": 1 }, "expireAfterSeconds": KEPT_FOR }]),
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Not,
    read: Read::Otherwise,
    personal: &["chat", "update"],
    forgotten: Forgotten::Deleted(|chat| by("chat", chat)),
    remaining: &[],
    backup: InBackup::Changing,
    picture: None,
    text_ids: false,
};

impl Store {
    /// The updates that were given up.
    pub fn dead_letters(&self) -> DeadLetters {
        DeadLetters::new(self.documents(NAME))
    }
}
