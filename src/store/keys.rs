//! `keys`: `{_id, name, hash, scopes: [text], rate: Int64 or null, revoked: Date or null}`. A key's secret is not
//! stored, only its SHA-256: it is random and long, so that no slower hash is needed.

use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;

use super::document::{date, saved, stamped};
use super::fields::{integer, text, time};
use super::shelves::Stamps;
use super::{PATIENCE, Store, StoreError, within};

pub(super) const NAME: &str = "keys";

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

fn read(document: &Document) -> Option<StoredKey> {
    let scopes = document.get_array("scopes").ok()?;
    Some(StoredKey {
        id: document.get_str("_id").ok()?.to_owned(),
        name: text(document, "name").ok()?.unwrap_or_default(),
        hash: document.get_str("hash").ok()?.to_owned(),
        scopes: scopes.iter().filter_map(Bson::as_str).map(str::to_owned).collect(),
        rate: integer(document, "rate").ok()?.and_then(|rate| u32::try_from(rate).ok()),
        created: Stamps::read(document).created,
        revoked: time(document, "revoked").ok()?,
    })
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

    /// The key of this id, revoked or not.
    pub async fn key(&self, id: &str) -> Result<Option<StoredKey>, StoreError> {
        let found = within(PATIENCE, async { Ok(self.collection(NAME).find_one(doc! { "_id": id }).await?) });
        let found = found.await?.map(|document| self.current(NAME, document)).transpose()?;
        Ok(found.as_ref().and_then(read))
    }

    /// All keys, the oldest first.
    pub async fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        let found = self.collection(NAME).find(doc! {}).sort(doc! { "created": 1, "_id": 1 }).await?;
        let documents: Vec<Document> = found.try_collect().await?;
        Ok(self.all_current(NAME, documents)?.iter().filter_map(read).collect())
    }

    /// Revokes a key for good; `false` if there is none that was good.
    pub async fn revoke_key(&self, id: &str) -> Result<bool, StoreError> {
        let now = self.clock().now();
        let good = doc! { "_id": id, "revoked": null };
        let update = saved(doc! { "revoked": date(now) }, now);
        Ok(self.collection(NAME).update_one(good, update).await?.matched_count == 1)
    }
}
