//! `shopkeeper demo`: a shop to talk to, from nothing.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::Args;
use dialogues::machine::Settings;
use shopkeeper::bot::{Parts, Shopkeeper, register_commands, schema};
use shopkeeper::clock::Clock;
use shopkeeper::config::{Door, Sources, read_settings};
use shopkeeper::mailing::MailingOptions;
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::replay::{Telegram, shop_folder};
use shopkeeper::simulator::Person;
use shopkeeper::store::{Goods, Store, StoreOptions};
use shopkeeper::telemetry;
use teloxide::Bot;

/// The demo's bot; the simulator takes any well-formed token.
const TOKEN: &str = "1000:demo";
const CUSTOMER: i64 = 1001;
const OWNER: i64 = 1002;

/// Opens a demo shop: a private MongoDB, a Telegram on this machine, the bot, and a chat page.
#[derive(Args)]
pub(crate) struct Demo {
    /// Port of the chat page on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8088)]
    port: u16,
    /// A shop folder to sell from, instead of the tea house
    #[arg(long)]
    shop: Option<PathBuf>,
    /// Where to keep the demo's data; a temporary folder, removed at the end, if not given
    #[arg(long)]
    keep: Option<PathBuf>,
}

impl Demo {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        telemetry::start("warn");
        println!("Starting MongoDB …");
        let options = MongodOptions { dir: self.keep.clone(), ..MongodOptions::default() };
        let mongod = Mongod::find_or_start(options).await?;
        let clock = Clock::system();
        let folder = self.shop.map_or_else(|| shop_folder("tea-house"), Ok).map_err(|error| anyhow!(error))?;
        let goods = Goods::read(&folder).await?;
        let (name, currency) = goods.terms();
        let settings = Settings { shop_name: name.to_owned(), currency, ..read_settings(&Sources::read(None)?)? };
        let options = StoreOptions { currency: settings.currency, ..StoreOptions::default() };
        let store = Store::open(mongod.uri(), "shopkeeper_demo", clock.clone(), options).await?;
        store.prepare().await?;
        println!("Filling the shelves …");
        let seeded = store.bring_in(&goods).await?;
        println!("  {seeded}");
        let telegram = Telegram::start(self.port).await.map_err(|error| anyhow!("{error}; try --port 0"))?;
        for (id, name) in [(CUSTOMER, "Anna"), (OWNER, "Olga")] {
            let person =
                Person { id, first_name: name.to_owned(), username: None, language_code: Some("en".to_owned()) };
            telegram.simulator.person(TOKEN, person);
        }
        telegram.simulator.open_chat(TOKEN, OWNER);
        let url = telegram.base_url.parse().context("the simulator's own address")?;
        let bot = Bot::with_client(TOKEN, telegram.client.clone()).set_api_url(url);
        register_commands(&bot).await;
        let owners = vec![OWNER];
        let (records, schema, mailing) = (None, schema::schema(), MailingOptions::default());
        let parts = Parts { bot, store, settings, clock, owners, records, schema, mailing };
        let shopkeeper = Shopkeeper::start(parts, Door::Polling, 0).await?;
        println!();
        println!("The shop is open. Be Anna, a customer:  {}/?bot={TOKEN}&person={CUSTOMER}", telegram.base_url);
        println!("Olga, the owner, is told about orders:  {}/?bot={TOKEN}&person={OWNER}", telegram.base_url);
        println!("Ctrl-C closes it.");
        super::stopped().await?;
        println!("Closing …");
        shopkeeper.stop().await;
        drop(mongod);
        Ok(())
    }
}
