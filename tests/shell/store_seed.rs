//! A shop folder in the store.

use std::path::{Path, PathBuf};

use bson::{Document, doc};
use chrono::TimeDelta;
use shopkeeper::store::{CatalogueFeed, Store, seed::seed};

use super::support::{database, fresh_name, product, soon};

fn tea_house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("dialogues/shops/tea-house")
}

#[tokio::test]
async fn the_demo_shop_is_what_its_folder_says() {
    let database = database().await;
    let seeded = seed(&database, &tea_house()).await.unwrap();
    let feed = CatalogueFeed::start(&database).await.unwrap();
    let catalogue = feed.current();
    assert_eq!(seeded.written, seeded.categories + seeded.products + seeded.news);
    assert_eq!((catalogue.products().count(), catalogue.categories().count()), (seeded.products, seeded.categories));
    for product in catalogue.products() {
        let Some(picture) = &product.picture else { continue };
        assert!(database.picture(picture).await.unwrap().is_some(), "{}", product.title);
    }
}

#[tokio::test]
async fn seeding_twice_changes_nothing_and_leaves_what_the_owner_added() {
    let database = database().await;
    let first = seed(&database, &tea_house()).await.unwrap();
    let products = database.database().collection::<Document>("products");
    products.insert_one(product("grandmother's jam", 3)).await.unwrap();
    database.clock().advance(TimeDelta::hours(1));
    let second = seed(&database, &tea_house()).await.unwrap();
    assert_eq!((second.written, second.products), (0, first.products));
    assert_eq!(products.count_documents(doc! {}).await.unwrap() as usize, first.products + 1);
    let hour_ago = bson::DateTime::from_chrono(database.clock().now() - TimeDelta::hours(1));
    let moved = products.count_documents(doc! { "modified": { "$gt": hour_ago } }).await.unwrap();
    assert_eq!(moved, 0);
}

#[tokio::test]
async fn seeding_again_brings_back_what_was_changed_and_nothing_else() {
    let database = database().await;
    seed(&database, &tea_house()).await.unwrap();
    let products = database.database().collection::<Document>("products");
    let changed = products.find_one_and_update(doc! {}, doc! { "$set": { "stock": 777 } }).await.unwrap().unwrap();
    assert_eq!(seed(&database, &tea_house()).await.unwrap().written, 1);
    let now = products.find_one(doc! { "_id": changed.get("_id") }).await.unwrap().unwrap();
    assert_eq!(now.get("stock"), changed.get("stock"));
}

/// A folder that is removed in the end, with a shop of one product, `tea`, whose picture is this.
struct Folder(PathBuf);

impl Folder {
    fn of(picture: &str) -> Self {
        let folder = Self(std::env::temp_dir().join(fresh_name()));
        std::fs::create_dir_all(folder.0.join("pictures")).unwrap();
        folder.write(format!(
            "name: Coffee Corner\ncategories: [{{key: c, title: C}}]\nproducts:\n  - {{key: tea, title: Tea, category: c, \
             price: '1', stock: 1, picture: \"{picture}\"}}\n"
        ));
        folder
    }

    fn write(&self, yaml: impl AsRef<[u8]>) {
        std::fs::write(self.0.join("shop.yaml"), yaml).unwrap();
    }

