//! The language of transcripts, sentence by sentence: one table for whoever writes one. The parser's suggestions come out of
//! it, and so do `shopkeeper transcripts help` and the page beside the transcripts.

use std::fmt::Write;

/// A sentence of the language.
pub(super) struct Sentence {
    /// One that the parser reads.
    pub(super) example: &'static str,
    /// What it says, in a few words.
    pub(super) meaning: &'static str,
}

/// Sentences that belong together.
pub(super) struct Section {
    title: &'static str,
    pub(super) sentences: &'static [Sentence],
}

const fn says(example: &'static str, meaning: &'static str) -> Sentence {
    Sentence { example, meaning }
}

const WORLD: &[Sentence] = &[
    says("Given the catalogue tea-house", "the shop sells what the demo shop sells"),
    says("Given the time is 2026-03-14 10:00", "the clock (UTC) shows that"),
    says("Given 4 of Sencha in stock", "so many are left"),
    says("Given Sencha costs 500.00", "another price"),
    says("Given Sencha has a discount of 20 %", "from 0 to 100 %"),
    says("Given Sencha has no discount", "the full price"),
    says("Given Sencha is hidden", "customers do not see it"),
    says("Given Sencha is shown", "they see it again"),
    says("Given Sencha is deleted", "it is not sold any more"),
    says("Given Sencha is moved to China", "it is in another category"),
    says("Given no news", "there is nothing to read"),
    says("Given the news \"Headline\": body", "an item that is published now"),
    says("Given Anna, a new customer", "she has never written to the bot"),
    says("Given Anna, a customer", "she has pressed START before"),
    says("Given Anna, a customer who speaks Ukrainian", "or English, or Russian"),
    says(
        "Given Anna, a customer with name \"Anna\", phone +380671112233, e-mail anna@example.com, no address, a cart of Sencha × 2, Assam × 1",
        "what the bot knows of her, and what is in her cart",
    ),
    says("Given Olga, an owner", "she is told about orders"),
    says("Given Anna has an order of Sencha × 2, Assam × 1", "placed before"),
    says("Given Anna has an order of Sencha × 2 that is delivered", "or new, accepted, shipped, cancelled"),
    says("Let {order} look like ###-####", "a number that is different each time: # is a digit, @ a letter"),
];

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

const EVENTS: &[Sentence] = &[
    says("After 1 hour", "or seconds, minutes, days; nobody waits for it in fact"),
    says("At 2026-03-15 09:00", "the clock (UTC) has come to that"),
    says("The bot restarts", "as after an upgrade"),
    says("Telegram delivers it again", "the newest tap or message comes a second time"),
    says(
        "Telegram answers the next sendPhoto to Boris with 429, retry after 2",
        "a call of the bot is refused; 403 is “blocked”. A refusal that no call runs into is a failure",
    ),
];

const CHECKS: &[Sentence] = &[
    says("Check the cart of Anna\n    items   Sencha × 2\n    total   840", "items, total"),
    says(
        "Check orders of Anna\n    count   1",
        "count, and of the newest one number, status, name, email, phone, address, items, total, placed",
    ),
    says("Check the profile of Anna\n    email   none", "name, email, phone, address, language"),
    says("Check the state of Anna\n    state   Cart.Adjusting", "state of the dialogue; active: yes or no"),
    says("Check the stock of Sencha\n    stock   4", "stock: a count, or always"),
    says(
        "Check GET /api/v1/orders as owner\n    data.0.status   new",
        "what a program is answered, with the owner's key or as nobody; fields by their path. Played end to end only",
    ),
];

/// The whole language.
pub(super) const SECTIONS: &[Section] = &[
    Section { title: "What is there", sentences: WORLD },
    Section { title: "What people do", sentences: PEOPLE },
    Section { title: "What the bot does", sentences: BOT },
    Section { title: "What happens besides", sentences: EVENTS },
    Section { title: "A look behind the scenes", sentences: CHECKS },
];

/// The first lines of all examples.
pub(super) fn sentences() -> impl Iterator<Item = &'static str> {
    SECTIONS.iter().flat_map(|section| section.sentences).filter_map(|sentence| sentence.example.lines().next())
}

