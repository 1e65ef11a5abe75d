//! What Telegram knows of our webhook, held against what it should know; what is to be done, and what is to be said.
//!
//! No call is made here, and no clock is read: see `watch` for both.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use url::Url;

/// A fault that comes back within so long after a repair was made by somebody.
const SOON: TimeDelta = TimeDelta::minutes(10);
/// Nobody is fought more often than this.
const LONGEST_TRUCE: i64 = 60;
/// So many updates may wait without a word.
const BACKLOG: u32 = 100;
/// So few wait when a backlog is over.
const CAUGHT_UP: u32 = 20;
/// A backlog that was seen to grow so often in a row is told.
const GROWN: u32 = 2;
/// No error for so long, and the trouble is over.
const CALM: TimeDelta = TimeDelta::minutes(3);

/// What Telegram is to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedWebhook {
    pub url: Url,
    pub connections: u8,
    /// Kinds of updates that we read.
    pub kinds: Vec<String>,
}

/// What `getWebhookInfo` tells (<https://core.telegram.org/bots/api#webhookinfo>).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct SeenWebhook {
    /// Empty if there is no webhook.
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub has_custom_certificate: bool,
    #[serde(default)]
    pub pending_update_count: u32,
    last_error_date: Option<i64>,
    last_error_message: Option<String>,
    pub max_connections: Option<u32>,
    allowed_updates: Option<Vec<String>>,
}

/// What is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookFault {
    #[error("Telegram has no webhook for this bot")]
    Gone,
    #[error("the webhook is at {0} instead of {1}")]
    Elsewhere(String, String),
    #[error("Telegram does not bring {}", .0.join(", "))]
    Kinds(Vec<String>),
    #[error("Telegram makes up to {0} calls at a time instead of {1}")]
    Connections(u32, u8),
    #[error("Telegram calls with another secret than ours")]
    Secret,
}

/// What is to be told, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookNotice {
    /// A fault that will be mended now.
    Mend(WebhookFault),
    /// Somebody else changes the webhook again and again; it is left alone for so many minutes.
    Fight(WebhookFault, i64),
    /// Nobody has changed it for long.
    Peace,
    /// Telegram could not deliver: its words.
    Erring(String),
    /// It delivers again.
    Recovered,
    /// So many updates wait, and they become more.
    Backlog(u32),
    CaughtUp,
}

impl SeenWebhook {
    /// The newest failure: when, and Telegram's words.
    pub fn error(&self) -> Option<(DateTime<Utc>, &str)> {
        let date = DateTime::from_timestamp(self.last_error_date?, 0)?;
        Some((date, self.last_error_message.as_deref().unwrap_or_default()))
    }

    /// Everything that is not as it should be, the gravest first.
    pub fn faults(&self, wanted: &WantedWebhook) -> Vec<WebhookFault> {
        let mut faults = Vec::new();
        if self.url.is_empty() {
            return vec![WebhookFault::Gone];
        }
        if self.url != wanted.url.as_str() {
            faults.push(elsewhere(&self.url, &wanted.url));
        }
        // Without a list Telegram brings everything that we read (<https://core.telegram.org/bots/api#setwebhook>).
        let brought = |kind: &&String| self.allowed_updates.as_ref().is_none_or(|allowed| allowed.contains(kind));
        let missing: Vec<_> = wanted.kinds.iter().filter(|kind| !brought(kind)).cloned().collect();
        if !missing.is_empty() {
            faults.push(WebhookFault::Kinds(missing));
        }
        if let Some(connections) = self.max_connections.filter(|count| *count != u32::from(wanted.connections)) {
            faults.push(WebhookFault::Connections(connections, wanted.connections));
        }
        faults
    }
}

/// A path may be somebody's secret, so it is told only that it differs.
fn elsewhere(url: &str, wanted: &Url) -> WebhookFault {
    let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
    let theirs = url.parse::<Url>().map(|url| host(&url)).unwrap_or_default();
    let ours = host(wanted);
    if theirs == ours {
        return WebhookFault::Elsewhere(format!("another address of {ours}"), wanted.path().to_owned());
    }
    WebhookFault::Elsewhere(theirs, ours)
}

/// What was seen so far, so that nothing is told twice.
pub struct WebhookCare {
    wanted: WantedWebhook,
    /// Failures up to here are known, or older than this process.
    known: DateTime<Utc>,
    trouble: Option<Trouble>,
    waiting: u32,
    grown: u32,
    backlog: bool,
    mended: Option<DateTime<Utc>>,
    /// How often a fault came back soon after it was mended.
    strikes: u32,
}

