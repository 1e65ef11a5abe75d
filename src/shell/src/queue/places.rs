//! Who plays next: so many turns are under way at a time, and a free place goes to the lane that has had the fewest.
//!
//! A lane counts its turns from the moment in which it had nothing to do. So a customer who has sent one update goes before
//! those who have sent fifty, and those take turns. Where a place is free, nobody waits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// The places for turns.
#[derive(Debug)]
pub(super) struct Places(Mutex<Line>);

#[derive(Debug)]
struct Line {
    free: usize,
    /// Who waits, by the turns that their lane has had, then in the order of their coming.
    waiting: BTreeMap<(u32, u64), oneshot::Sender<Place>>,
    arrivals: u64,
}

/// A place that is taken, until it is dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<Places>);

impl Places {
    pub(super) fn new(count: usize) -> Arc<Self> {
        // Without any, nobody would ever be served.
        Arc::new(Self(Mutex::new(Line { free: count.max(1), waiting: BTreeMap::new(), arrivals: 0 })))
    }

    /// Takes a place for a lane that has had so many turns.
    pub(super) async fn take(self: &Arc<Self>, turns: u32) -> Place {
        let waiting = {
            let mut line = self.lock();
            if line.free > 0 {
                line.free -= 1;
                return Place(Arc::clone(self));
            }
            let (place, waiting) = oneshot::channel();
            line.arrivals += 1;
            let arrival = line.arrivals;
            line.waiting.insert((turns, arrival), place);
            waiting
        };
        // Whoever waits is given a place before the line goes.
        waiting.await.unwrap_or_else(|_| Place(Arc::clone(self)))
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<oneshot::Sender<Place>> {
        let mut line = self.lock();
        let next = line.waiting.pop_first().map(|(_, place)| place);
        if next.is_none() {
            line.free += 1;
        }
        next
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(next) = self.0.next() {
            // Who does not wait any more drops it, and so hands it on.
            drop(next.send(Place(Arc::clone(&self.0))));
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_free_place_goes_to_whom_had_the_fewest_turns_then_to_whom_came_first() {
        let places = Places::new(1);
        let taken = places.take(0).now_or_never().expect("a place is free");
        let waiting = [(5, "busy"), (0, "new"), (0, "newer"), (1, "known")];
        let (told, mut order) = tokio::sync::mpsc::unbounded_channel();
        let mut waiters = Vec::new();
        for (turns, name) in waiting {
            let (mut place, told) = (Box::pin(places.take(turns)), told.clone());
            assert!(place.as_mut().now_or_never().is_none(), "all places are taken");
            waiters.push(async move {
                let _place = place.await;
                told.send(name).unwrap();
            });
        }
        drop((taken, told));
        futures::future::join_all(waiters).await;
        let mut seen = Vec::new();
        order.recv_many(&mut seen, 10).await;
        assert_eq!(seen, ["new", "newer", "known", "busy"]);
    }

    #[tokio::test]
    async fn who_does_not_wait_any_more_takes_no_place_away() {
        let places = Places::new(1);
        let taken = places.take(0).await;
        let mut gone = Box::pin(places.take(0));
        assert!(gone.as_mut().now_or_never().is_none());
        let mut behind = Box::pin(places.take(9));
        assert!(behind.as_mut().now_or_never().is_none());
        drop(gone);
        drop(taken);
        assert!(behind.now_or_never().is_some());
    }
}
