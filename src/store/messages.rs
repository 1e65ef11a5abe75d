//! `personal_messages`: `{_id: ObjectId, customer: Int64, direction: "to_shop" | "to_customer", answers: ObjectId, order:
//! "482-7391", writer: Int64, name, text, at: Date, pending: Bool, returned: Bool, bringing: Date, notices: [{owner: Int64,
//! message: Int32}], answered: Int32}`: what customers and the owners write to each other. `customer` is whose message it is,
//! in either direction; `writer` who has written it; `answers` the message that it answers. A message is written with the turn
//! that has decided it, and is `pending` until it is brought; `bringing` is until when a process does that, or Telegram asks to
//! wait. One that could not be brought, and came back to its writer, is `returned`. `notices` are the messages by which the
//! owners have got it.
//!
//! Whoever is forgotten takes all their messages along, and the answers to them; what an owner has written to others stays with
//! these. An answer to somebody conflicts with forgetting them: it raises `answered` of the message, or `messages` of the order,
//! by which its customer was found.

use bson::{Bson, Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use dialogues::moment::after;
use dialogues::shop::{
    Addressee, Correspondent, Direction, OrderNumber, PersonName, PersonalMessage, PersonalMessageId,
};
use mongodb::ClientSession;
use mongodb::error::Error;

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read, by};
use super::document::{date, oid, saved, stamped};
use super::faults::Faults;
use super::fields::{Problem, integer, object_id, required, text, time};
use super::{STORE_TIMEOUT, Store, StoreError, orders, within};

pub(super) const NAME: &str = "personal_messages";

/// How long a process that brings a message may be silent before another one does.
const BRINGING: TimeDelta = TimeDelta::seconds(60);
/// So many messages are in the copy of somebody's data: the newest.
pub(crate) const MOST_MESSAGES: u32 = 1_000;

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| {
        vec![
            doc! { "name": "customer", "key": { "customer": 1, "at": 1 } },
            // Few messages are on their way at any time; only those are in it.
            doc! { "name": "pending", "key": { "at": 1, "_id": 1 }, "partialFilterExpression": { "pending": true } },
        ]
    }),
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Each(faults),
    read: Read::InLists { which: || doc! { "pending": true }, fault: |document| read(document).err() },
    personal: &["customer", "writer", "name", "text", "notices.owner"],
    forgotten: Forgotten::Deleted(|chat| by("customer", chat)),
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

/// A message, and what the store knows of it beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    pub message: PersonalMessage,
    /// The chat of the customer whose it is.
    pub customer: i64,
    /// The chat of whoever has written it.
    pub writer: i64,
    /// The messages by which the owners have got it: chat and number.
    pub notices: Vec<(i64, i32)>,
}

fn write(message: &PersonalMessage, customer: i64, writer: i64) -> Document {
    let PersonalMessage { id, direction, order, name, text, at } = message;
    let answers = match direction {
        Direction::ToCustomer(Addressee::OfMessage(id)) => Some(oid(id.0)),
        Direction::ToCustomer(Addressee::OfOrder(_)) | Direction::ToShop => None,
    };
    let mut document = doc! {
        "_id": oid(id.0),
        "customer": customer,
        "direction": named(direction),
        "writer": writer,
        "text": text,
        "at": date(*at),
        "pending": true,
    };
    let order = order.map(|order| order.to_string());
    let some = [
        ("answers", answers.map(Bson::from)),
        ("order", order.map(Bson::from)),
        ("name", name.clone().map(Bson::from)),
    ];
    document.extend(some.into_iter().filter_map(|(field, value)| Some((field.to_owned(), value?))));
    document
}

fn named(direction: &Direction) -> &'static str {
    match direction {
        Direction::ToShop => "to_shop",
        Direction::ToCustomer(_) => "to_customer",
    }
}

