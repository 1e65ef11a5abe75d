//! `orders`: `{number: "482-7391", checkout, customer: Int64, contact: {name, email, phone, address}, lines:
//! [{product: ObjectId, title, quantity: Int32, price: Int64, left: Int64}], total: Int64, currency, status, placed: Date,
//! told, telling: {by, until: Date}, told_to: [Int64], notices: [{owner: Int64, message: Int32}], moves: [{to, at, by, reason}],
//! announced, announcing: Date, messages: Int32, revision: Int64, recorded}`. `telling` and `told_to` are there while
//! the owners are being told: by which process, and who knows already. `notices` are the messages that they have got.
//! `moves` is how the order has come to its status; `announced` the status of which customer and owners know, and
//! `announcing` until when a process is telling them (`orders/moves.rs`). `messages` counts what owners have written
//! about it (`messages.rs`), `revision` how often it was placed, taken on or anonymized, each of which is an event
//! (`events.rs`), `recorded` the status of the newest of them. `receipt: {due: Date, tries: Int32}` is there until the receipt
//! is sent, or given up (`orders/receipts.rs`). Unique on `number` and on `checkout`. Where a customer was
//! forgotten, `customer` is not left, nor are `contact` and `moves` once the order is delivered or cancelled; `stale` is there
//! until the owners' notices say so.

mod desk;
mod moves;
mod receipts;

use std::collections::HashSet;

use bson::{Bson, Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use dialogues::moment::after;
use dialogues::shop::{
    CheckoutId, Contact, Currency, Money, Order, OrderLine, OrderNumber, OrderStatus, ProductId, Quantity,
};
use mongodb::ClientSession;
use mongodb::error::Error;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read, by, unique};
use super::document::{date, oid, saved, stamped};
use super::events::EventKind;
use super::faults::{Faults, snapshot};
use super::fields::{Problem, flag, integer, object_id, required, text, time, whole};
use super::versioned::Timestamps;
use super::{STORE_TIMEOUT, Store, StoreError, within};

pub(in crate::store) use moves::{notices, statuses};
pub use receipts::WaitingReceipt;

pub(super) const NAME: &str = "orders";

/// What is done with it. Number, lines and total of an order stay, because the law asks for them, and `contact` and `moves` of one
/// that is not delivered yet: `Store::anonymize_orders` takes those out of the filter. In `told_to` are owners, until all of them
/// have been told.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| {
        vec![
            unique("number", "number"),
            unique("checkout", "checkout"),
            doc! { "name": "customer", "key": { "customer": 1, "placed": -1 } },
            doc! { "name": "placed", "key": { "placed": -1, "number": -1 } },
            // Few orders are untold at any time; only those are in it.
            doc! { "name": "untold", "key": { "placed": 1 }, "partialFilterExpression": { "told": false } },
            doc! { "name": "receipt", "key": { "receipt.due": 1 }, "partialFilterExpression": { "receipt.due": { "$exists": true } } },
            doc! { "name": "announced", "key": { "status": 1, "announced": 1 } },
            doc! { "name": "stale", "key": { "stale": 1 }, "partialFilterExpression": { "stale": true } },
            doc! { "name": "status", "key": { "status": 1, "placed": -1, "number": -1 } },
        ]
    }),
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Each(faults),
    read: Read::InLists { which: || doc! { "told": false }, fault: |document| read(document).err() },
    personal: &["customer", "contact", "told_to", "notices.owner", "moves"],
    forgotten: Forgotten::Cleared { which: |chat| by("customer", chat), fields: &["customer", "contact", "moves"] },
    remaining: &["contact", "moves", "told_to", "notices.owner"],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

/// How long a process that tells the owners of an order may be silent before another one does.
pub(crate) const NOTICE_CLAIM: TimeDelta = TimeDelta::seconds(60);

/// An order, and what the store knows of it beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOrder {
    pub order: Order,
    /// The chat of whoever placed it; `None` if they were forgotten.
    pub customer: Option<i64>,
    /// Whether the owners have been told.
    pub told: bool,
    /// The messages by which they were told: chat and number.
    pub notices: Vec<(i64, i32)>,
    /// ISO 4217.
    pub currency: String,
    /// That of the newest event of it.
    pub revision: i64,
    /// The status that events tell of.
    pub(super) recorded: OrderStatus,
    /// The owners' notices do not say yet that its customer was forgotten.
    pub(crate) is_stale: bool,
    pub stamps: Timestamps,
}

impl StoredOrder {
    /// The order as the people of the shop see it: they may know who placed it.
    pub(crate) fn for_team(&self) -> Order {
        Order { customer: self.customer, ..self.order.clone() }
    }
}

