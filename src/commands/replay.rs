//! `shopkeeper replay`: transcripts, played and compared.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use any_bot::commands::replay::{NO_TRANSCRIPT, PlayedBot, Wanted, refuse_in_ci, status, summed_up};
use anyhow::{Context, anyhow, bail};
use clap::Args;
use dialogues::atlas::atlas;
use dialogues::transcript::bless::bless;
use dialogues::transcript::coverage::against_the_atlas;
use dialogues::transcript::parse;
use dialogues::transcript::replay::Conclusion;
use dialogues::world::World;
use shopkeeper::replay::{Played, ReplayPool, coverage, find, play_in_core, repository};
use shopkeeper::telemetry;

/// Replays transcripts end to end: the real bot, the Bot API over HTTP, a real MongoDB; with --bot, those of any other bot.
/// The exit status is the number of files that failed. What has no meaning in memory is listed, and its file has not passed
/// there.
#[derive(Args)]
pub(crate) struct Replay {
    /// Files or folders; all transcripts of the repository if none is named
    paths: Vec<PathBuf>,
    /// Play in memory instead: the dialogues alone, thousands of turns a second
    #[arg(long, conflicts_with = "command")]
    core: bool,
    /// Rewrite the bot's side of the transcripts by what the bot does in memory; read it afterwards
    #[arg(long, conflicts_with = "coverage")]
    bless: bool,
    /// Write dialogues/transcripts/COVERAGE.txt: which states have met which events; with --bot, tell which buttons were shown
    /// and never tapped
    #[arg(long)]
    coverage: bool,
    #[command(flatten)]
    bot: PlayedBot,
}

impl Replay {
    pub(crate) async fn run(self) -> ExitCode {
        telemetry::start("off");
        match self.play().await {
            Ok(failed) => status(failed),
            Err(error) => {
                eprintln!("shopkeeper replay: {error:#}");
                ExitCode::FAILURE
            }
        }
    }

    async fn play(self) -> anyhow::Result<usize> {
        if self.bot.process().is_some() {
            let wanted = if self.bless { Wanted::Blessed } else { Wanted::Compared { with_coverage: self.coverage } };
            return self.bot.play(&self.paths, wanted).await;
        }
        let files = find(&self.paths).context("the transcripts cannot be found")?;
        if files.is_empty() {
            bail!(NO_TRANSCRIPT);
        }
        if self.bless {
            return bless_all(&files);
        }
        let started = Instant::now();
        let played = if self.core { in_core(&files) } else { end_to_end(files).await? };
        let turns: usize =
            played.iter().filter_map(|played| played.result.as_ref().ok()).map(|report| report.turns.len()).sum();
        if self.coverage {
            write_coverage(&played)?;
        }
        println!("{turns} turns in {:.1} s", started.elapsed().as_secs_f64());
        Ok(summed_up(&played))
    }
}

fn in_core(files: &[PathBuf]) -> Vec<Played> {
    let play = |file: &PathBuf| {
        let played = play_in_core(file);
        print!("{}{}", played.render(), played.render_skipped());
        played
    };
    files.iter().map(play).collect()
}

async fn end_to_end(files: Vec<PathBuf>) -> anyhow::Result<Vec<Played>> {
    eprintln!("Starting MongoDB and the simulator …");
    let theatre = ReplayPool::open().await.map_err(|error| anyhow!(error))?;
    Ok(theatre.play_all(files, |played| print!("{}{}", played.render(), played.render_skipped())).await)
}

/// How many files cannot be blessed as they are, or would not pass.
fn bless_all(files: &[PathBuf]) -> anyhow::Result<usize> {
    refuse_in_ci()?;
    let (mut changed, mut answers, mut failed) = (0, 0, 0);
    for file in files {
        match bless_one(file) {
            Ok((rewritten, passes)) => {
                changed += usize::from(rewritten > 0);
                answers += rewritten;
                failed += usize::from(!passes);
            }
            Err(error) => {
                println!("{}: {error:#}", file.display());
                failed += 1;
            }
        }
    }
    println!("{changed} files, {answers} answers rewritten, {failed} files do not pass");
    Ok(failed)
}

/// How many answers were rewritten, and whether the file replays as it is now.
fn bless_one(file: &Path) -> anyhow::Result<(usize, bool)> {
    let text = std::fs::read_to_string(file)?;
    let script = parse(&text).map_err(|error| anyhow!("{error}"))?;
    let blessed = bless(&script, &mut World::new()).map_err(|error| anyhow!("{error}"))?;
    if blessed.text != text {
        std::fs::write(file, blessed.text)?;
    }
    // A check, and what must never happen, is not blessed; and what was written is read once more.
    let played = play_in_core(file);
    print!("{}{}", played.render(), played.render_skipped());
    Ok((blessed.rewritten, blessed.left.is_empty() && played.conclusion() != Conclusion::Failed))
}

fn write_coverage(played: &[Played]) -> anyhow::Result<()> {
    let file = repository().join("dialogues/transcripts/COVERAGE.txt");
    std::fs::write(&file, against_the_atlas(&coverage(played), &atlas()))
        .with_context(|| file.display().to_string())?;
    println!("{} is written", file.display());
    Ok(())
}
