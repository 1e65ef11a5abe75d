//! One line of text with gaps: `…` for any text, `{order}` for what a `Let` describes.

use std::fmt::Write;

use super::captures::{Captures, strip};

/// Whether an ellipsis in a text stands for any text, or only for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dots {
    /// In what the bot says.
    Any,
    /// In what a person says, where nothing can be left open.
    Plain,
}

/// A text as a transcript writes it, its backslashes taken off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template(Vec<Piece>);

/// A part of a template: text, or a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    Any,
    Capture(String),
}

impl Template {
    /// Reads a text. Never fails: what is not a gap is text.
    pub fn parse(text: &str, dots: Dots) -> Self {
        let mut template = Self::default();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let slashes = rest.len() - rest.trim_start_matches('\\').len();
            let gap = gap(&rest[slashes..], dots);
            match gap {
                // A backslash takes the meaning from a gap; of several, one is used up by that.
                Some((_, _)) if slashes > 0 => {
                    let bare = rest[slashes..].chars().next().map_or(0, char::len_utf8);
                    template.push_text(&rest[1..slashes + bare]);
                    rest = &rest[slashes + bare..];
                }
                Some((piece, length)) => {
                    template.push(piece);
                    rest = &rest[length..];
                }
                None => {
                    let length = slashes.max(first.len_utf8());
                    template.push_text(&rest[..length]);
                    rest = &rest[length..];
                }
            }
        }
        template
    }

    /// A text without gaps, as it was seen: its no-break spaces become the spaces that people type.
    pub fn literal(text: &str) -> Self {
        let mut template = Self::default();
        template.push_text(&text.replace(['\u{a0}', '\u{202f}'], " "));
        template
    }

    /// A seen text in which everything that a `Let` describes becomes `{name}`.
    pub fn captured(text: &str, captures: &mut Captures) -> Self {
        let Self(pieces) = Self::literal(text);
        let mut template = Self::default();
        let Some(Piece::Text(text)) = pieces.first() else { return template };
        let (mut rest, mut before) = (text.as_str(), ' ');
        while let Some(first) = rest.chars().next() {
            // Behind a backslash a gap could not be told from an escaped one.
            let whole = !before.is_alphanumeric() && before != '\\';
            if let Some((name, length)) = captures.find_at(rest).filter(|_| whole) {
                template.push(Piece::Capture(name));
                before = '0';
                rest = &rest[length..];
            } else {
                template.push_text(&rest[..first.len_utf8()]);
                before = first;
                rest = &rest[first.len_utf8()..];
            }
        }
        template
    }

    /// Its parts, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The names in `{}`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Capture(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Whether `text` reads so. What was captured on the way stays captured only if it does.
    pub fn matches(&self, text: &str, captures: &mut Captures) -> bool {
        let mark = captures.mark();
        let matched = walk(&self.0, text, captures);
        if !matched {
            captures.undo(mark);
        }
        matched
    }

    /// Whether a part of `text` reads so.
    pub fn is_within(&self, text: &str, captures: &mut Captures) -> bool {
        let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        let mut open = self.0.clone();
        open.push(Piece::Any);
        let mark = captures.mark();
        starts.into_iter().any(|at| {
            let found = walk(&open, &text[at..], captures);
            if !found {
                captures.undo(mark);
            }
            found
        })
    }

    /// The text with all captures filled in.
    pub fn fill(&self, captures: &Captures) -> Result<String, String> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Any => text.push('…'),
                Piece::Capture(name) => text.push_str(captures.value(name)?),
            }
        }
        Ok(text)
    }

    /// The text without gaps; `…` and `{name}` where there are some.
    pub fn plain(&self) -> std::borrow::Cow<'_, str> {
        match self.0.as_slice() {
            [] => "".into(),
            [Piece::Text(text)] => text.as_str().into(),
            _ => self.print(Dots::Plain).into(),
        }
    }

    /// The inverse of [`Template::parse`].
    pub fn print(&self, dots: Dots) -> String {
        let mut line = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => escape(text, dots, &mut line),
                Piece::Any => line.push('…'),
                // Writing into a string cannot fail.
                Piece::Capture(name) => drop(write!(line, "{{{name}}}")),
            }
        }
        line
    }

    fn push(&mut self, piece: Piece) {
        if piece != Piece::Any || self.0.last() != Some(&Piece::Any) {
            self.0.push(piece);
        }
    }

    fn push_text(&mut self, part: &str) {
        match self.0.last_mut() {
            Some(Piece::Text(text)) => text.push_str(part),
            _ if part.is_empty() => {}
            _ => self.0.push(Piece::Text(part.to_owned())),
        }
    }
}

