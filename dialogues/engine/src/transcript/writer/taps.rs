//! How a transcript names the button that somebody tapped.

use crate::chat::{Bubble, Chat, InlineKeyboardButton, MessageId};
use crate::transcript::ast::TapTarget;
use crate::transcript::captures::Captures;
use crate::transcript::tap::{TappedButton, find};
use crate::transcript::template::Template;

/// The shortest name by which the inline button is found again; `None` if it is not on the screen.
pub(super) fn inline(message: MessageId, data: &str, chat: &Chat, captures: &Captures) -> Option<TapTarget> {
    let bubble = chat.bubbles.iter().find(|bubble| bubble.id == message)?;
    let known = captures.bound();
    let means = |tap: &TapTarget| {
        let found = find(tap, "", chat, &mut known.clone());
        matches!(found, Ok(TappedButton::Inline { message: at, data: sent, .. }) if at == message && sent == data)
    };
    let rows = bubble.rows.iter().filter_map(|row| Some((row, row.iter().find(|button| button.data == data)?)));
    rows.flat_map(|(row, button)| names(button, row, bubble, &known)).find(means)
}

/// The button of the keyboard that says this, if it is in view.
pub(super) fn reply(label: &str, chat: &Chat, captures: &Captures) -> Option<TapTarget> {
    let known = captures.bound();
    let tap = TapTarget { label: Template::captured(label, &mut known.clone()), beside: None, under: None, times: 1 };
    let found = find(&tap, "", chat, &mut known.clone());
    matches!(found, Ok(TappedButton::Reply { label: said }) if said == label).then_some(tap)
}

/// All names of a button, the shortest first: its label, `beside` another one, `under` a text.
fn names(
    button: &InlineKeyboardButton,
    row: &[InlineKeyboardButton],
    bubble: &Bubble,
    known: &Captures,
) -> Vec<TapTarget> {
    let text = |text: &str| Template::captured(text, &mut known.clone());
    let tap = |beside: Option<&str>, under: Option<&str>| TapTarget {
        label: text(&button.label),
        beside: beside.map(text),
        under: under.map(text),
        times: 1,
    };
    let others: Vec<&str> =
        row.iter().map(|other| other.label.as_str()).filter(|label| *label != button.label).collect();
    // A quotation mark inside would end the quotation.
    let lines = bubble.text.lines().map(|line| line.trim().trim_matches('*')).filter(|line| !line.contains('"'));
    let lines: Vec<&str> = lines.filter(|line| line.chars().any(char::is_alphanumeric)).collect();
    let beside = others.iter().map(|other| tap(Some(other), None));
    let under = lines.iter().map(|line| tap(None, Some(line)));
    let both = others.iter().flat_map(|other| lines.iter().map(move |line| (other, line)));
    let both = both.map(|(other, line)| tap(Some(other), Some(line)));
    std::iter::once(tap(None, None)).chain(beside).chain(under).chain(both).collect()
}
