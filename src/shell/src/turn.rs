//! One update, from load to show.
//!
//! `load → interpret → transition → commit → show`. The commit is conditional on the revision that
//! was loaded: a turn that loses the race is loaded and played again, and no customer ever sees a conflict.
//! Once committed, an update is not played again, however often Telegram brings it: a repeat shows
//! the screen again, unless this very process has shown it already.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::texts::say;
use engine::transcript::TurnTrace;
use engine::{Answer, App, Conversation, Dialogue, Keys, Show, Turn, View, text};
use futures::FutureExt;
use tracing::Span;

use crate::active::Active;
use crate::clock::Clock;
use crate::host::{Commit, Committed, Host, Loaded};
use crate::input::{Incoming, ReceivedUpdate};
use crate::metrics::Metrics;
use crate::mongo::StoreError;
use crate::mongo::owed::{Owed, Portion, kept, kept_with};
use crate::mongo::watch::watched;
use crate::queue::AfterCommit;
use crate::record::{OpenRecord, Records, Stopwatch};
use crate::reply::{CommittedTurn, TAP_ANSWER_LIMIT, TurnReply};
use crate::schema::{Scene, Schema, decide};
use crate::screen::Screen;

/// Races are lost to another process of ours, or to data that has changed: rarely, and hardly twice.
const RACE_RETRIES: usize = 32;
/// A turn's whole work on the store.
const TURN_TIMEOUT: Duration = Duration::from_secs(20);
/// So many updates are remembered by a process, of those that it answers for and of those whose replies it has shown.
const REMEMBERED: usize = 4096;

/// Plays turns.
pub(crate) struct Player<H: Host> {
    pub(crate) host: Arc<H>,
    pub(crate) screen: Arc<Screen<H::App>>,
    pub(crate) schema: Schema<H::App>,
    pub(crate) metrics: Metrics,
    /// Told about every turn.
    pub(crate) records: Option<Records<H>>,
    pub(crate) clock: Clock,
    /// Whether this process may play and show anything.
    pub(crate) active: Active,
    /// Updates that this process has committed or taken over: it answers for their replies.
    pub(crate) ours: Mutex<VecDeque<i64>>,
    /// Updates whose replies this process has shown, or has replaced by later ones.
    pub(crate) shown: Mutex<VecDeque<i64>>,
}

type Result<T, E = StoreError> = std::result::Result<T, E>;

impl<H: Host> Player<H> {
    /// Plays an update up to its commit; what is left is to show it.
    pub(crate) async fn play(self: Arc<Self>, arrived: ReceivedUpdate<H::App>) -> AfterCommit<TurnReply<H>> {
        match self.commit_or_bury(&arrived.incoming).await {
            Ok(played) => {
                // From here on this process answers for showing it.
                remember(&self.ours, arrived.incoming.update);
                AfterCommit::Show(TurnReply::new(self, arrived, played))
            }
            Err(_) if !self.active.is_active() => {
                tracing::info!("turn: it is left to the process that is active now");
                AfterCommit::Standby
            }
            Err(error @ StoreError::Newer { .. }) => {
                self.metrics.turns.ended("newer");
                tracing::warn!(%error, "turn: this customer waits for the newer program");
                AfterCommit::Newer
            }
            Err(error) => {
                self.metrics.turns.ended("away");
                tracing::error!(%error, "turn: it could not be committed, and comes again");
                AfterCommit::Away
            }
        }
    }

    /// Commits the turn. One that cannot succeed, however often it is tried, is put aside: neither
    /// this customer nor the others may wait for it for ever. What cannot be put aside comes again.
    async fn commit_or_bury(&self, incoming: &Incoming<H::App>) -> Result<CommittedTurn<H>> {
        let outcome = match within(self.commit(incoming)).await {
            Some(Ok(played)) => return Ok(played),
            Some(Err(error)) if error.is_away() => return Err(error),
            Some(Err(error)) => {
                tracing::error!(%error, "turn: it cannot be committed");
                "buried"
            }
            None => {
                tracing::error!("turn: it panicked");
                "panicked"
            }
        };
        if self.host.dead_letters().bury(incoming.update, Some(incoming.chat), "the turn failed").await? {
            self.metrics.turns.buried();
        }
        self.metrics.turns.ended(outcome);
        match within(self.apologise(incoming)).await {
            Some(Ok(played)) => Ok(played),
            Some(Err(error)) if error.is_away() => Err(error),
            // It is in the dead letters: that must do.
            _ => Ok(CommittedTurn::nothing()),
        }
    }

