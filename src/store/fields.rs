//! Reads fields of documents that a person may have written in mongosh: a number may be an Int32, an
//! Int64 or a Double, an optional field may be missing or null. Problems name field and type, and
//! never the content.

use bson::raw::{CStr, RawBsonRef, RawDocument};
use bson::{Bson, Document};
use chrono::{DateTime, Utc};
use dialogues::moment::kept;
use dialogues::shop::{Flaw, Id, is_visible};
pub(super) use shell::mongo::document::whole;

use super::document::id;

/// Why a document cannot be used, such as “price is a string, not a whole number”.
pub(super) type Problem = String;

/// A stored document, or a part of one, whose texts are not all UTF-8.
pub(super) const NO_BSON: &str = "it is no valid BSON: a text is not UTF-8";

/// The fields of a document: decoded, or as it is stored, which saves decoding what nobody reads.
pub(super) trait Fields {
    /// The value of a field, decoded with all that is inside of it.
    fn value(&self, name: &str) -> Result<Option<Bson>, Problem>;

    /// The document that a field is; `None` if it is something else.
    fn document(&self, name: &str) -> Option<&Self>;

    /// The documents that a field is a list of; `None` if it is something else.
    fn documents(&self, name: &str) -> Option<Vec<&Self>>;

    /// Every field with its value.
    fn entries(&self) -> Result<Vec<(String, Bson)>, Problem>;
}

impl Fields for Document {
    fn value(&self, name: &str) -> Result<Option<Bson>, Problem> {
        Ok(self.get(name).cloned())
    }

    fn document(&self, name: &str) -> Option<&Self> {
        self.get_document(name).ok()
    }

    fn documents(&self, name: &str) -> Option<Vec<&Self>> {
        self.get_array(name).ok()?.iter().map(Bson::as_document).collect()
    }

    fn entries(&self) -> Result<Vec<(String, Bson)>, Problem> {
        Ok(self.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
    }
}

impl Fields for RawDocument {
    fn value(&self, name: &str) -> Result<Option<Bson>, Problem> {
        let value = self.get(name).map_err(|_| NO_BSON)?;
        Ok(value.map(Bson::try_from).transpose().map_err(|_| NO_BSON)?)
    }

    fn document(&self, name: &str) -> Option<&Self> {
        self.get_document(name).ok()
    }

    fn documents(&self, name: &str) -> Option<Vec<&Self>> {
        self.get_array(name).ok()?.into_iter().map(|value| value.ok()?.as_document()).collect()
    }

