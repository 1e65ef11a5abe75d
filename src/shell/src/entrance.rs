//! The entrance of the queue: where both doors line updates up, and where those of a customer are skipped who sends too
//! many.
//!
//! An update that is skipped is taken: Telegram forgets it, nothing of it was done, and no MongoDB command was spent on it.
//! The first one of a streak is answered by one sentence (`Job::TooFast`), which costs one read for the customer's
//! language; it stands in the lane behind what was played. Taps are not even answered. Should Telegram bring a skipped update
//! again, it is judged anew, and may be played then: once, as any other. A repeat of an update that was let in is let in, too:
//! it must not be acknowledged before the update is done.
//!
//! What was kept for later (`crate::waiting`) has passed already.

use std::sync::{Arc, Mutex, PoisonError};

use engine::{App, Input};

use crate::bucket::{Admission, Buckets};
use crate::clock::Clock;
use crate::host::Host;
use crate::input::{Incoming, ReceivedUpdate};
use crate::jobs::{Job, UpdateQueue};
use crate::metrics::Metrics;
use crate::queue::Ack;

/// What becomes of an update at the entrance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admitted {
    /// It is lined up. Its customer is so many updates ahead of the pace that all have ([`Admission::Played`]).
    Whole { ahead: u32 },
    /// It is skipped; a sentence is lined up in its place.
    Sentence,
}

/// Judges updates, for both doors. Clones are the same.
#[derive(Clone)]
pub(crate) struct Entrance {
    buckets: Arc<Mutex<Buckets>>,
    clock: Clock,
    metrics: Metrics,
}

impl Entrance {
    pub(crate) fn new(clock: Clock, metrics: Metrics) -> Self {
        Self { buckets: Arc::default(), clock, metrics }
    }

    /// Judges an update that has come in; `None`: it is skipped, and counts as done.
    pub(crate) fn admit<A: App>(&self, incoming: &Incoming<A>) -> Option<Admitted> {
        let now = self.clock.now().timestamp_millis();
        let sent = incoming.sent.map(|seconds| seconds.saturating_mul(1000));
        let admission = self.buckets().admit(incoming.chat, incoming.update, now, sent);
        if let Admission::Played { ahead } = admission {
            return Some(Admitted::Whole { ahead });
        }
        self.metrics.doors.too_fast();
        if admission == Admission::Skipped {
            return None;
        }
        let (chat, update) = (incoming.chat, incoming.update);
        tracing::warn!(chat.id = chat, update.id = update, "entrance: updates of this customer are skipped: too many");
        // In a group many people write, and none of them to us.
        (!matches!(incoming.input, Input::InGroup)).then_some(Admitted::Sentence)
    }

    fn buckets(&self) -> std::sync::MutexGuard<'_, Buckets> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lines an update up; its ack, or `None` where the queue is full or closed. `request` is the id of the call that has
/// brought it.
pub(crate) async fn enqueue<H: Host>(
    line: &Arc<UpdateQueue<H>>,
    incoming: Incoming<H::App>,
    request: Option<&str>,
    admitted: Admitted,
) -> Option<Ack> {
    // Lined up before the first await, so that a batch keeps its order.
    let (chat, update) = (incoming.chat, incoming.update);
    let received = Box::new(ReceivedUpdate::now(incoming, request));
    match admitted {
        Admitted::Whole { ahead } => line.push_ahead(chat, update, Job::Update(received), ahead).await.ok(),
        Admitted::Sentence => {
            // The update is done. Where the sentence cannot be lined up, it is not said.
            drop(line.push(chat, update, Job::TooFast(received)));
            Some(Ack::Committed)
        }
    }
}
