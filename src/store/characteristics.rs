//! The characteristics of a product: `[{name, value}]`.

use bson::{Bson, doc};
use dialogues::shop::Characteristics;

use super::fields::{Fields, Problem};

/// Characteristics as they are stored.
pub(super) fn write(pairs: &Characteristics) -> Bson {
    pairs.iter().map(|(name, value)| Bson::from(doc! { "name": name, "value": value })).collect()
}

/// `[{name, value}]`, or the `{name: value}` that comes naturally in mongosh.
pub(super) fn read(document: &(impl Fields + ?Sized), field: &str) -> Result<Characteristics, Problem> {
    if let Some(pairs) = document.documents(field) {
        let pairs: Option<Vec<_>> = pairs.into_iter().map(pair).collect::<Result<_, _>>()?;
        return pairs.map(Characteristics::from_iter).ok_or_else(|| lacking(field));
    }
    if let Some(pairs) = document.document(field) {
        return Ok(pairs.entries()?.into_iter().map(|(name, value)| (name, shown(value))).collect());
    }
    match document.value(field)? {
        None | Some(Bson::Null) => Ok(Characteristics::default()),
        Some(Bson::Array(_)) => Err(lacking(field)),
        Some(_) => Err(format!("{field} are no list of {{name, value}}")),
    }
}

fn lacking(field: &str) -> Problem {
    format!("{field} lack name or value")
}

/// A name with its value.
fn pair(entry: &(impl Fields + ?Sized)) -> Result<Option<(String, String)>, Problem> {
    let (Some(Bson::String(name)), Some(value)) = (entry.value("name")?, entry.value("value")?) else {
        return Ok(None);
    };
    Ok(Some((name, shown(value))))
}

/// A text, or what MongoDB shows of something else.
fn shown(value: Bson) -> String {
    match value {
        Bson::String(text) => text,
        other => other.to_string(),
    }
}
