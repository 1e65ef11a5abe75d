//! No import circles: of two modules of a package one can be read, and changed, without the other one. A parent and its
//! child may import each other.

#[path = "support/imports.rs"]
mod imports;
#[path = "support/source.rs"]
mod source;

use std::collections::BTreeSet;

use imports::{Graph, Modules, Name, circles};
use source::rust_files;

/// The packages, by their folders of sources.
const PACKAGES: [&str; 8] = [
    "src/",
    "dialogues/src/",
    "dialogues/engine/src/",
    "dialogues/reservation/src/",
    "src/any-bot/src/",
    "src/server/src/",
    "src/shell/src/",
    "src/simulator/src/",
];

/// A circle that may be.
struct Exception {
    package: &'static str,
    modules: &'static [&'static str],
    reason: &'static str,
}

const EXCEPTIONS: [Exception; 2] = [
    Exception {
        package: "dialogues/engine/src/",
        modules: &["app", "button", "conversation", "dialogue", "flow", "input", "outcome", "route", "texts", "view"],
        reason: "the types of a turn are generic over the trait App, whose methods take and return them",
    },
    Exception {
        package: "src/shell/src/",
        modules: &["reply", "turn"],
        reason: "the player of turns hands over replies, and a reply is shown with what the player has",
    },
];

/// The modules of the package whose sources are in a folder, without those of the packages inside of it.
fn modules(package: &str) -> Modules {
    let mut modules = Modules::default();
    let inner = |path: &str| PACKAGES.iter().any(|other| other.len() > package.len() && path.starts_with(other));
    for file in rust_files() {
        let Some(path) = file.path.strip_prefix(package) else { continue };
        // No module imports what is in a program's root.
        if !inner(&file.path) && !file.is_test() && path != "main.rs" && !path.contains("examples/") {
            modules.add(path, &file.bare_code());
        }
    }
    modules
}

fn spelled(name: &Name) -> String {
    if name.is_empty() { "the root".to_owned() } else { name.join("::") }
}

/// A circle's modules, and the paths that close it.
fn described(graph: &Graph, circle: &BTreeSet<Name>) -> String {
    let mut lines = vec![circle.iter().map(spelled).collect::<Vec<_>>().join(", ")];
    for (from, targets) in circle.iter().filter_map(|name| Some((name, graph.get(name)?))) {
        for (to, paths) in targets.iter().filter(|(to, _)| circle.contains(*to)) {
            let paths = paths.iter().cloned().collect::<Vec<_>>().join(", ");
            lines.push(format!("    {} imports {}: {paths}", spelled(from), spelled(to)));
        }
    }
    lines.join("\n")
}

fn names(circle: &BTreeSet<Name>) -> Vec<String> {
    circle.iter().map(spelled).collect()
}

#[test]
fn no_modules_import_one_another_in_a_circle() {
    let mut complaints = Vec::new();
    let mut needed = BTreeSet::new();
    for package in PACKAGES {
        let modules = modules(package);
        let graph = modules.graph();
        let imports: usize = graph.values().map(|targets| targets.len()).sum();
        assert!(modules.len() > 1 && imports >= modules.len() / 2, "{package}: only {imports} imports were found");
        for circle in circles(&graph) {
            let is_this = |exception: &Exception| exception.package == package && exception.modules == names(&circle);
            match EXCEPTIONS.iter().position(is_this) {
                Some(exception) => drop(needed.insert(exception)),
                None => complaints.push(format!("{package}: a circle of {}", described(&graph, &circle))),
            }
        }
    }
    for (number, Exception { package, modules, reason }) in EXCEPTIONS.iter().enumerate() {
        if !needed.contains(&number) {
            complaints
                .push(format!("{package}: there is no circle of {modules:?} ({reason}): take the exception away"));
        }
    }
    let advice = "move what they share into a module of its own, or to the one that uses it";
    assert!(complaints.is_empty(), "{advice}:\n{}", complaints.join("\n"));
}

/// The circles of a package of these files, and the paths of the first one.
fn planted(files: &[(&str, &str)]) -> (Vec<Vec<String>>, String) {
    let mut modules = Modules::default();
    files.iter().for_each(|(path, code)| modules.add(path, code));
    let graph = modules.graph();
    let found = circles(&graph);
    (found.iter().map(names).collect(), found.first().map(|circle| described(&graph, circle)).unwrap_or_default())
}

