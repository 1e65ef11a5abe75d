//! Bodies: read up to a limit, then field by field, all mistakes told at once, unknown fields refused.

use std::collections::BTreeSet;

use chrono::{DateTime, SubsecRound, Utc};
use dialogues::moment::kept;
use dialogues::shop::rules::{self, TextProblem};
use dialogues::shop::{Language, PictureKind, TRANSLATIONS};
use rocket::data::{Data, FromData, Outcome, ToByteUnit};
use rocket::http::ContentType;
use rocket::request::Request;
use serde_json::{Map, Value};
use strum::IntoEnumIterator;

use super::json;
use super::problem::{Code, FieldError, Problem, shortened};

/// The most KiB of a JSON body about one thing.
const MOST_KIB: u64 = 256;

/// A JSON body as it was sent, of so many KiB at most.
pub(crate) struct Json<const KIB: u64 = MOST_KIB> {
    pub(crate) bytes: Vec<u8>,
}

#[rocket::async_trait]
impl<'r, const KIB: u64> FromData<'r> for Json<KIB> {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let fits = request
            .content_type()
            .is_some_and(|kind| kind.is_json() || (kind.top() == "application" && kind.sub() == "merge-patch+json"));
        if !fits {
            let problem = Problem::new(
                Code::UnsupportedMediaType,
                "the body must be JSON; say so with “Content-Type: application/json”",
            );
            return Outcome::Error(problem.refuse(request));
        }
        match read(data, KIB * 1024).await {
            Ok(bytes) => Outcome::Success(Self { bytes }),
            Err(problem) => Outcome::Error(problem.refuse(request)),
        }
    }
}

/// A picture's bytes as they were sent.
pub(crate) struct Raw(pub(crate) Vec<u8>);

#[rocket::async_trait]
impl<'r> FromData<'r> for Raw {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        // A form or a JSON text is no picture, whatever is in it.
        let raw = |kind: &ContentType| kind.top() == "image" || *kind == ContentType::Binary;
        if !request.content_type().is_none_or(raw) {
            let problem =
                Problem::new(Code::UnsupportedMediaType, "send the picture itself, as image/jpeg or the like");
            return Outcome::Error(problem.refuse(request));
        }
        match read(data, PictureKind::MOST_BYTES as u64).await {
            Ok(bytes) => Outcome::Success(Self(bytes)),
            Err(problem) => Outcome::Error(problem.refuse(request)),
        }
    }
}

async fn read(data: Data<'_>, most: u64) -> Result<Vec<u8>, Problem> {
    let bytes = data.open(most.bytes()).into_bytes().await;
    let bytes = bytes.map_err(|_| Problem::new(Code::Malformed, "the body did not arrive whole"))?;
    if bytes.is_complete() {
        return Ok(bytes.into_inner());
    }
    Err(Problem::new(Code::TooLarge, format!("a body has at most {} KiB here", most / 1024)))
}

impl<const KIB: u64> Json<KIB> {
    pub(crate) fn value(&self) -> Result<Value, Problem> {
        json::parse(&self.bytes)
    }
}

/// What a field is, or why it cannot be that; pointers are relative to the field.
pub(crate) type Read<T> = Result<T, Vec<FieldError>>;

/// One mistake about the field itself.
pub(crate) fn wrong<T>(code: &str, detail: impl Into<String>) -> Read<T> {
    Err(vec![FieldError::field("", code, detail)])
}

/// The fields of an object that have not been read yet.
pub(crate) struct Fields {
    left: Map<String, Value>,
    errors: Vec<FieldError>,
    /// Fields that a patch does not name, which stay as they are.
    kept: Option<Named>,
}

impl Fields {
    pub(crate) fn of(value: &Value) -> Read<Self> {
        match value {
            Value::Object(fields) => Ok(Self { left: fields.clone(), errors: Vec::new(), kept: None }),
            _ => wrong("wrong_type", "it must be an object"),
        }
    }

    /// The fields of a patch. What it does not name is not missing.
    pub(crate) fn of_patch(value: &Value, named: Named) -> Read<Self> {
        Ok(Self { kept: Some(named), ..Self::of(value)? })
    }

    /// A field that a patch leaves as it is stored.
    pub(crate) fn keeps(&self, name: &str) -> bool {
        self.kept.as_ref().is_some_and(|named| !named.has(name))
    }

    /// A field that must be there.
    pub(crate) fn required<T>(&mut self, name: &str, read: impl FnOnce(&Value) -> Read<T>) -> Option<T> {
        if !self.left.contains_key(name) && !self.keeps(name) {
            self.errors.push(FieldError::field(format!("/{name}"), "required", format!("{name} is missing")));
        }
        self.optional(name, read)
    }

