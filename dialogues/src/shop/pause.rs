//! A pause: the shop takes no orders until a day.

use chrono::{DateTime, Utc};

use super::Zone;
use super::when::{DayRefusal, day};

/// The shop takes no orders until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// When orders are taken again: the beginning of a day in the shop's time zone.
    pub until: DateTime<Utc>,
    /// Why, in the owner's words, for customers to read.
    pub reason: Option<String>,
}

impl Pause {
    /// Whether it lasts at this time.
    pub fn lasts(&self, now: DateTime<Utc>) -> bool {
        now < self.until
    }

    /// When the day begins that is written as `24.12`, `24.12.2026` or `2026-12-24`.
    ///
    /// # Errors
    /// [`DayRefusal`].
    pub fn day(said: &str, now: DateTime<Utc>, zone: Zone) -> Result<DateTime<Utc>, DayRefusal> {
        let today = zone.local(now).date_naive();
        let day = day(said, today, today.succ_opt().ok_or(DayRefusal::TooFar)?)?;
        zone.beginning_of(day).ok_or(DayRefusal::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_people_write_it() {
        let now = "2026-12-20T22:30:00Z".parse().unwrap();
        let read = |said| Pause::day(said, now, Zone::default());
        // In Kyiv it is the 21st by now.
        let christmas = Ok("2026-12-23T22:00:00Z".parse().unwrap());
        for said in ["24.12", "24.12.", " 24.12.2026", "24.12.26", "24/12/2026", "2026-12-24", "24. 12. 2026"] {
            assert_eq!(read(said), christmas, "{said}");
        }
        assert_eq!(read("3.1"), Ok("2027-01-02T22:00:00Z".parse().unwrap()));
        assert_eq!((read("22.12").is_ok(), read("21.12.2026")), (true, Err(DayRefusal::Past)));
        for (said, refusal) in [
            ("", DayRefusal::Unreadable),
            ("tomorrow", DayRefusal::Unreadable),
            ("24", DayRefusal::Unreadable),
            ("31.2", DayRefusal::Unreadable),
            ("24.12.2026.1", DayRefusal::Unreadable),
            ("99999999999.1", DayRefusal::Unreadable),
            ("1.12.2026", DayRefusal::Past),
            ("21.12", DayRefusal::Past),
            ("1.12", DayRefusal::Past),
            ("29.2", DayRefusal::TooFar),
            ("24.12.2028", DayRefusal::TooFar),
        ] {
            assert_eq!(read(said), Err(refusal), "{said}");
        }
    }
}
