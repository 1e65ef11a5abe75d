//! What happens in a dialogue by itself, when its deadline passes ([`engine::App::deadline`]).
//!
//! The active process lines a job up in the lane of each chat whose deadline has passed, behind all updates that wait there.
//! The turn itself looks whether the deadline is still that of its dialogue ([`crate::turn`]); it has an id of its own, by
//! which it counts once. When its reply is shown, the deadline is through ([`crate::mongo::deadlines`]); a deadline that passed
//! while no process was active is met by the next one.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tokio::sync::{oneshot, watch};

use crate::active::{Active, Tenure};
use crate::clock::Clock;
use crate::looks::Looks;
use crate::mongo::StoreError;
use crate::mongo::deadlines::Deadlines;
use crate::queue::Ack;
use crate::returning::Returning;

/// How often a process looks for a deadline that it does not know of.
const LOOK: Duration = Duration::from_secs(30);
/// A deadline whose turn could not be played, or could not be looked for, is tried again after so long, and then after twice as
/// long each time.
const AGAIN: Duration = Duration::from_secs(2);
/// So many are looked for at a time.
const MOST: i64 = 100;
/// So many are under way at a time: a kill repeats few of their messages.
const AT_A_TIME: usize = 8;
/// The pause between two of them: 20 messages a second, of the 30 that Telegram takes of a bot
/// (<https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>).
const PACE: Duration = Duration::from_millis(50);
/// As long as more than these are under way, customers who write go first.
const BUSY: usize = 16;

/// The deadlines of a bot's dialogues.
pub(crate) struct Alarms {
    deadlines: Deadlines,
    clock: Clock,
    /// The earliest deadline that was committed since the last look.
    set: watch::Sender<Option<DateTime<Utc>>>,
    looks: Looks,
    looking: watch::Sender<bool>,
}

/// What has come of a look.
struct Looked {
    /// Some of what is due could not be played.
    failed: bool,
    next: Option<DateTime<Utc>>,
}

/// What deadlines wait for, and where they are lined up.
pub(crate) struct Doors<'a, L> {
    pub(crate) active: &'a Active,
    pub(crate) returning: &'a Returning,
    /// What the queue has under way.
    pub(crate) in_flight: watch::Receiver<usize>,
    pub(crate) line_up: L,
}

impl Alarms {
    pub(crate) fn new(deadlines: Deadlines, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            deadlines,
            clock,
            set: watch::Sender::new(None),
            looks: Looks::default(),
            looking: watch::Sender::new(false),
        })
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

    /// Resolves when no look is under way, and nothing that was shown is still to be written down as passed.
    pub(crate) async fn rested(&self) {
        // The sender lives as long as `self`: waiting cannot fail.
        let _ = self.looking.subscribe().wait_for(|looking| !looking).await;
    }

    /// Lines up what is due, whenever this process is active, for as long as the bot runs: behind what has waited at Telegram,
    /// since whoever has written in time has not let their deadline pass.
    pub(crate) async fn run<L: Fn(i64, DateTime<Utc>) -> oneshot::Receiver<Ack>>(&self, mut doors: Doors<'_, L>) {
        loop {
            let tenure = doors.active.begun().await;
            let active = doors.active;
            tokio::select! {
                () = async { doors.returning.caught_up(tenure).await; self.follow(tenure, &mut doors).await } => {}
                () = active.ended(tenure) => {}
            }
            self.looking.send_replace(false);
        }
    }

    async fn follow<L: Fn(i64, DateTime<Utc>) -> oneshot::Receiver<Ack>>(
        &self,
        tenure: Tenure,
        doors: &mut Doors<'_, L>,
    ) {
        let mut asked = self.looks.asked();
        let mut again = AGAIN;
        loop {
            let seen = *asked.borrow_and_update();
            // Before the look: what is committed from now on is in the one or in the other.
            self.set.send_replace(None);
            let mut set = self.set.subscribe();
            self.looking.send_replace(true);
            let looked = self.look(doors).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "deadlines: what is due cannot be looked for yet");
                Looked { failed: true, next: None }
            });
            self.looking.send_replace(false);
            doors.returning.deadlines_met(tenure);
            if looked.failed {
                tokio::time::sleep(again).await;
                again = LOOK.min(again * 2);
                continue;
            }
            again = AGAIN;
            self.looks.looked(seen);
            let mut next = looked.next;
            let pause = tokio::time::sleep(LOOK);
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
    async fn look<L: Fn(i64, DateTime<Utc>) -> oneshot::Receiver<Ack>>(
        &self,
        doors: &mut Doors<'_, L>,
    ) -> Result<Looked, StoreError> {
        loop {
            let now = self.clock.now();
            let due = self.deadlines.due(now, MOST).await?;
            let is_last = due.len() < usize::try_from(MOST).unwrap_or_default();
            let failed = self.play(due, doors).await;
            if failed || is_last {
                return Ok(Looked { failed, next: self.deadlines.after(now).await? });
            }
        }
    }

    /// Plays these, one after the other lined up; whether one of them could not be. Where the queue takes no more, the rest is
    /// left for later.
    async fn play<L: Fn(i64, DateTime<Utc>) -> oneshot::Receiver<Ack>>(
        &self,
        due: Vec<(i64, DateTime<Utc>)>,
        Doors { in_flight, line_up, .. }: &mut Doors<'_, L>,
    ) -> bool {
        let (mut under_way, mut failed) = (FuturesUnordered::new(), false);
        for (place, (chat, at)) in due.into_iter().enumerate() {
            if place > 0 {
                tokio::time::sleep(PACE).await;
            }
            let _ = in_flight.wait_for(|count| *count <= BUSY).await;
            let receipt = line_up(chat, at);
            under_way.push(async move {
                // A lane that was refused or given up comes again.
                let shown = receipt.await == Ok(Ack::Committed);
                if !shown {
                    return false;
                }
                let passed = self.deadlines.passed(chat, at).await;
                let warn = |error: &StoreError| tracing::warn!(%error, "deadlines: one is not written down as passed");
                passed.inspect_err(warn).is_ok()
            });
            while under_way.len() >= AT_A_TIME {
                failed |= !under_way.next().await.unwrap_or(true);
            }
            while let Some(Some(through)) = under_way.next().now_or_never() {
                failed |= !through;
            }
            if failed {
                break;
            }
        }
        while let Some(through) = under_way.next().await {
            failed |= !through;
        }
        failed
    }
}
