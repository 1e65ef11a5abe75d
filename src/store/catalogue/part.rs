//! Some of a collection's documents, read on a thread of their own.

use bson::raw::RawDocumentBuf;
use mongodb::error::Error;

use super::super::admin::Seen;
use super::super::migrations::Age;
use super::Snapshot;
use super::event::has;

/// What some documents mean.
pub(super) struct Part {
    /// Those that can be used.
    pub(super) seen: Vec<Seen>,
    pub(super) newer: Newer,
    /// A foreign program has inserted one, without stamps.
    pub(super) is_unstamped: bool,
}

impl Part {
    /// Reads these documents on a thread that may calculate.
    pub(super) async fn read(
        snapshot: &Snapshot,
        collection: &'static str,
        documents: Vec<RawDocumentBuf>,
    ) -> Result<Self, Error> {
        let snapshot = snapshot.clone();
        let read = tokio::task::spawn_blocking(move || Self::of(&snapshot, collection, &documents));
        read.await.map_err(Error::custom)
    }

    fn of(snapshot: &Snapshot, collection: &'static str, documents: &[RawDocumentBuf]) -> Self {
        let mut newer = Newer::default();
        let seen: Vec<_> = documents.iter().filter_map(|document| snapshot.read(collection, document)).collect();
        documents.iter().for_each(|document| newer.look(snapshot.age(collection, document)));
        newer.others |= !seen.is_empty();
        Self { seen, newer, is_unstamped: documents.iter().any(|document| !has(document, "created")) }
    }
}

/// Which of a collection's documents a newer program has written.
#[derive(Debug, Default)]
pub(super) struct Newer {
    /// The version of one of them.
    pub(super) found: Option<i32>,
    pub(super) count: usize,
    /// There are others, or there is something that can be used.
    pub(super) others: bool,
}

impl Newer {
    fn look(&mut self, age: Age) {
        match age {
            Age::Newer(found) => (self.found, self.count) = (Some(found), self.count + 1),
            Age::Newest | Age::Older(_) | Age::Unknown => self.others = true,
        }
    }

    /// The same of two parts.
    pub(super) fn and(self, other: Self) -> Self {
        Self { found: other.found.or(self.found), count: self.count + other.count, others: self.others || other.others }
    }
}
