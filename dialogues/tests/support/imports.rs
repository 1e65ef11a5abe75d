//! Which module of a package imports which, read from the sources.
//!
//! A module imports another one by a `use`, also one that is public or inside of a function, and by a path in its code:
//! from `crate`, `self` or `super` on, or from a child or a module that a `use` has named. A name counts as an import of
//! the module that defines it, whichever module exports it; a module that only exports its child's does not import it.
//! Tests are left out.

use std::collections::{BTreeMap, BTreeSet};

/// A module, by its names from the package's root on.
pub(crate) type Name = Vec<String>;

/// So many exports are followed for one name: sources that compile need fewer.
const MOST_EXPORTS: usize = 20;

/// A part of the code that matters here. Numbers count as words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    /// `::`
    Colons,
    Sign(char),
}

use Token::{Colons, Sign, Word};

/// A name that a `use` brings in; `*` is all that the module behind `path` has.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Import {
    path: Vec<String>,
    name: String,
    /// Others can have the name from here.
    exports: bool,
}

#[derive(Debug, Default)]
struct Body {
    imports: Vec<Import>,
    /// Paths of two names and more in the code.
    paths: Vec<Vec<String>>,
    /// The names of items.
    defined: BTreeSet<String>,
}

/// The modules of a package.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    bodies: BTreeMap<Name, Body>,
    tests: BTreeSet<Name>,
}

/// Who imports whom, and by which paths.
pub(crate) type Graph = BTreeMap<Name, BTreeMap<Name, BTreeSet<String>>>;

impl Modules {
    /// Adds a file by its path from the package's `src` on. `code` has neither comments nor what is in strings.
    pub(crate) fn add(&mut self, path: &str, code: &str) {
        let path = path.trim_end_matches(".rs");
        let mut name: Name = path.split('/').map(str::to_owned).collect();
        if matches!(name.last().map(String::as_str), Some("lib" | "mod")) {
            name.pop();
        }
        self.read(name, &tokens(code));
    }

    fn read(&mut self, name: Name, code: &[Token<'_>]) {
        let mut body = Body::default();
        let (mut at, mut depth) = (0, 0);
        while at < code.len() {
            match code[at] {
                Sign('{') => depth += 1,
                Sign('}') => depth -= 1,
                _ => {}
            }
            at = match code[at..] {
                [Sign('#'), Sign('['), Word("cfg"), Sign('('), Word("test"), Sign(')'), Sign(']'), ..] => {
                    let item = behind_attributes(code, at);
                    if let Some(child) = module_at(&code[item..]) {
                        self.tests.insert(within(&name, child));
                    }
                    behind_item(code, item)
                }
                [Word("mod"), Word(child), Sign('{'), ..] => {
                    let end = behind_group(code, at + 2);
                    self.read(within(&name, child), &code[at + 3..end.max(at + 4) - 1]);
                    end
                }
                // `use<'a>` is no import, and neither is `r#use`.
                [Word("use"), next, ..] if next != Sign('<') => {
                    let end =
                        code[at..].iter().position(|token| *token == Sign(';')).map_or(code.len(), |end| at + end);
                    let from = body.imports.len();
                    expand(&code[at + 1..end], &[], &mut body.imports);
                    let exports = at > 0 && matches!(code[at - 1], Word("pub") | Sign(')'));
                    body.imports[from..].iter_mut().for_each(|import| import.exports = exports);
                    end
                }
                [Word(kind), Word(item), ..] if ITEMS.contains(&kind) => {
                    // A method is no item of the module.
                    if depth == 0 {
                        body.defined.insert(item.to_owned());
                    }
                    at + 2
                }
                [Word(first), ..] => {
                    let mut path = vec![first.to_owned()];
                    let mut end = at + 1;
                    while let [Colons, Word(next), ..] = code[end..] {
                        path.push(next.to_owned());
                        end += 2;
                    }
                    let begins = at == 0 || !matches!(code[at - 1], Colons | Sign('.'));
                    if begins && path.len() > 1 {
                        body.paths.push(path);
                    }
                    end
                }
                _ => at + 1,
            };
        }
        self.bodies.insert(name, body);
    }

    /// Who imports whom. What a module has of those around it is left out: a child belongs to its parent.
    pub(crate) fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        for (name, body) in self.bodies.iter().filter(|(name, _)| !self.is_test(name)) {
            let imports = body.imports.iter().map(|import| (&import.path, import.exports));
            for (path, exports) in imports.chain(body.paths.iter().map(|path| (path, false))) {
                let Some((target, _)) = self.find(name, path, MOST_EXPORTS) else { continue };
                let is_own = name.starts_with(&target) || (exports && target.starts_with(name));
                if !is_own && !self.is_test(&target) {
                    graph.entry(name.clone()).or_default().entry(target).or_default().insert(path.join("::"));
                }
            }
        }
        graph
    }

