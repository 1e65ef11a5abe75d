//! A shop for each test: a database of its own, the API on a port of its own, and a key to everything.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use dialogues::shop::{
    Address, Catalogue, CheckoutId, Contact, Customer, Email, Money, Order, OrderLine, OrderNumber, OrderStatus,
    PersonName, Phone, ProductId, Quantity,
};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use shopkeeper::api::scope::Scope;
use shopkeeper::api::{Api, keys};
use shopkeeper::clock::Clock;
use shopkeeper::mongod::Mongod;
use shopkeeper::server::{self, Running};
use shopkeeper::store::{CatalogueFeed, Store, StoreOptions};
use strum::IntoEnumIterator;

/// Databases whose tests are over. Emptying one is faster than making one.
static FREE: Mutex<Vec<String>> = Mutex::new(Vec::new());

pub(crate) struct Shop {
    pub(crate) store: Store,
    pub(crate) feed: CatalogueFeed,
    pub(crate) key: String,
    pub(crate) base_url: String,
    client: Client,
    _server: Running,
}

impl Drop for Shop {
    fn drop(&mut self) {
        FREE.lock().unwrap().push(self.store.database_name().to_owned());
    }
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// The body of an answer with this status.
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// The body of a problem with this status and code, which is as every problem is.
    pub(crate) fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!(self.header("Content-Type"), "application/problem+json");
        let (id, problem) = (self.header("X-Request-Id"), self.expect(status));
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"], id);
        assert!(problem["type"].as_str().unwrap().ends_with(code) && problem["detail"].is_string(), "{problem}");
        problem
    }
}

/// A request about to be sent.
pub(crate) struct Request(reqwest::RequestBuilder);

impl Request {
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        Self(self.0.header("Content-Type", "application/json").body(body.to_string()))
    }

    pub(crate) fn body(self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self(self.0.header("Content-Type", kind).body(body.into()))
    }

    pub(crate) async fn send(self) -> Answer {
        let answer = self.0.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, headers, bytes: answer.bytes().await.unwrap().to_vec() }
    }
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::open_with(|api| api, Vec::new()).await
    }

    /// A shop with something else on its server.
    pub(crate) async fn open_with(
        beside: impl FnOnce(rocket::Rocket<rocket::Build>) -> rocket::Rocket<rocket::Build>,
        origins: Vec<String>,
    ) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let used = FREE.lock().unwrap().pop();
        let fresh = || format!("shopkeeper_api_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let name = used.clone().unwrap_or_else(fresh);
        let options = StoreOptions { watch_commands: true, ..StoreOptions::default() };
        let mongod = Mongod::shared().await.unwrap();
        let store = Store::open(mongod.uri(), &name, Clock::system(), options).await.unwrap();
        match used {
            Some(_) => store.wipe().await.unwrap(),
            None => store.prepare().await.unwrap(),
        }
        let feed = CatalogueFeed::start(&store).await.unwrap();
        let api = Api::new(store.clone(), feed.clone(), &dialogues::world::settings(), origins);
        let server = server::launch(|rocket| beside(api.mount(rocket)), 0).await.unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        let all: Vec<Scope> = Scope::iter().collect();
        let (_, key) = keys::create(&store, "all", &all, Some(100_000)).await.unwrap();
        Self { key, base_url: server.base_url.clone(), store, feed, client, _server: server }
    }

    /// A key to some things.
    pub(crate) async fn key(&self, scopes: &[&str]) -> String {
        let scopes: Vec<Scope> = scopes.iter().flat_map(|scope| Scope::parse_all(scope).unwrap()).collect();
        keys::create(&self.store, "some", &scopes, None).await.unwrap().1
    }

    /// A request with the key to everything; `path` below `/api/v1`, unless it begins with a slash.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Request {
        self.ask_as(&self.key, method, path)
    }

    pub(crate) fn ask_as(&self, key: &str, method: &str, path: &str) -> Request {
        let request = self.ask_bare(method, path);
        request.header("Authorization", &format!("Bearer {key}"))
    }

    /// A request without a key.
    pub(crate) fn ask_bare(&self, method: &str, path: &str) -> Request {
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/api/v1/{path}") };
        let method: Method = method.parse().unwrap();
        Request(self.client.request(method, format!("{}{path}", self.base_url)))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).send().await
    }

    /// A new category.
    pub(crate) async fn category(&self, title: &str, parent: Option<&str>) -> String {
        let body = json!({ "title": title, "parent": parent });
        id(&self.ask("POST", "categories").json(&body).send().await.expect(201))
    }

    /// A new product at 420.00, five of it.
    pub(crate) async fn product(&self, title: &str, category: &str) -> String {
        let made = self.ask("POST", "products").json(&sencha(title, category)).send().await;
        id(&made.expect(201))
    }

    /// What customers see now.
    pub(crate) fn catalogue(&self) -> std::sync::Arc<Catalogue> {
        self.feed.current()
    }

    /// All ids of a list, page by page.
    pub(crate) async fn walk(&self, path: &str, name: &str) -> Vec<String> {
        let (mut seen, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(path) = next {
            let page = self.get(&path).await.expect(200);
            let rows = page["data"].as_array().unwrap();
            seen.extend(rows.iter().map(|row| row[name].as_str().map_or_else(|| row[name].to_string(), str::to_owned)));
            next = page["next"].as_str().map(str::to_owned);
            assert_eq!(page["has_more"], next.is_some());
        }
        seen
    }

    /// Anna, as if she had talked to the bot and checked out once.
    pub(crate) async fn anna(&self) -> OrderNumber {
        let customer = Customer {
            name: PersonName::parse("Anna").ok(),
            email: Email::parse("anna@example.com").ok(),
            phone: Phone::stored("+380671112233").ok(),
            address: Address::parse("Kyiv, Khreshchatyk 1").ok(),
            nickname: Some("anna".into()),
            ..Customer::default()
        };
        self.knows(ANNA, &customer).await;
        let order = order(1_234_567, "2026-03-14T12:00:00Z");
        self.store.keep_past_order(&order, ANNA).await.unwrap();
        order.number
    }

    /// Notes that a news item is mailed, as the worker does that mails it.
    pub(crate) async fn mails(&self, news: &str) {
        let its = bson::doc! { "_id": bson::oid::ObjectId::parse_str(news).unwrap() };
        let made = bson::doc! { "$set": { "mailing": "made" } };
        self.store.database().collection::<bson::Document>("news").update_one(its, made).await.unwrap();
        self.feed.catch_up().await.unwrap();
    }

    /// A customer who has talked to the bot.
    pub(crate) async fn knows(&self, chat: i64, customer: &Customer) {
        use dialogues::machine::{Conversation, Effect};
        let loaded = self.store.load(chat).await.unwrap();
        let effects = [Effect::keep(customer.clone())];
        self.store.commit(chat, 1, &loaded, Some(&Conversation::new()), &effects).await.unwrap();
    }
}

