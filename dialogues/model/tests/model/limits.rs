//! What does not hold, found by the same checker: the limits of the protocol, each with the rule that it breaks.

use dialogue_model::config::{Budget, Config, ShownFirst};
use dialogue_model::invariants::SHOWN;

use super::runs::{NOTHING, breaks, text_and_tap};

#[test]
fn redelivered_updates_alone_do_not_bring_everything_that_was_not_shown() {
    let crash = Budget { crashes: 1, ..NOTHING };
    let config = Config { shown_first: ShownFirst::None, ..text_and_tap(crash) };
    breaks("nothing is shown first", SHOWN, config);
}
