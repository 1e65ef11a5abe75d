//! `shopkeeper replay --bot`: transcripts of a bot in any language, which a command starts.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use shopkeeper::replay::any_bot::{
    BotProcess, blessed, end_all, find, play_all, play_in_one_process, play_one, untapped,
};
use shopkeeper::replay::{Conclusion, Played};

use super::{NO_TRANSCRIPT, Replay, refuse_in_ci, summed_up};
use crate::commands::Stop;

/// The bot, and how it is listened to.
#[derive(Args)]
pub(super) struct Bot {
    /// Play the transcripts of another bot, which this command starts. It finds its token as BOT_TOKEN, and as TELEGRAM_API_URL
    /// what it calls instead of https://api.telegram.org; each transcript has a process of its own
    #[arg(long = "bot", value_name = "COMMAND", conflicts_with = "core")]
    command: Option<String>,
    /// Transcripts played side by side, for a bot that keeps nothing outside of its process
    #[arg(long, value_name = "COUNT", default_value_t = 1, requires = "command")]
    jobs: usize,
    /// Play all transcripts in front of one process, for a bot that takes long to start; people have other ids in each of them
    #[arg(long, requires = "command", conflicts_with_all = ["jobs", "bless"])]
    one_process: bool,
    /// A bot that has made no call for so many milliseconds is quiet
    #[arg(long, value_name = "MS", default_value_t = 350, requires = "command")]
    calm_ms: u64,
    /// How long “After 5 seconds” is waited for, at most
    #[arg(long, value_name = "SECONDS", default_value_t = 10, requires = "command")]
    longest_wait: u64,
    /// What the bot is given as its token
    #[arg(long, default_value = "42:transcript", requires = "command")]
    token: String,
}

impl Bot {
    /// The bot that is to be played, if it is another one.
    pub(super) fn process(&self) -> Option<BotProcess> {
        let (calm, longest_wait) = (Duration::from_millis(self.calm_ms), Duration::from_secs(self.longest_wait));
        let process = BotProcess::new(self.command.clone()?);
        Some(BotProcess { token: self.token.clone(), calm, longest_wait, ..process })
    }
}

/// Plays the files that the command line names; how many have failed. Ctrl-C ends the bots, too.
pub(super) async fn play(bot: BotProcess, asked: &Replay) -> anyhow::Result<usize> {
    let files = find(&asked.paths).context("the transcripts cannot be found")?;
    if files.is_empty() {
        bail!(NO_TRANSCRIPT);
    }
    let stop = Stop::listen()?;
    let played = async {
        match asked.bless {
            true => bless_all(&bot, files).await,
            false => compare_all(bot, files, asked).await,
        }
    };
    tokio::select! {
        failed = played => failed,
        () = stop.told() => {
            end_all();
            bail!("stopped; not all transcripts were played");
        }
    }
}

async fn compare_all(bot: BotProcess, files: Vec<PathBuf>, asked: &Replay) -> anyhow::Result<usize> {
    let started = Instant::now();
    let played = match asked.bot.one_process {
        true => play_in_one_process(bot, files, tell).await.map_err(|error| anyhow!(error))?,
        false => play_all(&bot, files, asked.bot.jobs, tell).await,
    };
    if asked.coverage {
        println!("{}", untapped(&played));
    }
    let steps: usize = played.iter().filter_map(|played| played.result.as_ref().ok()).map(|report| report.steps).sum();
    println!("{steps} steps in {:.1} s", started.elapsed().as_secs_f64());
    Ok(summed_up(&played))
}

fn tell(played: &Played) {
    print!("{}{}", played.render(), played.render_skipped());
}

/// How many files cannot be blessed as they are, or would not pass.
async fn bless_all(bot: &BotProcess, files: Vec<PathBuf>) -> anyhow::Result<usize> {
    refuse_in_ci()?;
    let (mut changed, mut answers, mut failed) = (0, 0, 0);
    for file in files {
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        match blessed(bot.clone(), text.clone()).await.map_err(|error| anyhow!(error)) {
            Ok(blessed) => {
                changed += usize::from(blessed.rewritten > 0);
                answers += blessed.rewritten;
                if blessed.text != text {
                    std::fs::write(&file, blessed.text).with_context(|| file.display().to_string())?;
                }
                // What must never happen is not blessed; and what was written is read once more.
                let played = play_one(bot.clone(), file).await;
                tell(&played);
                failed += usize::from(played.conclusion() == Conclusion::Failed);
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
