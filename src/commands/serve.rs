//! `shopkeeper serve`: the bot itself.

use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use dialogues::app::Shop;
use dialogues::machine::Settings;
use dialogues::shop::TeamRole;
use shell::commands::register_commands;
use shell::schema::schema;
use shopkeeper::api::Api;
use shopkeeper::bot::{ShopParts, Shopkeeper, StartError, identify, keep_team_commands};
use shopkeeper::clock::Clock;
use shopkeeper::config::{Config, Sources, Transport, read_log};
use shopkeeper::mailing::{MailingOptions, RateLimit};
use shopkeeper::receipts::ReceiptSender;
use shopkeeper::store::{Store, StoreError, StoreOptions};
use shopkeeper::supervisor::Supervisor;
use shopkeeper::telemetry;
use teloxide::Bot;

use super::Stop;

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
  SHOPKEEPER_OWNERS          Telegram ids of owners, apart by commas; others are added by /team, or `shopkeeper team`
  SHOPKEEPER_SHOP_NAME       what customers read [the name in the seeded shop.yaml, else Tea House]
  SHOPKEEPER_CURRENCY        UAH, EUR or USD [UAH]
  SHOPKEEPER_TIME_ZONE       the shop's time zone: an IANA name such as Europe/Berlin, or an offset such as +02:00 [Europe/Kyiv]
  SHOPKEEPER_UTC_OFFSET      the same, by its former name
  SHOPKEEPER_COUNTRY         the shop's country (ISO 3166): phone numbers without a country's code belong to it [UA]
  SHOPKEEPER_ASK_EMAIL       whether a checkout asks for an e-mail address: yes or no [yes]
  SHOPKEEPER_SMTP_URL        the mail server that sends receipts, such as smtps://user:password@mail.example.com [no receipts]
  SHOPKEEPER_MAIL_FROM       whom receipts come from, such as Tea House <orders@tea.example> (required with a mail server)
  SHOPKEEPER_LOW_STOCK       owners are told when so many or fewer are left of a product [3]
  SHOPKEEPER_CART_REMINDER_HOURS  after how many hours of silence a customer is reminded of their cart, once, by day [nobody is]
  SHOPKEEPER_KEEP_FAILED_DAYS  for how many days is kept what could not be read or answered, 1 to 30 [30]
  SHOPKEEPER_KEEP_EVENTS_DAYS  for how many days events and the audit log are kept, 30 to 3650 [for ever]
  SHOPKEEPER_KEEP_INACTIVE_DAYS  for how many days customers are kept of whom nothing is heard, 30 to 3650 [for ever]
  SHOPKEEPER_KEEP_RECIPIENTS_DAYS  for how many days it is kept whom a mailing went to, 2 to 3650 [for ever]
  SHOPKEEPER_WEBHOOK_URL     the https address that Telegram calls; without it, the bot polls
  SHOPKEEPER_WEBHOOK_SECRET  1 to 256 letters, digits, _ and - (required with a webhook)
  SHOPKEEPER_WEBHOOK_CERTIFICATE  a self-signed certificate that Telegram is to trust (PEM), for an address without a name
  SHOPKEEPER_WEBHOOK_CONNECTIONS  how many calls Telegram may make at a time, 1 to 100 [20]
  SHOPKEEPER_PORT            our own port, for the API and the webhook [8080]
  SHOPKEEPER_ADDRESS         where that is opened; in a container 0.0.0.0 [127.0.0.1]
  SHOPKEEPER_API_ORIGINS     web pages, apart by commas, that may call the API from a browser
  SHOPKEEPER_MAILING_RATE    messages a second while a mailing is sent, over all processes [30]
  SHOPKEEPER_API_URL         another Bot API server [https://api.telegram.org]
  SHOPKEEPER_BACKUPS         the folder of backups: `check` and /metrics tell how old the newest one is
  SHOPKEEPER_LOG             json or text [text on a terminal, json elsewhere]
  RUST_LOG                   what is logged [info]";

impl Serve {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let stop = Stop::listen()?;
        let sources = Sources::read(self.config.as_deref())?;
        telemetry::start_as("info", read_log(&sources)?);
        let config = Config::read_whole(sources)?;
        let clock = Clock::system();
        let Settings { currency, low_stock, retention, sends_receipts: receipts, .. } = config.settings;
        let options = StoreOptions { currency, low_stock, retention, receipts, ..StoreOptions::default() };
        let receipts = config.receipts.as_ref().map(ReceiptSender::new).transpose()?;
        let Some((store, seeded)) = outlast(&stop, MONGODB_AWAY, StoreError::is_away, || {
            let (uri, clock, options) = (config.mongodb_uri.expose(), clock.clone(), options.clone());
            async {
                let store = Store::open(uri, &config.database, clock, options).await?;
                store.prepare().await?;
                store.void_invitations_but_of(&config.owners).await?;
                let seeded = store.shop_name().await?;
                Ok::<_, StoreError>((store, seeded))
            }
        })
        .await
        .context(super::NO_MONGODB)?
        else {
            return Ok(());
        };
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
        let reached = outlast(&stop, TELEGRAM_AWAY, StartError::is_away, || identify(&bot)).await?;
        if reached.is_none() {
            return Ok(());
        }
        // Not knowing its commands stops nobody from talking to the bot.
        let commands = bot.clone();
        tokio::spawn(async move { register_commands::<Shop>(&commands).await });
        let (commands, database) = (bot.clone(), config.database.clone());
        let terms = config.settings.clone();
        let transport = if matches!(config.transport, Transport::Polling) { "polling" } else { "webhook" };
        let mailing = MailingOptions { speed: RateLimit::per_second(config.mailing_rate), ..MailingOptions::default() };
        let settings = named(config.settings, config.names_shop, seeded);
        let shop = settings.shop_name.clone();
        let (owners_told, records, schema) = (config.owners, None, schema());
        let parts = ShopParts { bot, store, settings, clock, owners: owners_told, records, schema, mailing, receipts };
        let opening =
            Shopkeeper::start_beside(parts, config.transport, (config.address, config.port), |store, feed| {
                let api = Api::new(store.clone(), feed.clone(), &terms, config.origins);
                Some(Box::new(move |rocket| api.mount(rocket)))
            });
        let shopkeeper = tokio::select! {
            opened = opening => opened?,
            () = stop.told() => {
                // What has begun is nothing that the next start would miss.
                tracing::info!("closing: it was not open yet");
                std::process::exit(0)
            }
        };
        let staff = shopkeeper.desk().staff.clone();
        let (owners, team) = (staff.who_may(TeamRole::Owner).len(), staff.who_may(TeamRole::Manager).len());
        if team == 0 {
            tracing::warn!("nobody is told about orders: set SHOPKEEPER_OWNERS, or see `shopkeeper team --help`");
        }
        tokio::spawn(async move { keep_team_commands(&commands, staff).await });
        let server = shopkeeper.address().unwrap_or_default();
        tracing::info!(shop, database, transport, owners, team, server, "the shop is open");
        let supervisor = Supervisor::of_environment();
        supervisor.ready();
        supervisor.watch(shopkeeper.serves());
        stop.told().await;
        supervisor.stopping();
        tracing::info!("closing: no new updates, open turns end");
        shopkeeper.stop().await;
        // The driver's tasks may stumble over each other when the runtime is taken down; nothing is left to do.
        std::process::exit(0)
    }
}

