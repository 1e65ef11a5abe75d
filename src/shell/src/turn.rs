//! One update, from load to show.
//!
//! `load → interpret → transition → commit → show`. The commit is conditional on the revision that was loaded: a turn that
//! loses the race is loaded and played again, and no customer ever sees a conflict. Once committed, an update is not played
//! again, however often Telegram brings it: a repeat shows what was kept of its reply, unless this very process has shown it.
//!
//! The order of these steps is that of [`engine::protocol::Play`]; this drives it.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::protocol::{Ack, Ask, Before, Heard, KeptReply, Play, ReplyKind};
use engine::texts::say;
use engine::transcript::TurnTrace;
use engine::{App, Conversation, Dialogue, Keyboard, Output, ReplyButton, Turn, View, text};
use futures::FutureExt;

use crate::active::{Active, Tenure};
use crate::cache::Since;
use crate::clock::Clock;
use crate::deadlines::Alarms;
use crate::host::{Commit, Committed, Host, Loaded};
use crate::input::{Incoming, ReceivedUpdate};
use crate::metrics::Metrics;
use crate::mongo::StoreError;
use crate::mongo::deadlines::{is_of_deadline, update_id};
use crate::mongo::owed::{Owed, Portion, kept, kept_with};
use crate::mongo::watch::{CommandRecord, watched};
use crate::queue::AfterCommit;
use crate::record::{OpenRecord, Records, Stopwatch};
use crate::reply::{CommittedTurn, TurnReply};
use crate::returning::Returning;
use crate::schema::{DecisionInput, Schema, decide};
use crate::screen::Screen;
use crate::tapped;

mod back;
mod owing;
mod remembered;
mod too_fast;

use self::remembered::{forget, holds, remember};

/// Races are lost to another process of ours, or to data that has changed: rarely, and hardly twice.
const RACE_RETRIES: u16 = 32;
/// A turn's whole work on the store.
const TURN_TIMEOUT: Duration = Duration::from_secs(20);

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
    /// Who is asked again after an outage, as long as they have not had a turn.
    pub(crate) returning: Arc<Returning>,
    /// Told about every deadline.
    pub(crate) alarms: Arc<Alarms>,
    /// Updates that this process has committed or taken over: it answers for their replies.
    pub(crate) ours: Mutex<VecDeque<i64>>,
    /// Updates whose replies this process has shown, or has replaced by later ones.
    pub(crate) shown: Mutex<VecDeque<i64>>,
    /// Updates of which it is not known whether they are committed: MongoDB has not answered. Nobody shows their replies
    /// before they come again, and nothing newer may be shown before that.
    pub(crate) unheard: Mutex<VecDeque<i64>>,
    /// The epoch from which on all of them were remembered ([`Tenure::unbroken_from`]): what was shown before another process
    /// was active says nothing about what stands in a chat now.
    pub(crate) remembered_from: Mutex<i64>,
}

type Result<T, E = StoreError> = std::result::Result<T, E>;

