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
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

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

/// Logs what the simulator says, beside what the program prints, and nothing of how its HTTP server is set up.
fn log() {
    let wanted = Targets::new().with_default(LevelFilter::INFO).with_target("rocket", LevelFilter::ERROR);
    let to_stderr = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(to_stderr.with_filter(wanted)).init();
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Simulate(simulate) => {
            log();
            simulate.run(Simulator::new()).await?;
        }
        Command::Replay(replay) => return replay.run().await,
        Command::Record(record) => record.run().await?,
        Command::Transcripts => print!("{}", help::text::<AnyBot>()),
    }
    Ok(ExitCode::SUCCESS)
}
