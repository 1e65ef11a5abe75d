//! `audit`: `{_id: ObjectId, at: Date, by, action: "order_accepted", object, value}`: who of the shop has done what. A line is
//! written in the transaction of what it tells of. Nothing is changed here; `retention.rs` deletes what is older than events are
//! kept for.
//!
//! `by` is how somebody calls themselves, without their id. It stays when they are forgotten, as the steps of orders do: the
//! log is the shop's, and would be none if its people could leave it.

use bson::oid::ObjectId;
use bson::{Document, doc};
use chrono::{DateTime, Utc};
use dialogues::shop::AuditEntry;
use futures::TryStreamExt;
use mongodb::ClientSession;
use mongodb::error::Error;

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read};
use super::document::{date, stamped};
use super::faults::Faults;
use super::fields::{Problem, required, text, time};
use super::{STORE_TIMEOUT, Store, StoreError, within};

pub(super) const NAME: &str = "audit";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| vec![doc! { "name": "at", "key": { "at": -1, "_id": -1 } }]),
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Each(faults),
    read: Read::Otherwise,
    personal: &["by", "object"],
    forgotten: Forgotten::Untouched,
    remaining: &["by", "object"],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

fn write(entry: &AuditEntry) -> Document {
    let AuditEntry { at, by, action, object, value } = entry;
    doc! { "_id": ObjectId::new(), "at": date(*at), "by": by, "action": action.to_string(), "object": object, "value": value }
}

fn read(document: &Document) -> Result<AuditEntry, Problem> {
    Ok(AuditEntry {
        at: required("at", time(document, "at")?)?,
        by: required("by", text(document, "by")?)?,
        action: required("action", text(document, "action")?)?.parse().map_err(|_| "action is none that is known")?,
        object: text(document, "object")?.unwrap_or_default(),
        value: text(document, "value")?.unwrap_or_default(),
    })
}

fn faults(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    faults.check(read(document));
    faults.0
}

impl Store {
    /// Writes a line, inside of a transaction if there is one.
    pub(super) async fn write_audit(&self, session: &mut ClientSession, entry: &AuditEntry) -> Result<(), Error> {
        let line = stamped(write(entry), self.stamp(NAME));
        self.collection(NAME).insert_one(line).session(session).await.map(drop)
    }

    /// Deletes the lines of before this time; how many there were.
    pub(super) async fn delete_old_audit(&self, limit: DateTime<Utc>) -> Result<u64, StoreError> {
        Ok(self.collection(NAME).delete_many(doc! { "at": { "$lt": date(limit) } }).await?.deleted_count)
    }

    /// The newest lines of the audit log, newest first; without those that a newer program has written.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn audit(&self, most: usize) -> Result<Vec<AuditEntry>, StoreError> {
        let newest = async {
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let found = self.collection(NAME).find(doc! {}).sort(doc! { "at": -1, "_id": -1 }).limit(most).await?;
            Ok(found.try_collect::<Vec<Document>>().await?)
        };
        Ok(within(STORE_TIMEOUT, newest).await?.iter().filter_map(|line| read(line).ok()).collect())
    }
}
