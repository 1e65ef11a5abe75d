//! This process and this machine, out of `/proc`, and the age of the newest backup.
//!
//! `process_…` are called what Prometheus' own libraries call them, so that other people's dashboards fit.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use prometheus::{Counter, Gauge, GaugeVec, IntGauge, IntGaugeVec};

use shell::metrics::Register;

/// In which `/proc` counts the processor's time: `USER_HZ`, which is 100 on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// What the kernel knows of us.
pub struct Machine {
    resident: IntGauge,
    descriptors: IntGauge,
    most_descriptors: IntGauge,
    processor: Counter,
    started: Gauge,
    memory: IntGaugeVec,
    backup_age: GaugeVec,
    backups: OnceLock<PathBuf>,
}

impl Machine {
    pub(super) fn new(register: &Register<'_>) -> Self {
        let build = register.gauges("build_info", "1; the label is the program's version.", &["version"]);
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        Self {
            resident: register.gauge("process_resident_memory_bytes", "Memory that this process has in RAM."),
            descriptors: register.gauge("process_open_fds", "Open files and connections."),
            most_descriptors: register.gauge("process_max_fds", "How many files and connections may be open."),
            processor: register.seconds("process_cpu_seconds_total", "Time that processors have worked for us."),
            started: register.measure("process_start_time_seconds", "When this process started, since 1970."),
            memory: register.gauges(
                "machine_memory_bytes",
                "This machine's memory: total, available (what a new program could have).",
                &["kind"],
            ),
            backup_age: register.measures(
                "backup_age_seconds",
                "Age of the newest backup in the folder SHOPKEEPER_BACKUPS; +Inf if it has none, nothing if it is not set.",
                &[],
            ),
            backups: OnceLock::new(),
        }
    }

    /// Where backups are, from now on.
    pub fn watch_backups(&self, folder: PathBuf) {
        let _ = self.backups.set(folder);
    }

    /// Reads everything anew. What this system does not tell stays as it was.
    pub(super) fn look(&self) {
        self.look_at_process();
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        for (kind, name) in [("total", "MemTotal:"), ("available", "MemAvailable:")] {
            if let Some(kibibytes) = number_behind(&memory, name) {
                self.memory.with_label_values(&[kind]).set(kibibytes * 1024);
            }
        }
        if let Some(folder) = self.backups.get() {
            let no_labels: [&str; 0] = [];
            self.backup_age.with_label_values(&no_labels).set(newest_age(folder).unwrap_or(f64::INFINITY));
        }
    }

    fn look_at_process(&self) {
        if let Ok(entries) = fs::read_dir("/proc/self/fd") {
            // One of them is this look.
            self.descriptors.set(entries.count() as i64 - 1);
        }
        if let Ok(limits) = fs::read_to_string("/proc/self/limits") {
            self.most_descriptors.set(number_behind(&limits, "Max open files").unwrap_or_default());
        }
        if let Ok(status) = fs::read_to_string("/proc/self/status") {
            self.resident.set(number_behind(&status, "VmRSS:").unwrap_or_default() * 1024);
        }
        let Ok(stat) = fs::read_to_string("/proc/self/stat") else { return };
        // A program's name may have spaces and brackets; the fields behind it, from the third on, have none.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3).and_then(|field| field.parse::<i64>().ok()).unwrap_or(0);
        let worked = (field(14) + field(15)) as f64 / TICKS;
        self.processor.inc_by((worked - self.processor.get()).max(0.0));
        let booted = fs::read_to_string("/proc/stat").ok().and_then(|stat| number_behind(&stat, "btime"));
        self.started.set(booted.unwrap_or_default() as f64 + field(22) as f64 / TICKS);
    }
}

/// The first number behind a word that a line begins with.
fn number_behind(text: &str, word: &str) -> Option<i64> {
    let line = text.lines().find_map(|line| line.strip_prefix(word))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The age in seconds of the newest file or folder in a folder. What begins with a dot is not finished.
fn newest_age(folder: &Path) -> Option<f64> {
    let entries = fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let finished = entries.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
    let newest = finished.filter_map(|entry| entry.metadata().ok()?.modified().ok()).max()?;
    // A backup of the future is as new as can be.
    Some(SystemTime::now().duration_since(newest).unwrap_or_default().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use crate::metrics::ShopMetrics;

    /// The value of a sample without labels.
    fn value(text: &str, name: &str) -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name}: {text}")).parse().unwrap()
    }

    #[test]
    fn the_process_is_as_the_kernel_sees_it() {
        let text = ShopMetrics::new().text();
        assert!(value(&text, "process_resident_memory_bytes") > 1e6);
        assert!(value(&text, "process_open_fds") > 2.0);
        assert!(value(&text, "process_max_fds") > 2.0);
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
        let age = now - value(&text, "process_start_time_seconds");
        assert!((-1.0..3600.0).contains(&age), "{age} s old");
    }

    #[test]
    fn the_newest_finished_backup_counts() {
        let metrics = ShopMetrics::new();
        assert!(!metrics.text().contains("shopkeeper_backup_age_seconds"), "nobody has asked for it");
        let folder = std::env::temp_dir().join(format!("shopkeeper-backups-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        metrics.machine.watch_backups(folder.clone());
        std::fs::write(folder.join(".unfinished"), "").unwrap();
        assert_eq!(value(&metrics.text(), "shopkeeper_backup_age_seconds"), f64::INFINITY);
        std::fs::write(folder.join("2026-03-14"), "").unwrap();
        let age = value(&metrics.text(), "shopkeeper_backup_age_seconds");
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(age < 60.0, "{age}");
    }
}
