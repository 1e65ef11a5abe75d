//! Plays a script on a stage, statement by statement.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::align::pair;
use super::ast::{
    BotLine, Check, PersonAction, PersonLine, Script, ScriptStep, Statement, StatementKind, TapTarget, Whose, Words,
};
use super::blesser::Blesser;
use super::captures::Captures;
use super::check;
use super::matching::Context;
use super::report::{Failure, FailureKind, Report, Skip, SkipReason, compared};
use super::screens::{Screens, Seen, SeenAct};
use super::tap::{self, TappedButton};
use super::template::{Dots, Template};
use super::{CheckSubject, GivenSentence, Sentences, Stage, StepResult, UserAction};
use crate::chat::{Chat, KeyboardChange};
use crate::moment;

/// What a replay carries from one statement to the next.
pub struct Player<'s, L: Sentences> {
    stage: &'s mut dyn Stage<L>,
    pub(crate) context: Context,
    screens: Screens,
    /// The virtual time, as far as the transcript has set it.
    pub now: Option<DateTime<Utc>>,
    pub report: Report,
    /// Takes the bot's word for what is right, instead of the transcript's.
    pub blesser: Option<Blesser>,
}

/// Whether to go on with the file.
#[derive(PartialEq, Eq)]
enum Flow {
    On,
    /// This and all that follows is passed over.
    Stop,
}

impl<'s, L: Sentences> Player<'s, L> {
    pub fn new(stage: &'s mut dyn Stage<L>) -> Self {
        Self {
            stage,
            context: Context::default(),
            screens: Screens::default(),
            now: None,
            report: Report { by_hand: L::BY_HAND, ..Report::default() },
            blesser: None,
        }
    }

    pub fn play(&mut self, script: &Script<L>) {
        for (at, statement) in script.statements.iter().enumerate() {
            let reason = match self.statement(script, at, statement) {
                Ok(Flow::On) => continue,
                Ok(Flow::Stop) => {
                    self.skip(script, statement, SkipReason::NoMeaning);
                    SkipReason::AfterNoMeaning
                }
                Err(reason) => {
                    self.fail(script, statement, FailureKind::Impossible, vec![format!("    {reason}")]);
                    SkipReason::AfterImpossible
                }
            };
            let plays = |statement: &&Statement<L>| {
                matches!(statement.kind, StatementKind::ScriptStep(_) | StatementKind::Check(_))
            };
            let rest = script.statements[at + 1..].iter().filter(plays);
            rest.for_each(|statement| self.skip(script, statement, reason));
            return;
        }
        self.hold_against_plans(script);
    }

    /// A disturbance that nothing ran into has shown nothing.
    fn hold_against_plans(&mut self, script: &Script<L>) {
        let mut unmet = self.stage.undisturbed();
        for statement in script.statements.iter().rev() {
            let StatementKind::ScriptStep(ScriptStep::Disturb { method, person, .. }) = &statement.kind else {
                continue;
            };
            let same = |(planned, of): &(String, String)| planned.eq_ignore_ascii_case(method) && of == person;
            if let Some(at) = unmet.iter().position(same) {
                unmet.remove(at);
                let complaint = format!("    the bot did not call {method} for {person} any more");
                self.fail(script, statement, FailureKind::Mismatch, vec![complaint]);
            }
        }
    }

    /// Plays the newest statement of a script that is still being written; an impossible one is an error.
    pub fn go_on(&mut self, script: &Script<L>) -> Result<(), String> {
        match script.statements.split_last() {
            Some((statement, before)) => self.statement(script, before.len(), statement).map(drop),
            None => Ok(()),
        }
    }

    /// What `{names}` have stood for so far.
    pub fn captures(&self) -> &Captures {
        &self.context.captures
    }

