//! What a person sees in Telegram: bubbles, buttons, toasts.
//!
//! Both stages of a replay speak this language, the in-memory world and the real bot behind the
//! simulator, so that a transcript can be held against either.

use serde::{Deserialize, Serialize};

/// Telegram's number of a message, unique within one chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub i32);

/// Who wrote a bubble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    Bot,
    Person,
}

/// A button under a message, and the data it sends back when tapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineKeyboardButton {
    pub label: String,
    /// Telegram's `callback_data`, 1 to 64 bytes.
    pub data: String,
}

/// One message as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bubble {
    pub id: MessageId,
    pub author: Author,
    /// The picture's name where it is known to the fixtures, else its size and a hash.
    pub picture: Option<String>,
    /// The name of an attached file.
    pub document: Option<String>,
    /// Text or caption in chat notation: `**bold**`, `__italic__`, `~~struck~~`, `` `code` ``.
    pub text: String,
    /// Inline buttons, row by row.
    pub rows: Vec<Vec<InlineKeyboardButton>>,
}

/// A button of the reply keyboard, which replaces the letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyboardButton {
    pub label: String,
    /// Tapping it shares the person's own phone number instead of saying the label.
    pub contact: bool,
}

/// What a message did to the chat's reply keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyboardChange {
    Kept,
    Removed,
    Shown(Vec<Vec<KeyboardButton>>),
}

/// The chat with the bot, as it is on one person's screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chat {
    /// Oldest first; deleted messages are gone.
    pub bubbles: Vec<Bubble>,
    /// The reply keyboard in view, row by row.
    pub keyboard: Option<Vec<Vec<KeyboardButton>>>,
}

/// One visible thing the bot did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BotAction {
    Sent(Bubble, KeyboardChange),
    Edited(Bubble),
    Deleted(MessageId),
    /// The answer to a tap that fades by itself.
    Toast(String),
    /// The answer to a tap that waits for "OK".
    Alert(String),
}

/// An act, and in whose chat it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The person's name as the transcript calls them.
    pub person: String,
    pub act: BotAction,
}

impl Chat {
    /// The chat after something happened in it.
    pub fn show(&mut self, act: &BotAction) {
        match act {
            BotAction::Sent(bubble, change) => {
                match change {
                    KeyboardChange::Kept => {}
                    KeyboardChange::Removed => self.keyboard = None,
                    KeyboardChange::Shown(rows) => self.keyboard = Some(rows.clone()),
                }
                self.bubbles.push(bubble.clone());
            }
            BotAction::Edited(bubble) => {
                self.bubbles.iter_mut().filter(|old| old.id == bubble.id).for_each(|old| *old = bubble.clone());
            }
            BotAction::Deleted(id) => self.bubbles.retain(|bubble| bubble.id != *id),
            BotAction::Toast(_) | BotAction::Alert(_) => {}
        }
    }
}
