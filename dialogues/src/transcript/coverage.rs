//! Coverage of the shop's states and events: against all that a walk through the demo shop finds.

use std::collections::BTreeSet;

pub use engine::transcript::coverage::Coverage;

use crate::turn::is_place;

/// Of nothing yet.
pub fn coverage() -> Coverage {
    Coverage::new(column)
}

/// The table that is committed beside the transcripts.
pub fn against_the_atlas(coverage: &Coverage) -> String {
    let atlas = crate::atlas::atlas();
    let edges: BTreeSet<_> = atlas.edges.keys().map(|(state, event)| (state.as_str(), column(event))).collect();
    let states: Vec<_> = atlas.states.iter().map(String::as_str).collect();
    coverage.table(&states, &edges.into_iter().collect::<Vec<_>>())
}

/// Places can be gone to from everywhere, by construction: they share a column.
fn column(event: &str) -> &str {
    if is_place(event) { "place" } else { event }
}
