//! Orders, and what the owners know of them.

use prometheus::{IntCounter, IntGauge};
use shell::metrics::Register;

/// Orders that were placed, and notices of them.
pub struct Orders {
    placed: IntCounter,
    notices_waiting: IntGauge,
    untold: IntGauge,
}

impl Orders {
    pub(super) fn new(register: &Register<'_>) -> Self {
        Self {
            placed: register.counter("orders_total", "Orders placed."),
            notices_waiting: register.gauge("owner_notices_waiting", "Orders that the owners are about to be told of."),
            untold: register.gauge(
                "orders_untold",
                "Orders that the owners could not be told of when that was last tried; it is tried each minute.",
            ),
        }
    }

    /// Orders were placed.
    pub fn placed(&self, orders: usize) {
        self.placed.inc_by(orders as u64);
    }

    /// So many orders are about to be told.
    pub fn notices_waiting(&self, count: i64) {
        self.notices_waiting.set(count);
    }

    /// An order could not be told.
    pub fn untold(&self) {
        self.untold.inc();
    }

    /// So many orders could not be told when all were tried.
    pub fn untold_in_all(&self, count: usize) {
        self.untold.set(count as i64);
    }
}
