//! The catalogue: an immutable snapshot of categories, products and news.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::rules::{
    CATEGORY_DESCRIPTION_LIMIT, Flaw, Flaws, POSITION_LIMIT, TITLE_LIMIT, check_line, check_prose, news_flaws,
};
use super::{CategoryId, NewsId, Percent, Product, ProductId};

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

impl Category {
    /// The rules that it breaks.
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Flaws::default();
        flaws.check("title", check_line(&self.title, TITLE_LIMIT));
        flaws.check("description", check_prose(&self.description, CATEGORY_DESCRIPTION_LIMIT));
        flaws.number("position", self.position, POSITION_LIMIT);
        flaws.0
    }
}

impl News {
    /// The rules that it breaks.
    pub fn flaws(&self) -> Vec<Flaw> {
        news_flaws(&self.headline, &self.body)
    }
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
    misplaced: Vec<Misplaced>,
}

/// What does not stand where its document says, since there is no such place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, strum::EnumDiscriminants)]
#[strum_discriminants(
    name(MisplacedKind),
    derive(strum::EnumIter, strum::IntoStaticStr),
    strum(serialize_all = "snake_case")
)]
#[strum_discriminants(doc = "Why something does not stand where its document says.")]
pub enum Misplaced {
    /// These categories are each other's parents, the first one below the last. The first one is shown at the root.
    Cycle(Vec<CategoryId>),
    /// The category's parent does not exist. It is shown at the root.
    NoParent { category: CategoryId, parent: CategoryId },
    /// The product's category does not exist. It is in no list of a category.
    NoCategory { product: ProductId, category: CategoryId },
}

impl fmt::Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cycle(circle) => {
                let ids: Vec<String> = circle.iter().map(|category| category.0.to_string()).collect();
                write!(f, "categories below each other in a circle: {}", ids.join(" below "))
            }
            Self::NoParent { category, parent } => {
                write!(f, "category {}: its parent {} does not exist", category.0, parent.0)
            }
            Self::NoCategory { product, category } => {
                write!(f, "product {}: its category {} does not exist", product.0, category.0)
            }
        }
    }
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
        self.misplaced = self.misplaced_now();
        // What cannot stand below its parent stands at the root rather than nowhere: so the categories are a forest.
        let at_root: HashSet<CategoryId> = self
            .misplaced
            .iter()
            .filter_map(|misplaced| match misplaced {
                Misplaced::Cycle(circle) => circle.first().copied(),
                Misplaced::NoParent { category, .. } => Some(*category),
                Misplaced::NoCategory { .. } => None,
            })
            .collect();
        for category in self.categories.values() {
            let parent = category.parent.filter(|_| !at_root.contains(&category.id));
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

    /// What has no place of its own, in a fixed order.
    fn misplaced_now(&self) -> Vec<Misplaced> {
        let no_parent = self.categories.values().filter_map(|category| {
            let parent = category.parent.filter(|parent| !self.categories.contains_key(parent))?;
            Some(Misplaced::NoParent { category: category.id, parent })
        });
        let no_category = self.products.values().filter_map(|product| {
            let (id, category) = (product.id, product.category);
            (!self.categories.contains_key(&category)).then_some(Misplaced::NoCategory { product: id, category })
        });
        let mut all: Vec<_> =
            self.cycles().into_iter().map(Misplaced::Cycle).chain(no_parent).chain(no_category).collect();
        all.sort_unstable();
        all
    }

    /// The circles of parents, each from its smallest id on.
    fn cycles(&self) -> Vec<Vec<CategoryId>> {
        // Every category has one parent at most, so each is walked through once.
        let (mut walked, mut cycles) = (HashSet::new(), Vec::new());
        for start in self.categories.keys() {
            let (mut way, mut next) = (Vec::new(), Some(*start));
            while let Some(category) = next.and_then(|id| self.categories.get(&id)) {
                if !walked.insert(category.id) {
                    if let Some(place) = way.iter().position(|id| *id == category.id) {
                        let mut circle = way.split_off(place);
                        let smallest =
                            circle.iter().enumerate().min_by_key(|(_, id)| **id).map_or(0, |(place, _)| place);
                        circle.rotate_left(smallest);
                        cycles.push(circle);
                    }
                    break;
                }
                way.push(category.id);
                next = category.parent;
            }
        }
        cycles
    }

    /// What is not shown where its document says: circles of categories, parents and categories that do not exist.
    pub fn misplaced(&self) -> &[Misplaced] {
        &self.misplaced
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

    /// The shelf that the products of a category are reached from: the category itself where shelves
    /// stand on it, else the one above; `None` for the root.
    pub fn shelf_of(&self, id: CategoryId) -> Option<&Arc<Category>> {
        let category = self.category(id)?;
        match self.subcategories(Some(id)) {
            [] => self.category(category.parent?),
            _ => Some(category),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::Id;

    fn id(n: u8) -> CategoryId {
        CategoryId(Id([n; 12]))
    }

    fn category(n: u8, parent: Option<u8>) -> Change {
        let title = format!("Category {n}");
        Change::Category(Category { id: id(n), title, description: String::new(), parent: parent.map(id), position: 0 })
    }

    /// All categories that can be reached from the root.
    fn reached(catalogue: &Catalogue) -> Vec<CategoryId> {
        let mut reached: Vec<CategoryId> = Vec::new();
        let mut next = vec![None];
        while let Some(parent) = next.pop() {
            for below in catalogue.subcategories(parent) {
                assert!(!reached.contains(&below.id), "{below:?} stands twice");
                reached.push(below.id);
                next.push(Some(below.id));
            }
        }
        reached.sort_unstable();
        reached
    }

    #[test]
    fn a_circle_of_parents_is_cut_at_its_smallest_id_and_reported() {
        // 1 is fine, 2 ⇄ 3, 4 is its own parent, 5 → 6 → 7 → 5 with 8 below, 9's parent is gone.
        let parents = [(1, None), (2, Some(3)), (3, Some(2)), (4, Some(4)), (5, Some(6)), (6, Some(7)), (7, Some(5))];
        let more = [(8, Some(6)), (9, Some(100))];
        let catalogue =
            Catalogue::default().changed(parents.into_iter().chain(more).map(|(n, parent)| category(n, parent)));
        assert_eq!(reached(&catalogue), (1..=9).map(id).collect::<Vec<_>>());
        assert_eq!(
            catalogue.misplaced(),
            [
                Misplaced::Cycle(vec![id(2), id(3)]),
                Misplaced::Cycle(vec![id(4)]),
                Misplaced::Cycle(vec![id(5), id(6), id(7)]),
                Misplaced::NoParent { category: id(9), parent: id(100) },
            ]
        );
        let mended = catalogue.changed([category(3, None), category(4, None), category(7, None), category(9, None)]);
        assert_eq!(mended.misplaced(), []);
    }
}