/// What whoever may tell the owners of an order must know.
#[derive(Debug, Default)]
pub(crate) struct NoticeClaim {
    /// Of each line, how many are left of its product, where the order has made it run low.
    pub(crate) left: Vec<Option<u32>>,
    /// The owners who have been told.
    pub(crate) told_to: HashSet<i64>,
}

/// Which orders, and in which order.
#[derive(Debug, Clone, Default)]
pub struct OrderQuery {
    pub customer: Option<i64>,
    pub status: Option<OrderStatus>,
    pub product: Option<ProductId>,
    /// Placed at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Placed before this time.
    pub until: Option<DateTime<Utc>>,
    pub oldest_first: bool,
    /// Those behind this one.
    pub after: Option<(DateTime<Utc>, OrderNumber)>,
    pub limit: u32,
}

impl OrderQuery {
    fn filter(&self) -> Result<Document, bson::error::Error> {
        let mut all = Vec::new();
        if let Some(customer) = self.customer {
            all.push(doc! { "customer": customer });
        }
        if let Some(status) = self.status {
            all.push(doc! { "status": serialized(&status)? });
        }
        if let Some(product) = self.product {
            all.push(doc! { "lines.product": oid(product.0) });
        }
        if let Some(from) = self.from {
            all.push(doc! { "placed": { "$gte": date(from) } });
        }
        if let Some(until) = self.until {
            all.push(doc! { "placed": { "$lt": date(until) } });
        }
        if let Some((placed, number)) = self.after {
            let behind = if self.oldest_first { "$gt" } else { "$lt" };
            let later = doc! { "placed": { behind: date(placed) } };
            let beside = doc! { "placed": date(placed), "number": { behind: number.to_string() } };
            all.push(doc! { "$or": [later, beside] });
        }
        Ok(if all.is_empty() {
            Document::new()
        } else {
            doc! { "$and": all }
        })
    }
}

fn write(order: &Order, customer: i64, currency: &str) -> Result<Document, bson::error::Error> {
    let line = |line: &OrderLine| {
        let mut document = doc! {
            "product": oid(line.product.0),
            "title": &line.title,
            "quantity": i32::from(line.quantity.get()),
            "price": line.price.minor(),
        };
        document.extend(line.left.map(|left| ("left".to_owned(), i64::from(left).into())));
        document
    };
    Ok(doc! {
        "number": serialized(&order.number)?,
        "checkout": serialized(&order.checkout)?,
        "customer": customer,
        "contact": serialized(&order.contact)?,
        "lines": order.lines.iter().map(line).collect::<Vec<_>>(),
        "total": order.total.minor(),
        "currency": currency,
        "status": serialized(&order.status)?,
        "placed": date(order.placed),
        "told": false,
        "announced": serialized(&order.status)?,
        "revision": 1_i64 + order.moves.len() as i64,
        "recorded": serialized(&order.status)?,
    })
}

fn serialized(value: &impl Serialize) -> Result<Bson, bson::error::Error> {
    bson::serialize_to_bson(value)
}

/// Reads an order, or says what is wrong with it, without a word of the contact.
pub(super) fn read(document: &Document) -> Result<StoredOrder, Problem> {
    let lines = document.get_array("lines").map_err(|_| "lines is no list")?;
    let order = Order {
        number: required("number", parsed(document, "number"))?,
        checkout: required("checkout", parsed(document, "checkout"))?,
        contact: parsed::<Contact>(document, "contact"),
        lines: lines.iter().map(read_line).collect::<Result<_, _>>()?,
        total: required("total", integer(document, "total")?.and_then(Money::sum_from_minor))?,
        status: parsed::<OrderStatus>(document, "status").ok_or("status is none of ours")?,
        placed: required("placed", time(document, "placed")?)?,
        moves: moves::read(document)?,
        is_forgotten: integer(document, "customer")?.is_none(),
        customer: None,
    };
    let revision = integer(document, "revision")?.unwrap_or(1 + order.moves.len() as i64);
    // Of orders from before there was such a thing, the moves tell.
    let moved = || order.moves.last().map_or(OrderStatus::New, |newest| newest.to);
    let recorded = parsed::<OrderStatus>(document, "recorded").unwrap_or_else(moved);
    Ok(StoredOrder {
        // A program that does not know of such orders has delivered it.
        order: order.without_what_is_not_needed(),
        revision,
        recorded,
        customer: integer(document, "customer")?,
        told: flag(document, "told")?.unwrap_or(false),
        notices: moves::notices(document),
        is_stale: flag(document, "stale")?.unwrap_or(false),
        currency: text(document, "currency")?.unwrap_or_default(),
        stamps: Timestamps::read(document),
    })
}

