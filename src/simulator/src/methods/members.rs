//! Who is in a group or channel, and what they may.

use serde_json::{Map, Value, json};

use super::{Call, Outcome};
use crate::bot_api;
use crate::group::{Flags, Group, GroupKind, Status, all_flags, rights_json};
use crate::refusal::Refusal;
use crate::world::Bot;

/// A ban or restriction that ends sooner or later than this is for ever (<https://core.telegram.org/bots/api#banchatmember>), in
/// seconds.
const TEMPORARY: std::ops::RangeInclusive<i64> = 30..=366 * 86_400;
/// Characters of an administrator's title, and of a member's tag (<https://core.telegram.org/bots/api#setchatmembertag>).
const TITLE: usize = 16;

/// The group that the call is for, in which the bot is.
pub(super) fn group<'a>(call: &'a mut Call<'_>) -> Result<(i64, &'a mut Group), Refusal> {
    let chat = call.chat_id()?;
    call.bot.reach(chat)?;
    if call.bot.group(chat).is_none() {
        return Err(Refusal::bad("method is available for supergroup and channel chats only"));
    }
    let group = call.bot.group_mut(chat).ok_or_else(Refusal::chat_not_found)?;
    Ok((chat, group))
}

/// The same, where the bot has a right.
pub(super) fn group_with<'a>(
    call: &'a mut Call<'_>,
    right: &str,
    refusal: &str,
) -> Result<(i64, &'a mut Group), Refusal> {
    let bot = call.bot.id;
    let (chat, group) = group(call)?;
    if group.may(bot, right) { Ok((chat, group)) } else { Err(Refusal::bad(refusal)) }
}

/// The id that the call names, which is read before anything else (`Client.cpp`, `get_user_id`).
fn user_id(call: &Call<'_>) -> Result<i64, Refusal> {
    let id = call.params.integer("user_id").filter(|id| *id > 0);
    id.ok_or_else(|| Refusal::bad("invalid user_id specified"))
}

/// The person or bot that the call is about.
pub(super) fn subject(call: &Call<'_>) -> Result<i64, Refusal> {
    let id = user_id(call)?;
    if id != call.bot.id && !call.bot.people.contains_key(&id) {
        return Err(Refusal::bad("user not found"));
    }
    Ok(id)
}

/// The flags of an object that a parameter sets.
pub(super) fn flags(object: &str, value: &Value) -> Flags {
    let set = bot_api::flags(object).filter(|(name, _)| value.get(*name) == Some(&Value::Bool(true)));
    set.map(|(name, _)| name.to_owned()).collect()
}

/// When a ban or restriction ends; 0 for never.
fn until(call: &Call<'_>) -> i64 {
    let asked = call.params.integer("until_date").unwrap_or_default();
    if TEMPORARY.contains(&asked.saturating_sub(call.bot.unix_now())) { asked } else { 0 }
}

/// Changes how somebody belongs to a chat, tells the chat of it, and the bot where it asks for `chat_member`.
fn change(call: &mut Call<'_>, chat: i64, id: i64, status: Status) {
    call.bot.change_member(chat, id, status, call.bot.id, Map::new());
}

const RESTRICT: &str = "not enough rights to restrict/unrestrict chat member";

/// That nobody bans or restricts the owner, an administrator of somebody else's, or itself.
fn subordinate(bot: &Bot, group: &Group, id: i64, on_self: &str) -> Result<(), Refusal> {
    if id == bot.id {
        return Err(Refusal::bad(on_self));
    }
    match group.status(id) {
        Status::Creator => Err(Refusal::bad("can't remove chat owner")),
        Status::Administrator { by_bot: false, .. } => Err(Refusal::bad("user is an administrator of the chat")),
        _ => Ok(()),
    }
}

