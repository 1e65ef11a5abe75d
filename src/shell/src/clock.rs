//! What time it is: the system's, or one that a test sets.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::moment;
use tokio::sync::watch;

/// Tells the time in whole milliseconds, which is as fine as a BSON date is: what was stored
/// compares equal to what is read back. Clones of a virtual clock go together.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// `None` asks the system.
    virtual_now: Option<Arc<Virtual>>,
}

/// A time that stands still until somebody moves it.
#[derive(Debug)]
struct Virtual {
    /// Milliseconds since 1970.
    now: watch::Sender<i64>,
    /// Who waits, and for when.
    alarms: watch::Sender<BTreeMap<u64, i64>>,
}

/// Takes an alarm away, however the waiting ends.
struct Alarm<'a> {
    clock: &'a Virtual,
    number: u64,
}

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        self.clock.alarms.send_modify(|alarms| {
            alarms.remove(&self.number);
        });
    }
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands at `start` until somebody moves it.
    pub fn virtual_at(start: DateTime<Utc>) -> Self {
        let now = watch::Sender::new(start.timestamp_millis());
        Self { virtual_now: Some(Arc::new(Virtual { now, alarms: watch::Sender::default() })) }
    }

    /// Whether it is not the system's, and somebody has to move it.
    pub fn is_virtual(&self) -> bool {
        self.virtual_now.is_some()
    }

    /// The time now.
    pub fn now(&self) -> DateTime<Utc> {
        let millis = match &self.virtual_now {
            Some(clock) => *clock.now.borrow(),
            None => Utc::now().timestamp_millis(),
        };
        moment::at(millis)
    }

    /// Moves a virtual clock to `time`; the system's clock stays as it is.
    pub fn set(&self, time: DateTime<Utc>) {
        if let Some(clock) = &self.virtual_now {
            clock.now.send_replace(time.timestamp_millis());
        }
    }

    /// Moves a virtual clock by `by`; the system's clock stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let Some(clock) = &self.virtual_now {
            clock.now.send_modify(|now| *now = now.saturating_add(by.num_milliseconds()));
        }
    }

    /// Waits until it is `time`.
    pub async fn until(&self, time: DateTime<Utc>) {
        let Some(clock) = &self.virtual_now else {
            let left = (time - self.now()).to_std().unwrap_or(Duration::ZERO);
            return tokio::time::sleep(left).await;
        };
        let due = time.timestamp_millis();
        let mut now = clock.now.subscribe();
        if *now.borrow_and_update() >= due {
            return;
        }
        let mut number = 0;
        clock.alarms.send_modify(|alarms| {
            number = alarms.last_key_value().map_or(0, |(last, _)| last + 1);
            alarms.insert(number, due);
        });
        let _alarm = Alarm { clock, number };
        // The sender lives as long as `self`: waiting cannot fail.
        let _ = now.wait_for(|now| *now >= due).await;
    }

    /// Waits until so many wait for a virtual clock, moves it to the time that the first of them waits for, and lets those
    /// whose time has come go on. For tests, and for benchmarks, in which nobody waits for real.
    pub async fn skip(&self, waiting: usize) {
        let Some(clock) = &self.virtual_now else { return };
        let mut alarms = clock.alarms.subscribe();
        let Ok(due) =
            alarms.wait_for(|alarms| alarms.len() >= waiting).await.map(|alarms| alarms.values().min().copied())
        else {
            return;
        };
        if let Some(due) = due {
            clock.now.send_modify(|now| *now = due.max(*now));
            // One that is not looked after just now, since its task does something else, holds time up for a moment only.
            let gone_on = alarms.wait_for(|alarms| alarms.values().all(|alarm| *alarm > due));
            let _ = tokio::time::timeout(Duration::from_millis(5), gone_on).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_virtual_clock_go_together() {
        let clock = Clock::virtual_at(DateTime::UNIX_EPOCH);
        clock.clone().advance(TimeDelta::seconds(2));
        assert_eq!(clock.now().timestamp(), 2);
    }

    #[test]
    fn no_time_is_finer_than_a_stored_one() {
        assert_eq!(Clock::system().now().timestamp_subsec_nanos() % 1_000_000, 0);
    }

    #[tokio::test]
    async fn who_waits_for_a_virtual_clock_is_woken_by_it() {
        let clock = Clock::virtual_at(DateTime::UNIX_EPOCH);
        let (soon, late) = (clock.now() + TimeDelta::seconds(2), clock.now() + TimeDelta::hours(2));
        let waiting = tokio::join!(clock.until(soon), clock.skip(1));
        assert_eq!((waiting, clock.now()), (((), ()), soon));
        let both = async { tokio::join!(clock.until(late), clock.until(soon)) };
        tokio::join!(both, clock.skip(1));
        assert_eq!(clock.now(), late);
    }
}