pub(super) fn read_line(line: &Bson) -> Result<OrderLine, Problem> {
    let line = line.as_document().ok_or("a line is no document")?;
    let quantity = integer(line, "quantity")?.and_then(|quantity| u16::try_from(quantity).ok());
    Ok(OrderLine {
        product: ProductId(required("product", object_id(line, "product")?)?),
        title: text(line, "title")?.unwrap_or_default(),
        quantity: required("quantity", quantity.and_then(Quantity::new))?,
        price: required("price", integer(line, "price")?.and_then(Money::from_minor))?,
        left: integer(line, "left")?.and_then(|left| u32::try_from(left).ok()),
    })
}

fn parsed<T: DeserializeOwned>(document: &Document, field: &str) -> Option<T> {
    bson::deserialize_from_bson(document.get(field)?.clone()).ok()
}

/// What is wrong with a document, as `preflight` looks at it.
fn faults(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    faults.must::<OrderNumber>(document, "number");
    faults.must::<CheckoutId>(document, "checkout");
    faults.read::<Contact>(document, "contact");
    faults.must::<OrderStatus>(document, "status");
    faults.must::<Currency>(document, "currency");
    faults.check(time(document, "placed").and_then(|placed| required("placed", placed)));
    faults.check(integer(document, "total").and_then(|total| required("total", total)));
    let lines = document.get_array("lines").map(Vec::as_slice).unwrap_or_default();
    for (place, line) in lines.iter().enumerate() {
        let problem = read_line(line).err().or_else(|| snapshot(line, &["title"]));
        faults.0.extend(problem.map(|problem| format!("lines.{place}: {problem}")));
    }
    faults.or(read(document))
}

impl Store {
    /// A customer's orders, the newest first.
    pub async fn orders_of(&self, customer: i64, limit: u32) -> Result<Vec<Order>, StoreError> {
        // Two orders of one moment stand in the order in which they were written.
        let newest_first = doc! { "placed": -1, "_id": -1 };
        let read = |document: &Document| read(document).map(|stored| stored.order);
        self.list(NAME, doc! { "customer": customer }, newest_first, limit, read).await
    }

    /// The order of this number; `None` also if it cannot be used, as in lists.
    pub async fn order(&self, number: OrderNumber) -> Result<Option<StoredOrder>, StoreError> {
        let found = self.raw(NAME).find_one(doc! { "number": number.to_string() }).await?;
        Ok(found.and_then(|document| self.usable(NAME, &document, read)))
    }

    /// Orders, at most `query.limit`.
    pub async fn orders(&self, query: &OrderQuery) -> Result<Vec<StoredOrder>, StoreError> {
        let way = if query.oldest_first { 1 } else { -1 };
        let (filter, sort) = (query.filter()?, doc! { "placed": way, "number": way });
        within(STORE_TIMEOUT, self.list(NAME, filter, sort, query.limit, read)).await
    }

