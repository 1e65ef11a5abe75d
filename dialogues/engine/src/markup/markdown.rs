//! The readers of Telegram's two Markdowns.
//!
//! This one is `MarkdownV2`, after `parse_markdown_v2` of tdlib's `MessageEntity.cpp`: same marks, same refusals,
//! byte offsets counted as there. The old mode is in `markdown/legacy.rs`.

mod legacy;

use std::borrow::Cow;

pub use legacy::parse_markdown;

use super::links::{checked_link, linked_emoji, linked_person};
use super::{EntityKind, MarkupError, MessageEntity, Rich};

/// What must have a backslash before it, where it marks nothing.
const RESERVED: &[u8] = b"_*[]()~`>#+-=|{}.!";

/// Reads Telegram's `MarkdownV2`. The text is trimmed, as Telegram trims a message.
///
/// # Errors
/// Marks without an end and reserved characters without a backslash, in the Bot API's own words.
pub fn parse_markdown_v2(markdown: &str) -> Result<Rich, MarkupError> {
    let mut reader = Reader {
        source: Source { text: markdown, at: 0 },
        rich: Rich::default(),
        units: 0,
        open: Vec::new(),
        quoting: false,
        may_quote: true,
    };
    while reader.source.at < markdown.len() {
        reader.step()?;
    }
    reader.end()?;
    reader.rich.tidy();
    Ok(reader.rich)
}

/// Makes a text safe to be inserted into `MarkdownV2`.
pub fn escape_markdown_v2(text: &str) -> Cow<'_, str> {
    let special = |c: char| c == '\\' || c.is_ascii() && RESERVED.contains(&(c as u8));
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if special(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    Cow::Owned(escaped)
}

/// The markup that is being read.
struct Source<'a> {
    text: &'a str,
    /// Position in bytes.
    at: usize,
}

impl<'a> Source<'a> {
    /// The byte so far from here; 0 behind the end, as in a C string.
    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn starts_with(&self, marks: &str) -> bool {
        self.text.as_bytes()[self.at..].starts_with(marks.as_bytes())
    }

    fn letter(&self) -> char {
        self.text[self.at..].chars().next().unwrap_or_default()
    }

    /// Passes the three backticks that begin a block of code and gives its language; also passes one line break.
    fn language(&mut self) -> &'a str {
        self.at += 3;
        let rest = &self.text[self.at..];
        let length = rest.bytes().position(|byte| is_space(byte) || byte == b'`').unwrap_or(rest.len());
        let named = length > 0 && rest.as_bytes().get(length).is_some_and(|byte| *byte != b'`');
        let language = if named { &rest[..length] } else { "" };
        self.at += language.len();
        let is_break = |byte: u8| matches!(byte, b'\n' | b'\r');
        if is_break(self.byte(0)) {
            self.at += if is_break(self.byte(1)) && self.byte(0) != self.byte(1) { 2 } else { 1 };
        }
        language
    }

    /// The character that a backslash here escapes: ASCII, but for the last one.
    fn escaped(&self) -> Option<char> {
        let next = self.byte(1);
        (self.byte(0) == b'\\' && (1..=126).contains(&next)).then_some(next as char)
    }
}

/// A mark that waits for its end.
struct Open<'a> {
    mark: Mark,
    language: &'a str,
    /// Where its text begins, in UTF-16 units.
    offset: usize,
    /// Where it stands, in bytes of the markup.
    byte: usize,
    /// Where its text begins, in bytes of the text.
    begin: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Bold,
    Italic,
    Underline,
    Struck,
    Spoiler,
    Code,
    Pre,
    Link,
    Emoji,
    Quote,
}

impl Open<'_> {
    /// What tdlib calls it.
    fn name(&self) -> &'static str {
        match self.mark {
            Mark::Bold => "Bold",
            Mark::Italic => "Italic",
            Mark::Underline => "Underline",
            Mark::Struck => "Strikethrough",
            Mark::Spoiler => "Spoiler",
            Mark::Code => "Code",
            Mark::Pre if self.language.is_empty() => "Pre",
            Mark::Pre => "PreCode",
            Mark::Link => "TextUrl",
            Mark::Emoji => "CustomEmoji",
            Mark::Quote => "BlockQuote",
        }
    }

    fn endless(&self) -> MarkupError {
        MarkupError(format!("Can't find end of {} entity at byte offset {}", self.name(), self.byte))
    }
}

