//! A shop as a folder of plain files: `shop.yaml` and `pictures/`.
//!
//! This module reads the text and checks it; whoever owns a disk brings the text and the pictures.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{Category, CategoryId, Change, Currency, News, NewsId, Percent, PictureId, Product, ProductId, Stock};

/// Why a shop folder cannot be used; each names the place and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("shop.yaml: {0}")]
    Yaml(String),
    #[error("shop.yaml: {kind} “{key}” stands twice; give one of them another key")]
    Twice { kind: &'static str, key: String },
    #[error(
        "shop.yaml: product “{product}” names the category “{category}”, which does not exist or has subcategories"
    )]
    NotALeaf { product: String, category: String },
    #[error("shop.yaml: product “{product}”: {problem}")]
    Product { product: String, problem: String },
}

/// A shop as its folder describes it.
#[derive(Debug, Clone)]
pub struct ShopFolder {
    pub name: String,
    pub currency: Currency,
    pub categories: Vec<Category>,
    /// Their pictures are still file names in `pictures/`.
    pub products: Vec<Product>,
    pub news: Vec<News>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShopFile {
    name: String,
    #[serde(default)]
    currency: Currency,
    categories: Vec<CategoryEntry>,
    products: Vec<ProductEntry>,
    #[serde(default)]
    news: Vec<NewsEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryEntry {
    key: String,
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    subcategories: Vec<CategoryEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductEntry {
    key: String,
    title: String,
    category: String,
    #[serde(default)]
    description: String,
    price: String,
    #[serde(default)]
    discount: u8,
    stock: StockEntry,
    picture: Option<String>,
    #[serde(default)]
    characteristics: Ordered,
    #[serde(default)]
    hidden: bool,
}

/// A count, or the word `always`.
#[derive(Deserialize)]
#[serde(untagged)]
enum StockEntry {
    Count(u32),
    Word(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewsEntry {
    key: String,
    headline: String,
    body: String,
    published: DateTime<Utc>,
}

/// A mapping whose order counts.
#[derive(Default)]
struct Ordered(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> serde::de::Visitor<'de> for Pairs {
            type Value = Ordered;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("characteristics as `Name: value`")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Ordered(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

impl ShopFolder {
    /// Reads `shop.yaml`.
    pub fn parse(yaml: &str) -> Result<Self, FolderError> {
        let file: ShopFile = serde_saphyr::from_str(yaml).map_err(|error| FolderError::Yaml(error.to_string()))?;
        let mut categories = Vec::new();
        let mut leaves = HashSet::new();
        flatten(&file.categories, None, &mut categories, &mut leaves);
        unique("category", category_keys(&file.categories))?;
        unique("product", file.products.iter().map(|product| product.key.clone()))?;
        unique("news item", file.news.iter().map(|news| news.key.clone()))?;
        let products = file.products.into_iter().enumerate();
        let products = products.map(|(place, entry)| entry.read(place, &leaves)).collect::<Result<_, _>>()?;
        let news = file.news.into_iter().map(NewsEntry::read).collect();
        Ok(Self { name: file.name, currency: file.currency, categories, products, news })
    }

    /// Everything in the folder, as changes of an empty catalogue.
    pub fn changes(&self) -> impl Iterator<Item = Change> + '_ {
        let categories = self.categories.iter().cloned().map(Change::Category);
        let products = self.products.iter().cloned().map(Change::Product);
        categories.chain(products).chain(self.news.iter().cloned().map(Change::News))
    }

    /// The file names of all pictures.
    pub fn pictures(&self) -> BTreeSet<&str> {
        self.products.iter().filter_map(|product| product.picture.as_ref()).map(|picture| picture.0.as_str()).collect()
    }
}

impl ProductEntry {
    fn read(self, place: usize, leaves: &HashSet<String>) -> Result<Product, FolderError> {
        if !leaves.contains(&self.category) {
            return Err(FolderError::NotALeaf { product: self.key, category: self.category });
        }
        let wrong = |problem: String| FolderError::Product { product: self.key.clone(), problem };
        let stock = match self.stock {
            StockEntry::Count(count) => Stock::Count(count),
            StockEntry::Word(word) if word == "always" => Stock::Always,
            StockEntry::Word(word) => {
                return Err(wrong(format!("stock “{word}” is neither a count nor the word always")));
            }
        };
        Ok(Product {
            id: ProductId::of_key(&self.key),
            category: CategoryId::of_key(&self.category),
            price: self.price.parse().map_err(|error| wrong(format!("price: {error}")))?,
            discount: Percent::try_from(self.discount).map_err(|error| wrong(format!("discount: {error}")))?,
            stock,
            title: self.title.trim().to_owned(),
            description: self.description.trim().to_owned(),
            picture: self.picture.map(PictureId),
            characteristics: self.characteristics.0,
            hidden: self.hidden,
            // Gaps, so that a product can be put between two others later.
            position: place as u32 * 10,
        })
    }
}

impl NewsEntry {
    fn read(self) -> News {
        News {
            id: NewsId::of_key(&self.key),
            headline: self.headline.trim().to_owned(),
            body: self.body.trim().to_owned(),
            published: self.published,
        }
    }
}

fn flatten(
    entries: &[CategoryEntry],
    parent: Option<CategoryId>,
    out: &mut Vec<Category>,
    leaves: &mut HashSet<String>,
) {
    for entry in entries {
        let id = CategoryId::of_key(&entry.key);
        let position = out.len() as u32 * 10;
        let (title, description) = (entry.title.trim().to_owned(), entry.description.trim().to_owned());
        out.push(Category { id, title, description, parent, position });
        if entry.subcategories.is_empty() {
            leaves.insert(entry.key.clone());
        }
        flatten(&entry.subcategories, Some(id), out, leaves);
    }
}

fn category_keys(entries: &[CategoryEntry]) -> Vec<String> {
    entries.iter().flat_map(|entry| [vec![entry.key.clone()], category_keys(&entry.subcategories)].concat()).collect()
}

fn unique(kind: &'static str, keys: impl IntoIterator<Item = String>) -> Result<(), FolderError> {
    let mut seen = HashSet::new();
    match keys.into_iter().find(|key| !seen.insert(key.clone())) {
        Some(key) => Err(FolderError::Twice { kind, key }),
        None => Ok(()),
    }
}
