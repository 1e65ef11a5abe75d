//! The catalogue: an immutable snapshot of categories, products and news.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rpds::HashTrieMapSync;

use super::finder::Finder;
use super::index::Searchable;
use super::misplaced::Misplaced;
use super::rules::{Flaw, news_flaws};
use super::{
    CatalogueTranslations, Category, CategoryId, Hit, Hits, NewsId, Pause, Percent, Product, ProductId, Query, Team,
    TranslatedFields,
};

/// A news item; shown from its publication on.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    pub id: NewsId,
    pub headline: String,
    pub body: String,
    pub published: DateTime<Utc>,
    pub translations: CatalogueTranslations,
}

impl News {
    /// The rules that it breaks.
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = news_flaws(&self.headline, &self.body);
        flaws.extend(self.translations.flaws(&TranslatedFields::OF_NEWS));
        flaws
    }
}

/// A place in a list of products that outlives changes of the list: “behind this one”.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Cursor {
    pub position: u32,
    pub product: ProductId,
}

/// All that customers can see of the shop at one moment, and who works in it. Hidden products are in it, but in no list.
///
/// The next one after a change shares with it whatever has not changed.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    products: HashTrieMapSync<ProductId, Arc<Product>>,
    categories: HashTrieMapSync<CategoryId, Arc<Category>>,
    news: BTreeMap<NewsId, Arc<News>>,
    shelves: Arc<HashMap<Option<CategoryId>, Vec<Arc<Category>>>>,
    listed: HashTrieMapSync<CategoryId, Arc<Vec<Arc<Product>>>>,
    sale: Arc<Vec<Arc<Product>>>,
    newest: Arc<Vec<Arc<News>>>,
    misplaced: Arc<Vec<Misplaced>>,
    finder: Finder,
    pause: Option<Arc<Pause>>,
    team: Arc<Team>,
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
    /// The shop pauses, or takes orders again.
    Pause(Option<Pause>),
    /// Other people work in it.
    Team(Team),
}

impl Catalogue {
    /// The same catalogue after some changes.
    pub fn changed(&self, changes: impl IntoIterator<Item = Change>) -> Self {
        let mut next = self.clone();
        let (mut products, mut tree, mut news, mut words) = (HashSet::new(), false, false, Vec::new());
        let mut titles = false;
        for change in changes {
            match change {
                Change::Product(product) => {
                    products.insert(product.id);
                    if !next.product(product.id).is_some_and(|before| before.is_found_like(&product)) {
                        words.push(Hit::Product(product.id));
                    }
                    next.products.insert_mut(product.id, Arc::new(product));
                }
                Change::ProductGone(id) => {
                    products.insert(id);
                    words.push(Hit::Product(id));
                    next.products.remove_mut(&id);
                }
                Change::Category(category) => {
                    tree = true;
                    titles |= !next.category(category.id).is_some_and(|before| before.is_found_like(&category));
                    next.categories.insert_mut(category.id, Arc::new(category));
                }
                Change::CategoryGone(id) => {
                    tree |= next.categories.remove_mut(&id);
                    titles = true;
                }
                Change::News(item) => {
                    news = true;
                    next.news.insert(item.id, Arc::new(item));
                }
                Change::NewsGone(id) => news |= next.news.remove(&id).is_some(),
                Change::Pause(pause) => next.pause = pause.map(Arc::new),
                Change::Team(team) => next.team = Arc::new(team),
            }
        }
        if !products.is_empty() {
            next.list_anew(self, &products);
        }
        if tree {
            next.misplaced = Arc::new(next.misplaced_now());
            next.shelves = Arc::new(next.shelves_now());
        } else if !products.is_empty() {
            next.misplaced = Arc::new(next.misplaced_after(&products));
        }
        match titles {
            // Products are found by the titles of their categories, too.
            true => next.finder = Finder::default(),
            false => next.finder.change(words),
        }
        if news {
            let mut newest: Vec<_> = next.news.values().cloned().collect();
            newest.sort_by_key(|news| std::cmp::Reverse((news.published, news.id)));
            next.newest = Arc::new(newest);
        }
        next
    }

