//! Messages that a bot sends by itself, beside the replies to turns.

use std::sync::Arc;

use engine::App;
use engine::memory::Messages;
use teloxide::types::ChatId;
use tokio::sync::{Mutex, mpsc, watch};

use crate::screen::{Screen, ShowError};

/// Where such messages go. Clones are one outbox.
#[derive(Debug, Clone)]
pub struct Outbox<A: App> {
    sender: mpsc::UnboundedSender<Messages<A>>,
    waiting: watch::Sender<usize>,
}

/// The other end of an [`Outbox`]; kept over restarts of the task that sends.
pub(crate) type Inbox<A> = Arc<Mutex<mpsc::UnboundedReceiver<Messages<A>>>>;

impl<A: App> Outbox<A> {
    /// An empty one, and its other end.
    pub(crate) fn new() -> (Self, Inbox<A>) {
        let (sender, messages) = mpsc::unbounded_channel();
        (Self { sender, waiting: watch::Sender::new(0) }, Arc::new(Mutex::new(messages)))
    }

    /// Lets messages be sent.
    pub fn send(&self, messages: Messages<A>) {
        if !messages.is_empty() {
            self.waiting.send_modify(|count| *count += 1);
            // Where nobody sends any more, the bot is stopping.
            let _ = self.sender.send(messages);
        }
    }

    /// How many deliveries wait.
    pub fn waiting(&self) -> watch::Receiver<usize> {
        self.waiting.subscribe()
    }
}

/// Sends what comes, one message after another, for as long as the bot runs.
pub(crate) async fn run<A: App>(screen: Arc<Screen<A>>, inbox: Inbox<A>, outbox: Outbox<A>) {
    let mut inbox = inbox.lock().await;
    while let Some(messages) = inbox.recv().await {
        for (chat, view) in messages {
            match screen.send(ChatId(chat), &[], &view, 0).await {
                Ok(_) => {}
                Err(ShowError::Unreachable) => tracing::info!(chat.id = chat, "outbox: the customer cannot be reached"),
                Err(ShowError::Failed(error)) => {
                    tracing::warn!(chat.id = chat, error, "outbox: a message could not be sent");
                }
                // This is not the screen of replies.
                Err(ShowError::Inactive) => {}
            }
        }
        outbox.waiting.send_modify(|count| *count -= 1);
    }
}
