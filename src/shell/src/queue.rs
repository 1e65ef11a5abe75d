//! Order per customer: one customer's updates run one after another, those of different customers
//! side by side.
//!
//! Telegram keeps texts and taps in different queues, so that of one customer two updates can
//! arrive at once and in any order. Each customer has a lane here: what waits in it runs by
//! `update_id`. A job has two halves: the first one ends with the commit, and the next job may
//! begin; the second one shows the reply, in the same order. So a customer to whom Telegram is slow (a 429, a
//! server error) delays their own screens and nobody's commits. A lane ends when it is empty;
//! nothing is kept of a customer who is silent.
//!
//! # When Telegram may forget an update
//!
//! The order of these steps is that of [`engine::protocol::Lane`]; this drives it.
//!
//! When its reply is shown: a process that is killed before gets the update again, and shows the reply that was kept with
//! the commit. A lane whose oldest reply is not shown within [`ACK_TIMEOUT`] is marked durably as owing replies
//! ([`Owing`]); from then on its updates count as done when they are committed, until everything is shown. One task marks
//! and clears for all lanes, each by one command at a time.
//!
//! A process that is not the active one any more ([`crate::mongo::leases`]) shows nothing: its lanes are given up, their updates
//! are not acknowledged, and their marks stay for the next active process.
//!
//! # Limits
//!
//! Updates that are not committed and replies that are not shown have separate budgets ([`QueueLimits`]), each for one
//! lane and for all of them, so that no customer can use up what the others need. A lane with more than
//! [`QueueLimits::coalesced_above`] unshown replies has them coalesced ([`Reply::coalesce`]): screens that a later one
//! replaces are dropped. What cannot be dropped fills the lane, and a full lane refuses updates of its own customer
//! only: Telegram keeps them.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use engine::protocol;
pub use engine::protocol::Ack;
use futures::FutureExt;
use tokio::sync::{oneshot, watch};

use crate::metrics::Metrics;
use crate::metrics::doors::QueueFigures;

mod owing;
mod places;
#[cfg(test)]
mod schedules;
mod stand_down;
#[cfg(test)]
mod tests;

pub use self::owing::{ACK_TIMEOUT, Owing};
use self::places::{Place, Places};

/// Phase of a job.
pub type Phase<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The reply to a committed update, not shown yet.
pub trait Reply: Send + Sized + 'static {
    /// Shows it; `false` if this process may not, and has given it up.
    fn show(self) -> Phase<bool>;

    /// It is not shown by this process.
    fn give_up(self);

    /// Drops whatever a later reply of the same customer replaces, and the replies of which nothing is left. They are
    /// given oldest first; none of them is being shown.
    fn coalesce(replies: &mut VecDeque<Self>);
}

/// How the first half of a job has ended.
pub enum AfterCommit<R> {
    /// What the lane owes was read, to be shown as a reply is. `marked`: it is marked as owing replies by this process now; else
    /// nothing of it is owed any more.
    Owed { reply: R, marked: bool },
    /// It is committed; this is to be shown.
    Show(R),
    /// The store is away: nothing was done.
    Away,
    /// A newer program has written the customer's documents: nothing was done.
    Newer,
    /// This process is not the active one: nothing was done.
    Standby,
}

/// Begins a task of the queue's: `tokio::spawn`, or that of a scheduler which tries all orders.
type Spawn = fn(Phase<()>);

/// Runs the first half of a job.
pub type Run<T, R> = Arc<dyn Fn(T) -> Phase<AfterCommit<R>> + Send + Sync>;

