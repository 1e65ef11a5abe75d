//! The rules for what a shop writes: titles, descriptions, news. One set for the folder that `seed` reads, for
//! documents that programs write into MongoDB, and for the API.
//!
//! Lengths are counted in characters (Unicode scalar values). A document in MongoDB that breaks a rule is *flawed*: it
//! is shown, cut to what Telegram takes, and reported; one whose title nobody can see is not usable at all, since no
//! button can carry it.

use std::fmt;

use super::Characteristics;
use super::text::is_visible;

/// The most characters of a product's, category's or news item's title.
pub const TITLE_LIMIT: usize = 200;
/// The most characters of a product's description; a longer one does not fit into a message.
pub const DESCRIPTION_LIMIT: usize = 4000;
/// The most characters of a category's description.
pub const CATEGORY_DESCRIPTION_LIMIT: usize = 1000;
/// The most characters of a news item's body.
pub const BODY_LIMIT: usize = 3500;
/// The most characteristics of a product.
pub const CHARACTERISTICS_LIMIT: usize = 24;
/// The most characters of a characteristic's name.
pub const NAME_LIMIT: usize = 80;
/// The most characters of a characteristic's value.
pub const VALUE_LIMIT: usize = 200;
/// The most pieces in stock; what never runs out is [`Stock::Always`](super::Stock::Always).
pub const STOCK_LIMIT: u32 = 1_000_000_000;
/// The last position in a list.
pub const POSITION_LIMIT: u32 = 1_000_000_000;
/// The most characters of a reason that customers read: why an order is cancelled, or the shop pauses.
pub const REASON_LIMIT: usize = 300;
/// The most characters of a shop's name.
pub const SHOP_NAME_LIMIT: usize = 64;

/// Why a text may not stand where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextProblem {
    #[error("it must have visible characters")]
    Blank,
    #[error("it must not have control characters or line breaks")]
    ControlInLine,
    #[error("it must not have control characters other than line breaks and tabs")]
    Control,
    #[error("it must have at most {0} characters")]
    TooLong(usize),
}

/// A rule that something breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The field, such as `title`, or `characteristics/2/value`.
    pub field: String,
    /// What is wrong with it, without its content.
    pub problem: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

/// A text of one line that says something: a title, the name of a characteristic.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_line(text: &str, limit: usize) -> Result<(), TextProblem> {
    match () {
        () if text.chars().count() > limit => Err(TextProblem::TooLong(limit)),
        () if !is_visible(text) => Err(TextProblem::Blank),
        () if text.chars().any(char::is_control) => Err(TextProblem::ControlInLine),
        () => Ok(()),
    }
}

/// A text of any number of lines, which may be empty: a description.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_prose(text: &str, limit: usize) -> Result<(), TextProblem> {
    match () {
        () if text.chars().count() > limit => Err(TextProblem::TooLong(limit)),
        () if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) => Err(TextProblem::Control),
        () if !text.trim().is_empty() && !is_visible(text) => Err(TextProblem::Blank),
        () => Ok(()),
    }
}

/// Collects the rules that something breaks.
#[derive(Default)]
pub(super) struct Flaws(pub(super) Vec<Flaw>);

impl Flaws {
    /// The name of the field is put together only where a rule is broken: 50,000 products are checked when the shop starts.
    pub(super) fn check(&mut self, field: impl fmt::Display, checked: Result<(), TextProblem>) {
        if let Err(problem) = checked {
            self.add(field, problem.to_string());
        }
    }

    fn add(&mut self, field: impl fmt::Display, problem: String) {
        self.0.push(Flaw { field: field.to_string(), problem });
    }

    pub(super) fn number(&mut self, field: &str, number: u32, most: u32) {
        if number > most {
            self.add(field, format!("it must be from 0 to {most}"));
        }
    }

    pub(super) fn characteristics(&mut self, field: impl fmt::Display + Copy, rows: &Characteristics) {
        if rows.len() > CHARACTERISTICS_LIMIT {
            self.add(field, format!("it must have at most {CHARACTERISTICS_LIMIT} items"));
        }
        for (place, (name, value)) in rows.iter().enumerate() {
            self.check(format_args!("{field}/{place}/name"), check_line(name, NAME_LIMIT));
            self.check(format_args!("{field}/{place}/value"), check_line(value, VALUE_LIMIT));
        }
    }
}

/// The rules that a news item breaks, which may be a draft.
pub fn news_flaws(headline: &str, body: &str) -> Vec<Flaw> {
    let mut flaws = Flaws::default();
    flaws.check("headline", check_line(headline, TITLE_LIMIT));
    flaws.check("body", check_prose(body, BODY_LIMIT));
    flaws.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_visible_characters_and_no_control_characters() {
        assert_eq!(check_line("Sencha 🍵", 200), Ok(()));
        for blank in ["", "  ", "\u{200b}", "\u{2800}", "\u{ad}\u{200d}", "\u{3164}", "\u{feff}\u{2066}\u{2069}"] {
            assert_eq!(check_line(blank, 200), Err(TextProblem::Blank), "{blank:?}");
        }
        assert_eq!(check_line("A\nB", 200), Err(TextProblem::ControlInLine));
        assert_eq!(check_line(&"ї".repeat(200), 200), Ok(()));
        assert_eq!(check_line(&"ї".repeat(201), 200), Err(TextProblem::TooLong(200)));
    }

    #[test]
    fn prose_may_be_empty_but_not_invisible() {
        assert_eq!(check_prose("", 10), Ok(()));
        assert_eq!(check_prose("a\r\n\tb", 10), Ok(()));
        assert_eq!(check_prose("a\u{7}", 10), Err(TextProblem::Control));
        assert_eq!(check_prose("\u{200b}", 10), Err(TextProblem::Blank));
    }
}