    /// Shows what a dialogue owes that another process has not shown.
    pub(crate) async fn pay(self: Arc<Self>, chat: i64, span: Span) -> AfterCommit<TurnReply<H>> {
        let Some(by) = self.active.mark() else { return AfterCommit::Standby };
        let loading = async {
            // From here on it is this process that owes it, and clears the mark.
            self.host.debts().adopt(chat, &by, Clock::system().now()).await?;
            self.host.load(chat).await
        };
        let loaded = match within(loading).await {
            Some(Ok(loaded)) => loaded,
            Some(Err(error)) => {
                tracing::warn!(%error, "owed: the dialogue could not be loaded yet");
                return AfterCommit::Away;
            }
            None => return AfterCommit::Away,
        };
        let portions = self.answer_for(&loaded, |_| true);
        AfterCommit::Show(TurnReply::of_debts(self.clone(), chat, span, portions))
    }

    /// Takes over those of the kept replies that this process does not answer for yet.
    fn answer_for(&self, loaded: &H::Loaded, is_owed: impl Fn(&Owed) -> bool) -> Vec<Portion<H::App>> {
        let now = self.clock.now();
        let kept = loaded.replies().unwrap_or_default().iter();
        let unshown = kept.filter(|owed| is_owed(owed) && !holds(&self.ours, owed.update));
        let taken = unshown.map(|owed| {
            remember(&self.ours, owed.update);
            let mut portion = owed.portion();
            if (now - owed.at).to_std().is_ok_and(|age| age > TAP_ANSWER_LIMIT) {
                portion.tap = None;
            }
            portion
        });
        taken.collect()
    }

    /// Takes over the replies that come before an update and that another process may not have shown: they are marked by
    /// it, or were committed just before it was killed.
    fn earlier(&self, incoming: &Incoming<H::App>, loaded: &H::Loaded) -> Vec<Portion<H::App>> {
        if loaded.replies().is_none_or(<[Owed]>::is_empty) {
            return Vec::new();
        }
        let Some(tenure) = self.active.tenure() else { return Vec::new() };
        let is_marked = loaded.owed_by().is_some_and(|by| self.active.mark().is_none_or(|ours| ours != by));
        let may_be_unshown = |owed: &Owed| {
            is_marked || (owed.epoch < tenure.epoch && tenure.doubtful_from.is_some_and(|from| owed.at >= from))
        };
        self.answer_for(loaded, |owed| owed.update < incoming.update && may_be_unshown(owed))
    }

    /// Replies that this process may not show any more, and does not answer for.
    pub(crate) fn leave(&self, updates: impl Iterator<Item = i64>) {
        updates.for_each(|update| forget(&self.ours, update));
    }

    /// A reply was shown, or replaced by a later one.
    pub(crate) fn is_through(&self, update: i64) {
        remember(&self.shown, update);
    }

    async fn commit(&self, incoming: &Incoming<H::App>) -> Result<CommittedTurn<H>> {
        if self.records.is_none() {
            return self.commit_timed(incoming).await;
        }
        let (played, commands) = watched(self.commit_timed(incoming)).await;
        let mut played = played?;
        if let Some(record) = &mut played.record {
            record.commands = commands;
        }
        Ok(played)
    }