    /// Puts these products into the lists in which they stand now, and takes them from those in which they stood `before`.
    fn list_anew(&mut self, before: &Self, changed: &HashSet<ProductId>) {
        let is_on_sale = |product: &Product| product.discount > Percent::ZERO;
        let mut lists: HashMap<CategoryId, Vec<Arc<Product>>> = HashMap::new();
        let (mut sale, mut sale_changes) = (Vec::new(), false);
        for id in changed {
            if let Some(stood) = before.offered(*id) {
                lists.entry(stood.category).or_default();
                sale_changes |= is_on_sale(stood);
            }
            if let Some(stands) = self.offered(*id) {
                lists.entry(stands.category).or_default().push(Arc::clone(stands));
                if is_on_sale(stands) {
                    sale.push(Arc::clone(stands));
                    sale_changes = true;
                }
            }
        }
        for (category, come) in lists {
            let list = merged(before.products_in(category), changed, come);
            match list.is_empty() {
                true => drop(self.listed.remove_mut(&category)),
                false => self.listed.insert_mut(category, Arc::new(list)),
            }
        }
        if sale_changes {
            self.sale = Arc::new(merged(&before.sale, changed, sale));
        }
    }

    /// Which categories stand where.
    fn shelves_now(&self) -> HashMap<Option<CategoryId>, Vec<Arc<Category>>> {
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
        let mut shelves: HashMap<_, Vec<Arc<Category>>> = HashMap::new();
        for category in self.categories.values() {
            let parent = category.parent.filter(|_| !at_root.contains(&category.id));
            shelves.entry(parent).or_default().push(Arc::clone(category));
        }
        shelves.values_mut().for_each(|shelf| shelf.sort_by_key(|category| (category.position, category.id)));
        shelves
    }

    /// What has no place of its own, in a fixed order.
    fn misplaced_now(&self) -> Vec<Misplaced> {
        let no_parent = self.categories.values().filter_map(|category| {
            let parent = category.parent.filter(|parent| !self.categories.contains_key(parent))?;
            Some(Misplaced::NoParent { category: category.id, parent })
        });
        let no_category = self.products.values().filter_map(|product| self.misplaced_product(product));
        let mut all: Vec<_> =
            self.cycles().into_iter().map(Misplaced::Cycle).chain(no_parent).chain(no_category).collect();
        all.sort_unstable();
        all
    }

    /// The same where only these products have changed.
    fn misplaced_after(&self, changed: &HashSet<ProductId>) -> Vec<Misplaced> {
        let has_changed = |misplaced: &&Misplaced| matches!(misplaced, Misplaced::NoCategory { product, .. } if changed.contains(product));
        let left = self.misplaced.iter().filter(|misplaced| !has_changed(misplaced)).cloned();
        let now = changed.iter().filter_map(|id| self.misplaced_product(self.product(*id)?));
        let mut all: Vec<_> = left.chain(now).collect();
        all.sort_unstable();
        all
    }

    fn misplaced_product(&self, product: &Product) -> Option<Misplaced> {
        let (id, category) = (product.id, product.category);
        (!self.categories.contains_key(&category)).then_some(Misplaced::NoCategory { product: id, category })
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

    /// Those of these products that can be bought.
    pub fn back<'a>(&'a self, awaited: &'a [ProductId]) -> impl Iterator<Item = &'a Arc<Product>> {
        awaited.iter().filter_map(|id| self.offered(*id)).filter(|product| product.stock.most().is_some())
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
        self.listed.get(&category).map_or(&[], |list| list.as_slice())
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

    /// Products and categories by what a customer writes, the best first: of two products that meet it equally, one that can
    /// be ordered.
    pub fn search(&self, query: &Query) -> Hits {
        let mut found = self.finder.search(query, || self.searchable(), |hit| self.searched(hit));
        let place = |hit: &Hit| match hit {
            Hit::Category(id) => (false, self.category(*id).map(|category| category.position)),
            Hit::Product(id) => {
                let product = self.offered(*id);
                let is_sold_out = product.is_some_and(|product| product.stock.most().is_none());
                (is_sold_out, product.map(|product| product.position))
            }
        };
        found.hits.sort_by_key(|(hit, counts)| (std::cmp::Reverse(*counts), place(hit)));
        found
    }

    /// All that customers can find.
    fn searchable(&self) -> impl Iterator<Item = Searchable<'_>> {
        let categories = self.categories.keys().map(|id| Hit::Category(*id));
        let products = self.products.keys().map(|id| Hit::Product(*id));
        categories.chain(products).filter_map(|hit| self.searched(&hit))
    }

    /// The texts that something is found by; `None` for what customers cannot see.
    fn searched(&self, hit: &Hit) -> Option<Searchable<'_>> {
        let titles = |id| self.path(id).into_iter().flat_map(|category| category.titles()).collect();
        Some(match *hit {
            Hit::Category(id) => {
                let category = self.category(id)?;
                let (titles, categories) = (category.titles().collect(), titles(id));
                Searchable { hit: *hit, titles, categories, characteristics: Vec::new() }
            }
            Hit::Product(id) => {
                let product = self.offered(id)?;
                let (titles, categories) = (product.titles().collect(), titles(product.category));
                Searchable { hit: *hit, titles, categories, characteristics: product.values().collect() }
            }
        })
    }

