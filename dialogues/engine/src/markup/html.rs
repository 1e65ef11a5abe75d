//! The reader of Telegram's HTML, after `parse_html` of tdlib's `MessageEntity.cpp`: same tags, same refusals.

use super::links::{checked_link, emoji_id, linked_person};
use super::{EntityKind, MarkupError, MessageEntity, Rich, utf16_len};

/// Reads Telegram's HTML. The text is trimmed, as Telegram trims a message.
///
/// # Errors
/// Malformed or unknown tags, in the Bot API's own words.
pub fn parse_html(html: &str) -> Result<Rich, MarkupError> {
    let mut reader = Reader { html, at: 0, rich: Rich::default(), units: 0, open: Vec::new() };
    reader.rich.text.reserve(html.len());
    reader.read()?;
    reader.rich.tidy();
    Ok(reader.rich)
}

struct Reader<'a> {
    html: &'a str,
    /// Position in `html`, in bytes.
    at: usize,
    rich: Rich,
    /// UTF-16 length of what has been read into `rich.text`.
    units: usize,
    open: Vec<Open<'a>>,
}

/// A tag that waits for its end.
struct Open<'a> {
    tag: Tag,
    name: &'a str,
    argument: String,
    offset: usize,
    /// Where its text begins, in bytes of `rich.text`.
    begin: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Bold,
    Italic,
    Underline,
    Struck,
    Spoiler,
    Span,
    Link,
    Pre,
    Code,
    Quote,
    Emoji,
}

impl Tag {
    fn named(name: &str) -> Option<Tag> {
        Some(match name {
            "b" | "strong" => Tag::Bold,
            "i" | "em" => Tag::Italic,
            "u" | "ins" => Tag::Underline,
            "s" | "strike" | "del" => Tag::Struck,
            "tg-spoiler" => Tag::Spoiler,
            "span" => Tag::Span,
            "a" => Tag::Link,
            "pre" => Tag::Pre,
            "code" => Tag::Code,
            "blockquote" => Tag::Quote,
            "tg-emoji" => Tag::Emoji,
            _ => return None,
        })
    }
}

impl<'a> Reader<'a> {
    fn read(&mut self) -> Result<(), MarkupError> {
        while self.at < self.html.len() {
            let rest = &self.html[self.at..];
            let run = rest.bytes().position(|byte| matches!(byte, b'<' | b'&')).unwrap_or(rest.len());
            self.push(&rest[..run]);
            self.at += run;
            match self.byte(self.at) {
                b'&' => self.entity()?,
                b'<' if self.byte(self.at + 1) == b'/' => self.end_tag()?,
                b'<' => self.start_tag()?,
                _ => {}
            }
        }
        match self.open.last() {
            Some(open) => Err(refuse(format!("Can't find end tag corresponding to start tag \"{}\"", low(open.name)))),
            None => Ok(()),
        }
    }

