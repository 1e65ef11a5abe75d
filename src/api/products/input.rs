//! A product as it is set.

use dialogues::shop::{CategoryId, Currency, Money, Percent, PictureId, Product, ProductId, Stock};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::body::{Fields, Read, below, flag, id, line, number, or_null, prose, wrong};
use super::super::money::{self, AmountInput};

/// The most characters of a title and of a description; longer ones do not fit into a message.
const TITLE: usize = 200;
const DESCRIPTION: usize = 4000;
/// The most characteristics, and the most characters of their names and values.
const CHARACTERISTICS: usize = 24;
const NAME: usize = 80;
const VALUE: usize = 200;
/// More of a product than this nobody counts.
const STOCK: i64 = 1_000_000_000;
pub(crate) const POSITION: i64 = 1_000_000_000;

/// A product as it is set. Pictures have an address of their own.
#[derive(Debug, Clone, ToSchema)]
pub(crate) struct ProductInput {
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "Sencha"
    )]
    pub(crate) title: String,
    #[schema(
        required = false,
        max_length = 4000,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$",
        default = ""
    )]
    pub(crate) description: String,
    /// The id of its category, which must exist.
    #[schema(value_type = String, pattern = "^[0-9a-f]{24}$")]
    pub(crate) category: CategoryId,
    /// Before the discount, for one.
    #[schema(value_type = AmountInput)]
    pub(crate) price: Money,
    /// In per cent.
    #[schema(required = false, value_type = u8, minimum = 0, maximum = 100, default = 0)]
    pub(crate) discount: Percent,
    /// How many there are; null if it never runs out.
    #[schema(required = true, value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    pub(crate) stock: Stock,
    #[schema(required = false, default = false)]
    pub(crate) hidden: bool,
    #[schema(required = false, minimum = 0, maximum = 1_000_000_000, default = 0)]
    pub(crate) position: u32,
    #[schema(required = false, value_type = Vec<CharacteristicInput>, max_items = 24)]
    pub(crate) characteristics: Vec<(String, String)>,
}

/// One line of what is to be known about a product.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `characteristic` reads")]
pub(crate) struct CharacteristicInput {
    #[schema(
        min_length = 1,
        max_length = 80,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "Origin"
    )]
    name: String,
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "Uji, Japan"
    )]
    value: String,
}

impl ProductInput {
    /// The fields that have a default, which a patch's `null` brings back.
    pub(crate) const DEFAULTED: [&'static str; 5] =
        ["description", "discount", "hidden", "position", "characteristics"];

    pub(crate) fn read(value: &Value, currency: Currency) -> Read<Self> {
        let mut fields = Fields::of(value)?;
        let title = fields.required("title", line(TITLE));
        let description = fields.optional("description", prose(DESCRIPTION)).unwrap_or_default();
        let category = fields.required("category", id);
        let price = fields.required("price", money::read(currency));
        let discount = fields.optional("discount", number(0, 100)).unwrap_or(0);
        let stock = fields.required("stock", or_null(number(0, STOCK)));
        let hidden = fields.optional("hidden", flag).unwrap_or(false);
        let position = fields.optional("position", number(0, POSITION)).unwrap_or(0);
        let characteristics = fields.optional("characteristics", characteristics).unwrap_or_default();
        let read = || {
            Some(Self {
                title: title?,
                description,
                category: CategoryId(category?),
                price: price?,
                discount: Percent::try_from(u8::try_from(discount).ok()?).ok()?,
                stock: match stock? {
                    None => Stock::Always,
                    Some(left) => Stock::Count(u32::try_from(left).ok()?),
                },
                hidden,
                position: u32::try_from(position).ok()?,
                characteristics,
            })
        };
        fields.finish(read())
    }

    /// A product as it would be set.
    pub(crate) fn of(product: &Product, currency: Currency) -> Value {
        let characteristic = |(name, value): &(String, String)| json!({ "name": name, "value": value });
        json!({
            "title": product.title,
            "description": product.description,
            "category": product.category.0.to_string(),
            "price": money::set(product.price, currency),
            "discount": product.discount.get(),
            "stock": match product.stock {
                Stock::Always => None,
                Stock::Count(left) => Some(left),
            },
            "hidden": product.hidden,
            "position": product.position,
            "characteristics": product.characteristics.iter().map(characteristic).collect::<Vec<_>>(),
        })
    }

    pub(crate) fn product(self, id: ProductId, picture: Option<PictureId>) -> Product {
        let Self { title, description, category, price, discount, stock, hidden, position, characteristics } = self;
        Product { id, title, description, category, price, discount, stock, picture, characteristics, hidden, position }
    }
}

fn characteristics(value: &Value) -> Read<Vec<(String, String)>> {
    let Value::Array(values) = value else { return wrong("wrong_type", "it must be a list of {name, value}") };
    if values.len() > CHARACTERISTICS {
        return wrong("out_of_range", format!("it must have at most {CHARACTERISTICS} items"));
    }
    let (mut read, mut errors) = (Vec::new(), Vec::new());
    for (place, value) in values.iter().enumerate() {
        match characteristic(value) {
            Ok(pair) => read.push(pair),
            Err(wrong) => errors.extend(wrong.into_iter().map(|error| below(&place.to_string(), error))),
        }
    }
    if errors.is_empty() { Ok(read) } else { Err(errors) }
}

fn characteristic(value: &Value) -> Read<(String, String)> {
    let mut fields = Fields::of(value)?;
    let name = fields.required("name", line(NAME));
    let value = fields.required("value", line(VALUE));
    fields.finish(name.zip(value))
}
