//! Topics of a forum.

use serde_json::{Value, json};

use super::members::group;
use super::{Call, Outcome};
use crate::group::{Group, Topic};
use crate::refusal::Refusal;
use crate::world::Body;

/// The colours of topics, RGB; the first is what a topic has by itself (<https://core.telegram.org/bots/api#createforumtopic>).
const COLORS: &[i64] = &[0x6F_B9F0, 0xFF_D67E, 0xCB_86DB, 0x8E_EE98, 0xFF_93B2, 0xFB_6F5F];
/// Characters of a topic's name.
const NAME: usize = 128;
/// The number of `General`.
pub(super) const GENERAL: i32 = 1;

/// The forum that the call is for, in which the bot may do something with topics.
fn forum<'a>(call: &'a mut Call<'_>, to_do: &str) -> Result<(i64, &'a mut Group), Refusal> {
    let bot = call.bot.id;
    let (chat, group) = group(call)?;
    if !group.is_forum {
        return Err(Refusal::bad("the chat is not a forum"));
    }
    if !group.may(bot, "can_manage_topics") {
        return Err(Refusal::bad(format!("not enough rights to {to_do}")));
    }
    Ok((chat, group))
}

fn name(call: &Call<'_>) -> Result<Option<String>, Refusal> {
    let name = call.params.text("name").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    match name {
        Some(name) if name.chars().count() > NAME => Err(Refusal::bad("TOPIC_TITLE_INVALID")),
        name => Ok(name),
    }
}

/// Writes into the chat what has become of a topic.
fn tell(call: &mut Call<'_>, chat: i64, topic: Option<i32>, field: &'static str, value: Value, shown: &str) -> i32 {
    call.bot.serve(chat, topic, Body::Other { field, value, shown: shown.to_owned() })
}

pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let (chat, _) = forum(call, "create a topic")?;
    let name = name(call)?.ok_or_else(|| Refusal::bad("TOPIC_TITLE_EMPTY"))?;
    let color = call.params.integer("icon_color").filter(|color| *color != 0).unwrap_or(COLORS[0]);
    if !COLORS.contains(&color) {
        return Err(Refusal::bad("TOPIC_ICON_COLOR_INVALID"));
    }
    let icon = call.params.text("icon_custom_emoji_id").map(|icon| icon.into_owned());
    let mut object = json!({ "name": name, "icon_color": color });
    if let Some(icon) = &icon {
        object["icon_custom_emoji_id"] = icon.as_str().into();
    }
    // A topic has the number of the message that tells of it.
    let number = tell(call, chat, None, "forum_topic_created", object.clone(), &format!("# {name}"));
    let conversation = call.bot.open_chat(chat)?;
    conversation.topics.insert(number, Topic { name, icon_color: color, icon, is_closed: false });
    if let Some(post) = conversation.posts.get_mut(&number) {
        post.topic = Some(number);
    }
    object["message_thread_id"] = number.into();
    Ok(object)
}

/// The topic that a call is about. `General` is changed by methods of its own.
fn topic<'a>(call: &'a mut Call<'_>, to_do: &str) -> Result<(i64, i32, &'a mut Topic), Refusal> {
    let number = call.params.integer("message_thread_id").and_then(|number| i32::try_from(number).ok());
    let (chat, _) = forum(call, to_do)?;
    let number = number
        .filter(|number| *number > 0)
        .ok_or_else(|| Refusal::bad("invalid message thread identifier specified"))?;
    let topic = call.bot.open_chat(chat)?.topics.get_mut(&number);
    topic.map(|topic| (chat, number, topic)).ok_or_else(|| Refusal::bad("TOPIC_ID_INVALID"))
}

/// `General` may be named by its number here: it is renamed then, as by `editGeneralForumTopic`.
pub(super) fn edit(call: &mut Call<'_>) -> Outcome {
    let name = name(call)?;
    if call.params.integer("message_thread_id") == Some(GENERAL.into()) {
        return edit_general(call);
    }
    let icon = call.params.text("icon_custom_emoji_id").map(|icon| icon.into_owned());
    let (chat, number, topic) = topic(call, "edit the topic")?;
    let mut changed = json!({});
    if let Some(name) = name.filter(|name| *name != topic.name) {
        changed["name"] = name.as_str().into();
        topic.name = name;
    }
    if let Some(icon) = icon.filter(|icon| topic.icon.as_ref() != Some(icon)) {
        changed["icon_custom_emoji_id"] = icon.as_str().into();
        topic.icon = Some(icon).filter(|icon| !icon.is_empty());
    }
    if changed == json!({}) {
        return Err(Refusal::bad("TOPIC_NOT_MODIFIED"));
    }
    tell(call, chat, Some(number), "forum_topic_edited", changed, "The topic was changed");
    Ok(true.into())
}

