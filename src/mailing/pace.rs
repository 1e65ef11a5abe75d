//! The pace: so many messages a second over all, and one a second to each chat.
//!
//! Telegram counts all messages of a bot together. A reply takes its place at once; the letters of a mailing share what is
//! left. A reply waits only where replies alone are more than the pace allows, and its own chat has had more than its share
//! of them: then those of the other chats go first. A place that came a moment too late is not lost, so that the pace is kept however
//! coarse a clock is; but places are not saved up: after a pause there is no burst.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::Clock;

/// How fast messages may follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Between any two messages.
    pub interval: TimeDelta,
    /// Between two messages to one chat.
    pub per_chat: TimeDelta,
}

impl Default for RateLimit {
    /// What Telegram's FAQ advises: 30 a second over all, one a second to a chat.
    fn default() -> Self {
        Self::per_second(30)
    }
}

impl RateLimit {
    /// So many messages a second over all, one a second to a chat.
    pub fn per_second(messages: u32) -> Self {
        let interval = TimeDelta::microseconds(1_000_000 / i64::from(messages.max(1)));
        Self { interval, per_chat: TimeDelta::seconds(1) }
    }

    /// No limit.
    pub fn unlimited() -> Self {
        Self { interval: TimeDelta::zero(), per_chat: TimeDelta::zero() }
    }
}

/// Keeps a speed. One for all messages of a bot in this process.
#[derive(Debug)]
pub struct RateLimiter {
    clock: Clock,
    speed: RateLimit,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The next place that is free.
    next: DateTime<Utc>,
    /// Who was sent something lately, the oldest first.
    recent: VecDeque<(DateTime<Utc>, i64)>,
}

/// However much is replied, letters get a place at least this often.
const LONGEST: TimeDelta = TimeDelta::seconds(1);
/// Messages that one chat may have in the time between two to a chat, while there are more replies than the pace allows: a
/// page of cards. At 30 a second that is a sixth for one chat.
const SHARE: usize = 5;
/// From so far ahead of the pace on, there are more replies than it allows: half a second's worth.
const AHEAD: TimeDelta = TimeDelta::milliseconds(500);

impl RateLimiter {
    pub fn new(clock: Clock, speed: RateLimit) -> Self {
        let state = State { next: clock.now(), recent: VecDeque::new() };
        Self { clock, speed, state: Mutex::new(state) }
    }

    /// A reply to a customer is on its way: it takes a place, and does not wait for it.
    pub fn reply(&self, chat: i64) {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.take(now, self.speed.interval);
        state.next = state.next.min(now + LONGEST);
        state.sent(now, chat, self.speed.per_chat);
    }

    /// Waits as long as this chat has had its share and more replies are sent than the pace allows. No longer than a second
    /// where the chat's replies come one after another.
    pub async fn fair(&self, chat: i64) {
        loop {
            let now = self.clock.now();
            let due = {
                let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                state.share_due(now, chat, self.speed.per_chat)
            };
            if due <= now {
                return;
            }
            // As below: by a clock of milliseconds.
            self.clock.until(due + TimeDelta::microseconds(999)).await;
        }
    }

    /// Waits for a place for a letter, and takes it. How long that took.
    pub async fn place(&self, chat: i64) -> TimeDelta {
        let began = self.clock.now();
        loop {
            let now = self.clock.now();
            let due = {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                let due = state.due(now, chat, self.speed.per_chat);
                if due <= now {
                    state.take(now, self.speed.interval);
                    state.sent(now, chat, self.speed.per_chat);
                    return now - began;
                }
                due
            };
            // A clock that counts milliseconds would wake us up to one of them too early.
            self.clock.until(due + TimeDelta::microseconds(999)).await;
        }
    }
}

impl State {
    fn due(&self, now: DateTime<Utc>, chat: i64, per_chat: TimeDelta) -> DateTime<Utc> {
        let last = self.recent.iter().rev().find(|(_, known)| *known == chat).map(|(sent, _)| *sent + per_chat);
        last.unwrap_or(now).max(self.next)
    }

