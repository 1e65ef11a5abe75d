//! `shopkeeper demo`: a shop to talk to, from nothing.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use dialogues::app::Shop;
use dialogues::machine::Settings;
use dialogues::transcript::parse;
use dialogues::transcript::replay::replay;
use shell::commands::register_commands;
use shell::schema::schema;
use shopkeeper::api::scope::Scope;
use shopkeeper::api::{Api, keys};
use shopkeeper::bot::{ShopParts, Shopkeeper, keep_team_commands};
use shopkeeper::clock::Clock;
use shopkeeper::config::{Sources, Transport, read_settings};
use shopkeeper::mailing::MailingOptions;
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::replay::{EndToEnd, Telegram, find, repository, simulator};
use shopkeeper::server::guard::{Guard, PublicName};
use shopkeeper::simulator::Person;
use shopkeeper::store::{Goods, Store, StoreOptions};
use shopkeeper::tea_house;
use shopkeeper::telemetry;
use shopkeeper::workbench::Workbench;
use strum::IntoEnumIterator;
use teloxide::Bot;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// The demo's bot; the simulator takes any well-formed token.
const TOKEN: &str = "1000:demo";
const DATABASE: &str = "shopkeeper_demo";
const CUSTOMER: i64 = 1001;
const OWNER: i64 = 1002;

/// Opens a demo shop: a private MongoDB, a Telegram on this machine, the bot, and a chat page.
#[derive(Args)]
pub(crate) struct Demo {
    /// Port of the chat page on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8088)]
    port: u16,
    /// Port of the API on 127.0.0.1, the one behind the page's if not given; 0 takes any free one
    #[arg(long)]
    api_port: Option<u16>,
    /// A shop folder to sell from, instead of the tea house
    #[arg(long)]
    shop: Option<PathBuf>,
    /// Where to keep the demo's data; a temporary folder, removed at the end, if not given
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Open the shop at a moment of a transcript: cart/more_and_less.chat:31
    #[arg(long, value_name = "FILE:LINE", conflicts_with_all = ["shop", "keep"])]
    upto: Option<String>,
    /// Another name that the page and the API are reached by, such as through a tunnel: NAME or NAME:PORT
    #[arg(long, value_name = "NAME")]
    public_name: Vec<PublicName>,
}

