//! Telegram: what we ask of it, and how it sees our webhook.

use std::time::Duration;

use prometheus::{Counter, Gauge, HistogramVec, IntGauge};

use super::register::Register;

/// The longest name of a method that is told.
const LONGEST: usize = 40;

/// Bot API calls, and the webhook as `getWebhookInfo` has it.
#[derive(Clone)]
pub struct TelegramMetrics {
    calls: HistogramVec,
    retry_after: Counter,
    pending: IntGauge,
    last_error: Gauge,
}

impl TelegramMetrics {
    pub(super) fn new(register: &Register<'_>) -> Self {
        Self {
            calls: register.times(
                "telegram_call_seconds",
                "Bot API calls by method and outcome: ok, not_modified (shown already), 400, 401, 403, 409, \
                 429, 5xx, other, network.",
                &["method", "outcome"],
            ),
            retry_after: register.seconds(
                "telegram_retry_after_seconds_total",
                "Seconds that Telegram has asked us to wait, over all calls.",
            ),
            pending: register
                .gauge("webhook_pending_updates", "Updates that wait at Telegram for our webhook, by getWebhookInfo."),
            last_error: register.measure(
                "webhook_last_error_timestamp_seconds",
                "When Telegram last failed to deliver to our webhook, by getWebhookInfo; 0 if it has not.",
            ),
        }
    }

    /// A call has ended. `method` as teloxide spells it, such as `SendMessage`; it is told as Telegram spells it.
    pub fn called(&self, method: &str, outcome: &str, took: Duration) {
        let mut letters = [0; LONGEST];
        let length = method.len().min(LONGEST);
        letters[..length].copy_from_slice(&method.as_bytes()[..length]);
        letters[0].make_ascii_lowercase();
        let method = std::str::from_utf8(&letters[..length]).unwrap_or_default();
        self.calls.with_label_values(&[method, outcome]).observe(took.as_secs_f64());
    }

    /// Telegram asks to wait.
    pub fn asked_to_wait(&self, time: Duration) {
        self.retry_after.inc_by(time.as_secs_f64());
    }

    /// What getWebhookInfo says: how many updates wait, and when delivering last failed, in seconds since 1970.
    pub fn webhook(&self, pending: u32, last_error: Option<i64>) {
        self.pending.set(i64::from(pending));
        self.last_error.set(last_error.unwrap_or_default() as f64);
    }
}
