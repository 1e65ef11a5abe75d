//! `dialogues`: `{_id: chat, revision: Int64, updates: [Int64], conversation, replies, owed, alarm, forgotten, pending_cart: {revision,
//! lines}}`, one for each chat, as [`shell::mongo::conversations`] writes it. `conversation` is [`Conversation`] by its own serde tags.

use std::collections::VecDeque;
use std::ops::Deref;

use bson::raw::RawDocumentBuf;
use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};
use dialogues::machine::Conversation;
use dialogues::snapshot::Snapshot;
use futures::TryStreamExt;
use mongodb::options::ReadConcern;
use serde::Deserialize;
use shell::Owed;
use shell::mongo::conversations::{FORGOTTEN, FORGOTTEN_FOR, only_forgotten, replies};
use shell::mongo::deadlines::{ALARM, Deadlines};
use shell::mongo::debts::{Debts, marked_by};
use shell::mongo::recent::Recent;

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read};
use super::document::date;
use super::fields::time;
use super::migrations::{Age, raw_version};
use super::{STORE_TIMEOUT, Store, StoreError, archive, carts, users, within};

pub(super) const NAME: &str = "dialogues";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| {
        let kept_for = i64::try_from(FORGOTTEN_FOR.as_secs()).unwrap_or(i64::MAX);
        vec![
            doc! { "name": ALARM, "key": { ALARM: 1 }, "sparse": true },
            doc! { "name": "owed", "key": { "owed.until": 1 }, "sparse": true },
            doc! {
                "name": FORGOTTEN, "key": { FORGOTTEN: 1 }, "expireAfterSeconds": kept_for,
                "partialFilterExpression": only_forgotten(),
            },
        ]
    }),
    emptied: Emptied::WithPeople,
    migrated: Migrated::Beside,
    opened: Opened::WithScreens,
    read: Read::Otherwise,
    personal: &["_id", "conversation", "replies"],
    forgotten: Forgotten::ByTheTurn,
    // The chat's id beside those of its updates, and the reply that says goodbye, for a day: see `shell::mongo::conversations`.
    remaining: &["_id", "replies"],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

/// More orders than this are not listed.
pub(crate) const MOST_ORDERS: u32 = 100;

/// What is kept of one chat's customer, at one moment, and what the store needs to write what becomes of it. It can be
/// used as the [`Snapshot`] that it has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoadedCustomer {
    /// Without orders: see [`Store::orders_of`]. A conversation that cannot be read is in the archive, and the next
    /// commit replaces it.
    pub snapshot: Snapshot,
    /// Of the stored dialogue; `None` if there is none.
    pub revision: Option<i64>,
    /// The updates committed last, oldest first; at most 64.
    pub updates: VecDeque<i64>,
    /// Of the cart; 0 before the first one.
    pub(super) cart_revision: i64,
    /// The cart is in the dialogue's document only: a crash came before its projection.
    pub(super) cart_pending: bool,
    /// The replies that are kept with the dialogue; `None` where the program that wrote it kept none.
    pub replies: Option<Vec<Owed>>,
    /// Under which name the dialogue is marked as owing replies.
    pub owed_by: Option<String>,
    /// The dialogue's document has the mark of a person who was forgotten.
    pub(super) forgotten: bool,
    /// The dialogue's document is of an older version, of which nothing may stay: when it was created.
    pub(super) aged: Option<Bson>,
}

impl LoadedCustomer {
    /// Whether this update has been committed already.
    pub fn has_seen(&self, update: i64) -> bool {
        self.updates.contains(&update)
    }
}

impl Deref for LoadedCustomer {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.snapshot
    }
}

/// How a document of a collection is read into what is kept of a customer.
type ReadInto = fn(&mut LoadedCustomer, &Document);

/// What is kept of a customer beside the dialogue, in collections whose `_id` is the chat.
pub(super) static BESIDE: [(&str, ReadInto); 2] = [
    (users::NAME, |loaded, user| {
        loaded.snapshot.customer = Some(users::read(user));
        loaded.snapshot.active = users::is_active(user);
    }),
    (carts::NAME, |loaded, cart| {
        loaded.snapshot.cart = carts::read(cart);
        loaded.cart_revision = carts::revision(cart);
    }),
];

/// A chat's document.
#[derive(Deserialize)]
pub(super) struct Stored {
    /// A document without one is not of ours.
    #[serde(rename = "version")]
    _version: i32,
    revision: i64,
    updates: VecDeque<i64>,
    /// `None`: its person is forgotten.
    pub(super) conversation: Option<Conversation>,
    forgotten: Option<bson::DateTime>,
    pending_cart: Option<Document>,
    /// Of whatever shape: a reply that cannot be read must not take the dialogue away.
    replies: Option<Bson>,
    owed: Option<Bson>,
}

/// What is worth saving of a document whose conversation cannot be read.
struct Remains {
    revision: i64,
    updates: VecDeque<i64>,
    pending_cart: Option<Document>,
}

impl Store {
    /// Reads dialogue, profile and cart of a chat with one command.
    ///
    /// The dialogue is read first. Whatever a later stage reads that is newer was committed by a turn
    /// which also moved the dialogue's revision, so that our commit would lose the race.
    ///
    /// # Errors
    /// [`StoreError::Away`]; a document that cannot be read is no error.
    pub async fn load(&self, chat: i64) -> Result<LoadedCustomer, StoreError> {
        within(STORE_TIMEOUT, self.load_now(chat)).await
    }

    /// The marks of dialogues that owe a reply.
    pub fn debts(&self) -> Debts {
        Debts::new(self.documents(NAME))
    }

