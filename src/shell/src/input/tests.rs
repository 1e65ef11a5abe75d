use serde_json::{Value, json};

use super::*;
use crate::probe::Probe;

fn user() -> Value {
    json!({ "id": 7, "is_bot": false, "first_name": "Anna", "language_code": "uk" })
}

/// A private message with these fields.
fn message(fields: Value) -> Value {
    let mut message = json!({
        "message_id": 10, "date": 1_795_700_000, "from": user(),
        "chat": { "id": 7, "type": "private", "first_name": "Anna" },
    });
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    message
}

/// A message in a supergroup with these fields.
fn in_group(fields: Value) -> Value {
    let mut message = message(json!({ "chat": { "id": -1001, "type": "supergroup", "title": "G" } }));
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    message
}

fn read_one(kind: &str, content: Value) -> Option<Incoming<Probe>> {
    let update = read(&json!({ "update_id": 1, kind: content })).unwrap();
    assert_eq!(update.kind, kind);
    update.incoming
}

fn said(message: Value) -> Option<Input<Probe>> {
    read_one("message", message).map(|incoming| incoming.input)
}

#[test]
fn what_is_younger_than_this_program_hides_no_text() {
    let text = || Some(Input::Said("Kyiv, 5 December".to_owned()));
    for fields in [
        json!({ "entities": [{ "type": "date_time", "offset": 6, "length": 10, "unix_time": 1, "date_time_format": "r" }] }),
        json!({ "entities": [{ "type": "hologram" }] }),
        json!({ "entities": "none" }),
        json!({ "quote": { "text": "x", "position": 0, "entities": [{ "type": "hologram", "offset": 0, "length": 1 }] } }),
        json!({ "forward_origin": { "type": "satellite", "date": 1 } }),
        json!({ "reply_to_message": { "message_id": "x", "chat": 1 } }),
        json!({ "external_reply": { "origin": { "type": "satellite" } } }),
        json!({ "reply_markup": { "inline_keyboard": [[{ "text": "x", "hologram": {} }]] } }),
        json!({ "link_preview_options": 7, "sender_tag": {}, "hologram": {} }),
        json!({ "chat": { "id": 7, "type": "private", "first_name": 7, "hologram": {} } }),
    ] {
        let mut whole = fields.as_object().unwrap().clone();
        whole.insert("text".to_owned(), "Kyiv, 5 December".into());
        assert_eq!(said(message(Value::Object(whole))), text(), "{fields}");
    }
    let caption = json!({
        "photo": [{ "file_id": "small", "hologram": {} }, { "file_id": "large" }], "caption": "Tea",
        "caption_entities": [{ "type": "hologram" }],
    });
    let picture = "large".to_owned();
    assert_eq!(
        said(message(caption)),
        Some(Input::SentPicture { picture, caption: "Tea".to_owned(), html: None, album: None })
    );
    let contact = json!({ "contact": { "phone_number": "+380", "first_name": 1, "user_id": 7, "vcard": [] } });
    assert_eq!(said(message(contact)), Some(Input::SharedContact { phone: "+380".to_owned(), own: true }));
    let others = json!({ "contact": { "phone_number": "+380", "first_name": "B", "user_id": 8 } });
    assert_eq!(said(message(others)), Some(Input::SharedContact { phone: "+380".to_owned(), own: false }));
    assert_eq!(said(message(json!({ "hologram": {} }))), Some(Input::Sent(Attachment::Other)));
    assert_eq!(said(message(json!({ "pinned_message": { "hologram": {} } }))), None);
    let edited = message(json!({ "text": "x", "entities": [{ "type": "hologram" }] }));
    assert_eq!(read_one("edited_message", edited).map(|incoming| incoming.input), Some(Input::Edited));
}

#[test]
fn a_tap_is_read_whatever_its_message_is() {
    let query =
        |message: Value| json!({ "id": "9", "from": user(), "chat_instance": "1", "data": "x", "message": message });
    let tapped = |message: Value| {
        let incoming = read_one("callback_query", query(message)).unwrap();
        assert_eq!((incoming.chat, &incoming.input), (7, &Input::TappedUnknown));
        incoming.tap.unwrap().message.map(|tapped| (tapped.id.0, tapped.has_picture))
    };
    let odd = json!([{ "type": "hologram", "offset": 0, "length": 1 }]);
    assert_eq!(tapped(message(json!({ "text": "Tea", "entities": odd }))), Some((10, false)));
    assert_eq!(tapped(message(json!({ "photo": [{ "file_id": 7 }], "caption": "Tea" }))), Some((10, true)));
    assert_eq!(tapped(message(json!({ "date": 0 }))), None, "too old to be shown");
    assert_eq!(tapped(message(json!({ "message_id": 4_294_967_296_i64 }))), None);
    assert_eq!(tapped(Value::Null), None);
}

