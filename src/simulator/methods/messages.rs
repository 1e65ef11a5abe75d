//! Sending.

use super::{Call, Outcome, content};
use crate::simulator::files::FileKind;
use crate::simulator::refusal::Refusal;
use crate::simulator::world::Body;

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

fn open(call: &mut Call<'_>) -> Result<i64, Refusal> {
    let chat = call.chat_id()?;
    call.bot.open_chat(chat)?;
    Ok(chat)
}

fn send(call: &mut Call<'_>, chat: i64, body: Body) -> Outcome {
    let markup = content::markup(call)?;
    let post = call.bot.post(chat, body, markup)?;
    Ok(call.bot.message_json(chat, &post))
}
