//! The rules for tests: what a test does not do is visible.

#[path = "support/source.rs"]
mod source;

use std::fs;

use source::{Source, rust_files, top};

/// The targets whose tests are listed in a harness of their own, which reports what cannot run here as ignored.
fn harnessed() -> Vec<String> {
    let manifest = fs::read_to_string(top().join("Cargo.toml")).expect("a manifest");
    let targets = manifest.split("[[test]]").skip(1).filter_map(|target| {
        let target = target.split("\n[").next()?;
        let name = target.lines().find_map(|line| line.strip_prefix("name = "))?;
        target.contains("harness = false").then(|| name.trim_matches('"').to_owned())
    });
    let targets: Vec<_> = targets.collect();
    assert!(targets.len() > 3, "the manifest was misread: {targets:?}");
    targets
}

/// The tests and what they share.
fn tests() -> Vec<Source> {
    let tests: Vec<_> = rust_files().into_iter().filter(Source::is_test).collect();
    assert!(tests.len() > 80, "only {} files were found", tests.len());
    tests
}

/// The bodies of functions below an attribute `#[test]` or `#[tokio::test…]`, by name.
fn test_functions(code: &str) -> Vec<(&str, &str)> {
    let behind = |attribute: &'static str| code.match_indices(attribute).map(move |(at, _)| &code[at..]);
    let functions = behind("#[test]").chain(behind("#[tokio::test"));
    let parts = functions.filter_map(|text| {
        let text = &text[text.find("fn ")? + 3..];
        let name = text.split('(').next()?;
        // Items end at the margin, or at that of the module around them.
        let end = text.find("\n}\n").into_iter().chain(text.find("\n    }\n")).min();
        Some((name, &text[..end.unwrap_or(text.len())]))
    });
    parts.collect()
}

#[test]
fn a_test_that_cannot_run_is_reported_as_ignored() {
    for file in tests() {
        let printing = ["tests/summary.rs", "tests/support/harness.rs", "dialogues/tests/exploration.rs"]
            .contains(&file.path.as_str())
            || file.path.starts_with("dialogues/model/tests/")
            || file.path.starts_with("tests/paths/");
        let code = file.bare_code();
        // libtest shows what a test prints only when it fails: nobody would read that it did nothing.
        let prints = ["println!(", "eprintln!(", "dbg!("].into_iter().find(|print| code.contains(print));
        assert!(printing || prints.is_none(), "{}: {prints:?}; assert it, or take it away", file.path);
        assert!(!file.code().contains("var_os(\"CI\")") && !file.code().contains("var(\"CI\")"), "{}: CI", file.path);
        for (name, body) in test_functions(&code) {
            let leaves = body.contains("else { return }") || body.contains("else {\n        return;");
            assert!(!leaves, "{}: {name} passes without having looked; name what it needs in a harness", file.path);
        }
    }
}

#[test]
fn a_test_with_a_harness_of_its_own_cannot_be_forgotten() {
    for target in harnessed() {
        let root = format!("tests/{target}.rs");
        let own = |file: &&Source| file.path == root || file.path.starts_with(&format!("tests/{target}/"));
        for file in tests().iter().filter(own) {
            // The attribute is ignored without libtest, and the test with it.
            let forgotten = test_functions(&file.bare_code()).into_iter().map(|(name, _)| name.to_owned()).next();
            assert_eq!(forgotten, None, "{}: list it in {root} instead", file.path);
            let lists = target == "summary" || file.path != root || file.code().contains("#![deny(dead_code");
            assert!(lists, "{root}: without deny(dead_code) a test that is not listed compiles");
        }
    }
}

#[test]
fn a_program_that_a_machine_may_lack_is_started_by_tests_with_a_harness_only() {
    // A Linux without these cannot build this.
    let everywhere = ["sh", "kill", "cp", "mkfifo", "nsenter", "python3"];
    for file in
        tests().iter().filter(|file| !file.path.ends_with("support/programs.rs") && !file.is_under(&["dialogues/"]))
    {
        let code = file.code();
        let started = code.split("Command::new(\"").skip(1).filter_map(|rest| rest.split('"').next());
        let rare: Vec<_> = started.filter(|program| !everywhere.contains(program)).collect();
        assert!(rare.is_empty(), "{}: {rare:?} belong to tests/support/programs.rs", file.path);
    }
}

/// What is compiled for tests only: a file of tests, or the module of tests at the foot of another file.
fn test_code(file: &Source, code: &str) -> String {
    match (file.is_test(), code.find("\n#[cfg(test)]\nmod ")) {
        (true, _) => code.to_owned(),
        (false, Some(at)) => code[at..].to_owned(),
        (false, None) => String::new(),
    }
}

/// How a shell is told to wait: `sleep 5`, `sleep "$pause"`.
fn shell_sleeps(code: &str) -> bool {
    let waits = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit() || c == '$' || c == '"');
    code.split("sleep ").skip(1).any(waits)
}

#[test]
fn no_test_waits_a_fixed_time_or_as_fast_as_it_can() {
    // It polls, with a pause between two looks.
    let polls = "tests/support/poll.rs";
    // It does what systemd does: RestartSec and TimeoutStopSec.
    let supervises = "tests/deploy/supervised.rs";
    for file in rust_files() {
        let code = test_code(&file, &file.bare_code());
        let waits = ["sleep(", "sleep_until(", "yield_now("].into_iter().find(|word| code.contains(word));
        assert!(
            file.path == polls || waits.is_none(),
            "{}: {waits:?}; poll with an interval, up to a limit",
            file.path
        );
        let shell = shell_sleeps(&test_code(&file, &file.code()));
        assert!(
            !shell || file.path == supervises || file.path.ends_with("honest_tests.rs"),
            "{}: a shell sleeps",
            file.path
        );
    }
}

#[test]
fn no_test_lets_a_port_go_and_takes_it_again() {
    for file in rust_files().iter().filter(|file| file.path != "tests/support/ports.rs") {
        let code: String = test_code(file, &file.bare_code()).split_whitespace().collect();
        let bound = code.contains("fnfree_port") || code.contains(".local_addr().unwrap().port()");
        assert!(
            !bound,
            "{}: lease a port (tests/support/ports.rs), or let the program take any and say which",
            file.path
        );
    }
}

#[test]
fn whatever_is_ignored_says_why() {
    for file in rust_files() {
        let bare = file.bare_code().contains("#[ignore]");
        assert!(!bare, "{}: #[ignore = \"the reason\"]", file.path);
    }
}

#[test]
fn these_rules_see_what_breaks_them() {
    let code = "#[test]\nfn one() {\n    let Some(x) = found() else { return };\n}\n\n#[tokio::test(flavor = \"x\")]\nasync fn two() {\n    good();\n}\n";
    let found = test_functions(code);
    assert_eq!(found.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["one", "two"]);
    assert!(found[0].1.contains("else { return }") && !found[1].1.contains("return"));
    assert!(shell_sleeps("sleep 15; kill") && shell_sleeps("sleep \"$again\"") && !shell_sleeps("sleep is good"));
    let inline =
        Source { path: "src/x.rs".to_owned(), text: "fn a() { sleep(1) }\n\n#[cfg(test)]\nmod tests {}\n".to_owned() };
    assert_eq!(test_code(&inline, &inline.bare_code()).trim(), "#[cfg(test)]\nmod tests {}");
}