    /// Why it is refused; nothing is written then.
    async fn refused(&self, store: &Store) -> String {
        let refused = soon(seed(store, &self.0)).await.unwrap_err();
        for collection in ["categories", "products", "pictures.files"] {
            let documents = store.database().collection::<Document>(collection);
            let count = documents.count_documents(doc! { "title": { "$in": ["C", "Tea"] } }).await.unwrap();
            assert_eq!(count, 0, "{collection}");
        }
        refused.to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_picture_that_is_none_is_refused_with_its_product_and_line() {
    let database = database().await;
    let folder = Folder::of("tea.jpg");
    for content in [b"GIF89a".as_slice(), b"", b"\x89PNG\r\n\x1a\n"] {
        std::fs::write(folder.0.join("pictures/tea.jpg"), content).unwrap();
        let told = folder.refused(&database).await;
        assert!(
            told.starts_with("shop.yaml, line 4: product “tea”: picture: tea.jpg: the content is neither"),
            "{told}"
        );
    }
    std::fs::remove_file(folder.0.join("pictures/tea.jpg")).unwrap();
    let told = folder.refused(&database).await;
    assert!(told.contains("product “tea”: picture: tea.jpg: No such file"), "{told}");
}

#[tokio::test]
async fn nothing_but_a_file_of_the_folder_is_read_as_a_picture() {
    let database = database().await;
    let good = tea_house().join("pictures/rooibos.jpg");
    for path in ["../shop.yaml", "/etc/hostname", "/dev/zero", "a/b.jpg", "..", "", "a\\\\b.jpg"] {
        let told = Folder::of(path).refused(&database).await;
        assert!(told.contains("line 4: product “tea”: picture: it must be the name of a file in pictures/"), "{told}");
    }
    let links: [(&str, &Path); 3] =
        [("tea.jpg", &good), ("zero.jpg", Path::new("/dev/zero")), ("own.jpg", Path::new("other.jpg"))];
    for (name, target) in links {
        let folder = Folder::of(name);
        std::fs::copy(&good, folder.0.join("pictures/other.jpg")).unwrap();
        std::os::unix::fs::symlink(target, folder.0.join("pictures").join(name)).unwrap();
        assert!(folder.refused(&database).await.contains("it is a symbolic link"), "{name}");
    }
    let pipe = Folder::of("pipe.jpg");
    let made = tokio::process::Command::new("mkfifo").arg(pipe.0.join("pictures/pipe.jpg")).status().await.unwrap();
    assert!(made.success());
    assert!(pipe.refused(&database).await.contains("it is no regular file"));
    let inner = Folder::of("folder.jpg");
    std::fs::create_dir(inner.0.join("pictures/folder.jpg")).unwrap();
    assert!(inner.refused(&database).await.contains("it is no regular file"));
    let shelf = Folder::of("rooibos.jpg");
    std::fs::remove_dir(shelf.0.join("pictures")).unwrap();
    std::os::unix::fs::symlink(tea_house().join("pictures"), shelf.0.join("pictures")).unwrap();
    assert!(shelf.refused(&database).await.contains("pictures/ is a symbolic link"));
    let huge = Folder::of("huge.jpg");
    let file = std::fs::File::create(huge.0.join("pictures/huge.jpg")).unwrap();
    file.set_len(1 << 40).unwrap();
    assert!(huge.refused(&database).await.contains("it has more than 10 MB"));
}

#[tokio::test]
async fn a_shop_file_that_is_no_text_in_utf_8_is_refused_with_the_line() {
    let database = database().await;
    let folder = Folder::of("tea.jpg");
    folder.write(b"name: S\n# caf\xe9\ncategories: []\nproducts: []\n");
    let told = folder.refused(&database).await;
    assert!(told.ends_with("shop.yaml: line 2 is not UTF-8; save the file as UTF-8"), "{told}");
    folder.write(b"\xff\xfen\0a\0m\0e\0");
    assert!(folder.refused(&database).await.contains("it is UTF-16"));
    std::fs::remove_file(folder.0.join("shop.yaml")).unwrap();
    let made = tokio::process::Command::new("mkfifo").arg(folder.0.join("shop.yaml")).status().await.unwrap();
    assert!(made.success());
    assert!(folder.refused(&database).await.contains("it is no regular file"));
}

#[tokio::test]
async fn the_shop_is_called_as_its_folder_says() {
    let database = database().await;
    assert_eq!(database.shop_name().await.unwrap(), None);
    let folder = Folder::of("tea.jpg");
    std::fs::copy(tea_house().join("pictures/rooibos.jpg"), folder.0.join("pictures/tea.jpg")).unwrap();
    seed(&database, &folder.0).await.unwrap();
    assert_eq!(database.shop_name().await.unwrap().as_deref(), Some("Coffee Corner"));
}
