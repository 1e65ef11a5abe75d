//! What can be seen of a bot: the chats, the journal, and what went wrong.

use engine::chat::{BotAction, Bubble, Chat, InlineKeyboardButton, MessageId};

use super::Simulator;
use super::files::Blob;
use super::keyboards::Keyboard;
use super::polls::Poll;
use super::world::{Body, Bot, Post};

impl Simulator {
    /// The chat as it stands on the person's screen; empty if there is none.
    pub fn chat(&self, token: &str, person: i64) -> Chat {
        self.cell(token).with(|bot| {
            let Some(conversation) = bot.chats.get(&person) else { return Chat::default() };
            let bubbles = conversation.posts.values().map(|post| bot.bubble(post)).collect();
            Chat { bubbles, keyboard: conversation.keyboard_in_view().map(Keyboard::shown) }
        })
    }

    /// The topic of a group that a message stands in.
    pub fn topic(&self, token: &str, chat: i64, message: MessageId) -> Option<i32> {
        self.cell(token).with(|bot| bot.chats.get(&chat)?.post(message.0)?.topic)
    }

    /// Visible acts of the bot from a position on, in the order in which they happened: in whose chat, and what.
    /// An answer to a tap without a text is not visible.
    pub fn journal(&self, token: &str, since: usize) -> Vec<(i64, BotAction)> {
        self.cell(token).with(|bot| bot.journal.since(since).cloned().collect())
    }

    /// The journal between two positions.
    pub fn journal_between(&self, token: &str, from: usize, until: usize) -> Vec<(i64, BotAction)> {
        let count = until.saturating_sub(from);
        self.cell(token).with(|bot| bot.journal.since(from).take(count).cloned().collect())
    }

    /// Length of the journal: the position of the next act.
    pub fn journal_len(&self, token: &str) -> usize {
        self.cell(token).with(|bot| bot.journal.len())
    }

    /// Refusals that the bot brought upon itself, as `method: description`. Those that a test planned are not among
    /// them, nor is “message is not modified”, nor what a poll is told.
    pub fn faults(&self, token: &str) -> Vec<String> {
        self.faults_since(token, 0)
    }

    /// The same, from a position on.
    pub fn faults_since(&self, token: &str, position: usize) -> Vec<String> {
        self.cell(token).with(|bot| bot.faults.since(position).cloned().collect())
    }

    /// Taps that nobody has answered, as person and label, oldest first.
    pub fn unanswered_taps(&self, token: &str) -> Vec<(i64, String)> {
        self.cell(token).with(|bot| {
            let mut taps: Vec<_> = bot.taps.iter().filter(|(_, tap)| !tap.answered).collect();
            taps.sort_by_key(|(id, _)| *id);
            taps.into_iter().map(|(_, tap)| (tap.person, tap.label.clone())).collect()
        })
    }

    /// How many updates the bot has not confirmed yet.
    pub fn pending(&self, token: &str) -> usize {
        self.cell(token).with(|bot| {
            let now = bot.unix_now();
            bot.updates.expire(now);
            bot.updates.pending()
        })
    }

    /// Whether the bot has confirmed an update: by a higher offset, or as a webhook. One that was given up as too old
    /// counts as confirmed.
    pub fn confirmed(&self, token: &str, update_id: i64) -> bool {
        self.cell(token).with(|bot| bot.updates.confirmed(update_id))
    }

    /// How many polls the bot has begun. A poll of a killed bot is held until its time is over, so that after a
    /// restart only a new poll tells that somebody is there.
    pub fn polls(&self, token: &str) -> u64 {
        self.cell(token).with(|bot| bot.polls)
    }

    /// Whether updates are delivered to the bot.
    pub fn has_webhook(&self, token: &str) -> bool {
        self.cell(token).with(|bot| bot.webhook.is_some())
    }

    /// Whether the bot is waiting for updates right now: by a held poll, or a webhook.
    pub fn listens(&self, token: &str) -> bool {
        self.cell(token).with(|bot| bot.polling || bot.webhook.is_some())
    }
}

impl Bot {
    /// A message as a person sees it.
    pub(crate) fn bubble(&self, post: &Post) -> Bubble {
        let (picture, document, text) = match &post.body {
            Body::Text(rich) => (None, None, rich.to_chat()),
            Body::Photo(blob, caption) => (Some(self.picture(blob)), None, caption.to_chat()),
            Body::Document(blob, caption) => (None, Some(blob.name.clone()), caption.to_chat()),
            Body::Media(media) => (None, None, media.shown()),
            Body::Poll(id) => (None, None, self.polls_sent.get(id).map(Poll::shown).unwrap_or_default()),
            Body::Other { shown, .. } => (None, None, shown.clone()),
        };
        let button = |button: &super::keyboards::Button| InlineKeyboardButton {
            label: button.label.clone(),
            data: button.data().to_owned(),
        };
        let rows = post.all_buttons().iter().map(|row| row.iter().map(button).collect()).collect();
        Bubble { id: MessageId(post.id), author: post.author, picture, document, text, rows }
    }

    /// A picture's name, else its size and the start of its hash: `640x480 #1a2b`.
    fn picture(&self, blob: &Blob) -> String {
        self.pictures.name(&blob.sha256).unwrap_or_else(|| {
            let (width, height) = blob.size.unwrap_or_default();
            format!("{width}x{height} #{}", &blob.sha256[..4])
        })
    }
}
