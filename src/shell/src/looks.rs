//! A task that looks again and again for what there is to do, and whoever needs to know that it has.

use tokio::sync::watch;

/// Asks a task to look, and hears when it has. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Looks {
    asked: watch::Sender<u64>,
    looked: watch::Sender<u64>,
}

impl Looks {
    /// Resolves when the task has looked after now, and done what it has found.
    pub(crate) async fn settle(&self) {
        let mut ours = 0;
        self.asked.send_modify(|asked| {
            *asked += 1;
            ours = *asked;
        });
        // The sender lives as long as `self`: waiting cannot fail.
        let _ = self.looked.subscribe().wait_for(|looked| *looked >= ours).await;
    }

    /// How often it was asked, for the task: it returns to [`Looks::looked`] what it has read here before it looked.
    pub(crate) fn asked(&self) -> watch::Receiver<u64> {
        self.asked.subscribe()
    }

    /// The task has looked.
    pub(crate) fn looked(&self, asked: u64) {
        self.looked.send_replace(asked);
    }
}
