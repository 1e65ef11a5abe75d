//! Who plays next: so many turns are under way at a time, and a free place goes to the lane that goes before all others.
//!
//! A lane goes behind others by as many turns as it has had since it had nothing to do, or as its customer is ahead of the pace
//! that all have ([`crate::bucket`]), whichever is more. So a customer who has sent one update goes before those who have sent fifty,
//! also where each of the fifty came when the one before was done; and those take turns.
//!
//! Whoever is ahead hurries, and shares a part of the places with all others who do, so that a turn of anybody else finds MongoDB
//! and this process at leisure: by one update half of the places, by two a quarter, and so on down to a few. Where a place is free
//! for them, nobody waits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// The places for turns.
#[derive(Debug)]
pub(super) struct Places(Mutex<Line>);

#[derive(Debug)]
struct Line {
    count: usize,
    taken: usize,
    /// How many of those are taken by whom hurries.
    taken_hurried: usize,
    /// How many places whoever hurries most may have with all others who do.
    least: usize,
    /// Who waits: those who do not hurry, and those who do (`usize::from(hurried)`).
    waiting: [BTreeMap<Turn, Waiting>; 2],
    arrivals: u64,
}

/// Whose turn it is: of whoever has had fewer turns or is less ahead, then of whoever came first.
type Turn = (u32, u64);

#[derive(Debug)]
struct Waiting {
    ahead: u32,
    place: oneshot::Sender<Place>,
}

/// A place that is taken, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    hurried: bool,
}

impl Place {
    /// Whether it is one of those for lanes that hurry.
    pub(super) fn is_hurried(&self) -> bool {
        self.hurried
    }
}

impl Line {
    /// Whether there is a place for a customer who is so many updates ahead.
    fn has_place(&self, ahead: u32) -> bool {
        let share = self.count.checked_shr(ahead).unwrap_or(0).max(self.least);
        self.taken < self.count && (ahead == 0 || self.taken_hurried < share)
    }

    fn take(&mut self, hurried: bool) {
        self.taken += 1;
        self.taken_hurried += usize::from(hurried);
    }

    fn give_back(&mut self, hurried: bool) {
        self.taken -= 1;
        self.taken_hurried -= usize::from(hurried);
    }

    /// Whoever is next, if there is a place for them; it is taken.
    fn next(&mut self) -> Option<(bool, oneshot::Sender<Place>)> {
        let first = self.waiting.iter().enumerate().filter_map(|(line, waiting)| {
            let (turn, waiting) = waiting.first_key_value()?;
            self.has_place(waiting.ahead).then_some((*turn, line))
        });
        let (_, line) = first.min()?;
        let (_, next) = self.waiting[line].pop_first()?;
        self.take(line == 1);
        Some((line == 1, next.place))
    }
}

impl Places {
    /// So many places, of which so many may be taken by lanes that hurry, however much they do.
    pub(super) fn new(count: usize, least: usize) -> Arc<Self> {
        // Without any, nobody would ever be served.
        let (count, least) = (count.max(1), least.max(1));
        let waiting = [BTreeMap::new(), BTreeMap::new()];
        Arc::new(Self(Mutex::new(Line { count, taken: 0, taken_hurried: 0, least, waiting, arrivals: 0 })))
    }

    /// Takes a place for a lane that has had so many turns, and whose customer is so many updates ahead of the pace.
    pub(super) async fn take(self: &Arc<Self>, turns: u32, ahead: u32) -> Place {
        let hurried = ahead > 0;
        let waiting = {
            let mut line = self.lock();
            if line.has_place(ahead) {
                line.take(hurried);
                return Place { places: Arc::clone(self), hurried };
            }
            let (place, waiting) = oneshot::channel();
            line.arrivals += 1;
            let turn = (turns.max(ahead), line.arrivals);
            line.waiting[usize::from(hurried)].insert(turn, Waiting { ahead, place });
            waiting
        };
        // Whoever waits is given a place before the line goes.
        waiting.await.unwrap_or_else(|_| Place { places: Arc::clone(self), hurried })
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let next = {
            let mut line = self.places.lock();
            line.give_back(self.hurried);
            line.next()
        };
        if let Some((hurried, next)) = next {
            // Who does not wait any more drops it, and so hands it on.
            drop(next.send(Place { places: Arc::clone(&self.places), hurried }));
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_free_place_goes_to_whom_had_the_fewest_turns_then_to_whom_came_first() {
        let places = Places::new(1, 1);
        let taken = places.take(0, 0).now_or_never().expect("a place is free");
        let waiting = [(5, "busy"), (0, "new"), (0, "newer"), (1, "known")];
        let (told, mut order) = tokio::sync::mpsc::unbounded_channel();
        let mut waiters = Vec::new();
        for (turns, name) in waiting {
            let (mut place, told) = (Box::pin(places.take(turns, 0)), told.clone());
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
        let places = Places::new(1, 1);
        let taken = places.take(0, 0).await;
        let mut gone = Box::pin(places.take(0, 0));
        assert!(gone.as_mut().now_or_never().is_none());
        let mut behind = Box::pin(places.take(3, 0));
        assert!(behind.as_mut().now_or_never().is_none());
        drop(gone);
        drop(taken);
        assert!(behind.now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_hurries_leaves_places_for_whom_does_not() {
        let places = Places::new(4, 2);
        let hurried = [20, 30].map(|turns| places.take(0, turns).now_or_never().expect("a place is free"));
        let mut third = Box::pin(places.take(0, 40));
        assert!(third.as_mut().now_or_never().is_none(), "two of them have places");
        let others = [0, 9].map(|turns| places.take(turns, 0).now_or_never().expect("a place is free"));
        let mut behind = Box::pin(places.take(0, 0));
        assert!(behind.as_mut().now_or_never().is_none(), "all places are taken");
        drop(others);
        assert!(behind.as_mut().now_or_never().is_some());
        assert!(third.as_mut().now_or_never().is_none(), "the free places are not for them");
        drop(hurried);
        assert!(third.now_or_never().is_some());
        // Whoever has much to do, and was not in a hurry, has any place.
        let busy: Vec<_> = (20..24).filter_map(|turns| places.take(turns, 0).now_or_never()).collect();
        assert_eq!(busy.len(), 4);
    }

    #[tokio::test]
    async fn the_more_somebody_hurries_the_fewer_places_are_theirs() {
        for (ahead, share) in [(0, 16), (1, 8), (2, 4), (3, 2), (4, 2), (60, 2), (u32::MAX, 2)] {
            let places = Places::new(16, 2);
            let taken: Vec<_> = (0..20).filter_map(|_| places.take(0, ahead).now_or_never()).collect();
            assert_eq!(taken.len(), share, "{ahead} ahead");
            let calm: Vec<_> = (0..20).filter_map(|_| places.take(0, 0).now_or_never()).collect();
            assert_eq!(calm.len(), 16 - share, "the rest is for everybody else");
        }
    }
}
