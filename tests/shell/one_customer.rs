//! Whatever one customer does, or is stuck in, the others are served.

use std::time::Duration;

use bson::{Document, doc};
use serde_json::json;
use shell::schema::schema;
use shopkeeper::api::Api;
use shopkeeper::bot::Shopkeeper;
use shopkeeper::check::Verdict;
use shopkeeper::config::Transport;
use shopkeeper::simulator::{HoldPoint, Person, Release};

use super::supervised::{checked, readiness};
use super::support::shop::{ANNA, Shop, bring, quiet};
use super::support::{database, soon};

const BORIS: i64 = 1002;

/// Makes a second customer known to Telegram.
fn meet_boris(shop: &Shop) {
    let boris = Person { id: BORIS, first_name: "Boris".into(), username: None, language_code: Some("en".into()) };
    shop.telegram.simulator.person(&shop.token, boris);
    shop.telegram.simulator.open_chat(&shop.token, BORIS);
}

fn boris_says(update: u32, text: &str) -> serde_json::Value {
    json!({ "update_id": update, "message": {
        "message_id": update, "date": 1_773_489_600, "text": text,
        "chat": { "id": BORIS, "type": "private", "first_name": "Boris" },
        "from": { "id": BORIS, "is_bot": false, "first_name": "Boris", "language_code": "en" },
    }})
}

#[tokio::test]
async fn a_customer_whom_telegram_is_slow_to_show_anything_costs_nobody_a_reply() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    meet_boris(&shop);
    let bot = shop.bot().await;
    let (simulator, token) = (&shop.telegram.simulator, &shop.token);
    let hold = simulator.hold(token, "sendMessage", Some(ANNA), HoldPoint::Before);
    for _ in 0..100 {
        for text in ["/cart", "/profile"] {
            assert_eq!(bring(&bot, &shop.text(text)).await, 200, "committed, however much is not shown");
        }
        assert!(*bot.in_flight().borrow() <= 12, "{} updates are in flight", *bot.in_flight().borrow());
    }
    assert_eq!(bring(&bot, &boris_says(9001, "/start")).await, 200);
    let greeted = simulator.wait_until(token, |simulator| !simulator.chat(token, BORIS).bubbles.is_empty());
    soon(greeted).await;
    simulator.release(token, hold, Release::Proceed);
    quiet(&bot).await;
    let seen = shop.seen();
    assert!(seen.last().unwrap().contains("profile"), "the newest screen is shown: {seen:?}");
    assert!(seen.len() <= 14, "and few of those that it replaces: {}", seen.len());
    bot.stop().await;
}

/// Gives Anna's stored dialogue a version.
async fn written_in_version(shop: &Shop, version: i32) {
    let dialogues = shop.store.database().collection::<Document>("dialogues");
    let update = doc! { "$set": { "version": version } };
    assert_eq!(dialogues.update_one(doc! { "_id": ANNA }, update).await.unwrap().matched_count, 1);
}

/// A bot that polls, with the API beside it.
async fn polling(shop: &Shop) -> Shopkeeper {
    let opened = Shopkeeper::start_beside(shop.parts(schema()), Transport::Polling, 0, |store, feed| {
        let api = Api::new(store.clone(), feed.clone(), &dialogues::world::settings(), Vec::new());
        Some(Box::new(move |rocket| api.mount(rocket)))
    });
    opened.await.unwrap()
}

async fn state(shop: &Shop) -> String {
    shop.store.load(ANNA).await.unwrap().snapshot.conversation.unwrap().dialogue.name()
}

async fn postponed(shop: &Shop) -> u64 {
    shop.store.database().collection::<Document>("postponed").count_documents(doc! {}).await.unwrap()
}

/// Waits until Anna's dialogue is in a state.
async fn comes_to(shop: &Shop, name: &str) {
    let mut ticks = tokio::time::interval(Duration::from_millis(50));
    soon(async {
        while state(shop).await != name || postponed(shop).await > 0 {
            ticks.tick().await;
        }
    })
    .await;
}

#[tokio::test]
async fn while_polling_a_document_of_a_newer_program_makes_only_its_customer_wait_and_loses_nothing() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    meet_boris(&shop);
    let (simulator, token) = (shop.telegram.simulator.clone(), shop.token.clone());
    let bot = polling(&shop).await;
    simulator.say(&token, ANNA, "/start").unwrap();
    let confirmed = || simulator.wait_until(&token, |simulator| simulator.pending(&token) == 0);
    soon(confirmed()).await;
    written_in_version(&shop, 99).await;
    for text in ["/cart", "/catalogue", "/profile"] {
        simulator.say(&token, ANNA, text).unwrap();
    }
    simulator.say(&token, BORIS, "/start").unwrap();
    soon(simulator.wait_until(&token, |simulator| !simulator.chat(&token, BORIS).bubbles.is_empty())).await;
    soon(confirmed()).await;
    assert_eq!(postponed(&shop).await, 3, "what is acknowledged is kept");
    // Behind them, while another batch comes.
    simulator.say(&token, ANNA, "/news").unwrap();
    soon(confirmed()).await;
    assert_eq!(postponed(&shop).await, 4);
    let (status, health) = readiness(&bot).await;
    assert_eq!((status, health), (200, json!({ "status": "degraded", "customers_waiting": 1 })));
    let (verdict, words) = checked(&bot).await;
    assert!(verdict == Verdict::Warning && words.contains("1 customers wait for a newer program"), "{words}");
    assert!(shop.store.metrics().text().contains("shopkeeper_customers_waiting 1"));
    // The next process finds them, too, and plays them in their order once it can.
    bot.stop().await;
    let bot = polling(&shop).await;
    assert_eq!(readiness(&bot).await.1["customers_waiting"], 1);
    written_in_version(&shop, 1).await;
    comes_to(&shop, "News.Reading").await;
    let loaded = shop.store.load(ANNA).await.unwrap();
    assert_eq!(loaded.updates.len(), 5, "each was played once");
    assert!(loaded.updates.iter().is_sorted(), "{:?}", loaded.updates);
    soon(bot.in_flight().wait_for(|count| *count == 0)).await.unwrap();
    // And from then on she is served as everybody is.
    simulator.say(&token, ANNA, "/cart").unwrap();
    comes_to(&shop, "Cart.Adjusting").await;
    assert_eq!(readiness(&bot).await, (200, json!({ "status": "ok" })));
    bot.stop().await;
}

#[tokio::test]
async fn a_webhook_lets_telegram_keep_what_a_newer_program_must_play_and_says_that_somebody_waits() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.bot().await;
    assert_eq!(bring(&bot, &shop.text("/start")).await, 200);
    written_in_version(&shop, 99).await;
    let cart = shop.text("/cart");
    assert_eq!(bring(&bot, &cart).await, 503);
    assert_eq!(bring(&bot, &boris_says(9001, "/start")).await, 200);
    assert!(shop.store.metrics().text().contains("shopkeeper_customers_waiting 1"));
    written_in_version(&shop, 1).await;
    assert_eq!(bring(&bot, &cart).await, 200);
    assert!(shop.store.metrics().text().contains("shopkeeper_customers_waiting 0"));
    assert_eq!(postponed(&shop).await, 0, "Telegram has kept it");
    bot.stop().await;
}
