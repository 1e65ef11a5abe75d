//! Delivery of updates to a bot that set a webhook.
//!
//! Updates wait in lanes: texts by chat, taps by user. Only updates of one lane wait for each other, so that nothing is
//! promised about the order of a text and a tap (`Client.cpp`, 17155–17279). A failed delivery is repeated at once,
//! then after 2, 4, 8… seconds, up to a minute, until the update is too old; `Retry-After` is obeyed
//! (`WebhookActor.cpp`, 493–520 and 637–649).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::{Instant, sleep_until};

use super::{Cell, Simulator, masked};

/// The server waits so long for the bot's answer, and then delivers again.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: u64 = 60;
const LONGEST_RETRY_AFTER: u64 = 3600;

pub(crate) struct Webhook {
    pub(crate) url: String,
    secret: Option<String>,
    pub(crate) connections: usize,
    /// The newest failure, and when it was by the bot's clock.
    pub(crate) last_error: Option<(i64, String)>,
    lanes: HashMap<i64, Lane>,
    /// Trusts the certificate that came with the webhook, and no other.
    trusting: Option<reqwest::Client>,
}

#[derive(Default)]
struct Lane {
    in_flight: bool,
    failures: u32,
    not_before: Option<Instant>,
}

/// One delivery that is due.
struct Delivery {
    update: i64,
    lane: i64,
    json: Arc<str>,
    url: String,
    secret: Option<String>,
    trusting: Option<reqwest::Client>,
}

impl Webhook {
    pub(crate) fn new(
        url: String,
        secret: Option<String>,
        connections: usize,
        trusting: Option<reqwest::Client>,
    ) -> Webhook {
        Webhook { url, secret, connections, last_error: None, lanes: HashMap::new(), trusting }
    }

    pub(crate) fn has_certificate(&self) -> bool {
        self.trusting.is_some()
    }
}

/// Delivers webhooks, to this machine only: bots live here, and no address that a bot or a page names may make the
/// simulator call another machine. It goes around every proxy, and follows no redirect, as the real server does not.
pub(crate) fn client() -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder().no_proxy().timeout(ANSWER_TIMEOUT);
    builder.redirect(reqwest::redirect::Policy::none()).dns_resolver(Arc::new(Loopback))
}

/// Looks names up, and finds only addresses of this machine.
struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let here: Vec<_> = found.filter(|address| is_here(address.ip())).collect();
            if here.is_empty() {
                return Err(ELSEWHERE.into());
            }
            Ok(Box::new(here.into_iter()) as Addrs)
        })
    }
}

/// Why an address is not called.
pub(crate) const ELSEWHERE: &str = "the simulator delivers to this machine only";

/// Whether an address is of this machine, whatever its network is.
pub(crate) fn is_here(address: IpAddr) -> bool {
    let address = address.to_canonical();
    address.is_loopback() || address.is_unspecified()
}

/// The same, trusting one certificate in PEM and no other.
pub(crate) fn client_trusting(pem: &[u8]) -> Result<reqwest::Client, reqwest::Error> {
    let certificate = reqwest::Certificate::from_pem(pem)?;
    client().tls_built_in_root_certs(false).add_root_certificate(certificate).build()
}

/// What is done with a bot's answer to an update: whose bot, and its body.
pub(crate) type Answered = fn(Simulator, String, String) -> BoxFuture<'static, ()>;

