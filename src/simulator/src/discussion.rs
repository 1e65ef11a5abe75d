//! Channels that are discussed in a group, and administrators who write in the name of their group.
//!
//! What is posted in a channel comes into its discussion by itself (`is_automatic_forward` of
//! <https://core.telegram.org/bots/api#message>): there it begins a thread, in which answers to it stand.

use engine::chat::Author;
use serde_json::{Map, Value, json};

use crate::group::{Group, GroupKind};
use crate::updates::Kind;
use crate::world::{Bot, Post};

/// Who brings posts into a discussion, as a `User`: Telegram itself (`service_notifications_user_id_` of `Client.h`).
fn telegram() -> Value {
    json!({ "id": 777_000, "is_bot": false, "first_name": "Telegram" })
}

/// Who stands for an administrator who is not named (`group_anonymous_bot_user_id_` of `Client.h`).
fn anonymous() -> Value {
    json!({ "id": 1_087_968_824, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot" })
}

impl Post {
    /// Whether it is a channel's post that has come into the discussion by itself.
    pub(crate) fn is_automatic_forward(&self) -> bool {
        self.extras.contains_key("is_automatic_forward")
    }
}

impl Bot {
    /// The group in which a channel is discussed; `None` also of what is no channel.
    pub(crate) fn discussed(&self, channel: i64) -> Option<i64> {
        // Few chats are channels, and all of them are looked through for this.
        self.group(channel).filter(|group| group.kind == GroupKind::Channel)?;
        let is_it = |group: &Group| group.discussion_of == Some(channel);
        self.chats.iter().find(|(_, chat)| chat.group.as_deref().is_some_and(is_it)).map(|(id, _)| *id)
    }

    /// Brings what was posted in a channel into its discussion.
    pub(crate) fn discuss(&mut self, channel: i64, post: &Post) {
        let Some(chat) = self.discussed(channel).filter(|_| !post.body.is_service()) else { return };
        let (origin, now) = (self.origin(channel, post), self.unix_now());
        let mut extras = post.extras.clone();
        extras.insert("from".into(), telegram());
        extras.insert("sender_chat".into(), self.chat_json(channel));
        extras.insert("is_automatic_forward".into(), true.into());
        let Some(conversation) = self.chats.get_mut(&chat) else { return };
        let copy = conversation.add(Author::Person, None, now, post.body.clone());
        (copy.origin, copy.album, copy.extras) = (Some(origin), post.album.clone(), extras);
        copy.discusses = Some(post.id);
        let copy = copy.clone();
        self.tell(chat, &copy);
    }

    /// Edits in the discussion of a channel what was edited in the channel.
    pub(crate) fn edit_discussed(&mut self, channel: i64, post: &Post) {
        let Some(chat) = self.discussed(channel) else { return };
        let Some(conversation) = self.chats.get_mut(&chat) else { return };
        let Some(copy) = conversation.posts.values_mut().find(|copy| copy.discusses == Some(post.id)) else { return };
        (copy.body, copy.edited) = (post.body.clone(), post.edited);
        let copy = copy.clone();
        conversation.version += 1;
        self.tell_as(Kind::EditedMessage, chat, &copy);
    }

    /// The thread of a discussion in which an answer to a message stands: it has the number of the post that it is about.
    pub(crate) fn thread_of(&self, chat: i64, answered: i32) -> Option<i32> {
        let conversation = self.chats.get(&chat)?;
        let post = conversation.post(answered)?;
        let root = if post.is_automatic_forward() { answered } else { post.topic? };
        conversation.post(root).filter(|root| root.is_automatic_forward()).map(|root| root.id)
    }

    /// What is told of a message of somebody who writes in the name of the group.
    pub(crate) fn in_its_name(&self, chat: i64, person: i64) -> Map<String, Value> {
        let mut fields = Map::new();
        let Some(group) = self.group(chat).filter(|group| group.is_anonymous(person)) else { return fields };
        fields.insert("from".into(), anonymous());
        fields.insert("sender_chat".into(), self.chat_json(chat));
        if let Some(title) = group.members.get(&person).and_then(|member| member.title.as_deref()) {
            fields.insert("author_signature".into(), title.into());
        }
        fields
    }
}

impl Group {
    /// Whether somebody writes, reacts and votes in the name of the group.
    pub(crate) fn is_anonymous(&self, id: i64) -> bool {
        self.kind != GroupKind::Channel
            && self.is_administrator(id)
            && (self.anonymous.contains(&id) || self.has_right(id, "is_anonymous"))
    }
}
