//! Receipts by e-mail: each order's address gets one, once, whatever becomes of the mail server and of the process that sends it.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use bson::{Document, doc};
use chrono::TimeDelta;
use dialogues::machine::{Effect, Settings};
use dialogues::shop::{Email, Order, OrderMove, OrderNumber, OrderStatus};
use shell::schema::schema;
use shopkeeper::bot::{ShopParts, Shopkeeper};
use shopkeeper::clock::Clock;
use shopkeeper::config::{MailServer as MailSettings, Secret, Transport};
use shopkeeper::mongod::Mongod;
use shopkeeper::receipts::{ReceiptSender, ReceiptWorker};
use shopkeeper::store::{CatalogueFeed, Store, StoreOptions};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::support::mail_server::MailServer;
use super::support::shop::Shop;
use super::support::{TestDatabase, database, noon, order, ports, product, turn, until};

/// A shop that sends receipts, and has plenty of tea.
struct SendingShop {
    store: Store,
    /// No other test has it before this one ends.
    _database: TestDatabase,
}

impl Deref for SendingShop {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

async fn shop() -> SendingShop {
    let database = database().await;
    database.database().collection("products").insert_one(product("tea", "always")).await.unwrap();
    let mongod = Mongod::shared().await.unwrap();
    let options = StoreOptions { receipts: true, ..StoreOptions::default() };
    let clock = Clock::virtual_at(noon());
    let store = Store::open(mongod.uri(), database.database().name(), clock, options).await.unwrap();
    SendingShop { store, _database: database }
}

fn sender(url: String) -> ReceiptSender {
    let from = "Tea House <orders@tea.example>".parse().unwrap();
    ReceiptSender::new(&MailSettings { url: Secret::new(url), from }).unwrap()
}

/// A worker, as a bot runs it.
struct Working(JoinHandle<()>);

impl Working {
    async fn on(store: &Store, url: String) -> Self {
        Self::by(store, sender(url)).await
    }

