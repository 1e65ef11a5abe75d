//! One word, one meaning: no two public types of the workspace share a name, and none has a name that the field calls
//! something else.

#[path = "support/source.rs"]
mod source;

use std::collections::{BTreeMap, BTreeSet};

use source::{Source, rust_files};

/// A public type as a file defines it.
#[derive(Debug, Clone)]
struct Definition {
    name: String,
    /// Only another name for the type of the same name, with its arguments filled in.
    alias: bool,
    path: String,
}

/// Names that public types do not have, and the word for what they would be.
const OTHER_WORDS: [(&str, &str); 20] = [
    ("Key", "InlineButton (Telegram)"),
    ("Keys", "Keyboard"),
    ("Answer", "ReplyButton (Telegram)"),
    ("Bring", "ReplyKeyboard (Telegram)"),
    ("Standing", "ShownKeyboard"),
    ("Button", "InlineButton, ReplyButton or Callback (Telegram)"),
    ("Entity", "MessageEntity (Telegram)"),
    ("Show", "Output"),
    ("Note", "SideMessage"),
    ("Deed", "UserAction"),
    ("Happened", "StepResult"),
    ("Go", "Place"),
    ("Act", "Action"),
    ("Desk", "Host"),
    ("Post", "MessageGateway"),
    ("Pace", "RateLimiter"),
    ("Upkept", "Managed"),
    ("Tape", "Recording"),
    ("Acquaintance", "CustomerStatus"),
    ("Patience", "…_TIMEOUT or …_RETRIES"),
];

#[test]
fn no_two_public_types_share_a_name() {
    let files = rust_files();
    let shared = shared(&definitions(&files), &roles(&files));
    assert!(shared.is_empty(), "one word, one meaning: {shared:#?}");
}

#[test]
fn public_types_have_the_names_of_the_field() {
    let found: Vec<_> = definitions(&rust_files())
        .into_iter()
        .filter_map(|type_| {
            let (_, word) = OTHER_WORDS.iter().find(|(other, _)| *other == type_.name)?;
            Some(format!("{}: {} is called {word}", type_.path, type_.name))
        })
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_word_with_two_meanings_is_found() {
    let file = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
    let engine =
        file("dialogues/engine/src/app.rs", "pub trait App {\n    type Place: Code;\n}\npub struct View<A: App>;");
    let of_another = |text: &str| {
        let files = [file("src/a.rs", text), file(engine.path.as_str(), &engine.text)];
        shared(&definitions(&files), &roles(&files)).len()
    };
    assert_eq!(of_another("pub struct View;"), 1);
    assert_eq!(of_another("pub type View = Vec<engine::View<Shop>>;"), 1);
    assert_eq!(of_another("pub type View = engine::View<Shop>;"), 0);
    assert_eq!(of_another("pub(crate) struct View;\n// pub struct View;"), 0);
    let places = ["src/a.rs", "src/b.rs"].map(|path| file(path, "pub enum Place {}"));
    assert_eq!(shared(&definitions(&places), &BTreeSet::new()).len(), 1);
    assert_eq!(shared(&definitions(&places), &roles(&[engine])).len(), 0, "two applications fill one role");
}

/// The public types of all packages; what only tests compile has none, and the model is a test.
fn definitions(files: &[Source]) -> Vec<Definition> {
    let code = files.iter().filter(|file| file.is_under(&["src/", "dialogues/"]) && !file.is_test());
    let code = code.filter(|file| !file.is_under(&["dialogues/model/"]));
    code.flat_map(|file| {
        let code = file.bare_code();
        code.lines().filter_map(|line| definition(line, &file.path)).collect::<Vec<_>>()
    })
    .collect()
}

fn definition(line: &str, path: &str) -> Option<Definition> {
    let rest = line.trim_start().strip_prefix("pub ")?;
    let (kind, rest) = rest.split_once(' ')?;
    if !["struct", "enum", "trait", "type", "union"].contains(&kind) || rest.starts_with('$') {
        return None;
    }
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let target = rest.split_once('=').map(|(_, target)| target.split(['<', ';']).next().unwrap_or_default().trim());
    let alias = kind == "type" && target.is_some_and(|target| target.rsplit("::").next() == Some(&name));
    Some(Definition { name, alias, path: path.to_owned() })
}

/// What every application has one of, under this name: the associated types of the engine's traits, and those traits.
fn roles(files: &[Source]) -> BTreeSet<String> {
    let engine = files.iter().filter(|file| file.is_under(&["dialogues/engine/src/"]) && !file.is_test());
    let lines = engine.flat_map(|file| file.bare_code().lines().map(str::to_owned).collect::<Vec<_>>());
    lines
        .filter_map(|line| {
            let rest = line.strip_prefix("    type ")?.split_once(':')?.0.to_owned();
            rest.chars().all(char::is_alphanumeric).then_some(rest)
        })
        .collect()
}

/// The names that several types have, and where.
fn shared(definitions: &[Definition], roles: &BTreeSet<String>) -> Vec<String> {
    let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for type_ in definitions.iter().filter(|type_| !type_.alias && !roles.contains(&type_.name)) {
        by_name.entry(&type_.name).or_default().push(&type_.path);
    }
    by_name
        .into_iter()
        .filter(|(_, paths)| paths.len() > 1)
        .map(|(name, paths)| format!("{name}: {}", paths.join(", ")))
        .collect()
}
