//! `Check GET …`: what the API answers, as fields.

use serde_json::Value;

/// Asks the API, and returns the answer's fields by their dotted paths, as `total.amount` or `lines.0.title`. What is null
/// or has nothing in it is an empty text.
pub(super) async fn fields(
    client: &reqwest::Client,
    address: &str,
    key: Option<&str>,
) -> Result<Vec<(String, String)>, String> {
    let mut request = client.get(address);
    if let Some(key) = key {
        request = request.header("Authorization", format!("Bearer {key}"));
    }
    let answer = request.send().await.map_err(|error| format!("the API does not answer: {error}"))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| format!("the API's answer breaks off: {error}"))?;
    let value = serde_json::from_str(&text).map_err(|_| format!("the API answers {status}, and no JSON"))?;
    let mut found = Vec::new();
    flatten(String::new(), &value, &mut found);
    Ok(found)
}

fn flatten(path: String, value: &Value, found: &mut Vec<(String, String)>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            fields.iter().for_each(|(name, value)| flatten(below(name), value, found));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(at, value)| flatten(below(&at.to_string()), value, found));
        }
        Value::Object(_) | Value::Array(_) | Value::Null => found.push((path, String::new())),
        // A field is one line.
        Value::String(text) => found.push((path, text.replace('\n', " "))),
        Value::Bool(_) | Value::Number(_) => found.push((path, value.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_path() {
        let value = serde_json::json!({ "a": { "b": [1, { "c": "x\ny" }] }, "d": null, "e": [], "f": false });
        let mut found = Vec::new();
        flatten(String::new(), &value, &mut found);
        let found: Vec<String> = found.into_iter().map(|(path, value)| format!("{path}={value}")).collect();
        assert_eq!(found, ["a.b.0=1", "a.b.1.c=x y", "d=", "e=", "f=false"]);
    }
}
