//! Dialogues that owe a reply, as they are marked in MongoDB: by this process, and by those before it.

use std::time::Duration;

use futures::future::BoxFuture;

use crate::active::Active;
use crate::clock::Clock;
use crate::mongo::debts::Debts;
use crate::queue::Owing;

/// The pause between two looks for replies that another process owes.
const OWED_PAUSE: Duration = Duration::from_secs(2);

/// The marks of this process. They are about processes, so they go by the system's clock.
pub(crate) struct Marks {
    pub(crate) debts: Debts,
    pub(crate) active: Active,
    /// What all our marks begin with, whatever their epoch is.
    pub(crate) name: String,
}

impl Owing for Marks {
    fn mark(&self, lanes: Vec<i64>) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            // Whoever is not active acknowledges nothing.
            let Some(by) = self.active.mark() else { return false };
            let marked = self.debts.mark(&lanes, &by, Clock::system().now()).await;
            marked.inspect_err(|error| tracing::warn!(%error, "owed: dialogues could not be marked yet")).is_ok()
        })
    }

    fn clear(&self, lanes: Vec<i64>) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            let cleared = self.debts.clear(&lanes, &self.name).await;
            cleared.inspect_err(|error| tracing::warn!(%error, "owed: marks could not be cleared yet")).is_ok()
        })
    }
}

/// Takes over dialogues whose process has ended while it owed them a reply, as long as this process is the active one. It
/// looks again and again: whoever was active before may have marked one late. `line_up` has what a chat owes shown.
pub(crate) async fn show_owed(debts: Debts, active: Active, line_up: impl Fn(i64)) {
    loop {
        active.begun().await;
        let Some(by) = active.mark() else { continue };
        match debts.of_others(&by).await {
            Ok(chats) => {
                chats.into_iter().for_each(&line_up);
            }
            Err(error) if error.is_away() => {}
            Err(error) => tracing::warn!(%error, "owed: replies that are owed could not be looked for"),
        }
        tokio::time::sleep(OWED_PAUSE).await;
    }
}
