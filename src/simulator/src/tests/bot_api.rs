use super::*;

#[tokio::test]
async fn a_method_is_found_in_any_case_and_by_query_form_or_json() {
    let world = World::new().await;
    let by_query = world.http.get(format!("{}?chat_id={ANNA}&text=one%20%2B+two", world.url("sendmessage")));
    assert_eq!(world.send(by_query).await["result"]["text"], "one + two");
    let form = format!("chat_id={ANNA}&text=%D1%87%D0%B0%D0%B9&parse_mode=HTML");
    let by_form = world.http.post(world.url("SENDMESSAGE"));
    let by_form = by_form.header("Content-Type", "application/x-www-form-urlencoded").body(form);
    assert_eq!(world.send(by_form).await["result"]["text"], "чай");
    assert_eq!(world.call("SendMessage", json!({ "chat_id": ANNA.to_string(), "text": "x" })).await["text"], "x");
}

#[tokio::test]
async fn unknown_methods_and_malformed_tokens_are_not_found() {
    let world = World::new().await;
    assert_eq!(world.refusal("sendGames", json!({})).await, "Not Found: method not found");
    let malformed = world.http.get(format!("{}/botnonsense/getMe", world.server.base_url));
    assert_eq!(world.send(malformed).await["description"], "Not Found");
}

#[tokio::test]
async fn a_strict_simulator_refuses_tokens_that_nobody_has_made_known() {
    let world = World::new().await;
    world.sim.be_strict();
    world.call("getMe", json!({})).await;
    let stranger = world.http.get(format!("{}/bot1:typo/getMe", world.server.base_url));
    let refused = json!({ "ok": false, "error_code": 401, "description": "Unauthorized" });
    assert_eq!(world.send(stranger).await, refused);
    assert_eq!(world.sim.tokens(), [TOKEN]);
}

#[tokio::test]
async fn get_me_has_the_fields_without_which_teloxide_does_not_start() {
    let world = World::new().await;
    let me = world.call("getMe", json!({})).await;
    assert_eq!(me["username"], "simulated_bot");
    assert_eq!(me["id"], 4242);
    for field in ["can_join_groups", "can_read_all_group_messages", "supports_inline_queries", "has_main_web_app"] {
        assert!(me[field].is_boolean(), "{field}");
    }
}

