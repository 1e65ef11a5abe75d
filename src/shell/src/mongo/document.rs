//! The one place that stamps documents: `created` once, `modified` on every save, and the `version` of its shape
//! where a document is written whole. A write of single fields leaves the version alone: it says what shape the
//! rest is of.

use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};

/// When a document is written whole, and in which version of its collection.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    pub version: i32,
    pub now: DateTime<Utc>,
}

/// A new document.
pub fn stamped(mut fields: Document, stamp: Stamp) -> Document {
    let now = date(stamp.now);
    fields.extend(doc! { "version": stamp.version, "created": now.clone(), "modified": now });
    fields
}

/// An update that sets some `fields` of a document that exists.
pub fn saved(mut fields: Document, now: DateTime<Utc>) -> Document {
    fields.insert("modified", date(now));
    doc! { "$set": fields }
}

/// An update that sets all `fields` of a document that may not exist; of a new one, `only_new` too.
pub fn upserted(mut fields: Document, mut only_new: Document, stamp: Stamp) -> Document {
    only_new.insert("created", date(stamp.now));
    fields.insert("version", stamp.version);
    let mut update = saved(fields, stamp.now);
    update.insert("$setOnInsert", only_new);
    update
}

/// An update that stamps a document which a foreign program has inserted: its own stamps stay.
pub fn adopted(stamp: Stamp) -> Vec<Document> {
    let or_now = |name: &str| doc! { "$ifNull": [name, date(stamp.now)] };
    vec![doc! { "$set": {
        "created": or_now("$created"), "modified": or_now("$modified"), "version": { "$ifNull": ["$version", stamp.version] },
    } }]
}

/// A time as a BSON date: whole milliseconds.
pub fn date(time: DateTime<Utc>) -> Bson {
    Bson::DateTime(bson::DateTime::from_chrono(time))
}

/// A whole number, of whichever kind a program has written it.
pub fn whole(value: &Bson) -> Option<i64> {
    match *value {
        Bson::Int32(number) => Some(i64::from(number)),
        Bson::Int64(number) => Some(number),
        Bson::Double(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(number as i64),
        _ => None,
    }
}
