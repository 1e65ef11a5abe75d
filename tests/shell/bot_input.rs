//! Updates of a newer Bot API than this program knows, by both doors: what can be read of them counts.

use serde_json::{Value, json};

use super::support::shop::{ANNA, Shop, bring, bring_bytes, quiet};
use super::support::{database, soon};

/// A text of Anna's with something in it that is younger than this program.
fn younger(mut text: Value) -> Value {
    text["message"]["entities"] = json!([
        { "type": "date_time", "offset": 0, "length": 1, "unix_time": 1_796_486_400, "date_time_format": "r" },
        { "type": "hologram", "offset": 1, "length": 2 },
    ]);
    text["message"]["quote"] = json!({ "text": "x", "entities": [{ "type": "hologram" }] });
    text["message"]["forward_origin"] = json!({ "type": "satellite", "date": 1 });
    text
}

fn shows_the_cart(shop: &Shop) -> bool {
    shop.seen().last().is_some_and(|text| text.contains("cart is empty"))
}

#[tokio::test]
async fn a_text_beside_something_younger_is_read_by_the_webhook() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.bot().await;
    assert_eq!(bring(&bot, &younger(shop.text("/cart"))).await, 200);
    quiet(&bot).await;
    assert!(shows_the_cart(&shop), "{:?}", shop.seen());
    bot.stop().await;
}

#[tokio::test]
async fn a_text_beside_something_younger_is_read_by_polling_and_holds_nothing_up() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let (simulator, token) = (&shop.telegram.simulator, &shop.token);
    let bot = shop.polling_bot().await;
    simulator.bring(token, &json!({ "hologram": { "chat": 1 } })).unwrap();
    simulator.bring(token, &json!({ "message": "none" })).unwrap();
    let mut update = younger(shop.text("/cart"));
    update["update_id"] = json!(1_i64 << 32);
    let update = simulator.bring(token, &update).unwrap();
    soon(simulator.wait_until(token, |simulator| simulator.confirmed(token, update))).await;
    quiet(&bot).await;
    assert!(shows_the_cart(&shop), "{:?}", shop.seen());
    let next = simulator.say(token, ANNA, "/help").unwrap();
    assert_eq!(next, (1 << 32) + 1);
    soon(simulator.wait_until(token, |simulator| simulator.confirmed(token, next))).await;
    bot.stop().await;
}

#[tokio::test]
async fn an_update_with_a_large_number_counts_once() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.bot().await;
    let mut update = shop.text("/cart");
    update["update_id"] = json!(1_i64 << 40);
    for _ in 0..2 {
        assert_eq!(bring(&bot, &update).await, 200);
        quiet(&bot).await;
    }
    assert!(shows_the_cart(&shop));
    assert_eq!(shop.seen().iter().filter(|text| text.contains("cart is empty")).count(), 1);
    bot.stop().await;
}

#[tokio::test]
async fn what_is_no_update_is_refused_or_passed_over() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.bot().await;
    for (body, status) in [
        (b"{\"update_id\":1,\"message\":{\"text\":\"\xff\"}}".to_vec(), 400),
        (b"\xfe\xff".to_vec(), 400),
        (b"not JSON".to_vec(), 200),
        (b"{}".to_vec(), 200),
        (vec![b' '; 600 << 10], 413),
    ] {
        assert_eq!(bring_bytes(&bot, body).await, status);
    }
    assert_eq!(bring(&bot, &shop.text("/cart")).await, 200);
    bot.stop().await;
}

#[tokio::test]
async fn in_groups_topics_and_administrators_are_answered_and_channels_are_not() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let (simulator, token) = (&shop.telegram.simulator, &shop.token);
    let bot = shop.polling_bot().await;
    let message = |chat: i64, fields: Value| {
        let mut message = json!({
            "message_id": 1, "date": 1_795_700_000, "text": "/start@shop_bot",
            "chat": { "id": chat, "type": "supergroup", "title": "G" },
            "from": { "id": 7, "is_bot": false, "first_name": "Boris" },
        });
        message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({ "message": message })
    };
    let sender = |id: i64, kind: &str| json!({ "id": id, "type": kind, "title": "C" });
    let (topic, discussion, administrator) = (-1001, -1002, -1003);
    let updates = [
        message(topic, json!({ "message_thread_id": 77, "is_topic_message": true })),
        message(
            discussion,
            json!({
                "is_automatic_forward": true, "sender_chat": sender(-1009, "channel"),
                "from": { "id": 777_000, "is_bot": false, "first_name": "Telegram" },
            }),
        ),
        message(
            administrator,
            json!({
                "sender_chat": sender(administrator, "supergroup"),
                "from": { "id": 1_087_968_824, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot" },
            }),
        ),
    ];
    for update in updates {
        let update = simulator.bring(token, &update).unwrap();
        soon(simulator.wait_until(token, |simulator| simulator.confirmed(token, update))).await;
    }
    quiet(&bot).await;
    let answers = |chat: i64| simulator.chat(token, chat).bubbles;
    let in_topic = answers(topic);
    assert_eq!(in_topic.len(), 1);
    assert_eq!(simulator.topic(token, topic, in_topic[0].id), Some(77));
    assert!(answers(discussion).is_empty(), "the post of a channel is nobody's question");
    assert_eq!(answers(administrator).len(), 1);
    assert!(simulator.faults(token).is_empty());
    bot.stop().await;
}
