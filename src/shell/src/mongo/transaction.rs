//! What every transaction needs.

use std::time::Duration;

use mongodb::ClientSession;
use mongodb::error::{Error, UNKNOWN_TRANSACTION_COMMIT_RESULT};

/// Commits; asks again while it is not known whether the commit was done, which is safe to repeat.
///
/// # Errors
/// What the driver returns.
pub async fn finish(session: &mut ClientSession) -> Result<(), Error> {
    for _ in 0..3 {
        match session.commit_transaction().await {
            Err(error) if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) => {}
            done => return done,
        }
    }
    session.commit_transaction().await
}

/// Longer from attempt to attempt, up to 50 ms, and not the same for all.
pub fn pause(attempt: u32) -> Duration {
    let most = (1_u64 << attempt.min(6)).min(50) * 1000;
    Duration::from_micros(rand::random_range(most / 2..=most))
}
