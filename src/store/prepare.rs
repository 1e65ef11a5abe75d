//! Makes collections and indexes, once, whoever comes first.
//!
//! A transaction could create a collection, but two of them doing so get in each other's way; so all are
//! made before the first turn.

use std::time::Duration;

use bson::{Document, doc};
use chrono::TimeDelta;
use futures::TryStreamExt;
use futures::future::try_join_all;

use super::descriptor::{Descriptor, Emptied, Made};
use super::document::{date, upserted};
use super::events::HIGHEST;
use super::fields::integer;
use super::meta::{META, PAUSE, RESTORING, SHOP, TEAM};
use super::postman::{POSTMAN, SINCE};
use super::{STORE_TIMEOUT, Store, StoreError, collections, within};

/// Raise it when the collections or the indexes of the table change (see `collections.rs`).
pub(super) const SHAPE: i32 = 14;

/// Longer than making everything takes; a process that dies meanwhile holds others up for so long.
const LOCK_FOR: TimeDelta = TimeDelta::seconds(20);

const COLLECTION_EXISTS: i32 = 48;

impl Store {
    /// Makes what is missing of collections and indexes, and brings stored documents up to the newest version (see
    /// `migrations/sweep.rs`). Whoever comes second waits for the first.
    pub async fn prepare(&self) -> Result<(), StoreError> {
        let me = format!("{:016x}", rand::random::<u64>());
        while !self.is_prepared().await? {
            if self.lock("lock", &me).await? {
                let made = self.make().await;
                self.unlock("lock", &me).await?;
                made?;
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        self.sweep_at_start().await
    }

    /// Empties all collections, and leaves indexes, pictures and the catalogue's watchers. For tests, which
    /// use a database again.
    pub async fn wipe(&self) -> Result<(), StoreError> {
        self.empty(&[Emptied::WithPeople, Emptied::WithShelves], &[SHOP, PAUSE, TEAM, POSTMAN, SINCE, HIGHEST]).await
    }

    /// Empties what people have left, and keeps the shelves: for the next transcript in the same shop.
    pub async fn wipe_people(&self) -> Result<(), StoreError> {
        self.empty(&[Emptied::WithPeople], &[PAUSE, TEAM, POSTMAN, SINCE, HIGHEST]).await
    }

    /// Empties collections, and deletes these documents of `meta`. One command finds out what there is to delete: most
    /// collections are empty after most tests, and each command that writes waits for the journal.
    async fn empty(&self, which: &[Emptied], of_meta: &'static [&'static str]) -> Result<(), StoreError> {
        let emptied = collections::all().filter(|collection| which.contains(&collection.emptied));
        let mut parts: Vec<(&str, Document)> = emptied.map(|collection| (collection.name, doc! {})).collect();
        parts.push((META, doc! { "_id": { "$in": of_meta } }));
        let first = |(name, filter): &(&str, Document)| {
            let pipeline = [
                doc! { "$match": filter.clone() },
                doc! { "$limit": 1 },
                doc! { "$project": { "_id": { "$literal": *name } } },
            ];
            doc! { "$unionWith": { "coll": *name, "pipeline": pipeline.to_vec() } }
        };
        // The pipeline begins in a collection of which it takes nothing, so that all parts are written alike.
        let nothing = doc! { "$match": { "$expr": false } };
        let pipeline = std::iter::once(nothing).chain(parts.iter().map(first));
        let filled = self.collection(META).aggregate(pipeline).await?;
        let filled: Vec<Document> = filled.try_collect().await?;
        let is_filled =
            |(name, _): &(&str, Document)| filled.iter().any(|found| found.get_str("_id").is_ok_and(|id| id == *name));
        parts.retain(is_filled);
        let empty =
            |(name, filter): (&'static str, Document)| async move { self.collection(name).delete_many(filter).await };
        try_join_all(parts.into_iter().map(empty)).await?;
        self.cache().clear();
        Ok(())
    }

    /// Waits until nobody else in any process moves or removes categories, and keeps them from it until
    /// [`Store::release_tree`], for 20 seconds at most. Returns whom to release it as.
    pub async fn hold_tree(&self) -> Result<String, StoreError> {
        let me = format!("{:016x}", rand::random::<u64>());
        within(STORE_TIMEOUT, async {
            while !self.lock("tree", &me).await? {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            Ok(())
        })
        .await?;
        Ok(me)
    }

    /// Lets others move and remove categories again.
    pub async fn release_tree(&self, me: &str) -> Result<(), StoreError> {
        self.unlock("tree", me).await
    }

    async fn is_prepared(&self) -> Result<bool, StoreError> {
        let found = self.collection(META).find(doc! { "_id": { "$in": ["shape", RESTORING] } }).await?;
        let found: Vec<Document> = found.try_collect().await?;
        if found.iter().any(|document| document.get_str("_id").is_ok_and(|id| id == RESTORING)) {
            return Err(StoreError::HalfRestored);
        }
        Ok(found.iter().any(|document| integer(document, "made").is_ok_and(|made| made >= Some(i64::from(SHAPE)))))
    }

    /// Takes the lock if it is free or has expired.
    async fn lock(&self, name: &str, me: &str) -> Result<bool, StoreError> {
        self.lock_for(name, me, LOCK_FOR).await
    }

    /// The same for so long; whoever has it keeps it from now on.
    pub(super) async fn lock_for(&self, name: &str, me: &str, lasts: TimeDelta) -> Result<bool, StoreError> {
        // The locks of two processes must agree on what time it is: the system's, not a test's.
        let now = chrono::Utc::now();
        let free = doc! { "_id": name, "$or": [{ "until": { "$lt": date(now) } }, { "owner": me }] };
        let fields = doc! { "owner": me, "until": date(now + lasts) };
        let taken = self
            .collection(META)
            .update_one(free, upserted(fields, Document::new(), self.stamp_at(META, now)))
            .upsert(true)
            .await;
        match taken.map_err(StoreError::from) {
            Ok(_) => Ok(true),
            Err(error) if error.duplicate().is_some() => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn unlock(&self, name: &str, me: &str) -> Result<(), StoreError> {
        self.collection(META).delete_one(doc! { "_id": name, "owner": me }).await?;
        Ok(())
    }

    async fn make(&self) -> Result<(), StoreError> {
        let make = |collection: &'static Descriptor| async move {
            match &collection.made {
                Made::Plain => self.create(collection.name).await,
                Made::Indexed(indexes) => self.create_indexes(collection.name, indexes()).await,
                Made::Written => Ok(()),
            }
        };
        try_join_all(collections::all().map(make)).await?;
        let made = upserted(doc! { "made": SHAPE }, Document::new(), self.stamp(META));
        self.collection(META).update_one(doc! { "_id": "shape" }, made).upsert(true).await?;
        Ok(())
    }

    async fn create(&self, name: &str) -> Result<(), StoreError> {
        match self.database().run_command(doc! { "create": name }).await.map_err(StoreError::from) {
            Err(StoreError::Refused { code: COLLECTION_EXISTS, .. }) => Ok(()),
            created => created.map(drop),
        }
    }

    async fn create_indexes(&self, name: &str, indexes: Vec<Document>) -> Result<(), StoreError> {
        self.database().run_command(doc! { "createIndexes": name, "indexes": indexes }).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_number_of_the_shape_rises_when_the_table_changes() {
        let of = |collection: &Descriptor| match collection.made {
            Made::Indexed(indexes) => format!("{} {:?}", collection.name, indexes()),
            Made::Plain => collection.name.to_owned(),
            Made::Written => String::new(),
        };
        let table: Vec<String> = collections::all().map(of).collect();
        let digest: String =
            Sha256::digest(table.join("\n")).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let remedy = "collections or indexes have changed: existing databases get them when SHAPE is raised";
        assert_eq!((SHAPE, digest.as_str()), (14, "9a4f744b8212d322"), "{remedy}");
    }
}
