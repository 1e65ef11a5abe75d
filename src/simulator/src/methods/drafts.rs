//! Messages that grow before the eyes of a person (<https://core.telegram.org/bots/api#sendmessagedraft>): nothing of them stays.

use std::time::Instant;

use engine::markup::Rich;

use super::sending::open;
use super::{Call, Outcome, content, rich};
use crate::refusal::Refusal;
use crate::world::{Body, MessageDraft};

/// What stands for a draft that says nothing yet.
const THINKING: &str = "Thinking…";

pub(super) fn send(call: &mut Call<'_>) -> Outcome {
    let chat = chat(call)?;
    let body = match call.params.text("text").is_some_and(|text| !text.is_empty()) {
        true => content::text(call)?,
        false => Rich::plain(THINKING),
    };
    show(call, chat, Body::Text(body))
}

pub(super) fn send_rich(call: &mut Call<'_>) -> Outcome {
    let chat = chat(call)?;
    let body = rich::required(call, rich::Stage::Draft)?;
    show(call, chat, body)
}

fn chat(call: &mut Call<'_>) -> Result<i64, Refusal> {
    let chat = open(call)?;
    if call.bot.group(chat).is_some() {
        return Err(Refusal::bad("drafts can be sent only to private chats"));
    }
    if call.params.integer("draft_id").is_none_or(|id| id == 0) {
        return Err(Refusal::bad("DRAFT_ID_INVALID"));
    }
    Ok(chat)
}

fn show(call: &mut Call<'_>, chat: i64, body: Body) -> Outcome {
    let draft = MessageDraft {
        id: call.params.integer("draft_id").unwrap_or_default(),
        topic: call.params.integer("message_thread_id").filter(|topic| *topic != 0),
        body,
        can_stop: call.params.truth("can_stop"),
        keep_on_stop: call.params.truth("keep_on_stop"),
        since: Instant::now(),
    };
    let conversation = call.bot.open_chat(chat)?;
    conversation.draft = Some(draft);
    conversation.show_typing();
    Ok(true.into())
}
