//! Events that were delivered to the owner's other programs.

use prometheus::IntCounterVec;
use shell::metrics::Register;

/// Tries of deliveries, by what has come of them.
pub struct EventDeliveries {
    tries: IntCounterVec,
}

impl EventDeliveries {
    pub(super) fn new(register: &Register<'_>) -> Self {
        let tries = register.counters(
            "event_deliveries_total",
            "Tries to deliver events to webhooks, by outcome: delivered, waiting (it is tried again) or failed (it is not).",
            &["outcome"],
        );
        for outcome in ["delivered", "waiting", "failed"] {
            tries.with_label_values(&[outcome]);
        }
        Self { tries }
    }

    /// One was tried.
    pub fn tried(&self, outcome: &str) {
        self.tries.with_label_values(&[outcome]).inc();
    }
}