/// The group, and somebody whom the bot may ban or restrict there.
fn restrictable(call: &mut Call<'_>, on_self: &str) -> Result<(i64, i64), Refusal> {
    user_id(call)?;
    let (chat, _) = group_with(call, "can_restrict_members", RESTRICT)?;
    let id = subject(call)?;
    let group = call.bot.group(chat).ok_or_else(Refusal::chat_not_found)?;
    subordinate(call.bot, group, id, on_self)?;
    Ok((chat, id))
}

pub(super) fn ban(call: &mut Call<'_>) -> Outcome {
    let (chat, id) = restrictable(call, "can't restrict self")?;
    let until = until(call);
    change(call, chat, id, Status::Banned { until });
    // “Always True for supergroups and channels.”
    let kind = call.bot.group(chat).map(|group| group.kind);
    if call.params.truth("revoke_messages") || kind != Some(GroupKind::Group) {
        let conversation = call.bot.open_chat(chat)?;
        conversation.posts.retain(|_, post| post.person != Some(id));
        conversation.version += 1;
    }
    Ok(true.into())
}

/// Whoever is not banned is removed by it, unless `only_if_banned` says otherwise; they may come back.
pub(super) fn unban(call: &mut Call<'_>) -> Outcome {
    let (chat, id) = restrictable(call, "can't unrestrict self")?;
    let only = call.params.truth("only_if_banned");
    let group = call.bot.group(chat).ok_or_else(Refusal::chat_not_found)?;
    if group.kind == GroupKind::Group {
        return Err(Refusal::bad("method is available for supergroup and channel chats only"));
    }
    if matches!(group.status(id), Status::Banned { .. }) || (group.has(id) && !only) {
        change(call, chat, id, Status::Left);
        if call.bot.people.get(&id).is_some_and(|known| known.returns) {
            call.bot.change_member(chat, id, Status::Member, id, Map::new());
        }
    }
    Ok(true.into())
}

pub(super) fn restrict(call: &mut Call<'_>) -> Outcome {
    let (chat, id) = restrictable(call, "can't restrict self")?;
    let permissions = permissions(call)?;
    let until = until(call);
    let group = call.bot.group(chat).ok_or_else(Refusal::chat_not_found)?;
    if group.kind != GroupKind::Supergroup {
        return Err(Refusal::bad("method is available only for supergroups"));
    }
    let is_member = group.has(id);
    // Who may everything again is an ordinary member.
    let status = match all_flags("ChatPermissions").is_subset(&permissions) {
        true if is_member => Status::Member,
        true => Status::Left,
        false => Status::Restricted { permissions, until, is_member },
    };
    change(call, chat, id, status);
    Ok(true.into())
}

fn permissions(call: &Call<'_>) -> Result<Flags, Refusal> {
    let value = call.params.json("permissions")?.unwrap_or_else(|| json!({}));
    if !value.is_object() {
        return Err(Refusal::bad("object expected as permissions"));
    }
    let mut set = flags("ChatPermissions", &value);
    // One permission implies others, unless the call says not to (`Client.cpp`, `get_chat_permissions`).
    if !call.params.truth("use_independent_chat_permissions") {
        let media = ["audios", "documents", "photos", "videos", "video_notes", "voice_notes"];
        let implied = |set: &Flags, name: &str| set.contains(name);
        if implied(&set, "can_send_other_messages") || implied(&set, "can_add_web_page_previews") {
            set.extend(media.iter().map(|kind| format!("can_send_{kind}")));
        }
        let speaks =
            implied(&set, "can_send_polls") || media.iter().any(|kind| set.contains(&format!("can_send_{kind}")));
        if speaks {
            set.insert("can_send_messages".to_owned());
        }
    }
    Ok(set)
}

pub(super) fn set_permissions(call: &mut Call<'_>) -> Outcome {
    let (chat, _) = group_with(call, "can_restrict_members", "not enough rights to change chat permissions")?;
    let permissions = permissions(call)?;
    let group = call.bot.group_mut(chat).ok_or_else(Refusal::chat_not_found)?;
    if group.kind == GroupKind::Channel {
        return Err(Refusal::bad("can't change chat permissions in the chat"));
    }
    group.permissions = permissions;
    Ok(true.into())
}

