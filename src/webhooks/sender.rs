//! One webhook, sent.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use once_cell::sync::OnceCell;
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};

use super::message::EventMessage;
use super::sign::signature;
use crate::clock::Clock;
use crate::store::{Attempt, Event, WebhookEndpoint};

/// A receiver has so long to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Nobody makes us wait for longer.
const LONGEST_WAIT: i64 = 24 * 3600;

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// 2xx.
    Arrived,
    /// 410: nothing is wanted here any more.
    Gone,
    /// Another status.
    Refused,
    /// 429 or 503: not before this time is over.
    Later(TimeDelta),
    /// There was no answer, or one of a proxy: 502 or 504.
    Unreachable,
    /// The event cannot be read any more.
    NothingToSend,
}

/// Sends webhooks. The client is made for the first one: it reads all roots of trust.
#[derive(Debug, Default)]
pub(super) struct Sender(OnceCell<Client>);

impl Sender {
    /// Sends an event. Of the answer only the status counts; a redirect is none, since nobody has said that its goal is
    /// trusted.
    pub(super) async fn send(&self, endpoint: &WebhookEndpoint, event: &Event, clock: &Clock) -> (Attempt, Verdict) {
        let (at, began) = (clock.now(), Instant::now());
        let answer = self.post(endpoint, event, at).await;
        let milliseconds = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        let attempt = Attempt { at, status: None, error: None, milliseconds };
        match answer {
            Ok((status, verdict)) => (Attempt { status: Some(status.as_u16()), ..attempt }, verdict),
            Err(error) => (Attempt { error: Some(error), ..attempt }, Verdict::Unreachable),
        }
    }

    /// What is written down of an event that cannot be read.
    pub(super) fn nothing_to_send(&self, at: DateTime<Utc>) -> (Attempt, Verdict) {
        let error = Some("the event is not kept any more, or is one of a newer program".to_owned());
        (Attempt { at, status: None, error, milliseconds: 0 }, Verdict::NothingToSend)
    }

    async fn post(
        &self,
        endpoint: &WebhookEndpoint,
        event: &Event,
        at: DateTime<Utc>,
    ) -> Result<(StatusCode, Verdict), String> {
        let client = self.0.get_or_try_init(client).map_err(|error| told(&error))?;
        let (id, timestamp) = (event.id.to_string(), at.timestamp());
        let body = serde_json::to_string(&EventMessage::from(event)).map_err(|_| "it cannot be written as JSON")?;
        let sign = |secret| signature(secret, &id, timestamp, &body).ok_or("the endpoint's secret cannot be used");
        let signed = endpoint.secrets(at).map(sign).collect::<Result<Vec<_>, _>>()?.join(" ");
        let request = client
            .post(&endpoint.url)
            .header("Content-Type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signed)
            .body(body);
        let answer = request.send().await.map_err(|error| told(&error))?;
        let wait = || {
            let told = answer.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok());
            let seconds = told.and_then(|told| {
                let until = || Some((DateTime::parse_from_rfc2822(told).ok()?.to_utc() - at).num_seconds());
                told.parse::<i64>().ok().or_else(until)
            });
            TimeDelta::seconds(seconds.unwrap_or(0).clamp(0, LONGEST_WAIT))
        };
        let verdict = match answer.status() {
            status if status.is_success() => Verdict::Arrived,
            StatusCode::GONE => Verdict::Gone,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Verdict::Later(wait()),
            // A proxy answers in its place.
            StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => Verdict::Unreachable,
            _ => Verdict::Refused,
        };
        Ok((answer.status(), verdict))
    }
}

fn client() -> reqwest::Result<Client> {
    let client = Client::builder().timeout(TIMEOUT).redirect(Policy::none());
    client.user_agent(concat!("shopkeeper/", env!("CARGO_PKG_VERSION"))).build()
}

/// Why there was no answer, without the address: it may have a secret in it.
fn told(error: &reqwest::Error) -> String {
    let why = match error {
        error if error.is_timeout() => "no answer within ten seconds",
        error if error.is_connect() => "no connection, or none that can be trusted",
        error if error.is_builder() => "the address cannot be used",
        _ => "the connection was lost",
    };
    why.to_owned()
}
