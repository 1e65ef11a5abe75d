//! The real program is told to stop, and started again on the same port, under a stream of updates.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bson::{Document, doc};
use dialogues::chat::Author;
use dialogues::shop::ProductId;
use serde_json::Value;
use shopkeeper::mongod::Mongod;
use shopkeeper::simulator::{HoldPoint, Person, Release, Simulator};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::support::shop::{ANNA, Shop};
use super::support::{database, oid, ports, soon, until};

const SECRET: &str = "open-sesame";
const PEOPLE: i64 = 30;
const FIRST: i64 = 20_000;
const RESTARTS: usize = 5;
const STOCK: i64 = 1_000_000;
/// Nobody waits longer for an answer, restarts included. Telegram's second try comes at once, the third after two
/// seconds, the fourth after four more; the rest is for a machine that does other things, too.
const LONGEST: Duration = Duration::from_secs(30);

/// A program that runs, and its log, which is read all the while: a full pipe would hold it up.
struct Program {
    child: Child,
    log: JoinHandle<String>,
}

/// `shopkeeper serve` with a webhook on a port.
async fn serve(shop: &Shop, port: u16) -> Program {
    let mut child = Command::new(env!("CARGO_BIN_EXE_shopkeeper"))
        .arg("serve")
        .env("SHOPKEEPER_TOKEN", &shop.token)
        .env("SHOPKEEPER_API_URL", &shop.telegram.base_url)
        .env("SHOPKEEPER_DATABASE", shop.store.database_name())
        .env("MONGODB_URI", Mongod::shared().await.unwrap().uri())
        .env("SHOPKEEPER_PORT", port.to_string())
        .env("SHOPKEEPER_WEBHOOK_URL", format!("http://127.0.0.1:{port}/telegram"))
        .env("SHOPKEEPER_WEBHOOK_SECRET", SECRET)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let log = tokio::spawn(async move {
        let mut log = String::new();
        stderr.read_to_string(&mut log).await.unwrap();
        log
    });
    Program { child, log }
}

/// Tells a program to stop, as systemd does.
async fn terminate(program: &Program) {
    let told = Command::new("kill").arg("-TERM").arg(program.child.id().unwrap().to_string()).status().await;
    assert!(told.unwrap().success());
}

/// What systemd waits before it kills: `TimeoutStopSec` of `deploy/systemd/shopkeeper@.service`.
const UNTIL_KILLED: Duration = Duration::from_secs(15);

/// Waits until a program that was told to stop has ended well, before systemd would have killed it; its log.
async fn ended(mut program: Program) -> String {
    let since = Instant::now();
    let status = soon(program.child.wait()).await.unwrap();
    let log = soon(program.log).await.unwrap();
    assert!(status.success(), "{log}");
    assert!(since.elapsed() < UNTIL_KILLED, "{:?}", since.elapsed());
    log
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap()
}

async fn readiness(port: u16) -> Option<u16> {
    let answer = client().get(format!("http://127.0.0.1:{port}/readyz")).send().await;
    answer.ok().map(|answer| answer.status().as_u16())
}

async fn ready(port: u16) {
    until("the program is ready", async || readiness(port).await == Some(200)).await;
}

/// Somebody who buys, and never does the next thing before the last one was answered.
struct Customer {
    simulator: Simulator,
    token: String,
    id: i64,
    longest: Arc<AtomicU64>,
}

impl Customer {
    /// Waits until the bot's newest words, or the buttons below them, are these.
    async fn sees(&self, words: &str, since: Instant) {
        let seen = |simulator: &Simulator| {
            let chat = simulator.chat(&self.token, self.id);
            let newest = chat.bubbles.iter().rfind(|bubble| bubble.author == Author::Bot);
            newest.is_some_and(|bubble| {
                let mut labels = bubble.rows.iter().flatten().map(|button| &button.label);
                bubble.text.contains(words) || labels.any(|label| label.contains(words))
            })
        };
        let waits = self.simulator.wait_until(&self.token, seen);
        if tokio::time::timeout(Duration::from_secs(30), waits).await.is_err() {
            panic!("{} waits for “{words}”: {:#?}", self.id, self.simulator.chat(&self.token, self.id).bubbles.last());
        }
        self.longest.fetch_max(since.elapsed().as_millis() as u64, Ordering::SeqCst);
    }

