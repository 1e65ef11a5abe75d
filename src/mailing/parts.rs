//! What a worker is made of, and the signal that calls it.

use std::sync::Arc;

use chrono::TimeDelta;
use dialogues::shop::{Catalogue, Zone};
use tokio::sync::watch;

use super::pace::{RateLimit, RateLimiter};
use crate::staff::Staff;
use crate::store::Store;

/// How mailings are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailingOptions {
    pub speed: RateLimit,
    /// Whoever has not been heard of for so long is taken over from.
    pub lease: TimeDelta,
    /// How often we look for what another process has begun.
    pub look: TimeDelta,
}

impl Default for MailingOptions {
    fn default() -> Self {
        Self { speed: RateLimit::default(), lease: TimeDelta::seconds(15), look: TimeDelta::seconds(2) }
    }
}

impl MailingOptions {
    /// As fast as can be: for tests that are about something else.
    pub fn at_once() -> Self {
        Self { speed: RateLimit::unlimited(), ..Self::default() }
    }
}

/// Whether something is to be done, or being done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct WorkerState {
    rung: bool,
    working: bool,
    /// The letter that is on its way is the last one.
    stopping: bool,
}

/// Calls a worker, and tells when it has nothing to do. Clones are one signal.
#[derive(Debug, Clone, Default)]
pub struct WorkSignal(watch::Sender<WorkerState>);

impl WorkSignal {
    /// There may be something to do, or a clock was moved.
    pub fn raise(&self) {
        self.0.send_modify(|bustle| bustle.rung = true);
    }

    /// Resolves when there is nothing to do now.
    pub async fn silence(&self) {
        let mut bustle = self.0.subscribe();
        // The sender lives as long as `self`: waiting cannot fail.
        let _ = bustle.wait_for(|bustle| *bustle == WorkerState::default()).await;
    }

    /// Whether there is nothing to do now.
    pub fn is_silent(&self) -> bool {
        *self.0.borrow() == WorkerState::default()
    }

    pub(super) fn work(&self) {
        self.0.send_modify(|bustle| (bustle.rung, bustle.working) = (false, true));
    }

    pub(super) fn stop(&self) {
        self.0.send_modify(|bustle| (bustle.rung, bustle.stopping) = (true, true));
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.0.borrow().stopping
    }

    pub(super) fn rest(&self) {
        self.0.send_modify(|bustle| bustle.working = false);
    }

    pub(super) async fn raised(&self) {
        let mut bustle = self.0.subscribe();
        let _ = bustle.wait_for(|bustle| bustle.rung).await;
    }
}

/// What a worker is made of.
pub struct MailerParts<P> {
    pub store: Store,
    pub post: Arc<P>,
    pub pace: Arc<RateLimiter>,
    /// Whose owners are told about mailings that nobody of them wrote.
    pub staff: Staff,
    /// The shop's time zone, for what letters and reports say.
    pub zone: Zone,
    pub options: MailingOptions,
    /// Calls the worker.
    pub signal: WorkSignal,
    /// Tells of news; without it they are looked for as often as other work.
    pub catalogue: Option<watch::Receiver<Arc<Catalogue>>>,
}

// Not derived: that would ask for a `P` that can be cloned.
impl<P> Clone for MailerParts<P> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            post: Arc::clone(&self.post),
            pace: Arc::clone(&self.pace),
            staff: self.staff.clone(),
            zone: self.zone,
            options: self.options,
            signal: self.signal.clone(),
            catalogue: self.catalogue.clone(),
        }
    }
}