    /// Whether more orders than these fit.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn are_more_orders(&self, query: &OrderQuery, most: u64) -> Result<bool, StoreError> {
        let filter = query.filter()?;
        let counted = async { Ok(self.collection(NAME).count_documents(filter).limit(most + 1).await?) };
        Ok(within(STORE_TIMEOUT, counted).await? > most)
    }

    /// All orders that fit, the oldest first, whatever order and limit the query has.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn all_orders(&self, query: OrderQuery) -> Result<Vec<StoredOrder>, StoreError> {
        const AT_A_TIME: u32 = 1000;
        let mut query = OrderQuery { oldest_first: true, after: None, limit: AT_A_TIME, ..query };
        let mut all: Vec<StoredOrder> = Vec::new();
        loop {
            let page = self.orders(&query).await?;
            let is_last = page.len() < AT_A_TIME as usize;
            query.after = page.last().map(|last| (last.order.placed, last.order.number));
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// The orders of which the owners have not been told, the oldest first.
    pub async fn unreported_orders(&self) -> Result<Vec<StoredOrder>, StoreError> {
        let found = self.raw(NAME).find(doc! { "told": false }).sort(doc! { "placed": 1 }).await?;
        self.read_all(NAME, found, read).await
    }

    /// Lets this process, and no other one, tell the owners of an order for [`NOTICE_CLAIM`]; called again, it prolongs
    /// that. Returns how many are left of what ran low by the order, line by line, and the owners who know already; `None` where
    /// another process tells them, or all is told.
    pub(crate) async fn claim_notice(&self, number: OrderNumber, by: &str) -> Result<Option<NoticeClaim>, StoreError> {
        let now = self.clock().now();
        let free =
            [doc! { "telling": null }, doc! { "telling.until": { "$lte": date(now) } }, doc! { "telling.by": by }];
        let filter = doc! { "number": number.to_string(), "told": false, "$or": free };
        let update = doc! { "$set": { "telling": { "by": by, "until": date(after(now, NOTICE_CLAIM)) } } };
        let found =
            within(STORE_TIMEOUT, async { Ok(self.collection(NAME).find_one_and_update(filter, update).await?) })
                .await?;
        let claim = |order: Document| {
            let known = order.get_array("told_to").map(Vec::as_slice).unwrap_or_default();
            let lines = order.get_array("lines").map(Vec::as_slice).unwrap_or_default();
            let left = |line: &Bson| read_line(line).ok().and_then(|line| line.left);
            NoticeClaim { left: lines.iter().map(left).collect(), told_to: known.iter().filter_map(whole).collect() }
        };
        Ok(found.map(claim))
    }

    /// Notes that one owner has been told of an order, by this message.
    pub(crate) async fn note_notified(
        &self,
        number: OrderNumber,
        by: &str,
        (owner, message): (i64, i32),
    ) -> Result<(), StoreError> {
        let until = date(after(self.clock().now(), NOTICE_CLAIM));
        let update = doc! {
            "$addToSet": { "told_to": owner },
            "$push": { "notices": { "owner": owner, "message": message } },
            "$set": { "telling": { "by": by, "until": until } },
        };
        self.update_order(number, update).await
    }

    /// Lets any process tell the owners of an order.
    pub(crate) async fn release_notice(&self, number: OrderNumber, by: &str) -> Result<(), StoreError> {
        let ours = doc! { "number": number.to_string(), "telling.by": by };
        let update = doc! { "$unset": { "telling": "" } };
        within(STORE_TIMEOUT, async { Ok(self.collection(NAME).update_one(ours, update).await.map(drop)?) }).await
    }

    /// The same of all orders that this process was telling of when it is stopped.
    pub(crate) async fn release_notices(&self, by: &str) -> Result<(), StoreError> {
        let ours = doc! { "told": false, "telling.by": by };
        let update = doc! { "$unset": { "telling": "" } };
        within(STORE_TIMEOUT, async { Ok(self.collection(NAME).update_many(ours, update).await.map(drop)?) }).await
    }

    /// Notes that the owners have been told of an order.
    pub async fn mark_told(&self, number: OrderNumber) -> Result<(), StoreError> {
        let mut update = saved(doc! { "told": true }, self.clock().now());
        update.insert("$unset", doc! { "telling": "", "told_to": "" });
        self.update_order(number, update).await
    }

    async fn update_order(&self, number: OrderNumber, update: Document) -> Result<(), StoreError> {
        self.collection(NAME).update_one(doc! { "number": number.to_string() }, update).await?;
        Ok(())
    }

    /// Writes an order of the past: it takes no stock, and nobody is told of it.
    pub async fn keep_past_order(&self, order: &Order, customer: i64) -> Result<(), StoreError> {
        let mut fields = write(order, customer, self.inner.currency.code())?;
        fields.insert("told", true);
        self.collection(NAME).insert_one(stamped(fields, self.stamp(NAME))).await?;
        Ok(())
    }

    /// Notes inside of a transaction which lines of a new order have made a product run low or sold it out: how many are left. The
    /// owners read it in the notice of the order, and other programs as an event.
    pub(super) async fn note_low_stock(
        &self,
        session: &mut ClientSession,
        order: &Order,
        low: &[(usize, u32)],
    ) -> Result<(), Error> {
        if low.is_empty() {
            return Ok(());
        }
        let left: Document =
            low.iter().map(|(line, left)| (format!("lines.{line}.left"), i64::from(*left).into())).collect();
        let update = doc! { "$set": left };
        let this = doc! { "number": order.number.to_string() };
        self.collection(NAME).update_one(this, update).session(&mut *session).await?;
        let event = |(line, left): &(usize, u32)| {
            let kind = if *left == 0 { EventKind::ProductSoldOut } else { EventKind::ProductLowStock };
            Some((kind, order.lines.get(*line)?.product.0.to_string(), 0))
        };
        self.record_events(session, low.iter().filter_map(event)).await
    }

    /// Writes a new order inside of a transaction; refused by the unique index `number` or `checkout`.
    pub(super) async fn insert_order(
        &self,
        session: &mut ClientSession,
        customer: i64,
        order: &Order,
    ) -> Result<(), Error> {
        let mut fields = write(order, customer, self.inner.currency.code())?;
        if self.inner.receipts && order.contact.as_ref().is_some_and(|contact| contact.email.is_some()) {
            fields.insert("receipt", receipts::waiting(order.placed));
        }
        self.collection(NAME).insert_one(stamped(fields, self.stamp(NAME))).session(&mut *session).await?;
        self.record_event(session, EventKind::OrderPlaced, order.number, 1).await
    }
}
