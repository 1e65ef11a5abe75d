//! The one place that stamps documents: `created` once, `modified` on every save, `version`.

use bson::{Bson, Document, doc, oid::ObjectId};
use chrono::{DateTime, Utc};
use dialogues::shop::Id;

use super::{Store, VERSION};

/// A new document.
pub(super) fn stamped(mut fields: Document, now: DateTime<Utc>) -> Document {
    fields.extend(doc! { "version": VERSION, "created": date(now), "modified": date(now) });
    fields
}

/// An update that sets `fields` of a document that exists.
pub(super) fn saved(mut fields: Document, now: DateTime<Utc>) -> Document {
    fields.extend(doc! { "version": VERSION, "modified": date(now) });
    doc! { "$set": fields }
}

/// An update that sets `fields` of a document that may not exist; of a new one, `only_new` too.
pub(super) fn upserted(fields: Document, mut only_new: Document, now: DateTime<Utc>) -> Document {
    only_new.insert("created", date(now));
    let mut update = saved(fields, now);
    update.insert("$setOnInsert", only_new);
    update
}

/// An update that stamps a document which a foreign program has inserted: its own stamps stay.
pub(super) fn adopted(now: DateTime<Utc>) -> Vec<Document> {
    let or_now = |name: &str| doc! { "$ifNull": [name, date(now)] };
    vec![doc! { "$set": {
        "created": or_now("$created"), "modified": or_now("$modified"), "version": { "$ifNull": ["$version", VERSION] },
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
    /// An id that no document has.
    pub fn fresh_id() -> Id {
        id(ObjectId::new())
    }
}
