//! Groups, supergroups and channels: who is in them, and what they may.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::bot_api;
use super::files::Blob;

/// What kind of chat it is, beside those with one person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum GroupKind {
    Group,
    #[default]
    Supergroup,
    Channel,
}

impl GroupKind {
    /// As `Chat.type` has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            GroupKind::Group => "group",
            GroupKind::Supergroup => "supergroup",
            GroupKind::Channel => "channel",
        }
    }
}

/// A group or channel as a test sets it up, or changes it: what is not said stays as it is.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    #[schema(example = "Friends")]
    pub title: String,
    /// `supergroup` for a new one.
    pub kind: Option<GroupKind>,
    /// An empty one makes it private.
    pub username: Option<String>,
    /// Whether it has topics; a new one has none.
    pub is_forum: Option<bool>,
    /// Who owns it; a new one is owned by the first of its members.
    pub owner: Option<i64>,
    /// Ids of people who are in it, or come into it.
    #[serde(default)]
    pub members: Vec<i64>,
    /// What the bot is in it: in a new one an `administrator` with all rights.
    pub bot: Option<BotStatus>,
    /// Whether the bot is the guard, which is asked about each request to be let in.
    pub guard: Option<bool>,
    /// The channel whose direct messages it is: anybody may write there, and suggest posts.
    pub direct_messages_of: Option<i64>,
    /// The channel that is discussed in it: what is posted there comes into it by itself. For a supergroup.
    pub discussion_of: Option<i64>,
    /// How many seconds members wait between two messages; 0: not at all.
    pub slow_mode_delay: Option<u32>,
    /// Who of its owner and administrators write in its name; whoever is neither becomes an administrator with all rights.
    pub anonymous: Option<BTreeSet<i64>>,
}

/// What the bot is in a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BotStatus {
    #[default]
    Administrator,
    Member,
    Left,
    Kicked,
}

/// A chat of several.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(crate) kind: GroupKind,
    pub(crate) title: String,
    pub(crate) username: Option<String>,
    pub(crate) description: String,
    pub(crate) photo: Option<Arc<Blob>>,
    pub(crate) is_forum: bool,
    /// `General`, the topic that is always there.
    pub(crate) general: GeneralTopic,
    pub(crate) sticker_set: Option<String>,
    /// What members may: the fields of `ChatPermissions` that are true.
    pub(crate) permissions: Flags,
    pub(crate) members: BTreeMap<i64, Member>,
    pub(crate) links: Vec<InviteLink>,
    /// Who asks to be let in, and by which link.
    pub(crate) requests: BTreeMap<i64, InviteLink>,
    /// Whether the bot is asked about each request to be let in.
    pub(crate) is_guarded: bool,
    /// The channel whose direct messages it is.
    pub(crate) direct_messages_of: Option<i64>,
    /// The channel that is discussed in it.
    pub(crate) discussion_of: Option<i64>,
    /// Seconds between two messages of a member.
    pub(crate) slow_mode_delay: u32,
    /// Whom a test has made anonymous.
    pub(crate) anonymous: BTreeSet<i64>,
    /// Channels that may not write here in their own name.
    pub(crate) banned_chats: BTreeSet<i64>,
}

/// Names of fields that are true.
pub(crate) type Flags = BTreeSet<String>;

/// What can be changed of the topic `General`.
#[derive(Debug, Default)]
pub(crate) struct GeneralTopic {
    pub(crate) name: Option<String>,
    pub(crate) is_closed: bool,
    pub(crate) is_hidden: bool,
}

/// A topic of a forum.
#[derive(Debug, Clone, Default)]
pub(crate) struct Topic {
    pub(crate) name: String,
    /// RGB.
    pub(crate) icon_color: i64,
    pub(crate) icon: Option<String>,
    pub(crate) is_closed: bool,
}

/// How somebody belongs to a chat.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member {
    pub(crate) status: Status,
    /// What an administrator is called.
    pub(crate) title: Option<String>,
    pub(crate) tag: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Status {
    Creator,
    Administrator {
        rights: Flags,
        /// Whether the bot has appointed them, and so may dismiss them.
        by_bot: bool,
    },
    Member,
    Restricted {
        permissions: Flags,
        /// Unix time; 0 for ever.
        until: i64,
        is_member: bool,
    },
    Left,
    Banned {
        /// Unix time; 0 for ever.
        until: i64,
    },
}

/// A way in.
#[derive(Debug, Clone, Default)]
pub(crate) struct InviteLink {
    pub(crate) address: String,
    pub(crate) name: Option<String>,
    /// Unix time.
    pub(crate) expires: Option<i64>,
    pub(crate) limit: Option<i64>,
    pub(crate) asks: bool,
    pub(crate) is_primary: bool,
    pub(crate) is_revoked: bool,
    /// Seconds and stars.
    pub(crate) subscription: Option<(i64, i64)>,
    pub(crate) joined: i64,
}

/// All fields of an object that are true or false.
pub(crate) fn all_flags(object: &str) -> Flags {
    bot_api::flags(object).map(|(name, _)| name.to_owned()).collect()
}

/// Rights that only administrators of channels have, and those that they do not have
/// (<https://core.telegram.org/bots/api#chatadministratorrights>).
const OF_CHANNELS: &[&str] = &["can_post_messages", "can_edit_messages", "can_manage_direct_messages"];
const NOT_OF_CHANNELS: &[&str] = &["can_pin_messages", "can_manage_topics", "can_manage_tags"];

