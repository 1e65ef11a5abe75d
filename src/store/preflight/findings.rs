//! What a preflight has found, grouped: a thousand dialogues with one fault are one line.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bson::{Bson, Document};
use serde::Serialize;

use super::super::migrations::version_of;
use super::words::state_of;

/// So many different faults are kept; of the rest only the number.
const MOST: usize = 200;

/// So many ids are named with each.
const MOST_IDS: usize = 5;

/// Something that this program could not open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub collection: &'static str,
    /// As stored; `None`: it has none.
    pub version: Option<i32>,
    /// Of a dialogue, as stored or as this program names it.
    pub state: Option<String>,
    /// What is wrong, without a word of the content.
    pub what: String,
    /// In so many documents.
    pub documents: u64,
    /// The first few of them.
    pub ids: Vec<String>,
}

/// What was opened, and what could not be.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Findings {
    /// How many documents, by collection.
    pub opened: BTreeMap<&'static str, u64>,
    /// Those that have migrations before them, by collection.
    pub older: BTreeMap<&'static str, u64>,
    pub faults: Vec<Fault>,
    /// Documents with faults that are not listed: there are too many different ones.
    pub unlisted: u64,
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub took: Duration,
}

fn seconds<S: serde::Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((took.as_secs_f64() * 1000.0).round() / 1000.0)
}

impl Fault {
    /// A fault of one document.
    pub(super) fn of(collection: &'static str, document: &Document, what: impl Into<String>) -> Self {
        Self {
            collection,
            version: version_of(document),
            state: state_of(document),
            what: what.into(),
            documents: 1,
            ids: document.get("_id").map(|id| id_of(collection, id)).into_iter().collect(),
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        (self.collection, self.version, &self.state, &self.what)
            == (other.collection, other.version, &other.state, &other.what)
    }
}

/// An id as it may be told: numbers, and names that we gave.
fn id_of(collection: &str, id: &Bson) -> String {
    match id {
        Bson::ObjectId(id) => id.to_hex(),
        Bson::Int32(id) => id.to_string(),
        Bson::Int64(id) => id.to_string(),
        Bson::String(id) if collection == "keys" => id.clone(),
        Bson::Document(parts) => {
            let parts = parts.iter().filter(|(name, _)| *name != "name");
            parts.map(|(name, part)| format!("{name} {}", id_of(collection, part))).collect::<Vec<_>>().join(", ")
        }
        other => format!("one of type {:?}", other.element_type()),
    }
}

impl Findings {
    pub(super) fn add(&mut self, fault: Fault) {
        if let Some(known) = self.faults.iter_mut().find(|known| known.is_like(&fault)) {
            known.documents += 1;
            known.ids.extend(fault.ids.into_iter().take(MOST_IDS - known.ids.len().min(MOST_IDS)));
        } else if self.faults.len() < MOST {
            self.faults.push(fault);
        } else {
            self.unlisted += 1;
        }
    }

    /// Whether the program can be let at this database.
    pub fn pass(&self) -> bool {
        self.faults.is_empty()
    }

    /// All documents.
    pub fn total(&self) -> u64 {
        self.opened.values().sum()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.collection)?;
        if let Some(state) = &self.state {
            write!(f, " {state}")?;
        }
        match self.version {
            Some(version) => write!(f, " (version {version}): {}", self.what)?,
            None => write!(f, " (no version): {}", self.what)?,
        }
        let more = if self.documents > self.ids.len() as u64 { ", …" } else { "" };
        let documents = if self.documents == 1 { "document" } else { "documents" };
        write!(f, " — {} {documents}: {}{more}", self.documents, self.ids.join(", "))
    }
}

impl fmt::Display for Findings {
    /// One line of counts and time.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} documents opened in {:.1} s", self.total(), self.took.as_secs_f64())?;
        let counts = self.opened.iter().filter(|(_, count)| **count > 0);
        let counts: Vec<String> = counts.map(|(name, count)| format!("{name} {count}")).collect();
        if !counts.is_empty() {
            write!(f, ": {}", counts.join(", "))?;
        }
        let older: u64 = self.older.values().sum();
        if older > 0 {
            write!(f, "; {older} of them will be brought up by migrations")?;
        }
        Ok(())
    }
}
