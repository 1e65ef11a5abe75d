//! `replay --bot`: transcripts of a bot in any language, which a command starts.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use engine::transcript::replay::Conclusion;

use super::Stop;
use crate::{
    BotProcess, Played, blessed, end_all, find, is_stopping, play_all, play_in_one_process, play_one, untapped,
};

/// A transcript whose bot was ended is over in so long.
const END_TIMEOUT: Duration = Duration::from_secs(5);

/// Where none is found.
pub const NO_TRANSCRIPT: &str = "there is no transcript here: a transcript's name ends in .chat";

/// Plays transcripts before a bot that a command starts, and shows what is different. The exit status is the number of files
/// that failed.
#[derive(Args)]
pub struct ReplayCommand {
    /// Files or folders; all transcripts in this folder if none is named
    paths: Vec<PathBuf>,
    /// Rewrite the bot's side of the transcripts by what the bot does; read it afterwards
    #[arg(long, conflicts_with = "coverage")]
    bless: bool,
    /// Tell which buttons were shown and never tapped
    #[arg(long)]
    coverage: bool,
    #[command(flatten)]
    bot: PlayedBot,
}

/// The bot, and how it is listened to.
#[derive(Args)]
pub struct PlayedBot {
    /// Play the transcripts of another bot, which this command starts. It finds its token as BOT_TOKEN, and as TELEGRAM_API_URL
    /// what it calls instead of api.telegram.org; each transcript has a process of its own
    #[arg(long = "bot", value_name = "COMMAND")]
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

impl PlayedBot {
    /// The bot that is to be played, if it is another one.
    pub fn process(&self) -> Option<BotProcess> {
        let (calm, longest_wait) = (Duration::from_millis(self.calm_ms), Duration::from_secs(self.longest_wait));
        let process = BotProcess::new(self.command.clone()?);
        Some(BotProcess { token: self.token.clone(), calm, longest_wait, ..process })
    }
}

/// What becomes of the transcripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// They are compared with what the bot does; perhaps it is told which buttons nobody tapped.
    Compared { with_coverage: bool },
    /// The bot's side of them is rewritten.
    Blessed,
}

impl ReplayCommand {
    /// How many files have failed, as an exit status.
    ///
    /// # Errors
    /// Something cannot be read or written, or no bot is named.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let wanted = match self.bless {
            true => Wanted::Blessed,
            false => Wanted::Compared { with_coverage: self.coverage },
        };
        Ok(status(self.bot.play(&self.paths, wanted).await?))
    }
}

/// A count of failures as an exit status.
pub fn status(failed: usize) -> ExitCode {
    ExitCode::from(u8::try_from(failed).unwrap_or(u8::MAX))
}

impl PlayedBot {
    /// Plays files, those of this folder where none is named; how many have failed. Ctrl-C ends the bots, too.
    ///
    /// # Errors
    /// Something cannot be read or written, or no bot is named.
    pub async fn play(&self, paths: &[PathBuf], wanted: Wanted) -> anyhow::Result<usize> {
        let bot = self.process().context("say which bot: --bot 'python bot.py'")?;
        let here = [PathBuf::from(".")];
        let files = find(if paths.is_empty() { &here } else { paths }).context("the transcripts cannot be found")?;
        if files.is_empty() {
            bail!(NO_TRANSCRIPT);
        }
        let stop = Stop::listen()?;
        let played = async {
            match wanted {
                Wanted::Blessed => bless_all(&bot, files).await,
                Wanted::Compared { with_coverage } => self.compare_all(bot, files, with_coverage).await,
            }
        };
        tokio::pin!(played);
        tokio::select! {
            failed = &mut played => failed,
            () = stop.told() => {
                end_all();
                // What is being played hears that its bot has ended.
                let _ = tokio::time::timeout(END_TIMEOUT, played).await;
                bail!("stopped; not all transcripts were played");
            }
        }
    }

    async fn compare_all(&self, bot: BotProcess, files: Vec<PathBuf>, with_coverage: bool) -> anyhow::Result<usize> {
        let started = Instant::now();
        let played = match self.one_process {
            true => play_in_one_process(bot, files, tell).await.map_err(|error| anyhow!(error))?,
            false => play_all(&bot, files, self.jobs, tell).await,
        };
        if is_stopping() {
            bail!("stopped");
        }
        if with_coverage {
            println!("{}", untapped(&played));
        }
        let steps: usize =
            played.iter().filter_map(|played| played.result.as_ref().ok()).map(|report| report.steps).sum();
        println!("{steps} steps in {:.1} s", started.elapsed().as_secs_f64());
        Ok(summed_up(&played))
    }
}

/// Prints how many files have passed; how many have failed.
pub fn summed_up(played: &[Played]) -> usize {
    let count = |conclusion| played.iter().filter(|played| played.conclusion() == conclusion).count();
    let (passed, in_part, failed) = (count(Conclusion::Passed), count(Conclusion::InPart), count(Conclusion::Failed));
    match in_part {
        0 => println!("{passed} passed, {failed} failed"),
        _ => println!("{passed} passed, {failed} failed, {in_part} played in part, as listed above"),
    }
    failed
}

/// That a person reads what is blessed.
///
/// # Errors
/// It is so: nobody reads along in CI.
pub fn refuse_in_ci() -> anyhow::Result<()> {
    if std::env::var_os("CI").is_some() {
        bail!("transcripts are not blessed in CI: a person reads what is blessed");
    }
    Ok(())
}

fn tell(played: &Played) {
    // Of what was stopped nobody wants to hear.
    if is_stopping() {
        return;
    }
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
                // What a fault has left is not what the bot is to do.
                if let Some(fault) = blessed.left.first() {
                    println!("{} is left as it is:\n{fault}", file.display());
                    failed += 1;
                    continue;
                }
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