    /// The deadlines of dialogues.
    pub fn deadlines(&self) -> Deadlines {
        Deadlines::new(self.documents(NAME))
    }

    /// Who was here lately.
    pub fn recent(&self) -> Recent {
        Recent::new(self.documents(NAME))
    }

    /// Forgets the deadlines that have passed: after a restore, what was to happen by itself is over.
    pub(super) async fn drop_deadlines(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let passed = doc! { ALARM: { "$lte": date(now) } };
        let update = doc! { "$unset": { ALARM: "", "conversation.deadline": "" } };
        self.collection(NAME).update_many(passed, update).await?;
        Ok(())
    }

    /// The dialogue's document as it is stored, as JSON, for whoever must look at it.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn stored_dialogue(&self, chat: i64) -> Result<Option<serde_json::Value>, StoreError> {
        let found =
            within(STORE_TIMEOUT, async { Ok(self.collection(NAME).find_one(doc! { "_id": chat }).await?) }).await?;
        Ok(found.map(|document| Bson::Document(document).into_relaxed_extjson()))
    }

    async fn load_now(&self, chat: i64) -> Result<LoadedCustomer, StoreError> {
        let by_id = doc! { "$match": { "_id": chat } };
        let also = |(collection, _): &(&str, ReadInto)| {
            let wrapped = doc! { "$replaceWith": { *collection: "$$ROOT" } };
            doc! { "$unionWith": { "coll": collection, "pipeline": [by_id.clone(), wrapped] } }
        };
        let pipeline = std::iter::once(by_id.clone()).chain(BESIDE.iter().map(also));
        let found = self
            .collection(NAME)
            .aggregate(pipeline)
            .read_concern(ReadConcern::majority())
            .with_type::<RawDocumentBuf>()
            .await?;
        let rows: Vec<RawDocumentBuf> = found.try_collect().await?;
        let (mut loaded, mut pending) = (LoadedCustomer::default(), None);
        for row in rows {
            let beside = BESIDE.iter().find_map(|(name, read)| Some((*name, read, row.get_document(name).ok()?)));
            match beside {
                Some((name, read, document)) => {
                    read(&mut loaded, &self.current(name, Document::try_from(document)?)?);
                }
                None => pending = self.take(chat, &row, &mut loaded).await?,
            }
        }
        if let Some(pending) = pending.filter(|pending| carts::revision(pending) > loaded.cart_revision) {
            loaded.snapshot.cart = carts::read(&pending);
            loaded.cart_revision = carts::revision(&pending);
            loaded.cart_pending = true;
        }
        Ok(loaded)
    }

    /// Puts a dialogue's document into `loaded`, and returns the pending cart.
    async fn take(
        &self,
        chat: i64,
        row: &RawDocumentBuf,
        loaded: &mut LoadedCustomer,
    ) -> Result<Option<Document>, StoreError> {
        if let Some(stored) = self.decode(row, &mut loaded.aged)? {
            loaded.snapshot.conversation = stored.conversation;
            loaded.forgotten = stored.forgotten.is_some();
            loaded.revision = Some(stored.revision);
            loaded.updates = stored.updates;
            loaded.replies = stored.replies.as_ref().and_then(replies);
            loaded.owed_by = stored.owed.as_ref().and_then(marked_by);
            return Ok(stored.pending_cart);
        }
        let document = Document::try_from(row.as_ref())?;
        let remains = Remains::of(&document);
        // No reason is told: serde quotes the value, and a checkout's form is contact data.
        let version = document.get("version");
        tracing::warn!(
            collection = NAME,
            id = chat,
            ?version,
            "a dialogue cannot be read, and goes to {}",
            archive::NAME
        );
        self.archive(chat, remains.revision, &document).await?;
        loaded.snapshot.undecodable = true;
        loaded.revision = Some(remains.revision);
        loaded.updates = remains.updates;
        Ok(remains.pending_cart)
    }

    /// A stored dialogue as this program knows it; `None` if it cannot be read.
    ///
    /// # Errors
    /// [`StoreError::Newer`].
    fn decode(&self, row: &RawDocumentBuf, aged: &mut Option<Bson>) -> Result<Option<Stored>, StoreError> {
        let from = match self.inner.versions.age(NAME, raw_version(row)) {
            Age::Newest | Age::Unknown => {
                return Ok(bson::deserialize_from_slice(row.as_bytes()).ok().filter(Stored::is_whole));
            }
            Age::Newer(found) => return Err(self.inner.versions.newer(NAME, found)),
            Age::Older(from) => from,
        };
        let Ok(mut document) = Document::try_from(row.as_ref()) else { return Ok(None) };
        let created = time(&document, "created").ok().flatten().unwrap_or_else(|| self.clock().now());
        if self.inner.versions.bring_up(NAME, from, &mut document).is_err() {
            return Ok(None);
        }
        *aged = Some(date(created));
        Ok(bson::deserialize_from_document(document).ok().filter(Stored::is_whole))
    }
}

impl Stored {
    /// Whether it has a conversation, unless its person is forgotten.
    pub(super) fn is_whole(&self) -> bool {
        self.conversation.is_some() || self.forgotten.is_some()
    }
}

impl Remains {
    fn of(document: &Document) -> Self {
        let updates = document.get_array("updates").map(Vec::as_slice).unwrap_or_default();
        Self {
            revision: carts::revision(document),
            updates: updates.iter().filter_map(Bson::as_i64).collect(),
            pending_cart: document.get_document("pending_cart").ok().cloned(),
        }
    }
}
