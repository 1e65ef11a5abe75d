//! Mailings that this process sends.

use std::sync::atomic::{AtomicI64, Ordering};

use prometheus::{Gauge, IntCounterVec, IntGauge};

use shell::metrics::Register;

/// Letters, and how far the mailing is that is being sent.
pub struct Mailings {
    letters: IntCounterVec,
    remaining: IntGauge,
    waits: Gauge,
    /// Until when Telegram wants no letters, in milliseconds since 1970.
    until: AtomicI64,
}

impl Mailings {
    pub(super) fn new(register: &Register<'_>) -> Self {
        let letters = register.counters(
            "letters_total",
            "Customers' turns in mailings by task (send, correct, recall) and outcome.",
            &["task", "outcome"],
        );
        for outcome in ["sent", "blocked", "deactivated", "not_found", "opted_out", "failed"] {
            letters.with_label_values(&["send", outcome]);
        }
        Self {
            letters,
            remaining: register.gauge(
                "mailing_remaining",
                "Customers who have not had their turn in the mailing that this process is sending; 0 if it sends none.",
            ),
            waits: register.measure(
                "mailing_wait_seconds",
                "How long Telegram still wants no letters from us, since it answered 429 to one.",
            ),
            until: AtomicI64::new(0),
        }
    }

    /// A customer has had their turn.
    pub fn letter(&self, task: &str, outcome: &str) {
        self.letters.with_label_values(&[task, outcome]).inc();
    }

    /// So many have not had their turn.
    pub fn remaining(&self, count: u32) {
        self.remaining.set(i64::from(count));
    }

    /// Telegram wants no letters before this time, in milliseconds since 1970.
    pub fn wait_until(&self, millis: i64) {
        self.until.store(millis, Ordering::Relaxed);
    }

    /// How long that still is, at this time.
    pub fn look(&self, millis: i64) {
        let left = (self.until.load(Ordering::Relaxed) - millis).max(0);
        self.waits.set(left as f64 / 1000.0);
    }
}
