//! MongoDB fails in the middle of a turn. Fail points belong to a whole server, so these tests have one of
//! their own, and take turns on it.

use bson::{Document, doc};
use dialogues::machine::Effect;
use mongodb::Database;
use shopkeeper::clock::Clock;
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::store::{CatalogueFeed, CommitOutcome, Store, StoreOptions};

use super::support::{cart, conversation, customer, fresh_name, noon, order, product, soon, tea, turn};

/// PrimarySteppedDown.
const STEPPED_DOWN: i32 = 189;

struct Fragile {
    store: Store,
    // Ends with the test.
    _mongod: Mongod,
}

async fn fragile() -> Fragile {
    let mongod = Mongod::start(MongodOptions::of_tests()).await.unwrap();
    let store =
        Store::open(mongod.uri(), &fresh_name(), Clock::virtual_at(noon()), StoreOptions::default()).await.unwrap();
    store.prepare().await.unwrap();
    Fragile { store, _mongod: mongod }
}

/// Lets the next `times` of a command on a collection fail.
async fn fail(store: &Store, times: i32, command: &str, collection: Option<&str>, how: Document) {
    let mut failing = doc! { "failCommands": [command] };
    if let Some(collection) = collection {
        failing.insert("namespace", format!("{}.{collection}", store.database_name()));
    }
    failing.extend(how);
    set_fail_point(store, doc! { "times": times }, failing).await;
}

async fn set_fail_point(store: &Store, mode: Document, data: Document) {
    let point = doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data };
    admin(store).run_command(point).await.unwrap();
}

/// The driver's client for admin commands is the database's own.
fn admin(store: &Store) -> Database {
    store.database().client().database("admin")
}

fn with_error(code: i32) -> Document {
    doc! { "errorCode": code }
}

#[tokio::test]
async fn what_happens_when_mongodb_fails_in_the_middle_of_a_turn() {
    let fragile = fragile().await;
    let store = &fragile.store;
    one_failure_is_retried(store).await;
    a_third_one_is_away_and_nothing_is_written(store).await;
    those_that_are_committed_together_fail_one_by_one(store).await;
    a_projection_that_fails_is_made_up_for(store).await;
    a_projection_that_comes_late_changes_nothing(store).await;
    an_order_whose_confirmation_is_lost_is_placed_once(store).await;
    a_catalogue_whose_stream_breaks_follows_on(store).await;
}

async fn one_failure_is_retried(store: &Store) {
    turn(store, 1, 1, &[]).await;
    fail(store, 1, "update", Some("dialogues"), doc! { "closeConnection": true }).await;
    turn(store, 1, 2, &[]).await;
    fail(store, 1, "aggregate", Some("dialogues"), doc! { "closeConnection": true }).await;
    assert!(store.load(1).await.unwrap().has_seen(2));
}

async fn a_third_one_is_away_and_nothing_is_written(store: &Store) {
    let loaded = store.load(1).await.unwrap();
    fail(store, 3, "update", Some("dialogues"), doc! { "closeConnection": true }).await;
    let next = conversation(3);
    let effects = [Effect::keep(cart(1))];
    let error = store.commit(1, 3, &loaded, Some(&next), &effects).await.unwrap_err();
    assert!(error.is_away(), "{error}");
    let again = store.load(1).await.unwrap();
    assert!(!again.has_seen(3) && again.cart.is_empty());
}

