//! The shop's sentences, by examples, and how the page for authors of transcripts begins.

use engine::transcript::Sentence;

const fn says(example: &'static str, meaning: &'static str) -> Sentence {
    Sentence::new(example, meaning)
}

pub(super) const GIVENS: &[Sentence] = &[
    says("Given the catalogue tea-house", "the shop sells what the demo shop sells"),
    says("Given the time is 2026-03-14 10:00", "the clock (UTC) shows that"),
    says("Given the shop asks for no e-mail", "as its owner has set it; else a checkout asks for one"),
    says("Given the shop sends receipts by e-mail", "as its owner has set it; else nobody promises one"),
    says("Given the shop reminds of carts after 4 hours", "as its owner has set it; else it reminds nobody"),
    says("Given 4 of Sencha in stock", "so many are left"),
    says("Given Sencha costs 500.00", "another price"),
    says("Given Sencha has a discount of 20 %", "from 0 to 100 %"),
    says("Given Sencha has no discount", "the full price"),
    says("Given Sencha is hidden", "customers do not see it"),
    says("Given Sencha is shown", "they see it again"),
    says("Given Sencha is deleted", "it is not sold any more"),
    says("Given Sencha is moved to China", "it is in another category"),
    says(
        "Given the description of Sencha is It tastes of the sea.",
        "any other field that is a text, a number, or yes or no; none for nothing",
    ),
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

pub(super) const CHECKS: &[Sentence] = &[
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

pub(super) const INTRODUCTION: &str = "\
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use engine::transcript::ast::StatementKind;
    use engine::transcript::help::page;

    use super::*;
    use crate::app::Shop;
    use crate::transcript::{Subject, parse};

    /// What a check looks at. A new subject does not compile until it is named, and then it needs an example.
    fn subject(subject: &Subject) -> &'static str {
        match subject {
            Subject::Cart(_) => "cart",
            Subject::Orders(_) => "orders",
            Subject::Profile(_) => "profile",
            Subject::State(_) => "state",
            Subject::Stock(_) => "stock",
            Subject::Rest { .. } => "rest",
        }
    }

    #[test]
    fn the_parser_reads_every_example_and_every_subject_has_one() {
        let mut subjects = BTreeSet::new();
        for Sentence { example, .. } in GIVENS.iter().chain(CHECKS) {
            let text = format!("Given Anna, a customer\nGiven Boris, a customer\n{example}\n");
            let script = parse(&text).unwrap_or_else(|error| panic!("{example}: {error}"));
            if let StatementKind::Check(check) = &script.statements.last().unwrap().kind {
                subjects.insert(subject(&check.subject));
            }
        }
        assert_eq!(subjects, ["cart", "orders", "profile", "rest", "state", "stock"].into());
    }

    #[test]
    fn the_canonical_spelling_prints_as_it_is() {
        let canonical = include_str!("page/canonical.chat");
        assert_eq!(parse(canonical).unwrap().print(), canonical);
    }

    #[test]
    fn the_page_beside_the_transcripts_is_this_table() {
        let written = include_str!("../../transcripts/README.md");
        assert!(
            written == page::<Shop>(),
            "run `cargo run -q -- transcripts help --markdown >dialogues/transcripts/README.md`"
        );
    }
}
