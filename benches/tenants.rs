//! How many shops of separate owners one machine serves: `cargo bench --bench tenants`.
//!
//! Each shop is a process of its own, with a bot, a database and customers of its own; all of them share one MongoDB. The
//! processes have one core; MongoDB, the simulator as Telegram, and who writes share the other one. First nobody writes: what a
//! shop costs that is there and waits. Then a customer of each shop writes once a second. `-- 40` starts forty shops.

// A benchmark speaks on stdout.
#![allow(clippy::print_stdout)]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot be run may end")]

#[path = "../tests/support/ports.rs"]
mod ports;
#[path = "support/process.rs"]
mod process;
#[path = "support/serve.rs"]
mod serve;

use std::time::{Duration, Instant};

use futures::future::join_all;
use process::{memory, mongod_of, pin, spent};
use serve::Served;
use shopkeeper::clock::Clock;
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::replay::{Telegram, shop_folder};
use shopkeeper::simulator::Person;
use shopkeeper::store::{Store, StoreOptions, seed};
use tokio::time::{MissedTickBehavior, interval, sleep};

const CUSTOMER: i64 = 1_000;
/// How long each of the two parts is measured.
const MEASURED: Duration = Duration::from_secs(60);
/// After the start, until everything is done that a process does once.
const SETTLING: Duration = Duration::from_secs(10);
/// What a customer writes, again and again.
const WORDS: [&str; 4] = ["/catalogue", "/cart", "/orders", "/menu"];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let asked = std::env::args().find_map(|argument| argument.parse().ok());
    let shops: u32 = asked.filter(|shops| *shops > 0).unwrap_or(20);
    let mongod = Mongod::start(MongodOptions::default()).await.unwrap();
    let telegram = shopkeeper::replay::telegram(0).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut bots = Vec::new();
    for number in 0..shops {
        let (token, database) = (token(number), format!("tenant{number}"));
        let store = Store::open(mongod.uri(), &database, Clock::system(), StoreOptions::default()).await.unwrap();
        store.prepare().await.unwrap();
        seed(&store, &shop_folder("tea-house").unwrap()).await.unwrap();
        let person =
            Person { id: CUSTOMER, first_name: "Anna".into(), username: None, language_code: Some("en".into()) };
        telegram.simulator.person(&token, person);
        telegram.simulator.open_chat(&token, CUSTOMER);
        let served = Served { token: &token, database: &database, port: ports::leased() };
        let program = served.command(&telegram.base_url, mongod.uri());
        bots.push(serve::start(program, served.port, &client).await);
    }
    let (ours, theirs): (Vec<u32>, u32) = (bots.iter().filter_map(|bot| bot.id()).collect(), mongod_of(mongod.uri()));
    [theirs, std::process::id()].into_iter().for_each(|id| pin("1", id));
    ours.iter().for_each(|id| pin("0", *id));
    sleep(SETTLING).await;
    let measured = Measured::from(&ours, theirs);
    sleep(MEASURED).await;
    println!("{shops} shops, nobody writes:\n    {}", measured.told());
    let measured = Measured::from(&ours, theirs);
    let mut waits = join_all((0..shops).map(|number| writes(&telegram, number, shops))).await.concat();
    waits.sort_unstable();
    let (p50, p99) = (waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
    println!("a customer of each writes once a second: p50 {p50:.1?}, p99 {p99:.1?}\n    {}", measured.told());
}

fn token(number: u32) -> String {
    format!("{}:bench", 79_000 + number)
}

/// A customer writes once a second; how long each answer took.
async fn writes(telegram: &Telegram, number: u32, shops: u32) -> Vec<Duration> {
    let (token, simulator) = (token(number), &telegram.simulator);
    // Not all at once.
    sleep(Duration::from_secs(1) * number / shops).await;
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (began, mut waits) = (Instant::now(), Vec::new());
    while began.elapsed() < MEASURED {
        ticks.tick().await;
        let written = Instant::now();
        let update = simulator.say(&token, CUSTOMER, WORDS[waits.len() % WORDS.len()]).unwrap();
        simulator.wait_until(&token, |simulator| simulator.confirmed(&token, update)).await;
        waits.push(written.elapsed());
    }
    waits
}

/// What the processes had spent when measuring began.
struct Measured<'a> {
    ours: &'a [u32],
    theirs: u32,
    began: Instant,
    before: (f64, f64),
}

impl<'a> Measured<'a> {
    fn from(ours: &'a [u32], theirs: u32) -> Self {
        Self { ours, theirs, began: Instant::now(), before: (all(ours), spent(theirs)) }
    }

    /// What they have spent since, for each shop, and the memory of all.
    fn told(&self) -> String {
        let (seconds, shops) = (self.began.elapsed().as_secs_f64(), self.ours.len() as f64);
        let of_a_core = |now: f64, before: f64| (now - before) / seconds * 100.0 / shops;
        let memory_of_all: u64 = self.ours.iter().map(|id| memory(*id)).sum();
        format!(
            "of each {:.2} % of a core, and {:.2} % for it in MongoDB; {:.0} MB each, MongoDB {} MB",
            of_a_core(all(self.ours), self.before.0),
            of_a_core(spent(self.theirs), self.before.1),
            memory_of_all as f64 / shops,
            memory(self.theirs),
        )
    }
}

/// Processor time of all of them.
fn all(ids: &[u32]) -> f64 {
    ids.iter().map(|id| spent(*id)).sum()
}
