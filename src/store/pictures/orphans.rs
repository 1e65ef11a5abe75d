//! Pictures that nothing refers to: marked when a sweep first finds them so, deleted when they have been so for a day.
//!
//! `orphaned` in `pictures.files` is the mark. Whoever is about to refer to a picture takes the mark away with the same
//! command that finds the picture there ([`Store::hold_picture`]), and a sweep deletes only what still has a mark of a day
//! before: so one of them comes first, and a picture that a product gets is never deleted under it. A backup leaves out
//! what has been marked for half a day: what a sweep deletes while a backup is read is not in it.

use std::collections::BTreeSet;
use std::time::Duration;

use bson::oid::ObjectId;
use bson::{Bson, Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;

use super::super::document::date;
use super::super::{Store, StoreError, collections, telegram_files};
use super::{CHUNKS, FILES};

/// So long a picture may be without anything that refers to it.
pub const ORPHAN_AGE: TimeDelta = TimeDelta::hours(24);

/// A backup leaves out what has had its mark for so long.
const UNWANTED_AGE: TimeDelta = TimeDelta::hours(12);

/// How long after its start a process looks, and how often from then on.
const FIRST_SWEEP: Duration = Duration::from_secs(60);
const SWEEP_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// A process that is killed in a sweep keeps the others from sweeping for so long.
const LOCK_FOR: TimeDelta = TimeDelta::minutes(10);

const LOCK: &str = "pictures";

/// What a sweep has deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Pictures that nothing referred to.
    pub pictures: u64,
    /// Pieces of pictures that were never written whole.
    pub chunks: u64,
}

impl Store {
    /// Looks for pictures that nothing refers to, for as long as the process runs; and counts those that Telegram refuses.
    pub async fn sweep_pictures(&self) {
        let mut pause = FIRST_SWEEP;
        loop {
            tokio::time::sleep(std::mem::replace(&mut pause, SWEEP_INTERVAL)).await;
            match self.collect_pictures(ORPHAN_AGE).await {
                Ok(Collected { pictures: 0, chunks: 0 }) => {}
                Ok(Collected { pictures, chunks }) => tracing::info!(pictures, chunks, "unused pictures deleted"),
                Err(error) => tracing::warn!(%error, "unused pictures could not be looked for"),
            }
            match self.refused_pictures().await {
                Ok(refused) => self.metrics().database.refused_pictures(refused.len()),
                Err(error) => tracing::warn!(%error, "refused pictures could not be counted"),
            }
        }
    }

    /// Marks what nothing refers to, and deletes what has been so for `age`. Does nothing while another process does.
    pub async fn collect_pictures(&self, age: TimeDelta) -> Result<Collected, StoreError> {
        // What a newer program has written may refer to pictures in a way that this one does not know.
        for (collection, _) in references() {
            let newer = doc! { "version": { "$gt": self.version(collection) } };
            if self.collection(collection).find_one(newer).await?.is_some() {
                return Ok(Collected::default());
            }
        }
        let me = format!("{:016x}", rand::random::<u64>());
        if !self.lock_for(LOCK, &me, LOCK_FOR).await? {
            return Ok(Collected::default());
        }
        let before = self.clock().now() - age;
        let collected = async {
            self.mark_orphans().await?;
            let pictures = self.delete_orphans(before).await?;
            Ok(Collected { pictures, chunks: self.delete_loose_chunks(before).await? })
        };
        let collected = collected.await;
        self.unlock(LOCK, &me).await?;
        collected
    }

    async fn mark_orphans(&self) -> Result<(), StoreError> {
        let mut used = BTreeSet::new();
        for (collection, field) in references() {
            let names = self.collection(collection).distinct(field, doc! { field: { "$type": "string" } }).await?;
            used.extend(names.iter().filter_map(Bson::as_str).map(str::to_owned));
        }
        let used: Vec<&String> = used.iter().collect();
        let files = self.collection(FILES);
        let marked = doc! { "filename": { "$in": &used }, "orphaned": { "$exists": true } };
        files.update_many(marked, doc! { "$unset": { "orphaned": "" } }).await?;
        let fresh = doc! { "filename": { "$nin": &used }, "orphaned": { "$exists": false } };
        files.update_many(fresh, doc! { "$set": { "orphaned": date(self.clock().now()) } }).await?;
        Ok(())
    }

    async fn delete_orphans(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let files = self.collection(FILES);
        let old = doc! { "$lte": date(before) };
        let found: Vec<Document> = files.find(doc! { "orphaned": old.clone() }).await?.try_collect().await?;
        let mut deleted = 0;
        for file in found {
            let (Some(id), Ok(name)) = (file.get("_id"), file.get_str("filename")) else { continue };
            // A person may have named it in mongosh since.
            if self.is_referred_to(name).await? {
                continue;
            }
            if files.delete_one(doc! { "_id": id, "orphaned": old.clone() }).await?.deleted_count == 1 {
                self.collection(CHUNKS).delete_many(doc! { "files_id": id }).await?;
                self.collection(telegram_files::NAME).delete_many(doc! { "_id.picture": name }).await?;
                deleted += 1;
            }
        }
        Ok(deleted)
    }

    async fn is_referred_to(&self, name: &str) -> Result<bool, StoreError> {
        for (collection, field) in references() {
            if self.collection(collection).find_one(doc! { field: name }).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Deletes the pieces that a writer has left which died half-way; one that still writes has begun a short while ago.
    async fn delete_loose_chunks(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let whole = self.collection(FILES).distinct("_id", doc! {}).await?;
        let begun = |id: &ObjectId| id.timestamp().to_chrono() <= before;
        let loose: Vec<Bson> = self
            .collection(CHUNKS)
            .distinct("files_id", doc! {})
            .await?
            .into_iter()
            .filter(|id| id.as_object_id().is_some_and(|id| begun(&id)) && !whole.contains(id))
            .collect();
        if loose.is_empty() {
            return Ok(0);
        }
        Ok(self.collection(CHUNKS).delete_many(doc! { "files_id": { "$in": loose } }).await?.deleted_count)
    }

    /// Whether a backup that is made now leaves a file of `pictures.files` out.
    pub(in super::super) fn is_unwanted(&self, orphaned: Option<bson::DateTime>) -> bool {
        orphaned.is_some_and(|since| since.to_chrono() <= self.clock().now() - UNWANTED_AGE)
    }
}

/// Where pictures are named: collection and field.
fn references() -> impl Iterator<Item = (&'static str, &'static str)> {
    collections::all().filter_map(|collection| Some((collection.name, collection.picture?)))
}
