//! The language of transcripts, sentence by sentence: one table for authors of transcripts. The parser's suggestions come out
//! of it, and so does the page beside the transcripts of an application.

use std::fmt::Write;

use super::{Sentence, Sentences};

/// Sentences that belong together.
pub(crate) struct Section {
    title: &'static str,
    pub(crate) sentences: &'static [Sentence],
}

const fn says(example: &'static str, meaning: &'static str) -> Sentence {
    Sentence::new(example, meaning)
}

const PEOPLE: &[Sentence] = &[
    says("Anna: text", "she writes; more lines are indented by four spaces"),
    says("Anna taps [label]", "a button on her screen, in a message or of the keyboard below"),
    says("Anna taps [label] beside [x]", "the one in the same row as [x], where there are several"),
    says("Anna taps [label] under \"text\"", "the one under the message that says this"),
    says("Anna taps [label] ×3", "three times, without waiting"),
    says("Anna shares contact +380671112233", "her own phone number, by the button for it"),
    says("Anna shares the contact of Boris +380671112233", "the number of another person of the transcript"),
    says("Anna shares somebody else's contact +380671112233", "the number of a stranger"),
    says("Anna sends photo receipt.jpg: caption", "a picture; the caption may be left out"),
    says("Anna sends a sticker", "or a voice, video, document, location, poll"),
    says("Anna edits her last message: text", "her newest message reads otherwise now"),
    says("Anna forwards: text", "a message of somebody else"),
    says("Anna blocks the bot", "it can write to her no more"),
    says("Anna unblocks the bot", "it can again"),
    says("Anna says in a group: text", "in a group that the bot is in"),
    says("At once\n    Anna taps [label]\n    Boris: text", "several people in the same moment, indented below"),
];

const BOT: &[Sentence] = &[
    says("Bot: text", "a new message; buttons are lines of [label] [label] below it"),
    says("Bot (ask): text", "the same, with a name by which later lines can speak of it"),
    says("Bot to Boris: text", "in the chat of another person"),
    says("Bot edits: text", "the message that was just tapped, or else its newest one"),
    says("Bot edits (ask): text", "the message of that name"),
    says("Bot edits for Boris: text", "in the chat of another person"),
    says("Bot deletes", "it takes a message away"),
    says("Bot toast: text", "a short answer to a tap, which fades"),
    says("Bot alert: text", "an answer to a tap that has to be closed"),
    says("Bot is silent", "nothing happens; to write nothing means the same"),
];

/// The whole language.
pub(crate) fn sections<L: Sentences>() -> [Section; 5] {
    [
        Section { title: "What is there", sentences: L::GIVENS },
        Section { title: "What people do", sentences: PEOPLE },
        Section { title: "What the bot does", sentences: BOT },
        Section { title: "What happens besides", sentences: L::EVENTS },
        Section { title: "A look behind the scenes", sentences: L::CHECKS },
    ]
}

/// The first lines of all examples.
pub fn sentences<L: Sentences>() -> impl Iterator<Item = &'static str> {
    sections::<L>()
        .into_iter()
        .flat_map(|section| section.sentences)
        .filter_map(|sentence| sentence.example.lines().next())
}

/// Words that people try, and the sentence that is meant.
pub(crate) const OTHER_WORDS: &[(&str, &str)] = &[
    ("Bot says", "Bot: text"),
    ("Bot writes", "Bot: text"),
    ("Bot sends", "Bot: text"),
    ("Bot answers", "Bot: text"),
    ("Bot replies", "Bot: text"),
    ("Bot shows", "Bot: text"),
    ("Bot changes", "Bot edits: text"),
    ("Bot updates", "Bot edits: text"),
    ("Bot removes", "Bot deletes"),
    ("Bot does nothing", "Bot is silent"),
    ("Bot says nothing", "Bot is silent"),
    (" says", "Anna: text"),
    (" writes", "Anna: text"),
    (" types", "Anna: text"),
    (" clicks", "Anna taps [label]"),
    (" presses", "Anna taps [label]"),
];

