//! A document that this program cannot use stops nobody who reads its collection: it is left out, counted, and named by
//! `preflight` as well.

use std::sync::Arc;

use bson::oid::ObjectId;
use bson::raw::RawDocumentBuf;
use bson::{Bson, Document, doc};
use dialogues::shop::{CategoryId, Id, MailingId, Misplaced, ProductId};
use shopkeeper::store::migrations::newest;
use shopkeeper::store::{
    CatalogueFeed, Content, OrderQuery, PreflightOptions, ReplaceOutcome, Store, UserQuery, WriteOutcome,
};

use super::store_documents::every_document;
use super::support::{database, money, noon, oid, open, order, product, soon};

/// A good document of a collection, with an id of its own.
fn good(collection: &str) -> Document {
    let mut all = every_document().into_iter();
    let (_, mut document) = all.find(|(name, document)| name == collection && !is_draft(document)).unwrap();
    match collection {
        "users" | "carts" => drop(document.insert("_id", i64::from(rand::random::<u32>()))),
        "keys" => drop(document.insert("_id", format!("k{}", rand::random::<u32>()))),
        "ledger" => {
            let mailing = document.get_document("_id").unwrap().get_object_id("mailing").unwrap();
            document.insert("_id", doc! { "mailing": mailing, "user": i64::from(rand::random::<u32>()) });
        }
        "telegram_files" => drop(document.insert("_id", doc! { "bot": 42_i64, "picture": ObjectId::new().to_hex() })),
        "orders" => {
            let placed = order(u64::from(rand::random::<u32>()), 1);
            document.insert("_id", ObjectId::new());
            document.insert("number", placed.number.to_string());
            document.insert("checkout", format!("{:016x}", rand::random::<u64>()));
        }
        _ => drop(document.insert("_id", ObjectId::new())),
    }
    document
}

fn is_draft(document: &Document) -> bool {
    document.contains_key("headline") && document.get_datetime("published").is_err()
}

/// The document with a text in it that is not UTF-8, as a driver of another language may write it.
fn not_utf8(mut document: Document) -> RawDocumentBuf {
    document.insert("note", "QQQQ");
    let mut bytes = document.to_vec().unwrap();
    let place = bytes.windows(4).position(|four| four == b"QQQQ").unwrap();
    bytes[place..place + 4].copy_from_slice(b"\xff\xfe\xff\xfe");
    RawDocumentBuf::from_bytes(bytes).unwrap()
}

/// Documents that cannot be used: of a newer version, no BSON, and with a field of another type.
async fn plant(store: &Store, collection: &str, field: &str) {
    let documents = store.database().collection::<RawDocumentBuf>(collection);
    let mut newer = good(collection);
    newer.insert("version", newest(collection) + 1);
    let mut far = good(collection);
    far.insert("version", 1_i64 << 40);
    let mut retyped = good(collection);
    retyped.insert(field, Bson::Array(vec![doc! { "no": "such" }.into()]));
    let documents_of = [newer, far, retyped].map(|document| RawDocumentBuf::try_from(&document).unwrap());
    documents.insert_many(documents_of).await.unwrap();
    documents.insert_one(not_utf8(good(collection))).await.unwrap();
}

fn skipped(store: &Store, collection: &str) -> Option<String> {
    let line = format!("shopkeeper_documents_skipped{{collection=\"{collection}\"}} ");
    store.metrics().text().lines().find_map(|told| told.strip_prefix(&line).map(str::to_owned))
}

#[tokio::test]
async fn every_reader_of_many_documents_leaves_out_what_it_cannot_use() {
    let database = database().await;
    let fields = [
        ("products", "price"),
        ("categories", "title"),
        ("news", "headline"),
        ("mailings", "letter"),
        ("orders", "total"),
        ("keys", "hash"),
        ("telegram_files", "file_id"),
    ];
    for (collection, field) in fields {
        database.database().collection::<Document>(collection).insert_one(good(collection)).await.unwrap();
        plant(&database, collection, field).await;
    }
    plant(&database, "users", "name").await;
    let users = database.database().collection::<Document>("users");
    users.insert_one(doc! { "_id": "a text", "version": 1 }).await.unwrap();
    database.prepare().await.unwrap();

    let feed = CatalogueFeed::start(&database).await.unwrap();
    let catalogue = feed.current();
    assert_eq!((catalogue.products().count(), catalogue.categories().count()), (1, 1));
    assert_eq!(feed.shelves().news().count(), 1);
    assert_eq!(database.mailings(None, 10).await.unwrap().len(), 1);
    assert_eq!(database.keys().await.unwrap().len(), 1);
    assert_eq!(database.file_ids(42).await.unwrap().len(), 1);
    assert_eq!(database.orders(&OrderQuery { limit: 10, ..OrderQuery::default() }).await.unwrap().len(), 1);
    // A profile whose name is of another type is used without it.
    assert_eq!(database.users(&UserQuery { limit: 10, ..UserQuery::default() }).await.unwrap().len(), 1);
    for (collection, _) in fields {
        assert_eq!(skipped(&database, collection).as_deref(), Some("4"), "{collection}");
    }
    assert_eq!(skipped(&database, "users").as_deref(), Some("4"));

    let look = PreflightOptions { settings: Arc::new(dialogues::world::settings()), owners: vec![1], now: noon() };
    let findings = database.preflight(&look, |_| {}).await.unwrap();
    for (collection, _) in fields {
        let faults = findings.faults.iter().filter(|fault| fault.collection == collection);
        assert_eq!(faults.map(|fault| fault.documents).sum::<u64>(), 4, "{collection}: {:#?}", findings.faults);
    }

    // Once mended, nothing is left of it.
    for (collection, _) in fields {
        database
            .database()
            .collection::<Document>(collection)
            .delete_many(doc! { "note": { "$exists": true } })
            .await
            .unwrap();
    }
    let newer = doc! { "version": { "$gt": newest("products") } };
    database.database().collection::<Document>("products").delete_many(newer).await.unwrap();
    feed.catch_up().await.unwrap();
    assert_eq!(skipped(&database, "products").as_deref(), Some("1"));
}

