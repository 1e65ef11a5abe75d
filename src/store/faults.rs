//! What is wrong with a document that is no dialogue. The bot makes do with a profile whose phone cannot be read, and
//! with a cart that lacks a line; to `preflight` each of these is a fault. The function `faults` of each collection's own
//! file collects those of one document of the newest version.

mod words;

use bson::{Bson, Document};
use serde::de::DeserializeOwned;

use super::fields::{Problem, required};
pub(super) use words::{fault, field_fault, state_of};

/// Collects what is wrong from several looks at one document.
#[derive(Default)]
pub(super) struct Faults(pub(super) Vec<Problem>);

impl Faults {
    /// Notes what a look at the document has found.
    pub(super) fn check<T>(&mut self, look: Result<T, Problem>) {
        self.0.extend(look.err());
    }

    /// Notes why a field cannot be read as a `T`; a missing one is none of its business.
    pub(super) fn read<T: DeserializeOwned>(&mut self, document: &Document, name: &str) {
        self.0.extend(field_fault::<T>(document, name));
    }

    /// The same of a field that must be there.
    pub(super) fn must<T: DeserializeOwned>(&mut self, document: &Document, name: &str) {
        self.check(required(name, document.get(name)));
        self.read::<T>(document, name);
    }

    /// What only the reader itself has found, unless something better was said already.
    pub(super) fn or<T>(mut self, read: Result<T, Problem>) -> Vec<Problem> {
        if self.0.is_empty() {
            self.check(read);
        }
        self.0
    }
}

/// What a line must have kept of its product.
pub(super) fn snapshot(line: &Bson, names: &[&str]) -> Option<Problem> {
    let line = line.as_document()?;
    names.iter().find(|name| !line.contains_key(**name)).map(|name| format!("{name} is missing"))
}
