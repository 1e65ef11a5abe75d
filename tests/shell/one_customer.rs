//! Whatever one customer does, or is stuck in, the others are served.

use std::time::Duration;

use bson::{Document, doc};
use chrono::TimeDelta;
use dialogues::buttons::Action;
use dialogues::shop::ProductId;
use futures::future::join_all;
use serde_json::json;
use shell::schema::schema;
use shopkeeper::api::Api;
use shopkeeper::bot::{ShopParts, Shopkeeper};
use shopkeeper::check::Verdict;
use shopkeeper::clock::Clock;
use shopkeeper::config::{Secret, Transport};
use shopkeeper::simulator::{HoldPoint, Person, Release};

use super::supervised::{checked, readiness};
use super::support::shop::{ANNA, Shop, bring, quiet};
use super::support::{database, noon, oid, soon};

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

/// A bot with a webhook, by a clock that the test moves.
async fn called(shop: &Shop, clock: &Clock) -> Shopkeeper {
    let url = "http://127.0.0.1:9/hook".parse().unwrap();
    let door = Transport::Webhook { url, secret: Secret::new("open-sesame"), certificate: None, connections: 20 };
    let parts = ShopParts { clock: clock.clone(), ..shop.parts(schema()) };
    Shopkeeper::start(parts, door, 0).await.unwrap()
}

/// How often Anna was told that updates of hers are skipped.
fn told(shop: &Shop) -> usize {
    shop.seen().iter().filter(|text| text.contains("I have skipped the latest of it")).count()
}

/// How many updates may come at once.
const BURST: u16 = 60;

#[tokio::test]
async fn who_sends_far_too_much_is_told_once_and_what_is_skipped_has_not_happened() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    meet_boris(&shop);
    let sencha = ProductId::of_key("sencha");
    let products = shop.store.database().collection::<Document>("products");
    let plenty = doc! { "$set": { "stock": 1_000 } };
    assert_eq!(products.update_one(doc! { "_id": oid(sencha) }, plenty).await.unwrap().matched_count, 1);
    let clock = Clock::virtual_at(noon());
    let bot = called(&shop, &clock).await;
    shop.open_card(&bot, "sencha").await;
    assert_eq!(bring(&bot, &shop.tap(Action::AddToCart(None)).await).await, 200);
    assert_eq!(bring(&bot, &shop.text("/cart")).await, 200);
    let mut taps = Vec::new();
    for _ in 0..200 {
        taps.push(shop.tap(Action::LineMore(sencha)).await);
    }
    let answers = join_all(taps.iter().map(|tap| bring(&bot, tap))).await;
    assert!(answers.iter().all(|answer| *answer == 200), "what is skipped is taken: {answers:?}");
    quiet(&bot).await;
    let played = BURST - 3;
    assert_eq!((shop.in_cart("sencha").await, told(&shop)), (1 + played, 1), "{:?}", shop.seen());
    assert!(shop.store.metrics().text().contains("shopkeeper_updates_too_fast_total 143"));
    // Silence; and nothing is asked of the store.
    let before = shop.store.load(ANNA).await.unwrap();
    assert_eq!(bring(&bot, &shop.text("/profile")).await, 200);
    assert_eq!(bring(&bot, &boris_says(9001, "/start")).await, 200, "nobody else notices");
    quiet(&bot).await;
    assert_eq!((shop.store.load(ANNA).await.unwrap().updates, told(&shop)), (before.updates, 1));
    // What is brought again is played now: once.
    clock.advance(TimeDelta::seconds(10));
    for _ in 0..2 {
        assert_eq!(bring(&bot, taps.last().unwrap()).await, 200);
    }
    quiet(&bot).await;
    assert!(shop.in_cart("sencha").await <= 2 + played, "{}", shop.in_cart("sencha").await);
    assert_eq!(bring(&bot, &shop.text("/profile")).await, 200);
    quiet(&bot).await;
    assert!(shop.seen().last().unwrap().contains("profile"), "{:?}", shop.seen());
    assert_eq!(told(&shop), 1);
    bot.stop().await;
}

#[tokio::test]
async fn while_polling_a_flood_is_confirmed_without_a_write_and_the_others_are_served() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    meet_boris(&shop);
    let (simulator, token) = (shop.telegram.simulator.clone(), shop.token.clone());
    for _ in 0..1_000 {
        simulator.say(&token, ANNA, "/cart").unwrap();
    }
    simulator.say(&token, BORIS, "/start").unwrap();
    let bot = shop.polling_bot().await;
    soon(simulator.wait_until(&token, |simulator| !simulator.chat(&token, BORIS).bubbles.is_empty())).await;
    soon(simulator.wait_until(&token, |simulator| simulator.pending(&token) == 0)).await;
    quiet(&bot).await;
    assert_eq!(shop.store.load(ANNA).await.unwrap().updates.len(), usize::from(BURST));
    assert_eq!((told(&shop), postponed(&shop).await), (1, 0), "{:?}", shop.seen());
    bot.stop().await;
}

#[tokio::test]
async fn a_customer_whom_telegram_is_slow_to_show_anything_costs_nobody_a_reply() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    meet_boris(&shop);
    let clock = Clock::virtual_at(noon());
    let bot = called(&shop, &clock).await;
    let (simulator, token) = (&shop.telegram.simulator, &shop.token);
    let hold = simulator.hold(token, "sendMessage", Some(ANNA), HoldPoint::Before);
    for _ in 0..100 {
        for text in ["/cart", "/profile"] {
            // At a pace that a person keeps.
            clock.advance(TimeDelta::seconds(1));
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