    async fn says(&self, text: &str, words: &str) {
        let since = Instant::now();
        self.simulator.say(&self.token, self.id, text).unwrap();
        self.sees(words, since).await;
    }

    async fn taps(&self, label: &str, words: &str) {
        let since = Instant::now();
        self.simulator.tap_label(&self.token, self.id, label).unwrap();
        self.sees(words, since).await;
    }

    /// Buys `count` of the tea. Only a `first` order asks for what the profile has later.
    async fn buys(&self, count: usize, first: bool) {
        self.says(&format!("/start p_{}", ProductId::of_key("sencha").0), "Add to cart").await;
        self.taps("Add to cart", "🛒 Cart").await;
        self.says("/cart", "Sencha × 1").await;
        for more in 2..=count {
            self.taps("➕", &format!("Sencha × {more}")).await;
        }
        if first {
            self.taps("✅ Complete the order", "Question 1 of 3").await;
            self.says("anna@example.com", "Question 2 of 3").await;
            self.says("+380671112233", "Question 3 of 3").await;
            self.says("Kyiv, Khreshchatyk 1", "Please check your order").await;
        } else {
            self.taps("✅ Complete the order", "Please check your order").await;
        }
        self.taps("✅ Confirm", "is placed").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_and_started_five_times_among_thirty_customers_every_update_counts_once() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let simulator = shop.telegram.simulator.clone();
    let products = shop.store.database().collection::<Document>("products");
    let tea = doc! { "_id": oid(ProductId::of_key("sencha")) };
    products.update_one(tea.clone(), doc! { "$set": { "stock": STOCK } }).await.unwrap();
    let port = ports::leased();
    let mut program = serve(&shop, port).await;
    ready(port).await;

    let (over, orders, longest) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default(), Arc::default());
    let people = (FIRST..FIRST + PEOPLE).map(|id| {
        let person = Person { id, first_name: "Anna".into(), username: None, language_code: Some("en".into()) };
        simulator.person(&shop.token, person);
        simulator.open_chat(&shop.token, id);
        let longest = Arc::clone(&longest);
        let customer = Customer { simulator: simulator.clone(), token: shop.token.clone(), id, longest };
        let (over, orders) = (Arc::clone(&over), Arc::clone(&orders));
        tokio::spawn(async move {
            let mut bought = Vec::new();
            while bought.is_empty() || !over.load(Ordering::SeqCst) {
                let count = 1 + (bought.len() + id as usize) % 4;
                customer.buys(count, bought.is_empty()).await;
                orders.fetch_add(1, Ordering::SeqCst);
                bought.push(count);
            }
            (id, bought)
        })
    });
    let people: Vec<_> = people.collect();
    let mut logs = String::new();
    for _ in 0..RESTARTS {
        // In the middle of it, whatever that is.
        let enough = simulator.journal_len(&shop.token) + 150;
        soon(simulator.wait_until(&shop.token, |simulator| simulator.journal_len(&shop.token) >= enough)).await;
        // The next one comes while this one is still there, and waits for its port.
        let next = serve(&shop, port).await;
        terminate(&program).await;
        logs += &ended(std::mem::replace(&mut program, next)).await;
        ready(port).await;
    }
    over.store(true, Ordering::SeqCst);
    let bought = match soon(futures::future::try_join_all(people)).await {
        Ok(bought) => bought,
        Err(error) => {
            // Who was active when tells why somebody waits.
            terminate(&program).await;
            logs += &ended(program).await;
            let told = logs
                .lines()
                .filter(|line| ["lease:", "closing:", "came again", "owed:"].iter().any(|words| line.contains(words)));
            panic!("{error}\n{}", told.collect::<Vec<_>>().join("\n"));
        }
    };
    soon(simulator.wait_until(&shop.token, |simulator| simulator.pending(&shop.token) == 0)).await;
    terminate(&program).await;
    logs += &ended(program).await;
    // A successor that takes one for killed shows again what has been shown.
    let taken = logs.lines().filter(|line| line.contains("this process is the active one"));
    let taken: Vec<&str> =
        taken.filter(|line| line.contains("killed=true") || line.contains("\"killed\":true")).collect();
    assert!(taken.is_empty(), "{taken:#?}");

