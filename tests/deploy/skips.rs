//! What this harness says of a test whose program is missing.

use std::process::{Command, Output};

const NAME: &str = "deploy::files::the_dockerfile_is_clean";

/// Runs this test binary where there is no hadolint.
fn without_hadolint(arguments: &[&str]) -> (Output, String) {
    let mut tests = Command::new(std::env::current_exe().unwrap());
    let output = tests.arg(NAME).arg("--exact").args(arguments).env("HADOLINT", "/nowhere/hadolint").output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output, said)
}

pub(crate) fn a_test_whose_program_is_missing_is_ignored_with_the_reason() {
    let (output, said) = without_hadolint(&[]);
    assert!(output.status.success(), "{said}");
    assert!(said.contains(&format!("{NAME} ... ignored (HADOLINT=/nowhere/hadolint is not a file)")), "{said}");
    assert!(said.contains("0 passed; 0 failed; 1 ignored"), "{said}");
    // This is how cargo-nextest asks.
    assert_eq!(without_hadolint(&["--list", "--format", "terse", "--ignored"]).1, format!("{NAME}: test\n"));
    // Asked for by name, it fails.
    let (output, said) = without_hadolint(&["--ignored"]);
    assert!(!output.status.success() && said.contains("cannot run: HADOLINT="), "{said}");
}
