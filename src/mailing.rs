//! Mailings: one letter to many customers, at a pace that Telegram allows, whatever is killed meanwhile.
//!
//! ```text
//! /mail ── Effect::StartMailing ─┐                 ┌ lease: one process at a time, a token that only grows
//! REST ────── Store::add_mailing ┼─ mailings ── worker ── claim ── pace ── post ── ledger
//! news ─── Store::mail_news ─────┘                 └ report: one message that is edited
//! ```
//!
//! [`Mailer`] is a worker that a bot keeps; its [`Bell`] is rung when there may be something to do. `worker` looks for work under a lease; `round` brings one mailing through its ledger;
//! [`pace`] spaces messages, and lets replies go first; `report` tells owners; [`Post`] is how messages leave.

pub mod pace;
mod post;
mod report;
mod round;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use dialogues::shop::{Catalogue, Zone};
use tokio::sync::watch;

pub use self::pace::{Pace, Speed};
pub use self::post::{Post, PostError};
use self::worker::Worker;
use crate::store::{Store, StoreError};
use crate::tasks::{Ended, Task, supervise};

/// A letter on its way has so long to arrive when the worker is stopped.
const LETTER_TIMEOUT: Duration = Duration::from_secs(3);

/// How mailings are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailingOptions {
    pub speed: Speed,
    /// Whoever has not been heard of for so long is taken over from.
    pub lease: TimeDelta,
    /// How often we look for what another process has begun.
    pub look: TimeDelta,
}

impl Default for MailingOptions {
    fn default() -> Self {
        Self { speed: Speed::default(), lease: TimeDelta::seconds(15), look: TimeDelta::seconds(2) }
    }
}

impl MailingOptions {
    /// As fast as can be: for tests that are about something else.
    pub fn at_once() -> Self {
        Self { speed: Speed::unlimited(), ..Self::default() }
    }
}

/// Whether something is to be done, or being done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Bustle {
    rung: bool,
    working: bool,
    /// The letter that is on its way is the last one.
    stopping: bool,
}

/// Calls a worker, and tells when it has nothing to do. Clones are one bell.
#[derive(Debug, Clone, Default)]
pub struct Bell(watch::Sender<Bustle>);

impl Bell {
    /// There may be something to do, or a clock was moved.
    pub fn ring(&self) {
        self.0.send_modify(|bustle| bustle.rung = true);
    }

    /// Resolves when there is nothing to do now.
    pub async fn silence(&self) {
        let mut bustle = self.0.subscribe();
        // The sender lives as long as `self`: waiting cannot fail.
        let _ = bustle.wait_for(|bustle| *bustle == Bustle::default()).await;
    }

    /// Whether there is nothing to do now.
    pub fn is_silent(&self) -> bool {
        *self.0.borrow() == Bustle::default()
    }

    fn work(&self) {
        self.0.send_modify(|bustle| (bustle.rung, bustle.working) = (false, true));
    }

    fn stop(&self) {
        self.0.send_modify(|bustle| (bustle.rung, bustle.stopping) = (true, true));
    }

    fn is_stopping(&self) -> bool {
        self.0.borrow().stopping
    }

    fn rest(&self) {
        self.0.send_modify(|bustle| bustle.working = false);
    }

    async fn rings(&self) {
        let mut bustle = self.0.subscribe();
        let _ = bustle.wait_for(|bustle| bustle.rung).await;
    }
}

/// What a worker is made of.
pub struct MailerParts<P> {
    pub store: Store,
    pub post: Arc<P>,
    pub pace: Arc<Pace>,
    /// Who is told about mailings that nobody of them wrote.
    pub owners: Vec<i64>,
    /// The shop's time zone, for what letters and reports say.
    pub zone: Zone,
    pub options: MailingOptions,
    /// Calls the worker.
    pub bell: Bell,
    /// Tells of news; without it they are looked for as often as other work.
    pub catalogue: Option<watch::Receiver<Arc<Catalogue>>>,
}

/// A worker that runs until it is dropped.
#[derive(Debug)]
pub struct Mailer {
    bell: Bell,
    task: Task,
}

// Not derived: that would ask for a `P` that can be cloned.
impl<P> Clone for MailerParts<P> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            post: Arc::clone(&self.post),
            pace: Arc::clone(&self.pace),
            owners: self.owners.clone(),
            zone: self.zone,
            options: self.options,
            bell: self.bell.clone(),
            catalogue: self.catalogue.clone(),
        }
    }
}

impl Mailer {
    /// Starts a worker. What has been published before the first start of all is not mailed.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn start<P: Post>(parts: MailerParts<P>) -> Result<Self, StoreError> {
        parts.store.begin_news().await?;
        parts.store.name_nobody_any_more().await?;
        parts.bell.ring();
        let bell = parts.bell.clone();
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
        Ok(Self { bell, task })
    }

    /// Lets the letter that is on its way arrive, writes everything down, and leaves the rest to others; after a while
    /// it ends whatever it is doing.
    pub async fn stop(mut self) {
        self.bell.stop();
        let _ = tokio::time::timeout(LETTER_TIMEOUT, self.task.ended()).await;
    }

    /// Ends the worker at whatever it is doing, as a crash would, and waits until it has ended.
    pub async fn kill(mut self) {
        self.task.abort();
        let _ = self.task.ended().await;
    }
}
