//! `leases`: who is the active process of a bot, one document for each bot: `{_id: Int64 (the bot's id), holder: text,
//! epoch: Int64, until: Date, machine: text, alive: Int32, address: text}`. Its times are those of MongoDB's own clock
//! (`$$NOW`): those of processes play no part.
//!
//! A new holder raises `epoch`. Who gives the lease back leaves `holder` empty, and `until` at 1970 if all that it
//! committed is shown. Nothing here is of a person. [`crate::lease`] decides what is done with it.

use std::time::Duration;

use bson::{Document, doc};
use futures::TryStreamExt;
use mongodb::Collection;
use mongodb::options::ReturnDocument;

use super::document::whole;
use super::{StoreError, within};
use crate::lease::Found;

/// The collection, in every database.
pub const LEASES: &str = "leases";
/// A command takes no longer, or the next one is tried.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The lease of one bot.
#[derive(Debug, Clone)]
pub struct Leases {
    collection: Collection<Document>,
    bot: i64,
}

/// How a process presents itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holder {
    pub(crate) name: String,
    pub(crate) machine: Option<String>,
    pub(crate) alive: Option<u16>,
    pub(crate) address: Option<String>,
}

impl Holder {
    fn fields(&self) -> Document {
        let mut fields = doc! { "holder": { "$literal": &self.name } };
        if let Some(machine) = &self.machine {
            fields.insert("machine", doc! { "$literal": machine });
        }
        if let Some(alive) = self.alive {
            fields.insert("alive", i32::from(alive));
        }
        if let Some(address) = &self.address {
            fields.insert("address", doc! { "$literal": address });
        }
        fields
    }
}

/// When a lease ends that begins now.
fn until(lasts: Duration) -> Document {
    doc! { "$add": ["$$NOW", lasts.as_millis() as i64] }
}

impl Leases {
    /// The lease of a bot, in a collection whose writes are acknowledged by a majority.
    pub fn new(collection: Collection<Document>, bot: i64) -> Self {
        Self { collection, bot }
    }

    /// The lease as it is; `None` where nobody has ever held it.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn look(&self) -> Result<Option<Found>, StoreError> {
        let age = doc! { "$set": { "age": { "$subtract": ["$$NOW", "$until"] } } };
        let pipeline = [doc! { "$match": { "_id": self.bot } }, age];
        let found = async { Ok(self.collection.aggregate(pipeline).await?.try_collect::<Vec<Document>>().await?) };
        Ok(within(TIMEOUT, found).await?.first().map(found_in))
    }

    /// Takes the lease if it is free. One that is another's is taken if it is still as it was `found`, and the holder is
    /// known to be `gone`. The epoch, if it was taken.
    ///
    /// # Errors
    /// [`StoreError::Away`]: it may have been taken nevertheless.
    pub(crate) async fn take(
        &self,
        ours: &Holder,
        found: Option<&Found>,
        gone: bool,
        lasts: Duration,
    ) -> Result<Option<i64>, StoreError> {
        let mut free = vec![
            doc! { "$lte": [{ "$ifNull": ["$until", "$$NOW"] }, "$$NOW"] },
            doc! { "$in": [{ "$ifNull": ["$holder", ""] }, ["", { "$literal": &ours.name }]] },
        ];
        if let Some(found) = found.filter(|_| gone) {
            let same =
                [doc! { "$eq": ["$epoch", found.epoch] }, doc! { "$eq": ["$holder", { "$literal": &found.holder }] }];
            free.push(doc! { "$and": same.to_vec() });
        }
        let mut fields = ours.fields();
        fields.extend(doc! {
            "_id": "$_id",
            "epoch": { "$add": [{ "$ifNull": ["$epoch", 0_i64] }, 1_i64] },
            "until": until(lasts),
        });
        let update = vec![doc! { "$replaceWith": { "$cond": [{ "$or": free }, fields, "$$ROOT"] } }];
        let taking = async {
            let taken = self.collection.find_one_and_update(doc! { "_id": self.bot }, update).upsert(true);
            Ok(taken.return_document(ReturnDocument::After).await?)
        };
        match within(TIMEOUT, taking).await {
            Ok(taken) => {
                let is_ours = |taken: &Document| taken.get_str("holder").is_ok_and(|holder| holder == ours.name);
                Ok(taken.filter(is_ours).map(|taken| epoch(&taken)))
            }
            // Two have made the first one at the same time, and the other one has it.
            Err(error) if error.duplicate().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Renews a lease of ours; `false` if it is another's.
    ///
    /// # Errors
    /// [`StoreError::Away`]: it may have been renewed nevertheless.
    pub(crate) async fn renew(&self, ours: &Holder, epoch: i64, lasts: Duration) -> Result<bool, StoreError> {
        let mut fields = ours.fields();
        fields.insert("until", until(lasts));
        self.change(&ours.name, epoch, fields).await
    }

    /// Gives a lease of ours back; `settled`: all that was committed is shown.
    ///
    /// # Errors
    /// [`StoreError::Away`]: then it runs out by itself.
    pub(crate) async fn give_back(&self, name: &str, epoch: i64, settled: bool) -> Result<(), StoreError> {
        let until = if settled { bson::Bson::DateTime(bson::DateTime::from_millis(0)) } else { "$$NOW".into() };
        self.change(name, epoch, doc! { "holder": "", "until": until }).await.map(drop)
    }

    async fn change(&self, name: &str, epoch: i64, fields: Document) -> Result<bool, StoreError> {
        let filter = doc! { "_id": self.bot, "holder": name, "epoch": epoch };
        let changing = async { Ok(self.collection.update_one(filter, vec![doc! { "$set": fields }]).await?) };
        Ok(within(TIMEOUT, changing).await?.matched_count == 1)
    }

    /// Who is active, in words for an operator; `None` if nobody is.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn holder(&self) -> Result<Option<String>, StoreError> {
        let held = self.look().await?.filter(|found| !found.expired && !found.holder.is_empty());
        Ok(held.map(|found| {
            let at = found.address.unwrap_or_else(|| "a process without a server".to_owned());
            let machine =
                found.machine.as_deref().and_then(|machine| machine.split(' ').next()).unwrap_or("?").to_owned();
            format!("{at} on {machine}, epoch {}", found.epoch)
        }))
    }
}

fn epoch(document: &Document) -> i64 {
    document.get("epoch").and_then(whole).unwrap_or(0)
}

fn found_in(document: &Document) -> Found {
    let text = |name: &str| document.get_str(name).ok().map(str::to_owned);
    // Negative while it is held.
    let age = document.get("age").and_then(whole).unwrap_or(i64::MAX);
    let lasted = crate::lease::TERMS.lasts.as_millis() as i64;
    let holder = text("holder").unwrap_or_default();
    Found {
        epoch: epoch(document),
        expired: age >= 0,
        settled: holder.is_empty() && document.get_datetime("until").is_ok_and(|until| until.timestamp_millis() == 0),
        silent_for: Duration::from_millis(age.saturating_add(lasted).max(0) as u64),
        machine: text("machine"),
        alive: document.get("alive").and_then(whole).and_then(|port| u16::try_from(port).ok()),
        address: text("address"),
        holder,
    }
}
