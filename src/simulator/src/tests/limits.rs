use super::*;

#[tokio::test]
async fn texts_are_measured_in_characters_after_entity_parsing() {
    let world = World::new().await;
    let html = |text: String| json!({ "chat_id": ANNA, "text": text, "parse_mode": "HTML" });
    // A tea cup takes two units and is one character; the tags take none.
    world.call("sendMessage", html(format!("<b>{}</b>", "🍵".repeat(4096)))).await;
    let too_long = html("🍵".repeat(4097));
    assert_eq!(world.refusal("sendMessage", too_long).await, "Bad Request: message is too long");
    assert!(
        world.sim.say(TOKEN, ANNA, &"🍵".repeat(4096)).is_ok()
            && world.sim.say(TOKEN, ANNA, &"x".repeat(4097)).is_err()
    );
    let unread = html("<".repeat((1 << 15) + 1));
    assert_eq!(world.refusal("sendMessage", unread).await, "Bad Request: text is too long");
    let missing = "Bad Request: message text is empty";
    assert_eq!(world.refusal("sendMessage", html(String::new())).await, missing);
    let empty = "Bad Request: text must be non-empty";
    assert_eq!(world.refusal("sendMessage", html("<b> \n</b>".into())).await, empty);
    let words = "Bad Request: can't parse entities: Unsupported start tag \"p\" at byte offset 0";
    assert_eq!(world.refusal("sendMessage", html("<p>x</p>".into())).await, words);
    let edit = json!({ "chat_id": ANNA, "message_id": 2, "text": "x".repeat(4097) });
    assert_eq!(world.refusal("editMessageText", edit).await, "Bad Request: MESSAGE_TOO_LONG");
}

#[tokio::test]
async fn buttons_carry_1_to_64_bytes() {
    let world = World::new().await;
    world.send_with_button("x", &"я".repeat(32)).await;
    for wrong in ["я".repeat(33), String::new()] {
        let markup = json!({ "inline_keyboard": [[{ "text": "Tap", "callback_data": wrong }]] });
        let send = json!({ "chat_id": ANNA, "text": "x", "reply_markup": markup });
        assert_eq!(world.refusal("sendMessage", send).await, "Bad Request: BUTTON_DATA_INVALID");
    }
    let row = vec![json!({ "text": "Tap", "callback_data": "c" }); 101];
    let send = json!({ "chat_id": ANNA, "text": "x", "reply_markup": { "inline_keyboard": [row] } });
    assert_eq!(world.refusal("sendMessage", send).await, "Bad Request: reply markup is too long");
    let row = json!([{ "text": "Ж".repeat(96), "callback_data": "c".repeat(60) }]);
    let of =
        |rows: usize| json!({ "chat_id": ANNA, "text": "x", "reply_markup": { "inline_keyboard": vec![&row; rows] } });
    world.call("sendMessage", of(30)).await;
    assert_eq!(world.refusal("sendMessage", of(40)).await, "Bad Request: reply markup is too long");
    let send = json!({ "chat_id": ANNA, "text": "x", "reply_markup": { "inline_keyboard": [[{ "text": "Tap" }]] } });
    assert!(world.refusal("sendMessage", send).await.ends_with("Text buttons are unallowed in the inline keyboard"));
}

