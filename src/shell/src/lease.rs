//! Which process of a bot is the active one: when it renews its lease, until when it counts as active, and when another
//! one takes over. Decisions only: [`crate::active`] carries them out, [`crate::mongo::leases`] keeps the lease.
//!
//! All times here are of the process's own monotonic clock, since its start. A process counts as active until the lease
//! that MongoDB has acknowledged would end if it had begun when the command was *sent*, less a margin: so it stops before
//! anybody else may begin, however late the answer came, and also where it was paused meanwhile.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::outage::{IN_THE_MIDDLE, loses_taps};

/// How a lease is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// A lease that is not renewed ends after so long, by the clock of MongoDB.
    pub(crate) lasts: Duration,
    /// It is renewed so long after the last renewal was sent.
    pub(crate) renewed_after: Duration,
    /// Its holder counts as active for so much less: clocks do not run equally fast.
    pub(crate) margin: Duration,
    /// Who does not hold it looks at it so often; and whoever could not renew it tries again after so long.
    pub(crate) looked_at_every: Duration,
}

/// The terms of all bots.
pub(crate) const TERMS: Terms = Terms {
    lasts: Duration::from_secs(3),
    renewed_after: Duration::from_secs(1),
    margin: Duration::from_millis(500),
    looked_at_every: Duration::from_millis(300),
};

/// The terms of a bot whose time is set by a test: that time stands still when the machine does, so the lease does not run
/// out meanwhile. Where it cannot be seen that its holder has ended, its successor waits no longer than tests do.
pub(crate) const VIRTUAL_TERMS: Terms = Terms { lasts: Duration::from_secs(12), ..TERMS };

/// What is done about the lease next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// The lease of this epoch, which is ours, is renewed.
    Renew(i64),
    /// The lease is looked at, and perhaps taken.
    Look,
}

/// A lease that is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    epoch: i64,
    /// We count as active until then.
    until: Duration,
}

/// What one process knows of its own part.
#[derive(Debug)]
pub(crate) struct Tenancy {
    terms: Terms,
    held: Option<Held>,
    /// When the next step is due.
    due: Duration,
}

impl Tenancy {
    /// Nothing is ours, and the lease is looked at at once.
    pub(crate) fn new(terms: Terms) -> Self {
        Self { terms, held: None, due: Duration::ZERO }
    }

    /// When the next step is due. A holder's is due at the latest when it stops counting as active.
    pub(crate) fn due(&self) -> Duration {
        self.held.map_or(self.due, |held| self.due.min(held.until))
    }

    /// The next step. A lease of ours that has run out is not renewed: it is looked at, and taken anew in a new epoch.
    pub(crate) fn next(&self, now: Duration) -> Next {
        match self.held {
            Some(held) if now < held.until => Next::Renew(held.epoch),
            _ => Next::Look,
        }
    }

    /// Until when this process counts as active, if it does.
    pub(crate) fn active_until(&self, now: Duration) -> Option<Duration> {
        self.held.map(|held| held.until).filter(|until| now < *until)
    }

    /// The lease was taken or renewed by a command that was sent at `sent`.
    pub(crate) fn held(&mut self, epoch: i64, sent: Duration) {
        self.held = Some(Held { epoch, until: sent + self.terms.lasts - self.terms.margin });
        self.due = sent + self.terms.renewed_after;
    }

    /// Somebody else holds the lease.
    pub(crate) fn not_held(&mut self, now: Duration) {
        self.held = None;
        self.failed(now);
    }

    /// Nothing is known: MongoDB has not answered. A lease of ours is ours until it runs out.
    pub(crate) fn failed(&mut self, now: Duration) {
        self.due = now + self.terms.looked_at_every;
    }
}

/// A time in which nobody took updates, by the clock of the process that has found it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outage {
    /// See [`Outage::number`]; positive.
    pub(crate) number: i64,
    pub(crate) since: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
}

