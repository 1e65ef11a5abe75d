//! The guest book of the engine's guide as a service: several processes of it behind Telegram, on a real MongoDB.
//!
//! A process is a runtime with a bot in it. It is killed by taking its runtime away: all its tasks end wherever they are, and
//! all its connections close; nothing of it says a last word.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]
#![allow(unused_imports, dead_code, reason = "tests of steps 9 and 10 run with the guide")]

// The name that a reader of the guide has for it.
extern crate engine as dialogue_engine;

include!("../../../dialogues/engine/tests/guestbook.rs");

#[path = "../../../tests/support/poll.rs"]
mod poll;

use std::time::Duration;

use dialogue_engine::chat::Author;
use dialogue_shell::clock::Clock;
use dialogue_shell::house::{HouseBot, HouseParts};
use dialogue_shell::metrics::Metrics;
use dialogue_shell::mongod::{Mongod, MongodOptions};
use dialogue_shell::stage::Telegram;
use dialogue_shell::stage::front::Front;
use dialogue_shell::tasks::supervise;
use dialogue_shell::{Names, Secret, Transport};
use serde_json::{Value, json};
use telegram_simulator::{HoldPoint, Person, Release, Simulator};
use teloxide::Bot;
use tokio::runtime::{Builder, Runtime};

use self::poll::{soon, until};

const NAMES: Names = Names { program: "guestbook", settings: "GUESTBOOK" };
const TOKEN: &str = "1000:house";
const ANNA: i64 = 1001;
/// A process that is taken away has so long to let go of what it holds.
const END_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Polling,
    Webhook,
}

/// A Telegram, a database, and one address for the webhooks of all processes.
struct Town {
    telegram: Telegram,
    uri: String,
    database: String,
    front: Front,
    client: reqwest::Client,
}

impl Town {
    async fn open() -> Self {
        Self::on(Mongod::shared().await.unwrap().uri()).await
    }

    async fn on(uri: &str) -> Self {
        let telegram = Telegram::start(Simulator::new(), 0, Vec::new()).await.unwrap();
        let anna =
            Person { id: ANNA, first_name: "Anna".to_owned(), username: None, language_code: Some("en".to_owned()) };
        telegram.simulator.person(TOKEN, anna);
        let database = format!("guestbook_{:016x}", rand::random::<u64>());
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        Self { telegram, uri: uri.to_owned(), database, front: Front::open().await.unwrap(), client }
    }

    /// Starts a process, and waits until it is open.
    async fn start(&self, by: By) -> Process {
        let transport = match by {
            By::Polling => Transport::Polling,
            By::Webhook => Transport::Webhook {
                url: self.front.url().parse().unwrap(),
                secret: Secret::new("open-sesame"),
                certificate: None,
                connections: 20,
            },
        };
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (api, uri, database) = (self.telegram.base_url.parse().unwrap(), self.uri.clone(), self.database.clone());
        let metrics = Metrics::new(NAMES);
        let counted = metrics.clone();
        let started = runtime.spawn(async move {
            // A client of its own: its connections end with the process.
            let client = teloxide::net::default_reqwest_settings().no_proxy().build().unwrap();
            let bot = Bot::with_client(TOKEN, client).set_api_url(api);
            let clock = Clock::system();
            let parts = HouseParts::<Pages> { bot, uri, database, clock, metrics: counted, records: None };
            HouseBot::start(parts, transport, 0).await
        });
        let bot = soon("it is open", started).await.unwrap().unwrap();
        self.front.add(bot.address());
        Process { runtime, bot, metrics, client: self.client.clone() }
    }

    fn simulator(&self) -> &Simulator {
        &self.telegram.simulator
    }

    fn say(&self, words: &str) {
        self.simulator().say(TOKEN, ANNA, words).unwrap();
    }

    /// How often the bot has said this.
    fn said(&self, words: &str) -> usize {
        let chat = self.simulator().chat(TOKEN, ANNA);
        chat.bubbles.iter().filter(|bubble| bubble.author == Author::Bot && bubble.text.contains(words)).count()
    }

    /// Waits until the bot has said this so often.
    async fn says(&self, words: &str, times: usize) {
        soon(words, self.simulator().wait_until(TOKEN, |_| self.said(words) >= times)).await;
    }

    /// Waits until Telegram has nothing left to deliver.
    async fn confirmed(&self) {
        let confirmed = |simulator: &Simulator| simulator.pending(TOKEN) == 0;
        soon("Telegram keeps no update", self.simulator().wait_until(TOKEN, confirmed)).await;
    }

