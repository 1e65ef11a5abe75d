//! What people send into a chat, in each way that messages are sent: written, as an answer, into a topic, together, or on from elsewhere.

use std::sync::Arc;

use engine::chat::Author;
use engine::markup::Rich;
use engine::transcript::{Media as Attachment, UserAction};
use serde_json::{Map, Value};

use super::{Done, Picture, UserActionError, attachments};
use crate::files::{Blob, FileKind};
use crate::keyboards::Keyboard;
use crate::methods::sending::permission;
use crate::pictures;
use crate::updates::Kind;
use crate::world::{Body, Bot, Post};
use crate::{Happening, Simulator};

/// What a person sends.
#[derive(Debug, Clone)]
pub enum Outgoing {
    Text(String),
    Picture {
        picture: Picture,
        caption: String,
    },
    /// Two to ten tiny pictures that are shown together, by their names; the caption is that of the first.
    Album {
        names: Vec<String>,
        caption: String,
    },
    /// Something without words.
    Thing(Attachment),
    /// A message that stands in a chat where the person is.
    Forwarded {
        chat: i64,
        message: i32,
    },
}

/// Where in a chat a person sends something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SendOptions {
    /// The topic of a forum, or the thread of a discussion; `None`: `General`.
    pub topic: Option<i32>,
    /// The message that it answers.
    pub reply_to: Option<i32>,
}

/// What is said of a message beside what is in it.
#[derive(Debug, Default)]
pub(super) struct PostAttributes {
    pub(super) topic: Option<i32>,
    pub(super) reply_to: Option<i32>,
    pub(super) album: Option<String>,
    /// `forward_origin`.
    pub(super) origin: Option<Value>,
    /// Further fields of the `Message`.
    pub(super) extras: Map<String, Value>,
}

/// An album has so many pictures (<https://core.telegram.org/bots/api#sendmediagroup>).
const ALBUM: std::ops::RangeInclusive<usize> = 2..=10;

impl Simulator {
    /// The person sends something into a group or channel, or into their own chat with the bot, which has their id: the update
    /// by which the bot is told, that of the last where there are several, or 0 where it is not told. What answers a message
    /// stands in its topic. A recording has what is sent in their own chat, but not what it answers, nor that pictures are
    /// together, nor what is sent on without being a text.
    ///
    /// # Errors
    /// What cannot be sent there: [`UserActionError`] says why.
    pub fn send_in(&self, token: &str, person: i64, chat: i64, what: &Outgoing, options: SendOptions) -> Done {
        let all = self.prepared(token, person, what)?;
        self.cell(token).change(|bot| {
            bot.present(person, chat)?;
            all.iter().try_for_each(|one| bot.lets_send(person, chat, &one.body))?;
            let topic = bot.topic_of(person, chat, options)?;
            let album = (all.len() > 1).then(|| bot.next_album());
            let mut update = 0;
            for Prepared { body, origin, deed } in all {
                let reply_to = options.reply_to;
                update = bot.sent_by(
                    chat,
                    person,
                    body,
                    PostAttributes { topic, reply_to, album: album.clone(), origin, ..Default::default() },
                );
                if let Some(deed) = deed.filter(|_| chat == person) {
                    bot.record(Some(update), Happening::Did { person, deed });
                }
            }
            Ok(update)
        })
    }