    fn entries(&self) -> Result<Vec<(String, Bson)>, Problem> {
        let entry =
            |(name, value): (&CStr, RawBsonRef<'_>)| Some((name.as_str().to_owned(), Bson::try_from(value).ok()?));
        let entries: Option<_> = self.iter().map(|element| entry(element.ok()?)).collect();
        Ok(entries.ok_or(NO_BSON)?)
    }
}

/// Whether the whole document can be decoded: then whoever changes it can read it, too.
///
/// # Errors
/// [`NO_BSON`]
pub(super) fn decodable(document: &RawDocument) -> Result<(), Problem> {
    fn is_sound(value: RawBsonRef<'_>) -> bool {
        match value {
            RawBsonRef::Document(document) => are_sound(document),
            RawBsonRef::Array(values) => values.into_iter().all(|value| value.is_ok_and(is_sound)),
            RawBsonRef::JavaScriptCodeWithScope(code) => are_sound(code.scope),
            _ => true,
        }
    }
    fn are_sound(document: &RawDocument) -> bool {
        document.iter().all(|element| element.is_ok_and(|(_, value)| is_sound(value)))
    }
    are_sound(document).then_some(()).ok_or_else(|| NO_BSON.to_owned())
}

/// The value of a field that says something.
fn present(document: &(impl Fields + ?Sized), name: &str) -> Result<Option<Bson>, Problem> {
    Ok(document.value(name)?.filter(|value| !matches!(value, Bson::Null | Bson::Undefined)))
}

fn wrong(name: &str, value: &Bson, wanted: &str) -> Problem {
    format!("{name} is of type {:?}, not {wanted}", value.element_type())
}

/// The value, or the problem that it is missing.
pub(super) fn required<T>(name: &str, value: Option<T>) -> Result<T, Problem> {
    value.ok_or_else(|| format!("{name} is missing"))
}

/// A whole number of any numeric type.
pub(super) fn integer(document: &(impl Fields + ?Sized), name: &str) -> Result<Option<i64>, Problem> {
    let read = |value| whole(&value).ok_or_else(|| wrong(name, &value, "a whole number"));
    present(document, name)?.map(read).transpose()
}

/// A text.
pub(super) fn text(document: &(impl Fields + ?Sized), name: &str) -> Result<Option<String>, Problem> {
    match present(document, name)? {
        None => Ok(None),
        Some(Bson::String(text)) => Ok(Some(text)),
        Some(value) => Err(wrong(name, &value, "a text")),
    }
}

/// True or false.
pub(super) fn flag(document: &(impl Fields + ?Sized), name: &str) -> Result<Option<bool>, Problem> {
    match present(document, name)? {
        None => Ok(None),
        Some(Bson::Boolean(flag)) => Ok(Some(flag)),
        Some(value) => {
            whole(&value).map(|number| Some(number != 0)).ok_or_else(|| wrong(name, &value, "true or false"))
        }
    }
}

/// An ObjectId. A text of 24 digits is none: MongoDB compares it with no ObjectId, so that no query, guard or write
/// would find what a lenient reader shows.
pub(super) fn object_id(document: &(impl Fields + ?Sized), name: &str) -> Result<Option<Id>, Problem> {
    match present(document, name)? {
        None => Ok(None),
        Some(Bson::ObjectId(oid)) => Ok(Some(id(oid))),
        Some(Bson::String(digits)) if digits.parse::<Id>().is_ok() => {
            Err(format!("{name} is a text of 24 digits, not an ObjectId: write ObjectId(\"…\")"))
        }
        Some(value) => Err(wrong(name, &value, "an ObjectId")),
    }
}

/// A date, or a text in RFC 3339; one that is out of range is the nearest one of the years 1 to 9999 ([`kept`]), so that
/// nothing that is calculated with it overflows.
pub(super) fn time(document: &(impl Fields + ?Sized), name: &str) -> Result<Option<DateTime<Utc>>, Problem> {
    match present(document, name)? {
        None => Ok(None),
        Some(Bson::DateTime(time)) => Ok(Some(kept(time.to_chrono()))),
        Some(value) => {
            let parsed = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
            parsed.map(|time| Some(kept(time.to_utc()))).ok_or_else(|| wrong(name, &value, "a date"))
        }
    }
}

/// The rules that a document breaks, as problems.
pub(super) fn as_problems(flaws: &[Flaw]) -> Vec<Problem> {
    flaws.iter().map(ToString::to_string).collect()
}

/// A text of which a person sees something.
pub(super) fn visible(document: &(impl Fields + ?Sized), name: &str) -> Result<String, Problem> {
    let text = required(name, text(document, name)?)?;
    match is_visible(&text) {
        true => Ok(text),
        false => Err(format!("{name} has no visible characters")),
    }
}

/// A place in a list; 0 if missing or below.
pub(super) fn position(document: &(impl Fields + ?Sized)) -> Result<u32, Problem> {
    let position = integer(document, "position")?.unwrap_or(0);
    Ok(u32::try_from(position.max(0)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn numbers_are_read_whatever_their_type_and_fractions_are_refused() {
        let document = doc! { "a": 7_i32, "b": 7_i64, "c": 7.0, "d": 7.5, "e": "7", "f": null };
        for name in ["a", "b", "c"] {
            assert_eq!(integer(&document, name), Ok(Some(7)));
        }
        assert_eq!(integer(&document, "d"), Err("d is of type Double, not a whole number".into()));
        assert!(integer(&document, "e").is_err());
        assert_eq!(integer(&document, "f"), Ok(None));
    }

    #[test]
    fn a_date_that_chrono_cannot_hold_is_the_nearest_one_that_is_kept() {
        let far = |millis| doc! { "at": bson::DateTime::from_millis(millis) };
        for millis in [8_640_000_000_000_000, i64::MAX] {
            assert_eq!(time(&far(millis), "at").unwrap().unwrap().to_rfc3339(), "9999-12-31T00:00:00+00:00");
        }
        for millis in [-8_640_000_000_000_000, i64::MIN] {
            assert_eq!(time(&far(millis), "at").unwrap().unwrap().to_rfc3339(), "0001-01-01T00:00:00+00:00");
        }
        let text = doc! { "at": "9999-12-31T23:59:59-14:00" };
        assert!(time(&text, "at").unwrap().unwrap().to_rfc3339().starts_with("9999"));
    }

    #[test]
    fn an_id_as_text_is_refused_with_the_remedy() {
        let oid = bson::oid::ObjectId::from_bytes([0xab; 12]);
        let document = doc! { "right": oid, "text": oid.to_hex(), "short": "ab" };
        assert_eq!(object_id(&document, "right"), Ok(Some(Id([0xab; 12]))));
        assert!(object_id(&document, "text").unwrap_err().contains("write ObjectId("));
        assert!(object_id(&document, "short").is_err());
    }
}