    /// How many modules there are.
    pub(crate) fn len(&self) -> usize {
        self.bodies.len()
    }

    fn is_test(&self, name: &[String]) -> bool {
        (0..=name.len()).any(|length| self.tests.contains(&name[..length]))
    }

    /// The module that a path leads to from inside of a module, and whether it is the module itself and not something
    /// in it; `None` where it leads out of the package.
    fn find(&self, from: &Name, path: &[String], most: usize) -> Option<(Name, bool)> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.inside(Name::new(), rest, most),
            "self" => self.inside(from.clone(), rest, most),
            "super" => {
                let above = path.iter().take_while(|part| *part == "super").count();
                self.inside(from[..from.len().checked_sub(above)?].to_vec(), &path[above..], most)
            }
            _ if self.bodies.contains_key(&within(from, first)) => self.inside(from.clone(), path, most),
            // Of what was brought in, only modules lead further: the rest is in the `use` already.
            _ => match self.imported(from, first, most)? {
                (module, true) => self.inside(module, rest, most),
                (_, false) => None,
            },
        }
    }

    fn inside(&self, module: Name, rest: &[String], most: usize) -> Option<(Name, bool)> {
        let Some((first, further)) = rest.split_first() else { return Some((module, true)) };
        let child = within(&module, first);
        if self.bodies.contains_key(&child) {
            return self.inside(child, further, most);
        }
        if self.bodies.get(&module)?.defined.contains(first) {
            return Some((module, false));
        }
        match self.imported(&module, first, most) {
            Some((exported, true)) => self.inside(exported, further, most),
            Some(item) => Some(item),
            // A macro has made it, or it is another package's, and exported here.
            None => Some((module, false)),
        }
    }

    /// Where a name comes from that a module has by a `use`.
    fn imported(&self, module: &Name, name: &str, most: usize) -> Option<(Name, bool)> {
        let (body, most) = (self.bodies.get(module)?, most.checked_sub(1)?);
        if let Some(import) = body.imports.iter().find(|import| import.name == name && import.path != [name]) {
            return self.find(module, &import.path, most);
        }
        let mut globs = body.imports.iter().filter(|import| import.name == "*");
        globs.find_map(|glob| {
            let (target, _) = self.find(module, &glob.path, most).filter(|(_, whole)| *whole)?;
            match self.bodies.get(&target)?.defined.contains(name) {
                true => Some((target, false)),
                false if self.bodies.contains_key(&within(&target, name)) => Some((within(&target, name), true)),
                false => self.imported(&target, name, most),
            }
        })
    }
}

/// The circles of a graph: modules of which each reaches all the others. One module alone is none.
pub(crate) fn circles(graph: &Graph) -> Vec<BTreeSet<Name>> {
    let reached = |from: &Name| {
        let mut reached = BTreeSet::new();
        let mut next = vec![from];
        while let Some(name) = next.pop() {
            for target in graph.get(name).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(target.clone()) {
                    next.push(target);
                }
            }
        }
        reached
    };
    let reached: BTreeMap<&Name, BTreeSet<Name>> = graph.keys().map(|name| (name, reached(name))).collect();
    let circle = |(name, all): (&&Name, &BTreeSet<Name>)| {
        let back = |other: &&Name| reached.get(other).is_some_and(|all| all.contains(*name));
        all.iter().filter(back).cloned().collect::<BTreeSet<Name>>()
    };
    let circles: BTreeSet<BTreeSet<Name>> = reached.iter().map(circle).filter(|circle| circle.len() > 1).collect();
    circles.into_iter().collect()
}

/// The words before the name of an item.
const ITEMS: [&str; 9] = ["fn", "struct", "enum", "trait", "type", "const", "static", "union", "mod"];

fn within(module: &[String], child: &str) -> Name {
    [module, &[child.to_owned()]].concat()
}