    async fn commit_timed(&self, incoming: &Incoming<H::App>) -> Result<CommittedTurn<H>> {
        let mut watch = Stopwatch::start();
        let mut last = None;
        for _ in 0..RACE_RETRIES {
            let epoch = self.may_play()?;
            watch.again();
            let loaded = self.host.load(incoming.chat).await?;
            let context = self.host.context(incoming, &loaded).await?;
            watch.lap("load");
            if loaded.has_seen(incoming.update) {
                return Ok(self.repeat(incoming, &loaded, &context));
            }
            let now = self.clock.now();
            let from = state_name(loaded.conversation());
            let scene = Scene { before: loaded.conversation().cloned(), input: incoming.input.clone(), context };
            let scene = Arc::new(scene);
            let Turn { conversation, effects, show, event } = decide(&self.schema, Arc::clone(&scene)).await;
            watch.lap("decide");
            let menu = menu(&scene.context, &effects, &show);
            let (earlier, is_shown) = (loaded.replies().unwrap_or_default(), |update| holds(&self.shown, update));
            let replies = match show.is_empty() && incoming.tap.is_none() {
                true => kept(earlier, is_shown, now),
                false => kept_with(earlier, Owed::new(incoming, &show, &menu, now, epoch), is_shown),
            };
            let after = conversation.as_ref();
            let commit =
                Commit { incoming, loaded: &loaded, conversation: after, effects: &effects, replies: &replies };
            if self.may_play()? != epoch {
                // What was loaded may be from before another process was active: it is loaded again.
                continue;
            }
            match self.host.commit(commit).await? {
                Committed::Done => {
                    watch.lap("commit");
                    let to = state_name(conversation.as_ref());
                    let trace = TurnTrace { person: String::new(), from, event: event.to_owned(), to };
                    note(&trace, watch.elapsed());
                    self.metrics.turns.committed(&trace.from, event, &trace.to);
                    watch.steps().iter().for_each(|step| self.metrics.turns.stepped(step.name, step.took));
                    let earlier = self.earlier(incoming, &loaded);
                    let lasting = H::lasts(&effects, conversation.as_ref());
                    let record = self.records.is_some().then(|| OpenRecord {
                        trace,
                        effects: effects.clone(),
                        commands: Vec::new(),
                        scene,
                        before: loaded,
                        watch,
                    });
                    // Before the update counts as done: what waits for quiet must not miss what follows.
                    self.host.committed(incoming, effects);
                    return Ok(CommittedTurn { menu, show, earlier, lasting, record });
                }
                Committed::Again(cause) => {
                    self.metrics.turns.lost_race(cause);
                    last = Some(cause);
                }
            }
        }
        Err(StoreError::Contended(format!(
            "{RACE_RETRIES} races were lost, the last one by its {}",
            last.unwrap_or("")
        )))
    }

    /// The update was committed before: its kept reply, unless this process answers for it already.
    fn repeat(
        &self,
        incoming: &Incoming<H::App>,
        loaded: &H::Loaded,
        context: &<H::App as App>::Context,
    ) -> CommittedTurn<H> {
        let shown = holds(&self.ours, incoming.update);
        let earlier = if shown { Vec::new() } else { self.earlier(incoming, loaded) };
        let kept = loaded.replies().and_then(|replies| replies.iter().find(|owed| owed.update == incoming.update));
        if let (false, Some(owed)) = (shown, kept) {
            self.metrics.turns.ended("repeated");
            tracing::info!("turn: an update came again, whose reply another process has not shown");
            let Portion { show, menu, .. } = owed.portion();
            return CommittedTurn { menu, show, earlier, lasting: true, record: None };
        }
        let show = match loaded.conversation() {
            // A program that keeps no replies has committed it.
            Some(conversation) if !shown && loaded.replies().is_none() => {
                let (view, serial) = (conversation.dialogue.view(context), conversation.serial);
                // A tap edits its message, to the same effect however often; else a message is sent again.
                vec![if incoming.tap.is_some() { Show::Edit { view, serial } } else { Show::Send { view, serial } }]
            }
            _ => Vec::new(),
        };
        self.metrics.turns.ended("repeated");
        tracing::info!(shown, "turn: an update came again");
        CommittedTurn { menu: menu(context, &[], &show), show, earlier, lasting: false, record: None }
    }

    /// Only the active process plays; its epoch.
    fn may_play(&self) -> Result<i64> {
        let tenure = self.active.tenure();
        tenure.map(|tenure| tenure.epoch).ok_or_else(|| StoreError::Away("another process is active".to_owned()))
    }

