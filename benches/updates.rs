//! How many updates a second the program that is shipped plays: `cargo bench --bench updates`.
//!
//! A thousand customers do the same ten things, one after the other and all over again, so that each of them keeps to a person's
//! pace; forty of them are answered at a time, over the webhook. The program has one core; MongoDB, the simulator as Telegram, and
//! who writes share the other one. An update is answered when its reply is shown. Counted are updates a second, the commands to
//! MongoDB, and the processor time of both sides. `-- 5` lets everybody come five times.

// A benchmark speaks on stdout.
#![allow(clippy::print_stdout)]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot be run may end")]

#[path = "../tests/support/ports.rs"]
mod ports;

use std::fs;
use std::process::Stdio;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chrono::Utc;
use dialogues::chat::Author;
use futures::{StreamExt, TryFutureExt};
use serde_json::{Value, json};
use shopkeeper::clock::Clock;
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::replay::{Telegram, shop_folder};
use shopkeeper::simulator::Person;
use shopkeeper::store::{Store, StoreOptions, seed};
use tokio::process::{Child, Command};

const TOKEN: &str = "78000:bench";
const SECRET: &str = "open-sesame";
const CUSTOMERS: i64 = 1_000;
const AT_A_TIME: usize = 40;
/// Clock ticks a second, by which Linux counts processor time.
const TICKS: f64 = 100.0;

