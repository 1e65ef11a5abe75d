//! What becomes of posts that people suggest to a channel.

use serde_json::{Map, Value};

use super::{Call, Outcome};
use crate::refusal::Refusal;
use crate::suggested::INFO;
use crate::world::{ApprovedPost, Post};

/// Seconds that a post may lie ahead (<https://core.telegram.org/bots/api#approvesuggestedpost>).
const AHEAD: i64 = 2_678_400;
/// Characters of a comment (<https://core.telegram.org/bots/api#declinesuggestedpost>).
const COMMENT: usize = 128;

/// A post that nobody has decided about, its chat and its channel. What is refused is so in the words of tdlib's
/// `MessagesManager::process_suggested_post`.
fn pending(call: &mut Call<'_>, right: &str) -> Result<(i64, i64, Post), Refusal> {
    let (chat, id) = (call.chat_id()?, call.message_id()?);
    let post = call.bot.open_chat(chat)?.post(id).cloned().ok_or_else(|| Refusal::bad("message not found"))?;
    let channel = call.bot.group(chat).and_then(|group| group.direct_messages_of);
    let may = |channel: &i64| call.bot.group(*channel).is_some_and(|group| group.may(call.bot.id, right));
    let is_pending = post.extras.get(INFO).is_some_and(|info| info["state"] == "pending");
    match channel.filter(may).filter(|_| is_pending) {
        Some(channel) => Ok((chat, channel, post)),
        None => Err(Refusal::bad("message can't be used in the method")),
    }
}

/// Notes what was decided.
fn decide(call: &mut Call<'_>, chat: i64, post: &mut Post, state: &str) -> Value {
    if let Some(info) = post.extras.get_mut(INFO) {
        info["state"] = state.into();
    }
    if let Some(conversation) = call.bot.chats.get_mut(&chat) {
        conversation.posts.insert(post.id, post.clone());
        conversation.version += 1;
    }
    call.bot.message_json(chat, post)
}

pub(super) fn approve(call: &mut Call<'_>) -> Outcome {
    let (chat, channel, mut post) = pending(call, "can_post_messages")?;
    let now = call.bot.unix_now();
    let own = post.extras[INFO]["send_date"].as_i64();
    let at = own.or_else(|| call.params.integer("send_date")).unwrap_or(now);
    if at > now + AHEAD {
        return Err(Refusal::bad("SCHEDULE_DATE_TOO_LATE"));
    }
    let mut told = Map::new();
    told.insert("send_date".into(), at.into());
    if let Some(price) = post.extras[INFO].get("price") {
        told.insert("price".into(), price.clone());
    }
    let message = decide(call, chat, &mut post, "approved");
    told.insert("suggested_post_message".into(), message);
    call.bot.tell_decision(chat, "suggested_post_approved", told.into(), post.id, "The suggested post was approved");
    call.bot.approved.push(ApprovedPost { channel, post, at });
    call.bot.do_what_is_due();
    Ok(true.into())
}

pub(super) fn decline(call: &mut Call<'_>) -> Outcome {
    let comment = call.params.text("comment").unwrap_or_default().into_owned();
    if comment.chars().count() > COMMENT {
        return Err(Refusal::bad("comment is too long"));
    }
    let (chat, _, mut post) = pending(call, "can_manage_direct_messages")?;
    let mut told = Map::new();
    let message = decide(call, chat, &mut post, "declined");
    told.insert("suggested_post_message".into(), message);
    if !comment.is_empty() {
        told.insert("comment".into(), comment.into());
    }
    call.bot.tell_decision(chat, "suggested_post_declined", told.into(), post.id, "The suggested post was declined");
    Ok(true.into())
}
