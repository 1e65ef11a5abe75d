//! The program that is shipped, and other bots, as processes of their own.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

pub(crate) const OURS: &str = env!("CARGO_BIN_EXE_shopkeeper");
const SECRET: &str = "open-sesame";

/// One bot: its token, its database, and the port that its process listens at.
pub(crate) struct Served<'a> {
    pub(crate) token: &'a str,
    pub(crate) database: &'a str,
    pub(crate) port: u16,
}

impl Served<'_> {
    /// What starts it, by webhook.
    pub(crate) fn command(&self, telegram: &str, mongodb: &str) -> Command {
        let Self { token, database, port } = self;
        let mut program = Command::new(OURS);
        program
            .arg("serve")
            .env("SHOPKEEPER_TOKEN", token)
            .env("SHOPKEEPER_API_URL", telegram)
            .env("SHOPKEEPER_DATABASE", database)
            .env("SHOPKEEPER_PORT", port.to_string())
            .env("SHOPKEEPER_WEBHOOK_URL", format!("http://127.0.0.1:{port}/telegram"))
            .env("SHOPKEEPER_WEBHOOK_SECRET", SECRET)
            .env("SHOPKEEPER_LOG", "json")
            .env("MONGODB_URI", mongodb);
        program
    }
}

/// Starts a bot, and waits until it answers that it is ready. Dropping it kills it.
pub(crate) async fn start(mut program: Command, port: u16, client: &reqwest::Client) -> Child {
    let bot = program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn();
    let mut bot = bot.unwrap();
    let is_ready = || client.get(format!("http://127.0.0.1:{port}/readyz")).send();
    while !is_ready().await.is_ok_and(|answer| answer.status() == 200) {
        assert!(bot.try_wait().unwrap().is_none(), "the bot has ended at its start");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bot
}