/// What a customer does.
enum Deed {
    Says(&'static str),
    /// Taps the first button whose data begin so, on the newest message that has one.
    Taps(&'static str),
}

const TEN: [Deed; 10] = [
    Deed::Says("/start"),
    Deed::Says("/catalogue"),
    Deed::Taps("category"),
    Deed::Taps("product"),
    Deed::Taps("more"),
    Deed::Taps("more"),
    Deed::Taps("add"),
    Deed::Says("/cart"),
    Deed::Taps("cart-more"),
    Deed::Says("/menu"),
];

/// The way to the bot, as Telegram has it.
struct Way {
    client: reqwest::Client,
    address: String,
    telegram: Telegram,
    next: AtomicI64,
}

impl Way {
    /// Does one thing; how long it took until it was answered.
    async fn does(&self, chat: i64, deed: &Deed) -> Duration {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let from = json!({ "id": chat, "is_bot": false, "first_name": "Anna", "language_code": "en" });
        let place = json!({ "id": chat, "type": "private", "first_name": "Anna" });
        let update = match deed {
            Deed::Says(text) => json!({ "update_id": id, "message": {
                "message_id": 1_000_000 + id, "date": Utc::now().timestamp(), "text": text, "chat": place, "from": from,
            }}),
            Deed::Taps(code) => {
                let (message, data) = self.button(chat, code);
                json!({ "update_id": id, "callback_query": {
                    "id": id.to_string(), "from": from, "chat_instance": "1", "data": data, "message": {
                        "message_id": message, "date": Utc::now().timestamp(), "chat": place, "text": "…",
                    },
                }})
            }
        };
        self.bring(&update).await
    }

    /// Brings an update until it is taken.
    async fn bring(&self, update: &Value) -> Duration {
        let began = Instant::now();
        loop {
            let call = self.client.post(&self.address).header("X-Telegram-Bot-Api-Secret-Token", SECRET);
            if call.body(update.to_string()).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return began.elapsed();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn button(&self, chat: i64, code: &str) -> (i32, String) {
        let chat = self.telegram.simulator.chat(TOKEN, chat);
        let sent = chat.bubbles.iter().rev().filter(|bubble| bubble.author == Author::Bot);
        let keys = sent.flat_map(|bubble| bubble.rows.iter().flatten().map(|key| (bubble.id.0, key.data.clone())));
        let is_it = |data: &str| data.split(['.', ':', ' ']).next() == Some(code);
        let mut all = keys.clone();
        all.find(|(_, data)| is_it(data)).unwrap_or_else(|| panic!("no {code}: {:#?}", keys.collect::<Vec<_>>()))
    }

    /// Everybody does the ten things, so many times.
    async fn everybody(&self, times: usize) -> Vec<Duration> {
        let mut waits = Vec::new();
        for deed in (0..times).flat_map(|_| &TEN) {
            let everybody = (1_000..1_000 + CUSTOMERS).map(|chat| self.does(chat, deed));
            waits.extend(futures::stream::iter(everybody).buffer_unordered(AT_A_TIME).collect::<Vec<_>>().await);
        }
        waits.sort_unstable();
        waits
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let times = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(2);
    let mongod = Mongod::start(MongodOptions::default()).await?;
    let store = Store::open(mongod.uri(), "updates", Clock::system(), StoreOptions::default()).await?;
    store.prepare().await?;
    seed(&store, &shop_folder("tea-house")?).await?;
    let telegram = shopkeeper::replay::telegram(0).await?;
    for id in 1_000..1_000 + CUSTOMERS {
        let person = Person { id, first_name: "Anna".into(), username: None, language_code: Some("en".into()) };
        telegram.simulator.person(TOKEN, person);
        telegram.simulator.open_chat(TOKEN, id);
    }
    let port = ports::leased();
    let bot = serve(&telegram.base_url, mongod.uri(), port)?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let address = format!("http://127.0.0.1:{port}");
    let ready = || client.get(format!("{address}/readyz")).send().map_ok(|answer| answer.status() == 200);
    while !ready().await.unwrap_or(false) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (us, theirs) = (bot.id().unwrap(), mongod_of(mongod.uri()));
    println!("the program: {} MB, {} MB once it is open", size(), memory(us));
    pin("0", us);
    [theirs, std::process::id()].into_iter().for_each(|id| pin("1", id));
    let way = Way { client: client.clone(), address: format!("{address}/telegram"), telegram, next: AtomicI64::new(1) };
    // Everybody is known, and all connections are open.
    way.everybody(1).await;
    let (sent, cpu) = (commands(&client, &address).await, (spent(us), spent(theirs)));
    let began = Instant::now();
    let waits = way.everybody(times).await;
    let took = began.elapsed().as_secs_f64();
    let sent = commands(&client, &address).await - sent;
    let (ours, theirs) = (spent(us) - cpu.0, spent(theirs) - cpu.1);
    let count = waits.len() as f64;
    println!("{} updates, {AT_A_TIME} at a time: {:.0} a second", waits.len(), count / took);
    println!("p50 {:.1?}, p99 {:.1?}", waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
    println!("{:.2} commands to MongoDB for each", sent / count);
    println!("processor: {:.2} s of ours and {:.2} s of MongoDB for 1,000", ours * 1e3 / count, theirs * 1e3 / count);
    println!("memory: {} MB", memory(us));
    Ok(())
}

fn serve(telegram: &str, mongodb: &str, port: u16) -> std::io::Result<Child> {
    Command::new(env!("CARGO_BIN_EXE_shopkeeper"))
        .arg("serve")
        .env("SHOPKEEPER_TOKEN", TOKEN)
        .env("SHOPKEEPER_API_URL", telegram)
        .env("SHOPKEEPER_DATABASE", "updates")
        .env("SHOPKEEPER_PORT", port.to_string())
        .env("SHOPKEEPER_WEBHOOK_URL", format!("http://127.0.0.1:{port}/telegram"))
        .env("SHOPKEEPER_WEBHOOK_SECRET", SECRET)
        .env("SHOPKEEPER_WEBHOOK_CONNECTIONS", AT_A_TIME.to_string())
        .env("SHOPKEEPER_LOG", "json")
        .env("MONGODB_URI", mongodb)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}

/// How many commands the program has sent to MongoDB, by its own metrics.
async fn commands(client: &reqwest::Client, address: &str) -> f64 {
    let metrics = client.get(format!("{address}/metrics")).send().await.unwrap().text().await.unwrap();
    let counts = metrics.lines().filter(|line| line.starts_with("shopkeeper_mongodb_command_seconds_count"));
    let work = counts.filter(|line| !line.contains("\"getMore\"") && !line.contains("\"hello\""));
    work.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

/// The process that listens at the port of this address.
fn mongod_of(uri: &str) -> u32 {
    let port = uri.trim_start_matches("mongodb://").split(['/', ',']).next().unwrap().rsplit(':').next().unwrap();
    let is_it = |id: &u32| {
        let arguments = fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let program = arguments.split('\0').next().unwrap_or_default();
        program.ends_with("mongod") && arguments.split('\0').any(|argument| argument == format!("--port={port}"))
    };
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).find(is_it).unwrap()
}

/// Processor time that a process has spent, in seconds.
fn spent(id: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: f64 = [fields[11], fields[12]].iter().map(|field| field.parse::<f64>().unwrap()).sum();
    ticks / TICKS
}

/// Megabytes of a process, as Linux shares them out (PSS).
fn memory(id: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap();
    let pss =
        rollup.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.trim().parse().ok());
    pss.unwrap_or(0_u64) / 1024
}

fn size() -> u64 {
    fs::metadata(env!("CARGO_BIN_EXE_shopkeeper")).unwrap().len() / 1_000_000
}

fn pin(core: &str, id: u32) {
    let pinned = std::process::Command::new("taskset").args(["-a", "-p", "-c", core, &id.to_string()]).output();
    assert!(pinned.is_ok_and(|pinned| pinned.status.success()), "taskset (Debian: util-linux) is missing");
}
