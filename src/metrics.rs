//! What is counted and timed, for Prometheus: `GET /metrics`.
//!
//! | group | tells |
//! |---|---|
//! | [`turns`] | turns by flow, states, event and outcome; how long each step takes; races, screens, orders |
//! | [`doors`] | updates that come in, what the webhook answers, how the queue stands |
//! | [`telegram`] | Bot API calls, refusals, how long Telegram asks us to wait; the webhook as Telegram sees it |
//! | [`database`] | MongoDB commands and connections, its disk, the catalogue's age, what was given up |
//! | [`mailings`] | letters by what became of them, how many are left |
//! | [`tasks`] | long-lived tasks: which run, how often each was started again |
//! | [`machine`] | this process and this machine, out of `/proc`; the age of the newest backup |
//!
//! Rules: names as Prometheus wants them (`shopkeeper_…`, seconds, bytes, `_total`), a HELP for each. A label has
//! few values, all of them ours or Telegram's: never a chat, a text, an address, a token. Whoever has a [`Metrics`] has
//! a registry of its own, so that two bots in one process do not count into each other. On a turn's way a label is
//! looked up without an allocation; what can be read when it is asked for is not kept up to date, but asked then:
//! see [`Metrics::ask_when_told`].

pub mod database;
pub mod doors;
pub mod machine;
pub mod mailings;
mod register;
pub mod tasks;
pub mod telegram;
pub mod turns;

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus::{Registry, TextEncoder};

use self::database::Database;
use self::doors::Doors;
use self::machine::Machine;
use self::mailings::Mailings;
use self::register::Register;
use self::tasks::Tasks;
use self::telegram::Telegram;
use self::turns::Turns;

/// What is sent as the content type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// How fast a step, a command or a call is, in seconds: from a tenth of a millisecond to what nobody waits for.
const BUCKETS: &[f64] =
    &[0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

type Question = Box<dyn Fn(&Groups) + Send + Sync>;

/// All metrics of one bot. Clones count together.
#[derive(Clone)]
pub struct Metrics {
    all: Arc<All>,
}

struct All {
    registry: Registry,
    groups: Groups,
    questions: Mutex<Vec<Question>>,
}

/// The metrics by what they are about.
pub struct Groups {
    pub turns: Turns,
    pub doors: Doors,
    pub telegram: Telegram,
    pub database: Database,
    pub mailings: Mailings,
    pub tasks: Tasks,
    pub machine: Machine,
}

impl Metrics {
    /// Metrics that nobody else counts into.
    pub fn new() -> Self {
        let registry = Registry::new();
        let register = Register(&registry);
        let groups = Groups {
            turns: Turns::new(&register),
            doors: Doors::new(&register),
            telegram: Telegram::new(&register),
            database: Database::new(&register),
            mailings: Mailings::new(&register),
            tasks: Tasks::new(&register),
            machine: Machine::new(&register),
        };
        Self { all: Arc::new(All { registry, groups, questions: Mutex::default() }) }
    }

    /// Asks this whenever the metrics are told. Whoever answers holds what it asks weakly, so that it may end.
    pub fn ask_when_told(&self, question: impl Fn(&Groups) + Send + Sync + 'static) {
        self.all.questions.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(question));
    }

    /// Everything in Prometheus' text format.
    pub fn text(&self) -> String {
        self.machine.look();
        self.tasks.look();
        for question in &*self.all.questions.lock().unwrap_or_else(PoisonError::into_inner) {
            question(self);
        }
        // Only what has no samples, or two types, cannot be written; the registry has let none of that in.
        TextEncoder::new().encode_to_string(&self.all.registry.gather()).unwrap_or_default()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
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
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn clones_count_together_and_others_apart() {
        let (ours, theirs) = (Metrics::new(), Metrics::new());
        ours.clone().turns.lost_race("revision");
        let line = "shopkeeper_races_lost_total{cause=\"revision\"} 1";
        assert!(ours.text().contains(line), "{}", ours.text());
        assert!(!theirs.text().contains(line));
    }

    #[test]
    fn every_metric_says_what_it_is_and_is_named_by_the_rules() {
        let metrics = Metrics::new();
        metrics.telegram.called("SendMessage", "ok", Duration::from_millis(3));
        let text = metrics.text();
        for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
            let (name, kind) = line.split_once(' ').unwrap();
            assert!(name.starts_with("shopkeeper_") || name.starts_with("process_"), "{name}");
            assert_eq!(name.ends_with("_total"), kind == "counter", "{name} is a {kind}");
            assert!(kind != "histogram" || name.ends_with("_seconds"), "{name}");
            assert!(text.contains(&format!("# HELP {name} ")), "{name}");
        }
        assert!(text.contains("method=\"sendMessage\""), "{text}");
    }

    #[test]
    fn what_is_asked_when_told_is_as_it_is_then() {
        let metrics = Metrics::new();
        let untold = Arc::new(std::sync::atomic::AtomicI64::new(1));
        let (asked, count) = (Arc::downgrade(&untold), std::sync::atomic::Ordering::SeqCst);
        metrics.ask_when_told(move |groups| {
            let Some(untold) = asked.upgrade() else { return };
            groups.turns.notices_waiting(untold.load(count));
        });
        assert!(metrics.text().contains("shopkeeper_owner_notices_waiting 1"));
        untold.store(2, count);
        assert!(metrics.text().contains("shopkeeper_owner_notices_waiting 2"));
    }
}