    /// A field that may be left out.
    pub(crate) fn optional<T>(&mut self, name: &str, read: impl FnOnce(&Value) -> Read<T>) -> Option<T> {
        let value = self.left.remove(name)?;
        match read(&value) {
            Ok(value) => Some(value),
            Err(errors) => {
                self.errors.extend(errors.into_iter().map(|error| below(name, error)));
                None
            }
        }
    }

    /// What was read, if nothing was wrong and nothing is left.
    pub(crate) fn finish<T>(mut self, read: Option<T>) -> Read<T> {
        for name in self.left.keys() {
            let detail = format!("{}: there is no such field here, or it cannot be set", shortened(name));
            self.errors.push(FieldError::field(format!("/{}", escaped(name)), "unknown", detail));
        }
        match read {
            Some(read) if self.errors.is_empty() => Ok(read),
            _ => Err(self.errors),
        }
    }
}

/// The error of a part, as seen from the whole.
pub(crate) fn below(name: &str, error: FieldError) -> FieldError {
    let pointer = error.pointer.unwrap_or_default();
    FieldError { pointer: Some(format!("/{}{pointer}", escaped(name))), ..error }
}

/// A name as a part of a JSON pointer.
fn escaped(name: &str) -> String {
    shortened(name).replace('~', "~0").replace('/', "~1")
}

/// Reads a whole body.
pub(crate) fn read_body<T>(value: &Value, read: impl FnOnce(&Value) -> Read<T>) -> Result<T, Problem> {
    read(value).map_err(|errors| Problem::with_errors(Code::InvalidFields, errors))
}

/// A thing as a patch leaves it (RFC 7386). `null` takes a field away that has a default; any other is left
/// standing as `null`, so that it is refused where it may not be that, and an unknown one is refused, too.
pub(crate) fn merged(mut whole: Value, patch: &Value, defaulted: &[&str]) -> Result<Value, Problem> {
    let wrong = || read_body(patch, |_| wrong::<Value>("wrong_type", "a patch must be an object"));
    let (Value::Object(fields), Value::Object(changes)) = (&mut whole, patch) else { return wrong() };
    for (name, change) in changes {
        match (fields.get_mut(name), change) {
            (_, Value::Null) if defaulted.contains(&name.as_str()) => drop(fields.remove(name)),
            // Everything in translations may be left out.
            (Some(part @ Value::Object(_)), Value::Object(_)) if name == TRANSLATIONS => put_together(part, change),
            (Some(part @ Value::Object(_)), Value::Object(_)) => *part = merged(part.take(), change, &[])?,
            _ => drop(fields.insert(name.clone(), change.clone())),
        }
    }
    Ok(whole)
}

/// Merges a part of which every member may be left out, as RFC 7386 has it.
fn put_together(part: &mut Value, change: &Value) {
    let (Value::Object(fields), Value::Object(changes)) = (&mut *part, change) else {
        return part.clone_from(change);
    };
    for (name, change) in changes {
        match change {
            Value::Null => drop(fields.remove(name)),
            change => put_together(fields.entry(name).or_insert_with(|| Value::Object(Map::new())), change),
        }
    }
}

/// What a patch changes: the fields that it names, as they are then, and the names of all of them. What it does not name
/// stays as it is stored, whatever rule that breaks.
pub(crate) fn changed(whole: Value, patch: &Value, defaulted: &[&str]) -> Result<(Value, Named), Problem> {
    let mut merged = merged(whole, patch, defaulted)?;
    let named = Named(patch.as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default());
    if let Value::Object(fields) = &mut merged {
        fields.retain(|name, _| named.has(name));
    }
    Ok((merged, named))
}

/// The fields that a patch names.
pub(crate) struct Named(BTreeSet<String>);

