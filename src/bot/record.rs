//! What a turn did, and how long its parts took: for the map beside the chat, for the recorder, for coverage.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use dialogues::machine::Effect;
use dialogues::shop::Catalogue;
use dialogues::transcript::TurnTrace;
use tokio::sync::mpsc;

use crate::store::{CommandRecord, Loaded};

/// Where records of turns go.
pub type Records = mpsc::UnboundedSender<TurnRecord>;

/// A turn that was committed and shown.
#[derive(Debug, Clone)]
pub struct TurnRecord {
    pub chat: i64,
    pub update: i64,
    /// When the turn began, by the system's clock.
    pub at: DateTime<Utc>,
    /// From which state by which event to which state; the person's name is not known here.
    pub trace: TurnTrace,
    /// What the world was asked for, in short words.
    pub effects: Vec<String>,
    /// load, decide, commit, show.
    pub steps: Vec<Span>,
    pub commands: Vec<CommandRecord>,
    /// The shelves as the turn saw them.
    pub catalogue: Arc<Catalogue>,
    /// What was kept of the customer when the turn began.
    pub before: Loaded,
}

/// A part of a turn.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub name: &'static str,
    /// Since the turn began.
    pub start: Duration,
    pub took: Duration,
}

/// A turn that is committed and about to be shown; its record is complete when it has been.
pub(super) struct OpenRecord {
    pub(super) trace: TurnTrace,
    pub(super) effects: Vec<String>,
    pub(super) commands: Vec<CommandRecord>,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) before: Loaded,
    pub(super) watch: Stopwatch,
}

impl OpenRecord {
    pub(super) fn close(mut self, chat: i64, update: i64) -> TurnRecord {
        self.watch.lap("show");
        let Self { trace, effects, commands, catalogue, before, watch: Stopwatch { at, steps, .. } } = self;
        TurnRecord { chat, update, at, trace, effects, steps, commands, catalogue, before }
    }
}

/// Measures the parts of a turn, one after the other.
pub(super) struct Stopwatch {
    began: Instant,
    at: DateTime<Utc>,
    last: Duration,
    steps: Vec<Span>,
}

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self { began: Instant::now(), at: Utc::now(), last: Duration::ZERO, steps: Vec::new() }
    }

    /// A part begins here, whatever came before it: a turn that lost a race is played again from its load.
    pub(super) fn again(&mut self) {
        self.steps.clear();
        self.last = self.began.elapsed();
    }

    /// A part ends here.
    pub(super) fn lap(&mut self, name: &'static str) {
        let now = self.began.elapsed();
        self.steps.push(Span { name, start: self.last, took: now.saturating_sub(self.last) });
        self.last = now;
    }

    /// The parts so far.
    pub(super) fn steps(&self) -> &[Span] {
        &self.steps
    }

    /// Since the turn began.
    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}

/// Effects in short words, without anybody's contact data.
pub(super) fn words(effects: &[Effect]) -> Vec<String> {
    let one = |effect: &Effect| match effect {
        Effect::KeepCart(cart) => {
            let lines = cart.lines.iter().map(|line| format!("{} × {}", line.title, line.quantity.get()));
            format!("KeepCart({})", lines.collect::<Vec<_>>().join(", "))
        }
        Effect::KeepCustomer(_) => "KeepCustomer".to_owned(),
        Effect::PlaceOrder(order) => format!("PlaceOrder({})", order.number),
        Effect::Forget => "Forget".to_owned(),
        Effect::SetActive(active) => format!("SetActive({active})"),
        Effect::StartMailing(mailing) => format!("StartMailing({})", mailing.id),
        Effect::SteerMailing(id, steering) => format!("SteerMailing({id}, {})", steering.steer()),
    };
    effects.iter().map(one).collect()
}
