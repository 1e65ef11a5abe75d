//! Receipts that were sent by e-mail.

use prometheus::IntCounterVec;
use shell::metrics::Register;

/// Tries of receipts, by what has come of them.
pub struct ReceiptMetrics {
    tries: IntCounterVec,
}

impl ReceiptMetrics {
    pub(super) fn new(register: &Register<'_>) -> Self {
        let tries = register.counters(
            "receipts_total",
            "Tries to send receipts by e-mail, by outcome: sent, waiting (it is tried again), refused (by the mail server, for \
             good) or given_up (after three days).",
            &["outcome"],
        );
        for outcome in ["sent", "waiting", "refused", "given_up"] {
            tries.with_label_values(&[outcome]);
        }
        Self { tries }
    }

    /// One was tried.
    pub fn tried(&self, outcome: &str) {
        self.tries.with_label_values(&[outcome]).inc();
    }
}
