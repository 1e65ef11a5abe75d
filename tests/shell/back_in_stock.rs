//! Who waits for a product that is sold out is told once when it is back, and owners are told what runs low.

use bson::{Document, doc};
use dialogues::machine::Effect;
use dialogues::shop::{Customer, OrderNumber, PersonName};
use futures::TryStreamExt;
use futures::future::join_all;
use shopkeeper::bot::Shopkeeper;
use shopkeeper::simulator::{Disturbance, HoldPoint, Person, Release};
use shopkeeper::store::CommitOutcome;

use super::owner_notices::{OLEH, OLGA, Office, tried};
use super::support::poll::until;
use super::support::shop::ANNA;
use super::support::{conversation, customer, database, oid, order, product, soon, tea, turn};

const BORIS: i64 = 5;

/// The tea is sold out; Anna and Boris wait for it.
async fn sold_out() -> Office {
    let office = Office::open().await;
    let boris = Person { id: BORIS, first_name: "Boris".into(), username: None, language_code: None };
    office.shop.telegram.simulator.person(&office.shop.token, boris);
    office.starts(BORIS);
    stocked(&office, 0).await;
    for chat in [ANNA, BORIS] {
        turn(&office.database.store, chat, 1, &[Effect::keep(customer().awaiting(tea(), true))]).await;
    }
    office
}

async fn stocked(office: &Office, stock: i64) {
    let products = office.database.store.database().collection::<Document>("products");
    products.update_one(doc! { "_id": oid(tea()) }, doc! { "$set": { "stock": stock } }).await.unwrap();
}

async fn waiting(office: &Office) -> u64 {
    let users = office.database.store.database().collection::<Document>("users");
    users.count_documents(doc! { "awaited": oid(tea()) }).await.unwrap()
}

/// Lets time pass until nobody waits.
async fn told(office: &Office) {
    until("nobody waits any more", async || {
        office.pass(1);
        waiting(office).await == 0
    })
    .await;
}

fn messages(office: &Office, chat: i64) -> usize {
    let chat = office.shop.telegram.simulator.chat(&office.shop.token, chat);
    chat.bubbles.iter().filter(|bubble| bubble.text.contains("is back")).count()
}

async fn looked(bot: &Shopkeeper) {
    bot.desk().notices.look_at_stock();
    tried(bot).await;
}

#[tokio::test]
async fn what_another_program_puts_in_stock_is_told_once_to_whoever_waits() {
    let office = sold_out().await;
    let bot = office.bot().await;
    looked(&bot).await;
    assert_eq!((messages(&office, ANNA), waiting(&office).await), (0, 2), "it is sold out");
    // The bot follows the catalogue: nobody calls it.
    stocked(&office, 3).await;
    until("nobody waits any more", async || waiting(&office).await == 0).await;
    stocked(&office, 0).await;
    stocked(&office, 3).await;
    looked(&bot).await;
    assert_eq!((messages(&office, ANNA), messages(&office, BORIS)), (1, 1));
    bot.stop().await;
}

#[tokio::test]
async fn a_process_that_is_killed_while_it_tells_costs_one_repeated_message() {
    let office = sold_out().await;
    let bot = office.bot().await;
    let (simulator, token) = (&office.shop.telegram.simulator, &office.shop.token);
    // Delivered, and the process does not learn of it.
    let hold = simulator.hold(token, "sendMessage", Some(ANNA), HoldPoint::After);
    stocked(&office, 3).await;
    soon(simulator.wait_until(token, |simulator| simulator.held(token, hold) == 1)).await;
    drop(bot);
    simulator.release(token, hold, Release::Discard);
    office.pass(120);
    let bot = office.bot().await;
    told(&office).await;
    assert_eq!((messages(&office, ANNA), messages(&office, BORIS)), (2, 1), "one repeat for one crash");
    bot.stop().await;
}

#[tokio::test]
async fn whom_telegram_slows_down_is_told_later_and_who_has_blocked_the_bot_waits_no_longer() {
    let office = sold_out().await;
    let bot = office.bot().await;
    let (simulator, token) = (&office.shop.telegram.simulator, &office.shop.token);
    simulator.disturb(token, Disturbance::refusal("sendMessage", Some(ANNA), 429, Some(30)));
    simulator.disturb(token, Disturbance::refusal("sendMessage", Some(BORIS), 403, None));
    stocked(&office, 3).await;
    looked(&bot).await;
    assert_eq!((messages(&office, ANNA), waiting(&office).await), (0, 1));
    told(&office).await;
    assert_eq!((messages(&office, ANNA), messages(&office, BORIS)), (1, 0));
    assert!(!office.database.store.load(BORIS).await.unwrap().active);
    bot.stop().await;
}

