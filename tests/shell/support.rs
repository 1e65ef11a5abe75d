//! Fixtures: a database for each test, and a small shop.

pub(crate) mod check;
pub(crate) mod mail_server;
#[path = "../support/poll.rs"]
pub(crate) mod poll;
#[path = "../support/ports.rs"]
pub(crate) mod ports;
#[path = "../support/receiver.rs"]
pub(crate) mod receiver;
pub(crate) mod served;
pub(crate) mod shop;

use std::ops::Deref;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use dialogues::machine::{Conversation, Effect};
use dialogues::shop::{
    Address, Cart, CartLine, CategoryId, CheckoutId, Contact, Customer, Direction, Email, Money, Order, OrderLine,
    OrderNumber, OrderStatus, Percent, PersonName, PersonalMessage, PersonalMessageId, Phone, ProductId, Quantity,
};
use shopkeeper::clock::Clock;
use shopkeeper::mongod::Mongod;
use shopkeeper::store::migrations::{MIGRATIONS, Migration};
use shopkeeper::store::{CommitOutcome, Store, StoreOptions};

#[allow(unused_imports, reason = "some of the targets that include this do without")]
pub(crate) use poll::until;

/// Databases whose tests are over. Emptying one is faster than making one.
static FREE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A store on a database that no other test uses at the same time.
pub(crate) struct TestDatabase {
    pub(crate) store: Store,
}

impl Deref for TestDatabase {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        FREE.lock().unwrap().push(self.store.database_name().to_owned());
    }
}

/// An empty, prepared database with a virtual clock.
pub(crate) async fn database() -> TestDatabase {
    let used = FREE.lock().unwrap().pop();
    let store = open(&used.clone().unwrap_or_else(fresh_name)).await;
    match used {
        Some(_) => store.wipe().await.unwrap(),
        None => store.prepare().await.unwrap(),
    }
    TestDatabase { store }
}

/// The same on a database that no test has used before: it has the collections of the store, and no other.
pub(crate) async fn fresh_database() -> TestDatabase {
    let store = open(&fresh_name()).await;
    store.prepare().await.unwrap();
    TestDatabase { store }
}

/// A name that no database has.
pub(crate) fn fresh_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("shopkeeper_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst))
}

/// A store of its own on a database: another process, as it were.
pub(crate) async fn open(database: &str) -> Store {
    open_with(database, MIGRATIONS).await
}

/// The same of a program that has these migrations.
pub(crate) async fn open_with(database: &str, migrations: &'static [Migration]) -> Store {
    let options = StoreOptions { watch_commands: true, migrations, ..StoreOptions::default() };
    let mongod = Mongod::shared().await.unwrap();
    Store::open(mongod.uri(), database, Clock::virtual_at(noon()), options).await.unwrap()
}

/// The time on every test's clock, until somebody moves it.
pub(crate) fn noon() -> DateTime<Utc> {
    "2026-03-14T12:00:00Z".parse().unwrap()
}

/// Fails a test that waits for something that does not come.
pub(crate) async fn soon<T>(work: impl Future<Output = T>) -> T {
    poll::soon("what the test waits for", work).await
}

pub(crate) fn money(minor: i64) -> Money {
    Money::from_minor(minor).unwrap()
}

pub(crate) fn quantity(count: u16) -> Quantity {
    Quantity::new(count).unwrap()
}

pub(crate) fn tea() -> ProductId {
    ProductId::of_key("tea")
}

/// The document of a product called `key` at 100.00, as mongosh would insert it.
pub(crate) fn product(key: &str, stock: impl Into<bson::Bson>) -> bson::Document {
    bson::doc! {
        "_id": oid(ProductId::of_key(key)),
        "title": key,
        "category": bson::oid::ObjectId::from_bytes(CategoryId::of_key("leaves").0.0),
        "price": 10_000,
        "stock": stock.into(),
    }
}

pub(crate) fn oid(product: ProductId) -> bson::oid::ObjectId {
    bson::oid::ObjectId::from_bytes(product.0.0)
}

/// A cart of so much tea at 100.00.
pub(crate) fn cart(count: u16) -> Cart {
    let line = CartLine {
        product: tea(),
        title: "tea".into(),
        quantity: quantity(count),
        seen_price: money(10_000),
        seen_discount: Percent::ZERO,
    };
    Cart { lines: vec![line] }
}

pub(crate) fn customer() -> Customer {
    Customer {
        name: PersonName::parse("Anna").ok(),
        email: Email::parse("anna@example.com").ok(),
        phone: Phone::stored("+380671112233").ok(),
        address: Address::parse("Kyiv, Khreshchatyk 1").ok(),
        nickname: Some("anna".into()),
        ..Customer::default()
    }
}

/// An order of so much tea at 100.00.
pub(crate) fn order(number: u64, count: u16) -> Order {
    let line =
        OrderLine { product: tea(), title: "tea".into(), quantity: quantity(count), price: money(10_000), left: None };
    Order {
        number: OrderNumber::draw(number),
        checkout: CheckoutId(number),
        contact: Some(Contact {
            name: PersonName::parse("Anna").ok(),
            email: Some(Email::parse("anna@example.com").unwrap()),
            phone: Phone::stored("+380671112233").unwrap(),
            address: Address::parse("Kyiv, Khreshchatyk 1").unwrap(),
        }),
        total: line.price.times(line.quantity),
        lines: vec![line],
        status: OrderStatus::New,
        placed: noon(),
        moves: Vec::new(),
        is_forgotten: false,
        customer: None,
    }
}

/// A personal message.
pub(crate) fn message(number: u32, direction: Direction, name: &str, text: &str) -> PersonalMessage {
    PersonalMessage {
        id: PersonalMessageId::draw(number.into()),
        direction,
        order: None,
        name: Some(name.to_owned()),
        text: text.to_owned(),
        at: noon(),
    }
}

/// The conversation that shows the screen of this number.
pub(crate) fn conversation(serial: u32) -> Conversation {
    Conversation { serial, ..Conversation::new() }
}

/// Plays one turn that comes to screen `update`, and wins.
pub(crate) async fn turn(store: &Store, chat: i64, update: u32, effects: &[Effect]) {
    let loaded = store.load(chat).await.unwrap();
    let next = conversation(update);
    let committed = store.commit(chat, i64::from(update), &loaded, Some(&next), effects).await.unwrap();
    assert_eq!(committed, CommitOutcome::Done);
}
