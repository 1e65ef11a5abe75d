//! What is wrong with a document, in words that do not repeat what stands in it.
//!
//! serde quotes values: of `invalid type: string "Khreshchatyk 1", expected u16` only the kinds are kept. It also does
//! not say where, since an enum with a tag is read from a copy; so the field is found by leaving fields out one by one.
//! What stands behind the wrong one is never looked at, so it is the last one without which serde says something else.

use bson::{Bson, Document};
use serde::de::DeserializeOwned;

/// Tags lead to other shapes when they are left out.
const TAGS: [&str; 2] = ["flow", "state"];

/// So many fields are tried.
const MOST_TRIED: usize = 300;

/// Why a document cannot be read as a `T`; `None` if it can.
pub(in super::super) fn fault<T: DeserializeOwned>(document: &Document) -> Option<String> {
    let problem = problem::<T>(document)?;
    let said = spoken(&problem);
    if problem.starts_with("missing field") {
        return Some(said);
    }
    let culprit = paths(document).into_iter().rev().find(|path| {
        let tag = path.last().is_none_or(|name| TAGS.contains(&name.as_str()));
        !tag && problem_without::<T>(document, path).as_ref() != Some(&problem)
    });
    Some(culprit.map_or(said.clone(), |path| format!("{}: {said}", path.join("."))))
}

/// The same of one field; a missing one is none of its business.
pub(in super::super) fn field_fault<T: DeserializeOwned>(document: &Document, name: &str) -> Option<String> {
    let value = document.get(name).filter(|value| !matches!(value, Bson::Null))?;
    if bson::deserialize_from_bson::<T>(value.clone()).is_ok() {
        return None;
    }
    let inner = value.as_document().and_then(fault::<T>);
    let said = inner.or_else(|| {
        let error = bson::deserialize_from_bson::<T>(value.clone()).err()?;
        Some(spoken(error.message.as_deref().unwrap_or_default()))
    });
    Some(format!("{name}: {}", said.unwrap_or_default()))
}

/// Flow and state as they stand in a dialogue. Whatever is no name of ours is not repeated.
pub(in super::super) fn state_of(document: &Document) -> Option<String> {
    let dialogue = document.get_document("conversation").ok()?.get_document("dialogue").ok()?;
    let name = |tag: &str| {
        let name = dialogue.get_str(tag).ok()?;
        let ours = name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        ours.then_some(name)
    };
    Some(format!("{}.{}", name("flow").unwrap_or("?"), name("state").unwrap_or("?")))
}

fn problem<T: DeserializeOwned>(document: &Document) -> Option<String> {
    let error = bson::deserialize_from_document::<T>(document.clone()).err()?;
    Some(error.message.unwrap_or_else(|| error.kind.to_string()))
}

fn problem_without<T: DeserializeOwned>(document: &Document, path: &[String]) -> Option<String> {
    let mut without = document.clone();
    remove(&mut without, path);
    problem::<T>(&without)
}

/// All fields in their order, each before what stands in it; those in lists by their number.
fn paths(document: &Document) -> Vec<Vec<String>> {
    fn walk(document: &Document, at: &[String], all: &mut Vec<Vec<String>>) {
        for (name, value) in document {
            let here = [at, std::slice::from_ref(name)].concat();
            if all.len() < MOST_TRIED {
                all.push(here.clone());
            }
            match value {
                Bson::Document(inside) => walk(inside, &here, all),
                Bson::Array(items) => {
                    for (place, item) in items.iter().enumerate() {
                        if let Bson::Document(inside) = item {
                            walk(inside, &[here.as_slice(), &[place.to_string()]].concat(), all);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    let mut all = Vec::new();
    walk(document, &[], &mut all);
    all
}

fn remove(document: &mut Document, path: &[String]) {
    match path {
        [] => {}
        [name] => drop(document.remove(name)),
        [name, rest @ ..] => match (document.get_mut(name), rest) {
            (Some(Bson::Document(inside)), rest) => remove(inside, rest),
            (Some(Bson::Array(items)), [place, rest @ ..]) => {
                let item = place.parse().ok().and_then(|place: usize| items.get_mut(place));
                if let Some(Bson::Document(inside)) = item {
                    remove(inside, rest);
                }
            }
            _ => {}
        },
    }
}

/// serde's sentence without the values that it quotes.
fn spoken(problem: &str) -> String {
    // Whatever was quoted stands before the last “expected”.
    let expected = problem.rsplit_once(", expected ").map(|(_, expected)| expected.trim_end_matches('.'));
    let kind = |rest: &str| rest.split(['`', '"', ',']).next().unwrap_or_default().trim().to_owned();
    if let Some(field) = problem.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        return format!("the field {field} is missing");
    }
    match (problem.split_once(": "), expected) {
        (Some(("invalid type", rest)), Some(expected)) => format!("{} where {expected} is expected", kind(rest)),
        (Some(("invalid value", rest)), Some(expected)) => {
            format!("a value ({}) that is not allowed where {expected} is expected", kind(rest))
        }
        (Some(("invalid length", _)), Some(expected)) => format!("too long or too short: {expected} is expected"),
        (_, Some(expected)) if problem.starts_with("unknown variant") => {
            format!("none of those that this program knows, which are {}", expected.trim_start_matches("one of "))
        }
        _ => "a value that this program does not allow".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;
    use dialogues::machine::Conversation;
    use dialogues::shop::Contact;

    use super::*;

    #[test]
    fn no_word_of_the_content_is_repeated() {
        for (problem, said) in [
            (r#"invalid type: string "Kyiv, expected 7", expected u16"#, "string where u16 is expected"),
            ("invalid type: integer `380671112233`, expected a string", "integer where a string is expected"),
            (
                "unknown variant `anna@example.com`, expected `menu`",
                "none of those that this program knows, which are `menu`",
            ),
            ("“anna@example.com” is no e-mail", "a value that this program does not allow"),
            ("missing field `form`", "the field form is missing"),
        ] {
            assert_eq!(spoken(problem), said);
        }
    }

    #[test]
    fn the_field_is_found_also_deep_inside_of_an_enum_with_a_tag() {
        let reviewing = |form: Document| {
            let dialogue = doc! { "flow": "checkout", "state": "reviewing", "form": form };
            doc! { "dialogue": dialogue, "serial": 1, "keyboard": "menu" }
        };
        let good = doc! { "id": "00c0ffee00c0ffee", "phone": "+380671112233" };
        assert_eq!(fault::<Conversation>(&reviewing(good)), None);
        let retyped = doc! { "id": "00c0ffee00c0ffee", "phone": 380_671_112_233_i64 };
        let said = fault::<Conversation>(&reviewing(retyped)).unwrap();
        assert!(said.starts_with("dialogue.form.phone: ") && !said.contains("3806"), "{said}");
        let lost = doc! { "phone": "+380671112233" };
        assert_eq!(fault::<Conversation>(&reviewing(lost)).unwrap(), "the field id is missing");
        assert!(
            field_fault::<Contact>(&doc! { "contact": { "email": 7 } }, "contact").unwrap().starts_with("contact: ")
        );
    }
}