    let mut sold = 0;
    for (id, counts) in &bought {
        let stored = shop.store.orders_of(*id, 1000).await.unwrap();
        let mut quantities: Vec<usize> = stored
            .iter()
            .map(|order| order.lines.iter().map(|line| usize::from(line.quantity.get())).sum::<usize>())
            .collect();
        let mut wanted = counts.clone();
        quantities.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(quantities, wanted, "{id} got what was confirmed, once");
        sold += counts.iter().sum::<usize>();
    }
    let stored = products.find_one(tea).await.unwrap().unwrap();
    assert_eq!(stored.get_i64("stock").unwrap(), STOCK - sold as i64);
    assert!(orders.load(Ordering::SeqCst) >= PEOPLE as usize, "{orders:?} orders are too few to show anything");
    let longest = Duration::from_millis(longest.load(Ordering::SeqCst));
    assert!(longest < LONGEST, "somebody waited {longest:?}");
    assert_eq!(logs.matches("closing: no new updates").count(), RESTARTS + 1);
    assert!(!logs.contains("did not end in time") && !logs.contains("panic"), "{logs}");
    let letters = shop.store.database().collection::<Document>("dead_letters");
    assert_eq!(letters.count_documents(doc! {}).await.unwrap(), 0);
}

#[tokio::test]
async fn who_is_told_to_stop_is_not_ready_any_more_takes_nothing_new_and_ends_what_it_has_begun() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let simulator = shop.telegram.simulator.clone();
    let port = ports::leased();
    let program = serve(&shop, port).await;
    ready(port).await;
    let hold = simulator.hold(&shop.token, "sendMessage", Some(ANNA), HoldPoint::Before);
    simulator.say(&shop.token, ANNA, "/start").unwrap();
    soon(simulator.wait_until(&shop.token, |simulator| simulator.held(&shop.token, hold) == 1)).await;
    terminate(&program).await;
    until("it is not ready any more", async || readiness(port).await == Some(503)).await;
    let request = client().post(format!("http://127.0.0.1:{port}/telegram"));
    let request = request.header("X-Telegram-Bot-Api-Secret-Token", SECRET).body(shop.text("/cart").to_string());
    let answer = request.send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (503, "1"));
    simulator.release(&shop.token, hold, Release::Proceed);
    ended(program).await;
    assert!(shop.seen().iter().any(|text| text.contains("Welcome")), "the open turn was shown to its end");
    assert_eq!(shop.store.load(ANNA).await.unwrap().updates.len(), 1, "and nothing new was begun");
}

#[tokio::test]
async fn who_finds_telegram_away_at_the_start_waits_for_it_and_says_so_once() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let simulator = shop.telegram.simulator.clone();
    simulator.go_away(&shop.token, Duration::from_secs(3));
    let port = ports::leased();
    let program = serve(&shop, port).await;
    ready(port).await;
    terminate(&program).await;
    let log = ended(program).await;
    let told = |words| log.lines().filter(|line| line.contains(words)).count();
    assert_eq!((told("Telegram cannot be reached; it is waited for"), told("it can be reached now")), (1, 1), "{log}");
    for line in log.lines().filter(|line| line.starts_with('{')) {
        serde_json::from_str::<Value>(line).unwrap();
    }
}

#[tokio::test]
async fn told_to_stop_while_it_opens_it_closes_again() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let simulator = &shop.telegram.simulator;
    // It hangs in the middle of its start, where nobody waits for a signal.
    let hold = simulator.hold(&shop.token, "setWebhook", None, HoldPoint::Before);
    let program = serve(&shop, ports::leased()).await;
    soon(simulator.wait_until(&shop.token, |simulator| simulator.held(&shop.token, hold) == 1)).await;
    terminate(&program).await;
    simulator.release(&shop.token, hold, Release::Proceed);
    let log = ended(program).await;
    assert!(log.contains("closing"), "{log}");
}

#[tokio::test]
async fn serve_calls_the_shop_as_its_folder_does_unless_a_setting_names_it() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let port = ports::leased();
    let name = doc! { "$set": { "name": "Coffee Corner" } };
    let meta = database.database().collection::<Document>("meta");
    assert_eq!(meta.update_one(doc! { "_id": "shop" }, name).await.unwrap().matched_count, 1);
    let program = serve(&shop, port).await;
    ready(port).await;
    shop.telegram.simulator.say(&shop.token, ANNA, "/start").unwrap();
    until("Anna is greeted", async || shop.seen().iter().any(|text| text.contains("Coffee Corner"))).await;
    terminate(&program).await;
    ended(program).await;
}