/// What has come of the asks so far.
struct Steps<H: Host> {
    watch: Stopwatch,
    /// The epoch in which the load began.
    epoch: i64,
    loaded: Option<H::Loaded>,
    /// When that was read; `None`: it is not known, or the turn has begun before.
    since: Option<Since>,
    /// `None` also where it is of no concern to an apology.
    context: Option<<H::App as App>::Context>,
    decided: Option<Decided<H>>,
    commands: Vec<CommandRecord>,
    /// What has failed last, and the label of its metric.
    failure: (String, &'static str),
}

/// What is to be committed, and then shown.
struct Decided<H: Host> {
    conversation: Option<Conversation<H::App>>,
    effects: Vec<<H::App as App>::Effect>,
    show: Vec<Output<H::App>>,
    menu: Vec<Vec<ReplyButton>>,
    replies: Vec<Owed>,
    /// What was looked at, and what the input was taken for; `None`: it is an apology.
    turn: Option<(Arc<DecisionInput<H::App>>, &'static str)>,
}

impl<H: Host> Steps<H> {
    fn new() -> Self {
        Self {
            watch: Stopwatch::start(),
            epoch: 0,
            loaded: None,
            since: None,
            context: None,
            decided: None,
            commands: Vec::new(),
            failure: (String::new(), "buried"),
        }
    }
}

impl<H: Host> Player<H> {
    /// Plays an update up to its commit; what is left is to show it.
    pub(crate) async fn play(self: Arc<Self>, arrived: ReceivedUpdate<H::App>) -> AfterCommit<TurnReply<H>> {
        let (mut steps, (mut play, mut ask)) = (Steps::new(), Play::begin(RACE_RETRIES));
        loop {
            let incoming = &arrived.incoming;
            ask = match ask {
                Ask::Load | Ask::Decide | Ask::Apologise | Ask::Commit => {
                    match within(self.work(&mut play, ask, incoming, &mut steps)).await {
                        Ok(ask) => ask,
                        Err(heard) => {
                            tracing::error!(?heard, "turn: it has not ended");
                            steps.failure = (format!("{heard:?}"), "panicked");
                            play.hear(heard)
                        }
                    }
                }
                Ask::Bury if incoming.input.is_by_itself() => {
                    // Nobody has asked for anything: nothing is put aside, and nobody is told.
                    tracing::error!(error = steps.failure.0, "turn: what was to happen by itself is given up");
                    self.metrics.turns.ended(steps.failure.1);
                    let nothing = CommittedTurn::nothing(steps.epoch);
                    return AfterCommit::Show(TurnReply::new(self, arrived, nothing));
                }
                Ask::Bury => play.hear(self.bury(incoming, &mut steps).await),
                Ask::Reply(reply) => {
                    let played = self.committed(reply, incoming, steps);
                    // From here on this process answers for showing it.
                    remember(&self.ours, incoming.update);
                    return AfterCommit::Show(TurnReply::new(self, arrived, played));
                }
                Ask::HandOver => {
                    tracing::info!("turn: it is left to the process that is active now");
                    return AfterCommit::Standby;
                }
                Ask::TurnAway(Ack::Newer) => {
                    self.metrics.turns.ended("newer");
                    tracing::warn!(error = steps.failure.0, "turn: this customer waits for the newer program");
                    return AfterCommit::Newer;
                }
                Ask::TurnAway(_) => {
                    remember(&self.unheard, incoming.update);
                    self.metrics.turns.ended("away");
                    tracing::error!(error = steps.failure.0, "turn: it could not be committed, and comes again");
                    return AfterCommit::Away;
                }
            };
        }
    }

    /// Does what is asked of the store until something else is asked.
    async fn work(&self, play: &mut Play, ask: Ask, incoming: &Incoming<H::App>, steps: &mut Steps<H>) -> Ask {
        if self.records.is_none() {
            return self.work_on(play, ask, incoming, steps).await;
        }
        let (ask, commands) = watched(self.work_on(play, ask, incoming, steps)).await;
        steps.commands = commands;
        ask
    }

    async fn work_on(&self, play: &mut Play, ask: Ask, incoming: &Incoming<H::App>, steps: &mut Steps<H>) -> Ask {
        let mut ask = ask;
        loop {
            let done = match ask {
                Ask::Load => self.load(incoming, steps, play.is_apology()).await,
                Ask::Decide => self.decide(incoming, steps).await,
                Ask::Apologise => self.apologise(incoming, steps).await,
                Ask::Commit => self.commit(incoming, steps).await,
                Ask::Bury | Ask::Reply(_) | Ask::TurnAway(_) | Ask::HandOver => return ask,
            };
            ask = play.hear(done.unwrap_or_else(|error| self.failed(&error, steps)));
        }
    }

    /// What an error of the store comes to.
    fn failed(&self, error: &StoreError, steps: &mut Steps<H>) -> Heard {
        steps.failure = (error.to_string(), "buried");
        match error {
            _ if !self.active.is_active() => Heard::Inactive,
            StoreError::Newer { .. } => Heard::Newer,
            error if error.is_away() => Heard::Away,
            error => {
                tracing::error!(%error, "turn: it cannot be committed");
                Heard::Refused
            }
        }
    }

