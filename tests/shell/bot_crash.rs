//! The real program, killed, cut off from MongoDB, and brought back.

use std::process::Stdio;
use std::sync::Arc;

use bson::{Document, doc};
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::simulator::{HoldPoint, Release};
use shopkeeper::store::{Store, StoreOptions};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

use super::support::shop::{ANNA, Shop, bring, quiet};
use super::support::{database, noon, ports, soon, until};

/// `shopkeeper serve`, polling the test's simulator.
fn serve(shop: &Shop, mongodb: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_shopkeeper"))
        .arg("serve")
        .env("SHOPKEEPER_TOKEN", &shop.token)
        .env("SHOPKEEPER_API_URL", &shop.telegram.base_url)
        .env("SHOPKEEPER_DATABASE", shop.store.database_name())
        .env("MONGODB_URI", mongodb)
        .env("RUST_LOG", "debug")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// Kills the program as the kernel would: no time for a last word.
async fn kill(mut program: Child) -> String {
    program.start_kill().unwrap();
    let mut log = String::new();
    program.stderr.take().unwrap().read_to_string(&mut log).await.unwrap();
    program.wait().await.unwrap();
    log
}

/// Waits until a new program polls: the poll of a killed one is held until it ends by itself.
async fn polls_anew(shop: &Shop, before: u64) {
    soon(shop.telegram.simulator.wait_until(&shop.token, |simulator| simulator.polls(&shop.token) > before)).await;
}

async fn confirmed(shop: &Shop) {
    soon(shop.telegram.simulator.wait_until(&shop.token, |simulator| simulator.pending(&shop.token) == 0)).await;
}

/// A MongoDB of the test's own: fail points belong to a whole server.
pub(super) async fn own_store() -> (Mongod, Store) {
    let mongod = Mongod::start(MongodOptions::of_tests()).await.unwrap();
    let clock = shopkeeper::clock::Clock::virtual_at(noon());
    let store = Store::open(mongod.uri(), "crash", clock, StoreOptions::default()).await.unwrap();
    store.prepare().await.unwrap();
    (mongod, store)
}

/// Sets a fail point for all commands that write dialogues; `mode` is `alwaysOn` or `off`.
pub(super) async fn dialogues_fail(uri: &str, mode: &str, how: Document) {
    let client = mongodb::Client::with_uri_str(uri).await.unwrap();
    let mut data = doc! { "failCommands": ["insert", "update"], "namespace": "crash.dialogues" };
    data.extend(how);
    let point = doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data };
    client.database("admin").run_command(point).await.unwrap();
}

#[tokio::test]
async fn killed_right_after_the_commit_an_update_counts_once_and_its_screen_is_shown() {
    let mongod = Mongod::shared().await.unwrap();
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let simulator = shop.telegram.simulator.clone();
    let first = serve(&shop, mongod.uri());
    polls_anew(&shop, 0).await;
    // The first message can only be on its way when the turn is committed.
    let hold = simulator.hold(&shop.token, "sendMessage", Some(ANNA), HoldPoint::Before);
    simulator.say(&shop.token, ANNA, "/start").unwrap();
    soon(simulator.wait_until(&shop.token, |simulator| simulator.held(&shop.token, hold) == 1)).await;
    let log = kill(first).await;
    simulator.release(&shop.token, hold, Release::Discard);
    let loaded = shop.store.load(ANNA).await.unwrap();
    assert_eq!(
        loaded.snapshot.conversation.map(|conversation| conversation.dialogue.name()),
        Some("Menu.Greeting".into())
    );
    assert!(shop.seen().iter().all(|text| !text.contains("Welcome")), "{:?}", shop.seen());
    let polls = simulator.polls(&shop.token);
    simulator.redeliver(&shop.token);
    let second = serve(&shop, mongod.uri());
    polls_anew(&shop, polls).await;
    confirmed(&shop).await;
    let welcomed = |texts: Vec<String>| texts.iter().filter(|text| text.contains("Welcome")).count();
    let told = || simulator.wait_until(&shop.token, |_| welcomed(shop.seen()) > 0);
    soon(told()).await;
    assert_eq!(welcomed(shop.seen()), 1);
    assert_eq!(shop.store.load(ANNA).await.unwrap().revision, loaded.revision, "it was not played again");
    let log = log + &kill(second).await;
    assert!(log.contains("the shop is open"), "the log is read: {log}");
    let key = shop.token.split(':').nth(1).unwrap();
    assert!(!log.contains(&format!(":{key}")), "the token is in the log");
    assert!(!log.contains("Anna"), "a name is in the log");
}

