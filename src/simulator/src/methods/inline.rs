//! Answers to what people type behind the bot's name, and to Mini Apps.

use engine::markup::Rich;
use serde_json::{Value, json};

use super::members::subject;
use super::{Call, Outcome, content, input_media, rich};
use crate::files::FileKind;
use crate::keyboards::{self, ReplyMarkup};
use crate::refusal::{QUERY_TOO_OLD, Refusal};
use crate::world::Body;

/// The most results of one answer, and bytes of an identifier (<https://core.telegram.org/bots/api#inlinequeryresult>).
const RESULTS: usize = 50;
const ID: usize = 64;
/// Seconds after which an answer comes too late, as for taps.
const LIFE: i64 = crate::updates::TAP_LIFE;
/// A prepared message can be used for a day, in seconds.
const PREPARED: i64 = 86_400;

/// The word in which a result names its file, and the kind of the file.
const FILES: &[(&str, &str, FileKind)] = &[
    ("photo", "photo", FileKind::Photo),
    ("gif", "gif", FileKind::Animation),
    ("mpeg4_gif", "mpeg4", FileKind::Animation),
    ("sticker", "sticker", FileKind::Sticker),
    ("document", "document", FileKind::Document),
    ("video", "video", FileKind::Video),
    ("voice", "voice", FileKind::Voice),
    ("audio", "audio", FileKind::Audio),
];

/// Checks an `InlineQueryResult`.
fn check(result: &Value) -> Result<(), Refusal> {
    let wrong = |words: &str| Refusal::bad(format!("can't parse inline query result: {words}"));
    if !result.is_object() {
        return Err(wrong("Inline query result must be an object"));
    }
    let said = |field: &str| result.get(field).and_then(Value::as_str);
    let kind = said("type").ok_or_else(|| wrong("Can't find field \"type\""))?;
    let id = said("id").ok_or_else(|| wrong("Can't find field \"id\""))?;
    if id.is_empty() || id.len() > ID {
        return Err(Refusal::bad("RESULT_ID_INVALID"));
    }
    let has = |field: &str| result.get(field).is_some_and(|value| !value.is_null());
    match kind {
        "article" => {
            said("title").ok_or_else(|| wrong("Can't find field \"title\""))?;
            if result.get("input_message_content").is_none_or(Value::is_null) {
                return Err(wrong("input message content is not specified"));
            }
        }
        "contact" if !has("phone_number") => return Err(wrong("Can't find field \"phone_number\"")),
        "location" | "venue" if !has("latitude") => return Err(wrong("Can't find field \"latitude\"")),
        "venue" if !has("title") => return Err(wrong("Can't find field \"title\"")),
        "contact" | "location" | "venue" | "game" => {}
        kind => {
            let known = FILES.iter().find(|(name, ..)| *name == kind);
            let (_, word, _) =
                known.ok_or_else(|| wrong(&format!("type \"{kind}\" is unsupported for the inline query result")))?;
            if file_of(result, kind, word).is_none() {
                return Err(wrong(&format!("Can't find field \"{word}_url\"")));
            }
        }
    }
    if let Some(markup) = result.get("reply_markup").filter(|markup| !markup.is_null()) {
        keyboards::parse(Some(markup.clone()))?;
    }
    Ok(())
}

fn file_of<'a>(result: &'a Value, kind: &str, word: &str) -> Option<&'a str> {
    let fields = [format!("{word}_file_id"), format!("{kind}_file_id"), format!("{word}_url"), format!("{kind}_url")];
    fields.iter().find_map(|field| result.get(field)?.as_str())
}

pub(super) fn answer(call: &mut Call<'_>) -> Outcome {
    let results = call.params.json("results")?.unwrap_or_else(|| json!([]));
    let list = results.as_array().cloned().ok_or_else(|| Refusal::bad("expected an Array of inline query results"))?;
    if list.len() > RESULTS {
        return Err(Refusal::bad("too many inline query results specified"));
    }
    list.iter().try_for_each(check)?;
    // What cannot be sent is refused now, and not when somebody chooses it.
    for result in &list {
        body(call, result)?;
    }
    let ids: std::collections::BTreeSet<_> = list.iter().map(|result| result["id"].as_str()).collect();
    if ids.len() < list.len() {
        return Err(Refusal::bad("RESULT_ID_DUPLICATE"));
    }
    let id = call.params.text("inline_query_id").unwrap_or_default().into_owned();
    let now = call.bot.unix_now();
    let asked = call.bot.inline.queries.get_mut(&id).filter(|asked| now - asked.at <= LIFE && asked.results.is_none());
    asked.ok_or_else(|| Refusal::bad(QUERY_TOO_OLD))?.results = Some(list);
    Ok(true.into())
}

/// The result that a call brings.
fn result(call: &Call<'_>) -> Result<Value, Refusal> {
    let result = call.params.json("result")?.ok_or_else(|| Refusal::bad("result isn't specified"))?;
    check(&result)?;
    Ok(result)
}

