//! The sweep: every stored document of an older version is written anew, once.
//!
//! It runs in [`Store::prepare`], under the lock `sweep` in `meta`, which is kept up with every batch. A process that
//! is killed in the middle leaves a lock that expires; another one takes it, and goes on behind the last `_id`, which
//! is noted in `meta` as `{_id: {sweep: collection}, to, at, brought: Int64}`.
//!
//! Documents are written in batches, each on the condition that it is still as it was read: a dialogue by its revision,
//! which the sweep moves on, anything else by all of its fields. Whoever was faster wins, and has either written the
//! newest version or is an old process, whose document the next pass finds. It ends with a pass that finds nothing.
//!
//! Most collections are swept before this process serves anybody, since MongoDB itself looks at their fields. Dialogues
//! and carts, which are the many, are read by their id only and brought up as they are read: they are swept while the
//! bot answers already.
//!
//! # While old processes still run
//!
//! A rolling restart has both programs on one database for a while. What an old process sees:
//!
//! - a document that was brought up is newer than it knows. The turn counts as away, and comes to the new process;
//! - a dialogue that it had loaded before the sweep came by, or keeps in memory, has another revision by now, also where only
//!   the profile or the cart was brought up: its commit loses, it reads again, and sees the above. So nothing that was brought
//!   up is written back in the old shape;
//! - products and the like: it keeps those that it had, and an order that meets a newer one counts as away;
//! - what it inserts meanwhile (a new customer) is of the old version, and brought up whenever it is read, and by the
//!   next sweep: each start looks for some.

use std::time::{Duration, Instant};

use bson::raw::{RawDocument, RawDocumentBuf};
use bson::{Bson, Document, doc};
use chrono::TimeDelta;
use futures::TryStreamExt;
use mongodb::options::Hint;

use super::super::collections::is_shelf;
use super::super::descriptor::Migrated;
use super::super::dialogues::BESIDE;
use super::super::document::saved;
use super::super::meta::META;
use super::super::versioned::as_read;
use super::super::{Store, StoreError, collections, dialogues};
use super::{Age, version_of};
use crate::tasks::{Ended, supervise};

/// How many documents are read and written together.
const BATCH: usize = 500;

/// How long a killed process holds up the others.
const LOCK_FOR: TimeDelta = TimeDelta::seconds(20);

/// How often progress is told.
const TELL: Duration = Duration::from_secs(2);

/// So many passes in which nothing could be written are enough.
const MOST_IDLE: u32 = 5;

const LOCK: &str = "sweep";

/// What a sweep has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Documents that were written in the newest version.
    pub brought: u64,
    /// Those for which somebody was faster; they were looked at again.
    pub missed: u64,
}

/// The collections that are swept at this time.
fn swept(when: Migrated) -> impl Iterator<Item = &'static str> {
    collections::all().filter(move |collection| collection.migrated == when).map(|collection| collection.name)
}

impl Store {
    /// Brings all stored documents up to the newest version. Can be repeated, and be done by several at once: one
    /// works, the others wait.
    ///
    /// # Errors
    /// [`StoreError::Away`]: what was done stays done, and the next one goes on.
    pub async fn migrate(&self) -> Result<Swept, StoreError> {
        let first = self.sweep(Migrated::First).await?;
        let beside = self.sweep(Migrated::Beside).await?;
        Ok(Swept { brought: first.brought + beside.brought, missed: first.missed + beside.missed })
    }

    /// The sweep of [`Store::prepare`].
    pub(in super::super) async fn sweep_at_start(&self) -> Result<(), StoreError> {
        self.sweep(Migrated::First).await?;
        if swept(Migrated::Beside).any(|collection| self.inner.versions.of(collection).next().is_some()) {
            let store = self.clone();
            // What fails is tried again: until then old documents are brought up as they are read.
            let sweeping = supervise(self.metrics().shell(), "sweep", move || {
                let store = store.clone();
                async move {
                    match store.sweep(Migrated::Beside).await {
                        Ok(_) => Ended::Done,
                        Err(error) => {
                            tracing::warn!(%error, "sweep: some documents are not brought up yet");
                            Ended::Failed
                        }
                    }
                }
            });
            sweeping.detach();
        }
        Ok(())
    }

    async fn sweep(&self, when: Migrated) -> Result<Swept, StoreError> {
        let mut done = Swept::default();
        let me = format!("{:016x}", rand::random::<u64>());
        for collection in swept(when) {
            if self.inner.versions.of(collection).next().is_none() {
                continue;
            }
            let mut idle = 0;
            while idle < MOST_IDLE && self.is_behind(collection).await? {
                if !self.lock_for(LOCK, &me, LOCK_FOR).await? {
                    tokio::time::sleep(Duration::from_millis(25)).await;
                    continue;
                }
                let passed = self.pass(collection, &me).await;
                self.unlock(LOCK, &me).await?;
                let Swept { brought, missed } = passed?;
                idle = if brought == 0 { idle + 1 } else { 0 };
                done.brought += brought;
                done.missed += missed;
            }
            if idle == MOST_IDLE {
                tracing::warn!(collection, "some documents are never as they were read, and stay in their old version");
            }
        }
        Ok(done)
    }

    /// Which documents of a collection are older.
    fn older(&self, collection: &str) -> Document {
        let older = doc! { "version": { "$lt": self.version(collection) } };
        if is_shelf(collection) || !self.inner.versions.takes_versionless(collection) {
            return older;
        }
        doc! { "$or": [older, { "version": null }] }
    }