#[tokio::test]
async fn html_becomes_entities_with_utf16_offsets_and_no_field_is_null() {
    let world = World::new().await;
    let body = json!({ "chat_id": ANNA, "text": " 🍵 <b>чай</b> &amp; <i>x</i>\n", "parse_mode": "HTML" });
    let sent = world.call("sendMessage", body).await;
    assert_eq!(sent["text"], "🍵 чай & x");
    let entities = json!([
        { "type": "bold", "offset": 3, "length": 3 }, { "type": "italic", "offset": 9, "length": 1 },
    ]);
    assert_eq!(sent["entities"], entities);
    assert!(!sent.to_string().contains("null"), "{sent}");
    assert_eq!(world.chat().bubbles[1].text, "🍵 **чай** & __x__");
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_refused_and_no_fault() {
    let world = World::new().await;
    let id = world.send_with_button("Cart", "c").await;
    let markup = json!({ "inline_keyboard": [[{ "text": "Tap", "callback_data": "c" }]] });
    let same = json!({ "chat_id": ANNA, "message_id": id, "text": "Cart", "reply_markup": markup });
    assert!(world.refusal("editMessageText", same).await.starts_with("Bad Request: message is not modified: "));
    assert!(world.sim.faults(TOKEN).is_empty());
    let without_buttons = json!({ "chat_id": ANNA, "message_id": id, "text": "Cart" });
    let edited = world.call("editMessageText", without_buttons).await;
    assert!(edited.get("reply_markup").is_none() && edited["edit_date"].is_i64());
    assert!(world.chat().bubbles[1].rows.is_empty());
}

#[tokio::test]
async fn edits_of_the_wrong_kind_are_refused_in_telegrams_words() {
    let world = World::new().await;
    let text = world.send_with_button("Cart", "c").await;
    let edit = |id: i32| json!({ "chat_id": ANNA, "message_id": id, "text": "x", "caption": "x" });
    assert_eq!(world.refusal("editMessageText", edit(99)).await, "Bad Request: message to edit not found");
    assert_eq!(world.refusal("editMessageText", edit(1)).await, "Bad Request: message can't be edited");
    let words = "Bad Request: there is no caption in the message to edit";
    assert_eq!(world.refusal("editMessageCaption", edit(text)).await, words);
    let photo = upload(&world, &png(640, 480, "a")).await;
    let words = "Bad Request: there is no text in the message to edit";
    assert_eq!(world.refusal("editMessageText", edit(id_of(&photo))).await, words);
    assert_eq!(world.sim.faults(TOKEN).len(), 4);
}

async fn upload(world: &World, bytes: &[u8]) -> Value {
    let fields = [("chat_id", "1001"), ("photo", "attach://p1"), ("caption", "A <b>cup</b>"), ("parse_mode", "HTML")];
    let request = world.http.post(world.url("SendPhoto"));
    let request = request.header("Content-Type", "multipart/form-data; boundary=X");
    let answer = world.send(request.body(multipart(&fields, "p1", bytes))).await;
    assert_eq!(answer["ok"], true, "{answer}");
    answer["result"].clone()
}

#[tokio::test]
async fn a_photo_is_kept_scaled_sent_again_and_downloaded() {
    let world = World::new().await;
    let bytes = png(1000, 500, "tea");
    let sent = upload(&world, &bytes).await;
    let sizes = sent["photo"].as_array().expect("sizes");
    let shapes: Vec<_> = sizes.iter().map(|size| (size["width"].as_u64(), size["height"].as_u64())).collect();
    assert_eq!(shapes, [(90, 45), (320, 160), (800, 400), (1000, 500)].map(|(w, h)| (Some(w), Some(h))));
    assert_eq!((&sent["caption"], sent.get("text")), (&json!("A cup"), None));

    let file_id = sizes[3]["file_id"].clone();
    let again = world.call("sendPhoto", json!({ "chat_id": ANNA, "photo": file_id })).await;
    assert_eq!(again["photo"], sent["photo"]);
    assert!(again.get("caption").is_none());

    let file = world.call("getFile", json!({ "file_id": file_id })).await;
    let path = file["file_path"].as_str().expect("a path");
    let url = format!("{}/file/bot{TOKEN}/{path}", world.server.base_url);
    let downloaded = world.http.get(url).send().await.expect("an answer").bytes().await.expect("bytes");
    assert_eq!(downloaded, bytes);
    // As teloxide writes it.
    let escaped = format!("{}/file/bot{TOKEN}/{}", world.server.base_url, path.replace('/', "%2F"));
    assert_eq!(world.http.get(escaped).send().await.expect("an answer").bytes().await.expect("bytes"), bytes);
    let picture = world.chat().bubbles[1].picture.clone().expect("a picture");
    assert!(picture.starts_with("1000x500 #"), "{picture}");
}

#[tokio::test]
async fn a_file_id_is_worth_nothing_to_another_bot_nor_as_another_kind() {
    let world = World::new().await;
    let file_id = upload(&world, &png(10, 10, "a")).await["photo"][0]["file_id"].clone();
    let words = "Bad Request: wrong file identifier/HTTP URL specified";
    assert_eq!(world.refusal("sendPhoto", json!({ "chat_id": ANNA, "photo": "AgAC-unknown" })).await, words);
    let words = "Bad Request: can't use file of type Photo as Document";
    assert_eq!(world.refusal("sendDocument", json!({ "chat_id": ANNA, "document": file_id })).await, words);
    world.sim.person("5:other", anna());
    world.sim.open_chat("5:other", ANNA);
    let url = format!("{}/bot5:other/sendPhoto?chat_id={ANNA}", world.server.base_url);
    let other = world.http.get(format!("{url}&photo={}", file_id.as_str().expect("an id")));
    assert_eq!(world.send(other).await["ok"], false);
}

#[tokio::test]
async fn media_replaces_a_text_and_the_same_media_changes_nothing() {
    let world = World::new().await;
    let file_id = upload(&world, &png(10, 10, "a")).await["photo"][0]["file_id"].clone();
    let id = world.send_with_button("Cart", "c").await;
    let media = json!({ "type": "photo", "media": file_id, "caption": "<b>Tea</b>", "parse_mode": "HTML" });
    let edit = json!({ "chat_id": ANNA, "message_id": id, "media": media });
    let edited = world.call("editMessageMedia", edit.clone()).await;
    assert!(edited["photo"].is_array() && edited.get("text").is_none());
    assert!(world.refusal("editMessageMedia", edit).await.contains("message is not modified"));
}

#[tokio::test]
async fn messages_are_deleted_for_two_days() {
    let world = World::new().await;
    let id = world.send_with_button("Cart", "c").await;
    let delete = |id: i32| json!({ "chat_id": ANNA, "message_id": id });
    assert_eq!(world.call("deleteMessage", delete(id)).await, true);
    assert_eq!(world.refusal("deleteMessage", delete(id)).await, "Bad Request: message to delete not found");
    let old = world.send_with_button("Old", "c").await;
    world.sim.set_time(TOKEN, world.sim.time(TOKEN) + chrono::TimeDelta::hours(49));
    let words = "Bad Request: message can't be deleted for everyone";
    assert_eq!(world.refusal("deleteMessage", delete(old)).await, words);
    assert!(matches!(world.acts()[1], BotAction::Deleted(_)));
}

#[tokio::test]
async fn commands_are_kept_by_scope_and_language() {
    let world = World::new().await;
    let commands = json!([{ "command": "cart", "description": "Your cart" }]);
    assert_eq!(world.call("setMyCommands", json!({ "commands": commands })).await, true);
    assert_eq!(world.call("getMyCommands", json!({})).await, commands);
    assert_eq!(world.call("getMyCommands", json!({ "language_code": "uk" })).await, json!([]));
    let wrong = json!({ "commands": [{ "command": "Cart!", "description": "x" }] });
    assert_eq!(world.refusal("setMyCommands", wrong).await, "Bad Request: BOT_COMMAND_INVALID");
}
