//! Sending.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::sending::{common, of_file, open, permission, replied, send, topic};
use super::{Call, Outcome, business, content, input_media, rich};
use crate::files::FileKind;
use crate::keyboards::ReplyMarkup;
use crate::media::Media;
use crate::refusal::Refusal;
use crate::world::{Body, Bot, Draft, Post};

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
    if list.iter().any(|media| media.get("type").and_then(Value::as_str) == Some("animation")) {
        return Err(Refusal::bad("can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup"));
    }
    let bodies = list.iter().map(|media| input_media::media(call, media)).collect::<Result<Vec<_>, _>>()?;
    let alone = |body: &Body| match body {
        Body::Document(..) => Some("document"),
        Body::Media(media) if media.kind == FileKind::Audio => Some("audio"),
        _ => None,
    };
    for kind in ["document", "audio"] {
        let count = bodies.iter().filter(|body| alone(body) == Some(kind)).count();
        if count > 0 && count < bodies.len() {
            return Err(Refusal::bad(format!("{kind} can't be mixed with other media types")));
        }
    }
    let reply_to = replied(call, chat)?;
    let topic = topic(call, chat)?;
    bodies.iter().try_for_each(|body| call.bot.may_write(chat, permission(body)))?;
    call.bot.may_send(chat)?;
    let connection = business::connected(call)?;
    let album = (bodies.len() > 1).then(|| call.bot.next_album());
    let mut sent = Vec::new();
    for (body, media) in bodies.into_iter().zip(list) {
        let mut extras = common(call, &body);
        extras.extend(input_media::shown_in(&body, media));
        extras.extend(connection.clone());
        let draft = Draft { reply_to, topic, extras, album: album.clone(), ..Draft::new(body, ReplyMarkup::None) };
        let post = call.bot.post(chat, draft)?;
        sent.push(call.bot.message_json(chat, &post));
    }
    Ok(sent.into())
}

/// A message on its way to another chat, with where it came from.
fn forwarded(call: &mut Call<'_>, chat: i64, from: i64, post: Post) -> Result<Draft, Refusal> {
    if !post.is_movable() {
        return Err(Refusal::bad("message can't be forwarded"));
    }
    let topic = topic(call, chat)?;
    let origin = call.bot.origin(from, &post);
    let extras = common(call, &post.body);
    let draft = Draft::new(post.body, ReplyMarkup::None);
    Ok(Draft { origin: Some(origin), topic, extras, album: post.album, ..draft })
}

impl Post {
    /// Whether it may go to another chat: not what is protected, nor what tells of the chat it stands in.
    pub(crate) fn is_movable(&self) -> bool {
        !self.extras.contains_key("has_protected_content") && !self.body.is_service()
    }
}

impl Bot {
    /// Where a message comes from once it is sent on: a `MessageOrigin`.
    pub(crate) fn origin(&self, chat: i64, post: &Post) -> Value {
        let known = || {
            let sender = self.message_json(chat, post)["from"].clone();
            if let Some(group) = post.extras.get("sender_chat") {
                let mut origin = json!({ "type": "chat", "sender_chat": group, "date": post.date });
                if let Some(signature) = post.extras.get("author_signature") {
                    origin["author_signature"] = signature.clone();
                }
                return origin;
            }
            if sender.is_null() {
                let chat = self.chat_json(chat);
                return json!({ "type": "channel", "chat": chat, "message_id": post.id, "date": post.date });
            }
            json!({ "type": "user", "sender_user": sender, "date": post.date })
        };
        post.origin.clone().unwrap_or_else(known)
    }
}

/// Sends drafts as one call: all of them, or none. What was an album stays one.
fn send_all(call: &mut Call<'_>, chat: i64, drafts: Vec<Draft>) -> Result<Vec<Post>, Refusal> {
    drafts.iter().try_for_each(|draft| call.bot.may_write(chat, permission(&draft.body)))?;
    call.bot.may_send(chat)?;
    let mut albums: BTreeMap<String, String> = BTreeMap::new();
    let mut sent = Vec::new();
    for mut draft in drafts {
        draft.album = draft.album.map(|old| albums.entry(old).or_insert_with(|| call.bot.next_album()).clone());
        sent.push(call.bot.post(chat, draft)?);
    }
    Ok(sent)
}

/// The numbers of messages, in the order in which they were sent.
fn numbers(sent: &[Post]) -> Value {
    sent.iter().map(|post| json!({ "message_id": post.id })).collect()
}

