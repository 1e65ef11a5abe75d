//! Updates that were given up: kept, shown, replayed, dropped.

use std::process::{Output, Stdio};
use std::sync::Arc;

use bson::{Document, doc};
use dialogues::app::Shop as ShopApp;
use dialogues::machine::{Effect, Input, Turn};
use shell::schema::{DecisionInput, schema};
use shopkeeper::mongod::Mongod;
use shopkeeper::store::Store;
use tokio::process::Command;

use super::support::poll::until;
use super::support::shop::{ANNA, Shop, bring, quiet};
use super::support::{database, soon, turn};

async fn letters(store: &Store, arguments: &[&str]) -> Output {
    let uri = Mongod::shared().await.unwrap().uri().to_owned();
    let mut program = Command::new(env!("CARGO_BIN_EXE_shopkeeper"));
    let place = ["--mongodb-uri", &uri, "--database", store.database_name()];
    program.arg("letters").args(arguments).args(place).env_clear().kill_on_drop(true);
    soon(program.stdin(Stdio::null()).output()).await.unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn a_letter_is_shown_without_what_was_written_and_replayed_once_the_defect_is_mended() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let panics = dptree::filter(|scene: Arc<DecisionInput<ShopApp>>| scene.input == Input::Said("Rynok 4".into()));
    let faulty =
        dptree::entry().branch(panics.endpoint(|| async { panic!("a defect in a flow") as Turn })).branch(schema());
    let bot = shop.bot_with(faulty).await;
    assert_eq!(bring(&bot, &shop.text("/start")).await, 200);
    let update = shop.text("Rynok 4");
    let id = update["update_id"].to_string();
    assert_eq!(bring(&bot, &update).await, 200, "it is put aside, not brought for ever");
    quiet(&bot).await;

    let listed = letters(&database, &["list"]).await;
    let line = said(&listed);
    assert!(listed.status.success() && line.contains(&id) && line.contains("the turn panicked"), "{line}");
    let shown = said(&letters(&database, &["show", &id]).await);
    assert!(shown.contains("(7 characters)") && !shown.contains("Rynok") && !shown.contains("Anna"), "{shown}");
    assert!(said(&letters(&database, &["show", &id, "--personal"]).await).contains("Rynok 4"));

    // The defect is still there: it is given up again, under its own id.
    assert!(letters(&database, &["replay", &id]).await.status.success());
    let apologies = || shop.seen().iter().filter(|text| text.contains("something went wrong on my side")).count();
    until("the replay fails", async || apologies() == 2).await;
    until("it is put aside", async || said(&letters(&database, &["list"]).await).contains("replayed 1 times")).await;
    bot.stop().await;

    let bot = shop.bot().await;
    let again = letters(&database, &["replay", &id]).await;
    assert!(again.status.success() && said(&again).contains("plays it within seconds"), "{}", said(&again));
    until("it is answered", async || shop.seen().last().unwrap().contains("have no answer to")).await;
    assert_eq!(apologies(), 2);
    until("nothing waits", async || database.postponed().chats().await.unwrap().is_empty()).await;
    let none = letters(&database, &["list"]).await;
    assert!(said(&none).contains("There are no dead letters."), "{}", said(&none));
    let missing = letters(&database, &["replay", &id]).await;
    assert!(!missing.status.success() && said(&missing).contains("letters list"), "{}", said(&missing));
    bot.stop().await;
}

#[tokio::test]
async fn a_letter_goes_when_it_is_dropped_or_its_customer_is_forgotten_and_one_of_before_cannot_be_replayed() {
    let database = database().await;
    for id in [504, 505] {
        database.dead_letters().add(id, ANNA, "the turn panicked", r#"{"update_id":504}"#).await.unwrap();
    }
    let collection = database.database().collection::<Document>("dead_letters");
    collection.update_one(doc! { "_id": 505_i64 }, doc! { "$unset": { "update": "", "replays": "" } }).await.unwrap();
    let older = letters(&database, &["replay", "505"]).await;
    assert!(!older.status.success() && said(&older).contains("not kept"), "{}", said(&older));
    assert!(letters(&database, &["drop", "504"]).await.status.success());
    assert!(!letters(&database, &["drop", "504"]).await.status.success());
    assert_eq!(collection.count_documents(doc! {}).await.unwrap(), 1);
    turn(&database, ANNA, 1, &[Effect::Forget]).await;
    assert_eq!(collection.count_documents(doc! {}).await.unwrap(), 0);
}
