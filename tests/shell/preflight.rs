//! A preflight refuses what this program cannot open, says what is wrong without a word of the content, and writes
//! nothing; with a migration the same documents pass, are swept, and turns go on with them.

mod planted;

use std::collections::BTreeMap;
use std::sync::Arc;

use bson::{Document, doc};
use shopkeeper::store::{Findings, PreflightOptions, Store, collections};

use super::store_documents::every_document;
use super::support::{database, noon};

/// A preflight with nobody looking on.
async fn preflight(store: &Store) -> Findings {
    let look = PreflightOptions { settings: Arc::new(dialogues::world::settings()), owners: vec![1], now: noon() };
    store.preflight(&look, |_| {}).await.unwrap()
}

fn told(findings: &Findings) -> String {
    findings.faults.iter().map(|fault| format!("{fault}\n")).collect()
}

fn documents(store: &Store, collection: &str) -> mongodb::Collection<Document> {
    store.database().collection(collection)
}

/// What the whole database is, by collection.
async fn hashes(store: &Store) -> Document {
    let answer = store.database().run_command(doc! { "dbHash": 1 }).await.unwrap();
    answer.get_document("collections").unwrap().clone()
}

/// Every file of `tests/documents/`, stored; dialogues in chats of their own.
async fn healthy(store: &Store) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for (chat, (collection, mut document)) in (2001_i64..).zip(every_document()) {
        if collection == "dialogues" {
            document.insert("_id", chat);
        }
        documents(store, &collection).insert_one(document).await.unwrap();
        *counts.entry(collection).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn a_healthy_database_passes_and_is_not_written_to() {
    let database = database().await;
    let counts = healthy(&database).await;
    let before = hashes(&database).await;
    let findings = preflight(&database).await;
    assert!(findings.pass(), "{}", told(&findings));
    assert_eq!(hashes(&database).await, before, "nothing is written");
    let is_opened = |name: &str| collections::named(name).is_some_and(collections::Descriptor::is_opened);
    for (collection, count) in counts.iter().filter(|(name, _)| is_opened(name)) {
        assert_eq!(findings.opened[collection.as_str()], *count, "{collection}");
    }
    let line = findings.to_string();
    assert!(line.contains("documents opened in") && line.contains("dialogues"), "{line}");
}

#[tokio::test]
async fn a_thousand_documents_with_one_fault_are_one_line() {
    let database = database().await;
    let (_, cart) = every_document().into_iter().find(|(collection, _)| collection == "carts").unwrap();
    for chat in 1..=12_i64 {
        let mut cart = cart.clone();
        cart.insert("_id", chat);
        cart.insert("version", 7);
        documents(&database, "carts").insert_one(cart).await.unwrap();
    }
    let findings = preflight(&database).await;
    assert_eq!(findings.faults.len(), 1);
    assert_eq!(
        findings.faults[0].to_string(),
        "carts (version 7): version 7 is newer than 1, which is the newest that this program knows — 12 documents: \
         1, 2, 3, 4, 5, …"
    );
    let json = serde_json::to_value(&findings).unwrap();
    assert_eq!((&json["faults"][0]["documents"], &json["opened"]["carts"]), (&12.into(), &12.into()));
}
