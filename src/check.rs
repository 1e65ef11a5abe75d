//! `shopkeeper check`: whether all is well, in one page, with a remedy for whatever is not.
//!
//! All parts are looked at side by side, each with a limit of its own, so that the page comes within seconds also when
//! half of the world is away; what cannot be asked is told, and the rest of the page is not the worse for it. Nothing
//! is written anywhere, and no secret is told.
//!
//! | part | looks at |
//! |---|---|
//! | `telegram` | the token, the clock, the owners, the webhook |
//! | `tls` | the certificate behind the webhook's address |
//! | `database` | the servers, the set, the oplog, indexes and shape, the cache, what was given up, which process is active |
//! | `mail` | the mail server that receipts are sent by |
//! | `machine` | disk, memory, open files, backups |
//! | `serving` | whether `serve` runs and is ready |

mod database;
mod figures;
mod machine;
mod mail;
mod serving;
mod telegram;
mod tls;

use std::fmt;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures::future::{BoxFuture, join_all};
use serde::Serialize;

pub use self::serving::is_ready;
use crate::config::{Config, ConfigError};

/// How long any part may take.
const PART_TIMEOUT: Duration = Duration::from_secs(8);

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Fine,
    /// It works, and should be seen to.
    Warning,
    /// Customers feel it, or will.
    Failure,
}

/// One line of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at, in a word or two.
    pub subject: &'static str,
    pub verdict: Verdict,
    /// What was found, with figures.
    pub words: String,
    /// What to do, where something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    fn fine(subject: &'static str, words: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Fine, words: words.into(), remedy: None }
    }

    fn warning(subject: &'static str, words: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { verdict: Verdict::Warning, remedy: Some(remedy.into()), ..Self::fine(subject, words) }
    }

    fn failure(subject: &'static str, words: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { verdict: Verdict::Failure, ..Self::warning(subject, words, remedy) }
    }
}

/// Everything that was found.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    /// The gravest of all verdicts.
    pub verdict: Verdict,
    pub at: DateTime<Utc>,
    pub took_ms: u64,
    pub findings: Vec<Finding>,
}

/// What is looked at side by side.
type Part<'a> = BoxFuture<'a, Vec<Finding>>;

impl Page {
    /// Looks at everything. `config` is what can be used of the settings, `problems` what cannot; `ports` are those of
    /// the processes of `serve` on this machine.
    pub async fn of(config: Option<&Config>, problems: &[ConfigError], ports: &[u16]) -> Self {
        let (at, since) = (Utc::now(), Instant::now());
        let mut findings = settings(problems);
        let mut parts: Vec<Part<'_>> = Vec::new();
        if let Some(config) = config {
            parts.extend(telegram::parts(config, problems));
            parts.extend(database::parts(config, problems));
            parts.extend(mail::part(config, problems));
        }
        parts.push(limited("serve", serving::look(ports)));
        let backups = config.and_then(|config| config.backups.clone());
        parts.push(limited("machine", async move { machine::look(backups.as_deref(), at) }));
        findings.extend(join_all(parts).await.into_iter().flatten());
        let verdict = findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Fine);
        Self { verdict, at, took_ms: since.elapsed().as_millis() as u64, findings }
    }
}

/// Gives up a part that takes too long.
fn limited<'a>(subject: &'static str, part: impl Future<Output = Vec<Finding>> + Send + 'a) -> Part<'a> {
    Box::pin(async move {
        tokio::time::timeout(PART_TIMEOUT, part).await.unwrap_or_else(|_| {
            let words = format!("no answer within {} s", PART_TIMEOUT.as_secs());
            vec![Finding::failure(subject, words, "see whether it is overloaded, or a firewall swallows what we send")]
        })
    })
}

fn settings(problems: &[ConfigError]) -> Vec<Finding> {
    if problems.is_empty() {
        return vec![Finding::fine("settings", "all can be used")];
    }
    let finding = |problem: &ConfigError| {
        let words = problem.to_string();
        // Problems of settings are written as “what is wrong: what to do” or “…; what to do”.
        match words.split_once(": ") {
            Some((wrong, remedy)) => Finding::failure("settings", wrong, remedy),
            None => Finding::failure("settings", words, "see `shopkeeper serve --help`"),
        }
    };
    problems.iter().map(finding).collect()
}

/// Whether one of these settings cannot be used, so that whatever depends on it cannot be looked at.
fn unusable(problems: &[ConfigError], names: &[&str]) -> Option<&'static str> {
    problems.iter().filter_map(ConfigError::name).find(|name| names.contains(name))
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fine => "✓",
            Self::Warning => "!",
            Self::Failure => "✗",
        })
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Finding { subject, verdict, words, remedy } in &self.findings {
            writeln!(f, "{verdict} {subject:<12} {words}")?;
            if let Some(remedy) = remedy {
                writeln!(f, "  {:<12} → {remedy}", "")?;
            }
        }
        let count = |verdict| self.findings.iter().filter(|finding| finding.verdict == verdict).count();
        let (fine, warnings, failures) = (count(Verdict::Fine), count(Verdict::Warning), count(Verdict::Failure));
        let seconds = self.took_ms as f64 / 1000.0;
        write!(f, "\n{fine} fine, {warnings} to be seen to, {failures} failed, in {seconds:.1} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_that_is_not_fine_has_its_remedy_below() {
        let findings =
            vec![Finding::fine("token", "@shop_bot"), Finding::failure("clock", "600 s behind", "set it by NTP")];
        let page = Page { verdict: Verdict::Failure, at: Utc::now(), took_ms: 420, findings };
        let told = "✓ token        @shop_bot\n✗ clock        600 s behind\n               → set it by NTP\n\n\
                    1 fine, 0 to be seen to, 1 failed, in 0.4 s";
        assert_eq!(page.to_string(), told);
    }

    #[tokio::test]
    async fn without_any_setting_the_page_still_comes() {
        let (config, problems) = Config::salvage(crate::config::Sources::read(None).unwrap_or_default());
        let page = Page::of(config.as_ref().filter(|_| false), &problems, &[]).await;
        assert!(page.findings.iter().any(|finding| finding.subject == "memory"), "{page}");
    }
}
