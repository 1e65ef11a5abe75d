//! Commands, a file for each.

// A command line speaks on stdout.
#![allow(clippy::print_stdout)]

pub mod record;
pub mod replay;
pub mod simulate;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Hears Ctrl-C and systemd's SIGTERM from the moment it is made. Once anybody has listened to them they no longer end the
/// program by themselves: whoever takes time to start keeps one from the beginning, or what comes in between is lost.
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Begins to listen.
    ///
    /// # Errors
    /// The system does not let us listen.
    pub fn listen() -> anyhow::Result<Self> {
        let mut terminated = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
        let mut interrupted = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
        let (told, stop) = watch::channel(false);
        tokio::spawn(async move {
            tokio::select! {
                _ = terminated.recv() => {}
                _ = interrupted.recv() => {}
            }
            told.send_replace(true);
            // As long as somebody may ask.
            told.closed().await;
        });
        Ok(Self(stop))
    }

    /// Resolves once we are told to stop; at once where that was before.
    pub async fn told(&self) {
        // The sender lives as long as we do: waiting cannot fail.
        let _ = self.0.clone().wait_for(|told| *told).await;
    }
}

/// Waits for Ctrl-C or for systemd's SIGTERM.
///
/// # Errors
/// The system does not let us listen.
pub async fn stopped() -> anyhow::Result<()> {
    Stop::listen()?.told().await;
    Ok(())
}
