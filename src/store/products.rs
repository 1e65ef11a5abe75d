//! `products`: `{_id: ObjectId, title, description, category: ObjectId, price: Int64 of minor units,
//! discount: Int32 per cent, stock: Int64 or "always", picture, characteristics: [{name, value}], hidden,
//! position}`. Required of what a person writes in mongosh: title, category, price. `picture` names a file of `pictures`, or, until
//! that is there, one that Telegram keeps (`telegram:<file_id>`).

mod sent_picture;

use std::collections::HashMap;

use bson::raw::RawDocumentBuf;
use bson::{Bson, Document, doc};
use dialogues::shop::{
    CategoryId, FieldValue, Flaw, Money, OrderLine, Percent, PictureId, Product, ProductChange, ProductId, Stock,
    TranslatedFields, has_run_low,
};
use futures::TryStreamExt;
use mongodb::ClientSession;
use mongodb::error::Error;

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read};
use super::document::{oid, saved, stamped};
use super::events::EventKind;
use super::fields::{Fields, Problem, flag, integer, object_id, position, required, text, visible, whole};
use super::migrations::{Age, raw_version};
use super::{Store, characteristics, pictures, translations};

pub(super) const NAME: &str = "products";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| vec![doc! { "name": "category", "key": { "category": 1, "position": 1 } }]),
    emptied: Emptied::WithShelves,
    migrated: Migrated::First,
    opened: Opened::Each(|document| {
        let problems = translations::problems(document, &TranslatedFields::OF_PRODUCT);
        read(document).err().into_iter().chain(problems).collect()
    }),
    read: Read::Shelf,
    personal: &[],
    forgotten: Forgotten::Untouched,
    remaining: &[],
    backup: InBackup::Whole,
    picture: Some("picture"),
    text_ids: false,
};

/// A product's fields as stored, without `_id`.
pub(super) fn write(product: &Product) -> Document {
    product.clone().fields().map(|(field, value)| (field.to_owned(), stored(value))).collect()
}

/// Reads a product, or says what is wrong with it.
pub(super) fn read(document: &(impl Fields + ?Sized)) -> Result<Product, Problem> {
    let id = ProductId(required("_id", object_id(document, "_id")?)?);
    let mut product = Product { id, ..Product::default() };
    for (field, value) in product.fields() {
        read_field(document, field, value)?;
    }
    Ok(product)
}

fn stored(value: FieldValue<'_>) -> Bson {
    match value {
        FieldValue::Line(text, _) | FieldValue::Prose(text, _) => Bson::from(text.as_str()),
        FieldValue::Category(category) => Bson::from(oid(category.0)),
        FieldValue::Price(price) => Bson::from(price.minor()),
        FieldValue::Percent(percent) => Bson::from(i32::from(percent.get())),
        FieldValue::Stock(Stock::Always) => Bson::from("always"),
        FieldValue::Stock(Stock::Count(left)) => Bson::from(i64::from(*left)),
        FieldValue::Flag(flag) => Bson::from(*flag),
        FieldValue::Position(position) => Bson::from(i64::from(*position)),
        FieldValue::Whole(number, _) => Bson::from(number.map(i64::from)),
        FieldValue::Characteristics(pairs) => characteristics::write(pairs),
        FieldValue::Picture(picture) => Bson::from(picture.as_ref().map(|picture| picture.0.as_str())),
        FieldValue::Translations(all) => translations::write(all, &TranslatedFields::OF_PRODUCT),
    }
}

fn read_field(document: &(impl Fields + ?Sized), field: &str, value: FieldValue<'_>) -> Result<(), Problem> {
    match value {
        FieldValue::Line(line, _) => *line = visible(document, field)?,
        FieldValue::Prose(prose, _) => *prose = text(document, field)?.unwrap_or_default(),
        FieldValue::Category(category) => *category = CategoryId(required(field, object_id(document, field)?)?),
        FieldValue::Price(price) => {
            let minor = required(field, integer(document, field)?)?;
            *price = Money::from_minor(minor).ok_or_else(|| format!("{field} {minor} is out of range"))?;
        }
        FieldValue::Percent(percent) => {
            let whole = integer(document, field)?.unwrap_or(0);
            let read = u8::try_from(whole).ok().and_then(|whole| Percent::try_from(whole).ok());
            *percent = read.ok_or_else(|| format!("{field} {whole} is no per cent from 0 to 100"))?;
        }
        FieldValue::Stock(stock) => *stock = read_stock(document, field)?,
        FieldValue::Flag(yes) => *yes = flag(document, field)?.unwrap_or(false),
        FieldValue::Position(place) => *place = position(document)?,
        FieldValue::Whole(number, most) => {
            let whole = integer(document, field)?;
            let read = whole.map(|whole| u32::try_from(whole).map_err(|_| format!("{field} is not from 0 to {most}")));
            *number = read.transpose()?;
        }
        FieldValue::Characteristics(pairs) => *pairs = characteristics::read(document, field)?,
        FieldValue::Picture(picture) => *picture = text(document, field)?.map(PictureId),
        FieldValue::Translations(all) => *all = translations::read(document, &TranslatedFields::OF_PRODUCT),
    }
    Ok(())
}

