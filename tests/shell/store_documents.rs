//! Every shape of a document that was ever stored still decodes.
//!
//! `tests/documents/<collection>-<version>[-<what it shows>].json` holds one document each, in MongoDB's extended
//! JSON. A file is never changed once it was released: a new version gets a new file. `shapes.rs` notices where one is
//! needed.

mod shapes;
mod written;

use std::fs;
use std::path::Path;

use bson::{Document, doc};
use dialogues::shop::{Id, MailingId, PictureId};
use shopkeeper::store::{CatalogueFeed, Store};

use super::support::{database, noon};

/// All stored documents of a collection, with their files' names.
fn documents(collection: &str) -> Vec<(String, Document)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    let mut documents = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name.split('-').next() == Some(collection) {
            documents.push((name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()));
        }
    }
    assert!(!documents.is_empty(), "{collection} has no document in tests/documents");
    documents
}

/// All stored documents, with their collections' names.
pub(crate) fn every_document() -> Vec<(String, Document)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let document = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let collection = name.split('-').next().unwrap().to_owned();
        (collection, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    };
    paths.iter().map(document).collect()
}

async fn insert(store: &Store, collection: &str, document: &Document) {
    store.database().collection::<Document>(collection).insert_one(document).await.unwrap();
}

#[tokio::test]
async fn every_stored_dialogue_decodes() {
    let database = database().await;
    for (chat, (name, mut document)) in (1_i64..).zip(documents("dialogues")) {
        document.insert("_id", chat);
        insert(&database, "dialogues", &document).await;
        let loaded = database.load(chat).await.unwrap();
        // What is kept of whoever is forgotten has no conversation.
        let forgotten = (!loaded.undecodable && loaded.has_seen(504)).then_some("Privacy.Forgotten");
        let conversation = loaded.snapshot.conversation.map(|conversation| conversation.dialogue.name());
        let state = conversation.or(forgotten.map(str::to_owned)).expect(&name);
        // A state may have had another name before.
        let newest = format!("dialogues-{}-", shopkeeper::store::migrations::newest("dialogues"));
        assert!(!name.starts_with(&newest) || name.ends_with(&kebab(&state)), "{name} holds {state}");
    }
}

#[test]
fn every_state_that_is_stored_has_a_document() {
    let files: Vec<String> = documents("dialogues").into_iter().map(|(name, _)| name).collect();
    let newest = shopkeeper::store::migrations::newest("dialogues");
    for state in dialogues::Dialogue::names() {
        let file = format!("dialogues-{newest}-{}", kebab(&state));
        assert!(files.contains(&file), "tests/documents/{file}.json is missing: write one as the store writes it now");
    }
}

/// `Cart.ConfirmingEmpty` as `cart-confirming-empty`.
fn kebab(state: &str) -> String {
    let mut name = String::new();
    for (place, letter) in state.char_indices() {
        if letter.is_uppercase() && place > 0 && !name.ends_with('-') {
            name.push('-');
        }
        name.extend(if letter == '.' { '-' } else { letter }.to_lowercase());
    }
    name
}

#[tokio::test]
async fn every_stored_profile_and_cart_decodes_whole() {
    let database = database().await;
    for (name, document) in documents("users") {
        insert(&database, "users", &document).await;
        let customer = database.load(document.get_i64("_id").unwrap()).await.unwrap().snapshot.customer.unwrap();
        assert_eq!(customer.subscribed, !name.ends_with("unsubscribed"), "{name}");
        assert_eq!(customer.awaited.len(), usize::from(name.ends_with("awaiting")), "{name}");
        assert!(customer.email.is_some() && customer.phone.is_some(), "{name}");
        assert!(customer.name.is_some() && customer.address.is_some(), "{name}");
    }
    for (name, document) in documents("carts") {
        insert(&database, "carts", &document).await;
        let cart = database.load(document.get_i64("_id").unwrap()).await.unwrap().snapshot.cart;
        assert_eq!(cart.lines.len(), document.get_array("lines").unwrap().len(), "{name}");
    }
}

