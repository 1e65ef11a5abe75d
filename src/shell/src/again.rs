//! Screens that a chat may have twice: where a process was killed, its successor shows again what may not have been shown.
//!
//! A customer may have tapped the first of the two before the second one came. Then the answer does not go into the message
//! that was tapped: the chat would end with the second one, which is out of date and looks as if it were not. It is sent as
//! a message of its own, and the chat ends with it.
//!
//! A process knows what it has shown again itself. What those have done that were killed after each other it does not know:
//! where a screen may have been on its way when a process was killed, it may have been shown by two.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use engine::{App, Output};
use teloxide::types::MessageId;

use crate::active::Tenure;
use crate::input::TAP_ANSWER_LIMIT;
use crate::mongo::owed::{Owed, Portion};

/// Of so many customers it is known.
const KNOWN: usize = 1024;

/// Whether one of these replies has sent a screen that a process may have been killed over, and that may have been shown again
/// since by others, and not by us.
pub(crate) fn may_stand_twice(replies: &[Owed], tenure: Option<Tenure>) -> bool {
    let Some(Tenure { epoch, doubtful_from: Some(doubtful_from), .. }) = tenure else { return false };
    // The one before us may have been active for a moment only: those before it were killed over older ones.
    let since = TimeDelta::from_std(TAP_ANSWER_LIMIT).ok().and_then(|limit| doubtful_from.checked_sub_signed(limit));
    let may = |owed: &Owed| owed.epoch < epoch && owed.sends() && since.is_some_and(|since| owed.at >= since);
    replies.iter().any(may)
}

/// The newest messages that were perhaps shown before.
#[derive(Debug, Default)]
pub(crate) struct ShownAgain(Mutex<VecDeque<(i64, MessageId)>>);

impl ShownAgain {
    /// Has a reply end the chat where it would be put into a message above one that was shown again. A letter is no screen:
    /// it is changed where it is.
    pub(crate) fn at_the_end<A: App>(&self, chat: i64, portion: &mut Portion<A>, is_letter: impl Fn(u32) -> bool) {
        let Some(tapped) = portion.tap.as_ref().and_then(|tap| tap.message) else { return };
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = known.iter().find(|(known, _)| *known == chat).map(|(_, newest)| newest.0);
        if newest.map_or(portion.above, |newest| tapped.id.0 < newest) {
            let shows = std::mem::take(&mut portion.show).into_iter();
            let at_the_end = |show| match show {
                Output::Edit { view, serial } if !is_letter(serial) => Output::Send { view, serial },
                other => other,
            };
            portion.show = shows.map(at_the_end).collect();
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
