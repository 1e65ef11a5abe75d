//! Telegram's markup: read into text and entities, and written in chat notation.
//!
//! [`parse_html`], [`parse_markdown_v2`] and [`parse_markdown`] do what the Bot API server does with a `parse_mode`;
//! [`Rich::find_entities`] (in `markup/found.rs`) adds what the server finds by itself; [`Rich::to_chat`] and
//! [`Rich::to_html`] (in `markup/write.rs`) go the other way. What comes in by either way is cleaned (`markup/clean.rs`)
//! and made to nest (`markup/nest.rs`). Offsets are UTF-16 units everywhere, as in
//! [the Bot API](https://core.telegram.org/bots/api#messageentity).

mod clean;
mod found;
mod html;
mod links;
mod markdown;
mod nest;
mod write;

use std::borrow::Cow;

pub use clean::EntityError;
pub use html::parse_html;
pub use links::{checked_link, linked_person};
pub use markdown::{escape_markdown_v2, parse_markdown, parse_markdown_v2};

/// A text and what is marked in it: what a Telegram message carries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rich {
    pub text: String,
    /// Sorted by offset, the longer first; each within the text and not empty.
    pub entities: Vec<MessageEntity>,
}

/// One marked part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageEntity {
    pub kind: EntityKind,
    /// Where it begins, in UTF-16 units.
    pub offset: usize,
    /// How long it is, in UTF-16 units.
    pub length: usize,
}

/// How a part of a text is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityKind {
    Bold,
    Italic,
    Underline,
    Struck,
    Spoiler,
    Code,
    /// A block of code; the language may be empty.
    Pre(String),
    /// A text that leads to an address.
    Link(String),
    Quote,
    /// A quote that shows its first lines until it is tapped.
    ExpandableQuote,
    /// A text that leads to a person, by their id.
    TextMention(i64),
    /// An emoji that is shown as a picture, by the id of that.
    CustomEmoji(String),
    /// A moment that each reader sees in their own time zone: Unix time, and how it is written.
    DateTime(i64, String),
    /// `@name`. This and what follows nobody marks: Telegram finds it.
    Mention,
    /// `#tag`.
    Hashtag,
    /// `$USD`.
    Cashtag,
    /// `/start`, perhaps with `@bot` behind it.
    BotCommand,
    /// An address that leads there itself.
    Url,
    Email,
    Phone,
}

impl EntityKind {
    /// Whether it shows its text as typed: nothing can be marked inside of it.
    pub(crate) fn is_verbatim(&self) -> bool {
        matches!(self, EntityKind::Code | EntityKind::Pre(_))
    }

    pub(crate) fn is_quote(&self) -> bool {
        matches!(self, EntityKind::Quote | EntityKind::ExpandableQuote)
    }

    /// Whether it is a style, which may lie across anything but code.
    pub(crate) fn is_style(&self) -> bool {
        use EntityKind::{Bold, Italic, Spoiler, Struck, Underline};
        matches!(self, Bold | Italic | Underline | Struck | Spoiler)
    }

    /// Which of two stands first when they are over the same part of a text (tdlib, `get_type_priority`).
    fn priority(&self) -> u8 {
        match self {
            EntityKind::Quote | EntityKind::ExpandableQuote => 0,
            EntityKind::Pre(_) => 10,
            EntityKind::Code => 20,
            EntityKind::Link(_) | EntityKind::TextMention(_) | EntityKind::DateTime(..) => 49,
            EntityKind::Mention | EntityKind::Hashtag | EntityKind::Cashtag | EntityKind::BotCommand => 50,
            EntityKind::Url | EntityKind::Email | EntityKind::Phone => 50,
            EntityKind::Bold => 90,
            EntityKind::Italic => 91,
            EntityKind::Underline => 92,
            EntityKind::Struck => 93,
            EntityKind::Spoiler => 94,
            EntityKind::CustomEmoji(_) => 99,
        }
    }
}

/// Why a text is refused, in the words behind “Bad Request: ”.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("can't parse entities: {0}")]
pub struct MarkupError(pub(crate) String);

/// Why Telegram sends no such text of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Telegram sends no text without anything to see, and none of more than {LONGEST_TEXT} characters")]
pub struct NotSendable;