#[test]
fn a_circle_is_found_however_its_imports_are_written() {
    let one = ("one.rs", "pub struct One; use super::two::Two;");
    let two: [(&str, &str); 9] = [
        ("by a path", "pub struct Two; fn f() { crate::one::g(); }"),
        ("by a path from super", "pub struct Two; type T = super::one::One;"),
        ("in braces", "pub struct Two; use crate::{one::{self, One as _}, three};"),
        ("by a module's name", "pub struct Two; use crate::one as uno; fn f() { uno::g() }"),
        ("in a macro", "pub struct Two; macro_rules! m { () => { $crate::one::One } }"),
        ("behind a character", "pub struct Two; fn f() -> char { '{' } use crate::one::One;"),
        ("in a module inside", "pub struct Two; mod inner { pub use super::super::one::One; } use inner::One;"),
        ("by all names", "pub struct Two; use super::one::*;"),
        ("in public", "pub struct Two; pub(crate) use crate::one::One;"),
    ];
    for (how, code) in two {
        let (found, why) = planted(&[("lib.rs", "mod one; mod two;"), one, ("two.rs", code)]);
        assert_eq!(found, [["one", "two"]], "{how}: {why}");
        assert!(why.contains("one imports two: super::two::Two"), "{how}: {why}");
    }
}

#[test]
fn a_name_belongs_to_the_module_that_defines_it() {
    let files = [
        ("lib.rs", "mod one; mod shelf; mod three; pub use shelf::Two; mod all { pub use crate::shelf::two::*; }"),
        ("one.rs", "pub struct One; use crate::Two;"),
        ("shelf.rs", "mod two; pub use two::Two; pub struct Shelf;"),
        ("shelf/two.rs", "pub struct Two; use crate::three::Three;"),
        ("three.rs", "pub struct Three; use crate::one::One;"),
    ];
    assert_eq!(planted(&files).0, [["one", "shelf::two", "three"]]);
    let mut by_all = files;
    by_all[1].1 = "pub struct One; use crate::all::Two;";
    assert_eq!(planted(&by_all).0, [["one", "shelf::two", "three"]], "through what exports all");
    let mut shelf_only = files;
    shelf_only[1].1 = "pub struct One; use crate::shelf::Shelf;";
    assert!(planted(&shelf_only).0.is_empty(), "the shelf only exports its child");
    shelf_only[2].1 = "mod two; use two::Two; pub struct Shelf;";
    assert_eq!(planted(&shelf_only).0, [["one", "shelf", "shelf::two", "three"]], "the shelf imports its child");
    let mut method = files;
    method[2].1 = "mod two; pub use two::Two; pub struct Shelf; impl Shelf { fn Two() {} }";
    assert_eq!(planted(&method).0, [["one", "shelf::two", "three"]], "a method is no item");
}

#[test]
fn what_is_no_circle_is_not_found() {
    let root = ("lib.rs", "mod one; mod two;");
    let fine = [
        ("a parent and its child", "mod inner; use inner::Inner; pub struct One;", "pub struct Two;"),
        ("one way", "use crate::two::Two; pub struct One;", "pub struct Two;"),
        ("tests", "use crate::two::Two;", "pub struct Two; #[cfg(test)] mod tests { use crate::one::One; }"),
        ("what tests use", "use crate::two::Two;", "#[cfg(test)] use crate::one::{One, g}; pub struct Two;"),
        (
            "a test's helper",
            "use crate::two::Two;",
            "#[cfg(test)] #[allow(x)] const fn f() { crate::one::g() } struct Two;",
        ),
        (
            "other packages",
            "use crate::two::Two;",
            "pub struct Two; use ::one::One; use serde::one::One; fn f() { std::one::g() }",
        ),
        ("a type's own names", "use crate::two::Two;", "pub struct Two; fn f() { Two::one::<u8>(); x.one::<u8>() }"),
    ];
    for (what, one, two) in fine {
        let inner = ("one/inner.rs", "pub struct Inner; use super::One;");
        let (found, why) = planted(&[root, ("one.rs", one), inner, ("two.rs", two)]);
        assert!(found.is_empty(), "{what}: {why}");
    }
    let test_file = [
        ("lib.rs", "mod one; #[cfg(test)] mod two;"),
        ("one.rs", "use crate::two::Two;"),
        ("two.rs", "use crate::one::One;"),
    ];
    assert!(planted(&test_file).0.is_empty());
}