pub(super) fn forward_message(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let (from, post) = source(call, "message to forward not found")?;
    let draft = Draft { album: None, ..forwarded(call, chat, from, post)? };
    let sent = send_all(call, chat, vec![draft])?;
    Ok(sent.first().map(|post| call.bot.message_json(chat, post)).unwrap_or_default())
}

/// Messages that cannot be found or forwarded are passed over (<https://core.telegram.org/bots/api#forwardmessages>).
pub(super) fn forward_messages(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let all: Vec<(i64, Post)> = sources(call)?.into_iter().filter(|(_, post)| post.is_movable()).collect();
    let drafts = all.into_iter().map(|(from, post)| forwarded(call, chat, from, post));
    let drafts = drafts.collect::<Result<Vec<_>, _>>()?;
    if drafts.is_empty() {
        return Err(Refusal::bad("there are no messages to forward"));
    }
    Ok(numbers(&send_all(call, chat, drafts)?))
}

/// The body of a copy: under another caption, if the call has one. A poll begins anew.
fn copied(call: &mut Call<'_>, post: Post) -> Result<Body, Refusal> {
    if !post.is_movable() || matches!(post.body, Body::Other { field: "invoice" | "paid_media", .. }) {
        return Err(Refusal::bad("message can't be copied"));
    }
    let caption = match (call.params.truth("remove_caption"), call.params.text("caption")) {
        (true, _) => Some(Default::default()),
        (false, Some(_)) => Some(content::caption(call)?),
        (false, None) => None,
    };
    Ok(match (post.body, caption) {
        (Body::Photo(blob, _), Some(caption)) => Body::Photo(blob, caption),
        (Body::Document(blob, _), Some(caption)) => Body::Document(blob, caption),
        (Body::Media(media), Some(caption)) => Body::Media(Box::new(Media { caption, ..*media })),
        (Body::Poll(id), _) => Body::Poll(call.bot.poll_again(&id)),
        (body, _) => body,
    })
}

/// Sends a copy, which does not say where it came from; another caption may stand under it.
pub(super) fn copy_message(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let (_, post) = source(call, "message to copy not found")?;
    let body = copied(call, post)?;
    let message = send(call, chat, body)?;
    Ok(json!({ "message_id": message["message_id"] }))
}

/// Messages that cannot be found or copied are passed over (<https://core.telegram.org/bots/api#copymessages>).
pub(super) fn copy_messages(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let topic = topic(call, chat)?;
    let mut drafts = Vec::new();
    for (_, post) in sources(call)? {
        let album = post.album.clone();
        if let Ok(body) = copied(call, post) {
            drafts.push(Draft { topic, album, extras: common(call, &body), ..Draft::new(body, ReplyMarkup::None) });
        }
    }
    if drafts.is_empty() {
        return Err(Refusal::bad("there are no messages to copy"));
    }
    Ok(numbers(&send_all(call, chat, drafts)?))
}

/// The message that is to be sent on, and the chat in which it stands.
fn source(call: &mut Call<'_>, missing: &str) -> Result<(i64, Post), Refusal> {
    let (from, id) = (call.chat_named("from_chat_id")?, call.message_id()?);
    call.bot.reach(from)?;
    let chat = call.bot.chats.get(&from).ok_or_else(Refusal::chat_not_found)?;
    chat.post(id).cloned().map(|post| (from, post)).ok_or_else(|| Refusal::bad(missing))
}

/// Those of the messages that are to be sent on which are there.
fn sources(call: &mut Call<'_>) -> Result<Vec<(i64, Post)>, Refusal> {
    let from = call.chat_named("from_chat_id")?;
    let ids = call.message_ids()?;
    if ids.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(Refusal::bad("message identifiers must be in a strictly increasing order"));
    }
    call.bot.reach(from)?;
    let chat = call.bot.chats.get(&from).ok_or_else(Refusal::chat_not_found)?;
    let found = ids.iter().filter_map(|id| chat.post(*id)).cloned();
    Ok(found.map(|post| (from, post)).collect())
}

pub(super) fn send_rich(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let body = rich::required(call, rich::Stage::Message)?;
    // “The bot must have the right to send the media to the chat” (<https://core.telegram.org/bots/api#sendrichmessage>).
    rich::files(&body).into_iter().try_for_each(|kind| call.bot.may_write(chat, of_file(kind)))?;
    send(call, chat, body)
}

fn required(call: &Call<'_>, field: &str) -> Result<String, Refusal> {
    let text = call.params.text(field).map(|text| text.into_owned()).filter(|text| !text.is_empty());
    text.ok_or_else(|| Refusal::bad(format!("parameter \"{field}\" is required")))
}
