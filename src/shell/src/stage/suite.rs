//! What the tests of an application's transcripts have in common. With the environment variable `BLESS` set, files are
//! written as the bot behaves now, instead of being compared.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use chrono::{DateTime, Utc};
use engine::memory::{House, Memory};
use engine::transcript::bless::bless;
use engine::transcript::parse;
use engine::transcript::replay::replay;
use telegram_simulator::Simulator;
use tokio::runtime::Handle;

use super::Telegram;
use super::house::HouseStage;
use crate::Names;
use crate::mongo::house::StoredHouse;
use crate::mongod::Mongod;

/// What went wrong, for the reader of a test.
pub type CaseOutcome = Result<(), String>;

fn is_blessing() -> bool {
    env::var_os("BLESS").is_some()
}

/// The transcripts in a folder, in order.
fn transcripts(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "chat"));
    files.sort();
    if files.is_empty() { Err(format!("{}: there is no transcript", folder.display())) } else { Ok(files) }
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// Compares a file with what it should be.
///
/// # Errors
/// It is another text, or cannot be read.
pub fn is_kept(file: &Path, text: &str) -> CaseOutcome {
    if is_blessing() {
        return fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()));
    }
    match read(file)? == text {
        true => Ok(()),
        false => Err(format!("{} is out of date: run the tests with BLESS=1", file.display())),
    }
}

/// Plays all transcripts of a folder in memory, from this time on.
///
/// # Errors
/// The failures, as their reader wants them.
pub fn in_memory<H: House>(folder: &Path, now: DateTime<Utc>) -> CaseOutcome {
    let mut failures = String::new();
    for file in transcripts(folder)? {
        let name = file.display().to_string();
        let script = parse::<H::App>(&read(&file)?).map_err(|error| format!("{name}: {error}"))?;
        let mut memory = Memory::<H>::at(now);
        if is_blessing() {
            let blessed = bless(&script, &mut memory).map_err(|error| format!("{name}: {error}"))?;
            is_kept(&file, &blessed.text)?;
        } else {
            failures += &replay(&script, &mut memory).render(&name);
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}

/// Plays something end to end, with a bot, a database, chats and a clock of its own.
///
/// # Errors
/// There is no MongoDB; or `play` has panicked.
pub async fn on_a_stage<H: StoredHouse, T: Send + 'static>(
    names: Names,
    now: DateTime<Utc>,
    play: impl FnOnce(&mut HouseStage<H>) -> T + Send + 'static,
) -> Result<T, String> {
    let telegram = Arc::new(Telegram::start(Simulator::new(), 0, Vec::new()).await?);
    let mongod = Mongod::shared().await.map_err(|error| error.to_string())?;
    let place = (mongod.uri().to_owned(), format!("{}_{:016x}", names.program, rand::random::<u64>()));
    let playing = tokio::task::spawn_blocking(move || {
        let mut stage = HouseStage::<H>::new(Handle::current(), telegram, "1000:replay".to_owned(), place, names, now);
        let played = play(&mut stage);
        stage.leave();
        played
    });
    playing.await.map_err(|error| format!("the replay itself failed: {error}"))
}

/// Plays all transcripts of a folder end to end, each on a stage of its own.
///
/// # Errors
/// The failures, as their reader wants them; there is no MongoDB.
pub async fn end_to_end<H: StoredHouse>(folder: &Path, names: Names, now: DateTime<Utc>) -> CaseOutcome {
    let mut failures = String::new();
    for file in transcripts(folder)? {
        let (name, text) = (file.display().to_string(), read(&file)?);
        let played = on_a_stage::<H, _>(names, now, move |stage| {
            let script = parse::<H::App>(&text).map_err(|error| format!("{name}: {error}"))?;
            Ok::<_, String>(replay(&script, stage).render(&name))
        });
        failures += &played.await??;
    }
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}
