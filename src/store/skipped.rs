//! Documents that this program cannot use: of a newer version, with a field of another type, no valid BSON.
//!
//! A reader of many documents leaves such a document out and goes on: see [`Store::usable`] and [`Store::list`]. Each
//! is logged once with its id, counted by collection in `shopkeeper_documents_skipped`, and named by `shopkeeper check`
//! and `shopkeeper preflight`, which judge by the same functions. A document that can be used although it breaks a rule
//! for what the shop writes (see [`dialogues::shop::rules`]) is shown, and reported in the same way as *flawed*.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ::dialogues::shop::Change;
use bson::raw::{RawDocument, RawDocumentBuf};
use bson::{Bson, Document};
use futures::TryStreamExt;
use mongodb::options::ReadConcern;
use mongodb::{Collection, Cursor};

use super::admin::Seen;
use super::collections::{self, is_shelf};
use super::descriptor::{Descriptor, Read};
use super::fields::{NO_BSON, Problem, decodable};
use super::migrations::{Age, Versions, raw_version};
use super::{Store, StoreError};
use crate::metrics::ShopMetrics;

/// So many are remembered by id; what comes on top is counted in no metric and logged each time it is read.
const REMEMBERED: usize = 10_000;

/// What a person is to do about a document that is left out.
const REMEDY: &str = "mend it in mongosh, or delete it";

/// The documents that were left out, or have flaws, when they were last read.
pub(super) struct Skips {
    /// By collection and `_id`, which stays in here: it may be a person's.
    known: Mutex<HashMap<(&'static str, String), Remark>>,
    metrics: ShopMetrics,
}

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Remark {
    Skipped(Problem),
    Flawed(Problem),
}

/// A document, judged as its readers judge it.
pub(super) enum Judged {
    /// What it means to the catalogue, if it is a part of it.
    Good(Option<Change>),
    /// It is used, and breaks these rules.
    Flawed(Option<Change>, Vec<Problem>),
    /// It is left out.
    Skipped(Problem),
}

impl Skips {
    pub(super) fn new(metrics: ShopMetrics) -> Self {
        Self { known: Mutex::default(), metrics }
    }

    /// Notes what was found when a document was read; `None`: nothing is wrong with it, or it is gone.
    fn note(&self, collection: &'static str, id: impl FnOnce() -> Bson, remark: Option<Remark>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() && remark.is_none() {
            return;
        }
        let id = id();
        let (key, id) = ((collection, id.to_string()), id_of(collection, &id));
        let Some(remark) = remark else {
            if let Some(was) = known.remove(&key) {
                self.count(collection, &was, -1);
                tracing::info!(collection, id, "document usable again, or gone");
            }
            return;
        };
        if known.get(&key) == Some(&remark) {
            return;
        }
        match &remark {
            Remark::Skipped(problem) => {
                tracing::error!(collection, id, problem, remedy = REMEDY, "document skipped");
            }
            Remark::Flawed(problem) => tracing::warn!(collection, id, problem, "document flawed"),
        }
        if known.len() < REMEMBERED || known.contains_key(&key) {
            self.count(collection, &remark, 1);
            if let Some(was) = known.insert(key, remark) {
                self.count(collection, &was, -1);
            }
        }
    }

    /// Notes that a document can be used, whatever rules it breaks.
    fn note_usable(&self, collection: &'static str, id: impl FnOnce() -> Bson) {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return;
        }
        let id = id();
        let was_skipped = matches!(known.get(&(collection, id.to_string())), Some(Remark::Skipped(_)));
        drop(known);
        if was_skipped {
            self.note(collection, || id, None);
        }
    }

    fn count(&self, collection: &str, remark: &Remark, more: i64) {
        match remark {
            Remark::Skipped(_) => self.metrics.database.skipped(collection, more),
            Remark::Flawed(_) => self.metrics.database.flawed(collection, more),
        }
    }
}

impl Store {
    /// The collection, for readers that leave out what cannot even be decoded.
    pub(super) fn raw(&self, collection: &str) -> Collection<RawDocumentBuf> {
        self.database().collection(collection)
    }

