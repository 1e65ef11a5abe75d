//! How updates come in, and what waits.

use std::time::Duration;

use prometheus::{Gauge, IntCounter, IntCounterVec, IntGauge};

use super::register::Register;

/// Updates on their way in.
#[derive(Clone)]
pub struct Doors {
    updates: IntCounterVec,
    answers: IntCounterVec,
    refused: IntCounterVec,
    waiting: IntGauge,
    in_flight: IntGauge,
    lanes: IntGauge,
    oldest: Gauge,
    unshown: IntGauge,
    oldest_unshown: Gauge,
    coalesced: IntCounter,
    owed: IntCounter,
    postponed: IntCounterVec,
    customers_waiting: IntGauge,
    too_fast: IntCounter,
}

/// How the queue stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueFigures {
    /// Updates that wait for their turn.
    pub waiting: usize,
    /// Updates that wait, are being played, or are being shown.
    pub in_flight: usize,
    /// Customers whom any of them are of.
    pub lanes: usize,
    /// How long the oldest one has waited.
    pub oldest: Duration,
    /// Replies that are not shown yet.
    pub unshown: usize,
    /// How long the oldest one has waited to be shown.
    pub oldest_unshown: Duration,
}

impl Doors {
    pub(super) fn new(register: &Register<'_>) -> Self {
        let updates = register.counters(
            "updates_received_total",
            "Updates by door (webhook, polling) and kind. What comes again is counted again.",
            &["door", "kind"],
        );
        let answers = register.counters(
            "webhook_answers_total",
            "What Telegram's calls were answered: 200 (committed), 503 (comes again), 401 (not our secret), 413.",
            &["status"],
        );
        for status in ["200", "401", "413", "503"] {
            answers.with_label_values(&[status]);
        }
        let refused = register.counters(
            "queue_refused_total",
            "Updates that were refused and come again, by reason: full (too many are not committed), unshown (too many \
             replies are not shown), lane (one customer has too many of either), closed (the bot is stopping).",
            &["reason"],
        );
        for reason in ["full", "unshown", "lane", "closed"] {
            refused.with_label_values(&[reason]);
        }
        let postponed = register.counters(
            "updates_postponed_total",
            "Updates that were kept for later while all others were played, by reason: newer (a newer program has written \
             the customer's documents), lane (too many of one customer), away (the store fails for this customer), behind \
             (earlier ones of the customer wait).",
            &["reason"],
        );
        for reason in ["newer", "lane", "away", "behind"] {
            postponed.with_label_values(&[reason]);
        }
        Self {
            updates,
            answers,
            refused,
            waiting: register.gauge("queue_waiting", "Updates that wait for their turn."),
            in_flight: register
                .gauge("queue_in_flight", "Updates that wait, are being played, or are being shown."),
            lanes: register.gauge("queue_lanes", "Customers who have updates in flight."),
            oldest: register
                .measure("queue_oldest_seconds", "How long the oldest update has waited for its turn."),
            unshown: register.gauge("queue_unshown", "Replies to committed updates that are not shown yet."),
            oldest_unshown: register.measure(
                "queue_oldest_unshown_seconds",
                "How long the oldest reply has waited to be shown.",
            ),
            coalesced: register.counter(
                "replies_coalesced_total",
                "Replies that were not shown, because a later screen of the same customer replaced them.",
            ),
            owed: register.counter(
                "replies_owed_total",
                "Customers whose replies were not shown within a second, and were marked durably as owed.",
            ),
            postponed,
            customers_waiting: register.gauge(
                "customers_waiting",
                "Customers whose updates cannot be played now, mostly because a newer program has written their documents.",
            ),
            too_fast: register.counter(
                "updates_too_fast_total",
                "Updates that were skipped, because their customer has sent too many.",
            ),
        }
    }

    /// An update has come in by a door.
    pub fn received(&self, door: &str, kind: &str) {
        self.updates.with_label_values(&[door, kind]).inc();
    }

    /// The webhook has answered; a status that it does not have is counted as `other`.
    pub fn answered(&self, status: u16) {
        let status = match status {
            200 => "200",
            401 => "401",
            413 => "413",
            503 => "503",
            _ => "other",
        };
        self.answers.with_label_values(&[status]).inc();
    }

    /// An update was refused: the queue was `full`, `unshown` or `closed`, or its `lane` was full.
    pub fn refused(&self, reason: &str) {
        self.refused.with_label_values(&[reason]).inc();
    }

    /// An update is skipped, because its customer has sent too many.
    pub fn too_fast(&self) {
        self.too_fast.inc();
    }

    /// An update is kept for later.
    pub fn postponed(&self, reason: &str) {
        self.postponed.with_label_values(&[reason]).inc();
    }

    /// So many customers wait until their updates can be played.
    pub fn waiting_customers(&self, customers: usize) {
        self.customers_waiting.set(customers as i64);
    }

    /// How many customers wait until their updates can be played.
    pub fn customers_waiting(&self) -> i64 {
        self.customers_waiting.get()
    }

    /// So many customers more are owed replies.
    pub fn owed(&self, customers: usize) {
        self.owed.inc_by(customers as u64);
    }

    /// So many replies were replaced by a later one.
    pub fn coalesced(&self, replies: usize) {
        self.coalesced.inc_by(replies as u64);
    }

    /// How the queue stands now.
    pub fn standing(&self, now: QueueFigures) {
        self.waiting.set(now.waiting as i64);
        self.in_flight.set(now.in_flight as i64);
        self.lanes.set(now.lanes as i64);
        self.oldest.set(now.oldest.as_secs_f64());
        self.unshown.set(now.unshown as i64);
        self.oldest_unshown.set(now.oldest_unshown.as_secs_f64());
    }
}
