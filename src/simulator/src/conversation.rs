//! A chat: its messages, and what stands below them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use engine::chat::Author;
use serde_json::Map;

use super::group::Group;
use super::keyboards::Keyboard;
use super::world::{Body, Conversation, MessageDraft, Post};

/// How long “typing…” is shown after `sendChatAction`.
const TYPING: Duration = Duration::from_secs(5);
/// How long a draft is shown (<https://core.telegram.org/bots/api#sendmessagedraft>).
const DRAFT: Duration = Duration::from_secs(30);

impl Conversation {
    /// Adds a message under the next number.
    pub(crate) fn add(&mut self, author: Author, person: Option<i64>, date: i64, body: Body) -> &mut Post {
        self.newest += 1;
        self.version += 1;
        let id = self.newest;
        let post = Post {
            id,
            author,
            person,
            date,
            edited: None,
            body,
            buttons: Vec::new(),
            origin: None,
            reply_to: None,
            album: None,
            topic: None,
            discusses: None,
            reactions: BTreeMap::new(),
            extras: Map::new(),
        };
        self.posts.entry(id).insert_entry(post).into_mut()
    }

    pub(crate) fn show_typing(&mut self) {
        self.typing = Some(Instant::now());
        self.version += 1;
    }

    pub(crate) fn is_typing(&self) -> bool {
        self.typing.is_some_and(|since| since.elapsed() < TYPING)
    }

    /// What the bot is writing, as long as it is shown.
    pub(crate) fn draft_in_view(&self) -> Option<&MessageDraft> {
        self.draft.as_ref().filter(|draft| draft.since.elapsed() < DRAFT)
    }

    /// Begins a chat of several by the message that tells of its making, which has the number 1 and which nobody sees.
    pub(crate) fn begin(&mut self, group: Group) {
        self.newest = self.newest.max(1);
        self.group = Some(Box::new(group));
        self.version += 1;
    }

    /// The reply keyboard, unless it was for one use and has been used.
    pub(crate) fn keyboard_in_view(&self) -> Option<&Keyboard> {
        self.keyboard.as_ref().filter(|keyboard| !keyboard.used)
    }
}
