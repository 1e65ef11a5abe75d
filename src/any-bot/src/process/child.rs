//! A program that runs until it is told to end, with the last of what it has written.

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

/// So many lines of its output are kept.
const KEPT: usize = 30;
/// So many bytes of a line are kept.
const LINE: usize = 2_000;
/// A program that is told to end has so long.
const GRACE: Duration = Duration::from_secs(5);
/// So often it is looked whether all of it has ended: nothing tells of the end of a process that is no child of ours.
const LOOK: Duration = Duration::from_millis(10);

/// The groups of all programs that run.
static RUNNING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Whether none may start any more.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// Ends all programs that run, and lets no other one start, for a process that is told to end itself.
pub fn end_all() {
    STOPPING.store(true, Ordering::SeqCst);
    for group in running().iter().filter_map(|group| Pid::from_raw(*group)) {
        // It may be gone.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Whether [`end_all`] was called.
pub fn is_stopping() -> bool {
    STOPPING.load(Ordering::SeqCst)
}

fn running() -> MutexGuard<'static, BTreeSet<i32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ended when it is dropped, with all that it has started but what has left its group.
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
        if is_stopping() {
            return Err(std::io::Error::other("this process is told to end"));
        }
        let mut child = shell.spawn()?;
        let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        running().extend(group.map(Pid::as_raw_pid));
        if is_stopping() {
            // It was told so just now.
            end_all();
        }
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

    /// Tells it and all that it has started to end, and ends what has not done so in time.
    pub(super) async fn stop(mut self) {
        self.signal(Signal::TERM);
        let all_gone = async {
            // The shell may go before the bot does.
            let _ = self.child.wait().await;
            while self.group.is_some_and(|group| test_kill_process_group(group).is_ok()) {
                tokio::time::sleep(LOOK).await;
            }
        };
        let _ = tokio::time::timeout(GRACE, all_gone).await;
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
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    while stream.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
        line.truncate(LINE);
        let mut kept = output.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(String::from_utf8_lossy(&line).trim_end().to_owned());
        if kept.len() > KEPT {
            kept.pop_front();
        }
        line.clear();
    }
}
