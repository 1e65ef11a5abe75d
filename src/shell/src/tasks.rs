//! Supervision of long-lived tasks: whatever runs for the life of the process is started by [`supervise`], and started
//! again when it panics or ends.
//!
//! The pause before a restart grows from one second to one minute while a task keeps failing. Each restart is logged and
//! counted. A task counts as down from its end until it has run again for as long as it was paused: the
//! metric `…_task_up` reports it until then (see [`crate::metrics::tasks`]).

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures::FutureExt;
use tokio::task::{JoinError, JoinHandle};

use crate::metrics::Metrics;

/// The pause before the first restart.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause before a restart.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How one run of a task has ended, unless it panicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Its work is done, or it was told to stop: it is not started again.
    Done,
    /// It should still run, or has failed at what it had to do: it is started again.
    Failed,
}

/// A task that must run for ever returns nothing.
impl From<()> for Ended {
    fn from((): ()) -> Self {
        Self::Failed
    }
}

/// A supervised task. Dropping it ends the task, unless it is detached.
#[derive(Debug)]
pub struct Task {
    handle: JoinHandle<()>,
    detached: bool,
}

impl Task {
    /// Lets the task run for as long as the process does.
    pub fn detach(mut self) {
        self.detached = true;
    }

    /// Ends the task wherever it is.
    pub fn abort(&self) {
        self.handle.abort();
    }

    /// Resolves when the task is done or was aborted.
    ///
    /// # Errors
    /// It was aborted.
    pub async fn ended(&mut self) -> Result<(), JoinError> {
        (&mut self.handle).await
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if !self.detached {
            self.handle.abort();
        }
    }
}

/// Starts a task under a name, and keeps it running. `make` makes one run of it; whatever survives a run is kept there.
///
/// The name is a label of metrics and a word of `/readyz`: lower case, such as `polling`.
pub fn supervise<F, R>(metrics: &Metrics, name: &'static str, make: F) -> Task
where
    F: FnMut() -> R + Send + 'static,
    R: Future<Output: Into<Ended>> + Send + 'static,
{
    supervise_with(metrics, name, FIRST_PAUSE, make)
}

fn supervise_with<F, R>(metrics: &Metrics, name: &'static str, first_pause: Duration, mut make: F) -> Task
where
    F: FnMut() -> R + Send + 'static,
    R: Future<Output: Into<Ended>> + Send + 'static,
{
    let health = metrics.tasks.watch(name);
    let handle = tokio::spawn(async move {
        let mut pause = first_pause;
        loop {
            let began = Instant::now();
            // Also what makes the task may panic. The task itself is dropped at once, with all that it holds.
            let run = AssertUnwindSafe(async { make().await.into() }).catch_unwind().await;
            let reason = match run {
                Ok(Ended::Done) => return,
                Ok(Ended::Failed) => "ended",
                Err(_) => "panicked",
            };
            if began.elapsed() > pause {
                pause = first_pause;
            }
            let pause_ms = pause.as_millis() as u64;
            tracing::error!(task = name, reason, pause_ms, "task: it should run, and is started again after a pause");
            health.failed(reason);
            tokio::time::sleep(pause).await;
            health.restarted(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    });
    Task { handle, detached: false }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::watch;

    use super::*;

    const SHORT: Duration = Duration::from_millis(5);

    /// Supervises a task that counts its runs; the first `failures` of them fail as `fail` does.
    fn flaky(metrics: &Metrics, failures: u32, fail: fn()) -> (Task, watch::Receiver<u32>) {
        let (runs, seen) = watch::channel(0);
        let task = supervise_with(metrics, "flaky", SHORT, move || {
            let runs = runs.clone();
            async move {
                runs.send_modify(|count| *count += 1);
                if *runs.borrow() > failures {
                    std::future::pending::<()>().await;
                }
                fail();
            }
        });
        (task, seen)
    }

    async fn comes_to(seen: &mut watch::Receiver<u32>, runs: u32) {
        let came = tokio::time::timeout(Duration::from_secs(30), seen.wait_for(|count| *count >= runs));
        assert!(came.await.is_ok(), "the task was not started {runs} times");
    }

    async fn is_up(metrics: &Metrics) {
        let up = async {
            let mut ticks = tokio::time::interval(SHORT);
            while !metrics.tasks.down().is_empty() {
                ticks.tick().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), up).await.expect("the task stays down");
    }

    #[tokio::test]
    async fn a_task_that_panics_or_ends_is_started_again_and_counted() {
        for (fail, reason) in [((|| panic!("a defect")) as fn(), "panicked"), ((|| ()) as fn(), "ended")] {
            let metrics = Metrics::of_tests();
            let (_task, mut seen) = flaky(&metrics, 3, fail);
            comes_to(&mut seen, 4).await;
            let counted = format!("bot_task_restarts_total{{reason=\"{reason}\",task=\"flaky\"}} 3");
            assert!(metrics.text().contains(&counted), "{}", metrics.text());
            is_up(&metrics).await;
            assert!(metrics.text().contains("bot_task_up{task=\"flaky\"} 1"), "{}", metrics.text());
        }
    }

    #[tokio::test]
    async fn a_task_that_keeps_failing_is_down_and_is_tried_less_and_less_often() {
        let metrics = Metrics::of_tests();
        let (_task, mut seen) = flaky(&metrics, u32::MAX, || panic!("a defect"));
        let since = Instant::now();
        comes_to(&mut seen, 6).await;
        assert!(since.elapsed() >= SHORT * (1 + 2 + 4 + 8 + 16), "{:?}", since.elapsed());
        assert_eq!(metrics.tasks.down(), ["flaky"]);
        assert!(metrics.text().contains("bot_task_up{task=\"flaky\"} 0"), "{}", metrics.text());
    }

    #[tokio::test]
    async fn a_task_that_is_done_is_left_in_peace_and_is_not_down() {
        let metrics = Metrics::of_tests();
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let mut task = supervise_with(&metrics, "once", SHORT, move || {
            let runs = counted.fetch_add(1, Ordering::SeqCst);
            async move { if runs == 0 { Ended::Failed } else { Ended::Done } }
        });
        task.ended().await.unwrap();
        assert_eq!(runs.load(Ordering::SeqCst), 2);
        assert!(metrics.tasks.down().is_empty());
    }

    #[tokio::test]
    async fn dropping_a_task_ends_it() {
        let metrics = Metrics::of_tests();
        let (task, mut seen) = flaky(&metrics, 0, || ());
        comes_to(&mut seen, 1).await;
        drop(task);
        let closed = tokio::time::timeout(Duration::from_secs(30), seen.wait_for(|count| *count > 1)).await;
        assert!(closed.expect("it still runs").is_err(), "its sender is gone");
    }
}