/// How much may be under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Updates that are being played at a time (`queue/places.rs` says whose).
    pub played: usize,
    /// Those of them that are left to whoever is far ahead of the pace, each until its reply is shown, or for half a second at
    /// most. Whoever is ahead by one, two or three updates shares a half, a quarter or an eighth of all, if that is more.
    pub hurried: usize,
    /// Updates that wait for their turn or are being played, over all customers.
    pub uncommitted: usize,
    /// The same of one customer. Telegram delivers at most 100 at a time.
    pub uncommitted_per_lane: usize,
    /// Replies that are not shown yet, over all customers. Customers without any are served beyond it, up to twice
    /// as many.
    pub unshown: usize,
    /// The same of one customer, after they were coalesced.
    pub unshown_per_lane: usize,
    /// A customer's unshown replies are coalesced when they are more than this.
    pub coalesced_above: usize,
}

impl Default for QueueLimits {
    fn default() -> Self {
        Self {
            played: 16,
            hurried: 2,
            uncommitted: 10_000,
            uncommitted_per_lane: 100,
            unshown: 10_000,
            unshown_per_lane: 64,
            coalesced_above: 8,
        }
    }
}

/// A lane: the order of its steps is the engine's. Replies are known with the time since when they wait.
type Lane<T, R> = protocol::Lane<Queued<T>, (Instant, R), Receipt>;
type Waiting<T> = protocol::Waiting<Queued<T>, Receipt>;
/// Where what became of an update is told, and since when that is due. Where it is dropped, Telegram brings the update again.
type Receipt = (Instant, oneshot::Sender<Ack>);

/// A job that waits.
struct Queued<T> {
    since: Instant,
    /// How many updates its customer was ahead of the pace.
    ahead: u32,
    job: T,
}

struct State<T, R> {
    lanes: HashMap<i64, Lane<T, R>>,
    /// Replies that are not shown, over all lanes, those that are being shown included.
    unshown: usize,
    /// Places of lanes that hurry, from the commit until its replies are shown, or for a moment ([`owing::free_places`]).
    held: HashMap<i64, (Instant, Place)>,
    /// Lanes that are marked as owing replies, and owe none any more.
    settled: BTreeSet<i64>,
    /// Those of them whose marks are being cleared.
    clearing: BTreeSet<i64>,
    /// How often all lanes have stood down.
    stood_down: u64,
    closed: bool,
}

/// The lanes of all customers.
pub struct Queue<T, R> {
    state: Mutex<State<T, R>>,
    run: Run<T, R>,
    limits: QueueLimits,
    places: Arc<Places>,
    in_flight: watch::Sender<usize>,
    owing: Arc<dyn Owing>,
    metrics: Metrics,
    spawn: Spawn,
}

