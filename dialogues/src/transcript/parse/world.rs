//! Time, Telegram, races, and looks behind the scenes.

use chrono::{DateTime, Utc};
use strum::IntoEnumIterator;

use super::Reader;
use super::blocks::{self, Block};
use crate::transcript::ast::{Check, StatementKind, Step, Unit};
use crate::transcript::givens::time;
use crate::transcript::template::Dots;
use crate::transcript::{Caller, Subject, suggest};

impl Reader {
    pub(super) fn world(&self, block: &Block<'_>) -> Result<Step, String> {
        let head = block.head;
        let step = match head {
            "At once" => return self.race(block),
            "The bot restarts" => Some(Step::Restart),
            "Telegram delivers it again" => Some(Step::Redeliver),
            _ => match head.split_once(' ') {
                Some(("After", pause)) => after(pause),
                Some(("At", at)) => Some(Step::At(moment(at)?)),
                _ => self.disturbance(head)?,
            },
        };
        block.alone(step.ok_or_else(|| suggest::instead_of(head))?)
    }

    fn race(&self, block: &Block<'_>) -> Result<Step, String> {
        let racers = blocks::split(&block.body).map_err(|error| error.message)?;
        if racers.is_empty() {
            return Err("at once what? Indent the lines of the people below, each by four spaces".to_owned());
        }
        let racer = |racer: &Block<'_>| self.person(racer).map_err(|error| format!("“{}”: {error}", racer.head));
        racers.iter().map(racer).collect::<Result<_, _>>().map(Step::AtOnce)
    }

    /// `Telegram answers the next sendPhoto to Boris with 429, retry after 2`
    fn disturbance(&self, head: &str) -> Result<Option<Step>, String> {
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
        Ok(Some(Step::Disturb { method: method.to_owned(), person: self.known(person)?, code, retry_after }))
    }

    pub(super) fn check(&self, block: &Block<'_>) -> Result<StatementKind, String> {
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

    fn subject(&self, head: &str) -> Result<Subject, String> {
        let rest = head.strip_prefix("Check ").ok_or_else(|| suggest::instead_of(head))?;
        if let Some((what, of)) = rest.split_once(" of ") {
            match what {
                "the cart" => return self.known(of).map(Subject::Cart),
                "orders" => return self.known(of).map(Subject::Orders),
                "the profile" => return self.known(of).map(Subject::Profile),
                "the state" => return self.known(of).map(Subject::State),
                "the stock" => return Ok(Subject::Stock(of.to_owned())),
                _ => {}
            }
        }
        match rest.rsplit_once(" as ").and_then(|(request, caller)| Some((request.split_once(' ')?, caller))) {
            Some(((method, path), caller)) if path.starts_with('/') => self.request(method, path, caller),
            _ => Err(suggest::instead_of(head)),
        }
    }

    fn request(&self, method: &str, path: &str, caller: &str) -> Result<Subject, String> {
        if method != "GET" {
            return Err(format!("a check only looks; write “Check GET {path} as {caller}”"));
        }
        self.template(path, Dots::Plain)?;
        let known = || Caller::iter().map(|caller| caller.to_string()).collect::<Vec<_>>().join(" or as ");
        let caller = caller.parse().map_err(|_| format!("“{caller}” has no key; ask as {}", known()))?;
        Ok(Subject::Rest { path: path.to_owned(), caller })
    }
}

/// `1 hour`, `2 minutes`
fn after(pause: &str) -> Option<Step> {
    let (amount, word) = pause.split_once(' ')?;
    let amount: u32 = amount.parse().ok()?;
    let word = word.strip_suffix('s').unwrap_or(word);
    let unit = Unit::iter().find(|unit| <&str>::from(*unit) == word)?;
    Some(Step::After { amount, unit })
}

fn moment(at: &str) -> Result<DateTime<Utc>, String> {
    time(at).ok_or_else(|| format!("“{at}” is no time; write “At 2026-03-15 09:00” (UTC), or “At once” for a race"))
}
