//! Stamps of the shop's documents, as [`shell::mongo::document`] makes them, and ids.

use bson::oid::ObjectId;
use chrono::{DateTime, Utc};
use dialogues::shop::Id;
use shell::mongo::Documents;
pub(super) use shell::mongo::document::{Stamp, adopted, date, saved, stamped, upserted};

use super::Store;

/// An id as MongoDB keeps it.
pub(super) fn oid(id: Id) -> ObjectId {
    ObjectId::from_bytes(id.0)
}

/// An id as the shop knows it.
pub(super) fn id(oid: ObjectId) -> Id {
    Id(oid.bytes())
}

impl Store {
    /// The stamp of a document that is written whole, now.
    pub(super) fn stamp(&self, collection: &str) -> Stamp {
        self.stamp_at(collection, self.clock().now())
    }

    pub(super) fn stamp_at(&self, collection: &str, now: DateTime<Utc>) -> Stamp {
        Stamp { version: self.version(collection), now }
    }

    /// A collection of this database, for what the shell writes itself.
    pub fn documents(&self, collection: &str) -> Documents {
        Documents::new(self.collection(collection), self.clock().clone(), self.version(collection))
    }

    /// An id that no document has.
    pub fn fresh_id() -> Id {
        id(ObjectId::new())
    }
}
