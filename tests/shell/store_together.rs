//! Turns of many customers at once: one command, and each has its own outcome. What a commit says is kept now.

use bson::{Document, doc};
use dialogues::machine::Effect;
use dialogues::shop::Language;
use futures::future::join_all;
use shell::Owed;
use shopkeeper::store::{CommitOutcome, LoadedCustomer, Store};

use super::support::{cart, conversation, customer, database, order, product, turn};

/// A reply to an update, as it is kept.
fn reply(update: i64) -> Owed {
    let parts = vec![doc! { "toast": "In your cart" }];
    let reply = doc! { "update": update, "at": bson::DateTime::now(), "epoch": 1_i64, "parts": parts };
    bson::deserialize_from_document(reply).unwrap()
}

#[tokio::test]
async fn many_at_once_need_few_commands_and_each_learns_its_own_outcome() {
    let database = database().await;
    let everybody = 1..=60;
    for chat in everybody.clone() {
        turn(&database, chat, 1, &[]).await;
    }
    let loaded: Vec<_> = join_all(everybody.clone().map(|chat| database.load(chat))).await;
    let late = |chat: i64| chat % 7 == 0;
    for chat in everybody.clone().filter(|chat| late(*chat)) {
        turn(&database, chat, 2, &[]).await;
    }
    let before = database.commands();
    let next = conversation(3);
    let commits = everybody.clone().zip(&loaded).map(|(chat, loaded)| {
        let (database, next) = (&database, &next);
        async move { database.commit(chat, 3, loaded.as_ref().unwrap(), Some(next), &[]).await.unwrap() }
    });
    let outcomes = join_all(commits).await;
    let commands = database.commands() - before;
    for (chat, outcome) in everybody.zip(outcomes) {
        let lost = if late(chat) { CommitOutcome::LostRace } else { CommitOutcome::Done };
        assert_eq!(outcome, lost, "{chat}");
        assert_eq!(database.load(chat).await.unwrap().has_seen(3), !late(chat), "{chat}");
    }
    // One alone, the others together, a question, and each loser once more by itself.
    assert!(commands <= 1 + 1 + 1 + 8, "{commands} commands");
}

#[tokio::test]
async fn the_carts_of_many_at_once_are_projected_together_and_none_over_a_newer_one() {
    let database = database().await;
    let everybody = 1..=60;
    for chat in everybody.clone() {
        turn(&database, chat, 1, &[]).await;
    }
    let loaded: Vec<_> = join_all(everybody.clone().map(|chat| database.load(chat))).await;
    let newer = doc! { "_id": 7_i64, "revision": 9_i64, "lines": [] };
    database.database().collection::<Document>("carts").insert_one(newer).await.unwrap();
    let before = database.commands();
    let (next, effects) = (conversation(2), [Effect::keep(cart(3))]);
    let commits = everybody.clone().zip(&loaded).map(|(chat, loaded)| {
        let (database, next, effects) = (&database, &next, &effects);
        async move { database.commit(chat, 2, loaded.as_ref().unwrap(), Some(next), effects).await.unwrap() }
    });
    assert!(join_all(commits).await.iter().all(|outcome| *outcome == CommitOutcome::Done));
    let commands = database.commands() - before;
    // Of dialogues and of carts: one alone, the others together; a question, and the loser once more.
    assert!(commands <= 2 + 2 + 1 + 1, "{commands} commands");
    for chat in everybody {
        let cart = database.load(chat).await.unwrap().snapshot.cart;
        assert_eq!(cart.is_empty(), chat == 7, "{chat}");
    }
}

/// Commits a turn, and holds what it says is kept now against what a load returns.
async fn committed(
    store: &Store,
    loaded: &LoadedCustomer,
    update: u32,
    effects: &[Effect],
    replies: &[Owed],
) -> LoadedCustomer {
    let next = conversation(update);
    let committed = store.commit_with(1, i64::from(update), loaded, Some(&next), effects, replies).await.unwrap();
    let (CommitOutcome::Done, Some(now)) = committed else { panic!("{committed:?}") };
    assert_eq!(now, store.load(1).await.unwrap(), "update {update}: {effects:?}");
    now
}

#[tokio::test]
async fn what_a_commit_says_is_kept_now_is_what_a_load_returns() {
    let database = database().await;
    database.database().collection("products").insert_one(product("tea", 5_i64)).await.unwrap();
    let store = &*database;
    let stranger = store.load(1).await.unwrap();
    let now = committed(store, &stranger, 1, &[Effect::keep(customer()), Effect::keep(cart(2))], &[]).await;
    let now = committed(store, &now, 2, &[], &[reply(2)]).await;
    let now = committed(store, &now, 3, &[Effect::keep(cart(3))], &[reply(2), reply(3)]).await;
    let now = committed(store, &now, 4, &[], &[]).await;
    let renamed = dialogues::shop::Customer { language: Language::Ukrainian, phone: None, ..customer() };
    let now = committed(store, &now, 5, &[Effect::keep(renamed), Effect::SetActive(false)], &[]).await;
    let now = committed(store, &now, 6, &[Effect::SetActive(true), Effect::keep(cart(1))], &[]).await;
    let mut now = committed(store, &now, 7, &[Effect::PlaceOrder(order(7, 1))], &[reply(7)]).await;
    assert!(now.cart.is_empty());
    for update in 8..80 {
        now = committed(store, &now, update, &[], &[]).await;
    }
    let forgotten = store.commit_with(1, 80, &now, None, &[Effect::Forget], &[]).await.unwrap();
    assert_eq!(forgotten, (CommitOutcome::Done, None));
    let now = store.load(1).await.unwrap();
    let now = committed(store, &now, 81, &[Effect::keep(customer())], &[]).await;
    // What nobody can read is written over.
    let broken = doc! { "$set": { "conversation": "?" } };
    store.database().collection::<Document>("dialogues").update_one(doc! {}, broken).await.unwrap();
    let lost = store.load(1).await.unwrap();
    assert!(lost.snapshot.undecodable && lost.revision == now.revision);
    committed(store, &lost, 82, &[], &[]).await;
}
