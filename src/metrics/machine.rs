//! The program's version, and the age of the newest backup.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use prometheus::GaugeVec;
use shell::metrics::Register;

/// What the shop's own machine tells.
pub struct Machine {
    backup_age: GaugeVec,
    backups: OnceLock<PathBuf>,
}

impl Machine {
    pub(super) fn new(register: &Register<'_>) -> Self {
        let build = register.gauges("build_info", "1; the label is the program's version.", &["version"]);
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        Self {
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

    /// Looks for the newest backup.
    pub(super) fn look(&self) {
        if let Some(folder) = self.backups.get() {
            let no_labels: [&str; 0] = [];
            self.backup_age.with_label_values(&no_labels).set(newest_age(folder).unwrap_or(f64::INFINITY));
        }
    }
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