pub(crate) const ANNA: i64 = 1001;

/// A product as it is set.
pub(crate) fn sencha(title: &str, category: &str) -> Value {
    json!({
        "title": title,
        "category": category,
        "price": { "amount": 42_000, "currency": "UAH" },
        "stock": 5,
    })
}

pub(crate) fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}

/// When a thing was written last. Its text is no measure: `12:00:00.5Z` stands before `12:00:00Z`.
pub(crate) fn modified(thing: &Value) -> DateTime<Utc> {
    thing["modified"].as_str().unwrap().parse().unwrap()
}

pub(crate) fn order(digits: u32, placed: &str) -> Order {
    let price = Money::from_minor(10_000).unwrap();
    let quantity = Quantity::new(2).unwrap();
    let line = OrderLine { product: ProductId::of_key("tea"), title: "Tea".into(), quantity, price, left: None };
    Order {
        number: OrderNumber::from_digits(digits).unwrap(),
        checkout: CheckoutId(u64::from(digits)),
        contact: Some(Contact {
            name: PersonName::parse("Anna").ok(),
            email: Some(Email::parse("anna@example.com").unwrap()),
            phone: Phone::stored("+380671112233").unwrap(),
            address: Address::parse("Kyiv, Khreshchatyk 1").unwrap(),
        }),
        total: price.times(quantity),
        lines: vec![line],
        status: OrderStatus::New,
        placed: placed.parse::<DateTime<Utc>>().unwrap(),
        moves: Vec::new(),
        is_forgotten: false,
        customer: None,
    }
}

/// Repeats what must come true soon.
pub(crate) async fn until(holds: impl AsyncFnMut() -> bool) {
    crate::poll::until("what the test waits for", holds).await;
}

/// A PNG of this size, of one colour.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    painted(width, height, image::ImageFormat::Png)
}

/// A picture of this size and format.
pub(crate) fn painted(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let mut content = std::io::Cursor::new(Vec::new());
    let colour = image::Rgb([width as u8, height as u8, 90]);
    let picture = image::DynamicImage::from(image::RgbImage::from_pixel(width, height, colour));
    picture.write_to(&mut content, format).unwrap();
    content.into_inner()
}
