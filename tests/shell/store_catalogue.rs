//! The catalogue's snapshot follows whoever changes the shop.

use std::sync::Arc;

use bson::{Document, doc};
use chrono::TimeDelta;
use dialogues::machine::Effect;
use dialogues::shop::{Catalogue, Pause, ProductChange, ProductValue, Stock};
use shopkeeper::store::migrations::newest;
use shopkeeper::store::{CatalogueFeed, CommitOutcome};

use super::support::{conversation, database, noon, oid, product, soon, tea, turn};

async fn until(feed: &CatalogueFeed, is_so: impl Fn(&Arc<Catalogue>) -> bool) {
    let mut snapshots = feed.subscribe();
    soon(snapshots.wait_for(|catalogue| is_so(catalogue))).await.unwrap();
}

#[tokio::test]
async fn a_foreign_insert_update_and_delete_are_seen() {
    let database = database().await;
    let products = database.database().collection::<Document>("products");
    let feed = CatalogueFeed::start(&database).await.unwrap();
    assert!(feed.current().product(tea()).is_none());

    products.insert_one(product("tea", 5)).await.unwrap();
    until(&feed, |catalogue| catalogue.product(tea()).is_some()).await;
    products.update_one(doc! {}, doc! { "$set": { "price": 12_000.0 } }).await.unwrap();
    until(&feed, |catalogue| catalogue.product(tea()).unwrap().price.minor() == 12_000).await;
    products.delete_one(doc! {}).await.unwrap();
    until(&feed, |catalogue| catalogue.product(tea()).is_none()).await;
}

#[tokio::test]
async fn a_foreign_document_is_stamped() {
    let database = database().await;
    let products = database.database().collection::<Document>("products");
    let feed = CatalogueFeed::start(&database).await.unwrap();
    let mut events = products.watch().await.unwrap();
    products.insert_one(product("tea", 5)).await.unwrap();
    let stamped = async {
        loop {
            futures::StreamExt::next(&mut events).await.unwrap().unwrap();
            let stamped = doc! { "created": { "$type": "date" }, "version": newest("products") };
            let found = products.find_one(stamped).await.unwrap();
            if found.is_some() {
                break;
            }
        }
    };
    soon(stamped).await;
    drop(feed);
}

#[tokio::test]
async fn categories_and_news_are_seen_and_what_was_there_before() {
    let database = database().await;
    database.database().collection("categories").insert_one(doc! { "title": "Leaves" }).await.unwrap();
    let feed = CatalogueFeed::start(&database).await.unwrap();
    assert_eq!(feed.current().categories().count(), 1);
    let news = doc! { "headline": "Spring", "body": "is here", "published": bson::DateTime::now() };
    database.database().collection("news").insert_one(news).await.unwrap();
    until(&feed, |catalogue| catalogue.news(chrono::Utc::now(), 5).count() == 1).await;
}

#[tokio::test]
async fn a_pause_is_known_to_every_process_from_the_start_on_and_until_its_day() {
    let database = database().await;
    let day = |days| noon() + TimeDelta::days(days);
    let pause = |until| Pause { until, reason: Some("We are on holiday.".into()) };
    let running = CatalogueFeed::start(&database).await.unwrap();
    let effects = [Effect::PauseOrders(Some(pause(day(3))))];
    turn(&database, 7, 1, &effects).await;
    until(&running, |catalogue| catalogue.pause(noon()) == Some(&pause(day(3)))).await;
    let started = CatalogueFeed::start(&database).await.unwrap();
    assert_eq!(started.current().pause(day(2)), Some(&pause(day(3))));
    assert_eq!(started.current().pause(day(3)), None, "the day has come");
    // By hand, and without a word why.
    let meta = database.database().collection::<Document>("meta");
    meta.update_one(
        doc! { "_id": "pause" },
        doc! { "$set": { "until": bson::DateTime::from(day(9)), "reason": null } },
    )
    .await
    .unwrap();
    until(&running, |catalogue| catalogue.pause(day(8)) == Some(&Pause { until: day(9), reason: None })).await;
    // What nobody can read stops no orders.
    meta.update_one(doc! { "_id": "pause" }, doc! { "$set": { "until": "soon" } }).await.unwrap();
    until(&running, |catalogue| catalogue.pause(noon()).is_none()).await;
    turn(&database, 7, 2, &effects).await;
    until(&running, |catalogue| catalogue.pause(noon()).is_some()).await;
    turn(&database, 7, 3, &[Effect::PauseOrders(None)]).await;
    until(&running, |catalogue| catalogue.pause(noon()).is_none()).await;
}

