//! How long the program takes to start, and how much memory it has then: `cargo bench --bench start`.
//!
//! The shops differ in customers and in products only. A start ends when the program says that it is ready; what it does beside
//! its work is awaited before memory is read (PSS). `-- 9` starts it nine times in each shop; printed is the median.

// A benchmark speaks on stdout.
#![allow(clippy::print_stdout)]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot be run may end")]

#[path = "../tests/support/ports.rs"]
mod ports;
#[path = "support/process.rs"]
#[allow(dead_code, reason = "another benchmark needs the other parts")]
mod process;
#[path = "../tests/machine/town.rs"]
mod town;

use std::process::Stdio;
use std::time::{Duration, Instant};

use process::{memory, spent};
use shopkeeper::clock::Clock;
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::replay::Telegram;
use shopkeeper::store::{Store, StoreOptions};
use tokio::process::{Child, Command};

const OURS: &str = env!("CARGO_BIN_EXE_shopkeeper");
/// Customers and products.
const SHOPS: [(i64, u32); 4] = [(0, 50), (100_000, 50), (0, 50_000), (100_000, 50_000)];
/// A process that has spent no processor time for so long has nothing more to do.
const QUIET: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() {
    let times = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(5);
    let mongod = Mongod::start(MongodOptions::default()).await.unwrap();
    let telegram = shopkeeper::replay::telegram(0).await.unwrap();
    for (number, (customers, products)) in SHOPS.into_iter().enumerate() {
        let database = format!("start{number}");
        let store = Store::open(mongod.uri(), &database, Clock::system(), StoreOptions::default()).await.unwrap();
        store.prepare().await.unwrap();
        town::fill_shelves(&store, products).await;
        if customers > 0 {
            town::settle(&store, customers).await;
        }
        let mut starts = Vec::new();
        for _ in 0..times {
            starts.push(start(&mongod, &telegram, &database).await);
        }
        starts.sort_unstable();
        let (took, [ready, settled]) = starts[times / 2];
        println!(
            "{customers} customers, {products} products: ready after {took:.0?}, {ready} MB then, {settled} MB at rest"
        );
    }
}

/// Starts the program: how long it took, and its megabytes when it was ready, and at rest.
async fn start(mongod: &Mongod, telegram: &Telegram, database: &str) -> (Duration, [u64; 2]) {
    let port = ports::leased();
    let mut program = Command::new(OURS);
    program
        .arg("serve")
        .env("SHOPKEEPER_TOKEN", "78001:bench")
        .env("SHOPKEEPER_API_URL", &telegram.base_url)
        .env("SHOPKEEPER_DATABASE", database)
        .env("SHOPKEEPER_PORT", port.to_string())
        .env("MONGODB_URI", mongod.uri());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let began = Instant::now();
    let bot = program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn();
    let bot = bot.unwrap();
    let is_ready = || client.get(format!("http://127.0.0.1:{port}/readyz")).send();
    while !is_ready().await.is_ok_and(|answer| answer.status() == 200) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (took, id) = (began.elapsed(), bot.id().unwrap());
    let ready = memory(id);
    while worked(id).await {}
    let settled = memory(id);
    end(bot).await;
    (took, [ready, settled])
}

/// Whether the process has worked lately; what it does each second anyway does not count.
async fn worked(id: u32) -> bool {
    let before = spent(id);
    tokio::time::sleep(QUIET).await;
    spent(id) - before > 0.05
}

/// Ends the program in order, so that the next one need not wait for its lease.
async fn end(mut bot: Child) {
    let id = bot.id().unwrap().to_string();
    let ended = Command::new("kill").arg(&id).status().await;
    assert!(ended.is_ok_and(|ended| ended.success()), "kill (Debian: procps) is missing");
    bot.wait().await.unwrap();
}
