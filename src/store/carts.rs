//! `carts`: `{_id: chat, revision: Int64, lines: [{product: ObjectId, title, quantity: Int32,
//! seen_price: Int64, seen_discount: Int32}]}`, one for each customer, written behind the dialogue: see
//! `commit.rs`.

use ::dialogues::shop::{Cart, CartLine, Money, Percent, ProductId, Quantity};
use bson::{Bson, Document, doc};
use futures::TryStreamExt;
use mongodb::ClientSession;

use super::collections::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read, by};
use super::document::{oid, upserted};
use super::fields::{Problem, integer, object_id, required, text};
use super::preflight::documents;
use super::{Store, StoreError, dialogues, users};

pub(super) const NAME: &str = "carts";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Plain,
    emptied: Emptied::WithPeople,
    migrated: Migrated::Beside,
    opened: Opened::Each(documents::cart),
    read: Read::Otherwise,
    personal: &["_id"],
    forgotten: Forgotten::Deleted(|chat| by("_id", chat)),
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

/// A cart's lines as stored.
pub(super) fn write(cart: &Cart) -> Vec<Document> {
    let line = |line: &CartLine| {
        doc! {
            "product": oid(line.product.0),
            "title": &line.title,
            "quantity": i32::from(line.quantity.get()),
            "seen_price": line.seen_price.minor(),
            "seen_discount": i32::from(line.seen_discount.get()),
        }
    };
    cart.lines.iter().map(line).collect()
}

/// The cart in the field `lines`. A line that cannot be read is left out: the rest is worth keeping.
pub(super) fn read(document: &Document) -> Cart {
    let lines = document.get_array("lines").map(Vec::as_slice).unwrap_or_default();
    let line = |line: &Bson| match read_line(line) {
        Ok(line) => Some(line),
        Err(problem) => {
            tracing::warn!(collection = NAME, id = ?document.get("_id"), problem, "a cart's line cannot be read");
            None
        }
    };
    Cart { lines: lines.iter().filter_map(line).collect() }
}

pub(super) fn read_line(line: &Bson) -> Result<CartLine, Problem> {
    let line = line.as_document().ok_or("a line is no document")?;
    let number = |name| integer(line, name).and_then(|number| required(name, number));
    let quantity = u16::try_from(number("quantity")?).ok().and_then(Quantity::new);
    let discount = integer(line, "seen_discount")?.unwrap_or(0);
    Ok(CartLine {
        product: ProductId(required("product", object_id(line, "product")?)?),
        title: text(line, "title")?.unwrap_or_default(),
        quantity: quantity.ok_or("quantity is out of range")?,
        seen_price: Money::from_minor(number("seen_price")?).ok_or("seen_price is out of range")?,
        seen_discount: u8::try_from(discount)
            .ok()
            .and_then(|discount| Percent::try_from(discount).ok())
            .unwrap_or_default(),
    })
}

/// The cart's revision; 0 before the first one.
pub(super) fn revision(document: &Document) -> i64 {
    integer(document, "revision").ok().flatten().unwrap_or(0)
}

impl Store {
    /// Writes revision `revision` of a cart unless a later one is there. Doing it twice changes nothing.
    pub(super) async fn project_cart(&self, chat: i64, revision: i64, lines: Vec<Document>) -> Result<(), StoreError> {
        let behind = doc! { "_id": chat, "revision": { "$lt": revision } };
        let update = upserted(doc! { "revision": revision, "lines": lines }, Document::new(), self.stamp(NAME));
        let written = self.collection(NAME).update_one(behind, update).upsert(true).await.map_err(StoreError::from);
        match written {
            // The upsert found no cart that is behind, and met one that is not.
            Err(error) if error.duplicate().is_some() => Ok(()),
            written => written.map(drop),
        }
    }

    /// The same inside of a transaction that has read the cart: there is no later one.
    pub(super) async fn set_cart(
        &self,
        session: &mut ClientSession,
        chat: i64,
        revision: i64,
        cart: &Cart,
    ) -> Result<(), mongodb::error::Error> {
        let update = upserted(doc! { "revision": revision, "lines": write(cart) }, Document::new(), self.stamp(NAME));
        self.collection(NAME).update_one(doc! { "_id": chat }, update).upsert(true).session(session).await.map(drop)
    }

    /// Completes what crashes left half done: writes every pending cart that is ahead of its projection, and
    /// removes carts of people whom nothing else knows. Returns how many carts were concerned.
    ///
    /// Every turn mends its own customer; this is for start-up, and for those who do not come back.
    pub async fn mend(&self) -> Result<usize, StoreError> {
        let behind = [
            doc! { "$match": { "pending_cart": { "$exists": true } } },
            joined(NAME, "cart"),
            doc! { "$set": { "reached": { "$ifNull": [{ "$first": "$cart.revision" }, 0_i64] } } },
            doc! { "$match": { "$expr": { "$gt": ["$pending_cart.revision", "$reached"] } } },
        ];
        let behind: Vec<Document> = self.collection(dialogues::NAME).aggregate(behind).await?.try_collect().await?;
        let count = behind.len();
        for document in behind {
            // What a newer program has left half done, it mends itself.
            let Ok(document) = self.current(dialogues::NAME, document) else { continue };
            let (Ok(chat), Ok(pending)) = (document.get_i64("_id"), document.get_document("pending_cart")) else {
                continue;
            };
            self.project_cart(chat, revision(pending), write(&read(pending))).await?;
        }
        let nobodys = [
            joined(users::NAME, "user"),
            joined(dialogues::NAME, "dialogue"),
            doc! { "$match": { "user": [], "dialogue": [] } },
            doc! { "$project": { "_id": 1 } },
        ];
        let nobodys: Vec<Document> = self.collection(NAME).aggregate(nobodys).await?.try_collect().await?;
        let ids: Vec<&Bson> = nobodys.iter().filter_map(|cart| cart.get("_id")).collect();
        if !ids.is_empty() {
            self.collection(NAME).delete_many(doc! { "_id": { "$in": ids } }).await?;
        }
        Ok(count + nobodys.len())
    }
}

/// The stage that brings the document of the same id from another collection, in a list of none or one.
fn joined(collection: &str, name: &str) -> Document {
    doc! { "$lookup": { "from": collection, "localField": "_id", "foreignField": "_id", "as": name } }
}
