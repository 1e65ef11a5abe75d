//! The machine that we are on: disk, memory, open files, backups. Figures come from `/proc`.

use std::fs;
use std::path::Path;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::Finding;
use super::figures::{bytes, percent, span};

/// Less than this of a disk or of the memory should be seen to.
const LITTLE: u64 = 10;
/// With less than this on a disk, something will fail soon.
const ALMOST_NONE: u64 = 256 << 20;
/// Connections of MongoDB, Telegram and nginx need fewer.
const FILES: u64 = 1_024;
/// A daily backup that is older was missed.
const DAILY: TimeDelta = TimeDelta::hours(36);

/// Looks at everything that needs nobody else.
pub(super) fn look(backups: Option<&Path>, now: DateTime<Utc>) -> Vec<Finding> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let mut findings = vec![disk("disk", Path::new("."))];
    findings.extend(memory(&read("/proc/meminfo"), limit()));
    findings.push(files(&fs::read_to_string(limits()).unwrap_or_else(|_| read("/proc/self/limits"))));
    findings.push(match backups {
        Some(folder) => backup(folder, now),
        None => Finding::warning(
            "backups",
            "nobody knows where they are",
            "make one every day (`shopkeeper backup FOLDER --keep 14`), and set SHOPKEEPER_BACKUPS to the folder",
        ),
    });
    findings
}

fn disk(subject: &'static str, path: &Path) -> Finding {
    let Ok(stat) = rustix::fs::statvfs(path) else {
        return Finding::warning(subject, "cannot be looked at", "look at `df -h` yourself");
    };
    space(subject, stat.f_bavail * stat.f_frsize, stat.f_blocks * stat.f_frsize, "here")
}

/// What to say of a disk with so much free.
pub(super) fn space(subject: &'static str, free: u64, total: u64, place: &str) -> Finding {
    let words = format!("{} of {} free {place} ({} %)", bytes(free), bytes(total), percent(free, total));
    let remedy = "free some: old backups, logs (`journalctl --vacuum-size=200M`), packages (`apt-get clean`); or make \
                  the disk larger";
    match free {
        _ if free < ALMOST_NONE => Finding::failure(subject, words, remedy),
        _ if percent(free, total) < LITTLE => Finding::warning(subject, words, remedy),
        _ => Finding::fine(subject, words),
    }
}

fn memory(meminfo: &str, limit: Option<u64>) -> Option<Finding> {
    let field = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':')
            .trim()
            .trim_end_matches(" kB")
            .parse::<u64>()
            .ok()
            .map(|kilobytes| kilobytes * 1024)
    };
    let (total, available) = (field("MemTotal")?, field("MemAvailable")?);
    let limited = limit.map(|limit| format!(", we may use {}", bytes(limit))).unwrap_or_default();
    let words = format!("{} of {} free{limited}", bytes(available), bytes(total));
    Some(match percent(available, total) {
        0..LITTLE => Finding::warning(
            "memory",
            words,
            "see who uses it (`systemd-cgtop -m`); MongoDB's cache is set in mongod.conf (cacheSizeGB)",
        ),
        _ => Finding::fine("memory", words),
    })
}

/// The limit of the group that we are in, where there is one.
fn limit() -> Option<u64> {
    let group = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = group.lines().find_map(|line| line.strip_prefix("0::"))?;
    fs::read_to_string(format!("/sys/fs/cgroup{path}/memory.max")).ok()?.trim().parse().ok()
}

/// The limits of a running `serve`, else our own.
fn limits() -> String {
    let serves = |folder: &fs::DirEntry| {
        let line = fs::read(folder.path().join("cmdline")).unwrap_or_default();
        let mut words = line.split(|byte| *byte == 0);
        words.next().is_some_and(|program| program.ends_with(b"shopkeeper")) && words.next() == Some(b"serve")
    };
    let found = fs::read_dir("/proc").ok().and_then(|all| all.flatten().find(serves));
    let folder = found.map_or_else(|| "/proc/self".to_owned(), |folder| folder.path().display().to_string());
    format!("{folder}/limits")
}