/// Without a right, an administrator is dismissed (<https://core.telegram.org/bots/api#promotechatmember>).
pub(super) fn promote(call: &mut Call<'_>) -> Outcome {
    user_id(call)?;
    let (chat, _) = group_with(call, "can_promote_members", "not enough rights")?;
    let id = subject(call)?;
    let set = bot_api::flags("ChatAdministratorRights").filter(|(name, _)| call.params.truth(name));
    let rights: Flags = set.map(|(name, _)| name.to_owned()).collect();
    let group = call.bot.group(chat).ok_or_else(Refusal::chat_not_found)?;
    if id == call.bot.id {
        return Err(Refusal::bad("can't promote self"));
    }
    match group.status(id) {
        Status::Creator => return Err(Refusal::bad("can't edit chat owner")),
        Status::Administrator { by_bot: false, .. } => return Err(Refusal::bad("CHAT_ADMIN_REQUIRED")),
        _ if rights.iter().any(|right| !group.may(call.bot.id, right)) => {
            return Err(Refusal::bad("RIGHT_FORBIDDEN"));
        }
        // Nobody is made an administrator without being there, save of a channel.
        _ if !group.has(id) && group.kind != GroupKind::Channel => {
            return Err(Refusal::bad("USER_NOT_PARTICIPANT"));
        }
        _ => {}
    }
    let status = match rights.is_empty() {
        true => Status::Member,
        false => Status::Administrator { rights, by_bot: true },
    };
    change(call, chat, id, status);
    Ok(true.into())
}

/// A title is at most 16 characters, and no emoji (<https://core.telegram.org/bots/api#setchatadministratorcustomtitle>).
fn short_title(call: &Call<'_>, field: &str) -> Result<Option<String>, Refusal> {
    let title = call.params.text(field).unwrap_or_default().trim().to_owned();
    if title.chars().count() > TITLE {
        return Err(Refusal::bad("ADMIN_RANK_INVALID"));
    }
    if title.chars().any(|letter| u32::from(letter) >= 0x1_F000) {
        return Err(Refusal::bad("ADMIN_RANK_EMOJI_NOT_ALLOWED"));
    }
    Ok(Some(title).filter(|title| !title.is_empty()))
}

pub(super) fn set_custom_title(call: &mut Call<'_>) -> Outcome {
    let title = short_title(call, "custom_title")?;
    let (chat, _) = group_with(call, "can_promote_members", "not enough rights to change custom title of the user")?;
    let id = subject(call)?;
    let group = call.bot.group_mut(chat).ok_or_else(Refusal::chat_not_found)?;
    if group.kind == GroupKind::Channel {
        return Err(Refusal::bad("method is available only for groups and supergroups"));
    }
    match group.members.get_mut(&id) {
        Some(member) if member.status == Status::Creator => {
            return Err(Refusal::bad("only the owner can edit their custom title"));
        }
        Some(member) if matches!(member.status, Status::Administrator { by_bot: true, .. }) => member.title = title,
        Some(member) if matches!(member.status, Status::Administrator { .. }) => {
            return Err(Refusal::bad("not enough rights to change custom title of the user"));
        }
        _ => return Err(Refusal::bad("user is not an administrator")),
    }
    Ok(true.into())
}

pub(super) fn set_tag(call: &mut Call<'_>) -> Outcome {
    let tag = short_title(call, "tag")?;
    let (chat, _) = group_with(call, "can_manage_tags", "not enough rights to change the tag of the user")?;
    let id = subject(call)?;
    let group = call.bot.group_mut(chat).ok_or_else(Refusal::chat_not_found)?;
    let member = group.members.get_mut(&id).ok_or_else(|| Refusal::bad("USER_NOT_PARTICIPANT"))?;
    member.tag = tag;
    Ok(true.into())
}

