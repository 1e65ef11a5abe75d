//! Editing and deleting.

use std::sync::Arc;

use engine::chat::Author;
use serde_json::Value;

use super::input_media::ABOVE;
use super::{Call, Outcome, content, input_media, rich};
use crate::files::FileKind;
use crate::media::Media;
use crate::refusal::{NOT_MODIFIED, Refusal};
use crate::world::{Body, Post};

/// Messages can be deleted for 48 hours (<https://core.telegram.org/bots/api#deletemessage>).
const DELETABLE: i64 = 48 * 3600;

pub(super) fn text(call: &mut Call<'_>) -> Outcome {
    let (chat, post) = editable(call)?;
    let body = match rich::asked(call)? {
        Some(given) => rich::body(call, &given, rich::Stage::Message)?,
        None => Body::Text(content::edited_text(call)?),
    };
    if !post.body.has_text() {
        return Err(Refusal::bad("there is no text in the message to edit"));
    }
    replace(call, chat, Post { body, ..post })
}

pub(super) fn caption(call: &mut Call<'_>) -> Outcome {
    let (chat, mut post) = editable(call)?;
    let caption = content::caption(call)?;
    let body = match &post.body {
        Body::Photo(blob, _) => Body::Photo(Arc::clone(blob), caption),
        Body::Document(blob, _) => Body::Document(Arc::clone(blob), caption),
        Body::Media(media) if !matches!(media.kind, FileKind::Sticker | FileKind::VideoNote) => {
            Body::Media(Box::new(Media { caption, ..(**media).clone() }))
        }
        Body::Text(_) | Body::Media(_) | Body::Poll(_) | Body::Other { .. } => {
            return Err(Refusal::bad("there is no caption in the message to edit"));
        }
    };
    post.extras.remove(ABOVE);
    post.extras.extend(input_media::shown(&body, |field| field == ABOVE && call.params.truth(field)));
    replace(call, chat, Post { body, ..post })
}

/// Puts other media in the place of a text or of media (<https://core.telegram.org/bots/api#editmessagemedia>).
pub(super) fn media(call: &mut Call<'_>) -> Outcome {
    let (chat, mut post) = editable(call)?;
    if matches!(post.body, Body::Poll(_) | Body::Other { .. }) {
        return Err(Refusal::bad("message can't be edited"));
    }
    let media = call.params.json("media")?.ok_or_else(|| Refusal::bad("input media is not specified"))?;
    let body = input_media::media(call, &media)?;
    input_media::forget_shown(&mut post.extras);
    post.extras.extend(input_media::shown_in(&body, &media));
    replace(call, chat, Post { body, ..post })
}

pub(super) fn reply_markup(call: &mut Call<'_>) -> Outcome {
    let (chat, post) = editable(call)?;
    replace(call, chat, post)
}

/// The message to edit, which is one of the bot's own, or was sent for somebody who has chosen it among the bot's answers.
pub(super) fn editable(call: &mut Call<'_>) -> Result<(i64, Post), Refusal> {
    if let Some(id) = call.params.text("inline_message_id").filter(|id| !id.is_empty()) {
        let (chat, id) = *call.bot.inline.messages.get(&*id).ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"))?;
        let post = call.bot.chats.get(&chat).and_then(|chat| chat.post(id));
        return post.cloned().map(|post| (chat, post)).ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"));
    }
    let chat = call.chat_id()?;
    let id = call.message_id()?;
    let post = call.bot.open_chat(chat)?.post(id).ok_or_else(|| Refusal::bad("message to edit not found"))?;
    if post.author != Author::Bot || post.origin.is_some() || post.body.is_service() {
        return Err(Refusal::bad("message can't be edited"));
    }
    Ok((chat, post.clone()))
}

/// An edit without `reply_markup` takes the buttons away.
fn replace(call: &mut Call<'_>, chat: i64, post: Post) -> Outcome {
    let post = Post { buttons: content::inline_buttons(call)?, ..post };
    let is_same =
        |before: &Post| (&before.body, &before.buttons, &before.extras) == (&post.body, &post.buttons, &post.extras);
    if call.bot.chats.get(&chat).and_then(|chat| chat.post(post.id)).is_some_and(is_same) {
        return Err(Refusal::bad(NOT_MODIFIED));
    }
    let post = call.bot.replace(chat, post)?;
    Ok(told(call, chat, &post))
}

/// What an edit answers: the message, or that it was done where the bot may not see it.
pub(super) fn told(call: &Call<'_>, chat: i64, post: &Post) -> Value {
    match call.params.text("inline_message_id").is_some_and(|id| !id.is_empty()) {
        true => true.into(),
        false => call.bot.message_json(chat, post),
    }
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let chat = call.chat_id()?;
    let id = call.message_id()?;
    delete_one(call, chat, id)?;
    Ok(true.into())
}

/// Messages that cannot be found or deleted are passed over (<https://core.telegram.org/bots/api#deletemessages>).
pub(super) fn delete_many(call: &mut Call<'_>) -> Outcome {
    let chat = call.chat_id()?;
    call.bot.open_chat(chat)?;
    for id in call.message_ids()? {
        let _ = delete_one(call, chat, id);
    }
    Ok(true.into())
}

fn delete_one(call: &mut Call<'_>, chat: i64, id: i32) -> Result<(), Refusal> {
    let now = call.bot.unix_now();
    let post = call.bot.open_chat(chat)?.post(id).ok_or_else(|| Refusal::bad("message to delete not found"))?;
    let (own, date) = (post.author == Author::Bot, post.date);
    if let Some(group) = call.bot.group(chat) {
        // An administrator may delete what others wrote, whenever that was.
        if group.may(call.bot.id, "can_delete_messages") {
            return call.bot.remove(chat, id);
        }
        if !own {
            return Err(Refusal::bad("message can't be deleted"));
        }
    }
    if now - date >= DELETABLE {
        return Err(Refusal::bad("message can't be deleted for everyone"));
    }
    call.bot.remove(chat, id)
}
