//! Every object that the simulator sends has the fields that the Bot API says are always there, and no others.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use engine::transcript::Media;
use strum::IntoEnumIterator;

use super::*;
use crate::{Picture, methods};

/// A field that the real server sends without saying so (`Client.cpp`, `JsonStickerSet`).
const UNDOCUMENTED: (&str, &str) = ("StickerSet", "contains_masks");

/// The Bot API as its data has it.
struct Described(Value);

impl Described {
    fn read() -> Described {
        Described(serde_json::from_str(crate::bot_api::TEXT).expect("JSON"))
    }

    /// The type of what a method returns.
    fn returned(&self, method: &str) -> &Value {
        &self.0["methods"][method]["returns"]
    }

    /// What is wrong with a value of a type, each with its place. A type is a name, `{"array": type}`, `{"const": [value]}`, or a
    /// list of types of which it is one.
    fn problems(&self, value: &Value, kind: &Value, place: &str) -> Vec<String> {
        let wrong = |right: bool| if right { Vec::new() } else { vec![format!("{place} is no {kind}: {value}")] };
        match kind {
            Value::Array(kinds) => self.problems_of_any(value, kinds, place),
            Value::Object(of) if of.contains_key("array") => {
                let Some(list) = value.as_array() else { return wrong(false) };
                let each = list.iter().enumerate();
                each.flat_map(|(at, one)| self.problems(one, &of["array"], &format!("{place}[{at}]"))).collect()
            }
            Value::Object(of) => wrong(of["const"].as_array().is_some_and(|values| values.contains(value))),
            kind => match kind.as_str().unwrap_or_default() {
                "Integer" => wrong(value.is_i64()),
                "Float" => wrong(value.is_number()),
                "String" => wrong(value.is_string()),
                "Boolean" => wrong(value.is_boolean()),
                // <https://core.telegram.org/bots/api#richtext>
                "RichTextUnion" => {
                    self.problems_of_any(value, &[json!("String"), json!({ "array": kind }), json!("RichText")], place)
                }
                name => self.problems_of_object(value, name, place),
            },
        }
    }

    fn problems_of_any(&self, value: &Value, kinds: &[Value], place: &str) -> Vec<String> {
        let each = kinds.iter().map(|kind| self.problems(value, kind, place));
        each.min_by_key(Vec::len).unwrap_or_default()
    }

    fn problems_of_object(&self, value: &Value, kind: &str, place: &str) -> Vec<String> {
        let (Some(object), Some(known)) = (value.as_object(), self.0["types"][kind]["fields"].as_object()) else {
            return vec![format!("{place} is no {kind}: {value}")];
        };
        let variants = self.variants(kind);
        if known.is_empty() && !variants.is_empty() {
            // Those that say in `type` what they are: not to be tried one by one, since each contains others.
            let says = |variant: &&Value| {
                let types = &self.0["types"][variant.as_str().unwrap_or_default()]["fields"]["type"]["type"]["const"];
                types.as_array().is_some_and(|types| types.contains(&value["type"]))
            };
            let named: Vec<Value> = variants.iter().filter(says).cloned().collect();
            return self.problems_of_any(value, if named.is_empty() { &variants } else { &named }, place);
        }
        // What tells variants apart is always there.
        let is_always_there = |field: &Value| field["required"] == true || field["type"].get("const").is_some();
        let missing = known.iter().filter(|(name, field)| is_always_there(field) && !object.contains_key(*name));
        let mut problems: Vec<_> = missing.map(|(name, _)| format!("{place}.{name} is missing")).collect();
        for (name, value) in object {
            let place = format!("{place}.{name}");
            match known.get(name) {
                None if (kind, name.as_str()) == UNDOCUMENTED => {}
                None => problems.push(format!("{place} is no field of {kind}")),
                Some(field) => problems.extend(self.problems(value, &field["type"], &place)),
            }
        }
        problems
    }

    /// The types that a type without fields stands for: those whose names begin with its own. Without any it is an object that
    /// has no fields.
    fn variants(&self, kind: &str) -> Vec<Value> {
        if kind == "MaybeInaccessibleMessage" {
            return vec![json!("Message"), json!("InaccessibleMessage")];
        }
        let names = self.0["types"].as_object().expect("types").keys();
        names.filter(|name| name.starts_with(kind) && *name != kind).map(|name| json!(name)).collect()
    }
}

static DESCRIBED: LazyLock<Described> = LazyLock::new(Described::read);

/// What is wrong with a result of a method. What it has in its updates is looked at, too.
pub(super) fn problems(method: &str, result: &Value) -> Vec<String> {
    let canonical = crate::bot_api::spelled(method).unwrap_or(method);
    let kind = DESCRIBED.returned(canonical);
    let mut all = DESCRIBED.problems(result, kind, canonical);
    all.extend(foreign_models::problems(result, kind));
    all
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

#[tokio::test]
async fn what_is_sent_is_what_the_bot_api_says() {
    let world = World::new().await;
    deeds(&world).await;
    let updates = world.call("getUpdates", json!({})).await;
    let kinds: BTreeSet<&str> = updates.as_array().expect("a list").iter().flat_map(fields).collect();
    let all = ["callback_query", "edited_message", "message", "my_chat_member", "update_id"];
    assert_eq!(kinds, BTreeSet::from(all));
    let taps = updates.as_array().into_iter().flatten().find_map(|update| update["callback_query"].get("id"));
    let fields = [("chat_id", "1001"), ("caption", "#c")];
    let photo = world.upload("sendPhoto", &fields, "photo", &png(200, 100, "tea")).await;
    world.upload("sendDocument", &fields, "document", &png(200, 100, "tea")).await;
    let id = world.send_with_button("x", "c").await;
    for (method, body) in calls(&photo, taps.expect("a tap"), id.into()) {
        world.call(method, body).await;
    }
    let mut called = world.called.into_inner().expect("no panic");
    for family in families().await {
        called.extend(family.called.into_inner().expect("no panic"));
    }
    let left: Vec<&str> = methods::names().filter(|name| !called.contains(&name.to_ascii_lowercase())).collect();
    assert_eq!(left, Vec::<&str>::new(), "no test calls these so that they succeed");
}

/// A world for each family of methods, after all of its calls. Updates that have come by then are looked at, too.
async fn families() -> Vec<World> {
    use super::methods::{
        business, discussion, gifts, groups, guests, inline, managed, media, payments, polls, rich, stickers,
        suggested, topics,
    };
    let mut worlds = Vec::new();
    macro_rules! play {
        ($($family:ident),*) => {$(
            let world = World::new().await;
            $family::scenario(&world).await;
            world.call("getUpdates", json!({})).await;
            worlds.push(world);
        )*};
    }
    play!(
        business, discussion, gifts, groups, guests, inline, managed, media, payments, polls, rich, stickers,
        suggested, topics
    );
    worlds
}

fn fields(object: &Value) -> impl Iterator<Item = &str> {
    object.as_object().into_iter().flat_map(|object| object.keys().map(String::as_str))
}

#[test]
fn a_missing_a_strange_and_an_ill_typed_field_are_found() {
    let described = Described::read();
    let user = |user: Value| described.problems(&user, &json!("User"), "user").len();
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
        // A picture is bytes, and no list of numbers.
        assert!(kind == "application/json" || media["schema"]["type"] != "array", "{place}: {kind}");
    }
}