    /// The update is done, nothing else has changed, and the customer gets a word.
    async fn apologise(&self, incoming: &Incoming<H::App>) -> Result<CommittedTurn<H>> {
        for _ in 0..RACE_RETRIES {
            let loaded = self.host.load(incoming.chat).await?;
            if loaded.has_seen(incoming.update) {
                // It was committed after all, and only the answer was lost.
                let context = self.host.context(incoming, &loaded).await?;
                return Ok(self.repeat(incoming, &loaded, &context));
            }
            let conversation = loaded.conversation().cloned().unwrap_or_default();
            let language = self.host.language(incoming, &loaded);
            let view = View::text(say(language, &text!("failed")));
            // It may be the context that fails: then the words must do without the keyboard.
            let menu = self.host.context(incoming, &loaded).await.map(|context| H::App::menu(&context));
            let (view, menu) = match menu {
                Ok(menu) => (view.menu(), menu),
                Err(_) => (view, Vec::new()),
            };
            let show = vec![Show::Send { view, serial: conversation.serial }];
            let new = Owed::new(incoming, &show, &menu, self.clock.now(), self.may_play()?);
            let earlier = loaded.replies().unwrap_or_default();
            let replies = kept_with(earlier, new, |update| holds(&self.shown, update));
            let conversation = Some(&conversation);
            let commit = Commit { incoming, loaded: &loaded, conversation, effects: &[], replies: &replies };
            if self.host.commit(commit).await? == Committed::Done {
                let earlier = self.earlier(incoming, &loaded);
                return Ok(CommittedTurn { menu, show, earlier, lasting: true, record: None });
            }
        }
        Err(StoreError::Contended("while a failed turn was put aside".to_owned()))
    }
}

fn remember(updates: &Mutex<VecDeque<i64>>, update: i64) {
    let mut remembered = updates.lock().unwrap_or_else(PoisonError::into_inner);
    remembered.push_back(update);
    if remembered.len() > REMEMBERED {
        remembered.pop_front();
    }
}

fn forget(updates: &Mutex<VecDeque<i64>>, update: i64) {
    updates.lock().unwrap_or_else(PoisonError::into_inner).retain(|known| *known != update);
}

fn holds(updates: &Mutex<VecDeque<i64>>, update: i64) -> bool {
    // The newest ones are asked for most.
    updates.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().any(|known| *known == update)
}

/// The main reply keyboard as it is after the turn, where a message brings it.
fn menu<A: App>(context: &A::Context, effects: &[A::Effect], show: &[Show<A>]) -> Vec<Vec<Answer>> {
    let brings = |show: &Show<A>| matches!(show, Show::Send { view: View { keys: Keys::Menu, .. }, .. });
    if !show.iter().any(brings) {
        return Vec::new();
    }
    let mut after = context.clone();
    effects.iter().for_each(|effect| A::apply(&mut after, effect));
    A::menu(&after)
}

/// The line that is logged of a turn when it is committed.
fn note(trace: &TurnTrace, took: Duration) {
    let duration_ms = took.as_millis() as u64;
    let flow = trace.to.split('.').next().unwrap_or_default();
    let (from, event, to) = (&trace.from, &trace.event, &trace.to);
    tracing::info!(flow, event, state.from = from, state.to = to, duration_ms, "turn");
}

/// Bounds a turn's work on the store: a server that has frozen would hold up everybody. `None`: it panicked.
async fn within<T>(work: impl Future<Output = Result<T>>) -> Option<Result<T>> {
    let bounded = tokio::time::timeout(TURN_TIMEOUT, work);
    match AssertUnwindSafe(bounded).catch_unwind().await {
        Ok(Ok(result)) => Some(result),
        Ok(Err(_)) => Some(Err(StoreError::Away("it took too long".to_owned()))),
        Err(_) => None,
    }
}

fn state_name<A: App>(conversation: Option<&Conversation<A>>) -> String {
    conversation.map_or_else(|| "Stranger".to_owned(), |conversation| conversation.dialogue.name())
}
