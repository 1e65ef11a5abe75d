//! `keys`: `{_id, name, hash, scopes: [text], rate: Int64 or null, revoked: Date or null}`. A key's secret is not
//! stored, only its SHA-256: it is random and long, so that no slower hash is needed.

use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read};
use super::document::{date, saved, stamped};
use super::faults::Faults;
use super::fields::{Problem, integer, required, text, time};
use super::versioned::Timestamps;
use super::{STORE_TIMEOUT, Store, StoreError, within};

pub(super) const NAME: &str = "keys";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Plain,
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Each(faults),
    read: Read::InLists { which: Document::new, fault: |document| read(document).err() },
    personal: &[],
    forgotten: Forgotten::Untouched,
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: true,
};

/// A key to the API as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// Names the key in lists and logs; no secret.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// The SHA-256 of the secret in hexadecimal digits.
    pub hash: String,
    pub scopes: Vec<String>,
    /// Requests a second; `None` is the default.
    pub rate: Option<u32>,
    pub created: DateTime<Utc>,
    pub revoked: Option<DateTime<Utc>>,
}

/// Reads a key, or says what is wrong with it.
pub(super) fn read(document: &Document) -> Result<StoredKey, Problem> {
    let scopes = document.get_array("scopes").map_err(|_| "scopes is no list")?;
    Ok(StoredKey {
        id: required("_id", text(document, "_id")?)?,
        name: text(document, "name")?.unwrap_or_default(),
        hash: required("hash", text(document, "hash")?)?,
        scopes: scopes.iter().filter_map(Bson::as_str).map(str::to_owned).collect(),
        rate: integer(document, "rate")?.and_then(|rate| u32::try_from(rate).ok()),
        created: Timestamps::read(document).created,
        revoked: time(document, "revoked")?,
    })
}

/// What is wrong with a document, as `preflight` looks at it.
fn faults(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    faults.must::<String>(document, "_id");
    faults.must::<String>(document, "hash");
    faults.must::<Vec<String>>(document, "scopes");
    faults.check(text(document, "name"));
    faults.check(integer(document, "rate"));
    faults.check(time(document, "revoked"));
    faults.0
}

impl Store {
    /// Keeps a new key.
    pub async fn add_key(&self, key: &StoredKey) -> Result<(), StoreError> {
        let fields = doc! {
            "_id": &key.id,
            "name": &key.name,
            "hash": &key.hash,
            "scopes": &key.scopes,
            "rate": key.rate.map(i64::from),
            "revoked": null,
        };
        self.collection(NAME).insert_one(stamped(fields, self.stamp(NAME))).await?;
        Ok(())
    }

    /// The key of this id, revoked or not; `None` also if it cannot be used.
    pub async fn key(&self, id: &str) -> Result<Option<StoredKey>, StoreError> {
        let found = within(STORE_TIMEOUT, async { Ok(self.raw(NAME).find_one(doc! { "_id": id }).await?) });
        Ok(found.await?.and_then(|document| self.usable(NAME, &document, read)))
    }

    /// All keys, the oldest first.
    pub async fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        let found = self.raw(NAME).find(doc! {}).sort(doc! { "created": 1, "_id": 1 }).await?;
        self.read_all(NAME, found, read).await
    }

    /// Revokes a key for good; `false` if there is none that was good.
    pub async fn revoke_key(&self, id: &str) -> Result<bool, StoreError> {
        let now = self.clock().now();
        let good = doc! { "_id": id, "revoked": null };
        let update = saved(doc! { "revoked": date(now) }, now);
        Ok(self.collection(NAME).update_one(good, update).await?.matched_count == 1)
    }
}
