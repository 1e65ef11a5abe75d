use super::*;

fn article(id: &str, text: &str) -> Value {
    json!({ "type": "article", "id": id, "title": text, "input_message_content": { "message_text": text } })
}

pub(in crate::tests) async fn scenario(world: &World) {
    let (_, query) = world.sim.ask_inline(TOKEN, ANNA, ANNA, "tea").expect("asked");
    world.call("answerInlineQuery", json!({ "inline_query_id": query, "results": [article("1", "Sencha")] })).await;
    let app = world.sim.open_app(TOKEN, ANNA, ANNA).expect("opened");
    world.call("answerWebAppQuery", json!({ "web_app_query_id": app.query_id, "result": article("1", "Order") })).await;
    let save = json!({ "user_id": ANNA, "result": article("1", "Gift"), "allow_user_chats": true });
    world.call("savePreparedInlineMessage", save).await;
    let button = json!({ "text": "Pick", "request_users": { "request_id": 1 } });
    world.call("savePreparedKeyboardButton", json!({ "user_id": ANNA, "button": button })).await;
}

#[tokio::test]
async fn an_answer_that_is_chosen_is_sent_in_the_name_of_who_chose_it_and_can_be_edited() {
    let world = World::new().await;
    let (_, query) = world.sim.ask_inline(TOKEN, ANNA, ANNA, "tea").expect("asked");
    assert_eq!(world.sim.inline_results(TOKEN, &query), Ok(None));
    let told = updates(&world, "inline_query").await.pop().expect("a question");
    assert_eq!((&told["query"], &told["chat_type"]), (&json!("tea"), &json!("sender")));
    let buttons = json!({ "inline_keyboard": [[{ "text": "More", "callback_data": "m" }]] });
    let results = json!([with(article("1", "Sencha"), json!({ "reply_markup": buttons })), { "type": "photo", "id": "2", "photo_url": "https://e.org/a.jpg", "thumbnail_url": "https://e.org/t.jpg" }]);
    let answer = json!({ "inline_query_id": query, "results": results });
    world.call("answerInlineQuery", answer.clone()).await;
    assert!(world.refusal("answerInlineQuery", answer).await.starts_with("Bad Request: query is too old"));
    let shown = world.sim.inline_results(TOKEN, &query).expect("a question").expect("answers");
    assert_eq!((shown.len(), &shown[0]["title"]), (2, &json!("Sencha")));
    world.sim.choose(TOKEN, ANNA, ANNA, &query, "1").expect("chosen");
    let sent = updates(&world, "message").await.pop().expect("a message");
    assert_eq!((&sent["text"], &sent["via_bot"]["is_bot"]), (&json!("Sencha"), &json!(true)));
    let chosen = updates(&world, "chosen_inline_result").await.pop().expect("a choice");
    let id = chosen["inline_message_id"].clone();
    assert_eq!(world.call("editMessageText", json!({ "inline_message_id": id, "text": "Sold out" })).await, true);
    assert_eq!(world.chat().bubbles.last().expect("a message").text, "Sold out");
    world.sim.choose(TOKEN, ANNA, ANNA, &query, "2").expect("chosen");
    assert!(updates(&world, "message").await.pop().expect("a message")["photo"].is_array());
}

#[tokio::test]
async fn answers_that_telegram_refuses_are_refused() {
    let world = World::new().await;
    let (_, query) = world.sim.ask_inline(TOKEN, ANNA, ANNA, "tea").expect("asked");
    let refusals = [
        (json!({}), "expected an Array of inline query results"),
        (json!([1]), "can't parse inline query result: Inline query result must be an object"),
        (json!([{ "id": "1" }]), "can't parse inline query result: Can't find field \"type\""),
        (
            json!([{ "id": "1", "type": "article", "title": "x" }]),
            "can't parse inline query result: input message content is not specified",
        ),
        (json!([article("1", "a"), article("1", "b")]), "RESULT_ID_DUPLICATE"),
        (
            json!((0..51).map(|n| article(&n.to_string(), "a")).collect::<Vec<_>>()),
            "too many inline query results specified",
        ),
    ];
    for (results, words) in refusals {
        let body = json!({ "inline_query_id": query, "results": results });
        assert_eq!(world.refusal("answerInlineQuery", body).await, format!("Bad Request: {words}"));
    }
    let nobody = json!({ "user_id": ANNA, "result": article("1", "x") });
    assert_eq!(
        world.refusal("savePreparedInlineMessage", nobody).await,
        "Bad Request: at least one chat type must be allowed"
    );
}

/// <https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app>
#[tokio::test]
async fn what_a_mini_app_is_started_with_is_signed_by_the_bots_token() {
    let world = World::new().await;
    let app = world.sim.open_app(TOKEN, ANNA, ANNA).expect("opened");
    let decoded: Vec<(String, String)> = url::form_urlencoded::parse(app.init_data.as_bytes()).into_owned().collect();
    let hash = decoded.iter().find(|(name, _)| name == "hash").expect("a hash").1.clone();
    let mut lines: Vec<String> =
        decoded.iter().filter(|(name, _)| name != "hash").map(|(name, value)| format!("{name}={value}")).collect();
    lines.sort();
    let key = hmac(b"WebAppData", TOKEN.as_bytes());
    let signed: String = hmac(&key, lines.join("\n").as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hash, signed);
    world.sim.send_data(TOKEN, ANNA, "Open", "{\"cups\":2}").expect("sent");
    let told = updates(&world, "message").await.pop().expect("a message");
    assert_eq!(told["web_app_data"], json!({ "button_text": "Open", "data": "{\"cups\":2}" }));
}

/// RFC 2104, written out: the test does not trust what it tests.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |byte: u8| block.iter().map(|one| one ^ byte).collect::<Vec<u8>>();
    let inner = Sha256::digest([pad(0x36), text.to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}