    /// Puts the update aside: neither this customer nor the others may wait for it for ever.
    async fn bury(&self, incoming: &Incoming<H::App>, steps: &mut Steps<H>) -> Heard {
        let what = match steps.failure.1 {
            "panicked" => "the turn panicked",
            _ => "the turn could not be committed",
        };
        match self.host.dead_letters().add(incoming.update, incoming.chat, what, &incoming.json).await {
            Ok(buried) => {
                if buried {
                    self.metrics.turns.buried();
                }
                self.metrics.turns.ended(steps.failure.1);
                Heard::Buried
            }
            Err(error) => self.failed(&error, steps),
        }
    }

    async fn load(&self, incoming: &Incoming<H::App>, steps: &mut Steps<H>, apology: bool) -> Result<Heard> {
        steps.epoch = self.begin_load()?;
        steps.watch.again();
        let loaded = self.begin_from(incoming.chat, steps).await?;
        if is_stale::<H>(incoming, &loaded) {
            steps.loaded = Some(loaded);
            return Ok(Heard::Loaded(Before::Seen { ours: true, reply: KeptReply::Gone }));
        }
        // Of a stranger whose turn began no dialogue there is no document that would know; this process does.
        let is_remembered = || loaded.conversation().is_none() && holds(&self.ours, incoming.update);
        let seen = loaded.has_seen(incoming.update) || is_remembered();
        steps.context = match apology && !seen {
            true => None,
            false => Some(self.host.context(incoming, &loaded).await?),
        };
        steps.watch.lap("load");
        let ours = seen && holds(&self.ours, incoming.update);
        let reply = if seen { self.kept_reply(incoming.update, &loaded) } else { KeptReply::Gone };
        steps.loaded = Some(loaded);
        Ok(Heard::Loaded(if seen { Before::Seen { ours, reply } } else { Before::Fresh }))
    }

    /// What the process remembers of a chat, the first time; else what is stored.
    async fn begin_from(&self, chat: i64, steps: &mut Steps<H>) -> Result<H::Loaded> {
        let Some(cache) = self.host.cache() else { return self.host.load(chat).await };
        let kept = if steps.loaded.is_none() { cache.take(chat, steps.epoch) } else { None };
        self.metrics.turns.began(kept.is_some());
        if let Some((loaded, since)) = kept {
            steps.since = Some(since);
            return Ok(loaded);
        }
        steps.since = Some(cache.reading(steps.epoch));
        self.host.load(chat).await
    }

    /// What is kept of the reply to an update.
    fn kept_reply(&self, update: i64, loaded: &H::Loaded) -> KeptReply {
        let Some(replies) = loaded.replies() else { return KeptReply::Never };
        match replies.iter().position(|owed| owed.update == update) {
            // What is shown behind it was committed later: it would stand above an older screen.
            Some(place) if !replies[place + 1..].iter().any(|owed| holds(&self.ours, owed.update)) => KeptReply::Here,
            Some(_) | None => KeptReply::Gone,
        }
    }

    async fn decide(&self, incoming: &Incoming<H::App>, steps: &mut Steps<H>) -> Result<Heard> {
        let (Some(loaded), Some(context)) = (&steps.loaded, steps.context.take()) else { return Ok(Heard::Again) };
        let now = self.clock.now();
        let scene = DecisionInput { before: loaded.conversation().cloned(), input: incoming.input.clone(), context };
        let scene = Arc::new(scene);
        let Turn { conversation, effects, mut show, event } = decide(&self.schema, Arc::clone(&scene)).await;
        steps.watch.lap("decide");
        let earlier = loaded.replies().unwrap_or_default();
        tapped::at_the_end(&mut show, &incoming.input, (earlier, self.active.tenure()), H::is_letter);
        let seen = tapped::seen(earlier, &incoming.input);
        let is_shown = |update| seen == Some(update) || holds(&self.shown, update);
        let menu = menu(&scene.context, &effects, &show);
        let replies = match show.is_empty() && incoming.tap.is_none() {
            true => kept(earlier, is_shown, now),
            false => kept_with(earlier, Owed::new(incoming, &show, &menu, now, steps.epoch), is_shown),
        };
        steps.decided = Some(Decided { conversation, effects, show, menu, replies, turn: Some((scene, event)) });
        Ok(Heard::Decided)
    }

