//! Writes a tape down, step by step, and lets the blessing fill in the bot's side.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::head::{head, minute};
use super::shop::differences;
use super::{PersonDeed, RecordError, RecordedStep, Recording, StepKind};
use crate::app::Shop;
use crate::chat::{BotAction, Bubble, KeyboardChange, Observed};
use crate::transcript::{Given, parse};
use crate::world::named_catalogue;
use engine::transcript::ast::{PersonAction, PersonLine, ScriptStep, StatementKind, Unit};
use engine::transcript::captures::sights;
use engine::transcript::playback::{Playback, PlaybackStep};
use engine::transcript::writer::ScriptWriter;

/// What differs from time to time.
const LETS: &str = include_str!("../../../transcripts/lets.chat");

/// A pause longer than this is written.
const LONG: TimeDelta = TimeDelta::seconds(60);

/// Time zones lie this many seconds apart, so that no date that anybody sees changes within one slot.
const SLOT: i64 = 15 * 60;

/// The parser takes no more taps for impatience.
const MOST_TAPS: u16 = 100;

/// The transcript of a tape.
pub(super) fn write(tape: &Recording) -> Result<String, RecordError> {
    let untold = |step| move |reason| RecordError { step, reason };
    let head = head(tape).map_err(untold(0))?;
    let nothing = head.blocked.iter().map(|_| PlaybackStep { observed: Vec::new(), by_itself: false });
    let steps = tape.steps.iter().map(|step| PlaybackStep {
        observed: step.happened.observed.clone(),
        by_itself: step.moment == StepKind::Waited,
    });
    let mut stage = Playback::of(nothing.chain(steps));
    let mut writer = Writer { script: ScriptWriter::new(&mut stage) };
    let title = if tape.title.is_empty() { "Recorded" } else { &tape.title };
    writer.script.push(StatementKind::Title(title.to_owned())).map_err(untold(0))?;
    head.givens.into_iter().try_for_each(|given| writer.given(given)).map_err(untold(0))?;
    let names = lets(tape);
    names.iter().try_for_each(|(name, shape)| writer.script.declare(name, shape)).map_err(untold(0))?;
    for person in head.blocked {
        writer.script.act(vec![PersonLine { person, act: PersonAction::Blocks }]).map_err(untold(0))?;
    }
    for (at, step) in tape.steps.iter().enumerate() {
        let last = at.checked_sub(1).and_then(|before| tape.steps.get(before));
        writer.given_before(step, last, &tape.steps[..at]).map_err(untold(at + 1))?;
        writer.step(step, last.map(|last| last.at)).map_err(untold(at + 1))?;
    }
    Ok(without_unused(&writer.script.text(), &names))
}

/// The steps of a tape, written one after another.
struct Writer<'s> {
    script: ScriptWriter<'s, Shop>,
}

impl Writer<'_> {
    fn given(&mut self, given: Given) -> Result<(), String> {
        self.script.given(given)
    }

    fn play(&mut self, step: ScriptStep) -> Result<(), String> {
        self.script.push(StatementKind::ScriptStep(step))
    }

    /// What was made true between two steps. Of whom nothing was told before, the head has said all.
    fn given_before(
        &mut self,
        step: &RecordedStep,
        last: Option<&RecordedStep>,
        told: &[RecordedStep],
    ) -> Result<(), String> {
        let Some(last) = last else { return Ok(()) };
        let met = |name: &str| told.iter().any(|step| step.deeds().iter().any(|done| done.person == name));
        let mut shop = Arc::clone(&last.shop[1]);
        for given in &step.givens {
            if let Given::Catalogue(name) = given {
                self.given(given.clone())?;
                shop = named_catalogue(name).unwrap_or(shop);
            }
        }
        let changed = differences(&shop, &step.shop[0]).into_iter();
        // The clock goes on as the steps do.
        let changed = changed.filter(|given| !matches!(given, Given::Time(_)));
        let more = |given: &Given| match given {
            Given::Person(person) => met(&person.name),
            Given::Ordered { person, .. } => met(person),
            Given::Catalogue(_) => false,
            _ => true,
        };
        let more: Vec<&Given> = step.givens.iter().filter(|given| more(given)).collect();
        // A time that nothing is said of is the step's own.
        let dated = more.iter().rposition(|given| !matches!(given, Given::Time(_))).map_or(0, |last| last + 1);
        let more = more.into_iter().take(dated).cloned();
        changed.chain(more).try_for_each(|given| self.given(given))
    }

    fn step(&mut self, step: &RecordedStep, last: Option<DateTime<Utc>>) -> Result<(), String> {
        if let Some(pause) = self.pause(step, last) {
            self.play(pause)?;
        }
        match &step.moment {
            StepKind::Deeds(deeds) => {
                let lines = self.lines(deeds)?;
                self.script.act(lines)
            }
            StepKind::Waited => Ok(()),
            StepKind::Redelivered => self.play(ScriptStep::Redeliver),
            StepKind::Restarted => self.play(ScriptStep::Restart),
            StepKind::Away(time) => self.play(away(*time)),
            StepKind::Disturbed { method, person, code, retry_after } => {
                let (method, person) = (method.clone(), person.clone());
                let disturb = ScriptStep::Disturb { method, person, code: *code, retry_after: *retry_after };
                self.play(disturb)
            }
        }
    }

    /// The pause before a step, if it is worth a line.
    fn pause(&self, step: &RecordedStep, last: Option<DateTime<Utc>>) -> Option<ScriptStep> {
        let waited = step.moment == StepKind::Waited;
        let last = last.or(waited.then_some(step.at))?;
        let (now, then) = (self.script.now()?, minute(step.at));
        let minutes = u32::try_from((then - now).num_minutes().max(0)).unwrap_or(u32::MAX);
        let slot = |time: DateTime<Utc>| time.timestamp().div_euclid(SLOT);
        let due = step.at - last > LONG || slot(then) != slot(now);
        if minutes > 0 && due {
            return Some(long_pause(minutes, then));
        }
        // What happened by itself stands below a pause, however short.
        let seconds = (step.at - last).num_seconds().clamp(1, LONG.num_seconds());
        waited.then_some(ScriptStep::After { amount: seconds.unsigned_abs() as u32, unit: Unit::Second })
    }

    fn lines(&mut self, deeds: &[PersonDeed]) -> Result<Vec<PersonLine>, String> {
        let mut lines: Vec<PersonLine> = Vec::new();
        let mut before: Option<&PersonDeed> = None;
        for done in deeds {
            let again = before.is_some_and(|before| (&before.person, &before.deed) == (&done.person, &done.deed));
            match lines.last_mut() {
                Some(PersonLine { act: PersonAction::Taps(tap), .. }) if again && tap.times < MOST_TAPS => {
                    tap.times += 1
                }
                _ => {
                    let act = self.script.action(&done.person, &done.deed)?;
                    lines.push(PersonLine { person: done.person.clone(), act });
                }
            }
            before = Some(done);
        }
        Ok(lines)
    }
}

