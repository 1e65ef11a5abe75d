//! A shop folder in the store.

use std::path::{Path, PathBuf};

use bson::{Document, doc};
use chrono::TimeDelta;
use shopkeeper::store::{CatalogueFeed, StoreError, seed::seed};

use super::support::{database, fresh_name, product};

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

#[tokio::test]
async fn a_picture_that_is_none_is_refused_before_anything_is_written() {
    let database = database().await;
    let folder = std::env::temp_dir().join(fresh_name());
    std::fs::create_dir_all(folder.join("pictures")).unwrap();
    std::fs::write(folder.join("pictures/tea.jpg"), "GIF89a").unwrap();
    let yaml = "name: S\ncategories: [{key: c, title: C}]\nproducts:\n  - {key: tea, title: Tea, category: c, price: '1', stock: 1, picture: tea.jpg}\n";
    std::fs::write(folder.join("shop.yaml"), yaml).unwrap();
    let refused = seed(&database, &folder).await.unwrap_err();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(matches!(&refused, StoreError::File { path, .. } if path.ends_with("tea.jpg")), "{refused}");
    assert_eq!(database.database().collection::<Document>("categories").count_documents(doc! {}).await.unwrap(), 0);
}