    /// The byte at a position; 0 behind the end, as in a C string.
    fn byte(&self, at: usize) -> u8 {
        self.html.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn push(&mut self, text: &str) {
        self.rich.text.push_str(text);
        self.units += utf16_len(text);
    }

    fn entity(&mut self) -> Result<(), MarkupError> {
        match decode(&self.html[self.at..]) {
            None => {
                self.push("&");
                self.at += 1;
            }
            Some((code, length)) => {
                let Some(letter) = char::from_u32(code) else {
                    return Err(refuse(
                        "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched \
                         surrogate code units"
                            .to_owned(),
                    ));
                };
                self.rich.text.push(letter);
                self.units += letter.len_utf16();
                self.at += length;
            }
        }
        Ok(())
    }

    fn start_tag(&mut self) -> Result<(), MarkupError> {
        let begin = self.at;
        self.at += 1;
        let name = self.take_until(|byte| is_space(byte) || byte == b'>');
        if self.byte(self.at) == 0 {
            return Err(refuse(format!("Unclosed start tag at byte offset {begin}")));
        }
        let Some(tag) = Tag::named(&low(name)) else {
            return Err(refuse(format!("Unsupported start tag \"{}\" at byte offset {begin}", low(name))));
        };
        let mut argument = String::new();
        while let Some((key, value)) = self.attribute(name, begin)? {
            match (tag, key) {
                (Tag::Link, "href") => argument = value,
                (Tag::Code, "class") if value.starts_with("language-") => argument = value[9..].to_owned(),
                (Tag::Span, "class") => argument = value,
                (Tag::Emoji, "emoji-id") => argument = value,
                (Tag::Quote, "expandable") => argument = key.to_owned(),
                _ => {}
            }
        }
        if tag == Tag::Span && argument != "tg-spoiler" {
            return Err(refuse(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}")));
        }
        let text_begin = self.rich.text.len();
        self.open.push(Open { tag, name, argument, offset: self.units, begin: text_begin });
        Ok(())
    }

    /// The next attribute of a start tag; `None` when its `>` has been passed.
    fn attribute(&mut self, tag: &str, begin: usize) -> Result<Option<(&'a str, String)>, MarkupError> {
        self.skip_space();
        if self.byte(self.at) == b'>' {
            self.at += 1;
            return Ok(None);
        }
        // Only of quotes an attribute may stand without a value.
        let is_quote = Tag::named(&low(tag)) == Some(Tag::Quote);
        let key = self.take_until(|byte| is_space(byte) || byte == b'=' || is_quote && byte == b'>');
        if key.is_empty() {
            return Err(refuse(format!("Empty attribute name in the tag \"{}\" at byte offset {begin}", low(tag))));
        }
        self.skip_space();
        if is_quote && !matches!(self.byte(self.at), b'=' | 0) {
            return Ok(Some((key, String::new())));
        }
        if self.byte(self.at) != b'=' {
            return Err(refuse(format!(
                "Expected equal sign in declaration of an attribute of the tag \"{}\" at byte offset {begin}",
                low(tag)
            )));
        }
        self.at += 1;
        self.skip_space();
        let value = match self.byte(self.at) {
            0 => {
                return Err(refuse(format!("Unclosed start tag \"{}\" at byte offset {begin}", low(tag))));
            }
            quote @ (b'"' | b'\'') => self.quoted(quote),
            _ => self.name_token()?,
        };
        if self.byte(self.at) == 0 {
            return Err(refuse(format!("Unclosed start tag at byte offset {begin}")));
        }
        Ok(Some((key, value)))
    }

    fn quoted(&mut self, quote: u8) -> String {
        self.at += 1;
        let mut value = String::new();
        while self.at < self.html.len() && self.byte(self.at) != quote {
            let raw = self.take_until(|byte| byte == quote || byte == b'&');
            value.push_str(raw);
            if self.byte(self.at) == b'&' {
                let decoded = decode(&self.html[self.at..]);
                let (letter, length) =
                    decoded.and_then(|(code, length)| Some((char::from_u32(code)?, length))).unwrap_or(('&', 1));
                value.push(letter);
                self.at += length;
            }
        }
        self.at += usize::from(self.byte(self.at) == quote);
        value
    }

    fn name_token(&mut self) -> Result<String, MarkupError> {
        let begin = self.at;
        let token = self.take_until(|byte| !(byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-'));
        let next = self.byte(self.at);
        if !is_space(next) && next != b'>' {
            return Err(refuse(format!("Unexpected end of name token at byte offset {begin}")));
        }
        Ok(low(token))
    }

    fn end_tag(&mut self) -> Result<(), MarkupError> {
        let begin = self.at;
        let Some(open) = self.open.pop() else {
            return Err(refuse(format!("Unexpected end tag at byte offset {begin}")));
        };
        self.at += 2;
        let name = self.take_until(|byte| is_space(byte) || byte == b'>');
        self.skip_space();
        if self.byte(self.at) != b'>' {
            return Err(refuse(format!("Unclosed end tag at byte offset {begin}")));
        }
        self.at += 1;
        if !name.is_empty() && !name.eq_ignore_ascii_case(open.name) {
            let (open, found) = (low(open.name), low(name));
            return Err(refuse(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{open}>\", found \"</{found}>\""
            )));
        }
        self.close(open)
    }

    fn close(&mut self, open: Open<'a>) -> Result<(), MarkupError> {
        let length = self.units - open.offset;
        if length == 0 {
            return Ok(());
        }
        let kind = match open.tag {
            Tag::Bold => EntityKind::Bold,
            Tag::Italic => EntityKind::Italic,
            Tag::Underline => EntityKind::Underline,
            Tag::Struck => EntityKind::Struck,
            Tag::Spoiler | Tag::Span => EntityKind::Spoiler,
            Tag::Quote if open.argument == "expandable" => EntityKind::ExpandableQuote,
            Tag::Quote => EntityKind::Quote,
            Tag::Emoji => EntityKind::CustomEmoji(emoji_id(&open.argument)?),
            Tag::Code => {
                // Remembered until `pre` closes around it; alone, code has no language.
                let inside_pre =
                    self.open.last().is_some_and(|outer| outer.tag == Tag::Pre && outer.offset == open.offset);
                if inside_pre && !open.argument.is_empty() { EntityKind::Pre(open.argument) } else { EntityKind::Code }
            }
            Tag::Pre => {
                self.close_pre(open.offset, length);
                return Ok(());
            }
            Tag::Link => {
                let url =
                    if open.argument.is_empty() { self.rich.text[open.begin..].to_owned() } else { open.argument };
                match linked_person(&url) {
                    Some(person) => EntityKind::TextMention(person),
                    None => match checked_link(&url) {
                        Some(url) => EntityKind::Link(url),
                        None => return Ok(()),
                    },
                }
            }
        };
        self.rich.entities.push(MessageEntity { kind, offset: open.offset, length });
        Ok(())
    }

    fn close_pre(&mut self, offset: usize, length: usize) {
        let same = |entity: &MessageEntity| entity.offset == offset && entity.length == length;
        let is_code = |entity: &MessageEntity| same(entity) && matches!(entity.kind, EntityKind::Pre(_));
        if !self.rich.entities.last().is_some_and(is_code) {
            self.rich.entities.push(MessageEntity { kind: EntityKind::Pre(String::new()), offset, length });
        }
    }

    fn take_until(&mut self, stop: impl Fn(u8) -> bool) -> &'a str {
        let rest = &self.html[self.at..];
        let length = rest.bytes().position(stop).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn skip_space(&mut self) {
        while self.at < self.html.len() && is_space(self.byte(self.at)) {
            self.at += 1;
        }
    }
}

fn refuse(words: String) -> MarkupError {
    MarkupError(words)
}

fn low(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// tdlib counts the end of the text among the spaces.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x0B)
}

/// The character that an `&…;` at the start stands for, and its length in bytes. The semicolon may be missing.
fn decode(text: &str) -> Option<(u32, usize)> {
    let body = &text[1..];
    let (code, length) = if let Some(hex) = body.strip_prefix("#x") {
        let digits = hex.bytes().take(8).take_while(u8::is_ascii_hexdigit).count();
        (u32::from_str_radix(&hex[..digits], 16).ok()?, digits + 3)
    } else if let Some(decimal) = body.strip_prefix('#') {
        let digits = decimal.bytes().take(8).take_while(u8::is_ascii_digit).count();
        (decimal[..digits].parse().ok()?, digits + 2)
    } else {
        let letters = body.bytes().take(5).take_while(u8::is_ascii_alphabetic).count();
        let code = match &body[..letters] {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            _ => return None,
        };
        (u32::from(code), letters + 1)
    };
    if code == 0 || code >= 0x10_FFFF || length >= 10 {
        return None;
    }
    Some((code, length + usize::from(text.as_bytes().get(length) == Some(&b';'))))
}
