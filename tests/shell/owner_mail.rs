//! What owners send to `/mail`, as Telegram brings it: formatting and albums; and owners who are a group.

use std::time::Duration;

use dialogues::buttons::Action;
use serde_json::{Value, json};
use shell::schema::schema;
use shopkeeper::bot::Shopkeeper;
use shopkeeper::config::{Secret, Transport};
use shopkeeper::simulator::{Disturbance, Fault};
use teloxide::types::ChatId;

use super::support::database;
use super::support::shop::{ANNA, Shop, bring, quiet};

/// A bot whose owners are these.
async fn bot(shop: &Shop, owners: Vec<i64>) -> Shopkeeper {
    let url = "http://127.0.0.1:9/hook".parse().unwrap();
    let door = Transport::Webhook { url, secret: Secret::new("open-sesame"), certificate: None, connections: 20 };
    let parts = shopkeeper::bot::ShopParts { owners, ..shop.parts(schema()) };
    Shopkeeper::start(parts, door, 0).await.unwrap()
}

async fn say(bot: &Shopkeeper, shop: &Shop, more: &Value) {
    let mut update = shop.text("");
    let message = update["message"].as_object_mut().unwrap();
    message.remove("text");
    message.extend(more.as_object().unwrap().clone());
    assert_eq!(bring(bot, &update).await, 200);
    quiet(bot).await;
}

fn photo(file: &str, more: Value) -> Value {
    let size = json!({ "file_id": file, "file_unique_id": file, "width": 320, "height": 240, "file_size": 1000 });
    let mut photo = json!({ "photo": [size] });
    photo.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    photo
}

#[tokio::test]
async fn a_letter_keeps_its_authors_formatting() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = bot(&shop, vec![ANNA]).await;
    assert_eq!(bring(&bot, &shop.text("/mail")).await, 200);
    let entities = json!([
        { "type": "bold", "offset": 0, "length": 3 },
        { "type": "text_link", "offset": 9, "length": 4, "url": "https://shop.example/tea" },
        { "type": "italic", "offset": 14, "length": 6 },
    ]);
    say(&bot, &shop, &json!({ "text": "New from here tea 🍵 & <co>", "entities": entities })).await;
    let seen = shop.seen();
    assert!(seen.iter().any(|text| text.starts_with("**New** from here __tea 🍵__")), "{seen:?}");
    let conversation = shop.store.load(ANNA).await.unwrap().snapshot.conversation.unwrap();
    let stored = serde_json::to_value(&conversation.dialogue).unwrap();
    let html = "<b>New</b> from <a href=\"https://shop.example/tea\">here</a> <i>tea 🍵</i> &amp; &lt;co&gt;";
    assert_eq!(stored["letter"]["words"]["html"], html);
    // Elsewhere formatting is no obstacle.
    assert_eq!(bring(&bot, &shop.text("/profile")).await, 200);
    assert_eq!(bring(&bot, &shop.tap(Action::Edit(dialogues::buttons::Field::Name)).await).await, 200);
    say(&bot, &shop, &json!({ "text": "Olga", "entities": [{ "type": "bold", "offset": 0, "length": 4 }] })).await;
    let name = shop.store.load(ANNA).await.unwrap().snapshot.customer.unwrap().name.unwrap();
    assert_eq!(name.as_str(), "Olga");
    bot.stop().await;
}

#[tokio::test]
async fn an_album_is_one_letter_with_its_first_picture_and_its_text() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = bot(&shop, vec![ANNA]).await;
    for caption_under in [0, 1] {
        assert_eq!(bring(&bot, &shop.text("/mail")).await, 200);
        for place in 0..3 {
            let album = format!("album-{caption_under}");
            let mut more = json!({ "media_group_id": album });
            if place == caption_under {
                more["caption"] = "Three teapots".into();
                more["caption_entities"] = json!([{ "type": "bold", "offset": 0, "length": 5 }]);
            }
            say(&bot, &shop, &photo(&format!("{album}-{place}"), more)).await;
        }
        let conversation = shop.store.load(ANNA).await.unwrap().snapshot.conversation.unwrap();
        let letter = serde_json::to_value(&conversation.dialogue).unwrap()["letter"].clone();
        assert_eq!(letter["words"]["body"], "Three teapots");
        assert_eq!(letter["words"]["html"], "<b>Three</b> teapots");
        assert!(letter["picture"].as_str().unwrap().ends_with(&format!("album-{caption_under}-0")), "{letter}");
    }
    let told = shop.seen().iter().filter(|text| text.contains("one picture")).count();
    assert_eq!(told, 2, "once for each album: {:?}", shop.seen());
    bot.stop().await;
}

#[tokio::test]
async fn a_group_of_owners_is_followed_when_it_becomes_a_supergroup() {
    const GROUP: i64 = -500;
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = bot(&shop, vec![GROUP]).await;
    // Any chat that the bot may write to stands for the supergroup.
    let mishap = Fault::Migrated { to: ANNA };
    let moved =
        Disturbance { method: "sendMessage".into(), person: Some(GROUP), times: 1, delay: Duration::ZERO, mishap };
    shop.telegram.simulator.disturb(&shop.token, moved);
    let view = dialogues::machine::View::text(dialogues::texts::Html::escape("a new order"));
    for _ in 0..2 {
        let sent = bot.screen().send(ChatId(GROUP), &[], &view, 0).await;
        assert!(sent.is_ok(), "{sent:?}");
    }
    // The second one goes there at once: nothing answers for the group any more.
    assert_eq!(shop.seen(), ["a new order", "a new order"]);
    bot.stop().await;
}
