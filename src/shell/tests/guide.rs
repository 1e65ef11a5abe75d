//! What this package's page and the last steps of the engine's guide quote is what is compiled, and passes.

use std::fs;
use std::path::Path;

/// A file of this package, or a page beside it.
fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file of the repository")
}

/// The blocks of Rust in a part of a page, from a heading to another one.
fn blocks<'a>(page: &'a str, from: &str, until: &str) -> Vec<&'a str> {
    let part = page.split(from).nth(1).and_then(|rest| rest.split(until).next()).expect("the headings");
    part.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// Paragraphs of blocks that are not in the code.
fn strange<'a>(blocks: &[&'a str], code: &str) -> Vec<&'a str> {
    blocks.iter().flat_map(|block| block.split("\n\n")).map(str::trim).filter(|part| !code.contains(part)).collect()
}

#[test]
fn steps_11_and_12_of_the_guide_are_in_the_example() {
    let (page, code) = (read("../../dialogues/engine/README.md"), read("examples/guestbook.rs"));
    // A reader's program has the transcript in a folder of its own.
    let code = code.replace("../../dialogues/engine/tests/guestbook\")", "src/guestbook\")");
    let steps = [blocks(&page, "### 11.", "### 12."), blocks(&page, "### 12.", "### 13.")].concat();
    assert_eq!(steps.len(), 2, "a block for each step");
    assert_eq!(strange(&steps, &code), <[&str; 0]>::default());
}

#[test]
fn the_bot_of_the_page_is_the_example() {
    let (page, code) = (read("README.md"), read("examples/behind_telegram.rs"));
    let quoted = blocks(&page, "## Two ways to use it", "## What it guarantees");
    assert_eq!(quoted.len(), 1);
    assert_eq!(strange(&quoted, &code), <[&str; 0]>::default());
    assert_eq!(strange(&["fn main() {\n    other();\n}"], &code).len(), 1, "what is not there is found");
}
