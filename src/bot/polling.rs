//! Long polling: we ask for updates. Telegram forgets an update when we ask with a higher offset,
//! so we do that only when everything below it is committed.

use std::sync::Arc;
use std::time::Duration;

use teloxide::RequestError;
use teloxide::prelude::*;
use teloxide::types::AllowedUpdate;
use tokio::sync::watch;

use super::calls::counted;
use super::screen::described;
use super::{Line, input, line_up};
use crate::bot::queue::Fate;
use crate::metrics::Metrics;

/// Seconds that a poll is held. teloxide's client gives up at 17 s.
const HELD: u32 = 10;
/// How long to wait after a failure: of Telegram, or of our own store.
const PAUSE: Duration = Duration::from_millis(500);

/// The kinds of update that we read.
pub(crate) const KINDS: [AllowedUpdate; 4] =
    [AllowedUpdate::Message, AllowedUpdate::EditedMessage, AllowedUpdate::CallbackQuery, AllowedUpdate::MyChatMember];

/// Asks until told to stop.
pub(crate) async fn run(bot: Bot, line: Arc<Line>, metrics: Metrics, mut stop: watch::Receiver<bool>) {
    let mut offset = 0;
    loop {
        let mut request = bot.get_updates().timeout(HELD).allowed_updates(KINDS);
        request.offset = (offset != 0).then_some(offset);
        let answer = tokio::select! {
            answer = counted(&metrics, request) => answer,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match answer {
            Ok(updates) => {
                updates.iter().for_each(|update| metrics.doors.received("polling", input::kind(update)));
                let next = updates.iter().map(|update| update.id.as_offset()).max();
                if !commit_all(&updates, &line, &mut stop).await {
                    return;
                }
                offset = next.unwrap_or(offset);
            }
            Err(error) => {
                tracing::warn!(error = %described(&error), "updates could not be fetched; asking again");
                let pause = match error {
                    RequestError::RetryAfter(seconds) => seconds.duration(),
                    _ => PAUSE,
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
