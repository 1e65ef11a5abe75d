//! What all methods that send have in common: whom they answer, where it stands, and whether the bot may.

use serde_json::{Map, Value};

use super::topics::GENERAL;
use super::{Call, Outcome, business, content, ephemeral, input_media};
use crate::files::FileKind;
use crate::group::Permission;
use crate::refusal::Refusal;
use crate::world::{Body, Draft};

/// Which permission a kind of file needs in a group (<https://core.telegram.org/bots/api#chatpermissions>).
pub(super) fn of_file(kind: FileKind) -> Permission {
    match kind {
        FileKind::Photo => Permission::new("can_send_photos", "photos"),
        FileKind::Document => Permission::new("can_send_documents", "documents"),
        FileKind::Video => Permission::new("can_send_videos", "videos"),
        FileKind::Animation => Permission::new("can_send_other_messages", "animations"),
        FileKind::Audio => Permission::new("can_send_audios", "music"),
        FileKind::Voice => Permission::new("can_send_voice_notes", "voice notes"),
        FileKind::VideoNote => Permission::new("can_send_video_notes", "video notes"),
        FileKind::Sticker => Permission::new("can_send_other_messages", "stickers"),
        FileKind::LivePhoto => Permission::new("can_send_photos", "photos"),
    }
}

/// The message that a new one answers, by `reply_parameters` or, as before Bot API 7.0, `reply_to_message_id`.
pub(super) fn replied(call: &mut Call<'_>, chat: i64) -> Result<Option<i32>, Refusal> {
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

/// The topic of a forum that the message is for. `General` has the number 1, and its messages name no topic.
pub(super) fn topic(call: &mut Call<'_>, chat: i64) -> Result<Option<i32>, Refusal> {
    let Some(asked) = call.params.integer("message_thread_id").filter(|topic| *topic != 0) else { return Ok(None) };
    let manages = call.bot.group(chat).is_none_or(|group| group.may(call.bot.id, "can_manage_topics"));
    if asked == i64::from(GENERAL) && call.bot.group(chat).is_some_and(|group| group.is_forum) {
        let is_closed = call.bot.group(chat).is_some_and(|group| group.general.is_closed);
        return if is_closed && !manages { Err(Refusal::bad("TOPIC_CLOSED")) } else { Ok(None) };
    }
    let topic = i32::try_from(asked).ok();
    if let Some(thread) = topic.and_then(|topic| call.bot.thread_of(chat, topic)) {
        return Ok(Some(thread));
    }
    let known = &call.bot.open_chat(chat)?.topics;
    let (number, topic) = topic
        .and_then(|number| Some((number, known.get(&number)?)))
        .ok_or_else(|| Refusal::bad("message thread not found"))?;
    if topic.is_closed && !manages { Err(Refusal::bad("TOPIC_CLOSED")) } else { Ok(Some(number)) }
}

pub(super) fn open(call: &mut Call<'_>) -> Result<i64, Refusal> {
    let chat = call.chat_id()?;
    call.bot.open_chat(chat)?;
    Ok(chat)
}

/// What a body needs in a group.
pub(crate) fn permission(body: &Body) -> Permission {
    match body {
        Body::Text(_) => Permission::new("can_send_messages", "text messages"),
        Body::Photo(..) => of_file(FileKind::Photo),
        Body::Document(..) => of_file(FileKind::Document),
        Body::Media(media) => of_file(media.kind),
        Body::Poll(_) | Body::Other { field: "poll", .. } => Permission::new("can_send_polls", "polls"),
        Body::Other { field: "contact", .. } => Permission::new("can_send_messages", "contacts"),
        Body::Other { field: "location", .. } => Permission::new("can_send_messages", "locations"),
        Body::Other { field: "venue", .. } => Permission::new("can_send_messages", "venues"),
        Body::Other { field: "invoice", .. } => Permission::new("can_send_messages", "invoice messages"),
        Body::Other { field: "paid_media", .. } => Permission::new("can_send_photos", "paid media"),
        Body::Other { field: "game", .. } => Permission::new("can_send_other_messages", "games"),
        Body::Other { field: "rich_message", .. } => Permission::new("can_send_messages", "the rich message"),
        Body::Other { field: "checklist", .. } => Permission::new("can_send_messages", "checklists"),
        Body::Other { .. } => Permission::new("can_send_other_messages", "dice"),
    }
}

/// Fields of a message that any method may set, and those that belong to pictures and the like.
pub(super) fn common(call: &Call<'_>, body: &Body) -> Map<String, Value> {
    let mut extras = input_media::shown(body, |field| call.params.truth(field));
    if call.params.truth("protect_content") {
        extras.insert("has_protected_content".to_owned(), true.into());
    }
    if let Some(effect) = call.params.text("message_effect_id").filter(|effect| !effect.is_empty()) {
        extras.insert("effect_id".to_owned(), effect.into());
    }
    extras
}

pub(super) fn send(call: &mut Call<'_>, chat: i64, body: Body) -> Outcome {
    send_with(call, chat, body, Map::new())
}

/// The same with further fields of the message.
pub(super) fn send_with(call: &mut Call<'_>, chat: i64, body: Body, further: Map<String, Value>) -> Outcome {
    let (markup, reply_to) = (content::markup(call)?, replied(call, chat)?);
    let topic = topic(call, chat)?.or_else(|| call.bot.thread_of(chat, reply_to?));
    let mut extras = common(call, &body);
    extras.extend(business::connected(call)?);
    extras.extend(further);
    extras.extend(ephemeral::receiver(call, chat)?);
    call.bot.may_write(chat, permission(&body))?;
    call.bot.may_send(chat)?;
    let post = call.bot.post(chat, Draft { reply_to, topic, extras, ..Draft::new(body, markup) })?;
    Ok(call.bot.message_json(chat, &post))
}
