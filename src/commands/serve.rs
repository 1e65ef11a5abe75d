//! `shopkeeper serve`: the bot itself.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use shopkeeper::api::Api;
use shopkeeper::bot::{Parts, Shopkeeper, register_commands, register_owner_commands, schema};
use shopkeeper::clock::Clock;
use shopkeeper::config::{Config, Door, Sources, read_log};
use shopkeeper::mailing::{MailingOptions, Speed};
use shopkeeper::store::{Store, StoreOptions};
use shopkeeper::telemetry;
use teloxide::Bot;

/// Runs the bot until it is told to stop.
#[derive(Args)]
#[command(after_help = SETTINGS)]
pub(crate) struct Serve {
    /// A file of NAME=value lines; the environment wins over it
    #[arg(long, env = "SHOPKEEPER_CONFIG")]
    config: Option<PathBuf>,
}

const SETTINGS: &str = "\
Settings, from the environment or the file:
  SHOPKEEPER_TOKEN           the bot's token from @BotFather (required)
  MONGODB_URI                a MongoDB replica set (required)
  SHOPKEEPER_DATABASE        the database [shopkeeper]
  SHOPKEEPER_OWNERS          Telegram ids, apart by commas, that are told about orders and may send mailings (/mail)
  SHOPKEEPER_SHOP_NAME       what customers read [Tea House]
  SHOPKEEPER_CURRENCY        UAH, EUR or USD [UAH]
  SHOPKEEPER_UTC_OFFSET      the shop's time zone [+02:00]
  SHOPKEEPER_WEBHOOK_URL     the https address that Telegram calls; without it, the bot polls
  SHOPKEEPER_WEBHOOK_SECRET  1 to 256 letters, digits, _ and - (required with a webhook)
  SHOPKEEPER_PORT            our own port on 127.0.0.1, for the API and the webhook [8080]
  SHOPKEEPER_API_ORIGINS     web pages, apart by commas, that may call the API from a browser
  SHOPKEEPER_MAILING_RATE    messages a second while a mailing is sent, over all processes [30]
  SHOPKEEPER_API_URL         another Bot API server [https://api.telegram.org]
  SHOPKEEPER_BACKUPS         the folder of backups; /metrics tells how old the newest one is
  SHOPKEEPER_LOG             json or text [text on a terminal, json elsewhere]
  RUST_LOG                   what is logged [info]";

impl Serve {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let sources = Sources::read(self.config.as_deref())?;
        telemetry::start_as("info", read_log(&sources)?);
        let config = Config::read(&sources)?;
        let clock = Clock::system();
        let options = StoreOptions { currency: config.settings.currency, ..StoreOptions::default() };
        let store = Store::open(config.mongodb_uri.expose(), &config.database, clock.clone(), options)
            .await
            .context(super::NO_MONGODB)?;
        store.prepare().await?;
        if let Some(folder) = config.backups {
            store.metrics().machine.watch_backups(folder);
        }
        let client = teloxide::net::default_reqwest_settings();
        // A server on this machine is not reached through a proxy.
        let client = if config.api_url.is_some() { client.no_proxy() } else { client };
        let mut bot = Bot::with_client(config.token.expose(), client.build()?);
        if let Some(url) = config.api_url {
            bot = bot.set_api_url(url);
        }
        // Not knowing its commands stops nobody from talking to the bot.
        let (commands, owners) = (bot.clone(), config.owners.clone());
        tokio::spawn(async move {
            register_commands(&commands).await;
            register_owner_commands(&commands, &owners).await;
        });
        if config.owners.is_empty() {
            tracing::warn!("SHOPKEEPER_OWNERS is not set: nobody is told about orders");
        }
        let (database, owners) = (config.database.clone(), config.owners.len());
        let currency = config.settings.currency;
        let door = if matches!(config.door, Door::Polling) { "polling" } else { "webhook" };
        let mailing = MailingOptions { speed: Speed::per_second(config.mailing_rate), ..MailingOptions::default() };
        let (settings, owners_told, records, schema) = (config.settings, config.owners, None, schema::schema());
        let parts = Parts { bot, store, settings, clock, owners: owners_told, records, schema, mailing };
        let shopkeeper = Shopkeeper::start_beside(parts, config.door, config.port, |store, feed| {
            let api = Api::new(store.clone(), feed.clone(), currency, config.origins);
            Some(Box::new(move |rocket| api.mount(rocket)))
        })
        .await?;
        let server = shopkeeper.address().unwrap_or_default();
        tracing::info!(database, door, owners, server, "the shop is open");
        super::stopped().await?;
        tracing::info!("closing: no new updates, open turns end");
        shopkeeper.stop().await;
        // The driver's tasks may stumble over each other when the runtime is taken down; nothing is left to do.
        std::process::exit(0)
    }
}
