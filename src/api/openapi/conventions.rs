//! What holds for all operations, added to the description of each.

use dialogues::shop::{Category, Currency, Product};
use serde_json::{Map, Value, json};
use strum::{EnumMessage, IntoEnumIterator};

use super::super::resource::Resource;
use super::super::{events, mailings, orders, problem, users, webhooks};
use super::examples;
use crate::store::{EventKind, NewsItem};

/// Adds it.
pub(super) fn apply(document: &mut Value, currency: Currency) {
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                describe(path, method, operation);
            }
        }
    }
    document["components"]["headers"]["RequestId"] = json!({
        "description": "Finds the request in the logs: the one that was sent, or one of ours",
        "schema": { "type": "string", "minLength": 1, "maxLength": 128 },
    });
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        let is_translated =
            |name: &str| name.strip_suffix("Words").is_none_or(|of| schemas.contains_key(&format!("{of}Translations")));
        let merged: Vec<String> =
            schemas.keys().filter(|name| is_merged(name) && is_translated(name)).cloned().collect();
        schemas.extend(merged.into_iter().map(|name| (format!("Patch_{name}"), Value::Null)));
        for name in schemas.keys().cloned().collect::<Vec<_>>() {
            let of = |prefix| name.strip_prefix(prefix).and_then(|whole| schemas.get(whole)).cloned();
            if let Some(whole) = of("Partial_")
                .map(|whole| partial(&name, whole))
                .or_else(|| of("Patch_").map(patch))
                .or_else(|| of("Row_").map(row))
            {
                schemas.insert(name, whole);
            }
        }
        for (name, schema) in schemas.iter_mut() {
            if let Some(row) = name.strip_prefix("Page_") {
                schema["properties"]["data"]["items"] = json!({ "$ref": format!("#/components/schemas/{row}") });
            }
            if name.ends_with("Input") {
                schema["additionalProperties"] = json!(false);
            }
        }
        // No schema can say what each word means.
        let meanings: Vec<_> = problem::Code::iter().filter_map(|code| code.get_documentation()).collect();
        schemas["ProblemCode"]["x-enum-descriptions"] = json!(meanings);
        schemas["MoneyInput"]["properties"]["currency"]["enum"] = json!([currency.code()]);
        schemas["WebhookInput"]["properties"]["types"]["items"]["enum"] = json!(event_kinds());
        examples::apply(schemas, currency);
    }
    let introduction = document["info"]["description"].as_str().unwrap_or_default();
    document["info"]["description"] = json!(format!("{introduction}\n{}", problem_codes()));
}

/// All problem codes, as a list in Markdown. The manual finds it by its heading.
fn problem_codes() -> String {
    let item = |code: problem::Code| {
        let name: &'static str = code.into();
        format!("- `{name}` ({}): {}\n", code.status().code, code.get_documentation().unwrap_or_default())
    };
    let items: String = problem::Code::iter().map(item).collect();
    format!("# Problem codes\n\n{items}")
}

fn describe(path: &str, method: &str, operation: &mut Value) {
    let tag = operation["tags"][0].as_str().unwrap_or_default().to_owned();
    // Every operation needs a name of its own; functions are called alike in all resources.
    if let Some(name) = operation["operationId"].as_str().filter(|name| !name.contains('_')) {
        operation["operationId"] = json!(format!("{name}_{tag}"));
    }
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        let schema = &mut parameter["schema"];
        // One that need not be there is left out, not null.
        if let Some(kind) = schema["type"].get(0).cloned() {
            schema["type"] = kind;
        }
        match name.as_str() {
            "sort" => {
                schema["enum"] = json!(sorts(&tag));
                schema["default"] = json!(sorts(&tag)[0]);
            }
            "type" => schema["enum"] = json!(event_kinds()),
            "fields" => {
                let any = fields(&tag).join("|");
                schema["pattern"] = json!(format!("^({any})(,({any}))*$"));
            }
            "cursor" => {
                let id = match tag.as_str() {
                    "users" => "(0|-?[1-9][0-9]{0,17})",
                    "orders" => "[1-9][0-9]{2}-[0-9]{4}",
                    _ => "[0-9a-f]{24}",
                };
                schema["pattern"] =
                    json!(format!("^[0-9a-f]{{8}}\\.(n[0-9a-f]{{16}}|t([0-9a-f]{{2}}){{0,120}})\\.{id}$"));
            }
            _ => {}
        }
    }
    // RFC 7386 names the first; plain JSON means the same here.
    if let Some(content) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut)
        && let Some(patch) = content.get("application/merge-patch+json").cloned()
    {
        content.insert("application/json".to_owned(), patch);
    }
    let (secured, has_body) = (operation.get("security").is_some(), operation.get("requestBody").is_some());
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    let mut refused = |status: &str, why: &str| {
        responses.entry(status).or_insert_with(|| json!({ "description": why }));
    };
    refused("400", "A parameter, a header or the body cannot be read");
    if secured {
        refused("401", "There is no key, or none that is good");
        refused("403", "The key does not have the scope");
        refused("429", "The key has asked too often");
    }
    if has_body {
        refused("413", "The body is too large");
        refused("415", "The body is of another type");
        refused("422", "The body does not say what it must");
    }
    refused("default", "Something else went wrong, on our side or in between");
    for (status, response) in responses.iter_mut() {
        finish(path, method, status, secured, response);
    }
}

