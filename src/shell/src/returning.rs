//! After an outage: customers who were in the middle of something are shown their screen again, the newest first.
//!
//! An outage is a time in which nobody took updates for longer than Telegram keeps a tap ([`engine::outage`]): no process
//! was active, as the lease says, or Telegram could not be asked. Whom it concerns is listed before the first update that
//! waits at Telegram is lined up, so that whoever has played a turn since is known, and left alone. Then, when what has
//! waited at Telegram is lined up, a job goes into each customer's lane behind everything that waits there. The turn itself
//! decides whether its customer is being asked something ([`crate::turn`]).
//!
//! The outage is kept with the lease until everybody is through, so that the next process goes on where this one died. The
//! turn has an id of its own, by which it counts once ([`Outage::update_id`]).

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use engine::outage::{IN_THE_MIDDLE, loses_taps};
use futures::future::join_all;
use tokio::sync::{oneshot, watch};

use crate::active::{Active, Tenure};
use crate::clock::Clock;
use crate::lease::Outage;
use crate::metrics::Metrics;
use crate::mongo::leases::Leases;
use crate::mongo::recent::Recent;
use crate::queue::Ack;

/// More customers than these are not shown their screens: it would take longer than they remember what they were doing.
const MOST: i64 = 1_000;
/// The pause between two of them: 20 messages a second, of the 30 that Telegram takes of a bot
/// (<https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>).
const PACE: Duration = Duration::from_millis(50);
/// As long as more than these are under way, ordinary updates go first.
const BUSY: usize = 8;
/// Whoever has not had a turn by then does not need to be reminded.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(15 * 60);
/// The last turns have so long to be committed and shown.
const LAST_TURNS_TIMEOUT: Duration = Duration::from_secs(60);
/// Deadlines have so long to be met before customers are asked again.
const DEADLINES_TIMEOUT: Duration = Duration::from_secs(5);
/// Telegram has so long to bring what it has kept, where it calls us.
const WEBHOOK_PAUSE: Duration = Duration::from_secs(3);

/// What has come of one customer's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    /// Their screen is shown again.
    Asked,
    /// They are not being asked anything, have had a turn since, or were shown their screen already.
    Nothing,
    /// It could not be done.
    Failed,
}

/// Those who are listed, newest first.
#[derive(Debug, Clone)]
struct Listed {
    outage: Outage,
    tenure: Tenure,
    chats: Arc<[i64]>,
}

/// Customers who come back to a question after an outage.
pub(crate) struct Returning {
    recent: Recent,
    leases: Leases,
    clock: Clock,
    metrics: Metrics,
    /// Those of them who have not had a turn since the outage.
    awaited: Mutex<BTreeSet<i64>>,
    /// Listed, while what has waited at Telegram is lined up.
    listed: Mutex<Option<Listed>>,
    /// Whose turn it is now.
    released: watch::Sender<Option<Listed>>,
    /// The epoch in which what had waited at Telegram is lined up.
    caught_up: watch::Sender<i64>,
    /// The epoch in which the deadlines that have passed meanwhile were met.
    met: watch::Sender<i64>,
    /// The number of the newest outage after which everybody is through.
    done: watch::Sender<i64>,
    /// How many outages this process has found out by itself.
    found: AtomicI64,
    asked: AtomicUsize,
}

impl Returning {
    pub(crate) fn new(recent: Recent, leases: Leases, clock: Clock, metrics: Metrics) -> Arc<Self> {
        Arc::new(Self {
            recent,
            leases,
            clock,
            metrics,
            awaited: Mutex::default(),
            listed: Mutex::default(),
            released: watch::Sender::new(None),
            caught_up: watch::Sender::new(0),
            met: watch::Sender::new(0),
            done: watch::Sender::new(0),
            found: AtomicI64::new(0),
            asked: AtomicUsize::new(0),
        })
    }

    /// The outage that ends now that Telegram can be asked, after so long a silence; `first`: for the first time in this
    /// tenure.
    pub(crate) fn ended(&self, tenure: Tenure, silent_for: Duration, first: bool) -> Option<Outage> {
        let known = tenure.away.filter(|_| first);
        let silent_for = TimeDelta::from_std(silent_for).unwrap_or(TimeDelta::MAX);
        if !loses_taps(silent_for) {
            return known;
        }
        let now = self.clock.now();
        let since = now.checked_sub_signed(silent_for)?;
        let since = known.map_or(since, |known| known.since.min(since));
        let place = self.found.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        Some(Outage { number: Outage::number(tenure.epoch, place), since, until: now })
    }

    /// Lists whom an outage concerns: before anything new is lined up.
    pub(crate) async fn list(&self, outage: Outage, tenure: Tenure, active: &Active) {
        if tenure.away != Some(outage)
            && let Err(error) = self.leases.keep_outage(active.name(), tenure.epoch, outage).await
        {
            tracing::warn!(%error, "outage: it could not be stored; a customer who is not asked now will not be asked");
        }
        let from = outage.since.checked_sub_signed(IN_THE_MIDDLE).unwrap_or(outage.since);
        let chats = match self.recent.chats(from, outage.until, MOST).await {
            Ok(chats) => chats,
            Err(error) => {
                tracing::warn!(%error, "outage: the customers who were being asked something could not be read");
                return;
            }
        };
        self.metrics.leases.outage();
        *self.lock_awaited() = chats.iter().copied().collect();
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        *listed = Some(Listed { outage, tenure, chats: chats.into() });
    }