    async fn by(store: &Store, sender: ReceiptSender) -> Self {
        let feed = CatalogueFeed::start(store).await.unwrap();
        let settings = Arc::new(Settings { sends_receipts: true, ..dialogues::world::settings() });
        let worker = ReceiptWorker::new(store, feed, settings, sender, Arc::<Notify>::default());
        Self(tokio::spawn(async move { worker.run().await }))
    }
}

impl Drop for Working {
    /// At whatever it is doing.
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Places an order with this address.
async fn place(store: &Store, number: u64, email: Option<&str>) -> OrderNumber {
    let order = order(number, 2);
    let contact = order
        .contact
        .map(|contact| dialogues::shop::Contact { email: email.map(|email| Email::parse(email).unwrap()), ..contact });
    let order = Order { contact, placed: store.clock().now(), ..order };
    turn(store, number as i64, 1, &[Effect::PlaceOrder(order.clone())]).await;
    order.number
}

/// How many receipts wait.
async fn waiting(store: &Store) -> u64 {
    let orders = store.database().collection::<Document>("orders");
    orders.count_documents(doc! { "receipt": { "$exists": true } }).await.unwrap()
}

/// Lets time pass until no receipt waits.
async fn settled(store: &Store) {
    until("no receipt waits", async || {
        store.clock().advance(TimeDelta::seconds(1));
        waiting(store).await == 0
    })
    .await;
}

fn tried(store: &Store, outcome: &str) -> bool {
    let text = store.metrics().text();
    text.lines().any(|line| {
        line.starts_with(&format!("shopkeeper_receipts_total{{outcome=\"{outcome}\"}}")) && !line.ends_with(" 0")
    })
}

#[tokio::test]
async fn the_address_of_an_order_in_the_chat_gets_its_receipt() {
    let (database, server) = (shop().await, MailServer::open().await);
    let office = Shop::open(database.store.clone()).await;
    let door = Transport::Webhook {
        url: "http://127.0.0.1:9/hook".parse().unwrap(),
        secret: Secret::new("open-sesame"),
        certificate: None,
        connections: 20,
    };
    let (clock, receipts) = (database.clock().clone(), Some(sender(server.url())));
    let settings = Settings { sends_receipts: true, ..dialogues::world::settings() };
    let parts = ShopParts { clock, receipts, settings, ..office.parts(schema()) };
    let bot = Shopkeeper::start(parts, door, 0).await.unwrap();
    let number = place(&database, 1, Some("anna@example.com")).await;
    // As whoever commits the turn says.
    bot.desk().notices.enqueue(database.order(number).await.unwrap().unwrap().order);
    until("it has arrived", async || !server.received().is_empty() && waiting(&database).await == 0).await;
    bot.stop().await;
    let received = server.received();
    let [mail] = &received[..] else { panic!("{received:?}") };
    assert_eq!(mail.to, "anna@example.com");
    for line in [
        "From: \"Tea House\" <orders@tea.example>".to_owned(),
        "To: anna@example.com".to_owned(),
        format!("Subject: Your order {number} at Tea House"),
        format!("Message-ID: <order-{number}.receipt@tea.example>"),
        "Date: Sat, 14 Mar 2026 12:00:00 +0000".to_owned(),
        "Auto-Submitted: auto-generated".to_owned(),
        "Content-Type: text/plain; charset=utf-8".to_owned(),
        "Thank you for your order at Tea House!".to_owned(),
        "Kyiv, Khreshchatyk 1".to_owned(),
    ] {
        assert!(mail.message.lines().any(|said| said == line), "{line} is not in:\n{}", mail.message);
    }
    assert!(tried(&database, "sent"));
}

#[tokio::test]
async fn what_the_mail_server_puts_off_comes_later_and_what_it_refuses_never() {
    let (database, server) = (shop().await, MailServer::open().await);
    server.answer(&[451, 550]);
    place(&database, 1, Some("later@example.com")).await;
    place(&database, 2, Some("nobody@example.com")).await;
    place(&database, 3, Some("at-once@example.com")).await;
    place(&database, 4, None).await;
    assert_eq!(waiting(&database).await, 3, "an order without an address waits for nothing");
    let _working = Working::on(&database, server.url()).await;
    until("the others do not wait for it", async || waiting(&database).await == 1).await;
    assert_eq!(server.received().len(), 1);
    settled(&database).await;
    let to: Vec<String> = server.received().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to.len(), 2, "{to:?}");
    assert!(database.clock().now() - noon() >= TimeDelta::seconds(60), "it was put off for a minute");
    assert!(["sent", "waiting", "refused"].iter().all(|outcome| tried(&database, outcome)));
}

#[tokio::test]
async fn a_mail_server_that_is_away_or_does_not_know_us_holds_up_receipts_and_costs_none() {
    let database = shop().await;
    for number in 1..=3 {
        place(&database, number, Some("anna@example.com")).await;
    }
    let server = MailServer::open().await;
    for url in ["smtp://127.0.0.1:9".to_owned(), server.wrong_url()] {
        let nobody = Working::on(&database, url).await;
        let orders = database.database().collection::<Document>("orders");
        until("it is tried several times", async || {
            database.clock().advance(TimeDelta::seconds(10));
            let often = doc! { "receipt.tries": { "$gt": 1 } };
            orders.count_documents(often).await.unwrap() > 0
        })
        .await;
        drop(nobody);
        assert_eq!((waiting(&database).await, server.received().len()), (3, 0));
        orders.update_many(doc! {}, doc! { "$set": { "receipt.tries": 0 } }).await.unwrap();
    }
    let _working = Working::on(&database, server.url()).await;
    settled(&database).await;
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn what_cannot_be_sent_for_three_days_is_given_up() {
    let database = shop().await;
    place(&database, 1, Some("anna@example.com")).await;
    let _working = Working::on(&database, "smtp://127.0.0.1:9".to_owned()).await;
    until("it is given up", async || {
        database.clock().advance(TimeDelta::minutes(30));
        waiting(&database).await == 0
    })
    .await;
    assert!(database.clock().now() - noon() >= TimeDelta::days(3));
    assert!(tried(&database, "given_up"));
}

#[tokio::test]
async fn of_several_processes_one_sends_and_another_goes_on_where_one_was_killed() {
    let (database, server) = (shop().await, MailServer::open().await);
    for number in 1..=20 {
        place(&database, number, Some(&format!("customer-{number}@example.com"))).await;
    }
    // It was killed when it had claimed one, and before it could send it.
    let killed = database.claim_receipt().await.unwrap().unwrap();
    assert_eq!(killed.tries, 0);
    let _both = [Working::on(&database, server.url()).await, Working::on(&database, server.url()).await];
    until("all others are sent", async || waiting(&database).await == 1).await;
    assert_eq!(server.received().len(), 19);
    settled(&database).await;
    assert!(database.clock().now() - noon() >= TimeDelta::minutes(5), "a claim is for five minutes");
    let mut to: Vec<String> = server.received().into_iter().map(|mail| mail.to).collect();
    to.sort();
    to.dedup();
    assert_eq!((server.received().len(), to.len()), (20, 20));
}

#[tokio::test]
async fn a_mail_server_that_never_answers_holds_nothing_up_for_long() {
    let (database, server) = (shop().await, MailServer::open().await);
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", ports::leased())).await.unwrap();
    let url = format!("smtp://{}", silent.local_addr().unwrap());
    place(&database, 1, Some("anna@example.com")).await;
    let waits = Working::by(&database, sender(url).within(Duration::from_millis(100))).await;
    until("it is put off", async || tried(&database, "waiting")).await;
    // It would claim the receipt again and again.
    drop(waits);
    let _working = Working::on(&database, server.url()).await;
    settled(&database).await;
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn an_address_in_other_letters_is_written_in_punycode() {
    let (database, server) = (shop().await, MailServer::open().await);
    place(&database, 1, Some("anna@пошта.укр")).await;
    let _working = Working::on(&database, server.url()).await;
    settled(&database).await;
    assert_eq!(server.received()[0].to, "anna@xn--80a1acn3a.xn--j1amh");
}

#[tokio::test]
async fn what_is_old_or_cancelled_is_not_sent() {
    let (database, server) = (shop().await, MailServer::open().await);
    let cancelled = place(&database, 1, Some("anna@example.com")).await;
    let taken = OrderMove { to: OrderStatus::Cancelled, at: noon(), by: None, reason: None };
    let moved = Effect::MoveOrder { number: cancelled, from: OrderStatus::New, taken };
    turn(&database, 1, 2, &[moved]).await;
    let working = Working::on(&database, server.url()).await;
    settled(&database).await;
    drop(working);
    // For a month, nothing was set.
    place(&database, 2, Some("anna@example.com")).await;
    database.clock().advance(TimeDelta::days(30));
    let _working = Working::on(&database, server.url()).await;
    settled(&database).await;
    assert!(server.received().is_empty() && tried(&database, "given_up"));
}

#[tokio::test]
async fn whoever_was_forgotten_gets_none() {
    let (database, server) = (shop().await, MailServer::open().await);
    place(&database, 1, Some("anna@example.com")).await;
    turn(&database, 1, 2, &[Effect::Forget]).await;
    let _working = Working::on(&database, server.url()).await;
    settled(&database).await;
    assert!(server.received().is_empty());
}
