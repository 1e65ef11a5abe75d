//! Orders come further: each step is taken once, the stock returns once, and customer and owners are told.

use std::process::{Output, Stdio};

use bson::{Bson, Document, doc};
use chrono::TimeDelta;
use dialogues::machine::Effect;
use dialogues::shop::{DeskQuery, OrderFilter, OrderMove, OrderNumber, OrderStatus, SalesPeriods};
use futures::TryStreamExt;
use futures::future::join_all;
use shopkeeper::bot::Shopkeeper;
use shopkeeper::mongod::Mongod;
use shopkeeper::simulator::{Disturbance, HoldPoint, Release};
use shopkeeper::store::{CommitOutcome, Store};
use tokio::process::Command;

use super::owner_notices::{OLEH, OLGA, Office, tried};
use super::support::poll::until;
use super::support::shop::ANNA;
use super::support::{conversation, customer, database, noon, oid, order, product, soon, tea, turn};

fn step(to: OrderStatus) -> OrderMove {
    OrderMove { to, at: noon(), by: Some("Olga".into()), reason: None }
}

fn effect(number: u64, from: OrderStatus, to: OrderStatus) -> Effect {
    Effect::MoveOrder { number: OrderNumber::draw(number), from, taken: step(to) }
}

async fn stock(store: &Store) -> Bson {
    let products = store.database().collection::<Document>("products");
    products.find_one(doc! { "_id": oid(tea()) }).await.unwrap().unwrap().get("stock").unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_cancel_an_order_one_does_and_the_stock_returns_once() {
    let database = database().await;
    database.database().collection("products").insert_one(product("tea", 5_i64)).await.unwrap();
    turn(&database, 1, 1, &[Effect::PlaceOrder(order(1, 2))]).await;
    assert_eq!(stock(&database).await, Bson::Int64(3));
    let cancels = async |chat: i64| {
        let loaded = database.load(chat).await.unwrap();
        let effects = [effect(1, OrderStatus::New, OrderStatus::Cancelled)];
        database.commit(chat, chat, &loaded, Some(&conversation(9)), &effects).await.unwrap()
    };
    let outcomes = join_all((2..12).map(cancels)).await;
    let done = outcomes.iter().filter(|outcome| **outcome == CommitOutcome::Done).count();
    let late = outcomes.iter().filter(|outcome| **outcome == CommitOutcome::OrderMoved).count();
    assert_eq!((done, late), (1, 9));
    assert_eq!(stock(&database).await, Bson::Int64(5));
    let stored = database.order(OrderNumber::draw(1)).await.unwrap().unwrap().order;
    assert_eq!((stored.status, &stored.moves[..]), (OrderStatus::Cancelled, &[step(OrderStatus::Cancelled)][..]));
}

#[tokio::test]
async fn whoever_has_no_dialogue_takes_a_step_only_where_it_can_be_taken() {
    let database = database().await;
    turn(&database, 1, 1, &[]).await;
    database.keep_past_order(&order(1, 2), 1).await.unwrap();
    let take = async |number: u64, to: OrderStatus| {
        let step = |order: &dialogues::shop::Order| {
            order.status.steps().iter().any(|step| step.leads_to() == to).then(|| step(to))
        };
        let taken = database.take_order_on(OrderNumber::draw(number), step).await.unwrap();
        taken.map(|(order, moved)| (order.status, moved))
    };
    assert_eq!(take(1, OrderStatus::Shipped).await, Some((OrderStatus::New, false)));
    assert_eq!(take(1, OrderStatus::Accepted).await, Some((OrderStatus::Accepted, true)));
    assert_eq!(take(1, OrderStatus::Shipped).await, Some((OrderStatus::Shipped, true)));
    assert_eq!(take(2, OrderStatus::Accepted).await, None);
}

/// An order of Anna's, of which the owners know.
async fn ordered(office: &Office, bot: &Shopkeeper) {
    office.starts(OLGA);
    office.starts(OLEH);
    office.place(bot, 1).await;
    tried(bot).await;
}

async fn moved(office: &Office, bot: &Shopkeeper, from: OrderStatus, to: OrderStatus) {
    turn(&office.database.store, OLGA, 77, &[effect(1, from, to)]).await;
    bot.desk().notices.announce();
}

/// The texts that somebody has got.
fn texts(office: &Office, id: i64) -> Vec<String> {
    let chat = office.shop.telegram.simulator.chat(&office.shop.token, id);
    chat.bubbles.iter().map(|bubble| bubble.text.clone()).collect()
}

/// Lets time pass until something is so. The worker that tells looks every few seconds, from whenever it has looked last.
async fn in_time(office: &Office, what: &str, is_so: impl AsyncFn() -> bool) {
    until(what, async || {
        office.pass(1);
        is_so().await
    })
    .await;
}

async fn announced(office: &Office, status: &str) {
    let orders = office.database.store.database().collection::<Document>("orders");
    let is_so = async || orders.count_documents(doc! { "announced": status }).await.unwrap() > 0;
    in_time(office, "the status is announced", is_so).await;
}

#[tokio::test]
async fn what_another_program_writes_into_the_status_is_told_once() {
    let office = Office::open().await;
    let bot = office.bot().await;
    ordered(&office, &bot).await;
    let orders = office.database.store.database().collection::<Document>("orders");
    orders.update_one(doc! {}, doc! { "$set": { "status": "shipped" } }).await.unwrap();
    announced(&office, "shipped").await;
    let told = texts(&office, ANNA);
    assert!(told.len() == 1 && told[0].contains("is on its way"), "{told:?}");
    for owner in [OLGA, OLEH] {
        let notices = texts(&office, owner);
        assert!(notices.len() == 1 && notices[0].contains("on its way"), "{notices:?}");
    }
    // Nonsense is told to nobody, and stops nothing.
    orders.update_one(doc! {}, doc! { "$set": { "status": "lost" } }).await.unwrap();
    office.pass(6);
    orders.update_one(doc! {}, doc! { "$set": { "status": "delivered" } }).await.unwrap();
    announced(&office, "delivered").await;
    assert_eq!(texts(&office, ANNA).len(), 2);
    bot.stop().await;
}

#[tokio::test]
async fn a_process_that_is_killed_while_it_tells_costs_one_repeated_message() {
    let office = Office::open().await;
    let bot = office.bot().await;
    ordered(&office, &bot).await;
    let (simulator, token) = (&office.shop.telegram.simulator, &office.shop.token);
    // Delivered, and the process does not learn of it.
    let hold = simulator.hold(token, "sendMessage", Some(ANNA), HoldPoint::After);
    moved(&office, &bot, OrderStatus::New, OrderStatus::Accepted).await;
    soon(simulator.wait_until(token, |simulator| simulator.held(token, hold) == 1)).await;
    drop(bot);
    simulator.release(token, hold, Release::Discard);
    // The lease of the one that was killed has to expire, too.
    office.database.store.clock().advance(TimeDelta::seconds(120));
    let bot = office.bot().await;
    announced(&office, "accepted").await;
    assert_eq!(texts(&office, ANNA).len(), 2, "one repeat for one crash");
    bot.stop().await;
}

#[tokio::test]
async fn where_telegram_asks_to_wait_the_customer_is_told_later_and_whoever_blocks_the_bot_is_not_written_to() {
    let office = Office::open().await;
    let bot = office.bot().await;
    ordered(&office, &bot).await;
    let (simulator, token) = (&office.shop.telegram.simulator, &office.shop.token);
    simulator.disturb(token, Disturbance::refusal("sendMessage", Some(ANNA), 429, Some(30)));
    moved(&office, &bot, OrderStatus::New, OrderStatus::Accepted).await;
    tried(&bot).await;
    assert_eq!(texts(&office, ANNA).len(), 0);
    announced(&office, "accepted").await;
    assert_eq!(texts(&office, ANNA).len(), 1);
    turn(&office.database.store, ANNA, 2, &[Effect::keep(customer())]).await;
    simulator.disturb(token, Disturbance::refusal("sendMessage", Some(ANNA), 403, None));
    turn(&office.database.store, OLGA, 78, &[effect(1, OrderStatus::Accepted, OrderStatus::Shipped)]).await;
    bot.desk().notices.announce();
    announced(&office, "shipped").await;
    turn(&office.database.store, OLGA, 79, &[effect(1, OrderStatus::Shipped, OrderStatus::Delivered)]).await;
    bot.desk().notices.announce();
    announced(&office, "delivered").await;
    assert_eq!(texts(&office, ANNA).len(), 1);
    assert!(texts(&office, OLGA)[0].contains("delivered"), "the notice goes on");
    bot.stop().await;
}

#[tokio::test]
async fn an_owner_whom_telegram_slows_down_delays_no_customer() {
    let office = Office::open().await;
    let bot = office.bot().await;
    ordered(&office, &bot).await;
    let (simulator, token) = (&office.shop.telegram.simulator, &office.shop.token);
    simulator.disturb(token, Disturbance::refusal("editMessageText", Some(OLGA), 429, Some(120)));
    moved(&office, &bot, OrderStatus::New, OrderStatus::Accepted).await;
    tried(&bot).await;
    assert_eq!(texts(&office, ANNA).len(), 1);
    assert!(texts(&office, OLEH)[0].contains("accepted") && texts(&office, OLGA)[0].contains("New order"));
    office.pass(115);
    in_time(&office, "her notice is edited", async || texts(&office, OLGA)[0].contains("accepted")).await;
    assert_eq!(texts(&office, ANNA).len(), 1);
    bot.stop().await;
}

/// With many orders, looking for those that nobody knows of each few seconds must not read them all, nor a page of the desk.
#[tokio::test]
async fn orders_are_looked_for_by_their_indexes() {
    let office = Office::open().await;
    let store = &office.database.store;
    for number in 2..=21 {
        store.keep_past_order(&order(number, 1), 1).await.unwrap();
    }
    store.database().run_command(doc! { "profile": 2 }).await.unwrap();
    let bot = office.bot().await;
    ordered(&office, &bot).await;
    moved(&office, &bot, OrderStatus::New, OrderStatus::Accepted).await;
    announced(&office, "accepted").await;
    store.orders_on_desk(&DeskQuery::Page { of: OrderFilter::Open, skip: 0 }).await.unwrap();
    store.sales(SalesPeriods { today: noon(), month: noon() }).await.unwrap();
    bot.stop().await;
    store.database().run_command(doc! { "profile": 0 }).await.unwrap();
    let profile = store.database().collection::<Document>("system.profile");
    for command in [
        doc! { "command.findAndModify": "orders", "command.query.$and": { "$exists": true } },
        doc! { "command.find": "orders" },
        doc! { "command.aggregate": "orders", "command.pipeline.1.$facet": { "$exists": true } },
    ] {
        let plans: Vec<Document> = profile.find(command.clone()).await.unwrap().try_collect().await.unwrap();
        let plans: Vec<&str> = plans.iter().map(|plan| plan.get_str("planSummary").unwrap()).collect();
        assert!(!plans.is_empty() && plans.iter().all(|plan| plan.contains("IXSCAN")), "{command}: {plans:?}");
    }
    profile.drop().await.unwrap();
}

async fn orders(store: &Store, arguments: &[&str]) -> (bool, String) {
    run(store, &[&["orders"], arguments].concat()).await
}

/// Runs the program on a store; whether it has succeeded, and what it says.
async fn run(store: &Store, arguments: &[&str]) -> (bool, String) {
    let uri = Mongod::shared().await.unwrap().uri().to_owned();
    let mut program = Command::new(env!("CARGO_BIN_EXE_shopkeeper"));
    let place = ["--mongodb-uri", &uri, "--database", store.database_name()];
    program.args(arguments).args(place).env_clear().kill_on_drop(true);
    let Output { status, stdout, stderr } = soon(program.stdin(Stdio::null()).output()).await.unwrap();
    (status.success(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

#[tokio::test]
async fn operators_list_show_and_move_orders_and_read_nothing_of_customers() {
    let database = database().await;
    database.keep_past_order(&order(1, 2), 1).await.unwrap();
    let number = OrderNumber::draw(1).to_string();
    let says = async |arguments: &[&str], words: &[&str]| {
        let (done, said) = orders(&database, arguments).await;
        assert!(words.iter().all(|word| said.contains(word)), "{arguments:?}: {said}");
        assert!(!said.contains("anna@example.com") && !said.contains("Khreshchatyk"), "{said}");
        done
    };
    assert!(says(&["list"], &[&number, "new", "200.00 UAH"]).await);
    assert!(says(&["list", "--status", "shipped"], &["There are no such orders."]).await);
    assert!(!says(&["list", "--status", "lost"], &["write new, accepted"]).await);
    assert!(says(&["accept", &number], &["is accepted"]).await);
    assert!(!says(&["accept", &number], &["is accepted: accept is not possible, ship and cancel is"]).await);
    let long = "x".repeat(301);
    assert!(!says(&["cancel", &number, "--reason", &long], &["--reason: ", "300"]).await);
    assert!(says(&["cancel", &number, "--by", "Olga", "--reason", "sold out"], &["is cancelled"]).await);
    assert!(!says(&["ship", &number], &["is cancelled: ship is not possible, nothing is"]).await);
    let steps = ["tea × 2  100.00 each", "accepted by the operator", "cancelled by Olga: sold out"];
    assert!(says(&["show", &number], &steps).await);
    assert!(!says(&["show", "482-7391"], &["there is no order 482-7391; `shopkeeper orders list`"]).await);
}

#[tokio::test]
async fn operators_export_orders_into_a_file_that_nobody_else_can_read() {
    use std::os::unix::fs::PermissionsExt;
    let database = database().await;
    database.keep_past_order(&order(1, 2), 1).await.unwrap();
    let file = std::env::temp_dir().join(format!("{}.csv", database.database_name()));
    let path = file.to_str().unwrap();
    let (done, said) = orders(&database, &["export", path, "--from", "2026-01-01"]).await;
    assert!(done && said.contains("1 orders."), "{said}");
    let (text, mode) =
        (std::fs::read_to_string(&file).unwrap(), std::fs::metadata(&file).unwrap().permissions().mode());
    assert!(text.lines().count() > 1 && text.contains("anna@example.com") && text.contains("+02:00"), "{text}");
    assert_eq!(mode & 0o777, 0o600);
    let (again, said) = orders(&database, &["export", path]).await;
    assert!(!again && said.contains("there is such a file already"), "{said}");
    std::fs::remove_file(&file).unwrap();
    let (done, said) = orders(&database, &["export", "orders.pdf"]).await;
    assert!(!done && said.contains("ends with .csv or .xlsx"), "{said}");
}

#[tokio::test]
async fn operators_pause_the_shop_and_let_it_go_on() {
    let database = database().await;
    let says = async |arguments: &[&str], words: &str| {
        let (done, said) = run(&database, &[&["pause"], arguments].concat()).await;
        assert!(said.contains(words), "{arguments:?}: {said}");
        done
    };
    assert!(says(&[], "The shop takes orders.").await);
    let day = (chrono::Utc::now() + TimeDelta::days(30)).format("%Y-%m-%d").to_string();
    let told = format!("no orders until {day} (Europe/Kyiv): At the harvest.");
    assert!(says(&["--until", &day, "--reason", "At the harvest."], &told).await);
    assert!(says(&[], &told).await);
    assert!(!says(&["--until", "2020-01-01"], "that is today or over").await);
    assert!(!says(&["--until", "soon"], "write a day such as 2026-12-24").await);
    assert!(says(&["--over"], "The shop takes orders.").await);
    assert!(database.pause().await.unwrap().is_none());
}