/// Another chat in whose name people write in this one.
fn sender_chat(call: &Call<'_>) -> Result<i64, Refusal> {
    if call.params.text("sender_chat_id").unwrap_or_default().is_empty() {
        return Err(Refusal::bad("sender_chat_id is empty"));
    }
    let id = call.params.integer("sender_chat_id");
    let id = id.ok_or_else(|| Refusal::bad("sender_chat_id is not a valid Integer"))?;
    if call.bot.chats.contains_key(&id) { Ok(id) } else { Err(Refusal::bad("PARTICIPANT_ID_INVALID")) }
}

pub(super) fn ban_sender_chat(call: &mut Call<'_>) -> Outcome {
    group_with(call, "can_restrict_members", RESTRICT)?;
    let sender = sender_chat(call)?;
    let (_, group) = group(call)?;
    group.banned_chats.insert(sender);
    Ok(true.into())
}

pub(super) fn unban_sender_chat(call: &mut Call<'_>) -> Outcome {
    group_with(call, "can_restrict_members", RESTRICT)?;
    let sender = sender_chat(call)?;
    let (_, group) = group(call)?;
    group.banned_chats.remove(&sender);
    Ok(true.into())
}

/// In a chat are the person, or the members of the group, and the bot.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let asked = user_id(call)?;
    let chat = call.chat_id()?;
    call.bot.reach(chat)?;
    let user = call.bot.any_user(asked).ok_or_else(|| Refusal::bad("user not found"))?;
    Ok(call.bot.member_json(chat, asked).unwrap_or_else(|| {
        let status = if asked == chat || asked == call.bot.id { "member" } else { "left" };
        json!({ "user": user, "status": status })
    }))
}

/// The owner and all administrators; other bots only where they are asked for, and the simulator has none.
pub(super) fn administrators(call: &mut Call<'_>) -> Outcome {
    let chat = call.chat_id()?;
    call.bot.reach(chat)?;
    let Some(group) = call.bot.group(chat) else {
        return Err(Refusal::bad("there are no administrators in the private chat"));
    };
    let bot = &*call.bot;
    let all = group
        .members
        .iter()
        .filter(|(_, member)| matches!(member.status, Status::Creator | Status::Administrator { .. }));
    Ok(all.map(|(id, member)| bot.status_json(group, *id, Some(member))).collect())
}

pub(super) fn count(call: &mut Call<'_>) -> Outcome {
    let chat = call.chat_id()?;
    call.bot.reach(chat)?;
    // The person and the bot.
    Ok(call.bot.group(chat).map_or(2, Group::count).into())
}

pub(super) fn leave(call: &mut Call<'_>) -> Outcome {
    let chat = call.chat_id()?;
    if call.bot.chats.contains_key(&chat) && call.bot.group(chat).is_none() {
        return Err(Refusal::bad("chat member status can't be changed in private chats"));
    }
    let (chat, _) = group(call)?;
    let bot = call.bot.id;
    change(call, chat, bot, Status::Left);
    Ok(true.into())
}

pub(super) fn set_default_rights(call: &mut Call<'_>) -> Outcome {
    let rights = call.params.json("rights")?.unwrap_or_else(|| json!({}));
    if !rights.is_object() {
        return Err(Refusal::bad("ChatAdministratorRights must be an Object"));
    }
    let rights = flags("ChatAdministratorRights", &rights);
    let channels = call.params.truth("for_channels");
    call.bot.default_rights.insert(channels, rights);
    Ok(true.into())
}

pub(super) fn get_default_rights(call: &mut Call<'_>) -> Outcome {
    let channels = call.params.truth("for_channels");
    let kind = if channels { GroupKind::Channel } else { GroupKind::Supergroup };
    let rights = call.bot.default_rights.get(&channels).cloned().unwrap_or_default();
    Ok(Value::Object(rights_json("ChatAdministratorRights", kind, &rights)))
}
