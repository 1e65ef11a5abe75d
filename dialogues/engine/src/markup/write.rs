//! Writers: chat notation for transcripts, HTML for pages.

use super::{EntityKind, MessageEntity, Rich};

impl Rich {
    /// The text in chat notation: `**bold**`, `__italic__`, `~~struck~~`, `` `code` ``, links as their text.
    /// A literal `**`, `__`, `~~` or backtick has a backslash before it.
    pub fn to_chat(&self) -> String {
        write(self, push_chat, |kind, _| match kind {
            EntityKind::Bold => "**".into(),
            EntityKind::Italic => "__".into(),
            EntityKind::Struck => "~~".into(),
            EntityKind::Code | EntityKind::Pre(_) => "`".into(),
            EntityKind::Underline | EntityKind::Spoiler | EntityKind::Link(_) | EntityKind::TextMention(_) => "".into(),
            EntityKind::Quote | EntityKind::ExpandableQuote | EntityKind::CustomEmoji(_) => "".into(),
            EntityKind::DateTime(..) => "".into(),
            EntityKind::Mention | EntityKind::Hashtag | EntityKind::Cashtag | EntityKind::BotCommand => "".into(),
            EntityKind::Url | EntityKind::Email | EntityKind::Phone => "".into(),
        })
    }

    /// The text as Telegram's HTML; [`super::parse_html`] gives the same back, but for what Telegram finds by itself.
    pub fn to_html(&self) -> String {
        write(self, push_escaped, |kind, edge| match (kind, edge) {
            (EntityKind::Link(url), Edge::Start) => format!("<a href=\"{}\">", super::escape(url)).into(),
            (EntityKind::Pre(language), Edge::Start) if !language.is_empty() => {
                format!("<pre><code class=\"language-{}\">", super::escape(language)).into()
            }
            (EntityKind::Pre(language), Edge::End) if !language.is_empty() => "</code></pre>".into(),
            (EntityKind::TextMention(person), Edge::Start) => format!("<a href=\"tg://user?id={person}\">").into(),
            (EntityKind::CustomEmoji(id), Edge::Start) => {
                format!("<tg-emoji emoji-id=\"{}\">", super::escape(id)).into()
            }
            (EntityKind::DateTime(time, format), Edge::Start) => {
                format!("<tg-time unix=\"{time}\" format=\"{}\">", super::escape(format)).into()
            }
            (EntityKind::ExpandableQuote, Edge::Start) => "<blockquote expandable>".into(),
            (kind, edge) => match (tag(kind), edge) {
                (Some(tag), Edge::Start) => format!("<{tag}>").into(),
                (Some(tag), Edge::End) => format!("</{tag}>").into(),
                (None, _) => "".into(),
            },
        })
    }
}

/// The tag that marks it; none where Telegram finds it by itself.
fn tag(kind: &EntityKind) -> Option<&'static str> {
    Some(match kind {
        EntityKind::Bold => "b",
        EntityKind::Italic => "i",
        EntityKind::Underline => "u",
        EntityKind::Struck => "s",
        EntityKind::Spoiler => "tg-spoiler",
        EntityKind::Code => "code",
        EntityKind::Pre(_) => "pre",
        EntityKind::Link(_) | EntityKind::TextMention(_) => "a",
        EntityKind::Quote | EntityKind::ExpandableQuote => "blockquote",
        EntityKind::CustomEmoji(_) => "tg-emoji",
        EntityKind::DateTime(..) => "tg-time",
        EntityKind::Mention | EntityKind::Hashtag | EntityKind::Cashtag | EntityKind::BotCommand => return None,
        EntityKind::Url | EntityKind::Email | EntityKind::Phone => return None,
    })
}

#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

type Mark = std::borrow::Cow<'static, str>;

/// Walks the text once, and sets the marks of the entities where they begin and end.
fn write(rich: &Rich, push: impl Fn(&mut String, &str), mark: impl Fn(&EntityKind, Edge) -> Mark) -> String {
    let mut out = String::with_capacity(rich.text.len() + 8 + rich.entities.len() * 8);
    let mut walk = Walk { text: &rich.text, byte: 0, unit: 0 };
    let mut open: Vec<(&MessageEntity, usize)> = Vec::new();
    let mut entities = rich.entities.iter().peekable();
    loop {
        let start = entities.peek().map(|entity| entity.offset);
        let end = open.last().map(|(_, end)| *end);
        match (start, end) {
            (_, Some(end)) if start.is_none_or(|start| end <= start) => {
                push(&mut out, walk.to(end));
                if let Some((entity, _)) = open.pop() {
                    out.push_str(&mark(&entity.kind, Edge::End));
                }
            }
            (Some(start), end) => {
                push(&mut out, walk.to(start));
                if let Some(entity) = entities.next() {
                    out.push_str(&mark(&entity.kind, Edge::Start));
                    // A part that sticks out of the one around it ends with it, so that marks nest.
                    open.push((entity, entity.end().min(end.unwrap_or(usize::MAX))));
                }
            }
            (None, _) => break,
        }
    }
    push(&mut out, &walk.text[walk.byte..]);
    out
}

/// A position in a text, counted in bytes and in UTF-16 units at once.
struct Walk<'a> {
    text: &'a str,
    byte: usize,
    unit: usize,
}

impl<'a> Walk<'a> {
    /// Moves on to a UTF-16 position, and gives the text in between.
    fn to(&mut self, unit: usize) -> &'a str {
        let rest = &self.text[self.byte..];
        let mut length = 0;
        for letter in rest.chars() {
            if self.unit >= unit {
                break;
            }
            self.unit += letter.len_utf16();
            length += letter.len_utf8();
        }
        self.byte += length;
        &rest[..length]
    }
}

pub(super) fn push_escaped(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'<' | b'>' | b'&' | b'"')) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' => "&amp;",
            _ => "&quot;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

fn push_chat(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'*' | b'_' | b'~' | b'`')) {
        let bytes = rest.as_bytes();
        let doubled = bytes.get(at + 1) == Some(&bytes[at]);
        let length = if bytes[at] != b'`' && doubled { 2 } else { 1 };
        out.push_str(&rest[..at]);
        if bytes[at] == b'`' || doubled {
            out.push('\\');
        }
        out.push_str(&rest[at..at + length]);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
}
