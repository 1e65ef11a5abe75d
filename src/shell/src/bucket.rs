//! How many updates each customer may send: a token bucket for each of them. No I/O.
//!
//! A bucket holds [`BURST`] updates and is refilled by one every [`REFILL`]. Whoever empties it has their updates skipped
//! until half of it is there again, and is told so once.
//!
//! What an update costs is charged by two clocks, and it may pass by either: when it came in, and when Telegram says it
//! was sent. While the bot was away, Telegram has kept the updates of hours and brings them at once; their customers have
//! not hurried. Telegram says of messages when they were sent, and not of taps.
//!
//! An update that was let in and comes again is let in again, and is not charged again: it may still be under way, and
//! Telegram must not forget it before it is done.

use std::collections::{HashMap, VecDeque};

/// So many updates may come at once. A person taps about five times a second at most; the longest transcript has 33 inputs
/// of one person in a row, in no time.
pub(crate) const BURST: i64 = 60;
/// Milliseconds after which one more may come: three a second, more than anybody reads.
pub(crate) const REFILL: i64 = 333;
/// What has to be there again before updates are played again.
const RESUMED: i64 = BURST / 2;
/// So many updates of a customer are known to have been let in: more than a lane holds, and more than come in a minute, after
/// which Telegram has given up waiting for an answer.
const KNOWN: usize = 256;
/// Buckets are looked through for full ones when there are more than this, and more than twice as many as were left.
const SWEPT_ABOVE: usize = 1024;

/// What becomes of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It is played. So many updates has its customer sent lately that would not have been sent yet at the pace of the refill.
    /// Whoever sends fifty at once is ahead by fifty, also where they come one by one; what waited at Telegram during an outage
    /// is not ahead, although all of it comes at once.
    Played { ahead: u32 },
    /// It is skipped, as the first one: its customer is told.
    SkippedFirst,
    /// It is skipped.
    Skipped,
}

/// The buckets of all customers, but those that are full.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    chats: HashMap<i64, Bucket>,
    /// How many were left when they were looked through last.
    left: usize,
}

/// One customer's bucket.
#[derive(Debug, Default)]
struct Bucket {
    by_arrival: Level,
    by_sending: Level,
    /// When the newest of their messages was sent.
    sent: i64,
    skips: bool,
    /// The updates that were let in last, oldest first.
    known: VecDeque<i64>,
}

/// How full a bucket is by one clock: when it is full again, in milliseconds.
#[derive(Debug, Clone, Copy, Default)]
struct Level(i64);

impl Level {
    /// How many updates may come now.
    fn tokens(self, now: i64) -> i64 {
        // Rounded up: a part of an update does not come.
        BURST - (self.0.saturating_sub(now).max(0) + REFILL - 1) / REFILL
    }

    /// One update has come. A bucket is never emptier than empty, also after a clock was set back.
    fn take(&mut self, now: i64) {
        let empty = now.saturating_add(BURST * REFILL);
        self.0 = self.0.max(now).saturating_add(REFILL).min(empty);
    }
}

impl Buckets {
    /// An update has come in at `now`, and was sent at `sent`, if that is known; both in milliseconds since 1970.
    pub(crate) fn admit(&mut self, chat: i64, update: i64, now: i64, sent: Option<i64>) -> Admission {
        if self.chats.len() > SWEPT_ABOVE.max(self.left.saturating_mul(2)) {
            self.sweep(now);
        }
        let bucket = self.chats.entry(chat).or_default();
        // The newest ones are asked for most.
        if bucket.known.iter().rev().any(|known| *known == update) {
            return Admission::Played { ahead: bucket.ahead(now, sent) };
        }
        // Messages come out of order; and a clock that was set back must not shut anybody out for long.
        bucket.sent = bucket.sent.max(sent.unwrap_or_default());
        bucket.by_arrival.0 = bucket.by_arrival.0.min(now.saturating_add(BURST * REFILL));
        let tokens = bucket.by_arrival.tokens(now).max(bucket.by_sending.tokens(bucket.sent));
        let needed = if bucket.skips { RESUMED } else { 1 };
        if tokens < needed {
            return match std::mem::replace(&mut bucket.skips, true) {
                true => Admission::Skipped,
                false => Admission::SkippedFirst,
            };
        }
        let ahead = bucket.ahead(now, sent);
        bucket.skips = false;
        bucket.by_arrival.take(now);
        bucket.by_sending.take(bucket.sent);
        bucket.known.push_back(update);
        if bucket.known.len() > KNOWN {
            bucket.known.pop_front();
        }
        Admission::Played { ahead }
    }

    /// Forgets whose bucket is full.
    fn sweep(&mut self, now: i64) {
        self.chats.retain(|_, bucket| bucket.by_arrival.tokens(now).min(bucket.by_sending.tokens(now)) < BURST);
        self.left = self.chats.len();
    }
}

