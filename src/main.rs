//! The command line. Each subcommand is a file in `commands/`.

// A command line speaks on stdout.
#![allow(clippy::print_stdout)]

mod commands;

use std::process::ExitCode;

use any_bot::commands::simulate::Simulate;
use clap::{Parser, Subcommand};
use shopkeeper::telemetry;
use tokio::runtime::Runtime;

/// A shop inside Telegram whose every conversation is a typed state machine.
#[derive(Parser)]
#[command(version, about, after_help = "Try `shopkeeper demo` first: it needs no token, no database and no internet.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Open a demo shop that can be talked to in the browser, without a token or a database
    Demo(commands::demo::Demo),
    /// Run the bot (settings: see `shopkeeper serve --help`)
    Serve(commands::serve::Serve),
    /// Tell in one page whether all is well, with remedies
    Check(commands::check::Check),
    /// Run the Telegram simulator alone, for any bot
    Simulate(Simulate),
    /// Load a shop from a folder with shop.yaml and pictures/; can be run again
    Seed(commands::seed::Seed),
    /// Make fresh MongoDB servers a replica set, as the bot needs it
    ReplicaSet(commands::replica_set::ReplicaSet),
    /// Look after keys to the API
    Keys(commands::keys::Keys),
    /// Look after dead letters: updates that the bot has given up
    Letters(commands::letters::Letters),
    /// List, show and export orders, and take them on: accept, ship, deliver, cancel
    Orders(commands::orders::Orders),
    /// List, add and remove the people of the shop
    Team(commands::team::Team),
    /// Print who of the shop has done what
    Audit(commands::audit::Audit),
    /// Tell whether the shop takes orders; pause it, or let it go on
    Pause(commands::pause::Pause),
    /// Open every stored document with this program, read-only, before it is let at the database
    Preflight(commands::preflight::Preflight),
    /// Write all of the shop, as it is at one moment, into a folder of its own
    Backup(commands::backup::Backup),
    /// Put a backup into an empty database, or try whether it could be
    Restore(commands::restore::Restore),
    /// Replay dialogue transcripts
    Replay(commands::replay::Replay),
    /// Turn a conversation with the demo into a transcript
    Record(commands::record::Record),
    /// Print the flows' state diagrams, derived from the code
    Flows(commands::flows::Flows),
    /// Look after transcripts
    #[command(subcommand)]
    Transcripts(commands::transcripts::Transcripts),
}

fn main() -> ExitCode {
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("shopkeeper: the system gives no threads or no timer to this process: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(run());
    // The tasks of MongoDB's driver wait for each other, and panic where one is cancelled before another. So none is cancelled:
    // they end with the process.
    std::mem::forget(runtime);
    code
}

/// Does what the command line asks for.
async fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Demo(demo) => demo.run().await,
        Command::Serve(serve) => serve.run().await,
        Command::Check(check) => match check.run().await {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        Command::Simulate(simulate) => {
            telemetry::start("info");
            simulate.run(shopkeeper::replay::simulator()).await
        }
        Command::Seed(seed) => seed.run().await,
        Command::ReplicaSet(set) => set.run().await,
        Command::Keys(keys) => keys.run().await,
        Command::Letters(letters) => letters.run().await,
        Command::Orders(orders) => orders.run().await,
        Command::Team(team) => team.run().await,
        Command::Audit(audit) => audit.run().await,
        Command::Pause(pause) => pause.run().await,
        Command::Preflight(preflight) => preflight.run().await,
        Command::Backup(backup) => backup.run().await,
        Command::Restore(restore) => restore.run().await,
        Command::Replay(replay) => return replay.run().await,
        Command::Record(record) => record.run().await,
        Command::Flows(flows) => flows.run(),
        Command::Transcripts(transcripts) => transcripts.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("shopkeeper: {}", commands::brief(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Cli::command().debug_assert();
    }
}
