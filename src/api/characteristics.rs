//! The characteristics of a product: `[{"name": "Origin", "value": "Uji, Japan"}]`.

use dialogues::shop::Characteristics;
use dialogues::shop::rules::{CHARACTERISTICS_LIMIT, NAME_LIMIT, VALUE_LIMIT};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::body::{Fields, Read, below, line, wrong};

/// One line of what is to be known about a product.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `characteristic` reads")]
pub(crate) struct CharacteristicInput {
    #[schema(
        min_length = 1,
        max_length = 80,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "Origin"
    )]
    name: String,
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "Uji, Japan"
    )]
    value: String,
}

/// Characteristics as they would be set.
pub(crate) fn set(pairs: &Characteristics) -> Value {
    pairs.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

pub(crate) fn read(value: &Value) -> Read<Characteristics> {
    let Value::Array(values) = value else { return wrong("wrong_type", "it must be a list of {name, value}") };
    if values.len() > CHARACTERISTICS_LIMIT {
        return wrong("out_of_range", format!("it must have at most {CHARACTERISTICS_LIMIT} items"));
    }
    let (mut read, mut errors) = (Vec::new(), Vec::new());
    for (place, value) in values.iter().enumerate() {
        match characteristic(value) {
            Ok(pair) => read.push(pair),
            Err(wrong) => errors.extend(wrong.into_iter().map(|error| below(&place.to_string(), error))),
        }
    }
    if errors.is_empty() { Ok(read.into_iter().collect()) } else { Err(errors) }
}

fn characteristic(value: &Value) -> Read<(String, String)> {
    let mut fields = Fields::of(value)?;
    let name = fields.required("name", line(NAME_LIMIT));
    let value = fields.required("value", line(VALUE_LIMIT));
    fields.finish(name.zip(value))
}
