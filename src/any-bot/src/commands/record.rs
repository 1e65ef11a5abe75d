//! `record --bot`: a chat page before a bot that a command starts.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use engine::transcript::replay::Conclusion;
use telegram_simulator::{Simulator, launch};
use tokio::runtime::Handle;

use super::Stop;
use crate::{BotProcess, BotRecording, ProcessStage, end_all, play_one, recorded};

/// Records what people do on a chat page before a bot that a command starts, until Ctrl-C; the file replays as it stands.
#[derive(Args)]
pub struct RecordCommand {
    #[command(flatten)]
    file: RecordFile,
    #[command(flatten)]
    bot: RecordedBot,
}

/// Where a recording goes.
#[derive(Args)]
pub struct RecordFile {
    /// The file to write; a name that ends in .chat
    #[arg(default_value = "recorded.chat", value_parser = transcript_name)]
    file: PathBuf,
    /// Overwrite the file if there is one
    #[arg(long)]
    force: bool,
}

impl RecordFile {
    /// The file, which may be written.
    ///
    /// # Errors
    /// A sentence: there is one, and nobody said that it may be overwritten.
    pub fn free(&self) -> anyhow::Result<&Path> {
        if self.file.exists() && !self.force {
            bail!("{} exists; name another file, or say --force to overwrite it", self.file.display());
        }
        Ok(&self.file)
    }
}

fn transcript_name(name: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(name);
    let fits = path.extension().is_some_and(|extension| extension == "chat");
    fits.then_some(path).ok_or_else(|| format!("a transcript's name ends in .chat, as in {name}.chat"))
}

/// The bot, and where its chat page is.
#[derive(Args)]
pub struct RecordedBot {
    /// Record a conversation with another bot, which this command starts, as `replay --bot` does
    #[arg(long = "bot", value_name = "COMMAND")]
    command: Option<String>,
    /// Where the chat page is
    #[arg(long, default_value_t = 8081, requires = "command")]
    port: u16,
    /// What the bot is given as its token
    #[arg(long, default_value = "42:transcript", requires = "command")]
    token: String,
}

impl RecordCommand {
    /// Records until Ctrl-C.
    ///
    /// # Errors
    /// No bot is named, or it does not start; or the file cannot be written, or does not replay.
    pub async fn run(self) -> anyhow::Result<()> {
        let bot = self.bot.process().context("say which bot: --bot 'python bot.py'")?;
        self.bot.record(bot, self.file.free()?).await
    }
}

impl RecordedBot {
    /// The bot that is to be recorded, if one is named.
    pub fn process(&self) -> Option<BotProcess> {
        Some(BotProcess { token: self.token.clone(), ..BotProcess::new(self.command.clone()?) })
    }

    /// Records until Ctrl-C, and plays what it has recorded before a new process of the bot.
    ///
    /// # Errors
    /// The bot does not start; or the file cannot be written, or does not replay.
    pub async fn record(&self, bot: BotProcess, file: &Path) -> anyhow::Result<()> {
        let stop = Stop::listen()?;
        let simulator = Simulator::new();
        let server = launch(simulator.clone(), self.port).await.map_err(|error| anyhow!("{error}; try --port 0"))?;
        let page = server.base_url.clone();
        let mut stage = ProcessStage::before(Handle::current(), bot.clone(), simulator.clone(), server);
        tokio::select! {
            started = stage.start() => started.map_err(|error| anyhow!(error))?,
            () = stop.told() => bail!("stopped before the bot asked for updates"),
        }
        println!("Recording. Talk to the bot at {page}/; Ctrl-C ends it.");
        let ended = tokio::select! {
            () = stop.told() => None,
            ended = stage.ended() => Some(ended),
        };
        stage.stop().await;
        let title = format!("Recorded on {}", chrono::Utc::now().format("%Y-%m-%d"));
        let recording = recorded(&simulator, &bot.token, &title).map_err(|error| anyhow!(error))?;
        let Some(BotRecording { text, untold }) = recording else {
            bail!("nobody has written to the bot; no file is written")
        };
        std::fs::write(file, text).with_context(|| file.display().to_string())?;
        let shown = file.display();
        if let Some(ended) = ended {
            bail!("{shown} is written up to this: {ended}");
        }
        if let Some(untold) = untold {
            bail!("{shown} is written up to a step for which a transcript has no words: {untold}");
        }
        println!("{shown} is written; now it is played before a new process of the bot …");
        let again = Stop::listen()?;
        let played = tokio::select! {
            played = play_one(bot, file.to_owned()) => played,
            () = again.told() => {
                end_all();
                bail!("stopped; it is not known whether {shown} replays green");
            }
        };
        match played.conclusion() {
            Conclusion::Failed => bail!("replayed, it fails:\n{}", played.render()),
            _ => println!("It replays green: replay --bot … {shown}"),
        }
        Ok(())
    }
}
