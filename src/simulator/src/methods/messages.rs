//! Sending.

use serde_json::{Value, json};

use super::{Call, Outcome, content};
use crate::files::FileKind;
use crate::keyboards::ReplyMarkup;
use crate::refusal::Refusal;
use crate::world::{Body, Draft, Post};

/// The most pictures of one album (<https://core.telegram.org/bots/api#sendmediagroup>).
const ALBUM: usize = 10;

pub(super) fn send_message(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let body = Body::Text(content::text(call)?);
    send(call, chat, body)
}

pub(super) fn send_photo(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let photo = content::file(call, "photo", FileKind::Photo)?;
    let body = Body::Photo(photo, content::caption(call)?);
    send(call, chat, body)
}

pub(super) fn send_document(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let document = content::file(call, "document", FileKind::Document)?;
    let body = Body::Document(document, content::caption(call)?);
    send(call, chat, body)
}

/// Actions of the Bot API (<https://core.telegram.org/bots/api#sendchataction>).
const ACTIONS: &[&str] = &[
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

pub(super) fn send_chat_action(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let action = call.params.text("action").unwrap_or_default();
    if !ACTIONS.contains(&&*action) {
        return Err(Refusal::bad("wrong parameter action in request"));
    }
    call.bot.open_chat(chat)?.show_typing();
    Ok(true.into())
}

pub(super) fn send_contact(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let phone = required(call, "phone_number")?;
    let mut value = json!({ "phone_number": phone, "first_name": required(call, "first_name")? });
    if let Some(last) = call.params.text("last_name") {
        value["last_name"] = last.into();
    }
    send(call, chat, Body::Other { field: "contact", value, shown: format!("📞 {phone}") })
}

pub(super) fn send_location(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let degrees = |call: &Call<'_>, field: &str, most: f64| {
        let number = required(call, field)?.trim().parse::<f64>().ok();
        number
            .filter(|number| number.abs() <= most)
            .ok_or_else(|| Refusal::bad("wrong latitude or longitude specified"))
    };
    let (latitude, longitude) = (degrees(call, "latitude", 90.0)?, degrees(call, "longitude", 180.0)?);
    let value = json!({ "latitude": latitude, "longitude": longitude });
    send(call, chat, Body::Other { field: "location", value, shown: format!("📍 {latitude}, {longitude}") })
}

/// 1 to 10 photos, or documents, that are shown together (<https://core.telegram.org/bots/api#sendmediagroup>).
pub(super) fn send_media_group(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let media = call.params.json("media")?.unwrap_or_else(|| json!([]));
    let list = media.as_array().ok_or_else(|| Refusal::bad("expected an Array of InputMedia"))?;
    if list.is_empty() {
        return Err(Refusal::bad("there are no messages to send"));
    }
    if list.len() > ALBUM {
        return Err(Refusal::bad("too many messages to send as an album"));
    }
    let bodies = list.iter().map(|media| content::media(call, media)).collect::<Result<Vec<_>, _>>()?;
    let documents = bodies.iter().filter(|body| matches!(body, Body::Document(..))).count();
    if documents > 0 && documents < bodies.len() {
        return Err(Refusal::bad("document can't be mixed with other media types"));
    }
    let reply_to = replied(call, chat)?;
    let topic = topic(call, chat)?;
    call.bot.may_send(chat)?;
    let album = (bodies.len() > 1).then(|| call.bot.next_album());
    let mut sent = Vec::new();
    for body in bodies {
        let draft = Draft { reply_to, topic, album: album.clone(), ..Draft::new(body, ReplyMarkup::None) };
        let post = call.bot.post(chat, draft)?;
        sent.push(call.bot.message_json(chat, &post));
    }
    Ok(sent.into())
}

