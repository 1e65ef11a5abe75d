use engine::chat::{Author, KeyboardButton, KeyboardChange};
use engine::transcript::Media;
use strum::IntoEnumIterator;

use super::*;
use crate::{Picture, UserActionError};

async fn newest(world: &World) -> Value {
    world.call("getUpdates", json!({ "offset": -1 })).await[0].clone()
}

#[tokio::test]
async fn only_buttons_on_the_message_can_be_tapped() {
    let world = World::new().await;
    let id = world.send_with_button("Cart", "c").await;
    let wrong = UserActionError::NoSuchData { message: id, data: "d".into() };
    assert_eq!(world.sim.tap(TOKEN, ANNA, id, "d"), Err(wrong));
    assert_eq!(world.sim.tap(TOKEN, ANNA, 99, "c"), Err(UserActionError::NoSuchMessage(99)));
    world.sim.tap_label(TOKEN, ANNA, "Tap").expect("a button");
    let query = newest(&world).await["callback_query"].clone();
    assert_eq!((&query["data"], &query["from"]["id"]), (&json!("c"), &json!(ANNA)));
    assert_eq!(query["message"]["reply_markup"]["inline_keyboard"][0][0]["text"], "Tap");
}

#[tokio::test]
async fn a_reply_keyboard_is_kept_by_the_chat_and_not_told_back() {
    let world = World::new().await;
    let markup = json!({ "keyboard": [[{ "text": "☎", "request_contact": true }], [{ "text": "Menu" }]] });
    let sent = world.call("sendMessage", json!({ "chat_id": ANNA, "text": "x", "reply_markup": markup })).await;
    assert!(sent.get("reply_markup").is_none());
    let rows = vec![
        vec![KeyboardButton { label: "☎".into(), contact: true }],
        vec![KeyboardButton { label: "Menu".into(), contact: false }],
    ];
    assert_eq!(world.chat().keyboard, Some(rows.clone()));
    assert!(matches!(&world.acts()[0], BotAction::Sent(_, KeyboardChange::Shown(shown)) if *shown == rows));
    let remove = json!({ "chat_id": ANNA, "text": "x", "reply_markup": { "remove_keyboard": true } });
    world.call("sendMessage", remove).await;
    assert_eq!(world.chat().keyboard, None);
}

#[tokio::test]
async fn a_contact_says_whose_it_is() {
    let world = World::new().await;
    world.sim.share_contact(TOKEN, ANNA, "+380501112233", true).expect("shared");
    assert_eq!(newest(&world).await["message"]["contact"]["user_id"], ANNA);
    world.sim.share_contact(TOKEN, ANNA, "+380501112233", false).expect("shared");
    assert_ne!(newest(&world).await["message"]["contact"]["user_id"], ANNA);
}

#[tokio::test]
async fn people_edit_forward_and_write_in_groups() {
    let world = World::new().await;
    world.sim.edit_last(TOKEN, ANNA, "/cart").expect("edited");
    let edited = newest(&world).await["edited_message"].clone();
    assert_eq!((&edited["text"], &edited["message_id"]), (&json!("/cart"), &json!(1)));
    assert_eq!(edited["entities"][0]["type"], "bot_command");
    world.sim.forward(TOKEN, ANNA, "news").expect("forwarded");
    assert_eq!(newest(&world).await["message"]["forward_origin"]["type"], "hidden_user");
    world.sim.say_in_group(TOKEN, ANNA, "hello all").expect("said");
    let chat = newest(&world).await["message"]["chat"].clone();
    assert_eq!(chat["type"], "supergroup");
    assert!(world.chat().bubbles.iter().all(|bubble| bubble.author == Author::Person));
}

/// teloxide turns what it cannot read into `UpdateKind::Error`, without an error.
#[tokio::test]
async fn teloxide_reads_every_kind_of_update() {
    use teloxide::types::{Update, UpdateKind};
    let world = World::new().await;
    let id = world.send_with_button("Cart", "c").await;
    for kind in Media::iter() {
        world.sim.send(TOKEN, ANNA, kind).expect("sent");
    }
    world.sim.send_picture(TOKEN, ANNA, Picture::Named("cup.jpg".into()), "My cup").expect("sent");
    world.sim.share_contact(TOKEN, ANNA, "+380501112233", true).expect("shared");
    world.sim.tap(TOKEN, ANNA, id, "c").expect("tapped");
    world.sim.tap_forged(TOKEN, ANNA, 99, "gone").expect("tapped");
    world.sim.edit_last(TOKEN, ANNA, "x").expect("edited");
    world.sim.forward(TOKEN, ANNA, "x").expect("forwarded");
    world.sim.say_in_group(TOKEN, ANNA, "x").expect("said");
    world.sim.block(TOKEN, ANNA).expect("blocked");
    world.sim.unblock(TOKEN, ANNA).expect("unblocked");
    let updates = world.call("getUpdates", json!({})).await;
    for update in updates.as_array().expect("updates") {
        let read: Update = serde_json::from_str(&in_order(update)).expect("an update");
        assert!(!matches!(read.kind, UpdateKind::Error(_)), "{update}");
        if let UpdateKind::Message(message) = &read.kind {
            let empty = matches!(message.kind, teloxide::types::MessageKind::Empty {});
            assert!(!empty, "{update}");
        }
    }
    assert_eq!(updates.as_array().map(Vec::len), Some(16));
    assert_eq!(world.chat().bubbles[8].picture.as_deref(), Some("cup.jpg"));
}