    /// The chat as it stands on that person's screen.
    pub fn chat(&self, person: &str) -> Cow<'_, Chat> {
        self.stage.chat(person)
    }

    fn statement(&mut self, script: &Script<L>, at: usize, statement: &Statement<L>) -> Result<Flow, String> {
        match &statement.kind {
            StatementKind::Given { given, .. } => self.given(given)?,
            StatementKind::Let { name, shape } => self.context.captures.declare(name, shape),
            StatementKind::Check(check) => self.check(script, statement, check)?,
            StatementKind::ScriptStep(step) => {
                let Some(happened) = self.step(step)? else { return Ok(Flow::Stop) };
                self.report.steps += 1;
                self.answer(script, at, happened);
            }
            StatementKind::Title(_) | StatementKind::Part(_) | StatementKind::Remark(_) | StatementKind::Bot(_) => {}
        }
        Ok(Flow::On)
    }

    fn given(&mut self, given: &L::Given) -> Result<(), String> {
        self.stage.given(given)?;
        if let Some(person) = given.introduces() {
            self.screens.introduce(person, self.stage);
        }
        self.now = given.time().or(self.now);
        Ok(())
    }

    /// `None` if the step has no meaning on this stage.
    fn step(&mut self, step: &ScriptStep) -> Result<Option<StepResult>, String> {
        match step {
            ScriptStep::Person(line) => self.act(std::slice::from_ref(line)),
            ScriptStep::AtOnce(lines) => self.act(lines),
            ScriptStep::Redeliver => self.stage.redeliver(),
            ScriptStep::Restart => {
                self.screens.rest();
                self.stage.restart()
            }
            ScriptStep::Away { amount, unit } => {
                self.screens.rest();
                let pause = unit.times(*amount);
                self.now = self.now.map(|now| moment::after(now, pause));
                self.stage.away(pause)
            }
            ScriptStep::After { amount, unit } => {
                self.screens.rest();
                let pause = unit.times(*amount);
                self.now = self.now.map(|now| moment::after(now, pause));
                self.stage.elapse(pause)
            }
            ScriptStep::At(time) => self.wait_until(*time),
            ScriptStep::Disturb { method, person, code, retry_after } => {
                let meant = self.stage.disturb(method, person, *code, *retry_after)?;
                return Ok(meant.then(StepResult::default));
            }
        }
        .map(Some)
    }

    fn act(&mut self, lines: &[PersonLine]) -> Result<StepResult, String> {
        // All taps are resolved on the screens as they are before the step: nobody waits.
        let mut deeds = Vec::with_capacity(lines.len());
        for line in lines {
            self.resolve(line, &mut deeds)?;
        }
        if let Some(line) = lines.last() {
            self.context.actor.clone_from(&line.person);
        }
        self.stage.perform(&deeds)
    }

    fn resolve(
        &mut self,
        PersonLine { person, act }: &PersonLine,
        deeds: &mut Vec<(String, UserAction)>,
    ) -> Result<(), String> {
        let says = |words: &Words| {
            let lines: Result<Vec<_>, _> = words.iter().map(|line| line.fill(&self.context.captures)).collect();
            lines.map(|lines| lines.join("\n"))
        };
        let deed = match act {
            PersonAction::Taps(tap) => return self.tap(person, tap, deeds),
            PersonAction::Says(words) => UserAction::Says(says(words)?),
            PersonAction::SharesContact { phone, whose } => {
                let own = *whose == Whose::Own;
                if own {
                    self.screens.contact_labels(person).for_each(|label| self.report.tap(label));
                }
                UserAction::SharesContact { phone: phone.clone(), own }
            }
            PersonAction::SendsPicture { name, caption } => {
                UserAction::SendsPicture { name: name.clone(), caption: says(caption)? }
            }
            PersonAction::Sends(attachment) => UserAction::Sends(*attachment),
            PersonAction::EditsLast { words, .. } => UserAction::EditsLast(says(words)?),
            PersonAction::Forwards(words) => UserAction::Forwards(says(words)?),
            PersonAction::Blocks => UserAction::Blocks,
            PersonAction::Unblocks => UserAction::Unblocks,
            PersonAction::SaysInGroup(words) => UserAction::SaysInGroup(says(words)?),
        };
        self.screens.tapped(person, None);
        deeds.push((person.clone(), deed));
        Ok(())
    }

    fn tap(&mut self, person: &str, tap: &TapTarget, deeds: &mut Vec<(String, UserAction)>) -> Result<(), String> {
        let chat = self.stage.chat(person);
        let deed = match tap::find(tap, person, &chat, &mut self.context.captures)? {
            TappedButton::Inline { message, data, label } => {
                self.report.tap(&label);
                self.screens.tapped(person, Some(message));
                UserAction::Taps { message, data }
            }
            TappedButton::Reply { label } => {
                self.report.tap(&label);
                self.screens.tapped(person, None);
                UserAction::Says(label)
            }
        };
        deeds.extend((0..tap.times).map(|_| (person.to_owned(), deed.clone())));
        Ok(())
    }

    fn wait_until(&mut self, time: DateTime<Utc>) -> Result<StepResult, String> {
        self.screens.rest();
        let happened = match self.now {
            Some(now) if time < now => {
                return Err(format!("it is {now} already; time does not run backwards"));
            }
            Some(now) => self.stage.elapse(time - now)?,
            None => StepResult::default(),
        };
        self.stage.given(&L::Given::at(time))?;
        self.now = Some(time);
        Ok(happened)
    }

    /// Holds what happened against the bot lines below the step.
    fn answer(&mut self, script: &Script<L>, at: usize, happened: StepResult) {
        let places = answers(script, at);
        let expected: Vec<&BotLine> = places.iter().map(|(_, line)| *line).collect();
        let seen = self.screens.see(&happened.observed);
        seen.iter().for_each(|thing| buttons(thing, &mut self.report));
        let agrees = self.context.agrees(&expected, &seen);
        let statement = &script.statements[at];
        if let Some(blesser) = &mut self.blesser {
            let pairs = pair(&expected, &seen, &mut self.context);
            blesser.bless(at, &places, &seen, &pairs, script, &mut self.context);
        } else if !agrees {
            let pairs = pair(&expected, &seen, &mut self.context);
            let details = compared(&expected, &seen, &pairs, &mut self.context);
            self.fail(script, statement, FailureKind::Mismatch, details);
        }
        if !happened.faults.is_empty() {
            let details = happened.faults.iter().map(|fault| format!("  ! {fault}")).collect();
            self.fail(script, statement, FailureKind::Fault, details);
        }
        for failure in self.report.failures.iter_mut().rev().take_while(|failure| failure.line == statement.line) {
            failure.turns.clone_from(&happened.turns);
        }
        self.report.turns.extend(happened.turns);
    }

    fn check(&mut self, script: &Script<L>, statement: &Statement<L>, check: &Check<L>) -> Result<(), String> {
        let mut subject = check.subject.clone();
        if let Some(template) = subject.template() {
            *template = Template::parse(template, Dots::Plain).fill(&self.context.captures)?;
        }
        let Some(found) = self.stage.check(&subject)? else {
            self.skip(script, statement, SkipReason::NoMeaning);
            return Ok(());
        };
        self.report.checks += 1;
        let complaints = check::complaints(check, &subject, &found, &mut self.context.captures);
        let details: Vec<String> = complaints.iter().map(|complaint| format!("    {complaint}")).collect();
        if !details.is_empty() {
            self.fail(script, statement, FailureKind::Check, details);
        }
        Ok(())
    }

    fn skip(&mut self, script: &Script<L>, statement: &Statement<L>, reason: SkipReason) {
        let (line, statement) = (statement.line, script.margin(statement).to_owned());
        self.report.skipped.push(Skip { line, statement, reason });
    }

    fn fail(&mut self, script: &Script<L>, statement: &Statement<L>, kind: FailureKind, details: Vec<String>) {
        let statement_text = script.margin(statement).to_owned();
        self.report.failures.push(Failure {
            line: statement.line,
            statement: statement_text,
            kind,
            details,
            turns: Vec::new(),
        });
    }
}

/// The bot lines below a step, and their places in the script.
fn answers<L: Sentences>(script: &Script<L>, step: usize) -> Vec<(usize, &BotLine)> {
    let below = script.statements.iter().enumerate().skip(step + 1);
    let answer = |(at, statement): (usize, &'_ Statement<L>)| match &statement.kind {
        StatementKind::Bot(_) => Some(Some(at)),
        StatementKind::Remark(_) => Some(None),
        _ => None,
    };
    let places = below.map_while(answer).flatten();
    let line = |at: usize| match &script.statements[at].kind {
        StatementKind::Bot(line) => Some((at, line)),
        _ => None,
    };
    places.filter_map(line).collect()
}

/// Takes note of all buttons that came into view.
fn buttons(seen: &Seen<'_>, report: &mut Report) {
    match &seen.act {
        SeenAct::Sent { bubble, keyboard } => {
            bubble.rows.iter().flatten().for_each(|button| report.show(&button.label));
            if let KeyboardChange::Shown(rows) = keyboard.change {
                rows.iter().flatten().for_each(|button| report.show(&button.label));
            }
        }
        SeenAct::Edited { bubble, .. } => bubble.rows.iter().flatten().for_each(|button| report.show(&button.label)),
        _ => {}
    }
}