/// So many outages have numbers of their own in one epoch. A number that comes again is not remembered by any dialogue.
const OUTAGES: i64 = 1_000;
/// The ids of turns after outages are negative multiples of this. Those of replayed updates
/// ([`crate::mongo::dead_letters`]) are negative, too, and never multiples of it; Telegram's own are positive.
const STEP: i64 = 1_000;
/// How many such ids there are: with [`STEP`], all fit into an `i64`.
const IDS: i64 = 1 << 52;
/// Spreads chats over the ids. Odd, so that no two chats (52 bits at most) share one after the same outage, and no two
/// outages in the same chat.
const SPREAD: i64 = 0x9_e377_9b97_f4a7 | 1;
/// An outage is no longer than that, so that its beginning is a date.
const LONGEST: TimeDelta = TimeDelta::days(365);

impl Outage {
    /// The number of the outage that ends with an epoch (place 0), or of a later one within it.
    pub(crate) fn number(epoch: i64, place: i64) -> i64 {
        epoch.saturating_mul(OUTAGES).saturating_add(place.rem_euclid(OUTAGES))
    }

    /// The id of the turn in which a customer is asked again. Whichever process plays it, it counts once.
    pub(crate) fn update_id(&self, chat: i64) -> i64 {
        let place = chat.wrapping_mul(SPREAD).wrapping_add(self.number).rem_euclid(IDS);
        -(place + 1) * STEP
    }
}

/// A lease as MongoDB has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The process that holds it; empty where it was given back.
    pub(crate) holder: String,
    pub(crate) epoch: i64,
    /// It has run out.
    pub(crate) expired: bool,
    /// It was given back, and nothing was left to be shown.
    pub(crate) settled: bool,
    /// What was committed in these epochs is shown: their holders have given the lease back with nothing left.
    pub(crate) shown: Option<ShownEpochs>,
    /// How long ago its holder was heard of, by the clock of MongoDB.
    pub(crate) silent_for: Duration,
    /// How long ago any process was heard of, by the clock of MongoDB; zero where that is not known.
    pub(crate) away_for: Duration,
    /// The outage after which not everybody is through.
    pub(crate) outage: Option<Outage>,
    /// The machine that the holder runs on, as [`crate::active`] names it.
    pub(crate) machine: Option<String>,
    /// As long as the holder lives it has a socket on that machine ([`crate::alive`]).
    pub(crate) has_socket: bool,
    /// Where it takes updates that are handed over, such as `http://127.0.0.1:8080`.
    pub(crate) address: Option<String>,
}

/// Epochs all of whose commits are shown, the last one included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShownEpochs {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl ShownEpochs {
    /// Those of a holder that has shown all that it committed, from this epoch on, and those right before it. Of what another one
    /// may have left that was killed it knows nothing.
    pub(crate) fn and(before: Option<Self>, unbroken_from: i64, epoch: i64) -> Self {
        let from = before.filter(|before| before.to + 1 == unbroken_from).map_or(unbroken_from, |before| before.from);
        Self { from, to: epoch }
    }

    pub(crate) fn has(self, epoch: i64) -> bool {
        (self.from..=self.to).contains(&epoch)
    }
}

/// What becomes of a lease that a process has looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is taken.
    Take,
    /// It is another's. Whether that one still lives, its socket on this machine tells.
    Ask,
    /// It is another's until it runs out.
    Wait,
}

impl Found {
    /// The outage that ends when this lease is taken now, or one before it after which not everybody is through.
    pub(crate) fn outage(&self, now: DateTime<Utc>) -> Option<Outage> {
        let unfinished = self.outage.filter(|outage| now - outage.until <= IN_THE_MIDDLE);
        let away_for = TimeDelta::from_std(self.away_for).unwrap_or(LONGEST).min(LONGEST);
        if !loses_taps(away_for) {
            return unfinished;
        }
        let since = now.checked_sub_signed(away_for)?;
        let since = unfinished.map_or(since, |unfinished| unfinished.since.min(since));
        Some(Outage { number: Outage::number(self.epoch.saturating_add(1), 0), since, until: now })
    }

