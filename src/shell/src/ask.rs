//! Questions to Telegram that change nothing, in plain HTTP.
//!
//! teloxide's types refuse an answer with a kind of update that is newer than they are, and keep its `Date` header to
//! themselves. Whoever watches or checks must be able to read both.

use std::error::Error;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use teloxide::Bot;
use url::Url;

use crate::Secret;

/// Whoever asks: a client, and whom it asks as whom.
#[derive(Clone)]
pub struct TelegramClient {
    client: reqwest::Client,
    base: Url,
    token: Secret,
}

/// What was told.
pub struct TelegramAnswer {
    pub result: Value,
    /// What time it is at Telegram, in whole seconds.
    pub date: Option<DateTime<Utc>>,
    /// How long the answer took.
    pub took: Duration,
}

/// Why nothing was told. The words hold neither token nor address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    #[error("Telegram cannot be reached: {0}")]
    Unreachable(String),
    #[error("Telegram says: {description}")]
    Refused { code: u16, description: String },
    #[error("Telegram's answer cannot be read")]
    Unreadable,
}

/// The envelope of every answer (<https://core.telegram.org/bots/api#making-requests>).
#[derive(Deserialize)]
struct Envelope {
    ok: bool,
    result: Option<Value>,
    error_code: Option<u16>,
    description: Option<String>,
}

impl TelegramClient {
    /// Asks the Bot API server at `base`, such as `https://api.telegram.org`.
    pub fn new(client: reqwest::Client, base: Url, token: Secret) -> Self {
        Self { client, base, token }
    }

    /// Asks as a bot does.
    pub fn of(bot: &Bot) -> Self {
        Self::new(bot.client().clone(), bot.api_url(), Secret::new(bot.token()))
    }

    /// Asks `method` with parameters in the query.
    pub async fn ask(&self, method: &str, parameters: &[(&str, String)]) -> Result<TelegramAnswer, AskError> {
        let base = self.base.as_str().trim_end_matches('/');
        let url = format!("{base}/bot{}/{method}", self.token.expose());
        let url = Url::parse_with_params(&url, parameters).map_err(|_| AskError::Unreadable)?;
        let since = Instant::now();
        let answer = self.client.get(url).send().await.map_err(|error| AskError::Unreachable(reason(error)))?;
        let took = since.elapsed();
        let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()).map(|date| date.to_utc());
        let status = answer.status();
        let text = answer.text().await.map_err(|error| AskError::Unreachable(reason(error)))?;
        match serde_json::from_str::<Envelope>(&text) {
            Ok(Envelope { ok: true, result: Some(result), .. }) => Ok(TelegramAnswer { result, date, took }),
            Ok(refused) => Err(AskError::Refused {
                code: refused.error_code.unwrap_or(status.as_u16()),
                description: refused.description.unwrap_or_default(),
            }),
            // A gateway in between answers in HTML.
            Err(_) if status.is_server_error() => Err(AskError::Unreachable(status.to_string())),
            Err(_) => Err(AskError::Unreadable),
        }
    }
}

/// Why a request failed, without its address, which holds the token.
pub fn reason(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let error = error.without_url();
    let mut deepest: &dyn Error = &error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
