//! Order per customer: one customer's updates run one after another, those of different customers
//! side by side.
//!
//! Telegram keeps texts and taps in different queues, so that of one customer two updates can
//! arrive at once and in any order. Each customer has a lane here: what waits in it runs by
//! `update_id`. A job has two halves: the first one ends with the commit, and the next job may
//! begin; the second one shows, in the same order. So a customer to whom Telegram is slow (a 429, a
//! server error) delays their own screens and nobody's commits. A lane ends when it is empty;
//! nothing is kept of a customer who is silent.

use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use futures::FutureExt;
use tokio::sync::{oneshot, watch};

use crate::metrics::Metrics;
use crate::metrics::doors::Standing;

/// What became of an update: committed, or not, because the store is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Telegram may forget the update.
    Committed,
    /// Telegram must bring the update again.
    Away,
}

type Half<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What is left of a job when its first half is over.
pub enum Rest {
    /// It is committed; this shows it.
    Show(Half<()>),
    /// The store is away: nothing was done.
    Away,
}

/// Runs the first half of a job.
pub type Run<T> = Arc<dyn Fn(T) -> Half<Rest> + Send + Sync>;

struct Waiting<T> {
    order: u32,
    since: Instant,
    job: T,
    /// Whoever closes the door does not listen any more: then Telegram will ask again.
    door: oneshot::Sender<Fate>,
}

struct Lane<T> {
    waiting: Vec<Waiting<T>>,
    /// A task works on it.
    working: bool,
    /// Jobs that are committed and not yet shown.
    showing: usize,
    /// Resolves when the newest of them is shown.
    tail: Option<oneshot::Receiver<()>>,
}

struct State<T> {
    lanes: HashMap<i64, Lane<T>>,
    closed: bool,
}

/// The lanes of all customers.
pub struct Queue<T> {
    state: Mutex<State<T>>,
    run: Run<T>,
    most: usize,
    in_flight: watch::Sender<usize>,
    metrics: Metrics,
}

