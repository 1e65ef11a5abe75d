//! What is counted and timed of a bot, for Prometheus.
//!
//! | group | reports |
//! |---|---|
//! | [`turns`] | turns by flow, states, event and outcome; how long each step takes; races, screens |
//! | [`doors`] | updates that come in, what the webhook answers, how the queue stands |
//! | [`leases`] | whether this process is the active one, and what it hands over |
//! | [`telegram`] | Bot API calls, refusals, how long Telegram asks us to wait; the webhook as Telegram sees it |
//! | [`tasks`] | long-lived tasks: which run, how often each was started again |
//! | [`process`] | memory, files and processor time of this process; this machine's memory |
//!
//! Rules: names begin with the program's, or with `process_` (seconds, bytes, `_total`), a HELP for each. A label has few values, all of them
//! ours or Telegram's: never a chat, a text, an address, a token. A [`Metrics`] has a registry of its own, so that two bots
//! in one process do not count into each other; an application adds its own groups to it by [`Metrics::register`]. On a
//! turn's way a label is looked up without an allocation; what can be read when it is asked for is not kept up to date,
//! but asked then: see [`Metrics::ask_when_told`].

pub mod doors;
pub mod leases;
pub mod process;
mod register;
pub mod tasks;
pub mod telegram;
pub mod turns;

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus::{Registry, TextEncoder};

use self::doors::Doors;
use self::leases::LeaseMetrics;
use self::process::Process;
pub use self::register::Register;
use self::tasks::Tasks;
use self::telegram::TelegramMetrics;
use self::turns::Turns;
use crate::Names;

/// What is sent as the content type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// How fast a step, a command or a call is, in seconds: from a tenth of a millisecond to what nobody waits for.
const BUCKETS: &[f64] =
    &[0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

type Question = Box<dyn Fn() + Send + Sync>;

/// All metrics of one bot. Clones count together.
#[derive(Clone)]
pub struct Metrics {
    all: Arc<All>,
}

struct All {
    names: Names,
    registry: Registry,
    groups: Groups,
    questions: Mutex<Vec<Question>>,
}

/// The metrics by what they are about.
#[derive(Clone)]
pub struct Groups {
    pub turns: Turns,
    pub doors: Doors,
    pub leases: LeaseMetrics,
    pub telegram: TelegramMetrics,
    pub tasks: Tasks,
    pub process: Process,
}

impl Metrics {
    /// Metrics of a program that nobody else counts into.
    pub fn new(names: Names) -> Self {
        let registry = Registry::new();
        let register = Register { registry: &registry, program: names.program };
        let groups = Groups {
            turns: Turns::new(&register),
            doors: Doors::new(&register),
            leases: LeaseMetrics::new(&register),
            telegram: TelegramMetrics::new(&register),
            tasks: Tasks::new(&register),
            process: Process::new(&register),
        };
        Self { all: Arc::new(All { names, registry, groups, questions: Mutex::default() }) }
    }

    /// What the program is called.
    pub fn names(&self) -> Names {
        self.all.names
    }

    /// Where an application puts groups of its own.
    pub fn register(&self) -> Register<'_> {
        Register { registry: &self.all.registry, program: self.all.names.program }
    }

    /// Asks this whenever the metrics are told. The closure holds what it asks weakly, so that it may end.
    pub fn ask_when_told(&self, question: impl Fn() + Send + Sync + 'static) {
        self.all.questions.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(question));
    }

    /// Everything in Prometheus' text format.
    pub fn text(&self) -> String {
        self.tasks.look();
        self.process.look();
        self.all.questions.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|question| question());
        // Only what has no samples, or two types, cannot be written; the registry has let none of that in.
        TextEncoder::new().encode_to_string(&self.all.registry.gather()).unwrap_or_default()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Deref for Metrics {
    type Target = Groups;

    fn deref(&self) -> &Groups {
        &self.all.groups
    }
}

#[cfg(test)]
impl Metrics {
    /// Metrics for a test.
    pub(crate) fn of_tests() -> Self {
        Self::new(Names { program: "bot", settings: "BOT" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_count_together_and_others_apart() {
        let (ours, theirs) = (Metrics::of_tests(), Metrics::of_tests());
        ours.clone().turns.lost_race("revision");
        let line = "bot_races_lost_total{cause=\"revision\"} 1";
        assert!(ours.text().contains(line), "{}", ours.text());
        assert!(!theirs.text().contains(line));
    }

    #[test]
    fn what_is_asked_when_told_is_as_it_is_then() {
        let metrics = Metrics::of_tests();
        let standing = Arc::new(std::sync::atomic::AtomicUsize::new(1));
        let (asked, count) = (Arc::downgrade(&standing), std::sync::atomic::Ordering::SeqCst);
        let doors = metrics.doors.clone();
        metrics.ask_when_told(move || {
            let Some(waiting) = asked.upgrade().map(|waiting| waiting.load(count)) else { return };
            doors.standing(doors::QueueFigures { waiting, ..Default::default() });
        });
        assert!(metrics.text().contains("bot_queue_waiting 1"));
        standing.store(2, count);
        assert!(metrics.text().contains("bot_queue_waiting 2"));
    }
}
