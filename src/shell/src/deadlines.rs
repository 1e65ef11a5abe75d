//! What happens in a dialogue by itself, when its deadline passes ([`engine::App::deadline`]).
//!
//! The active process lines a job up in the lane of each chat whose deadline has passed, behind all updates that wait there.
//! The turn itself looks whether the deadline is still that of its dialogue ([`crate::turn`]); it has an id of its own, by
//! which it counts once. When its reply is shown, the deadline is through ([`crate::mongo::deadlines`]); a deadline that passed
//! while no process was active is met by the next one.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::StreamExt;
use tokio::sync::{oneshot, watch};

use crate::active::Active;
use crate::clock::Clock;
use crate::looks::Looks;
use crate::mongo::StoreError;
use crate::mongo::deadlines::Deadlines;
use crate::queue::Ack;

/// How often a process looks for a deadline that it does not know of.
const LOOK: Duration = Duration::from_secs(30);
/// A deadline whose turn could not be played, or could not be looked for, is tried again after so long, and then after twice as
/// long each time.
const AGAIN: Duration = Duration::from_secs(2);
/// So many are under way at a time: customers who write go first, and a kill repeats few of their messages.
const AT_A_TIME: usize = 8;

/// The deadlines of a bot's dialogues.
pub(crate) struct Alarms {
    deadlines: Deadlines,
    clock: Clock,
    /// The earliest deadline that was committed since the last look.
    set: watch::Sender<Option<DateTime<Utc>>>,
    looks: Looks,
}

/// What has come of a look.
struct Looked {
    /// Some of what is due could not be played.
    failed: bool,
    next: Option<DateTime<Utc>>,
}

impl Alarms {
    pub(crate) fn new(deadlines: Deadlines, clock: Clock) -> Arc<Self> {
        Arc::new(Self { deadlines, clock, set: watch::Sender::new(None), looks: Looks::default() })
    }

    /// A turn with this deadline was committed.
    pub(crate) fn set(&self, at: DateTime<Utc>) {
        self.set.send_if_modified(|earliest| {
            let is_earlier = earliest.is_none_or(|earliest| at < earliest);
            *earliest = if is_earlier { Some(at) } else { *earliest };
            is_earlier
        });
    }

    /// Resolves when everything is played whose deadline has passed by now, or this process is not active any more.
    pub(crate) async fn settled(&self, active: &Active) {
        let Some(tenure) = active.tenure() else { return };
        tokio::select! {
            () = self.looks.settle() => {}
            () = active.ended(tenure) => {}
        }
    }

    /// Lines up what is due, whenever this process is active, for as long as the bot runs.
    pub(crate) async fn run(&self, active: &Active, line_up: impl Fn(i64, DateTime<Utc>) -> oneshot::Receiver<Ack>) {
        loop {
            let tenure = active.begun().await;
            tokio::select! {
                () = self.follow(&line_up) => {}
                () = active.ended(tenure) => {}
            }
        }
    }

    async fn follow(&self, line_up: &impl Fn(i64, DateTime<Utc>) -> oneshot::Receiver<Ack>) {
        let mut asked = self.looks.asked();
        let mut again = AGAIN;
        loop {
            let seen = *asked.borrow_and_update();
            // Before the look: what is committed from now on is in the one or in the other.
            self.set.send_replace(None);
            let mut set = self.set.subscribe();
            let looked = self.look(line_up).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "deadlines: what is due cannot be looked for yet");
                Looked { failed: true, next: None }
            });
            if !looked.failed {
                self.looks.looked(seen);
            }
            let Looked { failed, mut next } = looked;
            let pause = tokio::time::sleep(if failed { again } else { LOOK });
            again = if failed { LOOK.min(again * 2) } else { AGAIN };
            tokio::pin!(pause);
            loop {
                tokio::select! {
                    () = &mut pause => break,
                    () = self.until(next) => break,
                    _ = asked.changed() => break,
                    _ = set.changed() => next = [next, *set.borrow_and_update()].into_iter().flatten().min(),
                }
            }
        }
    }

    async fn until(&self, next: Option<DateTime<Utc>>) {
        match next {
            Some(next) => self.clock.until(next).await,
            None => std::future::pending().await,
        }
    }

    /// Plays what is due, and waits until it is shown.
    async fn look(
        &self,
        line_up: &impl Fn(i64, DateTime<Utc>) -> oneshot::Receiver<Ack>,
    ) -> Result<Looked, StoreError> {
        let now = self.clock.now();
        let due = self.deadlines.due(now).await?;
        let played = due.map(|due| async {
            let (chat, at) = due?;
            // A lane that was refused or given up comes again.
            if line_up(chat, at).await != Ok(Ack::Committed) {
                return Ok(false);
            }
            self.deadlines.passed(chat, at).await.map(|()| true)
        });
        let played = played.buffer_unordered(AT_A_TIME).map(|played: Result<bool, StoreError>| {
            let warn = |error| tracing::warn!(%error, "deadlines: one is not through, and is looked at again");
            !played.map_err(warn).unwrap_or(false)
        });
        let failed = played.fold(false, async |failed, this| failed | this).await;
        Ok(Looked { failed, next: self.deadlines.after(now).await? })
    }
}