fn files(limits: &str) -> Finding {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next());
    match soft.map(str::parse::<u64>) {
        Some(Ok(soft)) if soft < FILES => Finding::warning(
            "open files",
            format!("at most {soft}"),
            format!("allow at least {FILES}: LimitNOFILE in the unit, or `ulimit -n`"),
        ),
        Some(Ok(soft)) => Finding::fine("open files", format!("at most {soft}")),
        // “unlimited”, or a system without /proc.
        _ => Finding::fine("open files", "no limit is known"),
    }
}

/// The newest complete backup in a folder: `shopkeeper-20260314T120000Z` with a manifest in it.
fn backup(folder: &Path, now: DateTime<Utc>) -> Finding {
    let remedy = "see why (`systemctl status shopkeeper-backup.timer`, `journalctl -u shopkeeper-backup`), or make one \
                  now: `shopkeeper backup FOLDER --keep 14`";
    let Ok(entries) = fs::read_dir(folder) else {
        return Finding::failure("backups", "the folder of SHOPKEEPER_BACKUPS cannot be read", remedy);
    };
    let made = |entry: fs::DirEntry| {
        let name = entry.file_name();
        let time = name.to_str()?.strip_prefix("shopkeeper-")?;
        let time = NaiveDateTime::parse_from_str(time, "%Y%m%dT%H%M%SZ").ok()?.and_utc();
        entry.path().join("manifest.json").exists().then_some(time)
    };
    let times: Vec<_> = entries.flatten().filter_map(made).collect();
    match times.iter().max().map(|newest| now - *newest) {
        None => Finding::failure("backups", "there is none", remedy),
        Some(age) if age > DAILY => {
            Finding::failure("backups", format!("the newest of {} is {} old", times.len(), span(age)), remedy)
        }
        Some(age) => Finding::fine("backups", format!("{}, the newest {} old", times.len(), span(age))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;

    #[test]
    fn a_disk_that_is_almost_full_is_a_failure_before_it_is_full() {
        let verdict = |free: u64, total: u64| space("disk", free << 20, total << 20, "here").verdict;
        assert_eq!(verdict(20_000, 40_000), Verdict::Fine);
        assert_eq!(verdict(3_000, 40_000), Verdict::Warning);
        assert_eq!(verdict(100, 40_000), Verdict::Failure);
    }

    #[test]
    fn memory_and_files_are_read_as_the_kernel_writes_them() {
        let told =
            memory("MemTotal:        1740000 kB\nMemFree:  1 kB\nMemAvailable:      90000 kB\n", Some(300 << 20));
        let told = told.unwrap();
        assert_eq!(
            (told.verdict, told.words.as_str()),
            (Verdict::Warning, "87.9 MB of 1.7 GB free, we may use 300.0 MB")
        );
        let limits =
            "Limit  Soft Limit  Hard Limit  Units\nMax open files            256                524288     files\n";
        assert_eq!(files(limits).verdict, Verdict::Warning);
    }

    #[test]
    fn only_a_complete_backup_counts() {
        let folder = std::env::temp_dir().join(format!("shopkeeper-backups-{:016x}", rand::random::<u64>()));
        let (whole, half) = (folder.join("shopkeeper-20260314T020000Z"), folder.join("shopkeeper-20260315T020000Z"));
        fs::create_dir_all(&half).unwrap();
        let now = "2026-03-15T12:00:00Z".parse().unwrap();
        assert_eq!(backup(&folder, now).words, "there is none");
        fs::create_dir_all(&whole).unwrap();
        fs::write(whole.join("manifest.json"), "{}").unwrap();
        assert_eq!(backup(&folder, now).words, "1, the newest 34 h old");
        let late = backup(&folder, now + TimeDelta::hours(24));
        assert_eq!(late.verdict, Verdict::Failure);
        fs::remove_dir_all(folder).unwrap();
    }
}
