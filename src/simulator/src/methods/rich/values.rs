//! Values of rich messages, as bots write them and as Telegram sends them.

use engine::markup::{EntityKind, Rich};
use serde_json::{Map, Value, json};

use crate::bot_api;

/// A text, which may be written as a number.
pub(super) fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A whole number, which may be written as a text.
pub(super) fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A field of an object; `null` is none.
pub(super) fn field<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// The fields of an object that the Bot API knows: what else a bot brings is passed over.
pub(super) fn known(object: &Value, name: &str) -> Map<String, Value> {
    let fields = bot_api::fields(name).into_iter().flat_map(|fields| fields.keys());
    fields.filter_map(|name| Some((name.clone(), field(object, name)?.clone()))).collect()
}

/// A text with what Telegram finds in it.
pub(super) fn found(words: &str) -> Value {
    let mut rich = Rich { text: words.to_owned(), entities: Vec::new() };
    rich.find_entities();
    let units: Vec<u16> = words.encode_utf16().collect();
    let part = |from: usize, to: usize| String::from_utf16_lossy(units.get(from..to).unwrap_or_default());
    let mut pieces: Vec<Value> = Vec::new();
    let mut at = 0;
    for entity in &rich.entities {
        let (kind, field, sign) = match entity.kind {
            EntityKind::Mention => ("mention", "username", "@"),
            EntityKind::Hashtag => ("hashtag", "hashtag", "#"),
            EntityKind::Cashtag => ("cashtag", "cashtag", "$"),
            EntityKind::BotCommand => ("bot_command", "bot_command", "/"),
            EntityKind::Url => ("url", "url", ""),
            EntityKind::Email => ("email_address", "email_address", ""),
            EntityKind::Phone => ("phone_number", "phone_number", ""),
            _ => continue,
        };
        pieces.push(part(at, entity.offset).into());
        let text = part(entity.offset, entity.end());
        // tdlib's `get_rich_text_object` tells names without their sign.
        pieces.push(json!({ "type": kind, field: text.trim_start_matches(sign), "text": text }));
        at = entity.end();
    }
    pieces.push(part(at, units.len()).into());
    joined(pieces)
}

/// Pieces as one `RichText`: nothing, a text, an object, or several of them.
pub(super) fn joined(pieces: Vec<Value>) -> Value {
    let mut merged: Vec<Value> = Vec::new();
    for piece in pieces.into_iter().filter(|piece| *piece != "") {
        match (merged.last_mut(), piece) {
            (Some(Value::String(before)), Value::String(words)) => *before += &words,
            (_, Value::Array(several)) => merged.extend(several),
            (_, piece) => merged.push(piece),
        }
    }
    match merged.len() {
        0 => "".into(),
        1 => merged.remove(0),
        _ => merged.into(),
    }
}
