//! Documents as they were read: their stamps, and the condition that nobody has changed them since.

use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};

use super::fields::{Fields, time};

/// When a document was first and last written; 1970 for one that a foreign program has only just inserted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timestamps {
    pub created: DateTime<Utc>,
    pub modified: DateTime<Utc>,
}

impl Timestamps {
    pub(super) fn read(document: &(impl Fields + ?Sized)) -> Self {
        let stamp = |name| time(document, name).ok().flatten().unwrap_or_default();
        Self { created: stamp("created"), modified: stamp("modified") }
    }
}

/// A document as it was read, to be changed or removed as long as it is still so.
#[derive(Debug, Clone)]
pub struct Versioned<T> {
    pub thing: T,
    pub stamps: Timestamps,
    pub(super) document: Document,
}

/// Matches a document as long as it is what was read.
pub(super) fn as_read(document: &Document) -> Document {
    let comparable = |(name, value): &(&String, &Bson)| {
        !name.starts_with('$') && !name.contains('.') && !matches!(value, Bson::Undefined)
    };
    document.iter().filter(comparable).map(|(name, value)| (name.clone(), Bson::from(doc! { "$eq": value }))).collect()
}
