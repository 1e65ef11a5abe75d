//! The turn protocol, explored: every interleaving of a few updates, processes and mishaps.
//!
//! `MODEL=large` explores larger configurations beside those of every run: minutes instead of seconds.

#![expect(clippy::print_stdout, reason = "the exploration tells how far it got")]

mod model {
    mod explored;
    mod last_item;
    mod limits;
    mod planted;
    pub(crate) mod runs;
}
