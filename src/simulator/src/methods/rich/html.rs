//! Rich HTML as blocks, in the form in which a bot may send them itself (`InputRichBlock`).

use std::collections::BTreeSet;

use engine::markup::{checked_link, linked_person};
use serde_json::{Map, Value, json};

use super::dom::{Element, Node, elements, parse};
use super::values::joined;
use crate::refusal::Refusal;

/// `InputRichBlock`s of a text.
///
/// # Errors
/// Too many tags inside of each other.
pub(super) fn blocks(html: &str) -> Result<Vec<Value>, Refusal> {
    let nodes = parse(html)?;
    let mut reader = Reader { references: BTreeSet::new() };
    reader.note_references(&nodes);
    Ok(reader.flow(&nodes))
}

struct Reader {
    /// Names of the texts that links may lead to; other names are those of anchors.
    references: BTreeSet<String>,
}

/// Styles by tag.
const STYLES: [(&str, &str); 14] = [
    ("b", "bold"),
    ("code", "code"),
    ("del", "strikethrough"),
    ("em", "italic"),
    ("i", "italic"),
    ("ins", "underline"),
    ("mark", "marked"),
    ("s", "strikethrough"),
    ("strike", "strikethrough"),
    ("strong", "bold"),
    ("sub", "subscript"),
    ("sup", "superscript"),
    ("tg-spoiler", "spoiler"),
    ("u", "underline"),
];

impl Reader {
    fn note_references(&mut self, nodes: &[Node]) {
        for element in elements(nodes) {
            if let Some(name) = element.get("name").filter(|_| element.name == "tg-reference") {
                self.references.insert(name.to_owned());
            }
            self.note_references(&element.children);
        }
    }

    /// Blocks one below the other: what stands between them are paragraphs.
    fn flow(&self, nodes: &[Node]) -> Vec<Value> {
        let mut blocks = Vec::new();
        let mut run: Vec<Node> = Vec::new();
        for node in nodes {
            match node {
                Node::Element(element) if element.is_block() => {
                    blocks.extend(self.paragraph(&std::mem::take(&mut run)));
                    blocks.extend(self.block(element));
                }
                node => run.push(node.clone()),
            }
        }
        blocks.extend(self.paragraph(&run));
        blocks
    }

    /// A text between blocks, and the files in it.
    fn paragraph(&self, run: &[Node]) -> Vec<Value> {
        let text = self.text(run);
        let mut blocks = match &text {
            Value::String(words) if words.is_empty() => Vec::new(),
            // An anchor on its own is a block (<https://core.telegram.org/bots/api#rich-html-style>).
            Value::Object(only) if only.get("type").is_some_and(|kind| kind == "anchor") => vec![text],
            _ => vec![json!({ "type": "paragraph", "text": text })],
        };
        files(run, &mut blocks);
        blocks
    }

    fn block(&self, element: &Element) -> Vec<Value> {
        let text = || self.text(&element.children);
        let one = match element.name.as_str() {
            "p" => return self.flow(&element.children),
            "footer" => json!({ "type": "footer", "text": text() }),
            "tg-thinking" => json!({ "type": "thinking", "text": text() }),
            "hr" => json!({ "type": "divider" }),
            "tg-math-block" => json!({ "type": "mathematical_expression", "expression": element.text().trim() }),
            "pre" => pre(element),
            "ul" | "ol" => self.list(element),
            "blockquote" if element.has("expandable") => self.quote(element, "expandable_blockquote"),
            "aside" => self.quote(element, "pullquote"),
            "blockquote" => {
                let mut quote = json!({ "type": "blockquote", "blocks": self.flow(&element.without("cite")) });
                self.add_text(&mut quote, "credit", element.child("cite"));
                quote
            }
            "details" => {
                let summary = element.child("summary").map_or("".into(), |summary| self.text(&summary.children));
                let blocks = self.flow(&element.without("summary"));
                json!({ "type": "details", "summary": summary, "blocks": blocks, "is_open": element.has("open") })
            }
            "table" => self.table(element),
            "figure" => return self.figure(element),
            "tg-collage" | "tg-slideshow" => {
                let kind = element.name.trim_start_matches("tg-");
                let mut several = json!({ "type": kind, "blocks": self.flow(&element.without("figcaption")) });
                self.add_caption(&mut several, element);
                several
            }
            "tg-button-row" => {
                let buttons = elements(&element.children).filter(|child| child.name == "tg-button");
                let mut row = json!({ "type": "buttons", "buttons": buttons.map(|child| self.button(child)).collect::<Vec<_>>() });
                copy(&mut row, element, "align");
                row
            }
            "tg-map" => map(element),
            name if name.len() == 2 => {
                json!({ "type": "heading", "size": name[1..].parse::<u8>().unwrap_or(1), "text": text() })
            }
            _ => media(element),
        };
        let mut blocks = vec![one];
        match element.name.as_str() {
            name if name.starts_with('h') || name == "footer" => files(&element.children, &mut blocks),
            // What is written into a file, or behind one that is not closed, comes behind it.
            name if FILES.contains(&name) || name == "tg-map" => blocks.extend(self.flow(&element.children)),
            _ => {}
        }
        blocks
    }

