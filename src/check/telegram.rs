//! What Telegram says: who we are, what time it is, whether the owners know us, how the webhook is.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use url::Url;

use super::figures::span;
use super::{Finding, Part, limited, tls, unusable};
use crate::config::{Config, ConfigError, Transport};
use crate::metrics::NAMES;
use shell::ask::{AskError, TelegramAnswer, TelegramClient, reason};
use shell::webhook::care::{SeenWebhook, WebhookFault};
use shell::webhook::remedy::remedy;
use shell::webhook::watch::{self, Hook};

/// A call may take so long.
const CALL_TIMEOUT: Duration = Duration::from_secs(6);
/// Taps live 150 seconds, leases of processes 15: nobody's clock may be off by more.
const CLOCK_OFF: i64 = 5;
/// A clock that is off by more should be seen to.
const CLOCK_LOOSE: i64 = 2;
/// An error of Telegram's is news for so long.
const NEWS: TimeDelta = TimeDelta::hours(1);
/// More updates that wait should be seen to.
const WAITING: u32 = 50;

const API: &str = "https://api.telegram.org";

/// All that is asked of Telegram.
pub(super) fn parts<'a>(config: &'a Config, problems: &[ConfigError]) -> Vec<Part<'a>> {
    if let Some(name) = unusable(problems, &["SHOPKEEPER_TOKEN", "SHOPKEEPER_API_URL"]) {
        let skipped = Finding::warning("telegram", format!("not asked: {name} cannot be used"), "set it first");
        return vec![Box::pin(async { vec![skipped] })];
    }
    let asker = match asker(config) {
        Ok(asker) => asker,
        Err(reason) => {
            let finding =
                Finding::failure("telegram", reason, "this machine's TLS is broken: reinstall ca-certificates");
            return vec![Box::pin(async { vec![finding] })];
        }
    };
    let mut parts = vec![
        limited("token", identity(asker.clone(), config)),
        limited("owners", owners(asker.clone(), &config.owners)),
    ];
    if unusable(problems, &["SHOPKEEPER_WEBHOOK_URL", "SHOPKEEPER_WEBHOOK_SECRET"]).is_none() {
        parts.push(limited("webhook", webhook(asker, config)));
    }
    parts
}

fn asker(config: &Config) -> Result<TelegramClient, String> {
    let client = reqwest::Client::builder().timeout(CALL_TIMEOUT);
    // A server on this machine is not reached through a proxy.
    let client = if config.api_url.is_some() { client.no_proxy() } else { client };
    let client = client.build().map_err(reason)?;
    let base =
        config.api_url.clone().map_or_else(|| API.parse(), Ok).map_err(|error: url::ParseError| error.to_string())?;
    Ok(TelegramClient::new(client, base, config.token.clone()))
}

async fn identity(asker: TelegramClient, config: &Config) -> Vec<Finding> {
    let told = match asker.ask("getMe", &[]).await {
        Ok(told) => told,
        Err(error) => return vec![unanswered("token", &error, config)],
    };
    let name = told.result["username"].as_str().unwrap_or("?");
    let who = Finding::fine("token", format!("belongs to @{name} ({})", told.result["id"]));
    let clock = told.date.map(|date| clock("clock", "Telegram's", here(&told) - date));
    [Some(who), clock].into_iter().flatten().collect()
}

/// What time it was here when Telegram wrote its time, in the middle of the call. It writes whole seconds, and is half a
/// second further on the average.
fn here(told: &TelegramAnswer) -> DateTime<Utc> {
    let half = TimeDelta::from_std(told.took / 2).unwrap_or_default();
    Utc::now() - half - TimeDelta::milliseconds(500)
}

/// What to say of a clock that is so much before somebody else's.
pub(super) fn clock(subject: &'static str, whose: &str, ahead: TimeDelta) -> Finding {
    let seconds = (ahead.num_milliseconds() as f64 / 1000.0).round() as i64;
    let words = match seconds {
        ..0 => format!("{} behind {whose}", span(ahead)),
        1.. => format!("{} ahead of {whose}", span(ahead)),
        0 => format!("agrees with {whose}"),
    };
    let remedy = "let the clocks be set by NTP: `timedatectl set-ntp true`, and look at `timedatectl timesync-status` on \
                  both sides; taps are good for 150 seconds only, and tokens and certificates have dates";
    match seconds.abs() {
        off if off > CLOCK_OFF => Finding::failure(subject, words, remedy),
        off if off > CLOCK_LOOSE => Finding::warning(subject, words, remedy),
        _ => Finding::fine(subject, words),
    }
}

fn unanswered(subject: &'static str, error: &AskError, config: &Config) -> Finding {
    let server = config.api_url.as_ref().and_then(Url::host_str).unwrap_or("api.telegram.org");
    let remedy = match error {
        AskError::Refused { code: 401 | 404, .. } => {
            "Telegram knows no such bot: copy the token from @BotFather again into SHOPKEEPER_TOKEN; after /revoke only \
             the newest one is good"
                .to_owned()
        }
        AskError::Refused { code: 429, .. } => "wait; something asks far too often".to_owned(),
        AskError::Refused { .. } | AskError::Unreadable => {
            "see whether SHOPKEEPER_API_URL points at a Bot API server".to_owned()
        }
        AskError::Unreachable(_) => format!(
            "see whether this machine reaches {server} (`curl -sI https://{server}`): DNS, firewall, proxy, \
             SHOPKEEPER_API_URL"
        ),
    };
    Finding::failure(subject, error.to_string(), remedy)
}