fn read(document: &Document) -> Result<StoredMessage, Problem> {
    let order = text(document, "order")?.map(|order| order.parse::<OrderNumber>()).transpose();
    let order = order.map_err(|_| "order is no order's number".to_owned())?;
    let answers = object_id(document, "answers")?.map(|id| Addressee::OfMessage(PersonalMessageId(id)));
    let direction = match required("direction", text(document, "direction")?)?.as_str() {
        "to_shop" => Direction::ToShop,
        "to_customer" => {
            let to = answers.or(order.map(Addressee::OfOrder));
            Direction::ToCustomer(required("answers", to)?)
        }
        _ => return Err("direction is none of ours".to_owned()),
    };
    Ok(StoredMessage {
        message: PersonalMessage {
            id: PersonalMessageId(required("_id", object_id(document, "_id")?)?),
            direction,
            order,
            name: text(document, "name")?,
            text: required("text", text(document, "text")?)?,
            at: required("at", time(document, "at")?)?,
        },
        customer: required("customer", integer(document, "customer")?)?,
        writer: required("writer", integer(document, "writer")?)?,
        notices: orders::notices(document),
    })
}

/// What is wrong with a document, as `preflight` looks at it.
fn faults(document: &Document) -> Vec<Problem> {
    Faults::default().or(read(document))
}

impl Store {
    /// Writes a message inside of a transaction; `false` where the customer was forgotten whom it is for.
    pub(super) async fn insert_message(
        &self,
        session: &mut ClientSession,
        writer: i64,
        message: &PersonalMessage,
    ) -> Result<bool, Error> {
        let customer = match message.direction {
            Direction::ToShop => Some(writer),
            Direction::ToCustomer(to) => {
                let (collection, which, count) = source(to);
                let documents = self.collection(collection);
                let counted = documents.find_one_and_update(which, doc! { "$inc": { count: 1 } });
                let found = counted.session(&mut *session).await?;
                found.and_then(|document| integer(&document, "customer").ok().flatten())
            }
        };
        let Some(customer) = customer else { return Ok(false) };
        let document = stamped(write(message, customer, writer), self.stamp(NAME));
        self.collection(NAME).insert_one(document).session(session).await?;
        Ok(true)
    }

