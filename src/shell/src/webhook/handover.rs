//! What a webhook does with an update: the active process plays it, and another one hands it over to the active one and
//! relays the answer.
//!
//! While nobody is active, or the active process cannot be reached, the update is held for some seconds: whoever becomes
//! active meanwhile, this process perhaps, plays it. Then Telegram is told to come again. An update may so reach two
//! processes; it counts once, whoever is first.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use http_server::request::REQUEST_ID;
use tokio::sync::watch;

use crate::Secret;
use crate::active::{Active, Elsewhere};
use crate::metrics::Metrics;

/// Marks an update that was handed over: it is not handed over again.
pub(super) const HANDED_OVER: &str = "X-Handed-Over";
/// Marks the answer of a process that is about to leave: another one is active in a moment.
pub(super) const LEAVING: &str = "X-Leaving";
/// The header that Telegram sends the secret with.
pub(crate) const SECRET: &str = "X-Telegram-Bot-Api-Secret-Token";
/// An update is held so long for somebody who plays it.
const HOLD_TIMEOUT: Duration = Duration::from_secs(4);
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(100);
/// Whoever lives lets us connect within so long.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// The active process answers within so long: a turn has 20 s for its work on the store. nginx waits for 25 s.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(21);

/// Plays an update's JSON that has come with a request of this id; `true` when it is done.
pub(super) type Play = Arc<dyn Fn(String, String) -> BoxFuture<'static, bool> + Send + Sync>;

/// What became of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// Telegram may forget it.
    Done,
    /// It must come again.
    Later,
    /// It must come again, to another process: this one is about to leave.
    Leaving,
}

/// The way of updates to the active process.
pub(super) struct HandOver {
    pub(super) play: Play,
    pub(super) active: Active,
    /// The path of the webhook, which is the same for all processes.
    pub(super) path: String,
    pub(super) secret: Secret,
    pub(super) closing: watch::Receiver<bool>,
    pub(super) client: reqwest::Client,
    pub(super) metrics: Metrics,
}

/// A client for other processes of ours, by plain HTTP within a machine or a private network.
///
/// # Errors
/// What `reqwest` has to say.
pub(super) fn client() -> reqwest::Result<reqwest::Client> {
    let client = reqwest::Client::builder().no_proxy().tls_built_in_root_certs(false);
    client.redirect(reqwest::redirect::Policy::none()).connect_timeout(CONNECT_TIMEOUT).timeout(ANSWER_TIMEOUT).build()
}

impl HandOver {
    /// Has an update played by whoever is active. `handed_over`: another process has sent it here.
    pub(super) async fn take(&self, update: String, request: String, handed_over: bool) -> Taken {
        let until = Instant::now() + HOLD_TIMEOUT;
        loop {
            if self.active.is_active() {
                if (self.play)(update.clone(), request.clone()).await {
                    return Taken::Done;
                }
                if self.active.is_active() && !*self.closing.borrow() {
                    return Taken::Later;
                }
            }
            if *self.closing.borrow() {
                return Taken::Leaving;
            }
            if handed_over {
                return Taken::Later;
            }
            let elsewhere = self.active.elsewhere();
            let mut leaving = false;
            match &elsewhere {
                Elsewhere::At(address) => {
                    let answer = tokio::select! {
                        answer = self.hand_over(address, &update, &request) => answer,
                        // It stands still, and its lease has run out.
                        () = self.active.moved_from(&elsewhere) => None,
                    };
                    match answer {
                        Some(Taken::Leaving) => leaving = true,
                        Some(answer) => return answer,
                        None => {}
                    }
                }
                // Whoever has called us can reach it, perhaps.
                Elsewhere::OutOfReach => return Taken::Later,
                Elsewhere::Nobody => {}
            }
            let left_for = until.saturating_duration_since(Instant::now());
            if left_for.is_zero() {
                tracing::warn!(request.id = request, "webhook: nobody is active; the update comes again");
                return Taken::Later;
            }
            tokio::select! {
                _ = self.active.begun() => {}
                () = self.active.moved_from(&elsewhere) => {}
                () = tokio::time::sleep(if leaving { left_for } else { PAUSE.min(left_for) }) => {}
            }
        }
    }

    /// The answer of the active process, if it could be reached.
    async fn hand_over(&self, address: &str, update: &str, request: &str) -> Option<Taken> {
        let call = self.client.post(format!("{address}{}", self.path)).header(SECRET, self.secret.expose());
        let call = call.header(HANDED_OVER, "1").header(REQUEST_ID, request).body(update.to_owned());
        let answer = match call.send().await {
            Ok(answer) if answer.status().is_success() => Some(Taken::Done),
            Ok(answer) if answer.headers().contains_key(LEAVING) => Some(Taken::Leaving),
            Ok(_) => Some(Taken::Later),
            Err(error) => {
                if error.is_connect() {
                    // Perhaps it has just died.
                    self.active.look();
                }
                None
            }
        };
        let outcome = match answer {
            Some(Taken::Done) => "done",
            Some(Taken::Later | Taken::Leaving) => "later",
            None => "failed",
        };
        self.metrics.leases.handed_over(outcome);
        tracing::debug!(request.id = request, outcome, "webhook: an update was handed over to the active process");
        answer
    }
}