    /// What is sent, message by message.
    fn prepared(&self, token: &str, person: i64, what: &Outgoing) -> Result<Vec<Prepared>, UserActionError> {
        let photo = |picture: &Picture, caption: &str| -> Result<Prepared, UserActionError> {
            let (body, name) = self.photo(token, picture.clone(), caption)?;
            let deed = UserAction::SendsPicture { name, caption: caption.to_owned() };
            Ok(Prepared { body, origin: None, deed: Some(deed) })
        };
        Ok(match what {
            Outgoing::Text(text) => {
                let text = sendable(text)?;
                let deed = UserAction::Says(text.text.clone());
                vec![Prepared { body: Body::Text(text), origin: None, deed: Some(deed) }]
            }
            Outgoing::Picture { picture, caption } => vec![photo(picture, caption)?],
            Outgoing::Album { names, .. } if !ALBUM.contains(&names.len()) => {
                return Err(UserActionError::NoAlbum(names.len()));
            }
            Outgoing::Album { names, caption } => {
                let captions = [caption.as_str()].into_iter().chain(std::iter::repeat(""));
                let pictures = names.iter().zip(captions);
                pictures
                    .map(|(name, caption)| photo(&Picture::Named(name.clone()), caption))
                    .collect::<Result<_, _>>()?
            }
            Outgoing::Thing(attachment) => {
                let body = self.cell(token).change(|bot| attachments::body(*attachment, bot));
                vec![Prepared { body, origin: None, deed: Some(UserAction::Sends(*attachment)) }]
            }
            Outgoing::Forwarded { chat, message } => self.cell(token).change(|bot| {
                bot.present(person, *chat)?;
                let post = bot.post_for(person, *chat, *message)?.clone();
                if !post.is_movable() {
                    return Err(UserActionError::NotForwardable(*message));
                }
                let origin = Some(bot.origin(*chat, &post));
                let deed = match &post.body {
                    Body::Text(text) => Some(UserAction::Forwards(text.text.clone())),
                    _ => None,
                };
                Ok(vec![Prepared { body: post.body, origin, deed }])
            })?,
        })
    }

    /// A photo that the bot can ask for, and its name.
    fn photo(&self, token: &str, picture: Picture, caption: &str) -> Result<(Body, String), UserActionError> {
        let (blob, name) = match picture {
            Picture::Bytes(bytes) => {
                // Where the bot shows it again, it is called as it was sent.
                let blob = Blob::new(bytes, None, None);
                let name = self.0.pictures.name(&blob.sha256).unwrap_or_else(|| "photo.jpg".to_owned());
                (blob, name)
            }
            Picture::Named(name) => (Blob::new(pictures::tiny_png(&name), None, None), name),
        };
        self.name_picture(&blob.sha256, &name);
        if blob.size.is_none() {
            return Err(UserActionError::NotAPicture);
        }
        let (blob, mut caption) = (Arc::new(blob), Rich::plain(caption));
        caption.find_entities();
        self.cell(token).change(|bot| bot.files.keep(FileKind::Photo, &blob));
        Ok((Body::Photo(blob, caption), name))
    }

    /// The person edits a text of their own in a chat.
    ///
    /// # Errors
    /// A message that is not theirs, or is no text.
    pub fn edit_in(&self, token: &str, person: i64, chat: i64, message: i32, text: &str) -> Done {
        let text = sendable(text)?;
        self.cell(token).change(|bot| {
            bot.present(person, chat)?;
            let now = bot.unix_now();
            let deed = UserAction::EditsLast(text.text.clone());
            let conversation = bot.chats.get_mut(&chat).ok_or(UserActionError::NoSuchMessage(message))?;
            let newest = conversation.posts.values().rev().find(|post| post.is_editable_by(person)).map(|post| post.id);
            let post = conversation.posts.get_mut(&message).ok_or(UserActionError::NoSuchMessage(message))?;
            if !post.is_editable_by(person) {
                return Err(UserActionError::NothingToEdit);
            }
            (post.body, post.edited) = (Body::Text(text), Some(now));
            conversation.version += 1;
            let post = post.clone();
            let kind = match bot.message_kind(chat) {
                Kind::ChannelPost => Kind::EditedChannelPost,
                _ => Kind::EditedMessage,
            };
            let update = bot.tell_as(kind, chat, &post);
            bot.edit_discussed(chat, &post);
            if chat == person && newest == Some(message) {
                bot.record(Some(update), Happening::Did { person, deed });
            }
            Ok(update)
        })
    }
}

/// What Telegram makes of a text that a person writes.
pub(super) fn sendable(text: &str) -> Result<Rich, UserActionError> {
    let mut rich = Rich::sent(text)?;
    rich.find_entities();
    Ok(rich)
}

/// A message on its way, and what a recording has of it.
struct Prepared {
    body: Body,
    /// `forward_origin`.
    origin: Option<Value>,
    /// `None` of what no transcript can say.
    deed: Option<UserAction>,
}

impl Post {
    /// Whether a person sees it, who is in the chat: not what is for somebody else alone.
    pub(crate) fn is_for(&self, person: i64) -> bool {
        self.extras.get("receiver_user").is_none_or(|receiver| receiver["id"] == person)
    }

    /// Whether it is a text that the person has written themselves.
    pub(crate) fn is_editable_by(&self, person: i64) -> bool {
        let is_own = self.person == Some(person) && self.origin.is_none() && !self.extras.contains_key("via_bot");
        is_own && matches!(self.body, Body::Text(_))
    }
}

