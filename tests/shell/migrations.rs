//! Older documents are brought up, in memory and by the sweep; newer ones are left to the newer program.

use bson::raw::RawDocumentBuf;
use bson::{Document, doc};
use dialogues::buttons::Action;
use dialogues::machine::Effect;
use shopkeeper::store::migrations::{MIGRATIONS, Migration, at};
use shopkeeper::store::{CommitOutcome, Store, StoreError, Swept};

use super::support::shop::{Shop, bring, quiet};
use super::support::{cart, conversation, customer, database, fresh_name, open, open_with, turn, until};

/// What the program of tomorrow calls what today's calls `keyboard` is stored as `keys` by yesterday's.
const KEYS: Migration = Migration {
    to: 2,
    collection: "dialogues",
    name: "keys are called keyboard",
    bring: |document| {
        if let Some(conversation) = at(document, &["conversation"])
            && let Some(keys) = conversation.remove("keys")
        {
            conversation.insert("keyboard", keys);
        }
    },
};

const NICKNAMES: Migration = Migration {
    to: 2,
    collection: "users",
    name: "nicknames lose their @",
    bring: |document| {
        if let Ok(nickname) = document.get_str("nickname") {
            let bare = nickname.trim_start_matches('@').to_owned();
            document.insert("nickname", bare);
        }
    },
};

/// The migrations of tomorrow's program: those of today's, and more.
fn tomorrow() -> &'static [Migration] {
    Vec::leak([MIGRATIONS, &[KEYS, NICKNAMES]].concat())
}

/// Writes the dialogues of so many chats as yesterday's program did.
async fn yesterday(store: &Store, chats: impl Iterator<Item = i64>) {
    for chat in chats {
        turn(store, chat, 1, &[]).await;
    }
    let older = doc! { "$rename": { "conversation.keyboard": "conversation.keys" } };
    documents(store, "dialogues").update_many(doc! {}, older).await.unwrap();
}

fn documents(store: &Store, collection: &str) -> mongodb::Collection<Document> {
    store.database().collection(collection)
}

async fn versions(store: &Store, collection: &str, version: i32) -> u64 {
    documents(store, collection).count_documents(doc! { "version": version }).await.unwrap()
}

#[tokio::test]
async fn an_older_dialogue_is_brought_up_in_memory_and_written_in_the_newest_version() {
    let old = database().await;
    yesterday(&old, 1..=1).await;
    let new = open_with(old.database_name(), tomorrow()).await;
    let loaded = new.load(1).await.unwrap();
    assert!(!loaded.undecodable && loaded.has_seen(1));
    assert_eq!(new.commit(1, 2, &loaded, Some(&conversation(2)), &[]).await.unwrap(), CommitOutcome::Done);
    let stored = documents(&new, "dialogues").find_one(doc! { "_id": 1 }).await.unwrap().unwrap();
    assert_eq!(stored.get_i32("version").unwrap(), 2);
    assert!(!stored.get_document("conversation").unwrap().contains_key("keys"), "nothing of the old shape stays");
    assert_eq!(new.load(1).await.unwrap().updates, [1, 2]);
}

#[tokio::test]
async fn a_newer_document_is_neither_archived_nor_overwritten() {
    let new = database().await;
    for collection in ["dialogues", "users", "carts"] {
        let chat = 7;
        turn(&new, chat, 1, &[dialogues::machine::Effect::keep(cart(2))]).await;
        documents(&new, "users").insert_one(doc! { "_id": chat, "version": 1 }).await.unwrap();
        documents(&new, collection).update_one(doc! {}, doc! { "$set": { "version": 2 } }).await.unwrap();
        let before = documents(&new, collection).find_one(doc! {}).await.unwrap();
        let error = new.load(chat).await.unwrap_err();
        assert!(error.is_away() && matches!(error, StoreError::Newer { found: 2, known: 1, .. }), "{error}");
        assert_eq!(documents(&new, collection).find_one(doc! {}).await.unwrap(), before);
        assert_eq!(documents(&new, "archive").count_documents(doc! {}).await.unwrap(), 0);
        new.wipe().await.unwrap();
    }
}

