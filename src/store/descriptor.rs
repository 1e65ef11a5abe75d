//! What a collection's description consists of. `collections.rs` lists the descriptions.
//!
//! No field of a descriptor has a default: whoever adds a collection decides each of them.

use bson::{Document, doc};

use super::fields::Problem;

/// What is done with one collection.
#[derive(Debug)]
pub struct Descriptor {
    pub(super) name: &'static str,
    pub(super) made: Made,
    pub(super) emptied: Emptied,
    pub(super) migrated: Migrated,
    /// How `preflight` looks at its documents.
    pub(super) opened: Opened,
    /// How `serve` reads its documents.
    pub(super) read: Read,
    /// The fields with data of people, their chat ids included: paths with dots, without the places of lists. A path
    /// stands for all that is inside of it.
    pub(super) personal: &'static [&'static str],
    /// What *forget me* does with the collection.
    pub(super) forgotten: Forgotten,
    /// Those of the personal fields that *forget me* leaves; the collection's own file says why.
    pub(super) remaining: &'static [&'static str],
    pub(super) backup: InBackup,
    /// The field that names a picture: what is named here is not deleted as unused.
    pub(super) picture: Option<&'static str>,
    /// Whether a text in an `_id` is one that a program of ours gave, which may be logged.
    pub(super) text_ids: bool,
}

/// How a collection comes to be.
#[derive(Debug)]
pub(super) enum Made {
    /// By `prepare`, without indexes of its own.
    Plain,
    /// By `prepare`, with these indexes: making them makes the collection.
    Indexed(fn() -> Vec<Document>),
    /// By the first write.
    Written,
}

/// When a collection is emptied for tests and transcripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Emptied {
    /// By `wipe_people` and by `wipe`.
    WithPeople,
    /// By `wipe` only.
    WithShelves,
    /// Never as a whole.
    Never,
}

/// When documents of an older version are brought up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Migrated {
    /// Before anybody is served: MongoDB itself looks at their fields.
    First,
    /// While turns are played: they are read by their id, and brought up as they are read.
    Beside,
    /// Its documents belong to the database, or to the driver, and have no versions.
    Never,
}

/// How a preflight opens documents.
#[derive(Debug, Clone, Copy)]
pub(super) enum Opened {
    /// One by one: what is wrong with a document of the newest version.
    Each(fn(&Document) -> Vec<Problem>),
    /// With customers, carts and orders, since screens are drawn: see `preflight/conversations.rs`.
    WithScreens,
    /// Not at all: no program reads it.
    Not,
}

/// How `serve` reads documents, and so which of them `check` judges.
#[derive(Debug, Clone, Copy)]
pub(super) enum Read {
    /// All of them, as parts of the catalogue: the change stream follows them, and people write into the collection
    /// with mongosh, without stamps.
    Shelf,
    /// In lists that the bot or the API cannot do without: which documents, and why one of them cannot be used.
    InLists { which: fn() -> Document, fault: fn(&Document) -> Option<Problem> },
    /// In another way; `check` leaves them to `preflight`.
    Otherwise,
}

/// What *forget me* does with a collection.
#[derive(Debug, Clone, Copy)]
pub(super) enum Forgotten {
    /// Nothing.
    Untouched,
    /// The documents of a chat are deleted: those that this filter finds.
    Deleted(fn(chat: i64) -> Document),
    /// The documents of a chat lose these fields, and stay.
    Cleared { which: fn(chat: i64) -> Document, fields: &'static [&'static str] },
    /// The write that ends the dialogue leaves the ids of its updates, and its `_id`: see `commit.rs` and `optimistic.rs`.
    ByTheTurn,
}

/// What a backup has of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InBackup {
    /// Every document, and all of them come back.
    Whole,
    /// Every document, of which some do not come back or go by themselves: their number is not compared.
    Changing,
    /// Nothing: it means nothing in another database.
    Nothing,
}

impl Descriptor {
    /// The collection's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether a restored database has every document that the backed up one had.
    pub fn comes_back_whole(&self) -> bool {
        self.backup == InBackup::Whole
    }

    /// The fields with data of people, as paths with dots and without the places of lists. A path stands for all that
    /// is inside of it.
    pub fn personal(&self) -> &'static [&'static str] {
        self.personal
    }

    /// Those of the personal fields that stay when their person is forgotten.
    pub fn remaining(&self) -> &'static [&'static str] {
        self.remaining
    }

    /// Whether its documents have versions.
    pub fn is_versioned(&self) -> bool {
        self.migrated != Migrated::Never
    }

    /// Whether a preflight opens its documents.
    pub fn is_opened(&self) -> bool {
        !matches!(self.opened, Opened::Not)
    }

    /// Whether it is a part of the catalogue.
    pub(super) fn is_shelf(&self) -> bool {
        matches!(self.read, Read::Shelf)
    }

    /// Its indexes, but for that of `_id`.
    pub(super) fn indexes(&self) -> Option<Vec<Document>> {
        match self.made {
            Made::Indexed(indexes) => Some(indexes()),
            Made::Plain | Made::Written => None,
        }
    }
}

/// An index that lets no two documents have the same value.
pub(super) fn unique(name: &str, field: &str) -> Document {
    doc! { "name": name, "key": { field: 1 }, "unique": true }
}

/// The filter that finds the documents of a chat by one of their fields.
pub(super) fn by(field: &str, chat: i64) -> Document {
    doc! { field: chat }
}
