//! A whole shop in a test: simulator, store with the tea house, bots with webhooks, updates made by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use dialogues::buttons::{Action, Place};
use dialogues::machine::Callback;
use dialogues::shop::ProductId;
use serde_json::{Value, json};
use shell::schema::schema;
use shopkeeper::bot::ShopSchema as Schema;
use shopkeeper::bot::{ShopParts, Shopkeeper};
use shopkeeper::clock::Clock;
use shopkeeper::config::{Secret, Transport};
use shopkeeper::mailing::MailingOptions;
use shopkeeper::replay::{Telegram, shop_folder};
use shopkeeper::simulator::Person;
use shopkeeper::store::{Store, seed};
use teloxide::Bot;
use tokio::sync::OnceCell;

use super::noon;

pub(crate) const ANNA: i64 = 1001;
const SECRET: &str = "open-sesame";

/// The simulator of this test run.
pub(crate) async fn telegram() -> Arc<Telegram> {
    // Each test has a runtime of its own, and a server dies with the runtime it was started on.
    Arc::new(shopkeeper::replay::telegram(0).await.unwrap())
}

/// A shop that sells from the tea house.
pub(crate) struct Shop {
    pub(crate) telegram: Arc<Telegram>,
    pub(crate) token: String,
    pub(crate) store: Store,
    next: AtomicU32,
}

impl Shop {
    /// Opens a shop on a store; Anna is known to Telegram, not to the shop.
    pub(crate) async fn open(store: Store) -> Self {
        static SHOPS: AtomicU64 = AtomicU64::new(50_000);
        seed(&store, &shop_folder("tea-house").unwrap()).await.unwrap();
        let telegram = telegram().await;
        let token = format!("{}:test", SHOPS.fetch_add(1, Ordering::SeqCst));
        let anna = Person { id: ANNA, first_name: "Anna".into(), username: None, language_code: Some("en".into()) };
        telegram.simulator.person(&token, anna);
        telegram.simulator.open_chat(&token, ANNA);
        Self { telegram, token, store, next: AtomicU32::new(100) }
    }

    /// The same shop as another process sees it: with connections of its own.
    pub(crate) fn elsewhere(&self, store: Store) -> Self {
        Self { telegram: self.telegram.clone(), token: self.token.clone(), store, next: AtomicU32::new(900) }
    }

    /// A bot of this shop whose updates we bring ourselves.
    pub(crate) async fn bot(&self) -> Shopkeeper {
        self.bot_with(schema()).await
    }

    /// The same with another schema.
    pub(crate) async fn bot_with(&self, schema: Schema) -> Shopkeeper {
        let url = "http://127.0.0.1:9/hook".parse().unwrap();
        let door = Transport::Webhook { url, secret: Secret::new(SECRET), certificate: None, connections: 20 };
        Shopkeeper::start(self.parts(schema), door, 0).await.unwrap()
    }

    /// The same with these owners.
    pub(crate) async fn bot_of(&self, owners: Vec<i64>) -> Shopkeeper {
        let url = "http://127.0.0.1:9/hook".parse().unwrap();
        let door = Transport::Webhook { url, secret: Secret::new(SECRET), certificate: None, connections: 20 };
        Shopkeeper::start(ShopParts { owners, ..self.parts(schema()) }, door, 0).await.unwrap()
    }

    pub(crate) async fn polling_bot(&self) -> Shopkeeper {
        Shopkeeper::start(self.parts(schema()), Transport::Polling, 0).await.unwrap()
    }

    pub(crate) fn parts(&self, schema: Schema) -> ShopParts {
        let bot = Bot::with_client(self.token.clone(), self.telegram.client.clone());
        ShopParts {
            bot: bot.set_api_url(self.telegram.base_url.parse().unwrap()),
            store: self.store.clone(),
            settings: dialogues::world::settings(),
            clock: Clock::virtual_at(noon()),
            owners: Vec::new(),
            records: None,
            schema,
            mailing: MailingOptions::at_once(),
            receipts: None,
        }
    }

    /// A text of Anna's, as Telegram would bring it.
    pub(crate) fn text(&self, text: &str) -> Value {
        let id = self.next.fetch_add(1, Ordering::SeqCst);
        json!({ "update_id": id, "message": {
            "message_id": id, "date": 1_773_489_600, "chat": chat(), "from": anna(), "text": text,
        }})
    }

    /// A tap of Anna's on an inline button of her screen.
    pub(crate) async fn tap(&self, act: Action) -> Value {
        self.tapped(Callback::Action(act)).await
    }

    /// A tap on a button that leads somewhere.
    pub(crate) async fn go(&self, go: Place) -> Value {
        self.tapped(Callback::Go(go)).await
    }

    async fn tapped(&self, button: Callback) -> Value {
        let serial = self.store.load(ANNA).await.unwrap().snapshot.conversation.unwrap().serial;
        let id = self.next.fetch_add(1, Ordering::SeqCst);
        json!({ "update_id": id, "callback_query": {
            "id": id.to_string(), "from": anna(), "chat_instance": "1", "data": button.encode(serial),
            "message": { "message_id": 1, "date": 1_773_489_600, "chat": chat(), "text": "a screen" },
        }})
    }

    /// How many of a product are in Anna's cart.
    pub(crate) async fn in_cart(&self, key: &str) -> u16 {
        let cart = self.store.load(ANNA).await.unwrap().snapshot.cart;
        cart.line(ProductId::of_key(key)).map_or(0, |line| line.quantity.get())
    }

    /// Goes to a product's card by a deep link.
    pub(crate) async fn open_card(&self, bot: &Shopkeeper, key: &str) {
        let link = format!("/start p_{}", ProductId::of_key(key).0);
        assert_eq!(bring(bot, &self.text(&link)).await, 200);
    }

    /// The texts that Anna sees, oldest first.
    pub(crate) fn seen(&self) -> Vec<String> {
        let chat = self.telegram.simulator.chat(&self.token, ANNA);
        chat.bubbles.into_iter().map(|bubble| bubble.text).collect()
    }
}

/// Brings an update to a bot's webhook; the status of its answer.
pub(crate) async fn bring(bot: &Shopkeeper, update: &Value) -> u16 {
    bring_as(bot, update, SECRET).await
}

/// The same with another secret.
pub(crate) async fn bring_as(bot: &Shopkeeper, update: &Value, secret: &str) -> u16 {
    post(bot, update.to_string().into_bytes(), secret).await
}

/// The same with a body that need not be JSON.
pub(crate) async fn bring_bytes(bot: &Shopkeeper, body: Vec<u8>) -> u16 {
    post(bot, body, SECRET).await
}

async fn post(bot: &Shopkeeper, body: Vec<u8>, secret: &str) -> u16 {
    static CLIENT: OnceCell<reqwest::Client> = OnceCell::const_new();
    let client = CLIENT
        .get_or_init(|| async { reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap() });
    let request = client.await.post(format!("{}/hook", bot.address().unwrap()));
    let request = request.header("X-Telegram-Bot-Api-Secret-Token", secret).body(body);
    request.send().await.unwrap().status().as_u16()
}

/// Waits until a bot has shown everything.
pub(crate) async fn quiet(bot: &Shopkeeper) {
    super::soon(bot.in_flight().wait_for(|count| *count == 0)).await.unwrap();
    // Whoever counts commands counts those of a mailer that looks for work, too.
    super::soon(bot.desk().signal.silence()).await;
}

fn anna() -> Value {
    json!({ "id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "en" })
}

fn chat() -> Value {
    json!({ "id": ANNA, "type": "private", "first_name": "Anna" })
}