#[tokio::test]
async fn a_page_is_full_although_some_of_its_documents_are_left_out() {
    let database = database().await;
    let orders = database.database().collection::<Document>("orders");
    for number in 0..12 {
        let mut order = good("orders");
        order.insert("placed", bson::DateTime::from_chrono(noon() - chrono::TimeDelta::minutes(number)));
        order.insert("version", if number < 7 { 2 } else { 1 });
        orders.insert_one(order).await.unwrap();
    }
    let page = database.orders(&OrderQuery { limit: 4, ..OrderQuery::default() }).await.unwrap();
    assert_eq!(page.len(), 4);
    let all = database.orders(&OrderQuery { limit: 40, ..OrderQuery::default() }).await.unwrap();
    assert_eq!(all.len(), 5);
    assert_eq!(page[..], all[..4]);
}

#[tokio::test]
async fn the_catalogue_follows_past_a_change_that_it_cannot_read() {
    let database = database().await;
    let feed = CatalogueFeed::start(&database).await.unwrap();
    let raw = database.database().collection::<RawDocumentBuf>("products");
    raw.insert_one(not_utf8(product("broken", 1))).await.unwrap();
    let good = database.database().collection::<Document>("products");
    good.insert_one(product("good", 1)).await.unwrap();
    feed.catch_up().await.unwrap();
    assert!(feed.current().product(ProductId::of_key("good")).is_some());
    // What it knew of it before is not shown any more, as after a restart.
    let far = doc! { "$set": { "price": "much" } };
    good.update_one(doc! { "_id": oid(ProductId::of_key("good")) }, far).await.unwrap();
    feed.catch_up().await.unwrap();
    assert!(feed.current().product(ProductId::of_key("good")).is_none());
    assert!(feed.follows());
    assert_eq!(skipped(&database, "products").as_deref(), Some("2"));
    raw.delete_many(doc! {}).await.unwrap();
    feed.catch_up().await.unwrap();
    assert_eq!(skipped(&database, "products").as_deref(), Some("0"));
}

#[tokio::test]
async fn where_a_newer_program_has_brought_up_all_products_the_older_one_does_not_sell_nothing() {
    let database = database().await;
    let products = database.database().collection::<Document>("products");
    products.insert_many([product("one", 1), product("two", 2)]).await.unwrap();
    let version = |version: i32| doc! { "$set": { "version": version } };
    products.update_many(doc! {}, version(newest("products") + 1)).await.unwrap();
    assert!(CatalogueFeed::start(&database).await.unwrap_err().is_away());
    products.update_one(doc! {}, version(newest("products"))).await.unwrap();
    assert_eq!(CatalogueFeed::start(&database).await.unwrap().current().products().count(), 1);
}

#[tokio::test]
async fn an_id_that_is_a_text_is_seen_by_nobody_and_kept_for_whoever_mends_it() {
    let database = database().await;
    let [shelf, other] = ["leaves", "other"].map(CategoryId::of_key);
    let categories = database.database().collection::<Document>("categories");
    let as_oid = |category: CategoryId| ObjectId::from_bytes(category.0.0);
    for category in [shelf, other] {
        categories.insert_one(doc! { "_id": as_oid(category), "title": "Shelf" }).await.unwrap();
    }
    categories.insert_one(doc! { "title": "Below", "parent": as_oid(shelf).to_hex() }).await.unwrap();
    let products = database.database().collection::<Document>("products");
    products
        .insert_one(doc! { "_id": "ab".repeat(12), "title": "By text", "category": as_oid(shelf), "price": 1 })
        .await
        .unwrap();
    products.insert_one(doc! { "title": "In a text", "category": as_oid(shelf).to_hex(), "price": 1 }).await.unwrap();
    let feed = CatalogueFeed::start(&database).await.unwrap();
    assert_eq!(feed.current().products().count(), 0);
    assert_eq!(feed.current().categories().count(), 2);
    assert_eq!(skipped(&database, "products").as_deref(), Some("2"));
    assert_eq!(skipped(&database, "categories").as_deref(), Some("1"));
    let held = database.held(shelf.0).await.unwrap().unwrap();
    assert_eq!(database.remove_category(&held, Content::None).await.unwrap(), WriteOutcome::NotEmpty);
    // Where it all goes elsewhere, what named its category by a text is mended on the way.
    assert_eq!(database.remove_category(&held, Content::To(other.0)).await.unwrap(), WriteOutcome::Done);
    feed.catch_up().await.unwrap();
    assert_eq!(feed.current().products().count(), 1);
    assert_eq!(feed.current().subcategories(Some(other)).len(), 1);
}

