//! One process of the shop: the whole bot on a runtime of its own, behind gates to MongoDB and to the Bot API. It is
//! killed by dropping the runtime: no task of it goes on, and its connections and its port are closed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dialogues::machine::Settings;
use shell::schema::schema;
use shopkeeper::bot::{ShopParts, Shopkeeper};
use shopkeeper::clock::Clock;
use shopkeeper::config::{Secret, Transport};
use shopkeeper::mailing::MailingOptions;
use shopkeeper::store::{Store, StoreOptions};
use teloxide::Bot;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::call_gate::CallGate;
use super::mongo_gate::MongoGate;
use super::run::within;

pub(crate) const SECRET: &str = "open-sesame";

/// Where a process finds what it needs.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    pub(crate) mongod: SocketAddr,
    pub(crate) telegram: SocketAddr,
    pub(crate) database: String,
    pub(crate) token: String,
    pub(crate) clock: Clock,
    /// Those who are told about orders.
    pub(crate) owners: Vec<i64>,
    pub(crate) settings: Settings,
    /// It asks Telegram for updates; else they are brought to it.
    pub(crate) polls: bool,
}

/// A process that runs, or is about to.
pub(crate) struct Process {
    runtime: Option<Runtime>,
    bot: Life,
    /// It does not hold the lease, and does not get it before it is let.
    pub(crate) stands_by: bool,
    pub(crate) mongo: MongoGate,
    pub(crate) calls: CallGate,
}

enum Life {
    Starting(oneshot::Receiver<Result<Arc<Shopkeeper>, String>>),
    Running(Arc<Shopkeeper>),
    Gone,
}

impl Process {
    /// Begins to start one; `stands_by`: it does not get the lease before [`MongoGate::hold_lease`] lets it.
    pub(crate) async fn start(around: &Surroundings, stands_by: bool) -> Self {
        let (mongo, calls) = (MongoGate::open(around.mongod).await, CallGate::open(around.telegram).await);
        mongo.hold_lease(stands_by);
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (started, starting) = oneshot::channel();
        let (around, gates) = (around.clone(), (mongo.address, calls.address));
        runtime.spawn(async move {
            let _ = started.send(running(around, gates).await.map(Arc::new));
        });
        Self { runtime: Some(runtime), bot: Life::Starting(starting), stands_by, mongo, calls }
    }

    /// Resolves when it has completed the carts that crashes have left half done. It does so beside its start: what is held
    /// and arrives before would be completed, too.
    pub(crate) async fn carts_are_mended(&self) -> Result<(), String> {
        let mut changes = self.mongo.changes();
        within("carts are completed", async {
            while !self.mongo.carts_are_mended() {
                let _ = changes.changed().await;
            }
        })
        .await
    }

    /// Resolves when it runs, and has completed what crashes have left half done. One that does not start is gone.
    pub(crate) async fn started(&mut self) -> Result<(), String> {
        if matches!(self.bot, Life::Starting(_))
            && let Life::Starting(starting) = std::mem::replace(&mut self.bot, Life::Gone)
        {
            let started = tokio::time::timeout(Duration::from_secs(30), starting).await;
            let bot = started.map_err(|_| "it does not start")?.map_err(|_| "it was killed")??;
            self.bot = Life::Running(bot);
            self.carts_are_mended().await?;
        }
        Ok(())
    }

    /// The bot, which runs.
    pub(crate) fn bot(&self) -> Result<&Arc<Shopkeeper>, String> {
        match &self.bot {
            Life::Running(bot) => Ok(bot),
            Life::Starting(_) | Life::Gone => Err("the process does not run".to_owned()),
        }
    }

    /// Whether it runs and holds the lease.
    pub(crate) fn is_active(&self) -> bool {
        self.bot().is_ok_and(|bot| bot.desk().store.metrics().text().contains("shopkeeper_active 1"))
    }

    /// Resolves when it holds the lease.
    pub(crate) async fn activated(&self) -> Result<(), String> {
        within("the lease is taken", async {
            let mut ticks = tokio::time::interval(Duration::from_millis(5));
            while !self.is_active() {
                ticks.tick().await;
            }
        })
        .await
    }

    /// Stops it as an operator does: what it has taken, it ends, and nothing comes twice because of it.
    pub(crate) async fn stop(&mut self) -> Result<(), String> {
        if let (Life::Running(bot), Some(runtime)) = (std::mem::replace(&mut self.bot, Life::Gone), &self.runtime) {
            let bot = Arc::into_inner(bot).ok_or("the process is still looked at")?;
            runtime.spawn(bot.stop()).await.map_err(|error| error.to_string())?;
        }
        self.kill().await;
        Ok(())
    }

    /// Kills it; resolves when nothing of it runs any more.
    pub(crate) async fn kill(&mut self) {
        self.bot = Life::Gone;
        if let Some(runtime) = self.runtime.take() {
            let dropped = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(Duration::from_secs(10)));
            dropped.await.unwrap();
        }
    }

    /// From now on what these chats are concerned with waits at the gates.
    pub(crate) fn hold(&self, chats: &[i64]) {
        self.mongo.hold(chats);
        self.calls.hold(chats);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.mongo.close();
        self.calls.close();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn running(around: Surroundings, (mongo, calls): (SocketAddr, SocketAddr)) -> Result<Shopkeeper, String> {
    let Surroundings { database, token, clock, owners, settings, polls, .. } = around;
    let uri = format!("mongodb://{mongo}/?directConnection=true");
    let options = StoreOptions { connections: 8, cached_customers: 0, commits_at_a_time: 8, ..StoreOptions::default() };
    let opened = Store::open(&uri, &database, clock.clone(), options).await;
    let store = opened.map_err(|error| error.to_string())?;
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_built_in_root_certs(false)
        .build()
        .map_err(|error| error.to_string())?;
    let api = format!("http://{calls}").parse().map_err(|_| "no address")?;
    let parts = ShopParts {
        bot: Bot::with_client(token, client).set_api_url(api),
        store,
        settings,
        clock,
        owners,
        records: None,
        schema: schema(),
        mailing: MailingOptions::at_once(),
        receipts: None,
    };
    let url = "http://127.0.0.1:9/hook".parse().map_err(|_| "no address")?;
    let door = match polls {
        true => Transport::Polling,
        false => Transport::Webhook { url, secret: Secret::new(SECRET), certificate: None, connections: 20 },
    };
    Shopkeeper::start(parts, door, 0).await.map_err(|error| error.to_string())
}
