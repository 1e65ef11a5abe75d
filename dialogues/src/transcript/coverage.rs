//! Coverage of the shop's states and events: against all that a walk through the demo shop finds.

use std::collections::BTreeSet;

use engine::route::{BOT_IS_BACK, CAME_BACK, DEADLINE_PASSED, LEFT, OUT_OF_DATE, UNKNOWN_COMMAND, WROTE_IN_GROUP};
pub use engine::transcript::coverage::Coverage;

use crate::atlas::Atlas;
use crate::reminder::REMINDED;
use crate::turn::is_place;

/// How much of what the flows themselves answer has been seen. Places, commands and what the engine answers in every
/// state alike are not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnEvents {
    /// How many pairs of a state and an event of its flow the walk has found.
    pub possible: usize,
    /// Those of the pairs that no transcript shows.
    pub never: Vec<(String, &'static str)>,
}

impl OwnEvents {
    /// How many of the pairs transcripts show.
    pub fn seen(&self) -> usize {
        self.possible - self.never.len()
    }
}

/// Of nothing yet.
pub fn coverage() -> Coverage {
    Coverage::new(column)
}

/// The table that is committed beside the transcripts.
pub fn against_the_atlas(coverage: &Coverage, atlas: &Atlas) -> String {
    let edges: BTreeSet<_> = atlas.edges.keys().map(|(state, event)| (state.as_str(), column(event))).collect();
    let states: Vec<_> = atlas.states.iter().map(String::as_str).collect();
    let own = own_events(coverage, atlas);
    let table = coverage.table(&states, &edges.into_iter().collect::<Vec<_>>());
    format!("{table}Events of the flows themselves {}/{}.\n", own.seen(), own.possible)
}

/// What of the flows' own events is covered.
pub fn own_events(coverage: &Coverage, atlas: &Atlas) -> OwnEvents {
    let own: Vec<_> = atlas.edges.keys().filter(|(_, event)| is_own(event)).collect();
    let never = own.iter().filter(|(state, event)| !coverage.has_seen(state, event)).map(|pair| (*pair).clone());
    OwnEvents { possible: own.len(), never: never.collect() }
}

/// Whether a flow gives the event its meaning.
fn is_own(event: &str) -> bool {
    !is_place(event)
        && ![BOT_IS_BACK, CAME_BACK, DEADLINE_PASSED, REMINDED, LEFT, OUT_OF_DATE, UNKNOWN_COMMAND, WROTE_IN_GROUP]
            .contains(&event)
}

/// Places can be gone to from everywhere, by construction: they share a column.
fn column(event: &str) -> &str {
    if is_place(event) { "place" } else { event }
}
