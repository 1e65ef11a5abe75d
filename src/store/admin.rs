//! The catalogue at one moment with what customers do not see of it: when its parts were written, and drafts.

use std::collections::HashMap;
use std::sync::Arc;

use bson::Bson;
use chrono::{DateTime, Utc};
use dialogues::shop::{Catalogue, Category, CategoryId, Change, Id, NewsId, Product, ProductId};
use rpds::HashTrieMapSync;

use super::document::{id, oid};
use super::fields::{Fields, Problem, as_problems};
use super::news::NewsItem;
use super::optimistic::Managed;
use super::versioned::Timestamps;
use super::{categories, news, products};

/// The catalogue at one moment, as whoever looks after the shop sees it.
#[derive(Debug, Clone, Default)]
pub struct AdminSnapshot {
    /// What customers see.
    pub catalogue: Arc<Catalogue>,
    stamps: HashTrieMapSync<Place, Timestamps>,
    drafts: HashMap<NewsId, Arc<NewsItem>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Product(ProductId),
    Category(CategoryId),
    News(NewsId),
}

/// What one document means for the shelves.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) change: Change,
    stamps: Timestamps,
    draft: Option<NewsItem>,
}

impl AdminSnapshot {
    pub fn product_stamps(&self, id: ProductId) -> Timestamps {
        self.stamps.get(&Place::Product(id)).copied().unwrap_or_default()
    }

    pub fn category_stamps(&self, id: CategoryId) -> Timestamps {
        self.stamps.get(&Place::Category(id)).copied().unwrap_or_default()
    }

    pub fn news_stamps(&self, id: NewsId) -> Timestamps {
        self.stamps.get(&Place::News(id)).copied().unwrap_or_default()
    }

    /// All news items in no order: published, to be published, drafts.
    pub fn news(&self) -> impl Iterator<Item = NewsItem> + '_ {
        let dated = self.catalogue.news(DateTime::<Utc>::MAX_UTC, usize::MAX).map(|news| NewsItem::from(&**news));
        dated.chain(self.drafts.values().map(|draft| NewsItem::clone(draft)))
    }

    /// Whether a document is on the shelves.
    pub(crate) fn shows<T: Managed>(&self, id: Id) -> bool {
        self.known(T::COLLECTION, &Bson::ObjectId(oid(id))).is_some()
    }

    /// What is known of a document now, if it is on the shelves.
    pub(super) fn known(&self, collection: &'static str, id_value: &Bson) -> Option<Seen> {
        let id = id(id_value.as_object_id()?);
        let (change, stamps) = match collection {
            products::NAME => {
                let product = self.catalogue.product(ProductId(id))?;
                (Change::Product(Product::clone(product)), self.product_stamps(product.id))
            }
            categories::NAME => {
                let category = self.catalogue.category(CategoryId(id))?;
                (Change::Category(Category::clone(category)), self.category_stamps(category.id))
            }
            _ => {
                let item = self.news().find(|item| item.id == NewsId(id))?;
                let stamps = self.news_stamps(item.id);
                return Some(match item.published() {
                    Some(news) => Seen { change: Change::News(news), stamps, draft: None },
                    None => Seen { change: Change::NewsGone(item.id), stamps, draft: Some(item) },
                });
            }
        };
        Some(Seen { change, stamps, draft: None })
    }

    /// The same shelves after some documents were seen.
    pub(super) fn after(&self, seen: Vec<Seen>) -> Self {
        let (mut stamped, mut drafts) = (self.stamps.clone(), self.drafts.clone());
        let mut changes = Vec::with_capacity(seen.len());
        for Seen { change, stamps, draft } in seen {
            let (place, there) = match &change {
                Change::Product(product) => (Place::Product(product.id), true),
                Change::ProductGone(id) => (Place::Product(*id), false),
                Change::Category(category) => (Place::Category(category.id), true),
                Change::CategoryGone(id) => (Place::Category(*id), false),
                Change::News(news) => (Place::News(news.id), true),
                Change::NewsGone(id) => (Place::News(*id), draft.is_some()),
                Change::Pause(_) | Change::Team(_) => {
                    changes.push(change);
                    continue;
                }
            };
            if let Place::News(id) = place {
                match draft {
                    Some(draft) => drop(drafts.insert(id, Arc::new(draft))),
                    None => drop(drafts.remove(&id)),
                }
            }
            match there {
                true => stamped.insert_mut(place, stamps),
                false => drop(stamped.remove_mut(&place)),
            }
            changes.push(change);
        }
        Self { catalogue: Arc::new(self.catalogue.changed(changes)), stamps: stamped, drafts }
    }
}

