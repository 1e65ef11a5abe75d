//! `shopkeeper simulate`: Telegram on this machine, for any bot.

use anyhow::anyhow;
use clap::Args;
use shopkeeper::replay::Telegram;
use shopkeeper::telemetry;

/// Runs a Bot API server and a chat page on this machine, for any bot in any language.
#[derive(Args)]
pub(crate) struct Simulate {
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8081)]
    port: u16,
}

impl Simulate {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        telemetry::start("info");
        let telegram = Telegram::start(self.port).await.map_err(|error| anyhow!(error))?;
        println!("Telegram is at {} for any bot, with any token of digits, a colon and letters.", telegram.base_url);
        println!("Open it in a browser to be a customer. Ctrl-C ends it.");
        super::stopped().await
    }
}