/// Telegram cannot deliver.
struct Trouble {
    /// When we last heard of a new failure.
    heard: DateTime<Utc>,
    told: BTreeSet<String>,
}

impl WebhookCare {
    /// Failures before `now` are those of whoever was there before us.
    pub fn new(wanted: WantedWebhook, now: DateTime<Utc>) -> Self {
        Self { wanted, known: now, trouble: None, waiting: 0, grown: 0, backlog: false, mended: None, strikes: 0 }
    }

    /// Whether we look more often than usual.
    pub fn is_worried(&self) -> bool {
        self.trouble.is_some() || self.backlog || self.grown > 0 || self.strikes == 1
    }

    /// What to tell, and with [`WebhookNotice::Mend`] what to mend.
    pub fn look(&mut self, seen: &SeenWebhook, now: DateTime<Utc>) -> Vec<WebhookNotice> {
        let fresh = seen.error().filter(|(date, _)| *date > self.known);
        let mut fault = seen.faults(&self.wanted).into_iter().next();
        if fault.is_none() && fresh.is_some_and(|(_, words)| words.contains("401 ")) {
            fault = Some(WebhookFault::Secret);
        }
        let mut notices: Vec<_> = self.judge(fault, now).into_iter().collect();
        notices.extend(self.delivery_notice(fresh, seen.pending_update_count, now));
        notices.extend(self.count(seen.pending_update_count));
        notices
    }

    /// Whether a fault is mended now, or left to somebody who wants it.
    fn judge(&mut self, fault: Option<WebhookFault>, now: DateTime<Utc>) -> Option<WebhookNotice> {
        let since = self.mended.map(|mended| now - mended);
        let truce = TimeDelta::minutes(self.truce());
        let Some(fault) = fault else {
            let calm = since.is_some_and(|since| since >= SOON.max(truce));
            return (calm && std::mem::take(&mut self.strikes) > 0).then_some(WebhookNotice::Peace);
        };
        match since {
            Some(since) if since < SOON.max(truce) && self.strikes == 0 => {
                self.strikes = 1;
                Some(WebhookNotice::Fight(fault, self.truce()))
            }
            Some(since) if self.strikes > 0 && since < truce => None,
            _ => {
                if self.strikes > 0 {
                    self.strikes += 1;
                }
                self.mended = Some(now);
                Some(WebhookNotice::Mend(fault))
            }
        }
    }

    /// What was to be mended could not be: nobody has undone it.
    pub fn not_mended(&mut self) {
        if self.strikes == 0 {
            self.mended = None;
        }
    }

    /// Minutes between two repairs while somebody else undoes them.
    fn truce(&self) -> i64 {
        if self.strikes == 0 { 0 } else { 2_i64.saturating_pow(self.strikes).min(LONGEST_TRUCE) }
    }

    fn delivery_notice(
        &mut self,
        fresh: Option<(DateTime<Utc>, &str)>,
        waiting: u32,
        now: DateTime<Utc>,
    ) -> Option<WebhookNotice> {
        let Some((date, words)) = fresh else {
            let heard = self.trouble.as_ref()?.heard;
            if waiting > 0 && now - heard < CALM {
                return None;
            }
            self.trouble = None;
            return Some(WebhookNotice::Recovered);
        };
        self.known = date;
        let trouble = self.trouble.get_or_insert_with(|| Trouble { heard: now, told: BTreeSet::new() });
        trouble.heard = now;
        // Who fails in many ways at a time is told of a few.
        let new = trouble.told.len() < 5 && trouble.told.insert(words.to_owned());
        new.then(|| WebhookNotice::Erring(words.to_owned()))
    }

