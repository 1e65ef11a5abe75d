//! The turn protocol, explored: every interleaving of a few updates, processes and mishaps.

#![expect(clippy::print_stdout, reason = "the exploration tells how far it got")]

mod model {
    mod explored;
    pub(crate) mod runs;
}
