//! Whether what was seen is what was written.

use super::ast::{BotLine, Line, Message, Verb};
use super::captures::Captures;
use super::screens::{Seen, SeenAct, SeenKeyboard};
use crate::chat::{Bubble, KeyboardChange, MessageId};

/// What a transcript has established so far.
#[derive(Default)]
pub(crate) struct Context {
    pub(crate) captures: Captures,
    /// Names of messages: `Bot (ask): …`, whose chat, which message.
    pub(crate) tags: Vec<(String, String, MessageId)>,
    /// Who acted last.
    pub(crate) actor: String,
}

/// One line on a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown<'a> {
    Photo(&'a str),
    File(&'a str),
    Text(&'a str),
    Row(Vec<&'a str>),
    NoKeyboard,
}

impl Context {
    /// Whose chat a line is about.
    pub(crate) fn person<'a>(&'a self, line: &'a BotLine) -> &'a str {
        line.person.as_deref().unwrap_or(&self.actor)
    }

    /// Whether all that was expected was seen, and nothing else.
    pub(crate) fn agrees(&mut self, expected: &[&BotLine], seen: &[Seen<'_>]) -> bool {
        let mark = self.captures.mark();
        let mut used = vec![false; seen.len()];
        for line in expected.iter().filter(|line| line.verb != Verb::Silent) {
            // In one chat the order matters, so that the first unused one must fit.
            let next = (0..seen.len()).find(|&at| !used[at] && self.may_fit(line, &seen[at]));
            let Some(at) = next.filter(|&at| self.fits(line, &seen[at])) else {
                self.captures.undo(mark);
                return false;
            };
            used[at] = true;
            self.name(line, &seen[at]);
        }
        let complete = used.iter().all(|used| *used);
        if !complete {
            self.captures.undo(mark);
        }
        complete
    }

    /// Whether both are about one chat, and both fade or both stay.
    pub(crate) fn may_fit(&self, line: &BotLine, seen: &Seen<'_>) -> bool {
        self.person(line) == seen.person && line.verb.fades() == seen.act.verb().fades()
    }

    /// Whether this was seen. What is captured on the way stays captured only if it was.
    pub(crate) fn fits(&mut self, line: &BotLine, seen: &Seen<'_>) -> bool {
        let mark = self.captures.mark();
        let fits = line.verb == seen.act.verb()
            && self.is_meant(line, seen)
            && message_fits(&line.message, &shown(&seen.act), &mut self.captures)
            && match &seen.act {
                SeenAct::Sent { keyboard, .. } => keyboard_fits(&line.message.keyboard, keyboard, &mut self.captures),
                _ => true,
            };
        if !fits {
            self.captures.undo(mark);
        }
        fits
    }

    /// Whether an edit or deletion is of the message that the line means.
    pub(crate) fn is_meant(&self, line: &BotLine, seen: &Seen<'_>) -> bool {
        let (SeenAct::Edited { usual, .. } | SeenAct::Deleted { usual, .. }) = seen.act else {
            return true;
        };
        match &line.tag {
            None => usual,
            Some(tag) => self.tag(tag) == seen.act.message().map(|id| (seen.person, id)),
        }
    }

    /// Remembers the message that a line names.
    pub(crate) fn name(&mut self, line: &BotLine, seen: &Seen<'_>) {
        if let (Some(tag), Verb::Says, Some(id)) = (&line.tag, line.verb, seen.act.message()) {
            self.tags.push((tag.clone(), seen.person.to_owned(), id));
        }
    }

    /// The message of that name: whose chat, which message.
    fn tag(&self, name: &str) -> Option<(&str, MessageId)> {
        let named = self.tags.iter().rev().find(|(tag, ..)| tag == name)?;
        Some((named.1.as_str(), named.2))
    }
}

impl SeenAct<'_> {
    /// The word for it.
    pub(crate) fn verb(&self) -> Verb {
        match self {
            Self::Sent { .. } => Verb::Says,
            Self::Edited { .. } => Verb::Edits,
            Self::Deleted { .. } => Verb::Deletes,
            Self::Toast(_) => Verb::Toast,
            Self::Alert(_) => Verb::Alert,
        }
    }
}

/// The lines of what was seen, without a keyboard.
pub(crate) fn shown<'a>(act: &SeenAct<'a>) -> Vec<Shown<'a>> {
    match act {
        SeenAct::Sent { bubble, .. } | SeenAct::Edited { bubble, .. } => bubble_lines(bubble),
        SeenAct::Toast(text) | SeenAct::Alert(text) => text_lines(text).map(Shown::Text).collect(),
        SeenAct::Deleted { .. } => Vec::new(),
    }
}

/// The rows of a keyboard that a message showed or took away.
pub(crate) fn shown_keyboard(change: &KeyboardChange) -> Vec<Shown<'_>> {
    match change {
        KeyboardChange::Kept => Vec::new(),
        KeyboardChange::Removed => vec![Shown::NoKeyboard],
        KeyboardChange::Shown(rows) => {
            rows.iter().map(|row| Shown::Row(row.iter().map(|button| button.label.as_str()).collect())).collect()
        }
    }
}

fn bubble_lines(bubble: &Bubble) -> Vec<Shown<'_>> {
    let mut lines = Vec::with_capacity(8 + bubble.rows.len());
    lines.extend(bubble.picture.as_deref().map(Shown::Photo));
    lines.extend(bubble.document.as_deref().map(Shown::File));
    lines.extend(text_lines(&bubble.text).map(Shown::Text));
    lines.extend(bubble.rows.iter().map(|row| Shown::Row(row.iter().map(|button| button.label.as_str()).collect())));
    lines
}

/// Editors strip the ends of lines, and Telegram those of texts.
fn text_lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim_matches('\n').trim_end();
    text.split('\n').map(str::trim_end).filter(move |_| !text.is_empty())
}

fn keyboard_fits(expected: &[Line], seen: &SeenKeyboard<'_>, captures: &mut Captures) -> bool {
    match expected {
        [] => !seen.news,
        expected => lines_fit(expected, &shown_keyboard(seen.change), captures) && *seen.change != KeyboardChange::Kept,
    }
}

fn message_fits(expected: &Message, shown: &[Shown<'_>], captures: &mut Captures) -> bool {
    lines_fit(&expected.lines, shown, captures)
}

fn lines_fit(expected: &[Line], shown: &[Shown<'_>], captures: &mut Captures) -> bool {
    match expected {
        [] => shown.is_empty(),
        [Line::Any] => true,
        [Line::Any, rest @ ..] => {
            let mark = captures.mark();
            (0..=shown.len()).any(|skipped| {
                captures.undo(mark);
                lines_fit(rest, &shown[skipped..], captures)
            })
        }
        [first, rest @ ..] => shown
            .split_first()
            .is_some_and(|(line, more)| first.fits(line, captures) && lines_fit(rest, more, captures)),
    }
}

impl Line {
    /// Whether a line on the screen is this one. `…` alone is not asked: it is any number of lines.
    pub(crate) fn fits(&self, shown: &Shown<'_>, captures: &mut Captures) -> bool {
        match (self, shown) {
            (Self::Photo(name), Shown::Photo(seen)) | (Self::File(name), Shown::File(seen)) => {
                name.matches(seen, captures)
            }
            (Self::Text(text), Shown::Text(seen)) => text.matches(seen, captures),
            (Self::Row(labels), Shown::Row(seen)) => {
                labels.len() == seen.len() && labels.iter().zip(seen).all(|(label, seen)| label.matches(seen, captures))
            }
            (Self::NoKeyboard, Shown::NoKeyboard) => true,
            _ => false,
        }
    }
}
