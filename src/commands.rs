//! One file per subcommand.

pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod flows;
pub(crate) mod keys;
pub(crate) mod preflight;
pub(crate) mod record;
pub(crate) mod replay;
pub(crate) mod replica_set;
pub(crate) mod restore;
pub(crate) mod seed;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod transcripts;

use std::io::{IsTerminal, Write};

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

/// What to do when MongoDB does not answer.
pub(crate) const NO_MONGODB: &str =
    "MONGODB_URI names a MongoDB that cannot be used: check that it runs, that it is a replica set, and the address";

/// Waits for Ctrl-C or for systemd's SIGTERM.
pub(crate) async fn stopped() -> anyhow::Result<()> {
    let mut terminated = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    tokio::select! {
        stopped = tokio::signal::ctrl_c() => stopped.context("cannot listen for Ctrl-C"),
        _ = terminated.recv() => Ok(()),
    }
}

/// Tells how far a backup or a restore is, where somebody looks on.
pub(crate) fn told_on_a_terminal() -> impl FnMut(&str, u64) {
    let watched = std::io::stderr().is_terminal();
    move |collection, documents| {
        if watched {
            let _ = write!(std::io::stderr(), "\r\x1b[K{collection}: {documents}\r");
        }
    }
}