struct Reader<'a> {
    source: Source<'a>,
    rich: Rich,
    /// UTF-16 length of what has been read into `rich.text`.
    units: usize,
    open: Vec<Open<'a>>,
    /// A quote is open, perhaps with other marks inside.
    quoting: bool,
    /// Nothing has been read in this line yet: `>` begins a quote.
    may_quote: bool,
}

impl<'a> Reader<'a> {
    fn step(&mut self) -> Result<(), MarkupError> {
        if let Some(letter) = self.source.escaped() {
            self.source.at += 2;
            self.push(letter);
            return Ok(());
        }
        let verbatim = self.open.last().is_some_and(|open| matches!(open.mark, Mark::Code | Mark::Pre));
        match self.source.byte(0) {
            byte if verbatim && byte != b'`' => self.take_letter(),
            byte if byte != b'\n' && !RESERVED.contains(&byte) => self.take_letter(),
            _ if self.ends() => return self.close(),
            _ => return self.begin(),
        }
        Ok(())
    }

    fn take_letter(&mut self) {
        let letter = self.source.letter();
        self.source.at += letter.len_utf8();
        self.push(letter);
    }

    fn push(&mut self, letter: char) {
        self.rich.text.push(letter);
        self.units += letter.len_utf16();
        if letter != '\r' {
            self.may_quote = letter == '\n';
        }
    }

    /// Whether the innermost mark ends here. A line break ends a quote, and so whatever is open in it, unless
    /// the next line goes on with it.
    fn ends(&self) -> bool {
        let Some(open) = self.open.last() else { return false };
        if self.quoting && self.source.byte(0) == b'\n' && self.source.byte(1) != b'>' {
            return true;
        }
        match open.mark {
            Mark::Bold => self.source.starts_with("*"),
            Mark::Italic => self.source.starts_with("_") && self.source.byte(1) != b'_',
            Mark::Underline => self.source.starts_with("__"),
            Mark::Struck => self.source.starts_with("~"),
            Mark::Spoiler => self.source.starts_with("||"),
            Mark::Code => self.source.starts_with("`"),
            Mark::Pre => self.source.starts_with("```"),
            Mark::Link | Mark::Emoji => self.source.starts_with("]"),
            Mark::Quote => false,
        }
    }

    fn begin(&mut self) -> Result<(), MarkupError> {
        let (byte, mut language) = (self.source.at, "");
        let (mark, length) = match self.source.byte(0) {
            b'_' if self.source.starts_with("__") => (Mark::Underline, 2),
            b'_' => (Mark::Italic, 1),
            b'*' => (Mark::Bold, 1),
            b'~' => (Mark::Struck, 1),
            b'|' if self.source.starts_with("||") => (Mark::Spoiler, 2),
            b'[' => (Mark::Link, 1),
            b'!' if self.source.starts_with("![") => (Mark::Emoji, 2),
            b'`' if self.source.starts_with("```") => {
                language = self.source.language();
                (Mark::Pre, 0)
            }
            b'`' => (Mark::Code, 1),
            b'\n' => {
                self.take_letter();
                return Ok(());
            }
            b'>' if self.may_quote && self.quoting => {
                self.source.at += 1;
                return Ok(());
            }
            b'>' if self.may_quote => {
                self.quoting = true;
                (Mark::Quote, 1)
            }
            reserved => {
                let reserved = reserved as char;
                return Err(MarkupError(format!(
                    "Character '{reserved}' is reserved and must be escaped with the preceding '\\'"
                )));
            }
        };
        self.source.at += length;
        self.open.push(Open { mark, language, offset: self.units, byte, begin: self.rich.text.len() });
        Ok(())
    }

