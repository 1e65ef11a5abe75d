//! Calls of the Bot API, each counted and timed.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use teloxide::RequestError;
use teloxide::requests::{HasPayload, Output, Payload, Request};
use teloxide::types::MessageId;

use crate::metrics::Metrics;
use crate::refusals::{is_outage, says};

/// A call that returns a message, of which only the id is read. As a `Message`, teloxide would parse all of it.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct IdOnly<P>(pub(super) P);

impl<P: Payload> Payload for IdOnly<P> {
    type Output = SentId;

    const NAME: &'static str = P::NAME;
}

/// What is read of a message that Telegram has shown.
#[derive(Deserialize)]
pub(super) struct SentId {
    message_id: i32,
}

impl SentId {
    pub(super) fn id(&self) -> MessageId {
        MessageId(self.message_id)
    }
}

/// Makes a call, once.
pub(super) async fn counted<R>(metrics: &Metrics, request: R) -> Result<Output<R>, RequestError>
where
    R: Request<Err = RequestError>,
{
    let began = Instant::now();
    let answer = request.send().await;
    if let Err(RequestError::RetryAfter(seconds)) = &answer {
        metrics.telegram.asked_to_wait(seconds.duration());
    }
    let name = <<R as HasPayload>::Payload as Payload>::NAME;
    metrics.telegram.called(name, outcome(answer.as_ref().err()), began.elapsed());
    answer
}

/// What became of a call, in one of few words. teloxide does not hand on the code of an error, only its words.
fn outcome(error: Option<&RequestError>) -> &'static str {
    match error {
        None => "ok",
        Some(RequestError::RetryAfter(_)) => "429",
        Some(RequestError::Network(_) | RequestError::Io(_)) => "network",
        // A gateway's page, or half an answer.
        Some(RequestError::InvalidJson { .. }) => "5xx",
        Some(RequestError::MigrateToChatId(_)) => "400",
        Some(RequestError::Api(error)) => {
            let words = [
                ("message is not modified", "not_modified"),
                ("bad request", "400"),
                ("forbidden", "403"),
                ("conflict", "409"),
                ("unauthorized", "401"),
                ("invalid bot token", "401"),
            ];
            let known = words.iter().find(|(words, _)| says(error, words)).map(|(_, outcome)| *outcome);
            known.unwrap_or(if is_outage(error) { "5xx" } else { "other" })
        }
    }
}
