//! The manual: this package's README, and every request of the people's interface, as a page.

use std::fmt::Write;

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use rocket::http::{ContentType, Header};
use rocket::{Responder, get};
use serde_json::Value;

const README: &str = include_str!("../../README.md");

/// Nothing is loaded, and nothing runs.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2733;\
    background:#fff}nav{columns:2;margin:1.5rem 0}nav a{display:block}a{color:#1a6fb5;text-decoration:none}h2{margin-top:2.5rem;\
    border-bottom:1px solid #d8e0e8}h3{margin-top:1.8rem}pre,code{font:14px/1.45 ui-monospace,monospace;background:#f2f5f8}\
    pre{padding:.8rem;overflow:auto;border-radius:6px}table{border-collapse:collapse;display:block;overflow:auto}\
    th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #e4eaf0}\
    @media(prefers-color-scheme:dark){body{background:#17212b;color:#e4ecf2}a{color:#6ab3f3}pre,code{background:#0e1621}\
    h2,th,td{border-color:#2b3a49}}";

#[derive(Responder)]
pub(super) struct Manual {
    html: String,
    kind: ContentType,
    policy: Header<'static>,
}

#[get("/sim/docs")]
pub(super) fn manual() -> Manual {
    let policy = Header::new("Content-Security-Policy", POLICY);
    Manual { html: page(), kind: ContentType::HTML, policy }
}

fn page() -> String {
    let description = serde_json::to_value(super::document()).unwrap_or_default();
    let text = format!("{README}\n{}", reference(&description));
    let mut sections = String::new();
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut heading: Option<usize> = None;
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        match &event {
            // What is beside the README in the repository is not here.
            Event::Start(Tag::Link { dest_url, .. }) if !dest_url.starts_with("http") => continue,
            Event::End(TagEnd::Link) if !is_in_link(&events) => continue,
            Event::Start(Tag::Heading { .. }) => heading = Some(events.len()),
            Event::End(TagEnd::Heading(level)) => {
                if let Some(at) = heading.take() {
                    let words: String = events[at..].iter().filter_map(words).collect();
                    let slug = slug(&words);
                    if *level == pulldown_cmark::HeadingLevel::H2 {
                        // Writing into a string cannot fail.
                        let _ = write!(sections, "<a href=\"#{slug}\">");
                        let _ = pulldown_cmark_escape::escape_html(&mut sections, &words);
                        sections += "</a>";
                    }
                    if let Some(Event::Start(Tag::Heading { id, .. })) = events.get_mut(at) {
                        *id = Some(CowStr::from(slug));
                    }
                }
            }
            _ => {}
        }
        events.push(event);
    }
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    // The list of sections comes behind the title.
    let (title, rest) = body.split_once("</h1>").unwrap_or(("", &body));
    format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>The Telegram simulator: manual</title><style>{STYLE}</style>{title}</h1><nav>{sections}</nav>{rest}</html>"
    )
}

/// Whether a link was begun that has not ended.
fn is_in_link(events: &[Event<'_>]) -> bool {
    let newest = events.iter().rev().find_map(|event| match event {
        Event::Start(Tag::Link { .. }) => Some(true),
        Event::End(TagEnd::Link) => Some(false),
        _ => None,
    });
    newest.unwrap_or(false)
}

fn words<'e>(event: &'e Event<'_>) -> Option<&'e str> {
    match event {
        Event::Text(text) | Event::Code(text) => Some(text),
        _ => None,
    }
}

fn slug(words: &str) -> String {
    let letters = words.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect::<String>();
    letters.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// Every request, with its parameters, the fields of its body and its answers, as Markdown.
fn reference(description: &Value) -> String {
    let mut text = "## Every request\n\nAs `/sim/openapi.json` describes them to programs.\n".to_owned();
    for (path, item) in description["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let _ = write!(text, "\n### {} {path}\n\n", method.to_uppercase());
            for words in [&operation["summary"], &operation["description"]].into_iter().filter_map(Value::as_str) {
                let _ = write!(text, "{words}\n\n");
            }
            let mut rows = Vec::new();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let place = format!("{}, {}", said(&parameter["in"]), kind(&parameter["schema"]));
                rows.push((said(&parameter["name"]), place, said(&parameter["description"])));
            }
            for media in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                rows.extend(fields(media.0, &media.1["schema"], description));
            }
            table(&mut text, "field", "where and what", "meaning", &rows);
            let answers = operation["responses"].as_object().into_iter().flatten();
            let answers = answers.map(|(status, answer)| (status.clone(), said(&answer["description"]), String::new()));
            table(&mut text, "answer", "when", "", &answers.collect::<Vec<_>>());
        }
    }
    text
}

fn said(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('\n', " ").replace('|', "\\|")
}

/// The fields of a body.
fn fields(media: &str, schema: &Value, description: &Value) -> Vec<(String, String, String)> {
    let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    let schema = reference.and_then(|pointer| description.pointer(pointer)).unwrap_or(schema);
    if media != "application/json" {
        return vec![("the body".to_owned(), media.to_owned(), said(&schema["description"]))];
    }
    let required = schema["required"].as_array();
    let field = |(name, field): (&String, &Value)| {
        let is_required = required.is_some_and(|names| names.iter().any(|required| required == name));
        let necessity = if is_required { "" } else { ", may be left out" };
        let example = field.get("example").map(|example| format!(" Such as `{example}`.")).unwrap_or_default();
        let meaning = said(&field["description"]) + &example.replace('|', "\\|");
        (name.clone(), format!("body, {}{necessity}", kind(field)), meaning)
    };
    schema["properties"].as_object().into_iter().flatten().map(field).collect()
}

/// The type of a field, or what it can be.
fn kind(schema: &Value) -> String {
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(said).collect::<Vec<_>>().join(", ");
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return name.to_owned();
    }
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(said).filter(|kind| kind != "null").collect::<Vec<_>>().join(", "),
        kind if kind.is_null() => "any".to_owned(),
        kind => said(kind),
    }
}

fn table(text: &mut String, first: &str, second: &str, third: &str, rows: &[(String, String, String)]) {
    if rows.is_empty() {
        return;
    }
    let _ = write!(text, "| {first} | {second} | {third} |\n|---|---|---|\n");
    for (first, second, third) in rows {
        let _ = writeln!(text, "| `{first}` | {second} | {third} |");
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Whatever a link of the page leads to is on it, or on the internet.
    #[test]
    fn the_manual_has_every_request_and_no_link_that_leads_nowhere() {
        let page = page();
        let paths = serde_json::to_value(super::super::document()).unwrap()["paths"].clone();
        for (path, item) in paths.as_object().unwrap() {
            for method in item.as_object().unwrap().keys() {
                assert!(page.contains(&format!("{} {path}</h3>", method.to_uppercase())), "{method} {path}");
            }
        }
        let after = |mark: &'static str| page.split(mark).skip(1).filter_map(|rest| rest.split('"').next());
        let ids: BTreeSet<&str> = after(" id=\"").collect();
        for link in after("href=\"") {
            let known = link.strip_prefix('#').map_or(link.starts_with("http"), |id| ids.contains(id));
            assert!(known, "{link}");
        }
        assert!(page.contains("<a href=\"#make-it-misbehave\">Make it misbehave</a>"), "{page}");
        assert_eq!(page.matches("<a ").count(), page.matches("</a>").count());
    }
}
