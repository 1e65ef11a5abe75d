//! Finds the button that a transcript names on a person's screen.

use super::ast::TapTarget;
use super::captures::Captures;
use super::template::Template;
use crate::chat::{Author, Bubble, Chat, InlineKeyboardButton, MessageId};

/// The button that was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TappedButton {
    Inline {
        message: MessageId,
        data: String,
        label: String,
    },
    /// A button of the keyboard, which says its label.
    Reply {
        label: String,
    },
}

/// The newest inline button that fits, else one of the keyboard.
pub fn find(tap: &TapTarget, person: &str, chat: &Chat, captures: &mut Captures) -> Result<TappedButton, String> {
    for bubble in chat.bubbles.iter().rev().filter(|bubble| bubble.author == Author::Bot) {
        if !is_under(tap, bubble, captures) {
            continue;
        }
        let buttons = in_bubble(tap, bubble, captures);
        if let Some(first) = buttons.first() {
            if buttons.iter().any(|button| button.data != first.data) {
                return Err(ambiguous(&buttons, bubble));
            }
            return Ok(TappedButton::Inline {
                message: bubble.id,
                data: first.data.clone(),
                label: first.label.clone(),
            });
        }
        if tap.under.is_some() {
            break;
        }
    }
    let on_keyboard = if tap.under.is_none() { in_keyboard(tap, person, chat, captures)? } else { None };
    on_keyboard.ok_or_else(|| missing(person, chat))
}

fn is_under(tap: &TapTarget, bubble: &Bubble, captures: &mut Captures) -> bool {
    let reads =
        |part: &Template, captures: &mut Captures| bubble.text.lines().any(|line| part.is_within(line, captures));
    tap.under.as_ref().is_none_or(|part| reads(part, captures))
}

fn in_bubble<'a>(tap: &TapTarget, bubble: &'a Bubble, captures: &mut Captures) -> Vec<&'a InlineKeyboardButton> {
    let mut found = Vec::new();
    for row in &bubble.rows {
        let labels: Vec<&str> = row.iter().map(|button| button.label.as_str()).collect();
        found.extend(in_row(tap, &labels, captures).map(|at| &row[at]));
    }
    found
}

fn in_keyboard(
    tap: &TapTarget,
    person: &str,
    chat: &Chat,
    captures: &mut Captures,
) -> Result<Option<TappedButton>, String> {
    for row in chat.keyboard.iter().flatten() {
        let labels: Vec<&str> = row.iter().map(|button| button.label.as_str()).collect();
        let Some(at) = in_row(tap, &labels, captures) else { continue };
        let label = row[at].label.clone();
        if row[at].contact {
            return Err(format!("[{label}] shares a phone number; write “{person} shares contact +380671112233”"));
        }
        return Ok(Some(TappedButton::Reply { label }));
    }
    Ok(None)
}

/// The place of the button in its row.
fn in_row(tap: &TapTarget, labels: &[&str], captures: &mut Captures) -> Option<usize> {
    let beside = |at: usize, captures: &mut Captures| {
        let others = labels.iter().enumerate().filter(|(other, _)| *other != at);
        tap.beside.as_ref().is_none_or(|beside| others.into_iter().any(|(_, label)| beside.matches(label, captures)))
    };
    (0..labels.len()).find(|&at| tap.label.matches(labels[at], captures) && beside(at, captures))
}

fn ambiguous(buttons: &[&InlineKeyboardButton], bubble: &Bubble) -> String {
    let neighbours = bubble.rows.iter().filter(|row| row.iter().any(|button| buttons.contains(&button)));
    let rows: Vec<String> = neighbours.map(|row| labels(row.iter().map(|button| &button.label))).collect();
    format!(
        "there are {} such buttons; say which by “beside [x]”, a label in the same row: {}",
        buttons.len(),
        rows.join(" / ")
    )
}

fn missing(person: &str, chat: &Chat) -> String {
    let inline = chat.bubbles.iter().flat_map(|bubble| bubble.rows.iter().flatten()).map(|button| &button.label);
    let reply = chat.keyboard.iter().flatten().flatten().map(|button| &button.label);
    match labels(inline.chain(reply)) {
        none if none.is_empty() => {
            format!("there is no such button; {person}'s screen shows none at all")
        }
        shown => format!("there is no such button; on {person}'s screen: {shown}"),
    }
}

/// `[One] [Two]`, each label once.
fn labels<'a>(labels: impl Iterator<Item = &'a String>) -> String {
    let mut known: Vec<String> = Vec::new();
    for label in labels {
        let label = format!("[{}]", Template::literal(label).plain());
        if !known.contains(&label) {
            known.push(label);
        }
    }
    known.join(" ")
}