/// What goes with a status.
fn finish(path: &str, method: &str, status: &str, secured: bool, response: &mut Value) {
    let fine = status.starts_with('2') || status == "304";
    if !fine {
        response["content"][problem::MEDIA_TYPE]["schema"] = json!({ "$ref": "#/components/schemas/Problem" });
    }
    let mut headers = Map::new();
    let text = |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    headers.insert("X-Request-Id".to_owned(), json!({ "$ref": "#/components/headers/RequestId" }));
    // Many things have no tag together, unless they are read.
    let is_tagged = method == "get" || method == "post" || path.contains('{');
    if secured && is_tagged && matches!(status, "200" | "201" | "202" | "304") {
        headers.insert("ETag".to_owned(), text("What If-Match and If-None-Match are held against"));
    }
    if status == "200" && method == "get" && !path.contains('{') && secured {
        headers.insert("Link".to_owned(), text("The next page, with rel=\"next\", if there is one"));
    }
    // What is begun on a thing that there is, is found where it was.
    let made = status == "201" || (status == "202" && !path.contains('{'));
    match status {
        _ if made => {
            headers.insert("Location".to_owned(), text("The address of what was made"));
            headers.insert("Idempotency-Replayed".to_owned(), text("true, if this was answered before"));
        }
        "401" => drop(headers.insert("WWW-Authenticate".to_owned(), text("Bearer"))),
        "429" => drop(headers.insert("Retry-After".to_owned(), text("Seconds to wait"))),
        _ => {}
    }
    response["headers"] = Value::Object(headers);
}

fn event_kinds() -> Vec<String> {
    EventKind::iter().map(|kind| kind.to_string()).collect()
}

fn sorts(tag: &str) -> Vec<&'static str> {
    fn names<T>(sorts: &[(&'static str, T)]) -> Vec<&'static str> {
        sorts.iter().map(|(name, _)| *name).collect()
    }
    match tag {
        "products" => names(Product::SORTS),
        "categories" => names(Category::SORTS),
        "news" => names(NewsItem::SORTS),
        "users" => names(&users::SORTS),
        _ => names(&orders::SORTS),
    }
}

fn fields(tag: &str) -> &'static [&'static str] {
    match tag {
        "products" => Product::FIELDS,
        "categories" => Category::FIELDS,
        "news" => NewsItem::FIELDS,
        "users" => &users::FIELDS,
        "mailings" => &mailings::FIELDS,
        "events" => &events::FIELDS,
        "webhooks" => &webhooks::FIELDS,
        "deliveries" => &webhooks::deliveries::FIELDS,
        _ => &orders::FIELDS,
    }
}

/// A thing of which there is only what was asked for.
fn partial(name: &str, mut whole: Value) -> Value {
    let always = if name.ends_with("Order") { "number" } else { "id" };
    whole["required"] = json!([always]);
    whole
}

/// Whether it is a part of things that a patch changes field by field, and of which null takes a field away: translations.
fn is_merged(name: &str) -> bool {
    name.ends_with("Translations") || name.ends_with("Words")
}

/// A thing of which there is only what is to be changed.
fn patch(mut whole: Value) -> Value {
    let required = whole.as_object_mut().and_then(|whole| whole.remove("required")).unwrap_or_default();
    for (name, part) in whole["properties"].as_object_mut().into_iter().flatten() {
        // What has a default comes back to it by null.
        if !required.as_array().is_some_and(|required| required.contains(&json!(name))) {
            if let Some(Value::String(part)) = part.get_mut("$ref")
                && let Some((place, name)) = part.rsplit_once('/')
                && is_merged(name)
            {
                *part = format!("{place}/Patch_{name}");
            }
            or_null(part);
        }
    }
    whole
}

/// Some fields of a thing, and which it is.
fn row(whole: Value) -> Value {
    let mut row = patch(whole);
    row["properties"]["id"] = json!({ "type": "string", "pattern": "^[0-9a-f]{24}$" });
    row["required"] = json!(["id"]);
    row
}

fn or_null(schema: &mut Value) {
    if let Some(kind) = schema.get("type").and_then(Value::as_str) {
        schema["type"] = json!([kind, "null"]);
    } else if let Some(part) = schema.get("$ref").cloned() {
        let described = schema.get("description").cloned();
        *schema = json!({ "oneOf": [{ "$ref": part }, { "type": "null" }] });
        described.into_iter().for_each(|words| schema["description"] = words);
    }
}
