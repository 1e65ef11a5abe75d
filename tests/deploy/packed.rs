//! `deploy/pack`, where `cargo build` makes a file instead of the program: what the archive contains besides.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use super::rendered::deploy;
use super::stand::Folder;

/// A copy of the repository, and in front of its `PATH` a `cargo` that compiles nothing.
struct Checkout(Folder);

impl Checkout {
    fn new() -> Self {
        let checkout = Self(Folder::new("pack"));
        let (top, copy) = (Path::new(env!("CARGO_MANIFEST_DIR")), checkout.path());
        let shared =
            ["Cargo.toml", "Cargo.lock", "LICENSE", "CHANGELOG.md", "build.rs", "src", "dialogues", "benches", "tests"];
        for name in shared {
            symlink(top.join(name), copy.join(name)).unwrap();
        }
        let copied = Command::new("cp").arg("-R").arg(deploy("")).arg(copy.join("deploy")).status().unwrap();
        assert!(copied.success());
        // It lists what is in the file `tree`, if there is one, instead of what the program is made of.
        let cargo = "#!/bin/sh\nif [ \"$1\" = build ]; then\n    mkdir -p target/release\n    \
                     echo program >target/release/shopkeeper\nelif [ -e tree ]; then\n    cat tree\nelse\n    \
                     exec \"$REAL_CARGO\" \"$@\"\nfi\n";
        let path = copy.join("bin/cargo");
        fs::create_dir(copy.join("bin")).unwrap();
        fs::write(&path, cargo).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        checkout
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// `deploy/pack`: whether it went well, and what it said.
    fn pack(&self, set: &[(&str, &Path)]) -> (bool, String) {
        let path = format!("{}:{}", self.path().join("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(self.path().join("deploy/pack"));
        command.env("PATH", path).env("REAL_CARGO", env!("CARGO")).envs(set.iter().copied());
        let output = command.output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.success(), said)
    }
}

/// Name and version of each package that is linked into the program, but those of this repository.
fn linked() -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args(["tree", "--package=shopkeeper", "--edges=normal", "--prefix=none", "--locked"]);
    let output = cargo.arg("--target=x86_64-unknown-linux-gnu").output().unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    let foreign = tree.lines().filter(|line| !line.contains(" (/"));
    let names = foreign.filter_map(|line| {
        let mut words = line.split(' ');
        Some(format!("{} {}", words.next()?, words.next()?.strip_prefix('v')?))
    });
    names.collect()
}

pub(crate) fn the_archive_has_the_licences_of_all_that_is_in_the_program() {
    let checkout = Checkout::new();
    let (went_well, said) = checkout.pack(&[]);
    assert!(went_well, "{said}");
    let unpack =
        Command::new("sh").args(["-c", "tar xzf target/shopkeeper.tar.gz"]).current_dir(checkout.path()).status();
    assert!(unpack.unwrap().success());
    let archive = checkout.path().join("shopkeeper");
    for name in ["bin/shopkeeper", "deploy/setup", "shop/shop.yaml", "LICENSE", "CHANGELOG.md"] {
        assert!(archive.join(name).is_file(), "{name} is not in the archive");
    }

    let notices = fs::read_to_string(archive.join("licenses/third-party.txt")).unwrap();
    // The users of a text are broken into lines.
    let words = notices.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut expected = linked();
    assert!(expected.len() > 100, "only {} packages were found", expected.len());
    // Its script is in the program, though build.rs alone depends on it.
    let viewer = notices.lines().find_map(|line| line.strip_prefix("scalar_api_reference ")?.split(':').next());
    expected.insert(format!("scalar_api_reference {}", viewer.unwrap()));
    for package in expected {
        assert!(notices.contains(&format!("\n{package}: ")), "{package} is not listed");
        assert!(words.matches(&package).count() >= 2, "there is no text for {package}");
    }
    assert!(words.contains("the Rust standard library"));
}

pub(crate) fn a_package_without_a_licence_is_not_packed() {
    let checkout = Checkout::new();
    let home = checkout.path().join("home");
    let source = home.join("registry/src/registry/nameless-1.0.0");
    fs::create_dir_all(&source).unwrap();
    fs::write(source.join("Cargo.toml"), "[package]\nname = \"nameless\"\n").unwrap();
    let pack = |tree: &str| {
        fs::write(checkout.path().join("tree"), tree).unwrap();
        checkout.pack(&[("CARGO_HOME", &home)])
    };
    let (went_well, said) = pack("nameless v1.0.0|MIT|\n");
    assert!(went_well, "{said}");
    let (went_well, said) = pack("nameless v1.0.0|Unusual-1.0|\n");
    assert!(!went_well && said.contains("nameless v1.0.0 has no licence text"), "{said}");
    let (went_well, said) = pack("absent v1.0.0|MIT|\n");
    assert!(!went_well && said.contains("The source of absent v1.0.0 is not in"), "{said}");
}
