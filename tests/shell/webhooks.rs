//! Webhooks: every event arrives, whatever becomes of receivers and of the process that sends it.

use std::collections::{BTreeMap, BTreeSet};

use bson::{Document, doc};
use chrono::TimeDelta;
use dialogues::machine::Effect;
use dialogues::shop::Id;
use shopkeeper::store::{DeliveryState, Store, WebhookDelivery, WebhookEndpoint};
use shopkeeper::webhooks::{WebhookWorker, new_secret};
use tokio::task::JoinHandle;

use super::owner_notices::{OLGA, Office, tried};
use super::support::receiver::{RETRY_AFTER, Receiver};
use super::support::{TestDatabase, database, noon, order, product, turn, until};

fn to(url: &str, types: &[&str]) -> WebhookEndpoint {
    let types = types.iter().map(|kind| (*kind).to_owned()).collect();
    let (id, secret) = (Store::fresh_id(), new_secret());
    let (url, former, stamps) = (url.to_owned(), Vec::new(), Default::default());
    WebhookEndpoint { id, url, types, secret, former, enabled: true, reached: 0, stamps }
}

async fn subscribed(store: &Store, url: &str, types: &[&str]) -> WebhookEndpoint {
    let endpoint = to(url, types);
    store.add_webhook_endpoint(&endpoint, None).await.unwrap();
    endpoint
}

/// A worker, as a bot runs it.
struct Working(JoinHandle<()>);

impl Working {
    fn on(store: &Store) -> Self {
        let worker = WebhookWorker::new(store);
        Self(tokio::spawn(async move { worker.run().await }))
    }
}

impl Drop for Working {
    /// At whatever it is doing.
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn place(store: &Store, number: u64) {
    turn(store, number as i64, 1, &[Effect::PlaceOrder(order(number, 1))]).await;
}

async fn shop() -> TestDatabase {
    let database = database().await;
    database.database().collection("products").insert_one(product("tea", "always")).await.unwrap();
    database
}

async fn deliveries(store: &Store, endpoint: Id) -> Vec<WebhookDelivery> {
    store.webhook_deliveries(endpoint, None, None, 1000).await.unwrap()
}

async fn are(store: &Store, endpoint: Id, state: DeliveryState, count: usize) -> bool {
    let all = deliveries(store, endpoint).await;
    all.len() == count && all.iter().all(|delivery| delivery.state == state)
}

/// Lets time pass until something is so.
async fn in_time(store: &Store, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    until(what, async || {
        store.clock().advance(TimeDelta::seconds(1));
        is_so().await
    })
    .await;
}

#[tokio::test]
async fn an_order_in_the_chat_is_told_to_whoever_wants_to_know() {
    let (office, receiver) = (Office::open().await, Receiver::open().await);
    let store = &office.database.store;
    let all = subscribed(store, &receiver.url, &[]).await;
    let others = subscribed(store, &receiver.url, &["order.cancelled"]).await;
    let bot = office.bot().await;
    office.starts(OLGA);
    office.place(&bot, 1).await;
    tried(&bot).await;
    until("it has arrived", async || are(store, all.id, DeliveryState::Delivered, 1).await).await;
    bot.stop().await;
    let received = receiver.received();
    let [webhook] = &received[..] else { panic!("{received:?}") };
    assert!(webhook.is_signed(&all.secret) && !webhook.is_signed(&others.secret));
    let (json, event) = (webhook.json(), &store.events_after(0, &[], 1).await.unwrap()[0]);
    assert_eq!((json["id"].as_str(), json["type"].as_str()), (Some(webhook.id.as_str()), Some("order.placed")));
    assert_eq!(json["object"]["url"], format!("/api/v1/orders/{}", event.object));
    assert_eq!((&json["position"], &json["revision"]), (&1.into(), &1.into()));
    assert!(deliveries(store, others.id).await.is_empty());
}

#[tokio::test]
async fn a_former_secret_signs_beside_its_successors_until_its_time() {
    let (database, receiver) = (shop().await, Receiver::open().await);
    let endpoint = subscribed(&database, &receiver.url, &[]).await;
    let _worker = Working::on(&database);
    let mut secrets = vec![endpoint.secret];
    let now = database.clock().now();
    for hours in 1..=5 {
        let secret = new_secret();
        let until = now + TimeDelta::hours(hours);
        let rotated = database.rotate_webhook_secret(endpoint.id, &secret, until).await.unwrap().unwrap();
        assert_eq!(rotated.secret, secret);
        secrets.push(secret);
    }
    let signing = async |number: u64| {
        place(&database, number).await;
        until("it has arrived", async || receiver.received().len() as u64 == number).await;
        let webhook = receiver.received().pop().unwrap();
        secrets.iter().map(|secret| u8::from(webhook.is_signed(secret))).collect::<Vec<_>>()
    };
    assert_eq!(signing(1).await, [0, 1, 1, 1, 1, 1], "of more than four, the oldest is forgotten");
    database.clock().advance(TimeDelta::hours(3));
    assert_eq!(signing(2).await, [0, 0, 0, 1, 1, 1]);
    database.clock().advance(TimeDelta::hours(3));
    assert_eq!(signing(3).await, [0, 0, 0, 0, 0, 1]);
    assert_eq!(database.rotate_webhook_secret(Store::fresh_id(), "", now).await.unwrap(), None);
}

#[tokio::test]
async fn what_fails_is_tried_again_later_and_later_and_at_last_given_up() {
    let (database, receiver) = (shop().await, Receiver::open().await);
    let endpoint = subscribed(&database, &receiver.url, &[]).await;
    // A redirect is not followed: nobody has said that its goal is trusted.
    receiver.answers([307]);
    receiver.answers([500; 9]);
    let _working = Working::on(&database);
    place(&database, 1).await;
    let (clock, mut tries) = (database.clock(), 0);
    until("it is given up", async || {
        let all = deliveries(&database, endpoint.id).await;
        // Nothing happens before it is due.
        if let Some(delivery) = all.first().filter(|it| it.tries > tries && it.state == DeliveryState::Waiting) {
            tries = delivery.tries;
            clock.set(delivery.due);
        }
        all.iter().any(|delivery| delivery.state == DeliveryState::Failed)
    })
    .await;
    let [delivery] = &deliveries(&database, endpoint.id).await[..] else { panic!() };
    let statuses: Vec<u16> = delivery.attempts.iter().filter_map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [307, 500, 500, 500, 500, 500, 500, 500, 500, 500]);
    let mut pauses = delivery.attempts.windows(2).map(|pair| pair[1].at - pair[0].at);
    assert!(pauses.clone().is_sorted() && pauses.next_back().unwrap() > TimeDelta::hours(20));
    assert_eq!(receiver.received().len(), 10);
    assert_eq!(receiver.received().iter().map(|it| it.id.clone()).collect::<BTreeSet<_>>().len(), 1);
    // Somebody asks for it.
    assert!(database.redeliver(endpoint.id, delivery.event).await.unwrap());
    in_time(&database, "it has arrived", async || are(&database, endpoint.id, DeliveryState::Delivered, 1).await).await;
    let [delivery] = &deliveries(&database, endpoint.id).await[..] else { panic!() };
    assert_eq!((delivery.tries, delivery.attempts.len()), (1, 11));
}

