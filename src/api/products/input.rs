//! A product as it is set. Fields are read and written by their kind; what there is, is in [`Product::fields`].

use dialogues::shop::rules;
use dialogues::shop::{
    CatalogueTranslations, CategoryId, Characteristics, Currency, FieldValue, Money, Percent, Product, Stock,
    TranslatedFields,
};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::body::{Fields, Read, changed, flag, id, line, number, or_null, prose, read_body};
use super::super::characteristics::{self, CharacteristicInput};
use super::super::money::{self, AmountInput};
use super::super::problem::Problem;
use super::super::translations::{self, ProductTranslations};

const STOCK: i64 = rules::STOCK_LIMIT as i64;
pub(crate) const POSITION: i64 = rules::POSITION_LIMIT as i64;

/// A product as it is set. Pictures have an address of their own.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `read` reads")]
pub(crate) struct ProductInput {
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "Sencha"
    )]
    title: String,
    #[schema(
        required = false,
        max_length = 4000,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$",
        default = ""
    )]
    description: String,
    /// The id of its category, which must exist.
    #[schema(value_type = String, pattern = "^[0-9a-f]{24}$")]
    category: CategoryId,
    /// Before the discount, for one.
    #[schema(value_type = AmountInput)]
    price: Money,
    /// In per cent.
    #[schema(required = false, value_type = u8, minimum = 0, maximum = 100, default = 0)]
    discount: Percent,
    /// How many there are; null if it never runs out.
    #[schema(required = true, value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    stock: Stock,
    #[schema(required = false, default = false)]
    hidden: bool,
    #[schema(required = false, minimum = 0, maximum = 1_000_000_000, default = 0)]
    position: u32,
    #[schema(required = false, value_type = Vec<CharacteristicInput>, max_items = 24)]
    characteristics: Characteristics,
    /// What customers read in other languages than the shop's own.
    #[schema(required = false, value_type = ProductTranslations)]
    translations: CatalogueTranslations,
}

/// Reads a product as it is set; its id and its picture are set by others.
pub(super) fn read(value: &Value, currency: Currency) -> Read<Product> {
    read_fields(Product::default(), Fields::of(value)?, currency)
}

/// A product as a patch leaves it.
pub(super) fn patched(product: &Product, patch: &Value, currency: Currency) -> Result<Product, Problem> {
    let (value, named) = changed(written(product, currency), patch, &defaulted())?;
    read_body(&value, |value| read_fields(product.clone(), Fields::of_patch(value, named)?, currency))
}

/// A product as it would be set.
pub(super) fn written(product: &Product, currency: Currency) -> Value {
    let mut product = product.clone();
    product.fields().filter_map(|(field, value)| Some((field, set(value, currency)?))).collect()
}

/// The fields that have a default, which a patch's `null` brings back.
pub(super) fn defaulted() -> Vec<&'static str> {
    let mut product = Product::default();
    let settable = product.fields().filter(|(_, value)| !matches!(value, FieldValue::Picture(_)));
    settable.filter(|(_, value)| !value.is_required()).map(|(field, _)| field).collect()
}

/// Reads the fields; those that are kept stay as they are stored, whatever rule they break.
fn read_fields(mut product: Product, mut fields: Fields, currency: Currency) -> Read<Product> {
    for (field, value) in product.fields() {
        if !fields.keeps(field) {
            read_field(&mut fields, field, value, currency);
        }
    }
    fields.finish(Some(product))
}

/// Reads one field. What is wrong with it, `fields` reports.
fn read_field(fields: &mut Fields, field: &str, value: FieldValue<'_>, currency: Currency) {
    match value {
        FieldValue::Line(text, most) => put(text, fields.required(field, line(most))),
        FieldValue::Prose(text, most) => put(text, fields.optional(field, prose(most))),
        FieldValue::Category(category) => put(category, fields.required(field, id).map(CategoryId)),
        FieldValue::Price(price) => put(price, fields.required(field, money::read(currency))),
        FieldValue::Percent(percent) => put(percent, fields.optional(field, number(0, 100)).and_then(per_cent)),
        FieldValue::Stock(stock) => put(stock, fields.required(field, or_null(number(0, STOCK))).and_then(counted)),
        FieldValue::Flag(yes) => put(yes, fields.optional(field, flag)),
        FieldValue::Position(position) => put(position, fields.optional(field, number(0, POSITION)).and_then(small)),
        FieldValue::Whole(whole, most) => {
            *whole = fields.optional(field, or_null(number(0, i64::from(most)))).flatten().and_then(small);
        }
        FieldValue::Characteristics(pairs) => put(pairs, fields.optional(field, characteristics::read)),
        FieldValue::Translations(all) => {
            put(all, fields.optional(field, translations::read(&TranslatedFields::OF_PRODUCT)))
        }
        // It has an address of its own: here it is a field that there is not.
        FieldValue::Picture(_) => {}
    }
}

/// What was read, or the default.
fn put<T: Default>(place: &mut T, read: Option<T>) {
    *place = read.unwrap_or_default();
}

/// A field's value as it would be set; `None` if it cannot be set here.
fn set(value: FieldValue<'_>, currency: Currency) -> Option<Value> {
    Some(match value {
        FieldValue::Line(text, _) | FieldValue::Prose(text, _) => json!(text),
        FieldValue::Category(category) => json!(category.0.to_string()),
        FieldValue::Price(price) => money::set(*price, currency),
        FieldValue::Percent(percent) => json!(percent.get()),
        FieldValue::Stock(Stock::Always) => Value::Null,
        FieldValue::Stock(Stock::Count(left)) => json!(left),
        FieldValue::Flag(yes) => json!(yes),
        FieldValue::Position(position) => json!(position),
        FieldValue::Whole(number, _) => json!(number),
        FieldValue::Characteristics(pairs) => characteristics::set(pairs),
        FieldValue::Translations(all) => translations::set(all, &TranslatedFields::OF_PRODUCT),
        FieldValue::Picture(_) => return None,
    })
}

fn per_cent(number: i64) -> Option<Percent> {
    u8::try_from(number).ok()?.try_into().ok()
}

fn small(number: i64) -> Option<u32> {
    u32::try_from(number).ok()
}

fn counted(stock: Option<i64>) -> Option<Stock> {
    match stock {
        None => Some(Stock::Always),
        Some(left) => u32::try_from(left).ok().map(Stock::Count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_may_be_left_out_and_is_bounded() {
        let read = |body: Value, before: Option<u32>| {
            let (mut fields, mut weight) = (Fields::of(&body).unwrap(), before);
            read_field(&mut fields, "weight", FieldValue::Whole(&mut weight, 1000), Currency::default());
            fields.finish(Some(weight)).map_err(|errors| errors[0].code.clone())
        };
        assert_eq!(read(json!({ "weight": 250 }), None), Ok(Some(250)));
        assert_eq!(read(json!({ "weight": null }), Some(1)), Ok(None));
        assert_eq!(read(json!({}), Some(1)), Ok(None));
        assert_eq!(read(json!({ "weight": 1001 }), None), Err("out_of_range".to_owned()));
        assert_eq!(read(json!({ "weight": "250" }), None), Err("wrong_type".to_owned()));
        assert_eq!(set(FieldValue::Whole(&mut Some(250), 1000), Currency::default()), Some(json!(250)));
    }
}
