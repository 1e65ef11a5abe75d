//! Paths of the model of the turn protocol, run against the real shell and a real MongoDB.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "all of this is tests, also the functions between them")]

mod paths {
    mod call_gate;
    mod checks;
    mod commands;
    mod covered;
    mod documents;
    mod door;
    mod frames;
    mod kills;
    mod mongo_gate;
    mod process;
    mod pulse;
    mod run;
    mod stage;
    mod steered;
}