/// Two stores are two processes: what one of them removes, the other one puts nothing into.
#[tokio::test]
async fn nothing_is_ever_put_into_a_category_that_is_not_there() {
    let database = database().await;
    let elsewhere = open(database.database_name()).await;
    let mut sold = dialogues::shop::Product {
        id: ProductId::of_key("tea"),
        title: "Tea".into(),
        category: CategoryId::of_key("nowhere"),
        price: money(100),
        ..dialogues::shop::Product::default()
    };
    let stamps = database.first_stamps();
    assert_eq!(database.add(&sold, stamps, None).await.unwrap(), WriteOutcome::NoCategory(sold.category));
    let (mut kept, mut removed) = (0, 0);
    for round in 0..30_u8 {
        let category = CategoryId(Id([round + 1; 12]));
        let shelf =
            dialogues::shop::Category { id: category, title: "S".into(), ..dialogues::shop::Category::default() };
        assert_eq!(database.add(&shelf, stamps, None).await.unwrap(), WriteOutcome::Done);
        let held = elsewhere.held(category.0).await.unwrap().unwrap();
        (sold.id, sold.category) = (ProductId(Id([round + 100; 12])), category);
        let (added, gone) =
            tokio::join!(database.add(&sold, stamps, None), elsewhere.remove_category(&held, Content::None));
        match (added.unwrap(), gone.unwrap()) {
            (WriteOutcome::Done, WriteOutcome::NotEmpty) => kept += 1,
            (WriteOutcome::NoCategory(_), WriteOutcome::Done) => removed += 1,
            both => panic!("{both:?}"),
        }
    }
    assert_eq!(kept + removed, 30);
    let feed = CatalogueFeed::start(&database).await.unwrap();
    assert_eq!(feed.current().misplaced(), []);

    // The same for what is moved; and what stays where it is may be changed although that place is gone.
    database.database().collection::<Document>("products").insert_one(product("orphan", 1)).await.unwrap();
    let held = database.held::<dialogues::shop::Product>(ProductId::of_key("orphan").0).await.unwrap().unwrap();
    let mut next = held.thing.clone();
    next.stock = dialogues::shop::Stock::Count(5);
    assert!(matches!(database.replace(&held, &next).await.unwrap(), ReplaceOutcome::Done(_)));
    let moved = dialogues::shop::Product { category: CategoryId::of_key("nowhere"), ..next.clone() };
    let held = database.held::<dialogues::shop::Product>(next.id.0).await.unwrap().unwrap();
    assert_eq!(database.replace(&held, &moved).await.unwrap(), ReplaceOutcome::NoCategory(moved.category));
    let orphan = Misplaced::NoCategory { product: next.id, category: next.category };
    soon(feed.catch_up()).await.unwrap();
    assert_eq!(feed.current().misplaced(), [orphan]);
    assert!(database.metrics().text().contains("shopkeeper_catalogue_misplaced{kind=\"no_category\"} 1"));
}

#[tokio::test]
async fn an_order_of_any_total_reads_back() {
    let database = database().await;
    let mut placed = order(7, 99);
    placed.lines[0].price = dialogues::shop::Money::MAX;
    placed.lines = vec![placed.lines[0].clone(); 50];
    placed.total = placed.lines.iter().map(|line| line.price.times(line.quantity)).sum();
    database.keep_past_order(&placed, 7).await.unwrap();
    assert_eq!(database.order(placed.number).await.unwrap().unwrap().order, placed);
    assert_eq!(database.orders_of(7, 10).await.unwrap(), [placed]);
}

#[tokio::test]
async fn a_customer_whom_a_person_has_written_is_mailed_and_one_without_a_number_is_not() {
    let database = database().await;
    let users = database.database().collection::<Document>("users");
    users.insert_one(doc! { "_id": 5_i32, "language": "en", "version": 1 }).await.unwrap();
    users.insert_one(doc! { "_id": "five", "language": "en", "version": 1 }).await.unwrap();
    assert_eq!(database.count_recipients(dialogues::shop::Segment::default(), None).await.unwrap(), 1);
    let rows = database.database().collection::<Document>("ledger");
    let mailing = ObjectId::new();
    rows.insert_one(doc! { "_id": { "mailing": mailing, "user": 5_i32 }, "round": 0, "version": 1 }).await.unwrap();
    let ledger = database.ledger(MailingId(Id(mailing.bytes()))).await.unwrap();
    assert_eq!(ledger.iter().map(|row| row.user).collect::<Vec<_>>(), [5]);
}
