//! `postponed`: updates that only their own customer waits for, as [`shell::mongo::Postponed`] keeps them.

use bson::{Document, doc};
use shell::mongo::Postponed;

use super::Store;
use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read, by};
use super::faults::Faults;
use super::fields::{Problem, integer, required, text};

pub(super) const NAME: &str = "postponed";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| vec![doc! { "name": "chat", "key": { "chat": 1, "_id": 1 } }]),
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Each(faults),
    read: Read::Otherwise,
    personal: &["chat", "update"],
    forgotten: Forgotten::Deleted(|chat| by("chat", chat)),
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

/// What is wrong with a document, as `preflight` looks at it.
fn faults(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    faults.check(integer(document, "_id").and_then(|id| required("_id", id)));
    faults.check(integer(document, "chat").and_then(|chat| required("chat", chat)));
    faults.check(text(document, "update").and_then(|update| required("update", update)));
    faults.0
}

impl Store {
    /// The updates that wait.
    pub fn postponed(&self) -> Postponed {
        Postponed::new(self.documents(NAME))
    }
}
