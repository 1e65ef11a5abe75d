//! `Bot: …`, `Bot edits: …` and so on.

use super::blocks::Block;
use super::{Answer, Reader};
use crate::transcript::ast::{BotLine, Line, Message, Verb};
use crate::transcript::template::Dots;
use crate::transcript::{Sentences, suggest};

impl<L: Sentences> Reader<L> {
    pub(super) fn bot(&mut self, block: &Block<'_>) -> Result<BotLine, String> {
        let (head, colon) = match block.head.find(':') {
            Some(at) => (&block.head[..at], Some(at + 1)),
            None => (block.head, None),
        };
        let (verb, tag, person) = self.bot_head(head).ok_or_else(|| suggest::instead_of::<L>(block.head))?;
        let message = match (verb, colon) {
            (Verb::Deletes | Verb::Silent, None) => block.alone(Message::default())?,
            (Verb::Says | Verb::Edits | Verb::Toast | Verb::Alert, Some(at)) => {
                self.message(verb, &block.text_behind(at))?
            }
            _ => return Err(suggest::instead_of::<L>(block.head)),
        };
        let line = BotLine { verb, tag, person, message };
        self.admit(&line)?;
        Ok(line)
    }

    /// `Bot edits (ask) for Boris`, everything but `Bot` optional.
    fn bot_head(&self, head: &str) -> Option<(Verb, Option<String>, Option<String>)> {
        let rest = head.strip_prefix("Bot")?;
        let verbs = [
            (" edits", Verb::Edits),
            (" deletes", Verb::Deletes),
            (" toast", Verb::Toast),
            (" alert", Verb::Alert),
            (" is silent", Verb::Silent),
        ];
        let found = verbs.iter().find_map(|(word, verb)| rest.strip_prefix(word).map(|rest| (*verb, rest)));
        let (verb, rest) = found.unwrap_or((Verb::Says, rest));
        let (tag, rest) = match rest.strip_prefix(" (") {
            Some(tagged) => tagged.split_once(')').map(|(tag, rest)| (Some(tag.to_owned()), rest))?,
            None => (None, rest),
        };
        let person = rest.strip_prefix(" to ").or_else(|| rest.strip_prefix(" for ")).map(str::to_owned);
        let complete = rest.is_empty() || person.is_some();
        let plain = verb != Verb::Silent || (tag.is_none() && person.is_none());
        (complete && plain && (tag.is_none() || !verb.fades())).then_some((verb, tag, person))
    }

    /// Holds a line against what was said before.
    fn admit(&mut self, line: &BotLine) -> Result<(), String> {
        match (&self.answer, line.verb) {
            (Answer::NotDue, _) => {
                return Err("a bot line stands right below what it answers; move it there, or let somebody act first"
                    .to_owned());
            }
            (Answer::Silent, _) | (Answer::Begun, Verb::Silent) => {
                return Err("the bot cannot be silent and do something; take one of the two away".to_owned());
            }
            (_, Verb::Silent) => self.answer = Answer::Silent,
            _ => self.answer = Answer::Begun,
        }
        match &line.person {
            Some(person) => drop(self.known(person)?),
            None if !self.acted && line.verb != Verb::Silent => {
                let somebody = self.people.last().map_or("Anna", String::as_str);
                return Err(format!("in whose chat? Nobody has acted yet; write “Bot to {somebody}: …”"));
            }
            None => {}
        }
        match &line.tag {
            Some(tag) if line.verb == Verb::Says => self.tags.push(tag.clone()),
            Some(tag) if !self.tags.contains(tag) => {
                return Err(format!("no message is called “{tag}”; write “Bot ({tag}): …” where the bot sends it"));
            }
            _ => {}
        }
        Ok(())
    }

