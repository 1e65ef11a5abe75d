//! Long polling: we ask for updates. Telegram forgets an update when we ask with a higher offset, so we do that only when
//! everything below it is committed and its replies are shown or owed, or kept in our own store: the offset is one for
//! all customers, and an update that cannot be served now must not hold the others back (see [`crate::waiting`]). Only one
//! process may ask, which is the active one (see [`crate::mongo::leases`]); another program that does is reported.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::App;
use serde::Serialize;
use serde_json::Value;
use teloxide::RequestError;
use teloxide::prelude::*;
use teloxide::requests::{JsonRequest, Payload};
use teloxide::types::AllowedUpdate;
use tokio::sync::watch;

use crate::active::{Active, Tenure};
use crate::calls::counted;
use crate::clock::Clock;
use crate::competing::CompetingConsumers;
use crate::entrance::{Admitted, Entrance, enqueue};
use crate::host::Host;
use crate::input;
use crate::input::{Incoming, Update};
use crate::jobs::UpdateQueue;
use crate::metrics::Metrics;
use crate::mongo::StoreError;
use crate::queue::Ack;
use crate::refusals::{described, says};
use crate::returning::Returning;
use crate::waiting::WaitingRoom;

/// Seconds that a poll is held. teloxide's client gives up at 17 s.
const HELD: u32 = 10;
/// Telegram gives at most so many updates at a time: where it gives fewer, no more were waiting.
const WHOLE_BATCH: usize = 100;
/// How long to wait after a failure: of Telegram, or of our own store.
const PAUSE: Duration = Duration::from_millis(500);
/// How often an update is tried for which the store is away, before it is kept for later: the store may be away for this
/// customer alone. Where it is away for all, the update cannot be kept either, and is tried on.
const AWAY_RETRIES: u32 = 20;

/// Telegram's words for a poll while a webhook is set, and for one that a webhook has ended.
const WEBHOOK_SET: &str = "webhook";
/// Telegram's words for a poll that another one has ended.
const OTHER_POLL: &str = "terminated by other";

/// The kinds of update that we read.
pub const KINDS: [AllowedUpdate; 4] =
    [AllowedUpdate::Message, AllowedUpdate::EditedMessage, AllowedUpdate::CallbackQuery, AllowedUpdate::MyChatMember];

