//! What came of a replay, and how a failure reads.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use super::TurnTrace;
use super::align::Pair;
use super::ast::BotLine;
use super::diff::{Change, changes, units};
use super::marks::marks;
use super::matching::Context;
use super::print::{bot_lines, head, message_lines};
use super::screens::Seen;
use super::spell::spelled;

/// What came of replaying one transcript.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The command that plays a transcript up to a line, by hand.
    pub by_hand: Option<&'static str>,
    /// How many statements of people and the world were played.
    pub steps: usize,
    /// Every turn of every dialogue, in order.
    pub turns: Vec<TurnTrace>,
    pub failures: Vec<Failure>,
    /// How many checks were looked at.
    pub checks: usize,
    /// Steps and checks that were not played, in order.
    pub skipped: Vec<Skip>,
    /// Labels of all buttons that were on a screen.
    pub buttons_shown: BTreeSet<String>,
    /// Labels of the buttons that somebody tapped.
    pub buttons_tapped: BTreeSet<String>,
}

/// One thing that is not as the transcript says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Of the statement in the transcript, counted from 1.
    pub line: usize,
    /// That statement's line at the margin.
    pub statement: String,
    pub kind: FailureKind,
    /// Lines for the reader, behind a margin of four characters that marks `-` expected and `+` found; `^` below a line
    /// that changed points at its new words.
    pub details: Vec<String>,
    /// What the dialogues did meanwhile.
    pub turns: Vec<TurnTrace>,
}

/// What is to be said of a whole transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    /// Everything was played, and all is as written.
    Passed,
    /// What was played is as written; the rest has no meaning on this stage.
    InPart,
    /// Something is not as written, or nothing was played.
    Failed,
}

/// A step or a check that was not played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// Of the statement in the transcript, counted from 1.
    pub line: usize,
    /// That statement's line at the margin.
    pub statement: String,
    pub reason: SkipReason,
}

/// Why a step or a check was not played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// This stage has nothing that it could be done to or looked at in.
    NoMeaning,
    /// It comes after a step that has no meaning on this stage.
    AfterNoMeaning,
    /// It comes after a step that cannot be played at all.
    AfterImpossible,
}

/// Why a step failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The bot did something else than is written.
    Mismatch,
    /// Something happened that must never happen.
    Fault,
    /// A `Check` found something else.
    Check,
    /// The step could not be played; nothing after it was.
    Impossible,
}

impl Report {
    /// Whether all is as the transcript says.
    pub fn passed(&self) -> bool {
        self.conclusion() == Conclusion::Passed
    }

    /// What is to be said of the whole file.
    pub fn conclusion(&self) -> Conclusion {
        if !self.failures.is_empty() || self.is_empty() {
            Conclusion::Failed
        } else if self.skipped.is_empty() {
            Conclusion::Passed
        } else {
            Conclusion::InPart
        }
    }

    /// A transcript in which nobody acts and nothing is checked shows nothing.
    fn is_empty(&self) -> bool {
        self.steps + self.checks + self.skipped.len() == 0 && self.failures.is_empty()
    }

    /// All failures, as a reader of the transcript `file` wants them. Empty if there are none.
    pub fn render(&self, file: &str) -> String {
        // The demo takes the file as it stands in the folder of the transcripts.
        let short = file.rsplit_once("transcripts/").map_or(file, |(_, file)| file);
        let mut text = String::new();
        if self.is_empty() {
            text = format!("{file}: nothing is played in it; let somebody act, as in “Anna: /start”\n");
        }
        for (at, failure) in self.failures.iter().enumerate() {
            let line = failure.line;
            // Writing into a string cannot fail.
            let _ = write!(text, "{file}:{failure}");
            let last = self.failures.get(at + 1).is_none_or(|next| next.line != line);
            if let Some(command) = self.by_hand.filter(|_| last) {
                let _ = writeln!(text, "    by hand: {command} {short}:{line}");
            }
        }
        text
    }

    /// What was not played, one line each, with the reason. Empty if all was.
    pub fn render_skipped(&self, file: &str) -> String {
        let line = |skip: &Skip| format!("{file}:{}: not played: {} ({})\n", skip.line, skip.statement, skip.reason);
        self.skipped.iter().map(line).collect()
    }

