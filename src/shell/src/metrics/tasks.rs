//! Long-lived tasks: which run, and how often each was started again. See [`crate::tasks`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use prometheus::{IntCounterVec, IntGaugeVec};

use super::register::Register;

/// The tasks that are supervised.
#[derive(Clone)]
pub struct Tasks {
    restarts: IntCounterVec,
    up: IntGaugeVec,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    next: u64,
    tasks: BTreeMap<u64, (&'static str, State)>,
}

/// How a task is.
#[derive(Debug, Clone, Copy)]
enum State {
    Up,
    /// It waits to be started again.
    Down,
    /// It runs again, and counts as down until this time.
    Recovering(Instant),
}

impl Tasks {
    pub(super) fn new(register: &Register<'_>) -> Self {
        Self {
            restarts: register.counters(
                "task_restarts_total",
                "Long-lived tasks that were started again, by reason: panicked, ended.",
                &["task", "reason"],
            ),
            up: register.gauges(
                "task_up",
                "Whether a long-lived task runs (1), or is down (0): it has panicked or ended, and has not run well since.",
                &["task"],
            ),
            known: Arc::default(),
        }
    }

    /// A task is supervised from now on, until what is returned is dropped.
    pub fn watch(&self, name: &'static str) -> Health {
        for reason in ["panicked", "ended"] {
            self.restarts.with_label_values(&[name, reason]);
        }
        let mut known = lock(&self.known);
        known.next += 1;
        let id = known.next;
        known.tasks.insert(id, (name, State::Up));
        drop(known);
        Health { id, name, known: Arc::clone(&self.known), restarts: self.restarts.clone() }
    }

    /// The tasks that are down, by name.
    pub fn down(&self) -> Vec<&'static str> {
        let known = lock(&self.known);
        let mut names: Vec<_> =
            known.tasks.values().filter(|(_, state)| state.is_down()).map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Brings the gauge up to date.
    pub(super) fn look(&self) {
        let down = self.down();
        let known = lock(&self.known);
        for (name, _) in known.tasks.values() {
            self.up.with_label_values(&[name]).set(i64::from(!down.contains(name)));
        }
    }
}

impl State {
    fn is_down(self) -> bool {
        match self {
            Self::Up => false,
            Self::Down => true,
            Self::Recovering(until) => Instant::now() < until,
        }
    }
}

/// How one task is, told by its supervisor.
pub struct Health {
    id: u64,
    name: &'static str,
    known: Arc<Mutex<Known>>,
    restarts: IntCounterVec,
}

impl Health {
    /// The task has panicked or ended, which is the `reason`.
    pub fn failed(&self, reason: &str) {
        self.restarts.with_label_values(&[self.name, reason]).inc();
        self.set(State::Down);
    }

    /// It is started again, and counts as down until it has run for so long.
    pub fn restarted(&self, well_after: Duration) {
        self.set(State::Recovering(Instant::now() + well_after));
    }

    fn set(&self, state: State) {
        lock(&self.known).tasks.insert(self.id, (self.name, state));
    }
}

impl Drop for Health {
    fn drop(&mut self) {
        lock(&self.known).tasks.remove(&self.id);
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}
