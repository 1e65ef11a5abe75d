//! How much memory the parts of a machine use at most.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::deploy::stand::Stand;

/// The most of each part at any time, and of all of them at one time, in kB of PSS.
#[derive(Default)]
pub(crate) struct Peaks {
    parts: BTreeMap<String, u64>,
    together: u64,
}

/// Somebody who looks again and again.
pub(crate) struct Watching {
    end: oneshot::Sender<()>,
    peaks: JoinHandle<Peaks>,
}

impl Peaks {
    /// Looks at a stand's parts every half second.
    pub(crate) fn watch(stand: &Stand) -> Watching {
        let parts = parts(stand);
        let (end, mut ended) = oneshot::channel();
        let peaks = tokio::spawn(async move {
            let (mut peaks, mut ticks) = (Self::default(), tokio::time::interval(Duration::from_millis(500)));
            loop {
                tokio::select! {
                    _ = &mut ended => return peaks,
                    _ = ticks.tick() => peaks.look(&parts),
                }
            }
        });
        Watching { end, peaks }
    }

    fn look(&mut self, parts: &[(String, Vec<u32>)]) {
        let mut together = 0;
        for (name, ids) in parts {
            let now: u64 = ids.iter().map(|id| pss(*id)).sum();
            together += now;
            let peak = self.parts.entry(name.clone()).or_default();
            *peak = now.max(*peak);
        }
        self.together = together.max(self.together);
    }
}

impl Watching {
    /// Ends the watch.
    pub(crate) async fn end(self) -> Peaks {
        let _ = self.end.send(());
        self.peaks.await.unwrap()
    }
}

impl fmt::Display for Peaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "most memory (PSS): ")?;
        for (name, peak) in &self.parts {
            write!(f, "{name} {} MB, ", peak / 1024)?;
        }
        write!(f, "together {} MB", self.together / 1024)
    }
}

/// The parts of a stand, with the ids of their processes.
pub(crate) fn parts(stand: &Stand) -> Vec<(String, Vec<u32>)> {
    let parts = stand.shops.iter().chain([&stand.nginx]).chain(&stand.mongods);
    parts.map(|part| (part.name.clone(), with_children(part.id()))).collect()
}

fn with_children(id: u32) -> Vec<u32> {
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    [id].into_iter().chain(children.split_whitespace().filter_map(|child| child.parse().ok())).collect()
}

/// In kB; 0 for a process that is gone.
fn pss(id: u32) -> u64 {
    let rollup = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