    /// What `read` makes of a stored document, brought up to the newest version. `None`: it cannot be used; it is logged
    /// once, and counted.
    pub(super) fn usable<T>(
        &self,
        collection: &'static str,
        document: &RawDocument,
        read: impl FnOnce(&Document) -> Result<T, Problem>,
    ) -> Option<T> {
        let read = self.inner.versions.decoded(collection, document).and_then(|document| read(&document));
        let id = || bson_id(document);
        match read {
            Ok(read) => {
                self.inner.skipped.note_usable(collection, id);
                Some(read)
            }
            Err(problem) => {
                self.inner.skipped.note(collection, id, Some(Remark::Skipped(problem)));
                None
            }
        }
    }

    /// Notes what was read of a document and the rules that it breaks, or why it is left out.
    pub(super) fn noted<T>(
        &self,
        collection: &'static str,
        document: &RawDocument,
        read: Result<(T, Vec<Problem>), Problem>,
    ) -> Option<T> {
        let (read, remark) = match read {
            Ok((read, flaws)) => (Some(read), (!flaws.is_empty()).then(|| Remark::Flawed(flaws.join("; ")))),
            Err(problem) => (None, Some(Remark::Skipped(problem))),
        };
        self.inner.skipped.note(collection, || bson_id(document), remark);
        read
    }

    /// Notes why a document is left out.
    pub(super) fn note_skipped(&self, collection: &'static str, id: Option<&Bson>, problem: Problem) {
        let id = || id.cloned().unwrap_or(Bson::Null);
        self.inner.skipped.note(collection, id, Some(Remark::Skipped(problem)));
    }

    /// Notes that a document is not there any more.
    pub(super) fn note_gone(&self, collection: &'static str, id: &Bson) {
        self.inner.skipped.note(collection, || id.clone(), None);
    }

    /// What `read` makes of all documents that a query finds and that can be used.
    pub(super) async fn read_all<T>(
        &self,
        collection: &'static str,
        mut found: Cursor<RawDocumentBuf>,
        read: impl Fn(&Document) -> Result<T, Problem>,
    ) -> Result<Vec<T>, StoreError> {
        let mut all = Vec::new();
        while let Some(document) = found.try_next().await? {
            all.extend(self.usable(collection, &document, &read));
        }
        Ok(all)
    }

    /// What `read` makes of the first `limit` documents that can be used.
    pub(super) async fn list<T>(
        &self,
        collection: &'static str,
        filter: Document,
        sort: Document,
        limit: u32,
        read: impl Fn(&Document) -> Result<T, Problem>,
    ) -> Result<Vec<T>, StoreError> {
        self.list_raw(collection, filter, sort, limit, |document| self.usable(collection, document, &read)).await
    }

    /// The same of what a majority of the servers has.
    pub(super) async fn list_committed<T>(
        &self,
        collection: &'static str,
        filter: Document,
        sort: Document,
        limit: u32,
        read: impl Fn(&Document) -> Result<T, Problem>,
    ) -> Result<Vec<T>, StoreError> {
        let usable = |document: &RawDocument| self.usable(collection, document, &read);
        self.list_as(ReadConcern::majority(), collection, filter, sort, limit, usable).await
    }

    /// The same for whoever looks at the documents as they are stored. A page from which some were left out is read
    /// again with more, so that it is short only where nothing comes behind it.
    pub(super) async fn list_raw<T>(
        &self,
        collection: &str,
        filter: Document,
        sort: Document,
        limit: u32,
        read: impl Fn(&RawDocument) -> Option<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.list_as(ReadConcern::local(), collection, filter, sort, limit, read).await
    }

