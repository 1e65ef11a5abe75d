//! The state of one bot: its chats, its people, and all that has been seen of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use engine::chat::{Author, BotAction, KeyboardChange, MessageId};
use engine::markup::Rich;
use serde_json::{Map, Value};

use super::clock::BotClock;
use super::disturb::{self, Disturbances};
use super::files::{Blob, Files};
use super::flood::Flood;
use super::group::{Flags, Group, GroupKind, Topic};
use super::history::{CallRecord, Recorded};
use super::inline::Inline;
use super::keyboards::{Button, Keyboard, ReplyMarkup};
use super::log::Log;
use super::managed::ManagedBots;
use super::media::Media;
use super::payments::Payments;
use super::people::Person;
use super::pictures::Pictures;
use super::polls::Poll;
use super::refusal::Refusal;
use super::stickers::Stickers;
use super::updates::{Kind, TAP_LIFE, Updates};
use super::webhook::Webhook;

/// A bot that polled so lately is at work between two polls.
const WORKING: Duration = Duration::from_secs(20);

/// So much of what was done, to the bot and by it, is kept.
const REMEMBERED: usize = 100_000;
/// So many calls are kept.
const CALLS: usize = 2_000;
/// When there are so many taps, those that have grown old are cleared away.
const TAPS: usize = 10_000;

pub(crate) struct Bot {
    pub(crate) id: i64,
    pub(crate) username: String,
    pub(crate) clock: BotClock,
    pub(crate) people: BTreeMap<i64, Acquaintance>,
    pub(crate) chats: HashMap<i64, Conversation>,
    pub(crate) updates: Updates,
    pub(crate) taps: HashMap<String, Tap>,
    /// So many taps make the bot look for old ones: twice as many as it kept the last time, so that a tap does not look at all
    /// others.
    most_taps: usize,
    pub(crate) next_tap: u64,
    albums: u64,
    /// Counts what needs a number of its own, such as links and invoices.
    pub(crate) serial: u64,
    pub(crate) files: Files,
    pub(crate) stickers: Stickers,
    pub(crate) polls_sent: HashMap<String, Poll>,
    pub(crate) payments: Payments,
    pub(crate) inline: Inline,
    pub(crate) managed: ManagedBots,
    pub(crate) approved: Vec<ApprovedPost>,
    /// Business connections by id, as `BusinessConnection`s.
    pub(crate) connections: BTreeMap<String, Value>,
    /// What the bot asks for where it becomes an administrator, of channels and of groups.
    pub(crate) default_rights: HashMap<bool, Flags>,
    /// Menu buttons by chat, as `MenuButton`s; that of all chats under 0.
    pub(crate) menu_buttons: HashMap<i64, Value>,
    pub(crate) profile_photo: Option<Arc<Blob>>,
    /// Numbers of stories by business account.
    pub(crate) stories: BTreeMap<i64, BTreeSet<i64>>,
    /// Scores by the message of the game, and by person.
    pub(crate) scores: HashMap<(i64, i32), BTreeMap<i64, i64>>,
    /// Whom the bot vouches for, with the words that stand there.
    pub(crate) verified: BTreeMap<i64, String>,
    /// Commands by scope and language, as the bot set them.
    pub(crate) commands: HashMap<String, Value>,
    /// Name and descriptions by method and language.
    pub(crate) profile: HashMap<String, String>,
    pub(crate) journal: Log<(i64, BotAction)>,
    /// Whose taps were answered without a word.
    pub(crate) answers: Log<i64>,
    pub(crate) history: Log<Recorded>,
    pub(crate) calls: Log<CallRecord>,
    /// Calls that are under way; polls are not counted.
    pub(crate) open_calls: usize,
    /// When the newest call came or ended.
    pub(crate) active: Option<Instant>,
    pub(crate) flood: Flood,
    /// Refusals that the bot brought upon itself: method and description.
    pub(crate) faults: Log<String>,
    pub(crate) disturbances: Disturbances,
    pub(crate) webhook: Option<Webhook>,
    /// Counts polls and webhooks: who holds an older number was superseded.
    pub(crate) listener: u64,
    /// Whether a poll is being held.
    pub(crate) polling: bool,
    /// How many polls have begun.
    pub(crate) polls: u64,
    /// When the newest poll began.
    pub(crate) polled: Option<Instant>,
    pub(crate) pictures: Arc<Pictures>,
}

/// A person as the bot meets them.
pub(crate) struct Acquaintance {
    pub(crate) person: Person,
    pub(crate) blocked: bool,
    /// What they say of themselves.
    pub(crate) bio: String,
    pub(crate) photo: Option<Arc<Blob>>,
    /// A custom emoji beside the name.
    pub(crate) emoji_status: Option<String>,
    /// Whether they come back into a group that they were banned from, once they may.
    pub(crate) returns: bool,
}

