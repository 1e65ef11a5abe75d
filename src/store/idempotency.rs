//! `idempotency`: `{_id: {key, name}, request, status: Int32, headers: [{name, value}], body, until: Date}`: what a
//! POST with an `Idempotency-Key` was answered at first. Kept for a day, by an index that removes what is over.

use bson::{Document, doc};
use chrono::TimeDelta;
use mongodb::ClientSession;
use mongodb::error::Error;

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read};
use super::document::{date, stamped};
use super::fields::{Problem, integer};
use super::{STORE_TIMEOUT, Store, StoreError, within};

pub(super) const NAME: &str = "idempotency";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| vec![doc! { "name": "until", "key": { "until": 1 }, "expireAfterSeconds": 0 }]),
    emptied: Emptied::WithShelves,
    migrated: Migrated::First,
    opened: Opened::Each(faults),
    read: Read::Otherwise,
    personal: &[],
    forgotten: Forgotten::Untouched,
    remaining: &[],
    backup: InBackup::Changing,
    picture: None,
    text_ids: false,
};

const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// The first answer to a request that may come again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Whose key asked.
    pub key: String,
    /// What the client calls the request.
    pub name: String,
    /// A hash of the request: another one under the same name is a mistake.
    pub request: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// What is wrong with a document, as `preflight` looks at it.
fn faults(document: &Document) -> Vec<Problem> {
    let unreadable = read("", "", document).is_none();
    unreadable.then(|| "the kept answer cannot be read".to_owned()).into_iter().collect()
}

impl Store {
    /// The first answer to the request that a key calls by this name, if it was asked within a day.
    pub async fn receipt(&self, key: &str, name: &str) -> Result<Option<Receipt>, StoreError> {
        let still = doc! { "_id": id(key, name), "until": { "$gt": date(self.clock().now()) } };
        let found = within(STORE_TIMEOUT, async { Ok(self.collection(NAME).find_one(still).await?) }).await?;
        let found = found.map(|document| self.current(NAME, document)).transpose()?;
        Ok(found.and_then(|document| read(key, name, &document)))
    }

    /// Keeps an answer inside of a transaction; refused as a duplicate if there is one under this name.
    pub(super) async fn keep_receipt(&self, session: &mut ClientSession, receipt: &Receipt) -> Result<(), Error> {
        let now = self.clock().now();
        let id = id(&receipt.key, &receipt.name);
        // The index removes what is over once a minute only.
        let over = doc! { "_id": id.clone(), "until": { "$lte": date(now) } };
        self.collection(NAME).delete_one(over).session(&mut *session).await?;
        let headers = receipt.headers.iter().map(|(name, value)| doc! { "name": name, "value": value });
        let document = doc! {
            "_id": id,
            "request": &receipt.request,
            "status": i32::from(receipt.status),
            "headers": headers.collect::<Vec<_>>(),
            "body": &receipt.body,
            "until": date(now + KEPT_FOR),
        };
        self.collection(NAME).insert_one(stamped(document, self.stamp_at(NAME, now))).session(session).await.map(drop)
    }
}

fn id(key: &str, name: &str) -> Document {
    doc! { "key": key, "name": name }
}

pub(super) fn read(key: &str, name: &str, document: &Document) -> Option<Receipt> {
    let header = |entry: &bson::Bson| {
        let entry = entry.as_document()?;
        Some((entry.get_str("name").ok()?.to_owned(), entry.get_str("value").ok()?.to_owned()))
    };
    Some(Receipt {
        key: key.to_owned(),
        name: name.to_owned(),
        request: document.get_str("request").ok()?.to_owned(),
        status: integer(document, "status").ok()??.try_into().ok()?,
        headers: document.get_array("headers").ok()?.iter().filter_map(header).collect(),
        body: document.get_str("body").ok()?.to_owned(),
    })
}
