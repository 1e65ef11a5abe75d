//! A backup, put back into an empty database.
//!
//! Nothing is written before every file has the hash that the manifest says, and never over anything. Collections and
//! indexes come from [`Store::prepare`], what a foreign program has added beside from the backup's metadata. While
//! documents are written, `meta` holds `{_id: "restoring"}`, and no program opens such a database: a restore that was
//! interrupted is dropped and begun anew.
//!
//! What a moment of the past must not bring back:
//!
//! - *Letters.* Whoever got one after that moment has no row in the restored ledger. So mailings that were running are
//!   paused, for the owner to resume or to cancel, and news that came out since is not mailed by itself.
//! - *Deadlines* that have passed since: whoever was reminded then is not reminded again, and who has ordered since is not
//!   reminded of the old cart.
//! - *Positions of events.* Whoever reads events remembers a position, maybe one of after that moment; what happens from now on has
//!   positions behind all of those.
//! - *Webhooks.* Receivers know of what happened after that moment, and a copy may be restored beside the shop: so nobody is told of
//!   anything until the owner's programs enable their webhooks again.
//! - *Receipts* by e-mail that waited: they were sent since, or are of no use any more.
//! - *Invitations into the team*: they may have been accepted or withdrawn since. The team itself is that of the moment: whoever was
//!   dismissed since works here again, until an owner or `shopkeeper team remove` says otherwise.
//! - *`meta`'s* locks and marks of the sweep, which tell of the database and not of the shop. The postman's token comes
//!   back, since mailings remember it.
//!
//! Answers to repeated POSTs do come back: they are those of the moment, and agree with the rest. The updates that a
//! dialogue has seen, too: what Telegram still repeats from after the moment is played, as it must be.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use bson::raw::RawDocumentBuf;
use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};
use mongodb::options::{CollectionOptions, WriteConcern};
use tokio::sync::mpsc;

use super::backup::{BackupError, CollectionEntry, Manifest, documents};
use super::descriptor::{Descriptor, InBackup};
use super::document::{date, saved};
use super::meta::{META, RESTORING};
use super::{Store, StoreError, collections, mailings, news};

/// Documents are inserted in batches of so many, or of about so many bytes.
const BATCH: usize = 1000;
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Documents of `meta` that belong to the database.
const OF_THE_DATABASE: [&str; 6] = ["shape", "lock", "tree", "sweep", "pictures", RESTORING];

/// What was put back.
#[derive(Debug, Clone)]
pub struct Restored {
    pub manifest: Manifest,
    /// Mailings that were under way at that moment, and wait now.
    pub paused: u64,
    /// News that came out since, and is not mailed.
    pub silenced: u64,
    /// Webhooks that were enabled, and are not any more.
    pub webhooks: u64,
    pub took: Duration,
}

/// What is inserted together.
type Batch = Vec<RawDocumentBuf>;

impl Store {
    /// Puts a backup into this database, which must be empty. `told` hears the collection and how many documents of it
    /// are written.
    ///
    /// # Errors
    /// [`BackupError::NotWhole`] and [`BackupError::NotEmpty`], before anything is written; those of the store.
    pub async fn restore(&self, backup: &Path, mut told: impl FnMut(&str, u64)) -> Result<Restored, BackupError> {
        let began = Instant::now();
        let folder = backup.to_owned();
        let manifest = tokio::task::spawn_blocking(move || Manifest::verify(&folder)).await;
        let manifest = manifest.map_err(|error| BackupError::not_whole(backup, error))??;
        self.must_be_empty().await?;
        self.prepare().await?;
        let now = self.clock().now();
        let mark = doc! { "_id": RESTORING, "backup": backup.display().to_string(), "began": date(now) };
        self.collection(META).insert_one(mark).await.map_err(StoreError::from)?;
        for table in &manifest.tables {
            self.restore_table(backup, table, &mut told).await?;
            self.restore_indexes(backup, table).await?;
        }
        let paused = self.pause_all().await?;
        let silenced = self.silence_news(now).await?;
        self.drop_deadlines(now).await?;
        self.drop_receipts().await?;
        self.skip_positions().await?;
        let webhooks = self.disable_webhooks().await?;
        self.void_invitations().await?;
        // Acknowledged by the majority, and with it all that was written before.
        self.collection(META).delete_one(doc! { "_id": RESTORING }).await.map_err(StoreError::from)?;
        Ok(Restored { manifest, paused, silenced, webhooks, took: began.elapsed() })
    }

    /// How many documents each restored collection has, where they differ from the backup's: name, here, there.
    pub async fn differences(&self, manifest: &Manifest) -> Result<Vec<(String, u64, u64)>, StoreError> {
        let mut differences = Vec::new();
        // What belongs to the database is not restored, and answers that are over go by themselves.
        let whole = |name: &str| collections::named(name).is_none_or(Descriptor::comes_back_whole);
        let compared = manifest.tables.iter().filter(|it| whole(&it.collection));
        for CollectionEntry { collection, documents, .. } in compared {
            let here = self.collection(collection).count_documents(doc! {}).await?;
            if here != *documents {
                differences.push((collection.clone(), here, *documents));
            }
        }
        Ok(differences)
    }

    /// Removes the whole database: of a drill.
    pub async fn drop_database(&self) -> Result<(), StoreError> {
        Ok(self.database().drop().await?)
    }

    /// Removes another database: what an interrupted drill has left.
    pub async fn drop_other(&self, database: &str) -> Result<(), StoreError> {
        Ok(self.inner.client.database(database).drop().await?)
    }

