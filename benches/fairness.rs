//! What customers notice of others who send far too much: `cargo bench --bench fairness`.
//!
//! Twenty customers write two updates a second each. First they are alone; then one person sends 10,000 updates, as fast
//! as they are taken; then 200 people send 50 each. Telegram keeps the texts and the taps of a person in two queues, and
//! brings one update of each at a time; over all it makes as many calls at a time as the webhook asks for. The bot, MongoDB
//! and the simulator are real; all of them, and who writes, share the machine. What is measured is the time from an update's
//! call of the webhook to its answer, which comes when the reply is shown. `-- 10` lets each of the 200 send 10.

// A benchmark speaks on stdout.
#![allow(clippy::print_stdout)]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot be run may end")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::future::join_all;
use serde_json::json;
use shopkeeper::bot::{ShopParts, Shopkeeper};
use shopkeeper::clock::Clock;
use shopkeeper::config::{Secret, Transport};
use shopkeeper::mailing::MailingOptions;
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::replay::shop_folder;
use shopkeeper::simulator::Person;
use shopkeeper::store::{Store, StoreOptions, seed};

const TOKEN: &str = "77000:bench";
const SECRET: &str = "open-sesame";
/// Who writes at a person's pace.
const QUIET: std::ops::Range<i64> = 1_000..1_020;
/// How often each of them writes.
const PACE: Duration = Duration::from_millis(500);
/// Each of them writes so often in the phase without a flood, and as long as there is one in the others.
const ROUNDS: usize = 24;
/// Calls that Telegram makes at a time: what the bot asks for.
const CALLS: usize = 20;
/// Calls that Telegram makes at a time for one person: the next text, and the next tap.
const CALLS_OF_ONE: usize = 2;

/// The way to the bot, as Telegram has it.
struct Way {
    client: reqwest::Client,
    address: String,
    next: AtomicI64,
    refused: AtomicU64,
}

impl Way {
    /// Brings a text; how long it took until it was taken. What is refused comes again, as at Telegram.
    async fn bring(&self, chat: i64, text: &str, sent: DateTime<Utc>) -> Duration {
        let (began, id) = (Instant::now(), self.next.fetch_add(1, Ordering::Relaxed));
        let date = sent.timestamp();
        let update = json!({ "update_id": id, "message": {
            "message_id": id, "date": date, "text": text,
            "chat": { "id": chat, "type": "private", "first_name": "Somebody" },
            "from": { "id": chat, "is_bot": false, "first_name": "Somebody", "language_code": "en" },
        }});
        loop {
            let call = self.client.post(&self.address).header("X-Telegram-Bot-Api-Secret-Token", SECRET);
            let answer = call.body(update.to_string()).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return began.elapsed();
            }
            self.refused.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// One of the quiet customers writes until the flood is over, and at least so often as in the phase without one.
    async fn write(&self, chat: i64, flood: &AtomicBool) -> Vec<Duration> {
        // Not all at once.
        tokio::time::sleep(PACE * (chat - QUIET.start) as u32 / (QUIET.end - QUIET.start) as u32).await;
        let mut waits = Vec::new();
        let mut ticks = tokio::time::interval(PACE);
        while waits.len() < ROUNDS || flood.load(Ordering::Relaxed) {
            ticks.tick().await;
            waits.push(
                self.bring(chat, if waits.len().is_multiple_of(2) { "/cart" } else { "/profile" }, Utc::now()).await,
            );
        }
        waits
    }

    /// Measures the quiet customers while others send updates; all their waits while there was a flood.
    async fn phase(&self, name: &str, people: &[i64], each: usize) -> Duration {
        let flooding = AtomicBool::new(!people.is_empty());
        // They have sent all of them by now, and Telegram brings them as fast as they are taken.
        let (began, sent) = (Instant::now(), Utc::now());
        let flood = async {
            let updates = (0..each).flat_map(|_| people.iter().copied());
            futures::stream::iter(updates)
                .for_each_concurrent(CALLS.min(people.len() * CALLS_OF_ONE), |chat| async move {
                    self.bring(chat, "/cart", sent).await;
                })
                .await;
            flooding.store(false, Ordering::Relaxed);
            began.elapsed()
        };
        let writing = join_all(QUIET.map(|chat| self.write(chat, &flooding)));
        let (took, waits) = tokio::join!(flood, writing);
        let mut during: Vec<Duration> = waits.into_iter().flatten().collect();
        during.sort_unstable();
        let at = |share: usize| during[(during.len() * share / 100).min(during.len() - 1)];
        println!(
            "{name:<44} p50 {:>6.1?} p99 {:>6.1?} longest {:>6.1?} over {} updates; flood took {took:.1?}, refused {}",
            at(50),
            at(99),
            at(100),
            during.len(),
            self.refused.swap(0, Ordering::Relaxed)
        );
        at(99)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let each = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(50);
    let mongod = Mongod::find_or_start(MongodOptions { for_tests: true, ..MongodOptions::default() }).await?;
    let database = format!("fairness_bench_{}", std::process::id());
    let store = Store::open(mongod.uri(), &database, Clock::system(), StoreOptions::default()).await?;
    store.prepare().await?;
    seed(&store, &shop_folder("tea-house")?).await?;
    let telegram = shopkeeper::replay::telegram(0).await?;
    let crowd: Vec<i64> = (2_000..2_200).collect();
    for id in QUIET.chain(crowd.iter().copied()).chain([3_000]) {
        let person = Person { id, first_name: "Somebody".into(), username: None, language_code: Some("en".into()) };
        telegram.simulator.person(TOKEN, person);
        telegram.simulator.open_chat(TOKEN, id);
    }
    let bot = teloxide::Bot::with_client(TOKEN, telegram.client.clone());
    let parts = ShopParts {
        bot: bot.set_api_url(telegram.base_url.parse()?),
        store: store.clone(),
        settings: dialogues::world::settings(),
        clock: Clock::system(),
        owners: Vec::new(),
        records: None,
        schema: shell::schema::schema(),
        mailing: MailingOptions::at_once(),
        receipts: None,
    };
    let url = "http://127.0.0.1:9/hook".parse()?;
    let door = Transport::Webhook { url, secret: Secret::new(SECRET), certificate: None, connections: 20 };
    let bot = Shopkeeper::start(parts, door, 0).await?;
    let address = format!("{}/hook", bot.address().unwrap());
    let client = reqwest::Client::builder().no_proxy().build()?;
    let way = Arc::new(Way { client, address, next: AtomicI64::new(1), refused: AtomicU64::new(0) });
    // Everybody is known, and all connections are open.
    join_all(QUIET.map(|chat| way.bring(chat, "/start", Utc::now()))).await;
    let meet = |chat: i64| {
        let way = Arc::clone(&way);
        async move {
            way.bring(chat, "/start", Utc::now()).await;
        }
    };
    futures::stream::iter(crowd.clone()).for_each_concurrent(20, meet).await;
    let alone = way.phase("nobody else writes", &[], 0).await;
    let one = way.phase("one person sends 10,000 updates", &[3_000], 10_000).await;
    let many = way.phase(&format!("200 people send {each} updates each"), &crowd, each).await;
    let again = way.phase("nobody else writes", &[], 0).await;
    let alone = (alone + again) / 2;
    let times = |p99: Duration| p99.as_secs_f64() / alone.as_secs_f64();
    println!("p99 of the quiet ones: {:.1} times while one floods, {:.1} times while 200 do", times(one), times(many));
    bot.stop().await;
    Ok(())
}
