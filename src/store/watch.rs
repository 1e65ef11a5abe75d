//! Counts what the store's client does, and notes when a change stream was last answered.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use shell::mongo::watch::Listener;

use crate::metrics::ShopMetrics;

/// Counts into the metrics.
pub(super) struct Counter {
    pub(super) metrics: ShopMetrics,
    pub(super) heard: Arc<Heard>,
}

/// When the newest answer to a change stream has come: MongoDB answers each second, whether something has changed or not.
#[derive(Debug, Default)]
pub(super) struct Heard(Mutex<Option<Instant>>);

impl Heard {
    fn now(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// How long ago that was.
    pub(super) fn ago(&self) -> Duration {
        let heard = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.map(|heard| heard.elapsed()).unwrap_or_default()
    }
}

impl Listener for Counter {
    fn commanded(&self, name: &str, failed: bool, took: Duration) {
        self.metrics.database.commanded(name, failed, took);
    }

    fn streamed(&self) {
        self.heard.now();
    }

    fn connected(&self, by: i64) {
        self.metrics.database.connected(by);
    }

    fn used(&self, by: i64) {
        self.metrics.database.used(by);
    }
}
