//! The guest book of the engine's guide behind Telegram, as this package's README shows it:
//! `GUESTBOOK_TOKEN=… MONGODB_URI=… cargo run -p dialogue-shell --example behind_telegram`.

#![allow(unused_imports, dead_code, reason = "tests of steps 9 and 10 are left out of a program")]

// The name that a reader of the guide has for it.
extern crate engine as dialogue_engine;

include!("../../../dialogues/engine/tests/guestbook.rs");

use dialogue_shell::clock::Clock;
use dialogue_shell::commands::register_commands;
use dialogue_shell::house::{HouseBot, HouseParts};
use dialogue_shell::metrics::Metrics;
use dialogue_shell::{Names, Transport};

const NAMES: Names = Names { program: "guestbook", settings: "GUESTBOOK" };

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bot = teloxide::Bot::new(std::env::var("GUESTBOOK_TOKEN")?);
    register_commands::<Guestbook>(&bot).await;
    let (uri, database) = (std::env::var("MONGODB_URI")?, "guestbook".to_owned());
    let (clock, metrics) = (Clock::system(), Metrics::new(NAMES));
    let parts = HouseParts::<Pages> { bot, uri, database, clock, metrics, records: None };
    let running = HouseBot::start(parts, Transport::Polling, 8080).await?;
    tokio::signal::ctrl_c().await?;
    running.stop().await;
    Ok(())
}
