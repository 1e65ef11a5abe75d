//! The harness of test targets whose tests need what a machine may lack. A test whose need is not met is reported as
//! ignored, with the reason; libtest can only pass or fail at run time, and swallows what a passing test prints.
//!
//! A target that uses it has `harness = false` in `Cargo.toml`, lists its tests with [`tests!`], and denies `dead_code`:
//! a test that is not listed does not compile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Trial};

use crate::programs::Need;

/// The tests of one target.
pub(crate) struct Tests {
    target: &'static str,
    arguments: Arguments,
    trials: Vec<Trial>,
    /// Tests that will not run, by reason.
    skipped: BTreeMap<String, Vec<String>>,
}

/// Adds tests, by their paths, that need all of these: `tests!(tests, needs [NGINX]: files::nginx_takes_it, …)`. A test
/// is a function without arguments, `async` or not.
macro_rules! tests {
    ($tests:ident, needs [$($need:expr),*]: $($($part:ident)::+),+ $(,)?) => {
        let needs: Vec<&'static dyn $crate::programs::Need> = vec![$(&$need),*];
        $($tests.add(&needs, stringify!($($part)::+), $($part)::+);)+
    };
}
pub(crate) use tests;

/// A function that can be run as a test; `Kind` tells the two kinds apart for the compiler.
pub(crate) trait Test<Kind>: Send + 'static {
    fn run(self);
}

impl<F: FnOnce() + Send + 'static> Test<()> for F {
    fn run(self) {
        self();
    }
}

impl<F: FnOnce() -> T + Send + 'static, T: Future<Output = ()>> Test<(T,)> for F {
    fn run(self) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.unwrap().block_on(self());
    }
}

impl Tests {
    /// The tests of the target of this name, as the command line asks for them.
    pub(crate) fn of(target: &'static str) -> Self {
        let mut arguments = Arguments::from_args();
        // As libtest does.
        let threads = || std::env::var("RUST_TEST_THREADS").ok()?.parse().ok();
        arguments.test_threads = arguments.test_threads.or_else(threads);
        Self { target, arguments, trials: Vec::new(), skipped: BTreeMap::new() }
    }

    /// Adds a test; [`tests!`] is the short way to write it.
    pub(crate) fn add<Kind>(&mut self, needs: &[&'static dyn Need], path: &str, test: impl Test<Kind>) {
        let name = path.split_whitespace().collect::<String>();
        let missing: BTreeSet<String> = needs.iter().filter_map(|need| need.check().err()).collect();
        let reason = missing.into_iter().collect::<Vec<_>>().join("; ");
        let trial = if reason.is_empty() {
            let thread = std::thread::Builder::new().name(name.clone());
            // A panic names the thread that it happened in.
            Trial::test(&name, move || match thread.spawn(|| test.run()).unwrap().join() {
                Ok(()) => Ok(()),
                Err(panic) => std::panic::resume_unwind(panic),
            })
        } else {
            // Whoever asks for ignored tests by name has to hear that they cannot run.
            let asked = self.arguments.ignored || self.arguments.include_ignored;
            self.skipped.entry(reason.clone()).or_default().push(name.clone());
            let trial = Trial::ignorable_test(&name, move || match asked {
                true => Err(format!("cannot run: {reason}").into()),
                false => Ok(Completion::ignored_with(reason)),
            });
            // As a flag when tests are listed, which is how cargo-nextest learns of it; at run time with its reason.
            trial.with_ignored_flag(self.arguments.list || asked)
        };
        self.trials.push(trial);
    }

    /// Runs them. What was ignored is also written down for the target `summary`.
    pub(crate) fn run(mut self) -> ExitCode {
        let names: BTreeSet<&str> = self.trials.iter().map(Trial::name).collect();
        assert_eq!(names.len(), self.trials.len(), "a test is listed twice");
        // cargo-nextest lists the tests, and then runs each of them in a process of its own.
        if self.arguments.list || self.arguments.exact {
            return libtest_mimic::run(&self.arguments, self.trials).exit_code();
        }
        let wanted: BTreeSet<String> = self
            .trials
            .iter()
            .filter(|trial| !self.arguments.is_filtered_out(trial))
            .map(|trial| trial.name().to_owned())
            .collect();
        self.skipped.values_mut().for_each(|names| names.retain(|name| wanted.contains(name)));
        self.skipped.retain(|_, names| !names.is_empty());
        let conclusion = libtest_mimic::run(&self.arguments, self.trials);
        let lines: String = self
            .skipped
            .iter()
            .map(|(reason, names)| format!("{}\t{}\t{reason}\n", self.target, names.len()))
            .collect();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("skipped");
        // A folder that cannot be written to takes the summary away, not the results.
        let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join(self.target), lines));
        if let Err(error) = written {
            eprintln!("{}: {error}", folder.display());
        }
        conclusion.exit_code()
    }
}