/// The rules that a stored product breaks: those of the shop, and that its picture is named as pictures are stored, or by
/// Telegram where somebody of the shop has just sent it.
pub(super) fn flaws(product: &mut Product) -> Vec<Flaw> {
    let mut flaws = product.flaws();
    let is_named = |picture: &PictureId| pictures::is_name(&picture.0) || picture.telegram_file().is_some();
    if product.picture.as_ref().is_some_and(|picture| !is_named(picture)) {
        let problem = "it must be the name of a stored picture: 32 hexadecimal digits".to_owned();
        flaws.push(Flaw { field: "picture".to_owned(), problem });
    }
    flaws
}

/// A missing stock means that it never runs out; one below zero that there is none.
fn read_stock(document: &(impl Fields + ?Sized), field: &str) -> Result<Stock, Problem> {
    match document.value(field)? {
        None | Some(Bson::Null) => Ok(Stock::Always),
        Some(Bson::String(word)) if word == "always" => Ok(Stock::Always),
        Some(value) => {
            let left = whole(&value).ok_or_else(|| format!("{field} is neither a whole number nor the word always"))?;
            Ok(Stock::Count(u32::try_from(left.max(0)).unwrap_or(u32::MAX)))
        }
    }
}

impl Store {
    /// Gives a field of a product another value, inside of a transaction; `false` if the product is gone.
    pub(super) async fn change_product(
        &self,
        session: &mut ClientSession,
        change: &ProductChange,
    ) -> Result<bool, Error> {
        let field = change.to.field();
        let mut written = write(&change.to.of(&Product::default()));
        let fields = doc! { field: written.remove(field) };
        let this = doc! { "_id": oid(change.product.0) };
        let update = saved(fields, self.clock().now());
        let changed = self.collection(NAME).update_one(this, update).session(&mut *session).await?;
        let is_there = changed.matched_count == 1;
        if is_there {
            self.record_document_event(session, EventKind::ProductChanged, change.product.0).await?;
        }
        Ok(is_there)
    }

    /// Adds a product, inside of a transaction.
    pub(super) async fn insert_product(&self, session: &mut ClientSession, product: &Product) -> Result<(), Error> {
        let mut document = stamped(write(product), self.stamp(NAME));
        document.insert("_id", oid(product.id.0));
        self.collection(NAME).insert_one(document).session(&mut *session).await?;
        self.record_document_event(session, EventKind::ProductCreated, product.id.0).await
    }
}

/// What became of an order's wish for stock.
pub(super) enum StockOutcome {
    /// It has all of it; by these of its lines a product has begun to run low, of which so many are left.
    Taken { low: Vec<(usize, u32)> },
    /// These are gone, hidden, dearer than the line, or too few.
    Refused(Vec<ProductId>),
}

impl Store {
    /// Takes the stock of every line inside of a transaction, which must be aborted where it is refused.
    ///
    /// The update comes first, so that two buyers of the last item meet at once: the later one gets a
    /// WriteConflict here and begins again, instead of after all of its other work. (A snapshot that were
    /// older than somebody's commit would get one, too.)
    pub(super) async fn take_stock(
        &self,
        session: &mut ClientSession,
        lines: &[OrderLine],
    ) -> Result<StockOutcome, Error> {
        let statements: Vec<Document> = lines.iter().map(|line| self.take_one(line)).collect();
        let update = doc! { "update": NAME, "updates": statements };
        let answer = self.database().run_command(update).session(&mut *session).await?;
        let taken = whole(answer.get("n").unwrap_or(&Bson::Null)).unwrap_or(0);
        let products = self.products_now(session, lines).await?;
        let refused = |sold: &dyn Fn(&OrderLine) -> bool| -> Vec<ProductId> {
            lines.iter().filter(|line| !sold(line)).map(|line| line.product).collect()
        };
        let no_longer = refused(&|line| still_sold(line, &products));
        let is_counted =
            |line: &OrderLine| products.get(&line.product).is_some_and(|product| product.stock != Stock::Always);
        let counted = lines.iter().filter(|line| is_counted(line)).count();
        if !no_longer.is_empty() || i64::try_from(counted) == Ok(taken) {
            return Ok(match no_longer.is_empty() {
                true => StockOutcome::Taken { low: low(lines, &products, self.inner.low_stock) },
                false => StockOutcome::Refused(no_longer),
            });
        }
        // Some statements did not match, for want of stock: those of products of which less is left than the
        // line wants. One that was taken may be among them, and looking at it again does no harm.
        let short =
            refused(&|line| products.get(&line.product).is_some_and(|product| product.stock.covers(line.quantity)));
        Ok(StockOutcome::Refused(if short.is_empty() { refused(&|line| !is_counted(line)) } else { short }))
    }