    fn list(&self, list: &Element) -> Value {
        let items: Vec<&Element> = elements(&list.children).filter(|child| child.name == "li").collect();
        let is_ordered = list.name == "ol";
        let is_reversed = list.has("reversed");
        let first = if is_reversed { i64::try_from(items.len()).unwrap_or(1) } else { 1 };
        let mut next = list.get("start").and_then(|start| start.parse().ok()).unwrap_or(first);
        let mut read = Vec::new();
        for item in items {
            let checkbox = first_checkbox(item);
            let mut value = json!({ "blocks": self.flow(&item.children) });
            if let Some(checkbox) = checkbox {
                value["has_checkbox"] = true.into();
                value["is_checked"] = checkbox.has("checked").into();
            }
            if is_ordered {
                let own = item.get("value").and_then(|value| value.parse::<i64>().ok());
                let number = own.unwrap_or(next);
                value["value"] = number.into();
                value["type"] = item.get("type").or_else(|| list.get("type")).unwrap_or("1").into();
                next = number.saturating_add(if is_reversed { -1 } else { 1 });
            }
            read.push(value);
        }
        json!({ "type": "list", "items": read })
    }

    /// A quote of one text.
    fn quote(&self, element: &Element, kind: &str) -> Value {
        let mut quote = json!({ "type": kind, "text": self.text(&element.without("cite")) });
        self.add_text(&mut quote, "credit", element.child("cite"));
        quote
    }

    fn table(&self, table: &Element) -> Value {
        let cell = |cell: &Element| {
            let mut value = json!({ "text": self.text(&cell.children) });
            if cell.name == "th" {
                value["is_header"] = true.into();
            }
            copy(&mut value, cell, "align");
            copy(&mut value, cell, "valign");
            // Markdown says by style how a column is aligned.
            if let Some((_, align)) = cell.get("style").and_then(|style| style.split_once("text-align:")) {
                value["align"] = align.trim().trim_end_matches(';').into();
            }
            for field in ["colspan", "rowspan"] {
                if let Some(span) = cell.get(field).and_then(|span| span.parse::<i64>().ok()) {
                    value[field] = span.into();
                }
            }
            value
        };
        let rows = elements(&table.children).filter(|child| child.name == "tr");
        let cells = |row: &Element| -> Vec<Value> {
            elements(&row.children).filter(|child| matches!(child.name.as_str(), "td" | "th")).map(cell).collect()
        };
        let rows: Vec<Vec<Value>> = rows.map(cells).collect();
        let mut value = json!({ "type": "table", "cells": rows });
        for flag in ["bordered", "striped", "compact"] {
            if table.has(flag) {
                value[format!("is_{flag}")] = true.into();
            }
        }
        self.add_text(&mut value, "caption", table.child("caption"));
        value
    }

    /// Media with a caption.
    fn figure(&self, figure: &Element) -> Vec<Value> {
        let mut blocks = self.flow(&figure.without("figcaption"));
        if let Some(first) = blocks.first_mut() {
            self.add_caption(first, figure);
        }
        blocks
    }

    fn add_caption(&self, block: &mut Value, element: &Element) {
        let Some(caption) = element.child("figcaption") else { return };
        let mut value = json!({ "text": self.text(&caption.without("cite")) });
        self.add_text(&mut value, "credit", caption.child("cite"));
        block["caption"] = value;
    }

    fn add_text(&self, block: &mut Value, field: &str, element: Option<&Element>) {
        if let Some(element) = element {
            block[field] = self.text(&element.children);
        }
    }

    /// A `RichText`: its blanks are collapsed as a browser collapses them.
    fn text(&self, nodes: &[Node]) -> Value {
        let mut is_blank = true;
        let mut text = joined(self.pieces(nodes, &mut is_blank));
        trim_end(&mut text);
        text
    }