/// What somebody sends by choosing a result.
pub(crate) fn body(call: &mut Call<'_>, result: &Value) -> Result<(Body, ReplyMarkup), Refusal> {
    let said = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let markup = keyboards::parse(result.get("reply_markup").filter(|markup| !markup.is_null()).cloned())?;
    let kind = said(result, "type");
    let content = result.get("input_message_content").filter(|content| !content.is_null()).unwrap_or(result);
    let other = |field: &'static str, names: &[&str], shown: String| {
        let fields = names.iter().filter_map(|name| Some(((*name).to_owned(), content.get(*name)?.clone())));
        Body::Other { field, value: Value::Object(fields.collect()), shown }
    };
    let mode = content.get("parse_mode").and_then(Value::as_str);
    if kind == "game" || content.get("prices").is_some() {
        let words = "Not Implemented: games and invoices among inline results are not simulated";
        return Err(Refusal::new(501, words));
    }
    let body = if let Some(text) = content.get("message_text").and_then(Value::as_str) {
        let rich = content::read_rich(text, mode, content.get("entities").cloned())?;
        if rich.text.is_empty() {
            return Err(Refusal::bad("message text is empty"));
        }
        Body::Text(rich)
    } else if let Some(given) = content.get(rich::FIELD) {
        rich::body(call, given, rich::Stage::Message)?
    } else if content.get("phone_number").is_some() {
        other(
            "contact",
            &["phone_number", "first_name", "last_name", "vcard"],
            format!("📞 {}", said(content, "phone_number")),
        )
    } else if content.get("address").is_some() {
        let location = json!({ "latitude": content["latitude"], "longitude": content["longitude"] });
        let value = json!({ "location": location, "title": content["title"], "address": content["address"] });
        Body::Other { field: "venue", value, shown: format!("📍 {}", said(content, "title")) }
    } else if content.get("latitude").is_some() {
        other("location", &["latitude", "longitude", "live_period"], "📍".to_owned())
    } else {
        let found = FILES.iter().find(|(name, ..)| *name == kind);
        let (name, word, file) = found.ok_or_else(|| Refusal::bad("unallowed inline message content type"))?;
        let reference = file_of(result, name, word).unwrap_or_default();
        let caption = content::read_rich(&said(result, "caption"), mode, result.get("caption_entities").cloned())?;
        input_media::in_album(call, *file, &json!({ "media": reference }), caption)?
    };
    Ok((body, markup))
}

/// Answers who has mentioned the bot where it is not (<https://core.telegram.org/api/bots/guest-mode>).
pub(super) fn answer_guest(call: &mut Call<'_>) -> Outcome {
    let result = result(call)?;
    let id = call.params.text("guest_query_id").unwrap_or_default().into_owned();
    let now = call.bot.unix_now();
    let query = call.bot.inline.guests.get(&id).filter(|query| now - query.at <= LIFE);
    let query = *query.ok_or_else(|| Refusal::bad(QUERY_TOO_OLD))?;
    let (body, markup) = body(call, &result)?;
    call.bot.inline.guests.remove(&id);
    Ok(json!({ "inline_message_id": call.bot.as_guest(query, body, markup) }))
}

/// Sends what a Mini App is answered with, in the name of who has opened it.
pub(super) fn answer_web_app(call: &mut Call<'_>) -> Outcome {
    let result = result(call)?;
    let id = call.params.text("web_app_query_id").unwrap_or_default().into_owned();
    let (person, chat) = *call.bot.inline.apps.get(&id).ok_or_else(|| Refusal::bad(QUERY_TOO_OLD))?;
    let (body, markup) = body(call, &result)?;
    call.bot.inline.apps.remove(&id);
    let sent = call.bot.via(chat, person, body, markup);
    Ok(json!({ "inline_message_id": sent }))
}

pub(super) fn save_message(call: &mut Call<'_>) -> Outcome {
    let person = subject(call)?;
    let kinds = ["allow_user_chats", "allow_bot_chats", "allow_group_chats", "allow_channel_chats"];
    if !kinds.iter().any(|kind| call.params.truth(kind)) {
        return Err(Refusal::bad("at least one chat type must be allowed"));
    }
    result(call)?;
    call.bot.serial += 1;
    let id = format!("{}{:08}", call.bot.id, call.bot.serial);
    call.bot.inline.prepared.insert(id.clone(), person);
    Ok(json!({ "id": id, "expiration_date": call.bot.unix_now() + PREPARED }))
}

pub(super) fn save_button(call: &mut Call<'_>) -> Outcome {
    let person = subject(call)?;
    let button = call.params.json("button").map_err(|_| Refusal::bad("can't parse keyboard button JSON object"))?;
    let button = button.ok_or_else(|| Refusal::bad("button is not specified"))?;
    button
        .get("text")
        .and_then(Value::as_str)
        .ok_or_else(|| Refusal::bad("can't parse keyboard button: Can't find field \"text\""))?;
    let asks = ["request_users", "request_chat", "request_managed_bot"];
    if !asks.iter().any(|field| button.get(*field).is_some_and(Value::is_object)) {
        return Err(Refusal::bad("BUTTON_TYPE_INVALID"));
    }
    call.bot.serial += 1;
    let id = format!("{}{:08}", call.bot.id, call.bot.serial);
    call.bot.inline.prepared.insert(id.clone(), person);
    Ok(json!({ "id": id }))
}

/// What is shown of results before one is chosen.
pub(crate) fn titles(results: &[Value]) -> Vec<Value> {
    let title = |result: &Value| {
        let said = |field: &str| result.get(field).and_then(Value::as_str);
        let shown = said("title").or_else(|| said("caption")).or_else(|| said("first_name")).unwrap_or_default();
        json!({ "id": result["id"], "type": result["type"], "title": Rich::plain(shown).text, "description": result.get("description") })
    };
    results.iter().map(title).collect()
}
