//! Sending, sending on, and what is done to messages afterwards.

use super::*;

async fn send(world: &World, text: &str) -> i32 {
    id_of(&world.call("sendMessage", json!({ "chat_id": ANNA, "text": text })).await)
}

/// Uploads pictures as one album.
async fn album(world: &World, media: Value, pictures: &[(&str, Vec<u8>)]) -> Value {
    let mut body = Vec::new();
    for (field, value) in [("chat_id", ANNA.to_string()), ("media", media.to_string())] {
        body.extend(format!("--X\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes());
    }
    for (name, bytes) in pictures {
        let head = format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\n\r\n");
        body.extend(head.bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--X--\r\n");
    let request = world.http.post(world.url("sendMediaGroup"));
    world.send(request.header("Content-Type", "multipart/form-data; boundary=X").body(body)).await
}

// <https://core.telegram.org/bots/api#sendmediagroup>; the words are those of `Client.cpp`.
#[tokio::test]
async fn an_album_is_up_to_ten_messages_with_one_group_id() {
    let world = World::new().await;
    let photo = |name: &str| json!({ "type": "photo", "media": format!("attach://{name}") });
    let mut first = photo("one");
    first["caption"] = "<b>Two teas</b>".into();
    first["parse_mode"] = "HTML".into();
    let pictures = [("one", png(40, 30, "1")), ("two", png(30, 40, "2"))];
    let sent = album(&world, json!([first, photo("two")]), &pictures).await;
    let sent = sent["result"].as_array().cloned().expect("two messages");
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0]["caption"], "Two teas");
    assert_eq!(sent[0]["media_group_id"], sent[1]["media_group_id"]);
    assert!(sent[0]["media_group_id"].is_string());
    let alone = album(&world, json!([photo("one")]), &pictures).await;
    assert!(alone["result"][0]["media_group_id"].is_null(), "one picture is no album");

    let refused = |media: Value| async { album(&world, media, &pictures).await["description"].clone() };
    assert_eq!(refused(json!([])).await, "Bad Request: there are no messages to send");
    let eleven = json!(vec![photo("one"); 11]);
    assert_eq!(refused(eleven).await, "Bad Request: too many messages to send as an album");
    let mixed = json!([{ "type": "document", "media": "attach://one" }, photo("two")]);
    assert_eq!(refused(mixed).await, "Bad Request: document can't be mixed with other media types");
    let missing = json!([photo("three")]);
    assert_eq!(refused(missing).await, "Bad Request: attached file \"three\" not found");
}

// <https://core.telegram.org/bots/api#copymessage>, <https://core.telegram.org/bots/api#forwardmessage>.
#[tokio::test]
async fn a_copy_hides_where_it_came_from_and_a_forward_tells() {
    let world = World::new().await;
    world.sim.person(TOKEN, Person { id: 7, ..anna() });
    world.sim.open_chat(TOKEN, 7);
    let id = world.send_with_button("Hello", "h").await;
    let copied = world.call("copyMessage", json!({ "chat_id": 7, "from_chat_id": ANNA, "message_id": id })).await;
    assert_eq!(copied, json!({ "message_id": 1 }), "only the new number is told");
    let chat = world.sim.chat(TOKEN, 7);
    assert_eq!((chat.bubbles[0].text.as_str(), chat.bubbles[0].rows.len()), ("Hello", 0), "buttons are not copied");
    let forward = json!({ "chat_id": 7, "from_chat_id": ANNA, "message_id": id });
    let forwarded = world.call("forwardMessage", forward).await;
    assert_eq!(forwarded["forward_origin"]["type"], "user");
    assert_eq!(forwarded["forward_origin"]["sender_user"]["id"], 4242);
    let gone = json!({ "chat_id": 7, "from_chat_id": ANNA, "message_id": 99 });
    assert_eq!(world.refusal("copyMessage", gone.clone()).await, "Bad Request: message to copy not found");
    assert_eq!(world.refusal("forwardMessage", gone).await, "Bad Request: message to forward not found");
}

// <https://core.telegram.org/bots/api#replyparameters>.
#[tokio::test]
async fn an_answer_carries_what_it_answers() {
    let world = World::new().await;
    let id = send(&world, "Question").await;
    let reply = |id: i32, anyway: bool| {
        let parameters = json!({ "message_id": id, "allow_sending_without_reply": anyway });
        json!({ "chat_id": ANNA, "text": "Answer", "reply_parameters": parameters })
    };
    let answer = world.call("sendMessage", reply(id, false)).await;
    assert_eq!(answer["reply_to_message"]["text"], "Question");
    assert!(answer["reply_to_message"]["reply_to_message"].is_null());
    let refusal = world.refusal("sendMessage", reply(99, false)).await;
    assert_eq!(refusal, "Bad Request: message to be replied not found");
    assert!(world.call("sendMessage", reply(99, true)).await["reply_to_message"].is_null());
}

#[tokio::test]
async fn contacts_and_places_are_messages() {
    let world = World::new().await;
    let contact = json!({ "chat_id": ANNA, "phone_number": "+380671112233", "first_name": "Courier" });
    assert_eq!(world.call("sendContact", contact).await["contact"]["first_name"], "Courier");
    let nameless = json!({ "chat_id": ANNA, "phone_number": "+380671112233" });
    let words = "Bad Request: parameter \"first_name\" is required";
    assert_eq!(world.refusal("sendContact", nameless).await, words);
    let place = |latitude: f64| json!({ "chat_id": ANNA, "latitude": latitude, "longitude": 30.5 });
    assert_eq!(world.call("sendLocation", place(50.4)).await["location"]["latitude"], 50.4);
    assert!(world.refusal("sendLocation", place(91.0)).await.starts_with("Bad Request: "));
}

// <https://core.telegram.org/bots/api#pinchatmessage>.
#[tokio::test]
async fn the_newest_pin_is_told_with_the_chat() {
    let world = World::new().await;
    let (one, two) = (send(&world, "one").await, send(&world, "two").await);
    for id in [one, two] {
        world.call("pinChatMessage", json!({ "chat_id": ANNA, "message_id": id })).await;
    }
    let pinned = async || world.call("getChat", json!({ "chat_id": ANNA })).await["pinned_message"]["text"].clone();
    assert_eq!(pinned().await, "two");
    world.call("unpinChatMessage", json!({ "chat_id": ANNA })).await;
    assert_eq!(pinned().await, "one");
    world.call("deleteMessage", json!({ "chat_id": ANNA, "message_id": one })).await;
    assert_eq!(pinned().await, Value::Null);
    let gone = json!({ "chat_id": ANNA, "message_id": one });
    assert_eq!(world.refusal("pinChatMessage", gone).await, "Bad Request: message to pin not found");
    let none = json!({ "chat_id": ANNA });
    assert_eq!(world.refusal("unpinChatMessage", none).await, "Bad Request: message to unpin not found");
}

// <https://core.telegram.org/bots/api#setmessagereaction>.
#[tokio::test]
async fn a_reaction_stands_at_its_message() {
    let world = World::new().await;
    let react = |id: i32, reaction: Value| json!({ "chat_id": ANNA, "message_id": id, "reaction": reaction });
    let heart = json!([{ "type": "emoji", "emoji": "❤" }]);
    world.call("setMessageReaction", react(1, heart.clone())).await;
    let view = world.sim.view(TOKEN, ANNA).expect("Anna's screen");
    assert_eq!(view["messages"][0]["reactions"], json!(["❤"]));
    world.call("setMessageReaction", react(1, json!([]))).await;
    assert_eq!(world.refusal("setMessageReaction", react(9, heart)).await, "Bad Request: message to react not found");
    let nothing = react(1, json!([{ "type": "emoji" }]));
    assert_eq!(world.refusal("setMessageReaction", nothing).await, "Bad Request: REACTION_INVALID");
}

#[tokio::test]
async fn who_is_in_a_chat_and_how_the_bot_is_called_can_be_asked() {
    let world = World::new().await;
    let member = |user: i64| json!({ "chat_id": ANNA, "user_id": user });
    assert_eq!(world.call("getChatMember", member(ANNA)).await["status"], "member");
    assert_eq!(world.call("getChatMember", member(4242)).await["user"]["is_bot"], true);
    assert_eq!(world.refusal("getChatMember", member(5)).await, "Bad Request: user not found");
    assert_eq!(world.call("getUserProfilePhotos", json!({ "user_id": ANNA })).await["total_count"], 0);
    world.call("setMyDescription", json!({ "description": "Чай", "language_code": "uk" })).await;
    world.call("setMyDescription", json!({ "description": "Tea" })).await;
    let described = async |language: &str| {
        world.call("getMyDescription", json!({ "language_code": language })).await["description"].clone()
    };
    assert_eq!((described("uk").await, described("de").await), ("Чай".into(), "Tea".into()));
    assert_eq!(world.call("getMyName", json!({})).await["name"], "Simulated bot");
}