#[tokio::test]
async fn what_a_customer_changes_while_they_are_told_is_kept_and_they_are_not_told_again() {
    let office = sold_out().await;
    let bot = office.bot().await;
    let (simulator, token, store) = (&office.shop.telegram.simulator, &office.shop.token, &office.database.store);
    let hold = simulator.hold(token, "sendMessage", Some(ANNA), HoldPoint::Before);
    stocked(&office, 3).await;
    soon(simulator.wait_until(token, |simulator| simulator.held(token, hold) == 1)).await;
    let name = PersonName::parse("Hanna").ok();
    turn(store, ANNA, 2, &[Effect::keep(Customer { name: name.clone(), ..customer().awaiting(tea(), true) })]).await;
    simulator.release(token, hold, Release::Proceed);
    told(&office).await;
    looked(&bot).await;
    assert_eq!(messages(&office, ANNA), 1);
    let kept = store.load(ANNA).await.unwrap().snapshot.customer.unwrap();
    assert_eq!((kept.name, kept.awaited), (name, Vec::new()));
    bot.stop().await;
}

#[tokio::test]
async fn while_mongodb_refuses_writes_nobody_is_told_again_and_the_others_are_told_later() {
    let office = sold_out().await;
    let bot = office.bot().await;
    let validate = async |validator: Document| {
        let refuse = doc! { "collMod": "users", "validator": validator };
        office.database.store.database().run_command(refuse).await.unwrap();
    };
    validate(doc! { "nobody": { "$exists": true } }).await;
    stocked(&office, 3).await;
    until("one of them knows", async || messages(&office, ANNA) + messages(&office, BORIS) == 1).await;
    for _ in 0..5 {
        office.pass(61);
        assert_eq!(waiting(&office).await, 2, "that they know cannot be written down");
    }
    validate(doc! {}).await;
    told(&office).await;
    assert_eq!((messages(&office, ANNA), messages(&office, BORIS)), (1, 1));
    bot.stop().await;
}

#[tokio::test]
async fn who_waits_is_looked_for_by_an_index() {
    let office = sold_out().await;
    let store = &office.database.store;
    for chat in 100..140 {
        turn(store, chat, 1, &[Effect::keep(customer())]).await;
    }
    store.database().run_command(doc! { "profile": 2 }).await.unwrap();
    let bot = office.bot().await;
    stocked(&office, 3).await;
    looked(&bot).await;
    told(&office).await;
    bot.stop().await;
    store.database().run_command(doc! { "profile": 0 }).await.unwrap();
    let profile = store.database().collection::<Document>("system.profile");
    for command in [doc! { "command.distinct": "users" }, doc! { "command.find": "users" }] {
        let plans: Vec<Document> = profile.find(command.clone()).await.unwrap().try_collect().await.unwrap();
        assert!(!plans.is_empty(), "{command}");
        let read = plans.iter().map(|plan| plan.get_i32("docsExamined").unwrap_or_default()).max();
        let summaries: Vec<&str> = plans.iter().map(|plan| plan.get_str("planSummary").unwrap()).collect();
        let is_indexed = |plan: &&str| plan.contains("IXSCAN") || *plan == "IDHACK";
        assert!(summaries.iter().all(is_indexed) && read <= Some(2), "{command}: {summaries:?}, {read:?} read");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_orders_at_once_the_one_that_makes_a_product_run_low_says_so_and_the_one_that_takes_the_last() {
    let database = database().await;
    database.database().collection("products").insert_one(product("tea", 8_i64)).await.unwrap();
    let orders = async |number: u32| {
        let loaded = database.load(number.into()).await.unwrap();
        let effects = [Effect::PlaceOrder(order(number.into(), 1))];
        database.commit(number.into(), 1, &loaded, Some(&conversation(1)), &effects).await.unwrap()
    };
    let placed = join_all((1..=8).map(orders)).await;
    assert!(placed.iter().all(|outcome| *outcome == CommitOutcome::Done), "{placed:?}");
    let left = async |number: u64| {
        let stored = database.order(OrderNumber::draw(number)).await.unwrap().unwrap();
        stored.order.lines[0].left
    };
    let mut low: Vec<u32> = join_all((1..=8).map(left)).await.into_iter().flatten().collect();
    low.sort_unstable();
    assert_eq!(low, [0, 3]);
}

#[tokio::test]
async fn the_owners_read_what_runs_low_also_where_another_process_tells_them() {
    let office = Office::open().await;
    office.starts(OLGA);
    office.starts(OLEH);
    stocked(&office, 4).await;
    // Placed by a process that ends before it tells anybody.
    let placed = order(1, 2);
    turn(&office.database.store, ANNA, 1, &[Effect::PlaceOrder(placed)]).await;
    let bot = office.bot().await;
    tried(&bot).await;
    for owner in [OLGA, OLEH] {
        let chat = office.shop.telegram.simulator.chat(&office.shop.token, owner);
        let texts: Vec<&str> = chat.bubbles.iter().map(|bubble| bubble.text.as_str()).collect();
        assert!(matches!(texts[..], [notice] if notice.contains("2 left")), "{texts:?}");
    }
    bot.stop().await;
}
