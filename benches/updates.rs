//! How many updates a second the program that is shipped plays: `cargo bench --bench updates`.
//!
//! A thousand customers do the same ten things, one after the other and all over again, so that each of them keeps to a person's
//! pace; forty of them are answered at a time, over the webhook. The program has one core; MongoDB, the simulator as Telegram, and
//! who writes share the other one. An update is answered when its reply is shown. Counted are updates a second, the commands to
//! MongoDB, and the processor time of both sides. `-- 5` lets everybody come five times.

// A benchmark speaks on stdout.
#![allow(clippy::print_stdout)]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot be run may end")]

#[path = "updates/peer.rs"]
mod peer;
#[path = "../tests/support/ports.rs"]
mod ports;
#[path = "support/process.rs"]
mod process;
#[path = "support/serve.rs"]
mod serve;

use std::cell::RefCell;
use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::time::{Duration, Instant};

use dialogues::chat::Author;
use futures::StreamExt;
use peer::Kept;
use process::{memory, mongod_of, pin, spent};
use serve::{OURS, Served};
use shopkeeper::clock::Clock;
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::replay::{Telegram, shop_folder};
use shopkeeper::simulator::{Person, Simulator};
use shopkeeper::store::{Store, StoreOptions, seed};
use tokio::process::Command;
use tokio::sync::oneshot;

const TOKEN: &str = "78000:bench";
const CUSTOMERS: i64 = 1_000;
const AT_A_TIME: usize = 40;

