//! Messages in a group that one member sees.

use serde_json::{Map, Value};

use super::{Call, Outcome, edits};
use crate::refusal::Refusal;

/// Who is to see a new message, as fields of it; nothing where all see it.
pub(super) fn receiver(call: &mut Call<'_>, chat: i64) -> Result<Map<String, Value>, Refusal> {
    let asked = call.params.json("ephemeral_message_parameters")?;
    let asked = asked.as_ref().and_then(|asked| asked.get("receiver_user_id")).and_then(Value::as_i64);
    let Some(receiver) = asked.or_else(|| call.params.integer("receiver_user_id")) else { return Ok(Map::new()) };
    let user = call.bot.any_user(receiver).ok_or_else(|| Refusal::bad("user not found"))?;
    let group = call.bot.group(chat).ok_or_else(|| Refusal::bad("ephemeral messages can be sent only to groups"))?;
    if !group.has(receiver) {
        return Err(Refusal::bad("USER_NOT_PARTICIPANT"));
    }
    call.bot.serial += 1;
    let fields = [("ephemeral_message_id", Value::from(call.bot.serial)), ("receiver_user", user)];
    Ok(fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
}

/// Finds the message that the call means, and names it as other methods do.
fn named(call: &mut Call<'_>) -> Result<i64, Refusal> {
    let chat = call.chat_id()?;
    let (receiver, id) = (call.params.integer("receiver_user_id"), call.params.integer("ephemeral_message_id"));
    let is_it = |extras: &Map<String, Value>| {
        let known = extras.get("ephemeral_message_id").and_then(Value::as_i64);
        let whose = extras.get("receiver_user").and_then(|user| user["id"].as_i64());
        known.is_some() && known == id && whose == receiver
    };
    let found = call.bot.open_chat(chat)?.posts.values().find(|post| is_it(&post.extras)).map(|post| post.id);
    let found = found.ok_or_else(|| Refusal::bad("message not found"))?;
    call.params.set("message_id", found.into());
    Ok(chat)
}

fn edit(call: &mut Call<'_>, how: fn(&mut Call<'_>) -> Outcome) -> Outcome {
    named(call)?;
    how(call)?;
    Ok(true.into())
}

pub(super) fn edit_text(call: &mut Call<'_>) -> Outcome {
    edit(call, edits::text)
}

pub(super) fn edit_caption(call: &mut Call<'_>) -> Outcome {
    edit(call, edits::caption)
}

pub(super) fn edit_media(call: &mut Call<'_>) -> Outcome {
    edit(call, edits::media)
}

pub(super) fn edit_markup(call: &mut Call<'_>) -> Outcome {
    edit(call, edits::reply_markup)
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    edit(call, edits::delete)
}