impl Bucket {
    /// How many updates are missing by when they were sent, if that is known; else by when they came in.
    fn ahead(&self, now: i64, sent: Option<i64>) -> u32 {
        let tokens = if sent.is_some() { self.by_sending.tokens(self.sent) } else { self.by_arrival.tokens(now) };
        u32::try_from(BURST - tokens).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use proptest::prelude::*;

    use super::*;

    const ANNA: i64 = 7;

    /// Judges an update that has not come before.
    fn admit(buckets: &mut Buckets, chat: i64, now: i64, sent: Option<i64>) -> Admission {
        static NEXT: AtomicI64 = AtomicI64::new(1_000);
        buckets.admit(chat, NEXT.fetch_add(1, Ordering::Relaxed), now, sent)
    }

    /// How many of so many updates are played that come at once.
    fn played(buckets: &mut Buckets, count: i64, now: i64, sent: Option<i64>) -> i64 {
        (0..count).filter(|_| is_played(admit(buckets, ANNA, now, sent))).count() as i64
    }

    fn is_played(admission: Admission) -> bool {
        matches!(admission, Admission::Played { .. })
    }

    #[test]
    fn a_burst_is_played_one_word_follows_then_silence_then_all_is_normal() {
        let mut buckets = Buckets::default();
        assert_eq!(played(&mut buckets, BURST, 0, None), BURST);
        assert_eq!(admit(&mut buckets, ANNA, 0, None), Admission::SkippedFirst);
        assert_eq!(admit(&mut buckets, ANNA, 0, None), Admission::Skipped);
        let resumed = RESUMED * REFILL;
        assert_eq!(admit(&mut buckets, ANNA, resumed - 1, None), Admission::Skipped, "what is skipped costs nothing");
        assert_eq!(played(&mut buckets, BURST, resumed, None), RESUMED);
        assert_eq!(buckets.chats.len(), 1);
    }

    #[test]
    fn nobody_else_notices() {
        let mut buckets = Buckets::default();
        played(&mut buckets, 10_000, 0, None);
        assert_eq!(admit(&mut buckets, 8, 0, None), Admission::Played { ahead: 0 });
    }

    #[test]
    fn what_waited_at_telegram_is_judged_by_when_it_was_sent() {
        let (mut buckets, hour) = (Buckets::default(), 3_600_000);
        let sent = |nth: i64| Some(nth * 30_000);
        assert!((0..120).all(|nth| admit(&mut buckets, ANNA, hour, sent(nth)) == Admission::Played { ahead: 0 }));
        let mut buckets = Buckets::default();
        let flood = |nth: i64| Some(nth * 10);
        let played = (0..1_000).filter(|nth| is_played(admit(&mut buckets, ANNA, hour, flood(*nth)))).count();
        assert!(played < 100, "a flood is one however late it comes: {played}");
        // Thirty in a second, of which one comes every second.
        let mut buckets = Buckets::default();
        let last = (0..30).map(|nth| admit(&mut buckets, ANNA, hour + nth * 1_000, flood(3 * nth))).last();
        assert!(matches!(last, Some(Admission::Played { ahead: 25.. })), "they let others go first: {last:?}");
    }

    #[test]
    fn what_comes_again_while_it_may_be_under_way_is_let_in_and_charged_once() {
        let mut buckets = Buckets::default();
        assert!((0..1_000).all(|_| is_played(buckets.admit(ANNA, 1, 0, None))));
        assert_eq!(played(&mut buckets, 2 * BURST, 0, None), BURST - 1, "it was charged once");
        assert!(is_played(buckets.admit(ANNA, 1, 0, None)), "although others are skipped");
        assert_eq!(admit(&mut buckets, ANNA, 0, None), Admission::Skipped, "which goes on");
        let mut now = 0;
        for update in 2..2_000 {
            now += 1_000;
            buckets.admit(ANNA, update, now, None);
        }
        assert_eq!(buckets.chats[&ANNA].known.len(), KNOWN);
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_nobody_out() {
        let mut buckets = Buckets::default();
        played(&mut buckets, 2 * BURST, 3_600_000, None);
        assert_eq!(admit(&mut buckets, ANNA, 0, None), Admission::Skipped);
        assert!(is_played(admit(&mut buckets, ANNA, RESUMED * REFILL, None)));
    }

    #[test]
    fn buckets_that_are_full_again_are_forgotten() {
        let mut buckets = Buckets::default();
        for chat in 0..100_000 {
            admit(&mut buckets, chat, chat * 10, None);
            assert!(buckets.chats.len() <= SWEPT_ABOVE + 1, "{}", buckets.chats.len());
        }
    }

    proptest! {
        /// However updates come, no more are played than the burst and what is refilled; by both clocks together at most twice
        /// what is refilled. A streak is told of once.
        #[test]
        fn no_more_is_played_than_is_there(steps in prop::collection::vec((0..400_i64, 0..400_i64, any::<bool>()), 1..400)) {
            let (mut buckets, mut now, mut sent) = (Buckets::default(), 0, 0);
            let (mut played, mut skips) = (0_u32, false);
            for (passed, sent_after, known) in steps {
                now += passed;
                sent += sent_after;
                match admit(&mut buckets, ANNA, now, known.then_some(sent)) {
                    Admission::Played { ahead } => {
                        prop_assert!(ahead <= played, "{ahead} of {played}");
                        played += 1;
                        skips = false;
                    }
                    first => {
                        prop_assert_eq!(first == Admission::SkippedFirst, !skips);
                        skips = true;
                    }
                }
                prop_assert!(i64::from(played) <= BURST + now / REFILL + BURST + sent / REFILL);
            }
        }

        /// Who keeps to the pace is never skipped.
        #[test]
        fn who_keeps_the_pace_is_always_played(gaps in prop::collection::vec(REFILL..2_000, 1..400)) {
            let (mut buckets, mut now) = (Buckets::default(), 0);
            for gap in gaps {
                now += gap;
                let admission = admit(&mut buckets, ANNA, now, None);
                prop_assert!(matches!(admission, Admission::Played { ahead: 0 | 1 }), "{admission:?}");
            }
        }
    }
}
