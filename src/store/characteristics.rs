//! The characteristics of a product: `[{name, value}]`.

use bson::{Bson, Document, doc};
use dialogues::shop::Characteristics;

use super::fields::Problem;

/// Characteristics as they are stored.
pub(super) fn write(pairs: &Characteristics) -> Bson {
    pairs.iter().map(|(name, value)| Bson::from(doc! { "name": name, "value": value })).collect()
}

/// `[{name, value}]`, or the `{name: value}` that comes naturally in mongosh.
pub(super) fn read(document: &Document, field: &str) -> Result<Characteristics, Problem> {
    match document.get(field) {
        None | Some(Bson::Null) => Ok(Characteristics::default()),
        Some(Bson::Document(pairs)) => Ok(pairs.iter().map(|(name, value)| (name, shown(value))).collect()),
        Some(Bson::Array(pairs)) => {
            pairs.iter().map(pair).collect::<Option<_>>().ok_or_else(|| format!("{field} lack name or value"))
        }
        Some(_) => Err(format!("{field} are no list of {{name, value}}")),
    }
}

/// A name with its value.
fn pair(entry: &Bson) -> Option<(&str, String)> {
    let entry = entry.as_document()?;
    Some((entry.get_str("name").ok()?, shown(entry.get("value")?)))
}

/// A text, or what MongoDB shows of something else.
fn shown(value: &Bson) -> String {
    match value {
        Bson::String(text) => text.clone(),
        other => other.to_string(),
    }
}