#[tokio::test]
async fn a_turn_that_meets_a_newer_document_comes_again_and_is_played_by_the_newer_program() {
    let old = database().await;
    let shop = Shop::open(old.store.clone()).await;
    let bot = shop.bot().await;
    shop.open_card(&bot, "sencha").await;
    let newer = shop.elsewhere(open_with(old.database_name(), tomorrow()).await);
    newer.store.migrate().await.unwrap();
    let tap = shop_tap(&newer, Action::AddToCart(None)).await;
    assert_eq!(bring(&bot, &tap).await, 503, "the old program lets it come again");
    // Until the newer one is the active process, the update waits at Telegram.
    bot.stop().await;
    let next = newer.bot().await;
    assert_eq!(bring(&next, &tap).await, 200);
    assert_eq!(newer.in_cart("sencha").await, 1);
    quiet(&next).await;
}

async fn shop_tap(shop: &Shop, act: Action) -> serde_json::Value {
    shop.tap(act).await
}

#[tokio::test]
async fn the_sweep_brings_up_everything_once() {
    let old = database().await;
    yesterday(&old, 1..=1200).await;
    documents(&old, "users").insert_one(doc! { "_id": 5_i64, "nickname": "@anna", "version": 1 }).await.unwrap();
    let new = open_with(old.database_name(), tomorrow()).await;
    assert_eq!(new.migrate().await.unwrap(), Swept { brought: 1201, missed: 0 });
    assert_eq!((versions(&new, "dialogues", 2).await, versions(&new, "users", 2).await), (1200, 1));
    assert_eq!(new.load(5).await.unwrap().snapshot.customer.unwrap().nickname.as_deref(), Some("anna"));
    assert_eq!(new.migrate().await.unwrap(), Swept::default(), "there is nothing left");
}

#[tokio::test]
async fn a_document_that_is_no_valid_bson_stays_as_it_is_and_stops_no_sweep() {
    let old = database().await;
    let marked = doc! { "_id": 4_i64, "nickname": "QQQQ", "version": 1 };
    let mut bytes = RawDocumentBuf::try_from(&marked).unwrap().into_bytes();
    let place = bytes.windows(4).position(|four| four == b"QQQQ").unwrap();
    bytes[place] = 0xff;
    let spoilt = RawDocumentBuf::from_bytes(bytes).unwrap();
    old.database().collection::<RawDocumentBuf>("users").insert_one(&spoilt).await.unwrap();
    documents(&old, "users").insert_one(doc! { "_id": 5_i64, "nickname": "@anna", "version": 1 }).await.unwrap();
    let new = open_with(old.database_name(), tomorrow()).await;
    new.prepare().await.unwrap();
    assert_eq!((versions(&new, "users", 2).await, versions(&new, "users", 1).await), (1, 1));
    let left = new.database().collection::<RawDocumentBuf>("users").find_one(doc! { "_id": 4_i64 }).await.unwrap();
    assert_eq!(left, Some(spoilt), "it is not written to");
    let skipped = "shopkeeper_documents_skipped{collection=\"users\"} 1";
    assert!(new.metrics().text().contains(skipped), "{}", new.metrics().text());
}

#[tokio::test]
async fn preparing_sweeps_what_is_looked_at_by_its_fields_at_once_and_dialogues_beside() {
    let old = database().await;
    yesterday(&old, 1..=700).await;
    documents(&old, "users").insert_one(doc! { "_id": 5_i64, "nickname": "@anna", "version": 1 }).await.unwrap();
    let new = open_with(old.database_name(), tomorrow()).await;
    new.prepare().await.unwrap();
    assert_eq!(versions(&new, "users", 2).await, 1);
    until("they are swept", async || versions(&new, "dialogues", 1).await == 0).await;
}

