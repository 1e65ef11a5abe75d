//! The one place that stamps documents: `created` once, `modified` on every save, and the `version` of its shape
//! where a document is written whole. A write of single fields leaves the version alone: it says what shape the
//! rest is of.

use bson::{Bson, Document, doc, oid::ObjectId};
use chrono::{DateTime, Utc};
use dialogues::shop::Id;

use super::Store;

/// When a document is written whole, and in which version of its collection: see [`Store::stamp`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub(super) version: i32,
    pub(super) now: DateTime<Utc>,
}

/// A new document.
pub(super) fn stamped(mut fields: Document, stamp: Stamp) -> Document {
    let now = date(stamp.now);
    fields.extend(doc! { "version": stamp.version, "created": now.clone(), "modified": now });
    fields
}

/// An update that sets some `fields` of a document that exists.
pub(super) fn saved(mut fields: Document, now: DateTime<Utc>) -> Document {
    fields.insert("modified", date(now));
    doc! { "$set": fields }
}

/// An update that sets all `fields` of a document that may not exist; of a new one, `only_new` too.
pub(super) fn upserted(mut fields: Document, mut only_new: Document, stamp: Stamp) -> Document {
    only_new.insert("created", date(stamp.now));
    fields.insert("version", stamp.version);
    let mut update = saved(fields, stamp.now);
    update.insert("$setOnInsert", only_new);
    update
}

/// An update that stamps a document which a foreign program has inserted: its own stamps stay.
pub(super) fn adopted(stamp: Stamp) -> Vec<Document> {
    let or_now = |name: &str| doc! { "$ifNull": [name, date(stamp.now)] };
    vec![doc! { "$set": {
        "created": or_now("$created"), "modified": or_now("$modified"), "version": { "$ifNull": ["$version", stamp.version] },
    } }]
}

/// A time as a BSON date: whole milliseconds.
pub(super) fn date(time: DateTime<Utc>) -> Bson {
    Bson::DateTime(bson::DateTime::from_chrono(time))
}

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

    /// An id that no document has.
    pub fn fresh_id() -> Id {
        id(ObjectId::new())
    }
}
