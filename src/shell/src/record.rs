//! What a turn did, and how long its parts took: for the map beside the chat, for the recorder, for coverage.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use engine::App;
use engine::transcript::TurnTrace;
use tokio::sync::mpsc;

use crate::host::Host;
use crate::mongo::watch::CommandRecord;
use crate::schema::DecisionInput;

/// Where records of turns go.
pub type Records<H> = mpsc::UnboundedSender<TurnRecord<H>>;

/// A turn that was committed and shown.
#[derive(Debug)]
pub struct TurnRecord<H: Host> {
    pub chat: i64,
    pub update: i64,
    /// When the turn began, by the system's clock.
    pub at: DateTime<Utc>,
    /// From which state by which event to which state; the person's name is not known here.
    pub trace: TurnTrace,
    /// What the application was asked for.
    pub effects: Vec<<H::App as App>::Effect>,
    /// load, decide, commit, show.
    pub steps: Vec<Span>,
    pub commands: Vec<CommandRecord>,
    /// What the turn looked at.
    pub scene: Arc<DecisionInput<H::App>>,
    /// What was kept of the customer when the turn began.
    pub before: H::Loaded,
}

impl<H: Host> Clone for TurnRecord<H> {
    fn clone(&self) -> Self {
        Self {
            chat: self.chat,
            update: self.update,
            at: self.at,
            trace: self.trace.clone(),
            effects: self.effects.clone(),
            steps: self.steps.clone(),
            commands: self.commands.clone(),
            scene: Arc::clone(&self.scene),
            before: self.before.clone(),
        }
    }
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
pub(crate) struct OpenRecord<H: Host> {
    pub(crate) trace: TurnTrace,
    pub(crate) effects: Vec<<H::App as App>::Effect>,
    pub(crate) commands: Vec<CommandRecord>,
    pub(crate) scene: Arc<DecisionInput<H::App>>,
    pub(crate) before: H::Loaded,
    pub(crate) watch: Stopwatch,
}

impl<H: Host> OpenRecord<H> {
    pub(crate) fn close(mut self, chat: i64, update: i64) -> TurnRecord<H> {
        self.watch.lap("show");
        let Self { trace, effects, commands, scene, before, watch: Stopwatch { at, steps, .. } } = self;
        TurnRecord { chat, update, at, trace, effects, steps, commands, scene, before }
    }
}

/// Measures the parts of a turn, one after the other.
pub(crate) struct Stopwatch {
    began: Instant,
    at: DateTime<Utc>,
    last: Duration,
    steps: Vec<Span>,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { began: Instant::now(), at: Utc::now(), last: Duration::ZERO, steps: Vec::new() }
    }

    /// A part begins here, whatever came before it: a turn that lost a race is played again from its load.
    pub(crate) fn again(&mut self) {
        self.steps.clear();
        self.last = self.began.elapsed();
    }

    /// A part ends here.
    pub(crate) fn lap(&mut self, name: &'static str) {
        let now = self.began.elapsed();
        self.steps.push(Span { name, start: self.last, took: now.saturating_sub(self.last) });
        self.last = now;
    }

    /// The parts so far.
    pub(crate) fn steps(&self) -> &[Span] {
        &self.steps
    }

    /// Since the turn began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}
