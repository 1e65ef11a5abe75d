//! Opens every stored document of a live database as this program would, and writes nothing.
//!
//! Each document gets its pending migrations in memory and is decoded; where the bot is lenient with a field that it
//! cannot read, this is not. Of each dialogue the screen is drawn as a turn would draw it, with the customer's language,
//! cart and orders and the catalogue as it stands, and held against Telegram's limits.
//!
//! Reading goes in batches to a secondary where there is one. It is no snapshot: whatever changes meanwhile is either
//! seen as it was or as it is. What is found (see `findings.rs`) names collections, versions, states, fields and ids,
//! and quotes no content (see `words.rs`).

mod conversations;
mod documents;
mod findings;
mod words;

use std::sync::Arc;
use std::time::Instant;

use bson::{Document, doc};
use chrono::{DateTime, Utc};
use dialogues::machine::Settings;
use dialogues::shop::{Catalogue, Change};
use futures::TryStreamExt;
use mongodb::Database;
use mongodb::options::{DatabaseOptions, ReadPreference, SelectionCriteria};

pub use self::findings::{Fault, Findings};
use super::migrations::{Age, is_shelf, version_of};
use super::{
    Store, StoreError, carts, categories, idempotency, keys, ledger, mailings, news, orders, postponed, products,
    telegram_files, users,
};

/// How many documents are read together.
const BATCH: usize = 500;

/// Everything that is decoded but the dialogues, in the order in which it is looked at: the catalogue first.
const COLLECTIONS: [&str; 11] = [
    categories::NAME,
    products::NAME,
    news::NAME,
    users::NAME,
    carts::NAME,
    orders::NAME,
    mailings::NAME,
    ledger::NAME,
    keys::NAME,
    telegram_files::NAME,
    postponed::NAME,
];

/// What screens are drawn with.
#[derive(Debug, Clone)]
pub struct Look {
    pub settings: Arc<Settings>,
    pub owners: Vec<i64>,
    pub now: DateTime<Utc>,
}

/// How far it is.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    pub collection: &'static str,
    pub read: u64,
    /// Roughly so many there are.
    pub of: u64,
}

/// A preflight under way.
struct Flight<'a> {
    store: &'a Store,
    look: &'a Look,
    /// The same database, read where it hurts least.
    database: Database,
    findings: Findings,
}

impl Store {
    /// Opens everything. `told` hears how far it is.
    ///
    /// # Errors
    /// [`StoreError::Away`]. What is found is no error.
    pub async fn preflight(&self, look: &Look, mut told: impl FnMut(Reading)) -> Result<Findings, StoreError> {
        let began = Instant::now();
        let secondary = SelectionCriteria::ReadPreference(ReadPreference::SecondaryPreferred { options: None });
        let options = DatabaseOptions::builder().selection_criteria(secondary).build();
        let database = self.inner.client.database_with_options(self.database_name(), options);
        let mut flight = Flight { store: self, look, database, findings: Findings::default() };
        let mut changes = Vec::new();
        for collection in COLLECTIONS.into_iter().chain([idempotency::NAME]) {
            flight.look_at(collection, &mut changes, &mut told).await?;
        }
        let catalogue = Arc::new(Catalogue::default().changed(changes));
        flight.look_at_dialogues(&catalogue, &mut told).await?;
        flight.findings.took = began.elapsed();
        Ok(flight.findings)
    }
}

impl Flight<'_> {
    /// Looks at one collection; what the catalogue is made of is added to `changes`.
    async fn look_at(
        &mut self,
        collection: &'static str,
        changes: &mut Vec<Change>,
        told: &mut impl FnMut(Reading),
    ) -> Result<(), StoreError> {
        let documents = self.database.collection::<Document>(collection);
        let of = documents.estimated_document_count().await?;
        let mut found = documents.find(doc! {}).batch_size(BATCH as u32).await?;
        let mut read = 0;
        while let Some(document) = found.try_next().await? {
            if let Some(current) = self.brought_up(collection, document) {
                for what in documents::faults(collection, &current) {
                    self.findings.add(Fault::of(collection, &current, what));
                }
                changes.extend(change(collection, &current));
            }
            read += 1;
            if read % 1000 == 0 {
                told(Reading { collection, read, of });
            }
        }
        told(Reading { collection, read, of: read });
        self.findings.opened.insert(collection, read);
        Ok(())
    }

    /// The document in the newest version; `None` if nothing can be said of its shape.
    fn brought_up(&mut self, collection: &'static str, mut document: Document) -> Option<Document> {
        match self.store.age(collection, version_of(&document)) {
            Age::Newest => Some(document),
            Age::Older(from) => {
                self.store.bring_up(collection, from, &mut document);
                *self.findings.older.entry(collection).or_default() += 1;
                Some(document)
            }
            Age::Newer(found) => {
                let known = self.store.version(collection);
                let what =
                    format!("version {found} is newer than {known}, which is the newest that this program knows");
                self.findings.add(Fault::of(collection, &document, what));
                None
            }
            Age::Unknown => {
                let what = match document.get("version") {
                    None => "version is missing".to_owned(),
                    Some(value) => format!("version is of type {:?}, not a whole number", value.element_type()),
                };
                self.findings.add(Fault::of(collection, &document, what));
                None
            }
        }
    }
}

/// What a readable document means to the catalogue.
fn change(collection: &str, document: &Document) -> Option<Change> {
    if !is_shelf(collection) {
        return None;
    }
    match collection {
        products::NAME => products::read(document).ok().map(Change::Product),
        categories::NAME => categories::read(document).ok().map(Change::Category),
        _ => news::read_item(document).ok().and_then(|item| item.published()).map(Change::News),
    }
}
