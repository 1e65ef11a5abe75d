//! Who is in a chat, as objects of the Bot API; and what the bot may do there.

use serde_json::{Value, json};

use super::user;
use crate::bot_api;
use crate::group::{Group, GroupKind, InviteLink, Member, Permission, Status, rights_json};
use crate::refusal::Refusal;
use crate::world::Bot;

impl Bot {
    /// A person, or the bot, as a `User`.
    pub(crate) fn any_user(&self, id: i64) -> Option<Value> {
        if id == self.id {
            return Some(self.user_json());
        }
        self.people.get(&id).map(|known| user(&known.person))
    }

    pub(crate) fn group(&self, chat: i64) -> Option<&Group> {
        self.chats.get(&chat)?.group.as_deref()
    }

    pub(crate) fn group_mut(&mut self, chat: i64) -> Option<&mut Group> {
        self.chats.get_mut(&chat)?.group.as_deref_mut()
    }

    /// Ends the bans and restrictions of a group whose time is over. Whoever comes to a group calls it first: the bot by any of its
    /// methods, people by what they do there, and who looks at it.
    pub(crate) fn end_restrictions(&mut self, chat: i64) {
        let now = self.unix_now();
        if let Some(group) = self.group_mut(chat) {
            group.expire(now);
        }
    }

    /// A `ChatMember`; `None` for somebody who is not known.
    pub(crate) fn member_json(&self, chat: i64, id: i64) -> Option<Value> {
        let group = self.group(chat)?;
        let member = group.members.get(&id);
        Some(self.status_json(group, id, member))
    }

    /// What a status looks like to the bot.
    pub(crate) fn status_json(&self, group: &Group, id: i64, member: Option<&Member>) -> Value {
        let user = self.any_user(id).unwrap_or_else(|| json!({ "id": id, "is_bot": false, "first_name": "" }));
        let tag = member.and_then(|member| member.tag.as_deref());
        let mut object = match member.map_or(&Status::Left, |member| &member.status) {
            Status::Creator => json!({ "status": "creator", "is_anonymous": group.is_anonymous(id) }),
            Status::Administrator { rights, by_bot } => {
                let mut rights = rights_json("ChatMemberAdministrator", group.kind, rights);
                rights.insert("status".into(), "administrator".into());
                rights.insert("can_be_edited".into(), (*by_bot).into());
                rights.insert("is_anonymous".into(), group.is_anonymous(id).into());
                Value::Object(rights)
            }
            Status::Member => json!({ "status": "member" }),
            Status::Restricted { permissions, until, is_member } => {
                let mut object = json!({ "status": "restricted", "until_date": until, "is_member": is_member });
                for (name, _) in bot_api::flags("ChatMemberRestricted").filter(|(name, _)| *name != "is_member") {
                    object[name] = permissions.contains(name).into();
                }
                object
            }
            Status::Left => json!({ "status": "left" }),
            Status::Banned { until } => json!({ "status": "kicked", "until_date": until }),
        };
        object["user"] = user;
        if let Some(title) = member.and_then(|member| member.title.as_deref()) {
            object["custom_title"] = title.into();
        }
        if let Some(tag) = tag.filter(|_| matches!(object["status"].as_str(), Some("member" | "restricted"))) {
            object["tag"] = tag.into();
        }
        object
    }

    /// A `ChatInviteLink`, made by the bot.
    pub(crate) fn link_json(&self, group: &Group, link: &InviteLink) -> Value {
        let mut object = json!({
            "invite_link": link.address, "creator": self.user_json(), "creates_join_request": link.asks,
            "is_primary": link.is_primary, "is_revoked": link.is_revoked,
        });
        let mut set = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                object[key] = value;
            }
        };
        set("name", link.name.clone().map(Value::from));
        set("expire_date", link.expires.map(Value::from));
        set("member_limit", link.limit.map(Value::from));
        set("subscription_period", link.subscription.map(|(seconds, _)| seconds.into()));
        set("subscription_price", link.subscription.map(|(_, stars)| stars.into()));
        set("pending_join_request_count", Some(group.requests.len().into()).filter(|_| link.asks));
        object
    }

    /// Whether the bot may send something to a chat.
    ///
    /// # Errors
    /// In a group that it is not in, or in which it may not (`Client.cpp`, `check_chat_access`; tdlib's `MessageContent.cpp`,
    /// `can_send_message_content`).
    pub(crate) fn may_write(&self, chat: i64, what: Permission) -> Result<(), Refusal> {
        let Some(group) = self.group(chat) else { return Ok(()) };
        self.is_in(group)?;
        if group.kind == GroupKind::Channel {
            if !group.may(self.id, "can_post_messages") {
                return Err(Refusal::bad("need administrator rights in the channel chat"));
            }
        } else if !group.permits(self.id, what.field) {
            return Err(Refusal::bad(format!("not enough rights to send {} to the chat", what.spoken)));
        }
        Ok(())
    }

    /// # Errors
    /// 403 where the bot has left, or was removed.
    pub(crate) fn is_in(&self, group: &Group) -> Result<(), Refusal> {
        let kind = group.kind.name();
        match group.status(self.id) {
            Status::Banned { .. } => Err(Refusal::new(403, format!("Forbidden: bot was kicked from the {kind} chat"))),
            _ if !group.has(self.id) => {
                Err(Refusal::new(403, format!("Forbidden: bot is not a member of the {kind} chat")))
            }
            _ => Ok(()),
        }
    }
}
