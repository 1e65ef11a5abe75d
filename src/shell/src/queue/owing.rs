//! Lanes whose replies are late are marked durably as owing them, so that Telegram may forget their updates.

use std::sync::Weak;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use tokio::time::MissedTickBehavior;

use super::{Ack, Lane, Queue, Reply};

/// A reply that is not shown by then is owed durably, so that Telegram may forget its update.
pub const ACK_TIMEOUT: Duration = Duration::from_secs(1);
/// How often lanes are looked at.
const TICK: Duration = Duration::from_millis(250);
/// How often marks are renewed.
const RENEWAL: Duration = Duration::from_secs(2);

/// Where it is kept durably that lanes owe replies, under the name of this process. `true`: it is done.
pub trait Owing: Send + Sync + 'static {
    /// Marks lanes as owing replies, and renews their marks.
    fn mark(&self, lanes: Vec<i64>) -> BoxFuture<'_, bool>;

    /// Takes the marks away.
    fn clear(&self, lanes: Vec<i64>) -> BoxFuture<'_, bool>;
}

/// Marks, renews and clears for all lanes, for as long as there is a queue.
pub(super) async fn look_after<T: Send + 'static, R: Reply>(queue: Weak<Queue<T, R>>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut renewed = Instant::now();
    loop {
        ticks.tick().await;
        let Some(queue) = queue.upgrade() else { return };
        queue.settle().await;
        let renews = renewed.elapsed() >= RENEWAL;
        if renews {
            renewed = Instant::now();
        }
        queue.owe(renews).await;
    }
}

impl<T: Send + 'static, R: Reply> Queue<T, R> {
    /// Clears the marks of lanes that owe nothing any more.
    pub(super) async fn settle(&self) {
        let settled: Vec<i64> = {
            let mut state = self.lock();
            let settled = std::mem::take(&mut state.settled);
            // One that has been marked again since then owes again.
            settled.into_iter().filter(|id| !state.lanes.get(id).is_some_and(|lane| lane.owed)).collect()
        };
        if !settled.is_empty() && !self.owing.clear(settled.clone()).await {
            self.lock().settled.extend(settled);
        }
    }

    /// Marks the lanes whose oldest reply is late; `renews`: also those that are marked already. Then Telegram may forget
    /// the updates of the late ones.
    async fn owe(&self, renews: bool) {
        let now = Instant::now();
        let is_late = |lane: &Lane<T, R>| lane.receipts.front().is_some_and(|(at, _)| now - *at >= ACK_TIMEOUT);
        let (late, marked): (Vec<i64>, Vec<i64>) = {
            let state = self.lock();
            let of = |owed: bool| {
                let lanes = state.lanes.iter().filter(move |(_, lane)| if owed { lane.owed } else { is_late(lane) });
                lanes.map(|(id, _)| *id).collect()
            };
            (of(false), if renews { of(true) } else { Vec::new() })
        };
        let all = [late.clone(), marked].concat();
        if all.is_empty() || !self.owing.mark(all).await {
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
            if lane.receipts.is_empty() && !lane.showing {
                state.settled.insert(id);
                continue;
            }
            lane.owed = true;
            for (_, receipt) in std::mem::take(&mut lane.receipts) {
                let _ = receipt.send(Ack::Committed);
            }
        }
    }
}