    /// Signs the guest book, and waits until that is answered.
    async fn sign(&self, words: &str, guests: usize) {
        self.says("Welcome", 1).await;
        self.simulator().tap_label(TOKEN, ANNA, "✍️ Sign").unwrap();
        let asks = |simulator: &Simulator| {
            let newest = simulator.chat(TOKEN, ANNA).bubbles.pop();
            newest.is_some_and(|bubble| bubble.text.contains("What would you like to write"))
        };
        soon("it asks", self.simulator().wait_until(TOKEN, asks)).await;
        self.say(words);
        let count =
            if guests == 1 { "One guest has signed".to_owned() } else { format!("{guests} guests have signed") };
        self.says(&count, 1).await;
        self.confirmed().await;
    }
}

/// A process of the bot.
struct Process {
    runtime: Runtime,
    bot: HouseBot<Pages>,
    metrics: Metrics,
    client: reqwest::Client,
}

impl Process {
    /// What it answers over HTTP: status and body.
    async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.client.get(format!("{}{path}", self.bot.address())).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn readiness(&self) -> (u16, Value) {
        let (status, told) = self.get("/readyz").await;
        (status, serde_json::from_str(&told).unwrap())
    }

    /// The value of a metric, as Prometheus reads it.
    async fn metric(&self, name: &str) -> Option<f64> {
        let (_, told) = self.get("/metrics").await;
        told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
    }

    async fn is_active(&self) {
        until("it is the active process", async || self.metric("guestbook_active").await == Some(1.0)).await;
    }

    /// What is in the guest book, as this process reads it.
    async fn pages(&self) -> Vec<String> {
        self.bot.house().house().await.unwrap().house.0
    }

    /// Stops it as a signal would, and ends its process.
    async fn stop(self) {
        end(self.leave().await).await;
    }

    /// Stops it as a signal would; its process, in which nothing is left to do.
    async fn leave(self) -> Runtime {
        let Self { runtime, bot, .. } = self;
        soon("it stops", runtime.spawn(bot.stop())).await.unwrap();
        runtime
    }

    /// Kills it wherever it is.
    async fn kill(self) {
        let Self { runtime, bot, .. } = self;
        end(runtime).await;
        drop(bot);
    }
}

async fn end(runtime: Runtime) {
    tokio::task::spawn_blocking(move || runtime.shutdown_timeout(END_TIMEOUT)).await.unwrap();
}

#[tokio::test]
async fn by_webhook_a_guest_signs_once_however_often_telegram_delivers_it() {
    let town = Town::open().await;
    let process = town.start(By::Webhook).await;
    town.say("/start");
    town.sign("Lovely tea!", 1).await;
    town.simulator().redeliver(TOKEN).unwrap();
    town.confirmed().await;
    assert_eq!(process.pages().await, ["Lovely tea!"]);
    assert_eq!(town.said("One guest has signed"), 1);
    assert_eq!(town.simulator().faults(TOKEN), Vec::<String>::new());
    process.stop().await;
}

