//! What a dialogue keeps from turn to turn.

use chrono::serde::ts_milliseconds_option;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::App;

/// All that a customer's dialogue keeps from turn to turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Conversation<A: App> {
    pub dialogue: A::Dialogue,
    /// The number of the current screen; its buttons carry it, so that an old one is known as old.
    pub serial: u32,
    /// The reply keyboard that the customer has before them.
    pub keyboard: ShownKeyboard,
    /// What the application keeps beside the dialogue.
    #[serde(flatten)]
    pub beside: A::Beside,
    /// The number that the screen's message had before it was tapped as an older one and became the screen: a second
    /// tap that comes before the edit still carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopted: Option<u32>,
    /// The screen was sent once more because of an old button: a second one does not send it again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reshown: bool,
    /// When something happens by itself, unless another turn comes first: [`App::deadline`]. In milliseconds since 1970.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub deadline: Option<DateTime<Utc>>,
}

impl<A: App> Conversation<A> {
    /// The conversation with a person who has not been here.
    pub fn new() -> Self {
        Self {
            dialogue: A::beginning(),
            serial: 0,
            keyboard: ShownKeyboard::Nothing,
            beside: A::Beside::default(),
            adopted: None,
            reshown: false,
            deadline: None,
        }
    }

    /// The same, at a serial number that no screen of a forgotten conversation is likely to carry.
    pub fn begun(fresh: u64) -> Self {
        Self { serial: (fresh >> 44) as u32, ..Self::new() }
    }

    /// Whether buttons with this number are under the current screen.
    pub fn is_screen(&self, serial: u32) -> bool {
        serial == self.serial || Some(serial) == self.adopted
    }
}

impl<A: App> Default for Conversation<A> {
    fn default() -> Self {
        Self::new()
    }
}

/// Which reply keyboard is in the chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShownKeyboard {
    Nothing,
    Menu,
    /// The answers offered to a question.
    Answers,
}
