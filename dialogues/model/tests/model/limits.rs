//! What does not hold, found by the same checker: the limits of the protocol, each with the rule that it breaks.

use dialogue_model::config::{Budget, Config, ShownFirst};
use dialogue_model::invariants::{COUNTED_ONCE, FORGOTTEN, SHOWN};

use super::runs::{NOTHING, breaks, forgetting, text_and_tap};

#[test]
fn what_was_forgotten_is_played_again_after_a_kill_or_a_lost_answer() {
    // With the dialogue goes the list of its updates: only the process that has committed it still knows.
    let crash = Budget { crashes: 1, ..NOTHING };
    breaks("forgotten, a kill before the receipt", COUNTED_ONCE, forgetting(crash));
    breaks("forgotten, a kill before the receipt", FORGOTTEN, forgetting(crash));
    let lost = Budget { lost_answers: 1, ..NOTHING };
    breaks("forgotten, a lost answer", COUNTED_ONCE, forgetting(lost));
}

#[test]
fn redelivered_updates_alone_do_not_bring_everything_that_was_not_shown() {
    let crash = Budget { crashes: 1, ..NOTHING };
    let config = Config { shown_first: ShownFirst::None, ..text_and_tap(crash) };
    breaks("nothing is shown first", SHOWN, config);
}
