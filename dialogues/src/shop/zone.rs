//! The shop's time zone: what day and hour a time is for its customers.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use crate::moment::kept;

/// The hours between which people may be written to.
const MORNING: u32 = 9;
const EVENING: u32 = 21;

/// A time zone of the IANA database, with its summer time, or a fixed offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    Named(Tz),
    Fixed(FixedOffset),
}

impl Default for Zone {
    /// `Europe/Kyiv`.
    fn default() -> Self {
        Self::Named(Tz::Europe__Kyiv)
    }
}

impl Zone {
    /// The time as a clock in this zone shows it, with the offset that is in force then.
    pub fn local(self, time: DateTime<Utc>) -> DateTime<FixedOffset> {
        let time = kept(time);
        let offset = match self {
            Self::Named(zone) => zone.offset_from_utc_datetime(&time.naive_utc()).fix(),
            Self::Fixed(offset) => offset,
        };
        time.with_timezone(&offset)
    }

    /// When the day began in which this time is for the shop.
    pub fn day_of(self, time: DateTime<Utc>) -> DateTime<Utc> {
        self.began(time, self.local(time).date_naive())
    }

    /// When the month began in which this time is for the shop.
    pub fn month_of(self, time: DateTime<Utc>) -> DateTime<Utc> {
        let day = self.local(time).date_naive();
        self.began(time, day.with_day(1).unwrap_or(day))
    }

    /// When a day began, or `otherwise`, at the ends of the calendar.
    fn began(self, otherwise: DateTime<Utc>, day: NaiveDate) -> DateTime<Utc> {
        self.beginning_of(day).unwrap_or(otherwise).min(otherwise)
    }

    /// When a day begins; `None` at the ends of the calendar.
    pub fn beginning_of(self, day: NaiveDate) -> Option<DateTime<Utc>> {
        self.at(day, NaiveTime::MIN)
    }

    /// The time itself, or, where that is at night, the next morning: people may be written to from 9 to 21 o'clock.
    pub fn by_day(self, time: DateTime<Utc>) -> DateTime<Utc> {
        let local = self.local(time);
        let morning = match local.hour() {
            MORNING..EVENING => return time,
            0..MORNING => Some(local.date_naive()),
            _ => local.date_naive().succ_opt(),
        };
        let at = NaiveTime::from_hms_opt(MORNING, 0, 0).unwrap_or_default();
        morning.and_then(|day| self.at(day, at)).unwrap_or(time)
    }

    /// When it is so many o'clock on a day; `None` at the ends of the calendar.
    pub fn hour(self, day: NaiveDate, hour: u32) -> Option<DateTime<Utc>> {
        self.at(day, NaiveTime::from_hms_opt(hour, 0, 0)?)
    }

    /// When it is so late on a day; `None` at the ends of the calendar.
    pub(crate) fn at(self, day: NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
        // Where the clock skips that time, it is an hour later.
        let moment = day.and_time(time);
        let moments = [moment, moment.checked_add_signed(TimeDelta::hours(1))?].map(|moment| match self {
            Self::Named(zone) => zone.from_local_datetime(&moment).earliest().map(|began| began.to_utc()),
            Self::Fixed(offset) => offset.from_local_datetime(&moment).earliest().map(|began| began.to_utc()),
        });
        moments.into_iter().flatten().next()
    }

    /// The day, as customers read it: `14.03.2026`.
    pub fn date(self, time: DateTime<Utc>) -> String {
        self.local(time).format("%d.%m.%Y").to_string()
    }

    /// The minute: `14.03.2026 12:05`.
    pub fn minute(self, time: DateTime<Utc>) -> String {
        self.local(time).format("%d.%m.%Y %H:%M").to_string()
    }
}

