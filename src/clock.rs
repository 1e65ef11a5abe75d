//! What time it is: the system's, or one that a test sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time in whole milliseconds, which is as fine as a BSON date is: what was stored
/// compares equal to what is read back. Clones of a virtual clock go together.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Milliseconds since 1970; `None` asks the system.
    virtual_now: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands at `start` until somebody moves it.
    pub fn virtual_at(start: DateTime<Utc>) -> Self {
        Self { virtual_now: Some(Arc::new(AtomicI64::new(start.timestamp_millis()))) }
    }

    /// The time now.
    pub fn now(&self) -> DateTime<Utc> {
        let millis = match &self.virtual_now {
            Some(now) => now.load(Ordering::SeqCst),
            None => Utc::now().timestamp_millis(),
        };
        DateTime::from_timestamp_millis(millis).unwrap_or_default()
    }

    /// Moves a virtual clock to `time`; the system's clock stays as it is.
    pub fn set(&self, time: DateTime<Utc>) {
        if let Some(now) = &self.virtual_now {
            now.store(time.timestamp_millis(), Ordering::SeqCst);
        }
    }

    /// Moves a virtual clock by `by`; the system's clock stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let Some(now) = &self.virtual_now {
            now.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
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
}
