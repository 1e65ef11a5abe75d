//! The simulator as a program of its own: Telegram for a bot in any language, and transcripts of it.

// A command line speaks on stdout.
#![allow(clippy::print_stdout)]

use std::process::ExitCode;

use any_bot::AnyBot;
use any_bot::commands::record::RecordCommand;
use any_bot::commands::replay::ReplayCommand;
use any_bot::commands::simulate::Simulate;
use clap::{Parser, Subcommand};
use engine::transcript::help;
use telegram_simulator::Simulator;

/// Telegram on this machine, for bots in any language.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a Bot API server and a chat page
    Simulate(Simulate),
    /// Play transcripts before a bot
    Replay(ReplayCommand),
    /// Turn a conversation with a bot into a transcript
    Record(RecordCommand),
    /// Explain the language of transcripts
    Transcripts,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse().command).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("telegram-simulator: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Simulate(simulate) => {
            tracing_subscriber::fmt().init();
            simulate.run(Simulator::new()).await?;
        }
        Command::Replay(replay) => return replay.run().await,
        Command::Record(record) => record.run().await?,
        Command::Transcripts => print!("{}", help::text::<AnyBot>()),
    }
    Ok(ExitCode::SUCCESS)
}