async fn those_that_are_committed_together_fail_one_by_one(store: &Store) {
    for chat in 100..120 {
        turn(store, chat, 1, &[]).await;
    }
    let before = store.load(101).await.unwrap();
    turn(store, 101, 2, &[]).await;
    let commit = async |chat: i64| {
        let loaded = if chat == 101 { before.clone() } else { store.load(chat).await.unwrap() };
        (chat, store.commit(chat, 3, &loaded, Some(&conversation(3)), &[]).await)
    };
    // The first one is sent alone, and passes; those behind it fail, together and one by one.
    let namespace = format!("{}.dialogues", store.database_name());
    let failing = doc! { "failCommands": ["update"], "namespace": namespace, "closeConnection": true };
    set_fail_point(store, doc! { "skip": 1 }, failing).await;
    let (mut passed, mut failed) = (0, Vec::new());
    for (chat, outcome) in futures::future::join_all((100..120).map(commit)).await {
        let is_written = store.load(chat).await.unwrap().has_seen(3);
        match outcome {
            Ok(CommitOutcome::Done) => assert!(is_written, "{chat}"),
            Ok(lost) => assert_eq!((chat, lost, is_written), (101, CommitOutcome::LostRace, false)),
            Err(error) => {
                assert!(error.is_away() && !is_written, "{chat}: {error}");
                failed.push(chat);
                continue;
            }
        }
        passed += 1;
    }
    assert_eq!((passed, failed.len()), (1, 19));
    admin(store).run_command(doc! { "configureFailPoint": "failCommand", "mode": "off" }).await.unwrap();
    for (chat, outcome) in futures::future::join_all(failed.into_iter().map(commit)).await {
        let lost = if chat == 101 { CommitOutcome::LostRace } else { CommitOutcome::Done };
        assert_eq!(outcome.unwrap(), lost, "{chat}");
    }
}

async fn a_projection_that_fails_is_made_up_for(store: &Store) {
    let loaded = store.load(1).await.unwrap();
    fail(store, 3, "update", Some("carts"), doc! { "closeConnection": true }).await;
    let next = conversation(4);
    let effects = [Effect::keep(cart(4))];
    assert_eq!(store.commit(1, 4, &loaded, Some(&next), &effects).await.unwrap(), CommitOutcome::Done);
    assert_eq!(store.load(1).await.unwrap().snapshot.cart, cart(4));
    assert_eq!(store.mend().await.unwrap(), 1);
    assert_eq!(store.load(1).await.unwrap().snapshot.cart, cart(4));
}

async fn a_projection_that_comes_late_changes_nothing(store: &Store) {
    // The first process is held up between commit and projection, while the second one plays a whole turn.
    fail(store, 1, "update", Some("carts"), doc! { "blockConnection": true, "blockTimeMS": 500 }).await;
    let effects = [Effect::keep(cart(1))];
    let slow = turn(store, 2, 1, &effects);
    let quick = async {
        while store.load(2).await.unwrap().revision.is_none() {}
        assert_eq!(store.load(2).await.unwrap().snapshot.cart, cart(1), "it uses what is not projected yet");
        turn(store, 2, 2, &[Effect::keep(cart(5))]).await;
        // Projected, so that the dialogue no longer holds it.
        turn(store, 2, 3, &[]).await;
    };
    soon(futures::future::join(slow, quick)).await;
    assert_eq!(store.load(2).await.unwrap().snapshot.cart, cart(5));
}

async fn an_order_whose_confirmation_is_lost_is_placed_once(store: &Store) {
    store.database().collection("products").insert_one(product("tea", 5_i64)).await.unwrap();
    for (update, how) in [(5, doc! { "closeConnection": true }), (6, with_error(STEPPED_DOWN))] {
        // Once more than the driver tries by itself.
        fail(store, 2, "commitTransaction", None, how).await;
        turn(store, 1, update, &[Effect::keep(customer()), Effect::PlaceOrder(order(u64::from(update), 1))]).await;
    }
    assert_eq!(store.orders_of(1, 10).await.unwrap().len(), 2);
    let tea = store.database().collection::<Document>("products").find_one(doc! {}).await.unwrap().unwrap();
    assert_eq!(tea.get_i64("stock").unwrap(), 3);
}

async fn a_catalogue_whose_stream_breaks_follows_on(store: &Store) {
    let feed = CatalogueFeed::start(store).await.unwrap();
    let products = store.database().collection::<Document>("products");
    // The driver resumes by itself once; ChangeStreamHistoryLost (286) it hands on to us.
    for (price, how) in [(20_000, doc! { "closeConnection": true }), (30_000, with_error(286))] {
        fail(store, 1, "getMore", None, how).await;
        let mut snapshots = feed.subscribe();
        products.update_one(doc! {}, doc! { "$set": { "price": price } }).await.unwrap();
        let is_so = |catalogue: &std::sync::Arc<dialogues::shop::Catalogue>| {
            catalogue.product(tea()).is_some_and(|product| product.price.minor() == i64::from(price))
        };
        soon(snapshots.wait_for(is_so)).await.unwrap();
    }
}