    /// The update is done, nothing else has changed, and the customer gets a word.
    async fn apologise(&self, incoming: &Incoming<H::App>, steps: &mut Steps<H>) -> Result<Heard> {
        let Some(loaded) = &steps.loaded else { return Ok(Heard::Again) };
        let conversation = loaded.conversation().cloned().unwrap_or_default();
        let language = self.host.language(incoming, loaded);
        let view = View::text(say(language, &text!("failed")));
        // It may be the context that fails: then the words must do without the keyboard.
        let menu = self.host.context(incoming, loaded).await.map(|context| H::App::menu(&context));
        let (view, menu) = match menu {
            Ok(menu) => (view.menu(), menu),
            Err(_) => (view, Vec::new()),
        };
        let show = vec![Output::Send { view, serial: conversation.serial }];
        let new = Owed::new(incoming, &show, &menu, self.clock.now(), steps.epoch);
        let earlier = loaded.replies().unwrap_or_default();
        let replies = kept_with(earlier, new, |update| holds(&self.shown, update));
        let conversation = Some(conversation);
        steps.decided = Some(Decided { conversation, effects: Vec::new(), show, menu, replies, turn: None });
        Ok(Heard::Decided)
    }

    async fn commit(&self, incoming: &Incoming<H::App>, steps: &mut Steps<H>) -> Result<Heard> {
        let (Some(loaded), Some(decided)) = (&steps.loaded, &steps.decided) else { return Ok(Heard::Again) };
        if self.may_play()?.epoch != steps.epoch {
            // What was loaded may be from before another process was active: it is loaded again.
            return Ok(Heard::Again);
        }
        let (conversation, effects) = (decided.conversation.as_ref(), &decided.effects[..]);
        let commit = Commit { incoming, loaded, conversation, effects, replies: &decided.replies };
        match self.host.commit(commit).await? {
            Committed::Done(now) => {
                if let (Some(cache), Some(now), Some(since)) = (self.host.cache(), now, steps.since) {
                    cache.put(incoming.chat, now, since);
                }
            }
            Committed::Again(cause) => {
                self.metrics.turns.lost_race(cause);
                steps.failure = (format!("races were lost, the last one by its {cause}"), "buried");
                return Ok(Heard::Again);
            }
        }
        if let Some((scene, event)) = &decided.turn {
            steps.watch.lap("commit");
            let trace = trace(scene, event, conversation);
            note(&trace, steps.watch.elapsed());
            self.metrics.turns.committed(&trace.from, event, &trace.to);
            steps.watch.steps().iter().for_each(|step| self.metrics.turns.stepped(step.name, step.took));
            if let Some(deadline) = conversation.and_then(|conversation| conversation.deadline) {
                self.alarms.set(deadline);
            }
            // Before the update counts as done: what waits for quiet must not miss what follows.
            self.host.committed(incoming, decided.effects.clone());
        }
        // Another process may have shown something since, or this one left something to it: it is that one, or a later load,
        // that shows this reply.
        Ok(if self.may_play()?.epoch == steps.epoch { Heard::Committed } else { Heard::Inactive })
    }

