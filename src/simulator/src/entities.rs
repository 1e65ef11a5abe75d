//! `MessageEntity`s: written, and read as the server reads those of a bot (`get_text_entity` of `Client.cpp`, and
//! `get_message_entities` of tdlib's `MessageEntity.cpp`).

use engine::markup::{EntityKind, MessageEntity, Rich, checked_link, linked_person};
use serde_json::{Value, json};

use super::refusal::Refusal;

/// `MessageEntity`s of a text.
pub(crate) fn entities_json(rich: &Rich) -> Vec<Value> {
    rich.entities.iter().map(entity_json).collect()
}

fn entity_json(entity: &MessageEntity) -> Value {
    let mut object = json!({ "type": kind_name(&entity.kind), "offset": entity.offset, "length": entity.length });
    match &entity.kind {
        EntityKind::Link(url) => object["url"] = url.as_str().into(),
        EntityKind::Pre(language) if !language.is_empty() => object["language"] = language.as_str().into(),
        EntityKind::TextMention(id) => object["user"] = json!({ "id": id, "is_bot": false, "first_name": "" }),
        EntityKind::CustomEmoji(id) => object["custom_emoji_id"] = id.as_str().into(),
        EntityKind::DateTime(time, format) => {
            object["unix_time"] = (*time).into();
            object["date_time_format"] = format.as_str().into();
        }
        _ => {}
    }
    object
}

fn kind_name(kind: &EntityKind) -> &'static str {
    match kind {
        EntityKind::Bold => "bold",
        EntityKind::Italic => "italic",
        EntityKind::Underline => "underline",
        EntityKind::Struck => "strikethrough",
        EntityKind::Spoiler => "spoiler",
        EntityKind::Code => "code",
        EntityKind::Pre(_) => "pre",
        EntityKind::Link(_) => "text_link",
        EntityKind::Quote => "blockquote",
        EntityKind::ExpandableQuote => "expandable_blockquote",
        EntityKind::TextMention(_) => "text_mention",
        EntityKind::CustomEmoji(_) => "custom_emoji",
        EntityKind::DateTime(..) => "date_time",
        EntityKind::Mention => "mention",
        EntityKind::Hashtag => "hashtag",
        EntityKind::Cashtag => "cashtag",
        EntityKind::BotCommand => "bot_command",
        EntityKind::Url => "url",
        EntityKind::Email => "email",
        EntityKind::Phone => "phone_number",
    }
}

/// Kinds that Telegram finds by itself: it passes them over where a bot hands them over.
const FOUND: [&str; 8] =
    ["mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"];

/// Letters of a `date_time_format`; `r` and `R` stand alone.
const DATE_TIME_FORMAT: &str = "tTdDwW";

/// Reads `MessageEntity`s. What is not a list counts as none.
///
/// # Errors
/// An entity that cannot be read, in the server's words.
pub(crate) fn read_entities(list: &Value) -> Result<Vec<MessageEntity>, Refusal> {
    let read = |entity| read_entity(entity).transpose();
    list.as_array().into_iter().flatten().filter_map(read).collect()
}

fn read_entity(entity: &Value) -> Result<Option<MessageEntity>, Refusal> {
    let wrong = |words: String| Refusal::bad(format!("can't parse MessageEntity: {words}"));
    if !entity.is_object() {
        return Err(wrong("expected an Object".to_owned()));
    }
    let (offset, length) = (number(entity, "offset").map_err(wrong)?, number(entity, "length").map_err(wrong)?);
    let Some(kind) = read_kind(entity).map_err(wrong)? else { return Ok(None) };
    let unsigned = |what: &str, number: i32| {
        usize::try_from(number).map_err(|_| Refusal::bad(format!("receive an entity with incorrect {what} {number}")))
    };
    let (offset, length) = (unsigned("offset", offset)?, unsigned("length", length)?);
    Ok(Some(MessageEntity { kind: checked(kind)?, offset, length }))
}

fn read_kind(entity: &Value) -> Result<Option<EntityKind>, String> {
    let kind = text(entity, "type")?;
    let optional = |field: &str| entity.get(field).map_or(Ok(String::new()), |_| text(entity, field));
    Ok(Some(match kind.as_str() {
        "" => return Err("Type is not specified".to_owned()),
        "bold" => EntityKind::Bold,
        "italic" => EntityKind::Italic,
        "underline" => EntityKind::Underline,
        "strikethrough" => EntityKind::Struck,
        "spoiler" => EntityKind::Spoiler,
        "code" => EntityKind::Code,
        "pre" => EntityKind::Pre(optional("language")?),
        "text_link" => EntityKind::Link(text(entity, "url")?),
        "blockquote" => EntityKind::Quote,
        "expandable_blockquote" => EntityKind::ExpandableQuote,
        "text_mention" => {
            let user = entity.get("user").filter(|user| user.is_object()).ok_or_else(|| missing("user"))?;
            EntityKind::TextMention(whole(user, "id")?)
        }
        "custom_emoji" => EntityKind::CustomEmoji(whole(entity, "custom_emoji_id")?.to_string()),
        "date_time" => {
            let (time, format) = (number(entity, "unix_time")?, optional("date_time_format")?);
            if !matches!(format.as_str(), "r" | "R") && format.contains(|letter| !DATE_TIME_FORMAT.contains(letter)) {
                return Err("Invalid date-time format specified".to_owned());
            }
            EntityKind::DateTime(time.into(), format)
        }
        kind if FOUND.contains(&kind) => return Ok(None),
        _ => return Err("Unsupported type specified".to_owned()),
    }))
}

/// A kind as it is kept: addresses in full, `tg://user?id=…` as a mention.
fn checked(kind: EntityKind) -> Result<EntityKind, Refusal> {
    match kind {
        EntityKind::Link(url) => match (linked_person(&url), checked_link(&url)) {
            (Some(person), _) => Ok(EntityKind::TextMention(person)),
            (None, Some(url)) => Ok(EntityKind::Link(url)),
            (None, None) => Err(Refusal::bad(format!("entity URL '{url}' is invalid"))),
        },
        EntityKind::CustomEmoji(id) if id == "0" => Err(Refusal::bad("invalid custom emoji identifier specified")),
        kind => Ok(kind),
    }
}

fn missing(field: &str) -> String {
    format!("Can't find field \"{field}\"")
}

/// A text; the server takes a number for one, too.
fn text(object: &Value, field: &str) -> Result<String, String> {
    match object.get(field) {
        None => Err(missing(field)),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(_) => Err(format!("Field \"{field}\" must be of type String")),
    }
}

/// A whole number of 64 bits, which may come as a text.
fn whole(object: &Value, field: &str) -> Result<i64, String> {
    match object.get(field) {
        None => Err(missing(field)),
        Some(Value::String(text)) => text.parse().map_err(|_| format!("Field \"{field}\" must be a valid Number")),
        Some(value) => value.as_i64().ok_or_else(|| format!("Field \"{field}\" must be a Number")),
    }
}

/// A whole number of 32 bits.
fn number(object: &Value, field: &str) -> Result<i32, String> {
    i32::try_from(whole(object, field)?).map_err(|_| format!("Field \"{field}\" must be a valid Number"))
}
