//! Arithmetic on times that people and programs have stored.
//!
//! chrono panics where a sum, or a time in another zone, is outside of what it can hold, and MongoDB's dates reach much
//! further than chrono's: `new Date(8640000000000000)` in mongosh is one too many. So a stored time is [`kept`] between
//! the years 1 and 9999, which RFC 3339 can write too, and what is added to or taken from one saturates there.

use chrono::{DateTime, TimeDelta, Utc};

/// 0001-01-01T00:00:00Z, in milliseconds since 1970.
const EARLIEST: i64 = -62_135_596_800_000;
/// 9999-12-31T00:00:00Z: a day before the end, so that it is in the year 9999 in every time zone.
const LATEST: i64 = 253_402_214_400_000;

/// The time itself, or the nearest one of the years 1 to 9999.
pub fn kept(time: DateTime<Utc>) -> DateTime<Utc> {
    let millis = time.timestamp_millis();
    if (EARLIEST..=LATEST).contains(&millis) { time } else { at(millis) }
}

/// The time of so many milliseconds since 1970, or the nearest one of the years 1 to 9999.
pub fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis.clamp(EARLIEST, LATEST)).unwrap_or_default()
}

/// `by` after `time`, no later than the last time that is kept.
pub fn after(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    match kept(time).checked_add_signed(by) {
        Some(sum) => kept(sum),
        None => at(if by < TimeDelta::zero() { EARLIEST } else { LATEST }),
    }
}

/// `by` before `time`, no earlier than the first time that is kept.
pub fn before(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    match kept(time).checked_sub_signed(by) {
        Some(difference) => kept(difference),
        None => at(if by < TimeDelta::zero() { LATEST } else { EARLIEST }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;
    use proptest::prelude::*;

    #[test]
    fn ordinary_times_are_as_they_were() {
        let noon: DateTime<Utc> = "2026-03-14T12:00:00.000000001Z".parse().unwrap();
        assert_eq!(kept(noon), noon);
        assert_eq!(before(after(noon, TimeDelta::hours(3)), TimeDelta::hours(3)), noon);
        assert_eq!(at(EARLIEST).to_rfc3339(), "0001-01-01T00:00:00+00:00");
        assert_eq!(at(LATEST).to_rfc3339(), "9999-12-31T00:00:00+00:00");
    }

    #[test]
    fn the_ends_of_chrono_are_kept_within_ours() {
        for far in [DateTime::<Utc>::MAX_UTC, at(i64::MAX), after(DateTime::<Utc>::MAX_UTC, TimeDelta::MAX)] {
            assert_eq!(kept(far), at(LATEST));
        }
        for old in [DateTime::<Utc>::MIN_UTC, at(i64::MIN), before(DateTime::<Utc>::MIN_UTC, TimeDelta::MAX)] {
            assert_eq!(kept(old), at(EARLIEST));
        }
        assert_eq!(after(at(0), TimeDelta::MIN), at(EARLIEST));
        assert_eq!(before(at(0), TimeDelta::MIN), at(LATEST));
    }

    proptest! {
        #[test]
        fn no_time_and_no_span_panics_in_any_zone(millis: i64, span: i64, hours in -14_i32..=14) {
            let span = TimeDelta::try_milliseconds(span).unwrap_or_default();
            let zone = FixedOffset::east_opt(hours * 3600).unwrap();
            let Some(time) = DateTime::from_timestamp_millis(millis) else { return Ok(()) };
            for time in [kept(time), at(millis), after(time, span), before(time, span)] {
                let words = time.with_timezone(&zone).format("%d.%m.%Y %H:%M").to_string();
                prop_assert_eq!(words.len(), "31.12.9999 00:00".len(), "{}", words);
            }
        }
    }
}