impl Bot {
    /// Whether a person may send this into a chat.
    pub(super) fn lets_send(&self, person: i64, chat: i64, body: &Body) -> Result<(), UserActionError> {
        let may = self.group(chat).is_none_or(|group| group.lets_send(person, permission(body).field));
        if !may {
            return Err(UserActionError::MayNotWrite);
        }
        match self.slow_mode_ends_in(person, chat) {
            Some(wait) => Err(UserActionError::SlowMode(wait)),
            None => Ok(()),
        }
    }

    /// After how many seconds a person may write again into a group of slow mode, which administrators do not have to heed.
    fn slow_mode_ends_in(&self, person: i64, chat: i64) -> Option<i64> {
        let conversation = self.chats.get(&chat)?;
        let group = conversation.group.as_deref().filter(|group| group.slow_mode_delay > 0)?;
        if group.is_administrator(person) {
            return None;
        }
        let theirs =
            conversation.posts.values().rev().find(|post| post.person == Some(person) && !post.body.is_service());
        let ends = theirs?.date + i64::from(group.slow_mode_delay);
        Some(ends - self.unix_now()).filter(|wait| *wait > 0)
    }

    /// A message that a person sees.
    pub(super) fn post_for(&self, person: i64, chat: i64, message: i32) -> Result<&Post, UserActionError> {
        let post = self.chats.get(&chat).and_then(|chat| chat.post(message));
        post.filter(|post| post.is_for(person)).ok_or(UserActionError::NoSuchMessage(message))
    }

    /// The topic in which a message is going to stand: that of the message that it answers, or else the one that is chosen.
    fn topic_of(&self, person: i64, chat: i64, options: SendOptions) -> Result<Option<i32>, UserActionError> {
        let answered = options.reply_to.map(|message| self.post_for(person, chat, message)).transpose()?;
        let thread = answered.map(|post| post.id).or(options.topic).and_then(|post| self.thread_of(chat, post));
        if thread.is_some() {
            return Ok(thread);
        }
        let Some(topic) = answered.and_then(|post| post.topic).or(options.topic) else { return Ok(None) };
        let known = self.chats.get(&chat).and_then(|chat| chat.topics.get(&topic));
        match known.ok_or(UserActionError::NoSuchTopic)?.is_closed {
            true => Err(UserActionError::MayNotWrite),
            false => Ok(Some(topic)),
        }
    }

    /// A message of a person, or of a channel; the update by which the bot is told, or 0 where it is not.
    pub(super) fn sent_by(&mut self, chat: i64, person: i64, body: Body, attributes: PostAttributes) -> i64 {
        let (now, named) = (self.unix_now(), self.in_its_name(chat, person));
        let conversation = self.chats.entry(chat).or_default();
        if let Some(keyboard) = conversation.keyboard.as_mut().filter(|keyboard| keyboard.one_time) {
            keyboard.used |= uses(keyboard, &body);
        }
        let post = conversation.add(Author::Person, Some(person), now, body);
        (post.topic, post.reply_to, post.album, post.origin) =
            (attributes.topic, attributes.reply_to, attributes.album, attributes.origin);
        post.extras = attributes.extras;
        post.extras.extend(named);
        let post = post.clone();
        let update = self.tell(chat, &post);
        self.discuss(chat, &post);
        update
    }

    /// Tells the bot of a message, if it hears it.
    pub(crate) fn tell(&mut self, chat: i64, post: &Post) -> i64 {
        self.tell_as(self.message_kind(chat), chat, post)
    }

    pub(crate) fn tell_as(&mut self, kind: Kind, chat: i64, post: &Post) -> i64 {
        if !self.hears(chat, post) {
            return if kind == Kind::Message { self.ask_guest(chat, post) } else { 0 };
        }
        let (message, now) = (self.message_json(chat, post), self.unix_now());
        self.updates.push(kind, chat, &message, now)
    }
}

/// Whether the message came by tapping the keyboard.
fn uses(keyboard: &Keyboard, body: &Body) -> bool {
    keyboard.rows.iter().flatten().any(|button| match body {
        Body::Text(text) => button.label.trim() == text.text,
        Body::Other { field: "contact", .. } => button.contact,
        _ => false,
    })
}