    /// What the process `ours` on `machine` does about it.
    pub(crate) fn verdict(&self, ours: &str, machine: Option<&str>) -> Verdict {
        // What was ours has run out here, or this process would renew it.
        if self.holder.is_empty() || self.expired || self.holder == ours {
            return Verdict::Take;
        }
        match (&self.machine, machine) {
            (Some(theirs), Some(ours)) if self.has_socket && theirs == ours => Verdict::Ask,
            _ => Verdict::Wait,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn a_lease_counts_from_before_its_renewal_was_sent() {
        let mut tenancy = Tenancy::new(TERMS);
        assert_eq!((tenancy.due(), tenancy.next(SECOND)), (Duration::ZERO, Next::Look));
        assert_eq!(tenancy.active_until(SECOND), None);
        tenancy.held(7, ms(10_000));
        assert_eq!(tenancy.due(), ms(11_000));
        assert_eq!(tenancy.active_until(ms(12_499)), Some(ms(12_500)), "half a second less than MongoDB gives");
        assert_eq!(tenancy.active_until(ms(12_500)), None);
        // Sent at 11 s, answered at 12.4 s.
        tenancy.held(7, ms(11_000));
        assert_eq!(tenancy.active_until(ms(13_499)), Some(ms(13_500)));
    }

    #[test]
    fn while_mongodb_is_away_a_holder_stays_active_until_its_lease_would_end_and_begins_anew_afterwards() {
        let mut tenancy = Tenancy::new(TERMS);
        tenancy.held(7, SECOND);
        let mut now = tenancy.due();
        let mut renewals = 0;
        while let Next::Renew(epoch) = tenancy.next(now) {
            assert_eq!(epoch, 7);
            assert!(tenancy.active_until(now).is_some());
            renewals += 1;
            tenancy.failed(now);
            now = tenancy.due();
        }
        assert_eq!((now, renewals), (ms(3_500), 5), "every 0.3 s, and at the end itself");
        assert_eq!(tenancy.active_until(now), None);
        // The answer to a renewal comes when the lease has run out already: another one may hold it by now.
        assert_eq!(tenancy.next(now), Next::Look);
    }

    #[test]
    fn a_process_that_was_paused_is_not_active_when_it_wakes() {
        let mut tenancy = Tenancy::new(TERMS);
        tenancy.held(7, SECOND);
        let awake = SECOND * 60;
        assert_eq!((tenancy.active_until(awake), tenancy.next(awake)), (None, Next::Look));
        tenancy.not_held(awake);
        assert_eq!(tenancy.due(), awake + ms(300));
    }

    #[test]
    fn a_lease_is_taken_when_it_is_free_and_its_holder_asked_when_it_is_near() {
        let held = Found {
            holder: "a".into(),
            epoch: 3,
            expired: false,
            settled: false,
            shown: None,
            silent_for: SECOND,
            away_for: SECOND,
            outage: None,
            machine: Some("here".into()),
            has_socket: true,
            address: None,
        };
        let verdict = |found: &Found| found.verdict("b", Some("here"));
        assert_eq!(verdict(&held), Verdict::Ask);
        assert_eq!(held.verdict("b", Some("there")), Verdict::Wait, "its socket is not here");
        assert_eq!(held.verdict("b", None), Verdict::Wait);
        assert_eq!(verdict(&Found { machine: None, ..held.clone() }), Verdict::Wait);
        assert_eq!(verdict(&Found { has_socket: false, ..held.clone() }), Verdict::Wait);
        assert_eq!(verdict(&Found { expired: true, ..held.clone() }), Verdict::Take);
        assert_eq!(verdict(&Found { holder: String::new(), ..held.clone() }), Verdict::Take, "given back");
        assert_eq!(held.verdict("a", Some("here")), Verdict::Take, "ours, from before");
    }

    #[test]
    fn an_outage_is_what_outlasts_a_tap_and_one_that_is_not_through_is_gone_on_with() {
        let now = DateTime::from_timestamp(1_773_482_400, 0).unwrap();
        let found = |away: u64, outage| Found {
            holder: String::new(),
            epoch: 3,
            expired: true,
            settled: true,
            shown: Some(ShownEpochs { from: 1, to: 3 }),
            silent_for: Duration::ZERO,
            away_for: SECOND * u32::try_from(away).unwrap(),
            outage,
            machine: None,
            has_socket: false,
            address: None,
        };
        assert_eq!(found(150, None).outage(now), None);
        let (since, ago) = (now - TimeDelta::seconds(151), |minutes| now - TimeDelta::minutes(minutes));
        let new = Outage { number: 4_000, since, until: now };
        assert_eq!(found(151, None).outage(now), Some(new));
        let before = Outage { number: 3_000, since: ago(20), until: ago(10) };
        assert_eq!(found(1, Some(before)).outage(now), Some(before), "under its number");
        assert_eq!(found(1, Some(Outage { until: ago(16), ..before })).outage(now), None, "nobody remembers");
        assert_eq!(found(151, Some(before)).outage(now), Some(Outage { since: ago(20), ..new }), "both");
        assert!(found(u64::from(u32::MAX), None).outage(now).is_some());
    }

    #[test]
    fn what_is_shown_goes_on_from_one_holder_to_the_next_and_not_over_one_that_was_killed() {
        let first = ShownEpochs::and(None, 3, 3);
        assert_eq!(first, ShownEpochs { from: 3, to: 3 });
        assert_eq!(ShownEpochs::and(Some(first), 4, 6), ShownEpochs { from: 3, to: 6 });
        assert_eq!(ShownEpochs::and(Some(first), 5, 5), ShownEpochs { from: 5, to: 5 }, "that of epoch 4 was killed");
        assert_eq!([2, 3, 6, 7].map(|epoch| ShownEpochs { from: 3, to: 6 }.has(epoch)), [false, true, true, false]);
    }

    #[test]
    fn the_turns_after_outages_have_ids_of_their_own() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let mut ids = std::collections::BTreeSet::new();
        for number in [Outage::number(1, 0), Outage::number(1, 1), Outage::number(2, 0), Outage::number(i64::MAX, 7)] {
            for chat in [1, 2, 1_001, 5_000_000_000, (1 << 52) - 1] {
                let id = Outage { number, since: now, until: now }.update_id(chat);
                assert!(id < 0 && id % STEP == 0, "{id}");
                assert!(ids.insert(id));
            }
        }
    }

    /// Two processes with a lease in a model of MongoDB, by one clock; commands and their answers are late as `late` says.
    #[test]
    fn two_processes_are_never_active_at_the_same_time() {
        for late in [0, 250, 900, 1_400, 2_400] {
            let mut lease: Option<(usize, i64, u64)> = None;
            let mut processes = [Tenancy::new(TERMS), Tenancy::new(TERMS)];
            let mut under_way: [Option<(u64, Next)>; 2] = [None, None];
            let mut turns = [0_u32; 2];
            for now in (0..120_000).step_by(50) {
                for place in 0..2 {
                    // Each is paused for 7 s now and then.
                    if (now / 7_000) % 5 == [1, 3][place] {
                        continue;
                    }
                    if let Some((sent, next)) = under_way[place].filter(|(sent, _)| now >= sent + late) {
                        under_way[place] = None;
                        let free = lease.is_none_or(|(holder, _, until)| until <= now || holder == place);
                        match (next, lease) {
                            (Next::Renew(epoch), Some((holder, held, _))) if holder == place && held == epoch => {
                                lease = Some((place, epoch, now + 3_000));
                                processes[place].held(epoch, ms(sent));
                            }
                            (Next::Look, _) if free => {
                                let epoch = lease.map_or(1, |(_, epoch, _)| epoch + 1);
                                lease = Some((place, epoch, now + 3_000));
                                processes[place].held(epoch, ms(sent));
                            }
                            _ => processes[place].not_held(ms(now)),
                        }
                    }
                    let due = processes[place].due() <= ms(now) && under_way[place].is_none();
                    if due {
                        under_way[place] = Some((now, processes[place].next(ms(now))));
                    }
                }
                let active: Vec<_> = (0..2).filter(|place| processes[*place].active_until(ms(now)).is_some()).collect();
                assert!(active.len() <= 1, "{late} ms late: both at {now}");
                active.iter().for_each(|place| turns[*place] += 1);
            }
            assert!(turns.iter().sum::<u32>() > 0 || late > 2_000, "{late} ms late: nobody was ever active");
        }
    }
}
