//! A crowd that shops: each customer opens a card by its link, puts it into the cart, counts up and down, looks around,
//! checks out and confirms. Who acts next is whoever has waited longest; a customer who has not been answered yet waits.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bson::{Document, doc};
use dialogues::chat::{Author, Chat};
use dialogues::shop::ProductId;
use futures::TryStreamExt;
use rand::Rng;
use shopkeeper::simulator::{Person, Simulator};
use shopkeeper::store::Store;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::town::{FIRST, STOCK};

/// Customers who shop at the same time; when one leaves, another one of the town comes.
const SHOPPING: usize = 120;
/// A customer whose update is not taken for so long has been forgotten.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(150);
/// A screen that a crash has swallowed is not waited for any longer: the customer opens the cart again.
const LOST: Duration = Duration::from_secs(5);

/// Where a customer is on the way through the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    OpensACard,
    PutsItIntoTheCart,
    OpensTheCart,
    TakesOneMore,
    TakesOneLess,
    LooksAround,
    ReturnsToTheCart,
    ChecksOut,
    /// Answers, until there is something to confirm.
    Answers,
    Leaves,
}

struct Shopper {
    id: i64,
    step: Step,
    /// The update that was sent last, what the chat looked like then, and when that was.
    last: Option<(i64, u64, Instant)>,
}

/// What a crowd has done, and how long the bot took.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally {
    /// From the moment when the customer acts until Telegram is told that it is done; ascending after [`Crowd::shop`].
    pub(crate) waits: Vec<Duration>,
    /// Orders confirmed, by customer.
    pub(crate) confirmed: BTreeMap<i64, u32>,
}

impl Tally {
    /// The wait that so many of a hundred do not exceed.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        self.waits[(self.waits.len() - 1) * percent / 100]
    }
}

pub(crate) struct Crowd {
    simulator: Simulator,
    token: String,
    town: i64,
    products: Vec<ProductId>,
    shoppers: VecDeque<Shopper>,
    tally: Arc<Mutex<Tally>>,
    sent: watch::Sender<usize>,
}

impl Crowd {
    /// The customers of a town, who know the bot.
    pub(crate) fn of(simulator: &Simulator, token: &str, town: i64, products: Vec<ProductId>) -> Self {
        let (simulator, token) = (simulator.clone(), token.to_owned());
        let (shoppers, tally, sent) = (VecDeque::new(), Arc::default(), watch::Sender::new(0));
        let mut crowd = Self { simulator, token, town, products, shoppers, tally, sent };
        for _ in 0..SHOPPING.min(town as usize) {
            crowd.comes();
        }
        crowd
    }

    /// How many updates have been sent so far, for whoever does something in the middle.
    pub(crate) fn sent(&self) -> watch::Receiver<usize> {
        self.sent.subscribe()
    }

    /// Somebody of the town who is not shopping comes.
    fn comes(&mut self) {
        loop {
            let id = FIRST + rand::rng().random_range(0..self.town);
            if self.shoppers.iter().all(|shopper| shopper.id != id) {
                let person = Person { id, first_name: "Anna".into(), username: None, language_code: Some("en".into()) };
                self.simulator.person(&self.token, person);
                self.simulator.open_chat(&self.token, id);
                self.shoppers.push_back(Shopper { id, step: Step::OpensACard, last: None });
                return;
            }
        }
    }

    /// Sends so many updates, so many a second, whether others are answered or not; then everybody waits until the last
    /// one is taken.
    pub(crate) async fn shop(&mut self, per_second: f64, updates: usize) -> Tally {
        let mut ticks = tokio::time::interval(Duration::from_secs_f64(1.0 / per_second));
        let (mut sent, mut answers) = (0, JoinSet::new());
        while sent < updates {
            ticks.tick().await;
            while answers.try_join_next().is_some() {}
            if let Some(update) = self.act() {
                sent += 1;
                self.sent.send_replace(sent);
                let (simulator, token, tally) = (self.simulator.clone(), self.token.clone(), Arc::clone(&self.tally));
                answers.spawn(async move {
                    let since = Instant::now();
                    let done = simulator.wait_until(&token, |simulator| simulator.confirmed(&token, update));
                    tokio::time::timeout(ANSWER_TIMEOUT, done).await.expect("a customer was forgotten");
                    tally.lock().unwrap().waits.push(since.elapsed());
                });
            }
        }
        while let Some(answered) = answers.join_next().await {
            answered.unwrap();
        }
        let mut tally = std::mem::take(&mut *self.tally.lock().unwrap());
        tally.waits.sort_unstable();
        tally
    }

    /// The customer who has waited longest and was answered does the next thing; `None` where everybody waits.
    fn act(&mut self) -> Option<i64> {
        for _ in 0..self.shoppers.len() {
            let mut shopper = self.shoppers.pop_front()?;
            let looked = look(&self.simulator.chat(&self.token, shopper.id));
            let update = if self.waits(&mut shopper, looked) { None } else { self.next_of(&mut shopper) };
            if let Some(update) = update {
                shopper.last = Some((update, looked, Instant::now()));
            }
            if shopper.step == Step::Leaves {
                self.comes();
            } else {
                self.shoppers.push_back(shopper);
            }
            if update.is_some() {
                return update;
            }
        }
        None
    }