#[test]
fn the_number_of_an_update_may_be_a_large_one() {
    for id in [1, 4_294_967_296, i64::MAX] {
        let json = json!({ "update_id": id, "message": message(json!({ "text": "x" })) }).to_string();
        let update = parse::<Probe>(&json).unwrap();
        assert_eq!((update.id, update.incoming.map(|incoming| incoming.update)), (id, Some(id)));
    }
    for none in ["", "[]", "{}", "{\"update_id\":\"x\"}", "{\"update_id\":1.5}"] {
        assert_eq!(parse::<Probe>(none).err(), Some(NotAnUpdate), "{none}");
    }
    let unknown = parse::<Probe>("{\"update_id\":5,\"hologram\":{}}").unwrap();
    assert_eq!((unknown.kind, unknown.incoming.is_none()), ("other", true));
}

#[test]
fn a_topic_is_answered_in() {
    let thread = |fields: Value| {
        let incoming = read_one("message", in_group(fields)).unwrap();
        assert_eq!((incoming.chat, incoming.input), (-1001, Input::InGroup));
        incoming.thread.map(|thread| thread.0.0)
    };
    let topic = json!({ "message_thread_id": 77, "is_topic_message": true, "text": "/start@tea_bot" });
    assert_eq!(thread(topic), Some(77));
    assert_eq!(thread(json!({ "message_thread_id": 77, "text": "a comment under a post" })), None);
    assert_eq!(thread(json!({ "text": "/start@tea_bot" })), None);
}

#[test]
fn in_a_group_people_are_answered_also_on_behalf_of_a_chat_and_programs_are_not() {
    let bot = |id: i64| json!({ "id": id, "is_bot": true, "first_name": "Group" });
    let chat = |id: i64, kind: &str| json!({ "id": id, "type": kind, "title": "E" });
    let heard = |fields: Value| read_one("message", in_group(fields)).is_some();
    assert!(heard(json!({ "from": bot(1_087_968_824), "sender_chat": chat(-1001, "supergroup"), "text": "/start" })));
    assert!(heard(json!({ "from": bot(136_817_688), "sender_chat": chat(-1009, "channel"), "text": "/start" })));
    assert!(!heard(json!({ "from": bot(5), "text": "/start" })));
    let telegram = json!({ "id": 777_000, "is_bot": false, "first_name": "Telegram" });
    let post = json!({
        "from": telegram, "sender_chat": chat(-1009, "channel"), "is_automatic_forward": true, "text": "post",
    });
    assert!(!heard(post));
    assert!(!heard(json!({ "new_chat_title": "F" })));
    assert!(heard(json!({ "new_chat_members": [bot(5)] })));
    assert!(read_one("edited_message", in_group(json!({ "text": "x" }))).is_none());
}

#[test]
fn who_blocks_the_bot_has_left() {
    let change = |status: &str, kind: &str| {
        let change = json!({
            "chat": { "id": 7, "type": kind }, "from": user(), "date": 1,
            "new_chat_member": { "status": status, "user": {} }, "old_chat_member": "hologram",
        });
        read_one("my_chat_member", change).map(|incoming| incoming.input)
    };
    assert_eq!(change("kicked", "private"), Some(Input::Left));
    assert_eq!(change("member", "private"), Some(Input::CameBack));
    assert_eq!(change("member", "group"), None);
}

proptest::proptest! {
    #[test]
    fn no_json_makes_the_reader_panic(fields in proptest::collection::vec((
        "(message_id|date|from|chat|text|photo|contact|sender_chat|is_automatic_forward|message_thread_id|data|id)",
        "(null|true|-1|1e300|\"x\"|\\[\\]|\\[1\\]|\\{\\}|\\{\"id\":7,\"type\":\"private\"\\}|\\{\"id\":[7]\\})",
    ), 0..8), kind in "(message|edited_message|callback_query|my_chat_member)") {
        let fields: Vec<_> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        let json = format!("{{\"update_id\":1,\"{kind}\":{{{}}}}}", fields.join(","));
        proptest::prop_assert!(parse::<Probe>(&json).is_ok());
    }
}