    fn pieces(&self, nodes: &[Node], is_blank: &mut bool) -> Vec<Value> {
        let mut pieces = Vec::new();
        for node in nodes {
            match node {
                Node::Text(words) => pieces.push(collapsed(words, is_blank).into()),
                Node::Element(element) if element.name == "br" => {
                    pieces.push("\n".into());
                    *is_blank = true;
                }
                Node::Element(element) => self.inline(element, is_blank, &mut pieces),
            }
        }
        pieces
    }

    fn inline(&self, element: &Element, is_blank: &mut bool, pieces: &mut Vec<Value>) {
        let name = element.name.as_str();
        let attribute = |name: &str| element.get(name).unwrap_or_default().to_owned();
        // Files stand beside the text, see `files`.
        if FILES.contains(&name) && !element.is_symbol() {
            return;
        }
        if element.is_block() && !pieces.is_empty() {
            pieces.push("\n".into());
            *is_blank = true;
        }
        let symbol = match name {
            "input" => return,
            "a" if element.has("name") && !element.has("href") => {
                pieces.push(json!({ "type": "anchor", "name": attribute("name") }));
                return pieces.extend(self.pieces(&element.children, is_blank));
            }
            "tg-math" => Some(json!({ "type": "mathematical_expression", "expression": element.text() })),
            "tg-emoji" => Some(emoji(attribute("emoji-id"), element.text())),
            "img" => Some(symbol(&attribute("src"), attribute("alt"))),
            "tg-button" => Some(json!({ "type": "button", "button": self.button(element) })),
            _ => None,
        };
        if let Some(symbol) = symbol {
            *is_blank = false;
            return pieces.push(symbol);
        }
        let inside = joined(self.pieces(&element.children, is_blank));
        if inside == "" {
            return;
        }
        pieces.push(match name {
            "a" => self.link(&attribute("href"), inside),
            "tg-reference" => json!({ "type": "reference", "name": attribute("name"), "text": inside }),
            "tg-time" => date_time(&attribute("unix"), &attribute("format"), inside),
            name => match STYLES.iter().find(|(tag, _)| *tag == name) {
                Some((_, style)) => json!({ "type": style, "text": inside }),
                None => inside,
            },
        });
    }

    /// Where a link leads by its address; one that leads nowhere is its text (seen on the real server with `javascript:`).
    fn link(&self, href: &str, text: Value) -> Value {
        if let Some(name) = href.strip_prefix('#') {
            return match self.references.contains(name) {
                true => json!({ "type": "reference_link", "reference_name": name, "text": text }),
                false => json!({ "type": "anchor_link", "anchor_name": name, "text": text }),
            };
        }
        if let Some(address) = href.strip_prefix("mailto:") {
            return json!({ "type": "email_address", "email_address": address, "text": text });
        }
        if let Some(number) = href.strip_prefix("tel:") {
            return json!({ "type": "phone_number", "phone_number": number, "text": text });
        }
        match (linked_person(href), checked_link(href)) {
            (Some(person), _) => json!({ "type": "text_mention", "user": { "id": person }, "text": text }),
            (None, Some(url)) => json!({ "type": "url", "url": url, "text": text }),
            (None, None) => text,
        }
    }

    /// A `RichMessageButton`.
    fn button(&self, element: &Element) -> Value {
        let attribute = |name: &str| element.get(name).unwrap_or_default();
        let mut button = json!({ "text": self.text(&element.children) });
        copy(&mut button, element, "style");
        let action = attribute("type");
        let value = match action {
            "callback_data" => attribute("data").into(),
            "web_app" => json!({ "url": attribute("url") }),
            "login_url" => {
                let mut login = json!({ "url": attribute("url") });
                if let Some(words) = element.get("forward-text") {
                    login["forward_text"] = words.into();
                }
                if element.has("request-write-access") {
                    login["request_write_access"] = true.into();
                }
                login
            }
            "switch_inline_query" | "switch_inline_query_current_chat" => attribute("query").into(),
            "switch_inline_query_chosen_chat" => {
                let kinds = ["user", "bot", "group", "channel"].into_iter();
                let kinds = kinds.filter(|kind| element.has(&format!("allow-{kind}-chats")));
                let mut chosen: Map<String, Value> =
                    kinds.map(|kind| (format!("allow_{kind}_chats"), true.into())).collect();
                chosen.insert("query".to_owned(), attribute("query").into());
                chosen.into()
            }
            "copy_text" => json!({ "text": attribute("text") }),
            "disabled" => json!({}),
            "url" => attribute("url").into(),
            // A button without an action is refused.
            _ => return button,
        };
        button[action] = value;
        button
    }
}

/// Tags of one file.
const FILES: [&str; 4] = ["audio", "img", "tg-document", "video"];