    /// The statement that takes one line's stock. A stock that never runs out does not match: `$gte`
    /// compares numbers with numbers only.
    fn take_one(&self, line: &OrderLine) -> Document {
        let quantity = i64::from(line.quantity.get());
        let mut update = saved(Document::new(), self.clock().now());
        update.insert("$inc", doc! { "stock": -quantity });
        doc! { "q": { "_id": oid(line.product.0), "hidden": { "$ne": true }, "stock": { "$gte": quantity } }, "u": update }
    }

    /// Gives the stock of these lines back, of products that are still there and whose stock is counted.
    pub(super) async fn return_stock(&self, session: &mut ClientSession, lines: &[OrderLine]) -> Result<(), Error> {
        for line in lines {
            let mut update = saved(Document::new(), self.clock().now());
            update.insert("$inc", doc! { "stock": i64::from(line.quantity.get()) });
            let counted = doc! { "_id": oid(line.product.0), "stock": { "$gte": 0 } };
            self.collection(NAME).update_one(counted, update).session(&mut *session).await?;
        }
        Ok(())
    }

    async fn products_now(
        &self,
        session: &mut ClientSession,
        lines: &[OrderLine],
    ) -> Result<HashMap<ProductId, Product>, Error> {
        let ids: Vec<_> = lines.iter().map(|line| oid(line.product.0)).collect();
        let mut found = self.raw(NAME).find(doc! { "_id": { "$in": ids } }).session(&mut *session).await?;
        let documents: Vec<RawDocumentBuf> = found.stream(session).try_collect().await?;
        let versions = self.inner.versions;
        let mut products = HashMap::new();
        for document in documents {
            // A newer program sells it at its own terms: the turn comes to that one.
            if let Age::Newer(found) = versions.age(NAME, raw_version(&document)) {
                return Err(Error::custom(versions.newer(NAME, found)));
            }
            // What is not usable is not sold, as the snapshot has it.
            if let Ok(product) = versions.decoded(NAME, &document).and_then(|document| read(&document)) {
                products.insert(product.id, product);
            }
        }
        Ok(products)
    }
}

/// The lines by which a product has begun to run low, and how many are left of it.
fn low(lines: &[OrderLine], products: &HashMap<ProductId, Product>, few: u32) -> Vec<(usize, u32)> {
    let left = |line: &OrderLine| match products.get(&line.product)?.stock {
        Stock::Count(left) => has_run_low(line.quantity, left, few).then_some(left),
        Stock::Always => None,
    };
    lines.iter().enumerate().filter_map(|(place, line)| Some((place, left(line)?))).collect()
}

/// Whether the product is there, shown, and no dearer than agreed. Cheaper is fine.
fn still_sold(line: &OrderLine, products: &HashMap<ProductId, Product>) -> bool {
    products.get(&line.product).is_some_and(|product| !product.hidden && product.unit_price() <= line.price)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_may_be_missing_and_is_none_below_zero() {
        let read = |document: Document| {
            let mut weight = Some(1);
            read_field(&document, "weight", FieldValue::Whole(&mut weight, 1000)).map(|()| weight)
        };
        assert_eq!(read(doc! { "weight": 250.0 }), Ok(Some(250)));
        assert_eq!(read(doc! { "weight": Bson::Null }), Ok(None));
        assert_eq!(read(doc! {}), Ok(None));
        assert_eq!(read(doc! { "weight": -1 }), Err("weight is not from 0 to 1000".to_owned()));
        assert_eq!(read(doc! { "weight": "1" }), Err("weight is of type String, not a whole number".to_owned()));
        assert_eq!(stored(FieldValue::Whole(&mut Some(250), 1000)), Bson::Int64(250));
    }
}
