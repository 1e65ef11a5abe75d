//! Time, Telegram, races, and looks behind the scenes.

use chrono::{DateTime, Utc};
use strum::IntoEnumIterator;

use super::Reader;
use super::blocks::{self, Block};
use crate::transcript::ast::{Check, ScriptStep, StatementKind, Unit};
use crate::transcript::parse::time;
use crate::transcript::template::Dots;
use crate::transcript::{CheckSubject, Sentences, suggest};

/// How the sentence begins of a bot that is away for some time.
const AWAY: &str = "The bot is away for ";

impl<L: Sentences> Reader<L> {
    pub(super) fn world(&self, block: &Block<'_>) -> Result<ScriptStep, String> {
        let head = block.head;
        let step = match head {
            "At once" => return self.race(block),
            "The bot restarts" => Some(ScriptStep::Restart),
            "Telegram delivers it again" => Some(ScriptStep::Redeliver),
            _ => match head.split_once(' ') {
                Some(("After", after)) => pause(after).map(|(amount, unit)| ScriptStep::After { amount, unit }),
                Some(_) if head.starts_with(AWAY) => {
                    pause(&head[AWAY.len()..]).map(|(amount, unit)| ScriptStep::Away { amount, unit })
                }
                Some(("At", at)) => Some(ScriptStep::At(moment(at)?)),
                _ => self.disturbance(head)?,
            },
        };
        block.alone(step.ok_or_else(|| suggest::instead_of::<L>(head))?)
    }

    fn race(&self, block: &Block<'_>) -> Result<ScriptStep, String> {
        let racers = blocks::split(&block.body).map_err(|error| error.message)?;
        if racers.is_empty() {
            return Err("at once what? Indent the lines of the people below, each by four spaces".to_owned());
        }
        let racer = |racer: &Block<'_>| self.person(racer).map_err(|error| format!("“{}”: {error}", racer.head));
        racers.iter().map(racer).collect::<Result<_, _>>().map(ScriptStep::AtOnce)
    }

    /// `Telegram answers the next sendPhoto to Boris with 429, retry after 2`
    fn disturbance(&self, head: &str) -> Result<Option<ScriptStep>, String> {
        let parts = head.strip_prefix("Telegram answers the next ").and_then(|rest| {
            let (method, rest) = rest.split_once(" to ")?;
            let (person, answer) = rest.split_once(" with ")?;
            let (code, pause) = match answer.split_once(", retry after ") {
                Some((code, pause)) => (code, Some(pause.parse().ok()?)),
                None => (answer, None),
            };
            Some((method, person, code.parse().ok()?, pause))
        });
        let Some((method, person, code, retry_after)) = parts else { return Ok(None) };
        Ok(Some(ScriptStep::Disturb { method: method.to_owned(), person: self.known(person)?, code, retry_after }))
    }

    pub(super) fn check(&self, block: &Block<'_>) -> Result<StatementKind<L>, String> {
        let subject = self.subject(block.head)?;
        let fields = block.body.iter().filter(|(_, line)| !line.is_empty()).map(|(_, line)| {
            let parts = line.trim().split_once(char::is_whitespace);
            let (name, value) =
                parts.ok_or_else(|| format!("what should {line} be? Write “{line}  value”, or “{line}  none”"))?;
            Ok((name.to_owned(), self.template(value.trim(), Dots::Any)?))
        });
        let fields = fields.collect::<Result<Vec<_>, String>>()?;
        if fields.is_empty() {
            return Err("check what? Indent lines like “total  840” below, each by four spaces".to_owned());
        }
        Ok(StatementKind::Check(Check { subject, fields }))
    }

    fn subject(&self, head: &str) -> Result<L::Subject, String> {
        let unknown = || suggest::instead_of::<L>(head);
        let mut subject: L::Subject = head.strip_prefix("Check ").and_then(L::Subject::read).ok_or_else(unknown)??;
        if let Some(person) = subject.person() {
            self.known(person)?;
        }
        if let Some(template) = subject.template() {
            self.template(template, Dots::Plain)?;
        }
        Ok(subject)
    }
}

/// `1 hour`, `2 minutes`
fn pause(pause: &str) -> Option<(u32, Unit)> {
    let (amount, word) = pause.split_once(' ')?;
    let amount: u32 = amount.parse().ok()?;
    let word = word.strip_suffix('s').unwrap_or(word);
    let unit = Unit::iter().find(|unit| <&str>::from(*unit) == word)?;
    Some((amount, unit))
}

fn moment(at: &str) -> Result<DateTime<Utc>, String> {
    time(at).ok_or_else(|| format!("“{at}” is no time; write “At 2026-03-15 09:00” (UTC), or “At once” for a race"))
}
