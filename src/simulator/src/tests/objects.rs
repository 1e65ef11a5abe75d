//! Every object that the simulator sends has the fields that the Bot API says are always there, and no others.

use std::collections::{BTreeMap, BTreeSet};

use engine::transcript::Media;
use strum::IntoEnumIterator;

use super::*;
use crate::{Picture, methods};

/// Fields of an object: name, whether it is always there, type.
type Fields<'a> = Vec<(&'a str, bool, &'a str)>;

/// What Bot API 10.3 says of what the simulator sends; see the head of the file.
struct Described<'a> {
    types: BTreeMap<&'a str, Fields<'a>>,
    methods: BTreeMap<&'a str, &'a str>,
}

impl<'a> Described<'a> {
    fn read(text: &'a str) -> Described<'a> {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut described = Described { types: BTreeMap::new(), methods: BTreeMap::new() };
        let mut newest = "";
        for line in lines {
            if let Some((method, returns)) = line.split_once(" -> ") {
                described.methods.insert(method, returns);
                continue;
            }
            let (name, fields) = line.split_once(": ").unwrap_or((newest, line));
            newest = name;
            let field = |field: &'a str| {
                let (name, kind) = field.trim().split_once(' ').unwrap_or_else(|| panic!("{field:?} in {line:?}"));
                (name.trim_end_matches('!'), name.ends_with('!'), kind)
            };
            let fields = fields.split(',').map(str::trim).filter(|field| !field.is_empty()).map(field);
            described.types.entry(name).or_default().extend(fields);
        }
        described
    }

    /// What is wrong with a value of a type, each with its place.
    fn problems(&self, value: &Value, kind: &str, place: &str) -> Vec<String> {
        let wrong = |right: bool| if right { Vec::new() } else { vec![format!("{place} is no {kind}: {value}")] };
        if kind.contains('|') {
            let each: Vec<_> = kind.split('|').map(|kind| self.problems(value, kind, place)).collect();
            return each.into_iter().min_by_key(Vec::len).unwrap_or_default();
        }
        if let Some(kind) = kind.strip_prefix("[]") {
            let Some(list) = value.as_array() else { return wrong(false) };
            let each = list.iter().enumerate();
            return each.flat_map(|(at, one)| self.problems(one, kind, &format!("{place}[{at}]"))).collect();
        }
        if let Some(constant) = kind.strip_prefix('=') {
            return wrong(value.as_str().map_or_else(|| value.to_string(), str::to_owned) == constant);
        }
        match kind {
            "Integer" => wrong(value.is_i64()),
            "Float" => wrong(value.is_number()),
            "String" => wrong(value.is_string()),
            "Boolean" => wrong(value.is_boolean()),
            kind => self.problems_of_object(value, kind, place),
        }
    }

    fn problems_of_object(&self, value: &Value, kind: &str, place: &str) -> Vec<String> {
        let (Some(object), Some(fields)) = (value.as_object(), self.types.get(kind)) else {
            return vec![format!("{place} is no {kind}, or objects.txt does not say what that is: {value}")];
        };
        let missing = fields.iter().filter(|(name, always, _)| *always && !object.contains_key(*name));
        let mut problems: Vec<_> = missing.map(|(name, ..)| format!("{place}.{name} is missing")).collect();
        for (name, value) in object {
            let place = format!("{place}.{name}");
            match fields.iter().find(|(known, ..)| known == name) {
                None => problems.push(format!("{place} is no field of {kind}")),
                Some((.., kind)) => problems.extend(self.problems(value, kind, &place)),
            }
        }
        problems
    }
}

fn described() -> Described<'static> {
    Described::read(include_str!("objects.txt"))
}

/// Everything that people can do, and what a deed in a topic or on a message that is gone looks like.
async fn deeds(world: &World) {
    let sim = &world.sim;
    sim.person(TOKEN, Person { username: Some("anna".into()), ..anna() });
    sim.say(TOKEN, ANNA, "/start@x_bot #tea $USD @anna tea.org a@b.org **b**").expect("said");
    for attachment in Media::iter() {
        sim.send(TOKEN, ANNA, attachment).expect("sent");
    }
    sim.send_picture(TOKEN, ANNA, Picture::Named("tea".into()), "A #cup").expect("sent");
    sim.share_contact(TOKEN, ANNA, "+380", true).expect("shared");
    sim.share_contact(TOKEN, ANNA, "+380", false).expect("shared");
    sim.forward(TOKEN, ANNA, "x").expect("forwarded");
    sim.edit_last(TOKEN, ANNA, "y").expect("edited");
    sim.say_in_group(TOKEN, ANNA, "z").expect("said");
    let id = world.send_with_button("x", "c").await;
    sim.tap(TOKEN, ANNA, id, "c").expect("tapped");
    sim.tap_forged(TOKEN, ANNA, 999, "c").expect("tapped");
    sim.block(TOKEN, ANNA).expect("blocked");
    sim.unblock(TOKEN, ANNA).expect("unblocked");
}