    pub(crate) fn show(&mut self, label: &str) {
        if !self.buttons_shown.contains(label) {
            self.buttons_shown.insert(label.to_owned());
        }
    }

    pub(crate) fn tap(&mut self, label: &str) {
        if !self.buttons_tapped.contains(label) {
            self.buttons_tapped.insert(label.to_owned());
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoMeaning => "it has no meaning on this stage",
            Self::AfterNoMeaning => "it comes after a step that has no meaning on this stage",
            Self::AfterImpossible => "it comes after a step that cannot be played",
        })
    }
}

impl fmt::Display for TurnTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} —{}→ {}", self.from, self.event, self.to)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.line, self.statement)?;
        self.details.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        self.turns.iter().try_for_each(|turn| writeln!(f, "    {turn}"))
    }
}

/// What was expected and what was seen, as one text.
pub(crate) fn compared(expected: &[&BotLine], seen: &[Seen<'_>], pairs: &[Pair], context: &mut Context) -> Vec<String> {
    let actor = context.actor.clone();
    let mut details = Vec::new();
    for pair in pairs {
        let (line, thing) = (pair.expected.map(|at| expected[at]), pair.seen.map(|at| &seen[at]));
        match (line, thing) {
            (Some(line), _) if pair.exact => details.extend(marked("    ", bot_lines(line))),
            (Some(line), Some(thing)) => details.extend(both(line, thing, context)),
            (Some(line), None) => details.extend(marked("  - ", bot_lines(line))),
            (None, Some(thing)) => details.extend(marked("  + ", bot_lines(&spelled(thing, &actor, false)))),
            (None, None) => {}
        }
    }
    details
}

fn both(line: &BotLine, thing: &Seen<'_>, context: &mut Context) -> Vec<String> {
    let mut found = spelled(thing, &context.actor, !line.message.keyboard.is_empty());
    found.person.clone_from(&line.person);
    let (before, after) = (units(&line.message), units(&found.message));
    if !context.is_meant(line, thing) || before.is_empty() || after.is_empty() {
        found.tag = if context.is_meant(line, thing) { line.tag.clone() } else { Some("another message".to_owned()) };
        return marked("  - ", bot_lines(line)).chain(marked("  + ", bot_lines(&found))).collect();
    }
    let changes = changes(&before, &after, &mut context.captures);
    let first_block = changes.iter().take_while(|change| !matches!(change, Change::Kept(_)));
    let replaced = first_block.clone().any(|change| *change == Change::Gone(0))
        && first_block.clone().any(|change| *change == Change::New(0));
    if replaced || changes.first() == Some(&Change::Kept(0)) {
        found.tag.clone_from(&line.tag);
        return told(&changes, &bot_lines(line), &bot_lines(&found));
    }
    // Another line leads now: the head stands alone, so that it is not told twice.
    let below = |lines: Vec<String>| lines.iter().map(|line| format!("    {line}")).collect::<Vec<_>>();
    let mut details = vec![format!("    {}:", head(line))];
    details.extend(told(&changes, &below(message_lines(&line.message)), &below(message_lines(&found.message))));
    details
}

fn told(changes: &[Change], before: &[String], after: &[String]) -> Vec<String> {
    let line = |lines: &[String], at: usize| lines.get(at).cloned().unwrap_or_default();
    let tell = |change: &Change| match *change {
        Change::Kept(at) => format!("    {}", line(before, at)),
        Change::Gone(at) => format!("  - {}", line(before, at)),
        Change::New(at) => format!("  + {}", line(after, at)),
    };
    let mut details = Vec::new();
    for block in changes.chunk_by(|a, b| !matches!(a, Change::Kept(_)) && !matches!(b, Change::Kept(_))) {
        details.extend(block.iter().map(|change| tell(change).trim_end().to_owned()));
        if let [Change::Gone(old), Change::New(new)] = *block {
            let marks = marks(&line(before, old), &line(after, new));
            details.extend(marks.map(|marks| format!("    {marks}")));
        }
    }
    details
}

fn marked(margin: &str, lines: Vec<String>) -> impl Iterator<Item = String> {
    lines.into_iter().map(move |line| format!("{margin}{line}").trim_end().to_owned())
}
