//! Reads a transcript. What cannot be read is explained with a remedy.

mod blocks;
mod bot;
mod person;
mod world;

use std::marker::PhantomData;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::ast::{Script, ScriptStep, Statement, StatementKind};
use super::template::{Dots, Template};
use super::{GivenSentence, Sentences, suggest};
use blocks::Block;
pub(crate) use bot::is_marked;

/// Where a transcript cannot be read, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ParseError {
    /// Counted from 1.
    pub line: usize,
    pub message: String,
}

/// Reads the text of a `.chat` file.
pub fn parse<L: Sentences>(text: &str) -> Result<Script<L>, ParseError> {
    let source: Vec<String> = text.lines().map(str::to_owned).collect();
    let lines: Vec<(usize, &str)> = source.iter().enumerate().map(|(at, line)| (at + 1, line.trim_end())).collect();
    let mut reader = Reader::<L>::default();
    let mut statements = Vec::new();
    for block in blocks::split(&lines)? {
        let kind = reader.statement(&block).map_err(|message| ParseError { line: block.line, message })?;
        statements.push(Statement { line: block.line, length: block.length, gap: block.gap, kind });
    }
    Ok(Script { source, statements })
}

/// `2026-03-14 10:00`, in UTC.
pub fn time(text: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok().map(|time| time.and_utc())
}

/// What was said so far and may be referred to.
#[derive(Default)]
struct Reader<L> {
    language: PhantomData<L>,
    people: Vec<String>,
    lets: Vec<String>,
    tags: Vec<String>,
    /// Whether `Bot: …` would have a chat to be in.
    acted: bool,
    /// What bot lines may still follow.
    answer: Answer,
}

/// How far the bot's answer to a step has been read.
#[derive(Default, PartialEq, Eq)]
enum Answer {
    /// Nobody has done anything that the bot could answer.
    #[default]
    NotDue,
    Due,
    Begun,
    Silent,
}

impl<L: Sentences> Reader<L> {
    fn statement(&mut self, block: &Block<'_>) -> Result<StatementKind<L>, String> {
        let kind = self.kind(block)?;
        match &kind {
            StatementKind::ScriptStep(step) => {
                self.acted |= matches!(step, ScriptStep::Person(_) | ScriptStep::AtOnce(_));
                self.answer = Answer::Due;
            }
            StatementKind::Bot(_) | StatementKind::Remark(_) => {}
            _ => self.answer = Answer::NotDue,
        }
        Ok(kind)
    }

    fn kind(&mut self, block: &Block<'_>) -> Result<StatementKind<L>, String> {
        let head = block.head;
        if head.starts_with(['#', '(']) {
            return heading(head).and_then(|kind| block.alone(kind));
        }
        match head.split_once([' ', ':']).map_or(head, |(word, _)| word) {
            "Given" => self.given(block),
            "Let" => self.declare(head).and_then(|kind| block.alone(kind)),
            "Check" => self.check(block),
            "Bot" => self.bot(block).map(StatementKind::Bot),
            "After" | "At" | "The" | "Telegram" => self.world(block).map(StatementKind::ScriptStep),
            _ => self.person(block).map(|line| StatementKind::ScriptStep(ScriptStep::Person(line))),
        }
    }

    fn given(&mut self, block: &Block<'_>) -> Result<StatementKind<L>, String> {
        let mut sentence = block.text().join("\n").split_off("Given".len()).trim().to_owned();
        if block.body.is_empty() && !sentence.contains('"') {
            sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        let given: L::Given = match sentence.strip_prefix("the time is ") {
            Some(at) => time(at)
                .map(L::Given::at)
                .ok_or_else(|| format!("“{at}” is no time; write “Given the time is 2026-03-14 10:00” (UTC)"))?,
            None => {
                L::Given::read(&sentence).ok_or_else(|| suggest::instead_of::<L>(&format!("Given {sentence}")))??
            }
        };
        if let Some(person) = given.introduces() {
            if ["Bot", "Telegram", "Given", "Let", "Check", "After", "At", "The"].contains(&person) {
                return Err(format!("“{person}” begins other statements; give the person another name"));
            }
            self.people.push(person.to_owned());
        }
        if let Some(person) = given.refers_to() {
            self.known(person)?;
        }
        Ok(StatementKind::Given { given, sentence })
    }

    /// `Let {order} look like ###-####`
    fn declare(&mut self, head: &str) -> Result<StatementKind<L>, String> {
        let parts = head.strip_prefix("Let {").and_then(|rest| rest.split_once("} look like "));
        let (name, shape) =
            parts.map(|(name, shape)| (name, shape.trim())).ok_or_else(|| suggest::instead_of::<L>(head))?;
        if !super::template::is_name(name) {
            return Err(format!("“{name}” is no name for a capture; use letters, digits and _, such as {{order}}"));
        }
        self.lets.push(name.to_owned());
        Ok(StatementKind::Let { name: name.to_owned(), shape: shape.to_owned() })
    }

    /// Reads a text in which every `{name}` must be declared.
    fn template(&self, text: &str, dots: Dots) -> Result<Template, String> {
        let template = Template::parse(text, dots);
        let unknown = template.names().find(|name| !self.lets.iter().any(|known| known == name)).map(str::to_owned);
        match unknown {
            None => Ok(template),
            Some(name) => Err(format!(
                "nobody said what {{{name}}} looks like; say “Let {{{name}}} look like ###-####” first (# a digit, @ a letter), \
                 or write \\{{{name}}} if it is only text"
            )),
        }
    }

    /// Refuses a name that no `Given` introduced.
    fn known(&self, name: &str) -> Result<String, String> {
        match self.people.iter().any(|known| known == name) {
            true => Ok(name.to_owned()),
            false => Err(format!("who is {name}? Say “Given {name}, {}” first", role::<L>())),
        }
    }
}

/// What the first example of a person says they are, such as `a new customer`.
fn role<L: Sentences>() -> &'static str {
    let introduced = L::GIVENS.iter().filter_map(|sentence| sentence.example.strip_prefix("Given Anna, "));
    let plain = introduced.filter(|role| role.starts_with("a ")).min_by_key(|role| role.len());
    plain.unwrap_or("…")
}