impl FromStr for Zone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(offset) = text.parse() {
            return Ok(Self::Fixed(offset));
        }
        let named = TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(text));
        named.copied().map(Self::Named).ok_or_else(|| {
            let city = |zone: &&Tz| zone.name().rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(text));
            let near = TZ_VARIANTS.iter().find(city).map_or("Europe/Kyiv", |zone| zone.name());
            format!(
                "write a name of the IANA time zone database, such as {near}, or an offset from UTC, such as +02:00"
            )
        })
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(zone) => f.write_str(zone.name()),
            Self::Fixed(offset) => offset.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> DateTime<Utc> {
        time.parse().unwrap()
    }

    #[test]
    fn the_ends_of_chrono_have_a_day_in_every_zone() {
        for zone in [Zone::default(), "+14:00".parse().unwrap(), "-12:00".parse().unwrap()] {
            assert!(zone.date(DateTime::<Utc>::MAX_UTC).ends_with(".9999"));
            assert!(zone.date(DateTime::<Utc>::MIN_UTC).len() == "01.01.0001".len());
        }
    }

    #[test]
    fn summer_time_begins_and_ends_by_itself() {
        let clock = |zone: Zone, time| zone.local(at(time)).format("%d.%m. %H:%M").to_string();
        let kyiv = Zone::default();
        assert_eq!(clock(kyiv, "2026-03-14T22:30:00Z"), "15.03. 00:30");
        assert_eq!(clock(kyiv, "2026-03-29T00:59:00Z"), "29.03. 02:59");
        assert_eq!(clock(kyiv, "2026-03-29T01:00:00Z"), "29.03. 04:00");
        assert_eq!(clock(kyiv, "2026-07-14T21:30:00Z"), "15.07. 00:30");
        assert_eq!(clock(kyiv, "2026-10-25T01:00:00Z"), "25.10. 03:00");
        assert_eq!(clock("+02:00".parse().unwrap(), "2026-07-14T21:30:00Z"), "14.07. 23:30");
        assert_eq!(kyiv.date(at("2026-07-14T21:30:00Z")), "15.07.2026");
    }

    #[test]
    fn nobody_is_written_to_at_night() {
        let by_day = |zone: &str, time| zone.parse::<Zone>().unwrap().by_day(at(time));
        for (zone, time, day) in [
            ("Europe/Kyiv", "2026-03-14T10:00:00Z", "2026-03-14T10:00:00Z"),
            ("Europe/Kyiv", "2026-03-14T18:59:59Z", "2026-03-14T18:59:59Z"),
            ("Europe/Kyiv", "2026-03-14T19:00:00Z", "2026-03-15T07:00:00Z"),
            ("Europe/Kyiv", "2026-03-15T06:59:59Z", "2026-03-15T07:00:00Z"),
            ("Europe/Kyiv", "2026-03-15T07:00:00Z", "2026-03-15T07:00:00Z"),
            // In that night the clocks go forward.
            ("Europe/Kyiv", "2026-03-28T20:00:00Z", "2026-03-29T06:00:00Z"),
            ("-11:00", "2026-03-14T10:00:00Z", "2026-03-14T20:00:00Z"),
        ] {
            assert_eq!(by_day(zone, time), at(day), "{zone} {time}");
        }
        let last = DateTime::<Utc>::MAX_UTC;
        assert!(Zone::default().by_day(last) <= last);
    }

    #[test]
    fn a_day_and_a_month_begin_at_midnight_of_the_zone() {
        let began = |zone: &str, time| {
            let zone: Zone = zone.parse().unwrap();
            let show = |time: DateTime<Utc>| time.format("%d.%m. %H:%M").to_string();
            (show(zone.day_of(at(time))), show(zone.month_of(at(time))))
        };
        let is = |day: &str, month: &str| (day.to_owned(), month.to_owned());
        assert_eq!(began("Europe/Kyiv", "2026-03-31T22:30:00Z"), is("31.03. 21:00", "31.03. 21:00"));
        assert_eq!(began("Europe/Kyiv", "2026-03-29T12:00:00Z"), is("28.03. 22:00", "28.02. 22:00"));
        assert_eq!(began("+02:00", "2026-03-14T10:00:00Z"), is("13.03. 22:00", "28.02. 22:00"));
        // In Cuba the clock skips midnight when summer time begins.
        assert_eq!(began("America/Havana", "2026-03-08T12:00:00Z"), is("08.03. 05:00", "01.03. 05:00"));
        for time in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert!(Zone::default().day_of(time) <= time && Zone::default().month_of(time) <= time);
        }
    }

    #[test]
    fn a_zone_is_a_name_or_an_offset() {
        for (written, zone) in
            [("Europe/Kyiv", "Europe/Kyiv"), (" europe/berlin", "Europe/Berlin"), ("UTC", "UTC"), ("+02:00", "+02:00")]
        {
            assert_eq!(written.parse::<Zone>().map(|zone| zone.to_string()), Ok(zone.to_owned()), "{written}");
        }
        for (wrong, remedy) in
            [("Kyiv", "Europe/Kyiv"), ("berlin", "Europe/Berlin"), ("", "+02:00"), ("+25:00", "+02:00")]
        {
            let problem = wrong.parse::<Zone>().unwrap_err();
            assert!(problem.contains(remedy), "{wrong}: {problem}");
        }
    }

    #[test]
    fn the_first_and_the_last_time_have_a_date() {
        for time in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            for zone in ["Pacific/Kiritimati", "Etc/GMT+12", "+23:59", "-23:59"] {
                assert!(!zone.parse::<Zone>().unwrap().date(time).is_empty());
            }
        }
    }
}