#[tokio::test]
async fn every_stored_order_decodes() {
    let database = database().await;
    for (name, document) in documents("orders") {
        insert(&database, "orders", &document).await;
        let stored = database.order(document.get_str("number").unwrap().parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(stored.order.contact.is_some(), document.contains_key("contact"), "{name}");
        assert_eq!(stored.order.lines[0].left, name.ends_with("low").then_some(2), "{name}");
        if name.ends_with("receipt") {
            let due = Some(noon() + chrono::TimeDelta::minutes(5));
            assert_eq!(database.next_receipt().await.unwrap(), due, "{name}");
        }
    }
}

#[tokio::test]
async fn every_stored_part_of_the_catalogue_decodes() {
    let database = database().await;
    let (products, categories, news) = (documents("products"), documents("categories"), documents("news"));
    for (collection, documents) in [("products", &products), ("categories", &categories), ("news", &news)] {
        for (_, document) in documents {
            insert(&database, collection, document).await;
        }
    }
    let feed = CatalogueFeed::start(&database).await.unwrap();
    let catalogue = feed.current();
    assert_eq!(feed.shelves().news().count(), news.len());
    assert_eq!(catalogue.products().count(), products.len());
    assert_eq!(catalogue.categories().count(), categories.len());
    let drafts = news.iter().filter(|(name, _)| name.ends_with("draft")).count();
    assert_eq!(catalogue.news(chrono::Utc::now(), 100).count(), news.len() - drafts);
}

#[tokio::test]
async fn every_stored_mailing_and_row_of_its_ledger_decodes() {
    let database = database().await;
    for (name, document) in documents("mailings") {
        insert(&database, "mailings", &document).await;
        let id = MailingId(Id(document.get_object_id("_id").unwrap().bytes()));
        let stored = database.mailing(id).await.unwrap().expect(&name);
        assert_eq!(stored.mailing.status.to_string(), document.get_str("status").unwrap(), "{name}");
        assert_eq!(
            i64::from(stored.mailing.tally.sent),
            document.get_document("tally").unwrap().get_i64("sent").unwrap()
        );
        assert_eq!(stored.mailing.letter.button.is_some(), name.ends_with("under-way"), "{name}");
    }
    for (name, document) in documents("ledger") {
        insert(&database, "ledger", &document).await;
        let key = document.get_document("_id").unwrap();
        let rows = database.ledger(MailingId(Id(key.get_object_id("mailing").unwrap().bytes()))).await.unwrap();
        let row = rows.iter().find(|row| row.user == key.get_i64("user").unwrap()).expect(&name);
        assert_eq!(row.outcome.is_some(), document.contains_key("outcome"), "{name}");
        assert_eq!(row.message, document.get_i32("message").ok(), "{name}");
    }
}

#[tokio::test]
async fn every_stored_file_id_decodes() {
    let database = database().await;
    for (name, document) in documents("telegram_files") {
        insert(&database, "telegram_files", &document).await;
        let key = document.get_document("_id").unwrap();
        let known = database.file_ids(key.get_i64("bot").unwrap()).await.unwrap();
        assert!(known.contains_key(&PictureId(key.get_str("picture").unwrap().to_owned())), "{name}");
    }
}

#[tokio::test]
async fn every_stored_key_and_receipt_decodes() {
    let database = database().await;
    for (name, document) in documents("keys") {
        insert(&database, "keys", &document).await;
        let key = database.key(document.get_str("_id").unwrap()).await.unwrap().expect(&name);
        assert_eq!(key.scopes.len(), document.get_array("scopes").unwrap().len(), "{name}");
    }
    for (name, document) in documents("idempotency") {
        insert(&database, "idempotency", &document).await;
        let id = document.get_document("_id").unwrap();
        let receipt = database.receipt(id.get_str("key").unwrap(), id.get_str("name").unwrap()).await.unwrap();
        assert_eq!(receipt.expect(&name).body, document.get_str("body").unwrap());
    }
}

/// Nothing reads these two but people; their files are here for them.
#[tokio::test]
async fn what_is_written_for_people_has_the_shape_of_its_file() {
    let database = database().await;
    database.dead_letters().add(504, 7, "the turn panicked", "{}").await.unwrap();
    let letters = database.database().collection::<Document>("dead_letters");
    let written = letters.find_one(doc! {}).await.unwrap().unwrap();
    let replayable = |(name, _): &(String, Document)| name == "dead_letters-1-replayable";
    let (_, shape) = documents("dead_letters").into_iter().find(replayable).unwrap();
    let names = |document: &Document| {
        let mut names: Vec<String> = document.keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(&written), names(&shape));
}
