//! Which process is the active one, and what the others hand over to it.

use prometheus::{IntCounter, IntCounterVec, IntGauge};

use super::register::Register;

/// The lease of the bot, as this process sees it.
#[derive(Clone)]
pub struct LeaseMetrics {
    active: IntGauge,
    epoch: IntGauge,
    handed_over: IntCounterVec,
    outages: IntCounter,
    returned: IntCounterVec,
}

impl LeaseMetrics {
    pub(super) fn new(register: &Register<'_>) -> Self {
        let handed_over = register.counters(
            "updates_handed_over_total",
            "Updates that came to this process while another one was active, by what that one answered: done, later (they \
             come again), failed (it could not be reached).",
            &["outcome"],
        );
        for outcome in ["done", "later", "failed"] {
            handed_over.with_label_values(&[outcome]);
        }
        let returned = register.counters(
            "customers_after_outages_total",
            "Customers who were here shortly before an outage, by what came of it: asked (their question was shown again), \
             nothing (they were not being asked anything, or have had a turn since), failed.",
            &["outcome"],
        );
        for outcome in ["asked", "nothing", "failed"] {
            returned.with_label_values(&[outcome]);
        }
        Self {
            outages: register
                .counter("outages_total", "Outages that lasted longer than Telegram keeps a tap, and have ended."),
            returned,
            active: register.gauge("active", "1 if this process is the one that takes updates and shows replies."),
            epoch: register
                .gauge("lease_epoch", "How often the active process has changed, when this one was it last."),
            handed_over,
        }
    }

    /// This process has become the active one.
    pub(crate) fn taken(&self, epoch: i64) {
        self.epoch.set(epoch);
    }

    /// Whether this process is the active one now.
    pub(crate) fn standing(&self, active: bool) {
        self.active.set(active.into());
    }

    /// An outage has ended.
    pub(crate) fn outage(&self) {
        self.outages.inc();
    }

    /// What came of an outage for a customer.
    pub(crate) fn returned(&self, outcome: &str) {
        self.returned.with_label_values(&[outcome]).inc();
    }

    /// An update was handed over.
    pub(crate) fn handed_over(&self, outcome: &str) {
        self.handed_over.with_label_values(&[outcome]).inc();
    }
}
