//! A product as it is set.

use dialogues::shop::rules::{self, CHARACTERISTICS_LIMIT, DESCRIPTION_LIMIT, NAME_LIMIT, TITLE_LIMIT, VALUE_LIMIT};
use dialogues::shop::{CategoryId, Currency, Money, Percent, PictureId, Product, ProductId, Stock};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::body::{Fields, Read, below, changed, flag, id, line, number, or_null, prose, read_body, wrong};
use super::super::money::{self, AmountInput};
use super::super::problem::Problem;

const STOCK: i64 = rules::STOCK_LIMIT as i64;
pub(crate) const POSITION: i64 = rules::POSITION_LIMIT as i64;

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
        Self::read_fields(Fields::of(value)?, currency, None)
    }

    /// A product as a patch leaves it.
    pub(crate) fn patched(product: &Product, patch: &Value, currency: Currency) -> Result<Self, Problem> {
        let (value, named) = changed(Self::of(product, currency), patch, &Self::DEFAULTED)?;
        read_body(&value, |value| Self::read_fields(Fields::of_patch(value, named)?, currency, Some(product)))
    }

    /// Reads the fields; those that are kept come from the stored product, whatever rule they break.
    fn read_fields(mut fields: Fields, currency: Currency, stored: Option<&Product>) -> Read<Self> {
        let kept = |fields: &Fields, name: &str| stored.filter(|_| fields.keeps(name));
        let title = kept(&fields, "title").map(|it| it.title.clone());
        let title = title.or_else(|| fields.required("title", line(TITLE_LIMIT)));
        let description = kept(&fields, "description").map(|it| it.description.clone());
        let description = description.or_else(|| fields.optional("description", prose(DESCRIPTION_LIMIT)));
        let category = kept(&fields, "category").map(|it| it.category.0);
        let category = category.or_else(|| fields.required("category", id));
        let price = kept(&fields, "price").map(|it| it.price);
        let price = price.or_else(|| fields.required("price", money::read(currency)));
        let discount = kept(&fields, "discount").map(|it| i64::from(it.discount.get()));
        let discount = discount.or_else(|| fields.optional("discount", number(0, 100))).unwrap_or(0);
        let stock = kept(&fields, "stock").map(|it| it.stock);
        let stock = stock.or_else(|| fields.required("stock", or_null(number(0, STOCK))).and_then(counted));
        let hidden = kept(&fields, "hidden").map(|it| it.hidden);
        let hidden = hidden.or_else(|| fields.optional("hidden", flag)).unwrap_or(false);
        let position = kept(&fields, "position").map(|it| i64::from(it.position));
        let position = position.or_else(|| fields.optional("position", number(0, POSITION))).unwrap_or(0);
        let characteristics = kept(&fields, "characteristics").map(|it| it.characteristics.clone());
        let characteristics = characteristics.or_else(|| fields.optional("characteristics", read_characteristics));
        let read = || {
            Some(Self {
                title: title?,
                description: description.unwrap_or_default(),
                category: CategoryId(category?),
                price: price?,
                discount: Percent::try_from(u8::try_from(discount).ok()?).ok()?,
                stock: stock?,
                hidden,
                position: u32::try_from(position).ok()?,
                characteristics: characteristics.unwrap_or_default(),
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

fn counted(stock: Option<i64>) -> Option<Stock> {
    match stock {
        None => Some(Stock::Always),
        Some(left) => u32::try_from(left).ok().map(Stock::Count),
    }
}

fn read_characteristics(value: &Value) -> Read<Vec<(String, String)>> {
    let Value::Array(values) = value else { return wrong("wrong_type", "it must be a list of {name, value}") };
    if values.len() > CHARACTERISTICS_LIMIT {
        return wrong("out_of_range", format!("it must have at most {CHARACTERISTICS_LIMIT} items"));
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
    let name = fields.required("name", line(NAME_LIMIT));
    let value = fields.required("value", line(VALUE_LIMIT));
    fields.finish(name.zip(value))
}