    /// News published by `now`, the newest first, at most `most`.
    pub fn news(&self, now: DateTime<Utc>, most: usize) -> impl Iterator<Item = &Arc<News>> {
        self.newest.iter().filter(move |news| news.published <= now).take(most)
    }

    /// Who works in the shop, beside those whom the settings name.
    pub fn team(&self) -> &Team {
        &self.team
    }

    /// The pause that lasts now; `None` while orders are taken.
    pub fn pause(&self, now: DateTime<Utc>) -> Option<&Pause> {
        self.pause.as_deref().filter(|pause| pause.lasts(now))
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

/// A list without those that have changed, and with those that stand in it now.
fn merged(list: &[Arc<Product>], changed: &HashSet<ProductId>, come: Vec<Arc<Product>>) -> Vec<Arc<Product>> {
    let stay = list.iter().filter(|product| !changed.contains(&product.id)).cloned();
    let mut merged: Vec<_> = stay.chain(come).collect();
    // Most of it is in order, which this sort makes use of.
    merged.sort_by_key(|product| (product.position, product.id));
    merged
}

/// The part of a sorted list that stands behind a cursor.
pub fn behind(products: &[Arc<Product>], after: Option<Cursor>) -> &[Arc<Product>] {
    let Some(after) = after else { return products };
    let place = products.partition_point(|product| (product.position, product.id) <= (after.position, after.product));
    &products[place..]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::shop::{Id, Money, Stock};

    fn id(n: u8) -> CategoryId {
        CategoryId(Id([n; 12]))
    }

    fn category(n: u8, parent: Option<u8>) -> Change {
        let title = format!("Category {n}");
        Change::Category(Category { id: id(n), title, parent: parent.map(id), ..Category::default() })
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

    fn product(n: u8, category: u8, position: u32, discount: u8, hidden: bool) -> Change {
        let (position, discount) = (position % 3, Percent::try_from(discount % 2 * 10).unwrap());
        Change::Product(Product {
            id: ProductId(Id([n; 12])),
            title: format!("Product {n}"),
            category: id(category),
            price: Money::from_minor(100).unwrap(),
            discount,
            stock: Stock::Always,
            hidden,
            position,
            ..Product::default()
        })
    }

    fn change() -> impl Strategy<Value = Change> {
        let there = (0..6_u8, 0..4_u8, 0..9_u32, any::<u8>(), any::<bool>());
        prop_oneof![
            4 => there.prop_map(|(n, category, position, discount, hidden)| product(n, category, position, discount, hidden)),
            1 => (0..6_u8).prop_map(|n| Change::ProductGone(ProductId(Id([n; 12])))),
            2 => (0..4_u8, proptest::option::of(0..4_u8)).prop_map(|(n, parent)| category(n, parent)),
            1 => (0..4_u8).prop_map(|n| Change::CategoryGone(id(n))),
        ]
    }

    proptest! {
        #[test]
        fn after_any_changes_it_is_as_if_made_anew(batches in proptest::collection::vec(proptest::collection::vec(change(), 1..4), 1..12)) {
            let mut catalogue = Catalogue::default();
            for batch in batches {
                catalogue = catalogue.changed(batch);
                let products = catalogue.products().map(|product| Change::Product(Product::clone(product)));
                let categories = catalogue.categories().map(|category| Change::Category(Category::clone(category)));
                let anew = Catalogue::default().changed(products.chain(categories).collect::<Vec<_>>());
                for n in 0..4 {
                    prop_assert_eq!(catalogue.products_in(id(n)), anew.products_in(id(n)));
                    prop_assert_eq!(catalogue.subcategories(Some(id(n))), anew.subcategories(Some(id(n))));
                }
                prop_assert_eq!(catalogue.subcategories(None), anew.subcategories(None));
                for written in ["product 1", "product 2 category 3", "catgeory", "productions"] {
                    let query = Query::new(written, |_| false);
                    prop_assert_eq!(catalogue.search(&query), anew.search(&query), "{}", written);
                }
                prop_assert_eq!(catalogue.sale(), anew.sale());
                prop_assert_eq!(catalogue.misplaced(), anew.misplaced());
            }
        }
    }
}
