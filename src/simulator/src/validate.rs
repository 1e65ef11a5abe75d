//! Parameters that are objects, compared with what the Bot API says of them.
//!
//! The real server passes over scalars that it cannot read, and fields that it does not know; what it says of an object that it
//! cannot read is the same for most of them (`Client.cpp`, `get_link_preview_options`, `get_reply_parameters`).

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::bot_api::{self, Field};
use super::params::{Params, spoken};
use super::refusal::Refusal;

/// What the methods read themselves, in words of their own.
const READ_ELSEWHERE: &[&str] = &[
    "reply_markup",
    "entities",
    "caption_entities",
    "question_entities",
    "explanation_entities",
    "description_entities",
    "text_entities",
    "media",
    "options",
    "prices",
    "shipping_options",
    "stickers",
    "sticker",
    "result",
    "results",
    "commands",
    "reaction",
    "menu_button",
    "rights",
    "permissions",
    "photo",
    "scope",
    "mask_position",
    "button",
    "message_ids",
    "emoji_list",
    "keywords",
    "custom_emoji_ids",
    "allowed_updates",
    "correct_option_ids",
    "rich_message",
];

/// The parameters of each method that are looked at here, found once.
static OBJECTS: LazyLock<HashMap<&'static str, Vec<(&'static str, &'static Field)>>> = LazyLock::new(|| {
    let is_object = |field: &Field| field.kind.as_str().is_some_and(|kind| bot_api::fields(kind).is_some());
    let of = |method| {
        let all = bot_api::parameters(method);
        all.filter(|(name, field)| is_object(field) && !READ_ELSEWHERE.contains(name)).collect()
    };
    bot_api::methods().map(|method| (method, of(method))).collect()
});

/// Looks at the objects among the parameters of a method.
///
/// # Errors
/// In Telegram's words, where one is no JSON, is something else than an object, or lacks a field.
pub(crate) fn objects(method: &str, params: &Params) -> Result<(), Refusal> {
    for (name, field) in OBJECTS.get(method).into_iter().flatten() {
        let Some(value) = params.json(name)? else { continue };
        if !value.is_object() {
            return Err(Refusal::bad(format!("object expected as {}", spoken(name))));
        }
        let problem = problem(&value, &field.kind);
        if let Some(problem) = problem {
            return Err(Refusal::bad(format!("can't parse {}: {problem}", spoken(name))));
        }
    }
    Ok(())
}

/// What is wrong with a value of a type, in the words of tdlib's `JsonBuilder.cpp`.
fn problem(value: &Value, kind: &Value) -> Option<String> {
    match kind {
        Value::Array(kinds) => {
            let all: Vec<Option<String>> = kinds.iter().map(|kind| problem(value, kind)).collect();
            if all.iter().any(Option::is_none) { None } else { all.into_iter().flatten().next() }
        }
        Value::Object(of) => {
            let element = of.get("array")?;
            value.as_array()?.iter().find_map(|one| problem(one, element))
        }
        kind => {
            let fields = bot_api::fields(kind.as_str()?)?;
            let object = value.as_object()?;
            fields.iter().find_map(|(name, field)| of_field(object.get(name), name, field))
        }
    }
}

/// What is wrong with the fields of an object, not looking into them.
pub(crate) fn shallow(value: &Value, object: &str) -> Option<String> {
    let fields = bot_api::fields(object)?;
    fields.iter().find_map(|(name, field)| scalar(value.get(name), name, field).err())
}

fn of_field(value: Option<&Value>, name: &str, field: &Field) -> Option<String> {
    match scalar(value, name, field) {
        Err(problem) => Some(problem),
        Ok(None) => None,
        Ok(Some(value)) => problem(value, &field.kind),
    }
}

/// A field that is there and of its type, unless it is an object.
fn scalar<'v>(value: Option<&'v Value>, name: &str, field: &Field) -> Result<Option<&'v Value>, String> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return if field.required { Err(format!("Can't find field \"{name}\"")) } else { Ok(None) };
    };
    let wrong = |kind: &str| Err(format!("Field \"{name}\" must be of type {kind}"));
    match field.kind.as_str() {
        // Numbers may be written as texts.
        Some("Integer" | "Float") if !value.is_number() && !value.is_string() => wrong("Number"),
        Some("String") if !value.is_string() && !value.is_number() => wrong("String"),
        Some("Boolean") if !value.is_boolean() => wrong("Boolean"),
        _ => Ok(Some(value)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_that_lacks_or_has_another_type_is_named() {
        let parameters = |value: Value| problem(&value, &json!("ReplyParameters"));
        assert_eq!(parameters(json!({ "message_id": 1, "strange": [] })), None);
        assert_eq!(
            parameters(json!({ "message_id": "1", "quote_entities": [{ "type": "bold", "offset": 0, "length": 1 }] })),
            None
        );
        assert_eq!(
            parameters(json!({ "message_id": {} })).as_deref(),
            Some("Field \"message_id\" must be of type Number")
        );
        let entity = json!({ "message_id": 1, "quote_entities": [{ "offset": 0, "length": 1 }] });
        assert_eq!(parameters(entity).as_deref(), Some("Can't find field \"type\""));
    }

    #[test]
    fn what_is_read_elsewhere_is_a_parameter() {
        let methods = bot_api::methods();
        let all: std::collections::BTreeSet<&str> =
            methods.flat_map(bot_api::parameters).map(|(name, _)| name).collect();
        let foreign: Vec<_> = READ_ELSEWHERE.iter().filter(|name| !all.contains(*name)).collect();
        assert!(foreign.is_empty(), "{foreign:?}");
    }
}