async fn owners(asker: TelegramClient, owners: &[i64]) -> Vec<Finding> {
    if owners.is_empty() {
        let remedy =
            "set SHOPKEEPER_OWNERS to the Telegram ids of those who are to hear of orders; @userinfobot tells them";
        return vec![Finding::warning(
            "owners",
            "SHOPKEEPER_OWNERS names none: only whom `shopkeeper team list` shows is told about orders",
            remedy,
        )];
    }
    // More of them would only take time.
    let asked = owners.iter().take(20).map(|owner| {
        let asker = &asker;
        async move { (owner, asker.ask("getChat", &[("chat_id", owner.to_string())]).await) }
    });
    let mut strangers = Vec::new();
    for (owner, answer) in join_all(asked).await {
        match answer {
            Ok(_) => {}
            Err(AskError::Refused { code: 400 | 403, .. }) => strangers.push(owner.to_string()),
            Err(error) => {
                return vec![Finding::warning("owners", error.to_string(), "see the line on the token")];
            }
        }
    }
    if strangers.is_empty() {
        return vec![Finding::fine("owners", format!("{}, all of whom can be told about orders", owners.len()))];
    }
    let words = format!("the bot may not write to {}, so they hear of no order", strangers.join(", "));
    vec![Finding::warning("owners", words, "let each of them open the bot and say /start; or mend SHOPKEEPER_OWNERS")]
}

async fn webhook(asker: TelegramClient, config: &Config) -> Vec<Finding> {
    let Transport::Webhook { url, secret, certificate, connections } = &config.transport else {
        return vec![match watch::ask(&asker).await {
            Ok(seen) => polling(&seen),
            Err(error) => unanswered("webhook", &error, config),
        }];
    };
    let hook =
        Hook { url: url.clone(), secret: secret.clone(), certificate: certificate.clone(), connections: *connections };
    let (seen, certificate) = futures::join!(watch::ask(&asker), tls::certificate(url));
    // One that is signed by nobody is good where Telegram was given it.
    let given = seen.as_ref().is_ok_and(|seen| seen.has_custom_certificate);
    let mut findings = match seen {
        Ok(seen) => called(&seen, &hook, Utc::now()),
        Err(error) => vec![unanswered("webhook", &error, config)],
    };
    findings.extend(certificate.map(|found| tls::judge(found, given, Utc::now())));
    findings
}

fn polling(seen: &SeenWebhook) -> Finding {
    if seen.url.is_empty() {
        return Finding::fine("webhook", format!("none, as we poll; {} updates wait", seen.pending_update_count));
    }
    let host = seen.url.parse::<Url>().ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    Finding::failure(
        "webhook",
        format!("there is one at {host}, so that we get no updates by polling"),
        "`serve` takes it away at its start, and when it meets it; set SHOPKEEPER_WEBHOOK_URL to be called instead; if \
         another program set it, two of them use one token",
    )
}

fn called(seen: &SeenWebhook, hook: &Hook, now: DateTime<Utc>) -> Vec<Finding> {
    let host = hook.url.host_str().unwrap_or_default();
    let waiting = seen.pending_update_count;
    let mut findings: Vec<_> = seen.faults(&hook.wanted()).iter().map(fault).collect();
    match seen.error().filter(|(date, _)| now - *date < NEWS) {
        Some((date, words)) => {
            let told = format!("{} ago Telegram could not deliver: {words}; {waiting} updates wait", span(now - date));
            // Nothing waits: it has come through since.
            let over = waiting == 0;
            let finding = if over { Finding::warning } else { Finding::failure };
            findings.push(finding("webhook", told, remedy(words, NAMES)));
        }
        None if waiting > WAITING => findings.push(Finding::warning(
            "webhook",
            format!("{waiting} updates wait at Telegram"),
            "see whether it becomes less; if not, whether turns are slow (/metrics), and raise \
             SHOPKEEPER_WEBHOOK_CONNECTIONS if they are not",
        )),
        None if findings.is_empty() => {
            let words =
                format!("at {host}, {waiting} updates wait, {} calls at a time, no error of late", hook.connections);
            findings.push(Finding::fine("webhook", words));
        }
        None => {}
    }
    findings
}

fn fault(fault: &WebhookFault) -> Finding {
    let again = "a running `serve` sets it within a minute; if it comes back, another program uses this token: stop it, or \
                 make a new one at @BotFather (/revoke)";
    match fault {
        WebhookFault::Connections(..) | WebhookFault::Kinds(_) => Finding::warning("webhook", fault.to_string(), again),
        WebhookFault::Gone | WebhookFault::Elsewhere(..) | WebhookFault::Secret => {
            Finding::failure("webhook", fault.to_string(), again)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;

    #[test]
    fn a_clock_may_be_off_by_two_seconds_and_not_by_six() {
        let verdict = |seconds| clock("clock", "Telegram's", TimeDelta::seconds(seconds)).verdict;
        assert_eq!([0, 2, -2].map(verdict), [Verdict::Fine; 3]);
        assert_eq!([3, -5].map(verdict), [Verdict::Warning; 2]);
        assert_eq!([6, -600].map(verdict), [Verdict::Failure; 2]);
        assert_eq!(clock("clock", "Telegram's", TimeDelta::seconds(-600)).words, "10 min behind Telegram's");
    }
}