impl Demo {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        telemetry::start("warn");
        let upto = self.upto.as_deref().map(place).transpose()?;
        // What can fail fails before anything is fetched or started.
        let (goods, catalogue) = match &self.shop {
            Some(folder) => {
                (Goods::read(folder).await?, folder.file_name().unwrap_or_default().to_string_lossy().into_owned())
            }
            None => (tea_house::goods()?, tea_house::NAME.to_owned()),
        };
        free(self.port, "--port").await?;
        if upto.is_none() {
            free(self.api_port(), "--api-port").await?;
        }
        println!("Starting MongoDB …");
        let options = MongodOptions { dir: self.keep.clone(), ..MongodOptions::default() };
        let mongod = Mongod::find_or_start(options).await?;
        match upto {
            Some((file, line)) => self.open_at(&mongod, file, line).await?,
            None => self.open(&mongod, &goods, &catalogue).await?,
        }
        drop(mongod);
        Ok(())
    }

    /// Behind any free port is any free one.
    fn api_port(&self) -> u16 {
        self.api_port.unwrap_or(if self.port == 0 { 0 } else { self.port.saturating_add(1) })
    }

    /// The shop as it is in the morning.
    async fn open(self, mongod: &Mongod, goods: &Goods, catalogue: &str) -> anyhow::Result<()> {
        let clock = Clock::system();
        let (name, currency) = goods.terms();
        let settings = Settings { shop_name: name.to_owned(), currency, ..read_settings(&Sources::read(None)?)? };
        let store = store(mongod, &clock, StoreOptions { currency, ..watched() }).await?;
        println!("Filling the shelves …");
        let seeded = store.bring_in(goods).await?;
        println!("  {seeded}");
        let simulator = simulator();
        simulator.limit_floods();
        simulator.name_bot(TOKEN, name);
        // What is kept remembers the updates of its earlier life.
        simulator.number_updates_from(TOKEN, clock.now().timestamp());
        for (id, name) in [(CUSTOMER, "Anna"), (OWNER, "Olga")] {
            let person =
                Person { id, first_name: name.to_owned(), username: None, language_code: Some("en".to_owned()) };
            simulator.person(TOKEN, person);
        }
        simulator.open_chat(TOKEN, OWNER);
        let (records, recorded) = mpsc::unbounded_channel();
        let workbench = Workbench::start(simulator.clone(), TOKEN, store.clone(), catalogue, recorded).await?;
        workbench.set_owners(&[OWNER]);
        let telegram = telegram(simulator, workbench, self.port, self.public_name.clone()).await?;
        let url = telegram.base_url.parse().context("the simulator's own address")?;
        let bot = Bot::with_client(TOKEN, telegram.client.clone()).set_api_url(url);
        register_commands::<Shop>(&bot).await;
        let commands = bot.clone();
        let api_port = self.api_port();
        let (records, owners, mailing) = (Some(records), vec![OWNER], MailingOptions::default());
        let schema = schema();
        let terms = settings.clone();
        let parts = ShopParts { bot, store, settings, clock, owners, records, schema, mailing, receipts: None };
        let (_, key) = keys::create(&parts.store, "demo", &Scope::iter().collect::<Vec<_>>(), Some(1_000)).await?;
        let shopkeeper = Shopkeeper::start_beside(parts, Transport::Polling, api_port, |store, feed| {
            let api = Api::new(store.clone(), feed.clone(), &terms, Vec::new());
            let guard = Guard::new(self.public_name).pages(&["/api/v1/docs"]);
            Some(Box::new(move |rocket| api.mount(rocket).attach(guard)))
        })
        .await
        .with_context(|| format!("the API cannot be opened at port {api_port}"))?;
        let staff = shopkeeper.desk().staff.clone();
        tokio::spawn(async move { keep_team_commands(&commands, staff).await });
        println!();
        println!("The shop is open. Be Anna, a customer:  {}/?bot={TOKEN}&person={CUSTOMER}", telegram.base_url);
        println!("Olga, the owner, is told about orders:  {}/?bot={TOKEN}&person={OWNER}", telegram.base_url);
        println!("Both side by side:  {}/?bot={TOKEN}&person={CUSTOMER},{OWNER}", telegram.base_url);
        let api = shopkeeper.address().unwrap_or_default();
        println!("The API, for programs:                  {api}/api/v1/docs");
        println!("  export SHOP={api} KEY={key}");
        println!("  curl -H \"Authorization: Bearer $KEY\" $SHOP/api/v1/products?limit=3");
        println!("Ctrl-C closes it.");
        super::stopped().await?;
        println!("Closing …");
        shopkeeper.stop().await;
        Ok(())
    }

    /// The shop as a transcript has it behind a line. Its clock stands at that moment.
    async fn open_at(self, mongod: &Mongod, file: PathBuf, line: usize) -> anyhow::Result<()> {
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let script = parse(&text).map_err(|error| anyhow!("{}: {error}", file.display()))?.upto(line);
        let clock = Clock::virtual_at(dialogues::world::beginning());
        let store = store(mongod, &clock, watched()).await?;
        let simulator = simulator();
        let (records, recorded) = mpsc::unbounded_channel();
        let workbench = Workbench::start(simulator.clone(), TOKEN, store.clone(), tea_house::NAME, recorded).await?;
        let telegram = Arc::new(telegram(simulator, workbench.clone(), self.port, self.public_name).await?);
        let base_url = telegram.base_url.clone();
        let mut stage = EndToEnd::new(Handle::current(), telegram, TOKEN.to_owned(), store, clock);
        stage.tell(records);
        println!("Playing {} up to line {line} …", file.display());
        let (stage, report) = tokio::task::spawn_blocking(move || {
            let report = replay(&script, &mut stage);
            (stage, report)
        })
        .await?;
        workbench.set_owners(stage.owners());
        print!("{}", report.render(&file.display().to_string()));
        println!();
        println!("{}", if report.passed() { "All was as written." } else { "It went as above; this is where it led." });
        for (name, id) in stage.people() {
            println!("Go on as {name}:  {base_url}/?bot={TOKEN}&person={id}");
        }
        println!("Ctrl-C closes it.");
        let stopped = async {
            if let Err(error) = super::stopped().await {
                eprintln!("shopkeeper: {error:#}");
            }
        };
        stage.linger(stopped).await;
        Ok(())
    }
}

/// Fails if somebody listens at a port already, and says which option names another one.
async fn free(port: u16, option: &str) -> anyhow::Result<()> {
    let bound = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await;
    bound.map(drop).map_err(|error| anyhow!("port {port} of 127.0.0.1 cannot be used ({error}): try {option} 0"))
}

fn watched() -> StoreOptions {
    StoreOptions { watch_commands: true, ..StoreOptions::default() }
}

async fn store(mongod: &Mongod, clock: &Clock, options: StoreOptions) -> anyhow::Result<Store> {
    let store = Store::open(mongod.uri(), DATABASE, clock.clone(), options).await.context(super::NO_MONGODB)?;
    store.prepare().await?;
    Ok(store)
}

async fn telegram(
    simulator: shopkeeper::simulator::Simulator,
    workbench: Workbench,
    port: u16,
    names: Vec<PublicName>,
) -> anyhow::Result<Telegram> {
    let server = workbench.launch(port, names).await.map_err(|error| anyhow!("{error}; try --port 0"))?;
    Telegram::listening(simulator, server).map_err(|error| anyhow!(error))
}

/// A file and a line: `cart/more_and_less.chat:31`, from where we stand or from the transcripts' folder.
fn place(upto: &str) -> anyhow::Result<(PathBuf, usize)> {
    let (file, line) = upto.rsplit_once(':').context("write --upto FILE:LINE, such as cart/more_and_less.chat:31")?;
    let line = line.parse().with_context(|| format!("{line:?} is no line number"))?;
    let there = [PathBuf::from(file), repository().join("dialogues/transcripts").join(file)];
    match there.iter().find(|path| path.is_file()) {
        Some(path) => Ok((path.clone(), line)),
        None => {
            let known = find(&[])?.len();
            bail!("there is no transcript {file}; {known} of them are in dialogues/transcripts")
        }
    }
}
