//! What a preflight has found, grouped: a thousand dialogues with one fault are one line.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bson::Document;
use bson::raw::RawDocument;
use dialogues::shop::{Id, Misplaced};
use serde::Serialize;

use super::super::faults::state_of;
use super::super::migrations::version_of;
use super::super::skipped::{id_of, raw_id};
use super::super::{categories, products};

/// So many different faults are kept; of the rest only the number.
const MOST: usize = 200;

/// So many ids are named with each.
const MOST_IDS: usize = 5;

/// Something that this program could not open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentFault {
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
    pub faults: Vec<DocumentFault>,
    /// What does not keep the program from opening everything: rules for what the shop writes, places that do not
    /// exist.
    pub remarks: Vec<DocumentFault>,
    /// Documents with faults that are not listed: there are too many different ones.
    pub unlisted: u64,
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub took: Duration,
}

fn seconds<S: serde::Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((took.as_secs_f64() * 1000.0).round() / 1000.0)
}

impl DocumentFault {
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

    /// A fault of a document that cannot be decoded.
    pub(super) fn of_raw(collection: &'static str, document: &RawDocument, what: String) -> Self {
        let ids = vec![raw_id(collection, document)];
        Self { collection, version: None, state: None, what, documents: 1, ids }
    }

    /// A part of the catalogue that does not stand where its document says.
    pub(super) fn of_place(misplaced: &Misplaced) -> Self {
        let (collection, ids): (_, Vec<Id>) = match misplaced {
            Misplaced::Cycle(circle) => (categories::NAME, circle.iter().map(|category| category.0).collect()),
            Misplaced::NoParent { category, .. } => (categories::NAME, vec![category.0]),
            Misplaced::NoCategory { product, .. } => (products::NAME, vec![product.0]),
        };
        let documents = u64::try_from(ids.len()).unwrap_or(u64::MAX);
        let ids = ids.iter().take(MOST_IDS).map(Id::to_string).collect();
        Self { collection, version: None, state: None, what: misplaced.to_string(), documents, ids }
    }

    fn is_like(&self, other: &Self) -> bool {
        (self.collection, self.version, &self.state, &self.what)
            == (other.collection, other.version, &other.state, &other.what)
    }
}

impl Findings {
    pub(super) fn add(&mut self, fault: DocumentFault) {
        self.unlisted += u64::from(!group(&mut self.faults, fault));
    }

    /// Adds what keeps nobody from anything.
    pub(super) fn remark(&mut self, remark: DocumentFault) {
        group(&mut self.remarks, remark);
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

/// Adds one to those that are alike, or behind them; `false` if there are too many different ones.
fn group(known: &mut Vec<DocumentFault>, fault: DocumentFault) -> bool {
    let has_room = known.len() < MOST;
    match known.iter_mut().find(|known| known.is_like(&fault)) {
        Some(known) => {
            known.documents += 1;
            known.ids.extend(fault.ids.into_iter().take(MOST_IDS - known.ids.len().min(MOST_IDS)));
        }
        None if has_room => known.push(fault),
        None => return false,
    }
    true
}

impl fmt::Display for DocumentFault {
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
