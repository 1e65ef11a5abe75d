//! Puts a shop folder (`shop.yaml` and `pictures/`) into the store.
//!
//! The folder is the truth for what it names: seeding again brings every named category, product and news item
//! back to what the folder says, *stock included*. What the owner added is left alone, and what is as the
//! folder says already is not written, so its `modified` stays.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::Path;

use bson::oid::ObjectId;
use bson::{Bson, Document, doc};
use dialogues::shop::{Currency, PictureId, ShopFolder};
use futures::TryStreamExt;

use super::document::{oid, upserted};
use super::{Store, StoreError, categories, news, pictures, products};

/// Telegram takes no larger photo.
const LARGEST_PICTURE: usize = 10 * 1024 * 1024;

/// What a shop folder holds, and how much of it was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seeded {
    pub categories: usize,
    pub products: usize,
    pub news: usize,
    pub pictures: usize,
    /// Documents that were new or different; pictures do not count.
    pub written: usize,
}

impl fmt::Display for Seeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { categories, products, news, pictures, .. } = self;
        write!(f, "{categories} categories, {products} products, {news} news items, {pictures} pictures")
    }
}

/// A shop folder, read and checked, with its pictures.
#[derive(Debug, Clone)]
pub struct Goods {
    shop: ShopFolder,
    /// By file name: what the content is called in the store, and the content.
    pictures: BTreeMap<String, (PictureId, Vec<u8>)>,
}

impl Goods {
    /// What the shop is called, and what its prices are in.
    pub fn terms(&self) -> (&str, Currency) {
        (&self.shop.name, self.shop.currency)
    }

    /// A shop that is at hand already: what `shop.yaml` says, and its pictures by file name.
    ///
    /// # Errors
    /// [`StoreError::Folder`], and [`StoreError::File`] where a picture is missing.
    pub fn of(yaml: &str, picture: impl Fn(&str) -> Option<Vec<u8>>) -> Result<Self, StoreError> {
        let shop = ShopFolder::parse(yaml)?;
        let mut pictures = BTreeMap::new();
        for name in shop.pictures() {
            let missing = || StoreError::File { path: name.into(), problem: "it is missing".to_owned() };
            let content = picture(name).ok_or_else(missing)?;
            pictures.insert(name.to_owned(), (pictures::name_of(&content), content));
        }
        Ok(Self { shop, pictures })
    }

    /// Reads `folder/shop.yaml` and `folder/pictures/`.
    ///
    /// # Errors
    /// [`StoreError::Folder`] and [`StoreError::File`].
    pub async fn read(folder: &Path) -> Result<Self, StoreError> {
        let yaml = read(&folder.join("shop.yaml")).await?;
        let shop = ShopFolder::parse(&String::from_utf8_lossy(&yaml))?;
        let mut pictures = BTreeMap::new();
        for name in shop.pictures() {
            let path = folder.join("pictures").join(name);
            let content = read(&path).await?;
            if let Some(problem) = unfit(&content) {
                return Err(StoreError::File { path, problem: problem.to_owned() });
            }
            pictures.insert(name.to_owned(), (pictures::name_of(&content), content));
        }
        Ok(Self { shop, pictures })
    }
}

/// Reads a shop folder, and writes what is not yet so into the store.
///
/// # Errors
/// Those of [`Goods::read`], before anything is written.
pub async fn seed(store: &Store, folder: &Path) -> Result<Seeded, StoreError> {
    store.bring_in(&Goods::read(folder).await?).await
}