/// `After 5 minutes`: the largest unit that is exact; a long odd pause is told by when it ends.
fn long_pause(minutes: u32, then: DateTime<Utc>) -> ScriptStep {
    let units = [(Unit::Week, 10_080), (Unit::Day, 1_440), (Unit::Hour, 60)];
    match units.into_iter().find(|(_, length)| minutes.is_multiple_of(*length)) {
        Some((unit, length)) => ScriptStep::After { amount: minutes / length, unit },
        None if minutes < 120 => ScriptStep::After { amount: minutes, unit: Unit::Minute },
        None => ScriptStep::At(then),
    }
}

/// `The bot is away for 5 minutes`: in minutes where that is exact.
fn away(time: TimeDelta) -> ScriptStep {
    let seconds = u32::try_from(time.num_seconds()).unwrap_or(u32::MAX);
    match seconds.is_multiple_of(60) {
        true => ScriptStep::Away { amount: seconds / 60, unit: Unit::Minute },
        false => ScriptStep::Away { amount: seconds, unit: Unit::Second },
    }
}

/// A name for everything on the tape that differs from time to time, in case it is needed, and what it looks like.
fn lets(tape: &Recording) -> Vec<(String, String)> {
    let patterns = parse(LETS).map(|script| script.statements).unwrap_or_default();
    let patterns = patterns.into_iter().filter_map(|statement| match statement.kind {
        StatementKind::Let { name, shape } => Some((name, shape)),
        _ => None,
    });
    let mut names = Vec::new();
    for (name, shape) in patterns {
        let texts = tape.steps.iter().flat_map(|step| step.happened.observed.iter().flat_map(shown));
        let seen: BTreeSet<&str> = texts.flat_map(|text| sights(&shape, text)).collect();
        let numbered = |number: usize| if number == 1 { name.clone() } else { format!("{name}{number}") };
        names.extend((1..=seen.len()).map(|number| (numbered(number), shape.clone())));
    }
    names
}

/// All texts that something put on a screen.
fn shown(seen: &Observed) -> Vec<&str> {
    match &seen.act {
        BotAction::Sent(bubble, change) => {
            let mut texts = bubble_texts(bubble);
            if let KeyboardChange::Shown(rows) = change {
                texts.extend(rows.iter().flatten().map(|button| button.label.as_str()));
            }
            texts
        }
        BotAction::Edited(bubble) => bubble_texts(bubble),
        BotAction::Toast(text) | BotAction::Alert(text) => vec![text],
        BotAction::Deleted(_) => Vec::new(),
    }
}

fn bubble_texts(bubble: &Bubble) -> Vec<&str> {
    let labels = bubble.rows.iter().flatten().map(|button| button.label.as_str());
    std::iter::once(bubble.text.as_str()).chain(labels).collect()
}

/// The transcript without the names that nothing is called by.
fn without_unused(text: &str, names: &[(String, String)]) -> String {
    let used = |name: &str| text.matches(&format!("{{{name}}}")).count() > 1;
    let unused: Vec<String> = names
        .iter()
        .filter(|(name, _)| !used(name))
        .map(|(name, shape)| format!("Let {{{name}}} look like {shape}"))
        .collect();
    let kept = text.lines().filter(|line| !unused.iter().any(|unused| unused == line));
    kept.fold(String::new(), |text, line| text + line + "\n")
}
