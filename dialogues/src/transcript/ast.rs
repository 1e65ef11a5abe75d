//! What a transcript consists of, once it is read.

use chrono::{DateTime, TimeDelta, Utc};

use super::template::Template;
use super::{Attachment, Given, Subject};

/// A transcript: its statements, and the lines that they were read from.
#[derive(Debug, Clone)]
pub struct Script {
    /// As written, so that blessing leaves alone what it does not rewrite.
    pub(super) source: Vec<String>,
    pub(super) statements: Vec<Statement>,
}

/// Two scripts are equal if they say the same, however they are laid out.
impl PartialEq for Script {
    fn eq(&self, other: &Self) -> bool {
        let kinds =
            |script: &Self| script.statements.iter().map(|statement| statement.kind.clone()).collect::<Vec<_>>();
        kinds(self) == kinds(other)
    }
}

impl Script {
    /// The transcript's `# Title`.
    pub fn title(&self) -> Option<&str> {
        self.statements.iter().find_map(|statement| match &statement.kind {
            StatementKind::Title(title) => Some(title.as_str()),
            _ => None,
        })
    }

    /// What begins at or before a line, counted from 1, and the bot's answer to the last of it.
    pub fn upto(&self, line: usize) -> Self {
        let begun = self.statements.iter().take_while(|statement| statement.line <= line).count();
        let (before, behind) = self.statements.split_at(begun);
        let answers =
            |statement: &&Statement| matches!(statement.kind, StatementKind::Bot(_) | StatementKind::Remark(_));
        let below: Vec<&Statement> = behind.iter().take_while(answers).collect();
        // A remark below the last line of the bot belongs to what comes next.
        let last = below.iter().rposition(|statement| matches!(statement.kind, StatementKind::Bot(_)));
        let below = below.into_iter().take(last.map_or(0, |last| last + 1));
        let statements: Vec<Statement> = before.iter().chain(below).cloned().collect();
        let end = statements.last().map_or(0, |last| last.line - 1 + last.length);
        Self { source: self.source[..end].to_vec(), statements }
    }

    /// The line at the margin of a statement, as it was written.
    pub(super) fn margin(&self, statement: &Statement) -> &str {
        self.source.get(statement.line - 1).map_or("", |line| line.trim_end())
    }
}

/// A line at the margin and what is indented below it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statement {
    /// Counted from 1.
    pub(super) line: usize,
    /// How many lines of the source it takes, at least 1.
    pub(super) length: usize,
    /// Whether a blank line stands before it.
    pub(super) gap: bool,
    pub(super) kind: StatementKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum StatementKind {
    /// `# Title`
    Title(String),
    /// `## Part`
    Part(String),
    /// `(remark)`
    Remark(String),
    /// The sentence keeps its author's words: `no e-mail` says something to a reader.
    Given {
        given: Given,
        sentence: String,
    },
    /// `Let {order} look like ###-####`
    Let {
        name: String,
        shape: String,
    },
    Step(Step),
    Bot(BotLine),
    Check(Check),
}

/// Something that people or the world do, and that the bot may answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Person(PersonLine),
    /// A race.
    AtOnce(Vec<PersonLine>),
    After {
        amount: u32,
        unit: Unit,
    },
    At(DateTime<Utc>),
    Restart,
    Redeliver,
    Disturb {
        method: String,
        person: String,
        code: u16,
        retry_after: Option<u32>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
}

impl Unit {
    /// So many of them.
    pub(super) fn times(self, amount: u32) -> TimeDelta {
        let seconds = match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Week => 604_800,
        };
        TimeDelta::seconds(i64::from(amount) * seconds)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct PersonLine {
    pub(super) person: String,
    pub(super) act: PersonAct,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum PersonAct {
    Says(Words),
    Taps(Tap),
    SharesContact {
        phone: String,
        whose: Whose,
    },
    SendsPicture {
        name: String,
        caption: Words,
    },
    Sends(Attachment),
    /// `her`, `his` or `their` last message.
    EditsLast {
        pronoun: String,
        words: Words,
    },
    Forwards(Words),
    Blocks,
    Unblocks,
    SaysInGroup(Words),
}

/// What a person writes, line by line.
pub(super) type Words = Vec<Template>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Whose {
    Own,
    Of(String),
    SomebodyElse,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tap {
    pub(super) label: Template,
    /// A label in the same row.
    pub(super) beside: Option<Template>,
    /// A part of the message's text.
    pub(super) under: Option<Template>,
    pub(super) times: u16,
}

/// One visible thing that the bot is expected to do.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BotLine {
    pub(super) verb: Verb,
    /// The message's name in this transcript.
    pub(super) tag: Option<String>,
    /// Whose chat; that of the person who acted last if not said.
    pub(super) person: Option<String>,
    /// Empty where there is none, as for [`Verb::Deletes`].
    pub(super) message: Message,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Says,
    Edits,
    Deletes,
    Toast,
    Alert,
    Silent,
}

impl Verb {
    /// Whether it answers a tap and then fades, in no order with the messages.
    pub(super) fn fades(self) -> bool {
        matches!(self, Self::Toast | Self::Alert)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Message {
    pub(super) lines: Vec<Line>,
    /// What is written behind `keyboard:`, row by row; empty if nothing is said about it.
    pub(super) keyboard: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Line {
    /// `<photo sencha.jpg>`
    Photo(Template),
    /// `<file my-data.json>`
    File(Template),
    Text(Template),
    /// The labels of a row of buttons.
    Row(Vec<Template>),
    /// `…` alone: any lines.
    Any,
    /// `keyboard: none`
    NoKeyboard,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Check {
    /// Its path may have `{captures}`.
    pub(super) subject: Subject,
    pub(super) fields: Vec<(String, Template)>,
}

#[cfg(test)]
mod tests {
    use crate::transcript::parse;

    #[test]
    fn a_script_can_be_cut_at_any_line() {
        let text = "# T\n\nGiven Anna, a customer\n\nAnna: one\nBot: 1\n    one\n(So much.)\nBot: 2\n\n(Next.)\nAnna: two\nBot: 3\n";
        let script = parse(text).unwrap();
        let upto = |line| script.upto(line).print();
        let cut = |end: &str| text.split_once(end).unwrap().0.to_owned() + end;
        assert_eq!(upto(0), "");
        assert_eq!(upto(4), cut("customer\n"));
        for line in 5..=9 {
            assert_eq!(upto(line), cut("Bot: 2\n"), "line {line}");
        }
        assert_eq!(upto(11), cut("(Next.)\n"));
        assert_eq!(upto(12), text);
        assert_eq!(upto(999), text);
    }
}
