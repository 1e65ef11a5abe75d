//! Rich HTML as a tree of the tags that Telegram knows.
//!
//! The standard's own way to build a tree is not Telegram's: there, `<tg-map …/>` would never end. So the tokens come from a
//! library, and the tree is built here: a tag that nobody knows is passed over, and one that is not closed ends with what it
//! stands in.

use std::collections::BTreeMap;

use html5gum::{HtmlString, Token, Tokenizer};

use crate::refusal::Refusal;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Text(String),
    Element(Element),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: BTreeMap<String, String>,
    pub(super) children: Vec<Node>,
}

/// Tags that contain nothing, whether they are written with a slash or not.
const VOID: [&str; 4] = ["br", "hr", "img", "input"];
/// Tags inside of a text.
const INLINE: [&str; 22] = [
    "a",
    "b",
    "br",
    "code",
    "del",
    "em",
    "i",
    "input",
    "ins",
    "mark",
    "s",
    "strike",
    "strong",
    "sub",
    "sup",
    "tg-button",
    "tg-emoji",
    "tg-math",
    "tg-reference",
    "tg-spoiler",
    "tg-time",
    "u",
];
/// Tags that begin a block.
const BLOCKS: [&str; 27] = [
    "aside",
    "audio",
    "blockquote",
    "details",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "ol",
    "p",
    "pre",
    "table",
    "tg-button-row",
    "tg-collage",
    "tg-document",
    "tg-map",
    "tg-math-block",
    "tg-slideshow",
    "tg-thinking",
    "ul",
    "video",
];
/// Tags that are parts of a block.
const PARTS: [&str; 8] = ["caption", "cite", "figcaption", "li", "summary", "td", "th", "tr"];
/// Tags of which nothing is shown, as on Telegram's server.
const DROPPED: [&str; 2] = ["script", "style"];
/// No message has so many tags inside of each other; Telegram's own limit counts other things, see `build.rs`.
const DEEPEST: usize = 100;

impl Element {
    pub(super) fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }

    pub(super) fn has(&self, attribute: &str) -> bool {
        self.attributes.contains_key(attribute)
    }

    pub(super) fn is_block(&self) -> bool {
        // Custom emoji and times may be written as images, which stand in the text.
        BLOCKS.contains(&self.name.as_str()) && !self.is_symbol()
    }

    pub(super) fn is_symbol(&self) -> bool {
        let is_symbol = |src: &str| src.starts_with("tg://emoji") || src.starts_with("tg://time");
        self.name == "img" && self.get("src").is_some_and(is_symbol)
    }

    /// The first child of that name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        elements(&self.children).find(|child| child.name == name)
    }

    /// The children that are not of that name.
    pub(super) fn without(&self, name: &str) -> Vec<Node> {
        let others = self.children.iter().filter(|node| !matches!(node, Node::Element(child) if child.name == name));
        others.cloned().collect()
    }

    /// All that is written in it, as it stands there.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for node in &self.children {
            match node {
                Node::Text(words) => text += words,
                Node::Element(child) if child.name == "br" => text.push('\n'),
                Node::Element(child) => text += &child.text(),
            }
        }
        text
    }
}

/// Those of the nodes that are elements.
pub(super) fn elements(nodes: &[Node]) -> impl Iterator<Item = &Element> {
    nodes.iter().filter_map(|node| match node {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    })
}

/// Reads HTML.
///
/// # Errors
/// Too many tags inside of each other.
pub(super) fn parse(html: &str) -> Result<Vec<Node>, Refusal> {
    // The bottom of the stack has no name, so that no tag closes it.
    let mut open = vec![Element::default()];
    for token in Tokenizer::new(html) {
        let Ok(token) = token;
        match token {
            Token::String(words) => add(&mut open, Node::Text(string(&words))),
            Token::StartTag(tag) => {
                let name = string(&tag.name);
                let is_known = [&INLINE[..], &BLOCKS, &PARTS, &DROPPED].iter().any(|all| all.contains(&name.as_str()));
                if !is_known {
                    continue;
                }
                end_before(&mut open, &name);
                let attributes = tag.attributes.iter().map(|(name, value)| (string(name), string(value)));
                let element = Element { name, attributes: attributes.collect(), children: Vec::new() };
                if tag.self_closing || VOID.contains(&element.name.as_str()) {
                    add(&mut open, Node::Element(element));
                } else if open.len() >= DEEPEST {
                    return Err(Refusal::bad("RICH_MESSAGE_INVALID"));
                } else {
                    open.push(element);
                }
            }
            Token::EndTag(tag) => close(&mut open, &string(&tag.name)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    while open.len() > 1 {
        close_last(&mut open);
    }
    Ok(open.pop().unwrap_or_default().children)
}

/// Closes what a new tag ends, as in HTML: an item the one before, a cell the one before, a block the paragraph before.
fn end_before(open: &mut Vec<Element>, name: &str) {
    let (ended, within): (&[&str], &[&str]) = match name {
        "li" => (&["li"], &["ul", "ol"]),
        "td" | "th" => (&["td", "th"], &["tr", "table"]),
        "tr" => (&["tr"], &["table"]),
        // Files stand in the paragraph, and are taken out of it later.
        "img" | "video" | "audio" | "tg-document" | "tg-map" => return,
        name if BLOCKS.contains(&name) => (&["p"], &["li", "td", "th", "blockquote", "details", "figure"]),
        _ => return,
    };
    let newest = open.iter().skip(1).rev().find(|element| {
        let name = element.name.as_str();
        ended.contains(&name) || within.contains(&name)
    });
    let ended = newest.filter(|element| ended.contains(&element.name.as_str())).map(|element| element.name.clone());
    if let Some(name) = ended {
        close(open, &name);
    }
}

fn string(bytes: &HtmlString) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn add(open: &mut [Element], node: Node) {
    if let Some(last) = open.last_mut() {
        match (last.children.last_mut(), node) {
            (Some(Node::Text(before)), Node::Text(words)) => *before += &words,
            (_, node) => last.children.push(node),
        }
    }
}

/// Closes the newest open element of that name, and those inside of it.
fn close(open: &mut Vec<Element>, name: &str) {
    let Some(at) = open.iter().skip(1).rposition(|element| element.name == name) else { return };
    while open.len() > at + 1 {
        close_last(open);
    }
}

fn close_last(open: &mut Vec<Element>) {
    if let Some(element) = open.pop().filter(|element| !DROPPED.contains(&element.name.as_str())) {
        add(open, Node::Element(element));
    }
}