/// Asks until told to stop, as long as this process is the active one.
pub(crate) async fn run<H: Host>(
    bot: Bot,
    (line, entrance, room, returning): (Arc<UpdateQueue<H>>, Entrance, Arc<WaitingRoom>, Arc<Returning>),
    active: Active,
    (clock, metrics): (Clock, Metrics),
    mut stop: watch::Receiver<bool>,
) {
    let competing = CompetingConsumers::new(metrics.names());
    let mut poller = Poller { bot, line, entrance, room, returning, competing, clock, metrics };
    loop {
        let tenure = tokio::select! {
            tenure = active.begun() => tenure,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        tokio::select! {
            stopped = poller.poll(&active, tenure, &mut stop) => if stopped { return },
            // What is not confirmed, the next active process gets.
            () = active.ended(tenure) => {}
        }
    }
}

struct Poller<H: Host> {
    bot: Bot,
    line: Arc<UpdateQueue<H>>,
    entrance: Entrance,
    room: Arc<WaitingRoom>,
    returning: Arc<Returning>,
    competing: CompetingConsumers,
    clock: Clock,
    metrics: Metrics,
}

impl<H: Host> Poller<H> {
    /// Asks until told to stop, from where Telegram begins by itself; `false`: this process is not the active one any more.
    async fn poll(&mut self, active: &Active, tenure: Tenure, stop: &mut watch::Receiver<bool>) -> bool {
        let Self { bot, line, entrance, room, returning, competing, clock, metrics } = self;
        let mut offset = 0;
        // Since when Telegram has not answered, and whether it ever has.
        let (mut silent_since, mut first) = (Instant::now(), true);
        // Whether Telegram has answered the last time. Else it is asked for what waits there, and answers at once: whoever is
        // asked again after an outage does not wait until somebody writes.
        let mut answers = false;
        loop {
            // A process that was paused wakes anywhere, and must not end the poll of its successor.
            if active.tenure() != Some(tenure) {
                return false;
            }
            let timeout = if answers { HELD } else { 0 };
            let request = JsonRequest::new(bot.clone(), GetUpdates { timeout, ..GetUpdates::held(offset) });
            let answer = tokio::select! {
                answer = counted(metrics, request) => answer,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            if active.tenure() != Some(tenure) {
                // The answer is an old one.
                return false;
            }
            answers = answer.is_ok();
            match answer {
                Ok(batch) => {
                    competing.none(clock.now());
                    let first = std::mem::take(&mut first);
                    if let Some(outage) = returning.ended(tenure, silent_since.elapsed(), first) {
                        returning.list(outage, tenure, active).await;
                    }
                    let next = batch.iter().filter_map(|update| update["update_id"].as_i64()).max();
                    if let Err(open) = commit_all(read_all(&batch, metrics, entrance), line, room, stop).await {
                        // All that is before it is done.
                        offset = open;
                        break;
                    }
                    offset = next.map_or(offset, |newest| newest.saturating_add(1));
                    if batch.len() < WHOLE_BATCH {
                        returning.release(tenure);
                    }
                    silent_since = Instant::now();
                }
                Err(error) => {
                    let pause = match &error {
                        RequestError::RetryAfter(seconds) => seconds.duration(),
                        RequestError::Api(api) if says(api, WEBHOOK_SET) => {
                            if competing.webhook(clock.now()) {
                                mend(bot).await;
                            }
                            PAUSE
                        }
                        RequestError::Api(api) if says(api, OTHER_POLL) => competing.poller(clock.now()),
                        _ => {
                            tracing::warn!(error = %described(&error), "updates could not be fetched; asking again");
                            PAUSE
                        }
                    };
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        _ = stop.wait_for(|stop| *stop) => break,
                    }
                }
            }
        }
        if active.tenure() != Some(tenure) {
            return true;
        }
        // What was committed since the last poll is said, or Telegram brings it again.
        let last = JsonRequest::new(bot.clone(), GetUpdates::last(offset));
        let _ = tokio::time::timeout(Duration::from_secs(2), async { last.await }).await;
        true
    }
}

/// Takes away a webhook that somebody has set; what waits at Telegram stays.
async fn mend(bot: &Bot) {
    if let Err(error) = bot.delete_webhook().await {
        tracing::warn!(error = %described(&error), "the webhook could not be taken away");
    }
}

/// What a batch means for customers, without what is skipped. An update that cannot be read is counted and logged, and
/// holds up no other.
fn read_all<A: App>(batch: &[Value], metrics: &Metrics, entrance: &Entrance) -> Vec<Polled<A>> {
    let read = |update: &Value| {
        let read = input::parse(&update.to_string());
        metrics.doors.received("polling", read.as_ref().map_or("unreadable", |update| update.kind));
        match read {
            Ok(Update { incoming: Some(incoming), .. }) => {
                entrance.admit(&incoming).map(|admitted| Polled { incoming, admitted, tries: 0 })
            }
            Ok(_) => None,
            Err(error) => {
                tracing::warn!(%error, "update ignored: it could not be read");
                None
            }
        }
    };
    batch.iter().filter_map(read).collect()
}

/// `getUpdates`, whose updates are left as they are: teloxide's own call fails as a whole where it cannot read one.
#[derive(Clone, Serialize)]
struct GetUpdates {
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i64>,
    timeout: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_updates: Option<[AllowedUpdate; 4]>,
}

impl GetUpdates {
    /// Waits for updates from an offset on; 0 is where Telegram begins by itself.
    fn held(offset: i64) -> Self {
        let offset = (offset != 0).then_some(offset);
        Self { offset, timeout: HELD, limit: None, allowed_updates: Some(KINDS) }
    }

    /// Confirms what lies before the offset.
    fn last(offset: i64) -> Self {
        Self { timeout: 0, limit: Some(1), allowed_updates: None, ..Self::held(offset) }
    }
}

impl Payload for GetUpdates {
    type Output = Vec<Value>;

    const NAME: &'static str = "GetUpdates";

    fn timeout_hint(&self) -> Option<Duration> {
        Some(Duration::from_secs(self.timeout.into()))
    }
}

/// An update of a batch that is not done yet.
struct Polled<A: App> {
    incoming: Incoming<A>,
    /// It was judged once, and is not charged again however often it is tried.
    admitted: Admitted,
    /// How often the store was away for it.
    tries: u32,
}

/// Lines a batch up until every update of it is committed, or kept for later.
///
/// # Errors
/// The first update that is not, when told to stop meanwhile.
async fn commit_all<H: Host>(
    mut open: Vec<Polled<H::App>>,
    line: &Arc<UpdateQueue<H>>,
    room: &WaitingRoom,
    stop: &mut watch::Receiver<bool>,
) -> Result<(), i64> {
    loop {
        open = commit_once(open, line, room).await;
        let Some(first) = open.first() else { return Ok(()) };
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stop.wait_for(|stop| *stop) => return Err(first.incoming.update),
        }
    }
}

/// Lines what is open of a batch up once; what is open afterwards, in its order.
async fn commit_once<H: Host>(
    open: Vec<Polled<H::App>>,
    line: &Arc<UpdateQueue<H>>,
    room: &WaitingRoom,
) -> Vec<Polled<H::App>> {
    let (mut left, mut lined_up, mut held) = (Vec::new(), Vec::new(), BTreeSet::new());
    for update in open {
        let chat = update.incoming.chat;
        // Behind what waits already; and never past an earlier one of this batch.
        match room.join(update.incoming.update, chat, &update.incoming.json).await {
            Ok(true) => {}
            Ok(false) if !held.contains(&chat) => lined_up.push(update),
            Ok(false) => left.push(update),
            Err(error) => {
                unkept(&error);
                held.insert(chat);
                left.push(update);
            }
        }
    }
    let line_up = |update: &Polled<H::App>| enqueue(line, update.incoming.clone(), None, update.admitted);
    let receipts: Vec<_> = lined_up.iter().map(line_up).collect();
    let acks = futures::future::join_all(receipts).await;
    for (mut update, ack) in lined_up.into_iter().zip(acks) {
        let chat = update.incoming.chat;
        let reason = match ack {
            // Also one that has overtaken another one of its customer: what is committed is done.
            Some(Ack::Committed) => continue,
            Some(Ack::Newer) => Some("newer"),
            Some(Ack::LaneFull) => Some("lane"),
            Some(Ack::Away) => {
                update.tries += 1;
                (update.tries >= AWAY_RETRIES).then_some("away")
            }
            Some(Ack::Standby) | None => None,
        };
        let kept = match reason {
            Some(reason) if !held.contains(&chat) => room
                .enter(update.incoming.update, chat, &update.incoming.json, reason)
                .await
                .inspect_err(unkept)
                .is_ok(),
            _ => false,
        };
        if !kept {
            held.insert(chat);
            left.push(update);
        }
    }
    left.sort_by_key(|update| update.incoming.update);
    left
}

fn unkept(error: &StoreError) {
    tracing::warn!(%error, "polling: an update cannot be kept for later; the batch is tried again");
}
