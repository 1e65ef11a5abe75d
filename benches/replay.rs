//! How fast transcripts replay: `cargo bench`.
//!
//! Both figures come from one run of all transcripts of the repository, over and over: in memory on
//! one thread, and end to end (files side by side, the Bot API over HTTP, a real MongoDB). Machines
//! are noisy: the ratio holds better than the figures.

// A benchmark speaks on stdout.
#![allow(clippy::print_stdout)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use dialogues::transcript::replay::{Conclusion, replay};
use dialogues::transcript::{Script, parse};
use dialogues::world::World;
use shopkeeper::replay::{Played, ReplayPool, find};

const IN_CORE: Duration = Duration::from_secs(3);
const ROUNDS: usize = 5;

fn main() -> Result<(), String> {
    let files = find(&[]).map_err(|error| error.to_string())?;
    let core = in_core(&files)?;
    println!("in memory, one thread:      {core:>9.0} turns a second");
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let (end_to_end, played) = runtime.block_on(end_to_end(&files))?;
    println!("end to end, side by side:   {end_to_end:>9.0} turns a second");
    println!("one turn end to end takes as long as {:.0} in memory ({played} files played)", core / end_to_end);
    Ok(())
}

fn in_core(files: &[PathBuf]) -> Result<f64, String> {
    let read = |file: &PathBuf| -> Result<Script, String> {
        let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
        parse(&text).map_err(|error| format!("{}: {error}", file.display()))
    };
    let scripts = files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    // The first round reads what is read once: texts, shops, and the numbering plans of all countries.
    scripts.iter().for_each(|script| drop(replay(script, &mut World::new())));
    let mut turns = 0;
    let start = Instant::now();
    while start.elapsed() < IN_CORE {
        for script in &scripts {
            let report = replay(script, &mut World::new());
            if report.conclusion() == Conclusion::Failed {
                return Err(report.render("a transcript failed"));
            }
            turns += report.turns.len();
        }
    }
    Ok(turns as f64 / start.elapsed().as_secs_f64())
}

async fn end_to_end(files: &[PathBuf]) -> Result<(f64, usize), String> {
    let theatre = ReplayPool::open().await?;
    // The first round makes the databases and uploads the pictures.
    theatre.play_all(files.to_vec(), |_| {}).await;
    let (mut turns, start) = (0, Instant::now());
    for _ in 0..ROUNDS {
        for Played { file, result } in theatre.play_all(files.to_vec(), |_| {}).await {
            let report = result.map_err(|error| format!("{}: {error}", file.display()))?;
            if report.conclusion() == Conclusion::Failed {
                return Err(report.render(&file.display().to_string()));
            }
            turns += report.turns.len();
        }
    }
    Ok((turns as f64 / start.elapsed().as_secs_f64(), files.len() * ROUNDS))
}
