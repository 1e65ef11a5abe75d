//! Transcripts: `.chat` files, read, written, replayed.
//!
//! [`Stage`] is where a transcript is played: in memory, or on the real bot behind a simulator. The transcript decides what
//! must be seen; the stage only acts and reports. An application brings its own sentences: [`Sentences`].

mod align;
pub mod ast;
pub mod bless;
pub mod blesser;
pub mod captures;
mod check;
pub mod common;
#[cfg(test)]
mod counter;
pub mod coverage;
mod diff;
pub mod help;
pub mod html;
mod marks;
mod matching;
mod parse;
mod patches;
pub mod playback;
pub mod player;
pub mod print;
pub mod replay;
mod report;
mod screens;
mod sentences;
mod spell;
mod suggest;
pub mod tap;
pub mod template;
pub mod writer;

pub use ast::Script;
pub use parse::{ParseError, parse, time};
pub use sentences::{CheckSubject, GivenSentence, Sentence, Sentences};

use std::borrow::Cow;

use chrono::TimeDelta;

use crate::chat::{Chat, MessageId, Observed};

/// What a person does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserAction {
    Says(String),
    /// Taps an inline button: its message, and its data.
    Taps {
        message: MessageId,
        data: String,
    },
    /// Shares a contact: their own, unless it belongs to somebody else.
    SharesContact {
        phone: String,
        own: bool,
    },
    SendsPicture {
        name: String,
        caption: String,
    },
    Sends(Media),
    /// Edits the newest message of their own.
    EditsLast(String),
    Forwards(String),
    Blocks,
    Unblocks,
    /// Writes in a group that the bot is in.
    SaysInGroup(String),
}

impl UserAction {
    /// The tap on the newest inline button with this label; `None` where there is none.
    pub fn tap(chat: &Chat, label: &str) -> Option<Self> {
        chat.bubbles.iter().rev().find_map(|bubble| {
            let button = bubble.rows.iter().flatten().find(|button| button.label == label)?;
            Some(Self::Taps { message: bubble.id, data: button.data.clone() })
        })
    }

    /// The message whose button it taps.
    pub fn tapped(&self) -> Option<MessageId> {
        match self {
            Self::Taps { message, .. } => Some(*message),
            _ => None,
        }
    }
}

/// A message without words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter, strum::EnumString, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum Media {
    Sticker,
    Voice,
    Video,
    Document,
    Location,
    Poll,
}

/// One turn of a dialogue, for coverage and for the reader of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnTrace {
    pub person: String,
    /// State before, such as `Booking.AskingDate`.
    pub from: String,
    /// Event, such as `Increased`.
    pub event: String,
    /// State after.
    pub to: String,
}

/// All that came of one step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepResult {
    /// In the order in which they happened, over all chats.
    pub observed: Vec<Observed>,
    pub turns: Vec<TurnTrace>,
    /// What must never happen: an unanswered tap, an unhandled refusal of the Bot API, a panic.
    pub faults: Vec<String>,
}

/// Where a transcript is played. Errors are sentences for the reader of the transcript.
pub trait Stage<L: Sentences> {
    /// Makes something true. May come in mid-conversation.
    fn given(&mut self, given: &L::Given) -> Result<(), String>;

    /// Lets people act, one after another but without waiting in between, and waits until the bot is quiet.
    fn perform(&mut self, deeds: &[(String, UserAction)]) -> Result<StepResult, String>;

    /// Lets time pass and waits until the bot is quiet.
    fn elapse(&mut self, time: TimeDelta) -> Result<StepResult, String>;

    /// `The bot restarts`. Without meaning in the core, where it does nothing.
    fn restart(&mut self) -> Result<StepResult, String>;

    /// `The bot is away for 5 minutes`: time passes in which it does not run, and it is back; see [`crate::outage`]. Waits
    /// until it is quiet.
    fn away(&mut self, time: TimeDelta) -> Result<StepResult, String>;

    /// `Telegram delivers it again`: the newest update, once more.
    fn redeliver(&mut self) -> Result<StepResult, String>;

    /// `Telegram answers the next sendPhoto to Boris with 429, retry after 2`. `false`: no meaning here, skip what hangs on it.
    fn disturb(&mut self, method: &str, person: &str, code: u16, retry_after: Option<u32>) -> Result<bool, String>;

    /// Disturbances that nothing has run into so far: method and person of each.
    fn undisturbed(&self) -> Vec<(String, String)>;

    /// The chat as it is on that person's screen.
    fn chat(&self, person: &str) -> Cow<'_, Chat>;

    /// The fields of a `Check`, in a fixed order; `None` when it has no meaning on this stage.
    fn check(&mut self, subject: &L::Subject) -> Result<Option<Vec<(String, String)>>, String>;
}