/// The files in a text, as blocks: “media can be specified only as a separate block”.
fn files(nodes: &[Node], blocks: &mut Vec<Value>) {
    for element in elements(nodes) {
        if FILES.contains(&element.name.as_str()) && !element.is_symbol() {
            blocks.push(media(element));
        }
        files(&element.children, blocks);
    }
}

fn copy(value: &mut Value, element: &Element, field: &str) {
    if let Some(said) = element.get(field) {
        value[field] = said.into();
    }
}

fn first_checkbox(item: &Element) -> Option<&Element> {
    let own = item.child("input");
    own.or_else(|| item.child("p")?.child("input")).filter(|input| input.get("type") == Some("checkbox"))
}

fn pre(element: &Element) -> Value {
    let code = element.child("code");
    let text = element.text();
    // As in HTML, a line break right behind the tag does not count; nor does one before its end.
    let text = text.strip_prefix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\n').unwrap_or(text);
    let language = code.and_then(|code| code.get("class")?.strip_prefix("language-"));
    match language {
        Some("math") => json!({ "type": "mathematical_expression", "expression": text }),
        Some(language) => json!({ "type": "pre", "text": text, "language": language }),
        None => json!({ "type": "pre", "text": text }),
    }
}

fn map(element: &Element) -> Value {
    let number = |name: &str| element.get(name).and_then(|value| value.parse::<f64>().ok());
    let mut map = json!({ "type": "map", "location": { "latitude": number("lat"), "longitude": number("long") } });
    for field in ["zoom", "width", "height"] {
        if let Some(value) = element.get(field).and_then(|value| value.parse::<i64>().ok()) {
            map[field] = value.into();
        }
    }
    map
}

/// A picture or another file: what it is, its address says, unless the tag does.
fn media(element: &Element) -> Value {
    let src = element.get("src").unwrap_or_default();
    let scheme = src.strip_prefix("tg://").and_then(|rest| rest.split_once('?')).map(|(kind, _)| kind);
    let path = src.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let ending = path.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
    let kind = match (scheme, ending, element.name.as_str()) {
        (Some(kind @ ("photo" | "video" | "document" | "audio")), ..) => kind,
        (_, "gif", _) => "animation",
        (_, "ogg" | "oga" | "opus", _) => "voice_note",
        (_, _, "video") | (_, "mp4" | "mov" | "webm", _) => "video",
        (_, _, "audio") | (_, "mp3" | "m4a" | "flac" | "wav", _) => "audio",
        (_, _, "tg-document") | (_, "zip" | "pdf" | "txt" | "csv", _) => "document",
        _ => "photo",
    };
    let mut item = json!({ "type": kind, "media": src });
    if element.has("tg-spoiler") {
        item["has_spoiler"] = true.into();
    }
    let mut block = json!({ "type": kind, kind: item });
    if let Some(title) = element.get("title").filter(|title| !title.is_empty()) {
        block["caption"] = json!({ "text": title });
    }
    block
}

fn emoji(id: String, alternative: String) -> Value {
    json!({ "type": "custom_emoji", "custom_emoji_id": id, "alternative_text": alternative })
}

/// An emoji or a time that is written as an image.
fn symbol(src: &str, alternative: String) -> Value {
    let query = src.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let field = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value).unwrap_or_default()
    };
    match src.starts_with("tg://time") {
        true => date_time(field("unix"), field("format"), alternative.into()),
        false => emoji(field("id").to_owned(), alternative),
    }
}

fn date_time(unix: &str, format: &str, text: Value) -> Value {
    // What is no number is out of any range, and refused as such.
    let unix = unix.parse::<i64>().unwrap_or(-1);
    json!({ "type": "date_time", "unix_time": unix, "date_time_format": format, "text": text })
}

/// Blanks in a row as one, and none where there was one before.
fn collapsed(words: &str, is_blank: &mut bool) -> String {
    let mut text = String::new();
    for letter in words.chars() {
        let blank = matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{c}');
        if !blank {
            text.push(letter);
        } else if !*is_blank {
            text.push(' ');
        }
        *is_blank = blank;
    }
    text
}

fn trim_end(text: &mut Value) {
    match text {
        Value::String(words) => words.truncate(words.trim_end_matches([' ', '\n']).len()),
        Value::Array(pieces) => {
            if let Some(last) = pieces.last_mut() {
                trim_end(last);
            }
            if pieces.last().is_some_and(|last| *last == "") {
                pieces.pop();
            }
            if pieces.len() == 1 {
                *text = pieces.remove(0);
            }
        }
        Value::Object(object) => {
            if let Some(inside) = object.get_mut("text") {
                trim_end(inside);
            }
        }
        _ => {}
    }
}
