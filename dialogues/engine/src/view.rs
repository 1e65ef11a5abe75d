//! What a message should show, before Telegram.

use crate::texts::{Html, Text, label, say};
use crate::{App, Button};

/// What a message should show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View<A: App> {
    pub picture: Option<A::Picture>,
    pub text: Html,
    pub keys: Keys<A>,
}

impl<A: App> View<A> {
    /// A message of text only.
    pub fn text(text: Html) -> Self {
        Self { picture: None, text, keys: Keys::None }
    }

    /// A sentence in a language.
    pub fn say(language: A::Language, text: &Text) -> Self {
        Self::text(say(language, text))
    }

    /// The same message with inline buttons, row by row.
    pub fn rows(mut self, rows: Vec<Vec<Key<A>>>) -> Self {
        self.keys = Keys::Inline(rows);
        self
    }

    /// The same message with answers to choose from in place of the letters.
    pub fn answers(mut self, answers: Vec<Vec<Answer>>) -> Self {
        self.keys = Keys::Answers(answers);
        self
    }

    /// The same message, bringing the menu's keyboard.
    pub fn menu(mut self) -> Self {
        self.keys = Keys::Menu;
        self
    }
}

/// The buttons of a message: Telegram allows one kind at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys<A: App> {
    None,
    /// Under the message.
    Inline(Vec<Vec<Key<A>>>),
    /// In place of the letters: answers to a question.
    Answers(Vec<Vec<Answer>>),
    /// In place of the letters: [`App::menu`].
    Menu,
}

/// An inline button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key<A: App> {
    pub label: String,
    pub button: Button<A>,
}

impl<A: App> Key<A> {
    /// A button that says a sentence in a language.
    pub fn new(language: A::Language, text: &Text, button: impl Into<Button<A>>) -> Self {
        Self { label: label(language, text), button: button.into() }
    }
}

/// A button of the reply keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub label: String,
    /// Shares the customer's own phone number.
    pub contact: bool,
}

/// A file with a caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub content: String,
    pub caption: Html,
}

/// What the shell has to show after the commit, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Show<A: App> {
    /// A new message; inline buttons carry the serial.
    Send { view: View<A>, serial: u32 },
    /// The tapped message becomes this; a new message where it cannot.
    Edit { view: View<A>, serial: u32 },
    /// Answer the tap.
    Toast(String),
    /// Answer the tap, waiting for “OK”.
    Alert(String),
    /// A file with a caption.
    File { name: String, content: String, caption: Html },
}