    fn message(&self, verb: Verb, text: &[&str]) -> Result<Message, String> {
        // Telegram takes the spaces off the beginning of a message.
        let text: Vec<&str> =
            text.iter().enumerate().map(|(at, line)| if at == 0 { line.trim_start() } else { line }).collect();
        let keyboard = text.iter().position(|line| line.starts_with("keyboard:")).unwrap_or(text.len());
        let (text, keyboard) = text.split_at(keyboard);
        let mut lines = text.iter().map(|line| self.line(line)).collect::<Result<Vec<_>, _>>()?;
        while lines.last().is_some_and(|line| matches!(line, Line::Text(text) if text.plain().is_empty())) {
            lines.pop();
        }
        if let Some(row) = lines.iter().position(|line| matches!(line, Line::Row(_))) {
            let behind = lines[row..].iter().find(|line| !matches!(line, Line::Row(_) | Line::Any));
            if behind.is_some() {
                return Err(
                    "buttons stand below the text; move the rows to the end, or write \\[…] for a text in brackets"
                        .to_owned(),
                );
            }
        }
        let keyboard = self.keyboard(keyboard)?;
        match (verb, lines.iter().any(|line| matches!(line, Line::Row(_))), keyboard.is_empty()) {
            (Verb::Says, true, false) => {
                Err("inline buttons and a keyboard under one message: Telegram allows one; take one of them away"
                    .to_owned())
            }
            (Verb::Edits, _, false) => {
                Err("an edit cannot change the keyboard; a new message can: “Bot: …”".to_owned())
            }
            (Verb::Toast | Verb::Alert, _, false) => Err("a toast has no keyboard; take it away".to_owned()),
            _ => Ok(Message { lines, keyboard }),
        }
    }

    /// What stands behind `keyboard:` and below.
    fn keyboard(&self, text: &[&str]) -> Result<Vec<Line>, String> {
        let Some((first, more)) = text.split_first() else { return Ok(Vec::new()) };
        let first = first.trim_start_matches("keyboard:").trim();
        if first == "none" && more.is_empty() {
            return Ok(vec![Line::NoKeyboard]);
        }
        let rows =
            std::iter::once(first).chain(more.iter().map(|line| line.trim())).map(|row| match self.line(row)? {
                row @ (Line::Row(_) | Line::Any) => Ok(row),
                _ => Err(format!("“{row}” is no row of a keyboard; write “keyboard: [One] [Two]” or “keyboard: none”")),
            });
        rows.collect()
    }

    fn line(&self, line: &str) -> Result<Line, String> {
        if !line.is_empty() && line.chars().all(|c| c == '…') {
            return Ok(Line::Any);
        }
        if let Some(labels) = labels(line) {
            let labels = labels.into_iter().map(|label| self.template(label, Dots::Any));
            return Ok(Line::Row(labels.collect::<Result<_, _>>()?));
        }
        if let Some(name) = media(line, "<photo ") {
            return self.template(name, Dots::Any).map(Line::Photo);
        }
        if let Some(name) = media(line, "<file ") {
            return self.template(name, Dots::Any).map(Line::File);
        }
        // A backslash before something that has a meaning for the whole line takes that meaning.
        let bare = line.trim_start_matches('\\');
        let escaped = bare.len() < line.len() && is_marked(bare);
        self.template(if escaped { &line[1..] } else { line }, Dots::Any).map(Line::Text)
    }
}

/// Whether a line means something as a whole, so that a text that reads the same needs a backslash.
pub(crate) fn is_marked(line: &str) -> bool {
    labels(line).is_some()
        || media(line, "<photo ").is_some()
        || media(line, "<file ").is_some()
        || line.starts_with("keyboard:")
}

fn media<'a>(line: &'a str, prefix: &str) -> Option<&'a str> {
    line.strip_prefix(prefix)?.strip_suffix('>')
}

/// The labels of a line that is nothing but `[label]` groups. A bracket inside a label needs no escape.
fn labels(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix('[')?.strip_suffix(']')?;
    let mut labels = Vec::new();
    let mut rest = inner;
    loop {
        let end = rest.match_indices(']').find(|(at, _)| {
            let behind = &rest[at + 1..];
            behind.starts_with(' ') && behind.trim_start().starts_with('[')
        });
        let Some((end, _)) = end else { break };
        labels.push(&rest[..end]);
        rest = rest[end + 1..].trim_start().strip_prefix('[')?;
    }
    labels.push(rest);
    labels.iter().all(|label| !label.trim().is_empty()).then_some(labels)
}
