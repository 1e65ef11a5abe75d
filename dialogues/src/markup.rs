//! Telegram's markup: read into text and entities, and written in chat notation.
//!
//! [`parse_html`], [`parse_markdown_v2`] and [`parse_markdown`] do what the Bot API server does with a `parse_mode`;
//! [`Rich::find_entities`] (in `markup/found.rs`) adds what the server finds by itself; [`Rich::to_chat`] and
//! [`Rich::to_html`] (in `markup/write.rs`) go the other way. Offsets are UTF-16 units everywhere, as in
//! [the Bot API](https://core.telegram.org/bots/api#messageentity).

mod found;
mod html;
mod links;
mod markdown;
mod write;

use std::borrow::Cow;

pub use html::parse_html;
pub use markdown::{escape_markdown_v2, parse_markdown, parse_markdown_v2};

/// A text and what is marked in it: what a Telegram message carries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rich {
    pub text: String,
    /// Sorted by offset, the longer first; each within the text and not empty.
    pub entities: Vec<Entity>,
}

/// One marked part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
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
            EntityKind::Link(_) | EntityKind::TextMention(_) => 49,
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

impl Rich {
    /// A text without marks, trimmed as Telegram trims it.
    pub fn plain(text: &str) -> Rich {
        Rich { text: text.trim().to_owned(), entities: Vec::new() }
    }

    /// A text with entities as a bot may hand them over: trimmed, sorted, clipped to the text.
    pub fn new(text: String, entities: Vec<Entity>) -> Rich {
        let mut rich = Rich { text, entities };
        rich.tidy();
        rich
    }

    /// Length in UTF-16 units, which is what Telegram's limits count.
    pub fn utf16_len(&self) -> usize {
        utf16_len(&self.text)
    }

    /// Trims, and brings the entities into the order and shape in which Telegram keeps them.
    pub(crate) fn tidy(&mut self) {
        let end = self.text.trim_end().len();
        self.text.truncate(end);
        let body = self.text.trim_start();
        if body.len() < self.text.len() {
            let cut = self.text.len() - body.len();
            let units = utf16_len(&self.text[..cut]);
            self.text = body.to_owned();
            self.entities.iter_mut().for_each(|entity| entity.shift_left(units));
        }
        if self.entities.is_empty() {
            return;
        }
        let length = self.utf16_len();
        self.entities.iter_mut().for_each(|entity| entity.clip(length));
        self.entities.retain(|entity| entity.length > 0);
        if self.entities.iter().any(|entity| entity.kind.is_verbatim()) {
            self.entities = split_around_verbatim(std::mem::take(&mut self.entities));
        }
        self.entities.sort_by_key(Entity::rank);
    }
}

impl Entity {
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

/// Nothing can be marked inside of code: a style around it is cut in two, a quote is not (tdlib, `fix_entities`).
fn split_around_verbatim(entities: Vec<Entity>) -> Vec<Entity> {
    let (mut verbatim, others): (Vec<_>, Vec<_>) = entities.into_iter().partition(|entity| entity.kind.is_verbatim());
    let (mut kept, styles): (Vec<_>, Vec<_>) = others.into_iter().partition(|entity| entity.kind.is_quote());
    verbatim.sort_by_key(|entity| entity.offset);
    for style in styles {
        let (mut from, end) = (style.offset, style.end());
        for code in verbatim.iter().filter(|code| code.offset < end && code.end() > style.offset) {
            if code.offset > from {
                kept.push(Entity { kind: style.kind.clone(), offset: from, length: code.offset - from });
            }
            from = from.max(code.end());
        }
        if end > from {
            kept.push(Entity { kind: style.kind, offset: from, length: end - from });
        }
    }
    kept.append(&mut verbatim);
    kept
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
