//! What Telegram takes out of texts, which entities it refuses, and that reading takes no longer than the text is long.

use super::*;

async fn sent(world: &World, text: &str, entities: Value) -> Value {
    world.call("sendMessage", json!({ "chat_id": ANNA, "text": text, "entities": entities })).await
}

#[tokio::test]
async fn what_telegram_takes_out_is_taken_out() {
    let world = World::new().await;
    for (text, kept) in [
        ("a\rb", "ab"),
        ("a\u{202e}b\u{2028}c\u{202a}d", "abcd"),
        ("a\u{333}b\u{33f}c\u{30a}", "abc"),
        ("a\tb\u{7}c\0d", "a b c d"),
        ("\r\n a \u{202c}\n\t", "a"),
        ("\u{200e}\u{200f}\u{200e}a", "\u{200c}\u{200c}\u{200e}a"),
        ("a\u{a0}", "a\u{a0}"),
        ("a\u{2066}b\u{2069}", "a\u{2066}b\u{2069}"),
    ] {
        assert_eq!(sent(&world, text, json!([])).await["text"], kept, "{text:?}");
        let html = json!({ "chat_id": ANNA, "text": text, "parse_mode": "HTML" });
        assert_eq!(world.call("sendMessage", html).await["text"], kept, "{text:?}");
        world.sim.say(TOKEN, ANNA, text).expect("said");
        let updates = world.call("getUpdates", json!({ "offset": -1 })).await;
        assert_eq!(updates[0]["message"]["text"], kept, "{text:?}");
    }
    let moved = json!([{ "type": "bold", "offset": 3, "length": 1 }]);
    let entities = sent(&world, "\r\u{202e}ab\r", moved).await["entities"].clone();
    assert_eq!(entities, json!([{ "type": "bold", "offset": 1, "length": 1 }]));
}

#[tokio::test]
async fn what_cannot_be_seen_is_refused() {
    let world = World::new().await;
    for text in
        ["\u{200b}", "\u{200b}\u{200d}\u{feff} \u{a0}", "\u{2800}\u{3000}", "\u{e0041}", " \n\t ", "\r", "\u{202e}"]
    {
        for method in ["sendMessage", "editMessageText"] {
            let body = json!({ "chat_id": ANNA, "message_id": 2, "text": text });
            world.send_with_button("x", "c").await;
            assert_eq!(world.refusal(method, body).await, "Bad Request: text must be non-empty", "{text:?}");
        }
        assert!(world.sim.say(TOKEN, ANNA, text).is_err(), "{text:?}");
    }
    // A combining mark, an emoji of several parts, a soft hyphen can be seen, or Telegram takes them to be.
    for text in ["\u{301}", "👨\u{200d}👩", "\u{ad}"] {
        assert_eq!(sent(&world, text, json!([])).await["text"], text);
    }
}

#[tokio::test]
async fn entities_lie_between_characters_and_within_the_text() {
    let world = World::new().await;
    let bold = |offset: i64, length: i64| json!({ "type": "bold", "offset": offset, "length": length });
    for (text, entity, words) in [
        ("🍵a", bold(0, 1), "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 4"),
        ("🍵a", bold(1, 2), "entity begins in a middle of a UTF-16 symbol at byte offset 4"),
        (
            "hello",
            bold(0, 100),
            "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 100",
        ),
        ("hello", bold(9, 1), "entity begins after the end of the text at UTF-16 offset 9"),
        ("hello", bold(-1, 2), "receive an entity with incorrect offset -1"),
        ("hello", bold(0, -2), "receive an entity with incorrect length -2"),
        ("hello", bold(0, 1_000_001), "receive an entity with incorrect length 1000001"),
        (
            "hello",
            json!({ "type": "zzz", "offset": 0, "length": 1 }),
            "can't parse MessageEntity: Unsupported type specified",
        ),
        ("hello", json!({ "offset": 0, "length": 1 }), "can't parse MessageEntity: Can't find field \"type\""),
        ("hello", json!({ "type": "bold", "length": 1 }), "can't parse MessageEntity: Can't find field \"offset\""),
        (
            "hello",
            json!({ "type": "bold", "offset": 1e19, "length": 1 }),
            "can't parse MessageEntity: Field \"offset\" must be a Number",
        ),
        ("hello", json!("bold"), "can't parse MessageEntity: expected an Object"),
        (
            "hello",
            json!({ "type": "text_link", "offset": 0, "length": 1, "url": "nowhere" }),
            "entity URL 'nowhere' is invalid",
        ),
    ] {
        let body = json!({ "chat_id": ANNA, "text": text, "entities": [entity] });
        assert_eq!(world.refusal("sendMessage", body).await, format!("Bad Request: {words}"), "{text} {entity}");
        let photo = json!({ "chat_id": ANNA, "message_id": 2, "text": text, "entities": [entity] });
        world.send_with_button("x", "c").await;
        assert_eq!(world.refusal("editMessageText", photo).await, format!("Bad Request: {words}"));
    }
    for (entity, kept) in [
        (json!({ "type": "mention", "offset": 0, "length": 99 }), json!(null)),
        (json!({ "type": "bold", "offset": 3, "length": 0 }), json!(null)),
        (json!({ "type": "bold", "offset": "0", "length": "5" }), json!([bold(0, 5)])),
        (
            json!({ "type": "date_time", "offset": 0, "length": 5, "unix_time": 7, "date_time_format": "wDT" }),
            json!([{ "type": "date_time", "offset": 0, "length": 5, "unix_time": 7, "date_time_format": "wDT" }]),
        ),
        (
            json!({ "type": "text_link", "offset": 0, "length": 5, "url": "tea.example" }),
            json!([{ "type": "text_link", "offset": 0, "length": 5, "url": "http://tea.example/" }]),
        ),
    ] {
        assert_eq!(sent(&world, "hello", json!([entity])).await["entities"], kept, "{entity}");
    }
}

