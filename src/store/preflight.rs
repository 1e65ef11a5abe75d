//! Opens every stored document of a live database as this program would, and writes nothing.
//!
//! Each document gets its pending migrations in memory and is decoded; where the bot is lenient with a field that it
//! cannot read, this is not. Of each dialogue the screen is drawn as a turn would draw it, with the customer's language,
//! cart and orders and the catalogue as it stands, and held against Telegram's limits.
//!
//! Reading goes in batches to a secondary where there is one. It is no snapshot: whatever changes meanwhile is either
//! seen as it was or as it is. What is found (see `findings.rs`) names collections, versions, states, fields and ids,
//! and quotes no content (see `faults/words.rs`).

mod conversations;
pub(super) mod findings;

use std::sync::Arc;
use std::time::Instant;

use bson::raw::{RawDocument, RawDocumentBuf};
use bson::{Document, doc};
use chrono::{DateTime, Utc};
use dialogues::machine::Settings;
use dialogues::shop::{Catalogue, Change};
use futures::TryStreamExt;
use mongodb::Database;
use mongodb::options::{DatabaseOptions, ReadPreference, SelectionCriteria};

pub use self::findings::{DocumentFault, Findings};
use super::admin::Seen;
use super::collections::is_shelf;
use super::descriptor::{Descriptor, Opened};
use super::migrations::{Age, version_of};
use super::{Store, StoreError, collections};

/// How many documents are read together.
const BATCH: usize = 500;

/// What screens are drawn with.
#[derive(Debug, Clone)]
pub struct PreflightOptions {
    pub settings: Arc<Settings>,
    pub owners: Vec<i64>,
    pub now: DateTime<Utc>,
}

/// How far it is.
#[derive(Debug, Clone, Copy)]
pub struct PreflightProgress {
    pub collection: &'static str,
    pub read: u64,
    /// Roughly so many there are.
    pub of: u64,
}

/// A preflight under way.
struct Preflight<'a> {
    store: &'a Store,
    look: &'a PreflightOptions,
    /// The same database, read where it hurts least.
    database: Database,
    findings: Findings,
}

impl Store {
    /// Opens everything. `told` hears how far it is.
    ///
    /// # Errors
    /// [`StoreError::Away`]. What is found is no error.
    pub async fn preflight(
        &self,
        look: &PreflightOptions,
        mut told: impl FnMut(PreflightProgress),
    ) -> Result<Findings, StoreError> {
        let began = Instant::now();
        let secondary = SelectionCriteria::ReadPreference(ReadPreference::SecondaryPreferred { options: None });
        let options = DatabaseOptions::builder().selection_criteria(secondary).build();
        let database = self.inner.client.database_with_options(self.database_name(), options);
        let mut flight = Preflight { store: self, look, database, findings: Findings::default() };
        let mut changes = Vec::new();
        for collection in collections::all() {
            flight.look_at(collection, &mut changes, &mut told).await?;
        }
        let catalogue = Arc::new(Catalogue::default().changed(changes));
        flight.look_at_places(&catalogue);
        flight.look_at_dialogues(&catalogue, &mut told).await?;
        flight.findings.took = began.elapsed();
        Ok(flight.findings)
    }
}

impl Preflight<'_> {
    /// Looks at one collection whose documents are opened one by one; what the catalogue is made of is added to
    /// `changes`.
    async fn look_at(
        &mut self,
        descriptor: &'static Descriptor,
        changes: &mut Vec<Change>,
        told: &mut impl FnMut(PreflightProgress),
    ) -> Result<(), StoreError> {
        let (collection, Opened::Each(faults)) = (descriptor.name, descriptor.opened) else { return Ok(()) };
        let documents = self.database.collection::<Document>(collection);
        let of = documents.estimated_document_count().await?;
        let documents = documents.clone_with_type::<RawDocumentBuf>();
        let mut found = documents.find(doc! {}).batch_size(BATCH as u32).await?;
        let mut read = 0;
        while let Some(raw) = found.try_next().await? {
            if let Some(current) = self.decoded(collection, &raw).and_then(|it| self.brought_up(collection, it)) {
                for what in faults(&current) {
                    self.findings.add(DocumentFault::of(collection, &current, what));
                }
                // One that cannot be read has its fault already.
                if descriptor.is_shelf()
                    && let Ok((seen, flaws)) = Seen::read(collection, &current)
                {
                    changes.push(seen.change);
                    for flaw in flaws {
                        self.findings.remark(DocumentFault::of(collection, &current, flaw));
                    }
                }
            }
            read += 1;
            if read % 1000 == 0 {
                told(PreflightProgress { collection, read, of });
            }
        }
        told(PreflightProgress { collection, read, of: read });
        self.findings.opened.insert(collection, read);
        Ok(())
    }

    /// The document, if it is valid BSON.
    fn decoded(&mut self, collection: &'static str, raw: &RawDocument) -> Option<Document> {
        let document = Document::try_from(raw).ok();
        if document.is_none() {
            let what = self.store.inner.versions.decoded(collection, raw).err().unwrap_or_default();
            self.findings.add(DocumentFault::of_raw(collection, raw, what));
        }
        document
    }

    /// The document in the newest version; `None` if nothing can be said of its shape.
    fn brought_up(&mut self, collection: &'static str, mut document: Document) -> Option<Document> {
        let versions = self.store.inner.versions;
        match versions.age(collection, version_of(&document)) {
            Age::Newest => Some(document),
            Age::Unknown if is_shelf(collection) => Some(document),
            Age::Older(from) => match versions.bring_up(collection, from, &mut document) {
                Ok(()) => {
                    *self.findings.older.entry(collection).or_default() += 1;
                    Some(document)
                }
                Err(error) => {
                    self.findings.add(DocumentFault::of(collection, &document, versions.problem(collection, &error)));
                    None
                }
            },
            Age::Newer(found) => {
                let what = versions.problem(collection, &versions.newer(collection, found));
                self.findings.add(DocumentFault::of(collection, &document, what));
                None
            }
            Age::Unknown => {
                let what = match document.get("version") {
                    None => "version is missing".to_owned(),
                    Some(value) => format!("version is of type {:?}, not a whole number", value.element_type()),
                };
                self.findings.add(DocumentFault::of(collection, &document, what));
                None
            }
        }
    }

    /// What the catalogue cannot show where its document says: nothing that the new program could not open.
    fn look_at_places(&mut self, catalogue: &Catalogue) {
        for misplaced in catalogue.misplaced() {
            self.findings.remark(DocumentFault::of_place(misplaced));
        }
    }
}
