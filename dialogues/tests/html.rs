//! The transcripts as pages: well-formed, whatever stands in them.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]

#[path = "support/chats.rs"]
mod chats;

use chats::transcripts;
use dialogues::transcript::html::{html, page};
use dialogues::transcript::parse;

/// Elements that have no end.
const VOID: [&str; 3] = ["img", "meta", "!DOCTYPE"];

/// What is wrong with the elements of a page: one that is not closed, or closed by another one's end.
fn disorder(html: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    for piece in html.split('<').skip(1) {
        let Some((tag, _)) = piece.split_once('>') else { return Some(format!("<{piece} has no end")) };
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        match name.strip_prefix('/') {
            Some(ended) if open.pop() != Some(ended) => return Some(format!("</{ended}> closes something else")),
            Some(_) => {}
            None if VOID.contains(&name) => {}
            None => open.push(name),
        }
    }
    open.last().map(|name| format!("<{name}> is never closed"))
}

#[test]
fn every_transcript_makes_a_well_formed_page() {
    for (file, text) in transcripts() {
        let script = parse(&text).unwrap();
        let title = script.title().unwrap();
        let page = page(title, &html(&script, |name| Some(format!("../pictures/{name}"))));
        assert_eq!(disorder(&page), None, "{file}");
    }
}

#[test]
fn disorder_is_seen() {
    assert!(disorder("<p><b></p></b>").is_some() && disorder("<p>").is_some());
    assert_eq!(disorder("<p><img src=\"x\"></p>"), None);
}