impl Store {
    /// Writes what is not yet so into the store.
    pub async fn bring_in(&self, goods: &Goods) -> Result<Seeded, StoreError> {
        let Goods { shop, pictures } = goods;
        self.bring_pictures(pictures).await?;
        let as_stored = |product: &dialogues::shop::Product| {
            let mut product = product.clone();
            product.picture = product.picture.and_then(|file| pictures.get(&file.0).map(|(name, _)| name.clone()));
            (oid(product.id.0), products::write(&product))
        };
        let shelves = shop.categories.iter().map(|category| (oid(category.id.0), categories::write(category)));
        let news_items = shop.news.iter().map(|item| (oid(item.id.0), news::write(item)));
        // A folder is filled into a shop, and tells nobody: news that shall be mailed is written another way.
        let mut written = self.bring(categories::NAME, shelves.collect(), &Document::new()).await?;
        written += self.bring(products::NAME, shop.products.iter().map(as_stored).collect(), &Document::new()).await?;
        written += self.bring(news::NAME, news_items.collect(), &doc! { "mailing": "never" }).await?;
        Ok(Seeded {
            categories: shop.categories.len(),
            products: shop.products.len(),
            news: shop.news.len(),
            pictures: pictures.len(),
            written,
        })
    }

    /// Keeps the pictures that are not kept yet.
    async fn bring_pictures(&self, pictures: &BTreeMap<String, (PictureId, Vec<u8>)>) -> Result<(), StoreError> {
        let names: Vec<&str> = pictures.values().map(|(name, _)| name.0.as_str()).collect();
        let wanted = doc! { "filename": { "$in": names } };
        let there = self.collection(pictures::FILES).distinct("filename", wanted).await?;
        for (name, content) in pictures.values() {
            // One that is there is held for the product that will name it.
            if !(there.contains(&Bson::String(name.0.clone())) && self.hold_picture(name).await?) {
                self.put_picture(content).await?;
            }
        }
        Ok(())
    }

    /// Writes those documents that are not as wanted, with one command. Returns how many.
    async fn bring(
        &self,
        collection: &'static str,
        wanted: Vec<(ObjectId, Document)>,
        only_new: &Document,
    ) -> Result<usize, StoreError> {
        let ids: Vec<ObjectId> = wanted.iter().map(|(id, _)| *id).collect();
        let found = self.collection(collection).find(doc! { "_id": { "$in": ids } }).await?;
        let found: Vec<Document> = found.try_collect().await?;
        let present: HashMap<ObjectId, Document> =
            found.into_iter().filter_map(|document| Some((document.get_object_id("_id").ok()?, document))).collect();
        let is_so = |id: &ObjectId, fields: &Document| {
            present.get(id).is_some_and(|stored| fields.iter().all(|(name, value)| stored.get(name) == Some(value)))
        };
        let stamp = self.stamp(collection);
        let statement = |(id, fields): (ObjectId, Document)| {
            doc! { "q": { "_id": id }, "u": upserted(fields, only_new.clone(), stamp), "upsert": true }
        };
        let different = wanted.into_iter().filter(|(id, fields)| !is_so(id, fields));
        let statements: Vec<Document> = different.map(statement).collect();
        // MongoDB takes up to 100,000 statements and 48 MB in one command; a folder of that size is none.
        let count = statements.len();
        if count > 0 {
            let update = doc! { "update": collection, "updates": statements, "ordered": false, "writeConcern": { "w": "majority" } };
            let answer = self.database().run_command(update).await?;
            if let Some(Bson::Array(errors)) = answer.get("writeErrors") {
                return Err(StoreError::Unreadable {
                    collection,
                    problem: format!("{} documents were refused", errors.len()),
                });
            }
        }
        Ok(count)
    }
}

async fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    let wrong = |error: std::io::Error| StoreError::File { path: path.to_owned(), problem: error.to_string() };
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || std::fs::read(owned)).await;
    read.unwrap_or_else(|error| Err(std::io::Error::other(error))).map_err(wrong)
}

/// Why Telegram would not show it; the content decides, not the file's name.
fn unfit(content: &[u8]) -> Option<&'static str> {
    let jpeg = content.starts_with(&[0xff, 0xd8, 0xff]);
    let png = content.starts_with(b"\x89PNG\r\n\x1a\n");
    match (jpeg || png, content.len()) {
        (false, _) => Some("is neither JPEG nor PNG; save it as one of them"),
        (true, LARGEST_PICTURE..) => Some("is larger than 10 MB, which Telegram does not take; make it smaller"),
        (true, _) => None,
    }
}