/// The words and signs of a code. Characters in quotes are left out, and so are the marks of lifetimes.
fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = match first {
            _ if is_word(first) => {
                let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                tokens.push(Word(&rest[..word]));
                word
            }
            ':' if rest.starts_with("::") => {
                tokens.push(Colons);
                2
            }
            '\'' => quoted(rest),
            _ => {
                if !first.is_whitespace() {
                    tokens.push(Sign(first));
                }
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    tokens
}

/// The length of the character in quotes at the start; of a lifetime, that of its mark.
fn quoted(text: &str) -> usize {
    let mut rest = text.char_indices().skip(1);
    match (rest.next(), rest.next()) {
        (Some((_, '\\')), Some((escaped, character))) => {
            let behind = escaped + character.len_utf8();
            text[behind..].find('\'').map_or(text.len(), |end| behind + end + 1)
        }
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

/// Behind the bracket that closes the one at a place.
fn behind_group(code: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in code.iter().enumerate().skip(open) {
        match token {
            Sign('(' | '[' | '{') => depth += 1,
            Sign(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

fn behind_attributes(code: &[Token<'_>], mut at: usize) -> usize {
    while let [Sign('#'), Sign('['), ..] = code[at..] {
        at = behind_group(code, at + 1);
    }
    at
}

/// Behind `pub` and what belongs to it.
fn behind_visibility(code: &[Token<'_>]) -> usize {
    match code {
        [Word("pub"), Sign('('), ..] => behind_group(code, 1),
        [Word("pub"), ..] => 1,
        _ => 0,
    }
}

/// The name of the module that begins here, if one does.
fn module_at<'a>(code: &[Token<'a>]) -> Option<&'a str> {
    match code[behind_visibility(code)..] {
        [Word("mod"), Word(name), ..] => Some(name),
        _ => None,
    }
}

/// Behind the item or statement that begins at a place: its semicolon, or its body.
fn behind_item(code: &[Token<'_>], begin: usize) -> usize {
    let mut at = begin + behind_visibility(&code[begin..]);
    let has_body = match code[at..] {
        [Word("const"), Word(next), ..] => matches!(next, "fn" | "unsafe" | "async" | "extern"),
        [Word(first), ..] => !matches!(first, "use" | "static" | "type" | "let"),
        _ => true,
    };
    while at < code.len() {
        match code[at] {
            Sign(';') => return at + 1,
            Sign('{') if has_body => return behind_group(code, at),
            Sign('(' | '[' | '{') => at = behind_group(code, at),
            _ => at += 1,
        }
    }
    at
}

/// The names that a `use` brings in.
fn expand(tree: &[Token<'_>], before: &[String], found: &mut Vec<Import>) {
    let mut path = before.to_vec();
    let mut at = 0;
    while at < tree.len() {
        match tree[at] {
            // `::dialogues` is another package.
            Colons if at == 0 && before.is_empty() => path.push(String::new()),
            Word("as") => {
                let name = if let Some(Word(name)) = tree.get(at + 1) { (*name).to_owned() } else { String::new() };
                return found.push(Import { path: without_self(path), name, exports: false });
            }
            Word(part) => path.push(part.to_owned()),
            Sign('*') => return found.push(Import { path, name: "*".to_owned(), exports: false }),
            Sign('{') => {
                let inner = &tree[at + 1..behind_group(tree, at) - 1];
                return branches(inner).into_iter().for_each(|branch| expand(branch, &path, found));
            }
            _ => {}
        }
        at += 1;
    }
    if path.len() > before.len() {
        let path = without_self(path);
        let name = path.last().cloned().unwrap_or_default();
        found.push(Import { path, name, exports: false });
    }
}

/// `store::{self}` is `store`.
fn without_self(mut path: Vec<String>) -> Vec<String> {
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    path
}

/// What is between the commas, but not inside of further brackets.
fn branches<'a, 'b>(tree: &'b [Token<'a>]) -> Vec<&'b [Token<'a>]> {
    let (mut found, mut from, mut at) = (Vec::new(), 0, 0);
    while at < tree.len() {
        match tree[at] {
            Sign('{') => at = behind_group(tree, at),
            Sign(',') => {
                found.push(&tree[from..at]);
                at += 1;
                from = at;
            }
            _ => at += 1,
        }
    }
    found.push(&tree[from..]);
    found
}