/// Sends a message on, with where it came from.
pub(super) fn forward_message(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let post = source(call, "message to forward not found")?;
    let from = call.chat_named("from_chat_id")?;
    let sender = call.bot.message_json(from, &post)["from"].clone();
    let topic = topic(call, chat)?;
    call.bot.may_send(chat)?;
    let origin = post.origin.unwrap_or_else(|| json!({ "type": "user", "sender_user": sender, "date": post.date }));
    let post =
        call.bot.post(chat, Draft { origin: Some(origin), topic, ..Draft::new(post.body, ReplyMarkup::None) })?;
    Ok(call.bot.message_json(chat, &post))
}

/// Sends a copy, which does not say where it came from; another caption may stand under it.
pub(super) fn copy_message(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let post = source(call, "message to copy not found")?;
    let body = match post.body {
        Body::Photo(blob, _) if call.params.text("caption").is_some() => Body::Photo(blob, content::caption(call)?),
        Body::Document(blob, _) if call.params.text("caption").is_some() => {
            Body::Document(blob, content::caption(call)?)
        }
        body => body,
    };
    let (markup, reply_to) = (content::markup(call)?, replied(call, chat)?);
    let topic = topic(call, chat)?;
    call.bot.may_send(chat)?;
    let post = call.bot.post(chat, Draft { reply_to, topic, ..Draft::new(body, markup) })?;
    Ok(json!({ "message_id": post.id }))
}

/// The message that is to be sent on.
fn source(call: &mut Call<'_>, missing: &str) -> Result<Post, Refusal> {
    let (from, id) = (call.chat_named("from_chat_id")?, call.message_id()?);
    let chat = call.bot.chats.get(&from).ok_or_else(Refusal::chat_not_found)?;
    chat.post(id).cloned().ok_or_else(|| Refusal::bad(missing))
}

/// The message that a new one answers, by `reply_parameters` or, as before Bot API 7.0, `reply_to_message_id`.
fn replied(call: &mut Call<'_>, chat: i64) -> Result<Option<i32>, Refusal> {
    let asked = call.params.json("reply_parameters")?;
    let field = |key: &str| asked.as_ref().and_then(|asked| asked.get(key));
    let id = field("message_id").and_then(Value::as_i64).or_else(|| call.params.integer("reply_to_message_id"));
    let Some(id) = id.filter(|id| *id != 0) else { return Ok(None) };
    let id = i32::try_from(id).unwrap_or_default();
    if call.bot.open_chat(chat)?.post(id).is_some() {
        return Ok(Some(id));
    }
    let without = field("allow_sending_without_reply").and_then(Value::as_bool).unwrap_or(false);
    if without || call.params.truth("allow_sending_without_reply") {
        return Ok(None);
    }
    Err(Refusal::bad("message to be replied not found"))
}

/// The topic of a group that the message is for: one that has been written in.
fn topic(call: &mut Call<'_>, chat: i64) -> Result<Option<i32>, Refusal> {
    let Some(asked) = call.params.integer("message_thread_id").filter(|topic| *topic != 0) else { return Ok(None) };
    let topic = i32::try_from(asked).ok();
    let known = &call.bot.open_chat(chat)?.topics;
    topic.filter(|topic| known.contains(topic)).map(Some).ok_or_else(|| Refusal::bad("message thread not found"))
}

fn required(call: &Call<'_>, field: &str) -> Result<String, Refusal> {
    let text = call.params.text(field).map(|text| text.into_owned()).filter(|text| !text.is_empty());
    text.ok_or_else(|| Refusal::bad(format!("parameter \"{field}\" is required")))
}

fn open(call: &mut Call<'_>) -> Result<i64, Refusal> {
    let chat = call.chat_id()?;
    call.bot.open_chat(chat)?;
    Ok(chat)
}

fn send(call: &mut Call<'_>, chat: i64, body: Body) -> Outcome {
    let (markup, reply_to) = (content::markup(call)?, replied(call, chat)?);
    let topic = topic(call, chat)?;
    call.bot.may_send(chat)?;
    let post = call.bot.post(chat, Draft { reply_to, topic, ..Draft::new(body, markup) })?;
    Ok(call.bot.message_json(chat, &post))
}
