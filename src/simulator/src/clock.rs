//! What time it is for a bot.

use chrono::{DateTime, TimeDelta, Utc};

/// The clock of a bot's Telegram.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum BotClock {
    #[default]
    System,
    /// It stands at a time.
    Standing(DateTime<Utc>),
    /// It runs, and is ahead of the system's.
    Ahead(TimeDelta),
}

impl BotClock {
    pub(crate) fn now(self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now(),
            Self::Standing(time) => time,
            Self::Ahead(by) => Utc::now().checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC),
        }
    }

    /// The same clock after it was moved on.
    pub(crate) fn moved(self, by: TimeDelta) -> Self {
        match self {
            Self::System => Self::Ahead(by),
            Self::Standing(time) => Self::Standing(time.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)),
            Self::Ahead(already) => Self::Ahead(already.checked_add(&by).unwrap_or(TimeDelta::MAX)),
        }
    }

    /// Where it stands, if it does.
    pub(crate) fn stands(self) -> Option<DateTime<Utc>> {
        if let Self::Standing(time) = self { Some(time) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_ahead_runs_and_one_that_stands_does_not() {
        let hour = TimeDelta::hours(1);
        let ahead = BotClock::System.moved(hour).moved(hour);
        assert_eq!(ahead, BotClock::Ahead(hour * 2));
        assert!((ahead.now() - Utc::now() - hour * 2).abs() < TimeDelta::minutes(1));
        let stands = BotClock::Standing(DateTime::UNIX_EPOCH).moved(hour);
        assert_eq!(stands.now().timestamp(), 3_600);
        assert_eq!(BotClock::Standing(DateTime::<Utc>::MAX_UTC).moved(hour).stands(), Some(DateTime::<Utc>::MAX_UTC));
    }
}