/// The longest text of a message, in characters.
const LONGEST_TEXT: usize = 4096;
/// No text that Telegram sends has more bytes than this: characters of four bytes, and what is taken out of it.
const LONGEST_UNREAD: usize = 1 << 15;

impl Rich {
    /// What Telegram makes of a text that a person writes. Nothing is marked in it: see [`Rich::find_entities`].
    ///
    /// # Errors
    /// The text is refused: nothing can be seen of it, or it is too long.
    pub fn sent(text: &str) -> Result<Rich, NotSendable> {
        if text.len() > LONGEST_UNREAD {
            return Err(NotSendable);
        }
        let rich = Rich::plain(text);
        if rich.is_blank() || rich.characters() > LONGEST_TEXT { Err(NotSendable) } else { Ok(rich) }
    }

    /// A text without marks, cleaned and trimmed as Telegram does it.
    pub fn plain(text: &str) -> Rich {
        let mut rich = Rich { text: text.to_owned(), entities: Vec::new() };
        rich.tidy();
        rich
    }

    /// A text with entities as a bot may hand them over: cleaned, trimmed, sorted.
    ///
    /// # Errors
    /// An entity that begins or ends inside of a character, or behind the text.
    pub fn new(text: String, entities: Vec<MessageEntity>) -> Result<Rich, EntityError> {
        let mut rich = Rich { text, entities };
        clean::clean(&mut rich)?;
        rich.settle();
        Ok(rich)
    }

    /// Length in UTF-16 units, which is what offsets count.
    pub fn utf16_len(&self) -> usize {
        utf16_len(&self.text)
    }

    /// Length in characters, which is what Telegram's limits on texts and captions count (`create_input_message_content`
    /// of tdlib's `MessageContent.cpp`).
    pub fn characters(&self) -> usize {
        self.text.chars().count()
    }

    /// Whether nothing can be seen of the text.
    pub fn is_blank(&self) -> bool {
        clean::is_blank(&self.text)
    }

    /// Cleans and trims what a reader has read.
    pub(crate) fn tidy(&mut self) {
        if clean::clean(self).is_err() {
            // Readers begin and end entities between characters.
            self.entities.clear();
        }
        self.settle();
    }

    /// Trims, and brings the entities into the order and shape in which Telegram keeps them.
    fn settle(&mut self) {
        const BLANKS: [char; 2] = [' ', '\n'];
        let end = self.text.trim_end_matches(BLANKS).len();
        self.text.truncate(end);
        let body = self.text.trim_start_matches(BLANKS);
        if body.len() < self.text.len() {
            // A blank is one unit.
            let cut = self.text.len() - body.len();
            self.text = body.to_owned();
            self.entities.iter_mut().for_each(|entity| entity.shift_left(cut));
        }
        if self.entities.is_empty() {
            return;
        }
        let length = self.utf16_len();
        self.entities.iter_mut().for_each(|entity| entity.clip(length));
        self.entities.retain(|entity| entity.length > 0);
        self.entities = nest::nested(std::mem::take(&mut self.entities));
    }
}

impl MessageEntity {
    /// The unit behind the last one.
    pub fn end(&self) -> usize {
        self.offset + self.length
    }

    /// The order in which Telegram gives entities.
    fn rank(&self) -> (usize, usize, u8) {
        (self.offset, usize::MAX - self.length, self.kind.priority())
    }

    fn shift_left(&mut self, units: usize) {
        let end = self.end().saturating_sub(units);
        self.offset = self.offset.saturating_sub(units);
        self.length = end.saturating_sub(self.offset);
    }

    fn clip(&mut self, length: usize) {
        let end = self.end().min(length);
        self.length = end.saturating_sub(self.offset);
    }
}

/// Length of a text in UTF-16 units.
pub fn utf16_len(text: &str) -> usize {
    // Every character's first byte counts one; those that need four bytes need a surrogate pair.
    text.bytes().map(|byte| usize::from(byte & 0xC0 != 0x80) + usize::from(byte >= 0xF0)).sum()
}

/// Makes a text safe to be inserted into HTML, also between quotes.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'<' | b'>' | b'&' | b'"')) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    write::push_escaped(&mut escaped, text);
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests;