impl<T: Send + 'static> Queue<T> {
    /// At most `most` updates are under way at a time; more are refused, and Telegram keeps them.
    pub fn new(most: usize, metrics: Metrics, run: Run<T>) -> Arc<Self> {
        let state = State { lanes: HashMap::new(), closed: false };
        let (state, in_flight) = (Mutex::new(state), watch::Sender::new(0));
        let queue = Arc::new(Self { state, run, most, in_flight, metrics: metrics.clone() });
        let asked = Arc::downgrade(&queue);
        metrics.ask_when_told(move |groups| {
            if let Some(queue) = asked.upgrade() {
                groups.doors.standing(queue.standing());
            }
        });
        queue
    }

    /// Lines an update up. What is received is its fate; an error means that it was lost on the way
    /// and must come again.
    pub fn push(self: &Arc<Self>, id: i64, order: u32, job: T) -> oneshot::Receiver<Fate> {
        let (door, receiver) = oneshot::channel();
        let mut state = self.lock();
        if state.closed || *self.in_flight.borrow() >= self.most {
            self.metrics.doors.refused(if state.closed { "closed" } else { "full" });
            // Dropping the door tells that nothing was done.
            return receiver;
        }
        self.in_flight.send_modify(|count| *count += 1);
        let new = || Lane { waiting: Vec::new(), working: false, showing: 0, tail: None };
        let lane = state.lanes.entry(id).or_insert_with(new);
        lane.waiting.push(Waiting { order, since: Instant::now(), job, door });
        if !std::mem::replace(&mut lane.working, true) {
            tokio::spawn(Arc::clone(self).work(id));
        }
        receiver
    }

    /// How many updates are lined up, running, or being shown, for whoever waits until the bot is quiet.
    pub fn in_flight(&self) -> watch::Receiver<usize> {
        self.in_flight.subscribe()
    }

    /// Takes nothing new; resolves when what was taken has ended.
    pub async fn close(&self) {
        self.lock().closed = true;
        let mut in_flight = self.in_flight.subscribe();
        // The sender lives as long as `self`: waiting cannot fail.
        let _ = in_flight.wait_for(|count| *count == 0).await;
    }

    fn standing(&self) -> Standing {
        let state = self.lock();
        let waiting = || state.lanes.values().flat_map(|lane| &lane.waiting);
        Standing {
            waiting: waiting().count(),
            in_flight: *self.in_flight.borrow(),
            lanes: state.lanes.len(),
            oldest: waiting().map(|waiting| waiting.since.elapsed()).max().unwrap_or_default(),
        }
    }

    async fn work(self: Arc<Self>, id: i64) {
        while let Some(Waiting { job, door, since, .. }) = self.next(id) {
            self.metrics.turns.waited(since.elapsed());
            // A panic must not end the lane: its customer would never be answered again.
            let rest = AssertUnwindSafe((self.run)(job)).catch_unwind().await;
            match rest.unwrap_or(Rest::Away) {
                Rest::Show(show) => {
                    // In line before the door hears of it: whoever waits for quiet must not miss it.
                    self.show_behind(id, show);
                    let _ = door.send(Fate::Committed);
                }
                Rest::Away => {
                    self.done(1);
                    let _ = door.send(Fate::Away);
                    // What waits behind must not overtake: it comes again, in order.
                    self.turn_away(id);
                }
            }
        }
    }

    /// The oldest update that waits in a lane; the work on it ends where there is none.
    fn next(&self, id: i64) -> Option<Waiting<T>> {
        let mut state = self.lock();
        let lane = state.lanes.get_mut(&id)?;
        let oldest = lane.waiting.iter().enumerate().min_by_key(|(_, waiting)| waiting.order).map(|(place, _)| place);
        match oldest {
            Some(place) => Some(lane.waiting.swap_remove(place)),
            None => {
                lane.working = false;
                end_if_idle(&mut state, id);
                None
            }
        }
    }

    /// Shows when all that came before in this lane is shown.
    fn show_behind(self: &Arc<Self>, id: i64, show: Half<()>) {
        let (shown, tail) = oneshot::channel();
        let before = self.lock().lanes.get_mut(&id).and_then(|lane| {
            lane.showing += 1;
            lane.tail.replace(tail)
        });
        let ticket = Ticket { queue: Arc::clone(self), lane: id, _shown: shown };
        tokio::spawn(async move {
            let _ticket = ticket;
            if let Some(before) = before {
                // An error means that it ended in a panic: it has ended.
                let _ = before.await;
            }
            show.await;
        });
    }

    fn turn_away(&self, id: i64) {
        let behind = self.lock().lanes.get_mut(&id).map(|lane| std::mem::take(&mut lane.waiting)).unwrap_or_default();
        self.done(behind.len());
        for waiting in behind {
            let _ = waiting.door.send(Fate::Away);
        }
    }

    fn done(&self, count: usize) {
        self.in_flight.send_modify(|in_flight| *in_flight -= count);
    }
}

impl<T> Queue<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing panics while it holds this lock; a poisoned one is as good as new.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn end_if_idle<T>(state: &mut State<T>, id: i64) {
    if state.lanes.get(&id).is_some_and(|lane| !lane.working && lane.showing == 0) {
        state.lanes.remove(&id);
    }
}

/// Held while something is shown; also a panic gives it back.
struct Ticket<T> {
    queue: Arc<Queue<T>>,
    lane: i64,
    _shown: oneshot::Sender<()>,
}

