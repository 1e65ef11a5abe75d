//! Days and times as owners write them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::Zone;

/// A day is so many days away at most.
pub const MOST_DAYS: i64 = 366;

/// Why a day or a time cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayRefusal {
    /// It is written in none of the ways that are read.
    Unreadable,
    /// It is over, or too early.
    Past,
    /// It is more than [`MOST_DAYS`] away.
    TooFar,
}

/// The day that is written as `24.12`, `24.12.2026` or `2026-12-24`, from `earliest` on. Without a year, the next such day
/// is meant, unless that day is just over.
///
/// # Errors
/// [`DayRefusal`].
pub(super) fn day(said: &str, today: NaiveDate, earliest: NaiveDate) -> Result<NaiveDate, DayRefusal> {
    let numbers = said.trim().trim_end_matches('.').split(['.', '-', '/']).map(|number| number.trim().parse());
    let numbers: Vec<u32> = numbers.collect::<Result<_, _>>().map_err(|_| DayRefusal::Unreadable)?;
    let date = |year: u32, month, day| {
        let year = if year < 100 { year + 2000 } else { year };
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
    };
    // Who names a day without a year that was a few weeks ago does not mean the one of the next year.
    let is_just_over = |day: NaiveDate| day < earliest && today - day < TimeDelta::days(60);
    let day = match numbers[..] {
        // The 29th of February may be years away.
        [day, month] => {
            let year = today.year().unsigned_abs();
            // In January, the day of last December.
            if [year - 1, year].into_iter().filter_map(|year| date(year, month, day)).any(is_just_over) {
                return Err(DayRefusal::Past);
            }
            let years = year..=year + 8;
            years.filter_map(|year| date(year, month, day)).find(|day| *day >= earliest)
        }
        [day, month, year] if day <= 31 => date(year, month, day),
        [year, month, day] => date(year, month, day),
        _ => None,
    };
    let day = day.ok_or(DayRefusal::Unreadable)?;
    if day < earliest {
        return Err(DayRefusal::Past);
    }
    if day - today > TimeDelta::days(MOST_DAYS) {
        return Err(DayRefusal::TooFar);
    }
    Ok(day)
}

/// The time that is written as `18:30`, `24.12 18:30`, or with another spelling of the day, as in `2026-12-24`. Without
/// a day, the next such time is meant.
///
/// # Errors
/// [`DayRefusal`].
pub fn time(said: &str, now: DateTime<Utc>, zone: Zone) -> Result<DateTime<Utc>, DayRefusal> {
    let said = said.trim();
    let (of_day, clock) = said.rsplit_once(char::is_whitespace).unwrap_or(("", said));
    let clock = NaiveTime::parse_from_str(clock, "%H:%M").map_err(|_| DayRefusal::Unreadable)?;
    let today = zone.local(now).date_naive();
    let of_day = of_day.trim().trim_end_matches(',');
    if of_day.is_empty() {
        let mut days = today.iter_days().take(2).filter_map(|day| zone.at(day, clock));
        return days.find(|time| *time > now).ok_or(DayRefusal::TooFar);
    }
    let day = day(of_day, today, today)?;
    let time = zone.at(day, clock).ok_or(DayRefusal::TooFar)?;
    if time > now { Ok(time) } else { Err(DayRefusal::Past) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_people_write_it() {
        // In Kyiv it is 12:30 on the 20th.
        let now = "2026-12-20T10:30:00Z".parse().unwrap();
        let read = |said| time(said, now, Zone::default()).map(|time| Zone::default().minute(time));
        for (said, meant) in [
            ("18:00", "20.12.2026 18:00"),
            ("9:05", "21.12.2026 09:05"),
            ("12:30", "21.12.2026 12:30"),
            ("20.12 12:31", "20.12.2026 12:31"),
            (" 24.12,  18:00 ", "24.12.2026 18:00"),
            ("24.12. 18:00", "24.12.2026 18:00"),
            ("24.12.2026 18:00", "24.12.2026 18:00"),
            ("2026-12-24 00:00", "24.12.2026 00:00"),
            ("3.1 9:00", "03.01.2027 09:00"),
        ] {
            assert_eq!(read(said).as_deref(), Ok(meant), "{said}");
        }
        for (said, refusal) in [
            ("", DayRefusal::Unreadable),
            ("24.12", DayRefusal::Unreadable),
            ("soon", DayRefusal::Unreadable),
            ("25:00", DayRefusal::Unreadable),
            ("31.2 9:00", DayRefusal::Unreadable),
            ("tomorrow 9:00", DayRefusal::Unreadable),
            ("20.12 12:30", DayRefusal::Past),
            ("1.12 9:00", DayRefusal::Past),
            ("24.12.2028 9:00", DayRefusal::TooFar),
        ] {
            assert_eq!(read(said), Err(refusal), "{said}");
        }
    }

    #[test]
    fn a_day_of_last_december_is_over_in_january() {
        let now = "2027-01-05T10:00:00Z".parse().unwrap();
        let read = |said| time(said, now, Zone::default()).map(|time| Zone::default().minute(time));
        assert_eq!(read("24.12 18:00"), Err(DayRefusal::Past));
        assert_eq!(read("24.12.2027 18:00").as_deref(), Ok("24.12.2027 18:00"));
        assert_eq!(read("20.10 18:00").as_deref(), Ok("20.10.2027 18:00"));
    }

    #[test]
    fn an_hour_that_the_clock_skips_is_the_next_one() {
        let now = "2026-03-28T20:00:00Z".parse().unwrap();
        let read = |said| time(said, now, Zone::default()).map(|time| Zone::default().minute(time));
        assert_eq!(read("29.03 03:30").as_deref(), Ok("29.03.2026 04:30"));
        assert_eq!(time("23:59", DateTime::<Utc>::MAX_UTC, Zone::default()), Err(DayRefusal::TooFar));
    }
}
