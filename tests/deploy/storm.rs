//! Many customers order while processes are killed, Telegram refuses and repeats, and the replica set changes its primary:
//! the books balance, and everybody's screen is that of their state.

use std::collections::BTreeMap;
use std::time::Duration;

use bson::{Document, doc, oid::ObjectId};
use dialogues::chat::{Author, Bubble};
use dialogues::shop::ProductId;
use futures::TryStreamExt;
use futures::future::join_all;
use shopkeeper::replay::shop_folder;
use shopkeeper::simulator::{Disturbance, Person, Simulator};
use shopkeeper::store::seed;
use tokio::sync::watch;
use tokio::time::Instant;

use super::stand::{Stand, StandOptions};

/// How many customers there are, and how many processes are killed; `STORM=large` sets 100 and 30.
const SMALL: Storm = Storm { customers: 20, kills: 6 };
const LARGE: Storm = Storm { customers: 100, kills: 30 };
/// Between two kills: a process is started again after two seconds, so at times none is there.
const KILLS: Duration = Duration::from_millis(1500);
/// Between two updates that Telegram brings once more, and two calls that it refuses.
const REPEATS: Duration = Duration::from_millis(300);
const REFUSALS: Duration = Duration::from_millis(1100);
/// Whoever waits longer for an answer is stuck.
const SCREEN_TIMEOUT: Duration = Duration::from_secs(120);
const STOCK: i64 = 10_000;

#[derive(Clone, Copy)]
struct Storm {
    customers: i64,
    kills: usize,
}

/// Where a customer means to stop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aim {
    Phone,
    Review,
    Cancel,
    Order,
    OrderByTwoTaps,
}

impl Aim {
    fn of(customer: i64) -> Self {
        [Self::Phone, Self::Review, Self::Cancel, Self::Order, Self::OrderByTwoTaps][customer.rem_euclid(5) as usize]
    }

    fn orders(self) -> bool {
        matches!(self, Self::Order | Self::OrderByTwoTaps)
    }

    /// The state in which they stop, and the words that its screen has.
    fn end(self) -> (&'static str, &'static str) {
        match self {
            Self::Phone => ("Checkout.AskingPhone", "Question 2 of 3"),
            Self::Review => ("Checkout.Reviewing", "Please check your order"),
            Self::Cancel => ("Cart.Adjusting", "Your cart"),
            Self::Order | Self::OrderByTwoTaps => ("Checkout.Placed", "is placed"),
        }
    }
}

/// Somebody at their phone.
struct Customer<'a> {
    simulator: &'a Simulator,
    token: &'a str,
    id: i64,
}

impl Customer<'_> {
    /// Waits until the bot's newest message but one or none says this, or has a button that does.
    async fn sees(&self, words: &str) {
        let seen = |simulator: &Simulator| {
            let chat = simulator.chat(self.token, self.id);
            chat.bubbles.iter().rev().filter(|bubble| bubble.author == Author::Bot).take(2).any(|it| shows(it, words))
        };
        let waiting = self.simulator.wait_until(self.token, seen);
        let come = tokio::time::timeout(SCREEN_TIMEOUT, waiting).await;
        assert!(come.is_ok(), "customer {} waits for {words:?} and sees {:#?}", self.id, self.texts());
    }

    fn says(&self, words: &str) {
        self.simulator.say(self.token, self.id, words).unwrap();
    }

    fn taps(&self, label: &str) {
        self.simulator.tap_label(self.token, self.id, label).unwrap();
    }

    fn texts(&self) -> Vec<String> {
        let chat = self.simulator.chat(self.token, self.id);
        let labels =
            |bubble: &Bubble| bubble.rows.iter().flatten().map(|key| format!("[{}]", key.label)).collect::<String>();
        let beginning = |bubble: &Bubble| bubble.text.chars().take(40).collect::<String>();
        chat.bubbles.iter().map(|bubble| format!("{} {}", beginning(bubble), labels(bubble))).collect()
    }

    /// Goes through the shop as far as they mean to.
    async fn shop(&self) {
        let aim = Aim::of(self.id);
        self.says(&format!("/start p_{}", ProductId::of_key("sencha").0));
        self.sees("Add to cart").await;
        self.taps("Add to cart");
        self.sees("🛒 Cart ·").await;
        self.says("/cart");
        self.sees("Complete the order").await;
        self.taps("➕");
        self.sees("Sencha × 2").await;
        self.taps("✅ Complete the order");
        self.sees("Question 1 of 3").await;
        self.says(&format!("customer{}@example.com", self.id));
        self.sees("Question 2 of 3").await;
        if aim == Aim::Phone {
            return;
        }
        self.says("+380671112233");
        self.sees("Question 3 of 3").await;
        if aim == Aim::Cancel {
            self.says("✖️ Cancel");
            self.sees("Your cart").await;
            return;
        }
        self.says("Kyiv, Khreshchatyk 1");
        self.sees("✅ Confirm").await;
        if aim == Aim::OrderByTwoTaps {
            self.taps("✅ Confirm");
        }
        if aim.orders() {
            self.taps("✅ Confirm");
            self.sees("is placed").await;
        }
    }

    /// How many of the bot's messages say the same as the one before.
    fn repeated(&self) -> usize {
        let chat = self.simulator.chat(self.token, self.id).bubbles;
        let same = |pair: &&[Bubble]| {
            pair[0].author == Author::Bot && pair[1].author == Author::Bot && pair[0].text == pair[1].text
        };
        chat.windows(2).filter(same).count()
    }
}

