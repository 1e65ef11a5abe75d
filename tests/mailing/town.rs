//! A town of customers, the simulator that they read their messages in, and workers that can be killed.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bson::{Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use dialogues::chat::{Author, BotAction};
use dialogues::machine::View;
use dialogues::shop::{Language, Letter, Mailing, MailingId, MailingStatus, Segment};
use shopkeeper::bot::Screen;
use shopkeeper::bot::pictures::FileIds;
use shopkeeper::bot::post::TelegramGateway;
use shopkeeper::clock::Clock;
use shopkeeper::mailing::{Mailer, MailerParts, MailingOptions, MessageGateway, PostError, RateLimiter, WorkSignal};
use shopkeeper::replay::Telegram;
use shopkeeper::simulator::Person;
use shopkeeper::staff::Staff;
use shopkeeper::store::{CatalogueFeed, LedgerRow, Store};
use teloxide::Bot;

use crate::shell::support::{TestDatabase, database, soon};

/// The id of the first customer; the others follow.
pub(crate) const FIRST: i64 = 10_000;

/// A shop with many customers.
pub(crate) struct Town {
    pub(crate) telegram: Telegram,
    pub(crate) token: String,
    pub(crate) database: TestDatabase,
    pub(crate) options: MailingOptions,
}

impl Town {
    /// So many customers, all of whom know the bot.
    pub(crate) async fn of(customers: i64) -> Self {
        static TOWNS: AtomicI64 = AtomicI64::new(80_000);
        let token = format!("{}:town", TOWNS.fetch_add(1, Ordering::SeqCst));
        let town = Self {
            telegram: shopkeeper::replay::telegram(0).await.unwrap(),
            token,
            database: database().await,
            options: MailingOptions::default(),
        };
        town.settle(FIRST..FIRST + customers).await;
        town
    }

    /// Lets more customers come.
    pub(crate) async fn settle(&self, ids: std::ops::Range<i64>) {
        let now = bson::DateTime::from_chrono(self.clock().now());
        let user = |id: i64| {
            self.meet(id);
            doc! { "_id": id, "name": "Anna", "language": "en", "active": true, "created": now, "modified": now, "version": 1 }
        };
        let users: Vec<Document> = ids.map(user).collect();
        self.users().insert_many(users).await.unwrap();
    }

    fn meet(&self, id: i64) {
        let person = Person { id, first_name: "Anna".into(), username: None, language_code: Some("en".into()) };
        self.telegram.simulator.person(&self.token, person);
        self.telegram.simulator.open_chat(&self.token, id);
    }

    pub(crate) fn users(&self) -> mongodb::Collection<Document> {
        self.database.database().collection("users")
    }

    pub(crate) fn store(&self) -> Store {
        self.database.store.clone()
    }

    pub(crate) fn clock(&self) -> Clock {
        self.database.clock().clone()
    }

    /// Begins a mailing that nobody of the owners wrote.
    pub(crate) async fn mail(&self, letter: Letter) -> MailingId {
        let id = MailingId::draw(rand::random());
        let mailing = Mailing::new(id, letter, Segment::default(), 0, self.clock().now());
        assert!(self.store().create_mailing(&mailing, None).await.unwrap());
        id
    }

    /// A worker of its own, as another process would have it; `times` hears of every message.
    pub(crate) async fn worker(&self, times: Option<Times>) -> (Mailer, WorkSignal) {
        self.worker_on(self.store(), times).await
    }

    pub(crate) async fn worker_on(&self, store: Store, times: Option<Times>) -> (Mailer, WorkSignal) {
        let post = Watched { bag: self.mailbag(&store).await, clock: self.clock(), times };
        self.worker_with(store, post).await
    }

    /// The bot's own way to customers.
    pub(crate) async fn mailbag(&self, store: &Store) -> TelegramGateway {
        let bot = Bot::with_client(self.token.clone(), self.telegram.client.clone());
        let bot = bot.set_api_url(self.telegram.base_url.parse().unwrap());
        let bot_id: i64 = self.token.split(':').next().unwrap().parse().unwrap();
        let pictures = FileIds::open(store.clone(), bot_id, dialogues::world::settings().zone).await.unwrap();
        TelegramGateway::standalone(Screen::new(bot, store.metrics().shell().clone(), Arc::new(pictures)))
    }

