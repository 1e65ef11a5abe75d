//! A program that runs until it is told to end, with the last of what it has written.

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

/// So many lines of its output are kept.
const KEPT: usize = 30;
/// A program that is told to end has so long.
const GRACE: Duration = Duration::from_secs(5);

/// The groups of all programs that run.
static RUNNING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Ends all programs that run, for a process that is told to end itself.
pub fn end_all() {
    for group in running().iter().filter_map(|group| Pid::from_raw(*group)) {
        // It may be gone.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn running() -> MutexGuard<'static, BTreeSet<i32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ended with all of its own children when it is dropped.
pub(super) struct Program {
    child: Child,
    /// All that it has started is in a group of this number, which is its own.
    group: Option<Pid>,
    output: Arc<Mutex<VecDeque<String>>>,
    readers: JoinSet<()>,
}

impl Program {
    /// Starts a command of the shell.
    pub(super) fn start(command: &str, folder: Option<&Path>, environment: &[(&str, &str)]) -> std::io::Result<Self> {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(command).envs(environment.iter().copied());
        if let Some(folder) = folder {
            shell.current_dir(folder);
        }
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = shell.spawn()?;
        let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        running().extend(group.map(Pid::as_raw_pid));
        let output = Arc::default();
        let mut readers = JoinSet::new();
        if let Some(stdout) = child.stdout.take() {
            readers.spawn(keep(stdout, Arc::clone(&output)));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.spawn(keep(stderr, Arc::clone(&output)));
        }
        Ok(Self { child, group, output, readers })
    }

    /// Waits until it ends.
    pub(super) async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// How it has ended, if it has.
    pub(super) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Tells it to end, and ends it where it does not.
    pub(super) async fn stop(mut self) {
        self.signal(Signal::TERM);
        // What it started may outlive it.
        let _ = tokio::time::timeout(GRACE, self.child.wait()).await;
    }

    /// What it wrote last, each line behind four spaces; once it has ended, all of that.
    pub(super) async fn last_output(&mut self) -> String {
        if self.has_ended().is_some() {
            let all_read = async { while self.readers.join_next().await.is_some() {} };
            // A child of its own may still hold the pipe.
            let _ = tokio::time::timeout(Duration::from_secs(1), all_read).await;
        }
        let lines = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| format!("\n    {line}")).collect()
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // It may be gone.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        if let Some(group) = self.group {
            running().remove(&group.as_raw_pid());
        }
    }
}

async fn keep(stream: impl AsyncRead + Unpin, output: Arc<Mutex<VecDeque<String>>>) {
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut kept = output.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(line);
        if kept.len() > KEPT {
            kept.pop_front();
        }
    }
}
