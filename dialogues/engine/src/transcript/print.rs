//! The one canonical spelling: the inverse of the parser.

use std::fmt;

use chrono::{DateTime, Utc};

use super::ast::{
    BotLine, Check, Line, Message, PersonAction, PersonLine, Script, ScriptStep, StatementKind, TapTarget, Unit, Verb,
    Whose, Words,
};
use super::parse::is_marked;
use super::template::{Dots, Template};
use super::{CheckSubject, Sentences};

/// What precedes the second and later rows of a keyboard, so that they stand below the first.
const KEYBOARD_INDENT: &str = "          ";

impl<L: Sentences> fmt::Display for Script<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before: Option<&StatementKind<L>> = None;
        for statement in &self.statements {
            let heading = |kind: &StatementKind<L>| matches!(kind, StatementKind::Title(_) | StatementKind::Part(_));
            if before.is_some_and(|before| statement.gap || heading(before) || heading(&statement.kind)) {
                writeln!(f)?;
            }
            for line in statement_lines(&statement.kind) {
                writeln!(f, "{line}")?;
            }
            before = Some(&statement.kind);
        }
        Ok(())
    }
}

impl<L: Sentences> Script<L> {
    /// The canonical spelling, which reads back as the same script.
    pub fn print(&self) -> String {
        self.to_string()
    }
}

pub fn statement_lines<L: Sentences>(kind: &StatementKind<L>) -> Vec<String> {
    match kind {
        StatementKind::Title(title) => vec![format!("# {title}")],
        StatementKind::Part(part) => vec![format!("## {part}")],
        StatementKind::Remark(remark) => vec![remark.clone()],
        StatementKind::Given { sentence, .. } => given_lines(sentence),
        StatementKind::Let { name, shape } => vec![format!("Let {{{name}}} look like {shape}")],
        StatementKind::ScriptStep(step) => step_lines(step),
        StatementKind::Bot(bot) => bot_lines(bot),
        StatementKind::Check(check) => check_lines(check),
    }
}

/// The lines of a bot's statement, the second and later ones indented.
pub fn bot_lines(bot: &BotLine) -> Vec<String> {
    if matches!(bot.verb, Verb::Silent | Verb::Deletes) {
        return vec![head(bot)];
    }
    let mut lines = message_lines(&bot.message).into_iter();
    let first = lines.next().unwrap_or_default();
    std::iter::once(format!("{}: {first}", head(bot)).trim_end().to_owned())
        .chain(lines.map(|line| indented(&line)))
        .collect()
}

/// `Bot edits (ask) for Boris`
pub fn head(bot: &BotLine) -> String {
    let (verb, towards) = match bot.verb {
        Verb::Says => ("", "to"),
        Verb::Edits => (" edits", "for"),
        Verb::Deletes => (" deletes", "for"),
        Verb::Toast => (" toast", "to"),
        Verb::Alert => (" alert", "to"),
        Verb::Silent => (" is silent", "to"),
    };
    let tag = bot.tag.as_ref().map(|tag| format!(" ({tag})")).unwrap_or_default();
    let person = bot.person.as_ref().map(|person| format!(" {towards} {person}")).unwrap_or_default();
    format!("Bot{verb}{tag}{person}")
}

/// The lines of a message, those of its keyboard last, without indentation.
pub fn message_lines(message: &Message) -> Vec<String> {
    let keyboard = message.keyboard.iter().enumerate().map(|(place, row)| match place {
        0 => format!("keyboard: {}", line_text(row)),
        _ => format!("{KEYBOARD_INDENT}{}", line_text(row)),
    });
    message.lines.iter().map(line_text).chain(keyboard).collect()
}

/// One line of a message.
pub fn line_text(line: &Line) -> String {
    match line {
        Line::Photo(name) => format!("<photo {}>", name.print(Dots::Any)),
        Line::File(name) => format!("<file {}>", name.print(Dots::Any)),
        Line::Row(labels) => labels.iter().map(label).collect::<Vec<_>>().join(" "),
        Line::Any => "…".to_owned(),
        Line::NoKeyboard => "none".to_owned(),
        Line::Text(text) => {
            let line = text.print(Dots::Any);
            let marked = is_marked(line.trim_start_matches('\\'));
            if marked { format!("\\{line}") } else { line }
        }
    }
}

fn label(label: &Template) -> String {
    format!("[{}]", label.print(Dots::Any))
}

fn given_lines(sentence: &str) -> Vec<String> {
    let mut lines = sentence.lines();
    let first = format!("Given {}", lines.next().unwrap_or_default());
    std::iter::once(first).chain(lines.map(indented)).collect()
}

fn step_lines(step: &ScriptStep) -> Vec<String> {
    match step {
        ScriptStep::Person(line) => person_lines(line),
        ScriptStep::AtOnce(lines) => {
            let racers = lines.iter().flat_map(person_lines).map(|line| indented(&line));
            std::iter::once("At once".to_owned()).chain(racers).collect()
        }
        ScriptStep::After { amount, unit } => {
            vec![format!("After {}", pause(*amount, *unit))]
        }
        ScriptStep::At(time) => vec![format!("At {}", minute(time))],
        ScriptStep::Restart => vec!["The bot restarts".to_owned()],
        ScriptStep::Away { amount, unit } => vec![format!("The bot is away for {}", pause(*amount, *unit))],
        ScriptStep::Redeliver => vec!["Telegram delivers it again".to_owned()],
        ScriptStep::Disturb { method, person, code, retry_after } => {
            let pause = retry_after.map(|pause| format!(", retry after {pause}")).unwrap_or_default();
            vec![format!("Telegram answers the next {method} to {person} with {code}{pause}")]
        }
    }
}

