//! The versions of stored documents, and how an older one is brought up to the newest.
//!
//! Each collection has a version of its own: that of its last [`Migration`], 1 as long as it has none. Every document
//! carries the one it was written in. Whoever decodes a document asks `Store::current` first, which is the one seam:
//!
//! - *of the newest version:* nothing is done;
//! - *older:* all migrations above its version are applied to it in memory, so that no turn waits for the sweep
//!   (`migrations/sweep.rs`), and what a turn writes is written whole, in the newest version;
//! - *newer:* a newer program has written it. It is neither archived nor overwritten: [`StoreError::Newer`] counts as
//!   away, so that a webhook answers 503, Telegram comes again, and nginx asks the newer process; a poll keeps the
//!   update (`shell/src/waiting.rs`). After a rollback those customers wait until the newer program is back, and lose nothing.
//!
//! # How to write one
//!
//! A migration is a pure function of one document. Say that the state `adjusting` of the cart gets a new name:
//!
//! ```
//! # use bson::Document;
//! # use shopkeeper::store::migrations::{Migration, at};
//! const MIGRATIONS: &[Migration] = &[Migration {
//!     to: 2,
//!     collection: "dialogues",
//!     name: "the cart's state adjusting is called tuning",
//!     bring: adjusting_to_tuning,
//! }];
//!
//! fn adjusting_to_tuning(document: &mut Document) {
//!     let Some(dialogue) = at(document, &["conversation", "dialogue"]) else { return };
//!     if dialogue.get_str("state").is_ok_and(|state| state == "adjusting") {
//!         dialogue.insert("state", "tuning");
//!     }
//! }
//! # assert_eq!(MIGRATIONS[0].to, 2);
//! ```
//!
//! The list grows at its end, and nothing is ever taken out: somebody may come with a backup of last year. Each new
//! version gets new files in `tests/documents/`, and the old ones stay as they are. `shopkeeper preflight` tells
//! whether the list is enough for a live database before the new program is let at it.
//!
//! Three things to mind:
//!
//! - A checkout that was left half-way is kept in `conversation.parked`, a cart in `pending_cart` of the dialogue, too.
//! - A write of single fields leaves the version alone, so an old document may have some fields of the new shape
//!   already: what is new already is left alone.
//! - A field that MongoDB itself looks at (a filter, an index) cannot get another name in one release while old
//!   processes run: write both names in the first one, and leave the old one away in the second.

mod sweep;

use std::panic::{AssertUnwindSafe, catch_unwind};

use bson::raw::RawDocument;
use bson::{Bson, Document};

use super::fields::whole;
use super::{Store, StoreError};

pub use self::sweep::Swept;

/// The version of documents in a collection that no migration was ever written for.
pub const VERSION: i32 = 1;

/// All migrations, in the order in which they came about.
pub const MIGRATIONS: &[Migration] = &[];

/// Brings the documents of one collection from one version to the next.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The version of a document that has been through it: 2 for the first one of a collection. (1 is for documents
    /// that have no version at all.)
    pub to: i32,
    pub collection: &'static str,
    /// What it does, in a few words: they are logged.
    pub name: &'static str,
    /// What cannot be brought up is left as it is, and found by `shopkeeper preflight`.
    pub bring: fn(&mut Document),
}

/// The newest version of a collection's documents, as this program writes them.
pub fn newest(collection: &str) -> i32 {
    let migrations = MIGRATIONS.iter().filter(|migration| migration.collection == collection);
    migrations.map(|migration| migration.to).max().unwrap_or(VERSION)
}

/// The document that lies inside of another one on this path.
pub fn at<'a>(document: &'a mut Document, path: &[&str]) -> Option<&'a mut Document> {
    path.iter().try_fold(document, |inside, name| inside.get_document_mut(name).ok())
}

/// What a document's version is to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    Newest,
    /// Migrations above this version are to be applied.
    Older(i32),
    Newer(i32),
    /// It has no version that could be read, and no migration is for those. On a shelf a person has inserted it, in the
    /// newest shape, as the manual says; elsewhere nobody knows its shape.
    Unknown,
}

/// Some migrations, and with them the newest version of each collection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Versions(pub(super) &'static [Migration]);

impl Versions {
    /// The newest version of a collection's documents.
    pub(super) fn newest(self, collection: &str) -> i32 {
        self.of(collection).map(|migration| migration.to).max().unwrap_or(VERSION)
    }

