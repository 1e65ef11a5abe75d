//! The catalogue: an immutable snapshot of categories, products and news.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{CategoryId, Money, NewsId, Percent, PictureId, ProductId, Stock};

/// Something for sale.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    pub id: ProductId,
    pub title: String,
    pub description: String,
    pub category: CategoryId,
    /// Before the discount, for one.
    pub price: Money,
    pub discount: Percent,
    pub stock: Stock,
    pub picture: Option<PictureId>,
    /// Names and values, in the order in which they are shown.
    pub characteristics: Vec<(String, String)>,
    /// Not shown and not sold, but kept.
    pub hidden: bool,
    /// Products of a category are shown in the order of their positions.
    pub position: u32,
}

impl Product {
    /// What one costs now.
    pub fn unit_price(&self) -> Money {
        self.price.discounted(self.discount)
    }
}

/// A shelf; shelves stand on shelves.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    pub id: CategoryId,
    pub title: String,
    pub description: String,
    pub parent: Option<CategoryId>,
    pub position: u32,
}

/// A news item; shown from its publication on.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    pub id: NewsId,
    pub headline: String,
    pub body: String,
    pub published: DateTime<Utc>,
}

/// A place in a list of products that outlives changes of the list: “behind this one”.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Cursor {
    pub position: u32,
    pub product: ProductId,
}

/// All that customers can see of the shop at one moment. Hidden products are in it, but in no list.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    products: HashMap<ProductId, Arc<Product>>,
    categories: HashMap<CategoryId, Arc<Category>>,
    news: BTreeMap<NewsId, Arc<News>>,
    shelves: HashMap<Option<CategoryId>, Vec<Arc<Category>>>,
    listed: HashMap<CategoryId, Vec<Arc<Product>>>,
    sale: Vec<Arc<Product>>,
    newest: Vec<Arc<News>>,
}

/// One change of the catalogue.
#[derive(Debug, Clone)]
pub enum Change {
    Product(Product),
    ProductGone(ProductId),
    Category(Category),
    CategoryGone(CategoryId),
    News(News),
    NewsGone(NewsId),
}

impl Catalogue {
    /// The same catalogue after some changes.
    pub fn changed(&self, changes: impl IntoIterator<Item = Change>) -> Self {
        let mut next = Self {
            products: self.products.clone(),
            categories: self.categories.clone(),
            news: self.news.clone(),
            ..Self::default()
        };
        for change in changes {
            match change {
                Change::Product(product) => drop(next.products.insert(product.id, Arc::new(product))),
                Change::ProductGone(id) => drop(next.products.remove(&id)),
                Change::Category(category) => drop(next.categories.insert(category.id, Arc::new(category))),
                Change::CategoryGone(id) => drop(next.categories.remove(&id)),
                Change::News(news) => drop(next.news.insert(news.id, Arc::new(news))),
                Change::NewsGone(id) => drop(next.news.remove(&id)),
            }
        }
        next.index();
        next
    }

    fn index(&mut self) {
        for category in self.categories.values() {
            // Whose parent is gone stands at the root rather than nowhere.
            let parent = category.parent.filter(|parent| self.categories.contains_key(parent));
            self.shelves.entry(parent).or_default().push(Arc::clone(category));
        }
        self.shelves.values_mut().for_each(|shelf| shelf.sort_by_key(|category| (category.position, category.id)));
        let mut visible: Vec<_> = self.products.values().filter(|product| !product.hidden).collect();
        visible.sort_by_key(|product| (product.position, product.id));
        for product in visible {
            self.listed.entry(product.category).or_default().push(Arc::clone(product));
            if product.discount > Percent::ZERO {
                self.sale.push(Arc::clone(product));
            }
        }
        self.newest = self.news.values().cloned().collect();
        self.newest.sort_by_key(|news| std::cmp::Reverse((news.published, news.id)));
    }

    /// A product by its id, hidden or not.
    pub fn product(&self, id: ProductId) -> Option<&Arc<Product>> {
        self.products.get(&id)
    }

    /// A product that customers may see.
    pub fn offered(&self, id: ProductId) -> Option<&Arc<Product>> {
        self.products.get(&id).filter(|product| !product.hidden)
    }

    pub fn category(&self, id: CategoryId) -> Option<&Arc<Category>> {
        self.categories.get(&id)
    }

    /// The categories standing on `parent`, or at the root, in their order.
    pub fn subcategories(&self, parent: Option<CategoryId>) -> &[Arc<Category>] {
        self.shelves.get(&parent).map_or(&[], Vec::as_slice)
    }

    /// The products offered in a category itself, not in those below it, in their order.
    pub fn products_in(&self, category: CategoryId) -> &[Arc<Product>] {
        self.listed.get(&category).map_or(&[], Vec::as_slice)
    }

    /// The products offered with a discount, in their order.
    pub fn sale(&self) -> &[Arc<Product>] {
        &self.sale
    }

    /// The way from the root to a category, itself last. Ends early on a circle of parents.
    pub fn path(&self, id: CategoryId) -> Vec<&Arc<Category>> {
        let mut path: Vec<&Arc<Category>> = Vec::new();
        let mut next = self.category(id);
        while let Some(category) = next {
            if path.iter().any(|seen| seen.id == category.id) {
                break;
            }
            path.push(category);
            next = category.parent.and_then(|parent| self.category(parent));
        }
        path.reverse();
        path
    }

    /// News published by `now`, the newest first, at most `most`.
    pub fn news(&self, now: DateTime<Utc>, most: usize) -> impl Iterator<Item = &Arc<News>> {
        self.newest.iter().filter(move |news| news.published <= now).take(most)
    }

    /// All products, in no order.
    pub fn products(&self) -> impl Iterator<Item = &Arc<Product>> {
        self.products.values()
    }

    /// All categories, in no order.
    pub fn categories(&self) -> impl Iterator<Item = &Arc<Category>> {
        self.categories.values()
    }
}

/// The part of a sorted list that stands behind a cursor.
pub fn behind(products: &[Arc<Product>], after: Option<Cursor>) -> &[Arc<Product>] {
    let Some(after) = after else { return products };
    let place = products.partition_point(|product| (product.position, product.id) <= (after.position, after.product));
    &products[place..]
}
