//! The Bot API's objects. A field that is not there is left out: an explicit null makes teloxide lose the message.

mod groups;
mod media;

use engine::chat::Author;
use engine::markup::Rich;
use serde_json::{Map, Value, json};

use super::entities::entities_json;
use super::files::{Blob, FileKind, Files};
use super::group::GroupKind;
use super::media::Media;
use super::people::Person;
use super::world::{Body, Bot, Conversation, Post};

/// What people can send besides text: fields that a message of theirs carries at its top.
pub(crate) fn user(person: &Person) -> Value {
    let mut user = json!({ "id": person.id, "is_bot": false, "first_name": person.first_name });
    set(&mut user, "username", person.username.as_deref());
    set(&mut user, "language_code", person.language_code.as_deref());
    user
}

fn set(object: &mut Value, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        object[key] = value.into();
    }
}

impl Bot {
    /// The bot as a `User`.
    pub(crate) fn user_json(&self) -> Value {
        let name = self.profile.get("setmyname/").map_or("Simulated bot", String::as_str);
        json!({ "id": self.id, "is_bot": true, "first_name": name, "username": self.username })
    }

    /// A `Chat`.
    pub(crate) fn chat_json(&self, id: i64) -> Value {
        if let Some(group) = self.group(id) {
            let mut chat = json!({ "id": id, "title": group.title, "type": group.kind.name() });
            set(&mut chat, "username", group.username.as_deref());
            if group.is_forum {
                chat["is_forum"] = true.into();
            }
            if group.direct_messages_of.is_some() {
                chat["is_direct_messages"] = true.into();
            }
            return chat;
        }
        let mut chat = json!({ "id": id, "type": "private" });
        if let Some(acquaintance) = self.people.get(&id) {
            chat["first_name"] = acquaintance.person.first_name.as_str().into();
            set(&mut chat, "username", acquaintance.person.username.as_deref());
        }
        chat
    }

    /// A `Message`.
    pub(crate) fn message_json(&self, chat: i64, post: &Post) -> Value {
        let mut message = Map::new();
        message.insert("message_id".into(), post.id.into());
        message.insert("chat".into(), self.chat_json(chat));
        message.insert("date".into(), post.date.into());
        if let Some(edited) = post.edited {
            message.insert("edit_date".into(), edited.into());
        }
        if self.group(chat).is_some_and(|group| group.kind == GroupKind::Channel) {
            // A post has no author but the channel.
            message.insert("sender_chat".into(), self.chat_json(chat));
        } else {
            let from = match (post.author, post.person.and_then(|id| self.people.get(&id))) {
                (Author::Person, Some(acquaintance)) => user(&acquaintance.person),
                _ => self.user_json(),
            };
            message.insert("from".into(), from);
        }
        message.extend(post.extras.clone());
        if let Some(origin) = &post.origin {
            message.insert("forward_origin".into(), origin.clone());
        }
        if let Some(topic) = self.direct_messages_topic(chat, post.person) {
            message.insert("direct_messages_topic".into(), topic);
        }
        if let Some(topic) = post.topic {
            message.insert("message_thread_id".into(), topic.into());
            // A thread of a discussion is no topic.
            if self.chats.get(&chat).is_some_and(|chat| chat.topics.contains_key(&topic)) {
                message.insert("is_topic_message".into(), true.into());
            }
        }
        if let Some(album) = &post.album {
            message.insert("media_group_id".into(), album.as_str().into());
        }
        // A message that is gone is not told, and one that answers another is told without that other's own answer.
        if let Some(answered) = post.reply_to.and_then(|id| self.chats.get(&chat)?.post(id)) {
            let answered = Post { reply_to: None, ..answered.clone() };
            message.insert("reply_to_message".into(), self.message_json(chat, &answered));
        }
        self.add_body(&mut message, &post.body);
        if !post.buttons.is_empty() {
            message.insert("reply_markup".into(), inline_keyboard(post));
        }
        Value::Object(message)
    }

    /// The fields of a `Message` that a body is told by.
    pub(crate) fn add_body(&self, message: &mut Map<String, Value>, body: &Body) {
        match body {
            Body::Text(rich) => add_text(message, "text", "entities", rich),
            Body::Photo(blob, caption) => {
                message.insert("photo".into(), self.photo_json(blob));
                add_text(message, "caption", "caption_entities", caption);
            }
            Body::Document(blob, caption) => {
                message.insert("document".into(), self.document_json(blob));
                add_text(message, "caption", "caption_entities", caption);
            }
            Body::Media(media) => {
                let object = self.media_json(media);
                if media.kind == FileKind::Animation {
                    // As it was before there were animations (<https://core.telegram.org/bots/api#message>).
                    let document = Media { kind: FileKind::Document, details: Map::new(), ..(**media).clone() };
                    let mut document = self.media_json(&document);
                    document["file_id"] = object["file_id"].clone();
                    document["file_unique_id"] = object["file_unique_id"].clone();
                    message.insert("document".into(), document);
                }
                message.insert(media.kind.field().into(), object);
                add_text(message, "caption", "caption_entities", &media.caption);
            }
            Body::Poll(id) => {
                message.insert("poll".into(), self.poll_json(id));
            }
            Body::Other { field, value, .. } => {
                message.insert((*field).into(), value.clone());
            }
        }
    }

    /// `PhotoSize`s of a picture, the smallest first.
    pub(crate) fn photo_json(&self, blob: &Blob) -> Value {
        let sizes = blob.photo_sizes();
        let whole = sizes.last().map_or(1, |(_, width, height)| u64::from(width * height)).max(1);
        let size = |(letter, width, height): (char, u32, u32)| {
            // Smaller sizes weigh less, as their area does.
            let weight = (blob.bytes.len() as u64 * u64::from(width * height) / whole).max(1);
            json!({
                "file_id": self.files.id(blob, letter), "file_unique_id": Files::unique_id(blob, letter),
                "width": width, "height": height, "file_size": weight,
            })
        };
        sizes.into_iter().map(size).collect()
    }

    fn document_json(&self, blob: &Blob) -> Value {
        json!({
            "file_id": self.files.id(blob, 'd'), "file_unique_id": Files::unique_id(blob, 'd'),
            "file_name": blob.name, "mime_type": blob.mime, "file_size": blob.bytes.len(),
        })
    }
}

impl Conversation {
    /// The message with that number, if it is still there.
    pub(crate) fn post(&self, id: i32) -> Option<&Post> {
        self.posts.get(&id)
    }
}

fn inline_keyboard(post: &Post) -> Value {
    let rows: Vec<Vec<Value>> =
        post.buttons.iter().map(|row| row.iter().map(super::keyboards::Button::json).collect()).collect();
    json!({ "inline_keyboard": rows })
}

fn add_text(message: &mut Map<String, Value>, text: &str, entities: &str, rich: &Rich) {
    if rich.text.is_empty() {
        return;
    }
    message.insert(text.into(), rich.text.as_str().into());
    let list = entities_json(rich);
    if !list.is_empty() {
        message.insert(entities.into(), list.into());
    }
}