    /// What is shown of an update that is done.
    fn committed(&self, reply: ReplyKind, incoming: &Incoming<H::App>, steps: Steps<H>) -> CommittedTurn<H> {
        let Steps { watch, epoch, loaded, context, decided, commands, .. } = steps;
        let Some(loaded) = loaded else { return CommittedTurn::nothing(epoch) };
        let earlier = || self.earlier(incoming, &loaded);
        if let (ReplyKind::Decided, Some(decided)) = (reply, decided) {
            let Decided { conversation, effects, show, menu, turn, .. } = decided;
            let (earlier, conversation) = (earlier(), conversation.as_ref());
            let lasting = turn.is_none() || H::lasts(&effects, conversation);
            let recorded = turn.filter(|_| self.records.is_some());
            let record = recorded.map(|(scene, event)| {
                let trace = trace(&scene, event, conversation);
                OpenRecord { trace, effects, commands, scene, before: loaded, watch }
            });
            return CommittedTurn { menu, show, earlier, behind: Vec::new(), lasting, epoch, record };
        }
        if !loaded.has_seen(incoming.update) {
            // It was put aside, or its person is forgotten.
            return CommittedTurn::nothing(epoch);
        }
        self.metrics.turns.ended("repeated");
        tracing::info!(?reply, "turn: an update came again");
        let replies = loaded.replies().unwrap_or_default();
        let own = replies.iter().position(|owed| owed.update == incoming.update);
        if let (ReplyKind::Kept, Some(own)) = (reply, own) {
            let Portion { show, menu, .. } = replies[own].portion();
            let is_behind = |owed: &Owed| replies[own + 1..].iter().any(|behind| behind.update == owed.update);
            // All in the order of the commits, so that the chat ends with the newest screen.
            let behind = self.answer_for(&loaded, is_behind);
            let earlier = earlier();
            return CommittedTurn { menu, show, earlier, behind, lasting: true, epoch, record: None };
        }
        let show = match (reply, loaded.conversation(), &context) {
            // A program that keeps no replies has committed it.
            (ReplyKind::Screen, Some(conversation), Some(context)) => {
                let (view, serial) = (conversation.dialogue.view(context), conversation.serial);
                // A tap edits its message, to the same effect however often; else a message is sent again.
                vec![if incoming.tap.is_some() { Output::Edit { view, serial } } else { Output::Send { view, serial } }]
            }
            _ => Vec::new(),
        };
        let menu = context.map(|context| menu(&context, &[], &show)).unwrap_or_default();
        let earlier = if holds(&self.ours, incoming.update) { Vec::new() } else { earlier() };
        CommittedTurn { menu, show, earlier, ..CommittedTurn::nothing(epoch) }
    }

    /// Only the active process plays.
    fn may_play(&self) -> Result<Tenure> {
        self.active.tenure().ok_or_else(|| StoreError::Away("another process is active".to_owned()))
    }

    /// The epoch of this process as the active one, in which it remembers nothing from before another process was active.
    pub(crate) fn begin_load(&self) -> Result<i64> {
        let Tenure { epoch, unbroken_from, .. } = self.may_play()?;
        let mut known = self.remembered_from.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *known, unbroken_from) != unbroken_from {
            for updates in [&self.ours, &self.shown, &self.unheard] {
                updates.lock().unwrap_or_else(PoisonError::into_inner).clear();
            }
        }
        Ok(epoch)
    }
}

/// The main reply keyboard as it is after the turn, where a message brings it.
fn menu<A: App>(context: &A::Context, effects: &[A::Effect], show: &[Output<A>]) -> Vec<Vec<ReplyButton>> {
    let brings = |show: &Output<A>| matches!(show, Output::Send { view: View { keys: Keyboard::Menu, .. }, .. });
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

/// From where to where a turn has led.
fn trace<A: App>(scene: &DecisionInput<A>, event: &str, after: Option<&Conversation<A>>) -> TurnTrace {
    let (from, to) = (state_name(scene.before.as_ref()), state_name(after));
    TurnTrace { person: String::new(), from, event: event.to_owned(), to }
}

/// Bounds a turn's work on the store: a server that has frozen would hold up everybody.
pub(crate) async fn within<T>(work: impl Future<Output = T>) -> Result<T, Heard> {
    let bounded = tokio::time::timeout(TURN_TIMEOUT, work);
    match AssertUnwindSafe(bounded).catch_unwind().await {
        Ok(done) => done.map_err(|_| Heard::TimedOut),
        Err(_) => Err(Heard::Panicked),
    }
}

fn state_name<A: App>(conversation: Option<&Conversation<A>>) -> String {
    conversation.map_or_else(|| "Stranger".to_owned(), |conversation| conversation.dialogue.name())
}

/// Whether it is the turn of a deadline that the dialogue does not have any more, and that was not committed.
fn is_stale<H: Host>(incoming: &Incoming<H::App>, loaded: &H::Loaded) -> bool {
    let deadline = || loaded.conversation().and_then(|conversation| conversation.deadline);
    is_of_deadline(incoming.update)
        && !loaded.has_seen(incoming.update)
        && deadline().is_none_or(|at| update_id(incoming.chat, at) != incoming.update)
}