#[tokio::test]
async fn killed_right_before_the_commit_an_update_is_played_after_the_restart() {
    let (mongod, store) = own_store().await;
    let shop = Shop::open(store).await;
    let simulator = shop.telegram.simulator.clone();
    let first = serve(&shop, mongod.uri());
    polls_anew(&shop, 0).await;
    // Everything is decided, and MongoDB does not take it.
    dialogues_fail(mongod.uri(), "alwaysOn", doc! { "errorCode": 10107, "errorLabels": ["RetryableWriteError"] }).await;
    let update = simulator.say(&shop.token, ANNA, "/start").unwrap();
    let tried = shop.store.clone();
    until("a commit was tried", async || fail_point_count(&mongod).await > 0).await;
    kill(first).await;
    dialogues_fail(mongod.uri(), "off", doc! {}).await;
    assert!(tried.load(ANNA).await.unwrap().snapshot.conversation.is_none(), "nothing was committed");
    assert!(!simulator.confirmed(&shop.token, update), "Telegram was not told that it is done");
    let polls = simulator.polls(&shop.token);
    let second = serve(&shop, mongod.uri());
    polls_anew(&shop, polls).await;
    confirmed(&shop).await;
    assert_eq!(tried.load(ANNA).await.unwrap().snapshot.conversation.unwrap().dialogue.name(), "Menu.Greeting");
    kill(second).await;
}

/// How often the fail point `failCommand` has been met.
async fn fail_point_count(mongod: &Mongod) -> i64 {
    let client = mongodb::Client::with_uri_str(mongod.uri()).await.unwrap();
    let status =
        client.database("admin").run_command(doc! { "getParameter": 1, "failpoint.failCommand": 1 }).await.unwrap();
    let point = status.get_document("failpoint.failCommand").unwrap();
    point.get("timesEntered").and_then(|count| count.as_i64().or(count.as_i32().map(i64::from))).unwrap_or(0)
}

#[tokio::test]
async fn while_mongodb_is_away_the_webhook_says_later_and_loses_nothing() {
    let (mongod, store) = own_store().await;
    let shop = Shop::open(store).await;
    let bot = shop.bot().await;
    assert_eq!(bring(&bot, &shop.text("/start")).await, 200);
    quiet(&bot).await;
    dialogues_fail(mongod.uri(), "alwaysOn", doc! { "closeConnection": true }).await;
    let cart = shop.text("/cart");
    assert_eq!(bring(&bot, &cart).await, 503);
    assert_eq!(bring(&bot, &shop.text("/profile")).await, 503);
    dialogues_fail(mongod.uri(), "off", doc! {}).await;
    assert_eq!(bring(&bot, &cart).await, 200, "Telegram brings it again");
    quiet(&bot).await;
    assert_eq!(shop.store.load(ANNA).await.unwrap().snapshot.conversation.unwrap().dialogue.name(), "Cart.Adjusting");
    bot.stop().await;
}

#[tokio::test]
async fn while_mongodb_is_away_polling_waits_and_loses_nothing() {
    let (mongod, store) = own_store().await;
    let shop = Shop::open(store).await;
    let simulator = shop.telegram.simulator.clone();
    let bot = shop.polling_bot().await;
    dialogues_fail(mongod.uri(), "alwaysOn", doc! { "closeConnection": true }).await;
    let texts = ["/start", "/cart", "/profile"];
    let updates = texts.map(|text| simulator.say(&shop.token, ANNA, text).unwrap());
    until("two commits were tried", async || fail_point_count(&mongod).await >= 2).await;
    assert!(updates.iter().all(|update| !simulator.confirmed(&shop.token, *update)));
    dialogues_fail(mongod.uri(), "off", doc! {}).await;
    confirmed(&shop).await;
    let loaded = shop.store.load(ANNA).await.unwrap();
    assert_eq!(loaded.snapshot.conversation.unwrap().dialogue.name(), "Profile.Viewing");
    assert_eq!(loaded.updates.len(), 3, "each was played, once");
    bot.stop().await;
}

#[tokio::test]
async fn a_webhook_that_telegram_calls_is_the_same_path() {
    let database = database().await;
    let shop = Arc::new(Shop::open(database.store.clone()).await);
    let simulator = shop.telegram.simulator.clone();
    let port = ports::leased();
    let mut program = Command::new(env!("CARGO_BIN_EXE_shopkeeper"));
    let program = program
        .arg("serve")
        .env("SHOPKEEPER_TOKEN", &shop.token)
        .env("SHOPKEEPER_API_URL", &shop.telegram.base_url)
        .env("SHOPKEEPER_DATABASE", shop.store.database_name())
        .env("MONGODB_URI", Mongod::shared().await.unwrap().uri())
        .env("SHOPKEEPER_PORT", port.to_string())
        .env("SHOPKEEPER_WEBHOOK_URL", format!("http://127.0.0.1:{port}/telegram"))
        .env("SHOPKEEPER_WEBHOOK_SECRET", "s3cret")
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    soon(simulator.wait_until(&shop.token, |simulator| simulator.listens(&shop.token))).await;
    simulator.say(&shop.token, ANNA, "/start").unwrap();
    confirmed(&shop).await;
    simulator.say(&shop.token, ANNA, "/profile").unwrap();
    confirmed(&shop).await;
    assert_eq!(shop.store.load(ANNA).await.unwrap().snapshot.conversation.unwrap().dialogue.name(), "Profile.Viewing");
    drop(program);
}
