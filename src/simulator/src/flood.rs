//! Flood limits: how fast a bot may send before it is told to wait.
//!
//! Telegram's FAQ names about one message a second to a person, with short bursts, twenty a minute to a group, and
//! about thirty a second over all (<https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>).
//! The exact numbers are not published; the burst is our guess, and a generous one. Telegram's servers count what
//! reaches them: a call that the Bot API server itself refuses, such as one with a text that is too long, costs nothing
//! and is refused for what is wrong with it.

use std::collections::HashMap;

/// How long one message counts, and how many may come in one go. Times are thirds of a millisecond, so that all of them
/// are whole numbers.
#[derive(Clone, Copy)]
struct Pace {
    cost: i64,
    burst: i64,
}

const PRIVATE: Pace = Pace { cost: 3_000, burst: 20 };
const GROUP: Pace = Pace { cost: 9_000, burst: 20 };
const OVERALL: Pace = Pace { cost: 100, burst: 30 };
const THIRDS: i64 = 3;

/// The pace of one chat: groups have negative ids.
fn pace(chat: i64) -> Pace {
    if chat < 0 { GROUP } else { PRIVATE }
}

/// More chats than this are looked through for those that have been silent.
const MANY: usize = 10_000;

/// What a bot has sent lately. Times are milliseconds of the bot's own clock.
#[derive(Default)]
pub(crate) struct Flood {
    /// Whether the limits are kept; tests that are about something else leave them off.
    pub(crate) on: bool,
    chats: HashMap<i64, Bucket>,
    overall: Option<Bucket>,
}

/// Fills up with time; a message takes its cost out.
#[derive(Clone, Copy)]
struct Bucket {
    credit: i64,
    at: i64,
}

impl Flood {
    /// Lets one more message pass, or says after how many seconds to ask again.
    pub(crate) fn pass(&mut self, chat: i64, now: i64) -> Result<(), u32> {
        if !self.on {
            return Ok(());
        }
        let known = |bucket: Option<Bucket>, pace: Pace| bucket.unwrap_or(Bucket::full(pace, now)).filled(now, pace);
        let here = known(self.chats.get(&chat).copied(), pace(chat));
        let overall = known(self.overall, OVERALL);
        let wait = here.wait(pace(chat)).max(overall.wait(OVERALL));
        if wait > 0 {
            return Err(wait);
        }
        self.chats.insert(chat, here.less_one(pace(chat)));
        self.overall = Some(overall.less_one(OVERALL));
        if self.chats.len() > MANY {
            // A bucket that is full again says nothing.
            self.chats.retain(|chat, bucket| !bucket.filled(now, pace(*chat)).is_full(pace(*chat)));
        }
        Ok(())
    }
}

impl Bucket {
    fn full(pace: Pace, now: i64) -> Bucket {
        Bucket { credit: pace.cost * pace.burst, at: now }
    }

    fn is_full(self, pace: Pace) -> bool {
        self.credit == pace.cost * pace.burst
    }

    fn filled(self, now: i64, pace: Pace) -> Bucket {
        let gained = (now - self.at).max(0) * THIRDS;
        Bucket { credit: (self.credit + gained).min(pace.cost * pace.burst), at: now }
    }

    fn less_one(self, pace: Pace) -> Bucket {
        Bucket { credit: self.credit - pace.cost, ..self }
    }

    /// Whole seconds until there is room for one; 0 if there is now.
    fn wait(self, pace: Pace) -> u32 {
        let missing = (pace.cost - self.credit).max(0);
        u32::try_from((missing + 1_000 * THIRDS - 1) / (1_000 * THIRDS)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_one_a_second() {
        let mut flood = Flood { on: true, ..Flood::default() };
        // Slowly enough for the limit over all chats.
        let passed = (0..30).filter(|at| flood.pass(7, at * 34).is_ok()).count();
        assert_eq!(passed, 20);
        assert_eq!(flood.pass(7, 1_020), Ok(()));
        assert_eq!(flood.pass(7, 1_020), Err(1));
        assert_eq!(flood.pass(8, 1_020), Ok(()));
    }

    #[test]
    fn over_all_chats_it_is_thirty_a_second() {
        let mut flood = Flood { on: true, ..Flood::default() };
        assert_eq!((0..100).filter(|chat| flood.pass(*chat, 0).is_ok()).count(), 30);
        assert_eq!((100..300).filter(|chat| flood.pass(*chat, 1_000).is_ok()).count(), 30);
    }

    #[test]
    fn a_group_takes_twenty_a_minute() {
        let mut flood = Flood { on: true, ..Flood::default() };
        let passed = (0..60).filter(|second| flood.pass(-7, second * 1_000).is_ok()).count();
        assert_eq!(passed, 39, "the burst, and one every three seconds");
    }
}
