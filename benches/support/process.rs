//! What Linux says of a process.

use std::fs;

/// Clock ticks a second, by which Linux counts processor time.
const TICKS: f64 = 100.0;

/// The process that listens at the port of this address.
pub(crate) fn mongod_of(uri: &str) -> u32 {
    let port = uri.trim_start_matches("mongodb://").split(['/', ',']).next().unwrap().rsplit(':').next().unwrap();
    let is_it = |id: &u32| {
        let arguments = fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let program = arguments.split('\0').next().unwrap_or_default();
        program.ends_with("mongod") && arguments.split('\0').any(|argument| argument == format!("--port={port}"))
    };
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).find(is_it).unwrap()
}

/// Processor time that a process has spent, in seconds.
pub(crate) fn spent(id: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: f64 = [fields[11], fields[12]].iter().map(|field| field.parse::<f64>().unwrap()).sum();
    ticks / TICKS
}

/// Megabytes of a process, as Linux shares them out (PSS).
pub(crate) fn memory(id: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap();
    let pss =
        rollup.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.trim().parse().ok());
    pss.unwrap_or(0_u64) / 1024
}

/// Lets a process run on this core alone.
pub(crate) fn pin(core: &str, id: u32) {
    let pinned = std::process::Command::new("taskset").args(["-a", "-p", "-c", core, &id.to_string()]).output();
    assert!(pinned.is_ok_and(|pinned| pinned.status.success()), "taskset (Debian: util-linux) is missing");
}
