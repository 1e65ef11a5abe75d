//! Members that GET shows and nobody can set. What GET has answered may be sent back by PUT and PATCH: such members are
//! taken if they are what GET shows at that moment, and refused if they are not, so that nobody believes to have set
//! them.

use chrono::DateTime;
use serde_json::Value;

use super::problem::{Code, FieldError, Problem};

/// The read-only members that a body has, and their values.
pub(crate) struct ReadOnly(Vec<(&'static str, Value)>);

impl ReadOnly {
    /// Of a request whose body is no JSON.
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    /// Takes the members at these JSON pointers out of a body.
    pub(crate) fn taken_from(body: &mut Value, pointers: &[&'static str]) -> Self {
        let take = |pointer: &&'static str| {
            let (parent, name) = pointer.rsplit_once('/')?;
            let value = body.pointer_mut(parent)?.as_object_mut()?.remove(name)?;
            Some((*pointer, value))
        };
        Self(pointers.iter().filter_map(take).collect())
    }

    /// Refuses members that are not as they are shown.
    pub(crate) fn check(&self, shown: &str) -> Result<(), Problem> {
        if self.0.is_empty() {
            return Ok(());
        }
        let shown: Value = serde_json::from_str(shown).unwrap_or_default();
        let is_shown = |(pointer, value): &&(&str, Value)| shown.pointer(pointer).is_some_and(|now| same(now, value));
        let wrong = self.0.iter().filter(|member| !is_shown(member)).map(|(pointer, _)| {
            let name = pointer[1..].replace('/', ".");
            let detail = format!("{name} cannot be set: leave it out, or send it as GET shows it now");
            FieldError::field(*pointer, "read_only", detail)
        });
        match wrong.collect::<Vec<_>>() {
            none if none.is_empty() => Ok(()),
            wrong => Err(Problem::with_errors(Code::InvalidFields, wrong)),
        }
    }
}

/// Whether two values say the same; clients may spell a time in another way.
fn same(one: &Value, other: &Value) -> bool {
    let time = |value: &Value| value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    one == other || time(one).is_some_and(|one| time(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const POINTERS: [&str; 3] = ["/id", "/price/text", "/modified"];

    #[test]
    fn what_is_shown_may_be_sent_back_and_nothing_else() {
        let shown =
            json!({ "id": "a", "price": { "text": "1 ₴" }, "modified": "2026-03-14T12:00:00.100Z" }).to_string();
        for (body, fine) in [
            (json!({ "title": "x" }), true),
            (json!({ "id": "a", "price": { "amount": 1, "text": "1 ₴" } }), true),
            (json!({ "modified": "2026-03-14T14:00:00.1+02:00" }), true),
            (json!({ "id": "b" }), false),
            (json!({ "id": null }), false),
            (json!({ "price": { "text": "2 ₴" } }), false),
            (json!({ "modified": "2026-03-14T12:00:00Z" }), false),
        ] {
            let mut left = body.clone();
            let taken = ReadOnly::taken_from(&mut left, &POINTERS);
            assert_eq!(taken.check(&shown).is_ok(), fine, "{body}");
            assert!(POINTERS.iter().all(|pointer| left.pointer(pointer).is_none()), "{left}");
        }
        for no_object in [json!([]), json!({ "price": 5 }), json!(null)] {
            assert!(ReadOnly::taken_from(&mut no_object.clone(), &POINTERS).0.is_empty());
        }
    }
}