fn shows(bubble: &Bubble, words: &str) -> bool {
    bubble.text.contains(words) || bubble.rows.iter().flatten().any(|key| key.label.contains(words))
}

pub(crate) async fn in_a_storm_the_books_balance_and_everybody_sees_where_they_are() {
    let large = std::env::var("STORM").is_ok_and(|size| size == "large");
    let storm = if large { LARGE } else { SMALL };
    let stand = Stand::open(StandOptions { members: 3, ..StandOptions::default() }).await;
    seed(&stand.store, &shop_folder("tea-house").unwrap()).await.unwrap();
    let sencha = doc! { "_id": ObjectId::from_bytes(ProductId::of_key("sencha").0.0) };
    let products = stand.store.database().collection::<Document>("products");
    products.update_one(sencha.clone(), doc! { "$set": { "stock": STOCK } }).await.unwrap();
    let simulator = &stand.telegram.simulator;
    let customers: Vec<_> =
        (1..=storm.customers).map(|id| Customer { simulator, token: &stand.token, id: 5_000 + id }).collect();
    for Customer { id, .. } in &customers {
        let person = Person { id: *id, first_name: "Anna".into(), username: None, language_code: Some("en".into()) };
        simulator.person(&stand.token, person);
    }
    let (over, still) = watch::channel(false);
    let shopping = async {
        // They come one after another, as long as there are kills.
        let apart = KILLS * storm.kills as u32 / storm.customers as u32;
        let coming = customers.iter().enumerate().map(|(place, customer)| async move {
            tokio::time::interval_at(Instant::now() + apart * place as u32, apart).tick().await;
            customer.shop().await;
        });
        join_all(coming).await;
        over.send_replace(true);
    };
    tokio::join!(shopping, kill(&stand, storm.kills), disturb(&stand, still));
    // Whatever was planned and did not happen any more is not waited for; what was said is answered.
    let quiet = simulator.wait_until(&stand.token, |simulator| simulator.pending(&stand.token) == 0);
    tokio::time::timeout(SCREEN_TIMEOUT, quiet).await.expect("every update is acknowledged");

    let stored = stand.store.database().collection::<Document>("orders").find(doc! {}).await.unwrap();
    let stored: Vec<Document> = stored.try_collect().await.unwrap();
    let mut ordered: BTreeMap<i64, usize> = BTreeMap::new();
    for order in &stored {
        *ordered.entry(order.get_i64("customer").unwrap()).or_default() += 1;
    }
    let expected: BTreeMap<i64, usize> =
        customers.iter().filter(|it| Aim::of(it.id).orders()).map(|it| (it.id, 1)).collect();
    assert_eq!(ordered, expected, "one order for each who confirmed, however often");
    let left = products.find_one(sencha).await.unwrap().unwrap();
    let left = left.get_i64("stock").or_else(|_| left.get_i32("stock").map(i64::from)).unwrap();
    assert_eq!(left, STOCK - 2 * stored.len() as i64, "what is sold is gone, and nothing else");
    let mut repeated = 0;
    for customer in &customers {
        let (state, words) = Aim::of(customer.id).end();
        let conversation = stand.store.load(customer.id).await.unwrap().snapshot.conversation.unwrap();
        assert_eq!(conversation.dialogue.name(), state, "customer {}: {:#?}", customer.id, customer.texts());
        customer.sees(words).await;
        repeated += customer.repeated();
    }
    assert!(repeated <= 2 * storm.kills, "{repeated} messages were repeated in {} kills", storm.kills);
}

/// Kills the processes by turns; in the middle of it the replica set must choose another primary.
async fn kill(stand: &Stand, kills: usize) {
    let mut ticks = tokio::time::interval(KILLS);
    for kill in 0..kills {
        ticks.tick().await;
        // One that is not back yet is killed the next time.
        let alive = stand.shops.iter().cycle().skip(kill).take(stand.shops.len()).find(|shop| shop.is_alive());
        if let Some(shop) = alive {
            shop.signal("KILL");
        }
        if kill == kills / 2 {
            let client = mongodb::Client::with_uri_str(&stand.mongodb_uri).await.unwrap();
            // The connection ends with the answer.
            let _ = client.database("admin").run_command(doc! { "replSetStepDown": 20, "force": true }).await;
        }
    }
    stand.ready().await;
}

/// Brings updates once more and refuses calls, until it is over.
async fn disturb(stand: &Stand, mut over: watch::Receiver<bool>) {
    let (simulator, token) = (&stand.telegram.simulator, &stand.token);
    let mut repeats = tokio::time::interval(REPEATS);
    let mut refusals = tokio::time::interval(REFUSALS);
    let mut methods = ["sendMessage", "editMessageText", "answerCallbackQuery"].into_iter().cycle();
    loop {
        tokio::select! {
            _ = over.wait_for(|over| *over) => return,
            _ = repeats.tick() => {
                simulator.redeliver(token);
            }
            _ = refusals.tick() => {
                let method = methods.next().expect("it is a circle");
                simulator.disturb(token, Disturbance::refusal(method, None, 429, Some(1)));
            }
        }
    }
}
