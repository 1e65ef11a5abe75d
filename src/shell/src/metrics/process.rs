//! This process and this machine's memory, out of `/proc`.
//!
//! `process_…` are called what Prometheus' own libraries call them, so that other people's dashboards fit.

use std::fs;

use prometheus::{Counter, Gauge, IntGauge, IntGaugeVec};

use super::register::Register;

/// In which `/proc` counts the processor's time: `USER_HZ`, which is 100 on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// What the kernel knows of this process.
#[derive(Clone)]
pub struct Process {
    resident: IntGauge,
    descriptors: IntGauge,
    most_descriptors: IntGauge,
    processor: Counter,
    started: Gauge,
    memory: IntGaugeVec,
}

impl Process {
    pub(super) fn new(register: &Register<'_>) -> Self {
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
        }
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

#[cfg(test)]
mod tests {
    use crate::metrics::Metrics;

    /// The value of a sample without labels.
    fn value(text: &str, name: &str) -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name}: {text}")).parse().unwrap()
    }

    #[test]
    fn the_process_is_as_the_kernel_sees_it() {
        let text = Metrics::of_tests().text();
        assert!(value(&text, "process_resident_memory_bytes") > 1e6);
        assert!(value(&text, "process_open_fds") > 2.0);
        assert!(value(&text, "process_max_fds") > 2.0);
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
        let age = now - value(&text, "process_start_time_seconds");
        assert!((-1.0..3600.0).contains(&age), "{age} s old");
    }
}
