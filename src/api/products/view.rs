//! A product as it is shown, and how lists of products are sorted.

use std::sync::{Arc, OnceLock};

use dialogues::shop::{Currency, Id, Product};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::ROOT;
use super::super::money::Amount;
use super::super::page::{Key, cut};
use super::super::problem::Problem;
use super::super::reply::{Rendered, rendered};
use super::super::sorted_index::{Row, Shelved, SortedIndex};
use super::super::translations::{ProductTranslations, searched};
use super::input::written;
use crate::store::{AdminSnapshot, Timestamps};

/// Names of all fields.
pub(crate) const FIELDS: &[&str] = &[
    "id",
    "title",
    "description",
    "category",
    "price",
    "discount",
    "discounted_price",
    "stock",
    "available",
    "hidden",
    "position",
    "characteristics",
    "picture",
    "translations",
    "created",
    "modified",
];

/// What cannot be set.
pub(crate) const READ_ONLY: [&str; 7] =
    ["/id", "/price/text", "/discounted_price", "/available", "/picture", "/created", "/modified"];

/// What a list can be sorted by, the usual way first: which key, and whether the other way round.
pub(crate) const SORTS: [(&str, (usize, bool)); 10] = [
    ("position", (0, false)),
    ("-position", (0, true)),
    ("title", (1, false)),
    ("-title", (1, true)),
    ("price", (2, false)),
    ("-price", (2, true)),
    ("created", (3, false)),
    ("-created", (3, true)),
    ("modified", (4, false)),
    ("-modified", (4, true)),
];

/// A product.
#[derive(ToSchema)]
#[schema(as = Product)]
#[expect(dead_code, reason = "describes what `render` writes")]
pub(crate) struct ProductView {
    /// 24 hexadecimal digits.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    id: String,
    title: String,
    description: String,
    /// The id of its category.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    category: String,
    /// Before the discount, for one.
    price: Amount,
    /// In per cent.
    #[schema(minimum = 0, maximum = 100)]
    discount: u8,
    /// What one costs now: rounded half up to a whole minor unit.
    discounted_price: Amount,
    /// How many are left; null if it never runs out.
    #[schema(required = true, minimum = 0)]
    stock: Option<u32>,
    /// Whether it can be bought now.
    available: bool,
    /// Not shown and not sold, but kept.
    hidden: bool,
    /// Products of a category are shown in the order of their positions.
    #[schema(minimum = 0)]
    position: u32,
    /// In the order in which they are shown.
    characteristics: Vec<Characteristic>,
    #[schema(required = true)]
    picture: Option<PictureLink>,
    /// What customers read in other languages than the shop's own.
    translations: ProductTranslations,
    created: chrono::DateTime<chrono::Utc>,
    modified: chrono::DateTime<chrono::Utc>,
}

/// One line of what is to be known about a product.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `render` writes")]
pub(crate) struct Characteristic {
    #[schema(example = "Origin")]
    name: String,
    #[schema(example = "Uji, Japan")]
    value: String,
}

/// Where a picture is.
#[derive(Serialize, ToSchema)]
pub(crate) struct PictureLink {
    /// The hash of its content.
    name: String,
    /// Where to get it.
    #[schema(format = "uri-reference")]
    url: String,
}

/// A product as it is shown: what can be set of it, and what follows from that.
pub(crate) fn render(product: &Product, stamps: Timestamps, currency: Currency) -> Result<Rendered, Problem> {
    let id = product.id.0.to_string();
    let link = |picture: &dialogues::shop::PictureId| PictureLink {
        name: picture.0.clone(),
        url: format!("{ROOT}/products/{id}/picture"),
    };
    let mut shown = written(product, currency);
    shown["price"] = json!(Amount::new(product.price, currency));
    shown["discounted_price"] = json!(Amount::new(product.unit_price(), currency));
    shown["available"] = json!(is_available(product));
    // One that has just been sent in the chat is here as soon as its content is.
    let kept = product.picture.as_ref().filter(|picture| picture.telegram_file().is_none());
    shown["picture"] = json!(kept.map(link));
    shown["created"] = json!(stamps.created);
    shown["modified"] = json!(stamps.modified);
    shown["id"] = json!(id);
    rendered(&InOrder(shown))
}

/// A product whose fields are written in the order of [`FIELDS`].
struct InOrder(Value);

impl Serialize for InOrder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(FIELDS.iter().map(|field| (field, &self.0[field])))
    }
}

fn is_available(product: &Product) -> bool {
    !product.hidden && product.stock.most().is_some()
}

/// What lists know of a product.
pub(crate) struct ProductRow {
    pub(crate) product: Arc<Product>,
    stamps: Timestamps,
    /// Title and description as they are searched, made when that is first done.
    words: OnceLock<String>,
}

impl ProductRow {
    pub(crate) fn is_available(&self) -> bool {
        is_available(&self.product)
    }
}

impl Shelved for ProductRow {
    const SORTS: usize = 5;

    fn key(&self, sort: usize) -> Key {
        match sort {
            0 => Key::Number(i64::from(self.product.position)),
            1 => Key::Text(cut(&self.product.title.to_lowercase()).to_owned()),
            2 => Key::Number(self.product.unit_price().minor()),
            3 => Key::Number(self.stamps.created.timestamp_millis()),
            _ => Key::Number(self.stamps.modified.timestamp_millis()),
        }
    }

    fn words(&self) -> &str {
        self.words.get_or_init(|| {
            let Product { title, description, translations, .. } = &*self.product;
            searched(title, description, translations)
        })
    }

    fn group(&self) -> Option<Id> {
        Some(self.product.category.0)
    }
}

/// All products of a snapshot; rows of `before` that are still so are kept.
pub(crate) fn shelf(
    shelves: &AdminSnapshot,
    before: Option<&SortedIndex<ProductRow>>,
    currency: Currency,
) -> SortedIndex<ProductRow> {
    let row = |product: &Arc<Product>| {
        let id = product.id.0;
        // Whatever is read of a document anew is a new product, stamps included.
        let known = before.and_then(|rows| rows.row(id));
        if let Some(row) = known.filter(|row| Arc::ptr_eq(&row.thing.product, product)) {
            return Some(Arc::clone(row));
        }
        let stamps = shelves.product_stamps(product.id);
        let (json, tag) = render(product, stamps, currency).ok()?;
        let thing = ProductRow { product: Arc::clone(product), stamps, words: OnceLock::new() };
        Some(Arc::new(Row::new(id, thing, json, tag)))
    };
    SortedIndex::new(shelves.catalogue.products().filter_map(row))
}