    /// What has waited at Telegram is lined up in this tenure: those who are listed may follow, and what happens by itself.
    pub(crate) fn release(&self, tenure: Tenure) {
        self.caught_up.send_replace(tenure.epoch);
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner).take();
        if listed.is_some() {
            self.released.send_replace(listed);
        }
    }

    /// Resolves when what had waited at Telegram before this tenure is lined up.
    pub(crate) async fn caught_up(&self, tenure: Tenure) {
        // The sender lives as long as `self`: waiting cannot fail.
        let _ = self.caught_up.subscribe().wait_for(|epoch| *epoch >= tenure.epoch).await;
    }

    /// Deadlines that have passed before this tenure are met: nobody is asked again what is over.
    pub(crate) fn deadlines_met(&self, tenure: Tenure) {
        self.met.send_replace(tenure.epoch);
    }

    /// Lists and releases after each change of the active process, where Telegram calls us.
    pub(crate) async fn follow(&self, active: &Active) {
        loop {
            let tenure = active.begun().await;
            if let Some(outage) = tenure.away {
                self.list(outage, tenure, active).await;
                tokio::time::sleep(WEBHOOK_PAUSE).await;
            }
            self.release(tenure);
            active.ended(tenure).await;
        }
    }

    /// A turn of this customer is played, or their screen is about to be shown again; whether nobody has done that before.
    pub(crate) fn served(&self, chat: i64) -> bool {
        let mut awaited = self.lock_awaited();
        !awaited.is_empty() && awaited.remove(&chat)
    }

    /// What has come of a customer's turn.
    pub(crate) fn came(&self, came: Came) {
        self.metrics.leases.returned(match came {
            Came::Asked => "asked",
            Came::Nothing => "nothing",
            Came::Failed => "failed",
        });
        if came == Came::Asked {
            self.asked.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Resolves when everybody is through whom the outage before this tenure concerns.
    pub(crate) async fn completed(&self, active: &Active) {
        let Some(tenure) = active.tenure() else { return };
        let Some(outage) = tenure.away else { return };
        let mut done = self.done.subscribe();
        tokio::select! {
            _ = done.wait_for(|done| *done >= outage.number) => {}
            () = active.ended(tenure) => {}
        }
    }

    /// Lines up a turn of everybody who is listed and released, for as long as the bot runs. `in_flight` is what the queue
    /// has under way.
    pub(crate) async fn run(
        &self,
        active: &Active,
        mut in_flight: watch::Receiver<usize>,
        line_up: impl Fn(i64, Outage) -> oneshot::Receiver<Ack>,
    ) {
        let mut released = self.released.subscribe();
        loop {
            let next = released.borrow_and_update().clone();
            if let Some(listed) = next.filter(|listed| listed.outage.number > *self.done.borrow()) {
                self.line_up_all(&listed, active, &mut in_flight, &line_up).await;
            }
            // The sender lives as long as `self`: waiting cannot fail.
            let _ = released.changed().await;
        }
    }

    async fn line_up_all(
        &self,
        Listed { outage, tenure, chats }: &Listed,
        active: &Active,
        in_flight: &mut watch::Receiver<usize>,
        line_up: &impl Fn(i64, Outage) -> oneshot::Receiver<Ack>,
    ) {
        let mut met = self.met.subscribe();
        let _ = tokio::time::timeout(DEADLINES_TIMEOUT, met.wait_for(|epoch| *epoch >= tenure.epoch)).await;
        let (began, customers) = (Instant::now(), chats.len());
        let away_seconds = (outage.until - outage.since).num_seconds();
        tracing::info!(customers, away_seconds, "outage: it is over; who was being asked something is asked again");
        self.asked.store(0, Ordering::Relaxed);
        let mut acks = Vec::new();
        for chat in chats.iter() {
            tokio::select! {
                _ = in_flight.wait_for(|count| *count <= BUSY) => {}
                // The next active process goes on.
                () = active.ended(*tenure) => return,
            }
            if active.tenure() != Some(*tenure) {
                return;
            }
            if began.elapsed() > GIVEN_UP_AFTER {
                tracing::warn!(
                    customers = customers - acks.len(),
                    "outage: the bot is too busy to ask the other customers again"
                );
                break;
            }
            acks.push(line_up(*chat, *outage));
            tokio::time::sleep(PACE).await;
        }
        let last = tokio::time::timeout(LAST_TURNS_TIMEOUT, join_all(acks)).await.unwrap_or_default();
        let through = last.iter().filter(|ack| matches!(ack, Ok(Ack::Committed))).count();
        let asked = self.asked.load(Ordering::Relaxed);
        tracing::info!(customers, through, asked, "outage: every customer whom it concerns was asked again or skipped");
        if through == customers
            && let Err(error) = self.leases.forget_outage(active.name(), tenure.epoch).await
        {
            tracing::warn!(%error, "outage: its end could not be stored; no customer is asked twice");
        }
        self.done.send_replace(outage.number);
    }

    fn lock_awaited(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        // What panics while it holds this lock, if anything, leaves it as it was.
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