    /// The migrations of a collection, in their order.
    pub(super) fn of(self, collection: &str) -> impl Iterator<Item = &'static Migration> {
        self.0.iter().filter(move |migration| migration.collection == collection)
    }

    /// Whether documents without a version can be brought up, too.
    fn takes_versionless(self, collection: &str) -> bool {
        self.of(collection).any(|migration| migration.to == VERSION)
    }

    /// How old a document is, by what stands in its field `version`.
    pub(super) fn age(self, collection: &str, version: Option<i32>) -> Age {
        let newest = self.newest(collection);
        match version {
            Some(version) if version == newest => Age::Newest,
            Some(version) if version > newest => Age::Newer(version),
            Some(version) => Age::Older(version),
            None if self.takes_versionless(collection) => Age::Older(0),
            None => Age::Unknown,
        }
    }

    /// A document as this program knows it.
    ///
    /// # Errors
    /// [`StoreError::Newer`]; [`StoreError::Unreadable`] where a migration panics on it.
    pub(super) fn current(self, collection: &'static str, mut document: Document) -> Result<Document, StoreError> {
        match self.age(collection, version_of(&document)) {
            Age::Newest | Age::Unknown => {}
            Age::Newer(found) => return Err(self.newer(collection, found)),
            Age::Older(from) => self.bring_up(collection, from, &mut document)?,
        }
        Ok(document)
    }

    pub(super) fn newer(self, collection: &'static str, found: i32) -> StoreError {
        StoreError::Newer { collection, found, known: self.newest(collection) }
    }

    /// Applies all migrations above `from`.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] where one panics: the document is not what its author thought of, and the others
    /// must not wait for it.
    pub(super) fn bring_up(
        self,
        collection: &'static str,
        from: i32,
        document: &mut Document,
    ) -> Result<(), StoreError> {
        for migration in self.of(collection).filter(|migration| migration.to > from) {
            let brought = catch_unwind(AssertUnwindSafe(|| (migration.bring)(document)));
            let panicked = || format!("the migration “{}” panics on it", migration.name);
            brought.map_err(|_| StoreError::Unreadable { collection, problem: panicked() })?;
            document.insert("version", migration.to);
        }
        Ok(())
    }
}

impl Store {
    /// The newest version of a collection's documents.
    pub(super) fn version(&self, collection: &str) -> i32 {
        self.inner.versions.newest(collection)
    }

    /// [`Versions::current`].
    pub(super) fn current(&self, collection: &'static str, document: Document) -> Result<Document, StoreError> {
        self.inner.versions.current(collection, document)
    }
}

/// The version a document was written in.
pub(super) fn version_of(document: &Document) -> Option<i32> {
    document.get("version").and_then(version_in)
}

/// The same of a document that was not decoded.
pub(super) fn raw_version(document: &RawDocument) -> Option<i32> {
    let version = document.get("version").ok().flatten()?;
    Bson::try_from(version).ok().as_ref().and_then(version_in)
}

/// One beyond all that we count to is newer, too.
fn version_in(value: &Bson) -> Option<i32> {
    whole(value).map(|version| i32::try_from(version).unwrap_or(i32::MAX))
}

/// The fields of an update that brings a stored document to `fields`, which are all that a program writes of it: what
/// migrations have changed beside is written, too, and what they have taken away goes.
pub(super) fn renewed(stored: &Document, current: &Document, fields: Document) -> (Document, Document) {
    let mut set = Document::new();
    for (name, value) in current.iter().filter(|(name, _)| *name != "_id") {
        if stored.get(name) != Some(value) {
            set.insert(name, value.clone());
        }
    }
    set.extend(fields);
    let gone = stored.keys().filter(|name| !current.contains_key(name.as_str()) && !set.contains_key(name.as_str()));
    let gone = gone.map(|name| (name.clone(), Bson::String(String::new()))).collect();
    (set, gone)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::store::collections::is_shelf;

    #[test]
    fn the_versions_of_a_collection_go_up_by_one() {
        let mut last: HashMap<&str, i32> = HashMap::new();
        for Migration { to, collection, name, .. } in MIGRATIONS {
            let next = last.get(collection).map_or(*to, |last| last + 1);
            assert!(*to == next && (*to == VERSION || *to == VERSION + 1 || last.contains_key(collection)), "{name}");
            last.insert(collection, *to);
            let is_for_versionless = *to == VERSION;
            assert!(
                !is_for_versionless || !is_shelf(collection),
                "{name}: people insert into shelves without a version"
            );
        }
    }
}
