//! Mailings: one letter to many customers, at a pace that Telegram allows, whatever is killed meanwhile.
//!
//! ```text
//! /mail ── Effect::StartMailing ─┐                 ┌ lease: one process at a time, a token that only grows
//! REST ────── Store::add_mailing ┼─ mailings ── worker ── claim ── pace ── post ── ledger
//! news ─── Store::mail_news ─────┘                 └ report: one message that is edited
//! ```
//!
//! [`Mailer`] is a worker that a bot keeps; its [`WorkSignal`] is raised when there may be something to do. `worker` looks for work under a lease; `round` brings one mailing through its ledger;
//! [`pace`] spaces messages, and lets replies go first; `report` tells owners; [`MessageGateway`] is how messages leave.

pub mod pace;
mod parts;
mod post;
mod report;
mod round;
mod worker;

use std::time::Duration;

pub use self::pace::{RateLimit, RateLimiter};
pub use self::parts::{MailerParts, MailingOptions, WorkSignal};
pub use self::post::{MessageGateway, PostError};
use self::worker::Worker;
use crate::store::StoreError;
use crate::tasks::{Ended, Task, supervise};

/// A letter on its way has so long to arrive when the worker is stopped.
const LETTER_TIMEOUT: Duration = Duration::from_secs(3);

/// A worker that runs until it is dropped.
#[derive(Debug)]
pub struct Mailer {
    signal: WorkSignal,
    task: Task,
}

impl Mailer {
    /// Starts a worker. What has been published before the first start of all is not mailed.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn start<P: MessageGateway>(parts: MailerParts<P>) -> Result<Self, StoreError> {
        parts.store.begin_news().await?;
        parts.store.name_nobody_any_more().await?;
        parts.signal.raise();
        let signal = parts.signal.clone();
        // Its name on the lease: a worker that is started again goes on at once with what it has.
        let name = format!("{:016x}", rand::random::<u64>());
        let metrics = parts.store.metrics().shell().clone();
        let task = supervise(&metrics, "mailings", move || {
            let worker = Worker::new(parts.clone(), name.clone());
            async move {
                worker.run().await;
                Ended::Done
            }
        });
        Ok(Self { signal, task })
    }

    /// Lets the letter that is on its way arrive, writes everything down, and leaves the rest to others; after a while
    /// it ends whatever it is doing.
    pub async fn stop(mut self) {
        self.signal.stop();
        let _ = tokio::time::timeout(LETTER_TIMEOUT, self.task.ended()).await;
    }

    /// Ends the worker at whatever it is doing, as a crash would, and waits until it has ended.
    pub async fn kill(mut self) {
        self.task.abort();
        let _ = self.task.ended().await;
    }
}
