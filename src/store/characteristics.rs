//! The characteristics of a product: `[{name, value}]`.

use bson::{Bson, Document, doc};

use super::fields::Problem;

/// Characteristics as they are stored.
pub(super) fn write(pairs: &[(String, String)]) -> Bson {
    pairs.iter().map(|(name, value)| Bson::from(doc! { "name": name, "value": value })).collect()
}

/// `[{name, value}]`, or the `{name: value}` that comes naturally in mongosh.
pub(super) fn read(document: &Document, field: &str) -> Result<Vec<(String, String)>, Problem> {
    let shown = |value: &Bson| match value {
        Bson::String(text) => text.clone(),
        other => other.to_string(),
    };
    let pair = |entry: &Bson| {
        let entry = entry.as_document()?;
        Some((entry.get_str("name").ok()?.to_owned(), shown(entry.get("value")?)))
    };
    match document.get(field) {
        None | Some(Bson::Null) => Ok(Vec::new()),
        Some(Bson::Document(pairs)) => Ok(pairs.iter().map(|(name, value)| (name.clone(), shown(value))).collect()),
        Some(Bson::Array(pairs)) => {
            pairs.iter().map(pair).collect::<Option<_>>().ok_or_else(|| format!("{field} lack name or value"))
        }
        Some(_) => Err(format!("{field} are no list of {{name, value}}")),
    }
}
