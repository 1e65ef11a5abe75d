//! The guide in the README quotes the guest book: what a reader types is what passes.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file of this package")
}

/// The blocks of a language in a part of a page.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_step_of_the_guide_is_in_the_guest_book() {
    let (page, code) = (read("README.md"), read("tests/guestbook.rs"));
    let steps = page.split("### 1. States").nth(1).and_then(|rest| rest.split("### 11.").next()).expect("ten steps");
    let quoted = blocks(steps, "rust");
    assert!(quoted.len() >= 10, "only {} blocks of the guide were found", quoted.len());
    // A block may leave out what is between its paragraphs.
    for paragraph in quoted.iter().flat_map(|block| block.split("\n\n")) {
        assert!(code.contains(paragraph.trim()), "this is not in tests/guestbook.rs:\n{paragraph}");
    }
    let texts = [read("tests/guestbook/en.ftl"), read("tests/guestbook/sign.chat")];
    for block in blocks(steps, "text") {
        assert!(
            texts.iter().any(|text| text.contains(block.trim())),
            "this is in no file of tests/guestbook:\n{block}"
        );
    }
}
