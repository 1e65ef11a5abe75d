//! What happens in a dialogue by itself, when its deadline passes ([`engine::App::deadline`]).
//!
//! The active process lines a job up in the lane of each chat whose deadline has passed, behind all updates that wait there.
//! The turn itself looks whether the deadline is still that of its dialogue ([`crate::turn`]); it has an id of its own, by
//! which it counts once. When its reply is shown, the deadline is through ([`crate::mongo::deadlines`]); a deadline that passed
//! while no process was active is met by the next one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::{oneshot, watch};

use crate::active::{Active, Tenure};
use crate::clock::Clock;
use crate::looks::Looks;
use crate::mongo::StoreError;
use crate::mongo::deadlines::Deadlines;
use crate::queue::Ack;
use crate::returning::Returning;

/// How often a process looks for a deadline that it does not know of, and tries one again that only its own chat keeps waiting,
/// such as one whose document a newer program has written.
const LOOK: Duration = Duration::from_secs(30);
/// After a look that could not be ended, since MongoDB is away or the queue takes no more, the next one comes after so long, and
/// then after twice as long each time.
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

/// Why a look could not be ended.
#[derive(Debug, thiserror::Error)]
enum LookError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the queue takes no more, or what is stored cannot be reached")]
    Refused,
}

/// What became of one deadline.
enum Came {
    Through,
    /// Only its own chat is concerned.
    Aside(i64),
    /// Others would fare no better.
    Refused,
}

/// Chats whose deadlines are not looked at until then.
type Aside = BTreeMap<i64, Instant>;

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
        let (mut asked, mut again, mut aside) = (self.looks.asked(), AGAIN, Aside::new());
        loop {
            let seen = *asked.borrow_and_update();
            // Before the look: what is committed from now on is in the one or in the other.
            self.set.send_replace(None);
            let mut set = self.set.subscribe();
            self.looking.send_replace(true);
            let looked = self.look(&mut aside, doors).await;
            self.looking.send_replace(false);
            doors.returning.deadlines_met(tenure);
            let mut next = match looked {
                Ok(next) => next,
                Err(error) => {
                    tracing::warn!(%error, "deadlines: not all that is due could be played");
                    tokio::time::sleep(again).await;
                    again = LOOK.min(again * 2);
                    continue;
                }
            };
            again = AGAIN;
            self.looks.looked(seen);
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

    /// Plays what is due, and waits until it is shown; when something is due next.
    async fn look<L: Fn(i64, DateTime<Utc>) -> oneshot::Receiver<Ack>>(
        &self,
        aside: &mut Aside,
        doors: &mut Doors<'_, L>,
    ) -> Result<Option<DateTime<Utc>>, LookError> {
        aside.retain(|_, until| *until > Instant::now());
        loop {
            let now = self.clock.now();
            let left_out: Vec<i64> = aside.keys().copied().collect();
            let due = self.deadlines.due(now, &left_out, MOST).await?;
            let is_last = due.len() < usize::try_from(MOST).unwrap_or_default();
            self.play(due, aside, doors).await?;
            if is_last {
                return Ok(self.deadlines.after(now).await?);
            }
        }
    }

    /// Plays these, one after the other lined up, unless the others are refused.
    async fn play<L: Fn(i64, DateTime<Utc>) -> oneshot::Receiver<Ack>>(
        &self,
        due: Vec<(i64, DateTime<Utc>)>,
        aside: &mut Aside,
        Doors { in_flight, line_up, .. }: &mut Doors<'_, L>,
    ) -> Result<(), LookError> {
        let (mut under_way, mut refused) = (FuturesUnordered::new(), false);
        for (place, (chat, at)) in due.into_iter().enumerate() {
            if place > 0 {
                tokio::time::sleep(PACE).await;
            }
            let _ = in_flight.wait_for(|count| *count <= BUSY).await;
            let receipt = line_up(chat, at);
            under_way.push(async move {
                match receipt.await {
                    Ok(Ack::Committed) if self.deadlines.passed(chat, at).await.is_ok() => Came::Through,
                    Ok(Ack::Newer | Ack::LaneFull) => Came::Aside(chat),
                    Ok(Ack::Committed | Ack::Away | Ack::Standby) | Err(_) => Came::Refused,
                }
            });
            while under_way.len() >= AT_A_TIME {
                refused |= under_way.next().await.is_some_and(|came| is_refused(came, aside));
            }
            if refused {
                break;
            }
        }
        while let Some(came) = under_way.next().await {
            refused |= is_refused(came, aside);
        }
        if refused { Err(LookError::Refused) } else { Ok(()) }
    }
}

/// Sets a chat aside that only itself keeps waiting; whether the others would fare no better.
fn is_refused(came: Came, aside: &mut Aside) -> bool {
    if let Came::Aside(chat) = came {
        aside.insert(chat, Instant::now() + LOOK);
    }
    matches!(came, Came::Refused)
}