    /// A worker that reaches customers in its own way.
    pub(crate) async fn worker_with(&self, store: Store, post: impl MessageGateway) -> (Mailer, WorkSignal) {
        let signal = WorkSignal::default();
        let parts = MailerParts {
            pace: Arc::new(RateLimiter::new(self.clock(), self.options.speed)),
            post: Arc::new(post),
            staff: Staff::fixed([]),
            zone: dialogues::world::settings().zone,
            options: self.options,
            signal: signal.clone(),
            catalogue: Some(CatalogueFeed::start(&store).await.unwrap().subscribe()),
            store,
        };
        (Mailer::start(parts).await.unwrap(), signal)
    }

    /// Lets time pass as fast as so many workers wait for it, until `done` is so, and that is soon.
    pub(crate) async fn live<T>(&self, workers: usize, done: impl Future<Output = T>) -> T {
        soon(self.live_long(workers, done)).await
    }

    /// The same, however long that takes.
    pub(crate) async fn live_long<T>(&self, workers: usize, done: impl Future<Output = T>) -> T {
        let clock = self.clock();
        let passing = async {
            loop {
                clock.skip(workers).await;
            }
        };
        tokio::select! {
            done = done => done,
            () = passing => unreachable!("time passes for ever"),
        }
    }

    /// Resolves when a mailing has come to this status.
    pub(crate) async fn comes_to(&self, id: MailingId, status: MailingStatus) -> Mailing {
        self.looks(id, |mailing| mailing.is_some_and(|mailing| mailing.status == status)).await.unwrap()
    }

    /// Looks at a mailing until it is so. For as long as the caller waits: virtual time passes beside it.
    pub(crate) async fn looks(&self, id: MailingId, is_so: impl Fn(Option<&Mailing>) -> bool) -> Option<Mailing> {
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        loop {
            let mailing = self.store().mailing(id).await.unwrap().map(|stored| stored.mailing);
            if is_so(mailing.as_ref()) {
                return mailing;
            }
            ticks.tick().await;
        }
    }

    /// Resolves when so many letters have arrived.
    pub(crate) async fn arrived(&self, letters: usize) {
        let simulator = &self.telegram.simulator;
        simulator.wait_until(&self.token, |simulator| simulator.journal_len(&self.token) >= letters).await;
    }

    pub(crate) async fn ledger(&self, id: MailingId) -> Vec<LedgerRow> {
        self.store().ledger(id).await.unwrap()
    }

    /// All that somebody was sent and still sees.
    pub(crate) fn inbox(&self, user: i64) -> Vec<String> {
        let chat = self.telegram.simulator.chat(&self.token, user);
        chat.bubbles.into_iter().filter(|bubble| bubble.author == Author::Bot).map(|bubble| bubble.text).collect()
    }

    /// How many messages were sent to anybody.
    pub(crate) fn messages(&self) -> usize {
        let journal = self.telegram.simulator.journal(&self.token, 0);
        journal.iter().filter(|(_, act)| matches!(act, BotAction::Sent(..))).count()
    }
}

/// When messages left, and to whom.
pub(crate) type Times = Arc<Mutex<Vec<(DateTime<Utc>, i64)>>>;

/// The bot's own way to customers, watched.
struct Watched {
    bag: TelegramGateway,
    clock: Clock,
    times: Option<Times>,
}

impl MessageGateway for Watched {
    async fn send(&self, chat: i64, language: Language, view: &View) -> Result<i32, PostError> {
        if let Some(times) = &self.times {
            times.lock().unwrap().push((self.clock.now(), chat));
        }
        self.bag.send(chat, language, view).await
    }

    async fn edit(&self, chat: i64, message: i32, view: &View) -> Result<(), PostError> {
        self.bag.edit(chat, message, view).await
    }

    async fn delete(&self, chat: i64, message: i32) -> Result<(), PostError> {
        self.bag.delete(chat, message).await
    }

    async fn replies_first(&self) {
        self.bag.replies_first().await;
    }
}

/// The most messages within any second.
pub(crate) fn most_in_a_second(times: &[(DateTime<Utc>, i64)]) -> usize {
    let within = |(at, (start, _)): (usize, &(DateTime<Utc>, i64))| {
        times[at..].iter().take_while(|(time, _)| *time - *start < TimeDelta::seconds(1)).count()
    };
    times.iter().enumerate().map(within).max().unwrap_or(0)
}