impl<T> Drop for Ticket<T> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        if let Some(lane) = state.lanes.get_mut(&self.lane) {
            lane.showing -= 1;
        }
        end_if_idle(&mut state, self.lane);
        drop(state);
        self.queue.in_flight.send_modify(|in_flight| *in_flight -= 1);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::{Mutex as Gate, Notify};

    use super::*;

    fn shown() -> Rest {
        Rest::Show(Box::pin(async {}))
    }

    #[tokio::test]
    async fn what_waits_in_a_lane_runs_by_update_id() {
        let seen: Arc<Mutex<Vec<u32>>> = Arc::default();
        let gate = Arc::new(Gate::new(()));
        let held = gate.lock().await;
        let (log, door) = (Arc::clone(&seen), Arc::clone(&gate));
        let queue = Queue::new(
            10,
            Metrics::new(),
            Arc::new(move |order: u32| {
                let (log, door) = (Arc::clone(&log), Arc::clone(&door));
                Box::pin(async move {
                    let _open = door.lock().await;
                    log.lock().unwrap().push(order);
                    shown()
                })
            }),
        );
        let receipts: Vec<_> = [7, 12, 11, 9].map(|order| queue.push(1, order, order)).into();
        drop(held);
        for receipt in receipts {
            assert_eq!(receipt.await, Ok(Fate::Committed));
        }
        assert_eq!(*seen.lock().unwrap(), [7, 9, 11, 12]);
    }

    #[tokio::test]
    async fn a_slow_screen_delays_no_commit_and_keeps_its_place() {
        let seen: Arc<Mutex<Vec<u32>>> = Arc::default();
        let stuck = Arc::new(Notify::new());
        let (log, hold) = (Arc::clone(&seen), Arc::clone(&stuck));
        let queue = Queue::new(
            10,
            Metrics::new(),
            Arc::new(move |order: u32| {
                let (log, hold) = (Arc::clone(&log), Arc::clone(&hold));
                Box::pin(async move {
                    Rest::Show(Box::pin(async move {
                        if order == 1 {
                            hold.notified().await;
                        }
                        log.lock().unwrap().push(order);
                    }))
                })
            }),
        );
        for order in [1, 2, 3] {
            assert_eq!(queue.push(1, order, order).await, Ok(Fate::Committed), "the first one is not shown yet");
        }
        assert!(seen.lock().unwrap().is_empty());
        stuck.notify_one();
        queue.close().await;
        assert_eq!(*seen.lock().unwrap(), [1, 2, 3]);
        assert!(queue.lock().lanes.is_empty(), "nothing is kept of who is silent");
    }

    #[tokio::test]
    async fn a_panic_while_showing_holds_nobody_up() {
        let queue = Queue::new(
            10,
            Metrics::new(),
            Arc::new(|panics: bool| {
                Box::pin(async move { Rest::Show(Box::pin(async move { assert!(!panics, "a defect in a screen") })) })
            }),
        );
        assert_eq!(queue.push(1, 1, true).await, Ok(Fate::Committed));
        assert_eq!(queue.push(1, 2, false).await, Ok(Fate::Committed));
        queue.close().await;
    }

    #[tokio::test]
    async fn nobody_waits_for_another_customer() {
        let stuck = Arc::new(Notify::new());
        let hold = Arc::clone(&stuck);
        let queue = Queue::new(
            10,
            Metrics::new(),
            Arc::new(move |waits: bool| {
                let hold = Arc::clone(&hold);
                Box::pin(async move {
                    if waits {
                        hold.notified().await;
                    }
                    shown()
                })
            }),
        );
        let slow = queue.push(1, 1, true);
        let behind = queue.push(1, 3, false);
        assert_eq!(queue.push(2, 2, false).await, Ok(Fate::Committed));
        assert_eq!((queue.standing().waiting, queue.standing().lanes), (1, 1), "and who waits is counted");
        stuck.notify_one();
        assert_eq!((slow.await, behind.await), (Ok(Fate::Committed), Ok(Fate::Committed)));
    }

    #[tokio::test]
    async fn when_the_store_is_away_nothing_overtakes() {
        let queue = Queue::new(10, Metrics::new(), Arc::new(|(): ()| Box::pin(async { Rest::Away })));
        let receipts = [queue.push(1, 1, ()), queue.push(1, 2, ()), queue.push(1, 3, ())];
        for receipt in receipts {
            assert_eq!(receipt.await, Ok(Fate::Away));
        }
    }

    #[tokio::test]
    async fn a_closed_or_full_queue_takes_nothing() {
        let metrics = Metrics::new();
        let queue = Queue::new(0, metrics.clone(), Arc::new(|(): ()| Box::pin(async { shown() })));
        assert!(queue.push(1, 1, ()).await.is_err());
        queue.close().await;
        assert!(queue.push(1, 1, ()).await.is_err());
        for reason in ["full", "closed"] {
            assert!(metrics.text().contains(&format!("shopkeeper_queue_refused_total{{reason=\"{reason}\"}} 1")));
        }
    }
}
