//! What Telegram's server finds in a text by itself, after `find_entities` of tdlib's `MessageEntity.cpp`.
//!
//! Each finder says the rule, as the pattern that the comment in tdlib gives. tdlib leaves phone numbers to the server, whose
//! rule is not public: here they are numbers of E.164 in the way that people write them.

mod urls;

use std::ops::Range;

use super::{EntityKind, MessageEntity, Rich, utf16_len};

/// Something found, by its place in bytes.
type Found = (Range<usize>, EntityKind);

/// Names this short that are taken all the same (tdlib, `get_valid_short_usernames`).
const SHORT_NAMES: [&str; 3] = ["gif", "vid", "pic"];

impl Rich {
    /// Adds the mentions, tags, commands, addresses and e-mails in the text: what the server adds to every message.
    /// Not inside of code, links, mentions and emoji that are marked already, nor across the edge of a quote.
    pub fn find_entities(&mut self) {
        let mut found = found(&self.text);
        if found.is_empty() {
            return;
        }
        found.sort_by_key(|(place, _)| (place.start, usize::MAX - place.end));
        let mut marks: Vec<MessageEntity> = Vec::new();
        let (mut unit, mut byte) = (0, 0);
        for (place, kind) in found {
            // Where two overlap, the first one counts.
            if place.start < byte {
                continue;
            }
            let offset = unit + utf16_len(&self.text[byte..place.start]);
            let length = utf16_len(&self.text[place.clone()]);
            (unit, byte) = (offset + length, place.end);
            marks.push(MessageEntity { kind, offset, length });
        }
        let taken = Taken::by(&self.entities, self.utf16_len());
        marks.retain(|mark| taken.leaves(mark));
        self.entities = cut(std::mem::take(&mut self.entities), &marks);
        self.entities.append(&mut marks);
        self.entities.sort_by_key(MessageEntity::rank);
    }
}

/// Where nothing that is found may be marked: how many units before each unit lie in a link, code or the like, and how
/// many edges of quotes.
struct Taken {
    before: Vec<(usize, usize)>,
}

impl Taken {
    fn by(entities: &[MessageEntity], length: usize) -> Taken {
        // What changes at each unit: parts that begin less those that end, and edges of quotes.
        let mut changes = vec![(0_isize, 0); length + 2];
        for entity in entities.iter().filter(|entity| !entity.kind.is_style()) {
            let (begin, end) = (entity.offset, entity.end());
            if entity.kind.is_quote() {
                changes[begin].1 += 1;
                changes[end].1 += 1;
            } else {
                changes[begin].0 += 1;
                changes[end].0 -= 1;
            }
        }
        let (mut open, mut taken, mut edges) = (0, 0, 0);
        let before = changes.into_iter().map(|(parts, quotes)| {
            let here = (taken, edges);
            open += parts;
            taken += usize::from(open > 0);
            edges += quotes;
            here
        });
        Taken { before: before.collect() }
    }

    /// Whether a place is free of links and code, and does not lie across the edge of a quote.
    fn leaves(&self, mark: &MessageEntity) -> bool {
        let ((taken, _), (_, edges)) = (self.before[mark.offset], self.before[mark.offset + 1]);
        self.before[mark.end()] == (taken, edges)
    }
}

/// Cuts styles where they overlap with something found, so that all marks nest. The found are sorted and apart.
fn cut(entities: Vec<MessageEntity>, found: &[MessageEntity]) -> Vec<MessageEntity> {
    let mut kept = Vec::with_capacity(entities.len() + found.len());
    for entity in entities {
        // Only what reaches beyond an end of the entity, and not what lies inside of it, overlaps with it.
        let across = |place: usize| {
            let at = found.partition_point(|mark| mark.end() <= place);
            found.get(at).filter(|mark| mark.offset < place)
        };
        let first = across(entity.offset).map(MessageEntity::end).filter(|edge| *edge < entity.end());
        let last = across(entity.end()).map(|mark| mark.offset).filter(|edge| *edge > entity.offset);
        let mut begin = entity.offset;
        for edge in first.into_iter().chain(last.filter(|last| Some(*last) != first)) {
            kept.push(MessageEntity { kind: entity.kind.clone(), offset: begin, length: edge - begin });
            begin = edge;
        }
        kept.push(MessageEntity { length: entity.end() - begin, offset: begin, kind: entity.kind });
    }
    kept
}

