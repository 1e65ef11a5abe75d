//! Turns, and what customers get of them.

use std::time::Duration;

use prometheus::{Histogram, IntCounter, IntCounterVec, IntGauge};

use super::register::Register;

/// Turns, from their update to their screen.
#[derive(Clone)]
pub struct Turns {
    turns: IntCounterVec,
    races: IntCounterVec,
    from_memory: IntCounter,
    from_mongodb: IntCounter,
    wait: Histogram,
    load: Histogram,
    decide: Histogram,
    commit: Histogram,
    show: Histogram,
    reply: Histogram,
    screens: IntCounterVec,
    dead_letters: IntCounter,
    dead_letters_kept: IntGauge,
}

impl Turns {
    pub(super) fn new(register: &Register<'_>) -> Self {
        let turns = register.counters(
            "turns_total",
            "Turns by flow, states, event, and outcome: committed, repeated, away (comes again), newer (comes again when \
             the newer program is back that has written this customer's documents), buried, panicked. Only a committed \
             turn has a flow, states and an event.",
            &["flow", "from", "to", "event", "outcome"],
        );
        for outcome in ["repeated", "away", "newer", "buried", "panicked"] {
            turns.with_label_values(&["", "", "", "", outcome]);
        }
        let races = register.counters(
            "races_lost_total",
            "Turns that were played again because something had changed since they were loaded, by what it was.",
            &["cause"],
        );
        races.with_label_values(&["revision"]);
        let begun = register.counters(
            "turns_begun_total",
            "Turns by where the customer's state was read: memory (kept since an earlier turn), mongodb. A turn that is played \
             again begins again.",
            &["from"],
        );
        let steps = register.times(
            "turn_step_seconds",
            "How long a turn's steps take: wait (in the queue), load, decide, commit, show.",
            &["step"],
        );
        let step = |name: &str| steps.with_label_values(&[name]);
        let (wait, load, decide) = (step("wait"), step("load"), step("decide"));
        let (commit, show) = (step("commit"), step("show"));
        let reply = register
            .time("reply_seconds", "From the moment an update has come in until its screen is shown, or could not be.");
        let screens = register.counters(
            "screens_total",
            "Turns' screens by outcome: shown, unreachable (the customer has blocked the bot), failed.",
            &["outcome"],
        );
        for outcome in ["shown", "unreachable", "failed"] {
            screens.with_label_values(&[outcome]);
        }
        Self {
            turns,
            races,
            from_memory: begun.with_label_values(&["memory"]),
            from_mongodb: begun.with_label_values(&["mongodb"]),
            wait,
            load,
            decide,
            commit,
            show,
            reply,
            screens,
            dead_letters: register.counter("dead_letters_total", "Updates that were given up."),
            dead_letters_kept: register
                .gauge("dead_letters", "Updates that were given up, and neither replayed nor dropped since."),
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

    /// A turn begins from what the process has kept of the customer, or from what it reads from MongoDB.
    pub fn began(&self, from_memory: bool) {
        if from_memory { &self.from_memory } else { &self.from_mongodb }.inc();
    }

    /// Turns can also be played again for these causes: they are counted from 0.
    pub fn causes(&self, causes: &[&str]) {
        causes.iter().for_each(|cause| drop(self.races.with_label_values(&[cause])));
    }

    /// A turn is played again: its `revision` was taken, or what the application names.
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

    /// So many updates that were given up are kept.
    pub fn dead_letters(&self, kept: u64) {
        self.dead_letters_kept.set(i64::try_from(kept).unwrap_or(i64::MAX));
    }

    /// An update was given up.
    pub fn buried(&self) {
        self.dead_letters.inc();
    }
}