    /// The databases whose names begin so.
    pub async fn databases(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let mut names = self.inner.client.list_database_names().await?;
        names.retain(|name| name.starts_with(prefix));
        Ok(names)
    }

    async fn must_be_empty(&self) -> Result<(), BackupError> {
        let names = self.database().list_collection_names().await.map_err(StoreError::from)?;
        for collection in names {
            // A program that was only started has left these.
            let own = match collection.as_str() {
                META => doc! { "_id": { "$nin": ["shape", "news", "postman"] } },
                name if collections::named(name).is_some_and(|it| it.backup == InBackup::Nothing) => continue,
                _ => doc! {},
            };
            let found = self.collection(&collection).find_one(own).await.map_err(StoreError::from)?;
            if found.is_some() {
                return Err(BackupError::NotEmpty { database: self.database_name().to_owned(), collection });
            }
        }
        let left = doc! { "_id": { "$in": ["news", "postman"] } };
        self.collection(META).delete_many(left).await.map_err(StoreError::from)?;
        Ok(())
    }

    async fn restore_table(
        &self,
        backup: &Path,
        table: &CollectionEntry,
        told: &mut impl FnMut(&str, u64),
    ) -> Result<(), BackupError> {
        let path = backup.join(&table.data.name);
        // Each batch need not be on the majority's disks: the last write of all waits for that.
        let quick = CollectionOptions::builder().write_concern(WriteConcern::nodes(1)).build();
        let collection = self.database().collection_with_options::<RawDocumentBuf>(&table.collection, quick);
        let (sender, mut batches) = mpsc::channel::<Batch>(2);
        let (read, is_meta) = (path.clone(), table.collection == META);
        let reader = tokio::task::spawn_blocking(move || send_batches(&read, is_meta, &sender));
        let mut written = 0;
        while let Some(batch) = batches.recv().await {
            written += batch.len() as u64;
            collection.insert_many(batch).ordered(false).await.map_err(StoreError::from)?;
            told(&table.collection, written);
        }
        let read = reader.await.unwrap_or_else(|error| Err(io::Error::other(error)));
        let read = read.map_err(|error| BackupError::not_whole(backup, format!("{}: {error}", table.data.name)))?;
        if read != table.documents {
            let problem = format!("{} has {read} documents and not {}", table.data.name, table.documents);
            return Err(BackupError::not_whole(backup, problem));
        }
        Ok(())
    }

    /// Makes the indexes that [`Store::prepare`] does not know.
    async fn restore_indexes(&self, backup: &Path, table: &CollectionEntry) -> Result<(), BackupError> {
        let path = backup.join(&table.metadata.name);
        let metadata = metadata(&path).map_err(|error| BackupError::file(&path, error))?;
        let made = self.collection(&table.collection).list_index_names().await;
        let made = made.or_else(|error| match StoreError::from(error) {
            // Nothing has been written into it.
            StoreError::Refused { code: 26, .. } => Ok(Vec::new()),
            error => Err(error),
        })?;
        let indexes = metadata.get_array("indexes").map(Vec::as_slice).unwrap_or_default();
        let wanted: Vec<&Document> = indexes
            .iter()
            .filter_map(Bson::as_document)
            .filter(|index| index.get_str("name").is_ok_and(|name| name != "_id_" && !made.iter().any(|it| it == name)))
            .collect();
        if !wanted.is_empty() {
            let command = doc! { "createIndexes": &table.collection, "indexes": wanted };
            self.database().run_command(command).await.map_err(StoreError::from)?;
        }
        Ok(())
    }

    async fn pause_all(&self) -> Result<u64, StoreError> {
        let update = saved(doc! { "status": "paused" }, self.clock().now());
        let running = self.collection(mailings::NAME).update_many(doc! { "status": "running" }, update).await?;
        Ok(running.modified_count)
    }

    async fn silence_news(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let come_out = doc! { "mailing": { "$exists": false }, "published": { "$lte": date(now) } };
        let never = doc! { "$set": { "mailing": "never" } };
        Ok(self.collection(news::NAME).update_many(come_out, never).await?.modified_count)
    }
}

/// Reads a file, and sends what is to be inserted; how many documents it has.
fn send_batches(path: &Path, is_meta: bool, sender: &mpsc::Sender<Batch>) -> io::Result<u64> {
    let (mut batch, mut bytes, mut read) = (Batch::new(), 0, 0);
    for document in documents(path)? {
        let document = document?;
        read += 1;
        if is_meta && of_the_database(&document) {
            continue;
        }
        bytes += document.as_bytes().len();
        batch.push(document);
        if batch.len() >= BATCH || bytes >= BATCH_BYTES {
            bytes = 0;
            // Nobody takes it: then the insertion has failed, and says why.
            if sender.blocking_send(std::mem::take(&mut batch)).is_err() {
                return Ok(read);
            }
        }
    }
    if !batch.is_empty() {
        let _ = sender.blocking_send(batch);
    }
    Ok(read)
}

fn of_the_database(document: &RawDocumentBuf) -> bool {
    match document.get("_id") {
        // `{sweep: collection}`
        Ok(Some(bson::raw::RawBsonRef::Document(_))) => true,
        Ok(Some(bson::raw::RawBsonRef::String(id))) => OF_THE_DATABASE.contains(&id),
        _ => false,
    }
}

fn metadata(path: &Path) -> io::Result<Document> {
    let text = super::backup::unpacked(path)?;
    serde_json::from_slice::<serde_json::Value>(&text)
        .ok()
        .and_then(|value| Bson::try_from(value).ok())
        .and_then(|value| value.as_document().cloned())
        .ok_or_else(|| io::Error::other("this is no metadata of a collection"))
}