#[tokio::test]
async fn pictures_must_be_pictures_of_a_sane_shape() {
    let world = World::new().await;
    let fields = [("chat_id", "1001"), ("photo", "attach://p")];
    for (bytes, words) in [
        (b"not a picture".to_vec(), "Bad Request: IMAGE_PROCESS_FAILED"),
        (png(2100, 100, ""), "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (png(6000, 5000, ""), "Bad Request: PHOTO_INVALID_DIMENSIONS"),
    ] {
        let request = world.http.post(world.url("sendPhoto"));
        let request = request.header("Content-Type", "multipart/form-data; boundary=X");
        let answer = world.send(request.body(multipart(&fields, "p", &bytes))).await;
        assert_eq!(answer["description"], words);
    }
    let missing = json!({ "chat_id": ANNA, "photo": "attach://nowhere" });
    assert_eq!(world.refusal("sendPhoto", missing).await, "Bad Request: attached file \"nowhere\" not found");
}

#[tokio::test]
async fn a_tap_is_answered_once_and_within_150_seconds() {
    let world = World::new().await;
    let id = world.send_with_button("Cart", "c").await;
    let taps = async || {
        world.sim.tap(TOKEN, ANNA, id, "c").expect("a button");
        let updates = world.call("getUpdates", json!({ "offset": -1 })).await;
        updates[0]["callback_query"]["id"].clone()
    };
    let tap = taps().await;
    let answer = |tap: &Value, text: &str| json!({ "callback_query_id": tap, "text": text });
    let too_long = answer(&tap, &"x".repeat(201));
    assert_eq!(world.refusal("answerCallbackQuery", too_long).await, "Bad Request: MESSAGE_TOO_LONG");
    assert_eq!(world.call("answerCallbackQuery", answer(&tap, "Added")).await, true);
    let words = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    assert_eq!(world.refusal("answerCallbackQuery", answer(&tap, "Added")).await, words);
    let late = taps().await;
    world.sim.set_time(TOKEN, world.sim.time(TOKEN) + chrono::TimeDelta::seconds(152));
    assert_eq!(world.refusal("answerCallbackQuery", answer(&late, "")).await, words);
    assert_eq!(world.sim.unanswered_taps(TOKEN), [(ANNA, "Tap".to_owned())]);
    assert_eq!(world.acts()[1..], [BotAction::Toast("Added".into())]);
}

#[tokio::test]
async fn the_bot_may_not_write_first_nor_to_who_blocked_it() {
    let world = World::new().await;
    world.sim.person(TOKEN, Person { id: 7, ..anna() });
    let to = |chat: i64| json!({ "chat_id": chat, "text": "x" });
    assert_eq!(world.refusal("sendMessage", to(7)).await, "Bad Request: chat not found");
    world.sim.open_chat(TOKEN, 7);
    world.call("sendMessage", to(7)).await;
    world.sim.block(TOKEN, ANNA).expect("blocked");
    assert_eq!(world.refusal("sendMessage", to(ANNA)).await, "Forbidden: bot was blocked by the user");
    assert!(world.sim.say(TOKEN, ANNA, "x").is_err());
    world.sim.unblock(TOKEN, ANNA).expect("unblocked");
    world.call("sendMessage", to(ANNA)).await;
    let updates = world.call("getUpdates", json!({ "offset": -2 })).await;
    assert_eq!(updates[0]["my_chat_member"]["new_chat_member"]["status"], "kicked");
    assert_eq!(updates[1]["my_chat_member"]["new_chat_member"]["status"], "member");
}

/// `Client.cpp`, by the words.
#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let world = World::new().await;
    let here = |fields: Value| methods::with(json!({ "chat_id": ANNA, "message_id": 1, "from_chat_id": ANNA }), fields);
    let key = |button: Value| here(json!({ "text": "x", "reply_markup": { "keyboard": [[button]] } }));
    let style = json!({ "inline_keyboard": [[{ "text": "x", "callback_data": "x", "style": "loud" }]] });
    let scope = |scope: Value| json!({ "commands": [], "scope": scope });
    let refusals = [
        ("deleteMessages", here(json!({})), "message identifiers are not specified"),
        ("deleteMessages", here(json!({ "message_ids": 1 })), "expected an Array of message identifiers"),
        ("deleteMessages", here(json!({ "message_ids": [[]] })), "message identifier must be a Number"),
        ("copyMessages", here(json!({ "message_ids": ["x"] })), "can't parse message identifier as a Number"),
        ("forwardMessages", here(json!({ "message_ids": [0] })), "invalid message identifier specified"),
        ("forwardMessages", here(json!({ "message_ids": vec![1; 101] })), "too many message identifiers specified"),
        (
            "forwardMessages",
            here(json!({ "message_ids": [2, 1] })),
            "message identifiers must be in a strictly increasing order",
        ),
        (
            "setMessageReaction",
            here(json!({ "reaction": [{}] })),
            "can't parse ReactionType: Can't find field \"type\"",
        ),
        (
            "setMessageReaction",
            here(json!({ "reaction": [{ "type": "x" }] })),
            "can't parse ReactionType: invalid reaction type specified",
        ),
        ("sendMessage", key(json!(1)), "can't parse keyboard button: KeyboardButton must be a String or an Object"),
        (
            "sendMessage",
            here(json!({ "text": "x", "reply_markup": style })),
            "can't parse inline keyboard button: invalid button style specified",
        ),
        ("setMyCommands", scope(json!([])), "can't parse BotCommandScope: BotCommandScope must be an Object"),
        ("setMyCommands", scope(json!({ "type": "x" })), "can't parse BotCommandScope: unsupported type specified"),
        (
            "setMyCommands",
            scope(json!({ "type": "chat", "chat_id": "" })),
            "can't parse BotCommandScope: empty chat_id specified",
        ),
        ("getFile", json!({}), "file_id not specified"),
        (
            "sendMessage",
            here(json!({ "text": "x", "link_preview_options": [] })),
            "object expected as link preview options",
        ),
        (
            "sendMessage",
            here(json!({ "text": "x", "reply_parameters": "{" })),
            "can't parse reply parameters JSON object",
        ),
    ];
    for (method, body, words) in refusals {
        assert_eq!(world.refusal(method, body).await, format!("Bad Request: {words}"), "{method}");
    }
}