    fn close(&mut self) -> Result<(), MarkupError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        if self.quoting && self.source.byte(0) == b'\n' {
            return self.close_quote(open);
        }
        let kind = match open.mark {
            Mark::Bold => EntityKind::Bold,
            Mark::Italic => EntityKind::Italic,
            Mark::Underline => EntityKind::Underline,
            Mark::Struck => EntityKind::Struck,
            Mark::Spoiler => EntityKind::Spoiler,
            Mark::Code => EntityKind::Code,
            Mark::Pre => EntityKind::Pre(open.language.to_owned()),
            Mark::Link => return self.close_link(&open),
            Mark::Emoji => return self.close_emoji(&open),
            // Quotes end with a line, not with a mark.
            Mark::Quote => return Ok(()),
        };
        self.source.at += match open.mark {
            Mark::Pre => 3,
            Mark::Underline | Mark::Spoiler => 2,
            _ => 1,
        };
        self.mark(kind, &open);
        Ok(())
    }

    /// At the end of its last line. `||` right before that makes a quote expandable.
    fn close_quote(&mut self, open: Open<'a>) -> Result<(), MarkupError> {
        let kind = self.quote_kind(&open)?;
        let quote = if open.mark == Mark::Quote { open } else { self.open.pop().unwrap_or(open) };
        self.quoting = false;
        self.take_letter();
        self.mark(kind, &quote);
        Ok(())
    }

    /// Which kind of quote ends here, where this is the innermost open mark.
    fn quote_kind(&self, open: &Open<'_>) -> Result<EntityKind, MarkupError> {
        if open.mark == Mark::Quote {
            return Ok(EntityKind::Quote);
        }
        let behind = self.source.text[..self.source.at].trim_end_matches('\r');
        let at_the_end = self.source.at - behind.len() <= 1 && open.byte + 2 == behind.len();
        match self.open.last() {
            Some(outer) if open.mark == Mark::Spoiler && at_the_end => match outer.mark {
                Mark::Quote => Ok(EntityKind::ExpandableQuote),
                _ => Err(outer.endless()),
            },
            _ => Err(open.endless()),
        }
    }

    fn close_link(&mut self, open: &Open<'_>) -> Result<(), MarkupError> {
        self.source.at += 1;
        let url = match self.source.byte(0) {
            b'(' => self.address("a URL")?,
            _ => self.rich.text[open.begin..].to_owned(),
        };
        let kind = linked_person(&url).map(EntityKind::TextMention);
        if let Some(kind) = kind.or_else(|| checked_link(&url).map(EntityKind::Link)) {
            self.mark(kind, open);
        }
        Ok(())
    }

    fn close_emoji(&mut self, open: &Open<'_>) -> Result<(), MarkupError> {
        self.source.at += 1;
        if self.source.byte(0) != b'(' {
            return Err(MarkupError("Custom emoji entity must contain a tg://emoji URL".to_owned()));
        }
        let url = self.address("a custom emoji URL")?;
        self.mark(EntityKind::CustomEmoji(linked_emoji(&url)?), open);
        Ok(())
    }

    /// An address in parentheses.
    fn address(&mut self, what: &str) -> Result<String, MarkupError> {
        self.source.at += 1;
        let begin = self.source.at;
        let mut url = String::new();
        while self.source.at < self.source.text.len() && self.source.byte(0) != b')' {
            let escaped = self.source.escaped();
            let letter = escaped.unwrap_or_else(|| self.source.letter());
            self.source.at += letter.len_utf8() + usize::from(escaped.is_some());
            url.push(letter);
        }
        if self.source.byte(0) != b')' {
            return Err(MarkupError(format!("Can't find end of {what} at byte offset {begin}")));
        }
        self.source.at += 1;
        Ok(url)
    }

    /// Marks what was read since the mark began, unless that is nothing.
    fn mark(&mut self, kind: EntityKind, open: &Open<'_>) {
        let length = self.units - open.offset;
        if length > 0 {
            self.rich.entities.push(MessageEntity { kind, offset: open.offset, length });
        }
    }

    /// At the end of the text, which ends a quote, and nothing else.
    fn end(&mut self) -> Result<(), MarkupError> {
        if self.quoting
            && let Some(open) = self.open.pop()
        {
            let expandable = open.mark == Mark::Spoiler && open.byte + 2 == self.source.text.len();
            let (kind, open) = match self.open.pop() {
                Some(outer) if expandable => (EntityKind::ExpandableQuote, outer),
                outer => {
                    self.open.extend(outer);
                    (EntityKind::Quote, open)
                }
            };
            match open.mark {
                Mark::Quote => self.mark(kind, &open),
                _ => self.open.push(open),
            }
        }
        match self.open.last() {
            Some(open) => Err(open.endless()),
            None => Ok(()),
        }
    }
}

/// tdlib counts the end of the text among the spaces.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x0B)
}

#[cfg(test)]
mod tests;