#[tokio::test]
async fn a_receiver_that_wants_nothing_more_is_left_alone_and_goes_on_where_it_was() {
    let (database, receiver) = (shop().await, Receiver::open().await);
    let endpoint = subscribed(&database, &receiver.url, &[]).await;
    receiver.answers([410]);
    let _working = Working::on(&database);
    place(&database, 1).await;
    in_time(&database, "it is disabled", async || {
        !database.webhook_endpoint(endpoint.id).await.unwrap().unwrap().enabled
    })
    .await;
    place(&database, 2).await;
    let elsewhere = subscribed(&database, &receiver.url, &[]).await;
    in_time(&database, "others are told", async || are(&database, elsewhere.id, DeliveryState::Delivered, 2).await)
        .await;
    assert!(are(&database, endpoint.id, DeliveryState::Waiting, 1).await);
    assert!(database.enable_webhook_endpoint(endpoint.id, true).await.unwrap());
    in_time(&database, "what it has refused, and what happened meanwhile, is told", async || {
        are(&database, endpoint.id, DeliveryState::Delivered, 2).await
    })
    .await;
}

#[tokio::test]
async fn one_that_is_away_holds_up_nobody_else() {
    let (database, receiver) = (shop().await, Receiver::open().await);
    // Nobody listens there.
    let away = subscribed(&database, "http://127.0.0.1:9/hook", &[]).await;
    let here = subscribed(&database, &receiver.url, &[]).await;
    for number in 1..=20 {
        place(&database, number).await;
    }
    let _working = Working::on(&database);
    until("it is told", async || are(&database, here.id, DeliveryState::Delivered, 20).await).await;
    until("the other one is tried", async || {
        deliveries(&database, away.id).await.iter().any(|delivery| !delivery.attempts.is_empty())
    })
    .await;
    let tried = deliveries(&database, away.id).await;
    assert!(tried.iter().all(|delivery| delivery.state == DeliveryState::Waiting));
    let error = tried.iter().find_map(|delivery| delivery.attempts.first()?.error.clone());
    assert_eq!(error.as_deref(), Some("no connection, or none that can be trusted"));
}

