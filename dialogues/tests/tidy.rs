//! The rules of the house that a machine can keep.

#[path = "support/source.rs"]
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use source::{Source, rust_files, top};

/// The most lines that one Rust file may have.
const MOST_LINES: usize = 500;

/// Every file whose code has one of these words, where `rules` applies; as `path: word`.
fn offenders(words: &[&str], rules: impl Fn(&Source) -> bool) -> Vec<String> {
    let files = rust_files();
    assert!(files.len() > 50, "only {} files were found", files.len());
    let judged = files.iter().filter(|file| rules(file));
    judged.flat_map(|file| found(file, words)).collect()
}

fn found(file: &Source, words: &[&str]) -> Vec<String> {
    let code = file.bare_code();
    words.iter().filter(|word| mentions(&code, word)).map(|word| format!("{}: {word}", file.path)).collect()
}

/// Whether the code has a word that is not a part of a longer one.
fn mentions(code: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| !code[..at].ends_with(joins))
}

#[test]
fn no_file_is_longer_than_a_person_reads() {
    let files = rust_files().into_iter().map(|file| (file.text.lines().count(), file.path));
    let long: Vec<_> = files.filter(|(lines, _)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines: {long:?}");
}

#[test]
fn modules_are_named_after_themselves() {
    let files = rust_files().into_iter().map(|file| file.path);
    let nameless: Vec<_> = files.filter(|path| path.ends_with("/mod.rs")).collect();
    assert!(nameless.is_empty(), "name.rs beside name/ instead of {nameless:?}");
}

/// Words of the shop; the engine and the simulator have none of them, not even in a comment.
const SHOP_TERMS: [&str; 13] = [
    "shop",
    "cart",
    "checkout",
    "catalogue",
    "product",
    "products",
    "category",
    "price",
    "stock",
    "basket",
    "mailing",
    "purchase",
    "shopkeeper",
];

/// The words of a file that are terms of the shop, in lower case and without the parts of longer words.
fn shop_terms(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_alphabetic()).flat_map(camel);
    words.filter(|word| SHOP_TERMS.contains(&word.to_lowercase().as_str())).collect()
}

/// `CartState` has the words `Cart` and `State`.
fn camel(word: &str) -> Vec<&str> {
    let humps: Vec<usize> = word
        .char_indices()
        .filter(|(at, c)| *at > 0 && c.is_uppercase() && !word[..*at].ends_with(char::is_uppercase))
        .map(|(at, _)| at)
        .collect();
    let ends = humps.iter().copied().chain([word.len()]);
    std::iter::once(0).chain(humps.iter().copied()).zip(ends).map(|(from, to)| &word[from..to]).collect()
}

/// Which folders may not import which: the files on the left have none of the words on the right.
const ARROWS: [(&[&str], &[&str]); 6] = [
    (&["dialogues/engine/"], &["dialogues::", "shopkeeper::", "reservation::", "shell::"]),
    (&["dialogues/reservation/"], &["dialogues::", "shopkeeper::"]),
    (&["src/simulator/", "src/server/", "src/any-bot/"], &["dialogues::", "shopkeeper::", "reservation::", "shell::"]),
    (&["src/shell/"], &["dialogues::", "shopkeeper::", "reservation::"]),
    (&["src/bot"], &["crate::api", "dialogues::world"]),
    (&["src/api", "src/store", "src/mailing", "src/metrics"], &["crate::bot", "dialogues::world"]),
];

#[test]
fn nothing_is_imported_against_the_arrows() {
    for (from, words) in ARROWS {
        // The tests of a module may play with what production may not.
        let against = offenders(words, |file| file.is_under(from) && !file.is_test());
        assert!(against.is_empty(), "engine ← shop ← shell, engine ← simulator ← any bot: {against:?}");
    }
}

#[test]
fn the_engine_the_shell_and_the_simulator_know_no_application() {
    let homes = ["dialogues/engine/", "src/shell/", "src/simulator/", "src/server/", "src/any-bot/"];
    let files = rust_files().into_iter().filter(|file| file.is_under(&homes) && !file.is_test());
    let files: Vec<_> = files.collect();
    assert!(files.len() > 100, "only {} files of the engine, the shell and the simulator were found", files.len());
    for file in files {
        let mut terms = shop_terms(&file.text);
        match file.path.as_str() {
            // Top-level domains are words of the language, too.
            path if path.ends_with("markup/found/urls.rs") => terms.clear(),
            // Names of fields of the Bot API.
            path if path == "src/shell/src/input.rs" || path.starts_with("src/simulator/") => {
                terms.retain(|term| !["price", "checkout"].contains(&term.to_lowercase().as_str()));
            }
            // A private MongoDB is called after this repository, on disk and in its replica set: kept folders know it.
            "src/shell/src/mongod.rs" | "src/shell/src/mongod/fetch.rs" | "src/shell/src/mongo/replica.rs" => {
                terms.retain(|term| *term != "shopkeeper");
            }
            _ => {}
        }
        assert!(terms.is_empty(), "{}: {terms:?} are words of one application", file.path);
    }
}