impl<T: Send + 'static, R: Reply> Queue<T, R> {
    /// A queue that refuses what is beyond its limits: Telegram keeps it.
    pub fn new(limits: QueueLimits, metrics: Metrics, owing: Arc<dyn Owing>, run: Run<T, R>) -> Arc<Self> {
        let queue = Self::on(|task| drop(tokio::spawn(task)), limits, metrics.clone(), owing, run);
        tokio::spawn(owing::look_after(Arc::downgrade(&queue)));
        tokio::spawn(owing::free_places(Arc::downgrade(&queue)));
        let asked = Arc::downgrade(&queue);
        let doors = metrics.doors.clone();
        metrics.ask_when_told(move || {
            if let Some(queue) = asked.upgrade() {
                doors.standing(queue.standing());
            }
        });
        queue
    }

    /// A queue whose tasks this function begins, and after whose late lanes nobody looks.
    fn on(spawn: Spawn, limits: QueueLimits, metrics: Metrics, owing: Arc<dyn Owing>, run: Run<T, R>) -> Arc<Self> {
        let (settled, clearing) = (BTreeSet::new(), BTreeSet::new());
        let (lanes, held) = (HashMap::new(), HashMap::new());
        let state = State { lanes, unshown: 0, held, settled, clearing, stood_down: 0, closed: false };
        let (state, in_flight) = (Mutex::new(state), watch::Sender::new(0));
        let places = Places::new(limits.played, limits.hurried);
        Arc::new(Self { state, run, limits, places, in_flight, owing, metrics, spawn })
    }

    /// Lines an update up. What is received is its ack; an error means that it was lost on the way, or that the queue
    /// is full or closed, and it must come again.
    pub fn push(self: &Arc<Self>, id: i64, order: i64, job: T) -> oneshot::Receiver<Ack> {
        self.push_ahead(id, order, job, 0)
    }

    /// The same of a customer who was so many updates ahead of the pace: others go first.
    pub fn push_ahead(self: &Arc<Self>, id: i64, order: i64, job: T, ahead: u32) -> oneshot::Receiver<Ack> {
        self.enter(id, order, Queued { since: Instant::now(), ahead, job }, false)
    }

    /// Lines up before all that waits in a lane the job that shows what it owes; it is marked as owing already. Where that
    /// is known of the lane, or its mark is about to be cleared, nothing is done, and the receipt is dropped.
    pub fn push_owed(self: &Arc<Self>, id: i64, job: T) -> oneshot::Receiver<Ack> {
        let is_known = |state: &State<T, R>| {
            let is_owed = state.lanes.get(&id).is_some_and(|lane| lane.is_owed());
            is_owed || state.settled.contains(&id) || state.clearing.contains(&id)
        };
        if is_known(&self.lock()) {
            return oneshot::channel().1;
        }
        self.enter(id, 0, Queued { since: Instant::now(), ahead: 0, job }, true)
    }

    fn enter(self: &Arc<Self>, id: i64, order: i64, job: Queued<T>, owed: bool) -> oneshot::Receiver<Ack> {
        let (receipt, receiver) = oneshot::channel();
        let mut state = self.lock();
        if let Some(reason) = self.refusal(&state, id) {
            self.metrics.doors.refused(reason);
            // A dropped receipt says that nothing was done.
            if reason == "lane" {
                tracing::info!(chat.id = id, "queue: the lane of this customer is full; their updates come again");
                let _ = receipt.send(Ack::LaneFull);
            }
            return receiver;
        }
        self.in_flight.send_modify(|count| *count += 1);
        let waiting = Waiting { owed, order, receipt: (job.since, receipt), job };
        let begins = state.lanes.entry(id).or_default().arrive(waiting);
        drop(state);
        if begins {
            (self.spawn)(Box::pin(Arc::clone(self).play(id)));
        }
        receiver
    }

    /// Why an update of this lane is refused, if it is, by the label of the metric.
    fn refusal(&self, state: &State<T, R>, id: i64) -> Option<&'static str> {
        let (limits, lane) = (&self.limits, state.lanes.get(&id));
        let uncommitted = self.in_flight.borrow().saturating_sub(state.unshown);
        // Whoever has nothing under way is not to wait for those who have much.
        let unshown = if lane.is_none() { limits.unshown.saturating_mul(2) } else { limits.unshown };
        if state.closed {
            Some("closed")
        } else if lane.is_some_and(|lane| {
            lane.uncommitted() >= limits.uncommitted_per_lane || lane.unshown().len() >= limits.unshown_per_lane
        }) {
            Some("lane")
        } else if uncommitted >= limits.uncommitted {
            Some("full")
        } else if state.unshown >= unshown {
            Some("unshown")
        } else {
            None
        }
    }

    /// How many updates wait, are being played, or have a reply that is not shown, for whoever waits until the bot is
    /// quiet.
    pub fn in_flight(&self) -> watch::Receiver<usize> {
        self.in_flight.subscribe()
    }

    /// How many updates are not committed, and how many replies are not shown.
    pub fn left(&self) -> (usize, usize) {
        let unshown = self.lock().unshown;
        (self.in_flight.borrow().saturating_sub(unshown), unshown)
    }

    /// Takes nothing new; resolves when what was taken has ended.
    pub async fn close(&self) {
        self.lock().closed = true;
        let mut in_flight = self.in_flight.subscribe();
        // The sender lives as long as `self`: waiting cannot fail.
        let _ = in_flight.wait_for(|count| *count == 0).await;
    }

    fn standing(&self) -> QueueFigures {
        let state = self.lock();
        let waiting = || state.lanes.values().flat_map(Lane::waiting);
        let oldest = |since: Option<Instant>| since.map(|since| since.elapsed()).unwrap_or_default();
        QueueFigures {
            waiting: waiting().count(),
            in_flight: *self.in_flight.borrow(),
            lanes: state.lanes.len(),
            oldest: oldest(waiting().map(|waiting| waiting.job.since).min()),
            unshown: state.unshown,
            oldest_unshown: oldest(
                state.lanes.values().filter_map(|lane| lane.unshown().front()).map(|(at, _)| *at).min(),
            ),
        }
    }

    async fn play(self: Arc<Self>, id: i64) {
        let mut turns = 0_u32;
        while let Some(ahead) = self.ahead(id) {
            let place = self.places.take(turns, ahead).await;
            // Asked for only now: what has come meanwhile may be older.
            let Some(Waiting { job: Queued { since, job, .. }, receipt: (_, receipt), owed, .. }) = self.next(id)
            else {
                return;
            };
            turns = turns.saturating_add(1);
            self.metrics.turns.waited(since.elapsed());
            // A panic must not end the lane: its customer would never be answered again.
            let rest = AssertUnwindSafe((self.run)(job)).catch_unwind().await;
            let ack = match rest.unwrap_or(AfterCommit::Away) {
                AfterCommit::Show(reply) => {
                    self.leave_place(id, place);
                    self.show_behind(id, reply, |lane, reply| lane.committed(reply, (Instant::now(), receipt)));
                    continue;
                }
                AfterCommit::Owed { reply, marked } => {
                    self.leave_place(id, place);
                    let receipt = (Instant::now(), receipt);
                    self.show_behind(id, reply, |lane, reply| lane.taken_over(reply, receipt, marked));
                    continue;
                }
                AfterCommit::Away => Ack::Away,
                AfterCommit::Newer => Ack::Newer,
                AfterCommit::Standby => Ack::Standby,
            };
            self.done(1);
            let _ = receipt.send(ack);
            self.turn_away(id, owed, ack);
        }
    }

    /// Gives the place of a turn back; that of a lane that hurries is kept until its replies are shown.
    fn leave_place(&self, id: i64, place: Place) {
        if place.is_hurried() {
            let before = self.lock().held.insert(id, (Instant::now(), place));
            drop(before);
        }
    }

    /// Gives back the places of lanes whose replies take long: Telegram is slow to them, and not busy with them.
    fn give_back(&self, timeout: Duration) {
        let now = Instant::now();
        let late = |_: &i64, (since, _): &mut (Instant, Place)| now - *since >= timeout;
        let late: Vec<_> = self.lock().held.extract_if(late).collect();
        drop(late);
    }

    /// How far ahead of the pace the customer was whose update waits in a lane; the work on it ends where nothing waits.
    fn ahead(&self, id: i64) -> Option<u32> {
        let mut state = self.lock();
        let lane = state.lanes.get_mut(&id)?;
        // Of the one that is played next, unless an older one comes meanwhile.
        let next = lane.waiting().iter().min_by_key(|waiting| (!waiting.owed, waiting.order));
        let ahead = next.map(|waiting| waiting.job.ahead);
        if ahead.is_none() {
            // There is none, and the lane is told that its work ends.
            drop(lane.next_job());
            end_if_idle(&mut state, id);
        }
        ahead
    }

    /// The oldest update that waits in a lane; the work on it ends where there is none.
    fn next(&self, id: i64) -> Option<Waiting<T>> {
        let mut state = self.lock();
        let next = state.lanes.get_mut(&id)?.next_job();
        if next.is_none() {
            end_if_idle(&mut state, id);
        }
        next
    }

    /// Shows a reply when all that came before in this lane is shown. Then the receipt says that the update is done; at once
    /// where the lane is marked as owing replies.
    fn show_behind(
        self: &Arc<Self>,
        id: i64,
        reply: R,
        line_up: impl FnOnce(&mut Lane<T, R>, (Instant, R)) -> protocol::Behind<Receipt>,
    ) {
        let mut state = self.lock();
        state.unshown += 1;
        // The lane is there as long as it is being played.
        let lane = state.lanes.entry(id).or_default();
        let behind = line_up(lane, (Instant::now(), reply));
        if let Some((_, receipt)) = behind.acknowledge {
            let _ = receipt.send(Ack::Committed);
        }
        let dropped = if lane.unshown().len() > self.limits.coalesced_above { coalesce(lane.unshown_mut()) } else { 0 };
        state.unshown -= dropped;
        drop(state);
        if behind.begins {
            (self.spawn)(Box::pin(Arc::clone(self).show(id)));
        }
        self.metrics.doors.coalesced(dropped);
        self.done(dropped);
    }

    /// Shows the replies of a lane, one after another.
    async fn show(self: Arc<Self>, id: i64) {
        while let Some((reply, stood_down)) = self.next_reply(id) {
            let shown = AssertUnwindSafe(async { reply.show().await }).catch_unwind().await;
            if shown.is_err() {
                tracing::error!(chat.id = id, "showing a reply panicked; the customer's next reply is shown");
            }
            self.lock().unshown -= 1;
            self.done(1);
            if let Ok(false) = shown {
                self.give_up(id, stood_down);
            }
        }
    }

    /// The reply that is shown next, and how often all lanes had stood down by then. Telegram may forget the updates whose
    /// replies are through.
    fn next_reply(&self, id: i64) -> Option<(R, u64)> {
        let mut state = self.lock();
        let next = state.lanes.get_mut(&id)?.next_reply();
        for (_, receipt) in next.acknowledge {
            let _ = receipt.send(Ack::Committed);
        }
        if next.settled {
            state.settled.insert(id);
        }
        let (mut held, stood_down) = (None, state.stood_down);
        if next.reply.is_none() {
            held = state.held.remove(&id);
            end_if_idle(&mut state, id);
        }
        drop(state);
        // Whoever has the place next asks for the queue's state.
        drop(held);
        next.reply.map(|(_, reply)| (reply, stood_down))
    }

    fn turn_away(&self, id: i64, debts: bool, ack: Ack) {
        let behind = self.lock().lanes.get_mut(&id).map(|lane| lane.turned_away(debts)).unwrap_or_default();
        self.done(behind.len());
        for waiting in behind {
            let _ = waiting.receipt.1.send(ack);
        }
    }

    fn done(&self, count: usize) {
        self.in_flight.send_modify(|in_flight| *in_flight -= count);
    }
}

impl<T, R> Queue<T, R> {
    fn lock(&self) -> MutexGuard<'_, State<T, R>> {
        // What panics while it holds this lock, if anything, leaves it as it was.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Coalesces the replies of a lane; returns how many were dropped whole. Those that are left count as old as the oldest.
fn coalesce<R: Reply>(unshown: &mut VecDeque<(Instant, R)>) -> usize {
    let (before, oldest) = (unshown.len(), unshown.front().map(|(at, _)| *at));
    let mut replies: VecDeque<R> = unshown.drain(..).map(|(_, reply)| reply).collect();
    R::coalesce(&mut replies);
    let at = oldest.unwrap_or_else(Instant::now);
    unshown.extend(replies.into_iter().map(|reply| (at, reply)));
    before.saturating_sub(unshown.len())
}

fn end_if_idle<T, R>(state: &mut State<T, R>, id: i64) {
    if state.lanes.get(&id).is_some_and(Lane::is_idle) {
        state.lanes.remove(&id);
    }
}