    /// The customer whom an owner writes to; `None` where they were forgotten.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn correspondent(&self, to: Addressee) -> Result<Option<Correspondent>, StoreError> {
        let (collection, which, _) = source(to);
        let found = within(STORE_TIMEOUT, async { Ok(self.collection(collection).find_one(which).await?) }).await?;
        let Some((found, customer)) = found.and_then(|found| {
            let customer = integer(&found, "customer").ok().flatten()?;
            Some((found, customer))
        }) else {
            return Ok(None);
        };
        let order = match to {
            Addressee::OfOrder(number) => Some(number),
            Addressee::OfMessage(_) => text(&found, "order").ok().flatten().and_then(|order| order.parse().ok()),
        };
        let name = self.load(customer).await?.customer.as_ref().and_then(|customer| customer.name.clone());
        Ok(Some(Correspondent { addressee: to, name: name.as_ref().map(PersonName::in_one_line), order }))
    }

    /// What a customer and the owners have written to each other, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn messages_of(&self, customer: i64) -> Result<Vec<PersonalMessage>, StoreError> {
        let newest_first = doc! { "at": -1, "_id": -1 };
        let read = |document: &Document| read(document).map(|stored| stored.message);
        let found = self.list(NAME, by("customer", customer), newest_first, MOST_MESSAGES, read);
        let mut found: Vec<PersonalMessage> = within(STORE_TIMEOUT, found).await?;
        found.reverse();
        Ok(found)
    }

    /// A message of this name.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn personal_message(&self, id: PersonalMessageId) -> Result<Option<StoredMessage>, StoreError> {
        let found = async { Ok(self.raw(NAME).find_one(doc! { "_id": oid(id.0) }).await?) };
        Ok(within(STORE_TIMEOUT, found).await?.and_then(|document| self.usable(NAME, &document, read)))
    }

    /// The oldest message that nobody has brought; this process does, and no other one. `Some(None)` is one that cannot be
    /// read.
    pub(crate) async fn claim_message(&self) -> Result<Option<Option<StoredMessage>>, StoreError> {
        let now = self.clock().now();
        let free = [doc! { "bringing": null }, doc! { "bringing": { "$lte": date(now) } }];
        let filter = doc! { "pending": true, "$or": free };
        let update = doc! { "$set": { "bringing": date(after(now, BRINGING)) } };
        let messages = self.raw(NAME);
        let claimed = messages.find_one_and_update(filter, update).sort(doc! { "at": 1, "_id": 1 });
        let claimed = within(STORE_TIMEOUT, async { Ok(claimed.await?) }).await?;
        Ok(claimed.map(|document| self.usable(NAME, &document, read)))
    }

    /// Until when an earlier message of the same customer, in the same direction, is not brought.
    pub(crate) async fn waits_for(&self, stored: &StoredMessage) -> Result<Option<DateTime<Utc>>, StoreError> {
        let PersonalMessage { id, direction, at, .. } = &stored.message;
        let beside = doc! { "at": date(*at), "_id": { "$lt": oid(id.0) } };
        let earlier = doc! {
            "pending": true,
            "customer": stored.customer,
            "direction": named(direction),
            "$or": [{ "at": { "$lt": date(*at) } }, beside],
        };
        let found = async { Ok(self.raw(NAME).find_one(earlier).sort(doc! { "at": -1, "_id": -1 }).await?) };
        let found = within(STORE_TIMEOUT, found).await?.and_then(|document| Document::try_from(document).ok());
        Ok(found.map(|earlier| time(&earlier, "bringing").ok().flatten().unwrap_or_else(|| self.clock().now())))
    }

    /// The newest answer to a message that its customer has got.
    pub(crate) async fn newest_answer(&self, to: PersonalMessageId) -> Result<Option<PersonalMessage>, StoreError> {
        let Some(question) = self.personal_message(to).await? else { return Ok(None) };
        let filter = doc! { "customer": question.customer, "answers": oid(to.0), "pending": false, "returned": null };
        let newest_first = doc! { "at": -1, "_id": -1 };
        let read = |document: &Document| read(document).map(|stored| stored.message);
        Ok(within(STORE_TIMEOUT, self.list(NAME, filter, newest_first, 1, read)).await?.pop())
    }

    /// Notes that an owner has got a message.
    pub(crate) async fn note_brought(
        &self,
        id: PersonalMessageId,
        (owner, message): (i64, i32),
    ) -> Result<(), StoreError> {
        let until = date(after(self.clock().now(), BRINGING));
        let notice = doc! { "owner": owner, "message": message };
        self.update_message(id, doc! { "$push": { "notices": notice }, "$set": { "bringing": until } }).await
    }

    /// Lets a message be tried again at this time.
    pub(crate) async fn put_message_off(&self, id: PersonalMessageId, until: DateTime<Utc>) -> Result<(), StoreError> {
        self.update_message(id, doc! { "$set": { "bringing": date(until) } }).await
    }

    /// Notes that a message is brought.
    pub(crate) async fn mark_brought(&self, id: PersonalMessageId) -> Result<(), StoreError> {
        self.settle(id, doc! { "pending": false }).await
    }

    /// Notes that nobody can bring a message.
    pub(crate) async fn mark_returned(&self, id: PersonalMessageId) -> Result<(), StoreError> {
        self.settle(id, doc! { "pending": false, "returned": true }).await
    }

    async fn settle(&self, id: PersonalMessageId, fields: Document) -> Result<(), StoreError> {
        let mut update = saved(fields, self.clock().now());
        update.insert("$unset", doc! { "bringing": "" });
        self.update_message(id, update).await
    }

    async fn update_message(&self, id: PersonalMessageId, update: Document) -> Result<(), StoreError> {
        let updated =
            async { Ok(self.collection(NAME).update_one(doc! { "_id": oid(id.0) }, update).await.map(drop)?) };
        within(STORE_TIMEOUT, updated).await
    }
}

/// By which document a customer is found, and which field of it counts what is written to them.
fn source(to: Addressee) -> (&'static str, Document, &'static str) {
    match to {
        Addressee::OfOrder(number) => (orders::NAME, doc! { "number": number.to_string() }, "messages"),
        Addressee::OfMessage(id) => (NAME, doc! { "_id": oid(id.0) }, "answered"),
    }
}