#[test]
fn the_core_touches_nothing() {
    let world = [
        "SystemTime",
        "Instant",
        "Utc::now",
        "Local::",
        "rand::",
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "async fn",
        "unsafe",
    ];
    let touched = offenders(&world, |file| {
        file.is_under(&["dialogues/src/", "dialogues/engine/src/", "dialogues/reservation/src/"])
    });
    assert!(touched.is_empty(), "the core knows only what it is told: {touched:?}");
}

#[test]
fn the_core_depends_on_nothing_that_touches_the_world() {
    let lock = fs::read_to_string(top().join("Cargo.lock")).expect("the workspace has a lock");
    let needed = reachable(&lock, "dialogues");
    assert!(needed.contains("fluent-bundle"), "the lock was misread: {needed:?}");
    let worldly = ["tokio", "teloxide", "teloxide-core", "mongodb", "bson", "rocket", "reqwest", "hyper", "mio"];
    let found: Vec<_> = worldly.into_iter().filter(|name| needed.contains(*name)).collect();
    assert!(found.is_empty(), "dialogues depends on {found:?}");
    assert!(reachable(&lock, "shopkeeper").contains("tokio"), "the lock was misread: the shell needs tokio");
}

#[test]
fn the_core_has_no_clock() {
    for path in ["Cargo.toml", "dialogues/Cargo.toml"] {
        let manifest = fs::read_to_string(top().join(path)).expect("a manifest");
        for section in ["[workspace.dependencies]", "[dependencies]"] {
            let chrono = lines(&manifest, section).into_iter().find(|line| line.starts_with("chrono"));
            // The shell may ask what time it is.
            let shell = path == "Cargo.toml" && section == "[dependencies]";
            assert!(
                shell || chrono.is_none_or(|line| !line.contains("clock")),
                "{path} {section}: the core may not ask what time it is"
            );
        }
    }
}

#[test]
fn only_the_bot_speaks_to_telegram() {
    let home = ["src/shell/", "src/bot.rs", "src/bot/", "src/simulator/src/tests", "tests/", "benches/"];
    // Whoever starts a bot hands it its client, and knows no more than that.
    let starters = ["src/commands/", "src/replay"];
    let strangers =
        offenders(&["teloxide"], |file| !file.is_under(&home) && !file.is_under(&starters) && !is_core_test(file));
    assert!(strangers.is_empty(), "teloxide is for src/shell and src/bot: {strangers:?}");
    for file in rust_files().iter().filter(|file| file.is_under(&starters)) {
        let code = file.bare_code();
        let paths = code.match_indices("teloxide").map(|(at, _)| &code[at..]);
        let wider: Vec<_> =
            paths.filter(|path| !path.starts_with("teloxide::Bot") && !path.starts_with("teloxide::net::")).collect();
        assert!(wider.is_empty(), "{} uses more of teloxide than its client", file.path);
    }
}

#[test]
fn only_the_edges_serve_http() {
    let home = [
        "src/api.rs",
        "src/api/",
        "src/server",
        "src/shell/src/webhook.rs",
        "src/shell/src/health.rs",
        "src/shell/src/stage/front.rs",
        "src/simulator",
        "src/workbench",
        "tests/",
        // A bot to compare with.
        "benches/updates/",
    ];
    let strangers = offenders(&["rocket::"], |file| !file.is_under(&home));
    assert!(strangers.is_empty(), "Rocket is for the edges: {strangers:?}");
}

#[test]
fn only_the_store_speaks_to_mongodb() {
    let home = ["src/store.rs", "src/store/", "src/shell/src/mongo.rs", "src/shell/src/mongo/", "tests/", "benches/"];
    let strangers = offenders(&["mongodb::", "bson::"], |file| !file.is_under(&home));
    assert!(strangers.is_empty(), "mongodb is for src/store and src/shell/src/mongo: {strangers:?}");
}

/// Words of constants that the vocabulary has another word for, and that word.
const OTHER_WORDS: [(&str, &str); 2] = [("PATIENCE", "…_TIMEOUT, or …_RETRIES"), ("MOST_TRIES", "…_RETRIES")];