    async fn list_as<T>(
        &self,
        concern: ReadConcern,
        collection: &str,
        filter: Document,
        sort: Document,
        limit: u32,
        read: impl Fn(&RawDocument) -> Option<T>,
    ) -> Result<Vec<T>, StoreError> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut most = i64::from(limit);
        loop {
            let documents = self.raw(collection);
            let found =
                documents.find(filter.clone()).sort(sort.clone()).limit(most).read_concern(concern.clone()).await?;
            let rows: Vec<RawDocumentBuf> = found.try_collect().await?;
            let is_all = i64::try_from(rows.len()).unwrap_or(i64::MAX) < most;
            let mut usable: Vec<T> = rows.iter().filter_map(|row| read(row)).collect();
            if usable.len() >= wanted || is_all {
                usable.truncate(wanted);
                return Ok(usable);
            }
            most = most.saturating_mul(4);
        }
    }
}

impl Versions {
    /// A stored document in the newest version, or why it cannot be used.
    pub(super) fn decoded(self, collection: &'static str, document: &RawDocument) -> Result<Document, Problem> {
        let document = Document::try_from(document).map_err(|_| NO_BSON)?;
        self.current(collection, document).map_err(|error| self.problem(collection, &error))
    }

    /// What a document of the catalogue means, and the rules that it breaks; or why it cannot be used.
    pub(super) fn seen(
        self,
        collection: &'static str,
        document: &RawDocument,
    ) -> Result<(Seen, Vec<Problem>), Problem> {
        match self.age(collection, raw_version(document)) {
            Age::Newest | Age::Unknown => {
                decodable(document)?;
                Seen::read(collection, document)
            }
            Age::Newer(_) | Age::Older(_) => Seen::read(collection, &self.decoded(collection, document)?),
        }
    }

    /// Why a document cannot be brought to the newest version, in the words of `check`, `preflight` and the log.
    pub(super) fn problem(self, collection: &str, error: &StoreError) -> Problem {
        match error {
            StoreError::Newer { found, .. } => {
                let known = self.newest(collection);
                format!("version {found} is newer than {known}, which is the newest that this program knows")
            }
            StoreError::Unreadable { problem, .. } => problem.clone(),
            other => other.to_string(),
        }
    }

    /// Judges a document of a collection that `serve` reads as a whole or in lists.
    pub(super) fn judge(self, collection: &'static Descriptor, document: &RawDocument) -> Judged {
        let judged = match collection.read {
            Read::Shelf => self.seen(collection.name, document).map(|(seen, flaws)| (Some(seen.change), flaws)),
            Read::InLists { fault, .. } => self
                .decoded(collection.name, document)
                .and_then(|document| fault(&document).map_or(Ok((None, Vec::new())), Err)),
            Read::Otherwise => self.decoded(collection.name, document).map(|_| (None, Vec::new())),
        };
        match judged {
            Err(problem) => Judged::Skipped(problem),
            Ok((change, flaws)) if flaws.is_empty() => Judged::Good(change),
            Ok((change, flaws)) => Judged::Flawed(change, flaws),
        }
    }
}

/// The id of a document that may be impossible to decode; null if that is impossible, too.
fn bson_id(document: &RawDocument) -> Bson {
    document.get("_id").ok().flatten().and_then(|id| Bson::try_from(id).ok()).unwrap_or(Bson::Null)
}

/// The same as it may be logged.
pub(super) fn raw_id(collection: &str, document: &RawDocument) -> String {
    id_of(collection, &bson_id(document))
}

/// An id as it may be logged: numbers, and names that we gave. In the collections that people write into, also a text,
/// which is no person's there.
pub(super) fn id_of(collection: &str, id: &Bson) -> String {
    match id {
        Bson::ObjectId(id) => id.to_hex(),
        Bson::Int32(id) => id.to_string(),
        Bson::Int64(id) => id.to_string(),
        Bson::String(id) if collections::named(collection).is_some_and(|it| it.text_ids) => id.clone(),
        Bson::String(id) if is_shelf(collection) => format!("{:?}", id.chars().take(64).collect::<String>()),
        Bson::Document(parts) => {
            let parts = parts.iter().filter(|(name, _)| *name != "name");
            parts.map(|(name, part)| format!("{name} {}", id_of(collection, part))).collect::<Vec<_>>().join(", ")
        }
        other => format!("one of type {:?}", other.element_type()),
    }
}
