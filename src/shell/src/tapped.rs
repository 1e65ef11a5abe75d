//! What a tap says of the replies before it.
//!
//! Whoever taps a button has seen its screen, and all that was shown before it: that reply is not shown again, although its
//! process was killed before it knew.
//!
//! It may have been shown again all the same, by whoever came first after a kill, before the tap arrived. Then the answer does
//! not go into the message that was tapped: the chat would end with the second one, which is out of date and looks as if it
//! were not. It is sent as a message of its own, and kept as such with the commit.

use chrono::TimeDelta;
use engine::{App, Input, Output};

use crate::active::Tenure;
use crate::input::TAP_ANSWER_LIMIT;
use crate::mongo::owed::Owed;

/// The update whose reply was seen whole by whoever has tapped, if it is one of these.
pub(crate) fn seen<A: App>(replies: &[Owed], input: &Input<A>) -> Option<i64> {
    let serial = screen(input)?;
    replies.iter().find(|owed| owed.ends_with(serial)).map(|owed| owed.update)
}

/// Has the answer to a tap end the chat where the screen that was tapped may have been shown again. A letter is no screen: it
/// is changed where it is.
pub(crate) fn at_the_end<A: App>(
    show: &mut [Output<A>],
    input: &Input<A>,
    (replies, tenure): (&[Owed], Option<Tenure>),
    is_letter: impl Fn(u32) -> bool,
) {
    if !screen(input).is_some_and(|serial| may_stand_twice(replies, serial, tenure)) {
        return;
    }
    for show in show {
        if let Output::Edit { view, serial } = show
            && !is_letter(*serial)
        {
            *show = Output::Send { view: view.clone(), serial: *serial };
        }
    }
}

/// Whether the screen of this number may have been sent by a process that was killed, and once more by another one.
fn may_stand_twice(replies: &[Owed], serial: u32, tenure: Option<Tenure>) -> bool {
    let Some(Tenure { unbroken_from, doubtful_from: Some(doubtful_from), .. }) = tenure else { return false };
    // The holder before us may have been active for a moment only: those before it were killed over older ones.
    let since = TimeDelta::from_std(TAP_ANSWER_LIMIT).ok().and_then(|limit| doubtful_from.checked_sub_signed(limit));
    let may = |owed: &Owed| {
        owed.epoch < unbroken_from && since.is_some_and(|since| owed.at >= since) && owed.has_sent(serial)
    };
    replies.iter().any(may)
}

/// The number of the screen that was tapped.
fn screen<A: App>(input: &Input<A>) -> Option<u32> {
    match input {
        Input::Tapped { serial, .. } => Some(*serial),
        _ => None,
    }
}
