//! Holds a `Check` against what the stage knows.

use super::Subject;
use super::ast::Check;
use super::captures::Captures;
use super::print::subject;
use super::template::Template;

/// A sentence for each field that is not as written. `of` is what was looked at, its captures filled in.
pub(super) fn complaints(
    check: &Check,
    of: &Subject,
    found: &[(String, String)],
    captures: &mut Captures,
) -> Vec<String> {
    let complaint = |(name, expected): &(String, Template)| {
        let value = found.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim());
        let none = expected.plain() == "none";
        match value {
            // An answer of the REST interface leaves out what is not there.
            None if none && matches!(of, Subject::Rest { .. }) => None,
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

fn unknown(name: &str, of: &Subject, found: &[(String, String)]) -> String {
    let known: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    format!("{name}: there is no such field; {} has {}", subject(of), known.join(", "))
}