    async fn is_behind(&self, collection: &str) -> Result<bool, StoreError> {
        Ok(self.raw(collection).find_one(self.older(collection)).await?.is_some())
    }

    /// One pass through a collection, from where the last one was interrupted.
    async fn pass(&self, collection: &'static str, me: &str) -> Result<Swept, StoreError> {
        let (to, key) = (self.version(collection), doc! { "sweep": collection });
        let noted = self.collection(META).find_one(doc! { "_id": &key, "to": to }).await?.unwrap_or_default();
        let documents = self.raw(collection);
        let mut reading = documents.find(self.older(collection)).hint(Hint::Keys(doc! { "_id": 1 }));
        reading = reading.sort(doc! { "_id": 1 }).batch_size(BATCH as u32);
        if let Some(at) = noted.get("at").filter(|at| !matches!(at, Bson::Null)) {
            // By the bounds of the index and not by `$gt`, which compares values of one type only.
            reading = reading.min(doc! { "_id": at });
        }
        let names: Vec<&str> = self.inner.versions.of(collection).map(|migration| migration.name).collect();
        tracing::info!(collection, to, ?names, resumed = noted.contains_key("at"), "bringing documents up");
        let mut found = reading.await?.try_chunks(BATCH);
        let (mut swept, mut told) = (Swept::default(), Instant::now());
        while let Some(documents) = found.try_next().await.map_err(|chunk| chunk.1)? {
            let last = documents.last().and_then(|document| id_of(document));
            let (read, written) = (documents.len() as u64, self.write_up(collection, documents).await?);
            swept.brought += written;
            swept.missed += read - written;
            self.note(&key, to, last, swept.brought).await?;
            if !self.lock_for(LOCK, me, LOCK_FOR).await? {
                // We were away for so long that another one goes on.
                return Ok(swept);
            }
            if told.elapsed() > TELL {
                tracing::info!(collection, brought = swept.brought, "bringing documents up");
                told = Instant::now();
            }
        }
        self.note(&key, to, None, swept.brought).await?;
        let Swept { brought, missed } = swept;
        tracing::info!(collection, to, brought, missed, "documents are brought up");
        Ok(swept)
    }

    async fn note(&self, key: &Document, to: i32, at: Option<Bson>, brought: u64) -> Result<(), StoreError> {
        let fields = doc! { "to": to, "at": at, "brought": i64::try_from(brought).unwrap_or(i64::MAX) };
        let update = saved(fields, self.clock().now());
        self.collection(META).update_one(doc! { "_id": key }, update).upsert(true).await?;
        Ok(())
    }

    /// Writes what is still as it was read; returns how many that were.
    async fn write_up(&self, collection: &'static str, documents: Vec<RawDocumentBuf>) -> Result<u64, StoreError> {
        let (versions, mut statements, mut ids) = (self.inner.versions, Vec::new(), Vec::new());
        for raw in documents {
            let Ok(stored) = Document::try_from(&raw) else {
                // A program of another language has written what is no valid BSON. It stays, and the others go on.
                let problem = versions.decoded(collection, &raw).err().unwrap_or_default();
                self.note_skipped(collection, id_of(&raw).as_ref(), problem);
                continue;
            };
            let Age::Older(from) = versions.age(collection, version_of(&stored)) else { continue };
            let mut next = stored.clone();
            if let Err(error) = versions.bring_up(collection, from, &mut next) {
                self.note_skipped(collection, stored.get("_id"), versions.problem(collection, &error));
                continue;
            }
            let unchanged = match (collection, stored.get("revision")) {
                (dialogues::NAME, Some(Bson::Int64(revision))) => {
                    next.insert("revision", revision + 1);
                    doc! { "_id": stored.get("_id"), "revision": *revision, "version": stored.get("version") }
                }
                _ => as_read(&stored),
            };
            ids.push(stored.get("_id").cloned());
            statements.push(doc! { "q": unchanged, "u": next });
        }
        if statements.is_empty() {
            return Ok(0);
        }
        let majority = doc! { "w": "majority" };
        let command = doc! { "update": collection, "updates": statements, "ordered": false, "writeConcern": majority };
        let answer = self.database().run_command(command).await?;
        // One that MongoDB refuses (too large, or a key that another one has) stays in its version; the others go on.
        for error in answer.get_array("writeErrors").into_iter().flatten().filter_map(Bson::as_document) {
            let code = error.get_i32("code").unwrap_or_default();
            let place = error.get_i32("index").ok().and_then(|place| usize::try_from(place).ok());
            let id = place.and_then(|place| ids.get(place)?.as_ref());
            self.note_skipped(collection, id, format!("MongoDB refuses it in the newest version (code {code})"));
        }
        if BESIDE.iter().any(|(name, _)| *name == collection) {
            // A process that keeps their customers in memory loses its race, and reads them.
            let theirs = doc! { "_id": { "$in": ids } };
            let moved = doc! { "$inc": { "revision": 1_i64 } };
            self.collection(dialogues::NAME).update_many(theirs, moved).await?;
        }
        let written = answer.get("n").and_then(super::super::fields::whole).unwrap_or(0);
        Ok(u64::try_from(written).unwrap_or(0))
    }
}

/// The id of a document that may be no valid BSON elsewhere.
fn id_of(document: &RawDocument) -> Option<Bson> {
    document.get("_id").ok().flatten().and_then(|id| Bson::try_from(id).ok())
}
