//! Long polling: we ask for updates. Telegram forgets an update when we ask with a higher offset,
//! so we do that only when everything below it is committed. Only one may ask: [`Rivals`] are told of.

use std::sync::Arc;
use std::time::Duration;

use teloxide::RequestError;
use teloxide::prelude::*;
use teloxide::types::AllowedUpdate;
use tokio::sync::watch;

use super::calls::counted;
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
        let mut request = bot.get_updates().timeout(HELD).allowed_updates(KINDS);
        request.offset = (offset != 0).then_some(offset);
        let answer = tokio::select! {
            answer = counted(&metrics, request) => answer,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match answer {
            Ok(updates) => {
                rivals.none(clock.now());
                updates.iter().for_each(|update| metrics.doors.received("polling", input::kind(update)));
                let next = updates.iter().map(|update| update.id.as_offset()).max();
                if !commit_all(&updates, &line, &mut stop).await {
                    return;
                }
                offset = next.unwrap_or(offset);
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
    let mut last = bot.get_updates().timeout(0).limit(1);
    last.offset = (offset != 0).then_some(offset);
    let _ = tokio::time::timeout(Duration::from_secs(2), async { last.await }).await;
}

/// Takes away a webhook that somebody has set; what waits at Telegram stays.
async fn mend(bot: &Bot) {
    if let Err(error) = bot.delete_webhook().await {
        tracing::warn!(error = %described(&error), "the webhook could not be taken away");
    }
}

/// Lines a batch up until every update of it is committed; `false` when told to stop meanwhile.
async fn commit_all(updates: &[Update], line: &Arc<Line>, stop: &mut watch::Receiver<bool>) -> bool {
    let mut open: Vec<&Update> = updates.iter().filter(|update| input::read(update).is_some()).collect();
    while !open.is_empty() {
        let receipts: Vec<_> = open.iter().map(|update| line_up(line, update, None)).collect();
        let fates = futures::future::join_all(receipts).await;
        let still = |(update, fate): (&'_ _, Option<Fate>)| (fate != Some(Fate::Committed)).then_some(*update);
        open = open.iter().zip(fates).filter_map(still).collect();
        if !open.is_empty() {
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                _ = stop.wait_for(|stop| *stop) => return false,
            }
        }
    }
    true
}