fn heading<L: Sentences>(head: &str) -> Result<StatementKind<L>, String> {
    if let Some(part) = head.strip_prefix("## ") {
        Ok(StatementKind::Part(part.trim().to_owned()))
    } else if let Some(title) = head.strip_prefix("# ") {
        Ok(StatementKind::Title(title.trim().to_owned()))
    } else if head.starts_with('(') && head.ends_with(')') {
        Ok(StatementKind::Remark(head.to_owned()))
    } else if head.starts_with('(') {
        Err("a remark is one line and ends with a parenthesis; add the “)”".to_owned())
    } else {
        Err("write “# Title” for the whole file or “## Part” for a part of it, with a space behind the #".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use crate::transcript::counter::parse;

    /// The complaint about `lines`, which follow a usual beginning.
    fn complaint(lines: &str) -> String {
        let text = format!("Given Anna, a new customer\nAnna: /start\n{lines}");
        parse(&text).unwrap_err().to_string()
    }

    #[test]
    fn unknown_people_are_asked_for() {
        assert_eq!(complaint("Bob: hi"), "line 3: who is Bob? Say “Given Bob, a customer” first");
        assert_eq!(complaint("Bob taps [x]"), "line 3: who is Bob? Say “Given Bob, a customer” first");
        assert_eq!(complaint("Bot to Bob: hi"), "line 3: who is Bob? Say “Given Bob, a customer” first");
    }

    #[test]
    fn a_sentence_that_is_close_to_a_known_one_is_suggested() {
        let close = |line: &str, known: &str| {
            let said = complaint(line);
            assert!(said.contains(known), "{line}: {said}");
        };
        close("Given not tea", "Given no tea");
        close("Anna tap [x]", "Anna taps [label]");
        close("The bot restart", "The bot restarts");
        close("The bot is away 5 minutes", "The bot is away for 5 minutes");
        close("Telegram delivers again", "Telegram delivers it again");
        close("Check count of Anna", "Check the count of Anna");
        close("Bot is quiet", "Bot is silent");
        close("Anna sends a kiss", "sticker, voice, video, document, location, poll");
    }

    #[test]
    fn a_message_has_inline_buttons_or_a_keyboard_but_not_both() {
        assert!(complaint("Bot: hi\n    [x]\n    keyboard: [y]").contains("Telegram allows one"));
        assert!(complaint("Bot edits: hi\n    keyboard: [y]").contains("edit"));
    }

    #[test]
    fn bot_lines_stand_below_what_they_answer() {
        let alone = parse("Given Anna, a new customer\nBot: hi").unwrap_err();
        assert!(alone.message.contains("right below"), "{alone}");
        assert!(complaint("Bot is silent\nBot: hi").contains("silent"));
        assert!(complaint("Bot edits (ask): hi").contains("Bot (ask): …"));
        let nobody = parse("Given Anna, a new customer\nAfter 1 hour\nBot: hi").unwrap_err();
        assert!(nobody.message.contains("Bot to Anna: …"), "{nobody}");
    }

    #[test]
    fn captures_are_declared_first() {
        assert!(complaint("Bot: see {order}").contains("Let {order} look like"));
        assert!(parse("Given Anna, a new customer\nAnna: a {b c} \\{d}").is_ok());
    }

    #[test]
    fn indentation_is_four_spaces() {
        assert_eq!(complaint("Bot: hi\n  there"), "line 4: indent by four spaces what belongs to the statement above");
        assert!(complaint("Bot: hi\n\tthere").contains("four spaces"));
        assert!(parse("    x").unwrap_err().message.contains("margin"));
    }
}