/// `5 minutes`
fn pause(amount: u32, unit: Unit) -> String {
    let plural = if amount == 1 { "" } else { "s" };
    format!("{amount} {}{plural}", <&str>::from(unit))
}

/// `2026-03-14 10:00`: chrono prints the seconds too.
pub fn minute(time: &DateTime<Utc>) -> String {
    time.naive_utc().to_string().chars().take("2026-03-14 10:00".len()).collect()
}

fn person_lines(PersonLine { person, act }: &PersonLine) -> Vec<String> {
    match act {
        PersonAction::Says(words) => talk(person, words),
        PersonAction::Taps(tap) => vec![format!("{person} taps {}", tap_text(tap))],
        PersonAction::SharesContact { phone, whose } => {
            let contact = match whose {
                Whose::Own => "contact".to_owned(),
                Whose::Of(owner) => format!("the contact of {owner}"),
                Whose::SomebodyElse => "somebody else's contact".to_owned(),
            };
            vec![format!("{person} shares {contact} {phone}")]
        }
        PersonAction::SendsPicture { name, caption } if caption.is_empty() => {
            vec![format!("{person} sends photo {name}")]
        }
        PersonAction::SendsPicture { name, caption } => talk(&format!("{person} sends photo {name}"), caption),
        PersonAction::Sends(attachment) => vec![format!("{person} sends a {attachment}")],
        PersonAction::EditsLast { pronoun, words } => talk(&format!("{person} edits {pronoun} last message"), words),
        PersonAction::Forwards(words) => talk(&format!("{person} forwards"), words),
        PersonAction::Blocks => vec![format!("{person} blocks the bot")],
        PersonAction::Unblocks => vec![format!("{person} unblocks the bot")],
        PersonAction::SaysInGroup(words) => talk(&format!("{person} says in a group"), words),
    }
}

fn talk(head: &str, words: &Words) -> Vec<String> {
    let mut lines = words.iter().map(|line| line.print(Dots::Plain));
    let first = lines.next().unwrap_or_default();
    std::iter::once(format!("{head}: {first}")).chain(lines.map(|line| indented(&line))).collect()
}

fn tap_text(tap: &TapTarget) -> String {
    let beside = tap.beside.as_ref().map(|beside| format!(" beside {}", label(beside))).unwrap_or_default();
    let under = tap.under.as_ref().map(|under| format!(" under \"{}\"", under.print(Dots::Any))).unwrap_or_default();
    let times = if tap.times == 1 { String::new() } else { format!(" ×{}", tap.times) };
    format!("{}{beside}{under}{times}", label(&tap.label))
}

fn check_lines<L: Sentences>(check: &Check<L>) -> Vec<String> {
    let fields = check.fields.iter().map(|(name, value)| {
        let width = (name.chars().count() + 2).next_multiple_of(4).max(8);
        format!("    {name:width$}{}", value.print(Dots::Any))
    });
    std::iter::once(format!("Check {}", check.subject.write())).chain(fields).collect()
}

fn indented(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!("    {line}") }
}

#[cfg(test)]
mod tests {
    use crate::transcript::counter::{Counting, parse};
    use crate::transcript::help::sentences;

    /// Everything that the format has, spelled as the printer spells it.
    const CANONICAL: &str = include_str!("print/canonical.chat");

    #[test]
    fn the_canonical_spelling_prints_as_it_is() {
        assert_eq!(parse(CANONICAL).unwrap().print(), CANONICAL);
    }

    #[test]
    fn loose_spelling_becomes_canonical() {
        let loose = "\n# T\nGiven  Anna,  a customer\n\n\nAnna:\n    hi\nBot:\n    there   \n    keyboard: [a]   [b]\n     [c]\n\
                     Check the count of Anna\n    a b\n";
        let canonical = "# T\n\nGiven Anna, a customer\n\nAnna: hi\nBot: there\n    keyboard: [a] [b]\n              [c]\n\
                         Check the count of Anna\n    a       b\n";
        assert_eq!(parse(loose).unwrap().print(), canonical);
        assert_eq!(parse(canonical).unwrap(), parse(loose).unwrap());
    }

    fn line() -> impl proptest::strategy::Strategy<Value = String> {
        let odd =
            r"\\{0,2}(\[[a…\]\[ ]{1,4}\] ?){0,2}(<photo a>|keyboard: \[a\]|keyboard: none|…|\{order\}|[a\\ …]{0,4})";
        let known = proptest::sample::select(sentences::<Counting>().collect::<Vec<_>>());
        proptest::prop_oneof![odd, odd.prop_map(|odd| format!("    {odd}")), known.prop_map(str::to_owned)]
    }

    use proptest::strategy::Strategy;

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2_000))]
        #[test]
        fn what_is_printed_reads_back_the_same(
            lines in proptest::collection::vec(line(), 1..4),
            asks in proptest::bool::ANY,
            head in proptest::sample::select(vec!["Bot: ", "Bot edits: ", "Anna: ", "Anna sends photo a.jpg: ", "Anna taps [", "Bot toast: "]),
        ) {
            let start = if asks { "" } else { "Anna: x\n" };
            let text = format!("Given Anna, a customer\nGiven Boris, an owner\nLet {{order}} look like ##\n{start}{head}{}\n", lines.join("\n"));
            if let Ok(script) = parse(&text) {
                let printed = script.print();
                let again = parse(&printed);
                proptest::prop_assert_eq!(again.as_ref(), Ok(&script), "{}", printed);
                proptest::prop_assert_eq!(script.print(), again.unwrap().print());
            }
        }
    }
}