/// The owner has looked at an older state of the product than there is now.
#[tokio::test]
async fn an_owner_changes_one_field_of_a_product_and_leaves_the_others_as_they_are_now() {
    let database = database().await;
    let products = database.database().collection::<Document>("products");
    products.insert_one(product("tea", 5)).await.unwrap();
    let feed = CatalogueFeed::start(&database).await.unwrap();
    until(&feed, |catalogue| catalogue.product(tea()).is_some()).await;
    let price = ProductValue::price("120,50").unwrap();
    let change = |to: &ProductValue| Effect::ChangeProduct(ProductChange { product: tea(), to: to.clone() });
    products.update_one(doc! {}, doc! { "$set": { "stock": 3, "mine": "kept" } }).await.unwrap();
    turn(&database, 7, 1, &[change(&price)]).await;
    let now = |catalogue: &Catalogue| {
        let product = catalogue.product(tea()).unwrap();
        (product.price.minor(), product.discount.get(), product.stock, product.hidden)
    };
    until(&feed, |catalogue| now(catalogue) == (12_050, 0, Stock::Count(3), false)).await;
    let values =
        [ProductValue::discount("20"), Some(ProductValue::Stock(Stock::Always)), Some(ProductValue::Hidden(true))];
    for (value, update) in values.into_iter().flatten().zip(2..) {
        turn(&database, 7, update, &[change(&value)]).await;
    }
    until(&feed, |catalogue| now(catalogue) == (12_050, 20, Stock::Always, true)).await;
    let stored = products.find_one(doc! {}).await.unwrap().unwrap();
    assert_eq!((stored.get_str("mine").unwrap(), stored.get_str("title").unwrap()), ("kept", "tea"));
    // It is gone: nothing is written, and the turn is played again with what there is now.
    products.delete_one(doc! {}).await.unwrap();
    let loaded = database.load(7).await.unwrap();
    let committed = database.commit(7, 9, &loaded, Some(&conversation(9)), &[change(&price)]).await.unwrap();
    assert_eq!(committed, CommitOutcome::StockChanged(vec![tea()]));
    assert_eq!(products.count_documents(doc! {}).await.unwrap(), 0);
}

#[tokio::test]
async fn a_product_that_cannot_be_read_is_left_out_until_it_can() {
    let database = database().await;
    let products = database.database().collection::<Document>("products");
    let mut broken = product("tea", 5);
    broken.insert("price", "a lot");
    products.insert_many([broken, product("honey", "always")]).await.unwrap();
    let feed = CatalogueFeed::start(&database).await.unwrap();
    assert_eq!(feed.current().products().count(), 1);
    products.update_one(doc! { "_id": oid(tea()) }, doc! { "$set": { "price": 10_000 } }).await.unwrap();
    until(&feed, |catalogue| catalogue.products().count() == 2).await;
}

#[tokio::test]
async fn a_dropped_collection_is_an_empty_one() {
    let database = database().await;
    let products = database.database().collection::<Document>("categories");
    products.insert_one(doc! { "title": "Leaves" }).await.unwrap();
    let feed = CatalogueFeed::start(&database).await.unwrap();
    products.drop().await.unwrap();
    until(&feed, |catalogue| catalogue.categories().count() == 0).await;
    products.insert_one(doc! { "title": "Herbs" }).await.unwrap();
    until(&feed, |catalogue| catalogue.categories().count() == 1).await;
}

#[tokio::test]
async fn a_refresh_reads_products_at_once() {
    let database = database().await;
    let products = database.database().collection::<Document>("products");
    products.insert_one(product("tea", 5)).await.unwrap();
    let feed = CatalogueFeed::start(&database).await.unwrap();
    products.update_one(doc! {}, doc! { "$set": { "stock": 4 } }).await.unwrap();
    feed.refresh(&[tea()]).await.unwrap();
    assert_eq!(feed.current().product(tea()).unwrap().stock, Stock::Count(4));
    products.delete_one(doc! {}).await.unwrap();
    feed.refresh(&[tea()]).await.unwrap();
    assert!(feed.current().product(tea()).is_none());
}

#[tokio::test]
async fn whoever_catches_up_sees_all_that_was_written_before() {
    let database = database().await;
    let products = database.database().collection::<Document>("products");
    let feed = CatalogueFeed::start(&database).await.unwrap();
    for price in 1..=20 {
        let update = doc! { "$set": { "title": "Tea", "category": oid(tea()), "price": price } };
        products.update_one(doc! { "_id": oid(tea()) }, update).upsert(true).await.unwrap();
        feed.catch_up().await.unwrap();
        assert_eq!(feed.current().product(tea()).unwrap().price.minor(), price);
    }
    products.delete_one(doc! {}).await.unwrap();
    let all = (0..8).map(|_| feed.catch_up());
    assert!(futures::future::join_all(all).await.into_iter().all(|caught| caught.is_ok()));
    assert!(feed.current().product(tea()).is_none());
    assert!(feed.follows());
}
