//! `shopkeeper record --bot`: a chat page before a bot that a command starts.

use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use shopkeeper::replay::any_bot::{BotProcess, ProcessStage, play_one, recorded};
use shopkeeper::replay::{Conclusion, Telegram};
use shopkeeper::simulator::Simulator;
use tokio::runtime::Handle;

use super::Record;
use crate::commands::Stop;

/// The bot, and where its chat page is.
#[derive(Args)]
pub(super) struct Bot {
    /// Record a conversation with another bot, which this command starts, as `shopkeeper replay --bot` does
    #[arg(long = "bot", value_name = "COMMAND", conflicts_with_all = ["url", "last"])]
    command: Option<String>,
    /// Where the chat page is
    #[arg(long, default_value_t = 8081, requires = "command")]
    port: u16,
    /// What the bot is given as its token
    #[arg(long, default_value = "42:transcript", requires = "command")]
    token: String,
}

impl Bot {
    /// The bot that is to be recorded, if it is another one.
    pub(super) fn process(&self) -> Option<BotProcess> {
        Some(BotProcess { token: self.token.clone(), ..BotProcess::new(self.command.clone()?) })
    }
}

/// Records until Ctrl-C, and plays what it has recorded before a new process of the bot.
pub(super) async fn record(bot: BotProcess, asked: &Record) -> anyhow::Result<()> {
    let stop = Stop::listen()?;
    let simulator = Simulator::new();
    let telegram =
        Telegram::start(simulator.clone(), asked.bot.port, Vec::new()).await.map_err(|error| anyhow!(error))?;
    let page = telegram.base_url.clone();
    let mut stage = ProcessStage::before(Handle::current(), bot.clone(), Arc::new(telegram));
    stage.start().await.map_err(|error| anyhow!(error))?;
    println!("Recording. Talk to the bot at {page}/; Ctrl-C ends it.");
    stop.told().await;
    stage.stop().await;
    let title = format!("Recorded on {}", chrono::Utc::now().format("%Y-%m-%d"));
    let text = recorded(&simulator, &bot.token, &title).map_err(|error| anyhow!(error))?;
    let Some(text) = text else { bail!("nobody has written to the bot; no file is written") };
    std::fs::write(&asked.file, text).with_context(|| asked.file.display().to_string())?;
    let file = asked.file.display();
    println!("{file} is written; now it is played before a new process of the bot …");
    let played = play_one(bot, asked.file.clone()).await;
    match played.conclusion() {
        Conclusion::Failed => bail!("replayed, it fails:\n{}", played.render()),
        _ => println!("It replays green: shopkeeper replay --bot … {file}"),
    }
    Ok(())
}