    fn count(&mut self, waiting: u32) -> Option<WebhookNotice> {
        let before = std::mem::replace(&mut self.waiting, waiting);
        self.grown = if waiting > before && waiting > BACKLOG { self.grown + 1 } else { 0 };
        if self.grown >= GROWN && !self.backlog {
            self.backlog = true;
            return Some(WebhookNotice::Backlog(waiting));
        }
        (self.backlog && waiting <= CAUGHT_UP).then(|| {
            self.backlog = false;
            WebhookNotice::CaughtUp
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> WantedWebhook {
        let kinds = ["message", "callback_query"].map(str::to_owned).into();
        WantedWebhook { url: "https://tea.example/telegram".parse().unwrap(), connections: 20, kinds }
    }

    fn fine() -> SeenWebhook {
        SeenWebhook { url: wanted().url.into(), max_connections: Some(20), ..SeenWebhook::default() }
    }

    fn minute(count: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(count)
    }

    fn failed(at: DateTime<Utc>, words: &str) -> SeenWebhook {
        let (last_error_date, last_error_message) = (Some(at.timestamp()), Some(words.to_owned()));
        SeenWebhook { last_error_date, last_error_message, pending_update_count: 1, ..fine() }
    }

    #[test]
    fn every_fault_is_seen_and_a_default_is_none() {
        assert_eq!(fine().faults(&wanted()), []);
        assert_eq!(SeenWebhook::default().faults(&wanted()), [WebhookFault::Gone]);
        let theirs = SeenWebhook { url: "https://other.example/x".into(), ..fine() };
        assert_eq!(theirs.faults(&wanted()), [WebhookFault::Elsewhere("other.example".into(), "tea.example".into())]);
        let fewer = SeenWebhook { allowed_updates: Some(vec!["message".into(), "poll".into()]), ..fine() };
        assert_eq!(fewer.faults(&wanted()), [WebhookFault::Kinds(vec!["callback_query".into()])]);
        let more = SeenWebhook { max_connections: Some(40), ..fine() };
        assert_eq!(more.faults(&wanted()), [WebhookFault::Connections(40, 20)]);
    }

    #[test]
    fn the_path_of_an_address_is_never_told() {
        let secret = SeenWebhook { url: "https://tea.example/123:token".into(), ..fine() };
        assert!(!format!("{:?}", secret.faults(&wanted())).contains("token"));
    }

    #[test]
    fn who_sets_the_webhook_again_and_again_is_told_of_and_not_fought_for_ever() {
        let mut care = WebhookCare::new(wanted(), minute(0));
        let (mut mended, mut told) = (0, 0);
        for at in 1..=24 * 60 {
            for notice in care.look(&SeenWebhook::default(), minute(at)) {
                match notice {
                    WebhookNotice::Mend(_) => mended += 1,
                    WebhookNotice::Fight(..) => told += 1,
                    other => panic!("{other:?}"),
                }
            }
        }
        assert_eq!((mended, told), (28, 1), "at once, after 2, 4, 8, 16, 32 minutes, and then every hour");
        assert_eq!(care.look(&fine(), minute(24 * 60 + 61)), [WebhookNotice::Peace]);
        assert_eq!(care.look(&SeenWebhook::default(), minute(24 * 60 + 90)), [WebhookNotice::Mend(WebhookFault::Gone)]);
    }

    #[test]
    fn an_error_is_told_once_and_again_when_it_is_over() {
        let mut care = WebhookCare::new(wanted(), minute(0));
        assert_eq!(care.look(&failed(minute(-1), "Connection refused"), minute(1)), [], "that was before us");
        let told = care.look(&failed(minute(2), "Connection refused"), minute(2));
        assert!(matches!(&told[..], [WebhookNotice::Erring(words)] if words == "Connection refused"), "{told:?}");
        assert_eq!(care.look(&failed(minute(3), "Connection refused"), minute(3)), []);
        assert_eq!(care.look(&failed(minute(3), "Connection refused"), minute(4)), [], "an update still waits");
        let empty = SeenWebhook { pending_update_count: 0, ..failed(minute(3), "Connection refused") };
        assert_eq!(care.look(&empty, minute(5)), [WebhookNotice::Recovered]);
        assert_eq!(care.look(&empty, minute(6)), []);
    }

    #[test]
    fn a_secret_that_telegram_does_not_have_is_given_to_it_again() {
        let mut care = WebhookCare::new(wanted(), minute(0));
        let refused = failed(minute(1), "Wrong response from the webhook: 401 Unauthorized");
        assert_eq!(care.look(&refused, minute(1))[0], WebhookNotice::Mend(WebhookFault::Secret));
    }

    #[test]
    fn a_backlog_is_told_when_it_grows_not_when_it_shrinks() {
        let mut care = WebhookCare::new(wanted(), minute(0));
        let waiting = |count| SeenWebhook { pending_update_count: count, ..fine() };
        let told: Vec<_> =
            [400, 300, 400, 500, 600, 10].iter().flat_map(|count| care.look(&waiting(*count), minute(1))).collect();
        assert_eq!(told, [WebhookNotice::Backlog(500), WebhookNotice::CaughtUp]);
    }
}
