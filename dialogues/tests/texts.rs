//! The code and the three `.ftl` files agree: on every sentence, and on every place to fill.

#[path = "support/source.rs"]
mod source;

use std::collections::{BTreeMap, BTreeSet};

use dialogues::app::{COMMANDS, TEAM_COMMANDS};
use dialogues::shop::Language;
use dialogues::texts::{Label, source as ftl};
use engine::texts::ENGINE_SENTENCES;
use source::{Source, rust_files, string};
use strum::IntoEnumIterator;

/// Sentences by their name, with the places that are to be filled.
type Messages = BTreeMap<String, BTreeSet<String>>;

/// One `text!("id", place = …)`.
struct Use {
    at: String,
    id: String,
    places: BTreeSet<String>,
}

#[test]
fn every_language_has_the_same_sentences_with_the_same_places() {
    let english = messages(ftl(Language::English));
    assert!(english.len() > 100, "only {} messages were read", english.len());
    for language in Language::iter() {
        let other = messages(ftl(language));
        for (id, places) in &english {
            assert_eq!(other.get(id), Some(places), "“{id}” in {language} is not as in English");
        }
        let extra: Vec<_> = other.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(extra.is_empty(), "only in {language}: {extra:?}");
    }
}

#[test]
fn every_sentence_that_is_said_is_written_and_filled() {
    let known = messages(ftl(Language::English));
    let uses = uses();
    assert!(uses.len() > 100, "only {} uses were found", uses.len());
    for Use { at, id, places } in uses {
        let wanted = known.get(&id).unwrap_or_else(|| panic!("{at} says “{id}”, which is in no .ftl file"));
        assert_eq!(&places, wanted, "{at} fills other places of “{id}” than it has");
    }
}

#[test]
fn every_sentence_that_is_written_is_said() {
    let labels = Label::iter().map(|label| <&str>::from(label).to_owned());
    let commands = COMMANDS.iter().chain(TEAM_COMMANDS).map(|(name, _)| format!("command-{name}"));
    let engine = ENGINE_SENTENCES.into_iter().map(str::to_owned);
    let found = uses().into_iter().map(|found| found.id);
    let said: BTreeSet<_> = found.chain(labels).chain(commands).chain(engine).collect();
    let written = messages(ftl(Language::English));
    let silent: Vec<_> = written.keys().filter(|id| !said.contains(*id)).collect();
    assert!(silent.is_empty(), "nobody says {silent:?}");
    let missing: Vec<_> = said.iter().filter(|id| !written.contains_key(*id)).collect();
    assert!(missing.is_empty(), "nobody wrote {missing:?}");
}

/// Commands that the help does not name: it is itself one.
const NOT_IN_HELP: [&str; 1] = ["help"];

#[test]
fn the_help_names_every_command_in_every_language() {
    let everybodys: BTreeSet<&str> =
        COMMANDS.iter().map(|(name, _)| *name).filter(|name| !NOT_IN_HELP.contains(name)).collect();
    for language in Language::iter() {
        let bodies = bodies(ftl(language));
        for (id, commands) in
            [("help", &everybodys), ("help-owners", &TEAM_COMMANDS.iter().map(|(name, _)| *name).collect())]
        {
            let (_, body) = bodies.iter().find(|(known, _)| known == id).unwrap();
            let named: BTreeSet<&str> =
                body.lines().filter_map(|line| line.trim().strip_prefix('/')?.split_whitespace().next()).collect();
            assert_eq!(&named, commands, "the lines of “{id}” in {language}, and the commands that there are");
        }
    }
}

#[test]
fn plurals_have_every_form_that_the_language_has() {
    for language in Language::iter() {
        let forms: &[&str] = match language {
            Language::English => &["one", "other"],
            Language::Ukrainian | Language::Russian => &["one", "few", "many"],
        };
        for (id, body) in bodies(ftl(language)) {
            let Some(variants) = body.split_once("->").map(|(_, variants)| variants) else { continue };
            // `[1]` sets exactly one apart, which is no question of grammar.
            let exact = variants.contains("[1]") && !variants.contains("[one]");
            for form in forms.iter().filter(|_| !exact) {
                assert!(variants.contains(&format!("[{form}]")), "“{id}” in {language} has no form for “{form}”");
            }
            assert!(variants.contains("*["), "“{id}” in {language} has no form for the rest");
        }
    }
}

