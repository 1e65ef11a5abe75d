//! Figures as people read them.

use chrono::TimeDelta;

/// Bytes in the unit that fits.
pub(super) fn bytes(count: u64) -> String {
    let units = [(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")];
    match units.into_iter().find(|(size, _)| count >= *size) {
        Some((size, unit)) => format!("{:.1} {unit}", count as f64 / size as f64),
        None => format!("{count} bytes"),
    }
}

/// A time span in the unit that fits.
pub(super) fn span(time: TimeDelta) -> String {
    let seconds = time.num_seconds().abs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// How much one is of another, in per cent.
pub(super) fn percent(part: u64, whole: u64) -> u64 {
    if whole == 0 { 0 } else { (u128::from(part) * 100 / u128::from(whole)) as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_come_in_the_unit_that_fits() {
        assert_eq!([bytes(512), bytes(1_536), bytes(3 << 30)], ["512 bytes", "1.5 KB", "3.0 GB"]);
        let spans = [-90, 600, 10_000, 200_000].map(|seconds| span(TimeDelta::seconds(seconds)));
        assert_eq!(spans, ["90 s", "10 min", "2 h", "2 days"]);
        assert_eq!([percent(1, 3), percent(1, 0)], [33, 0]);
    }
}
