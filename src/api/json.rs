//! JSON as a body has it: UTF-8, with or without a byte order mark, no member of an object twice.
//!
//! RFC 8259 leaves open what a member means that is there twice, and readers differ: one of two programs in a row would
//! see another value than the other. So it is refused, at any depth.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::problem::{Code, Problem, shortened};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Reads a JSON text.
///
/// # Errors
/// `malformed`, with the place. The words of the parser are not repeated: they may quote the body.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let malformed = |detail: String| Problem::new(Code::Malformed, detail);
    // A BOM may be ignored (RFC 8259, 8.1). In UTF-16 and UTF-32 it is no UTF-8.
    let text = std::str::from_utf8(bytes.strip_prefix(BOM).unwrap_or(bytes)).map_err(|error| {
        malformed(format!("the body is not UTF-8 from byte {} on; JSON is sent in UTF-8", error.valid_up_to() + 1))
    })?;
    serde_json::from_str(text).map(|Strict(value)| value).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        match repeated(&error) {
            Some(name) => malformed(format!("the member “{name}” is in one object twice: look at {place}")),
            None => malformed(format!("the body is no JSON: look at {place}")),
        }
    })
}

/// Begins the error of a member that is there twice; its name follows, as JSON, and serde_json's place.
const REPEATED: &str = "repeated ";

fn repeated(error: &serde_json::Error) -> Option<String> {
    let text = error.to_string();
    let names = serde_json::Deserializer::from_str(text.strip_prefix(REPEATED)?).into_iter::<String>();
    names.take(1).filter_map(Result::ok).next()
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Values).map(Self)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if all.contains_key(&name) {
                return Err(A::Error::custom(format!("{REPEATED}{}", Value::from(shortened(&name)))));
            }
            let Strict(value) = members.next_value()?;
            all.insert(name, value);
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_may_be_there_once_at_any_depth() {
        for twice in [
            r#"{"stock":1,"stock":2}"#,
            r#"{"stock":1,"stock":1}"#,
            r#"{"a":{"stock":1,"stock":2}}"#,
            r#"{"a":[{},{"stock":1,"b":[],"stock":2}]}"#,
            r#"{"sto\u0063k":1,"stock":2}"#,
        ] {
            let problem = format!("{:?}", parse(twice.as_bytes()).unwrap_err());
            assert!(problem.contains("“stock” is in one object twice: look at line 1"), "{problem}");
        }
        let long = format!("{{\"{0}\":1,\"{0}\":2}}", "é".repeat(10_000));
        assert!(format!("{:?}", parse(long.as_bytes()).unwrap_err()).len() < 500);
        assert!(parse(br#"[{"a":1,"b":{"a":1}},{"a":2}]"#).is_ok());
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text_and_other_encodings_are_named() {
        assert_eq!(parse(b"\xef\xbb\xbf{\"a\":1}").unwrap(), json!({ "a": 1 }));
        for other in [&b"\xff\xfe{\0}\0"[..], b"\xfe\xff\0{\0}", b"{\"a\":\"\xe9\"}"] {
            assert!(format!("{:?}", parse(other).unwrap_err()).contains("is not UTF-8 from byte"), "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn all_else_is_read_as_serde_json_reads_it(text in "[\\[\\]{}:,\"a01.e\\- ]{0,12}") {
            match serde_json::from_str::<Value>(&text) {
                Ok(value) => match parse(text.as_bytes()) {
                    Ok(read) => prop_assert_eq!(read, value),
                    Err(problem) => prop_assert!(format!("{problem:?}").contains("twice"), "{}", text),
                },
                Err(_) => prop_assert!(parse(text.as_bytes()).is_err()),
            }
        }
    }
}