/// The settings with the name that the seeded folder gives to the shop, unless a setting names it.
pub(crate) fn named(settings: Settings, is_named: bool, seeded: Option<String>) -> Settings {
    match seeded {
        Some(shop_name) if !is_named => Settings { shop_name, ..settings },
        _ => settings,
    }
}

const MONGODB_AWAY: &str = "MongoDB cannot be reached; it is waited for. `shopkeeper check` tells more";
const TELEGRAM_AWAY: &str = "Telegram cannot be reached; it is waited for. `shopkeeper check` tells more";

/// Pauses between two tries, in seconds: the first is short, since whoever starts a machine starts everything at once.
const PAUSES: [u64; 6] = [1, 2, 4, 8, 15, 30];

/// Tries until it succeeds, as long as it fails because somebody is away; `None` when we are told to stop meanwhile.
/// Only the first failure is told: it does not change by being told again.
async fn outlast<T, E: Display, F: Future<Output = Result<T, E>>>(
    stop: &Stop,
    words: &str,
    is_away: impl Fn(&E) -> bool,
    work: impl Fn() -> F,
) -> Result<Option<T>, E> {
    let mut tries = 0;
    loop {
        let result = tokio::select! {
            result = work() => result,
            () = stop.told() => return Ok(None),
        };
        match result {
            Ok(done) if tries > 0 => {
                tracing::info!(tries, "it can be reached now");
                return Ok(Some(done));
            }
            Ok(done) => return Ok(Some(done)),
            Err(error) if is_away(&error) => {
                if tries == 0 {
                    tracing::warn!(%error, words);
                }
                let pause = PAUSES[tries.min(PAUSES.len() - 1)];
                tries += 1;
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_secs(pause)) => {}
                    () = stop.told() => return Ok(None),
                }
            }
            Err(error) => return Err(error),
        }
    }
}