/// The page for people who write transcripts, as Markdown.
pub fn page<L: Sentences>() -> String {
    let mut page = format!("# How to write a transcript\n\n{}", L::INTRODUCTION);
    for section in sections::<L>().iter().filter(|section| !section.sentences.is_empty()) {
        let _ = write!(page, "\n## {}\n\n| write | it means |\n|---|---|\n", section.title);
        for Sentence { example, meaning } in section.sentences {
            let lines: Vec<String> = example.lines().map(|line| format!("`{}`", line.trim_start())).collect();
            let _ = writeln!(page, "| {} | {meaning} |", lines.join("<br>"));
        }
    }
    page
}

/// The same for a terminal.
pub fn text<L: Sentences>() -> String {
    let mut text = L::INTRODUCTION.to_owned();
    for section in sections::<L>().iter().filter(|section| !section.sentences.is_empty()) {
        let _ = write!(text, "\n{}\n", section.title.to_uppercase());
        for Sentence { example, meaning } in section.sentences {
            let _ = write!(text, "\n{example}\n        — {meaning}\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::transcript::ast::{PersonAction, ScriptStep, StatementKind, Verb};
    use crate::transcript::counter::{Counting, parse};

    /// What kind of sentence a statement is. A new kind does not compile until it is named, and then it needs an example.
    fn kind(statement: &StatementKind<Counting>) -> &'static str {
        match statement {
            StatementKind::Title(_) | StatementKind::Part(_) | StatementKind::Remark(_) => "heading",
            StatementKind::Given { .. } => "given",
            StatementKind::Let { .. } => "let",
            StatementKind::Bot(line) => match line.verb {
                Verb::Says => "says",
                Verb::Edits => "edits",
                Verb::Deletes => "deletes",
                Verb::Toast => "toast",
                Verb::Alert => "alert",
                Verb::Silent => "silent",
            },
            StatementKind::Check(_) => "check",
            StatementKind::ScriptStep(step) => match step {
                ScriptStep::Person(line) => match &line.act {
                    PersonAction::Says(_) => "writes",
                    PersonAction::Taps(_) => "taps",
                    PersonAction::SharesContact { .. } => "shares",
                    PersonAction::SendsPicture { .. } => "picture",
                    PersonAction::Sends(_) => "sends",
                    PersonAction::EditsLast { .. } => "edits last",
                    PersonAction::Forwards(_) => "forwards",
                    PersonAction::Blocks => "blocks",
                    PersonAction::Unblocks => "unblocks",
                    PersonAction::SaysInGroup(_) => "group",
                },
                ScriptStep::AtOnce(_) => "at once",
                ScriptStep::Redeliver => "again",
                ScriptStep::Restart => "restart",
                ScriptStep::Away { .. } => "away",
                ScriptStep::After { .. } => "after",
                ScriptStep::At(_) => "at",
                ScriptStep::Disturb { .. } => "disturb",
            },
        }
    }

    #[test]
    fn the_parser_reads_every_example_and_every_kind_of_sentence_has_one() {
        let mut kinds = BTreeSet::new();
        for Sentence { example, .. } in sections::<Counting>().into_iter().flat_map(|section| section.sentences) {
            let before = "Given Anna, a customer\nGiven Boris, a customer\nAnna: hi\nBot (ask): hi\nAnna: hi\n";
            let text = format!("{before}{example}\n");
            let script = parse(&text).unwrap_or_else(|error| panic!("{example}: {error}"));
            kinds.insert(kind(&script.statements.last().unwrap().kind));
        }
        let all = "given let says edits deletes toast alert silent check writes taps shares \
                   picture sends forwards blocks unblocks group again restart away after at disturb";
        let all: BTreeSet<&str> = all.split_whitespace().chain(["at once", "edits last"]).collect();
        assert_eq!(kinds, all);
    }

    #[test]
    fn other_words_lead_to_sentences() {
        let known: Vec<&str> = sentences::<Counting>().collect();
        assert!(OTHER_WORDS.iter().all(|(_, meant)| known.contains(meant)));
    }
}