/// The gap at the beginning of `text`, and its length in bytes.
fn gap(text: &str, dots: Dots) -> Option<(Piece, usize)> {
    if dots == Dots::Any && text.starts_with('…') {
        return Some((Piece::Any, '…'.len_utf8()));
    }
    let (name, _) = text.strip_prefix('{')?.split_once('}')?;
    is_name(name).then(|| (Piece::Capture(name.to_owned()), name.len() + 2))
}

/// Whether `{name}` is a capture. Anything else in braces is text.
pub fn is_name(name: &str) -> bool {
    name.starts_with(char::is_alphabetic) && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn escape(text: &str, dots: Dots, line: &mut String) {
    for (at, c) in text.char_indices() {
        if gap(&text[at..], dots).is_some() {
            line.push('\\');
        }
        line.push(c);
    }
}

fn walk(pieces: &[Piece], text: &str, captures: &mut Captures) -> bool {
    match pieces {
        [] => text.is_empty(),
        [Piece::Any] => true,
        [Piece::Text(part), rest @ ..] => strip(text, part).is_some_and(|text| walk(rest, text, captures)),
        [Piece::Capture(name), rest @ ..] => {
            captures.take(name, text).is_some_and(|length| walk(rest, &text[length..], captures))
        }
        [Piece::Any, rest @ ..] => {
            let mark = captures.mark();
            text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| {
                captures.undo(mark);
                walk(rest, &text[at..], captures)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captures() -> Captures {
        let mut captures = Captures::default();
        captures.declare("order", "###-@@");
        captures
    }

    #[test]
    fn a_gap_matches_any_text_and_a_backslash_takes_its_meaning() {
        let fits = |pattern: &str, text: &str| Template::parse(pattern, Dots::Any).matches(text, &mut captures());
        assert!(fits("a…c", "abc") && fits("a…c", "ac") && fits("…", "") && fits("…b…", "abc"));
        assert!(!fits("a…c", "ab") && !fits("", "x"));
        assert!(fits(r"wait\…", "wait…") && !fits(r"wait\…", "wait here"));
        assert!(fits(r"\{order}", "{order}") && !fits(r"\{order}", "123-ab"));
        assert!(fits(r"\\{order}", r"\{order}") && fits(r"C:\temp\{1}", r"C:\temp\{1}"));
        assert!(fits("1 040 ₴", "1\u{a0}040\u{a0}₴"), "people type plain spaces");
    }

    #[test]
    fn the_first_sight_captures_and_later_sights_must_agree() {
        let mut captures = captures();
        let template = Template::parse("…Order {order}!", Dots::Any);
        assert!(!template.matches("Order 12x-ab!", &mut captures));
        assert!(template.matches("Your Order 123-ab!", &mut captures));
        assert!(!template.matches("Order 124-ab!", &mut captures));
        assert_eq!(Template::parse("see {order}", Dots::Plain).fill(&captures), Ok("see 123-ab".to_owned()));
    }

    #[test]
    fn what_failed_to_match_captures_nothing() {
        let mut captures = captures();
        assert!(!Template::parse("{order}!", Dots::Any).matches("123-ab?", &mut captures));
        assert!(captures.value("order").is_err());
    }

    #[test]
    fn seen_values_are_written_back_as_names() {
        let mut captures = captures();
        let print = |text: &str, captures: &mut Captures| Template::captured(text, captures).print(Dots::Any);
        assert_eq!(print("No. 123-ab, x9123-ab, …", &mut captures), r"No. {order}, x9123-ab, \…");
        assert_eq!(print("124-ab and 123-ab", &mut captures), "124-ab and {order}");
    }

    proptest::proptest! {
        #[test]
        fn a_printed_template_reads_back(text in r"[\\…{}a-c ]{0,12}") {
            for dots in [Dots::Any, Dots::Plain] {
                let template = Template::parse(&text, dots);
                proptest::prop_assert_eq!(Template::parse(&template.print(dots), dots), template);
            }
        }

        #[test]
        fn a_literal_matches_only_itself(text in r"[\\…{}a-c ]{0,12}", other in r"[\\…{}a-c ]{0,12}") {
            let printed = Template::literal(&text).print(Dots::Any);
            let template = Template::parse(&printed, Dots::Any);
            proptest::prop_assert!(template.matches(&text, &mut Captures::default()), "{}", printed);
            proptest::prop_assert_eq!(template.matches(&other, &mut Captures::default()), text == other);
        }
    }
}
