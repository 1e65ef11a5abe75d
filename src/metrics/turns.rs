//! Turns, and what customers and owners get of them.

use std::time::Duration;

use prometheus::{Histogram, IntCounter, IntCounterVec, IntGauge};

use super::register::Register;

/// Turns, from their update to their screen.
pub struct Turns {
    turns: IntCounterVec,
    races: IntCounterVec,
    wait: Histogram,
    load: Histogram,
    decide: Histogram,
    commit: Histogram,
    show: Histogram,
    reply: Histogram,
    screens: IntCounterVec,
    orders: IntCounter,
    notices_waiting: IntGauge,
    orders_untold: IntGauge,
}

impl Turns {
    pub(super) fn new(register: &Register<'_>) -> Self {
        let turns = register.counters(
            "shopkeeper_turns_total",
            "Turns by flow, states, event, and outcome: committed, repeated, away (comes again), newer (comes again when \
             the newer program is back that has written this customer's documents), buried, panicked. Only a committed \
             turn has a flow, states and an event.",
            &["flow", "from", "to", "event", "outcome"],
        );
        for outcome in ["repeated", "away", "newer", "buried", "panicked"] {
            turns.with_label_values(&["", "", "", "", outcome]);
        }
        let races = register.counters(
            "shopkeeper_races_lost_total",
            "Turns that were played again because something had changed since they were loaded, by what it was.",
            &["cause"],
        );
        for cause in ["revision", "stock", "number", "checkout"] {
            races.with_label_values(&[cause]);
        }
        let steps = register.times(
            "shopkeeper_turn_step_seconds",
            "How long a turn's steps take: wait (in the queue), load, decide, commit, show.",
            &["step"],
        );
        let step = |name: &str| steps.with_label_values(&[name]);
        let (wait, load, decide) = (step("wait"), step("load"), step("decide"));
        let (commit, show) = (step("commit"), step("show"));
        let reply = register.time(
            "shopkeeper_reply_seconds",
            "From the moment an update has come in until its screen is shown, or could not be.",
        );
        let screens = register.counters(
            "shopkeeper_screens_total",
            "Turns' screens by outcome: shown, unreachable (the customer has blocked the bot), failed.",
            &["outcome"],
        );
        for outcome in ["shown", "unreachable", "failed"] {
            screens.with_label_values(&[outcome]);
        }
        Self {
            turns,
            races,
            wait,
            load,
            decide,
            commit,
            show,
            reply,
            screens,
            orders: register.counter("shopkeeper_orders_total", "Orders placed."),
            notices_waiting: register
                .gauge("shopkeeper_owner_notices_waiting", "Orders that the owners are about to be told of."),
            orders_untold: register.gauge(
                "shopkeeper_orders_untold",
                "Orders that the owners could not be told of when that was last tried; it is tried each minute.",
            ),
        }
    }

    /// A turn was committed.
    pub fn committed(&self, from: &str, event: &str, to: &str) {
        let flow = to.split('.').next().unwrap_or_default();
        self.turns.with_label_values(&[flow, from, to, event, "committed"]).inc();
    }

    /// An update had no turn of its own: it was `repeated`, `away`, `newer`, `buried`, `panicked`.
    pub fn ended(&self, outcome: &str) {
        self.turns.with_label_values(&["", "", "", "", outcome]).inc();
    }

    /// A turn is played again: its `revision`, the `stock`, its order's `number` or its `checkout` was taken.
    pub fn lost_race(&self, cause: &str) {
        self.races.with_label_values(&[cause]).inc();
    }

    /// An update has waited so long for its turn.
    pub fn waited(&self, took: Duration) {
        self.wait.observe(took.as_secs_f64());
    }

    /// A step of a turn took so long; steps of other names are nobody's.
    pub fn stepped(&self, step: &str, took: Duration) {
        let times = match step {
            "load" => &self.load,
            "decide" => &self.decide,
            "commit" => &self.commit,
            _ => return,
        };
        times.observe(took.as_secs_f64());
    }

    /// A screen is through: `shown`, `unreachable` or `failed`, `whole` after its update has come in.
    pub fn shown(&self, outcome: &str, took: Duration, whole: Duration) {
        self.screens.with_label_values(&[outcome]).inc();
        self.show.observe(took.as_secs_f64());
        self.reply.observe(whole.as_secs_f64());
    }

    /// Orders were placed.
    pub fn placed(&self, orders: usize) {
        self.orders.inc_by(orders as u64);
    }

    /// So many orders are about to be told.
    pub fn notices_waiting(&self, count: i64) {
        self.notices_waiting.set(count);
    }

    /// An order could not be told.
    pub fn untold(&self) {
        self.orders_untold.inc();
    }

    /// So many orders could not be told when all were tried.
    pub fn untold_in_all(&self, count: usize) {
        self.orders_untold.set(count as i64);
    }
}
