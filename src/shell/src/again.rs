//! Screens that a chat may have twice: where a process was killed, its successor shows again what may not have been shown.
//!
//! A customer may have tapped the first of the two before the second one came. Then the answer does not go into the message
//! that was tapped: the chat would end with the second one, which is out of date and looks as if it were not. It is sent as
//! a message of its own, and the chat ends with it.
//!
//! This is known to the process that has shown a screen again, of the customers for whom it did so last.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use engine::{App, Output};
use teloxide::types::MessageId;

use crate::mongo::owed::Portion;

/// Of so many customers it is known.
const KNOWN: usize = 1024;

/// The newest messages that were perhaps shown before.
#[derive(Debug, Default)]
pub(crate) struct ShownAgain(Mutex<VecDeque<(i64, MessageId)>>);

impl ShownAgain {
    /// Has a reply end the chat where it would be put into a message above one that was shown again.
    pub(crate) fn at_the_end<A: App>(&self, chat: i64, portion: &mut Portion<A>) {
        let Some(tapped) = portion.tap.as_ref().and_then(|tap| tap.message) else { return };
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.iter().any(|(known, newest)| *known == chat && tapped.id.0 < newest.0) {
            let shows = std::mem::take(&mut portion.show).into_iter();
            portion.show = shows
                .map(|show| match show {
                    Output::Edit { view, serial } => Output::Send { view, serial },
                    other => other,
                })
                .collect();
        }
    }

    /// A reply was shown; `sent`: the newest of its messages.
    pub(crate) fn shown<A: App>(&self, chat: i64, portion: &Portion<A>, sent: Option<MessageId>) {
        let Some(sent) = sent else { return };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(known, _)| *known != chat);
        if portion.again {
            known.push_back((chat, sent));
            if known.len() > KNOWN {
                known.pop_front();
            }
        }
    }
}
