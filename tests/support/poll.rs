//! Waiting for what must come true soon: a look, a pause, another look, up to a limit.

#![allow(dead_code, reason = "each of the test targets that include this uses a part of it")]

use std::time::{Duration, Instant};

/// Between two looks. Looking without a pause would take the processor away from what is waited for.
pub(crate) const INTERVAL: Duration = Duration::from_millis(20);
/// What has not come by then will not come. A machine under load may take seconds for what takes milliseconds.
const LIMIT: Duration = Duration::from_secs(60);

/// Fails a test that waits for something that does not come.
pub(crate) async fn soon<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, work).await.unwrap_or_else(|_| panic!("not in {LIMIT:?}: {what}"))
}

/// Repeats a look until it succeeds.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    soon(what, async {
        let mut ticks = tokio::time::interval(INTERVAL);
        while !holds().await {
            ticks.tick().await;
        }
    })
    .await;
}

/// The same on a thread that may block; `None` at the limit.
pub(crate) fn until_some<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        let found = look();
        if found.is_some() || start.elapsed() > LIMIT {
            return found;
        }
        std::thread::sleep(INTERVAL);
    }
}