/// Starts the delivery; it ends when another listener takes the bot over. An update counts as delivered when `answered`
/// is done with the bot's answer to it.
pub(crate) fn start(sim: &Simulator, token: &str, mine: u64, answered: Answered) {
    let (sim, cell, token) = (sim.clone(), sim.cell(token), token.to_owned());
    tokio::spawn(async move {
        let mut changes = cell.changes();
        while let Some((due, wake)) = collect(&cell, mine) {
            for delivery in due {
                tokio::spawn(deliver(sim.clone(), Arc::clone(&cell), mine, token.clone(), delivery, answered));
            }
            let pause = async {
                match wake {
                    Some(instant) => sleep_until(instant).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = pause => {}
                changed = changes.changed() => if changed.is_err() { return },
            }
        }
    });
}

/// Deliveries that can begin now, and when to look again. `None` when the webhook is not ours any more.
fn collect(cell: &Cell, mine: u64) -> Option<(Vec<Delivery>, Option<Instant>)> {
    if cell.with(|bot| bot.do_what_is_due()) {
        cell.wake();
    }
    cell.with(|bot| {
        if bot.listener != mine {
            return None;
        }
        let now = bot.unix_now();
        bot.updates.expire(now);
        let due = bot.next_due().map(|rest| Instant::now() + rest);
        if let Some(back) = bot.disturbances.back() {
            return Some((Vec::new(), Some(back.into())));
        }
        let webhook = bot.webhook.as_mut()?;
        let mut running = webhook.lanes.values().filter(|lane| lane.in_flight).count();
        let (mut due, mut wake) = (Vec::new(), due);
        let mut blocked = std::collections::HashSet::new();
        for update in bot.updates.waiting() {
            // Only the oldest update of a lane may go.
            if running >= webhook.connections || !blocked.insert(update.lane) {
                continue;
            }
            let lane = webhook.lanes.entry(update.lane).or_default();
            let wait = lane.not_before.filter(|instant| *instant > Instant::now());
            if let Some(instant) = wait {
                wake = Some(wake.map_or(instant, |known| known.min(instant)));
            } else if !lane.in_flight {
                lane.in_flight = true;
                running += 1;
                due.push(Delivery {
                    update: update.id,
                    lane: update.lane,
                    json: Arc::clone(&update.json),
                    url: webhook.url.clone(),
                    secret: webhook.secret.clone(),
                    trusting: webhook.trusting.clone(),
                });
            }
        }
        Some((due, wake))
    })
}

async fn deliver(sim: Simulator, cell: Arc<Cell>, mine: u64, token: String, delivery: Delivery, answered: Answered) {
    let name = masked(&token);
    let result = match post(&sim, &delivery).await {
        Ok(answer) => {
            answered(sim, token, answer).await;
            Ok(())
        }
        Err(failed) => Err(failed),
    };
    cell.change(|bot| {
        if bot.listener != mine {
            return;
        }
        let now = bot.unix_now();
        let Some(webhook) = bot.webhook.as_mut() else { return };
        let lane = webhook.lanes.entry(delivery.lane).or_default();
        lane.in_flight = false;
        match result {
            Ok(()) => {
                bot.active = Some(std::time::Instant::now());
                webhook.lanes.remove(&delivery.lane);
                bot.updates.delivered(delivery.update);
            }
            Err((error, retry_after)) => {
                tracing::warn!(bot = name, update = delivery.update, error, "the webhook refused an update");
                let pause = retry_after.map_or(pause_after(lane.failures), |asked| asked.min(LONGEST_RETRY_AFTER));
                lane.failures += 1;
                bot.updates.repeat(delivery.update);
                lane.not_before = Some(Instant::now() + Duration::from_secs(pause));
                webhook.last_error = Some((now, error));
            }
        }
    });
}

/// Seconds until the next try: none after the first failure, then 2, 4, 8…
fn pause_after(failures: u32) -> u64 {
    if failures == 0 { 0 } else { 2_u64.saturating_pow(failures).min(LONGEST_PAUSE) }
}

/// One delivery, and what the bot answered. A failure is told in the server's words, with the pause that the bot asked for.
async fn post(sim: &Simulator, delivery: &Delivery) -> Result<String, (String, Option<u64>)> {
    let none = |_| ("No connection can be made".to_owned(), None);
    let client = delivery.trusting.as_ref().map_or_else(|| sim.http(), Ok).map_err(none)?;
    let mut request =
        client.post(&delivery.url).header("Content-Type", "application/json").body(delivery.json.to_string());
    if let Some(secret) = &delivery.secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let response = request.send().await.map_err(|error| {
        let words = match &error {
            error if error.is_timeout() => "Read timeout expired",
            error if speaks_of_a_certificate(error) => "SSL error {certificate verify failed}",
            _ => "Connection refused",
        };
        (words.to_owned(), None)
    })?;
    if response.status().is_success() {
        return Ok(response.text().await.unwrap_or_default());
    }
    let retry_after = response.headers().get("Retry-After").and_then(|value| value.to_str().ok()?.parse().ok());
    Err((format!("Wrong response from the webhook: {}", response.status()), retry_after))
}

/// rustls keeps what is wrong with a certificate at the bottom of the error.
fn speaks_of_a_certificate(error: &reqwest::Error) -> bool {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string().contains("certificate")
}