/// `ChatAdministratorRights`, and the rights in a `ChatMemberAdministrator`.
pub(crate) fn rights_json(object: &str, kind: GroupKind, rights: &Flags) -> Map<String, Value> {
    let foreign = if kind == GroupKind::Channel { NOT_OF_CHANNELS } else { OF_CHANNELS };
    let all = bot_api::flags(object).filter(|(name, _)| !foreign.contains(name) && *name != "can_be_edited");
    all.map(|(name, _)| (name.to_owned(), rights.contains(name).into())).collect()
}

impl Group {
    pub(crate) fn new(kind: GroupKind, title: &str) -> Group {
        // What everybody may in a new group; the rest is for administrators.
        let mut permissions = all_flags("ChatPermissions");
        for reserved in ["can_change_info", "can_pin_messages", "can_manage_topics"] {
            permissions.remove(reserved);
        }
        Group { kind, title: title.to_owned(), permissions, ..Group::default() }
    }

    pub(crate) fn status(&self, id: i64) -> &Status {
        self.members.get(&id).map_or(&Status::Left, |member| &member.status)
    }

    /// Ends bans and restrictions whose time is over.
    pub(crate) fn expire(&mut self, now: i64) {
        let is_over = |until: i64| until != 0 && until <= now;
        for member in self.members.values_mut() {
            member.status = match &member.status {
                Status::Banned { until } if is_over(*until) => Status::Left,
                Status::Restricted { until, is_member: true, .. } if is_over(*until) => Status::Member,
                Status::Restricted { until, is_member: false, .. } if is_over(*until) => Status::Left,
                _ => continue,
            };
        }
    }

    /// What somebody is once they have come, or gone: a restriction stays.
    pub(crate) fn moved(&self, id: i64, inside: bool) -> Status {
        match self.status(id) {
            Status::Restricted { permissions, until, .. } => {
                Status::Restricted { permissions: permissions.clone(), until: *until, is_member: inside }
            }
            _ if inside => Status::Member,
            _ => Status::Left,
        }
    }

    /// Whether they are in the chat.
    pub(crate) fn has(&self, id: i64) -> bool {
        match self.status(id) {
            Status::Creator | Status::Administrator { .. } | Status::Member => true,
            Status::Restricted { is_member, .. } => *is_member,
            Status::Left | Status::Banned { .. } => false,
        }
    }

    /// Whether they are the owner, or an administrator with a right.
    pub(crate) fn may(&self, id: i64, right: &str) -> bool {
        match self.status(id) {
            Status::Creator => true,
            Status::Administrator { rights, .. } => rights.contains(right),
            _ => false,
        }
    }

    /// Whether they are an administrator to whom a right was given by its name.
    pub(crate) fn has_right(&self, id: i64, right: &str) -> bool {
        matches!(self.status(id), Status::Administrator { rights, .. } if rights.contains(right))
    }

    /// Whether they may do what all members may, unless they are restricted.
    pub(crate) fn permits(&self, id: i64, permission: &str) -> bool {
        match self.status(id) {
            Status::Creator | Status::Administrator { .. } => true,
            Status::Member => self.permissions.contains(permission),
            Status::Restricted { permissions, .. } => {
                permissions.contains(permission) && self.permissions.contains(permission)
            }
            Status::Left | Status::Banned { .. } => false,
        }
    }

    pub(crate) fn is_administrator(&self, id: i64) -> bool {
        matches!(self.status(id), Status::Creator | Status::Administrator { .. })
    }

    /// Whether a person can look into it: members, and everybody where it is public.
    pub(crate) fn is_open_to(&self, id: i64) -> bool {
        self.has(id) || self.username.is_some()
    }

    /// Whether a person may send what needs a permission, a field of `ChatPermissions`: in a channel, administrators only.
    pub(crate) fn lets_send(&self, id: i64, permission: &str) -> bool {
        self.permits(id, permission) && (self.kind != GroupKind::Channel || self.may(id, "can_post_messages"))
    }

    /// Makes somebody what they are from now on. Titles are for administrators only.
    pub(crate) fn set_status(&mut self, id: i64, status: Status) {
        let known = self.members.get(&id);
        let keeps = matches!(status, Status::Creator | Status::Administrator { .. });
        let title = known.and_then(|member| member.title.clone()).filter(|_| keeps);
        let tag = known.and_then(|member| member.tag.clone());
        self.members.insert(id, Member { status, title, tag });
    }

    pub(crate) fn owner(&self) -> Option<i64> {
        self.members.iter().find(|(_, member)| member.status == Status::Creator).map(|(id, _)| *id)
    }

    /// Makes somebody the owner; who was it is a member from now on.
    pub(crate) fn hand_over(&mut self, owner: i64) {
        if let Some(before) = self.owner().filter(|before| *before != owner) {
            self.set_status(before, Status::Member);
        }
        self.set_status(owner, Status::Creator);
    }

    pub(crate) fn count(&self) -> usize {
        self.members.keys().filter(|id| self.has(**id)).count()
    }
}

impl InviteLink {
    /// Whether somebody can still come by it.
    pub(crate) fn is_open(&self, now: i64) -> bool {
        !self.is_revoked
            && self.expires.is_none_or(|expires| expires > now)
            && self.limit.is_none_or(|limit| self.joined < limit)
    }
}

/// What somebody needs to be allowed in order to send something: a field of `ChatPermissions`, and what a refusal calls it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Permission {
    pub(crate) field: &'static str,
    pub(crate) spoken: &'static str,
}

impl Permission {
    pub(crate) const fn new(field: &'static str, spoken: &'static str) -> Permission {
        Permission { field, spoken }
    }
}
