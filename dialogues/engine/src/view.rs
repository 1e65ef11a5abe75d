//! What a message should show, before Telegram.

use crate::texts::{Html, Text, label, say};
use crate::{App, Callback};

/// What a message should show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View<A: App> {
    pub picture: Option<A::Picture>,
    pub text: Html,
    pub keys: Keyboard<A>,
}

impl<A: App> View<A> {
    /// A message of text only.
    pub fn text(text: Html) -> Self {
        Self { picture: None, text, keys: Keyboard::None }
    }

    /// A sentence in a language.
    pub fn say(language: A::Language, text: &Text) -> Self {
        Self::text(say(language, text))
    }

    /// The same message with inline buttons, row by row.
    pub fn rows(mut self, rows: Vec<Vec<InlineButton<A>>>) -> Self {
        self.keys = Keyboard::Inline(rows);
        self
    }

    /// The same message with answers to choose from in place of the letters.
    pub fn answers(mut self, answers: Vec<Vec<ReplyButton>>) -> Self {
        self.keys = Keyboard::Reply(answers);
        self
    }

    /// The same message, bringing the menu's keyboard.
    pub fn menu(mut self) -> Self {
        self.keys = Keyboard::Menu;
        self
    }
}

/// The buttons of a message: Telegram allows one kind at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keyboard<A: App> {
    None,
    /// Under the message.
    Inline(Vec<Vec<InlineButton<A>>>),
    /// In place of the letters: answers to a question.
    Reply(Vec<Vec<ReplyButton>>),
    /// In place of the letters: [`App::menu`].
    Menu,
}

/// An inline button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineButton<A: App> {
    pub label: String,
    pub button: Callback<A>,
}

impl<A: App> InlineButton<A> {
    /// A button that says a sentence in a language.
    pub fn new(language: A::Language, text: &Text, button: impl Into<Callback<A>>) -> Self {
        Self::labelled(label(language, text), button)
    }

    /// A button with a label that is the same in all languages, such as a number or a name.
    pub fn labelled(label: impl Into<String>, button: impl Into<Callback<A>>) -> Self {
        Self { label: label.into(), button: button.into() }
    }
}

/// A button of the reply keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyButton {
    pub label: String,
    /// Shares the customer's own phone number.
    pub contact: bool,
}

/// A file with a caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub content: FileBody,
    pub caption: Html,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileBody {
    Text(String),
    /// Content that is too large for a reply that is kept, or that the core does not know. Whoever sends the file makes it by this
    /// name; where it cannot be made, the other text is sent instead.
    Made {
        by: String,
        otherwise: Html,
    },
}

impl FileBody {
    /// The text, or the name that it is made by.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Made { by: text, .. } => text,
        }
    }
}

/// What the shell has to show after the commit, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output<A: App> {
    /// A new message; inline buttons carry the serial.
    Send { view: View<A>, serial: u32 },
    /// The tapped message becomes this; a new message where it cannot.
    Edit { view: View<A>, serial: u32 },
    /// Answer the tap.
    Toast(String),
    /// Answer the tap, waiting for “OK”.
    Alert(String),
    /// A file with a caption.
    File { name: String, content: FileBody, caption: Html },
}
