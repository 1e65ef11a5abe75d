//! How the history is written and read.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::{CallRecord, Happening, Recorded};
use crate::Simulator;
use crate::world::Bot;

impl Bot {
    pub(crate) fn record(&mut self, update: Option<i64>, happening: Happening) {
        let (at, when, journal) = (self.now(), Utc::now(), self.journal.len());
        self.history.push(Recorded { at, when, update, journal, happening });
    }
}

impl Simulator {
    /// What was done to the bot from a position on, as far as it is remembered, and the position of the oldest of it.
    pub fn history(&self, token: &str, from: usize) -> (usize, Vec<Recorded>) {
        self.cell(token).with(|bot| {
            let kept: Vec<Recorded> = bot.history.since(from).cloned().collect();
            (bot.history.len() - kept.len(), kept)
        })
    }

    /// What an update told the bot of.
    pub fn happening(&self, token: &str, update: i64) -> Option<Happening> {
        self.cell(token).with(|bot| {
            let found = bot.history.since(0).rev().find(|recorded| recorded.update == Some(update));
            found.map(|recorded| recorded.happening.clone())
        })
    }

    /// The update that told of the newest deed.
    pub fn newest_update(&self, token: &str) -> Option<i64> {
        self.cell(token).with(|bot| bot.history.since(0).rev().find_map(|recorded| recorded.update))
    }

    /// Length of the history: the position of what comes next.
    pub fn history_len(&self, token: &str) -> usize {
        self.cell(token).with(|bot| bot.history.len())
    }

    /// What stands on the button whose tap an update told of.
    pub fn tapped_label(&self, token: &str, update: i64) -> Option<String> {
        let found = |bot: &mut Bot| bot.taps.values().find(|tap| tap.update == update).map(|tap| tap.label.clone());
        self.cell(token).with(found)
    }

    /// The newest calls about a chat that came between two moments of the system's clock, oldest first.
    pub fn calls(&self, token: &str, chat: i64, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<CallRecord> {
        let within = |call: &&CallRecord| call.chat == Some(chat) && from <= call.at && call.at <= until;
        self.cell(token).with(|bot| bot.calls.since(0).filter(within).cloned().collect())
    }

    /// Waits until nothing is left to be fetched, no call is open, and none has come for a while (`calm`); `false` if
    /// that has not happened within `limit`. For a bot whose inside is not ours, silence is all that can be seen.
    pub async fn quiet(&self, token: &str, calm: Duration, limit: Duration) -> bool {
        let cell = self.cell(token);
        let settled = async {
            loop {
                let mut changes = cell.changes();
                let wait = cell.with(|bot| {
                    let now = bot.unix_now();
                    bot.updates.expire(now);
                    // What is kept back on purpose does not come by waiting.
                    let busy = bot.updates.waiting().next().is_some() || bot.open_calls > 0;
                    let rest =
                        bot.active.map_or(Duration::ZERO, |active: Instant| calm.saturating_sub(active.elapsed()));
                    (!busy).then_some(rest)
                });
                match wait {
                    Some(rest) if rest.is_zero() => return,
                    Some(rest) => tokio::time::sleep(rest).await,
                    None if changes.changed().await.is_err() => return,
                    None => {}
                }
            }
        };
        tokio::time::timeout(limit, settled).await.is_ok()
    }
}