#[tokio::test]
async fn a_process_tells_how_it_is_and_counts_what_it_does_by_webhook_and_by_polling() {
    for by in [By::Webhook, By::Polling] {
        let town = Town::open().await;
        let process = town.start(by).await;
        town.say("/start");
        town.says("Welcome", 1).await;
        town.confirmed().await;
        assert_eq!(process.get("/healthz").await, (200, r#"{"status":"ok"}"#.to_owned()));
        assert_eq!(process.readiness().await, (200, json!({ "status": "ok" })));
        assert_eq!(process.metric("guestbook_active").await, Some(1.0), "{by:?}");
        assert!(process.metric("process_resident_memory_bytes").await.is_some_and(|bytes| bytes > 1e6));
        let (status, metrics) = process.get("/metrics").await;
        assert_eq!(status, 200);
        let door = if by == By::Webhook { "webhook" } else { "polling" };
        for part in [format!("door=\"{door}\""), "flow=\"Book\"".to_owned(), "method=\"sendMessage\"".to_owned()] {
            assert!(metrics.contains(&part), "{by:?}: no {part} in {metrics}");
        }
        process.stop().await;
    }
}

#[tokio::test]
async fn a_process_is_not_ready_while_a_task_is_down_that_it_needs_and_degraded_while_another_one_is() {
    let town = Town::open().await;
    let process = town.start(By::Polling).await;
    let failing = async |name| {
        let metrics = process.metrics.clone();
        let task = supervise(&metrics, name, || async { panic!("a defect") as () });
        until("the task is down", async || metrics.tasks.down().contains(&name)).await;
        task
    };
    let _beside = failing("outbox").await;
    let degraded = json!({ "status": "degraded", "tasks_down": ["outbox"] });
    assert_eq!(process.readiness().await, (200, degraded));
    let _polling = failing("polling").await;
    let reason = "the task polling has failed and is being restarted";
    assert_eq!(process.readiness().await, (503, json!({ "status": "unavailable", "reason": reason })));
    assert_eq!(process.get("/healthz").await.0, 200, "it lives");
    process.stop().await;
}

#[tokio::test]
async fn a_process_is_not_ready_while_mongodb_is_away() {
    let mongod = Mongod::start(MongodOptions::of_tests()).await.unwrap();
    let town = Town::on(mongod.uri()).await;
    let process = town.start(By::Webhook).await;
    assert_eq!(process.readiness().await.0, 200);
    drop(mongod);
    until("it says so", async || process.readiness().await.0 == 503).await;
    let (_, told) = process.readiness().await;
    assert_eq!(told, json!({ "status": "unavailable", "reason": "MongoDB does not answer now" }));
    process.kill().await;
}

/// One stops, and the other one goes on: nothing is lost, and nothing is said twice.
async fn succeeded_by_the_standby(by: By) {
    let town = Town::open().await;
    let (first, second) = (town.start(by).await, town.start(by).await);
    assert_eq!(first.metric("guestbook_active").await, Some(1.0), "who is alone takes the lease at once");
    assert_eq!(second.metric("guestbook_active").await, Some(0.0));
    assert_eq!(second.readiness().await.0, 200, "who stands by takes updates, too");
    town.say("/start");
    town.sign("From the first", 1).await;
    if by == By::Webhook {
        let handed_over = second.metric("guestbook_updates_handed_over_total{outcome=\"done\"}").await;
        assert!(handed_over.is_some_and(|updates| updates >= 1.0), "{handed_over:?} of three, by turns");
    }
    let process = first.leave().await;
    // It has given the lease back: its process need not be seen to be gone.
    second.is_active().await;
    end(process).await;
    assert_eq!(second.metric("guestbook_lease_epoch").await, Some(2.0));
    town.sign("From the second", 2).await;
    assert_eq!(second.pages().await, ["From the first", "From the second"]);
    // The first screen that counts guests is edited by the second tap.
    assert_eq!((town.said("Thank you!"), town.said("2 guests have signed")), (2, 1));
    second.stop().await;
}

#[tokio::test]
async fn of_two_processes_the_active_one_stops_and_the_standby_goes_on_by_webhook() {
    succeeded_by_the_standby(By::Webhook).await;
}

#[tokio::test]
async fn of_two_processes_the_active_one_stops_and_the_standby_goes_on_by_polling() {
    succeeded_by_the_standby(By::Polling).await;
}

/// The active process is killed while Telegram has its reply and has not answered, before or after the reply is seen.
async fn killed_while_showing(by: By, standby: bool) {
    let town = Town::open().await;
    let mut process = town.start(by).await;
    let mut other = if standby { Some(town.start(by).await) } else { None };
    town.say("/start");
    town.says("Welcome", 1).await;
    town.confirmed().await;
    let mut signed = 0;
    for point in [HoldPoint::Before, HoldPoint::After] {
        town.simulator().tap_label(TOKEN, ANNA, "✍️ Sign").unwrap();
        town.confirmed().await;
        let hold = town.simulator().hold(TOKEN, "sendMessage", Some(ANNA), point);
        town.say("Lovely tea!");
        let held = |simulator: &Simulator| simulator.held(TOKEN, hold) > 0;
        soon("the reply is held", town.simulator().wait_until(TOKEN, held)).await;
        signed += 1;
        assert_eq!(process.pages().await.len(), signed, "the turn is committed");
        process.kill().await;
        town.simulator().release(TOKEN, hold, Release::Discard);
        let next = match other.take() {
            Some(standby) => standby,
            None => town.start(by).await,
        };
        next.is_active().await;
        let screen = if signed == 1 { "One guest has signed" } else { "2 guests have signed" };
        // Played again, the words would be no signature, and nobody would be thanked.
        town.says("Thank you!", signed).await;
        town.says(screen, 1).await;
        town.confirmed().await;
        assert!(town.said("Thank you!") <= 2 * signed, "{by:?}, {point:?}: it is repeated at most once");
        assert!(town.said(screen) <= 2, "{by:?}, {point:?}: it is repeated at most once");
        assert_eq!(next.pages().await.len(), signed, "it was not played again");
        process = next;
        if standby {
            other = Some(town.start(by).await);
        }
    }
    process.stop().await;
    if let Some(other) = other {
        other.stop().await;
    }
}

#[tokio::test]
async fn killed_while_a_reply_is_held_the_next_start_shows_it_by_webhook() {
    killed_while_showing(By::Webhook, false).await;
}

#[tokio::test]
async fn killed_while_a_reply_is_held_the_next_start_shows_it_by_polling() {
    killed_while_showing(By::Polling, false).await;
}

#[tokio::test]
async fn killed_while_a_reply_is_held_the_standby_shows_it_by_webhook() {
    killed_while_showing(By::Webhook, true).await;
}

#[tokio::test]
async fn killed_while_a_reply_is_held_the_standby_shows_it_by_polling() {
    killed_while_showing(By::Polling, true).await;
}