fn set_closed(call: &mut Call<'_>, is_closed: bool) -> Outcome {
    let (chat, number, topic) = topic(call, "close or open the topic")?;
    if topic.is_closed == is_closed {
        return Err(Refusal::bad("TOPIC_NOT_MODIFIED"));
    }
    topic.is_closed = is_closed;
    let (field, shown) = closing(is_closed);
    tell(call, chat, Some(number), field, json!({}), shown);
    Ok(true.into())
}

fn closing(is_closed: bool) -> (&'static str, &'static str) {
    if is_closed {
        ("forum_topic_closed", "The topic was closed")
    } else {
        ("forum_topic_reopened", "The topic was reopened")
    }
}

pub(super) fn close(call: &mut Call<'_>) -> Outcome {
    set_closed(call, true)
}

pub(super) fn reopen(call: &mut Call<'_>) -> Outcome {
    set_closed(call, false)
}

/// Deletes a topic with all its messages.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let (chat, number, _) = topic(call, "delete the topic")?;
    let conversation = call.bot.open_chat(chat)?;
    conversation.topics.remove(&number);
    conversation.posts.retain(|_, post| post.topic != Some(number));
    let left: Vec<i32> = conversation.pinned.iter().copied().filter(|id| conversation.posts.contains_key(id)).collect();
    conversation.pinned = left;
    conversation.version += 1;
    Ok(true.into())
}

fn unpin(call: &mut Call<'_>, number: Option<i32>) -> Outcome {
    let chat = call.chat_id()?;
    let conversation = call.bot.open_chat(chat)?;
    let of_topic = |id: &i32| conversation.posts.get(id).is_some_and(|post| post.topic == number);
    conversation.pinned = conversation.pinned.iter().copied().filter(|id| !of_topic(id)).collect();
    conversation.version += 1;
    Ok(true.into())
}

pub(super) fn unpin_all(call: &mut Call<'_>) -> Outcome {
    if call.params.integer("message_thread_id") == Some(GENERAL.into()) {
        return unpin_all_general(call);
    }
    let (_, number, _) = topic(call, "pin or unpin messages in the topic")?;
    unpin(call, Some(number))
}

pub(super) fn unpin_all_general(call: &mut Call<'_>) -> Outcome {
    forum(call, "pin or unpin messages in the topic")?;
    unpin(call, None)
}

pub(super) fn edit_general(call: &mut Call<'_>) -> Outcome {
    let name = name(call)?.ok_or_else(|| Refusal::bad("TOPIC_TITLE_EMPTY"))?;
    let (chat, group) = forum(call, "edit the topic")?;
    if group.general.name.as_deref().unwrap_or("General") == name {
        return Err(Refusal::bad("TOPIC_NOT_MODIFIED"));
    }
    group.general.name = Some(name.clone());
    tell(call, chat, None, "forum_topic_edited", json!({ "name": name }), "The topic was changed");
    Ok(true.into())
}

fn set_general_closed(call: &mut Call<'_>, is_closed: bool) -> Outcome {
    let (chat, group) = forum(call, "close or open the topic")?;
    if group.general.is_closed == is_closed {
        return Err(Refusal::bad("TOPIC_NOT_MODIFIED"));
    }
    group.general.is_closed = is_closed;
    let (field, shown) = closing(is_closed);
    tell(call, chat, None, field, json!({}), shown);
    Ok(true.into())
}

pub(super) fn close_general(call: &mut Call<'_>) -> Outcome {
    set_general_closed(call, true)
}

pub(super) fn reopen_general(call: &mut Call<'_>) -> Outcome {
    set_general_closed(call, false)
}

fn set_general_hidden(call: &mut Call<'_>, is_hidden: bool) -> Outcome {
    let (chat, group) = forum(call, "edit the topic")?;
    if group.general.is_hidden == is_hidden {
        return Err(Refusal::bad("TOPIC_NOT_MODIFIED"));
    }
    group.general.is_hidden = is_hidden;
    let (field, shown) = match is_hidden {
        true => ("general_forum_topic_hidden", "The topic General was hidden"),
        false => ("general_forum_topic_unhidden", "The topic General is shown again"),
    };
    tell(call, chat, None, field, json!({}), shown);
    Ok(true.into())
}

/// A hidden topic is closed, too.
pub(super) fn hide_general(call: &mut Call<'_>) -> Outcome {
    set_general_hidden(call, true)?;
    let (_, group) = forum(call, "edit the topic")?;
    group.general.is_closed = true;
    Ok(true.into())
}

pub(super) fn unhide_general(call: &mut Call<'_>) -> Outcome {
    set_general_hidden(call, false)
}
