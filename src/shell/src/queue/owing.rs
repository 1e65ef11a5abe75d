//! Lanes whose replies are late are marked durably as owing them, so that Telegram may forget their updates.

use std::sync::Weak;
use std::time::{Duration, Instant};

use engine::protocol::Marked;
use futures::future::BoxFuture;
use tokio::time::MissedTickBehavior;

use super::{Ack, Lane, Queue, Reply};

/// A reply that is not shown by then is owed durably, so that Telegram may forget its update.
pub const ACK_TIMEOUT: Duration = Duration::from_secs(1);
/// A reply that is not shown by then is not being worked on: a lane that hurries does not keep its place for it.
pub(super) const SHOWN_WITHIN: Duration = Duration::from_millis(250);
/// How often lanes are looked at.
const TICK: Duration = Duration::from_millis(250);

/// Where it is kept durably that lanes owe replies, under the name of this process. `true`: it is done.
pub trait Owing: Send + Sync + 'static {
    /// Marks lanes as owing replies.
    fn mark(&self, lanes: Vec<i64>) -> BoxFuture<'_, bool>;

    /// Takes the marks away.
    fn clear(&self, lanes: Vec<i64>) -> BoxFuture<'_, bool>;
}

/// Marks and clears for all lanes, for as long as there is a queue.
pub(super) async fn look_after<T: Send + 'static, R: Reply>(queue: Weak<Queue<T, R>>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(queue) = queue.upgrade() else { return };
        queue.settle().await;
        queue.owe(ACK_TIMEOUT).await;
    }
}

/// Frees the places of lanes whose replies take long, whether MongoDB answers or not.
pub(super) async fn free_places<T: Send + 'static, R: Reply>(queue: Weak<Queue<T, R>>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(queue) = queue.upgrade() else { return };
        queue.give_back(SHOWN_WITHIN);
    }
}

impl<T: Send + 'static, R: Reply> Queue<T, R> {
    /// Clears the marks of lanes that owe nothing any more.
    pub(super) async fn settle(&self) {
        let settled: Vec<i64> = {
            let mut state = self.lock();
            let settled = std::mem::take(&mut state.settled);
            // One that has been marked again since then owes again.
            let is_owed = |id: &i64| state.lanes.get(id).is_some_and(|lane| lane.is_owed());
            let settled: Vec<i64> = settled.into_iter().filter(|id| !is_owed(id)).collect();
            state.clearing = settled.iter().copied().collect();
            settled
        };
        if settled.is_empty() {
            return;
        }
        let cleared = self.owing.clear(settled.clone()).await;
        let mut state = self.lock();
        // A lane that has stood down meanwhile is not among them: its mark stays.
        let kept = std::mem::take(&mut state.clearing);
        if !cleared {
            state.settled.extend(kept);
        }
    }

    /// Marks the lanes whose oldest reply is late: not shown so long after its commit. Then Telegram may forget their updates.
    pub(super) async fn owe(&self, timeout: Duration) {
        let now = Instant::now();
        let is_late = |lane: &Lane<T, R>| lane.receipts().front().is_some_and(|(at, _)| now - *at >= timeout);
        let late: Vec<i64> = self.lock().lanes.iter().filter(|(_, lane)| is_late(lane)).map(|(id, _)| *id).collect();
        if late.is_empty() || !self.owing.mark(late.clone()).await {
            return;
        }
        self.metrics.doors.owed(late.len());
        let mut state = self.lock();
        for id in late {
            let Some(lane) = state.lanes.get_mut(&id) else {
                // Everything was shown meanwhile.
                state.settled.insert(id);
                continue;
            };
            match lane.marked() {
                Marked::Settled => drop(state.settled.insert(id)),
                Marked::Owes(receipts) => receipts.into_iter().for_each(|(_, receipt)| {
                    let _ = receipt.send(Ack::Committed);
                }),
            }
        }
    }
}
