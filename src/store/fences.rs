//! `fences`: `{_id: "catalogue", at: Int64}`, written to learn that all that was written before has been seen (see
//! `catalogue.rs`); `{_id: "category 7", held: Int64}`, which guards categories (see `optimistic.rs`).

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read};

pub(super) const NAME: &str = "fences";

/// What is done with it. It only tells whether an event has passed.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Plain,
    emptied: Emptied::WithPeople,
    migrated: Migrated::Never,
    opened: Opened::Not,
    read: Read::Otherwise,
    personal: &[],
    forgotten: Forgotten::Untouched,
    remaining: &[],
    backup: InBackup::Nothing,
    picture: None,
    text_ids: false,
};