#[tokio::test]
async fn what_people_send_can_be_downloaded_and_sent_on() {
    let world = World::new().await;
    for (kind, field, method) in [
        (Media::Sticker, "sticker", "sendSticker"),
        (Media::Voice, "voice", "sendVoice"),
        (Media::Video, "video", "sendVideo"),
        (Media::Document, "document", "sendDocument"),
    ] {
        world.sim.send(TOKEN, ANNA, kind).expect("sent");
        let sent = newest(&world).await["message"][field].clone();
        let file = world.call("getFile", json!({ "file_id": sent["file_id"] })).await;
        assert_eq!(
            (&file["file_unique_id"], &file["file_size"]),
            (&sent["file_unique_id"], &sent["file_size"]),
            "{field}"
        );
        let url = format!("{}/file/bot{TOKEN}/{}", world.server.base_url, file["file_path"].as_str().expect("a path"));
        let bytes = world.http.get(url).send().await.expect("an answer").bytes().await.expect("bytes");
        assert_eq!(Some(bytes.len() as u64), sent["file_size"].as_u64(), "{field}");
        let again = world.call(method, json!({ "chat_id": ANNA, field: sent["file_id"] })).await;
        assert_eq!(again[field]["file_unique_id"], sent["file_unique_id"], "{field}");
        assert_eq!(again[field]["duration"], sent["duration"], "{field}");
    }
}

/// The update with its number first, as it went over the wire; a `Value` sorts its keys.
fn in_order(update: &Value) -> String {
    let object = update.as_object().expect("an object");
    let (kind, content) = object.iter().find(|(key, _)| *key != "update_id").expect("a kind");
    format!("{{\"update_id\":{},\"{kind}\":{content}}}", update["update_id"])
}

#[tokio::test]
async fn people_act_over_http_and_the_page_is_told() {
    let world = World::new().await;
    let people = format!("{}/sim/v1/bots/{TOKEN}/people", world.server.base_url);
    let body = json!({ "first_name": "Boris" }).to_string();
    let put = world.http.put(format!("{people}/2002")).header("Content-Type", "application/json");
    world.send(put.body(body)).await;
    let post = |deed: &str, wish: Value| {
        let request = world.http.post(format!("{people}/2002/{deed}")).header("Content-Type", "application/json");
        request.body(wish.to_string())
    };
    assert_eq!(world.send(post("say", json!({ "text": "/start" }))).await["update_id"], 2);
    let refused = world.send(post("tap", json!({ "message_id": 1, "data": "x" }))).await;
    assert!(refused["error"].is_string(), "{refused}");

    let mut events = world.http.get(format!("{people}/2002/events")).send().await.expect("a stream");
    let first = next_event(&mut events, "chat").await;
    assert!(first.contains("\"/start\""), "{first}");
    world.call("sendMessage", json!({ "chat_id": 2002, "text": "Welcome" })).await;
    assert!(next_event(&mut events, "chat").await.contains("Welcome"));
}

/// Reads the stream up to the next event of a kind.
async fn next_event(stream: &mut reqwest::Response, kind: &str) -> String {
    let mut text = String::new();
    loop {
        let chunk = stream.chunk().await.expect("a stream").expect("not the end");
        text.push_str(&String::from_utf8_lossy(&chunk));
        if text.contains(&format!("event:{kind}")) && text.ends_with("\n\n") {
            return text;
        }
    }
}

#[tokio::test]
async fn the_page_is_one_page_without_the_internet() {
    let world = World::new().await;
    for path in ["/", "/sim/page.js", "/sim/page.css"] {
        let page = world.http.get(format!("{}{path}", world.server.base_url)).send().await.expect("a page");
        let page = page.text().await.expect("a text");
        assert!(page.len() > 500 && !page.contains("https://") && !page.contains("innerHTML"), "{path}");
    }
}

#[tokio::test]
async fn how_a_button_looks_is_told_back_and_shown() {
    let world = World::new().await;
    let button = json!({ "text": "Delete", "callback_data": "x", "style": "danger", "icon_custom_emoji_id": "5368" });
    let plain = json!({ "text": "Keep", "callback_data": "y", "style": "" });
    let markup = json!({ "inline_keyboard": [[button, plain]] });
    let sent = world.call("sendMessage", json!({ "chat_id": ANNA, "text": "Sure?", "reply_markup": markup })).await;
    let kept = json!([[button, { "text": "Keep", "callback_data": "y" }]]);
    assert_eq!(sent["reply_markup"]["inline_keyboard"], kept);
    let view = format!("{}/sim/v1/bots/{TOKEN}/people/{ANNA}", world.server.base_url);
    let shown = world.send(world.http.get(view)).await["messages"].as_array().expect("messages").last().cloned();
    let shown = shown.expect("a message")["buttons"][0].clone();
    assert_eq!((&shown[0]["style"], &shown[1]["style"]), (&json!("danger"), &Value::Null));
}