/// Reading in a time that grows with the square of the length would take minutes here, and not a second.
#[tokio::test]
async fn no_text_takes_long_to_read() {
    let world = World::new().await;
    let began = std::time::Instant::now();
    for (mode, unit) in [
        ("HTML", "<b>a</b>"),
        ("HTML", "<code>a</code>@ann "),
        ("HTML", "<blockquote>a.b</blockquote>"),
        ("HTML", "<b>"),
        ("HTML", "&amp;"),
        ("Markdown", "*a*"),
        ("Markdown", "[a](b.c)"),
        ("Markdown", "`a`@anna "),
        ("MarkdownV2", "*a*_b_"),
        ("MarkdownV2", ">a||\n"),
        ("", ".?"),
        ("", "a.b/?"),
        ("", "tg://a/"),
        ("", "a@b.c"),
        ("", "@#/$"),
        ("", "http://"),
    ] {
        let text = unit.repeat((1 << 15) / unit.len());
        world.answer("sendMessage", json!({ "chat_id": ANNA, "text": text, "parse_mode": mode })).await;
    }
    let (styles, text) = (["bold", "italic", "code", "blockquote", "text_mention"], "a".repeat(4_000));
    let entity = |at: usize| {
        let kind = styles[at % styles.len()];
        json!({ "type": kind, "offset": at % 4_000, "length": 1 + at % 300, "user": { "id": 7 } })
    };
    let entities: Vec<Value> = (0..200_000).map(entity).filter(|entity| within(entity, 4_000)).collect();
    world.call("sendMessage", json!({ "chat_id": ANNA, "text": text, "entities": entities })).await;
    assert!(began.elapsed() < std::time::Duration::from_secs(60), "{:?}", began.elapsed());
}

fn within(entity: &Value, length: u64) -> bool {
    let number = |field: &str| entity[field].as_u64().expect("a number");
    number("offset") + number("length") <= length
}

/// A call that is wrong in itself is refused for that, and does not count against the flood limits.
#[tokio::test]
async fn what_the_server_itself_refuses_costs_nothing() {
    let world = World::new().await;
    world.sim.limit_flood(TOKEN, true);
    let send = |text: &str| json!({ "chat_id": ANNA, "text": text });
    for _ in 0..50 {
        assert_eq!(world.refusal("sendMessage", send("\u{200b}")).await, "Bad Request: text must be non-empty");
    }
    let mut passed = 0;
    while world.answer("sendMessage", send("x")).await["ok"] == true {
        passed += 1;
        assert!(passed < 100, "there is a limit");
    }
    assert!(passed >= 20, "nothing but what was sent counts: {passed}");
    let words = "Bad Request: can't parse entities: Unsupported start tag \"p\" at byte offset 0";
    let html = json!({ "chat_id": ANNA, "text": "<p>", "parse_mode": "HTML" });
    assert_eq!(world.refusal("sendMessage", html).await, words, "the fault comes before the wait");
    let nowhere = json!({ "chat_id": 7, "text": "x" });
    assert_eq!(world.refusal("sendMessage", nowhere).await, "Bad Request: chat not found");
    assert_eq!(world.answer("sendMessage", send("x")).await["error_code"], 429);
}

/// Numbers that no clock, no code and no counter can show.
#[tokio::test]
async fn numbers_that_are_too_large_are_refused() {
    let world = World::new().await;
    let bot = format!("{}/sim/v1/bots/{TOKEN}", world.server.base_url);
    for (method, path, body) in [
        ("POST", "away", r#"{"seconds":1e19}"#),
        ("POST", "away", r#"{"seconds":1e300}"#),
        ("POST", "away", r#"{"seconds":-1}"#),
        ("POST", "away", r#"{"seconds":86401}"#),
        ("PUT", "time", r#"{"advance_seconds":9223372036854775807}"#),
        ("PUT", "time", r#"{"advance_seconds":1e19}"#),
        ("PUT", "time", r#"{"advance_seconds":-9223372036854775808}"#),
        ("PUT", "time", r#"{"now":"+262142-01-01T00:00:00Z"}"#),
        ("PUT", "time", r#"{"now":"1969-12-31T23:59:59Z"}"#),
        ("POST", "disturbances", r#"{"method":"getMe","delay_ms":18446744073709551615}"#),
        ("POST", "disturbances", r#"{"method":"getMe","times":0}"#),
        ("POST", "disturbances", r#"{"method":"getMe","times":4294967296}"#),
        ("POST", "disturbances", r#"{"method":"getMe","code":7}"#),
        ("POST", "disturbances", r#"{"method":"getMe","code":65535}"#),
        ("POST", "people/1001/tap", r#"{"message_id":1e19,"data":"x"}"#),
        ("POST", "updates", r#"{"update_id":1e19,"message":{}}"#),
        ("POST", "updates", r#"{"update_id":0,"message":{}}"#),
        ("POST", "updates", r#"{"a":{},"b":{}}"#),
        ("PUT", "people/9223372036854775807", r#"{"first_name":"x"}"#),
    ] {
        let request = world.http.request(method.parse().expect("a method"), format!("{bot}/{path}"));
        let answer = request.header("Content-Type", "application/json").body(body).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 400, "{path} {body}");
    }
    for offset in [i64::MIN, i64::MAX] {
        let updates = world.call("getUpdates", json!({ "offset": offset, "limit": i64::MAX })).await;
        assert_eq!(updates.as_array().map(Vec::len), Some(usize::from(offset < 0)));
    }
}
