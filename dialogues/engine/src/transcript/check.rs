//! Holds a `Check` against what the stage knows.

use super::ast::Check;
use super::captures::Captures;
use super::template::Template;
use super::{CheckSubject, Sentences};

/// A sentence for each field that is not as written. `of` is what was looked at, its captures filled in.
pub(crate) fn complaints<L: Sentences>(
    check: &Check<L>,
    of: &L::Subject,
    found: &[(String, String)],
    captures: &mut Captures,
) -> Vec<String> {
    let complaint = |(name, expected): &(String, Template)| {
        let value = found.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim());
        let none = expected.plain() == "none";
        match value {
            None if none && of.leaves_out() => None,
            None => Some(unknown(name, of, found)),
            Some("" | "none") if none => None,
            Some(value) if expected.matches(value, captures) => None,
            Some(value) => {
                let expected = expected.fill(captures).unwrap_or_else(|_| expected.plain().into_owned());
                let value = if value.is_empty() { "none" } else { value };
                Some(format!("{name}: expected \"{expected}\", found \"{value}\""))
            }
        }
    };
    check.fields.iter().filter_map(complaint).collect()
}

fn unknown(name: &str, of: &impl CheckSubject, found: &[(String, String)]) -> String {
    let known: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    format!("{name}: there is no such field; {} has {}", of.write(), known.join(", "))
}
