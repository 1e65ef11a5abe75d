//! Chats: what is known of them and of who is in them, what is pinned, what the bot thinks of a message.

use serde_json::{Value, json};

use super::{Call, Outcome, group_profile, members};
use crate::group::GroupKind;
use crate::refusal::Refusal;
use crate::world::{Body, Conversation, Post};

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
    if let (Some(group), Some(chat)) = (call.bot.group(id), chat.as_object_mut()) {
        chat.extend(group_profile::details(call, group));
    }
    if let Some(known) = call.bot.people.get(&id) {
        if !known.bio.is_empty() {
            chat["bio"] = known.bio.as_str().into();
        }
        if let Some(emoji) = &known.emoji_status {
            chat["emoji_status_custom_emoji_id"] = emoji.as_str().into();
        }
        if let Some(photo) = &known.photo {
            chat["photo"] = call.bot.chat_photo_json(photo);
        }
    }
    Ok(chat)
}

/// The picture of a person, or of the bot; there is one at most.
pub(super) fn get_profile_photos(call: &mut Call<'_>) -> Outcome {
    let asked = members::subject(call)?;
    let photo = match call.bot.people.get(&asked) {
        Some(known) => known.photo.as_ref(),
        None => call.bot.profile_photo.as_ref(),
    };
    let photos: Vec<Value> = photo.into_iter().map(|photo| call.bot.photo_json(photo)).collect();
    Ok(json!({ "total_count": photos.len(), "photos": photos }))
}

/// People of the simulator have no music on their profiles.
pub(super) fn get_profile_audios(call: &mut Call<'_>) -> Outcome {
    members::subject(call)?;
    Ok(json!({ "total_count": 0, "audios": [] }))
}

/// Whether the bot may pin in a chat; with one person it always may.
fn may_pin(call: &Call<'_>, chat: i64) -> Result<(), Refusal> {
    let Some(group) = call.bot.group(chat) else { return Ok(()) };
    call.bot.is_in(group)?;
    let right = if group.kind == GroupKind::Channel { "can_edit_messages" } else { "can_pin_messages" };
    if group.may(call.bot.id, right) || group.permits(call.bot.id, "can_pin_messages") {
        return Ok(());
    }
    Err(Refusal::bad("not enough rights to manage pinned messages in the chat"))
}

/// A group is told what was pinned.
pub(super) fn pin(call: &mut Call<'_>) -> Outcome {
    let (chat, id) = (call.chat_id()?, call.message_id().unwrap_or_default());
    may_pin(call, chat)?;
    let conversation = call.bot.open_chat(chat)?;
    let post = conversation.post(id).ok_or_else(|| Refusal::bad("message to pin not found"))?;
    if post.body.is_service() {
        return Err(Refusal::bad("message can't be pinned"));
    }
    conversation.pinned.retain(|pinned| *pinned != id);
    conversation.pinned.push(id);
    conversation.version += 1;
    let Some(post) = conversation.post(id).cloned().filter(|_| call.bot.group(chat).is_some()) else {
        return Ok(true.into());
    };
    let pinned = call.bot.message_json(chat, &Post { reply_to: None, ..post.clone() });
    let shown = "📌 A message was pinned".to_owned();
    call.bot.serve(chat, post.topic, Body::Other { field: "pinned_message", value: pinned, shown });
    Ok(true.into())
}

/// Without a `message_id`, what was pinned last.
pub(super) fn unpin(call: &mut Call<'_>) -> Outcome {
    let (chat, id) = (call.chat_id()?, call.message_id().ok());
    may_pin(call, chat)?;
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
    may_pin(call, chat)?;
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
    for reaction in &reactions {
        let kind = reaction.get("type").and_then(Value::as_str);
        let kind = kind.ok_or_else(|| Refusal::bad("can't parse ReactionType: Can't find field \"type\""))?;
        if !["emoji", "custom_emoji", "paid"].contains(&kind) {
            return Err(Refusal::bad("can't parse ReactionType: invalid reaction type specified"));
        }
    }
    let named = |reaction: &Value| match reaction.get("type").and_then(Value::as_str) {
        Some("emoji") => reaction.get("emoji").and_then(Value::as_str).is_some_and(|emoji| !emoji.is_empty()),
        Some("custom_emoji") => reaction.get("custom_emoji_id").is_some(),
        _ => false,
    };
    if reactions.len() > 1 || !reactions.iter().all(named) {
        return Err(Refusal::bad("REACTION_INVALID"));
    }
    let bot = call.bot.id;
    let conversation = call.bot.open_chat(chat)?;
    let post = conversation.posts.get_mut(&id).ok_or_else(|| Refusal::bad("message to react not found"))?;
    match reactions.is_empty() {
        true => post.reactions.remove(&bot),
        false => post.reactions.insert(bot, reactions),
    };
    conversation.version += 1;
    Ok(true.into())
}

/// Takes the reactions of somebody from a message, in groups where the bot may delete messages.
pub(super) fn delete_reaction(call: &mut Call<'_>) -> Outcome {
    let (chat, id) = (call.chat_id()?, call.message_id()?);
    let actor = actor(call)?;
    members::group_with(call, "can_delete_messages", NO_DELETING)?;
    let conversation = call.bot.open_chat(chat)?;
    let post = conversation.posts.get_mut(&id).ok_or_else(|| Refusal::bad("message to react not found"))?;
    post.reactions.retain(|who, _| actor.is_some_and(|actor| actor != *who));
    conversation.version += 1;
    Ok(true.into())
}

const NO_DELETING: &str = "not enough rights to delete reactions in the chat";

/// Whose reactions are meant; everybody's without one.
fn actor(call: &Call<'_>) -> Result<Option<i64>, Refusal> {
    let (user, chat) = (call.params.integer("user_id"), call.params.integer("actor_chat_id"));
    if user.is_some() && chat.is_some() {
        return Err(Refusal::bad("only one of user_id and actor_chat_id can be specified"));
    }
    Ok(user.or(chat))
}

/// The same of all messages of the chat.
pub(super) fn delete_all_reactions(call: &mut Call<'_>) -> Outcome {
    let chat = call.chat_id()?;
    let actor = actor(call)?;
    members::group_with(call, "can_delete_messages", NO_DELETING)?;
    let conversation = call.bot.open_chat(chat)?;
    for post in conversation.posts.values_mut() {
        post.reactions.retain(|who, _| actor.is_some_and(|actor| actor != *who));
    }
    conversation.version += 1;
    Ok(true.into())
}

fn known<'a>(call: &'a Call<'_>, id: i64) -> Result<&'a Conversation, Refusal> {
    if call.bot.group(id).is_none_or(|group| group.username.is_none()) {
        call.bot.reach(id)?;
    }
    call.bot.chats.get(&id).ok_or_else(Refusal::chat_not_found)
}