#[tokio::test]
async fn one_that_asks_to_wait_is_left_alone_and_no_event_is_given_up_for_that() {
    const ORDERS: usize = 20;
    let (database, receiver) = (shop().await, Receiver::open().await);
    for number in 1..=ORDERS {
        place(&database, number as u64).await;
    }
    let endpoint = subscribed(&database, &receiver.url, &[]).await;
    receiver.answers([429; 6]);
    let (clock, mut asked) = (database.clock(), 0);
    let _working = Working::on(&database);
    until("it is told of all", async || {
        let received = receiver.received().len();
        let tries: i64 = deliveries(&database, endpoint.id).await.iter().map(|it| it.tries).sum();
        // Each answer is written down before the next one comes.
        if tries == received as i64 {
            let is_new = received > asked && received <= 6;
            asked = received;
            clock.advance(TimeDelta::seconds(if is_new { RETRY_AFTER - 1 } else { 5 }));
        }
        are(&database, endpoint.id, DeliveryState::Delivered, ORDERS).await
    })
    .await;
    assert_eq!(receiver.received().len(), ORDERS + 6, "one is tried at a time as long as it asks to wait");
}

#[tokio::test]
async fn one_that_is_left_alone_is_tried_at_once_when_somebody_asks_for_it() {
    let (database, receiver) = (shop().await, Receiver::open().await);
    let endpoint = subscribed(&database, &receiver.url, &[]).await;
    receiver.answers([429, 502]);
    let _working = Working::on(&database);
    place(&database, 1).await;
    let clock = database.clock();
    for tries in 1..=2 {
        until("it is tried", async || {
            clock.advance(TimeDelta::milliseconds(100));
            deliveries(&database, endpoint.id).await.first().is_some_and(|delivery| delivery.tries == 1)
        })
        .await;
        assert_eq!(receiver.received().len(), tries);
        let [delivery] = &deliveries(&database, endpoint.id).await[..] else { panic!() };
        assert!(database.redeliver(endpoint.id, delivery.event).await.unwrap());
    }
    // No more time passes than half a minute, of two that it was asked to wait: slowly, since the worker may be slow.
    until("it has arrived", async || {
        clock.advance(TimeDelta::milliseconds(100));
        are(&database, endpoint.id, DeliveryState::Delivered, 1).await
    })
    .await;
    assert!(clock.now() - noon() < TimeDelta::seconds(RETRY_AFTER));
}

#[tokio::test]
async fn one_that_is_disabled_is_told_of_nothing_more_also_in_the_middle() {
    const ORDERS: usize = 30;
    let (database, receiver) = (shop().await, Receiver::open().await);
    let endpoint = subscribed(&database, &receiver.url, &[]).await;
    for number in 1..=ORDERS {
        place(&database, number as u64).await;
    }
    // The third one disables it, with the others on their way.
    receiver.answers([204, 204, 410]);
    let working = Working::on(&database);
    until("it is disabled", async || !database.webhook_endpoint(endpoint.id).await.unwrap().unwrap().enabled).await;
    let elsewhere = subscribed(&database, &receiver.url, &["order.shipped"]).await;
    in_time(&database, "others go on", async || {
        database.webhook_endpoint(elsewhere.id).await.unwrap().unwrap().reached == ORDERS as i64
    })
    .await;
    let told = receiver.received().len();
    assert!((3..=3 + 4).contains(&told), "four at most were on their way: {told}");
    assert!(database.remove_webhook_endpoint(endpoint.id, "/").await.unwrap());
    assert!(deliveries(&database, endpoint.id).await.is_empty());
    drop(working);
}

/// Two processes, of which one or the other is killed all the time, and a receiver that fails now and then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_arrives_whoever_is_killed() {
    const ORDERS: u64 = 40;
    let (database, receiver) = (shop().await, Receiver::open().await);
    let endpoint = subscribed(&database, &receiver.url, &[]).await;
    receiver.answers((0..30).map(|place| if place % 3 == 0 { 503 } else { 200 }));
    let mut working = [Working::on(&database), Working::on(&database)];
    for number in 1..=ORDERS {
        place(&database, number).await;
        // Kills whichever was there, wherever it is.
        working[number as usize % 2] = Working::on(&database);
        database.clock().advance(TimeDelta::milliseconds(700));
    }
    in_time(&database, "all have arrived", async || {
        are(&database, endpoint.id, DeliveryState::Delivered, ORDERS as usize).await
    })
    .await;
    let mut times = BTreeMap::<String, usize>::new();
    for webhook in receiver.received() {
        assert!(webhook.is_signed(&endpoint.secret));
        *times.entry(webhook.id).or_default() += 1;
    }
    assert_eq!(times.len(), ORDERS as usize);
    let events = database.database().collection::<Document>("events");
    assert_eq!(events.count_documents(doc! { "unnumbered": true }).await.unwrap(), 0);
}
