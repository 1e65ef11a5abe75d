//! Whatever one customer does, or is stuck in, the others are served.

use serde_json::json;
use shopkeeper::simulator::{HoldPoint, Person, Release};

use super::support::database;
use super::support::shop::{ANNA, Shop, bring, quiet};

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
    super::support::soon(greeted).await;
    simulator.release(token, hold, Release::Proceed);
    quiet(&bot).await;
    let seen = shop.seen();
    assert!(seen.last().unwrap().contains("profile"), "the newest screen is shown: {seen:?}");
    assert!(seen.len() <= 14, "and few of those that it replaces: {}", seen.len());
    bot.stop().await;
}
