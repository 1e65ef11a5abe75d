//! Chats: what is known of them and of who is in them, what is pinned, what the bot thinks of a message.

use serde_json::{Value, json};

use super::{Call, Outcome};
use crate::json::user;
use crate::refusal::Refusal;
use crate::world::Conversation;

/// `ChatFullInfo`, with the fields that teloxide 0.17 cannot do without.
pub(super) fn get_chat(call: &mut Call<'_>) -> Outcome {
    let id = call.chat_id()?;
    let conversation = known(call, id)?;
    let pinned = conversation.pinned.last().and_then(|id| conversation.post(*id)).cloned();
    let mut chat = call.bot.chat_json(id);
    chat["accent_color_id"] = 0.into();
    chat["max_reaction_count"] = 11.into();
    chat["accepted_gift_types"] = json!({
        "unlimited_gifts": true, "limited_gifts": true, "unique_gifts": true, "premium_subscription": true,
        "gifts_from_channels": true,
    });
    if let Some(post) = pinned {
        chat["pinned_message"] = call.bot.message_json(id, &post);
    }
    Ok(chat)
}

/// In a chat are the person, or those who have spoken in the group, and the bot.
pub(super) fn get_member(call: &mut Call<'_>) -> Outcome {
    let chat = call.chat_id()?;
    let asked = call.params.integer("user_id").ok_or_else(|| Refusal::bad("invalid user_id specified"))?;
    let spoke = known(call, chat)?.posts.values().any(|post| post.person == Some(asked));
    if asked == call.bot.id {
        return Ok(json!({ "user": call.bot.user_json(), "status": "member" }));
    }
    let acquaintance = call.bot.people.get(&asked).ok_or_else(|| Refusal::bad("user not found"))?;
    let status = if chat == asked || spoke { "member" } else { "left" };
    Ok(json!({ "user": user(&acquaintance.person), "status": status }))
}

/// People of the simulator have no pictures of themselves.
pub(super) fn get_profile_photos(call: &mut Call<'_>) -> Outcome {
    let asked = call.params.integer("user_id").ok_or_else(|| Refusal::bad("invalid user_id specified"))?;
    if !call.bot.people.contains_key(&asked) {
        return Err(Refusal::bad("user not found"));
    }
    Ok(json!({ "total_count": 0, "photos": [] }))
}

pub(super) fn pin(call: &mut Call<'_>) -> Outcome {
    let (chat, id) = (call.chat_id()?, call.message_id().unwrap_or_default());
    let conversation = call.bot.open_chat(chat)?;
    if conversation.post(id).is_none() {
        return Err(Refusal::bad("message to pin not found"));
    }
    conversation.pinned.retain(|pinned| *pinned != id);
    conversation.pinned.push(id);
    conversation.version += 1;
    Ok(true.into())
}

/// Without a `message_id`, what was pinned last.
pub(super) fn unpin(call: &mut Call<'_>) -> Outcome {
    let (chat, id) = (call.chat_id()?, call.message_id().ok());
    let conversation = call.bot.open_chat(chat)?;
    let id = id.or_else(|| conversation.pinned.last().copied());
    let before = conversation.pinned.len();
    conversation.pinned.retain(|pinned| Some(*pinned) != id);
    if conversation.pinned.len() == before {
        return Err(Refusal::bad("message to unpin not found"));
    }
    conversation.version += 1;
    Ok(true.into())
}

pub(super) fn unpin_all(call: &mut Call<'_>) -> Outcome {
    let chat = call.chat_id()?;
    let conversation = call.bot.open_chat(chat)?;
    conversation.pinned.clear();
    conversation.version += 1;
    Ok(true.into())
}

/// A bot can leave one reaction (<https://core.telegram.org/bots/api#setmessagereaction>); none takes it back.
pub(super) fn react(call: &mut Call<'_>) -> Outcome {
    let (chat, id) = (call.chat_id()?, call.message_id().unwrap_or_default());
    let reactions = call.params.json("reaction")?.unwrap_or_else(|| json!([]));
    let reactions = reactions.as_array().cloned().ok_or_else(|| Refusal::bad("expected an Array of ReactionType"))?;
    let named = |reaction: &Value| match reaction.get("type").and_then(Value::as_str) {
        Some("emoji") => reaction.get("emoji").and_then(Value::as_str).is_some_and(|emoji| !emoji.is_empty()),
        Some("custom_emoji") => reaction.get("custom_emoji_id").is_some(),
        _ => false,
    };
    if reactions.len() > 1 || !reactions.iter().all(named) {
        return Err(Refusal::bad("REACTION_INVALID"));
    }
    let conversation = call.bot.open_chat(chat)?;
    let post = conversation.posts.get_mut(&id).ok_or_else(|| Refusal::bad("message to react not found"))?;
    post.reactions = reactions;
    conversation.version += 1;
    Ok(true.into())
}

fn known<'a>(call: &'a Call<'_>, id: i64) -> Result<&'a Conversation, Refusal> {
    call.bot.chats.get(&id).ok_or_else(Refusal::chat_not_found)
}