impl Acquaintance {
    pub(crate) fn new(person: Person) -> Acquaintance {
        Acquaintance { person, blocked: false, bio: String::new(), photo: None, emoji_status: None, returns: false }
    }
}

/// One chat: with a person, or a group.
#[derive(Default)]
pub(crate) struct Conversation {
    /// Who is in it, unless it is the chat with one person.
    pub(crate) group: Option<Box<Group>>,
    /// The supergroup that this group has become.
    pub(crate) migrated_to: Option<i64>,
    /// By the number of their first message.
    pub(crate) topics: BTreeMap<i32, Topic>,
    pub(crate) posts: BTreeMap<i32, Post>,
    pub(crate) newest: i32,
    pub(crate) keyboard: Option<Keyboard>,
    /// Pinned messages, the newest last.
    pub(crate) pinned: Vec<i32>,
    pub(crate) typing: Option<Instant>,
    /// What the bot is writing.
    pub(crate) draft: Option<MessageDraft>,
    /// Counts visible changes.
    pub(crate) version: u64,
}

/// A message that the bot is still writing.
#[derive(Debug)]
pub(crate) struct MessageDraft {
    pub(crate) id: i64,
    pub(crate) topic: Option<i64>,
    pub(crate) body: Body,
    /// Whether the person may tell the bot to stop.
    pub(crate) can_stop: bool,
    /// Whether it stays in view then.
    pub(crate) keep_on_stop: bool,
    pub(crate) since: Instant,
}

/// A message.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) id: i32,
    pub(crate) author: Author,
    /// Who wrote it, if a person did.
    pub(crate) person: Option<i64>,
    /// Unix time.
    pub(crate) date: i64,
    pub(crate) edited: Option<i64>,
    pub(crate) body: Body,
    pub(crate) buttons: Vec<Vec<Button>>,
    /// `forward_origin`, if it was sent on.
    pub(crate) origin: Option<Value>,
    /// The message that it answers.
    pub(crate) reply_to: Option<i32>,
    /// `media_group_id`: pictures of one album share it.
    pub(crate) album: Option<String>,
    /// The topic of the group that it stands in, or the thread of a discussion.
    pub(crate) topic: Option<i32>,
    /// The post of the channel that it has come of into the discussion.
    pub(crate) discusses: Option<i32>,
    /// Reactions by who left them, as `ReactionType`s.
    pub(crate) reactions: BTreeMap<i64, Vec<Value>>,
    /// Further fields of the `Message`, such as `has_protected_content`.
    pub(crate) extras: Map<String, Value>,
}

/// A post that is published when its time has come.
#[derive(Debug, Clone)]
pub(crate) struct ApprovedPost {
    pub(crate) channel: i64,
    pub(crate) post: Post,
    /// Unix time.
    pub(crate) at: i64,
}

/// A message of the bot on its way into a chat.
pub(crate) struct Draft {
    pub(crate) body: Body,
    pub(crate) markup: ReplyMarkup,
    pub(crate) reply_to: Option<i32>,
    pub(crate) origin: Option<Value>,
    pub(crate) album: Option<String>,
    pub(crate) topic: Option<i32>,
    pub(crate) extras: Map<String, Value>,
}

impl Draft {
    /// A message with what it brings, and nothing else about it.
    pub(crate) fn new(body: Body, markup: ReplyMarkup) -> Draft {
        Draft { body, markup, reply_to: None, origin: None, album: None, topic: None, extras: Map::new() }
    }
}

/// Fields of what is sent for its own sake, among those of [`Body::Other`].
const CONTENT: &[&str] = &[
    "checklist",
    "contact",
    "dice",
    "game",
    "invoice",
    "location",
    "paid_media",
    "poll",
    "rich_message",
    "sticker",
    "venue",
    "video",
    "voice",
];

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    Text(Rich),
    Photo(Arc<Blob>, Rich),
    Document(Arc<Blob>, Rich),
    /// Any other file.
    Media(Box<Media>),
    /// By the poll's id; what has become of it, the bot's `polls_sent` know.
    Poll(String),
    /// Anything else: the field of `Message`, its value, and what is shown of it.
    Other {
        field: &'static str,
        value: Value,
        shown: String,
    },
}

/// A tap of an inline button.
pub(crate) struct Tap {
    pub(crate) person: i64,
    /// The update that told of it.
    pub(crate) update: i64,
    pub(crate) at: i64,
    pub(crate) answered: bool,
    /// What stands on the button, for the reader of a failure.
    pub(crate) label: String,
}

