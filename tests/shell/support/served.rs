//! A shop whose bot is the real program, in one process or in several ones, which can be killed and paused.

use std::process::Stdio;
use std::time::Duration;

use dialogues::chat::Author;
use shell::stage::front::Front;
use shopkeeper::mongod::Mongod;
use shopkeeper::simulator::{HoldId, HoldPoint, Release, Simulator};
use tokio::process::{Child, Command};

use super::shop::{ANNA, Shop};
use super::{TestDatabase, database, ports, soon, until};

const SECRET: &str = "open-sesame";
const HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";
/// Whoever does not answer within so long hangs.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);

/// How the program gets its updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Polling,
    Webhook,
}

/// The shop, and where its processes listen.
pub(crate) struct Served {
    pub(crate) shop: Shop,
    mongodb: String,
    by: By,
    /// More settings of the processes.
    settings: Vec<(&'static str, String)>,
    ports: Vec<u16>,
    /// Where Telegram calls.
    url: String,
    client: reqwest::Client,
    /// Gives updates to the processes by turns.
    _front: Option<Front>,
    _database: TestDatabase,
}

impl Served {
    /// A shop for so many processes, none of which runs yet.
    pub(crate) async fn open(by: By, processes: usize) -> Self {
        let database = database().await;
        let mongodb = Mongod::shared().await.unwrap().uri().to_owned();
        let ports: Vec<u16> = (0..processes).map(|_| ports::leased()).collect();
        let front = match by {
            By::Webhook if processes > 1 => Some(Front::open().await.unwrap()),
            By::Webhook | By::Polling => None,
        };
        front.iter().for_each(|front| ports.iter().for_each(|port| front.add(&local(*port, ""))));
        let url = front.as_ref().map_or_else(|| local(ports[0], "/telegram"), Front::url);
        let shop = Shop::open(database.store.clone()).await;
        let client = reqwest::Client::builder().no_proxy().timeout(ANSWER_TIMEOUT).build().unwrap();
        let settings = Vec::new();
        Self { shop, mongodb, by, settings, ports, url, client, _front: front, _database: database }
    }

    /// A setting of the processes that are started from now on.
    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.settings.push((name, value.to_owned()));
    }

    /// Starts a process, and waits until it is open.
    pub(crate) async fn serve(&self, place: usize) -> Child {
        let child = self.start(place);
        let readyz = local(self.ports[place], "/readyz");
        until("it is open", async || self.client.get(&readyz).send().await.is_ok_and(|answer| answer.status() == 200))
            .await;
        child
    }

    fn start(&self, place: usize) -> Child {
        let mut program = Command::new(env!("CARGO_BIN_EXE_shopkeeper"));
        program
            .arg("serve")
            .envs(self.settings.iter().map(|(name, value)| (*name, value.as_str())))
            .env("SHOPKEEPER_TOKEN", &self.shop.token)
            .env("SHOPKEEPER_API_URL", &self.shop.telegram.base_url)
            .env("SHOPKEEPER_DATABASE", self.shop.store.database_name())
            .env("SHOPKEEPER_PORT", self.ports[place].to_string())
            .env("MONGODB_URI", &self.mongodb);
        if self.by == By::Webhook {
            program.env("SHOPKEEPER_WEBHOOK_URL", &self.url).env("SHOPKEEPER_WEBHOOK_SECRET", SECRET);
        }
        program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap()
    }

    /// The value of a metric that a process tells without labels, if it answers.
    pub(crate) async fn metric(&self, place: usize, name: &str) -> Option<f64> {
        let answer = self.client.get(local(self.ports[place], "/metrics")).send().await.ok()?.text().await.ok()?;
        let line = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned));
        line?.parse().ok()
    }

    /// Waits until a process is the active one.
    pub(crate) async fn is_active(&self, place: usize) {
        let told = async || self.metric(place, "shopkeeper_active").await == Some(1.0);
        until("it is the active process", told).await;
    }

    /// Brings an update to a process as Telegram would; the status of the answer.
    pub(crate) async fn bring(&self, place: usize, update: &serde_json::Value) -> u16 {
        let call = self.client.post(local(self.ports[place], "/telegram")).header(HEADER, SECRET);
        call.timeout(Duration::from_secs(30)).body(update.to_string()).send().await.unwrap().status().as_u16()
    }

    /// Waits until the bot has said this so often.
    pub(crate) async fn says(&self, words: &str, times: usize) {
        let (simulator, token) = (&self.shop.telegram.simulator, &self.shop.token);
        soon(simulator.wait_until(token, |_| self.said(words) >= times)).await;
    }

    /// How often the bot has said this.
    pub(crate) fn said(&self, words: &str) -> usize {
        let chat = self.shop.telegram.simulator.chat(&self.shop.token, ANNA);
        chat.bubbles.iter().filter(|bubble| bubble.author == Author::Bot && bubble.text.contains(words)).count()
    }

    /// Waits until the newest message has a button with these words.
    pub(crate) async fn offers(&self, words: &str) {
        let (simulator, token) = (&self.shop.telegram.simulator, &self.shop.token);
        let offered = |simulator: &Simulator| {
            let newest = simulator.chat(token, ANNA).bubbles.pop();
            newest.is_some_and(|bubble| bubble.rows.iter().flatten().any(|key| key.label.contains(words)))
        };
        soon(simulator.wait_until(token, offered)).await;
    }

    /// Waits until Telegram has nothing left to deliver.
    pub(crate) async fn confirmed(&self) {
        let (simulator, token) = (&self.shop.telegram.simulator, &self.shop.token);
        soon(simulator.wait_until(token, |simulator| simulator.pending(token) == 0)).await;
    }

    /// Holds the next call of a method; waits, after `act`, until it has come.
    pub(crate) async fn held(&self, method: &str, point: HoldPoint, act: impl FnOnce() -> i64) -> HoldId {
        let (simulator, token) = (&self.shop.telegram.simulator, &self.shop.token);
        let hold = simulator.hold(token, method, Some(ANNA), point);
        act();
        soon(simulator.wait_until(token, |simulator| simulator.held(token, hold) > 0)).await;
        hold
    }

    /// A held call whose process is gone leads to nothing more.
    pub(crate) fn discard(&self, hold: HoldId) {
        self.shop.telegram.simulator.release(&self.shop.token, hold, Release::Discard);
    }
}

fn local(port: u16, path: &str) -> String {
    format!("http://127.0.0.1:{port}{path}")
}

/// Kills a process as the kernel would.
pub(crate) async fn kill(mut program: Child) {
    program.start_kill().unwrap();
    program.wait().await.unwrap();
}

/// Sends a signal to a process, such as `STOP`.
pub(crate) async fn signal(program: &Child, name: &str) {
    let told = Command::new("kill").arg(format!("-{name}")).arg(program.id().unwrap().to_string()).status().await;
    assert!(told.unwrap().success());
}