/// A call of every method, each with what it takes to succeed. `last` come those that end something.
fn calls(photo: &Value, tap: &Value, id: i64) -> Vec<(&'static str, Value)> {
    let message = |fields: Value| {
        let mut body = json!({ "chat_id": ANNA, "message_id": id, "from_chat_id": ANNA, "user_id": ANNA });
        body.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        body
    };
    let all = json!([
        { "type": "text_mention", "offset": 0, "length": 1, "user": { "id": ANNA } },
        { "type": "custom_emoji", "offset": 1, "length": 1, "custom_emoji_id": "5" },
        { "type": "date_time", "offset": 2, "length": 1, "unix_time": 1, "date_time_format": "r" },
        { "type": "pre", "offset": 3, "length": 1, "language": "rust" },
        { "type": "text_link", "offset": 4, "length": 1, "url": "http://a.b/" },
        { "type": "expandable_blockquote", "offset": 5, "length": 1 },
    ]);
    let buttons = json!({ "inline_keyboard": [[
        { "text": "a", "callback_data": "a" }, { "text": "b", "url": "https://e.org" },
        { "text": "c", "copy_text": { "text": "c" } },
    ]] });
    let (photo_id, media) = (photo["photo"][0]["file_id"].clone(), photo["photo"][0]["file_id"].clone());
    let media = json!({ "type": "photo", "media": media });
    vec![
        ("sendMessage", message(json!({ "text": "abcdef", "entities": all, "reply_markup": buttons }))),
        ("sendMessage", message(json!({ "text": "x", "reply_parameters": { "message_id": id } }))),
        ("editMessageText", message(json!({ "text": "edited", "reply_markup": buttons }))),
        ("editMessageReplyMarkup", message(json!({}))),
        ("editMessageMedia", message(json!({ "media": media }))),
        ("editMessageCaption", message(json!({ "caption": "c" }))),
        ("answerCallbackQuery", json!({ "callback_query_id": tap })),
        ("sendPhoto", message(json!({ "photo": photo_id }))),
        ("sendMediaGroup", message(json!({ "media": [media, media] }))),
        ("sendContact", message(json!({ "phone_number": "1", "first_name": "x" }))),
        ("sendLocation", message(json!({ "latitude": 1, "longitude": 2.5 }))),
        ("copyMessage", message(json!({}))),
        ("forwardMessage", message(json!({}))),
        ("sendChatAction", message(json!({ "action": "typing" }))),
        ("pinChatMessage", message(json!({}))),
        ("setMessageReaction", message(json!({ "reaction": [{ "type": "emoji", "emoji": "👍" }] }))),
        ("getChat", message(json!({}))),
        ("getChatMember", message(json!({}))),
        ("getChatMember", message(json!({ "user_id": 4242 }))),
        ("getUserProfilePhotos", message(json!({}))),
        ("unpinChatMessage", message(json!({}))),
        ("unpinAllChatMessages", message(json!({}))),
        ("getMe", json!({})),
        ("setMyCommands", json!({ "commands": [{ "command": "a", "description": "b" }] })),
        ("getMyCommands", json!({})),
        ("deleteMyCommands", json!({})),
        ("setMyName", json!({ "name": "x" })),
        ("getMyName", json!({})),
        ("setMyDescription", json!({ "description": "x" })),
        ("getMyDescription", json!({})),
        ("setMyShortDescription", json!({ "short_description": "x" })),
        ("getMyShortDescription", json!({})),
        ("setChatMenuButton", json!({})),
        ("getFile", json!({ "file_id": photo_id })),
        ("deleteMessage", message(json!({}))),
        ("deleteMessages", message(json!({ "message_ids": [1, 2] }))),
        ("setWebhook", json!({ "url": "http://127.0.0.1:9/", "allowed_updates": ["message"], "max_connections": 2 })),
        ("getWebhookInfo", json!({})),
        ("deleteWebhook", json!({})),
        ("close", json!({})),
        ("logOut", json!({})),
    ]
}

