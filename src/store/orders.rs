//! `orders`: `{number: "482-7391", checkout, customer: Int64, contact: {name, email, phone, address}, lines:
//! [{product: ObjectId, title, quantity: Int32, price: Int64}], total: Int64, currency, status, placed: Date,
//! told}`. Unique on `number` and on `checkout`. Of a customer who was forgotten neither `customer` nor
//! `contact` is left.

use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};
use dialogues::shop::{Contact, Money, Order, OrderLine, OrderNumber, OrderStatus, ProductId, Quantity};
use futures::TryStreamExt;
use mongodb::ClientSession;
use mongodb::error::Error;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::document::{date, oid, saved, stamped};
use super::fields::{Problem, flag, integer, object_id, required, text, time};
use super::shelves::Stamps;
use super::{PATIENCE, Store, StoreError, within};

pub(super) const NAME: &str = "orders";

/// An order, and what the store knows of it beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOrder {
    pub order: Order,
    /// The chat of whoever placed it; `None` if they were forgotten.
    pub customer: Option<i64>,
    /// Whether the owners have been told.
    pub told: bool,
    /// ISO 4217.
    pub currency: String,
    pub stamps: Stamps,
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
        doc! {
            "product": oid(line.product.0),
            "title": &line.title,
            "quantity": i32::from(line.quantity.get()),
            "price": line.price.minor(),
        }
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
        total: required("total", integer(document, "total")?.and_then(Money::from_minor))?,
        status: parsed::<OrderStatus>(document, "status").ok_or("status is none of ours")?,
        placed: required("placed", time(document, "placed")?)?,
    };
    Ok(StoredOrder {
        order,
        customer: integer(document, "customer")?,
        told: flag(document, "told")?.unwrap_or(false),
        currency: text(document, "currency")?.unwrap_or_default(),
        stamps: Stamps::read(document),
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
    })
}

fn parsed<T: DeserializeOwned>(document: &Document, field: &str) -> Option<T> {
    bson::deserialize_from_bson(document.get(field)?.clone()).ok()
}

impl Store {
    /// A customer's orders, the newest first.
    pub async fn orders_of(&self, customer: i64, limit: u32) -> Result<Vec<Order>, StoreError> {
        // Two orders of one moment stand in the order in which they were written.
        let newest_first = doc! { "placed": -1, "_id": -1 };
        let collection = self.collection(NAME);
        let orders = collection.find(doc! { "customer": customer }).sort(newest_first).limit(i64::from(limit)).await?;
        let documents: Vec<Document> = orders.try_collect().await?;
        Ok(readable(self.all_current(NAME, documents)?).map(|stored| stored.order).collect())
    }

    /// The order of this number.
    pub async fn order(&self, number: OrderNumber) -> Result<Option<StoredOrder>, StoreError> {
        let document = self.collection(NAME).find_one(doc! { "number": number.to_string() }).await?;
        let read = |document: Document| {
            let current = self.current(NAME, document)?;
            read(&current).map_err(|problem| StoreError::Unreadable { collection: NAME, problem })
        };
        document.map(read).transpose()
    }

    /// Orders, at most `query.limit`.
    pub async fn orders(&self, query: &OrderQuery) -> Result<Vec<StoredOrder>, StoreError> {
        let way = if query.oldest_first { 1 } else { -1 };
        let (filter, sort) = (query.filter()?, doc! { "placed": way, "number": way });
        let documents = within(PATIENCE, async {
            let found = self.collection(NAME).find(filter).sort(sort).limit(i64::from(query.limit)).await?;
            Ok(found.try_collect::<Vec<Document>>().await?)
        });
        Ok(readable(self.all_current(NAME, documents.await?)?).collect())
    }

    /// The orders of which the owners have not been told, the oldest first.
    pub async fn orders_untold(&self) -> Result<Vec<StoredOrder>, StoreError> {
        let documents = self.collection(NAME).find(doc! { "told": false }).sort(doc! { "placed": 1 }).await?;
        Ok(readable(self.all_current(NAME, documents.try_collect().await?)?).collect())
    }

    /// Notes that the owners have been told of an order.
    pub async fn mark_told(&self, number: OrderNumber) -> Result<(), StoreError> {
        let update = saved(doc! { "told": true }, self.clock().now());
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

    /// Writes a new order inside of a transaction; refused by the unique index `number` or `checkout`.
    pub(super) async fn insert_order(
        &self,
        session: &mut ClientSession,
        customer: i64,
        order: &Order,
    ) -> Result<(), Error> {
        let fields = write(order, customer, self.inner.currency.code())?;
        self.collection(NAME).insert_one(stamped(fields, self.stamp(NAME))).session(session).await.map(drop)
    }

    /// Takes whatever points to a person out of their orders.
    pub(super) async fn forget_orders(&self, session: &mut ClientSession, customer: i64) -> Result<(), Error> {
        let mut update = saved(Document::new(), self.clock().now());
        update.insert("$unset", doc! { "customer": "", "contact": "" });
        self.collection(NAME).update_many(doc! { "customer": customer }, update).session(session).await.map(drop)
    }
}

fn readable(documents: Vec<Document>) -> impl Iterator<Item = StoredOrder> {
    documents.into_iter().filter_map(|document| match read(&document) {
        Ok(order) => Some(order),
        Err(problem) => {
            tracing::warn!(collection = NAME, id = ?document.get("_id"), problem, "an order cannot be read");
            None
        }
    })
}