impl Bot {
    pub(crate) fn new(token: &str, username: &str, pictures: Arc<Pictures>) -> Bot {
        let id = token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(1);
        Bot {
            id,
            username: username.to_owned(),
            clock: BotClock::default(),
            people: BTreeMap::new(),
            chats: HashMap::new(),
            updates: Updates::default(),
            taps: HashMap::new(),
            most_taps: TAPS,
            next_tap: 1,
            albums: 0,
            serial: 0,
            files: Files::new(id),
            stickers: Stickers::default(),
            polls_sent: HashMap::new(),
            payments: Payments::default(),
            inline: Inline::default(),
            managed: ManagedBots::default(),
            approved: Vec::new(),
            connections: BTreeMap::new(),
            default_rights: HashMap::new(),
            menu_buttons: HashMap::new(),
            profile_photo: None,
            stories: BTreeMap::new(),
            scores: HashMap::new(),
            verified: BTreeMap::new(),
            commands: HashMap::new(),
            profile: HashMap::new(),
            journal: Log::new(REMEMBERED),
            answers: Log::new(CALLS),
            history: Log::new(REMEMBERED),
            calls: Log::new(CALLS),
            open_calls: 0,
            active: None,
            flood: Flood::default(),
            faults: Log::new(CALLS),
            disturbances: Disturbances::default(),
            webhook: None,
            listener: 0,
            polling: false,
            polls: 0,
            polled: None,
            pictures,
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The bot's time as Telegram writes it.
    pub(crate) fn unix_now(&self) -> i64 {
        self.now().timestamp()
    }

    /// Whether somebody is there behind the bot, as the page shows it: steady between two polls.
    pub(crate) fn is_online(&self) -> bool {
        let lately = self.polled.is_some_and(|polled| polled.elapsed() < WORKING);
        self.webhook.is_some() || self.polling || lately
    }

    /// The chat that the bot may write to.
    ///
    /// # Errors
    /// `chat not found` until a person has written first, `bot was blocked by the user` while they block it.
    pub(crate) fn open_chat(&mut self, id: i64) -> Result<&mut Conversation, Refusal> {
        if self.people.get(&id).is_some_and(|acquaintance| acquaintance.blocked) {
            return Err(Refusal::blocked());
        }
        self.reach(id)?;
        self.chats.get_mut(&id).ok_or_else(Refusal::chat_not_found)
    }

    /// Whether the bot is where a call is for. A public group can be read from outside, too: that `getChat` sees to.
    ///
    /// # Errors
    /// 403 in a group that the bot is not in, and 400 with the new id in one that has become a supergroup (`Client.cpp`,
    /// `check_chat`).
    pub(crate) fn reach(&self, id: i64) -> Result<(), Refusal> {
        let conversation = self.chats.get(&id).ok_or_else(Refusal::chat_not_found)?;
        if let Some(supergroup) = conversation.migrated_to {
            return Err(Refusal { planned: false, ..disturb::migrated(supergroup) });
        }
        conversation.group.as_deref().map_or(Ok(()), |group| self.is_in(group))
    }

    /// The kind of update by which a new message of a chat is told.
    pub(crate) fn message_kind(&self, chat: i64) -> Kind {
        let is_channel = self.group(chat).is_some_and(|group| group.kind == GroupKind::Channel);
        if is_channel { Kind::ChannelPost } else { Kind::Message }
    }

    /// Counts one more call that sends something against the flood limits: the last thing that is looked at before it is
    /// carried out.
    ///
    /// # Errors
    /// `Too Many Requests`, where the bot has to wait.
    pub(crate) fn may_send(&mut self, chat: i64) -> Result<(), Refusal> {
        let now = self.now().timestamp_millis();
        self.flood.pass(chat, now).map_err(Refusal::too_many)
    }

    /// Posts a message of the bot, with what it does to the reply keyboard.
    pub(crate) fn post(&mut self, chat: i64, draft: Draft) -> Result<Post, Refusal> {
        let date = self.unix_now();
        let conversation = self.open_chat(chat)?;
        let (buttons, change) = match draft.markup {
            ReplyMarkup::Inline(buttons) => (buttons, KeyboardChange::Kept),
            ReplyMarkup::None | ReplyMarkup::ForceReply => (Vec::new(), KeyboardChange::Kept),
            ReplyMarkup::Remove => {
                conversation.keyboard = None;
                (Vec::new(), KeyboardChange::Removed)
            }
            ReplyMarkup::Keyboard(keyboard) => {
                let rows = keyboard.shown();
                conversation.keyboard = Some(keyboard);
                (Vec::new(), KeyboardChange::Shown(rows))
            }
        };
        let post = conversation.add(Author::Bot, None, date, draft.body);
        (post.buttons, post.origin, post.reply_to, post.album) = (buttons, draft.origin, draft.reply_to, draft.album);
        (post.topic, post.extras) = (draft.topic, draft.extras);
        let post = post.clone();
        (conversation.typing, conversation.draft) = (None, None);
        let bubble = self.bubble(&post);
        self.journal.push((chat, BotAction::Sent(bubble, change)));
        self.discuss(chat, &post);
        Ok(post)
    }

    /// Notes a tap. Old ones are forgotten: the bot is told that they are too old either way.
    pub(crate) fn keep_tap(&mut self, id: String, tap: Tap) {
        if self.taps.len() >= self.most_taps {
            let now = self.unix_now();
            self.taps.retain(|_, tap| now - tap.at <= TAP_LIFE);
            self.most_taps = TAPS.max(2 * self.taps.len());
        }
        self.taps.insert(id, tap);
    }

    /// An id that nothing else has.
    pub(crate) fn next_id(&mut self) -> String {
        self.serial += 1;
        format!("{}{:09}", self.id, self.serial)
    }

    /// A number that no album has had.
    pub(crate) fn next_album(&mut self) -> String {
        self.albums += 1;
        format!("{}{:09}", self.id, self.albums)
    }

    /// Adds a message that tells what the bot has done in the chat; the number of it. The bot is told of those messages, although
    /// they are its own (`Client.cpp`, `need_skip_update_message`), save of whom it has let in.
    pub(crate) fn serve(&mut self, chat: i64, topic: Option<i32>, body: Body) -> i32 {
        let date = self.unix_now();
        let Some(conversation) = self.chats.get_mut(&chat) else { return 0 };
        let post = conversation.add(Author::Bot, None, date, body);
        post.topic = topic;
        let post = post.clone();
        let bubble = self.bubble(&post);
        self.journal.push((chat, BotAction::Sent(bubble, KeyboardChange::Kept)));
        let group = self.group(chat);
        let is_told = !matches!(post.body, Body::Other { field: "new_chat_members", .. });
        if is_told && group.is_some_and(|group| group.has(self.id)) {
            let kind = self.message_kind(chat);
            let message = self.message_json(chat, &post);
            self.updates.push(kind, chat, &message, date);
        }
        post.id
    }

    /// Puts an edited message in the place of the old one.
    pub(crate) fn replace(&mut self, chat: i64, mut post: Post) -> Result<Post, Refusal> {
        post.edited = Some(self.unix_now());
        // Whether the bot may write there was asked before; what somebody has sent for it may stand where it is not.
        let conversation = self.chats.get_mut(&chat).ok_or_else(Refusal::chat_not_found)?;
        conversation.posts.insert(post.id, post.clone());
        conversation.version += 1;
        let bubble = self.bubble(&post);
        self.journal.push((chat, BotAction::Edited(bubble)));
        self.edit_discussed(chat, &post);
        Ok(post)
    }

    pub(crate) fn remove(&mut self, chat: i64, id: i32) -> Result<(), Refusal> {
        let conversation = self.open_chat(chat)?;
        if conversation.posts.remove(&id).is_none() {
            return Ok(());
        }
        conversation.pinned.retain(|pinned| *pinned != id);
        conversation.version += 1;
        self.journal.push((chat, BotAction::Deleted(MessageId(id))));
        Ok(())
    }
}

impl Body {
    /// The text or caption.
    pub(crate) fn rich(&self) -> Option<&Rich> {
        match self {
            Body::Text(rich) | Body::Photo(_, rich) | Body::Document(_, rich) => Some(rich),
            Body::Media(media) => Some(&media.caption),
            Body::Poll(_) | Body::Other { .. } => None,
        }
    }

    /// Whether it tells what was done in the chat, and says nothing itself.
    pub(crate) fn is_service(&self) -> bool {
        matches!(self, Body::Other { field, .. } if !CONTENT.contains(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_that_have_grown_old_are_cleared_away_and_young_ones_stay() {
        let mut bot = Bot::new("1:a", "bot", Arc::default());
        let now = bot.unix_now();
        bot.clock = BotClock::Standing(DateTime::from_timestamp(now, 0).unwrap());
        let tap = |at| Tap { person: 1, update: 1, at, answered: false, label: String::new() };
        (0..TAPS).for_each(|number| bot.keep_tap(format!("young {number}"), tap(now)));
        bot.keep_tap("one more".to_owned(), tap(now));
        assert_eq!(bot.taps.len(), TAPS + 1, "none is old");
        bot.clock = BotClock::Standing(DateTime::from_timestamp(now + TAP_LIFE + 1, 0).unwrap());
        (0..TAPS).for_each(|number| bot.keep_tap(format!("new {number}"), tap(now + TAP_LIFE + 1)));
        assert_eq!(bot.taps.len(), TAPS, "all young ones have grown old");
        assert!(bot.taps.keys().all(|id| id.starts_with("new")));
    }
}