#[test]
fn no_sentence_stands_in_the_code_of_a_flow() {
    let files = rust_files();
    let is_flow =
        |file: &&Source| file.path == "dialogues/src/dialogue.rs" || file.code().contains("impl Flow<Shop> for");
    let flows: Vec<&Source> = files.iter().filter(|file| file.is_under(&["dialogues/src/"])).filter(is_flow).collect();
    assert!(flows.len() >= 12, "only {} flows were found", flows.len());
    for file in flows {
        let path = &file.path;
        let code = file.code();
        let code = code.split("#[cfg(test)]").next().unwrap_or_default();
        for literal in literals(code) {
            let words = literal.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
            let foreign = literal.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
            assert!(words < 2 && !foreign, "{path} says “{literal}”; sentences belong into texts/");
        }
    }
}

#[test]
fn the_scanners_see_what_is_there() {
    let text = "text!(\"a\"); // text!(\"b\")\n private_text!(\"c\"); text!(\n \"d\", x = f(1, \"),\"), y = { 2 },\n)";
    let source = Source { path: "x.rs".to_owned(), text: text.to_owned() };
    let found: Vec<_> =
        uses_in(&source).into_iter().map(|found| (found.id, found.places.into_iter().collect())).collect();
    assert_eq!(found, [("a".to_owned(), Vec::<String>::new()), ("d".to_owned(), vec!["x".to_owned(), "y".to_owned()])]);
    let read =
        messages("# note\na-b = It costs $5, { $name }\n    { $n ->\n [one] x\n *[other] { $n } y\n }\n\nc = d\n");
    let places = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(read, BTreeMap::from([("a-b".to_owned(), places(&["n", "name"])), ("c".to_owned(), places(&[]))]));
}

/// The messages of an `.ftl` file: name and body.
fn bodies(ftl: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for line in ftl.lines().filter(|line| !line.starts_with('#')) {
        let head = line.split_once('=').filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()));
        match (head, all.last_mut()) {
            (Some((id, body)), _) => all.push((id.trim().to_owned(), format!("{body}\n"))),
            (None, Some((_, body))) => body.push_str(&format!("{line}\n")),
            (None, None) => {}
        }
    }
    all
}

fn messages(ftl: &str) -> Messages {
    let mut all = Messages::new();
    for (id, body) in bodies(ftl) {
        let places = body.split('{').skip(1).filter_map(|piece| piece.trim_start().strip_prefix('$'));
        let name = |piece: &str| piece.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect();
        let twice = all.insert(id.clone(), places.map(name).collect());
        assert!(twice.is_none(), "“{id}” is written twice");
    }
    all
}

fn uses() -> Vec<Use> {
    let files = rust_files();
    files.iter().filter(|file| file.is_under(&["src/", "dialogues/src/"])).flat_map(uses_in).collect()
}

fn uses_in(file: &Source) -> Vec<Use> {
    let code = file.code();
    let calls = code.match_indices("text!(");
    let own = calls.filter(|(at, _)| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
    own.map(|(at, call)| {
        let line = code[..at].lines().count();
        let mut arguments = arguments(&code[at + call.len()..]).into_iter();
        let id = arguments.next().unwrap_or_default();
        let place = |argument: String| argument.split('=').next().unwrap_or_default().trim().to_owned();
        Use {
            at: format!("{}:{line}", file.path),
            id: id.trim_matches('"').to_owned(),
            places: arguments.map(place).collect(),
        }
    })
    .collect()
}

/// The arguments of a call, from behind its parenthesis on.
fn arguments(code: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let (mut depth, mut at) = (0, 0);
    while let Some(next) = code[at..].chars().next() {
        let length = if next == '"' { string(&code[at..]) } else { next.len_utf8() };
        match next {
            ')' | ']' | '}' if depth == 0 => break,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                all.push(String::new());
                at += 1;
                continue;
            }
            _ => {}
        }
        all.last_mut().expect("never empty").push_str(&code[at..at + length]);
        at += length;
    }
    all.into_iter().map(|argument| argument.trim().to_owned()).filter(|argument| !argument.is_empty()).collect()
}

/// Every string in a piece of code.
fn literals(code: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(next) = code[at..].chars().next() {
        let length = if next == '"' { string(&code[at..]) } else { next.len_utf8() };
        if next == '"' {
            all.push(code[at..at + length].trim_matches('"').to_owned());
        }
        at += length;
    }
    all
}