    /// When a reply to this chat may be sent: its share is free again, or there are fewer replies.
    fn share_due(&self, now: DateTime<Utc>, chat: i64, per_chat: TimeDelta) -> DateTime<Utc> {
        let sent = self.recent.iter().rev().filter(|(sent, known)| *known == chat && *sent + per_chat > now);
        // The one that must be too old to count, so that there is room for one more.
        let oldest = sent.map(|(sent, _)| *sent).nth(SHARE - 1);
        oldest.map_or(now, |oldest| (oldest + per_chat).min(self.next - AHEAD))
    }

    fn take(&mut self, now: DateTime<Utc>, interval: TimeDelta) {
        self.next = self.next.max(now - interval) + interval;
    }

    fn sent(&mut self, now: DateTime<Utc>, chat: i64, per_chat: TimeDelta) {
        while self.recent.front().is_some_and(|(sent, _)| *sent + per_chat <= now) {
            self.recent.pop_front();
        }
        if per_chat > TimeDelta::zero() {
            self.recent.push_back((now, chat));
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn clock() -> Clock {
        Clock::virtual_at(DateTime::UNIX_EPOCH)
    }

    /// Lets time pass as fast as somebody waits for it.
    async fn timed<T>(clock: &Clock, work: impl Future<Output = T>) -> T {
        let passing = async {
            loop {
                clock.skip(1).await;
            }
        };
        tokio::select! {
            done = work => done,
            () = passing => unreachable!("time passes for ever"),
        }
    }

    #[tokio::test]
    async fn a_thousand_letters_keep_thirty_a_second() {
        let clock = clock();
        let pace = RateLimiter::new(clock.clone(), RateLimit::default());
        timed(&clock, async {
            for chat in 0..=3000 {
                pace.place(chat).await;
            }
        })
        .await;
        let took = clock.now().timestamp_millis();
        assert!((99_900..=101_000).contains(&took), "{took} ms for 3,000 letters");
    }

    #[tokio::test]
    async fn one_chat_gets_one_a_second() {
        let clock = clock();
        let pace = RateLimiter::new(clock.clone(), RateLimit::default());
        timed(&clock, async {
            for _ in 0..=5 {
                pace.place(7).await;
            }
        })
        .await;
        assert_eq!(clock.now().timestamp(), 5);
    }

    #[tokio::test]
    async fn replies_take_their_share_and_leave_some() {
        let clock = clock();
        let pace = RateLimiter::new(clock.clone(), RateLimit::default());
        (0..15).for_each(|chat| pace.reply(chat));
        timed(&clock, pace.place(100)).await;
        let waited = clock.now().timestamp_millis();
        assert!((400..=500).contains(&waited), "half a second's places were taken, and {waited} ms waited for");
        // Far more replies than Telegram would take.
        (0..1000).for_each(|chat| pace.reply(chat));
        timed(&clock, pace.place(101)).await;
        assert!(clock.now().timestamp_millis() - waited <= 1001);
    }

    #[tokio::test]
    async fn a_chat_that_has_had_its_share_waits_while_there_are_too_many_replies() {
        let clock = clock();
        let pace = RateLimiter::new(clock.clone(), RateLimit::default());
        (0..10).for_each(|_| pace.reply(7));
        assert!(pace.fair(7).now_or_never().is_some(), "nobody else needs it");
        (100..120).for_each(|chat| pace.reply(chat));
        assert!(pace.fair(8).now_or_never().is_some(), "nobody waits who has had nothing");
        timed(&clock, pace.fair(7)).await;
        let waited = clock.now().timestamp_millis();
        assert!((400..=1000).contains(&waited), "{waited} ms");
        let unlimited = RateLimiter::new(clock.clone(), RateLimit::unlimited());
        (0..1000).for_each(|_| unlimited.reply(7));
        assert!(unlimited.fair(7).now_or_never().is_some());
    }

    #[tokio::test]
    async fn after_a_pause_there_is_no_burst() {
        let clock = clock();
        let pace = RateLimiter::new(clock.clone(), RateLimit::default());
        pace.place(1).await;
        clock.advance(TimeDelta::hours(1));
        let at_once = clock.now();
        timed(&clock, async {
            for chat in 2..32 {
                pace.place(chat).await;
            }
        })
        .await;
        assert!(clock.now() - at_once >= TimeDelta::milliseconds(930), "{}", clock.now() - at_once);
    }
}