#[test]
fn timeouts_and_retries_are_called_so() {
    for (word, vocabulary) in OTHER_WORDS {
        let found = rust_files().into_iter().filter(|file| !is_core_test(file) && file.text.contains(word));
        let found: Vec<_> = found.map(|file| file.path).collect();
        assert!(found.is_empty(), "{word} is called {vocabulary}: {found:?}");
    }
}

#[test]
fn nothing_is_left_for_later() {
    let promises = ["todo!(", "unimplemented!("];
    let unkept = offenders(&promises, |_| true);
    assert!(unkept.is_empty(), "{unkept:?}");
    let mark = concat!("FIX", "ME");
    let marked: Vec<_> =
        rust_files().into_iter().filter(|file| file.text.contains(mark)).map(|file| file.path).collect();
    assert!(marked.is_empty(), "{mark} in {marked:?}");
}

#[test]
fn every_dependency_says_what_it_is_for() {
    for (path, section) in [
        ("Cargo.toml", "[dependencies]"),
        ("Cargo.toml", "[workspace.dependencies]"),
        ("dialogues/Cargo.toml", "[dependencies]"),
        ("dialogues/engine/Cargo.toml", "[dependencies]"),
        ("src/shell/Cargo.toml", "[dependencies]"),
        ("src/simulator/Cargo.toml", "[dependencies]"),
    ] {
        let manifest = fs::read_to_string(top().join(path)).expect("a manifest");
        let lines = lines(&manifest, section);
        assert!(lines.len() > 5, "{path} {section} was misread");
        // One comment is enough for two that belong together. What the workspace has, it explains.
        let mut explained = 0;
        for line in lines {
            match line {
                _ if line.starts_with('#') => explained = 2,
                _ if line.contains("workspace = true") => explained = 0,
                _ => {
                    assert!(explained > 0, "{path}: a sentence above {line}");
                    explained -= 1;
                }
            }
        }
    }
}

#[test]
fn the_rules_see_what_breaks_them() {
    let file = |text: &str| Source { path: "src/x.rs".to_owned(), text: text.to_owned() };
    let words = ["rand::", "sleep("];
    for broken in
        ["use rand::Rng;", "tokio::time::sleep(ONE)", "/* fine */ let x = '\"'; rand::random()", "r#\"\"# rand::x"]
    {
        assert_eq!(found(&file(broken), &words).len(), 1, "{broken}");
    }
    for fine in [
        "// use rand::Rng;",
        "\"rand::\"",
        "r#\"say \"rand::\"#",
        "brand::new()",
        "/* sleep( */",
        "'\\'' /* rand:: */",
        "oversleep(x)",
    ] {
        assert!(found(&file(fine), &words).is_empty(), "{fine}");
    }
    for planted in ["CartState", "// the customer's cart", "fn open_shop()", "PRODUCT"] {
        assert_eq!(shop_terms(planted).len(), 1, "{planted}");
    }
    assert!(shop_terms("an ordered list of reproducible stockings").is_empty());
    let lock = "[[package]]\nname = \"a\"\ndependencies = [\n \"b 1.0.0\",\n]\n\n[[package]]\nname = \"b\"\ndependencies = [\n \"c\",\n]\n\n[[package]]\nname = \"d\"\n";
    assert_eq!(reachable(lock, "a"), ["a", "b", "c"].map(str::to_owned).into());
}

/// The rules quote what they forbid.
fn is_core_test(file: &Source) -> bool {
    file.is_under(&["dialogues/tests/"])
}

/// The lines of a section of a manifest, without empty ones.
fn lines<'a>(manifest: &'a str, section: &str) -> Vec<&'a str> {
    let behind = manifest.lines().skip_while(|line| *line != section).skip(1);
    behind.take_while(|line| !line.starts_with('[')).filter(|line| !line.trim().is_empty()).collect()
}

/// All packages that one needs, by the lock; where a name has two versions, what either needs.
fn reachable(lock: &str, from: &str) -> BTreeSet<String> {
    let mut needs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let name = package.lines().find_map(|line| line.strip_prefix("name = ")).unwrap_or_default().trim_matches('"');
        let below = package.lines().skip_while(|line| !line.starts_with("dependencies")).skip(1);
        let below = below.take_while(|line| !line.starts_with(']')).filter_map(|line| line.trim().strip_prefix('"'));
        needs.entry(name).or_default().extend(below.filter_map(|line| line.split([' ', '"']).next()));
    }
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(name) = next.pop() {
        if reached.insert(name.to_owned()) {
            next.extend(needs.get(name).into_iter().flatten());
        }
    }
    reached
}
