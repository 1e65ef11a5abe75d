//! Others who take this bot's updates while we poll: another poller, or a webhook that somebody has set. Telegram says
//! 409 to one of them.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::Names;

/// Nobody has come between us for so long, and it is over.
const CALM: TimeDelta = TimeDelta::minutes(2);
/// A webhook that comes back within so long is somebody's who wants it.
const AGAIN: TimeDelta = TimeDelta::minutes(10);
/// Nothing is done less often than this.
const LONGEST: Duration = Duration::from_secs(60);
const SHORTEST: Duration = Duration::from_millis(500);

/// What is known of them.
#[derive(Debug)]
pub(crate) struct CompetingConsumers {
    names: Names,
    /// When the newest one was met.
    met: Option<DateTime<Utc>>,
    /// How long to leave Telegram to another poller.
    pause: Duration,
    /// When a webhook was last taken away, and how long one is left the next time.
    mended: Option<DateTime<Utc>>,
    truce: TimeDelta,
}

impl CompetingConsumers {
    /// Nobody is known.
    pub(crate) fn new(names: Names) -> Self {
        Self { names, met: None, pause: Duration::ZERO, mended: None, truce: TimeDelta::zero() }
    }

    /// A poll went well.
    pub(crate) fn none(&mut self, now: DateTime<Utc>) {
        if self.met.is_some_and(|met| now - met >= CALM) {
            (self.met, self.pause) = (None, Duration::ZERO);
            tracing::info!("nobody else takes this bot's updates any more");
        }
    }

    /// Another program polls. Two that ask as fast as they can would take every second update from each other: we
    /// ask less and less often, so that somebody gets all of them.
    pub(crate) fn poller(&mut self, now: DateTime<Utc>) -> Duration {
        if self.met.replace(now).is_none() {
            tracing::error!(
                "another program polls with this bot's token, and each takes updates from the other: stop it (another \
                 `{}`, perhaps on another machine), or make a new token at @BotFather (/revoke)",
                self.names.program
            );
        }
        self.pause = (self.pause * 2).clamp(SHORTEST, LONGEST);
        self.pause
    }

    /// Somebody has set a webhook; whether it is taken away now.
    pub(crate) fn webhook(&mut self, now: DateTime<Utc>) -> bool {
        let again = self.mended.is_some_and(|mended| now - mended < AGAIN.max(self.truce * 2));
        if !again {
            self.truce = TimeDelta::zero();
        }
        if self.mended.is_some_and(|mended| again && now - mended < self.truce) {
            return false;
        }
        if self.met.replace(now).is_none() || !again {
            tracing::warn!(
                "somebody has set a webhook for this bot, so that we got no updates; it is taken away. To be called by \
                 Telegram, set {}_WEBHOOK_URL; if another program did this, two of them use one token",
                self.names.settings
            );
        } else if self.truce.is_zero() {
            tracing::error!(
                "somebody sets a webhook for this bot again and again: two programs use one token. Stop the other one, \
                 or make a new token at @BotFather (/revoke). The webhook is taken away less and less often"
            );
        }
        self.mended = Some(now);
        self.truce =
            if again { (self.truce * 2).clamp(TimeDelta::minutes(1), TimeDelta::hours(1)) } else { self.truce };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(count: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(count)
    }

    #[test]
    fn another_poller_is_left_more_and_more_time() {
        let mut competing = CompetingConsumers::new(Names { program: "bot", settings: "BOT" });
        let pauses: Vec<_> = (0..9).map(|at| competing.poller(second(at)).as_millis()).collect();
        assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
        competing.none(second(9));
        assert_eq!(competing.poller(second(10)), LONGEST, "it was only quiet for a moment");
        competing.none(second(200));
        assert_eq!(competing.poller(second(201)), SHORTEST);
    }

    #[test]
    fn a_webhook_that_comes_back_is_taken_away_less_and_less_often() {
        let mut competing = CompetingConsumers::new(Names { program: "bot", settings: "BOT" });
        let mended = (0..6 * 3600).filter(|at| competing.webhook(second(*at))).count();
        assert!((7..=15).contains(&mended), "{mended} times in six hours");
        assert!(competing.webhook(second(24 * 3600)), "after a quiet day at once");
    }
}