/// Words that people try, and the sentence that is meant.
pub(super) const OTHER_WORDS: &[(&str, &str)] = &[
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

const INTRODUCTION: &str = "\
A transcript is a conversation with the bot, line by line, as both sides see it on their phones. It is a text file whose name
ends in `.chat`. Whoever can read a chat can write one: no programming is needed.

```text
# Three quick taps are three taps

Given the catalogue tea-house
Given Anna, a customer with a cart of Sencha × 2

Anna: /cart
Bot: **Your cart**
    …
    [➖] [Sencha × 2] [➕] [✖️]
    …
Anna taps [➕] ×3
Bot edits: …
    [➖] [Sencha × 5] [➕] [✖️]
    …
```

1. Write what people do, and nothing of the bot: `Anna: /cart`, `Anna taps [➕]`.
2. `shopkeeper replay --bless FILE.chat` fills in what the bot does.
3. Read it. Where the bot is wrong, write what would be right: the transcript fails until the bot does it.
4. `shopkeeper replay FILE.chat` plays it against the real bot, `--core` in memory. The exit status is the number of files that
   failed.

What there is besides:

- A line at the left margin is a sentence; what belongs to it is indented by four spaces.
- `# Title` begins the file, `## Part` a part of it; a line in (parentheses) is a remark.
- Below a person's line stands **all** that the bot does then, in any chat, and nothing else.
- `…` alone stands for any lines, inside a line for any text. In a message there is `**bold**`, `__italic__`, `` `code` ``, and
  `<photo sencha.jpg>` on its first line; below it rows of `[buttons]`, or `keyboard: [Cancel]`, or `keyboard: none`.
- A backslash takes the meaning away: `\\[x]`, `\\…`, `\\{x}`.
- In a check, `none` is what is not there; fields that are not written may be anything.
";

/// The page for people who write transcripts, as Markdown.
pub fn page() -> String {
    let mut page = format!("# How to write a transcript\n\n{INTRODUCTION}");
    for section in SECTIONS {
        let _ = write!(page, "\n## {}\n\n| write | it means |\n|---|---|\n", section.title);
        for Sentence { example, meaning } in section.sentences {
            let lines: Vec<String> = example.lines().map(|line| format!("`{}`", line.trim_start())).collect();
            let _ = writeln!(page, "| {} | {meaning} |", lines.join("<br>"));
        }
    }
    page
}

/// The same for a terminal.
pub fn text() -> String {
    let mut text = INTRODUCTION.to_owned();
    for section in SECTIONS {
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
    use crate::transcript::ast::{PersonAct, StatementKind, Step, Verb};
    use crate::transcript::{Subject, parse};

    /// What kind of sentence a statement is. A new kind does not compile until it is named, and then it needs an example.
    fn kind(statement: &StatementKind) -> &'static str {
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
            StatementKind::Check(check) => match &check.subject {
                Subject::Cart(_) => "cart",
                Subject::Orders(_) => "orders",
                Subject::Profile(_) => "profile",
                Subject::State(_) => "state",
                Subject::Stock(_) => "stock",
                Subject::Rest { .. } => "rest",
            },
            StatementKind::Step(step) => match step {
                Step::Person(line) => match &line.act {
                    PersonAct::Says(_) => "writes",
                    PersonAct::Taps(_) => "taps",
                    PersonAct::SharesContact { .. } => "shares",
                    PersonAct::SendsPicture { .. } => "picture",
                    PersonAct::Sends(_) => "sends",
                    PersonAct::EditsLast { .. } => "edits last",
                    PersonAct::Forwards(_) => "forwards",
                    PersonAct::Blocks => "blocks",
                    PersonAct::Unblocks => "unblocks",
                    PersonAct::SaysInGroup(_) => "group",
                },
                Step::AtOnce(_) => "at once",
                Step::Redeliver => "again",
                Step::Restart => "restart",
                Step::After { .. } => "after",
                Step::At(_) => "at",
                Step::Disturb { .. } => "disturb",
            },
        }
    }

    #[test]
    fn the_parser_reads_every_example_and_every_kind_of_sentence_has_one() {
        let mut kinds = BTreeSet::new();
        for Sentence { example, .. } in SECTIONS.iter().flat_map(|section| section.sentences) {
            let before = "Given Anna, a customer\nGiven Boris, a customer\nAnna: hi\nBot (ask): hi\nAnna: hi\n";
            let text = format!("{before}{example}\n");
            let script = parse(&text).unwrap_or_else(|error| panic!("{example}: {error}"));
            kinds.insert(kind(&script.statements.last().unwrap().kind));
        }
        let all = "given let says edits deletes toast alert silent cart orders profile state stock rest writes taps shares \
                   picture sends forwards blocks unblocks group again restart after at disturb";
        let all: BTreeSet<&str> = all.split_whitespace().chain(["at once", "edits last"]).collect();
        assert_eq!(kinds, all);
    }

    #[test]
    fn other_words_lead_to_sentences() {
        let known: Vec<&str> = sentences().collect();
        assert!(OTHER_WORDS.iter().all(|(_, meant)| known.contains(meant)));
    }

    #[test]
    fn the_page_beside_the_transcripts_is_this_table() {
        let written = include_str!("../../transcripts/README.md");
        assert!(
            written == page(),
            "run `cargo run -q -- transcripts help --markdown >dialogues/transcripts/README.md`"
        );
    }
}
