//! The old `Markdown` mode, after `parse_markdown` of tdlib's `MessageEntity.cpp`: marks do not nest.

use super::Source;
use crate::markup::links::{checked_link, linked_person};
use crate::markup::{EntityKind, MarkupError, MessageEntity, Rich, utf16_len};

/// Reads Telegram's old `Markdown`. The text is trimmed, as Telegram trims a message.
///
/// # Errors
/// Marks without an end, in the Bot API's own words.
pub fn parse_markdown(markdown: &str) -> Result<Rich, MarkupError> {
    let mut source = Source { text: markdown, at: 0 };
    let mut rich = Rich::default();
    // UTF-16 length of what has been read, up to a byte of the text.
    let mut read = (0, 0);
    while source.at < markdown.len() {
        match (source.byte(0), source.byte(1)) {
            (b'\\', b'_' | b'*' | b'`' | b'[') => {
                rich.text.push(source.byte(1) as char);
                source.at += 2;
            }
            (b'_' | b'*' | b'`' | b'[', _) => marked(&mut source, &mut rich, &mut read)?,
            _ => {
                let letter = source.letter();
                rich.text.push(letter);
                source.at += letter.len_utf8();
            }
        }
    }
    rich.tidy();
    Ok(rich)
}

/// Reads what a mark here begins, as it stands, up to the next mark that ends it.
fn marked(source: &mut Source<'_>, rich: &mut Rich, read: &mut (usize, usize)) -> Result<(), MarkupError> {
    let (begin, mark) = (source.at, source.byte(0));
    let (end, language) = match mark {
        b'`' if source.starts_with("```") => ("```", Some(source.language())),
        _ => {
            source.at += 1;
            (if mark == b'[' { "]" } else { &source.text[begin..=begin] }, None)
        }
    };
    let rest = &source.text[source.at..];
    let Some(length) = rest.find(end) else {
        return Err(MarkupError(format!("Can't find end of the entity starting at byte offset {begin}")));
    };
    let text = &rest[..length];
    source.at += length + end.len();
    let kind = match mark {
        b'_' => Some(EntityKind::Italic),
        b'*' => Some(EntityKind::Bold),
        // Without a text there is no link, and what looks like its address is text.
        b'[' if text.is_empty() => None,
        b'[' => link(source, text),
        _ => Some(language.map_or(EntityKind::Code, |language| EntityKind::Pre(language.to_owned()))),
    };
    *read = (read.0 + utf16_len(&rich.text[read.1..]), rich.text.len());
    let entity = |kind| MessageEntity { kind, offset: read.0, length: utf16_len(text) };
    let entity = kind.filter(|_| !text.is_empty()).map(entity);
    rich.entities.extend(entity);
    rich.text.push_str(text);
    Ok(())
}

/// Where the text leads: to the address in parentheses behind it, else to itself. A missing `)` is forgiven.
fn link(source: &mut Source<'_>, text: &str) -> Option<EntityKind> {
    let mut url = text;
    if source.byte(0) == b'(' {
        let rest = &source.text[source.at + 1..];
        url = rest.split(')').next().unwrap_or_default();
        source.at = (source.at + url.len() + 2).min(source.text.len());
    }
    let person = linked_person(url).map(EntityKind::TextMention);
    person.or_else(|| checked_link(url).map(EntityKind::Link))
}
