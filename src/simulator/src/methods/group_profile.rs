//! What a group or channel is called, and how it looks.

use serde_json::{Map, Value};

use super::members::{group, group_with};
use super::{Call, Outcome, content};
use crate::files::FileKind;
use crate::group::{Group, GroupKind};
use crate::refusal::Refusal;
use crate::world::Body;

/// Characters of a title and of a description (<https://core.telegram.org/bots/api#setchattitle>, `#setchatdescription`).
const TITLE: usize = 128;
const DESCRIPTION: usize = 255;

/// A chat with one person has none of these.
fn changeable(call: &mut Call<'_>, what: &str) -> Result<i64, Refusal> {
    let chat = call.chat_id()?;
    if call.bot.chats.contains_key(&chat) && call.bot.group(chat).is_none() {
        return Err(Refusal::bad(format!("can't change private chat {what}")));
    }
    let verb = if what == "description" { "set" } else { "change" };
    group_with(call, "can_change_info", &format!("not enough rights to {verb} chat {what}"))?;
    Ok(chat)
}

fn tell(call: &mut Call<'_>, chat: i64, field: &'static str, value: Value, shown: String) {
    call.bot.serve(chat, None, Body::Other { field, value, shown });
}

pub(super) fn set_title(call: &mut Call<'_>) -> Outcome {
    let chat = changeable(call, "title")?;
    let title: String = call.params.text("title").unwrap_or_default().trim().chars().take(TITLE).collect();
    if title.is_empty() {
        return Err(Refusal::bad("title must be non-empty"));
    }
    let (_, group) = group(call)?;
    if group.title != title {
        group.title.clone_from(&title);
        tell(call, chat, "new_chat_title", title.as_str().into(), format!("The chat is called {title} now"));
    }
    Ok(true.into())
}

pub(super) fn set_description(call: &mut Call<'_>) -> Outcome {
    changeable(call, "description")?;
    let description: String =
        call.params.text("description").unwrap_or_default().trim().chars().take(DESCRIPTION).collect();
    let (_, group) = group(call)?;
    if group.description == description {
        return Err(Refusal::bad("chat description is not modified"));
    }
    group.description = description;
    Ok(true.into())
}

pub(super) fn set_photo(call: &mut Call<'_>) -> Outcome {
    let chat = changeable(call, "photo")?;
    let uploaded = call.params.has_upload("photo");
    if call.params.text("photo").is_none() && !uploaded {
        return Err(Refusal::bad("there is no photo in the request"));
    }
    if !uploaded && !call.params.text("photo").is_some_and(|text| text.starts_with("attach://")) {
        return Err(Refusal::bad("photo must be uploaded as an InputFile"));
    }
    let photo = content::file(call, "photo", FileKind::Photo)?;
    let (_, group) = group(call)?;
    group.photo = Some(std::sync::Arc::clone(&photo));
    let shown = call.bot.photo_json(&photo);
    tell(call, chat, "new_chat_photo", shown, "The chat has a new picture".to_owned());
    Ok(true.into())
}

pub(super) fn delete_photo(call: &mut Call<'_>) -> Outcome {
    let chat = changeable(call, "photo")?;
    let (_, group) = group(call)?;
    if group.photo.take().is_some() {
        tell(call, chat, "delete_chat_photo", true.into(), "The chat has no picture any more".to_owned());
    }
    Ok(true.into())
}

fn sticker_group<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Group, Refusal> {
    let (_, group) = group_with(call, "can_change_info", "not enough rights to change supergroup sticker set")?;
    if group.kind == GroupKind::Supergroup {
        Ok(group)
    } else {
        Err(Refusal::bad("chat sticker set can be set only for supergroups"))
    }
}

pub(super) fn set_sticker_set(call: &mut Call<'_>) -> Outcome {
    let name = call.params.text("sticker_set_name").unwrap_or_default().into_owned();
    if name.is_empty() {
        return Err(Refusal::bad("sticker_set_name is empty"));
    }
    sticker_group(call)?;
    if call.bot.stickers.find(&name).is_none() {
        return Err(Refusal::bad("sticker set not found"));
    }
    sticker_group(call)?.sticker_set = Some(name);
    Ok(true.into())
}

pub(super) fn delete_sticker_set(call: &mut Call<'_>) -> Outcome {
    sticker_group(call)?.sticker_set = None;
    Ok(true.into())
}

/// What `ChatFullInfo` tells of a group.
pub(super) fn details(call: &Call<'_>, group: &Group) -> Map<String, Value> {
    let mut details = Map::new();
    if !group.description.is_empty() {
        details.insert("description".into(), group.description.as_str().into());
    }
    if let Some(photo) = &group.photo {
        details.insert("photo".into(), call.bot.chat_photo_json(photo));
    }
    if let Some(set) = &group.sticker_set {
        details.insert("sticker_set_name".into(), set.as_str().into());
    }
    if let Some(link) = super::invites::primary(group) {
        details.insert("invite_link".into(), link);
    }
    if group.is_guarded {
        details.insert("guard_bot".into(), call.bot.user_json());
    }
    if group.slow_mode_delay > 0 {
        details.insert("slow_mode_delay".into(), group.slow_mode_delay.into());
    }
    let linked = match group.kind {
        GroupKind::Channel => call.chat_id().ok().and_then(|channel| call.bot.discussed(channel)),
        _ => group.discussion_of,
    };
    if let Some(linked) = linked {
        details.insert("linked_chat_id".into(), linked.into());
    }
    if let Some(channel) = group.direct_messages_of {
        details.insert("parent_chat".into(), call.bot.chat_json(channel));
    }
    if group.kind != GroupKind::Channel {
        let all = crate::bot_api::flags("ChatPermissions");
        let permitted = |(name, _): (&str, _)| (name.to_owned(), Value::Bool(group.permissions.contains(name)));
        details.insert("permissions".into(), Value::Object(all.map(permitted).collect()));
    }
    details
}