async fn upload(world: &World, method: &str, field: &str) -> Value {
    let body = multipart(&[("chat_id", "1001"), (field, "attach://f"), ("caption", "#c")], "f", &png(200, 100, "tea"));
    let request = world.http.post(world.url(method)).header("Content-Type", "multipart/form-data; boundary=X");
    world.send(request.body(body)).await["result"].clone()
}

#[tokio::test]
async fn what_is_sent_is_what_the_bot_api_says() {
    let (world, described) = (World::new().await, described());
    deeds(&world).await;
    let updates = world.call("getUpdates", json!({})).await;
    let mut problems = described.problems(&updates, "[]Update", "updates");
    let kinds: BTreeSet<&str> = updates.as_array().expect("a list").iter().flat_map(fields).collect();
    let all = ["callback_query", "edited_message", "message", "my_chat_member", "update_id"];
    assert_eq!(kinds, BTreeSet::from(all));
    let taps = updates.as_array().into_iter().flatten().find_map(|update| update["callback_query"].get("id"));
    let mut called = BTreeSet::from(["getUpdates", "sendPhoto", "sendDocument"]);
    let photo = upload(&world, "sendPhoto", "photo").await;
    problems.extend(described.problems(&photo, "Message", "sendPhoto"));
    problems.extend(described.problems(&upload(&world, "sendDocument", "document").await, "Message", "sendDocument"));
    let id = world.send_with_button("x", "c").await;
    for (method, body) in calls(&photo, taps.expect("a tap"), id.into()) {
        let answer = world.call(method, body).await;
        problems.extend(described.problems(&answer, described.methods[method], method));
        called.insert(method);
    }
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(called, methods::names().collect(), "every method is called here, and objects.txt says what it returns");
}

fn fields(object: &Value) -> impl Iterator<Item = &str> {
    object.as_object().into_iter().flat_map(|object| object.keys().map(String::as_str))
}

#[test]
fn a_missing_a_strange_and_an_ill_typed_field_are_found() {
    let described = described();
    let user = |user: Value| described.problems(&user, "User", "user").len();
    assert_eq!(user(json!({ "id": 1, "is_bot": false, "first_name": "x" })), 0);
    assert_eq!(user(json!({ "id": 1, "is_bot": false })), 1);
    assert_eq!(user(json!({ "id": "1", "is_bot": null, "first_name": "x", "nick": 1 })), 3);
}

/// What a generator of clients needs of an OpenAPI document (<https://spec.openapis.org/oas/v3.1.0>).
#[test]
fn the_description_for_programs_is_valid() {
    let text = crate::web::document().to_json().expect("JSON");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            let place = format!("{method} {path}");
            assert!(names.insert(operation["operationId"].as_str().expect("a name").to_owned()), "{place}");
            let responses = operation["responses"].as_object().expect("responses");
            assert!(!responses.is_empty(), "{place}");
            for (status, response) in responses {
                let words = response["description"].as_str().unwrap_or_default();
                assert!(!words.is_empty(), "{place}: what {status} means");
                media(response.get("content"), &place);
            }
            media(operation["requestBody"].get("content"), &place);
            let mut declared = BTreeSet::new();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().expect("a name");
                assert!(parameter["schema"].is_object(), "{place}: {name}");
                match parameter["in"].as_str() {
                    Some("path") => assert!(parameter["required"] == true && declared.insert(name), "{place}: {name}"),
                    place => assert_eq!(place, Some("query")),
                }
            }
            let parts: BTreeSet<&str> = path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
            assert_eq!(declared, parts, "{place}");
        }
    }
    for reference in text.split("\"#/components/").skip(1) {
        let reference = reference.split('"').next().unwrap_or_default();
        assert!(document.pointer(&format!("/components/{reference}")).is_some(), "{reference}");
    }
    let schemas = &document["components"]["schemas"];
    let kinds: Vec<String> = Media::iter().map(|kind| kind.to_string()).collect();
    assert_eq!(schemas["Wish"]["properties"]["kind"]["enum"], json!(kinds));
    for kind in schemas["Kind"]["enum"].as_array().expect("kinds") {
        let kind = kind.as_str().expect("a name");
        assert!(crate::updates::Kind::named(kind).is_some(), "{kind}");
    }
    assert!(schemas["DeedName"]["enum"].as_array().is_some_and(|deeds| deeds.contains(&json!("say"))));
}

fn media(content: Option<&Value>, place: &str) {
    for (kind, media) in content.and_then(Value::as_object).into_iter().flatten() {
        assert!(kind.contains('/') && media.is_object(), "{place}: {kind}");
    }
}
