//! The repository's own sources, for tests that hold rules over them.

#![allow(dead_code, reason = "each of the tests that include this uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};

/// A file, by its path from the top of the repository, with `/` between folders.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// What the compiler reads: comments are spaces, line breaks stay.
    pub(crate) fn code(&self) -> String {
        blank(&self.text, false)
    }

    /// The same without what stands in strings.
    pub(crate) fn bare_code(&self) -> String {
        blank(&self.text, true)
    }

    /// Whether the path begins like one of these.
    pub(crate) fn is_under(&self, beginnings: &[&str]) -> bool {
        beginnings.iter().any(|beginning| self.path.starts_with(beginning))
    }

    /// Whether it is compiled for tests only.
    pub(crate) fn is_test(&self) -> bool {
        self.path.split('/').any(|part| part == "tests" || part == "tests.rs")
    }
}

/// The top of the repository.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace around the package").to_path_buf()
}

/// Every Rust file of both packages.
pub(crate) fn rust_files() -> Vec<Source> {
    let mut found = Vec::new();
    for folder in ["src", "tests", "benches", "examples", "dialogues"] {
        collect(&top().join(folder), &mut found);
    }
    found.sort_by(|one, two| one.path.cmp(&two.path));
    found
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file is readable");
            let path = path.strip_prefix(top()).expect("a path below the top");
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            found.push(Source { path: parts.join("/"), text });
        }
    }
}

/// The text with its comments, and its strings too if wanted, as spaces. Knows `//`, `/* */`, strings,
/// raw strings and characters: as much Rust as this repository writes.
fn blank(text: &str, strings: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, hide) = match first {
            '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), true),
            '/' if rest.starts_with("/*") => (rest.find("*/").map_or(rest.len(), |end| end + 2), true),
            'r' if raw_quotes(rest).is_some() && !out.ends_with(|c: char| c.is_alphanumeric() || c == '_') => {
                let hashes = raw_quotes(rest).unwrap_or_default();
                let end = format!("\"{}", "#".repeat(hashes));
                let body = &rest[hashes + 2..];
                (body.find(&end).map_or(rest.len(), |at| hashes + 2 + at + end.len()), strings)
            }
            '"' => (string(rest), strings),
            '\'' => (character(rest), false),
            other => (other.len_utf8(), false),
        };
        let piece = &rest[..length];
        match hide {
            true => out.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' })),
            false => out.push_str(piece),
        }
        rest = &rest[length..];
    }
    out
}

/// How many `#` a raw string at the start has; `None` where there is no raw string.
fn raw_quotes(text: &str) -> Option<usize> {
    let behind = text.strip_prefix('r')?;
    let hashes = behind.bytes().take_while(|byte| *byte == b'#').count();
    behind[hashes..].starts_with('"').then_some(hashes)
}

/// The length of the string at the start, quotes included.
pub(crate) fn string(text: &str) -> usize {
    let mut escaped = false;
    for (place, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of the character at the start; of a lifetime, that of its mark.
fn character(text: &str) -> usize {
    let mut rest = text.char_indices().skip(1);
    match (rest.next(), rest.next()) {
        (Some((_, '\\')), Some((_, _))) => text[3..].find('\'').map_or(text.len(), |end| end + 4),
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}
