//! A pause: the shop takes no orders until a day.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::Zone;

/// The shop takes no orders until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// When orders are taken again: the beginning of a day in the shop's time zone.
    pub until: DateTime<Utc>,
    /// Why, in the owner's words, for customers to read.
    pub reason: Option<String>,
}

/// Why a day cannot be the end of a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayRefusal {
    /// It is written like no day.
    NoDay,
    /// It is today, or over.
    Past,
    /// It is more than [`Pause::MOST_DAYS`] away.
    TooFar,
}

impl Pause {
    /// A pause lasts so many days at most.
    pub const MOST_DAYS: i64 = 366;

    /// Whether it lasts at this time.
    pub fn lasts(&self, now: DateTime<Utc>) -> bool {
        now < self.until
    }

    /// When the day begins that is written as `24.12`, `24.12.2026` or `2026-12-24`. Without a year, the next such day is
    /// meant, unless that day is just over.
    ///
    /// # Errors
    /// [`DayRefusal`].
    pub fn day(said: &str, now: DateTime<Utc>, zone: Zone) -> Result<DateTime<Utc>, DayRefusal> {
        let today = zone.local(now).date_naive();
        let numbers = said.trim().trim_end_matches('.').split(['.', '-', '/']).map(|number| number.trim().parse());
        let numbers: Vec<u32> = numbers.collect::<Result<_, _>>().map_err(|_| DayRefusal::NoDay)?;
        let date = |year: u32, month, day| {
            let year = if year < 100 { year + 2000 } else { year };
            NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
        };
        let day = match numbers[..] {
            // The 29th of February may be years away.
            [day, month] => {
                if date(today.year().unsigned_abs(), month, day).is_some_and(|day| is_just_over(day, today)) {
                    return Err(DayRefusal::Past);
                }
                let years = today.year().unsigned_abs()..=today.year().unsigned_abs() + 8;
                years.filter_map(|year| date(year, month, day)).find(|day| *day > today)
            }
            [day, month, year] if day <= 31 => date(year, month, day),
            [year, month, day] => date(year, month, day),
            _ => None,
        };
        let day = day.ok_or(DayRefusal::NoDay)?;
        if day <= today {
            return Err(DayRefusal::Past);
        }
        if day - today > TimeDelta::days(Self::MOST_DAYS) {
            return Err(DayRefusal::TooFar);
        }
        zone.beginning_of(day).ok_or(DayRefusal::NoDay)
    }
}

/// Whether who names this day without a year means the one that is over, and not that of the next year.
fn is_just_over(day: NaiveDate, today: NaiveDate) -> bool {
    day <= today && today - day < TimeDelta::days(60)
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
            ("", DayRefusal::NoDay),
            ("tomorrow", DayRefusal::NoDay),
            ("24", DayRefusal::NoDay),
            ("31.2", DayRefusal::NoDay),
            ("24.12.2026.1", DayRefusal::NoDay),
            ("99999999999.1", DayRefusal::NoDay),
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