impl Seen {
    /// What a document means, and the rules that it breaks; or why it cannot be used.
    pub(super) fn read(
        collection: &'static str,
        document: &(impl Fields + ?Sized),
    ) -> Result<(Self, Vec<Problem>), Problem> {
        let mut draft = None;
        let (change, flaws) = match collection {
            products::NAME => {
                let mut product = products::read(document)?;
                let flaws = products::flaws(&mut product);
                (Change::Product(product), flaws)
            }
            categories::NAME => {
                let category = categories::read(document)?;
                let flaws = category.flaws();
                (Change::Category(category), flaws)
            }
            _ => {
                let item = news::read_item(document)?;
                let flaws = item.flaws();
                let change = match item.published() {
                    Some(news) => Change::News(news),
                    None => {
                        let id = item.id;
                        draft = Some(item);
                        Change::NewsGone(id)
                    }
                };
                (change, flaws)
            }
        };
        Ok((Self { change, stamps: Timestamps::read(document), draft }, as_problems(&flaws)))
    }

    /// A document that is not there any more, or cannot be used; `None` if its id is none of the catalogue's.
    pub(super) fn gone(collection: &'static str, id_value: &Bson) -> Option<Self> {
        let id = id(id_value.as_object_id()?);
        Some(Self::from(match collection {
            products::NAME => Change::ProductGone(ProductId(id)),
            categories::NAME => Change::CategoryGone(CategoryId(id)),
            _ => Change::NewsGone(NewsId(id)),
        }))
    }
}

impl From<Change> for Seen {
    fn from(change: Change) -> Self {
        Self { change, stamps: Timestamps::default(), draft: None }
    }
}

#[cfg(test)]
mod tests {
    use bson::raw::RawDocumentBuf;
    use bson::{DateTime, Document, oid::ObjectId};
    use proptest::prelude::*;

    use super::super::collections;
    use super::*;

    /// Names of fields of all shelves and of what is inside of them, so that generated documents have many that are read.
    const NAMES: [&str; 20] = [
        "_id",
        "title",
        "description",
        "category",
        "price",
        "discount",
        "stock",
        "hidden",
        "position",
        "characteristics",
        "picture",
        "translations",
        "parent",
        "headline",
        "body",
        "published",
        "name",
        "value",
        "uk",
        "created",
    ];

    fn value() -> impl Strategy<Value = Bson> {
        let leaf = prop_oneof![
            Just(Bson::Null),
            Just(Bson::Undefined),
            any::<bool>().prop_map(Bson::Boolean),
            (-2..200).prop_map(Bson::Int32),
            any::<i64>().prop_map(Bson::Int64),
            prop_oneof![
                Just(7.0),
                Just(7.5),
                any::<f64>().prop_filter("NaN is not equal to itself", |it| !it.is_nan())
            ]
            .prop_map(Bson::Double),
            "\\PC{0,5}|always|\u{200b}|2026-05-04T10:00:00Z|[0-9a-f]{24}".prop_map(Bson::String),
            any::<[u8; 12]>().prop_map(|bytes| ObjectId::from_bytes(bytes).into()),
            any::<i64>().prop_map(|millis| DateTime::from_millis(millis).into()),
        ];
        leaf.prop_recursive(3, 24, 4, |inside| {
            let list = prop::collection::vec(inside.clone(), 0..4).prop_map(Bson::Array);
            prop_oneof![list, document(inside).prop_map(Bson::Document)]
        })
    }

    fn document(value: impl Strategy<Value = Bson>) -> impl Strategy<Value = Document> {
        let field = (prop::sample::select(&NAMES[..]), value);
        let fields = prop::collection::vec(field, 0..6);
        fields.prop_map(|fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// One that can be used on any shelf, but for what is generated.
    fn sound() -> Document {
        let words = bson::doc! { "title": "Чай", "characteristics": [{ "name": "Вага", "value": 100 }] };
        bson::doc! {
            "_id": ObjectId::from_bytes([1; 12]), "title": "Tea", "headline": "Tea", "category": ObjectId::from_bytes([2; 12]),
            "price": 500, "stock": 7.0, "characteristics": { "Weight": "100 g", "Pieces": 20 }, "translations": { "uk": words },
            "published": DateTime::from_millis(0), "created": DateTime::from_millis(1),
        }
    }

    proptest! {
        #[test]
        fn a_document_means_the_same_whether_it_is_decoded_or_as_it_is_stored(odd in document(value())) {
            for mut read in [odd.clone(), sound()] {
                read.extend(odd.clone());
                let stored = RawDocumentBuf::try_from(&read).unwrap();
                for shelf in collections::all().filter(|it| it.is_shelf()) {
                    let decoded = Seen::read(shelf.name, &read);
                    prop_assert_eq!(format!("{:?}", Seen::read(shelf.name, &*stored)), format!("{decoded:?}"));
                }
            }
        }
    }

    #[test]
    fn a_sound_document_is_read_on_every_shelf() {
        for shelf in collections::all().filter(|it| it.is_shelf()) {
            let (_, flaws) = Seen::read(shelf.name, &sound()).unwrap();
            assert_eq!(flaws, Vec::<Problem>::new(), "{}", shelf.name);
        }
    }
}