    /// Whether the customer is still waiting for an answer: for Telegram's receipt, and then for a change on the screen.
    fn waits(&self, shopper: &mut Shopper, looks: u64) -> bool {
        let Some((update, looked, since)) = shopper.last else { return false };
        if !self.simulator.confirmed(&self.token, update) {
            return true;
        }
        if looks != looked {
            return false;
        }
        if since.elapsed() < LOST {
            return true;
        }
        shopper.step = Step::OpensTheCart;
        false
    }

    fn next_of(&mut self, shopper: &mut Shopper) -> Option<i64> {
        let (id, sim, token) = (shopper.id, &self.simulator, self.token.as_str());
        let tap = |label: &str| sim.tap_label(token, id, label).ok();
        let say = |text: &str| sim.say(token, id, text).ok();
        let (update, next) = match shopper.step {
            Step::OpensACard => {
                let product = self.products[rand::rng().random_range(0..self.products.len())];
                (say(&format!("/start p_{}", product.0)), Step::PutsItIntoTheCart)
            }
            Step::PutsItIntoTheCart => (tap("Add to cart"), Step::OpensTheCart),
            Step::OpensTheCart => (say("/cart"), Step::TakesOneMore),
            Step::TakesOneMore => (tap("➕"), Step::TakesOneLess),
            Step::TakesOneLess => (tap("➖"), Step::LooksAround),
            Step::LooksAround => (say("🗂 Catalogue"), Step::ReturnsToTheCart),
            Step::ReturnsToTheCart => (say("/cart"), Step::ChecksOut),
            Step::ChecksOut => (tap("✅ Complete the order"), Step::Answers),
            Step::Answers => return self.answer(shopper),
            Step::Leaves => return None,
        };
        update.inspect(|_| shopper.step = next)
    }

    fn answer(&mut self, shopper: &mut Shopper) -> Option<i64> {
        let (id, token) = (shopper.id, self.token.as_str());
        let said = newest(&self.simulator.chat(token, id));
        let answer = match said {
            said if said.contains("which e-mail") => "anna@example.com",
            said if said.contains("which phone number") => "+380671112233",
            said if said.contains("where shall we deliver") => "Kyiv, Khreshchatyk 1",
            said if said.contains("Please check your order") => {
                let update = self.simulator.tap_label(token, id, "✅ Confirm").ok()?;
                *self.tally.lock().unwrap().confirmed.entry(id).or_default() += 1;
                shopper.step = Step::Leaves;
                return Some(update);
            }
            _ => return None,
        };
        self.simulator.say(token, id, answer).ok()
    }
}

/// What a chat looks like, for telling whether it has changed.
fn look(chat: &Chat) -> u64 {
    let mut hasher = DefaultHasher::new();
    for bubble in chat.bubbles.iter().filter(|bubble| bubble.author == Author::Bot) {
        (bubble.id.0, &bubble.text).hash(&mut hasher);
        bubble.rows.iter().flatten().for_each(|button| button.label.hash(&mut hasher));
    }
    hasher.finish()
}

/// What the bot has said last.
fn newest(chat: &Chat) -> String {
    chat.bubbles
        .iter()
        .rev()
        .find(|bubble| bubble.author == Author::Bot)
        .map(|bubble| bubble.text.clone())
        .unwrap_or_default()
}

impl Tally {
    /// In words.
    pub(crate) fn line(&self) -> String {
        let [half, most, longest] = [50, 99, 100].map(|percent| self.percentile(percent).as_secs_f64() * 1000.0);
        let orders: u32 = self.confirmed.values().sum();
        let updates = self.waits.len();
        format!("{updates} updates: p50 {half:.0} ms, p99 {most:.0} ms, the longest {longest:.0} ms; {orders} orders")
    }

    /// What came later.
    pub(crate) fn and(mut self, later: Tally) -> Tally {
        self.waits.extend(later.waits);
        self.waits.sort_unstable();
        for (customer, orders) in later.confirmed {
            *self.confirmed.entry(customer).or_default() += orders;
        }
        self
    }
}

/// What must hold whatever was killed: one order for each that was confirmed, and what was sold is what is missing.
pub(crate) async fn nothing_lost_nothing_doubled(store: &Store, confirmed: &BTreeMap<i64, u32>) {
    let orders: Vec<Document> =
        store.database().collection("orders").find(doc! {}).await.unwrap().try_collect().await.unwrap();
    let mut placed = BTreeMap::<i64, u32>::new();
    let mut sold = 0;
    for order in &orders {
        *placed.entry(order.get_i64("customer").unwrap()).or_default() += 1;
        for line in order.get_array("lines").unwrap() {
            sold += i64::from(line.as_document().unwrap().get_i32("quantity").unwrap());
        }
    }
    assert_eq!(&placed, confirmed, "orders are what was confirmed");
    let products: Vec<Document> =
        store.database().collection("products").find(doc! {}).await.unwrap().try_collect().await.unwrap();
    let missing: i64 = products.iter().map(|product| i64::from(STOCK) - product.get_i64("stock").unwrap()).sum();
    assert_eq!(missing, sold, "what is missing on the shelves is what was sold");
    assert!(products.iter().all(|product| product.get_i64("stock").unwrap() >= 0));
}