impl Named {
    fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// A text of one line with visible characters, at most `most` characters: see [`rules`].
pub(crate) fn line(most: usize) -> impl Fn(&Value) -> Read<String> {
    move |value| {
        let text = text(value)?;
        allowed(rules::check_line(text, most))?;
        Ok(text.trim().to_owned())
    }
}

/// A text of any number of lines, at most `most` characters: see [`rules`].
pub(crate) fn prose(most: usize) -> impl Fn(&Value) -> Read<String> {
    move |value| {
        let text = text(value)?;
        allowed(rules::check_prose(text, most))?;
        Ok(text.replace("\r\n", "\n").trim().to_owned())
    }
}

fn allowed(checked: Result<(), TextProblem>) -> Read<()> {
    let Err(problem) = checked else { return Ok(()) };
    match problem {
        TextProblem::Blank | TextProblem::TooLong(_) => wrong("out_of_range", problem.to_string()),
        TextProblem::Control | TextProblem::ControlInLine => wrong("malformed", problem.to_string()),
    }
}

pub(crate) fn text(value: &Value) -> Read<&str> {
    value.as_str().map_or_else(|| wrong("wrong_type", "it must be a text"), Ok)
}

pub(crate) fn flag(value: &Value) -> Read<bool> {
    value.as_bool().map_or_else(|| wrong("wrong_type", "it must be true or false"), Ok)
}

/// A whole number between two others.
pub(crate) fn number(least: i64, most: i64) -> impl Fn(&Value) -> Read<i64> {
    move |value| {
        // 5.0 is a whole number, too.
        let whole = value.as_i64().or_else(|| {
            value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15).map(|number| number as i64)
        });
        match (whole, value) {
            (Some(number), _) if (least..=most).contains(&number) => Ok(number),
            (_, Value::Number(number)) if whole.is_some() || !number.is_f64() => {
                wrong("out_of_range", format!("it must be from {least} to {most}"))
            }
            _ => wrong("wrong_type", "it must be a whole number"),
        }
    }
}

/// `null`, or what `read` reads.
pub(crate) fn or_null<T>(read: impl FnOnce(&Value) -> Read<T>) -> impl FnOnce(&Value) -> Read<Option<T>> {
    move |value| if value.is_null() { Ok(None) } else { read(value).map(Some) }
}

/// A time in RFC 3339, kept to the millisecond: a BSON date is no finer.
pub(crate) fn time(value: &Value) -> Read<DateTime<Utc>> {
    match DateTime::parse_from_rfc3339(text(value)?) {
        Ok(time) => Ok(kept(time.to_utc()).trunc_subsecs(3)),
        Err(_) => wrong("malformed", "it must be a time in RFC 3339, such as 2026-03-14T12:00:00Z"),
    }
}

/// The code of a language that we speak.
pub(crate) fn language(value: &Value) -> Read<Language> {
    let code = text(value)?;
    let known = Language::iter().find(|language| language.code() == code);
    known.map_or_else(|| wrong("out_of_range", "it must be one of en, uk, ru"), Ok)
}

/// An id of 24 hexadecimal digits.
pub(crate) fn id(value: &Value) -> Read<dialogues::shop::Id> {
    text(value)?.parse().or_else(|_| wrong("malformed", "it must be an id of 24 hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Read<(String, i64)> {
        let mut fields = Fields::of(value)?;
        let name = fields.required("name", line(5));
        let count = fields.optional("count", number(0, 9));
        fields.finish(name.map(|name| (name, count.unwrap_or(7))))
    }

    fn pointers(value: Value) -> Vec<(String, String)> {
        let errors = read(&value).unwrap_err();
        errors.into_iter().map(|error| (error.pointer.unwrap(), error.code)).collect()
    }

    #[test]
    fn every_mistake_is_told_with_its_pointer() {
        assert_eq!(read(&json!({ "name": " a " })), Ok(("a".to_owned(), 7)));
        assert_eq!(read(&json!({ "name": "a", "count": 3.0 })), Ok(("a".to_owned(), 3)));
        let all = pointers(json!({ "count": "many", "a/b": 1 }));
        let all: Vec<_> = all.iter().map(|(pointer, code)| (pointer.as_str(), code.as_str())).collect();
        assert_eq!(all, [("/name", "required"), ("/count", "wrong_type"), ("/a~1b", "unknown")]);
        assert_eq!(pointers(json!({ "name": "abcdef", "count": 10 })).len(), 2);
        assert_eq!(pointers(json!([]))[0].1, "wrong_type");
    }

    #[test]
    fn a_patch_changes_what_it_names() {
        let whole = json!({ "a": 1, "b": "x", "c": { "d": 1, "e": 2 } });
        let patch = json!({ "b": null, "c": { "e": 3 }, "z": null });
        let merged = merged(whole, &patch, &["b"]).unwrap();
        assert_eq!(merged, json!({ "a": 1, "c": { "d": 1, "e": 3 }, "z": null }));
    }

    #[test]
    fn a_patch_adds_changes_and_takes_away_translations() {
        let whole =
            json!({ "translations": { "uk": { "title": "Чай", "description": "Добрий" }, "ru": { "title": "Чай" } } });
        let patch =
            json!({ "translations": { "uk": { "title": "Сенча", "description": null }, "ru": null, "en": {} } });
        let merged = merged(whole, &patch, &[]).unwrap();
        assert_eq!(merged, json!({ "translations": { "uk": { "title": "Сенча" }, "en": {} } }));
    }
}
