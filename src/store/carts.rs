//! `carts`: `{_id: chat, revision: Int64, lines: [{product: ObjectId, title, quantity: Int32,
//! seen_price: Int64, seen_discount: Int32}]}`, one for each customer, written behind the dialogue: see
//! `commit.rs`.

use ::dialogues::shop::{Cart, CartLine, Money, Percent, ProductId, Quantity};
use bson::{Bson, Document, doc};
use shell::mongo::group_commit::ConditionalUpdate;

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read, by};
use super::document::{oid, upserted};
use super::faults::{Faults, snapshot};
use super::fields::{Problem, integer, object_id, required, text};
use super::{Store, StoreError};

pub(super) const NAME: &str = "carts";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Plain,
    emptied: Emptied::WithPeople,
    migrated: Migrated::Beside,
    opened: Opened::Each(faults),
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

/// What is wrong with a document, as `preflight` looks at it.
fn faults(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    faults.check(integer(document, "_id").and_then(|id| required("_id", id)));
    faults.check(integer(document, "revision").and_then(|revision| required("revision", revision)));
    faults.0.extend(line_faults(document));
    faults.0
}

/// What is wrong with the lines of a cart, also of one that waits in a dialogue.
pub(super) fn line_faults(document: &Document) -> Vec<Problem> {
    let Ok(lines) = document.get_array("lines") else { return vec!["lines is missing, or no list".to_owned()] };
    let faults = lines.iter().enumerate().filter_map(|(place, line)| {
        let problem = read_line(line).err().or_else(|| snapshot(line, &["title"]))?;
        Some(format!("lines.{place}: {problem}"))
    });
    faults.collect()
}

impl Store {
    /// Writes revision `revision` of a cart unless a later one is there. Doing it twice changes nothing.
    pub(super) async fn project_cart(&self, chat: i64, revision: i64, lines: Vec<Document>) -> Result<(), StoreError> {
        let behind = doc! { "_id": chat, "revision": { "$lt": revision } };
        let update = upserted(doc! { "revision": revision, "lines": lines }, Document::new(), self.stamp(NAME));
        let written =
            |it: &ConditionalUpdate| doc! { "_id": it.chat, "revision": { "$gte": it.set("revision").cloned() } };
        let projection = ConditionalUpdate { chat, filter: behind, update, upsert: true, written };
        match self.inner.projections.run(projection).await {
            // The upsert found no cart that is behind, and met one that is not.
            Err(error) if error.duplicate().is_some() => Ok(()),
            written => written.map(drop),
        }
    }
}