#[tokio::test]
async fn a_turn_of_the_old_program_that_the_sweep_overtakes_loses_its_race() {
    let old = database().await;
    turn(&old, 1, 1, &[]).await;
    let loaded = old.load(1).await.unwrap();
    let new = open_with(old.database_name(), tomorrow()).await;
    new.migrate().await.unwrap();
    let late = old.commit(1, 2, &loaded, Some(&conversation(9)), &[]).await.unwrap();
    assert_eq!(late, CommitOutcome::LostRace);
    assert!(matches!(old.load(1).await, Err(StoreError::Newer { .. })));
}

#[tokio::test]
async fn so_does_one_whose_customers_profile_it_overtakes() {
    let old = database().await;
    turn(&old, 1, 1, &[Effect::keep(customer())]).await;
    let loaded = old.load(1).await.unwrap();
    documents(&old, "dialogues").update_many(doc! {}, doc! { "$set": { "version": 2 } }).await.unwrap();
    let new = open_with(old.database_name(), tomorrow()).await;
    assert_eq!(new.migrate().await.unwrap(), Swept { brought: 1, missed: 0 });
    let kept = documents(&old, "dialogues").find_one(doc! {}).await.unwrap().unwrap();
    assert!(kept.get_i64("revision").ok() > loaded.revision, "{kept}");
}

#[tokio::test]
async fn two_sweeps_and_turns_at_once_lose_nothing() {
    let old = database().await;
    yesterday(&old, 1..=600).await;
    let [one, two] =
        [open_with(old.database_name(), tomorrow()).await, open_with(old.database_name(), tomorrow()).await];
    let turns = async {
        for chat in 1..=600 {
            loop {
                let loaded = one.load(chat).await.unwrap();
                let next = conversation(2);
                let done = one.commit(chat, 2, &loaded, Some(&next), &[]).await.unwrap();
                if done == CommitOutcome::Done {
                    break;
                }
                assert_eq!(done, CommitOutcome::LostRace);
            }
        }
    };
    let (first, second, ()) = tokio::join!(one.migrate(), two.migrate(), turns);
    first.unwrap();
    second.unwrap();
    assert_eq!(versions(&one, "dialogues", 2).await, 600);
    for chat in 1..=600 {
        let loaded = one.load(chat).await.unwrap();
        assert_eq!((loaded.updates.len(), loaded.snapshot.conversation.unwrap().serial), (2, 2), "{chat}");
    }
}

#[tokio::test]
async fn who_comes_after_a_killed_process_waits_for_its_lock_and_goes_on_behind_its_mark() {
    let old = database().await;
    yesterday(&old, 1..=30).await;
    // What a process leaves that was killed after the first 20.
    let done = open_with(old.database_name(), tomorrow()).await;
    let meta = documents(&old, "meta");
    let rest = doc! { "_id": { "$gt": 20 } };
    documents(&old, "dialogues").update_many(rest.clone(), doc! { "$set": { "version": 9 } }).await.unwrap();
    assert_eq!(done.migrate().await.unwrap().brought, 20);
    documents(&old, "dialogues").update_many(rest, doc! { "$set": { "version": 1 } }).await.unwrap();
    let mark = doc! { "$set": { "at": 20_i64 } };
    meta.update_one(doc! { "_id": { "sweep": "dialogues" } }, mark).await.unwrap();
    let until = bson::DateTime::from_chrono(chrono::Utc::now() + chrono::TimeDelta::milliseconds(400));
    meta.insert_one(doc! { "_id": "sweep", "owner": "killed", "until": until }).await.unwrap();
    let next = open_with(old.database_name(), tomorrow()).await;
    assert_eq!(next.migrate().await.unwrap(), Swept { brought: 10, missed: 0 });
    assert!(chrono::Utc::now() > until.to_chrono(), "nobody works beside a lock");
}

#[tokio::test]
async fn without_migrations_a_start_looks_at_no_document() {
    let name = fresh_name();
    open(&name).await.prepare().await.unwrap();
    let again = open_with(&name, &[]).await;
    again.prepare().await.unwrap();
    assert_eq!(again.commands(), 1, "one look at the shape");
}
