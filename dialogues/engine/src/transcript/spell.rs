//! What was seen, in the words of a transcript.

use super::ast::{BotLine, Line, Message};
use super::matching::{Shown, shown, shown_keyboard};
use super::screens::{Seen, SeenAct};
use super::template::Template;
use crate::chat::KeyboardChange;

/// The line that says what was seen. `written` tells whether the transcript speaks of a keyboard already.
pub(crate) fn spelled(seen: &Seen<'_>, actor: &str, written: bool) -> BotLine {
    let keyboard = match &seen.act {
        SeenAct::Sent { keyboard, .. } if keyboard.news || (written && *keyboard.change != KeyboardChange::Kept) => {
            shown_keyboard(keyboard.change)
        }
        _ => Vec::new(),
    };
    BotLine {
        verb: seen.act.verb(),
        tag: None,
        person: (seen.person != actor).then(|| seen.person.to_owned()),
        message: Message {
            lines: shown(&seen.act).iter().map(line).collect(),
            keyboard: keyboard.iter().map(line).collect(),
        },
    }
}

fn line(shown: &Shown<'_>) -> Line {
    match shown {
        Shown::Photo(name) => Line::Photo(Template::literal(name)),
        Shown::File(name) => Line::File(Template::literal(name)),
        Shown::Text(text) => Line::Text(Template::literal(text)),
        Shown::Row(labels) => Line::Row(labels.iter().map(|label| Template::literal(label)).collect()),
        Shown::NoKeyboard => Line::NoKeyboard,
    }
}
