//! Looks after the webhook while we run: about once a minute what Telegram knows of it is held against what it should
//! know. What is wrong is mended, and each thing is said once, and once more when it is over.
//!
//! Two processes of ours want the same, so that neither finds anything to mend. Whoever wants something else and sets
//! it again and again is told of, and fought less and less often. What cannot be asked is left as it is.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use teloxide::prelude::*;
use teloxide::types::InputFile;
use tokio::sync::watch;

use super::care::{SeenWebhook, WantedWebhook, WebhookCare, WebhookNotice};
use super::remedy::remedy;
use crate::ask::{AskError, TelegramClient};
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::polling::KINDS;
use crate::refusals::described;
use crate::retry::with_retries;
use crate::{Names, Secret};

/// Seconds between two looks, give or take a fifth: many processes must not look at once.
const LOOK: i64 = 60;
/// The same after trouble.
const SOON: i64 = 15;

/// What is known of the webhook, for the figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookState {
    /// How often we have looked, and Telegram has told.
    pub looks: u64,
    /// How often we have set it again.
    pub mended: u64,
    /// Updates that wait at Telegram.
    pub waiting: u32,
    /// When Telegram last failed to deliver, by its own clock.
    pub failed: Option<DateTime<Utc>>,
}

/// Our webhook, as Telegram is to have it.
#[derive(Clone)]
pub struct Hook {
    pub url: url::Url,
    pub secret: Secret,
    /// A self-signed certificate that Telegram is to trust.
    pub certificate: Option<PathBuf>,
    pub connections: u8,
}

impl Hook {
    /// Tells Telegram.
    pub async fn set(&self, bot: &Bot) -> Result<(), String> {
        let set = || async {
            let request = bot.set_webhook(self.url.clone()).secret_token(self.secret.expose().to_owned());
            let request = request.allowed_updates(KINDS).max_connections(self.connections);
            match &self.certificate {
                Some(file) => request.certificate(InputFile::file(file)).await,
                None => request.await,
            }
        };
        with_retries(set).await.map(drop).map_err(|error| described(&error))
    }

    /// What can be seen of it from outside.
    pub fn wanted(&self) -> WantedWebhook {
        WantedWebhook { url: self.url.clone(), connections: self.connections, kinds: kinds() }
    }
}

/// The kinds of updates that we read, by the names that Telegram has for them.
pub fn kinds() -> Vec<String> {
    let name = |kind| serde_json::to_value(kind).ok().and_then(|name| name.as_str().map(str::to_owned));
    KINDS.into_iter().filter_map(name).collect()
}

/// Watches until it is dropped.
pub async fn run(bot: Bot, hook: Hook, clock: Clock, metrics: Metrics, state: watch::Sender<WebhookState>) {
    let asker = TelegramClient::of(&bot);
    let mut care = WebhookCare::new(hook.wanted(), clock.now());
    let mut deaf = false;
    loop {
        let pause = if care.is_worried() || deaf { SOON } else { LOOK };
        let jitter = rand::random_range(-200..=200) * pause;
        clock.until(clock.now() + TimeDelta::milliseconds(pause * 1000 + jitter)).await;
        let seen = match ask(&asker).await {
            Ok(seen) => seen,
            Err(error) => {
                if !std::mem::replace(&mut deaf, true) {
                    tracing::warn!(%error, "Telegram does not tell about the webhook; it is left as it is");
                }
                continue;
            }
        };
        if std::mem::take(&mut deaf) {
            tracing::info!("Telegram tells about the webhook again");
        }
        let mut mended = 0;
        for notice in care.look(&seen, clock.now()) {
            if let WebhookNotice::Mend(fault) = &notice {
                match hook.set(&bot).await {
                    Ok(()) => {
                        mended += 1;
                        tracing::warn!(%fault, "the webhook was not as it should be, and is set again");
                    }
                    Err(error) => {
                        care.not_mended();
                        tracing::warn!(%fault, error, "the webhook is not as it should be, and cannot be set");
                    }
                }
            } else {
                log_notice(&notice, metrics.names());
            }
        }
        let failed = seen.error().map(|(date, _)| date);
        metrics.telegram.webhook(seen.pending_update_count, failed.map(|date| date.timestamp()));
        state.send_modify(|state| {
            state.looks += 1;
            state.mended += mended;
            state.waiting = seen.pending_update_count;
            state.failed = failed;
        });
    }
}

/// Asks Telegram about the webhook.
pub async fn ask(asker: &TelegramClient) -> Result<SeenWebhook, AskError> {
    let told = asker.ask("getWebhookInfo", &[]).await?;
    serde_json::from_value(told.result).map_err(|_| AskError::Unreadable)
}

fn log_notice(notice: &WebhookNotice, names: Names) {
    match notice {
        WebhookNotice::Mend(_) => {}
        WebhookNotice::Fight(fault, minutes) => tracing::error!(
            %fault,
            minutes,
            "somebody else sets this bot's webhook again and again: two programs use one token. Stop the other one, or \
             make a new token at @BotFather (/revoke). It is set again after a while, less and less often"
        ),
        WebhookNotice::Peace => tracing::info!("nobody else sets the webhook any more"),
        WebhookNotice::Erring(words) => {
            tracing::warn!(words, remedy = remedy(words, names), "Telegram cannot deliver to the webhook");
        }
        WebhookNotice::Recovered => tracing::info!("Telegram delivers to the webhook again"),
        WebhookNotice::Backlog(waiting) => tracing::warn!(
            waiting,
            "updates wait at Telegram, and become more: see whether turns are slow (/metrics), and raise \
             {}_WEBHOOK_CONNECTIONS if they are not",
            names.settings
        ),
        WebhookNotice::CaughtUp => tracing::info!("no updates wait at Telegram any more"),
    }
}