fn found(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let signs = text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'@' | b'/' | b'#' | b'$' | b'+'));
    for (at, sign) in signs {
        let (before, behind) = (text[..at].chars().next_back(), &text[at + 1..]);
        let (end, kind) = match sign {
            b'@' => (mention(before, behind), EntityKind::Mention),
            b'/' => (command(before, behind), EntityKind::BotCommand),
            b'#' => (hashtag(before, behind), EntityKind::Hashtag),
            b'+' => (phone(before, behind), EntityKind::Phone),
            _ => (cashtag(before, behind), EntityKind::Cashtag),
        };
        found.extend(end.map(|length| (at..at + 1 + length, kind)));
    }
    found.extend(urls::found(text));
    found
}

/// `(?<=\B)@([a-zA-Z0-9_]{2,32})(?=\b)`, and at least four letters unless it is a known short name.
fn mention(before: Option<char>, behind: &str) -> Option<usize> {
    let name = &behind[..word_length(behind)];
    let taken = name.len() >= 4 || SHORT_NAMES.iter().any(|short| short.eq_ignore_ascii_case(name));
    let ends = !behind[name.len()..].starts_with(is_word);
    (!before.is_some_and(is_word) && taken && name.len() <= 32 && ends).then_some(name.len())
}

/// A plus and 8 to 15 digits (E.164), with spaces, hyphens, dots and brackets between them.
fn phone(before: Option<char>, behind: &str) -> Option<usize> {
    let joins = |letter: char| is_word(letter) || letter == '+';
    if before.is_some_and(joins) || !behind.starts_with(|letter: char| ('1'..='9').contains(&letter)) {
        return None;
    }
    let (mut digits, mut end, mut gap) = (0, 0, 0);
    for (at, letter) in behind.char_indices() {
        match letter {
            '0'..='9' => (digits, end, gap) = (digits + 1, at + 1, 0),
            ' ' | '-' | '.' | '(' | ')' if gap < 2 => gap += 1,
            _ => break,
        }
    }
    let ends = !behind[end..].starts_with(is_word);
    ((8..=15).contains(&digits) && ends).then_some(end)
}

/// `(?<!\b|[/<>])/([a-zA-Z0-9_]{1,64})(?:@([a-zA-Z0-9_]{3,32}))?(?!\B|[/<>])`.
fn command(before: Option<char>, behind: &str) -> Option<usize> {
    let joins = |letter: char| is_word(letter) || matches!(letter, '/' | '<' | '>');
    let name = word_length(behind);
    if before.is_some_and(joins) || !(1..=64).contains(&name) {
        return None;
    }
    let bot = match behind[name..].strip_prefix('@') {
        Some(bot) => Some(word_length(bot)).filter(|length| (3..=32).contains(length))? + 1,
        None => 0,
    };
    (!behind[name + bot..].starts_with(joins)).then_some(name + bot)
}

/// `(?<=^|[^\d_\pL])#([\d_\pL]{1,256})(?![\d_\pL]*#)`, at least one letter; with `@name` behind it, a tag in that chat.
fn hashtag(before: Option<char>, behind: &str) -> Option<usize> {
    let run = behind.find(|letter| !is_tag(letter)).unwrap_or(behind.len());
    let tag = behind[..run].char_indices().nth(256).map_or(run, |(at, _)| at);
    let named = behind[..tag].contains(char::is_alphabetic);
    if before.is_some_and(is_tag) || !named || behind[run..].starts_with('#') {
        return None;
    }
    let chat = behind[tag..].strip_prefix('@').map_or(0, |chat| word_length(chat).min(32));
    Some(if chat >= 3 { tag + 1 + chat } else { tag })
}

/// `(?<=^|[^$\d_\pL])\$(1INCH|[A-Z]{1,8})(?![$\d_\pL])`; with `@name` behind it, a tag in that chat.
fn cashtag(before: Option<char>, behind: &str) -> Option<usize> {
    let joins = |letter: char| is_tag(letter) || letter == '$';
    let letters = behind.bytes().take_while(u8::is_ascii_uppercase).count();
    let tag = if behind.starts_with("1INCH") { 5 } else { letters };
    if before.is_some_and(joins) || !(1..=8).contains(&tag) || behind[tag..].starts_with(joins) {
        return None;
    }
    let chat = behind[tag..].strip_prefix('@').map_or(0, word_length);
    Some(if (3..=32).contains(&chat) { tag + 1 + chat } else { tag })
}

/// How many Latin letters, digits and underscores a text begins with.
fn word_length(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Letters of tags: also the zero-width non-joiner, the middle dot, and all of Sinhala.
fn is_tag(letter: char) -> bool {
    is_word(letter) || matches!(letter, '\u{200c}' | '\u{b7}' | '\u{d80}'..='\u{dff}')
}

#[cfg(test)]
mod tests;
