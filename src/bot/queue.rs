//! Order per customer: one customer's updates run one after another, those of different customers
//! side by side.
//!
//! Telegram keeps texts and taps in different queues, so that of one customer two updates can
//! arrive at once and in any order. Each customer has a lane here: what waits in it runs by
//! `update_id`. A lane ends when it is empty; nothing is kept of a customer who is silent.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{oneshot, watch};

/// What became of an update: committed, or not, because the store is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Telegram may forget the update.
    Committed,
    /// Telegram must bring the update again.
    Away,
}

/// Tells the door that the update is committed, as soon as it is: before anything is shown.
pub struct Receipt(Option<oneshot::Sender<Fate>>);

impl Receipt {
    /// Tells what became of the update. Later calls change nothing.
    pub fn give(&mut self, fate: Fate) {
        if let Some(door) = self.0.take() {
            // A door that has closed does not listen any more: Telegram will ask again.
            let _ = door.send(fate);
        }
    }
}

/// Runs one update: gives the receipt after the commit, and returns when all is shown.
pub type Run<T> = Arc<dyn Fn(T, Receipt) -> Pin<Box<dyn Future<Output = Fate> + Send>> + Send + Sync>;

struct Waiting<T> {
    order: u32,
    job: T,
    receipt: Receipt,
}

struct State<T> {
    /// A lane that is in here has a task that works on it.
    lanes: HashMap<i64, Vec<Waiting<T>>>,
    waiting: usize,
    closed: bool,
}

/// The lanes of all customers.
pub struct Queue<T> {
    state: Mutex<State<T>>,
    run: Run<T>,
    most: usize,
    in_flight: watch::Sender<usize>,
}

impl<T: Send + 'static> Queue<T> {
    /// At most `most` updates wait at a time; more are refused, and Telegram keeps them.
    pub fn new(most: usize, run: Run<T>) -> Arc<Self> {
        let state = State { lanes: HashMap::new(), waiting: 0, closed: false };
        Arc::new(Self { state: Mutex::new(state), run, most, in_flight: watch::Sender::new(0) })
    }

    /// Lines an update up. What is received is its fate; an error means that it was lost on the way
    /// and must come again.
    pub fn push(self: &Arc<Self>, lane: i64, order: u32, job: T) -> oneshot::Receiver<Fate> {
        let (sender, receiver) = oneshot::channel();
        let waiting = Waiting { order, job, receipt: Receipt(Some(sender)) };
        let mut state = self.lock();
        if state.closed || state.waiting >= self.most {
            // Dropping the receipt tells the door that nothing was done.
            return receiver;
        }
        state.waiting += 1;
        self.in_flight.send_modify(|count| *count += 1);
        let idle = !state.lanes.contains_key(&lane);
        state.lanes.entry(lane).or_default().push(waiting);
        if idle {
            tokio::spawn(Arc::clone(self).work(lane));
        }
        receiver
    }

    /// How many updates are lined up or running, for whoever waits until the bot is quiet.
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

    async fn work(self: Arc<Self>, lane: i64) {
        while let Some(Waiting { job, receipt, .. }) = self.next(lane) {
            let fate = (self.run)(job, receipt).await;
            self.done(1);
            if fate == Fate::Away {
                // What waits behind must not overtake: it comes again, in order.
                self.turn_away(lane);
            }
        }
    }

    /// The oldest update that waits in a lane; the lane ends where there is none.
    fn next(&self, lane: i64) -> Option<Waiting<T>> {
        let mut state = self.lock();
        let waiting = state.lanes.get_mut(&lane)?;
        let oldest = waiting.iter().enumerate().min_by_key(|(_, waiting)| waiting.order).map(|(place, _)| place);
        match oldest {
            Some(place) => Some(waiting.swap_remove(place)),
            None => {
                state.lanes.remove(&lane);
                None
            }
        }
    }

    fn turn_away(&self, lane: i64) {
        let behind = self.lock().lanes.get_mut(&lane).map(std::mem::take).unwrap_or_default();
        let count = behind.len();
        for mut waiting in behind {
            waiting.receipt.give(Fate::Away);
        }
        self.done(count);
    }

    fn done(&self, count: usize) {
        self.lock().waiting -= count;
        self.in_flight.send_modify(|in_flight| *in_flight -= count);
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing panics while it holds this lock; a poisoned one is as good as new.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::{Mutex as Gate, Notify};

    use super::*;

    #[tokio::test]
    async fn what_waits_in_a_lane_runs_by_update_id() {
        let seen: Arc<Mutex<Vec<u32>>> = Arc::default();
        let gate = Arc::new(Gate::new(()));
        let held = gate.lock().await;
        let (log, door) = (Arc::clone(&seen), Arc::clone(&gate));
        let queue = Queue::new(
            10,
            Arc::new(move |order: u32, mut receipt| {
                let (log, door) = (Arc::clone(&log), Arc::clone(&door));
                Box::pin(async move {
                    let _open = door.lock().await;
                    log.lock().unwrap().push(order);
                    receipt.give(Fate::Committed);
                    Fate::Committed
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
    async fn nobody_waits_for_another_customer() {
        let stuck = Arc::new(Notify::new());
        let hold = Arc::clone(&stuck);
        let queue = Queue::new(
            10,
            Arc::new(move |waits: bool, mut receipt| {
                let hold = Arc::clone(&hold);
                Box::pin(async move {
                    if waits {
                        hold.notified().await;
                    }
                    receipt.give(Fate::Committed);
                    Fate::Committed
                })
            }),
        );
        let slow = queue.push(1, 1, true);
        assert_eq!(queue.push(2, 2, false).await, Ok(Fate::Committed));
        stuck.notify_one();
        assert_eq!(slow.await, Ok(Fate::Committed));
    }

    #[tokio::test]
    async fn when_the_store_is_away_nothing_overtakes() {
        let queue = Queue::new(
            10,
            Arc::new(|_: (), mut receipt: Receipt| {
                Box::pin(async move {
                    receipt.give(Fate::Away);
                    Fate::Away
                })
            }),
        );
        let receipts = [queue.push(1, 1, ()), queue.push(1, 2, ()), queue.push(1, 3, ())];
        for receipt in receipts {
            assert_eq!(receipt.await, Ok(Fate::Away));
        }
    }

    #[tokio::test]
    async fn a_closed_or_full_queue_takes_nothing() {
        let queue = Queue::new(0, Arc::new(|_: (), _: Receipt| Box::pin(async { Fate::Committed })));
        assert!(queue.push(1, 1, ()).await.is_err());
        queue.close().await;
        assert!(queue.push(1, 1, ()).await.is_err());
    }
}
