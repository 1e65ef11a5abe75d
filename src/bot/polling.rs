//! Long polling: we ask for updates. Telegram forgets an update when we ask with a higher offset,
//! so we do that only when everything below it is committed. Only one may ask: [`Rivals`] are told of.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use teloxide::RequestError;
use teloxide::prelude::*;
use teloxide::requests::{JsonRequest, Payload};
use teloxide::types::AllowedUpdate;
use tokio::sync::watch;

use super::calls::counted;
use super::input::Incoming;
use super::queue::Fate;
use super::rivals::Rivals;
use super::screen::{described, says};
use super::{Line, input, line_up};
use crate::clock::Clock;
use crate::metrics::Metrics;

/// Seconds that a poll is held. teloxide's client gives up at 17 s.
const HELD: u32 = 10;
/// How long to wait after a failure: of Telegram, or of our own store.
const PAUSE: Duration = Duration::from_millis(500);

/// Telegram's words for a poll while a webhook is set, and for one that a webhook has ended.
const WEBHOOK_SET: &str = "webhook";
/// Telegram's words for a poll that another one has ended.
const OTHER_POLL: &str = "terminated by other";

/// The kinds of update that we read.
pub(crate) const KINDS: [AllowedUpdate; 4] =
    [AllowedUpdate::Message, AllowedUpdate::EditedMessage, AllowedUpdate::CallbackQuery, AllowedUpdate::MyChatMember];

/// Asks until told to stop.
pub(crate) async fn run(bot: Bot, line: Arc<Line>, clock: Clock, metrics: Metrics, mut stop: watch::Receiver<bool>) {
    let mut offset = 0;
    let mut rivals = Rivals::default();
    loop {
        let request = JsonRequest::new(bot.clone(), GetUpdates::held(offset));
        let answer = tokio::select! {
            answer = counted(&metrics, request) => answer,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match answer {
            Ok(batch) => {
                rivals.none(clock.now());
                let next = batch.iter().filter_map(|update| update["update_id"].as_i64()).max();
                if !commit_all(read_all(&batch, &metrics), &line, &mut stop).await {
                    return;
                }
                offset = next.map_or(offset, |newest| newest.saturating_add(1));
            }
            Err(error) => {
                let pause = match &error {
                    RequestError::RetryAfter(seconds) => seconds.duration(),
                    RequestError::Api(api) if says(api, WEBHOOK_SET) => {
                        if rivals.webhook(clock.now()) {
                            mend(&bot).await;
                        }
                        PAUSE
                    }
                    RequestError::Api(api) if says(api, OTHER_POLL) => rivals.poller(clock.now()),
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
    // Everything was committed before the last poll: say so, or Telegram brings the last batch again.
    let last = JsonRequest::new(bot, GetUpdates::last(offset));
    let _ = tokio::time::timeout(Duration::from_secs(2), async { last.await }).await;
}

/// Takes away a webhook that somebody has set; what waits at Telegram stays.
async fn mend(bot: &Bot) {
    if let Err(error) = bot.delete_webhook().await {
        tracing::warn!(error = %described(&error), "the webhook could not be taken away");
    }
}

/// What a batch means for customers. An update that cannot be read is counted and logged, and holds up no other.
fn read_all(batch: &[Value], metrics: &Metrics) -> Vec<Incoming> {
    let read = |update| {
        let read = input::read(update);
        metrics.doors.received("polling", read.as_ref().map_or("unreadable", |update| update.kind));
        match read {
            Ok(update) => update.incoming,
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

/// Lines a batch up until every update of it is committed; `false` when told to stop meanwhile.
async fn commit_all(mut open: Vec<Incoming>, line: &Arc<Line>, stop: &mut watch::Receiver<bool>) -> bool {
    while !open.is_empty() {
        let receipts: Vec<_> = open.iter().map(|incoming| line_up(line, incoming.clone(), None)).collect();
        let fates = futures::future::join_all(receipts).await;
        let still = |(incoming, fate)| (fate != Some(Fate::Committed)).then_some(incoming);
        open = open.into_iter().zip(fates).filter_map(still).collect();
        if !open.is_empty() {
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                _ = stop.wait_for(|stop| *stop) => return false,
            }
        }
    }
    true
}
