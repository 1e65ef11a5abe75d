//! Puts a shop folder (`shop.yaml` and `pictures/`) into the store.
//!
//! The folder is the truth for what it names: seeding again brings every named category, product and news item
//! back to what the folder says, *stock included*. What the owner added is left alone, and what is as the
//! folder says already is not written, so its `modified` stays.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use bson::oid::ObjectId;
use bson::raw::RawDocumentBuf;
use bson::{Bson, Document, doc};
use dialogues::shop::rules::{SHOP_NAME_LIMIT, check_line};
use dialogues::shop::{Currency, FolderError, PictureId, PictureKind, SHOP_YAML_LIMIT, ShopFolder};
use futures::TryStreamExt;
use rustix::fs::OFlags;
use rustix::io::Errno;

use super::document::{oid, upserted};
use super::meta::{META, SHOP};
use super::{STORE_TIMEOUT, Store, StoreError, categories, news, pictures, products, within};
use crate::pictures::check;

/// So many documents are written with one command; MongoDB takes 48 MB in one.
const BATCH: usize = 1000;

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
    /// [`StoreError::Application`], and [`StoreError::File`] where a picture is missing.
    pub fn of(yaml: &str, picture: impl Fn(&str) -> Option<Vec<u8>>) -> Result<Self, StoreError> {
        let shop = ShopFolder::parse(yaml).map_err(StoreError::application)?;
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
    /// [`StoreError::Application`] with all that breaks a rule, pictures included, and [`StoreError::File`].
    pub async fn read(folder: &Path) -> Result<Self, StoreError> {
        let folder = folder.to_owned();
        let read = tokio::task::spawn_blocking(move || Self::read_now(&folder)).await;
        read.unwrap_or(Err(StoreError::Driver("the reader of the shop folder panicked")))
    }

    fn read_now(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("shop.yaml");
        let yaml = read_file(&path, Links::Followed, SHOP_YAML_LIMIT);
        let yaml = yaml.map_err(|problem| StoreError::File { path: path.clone(), problem })?;
        let yaml = text_of(yaml).map_err(|problem| StoreError::File { path, problem })?;
        let shop = ShopFolder::parse(&yaml).map_err(StoreError::application)?;
        let (mut pictures, mut faults) = (BTreeMap::new(), Vec::new());
        for name in shop.pictures() {
            match read_picture(folder, name) {
                Ok(content) => drop(pictures.insert(name.to_owned(), (pictures::name_of(&content), content))),
                Err(problem) => faults.push(shop.picture_fault(name, format!("{name}: {problem}"))),
            }
        }
        faults.sort_by_key(|fault| fault.line);
        if faults.is_empty() {
            Ok(Self { shop, pictures })
        } else {
            Err(StoreError::application(FolderError::Faults(faults)))
        }
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
        self.bring_pictures(goods).await?;
        let as_stored = |product: &dialogues::shop::Product| {
            let mut product = product.clone();
            product.picture = product.picture.and_then(|file| pictures.get(&file.0).map(|(name, _)| name.clone()));
            (oid(product.id.0), products::write(&product))
        };
        let shelves = shop.categories.iter().map(|category| (oid(category.id.0), categories::write(category)));
        let news_items = shop.news.iter().map(|item| (oid(item.id.0), news::write(item)));
        // A folder is filled into a shop, and tells nobody: news that shall be mailed is written another way.
        self.name_shop(&shop.name).await?;
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

    /// Deletes the products that are not of these goods: what somebody has added in a transcript is not in the next one's shop.
    pub async fn keep_only(&self, goods: &Goods) -> Result<(), StoreError> {
        let ids: Vec<_> = goods.shop.products.iter().map(|product| oid(product.id.0)).collect();
        self.collection(products::NAME).delete_many(doc! { "_id": { "$nin": ids } }).await?;
        Ok(())
    }

    /// Keeps the shop's name, as `{_id: "shop", name}` in `meta`.
    async fn name_shop(&self, name: &str) -> Result<(), StoreError> {
        if self.collection(META).find_one(doc! { "_id": SHOP, "name": name }).await?.is_some() {
            return Ok(());
        }
        let update = upserted(doc! { "name": name }, Document::new(), self.stamp(META));
        self.collection(META).update_one(doc! { "_id": SHOP }, update).upsert(true).await?;
        Ok(())
    }

    /// What the shop is called by the folder that was seeded last; `None` if none was.
    pub async fn shop_name(&self) -> Result<Option<String>, StoreError> {
        let found =
            within(STORE_TIMEOUT, async { Ok(self.collection(META).find_one(doc! { "_id": SHOP }).await?) }).await?;
        let name = found.and_then(|found| found.get_str("name").ok().map(str::to_owned));
        Ok(name.filter(|name| check_line(name, SHOP_NAME_LIMIT).is_ok()))
    }

    /// Keeps the pictures that are not kept yet.
    async fn bring_pictures(&self, goods: &Goods) -> Result<(), StoreError> {
        // Those that are there are held for the products that will name them.
        let held = self.hold_pictures(goods.pictures.values().map(|(name, _)| name)).await?;
        let (mut missing, mut faults) = (Vec::new(), Vec::new());
        for (file, (name, content)) in &goods.pictures {
            if held.contains(name) {
                continue;
            }
            match check(content.clone()).await {
                Ok(content) => missing.push(content),
                Err(problem) => faults.push(goods.shop.picture_fault(file, format!("{file}: {problem}"))),
            }
        }
        if !faults.is_empty() {
            faults.sort_by_key(|fault| fault.line);
            return Err(StoreError::application(FolderError::Faults(faults)));
        }
        for content in missing {
            self.put_picture(&content).await?;
        }
        Ok(())
    }

    /// Writes those documents that are not as wanted, some with each command. Returns how many.
    async fn bring(
        &self,
        collection: &'static str,
        wanted: Vec<(ObjectId, Document)>,
        only_new: &Document,
    ) -> Result<usize, StoreError> {
        let mut written = 0;
        for batch in wanted.chunks(BATCH) {
            written += self.bring_batch(collection, batch, only_new).await?;
        }
        Ok(written)
    }

    async fn bring_batch(
        &self,
        collection: &'static str,
        wanted: &[(ObjectId, Document)],
        only_new: &Document,
    ) -> Result<usize, StoreError> {
        let ids: Vec<ObjectId> = wanted.iter().map(|(id, _)| *id).collect();
        let found = self.raw(collection).find(doc! { "_id": { "$in": ids } }).await?;
        let found: Vec<RawDocumentBuf> = found.try_collect().await?;
        // One that cannot even be decoded is different.
        let found = found.iter().filter_map(|document| Document::try_from(document).ok());
        let present: HashMap<ObjectId, Document> =
            found.filter_map(|document| Some((document.get_object_id("_id").ok()?, document))).collect();
        let is_so = |id: &ObjectId, fields: &Document| {
            // What a program before has not written, and is empty, is as it is missing.
            let nothing = |value: &Bson| *value == Bson::Document(Document::new());
            let same = |stored: &Document, name: &str, value: &Bson| match stored.get(name) {
                Some(stored) => stored == value,
                None => nothing(value),
            };
            present.get(id).is_some_and(|stored| fields.iter().all(|(name, value)| same(stored, name, value)))
        };
        let stamp = self.stamp(collection);
        let statement = |(id, fields): &(ObjectId, Document)| {
            doc! { "q": { "_id": *id }, "u": upserted(fields.clone(), only_new.clone(), stamp), "upsert": true }
        };
        let statements: Vec<Document> =
            wanted.iter().filter(|(id, fields)| !is_so(id, fields)).map(statement).collect();
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

/// Whether the last part of a path may be a symbolic link.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    Followed,
    Refused,
}

/// The content of a regular file of at most `limit` bytes. Nothing else is read: a device has no end, a pipe makes us
/// wait, and a link may lead out of the folder.
fn read_file(path: &Path, links: Links, limit: usize) -> Result<Vec<u8>, String> {
    let mut flags = OFlags::NONBLOCK;
    if links == Links::Refused {
        flags |= OFlags::NOFOLLOW;
    }
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let file =
        OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|error| match error.raw_os_error() {
            Some(code) if links == Links::Refused && code == Errno::LOOP.raw_os_error() => {
                "it is a symbolic link".to_owned()
            }
            _ => error.to_string(),
        })?;
    let about = file.metadata().map_err(|error| error.to_string())?;
    if !about.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut content = Vec::new();
    // One byte more tells that there is more, also of a file that grows.
    file.take(most.saturating_add(1)).read_to_end(&mut content).map_err(|error| error.to_string())?;
    if content.len() > limit {
        return Err(format!("it has more than {} MB", limit / 1024 / 1024));
    }
    Ok(content)
}

/// A picture of the folder whose header says what Telegram will show. The rest is decoded before it is kept.
fn read_picture(folder: &Path, name: &str) -> Result<Vec<u8>, String> {
    let shelf = folder.join("pictures");
    if std::fs::symlink_metadata(&shelf).is_ok_and(|about| about.is_symlink()) {
        return Err("pictures/ is a symbolic link; let it be a folder".to_owned());
    }
    let content = read_file(&shelf.join(name), Links::Refused, PictureKind::MOST_BYTES)?;
    PictureKind::of(&content).map_err(|problem| problem.to_string())?;
    Ok(content)
}

/// The text of a file in UTF-8, with or without a byte order mark.
fn text_of(content: Vec<u8>) -> Result<String, String> {
    let save = "save the file as UTF-8";
    if content.starts_with(&[0xff, 0xfe]) || content.starts_with(&[0xfe, 0xff]) {
        return Err(format!("it is UTF-16; {save}"));
    }
    String::from_utf8(content).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..good].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line} is not UTF-8; {save}")
    })
}
