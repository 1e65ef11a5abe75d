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
use crate::active::Active;
use crate::metrics::Metrics;

/// Marks an update that was handed over: it is not handed over again.
pub(super) const HANDED_OVER: &str = "X-Handed-Over";
/// The header that Telegram sends the secret with.
pub(super) const SECRET: &str = "X-Telegram-Bot-Api-Secret-Token";
/// An update is held so long for somebody who plays it.
const PATIENCE: Duration = Duration::from_secs(4);
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(100);
/// Whoever lives lets us connect within so long.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// The active process answers within so long: a turn has 20 s for its work on the store. nginx waits for 25 s.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(21);

/// Plays an update's JSON that has come with a request of this id; `true` when it is done.
pub(super) type Play = Arc<dyn Fn(String, String) -> BoxFuture<'static, bool> + Send + Sync>;

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
    /// Has an update played by whoever is active; `true` when it is done. `handed_over`: another process has sent it here.
    pub(super) async fn take(&self, update: String, request: String, handed_over: bool) -> bool {
        let until = Instant::now() + PATIENCE;
        loop {
            if self.active.is_active() {
                if (self.play)(update.clone(), request.clone()).await {
                    return true;
                }
                if self.active.is_active() {
                    return false;
                }
            }
            if handed_over || *self.closing.borrow() {
                return false;
            }
            if let Some(address) = self.active.elsewhere() {
                let done = tokio::select! {
                    done = self.hand_over(&address, &update, &request) => done,
                    // It stands still, and its lease has run out.
                    () = self.active.moved_from(&address) => false,
                };
                if done {
                    return true;
                }
            }
            if Instant::now() >= until {
                tracing::warn!(request.id = request, "webhook: nobody is active; the update comes again");
                return false;
            }
            tokio::select! {
                _ = self.active.begun() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    async fn hand_over(&self, address: &str, update: &str, request: &str) -> bool {
        let call = self.client.post(format!("{address}{}", self.path)).header(SECRET, self.secret.expose());
        let call = call.header(HANDED_OVER, "1").header(REQUEST_ID, request).body(update.to_owned());
        let (outcome, status) = match call.send().await {
            Ok(answer) if answer.status().is_success() => ("done", answer.status().as_u16()),
            Ok(answer) => ("later", answer.status().as_u16()),
            Err(error) => {
                if error.is_connect() {
                    // Perhaps it has just died.
                    self.active.look();
                }
                ("failed", 0)
            }
        };
        self.metrics.leases.handed_over(outcome);
        tracing::debug!(
            request.id = request,
            outcome,
            status,
            "webhook: an update was handed over to the active process"
        );
        outcome == "done"
    }
}