/// What a customer does.
enum Deed {
    Says(&'static str),
    /// Taps the first button with this code or these words, on the newest message that has one.
    Taps(&'static str),
}

const TEN: [Deed; 10] = [
    Deed::Says("/start"),
    Deed::Says("/catalogue"),
    Deed::Taps("Sweets"),
    Deed::Taps("Honey"),
    Deed::Taps("Take a look"),
    Deed::Taps("more"),
    Deed::Taps("add"),
    Deed::Says("/cart"),
    Deed::Taps("cart-more"),
    Deed::Says("/menu"),
];

/// Telegram with its customers.
struct Crowd {
    telegram: Telegram,
    /// Who waits for their update to be done.
    waiting: RefCell<HashMap<i64, oneshot::Sender<()>>>,
}

impl Crowd {
    /// Does one thing; how long it took until Telegram was told that it is done.
    async fn does(&self, chat: i64, deed: &Deed) -> Duration {
        let (began, simulator) = (Instant::now(), &self.telegram.simulator);
        let update = match deed {
            Deed::Says(text) => simulator.say(TOKEN, chat, text),
            Deed::Taps(code) => {
                let (message, data) = self.button(chat, code);
                simulator.tap(TOKEN, chat, message, &data)
            }
        };
        let (done, told) = oneshot::channel();
        self.waiting.borrow_mut().insert(update.unwrap(), done);
        told.await.unwrap();
        began.elapsed()
    }

    /// Tells everybody whose update is done, for ever: one task that looks, in place of one for each who waits.
    async fn tell(&self) {
        let look = |simulator: &Simulator| {
            let mut waiting = self.waiting.borrow_mut();
            let done = waiting.extract_if(|update, _| simulator.confirmed(TOKEN, *update));
            done.for_each(|(_, done)| done.send(()).unwrap());
            false
        };
        self.telegram.simulator.wait_until(TOKEN, look).await;
    }

    /// How many things the bot has done in the chats.
    fn calls(&self) -> usize {
        self.telegram.simulator.journal_len(TOKEN)
    }

    fn button(&self, chat: i64, code: &str) -> (i32, String) {
        let chat = self.telegram.simulator.chat(TOKEN, chat);
        let sent = chat.bubbles.iter().rev().filter(|bubble| bubble.author == Author::Bot);
        let mut keys = sent.flat_map(|bubble| bubble.rows.iter().flatten().map(move |key| (bubble.id.0, key)));
        // The number of the screen comes before the code.
        let found = keys.find(|(_, key)| key.data.split('.').nth(1) == Some(code) || key.label.contains(code));
        let (message, key) = found.unwrap_or_else(|| panic!("there is no button {code}: {chat:#?}"));
        (message, key.data.clone())
    }

    /// Everybody does the ten things, so many times.
    async fn everybody(&self, times: usize) -> Vec<Duration> {
        let mut waits = Vec::new();
        for deed in (0..times).flat_map(|_| &TEN) {
            let everybody = (1_000..1_000 + CUSTOMERS).map(|chat| self.does(chat, deed));
            let all = futures::stream::iter(everybody).buffer_unordered(AT_A_TIME).collect::<Vec<_>>();
            tokio::select! {
                all = all => waits.extend(all),
                () = self.tell() => unreachable!("it looks for ever"),
            }
        }
        waits.sort_unstable();
        waits
    }
}

/// What was measured of a bot.
struct Figures {
    a_second: f64,
    p50: Duration,
    p99: Duration,
    /// Seconds for 1,000 updates, of the bot's process and of MongoDB's.
    processor: (f64, f64),
    megabytes: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [kept, telegram, mongodb, port] = &arguments[..] {
        return peer::serve(kept.parse()?, telegram, mongodb, port.parse()?).await;
    }
    let times = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(2);
    println!("the program: {} MB", fs::metadata(OURS)?.len() / 1_000_000);
    let mongod = Mongod::start(MongodOptions::default()).await?;
    [mongod_of(mongod.uri()), std::process::id()].into_iter().for_each(|id| pin("1", id));
    let store = Store::open(mongod.uri(), "updates", Clock::system(), StoreOptions::default()).await?;
    store.prepare().await?;
    seed(&store, &shop_folder("tea-house")?).await?;
    let ours = measure("ours", &mongod, times, |telegram, port| {
        let mut program = Served { token: TOKEN, database: "updates", port }.command(telegram, mongod.uri());
        program.env("SHOPKEEPER_WEBHOOK_CONNECTIONS", AT_A_TIME.to_string());
        program
    });
    let ours = ours.await?;
    for kept in [Kept::InMemory, Kept::InMongodb] {
        let name = format!("teloxide, {kept}");
        let peer = measure(&name, &mongod, times, |telegram, port| {
            let mut program = Command::new(std::env::current_exe().unwrap());
            program.args([&kept.to_string(), telegram, mongod.uri(), &port.to_string()]);
            program
        });
        println!("    ours plays {:.2} times as many", ours.a_second / peer.await?.a_second);
    }
    Ok(())
}

/// Starts a bot, and brings it the updates.
async fn measure(
    name: &str,
    mongod: &Mongod,
    times: usize,
    program: impl FnOnce(&str, u16) -> Command,
) -> Result<Figures, Box<dyn Error>> {
    let telegram = shopkeeper::replay::telegram(0).await?;
    for id in 1_000..1_000 + CUSTOMERS {
        let person = Person { id, first_name: "Anna".into(), username: None, language_code: Some("en".into()) };
        telegram.simulator.person(TOKEN, person);
        telegram.simulator.open_chat(TOKEN, id);
    }
    let port = ports::leased();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let address = format!("http://127.0.0.1:{port}");
    let bot = serve::start(program(&telegram.base_url, port), port, &client).await;
    let (us, theirs) = (bot.id().unwrap(), mongod_of(mongod.uri()));
    let idle = memory(us);
    pin("0", us);
    let crowd = Crowd { telegram, waiting: RefCell::default() };
    // Everybody is known, and all connections are open.
    crowd.everybody(1).await;
    let (sent, calls, cpu) = (commands(&client, &address).await, crowd.calls(), (spent(us), spent(theirs)));
    let began = Instant::now();
    let waits = crowd.everybody(times).await;
    let took = began.elapsed().as_secs_f64();
    let (sent, calls) = (commands(&client, &address).await - sent, crowd.calls() - calls);
    let count = waits.len() as f64;
    let figures = Figures {
        a_second: count / took,
        p50: waits[waits.len() / 2],
        p99: waits[waits.len() * 99 / 100],
        processor: ((spent(us) - cpu.0) * 1e3 / count, (spent(theirs) - cpu.1) * 1e3 / count),
        megabytes: memory(us),
    };
    let Figures { a_second, p50, p99, processor: (own, mongodb), megabytes } = &figures;
    println!("{name}: {a_second:.0} updates a second, p50 {p50:.1?}, p99 {p99:.1?}");
    println!(
        "    for each: {:.2} commands to MongoDB, {:.2} things done in the chat",
        sent / count,
        calls as f64 / count
    );
    println!("    for 1,000: {own:.2} s of processor, and {mongodb:.2} s of MongoDB's");
    println!("    memory: {idle} MB before, {megabytes} MB after");
    Ok(figures)
}

/// How many commands the program has sent to MongoDB, by its own metrics.
async fn commands(client: &reqwest::Client, address: &str) -> f64 {
    let metrics = client.get(format!("{address}/metrics")).send().await.unwrap().text().await.unwrap();
    let counts = metrics.lines().filter(|line| line.starts_with("shopkeeper_mongodb_command_seconds_count"));
    let work = counts.filter(|line| !line.contains("\"getMore\"") && !line.contains("\"hello\""));
    work.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}
