//! What a transcript consists of, once it is read.

use chrono::{DateTime, TimeDelta, Utc};

use super::template::Template;
use super::{Media, Sentences};

/// A transcript: its statements, and the lines that they were read from.
#[derive(Debug, Clone)]
pub struct Script<L: Sentences> {
    /// As written, so that blessing leaves alone what it does not rewrite.
    pub source: Vec<String>,
    pub statements: Vec<Statement<L>>,
}

/// Two scripts are equal if they say the same, however they are laid out.
impl<L: Sentences> PartialEq for Script<L> {
    fn eq(&self, other: &Self) -> bool {
        let kinds =
            |script: &Self| script.statements.iter().map(|statement| statement.kind.clone()).collect::<Vec<_>>();
        kinds(self) == kinds(other)
    }
}

impl<L: Sentences> Script<L> {
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
            |statement: &&Statement<L>| matches!(statement.kind, StatementKind::Bot(_) | StatementKind::Remark(_));
        let below: Vec<&Statement<L>> = behind.iter().take_while(answers).collect();
        // A remark below the last line of the bot belongs to what comes next.
        let last = below.iter().rposition(|statement| matches!(statement.kind, StatementKind::Bot(_)));
        let below = below.into_iter().take(last.map_or(0, |last| last + 1));
        let statements: Vec<Statement<L>> = before.iter().chain(below).cloned().collect();
        let end = statements.last().map_or(0, |last| last.line - 1 + last.length);
        Self { source: self.source[..end].to_vec(), statements }
    }

    /// The line at the margin of a statement, as it was written.
    pub fn margin(&self, statement: &Statement<L>) -> &str {
        self.source.get(statement.line - 1).map_or("", |line| line.trim_end())
    }
}

/// A line at the margin and what is indented below it.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement<L: Sentences> {
    /// Counted from 1.
    pub line: usize,
    /// How many lines of the source it takes, at least 1.
    pub length: usize,
    /// Whether a blank line stands before it.
    pub gap: bool,
    pub kind: StatementKind<L>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind<L: Sentences> {
    /// `# Title`
    Title(String),
    /// `## Part`
    Part(String),
    /// `(remark)`
    Remark(String),
    /// The sentence keeps its author's words: `no e-mail` says something to a reader.
    Given {
        given: L::Given,
        sentence: String,
    },
    /// `Let {order} look like ###-####`
    Let {
        name: String,
        shape: String,
    },
    ScriptStep(ScriptStep),
    Bot(BotLine),
    Check(Check<L>),
}

/// Something that people or the world do, and that the bot may answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ScriptStep {
    Person(PersonLine),
    /// A race.
    AtOnce(Vec<PersonLine>),
    After {
        amount: u32,
        unit: Unit,
    },
    At(DateTime<Utc>),
    Restart,
    /// The bot is away for so long.
    Away {
        amount: u32,
        unit: Unit,
    },
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
pub enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
}

impl Unit {
    /// So many of them.
    pub fn times(self, amount: u32) -> TimeDelta {
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
pub struct PersonLine {
    pub person: String,
    pub act: PersonAction,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PersonAction {
    Says(Words),
    Taps(TapTarget),
    SharesContact {
        phone: String,
        whose: Whose,
    },
    SendsPicture {
        name: String,
        caption: Words,
    },
    Sends(Media),
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
pub type Words = Vec<Template>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    Own,
    Of(String),
    SomebodyElse,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TapTarget {
    pub label: Template,
    /// A label in the same row.
    pub beside: Option<Template>,
    /// A part of the message's text.
    pub under: Option<Template>,
    pub times: u16,
}

/// One visible thing that the bot is expected to do.
#[derive(Debug, Clone, PartialEq)]
pub struct BotLine {
    pub verb: Verb,
    /// The message's name in this transcript.
    pub tag: Option<String>,
    /// Whose chat; that of the person who acted last if not said.
    pub person: Option<String>,
    /// Empty where there is none, as for [`Verb::Deletes`].
    pub message: Message,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Says,
    Edits,
    Deletes,
    Toast,
    Alert,
    Silent,
}

impl Verb {
    /// Whether it answers a tap and then fades, in no order with the messages.
    pub fn fades(self) -> bool {
        matches!(self, Self::Toast | Self::Alert)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message {
    pub lines: Vec<Line>,
    /// What is written behind `keyboard:`, row by row; empty if nothing is said about it.
    pub keyboard: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Line {
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
pub struct Check<L: Sentences> {
    /// Its path may have `{captures}`.
    pub subject: L::Subject,
    pub fields: Vec<(String, Template)>,
}

#[cfg(test)]
mod tests {
    use crate::transcript::counter::parse;

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
