//! Events of orders: each once, in the transaction that it tells of, and in an order that nobody misses anything of.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use bson::{Document, doc};
use dialogues::machine::Effect;
use dialogues::shop::{
    CatalogueTranslations, Category, CategoryId, NewsId, OrderMove, OrderNumber, OrderStatus, Product, ProductChange,
    ProductId, ProductValue,
};
use futures::future::{join, join_all};
use shopkeeper::store::{CommitOutcome, Content, Event, NewsItem, NewsMailing, ReplaceOutcome, Store, WriteOutcome};

use super::owner_notices::{OLGA, Office, tried};
use super::support::{conversation, database, money, noon, order, product, turn, until};

async fn events(store: &Store) -> Vec<Event> {
    store.number_events().await.unwrap();
    store.events_after(0, &[], 1000).await.unwrap()
}

/// What has happened, in one line each.
async fn told(store: &Store) -> Vec<String> {
    let line = |event: Event| format!("{} {} {}", event.object, event.kind, event.revision);
    events(store).await.into_iter().map(line).collect()
}

fn step(number: u64, from: OrderStatus, to: OrderStatus) -> Effect {
    let taken = OrderMove { to, at: noon(), by: None, reason: None };
    Effect::MoveOrder { number: OrderNumber::draw(number), from, taken }
}

#[tokio::test]
async fn each_step_of_an_order_is_an_event_and_what_was_refused_is_none() {
    let database = database().await;
    database.database().collection("products").insert_one(product("tea", 3_i64)).await.unwrap();
    let number = OrderNumber::draw(1);
    turn(&database, 1, 1, &[Effect::PlaceOrder(order(1, 2))]).await;
    // There is too little left for another one.
    let loaded = database.load(2).await.unwrap();
    let refused = [Effect::PlaceOrder(order(2, 2))];
    let refused = database.commit(2, 1, &loaded, Some(&conversation(1)), &refused).await.unwrap();
    assert!(matches!(refused, CommitOutcome::StockChanged(_)), "{refused:?}");
    turn(&database, 7, 1, &[step(1, OrderStatus::New, OrderStatus::Accepted)]).await;
    let loaded = database.load(7).await.unwrap();
    let late = [step(1, OrderStatus::New, OrderStatus::Cancelled)];
    let late = database.commit(7, 2, &loaded, Some(&conversation(1)), &late).await.unwrap();
    assert_eq!(late, CommitOutcome::OrderMoved);
    let ship = OrderMove { to: OrderStatus::Shipped, at: noon(), by: None, reason: None };
    database.take_order_on(number, |_| Some(ship.clone())).await.unwrap();
    let loaded = database.load(1).await.unwrap();
    assert_eq!(database.commit(1, 9, &loaded, None, &[Effect::Forget]).await.unwrap(), CommitOutcome::Done);
    let steps = ["placed 1", "accepted 2", "shipped 3", "anonymized 4"];
    assert_eq!(told(&database).await, steps.map(|step| format!("{number} order.{step}")));
    assert_eq!(database.order(number).await.unwrap().unwrap().revision, 4);
    let positions: Vec<i64> = events(&database).await.iter().map(|event| event.position).collect();
    assert_eq!(positions, [1, 2, 3, 4]);
    // Where no event is kept any more, its position is not given again.
    database.database().collection::<Document>("events").delete_many(doc! {}).await.unwrap();
    turn(&database, 7, 3, &[step(1, OrderStatus::Shipped, OrderStatus::Delivered)]).await;
    assert_eq!(events(&database).await.iter().map(|event| event.position).collect::<Vec<_>>(), [5, 6]);
}

#[tokio::test]
async fn an_order_that_leaves_few_of_a_product_is_an_event_of_that_too() {
    let database = database().await;
    let products = database.database().collection("products");
    products.insert_many([product("tea", 5_i64), product("scoop", "always")]).await.unwrap();
    for (customer, quantity) in [(1, 1), (2, 1), (3, 3)] {
        turn(&database, customer, 1, &[Effect::PlaceOrder(order(customer as u64, quantity))]).await;
    }
    let events = events(&database).await;
    let of_products = events.iter().filter(|event| event.kind.starts_with("product"));
    let told: Vec<_> = of_products.map(|event| (event.kind.as_str(), event.object.as_str(), event.revision)).collect();
    let tea = ProductId::of_key("tea").0.to_string();
    // Of five, four are enough, and three are few.
    assert_eq!(told, [("product.low_stock", tea.as_str(), 0), ("product.sold_out", tea.as_str(), 0)]);
}

#[tokio::test]
async fn what_is_written_into_the_catalogue_is_an_event_and_what_changes_nothing_is_none() {
    let database = database().await;
    let store: &Store = &database;
    let title = "Tea".to_owned();
    let named = |key: &str, parent| Category {
        id: CategoryId::of_key(key),
        parent,
        title: title.clone(),
        ..Category::default()
    };
    let (teas, cups) = (named("teas", None), named("cups", None));
    let shelf = named("black", Some(teas.id));
    let tea = Product { id: ProductId::of_key("tea"), category: teas.id, title: title.clone(), ..Product::default() };
    let item = NewsItem {
        id: NewsId::of_key("spring"),
        headline: "Spring".to_owned(),
        body: "It is here.".to_owned(),
        published: None,
        mailing: NewsMailing::Never,
        translations: CatalogueTranslations::default(),
    };
    let stamps = store.first_stamps();
    for category in [&teas, &cups, &shelf] {
        assert_eq!(store.add(category, stamps, None).await.unwrap(), WriteOutcome::Done);
    }
    assert_eq!(store.add(&tea, stamps, None).await.unwrap(), WriteOutcome::Done);
    assert_eq!(store.add(&item, stamps, None).await.unwrap(), WriteOutcome::Done);
    let held = store.held::<Product>(tea.id.0).await.unwrap().unwrap();
    let dearer = Product { price: money(42_000), ..tea.clone() };
    assert!(matches!(store.replace(&held, &dearer).await.unwrap(), ReplaceOutcome::Done(_)));
    // It has changed meanwhile, or would stand nowhere.
    assert_eq!(store.replace(&held, &dearer).await.unwrap(), ReplaceOutcome::LostRace);
    let held = store.held::<Product>(tea.id.0).await.unwrap().unwrap();
    let lost = Product { category: CategoryId::of_key("nowhere"), ..tea.clone() };
    assert!(matches!(store.replace(&held, &lost).await.unwrap(), ReplaceOutcome::NoCategory(_)));
    let price = ProductValue::Price(money(40_000));
    turn(store, 7, 1, &[Effect::ChangeProduct(ProductChange { product: tea.id, to: price })]).await;
    let scoop = Product { id: ProductId::of_key("scoop"), category: cups.id, title, ..Product::default() };
    turn(store, 7, 2, &[Effect::AddProduct(Box::new(scoop.clone()))]).await;
    let held = store.held::<Category>(teas.id.0).await.unwrap().unwrap();
    assert_eq!(store.remove_category(&held, Content::None).await.unwrap(), WriteOutcome::NotEmpty);
    assert_eq!(store.remove_category(&held, Content::To(cups.id.0)).await.unwrap(), WriteOutcome::Done);
    let held = store.held::<NewsItem>(item.id.0).await.unwrap().unwrap();
    assert!(store.remove(&held).await.unwrap());
    let names = [
        (teas.id.0, "teas"),
        (cups.id.0, "cups"),
        (shelf.id.0, "black"),
        (item.id.0, "spring"),
        (tea.id.0, "tea"),
        (scoop.id.0, "scoop"),
    ];
    let called = |object: &str| names.iter().find(|(id, _)| id.to_string() == object).unwrap().1;
    let told = events(store).await;
    let told: Vec<_> = told.iter().map(|event| format!("{} {}", called(&event.object), event.kind)).collect();
    let told: BTreeSet<&str> = told.iter().map(String::as_str).collect();
    let expected = [
        "teas category.created",
        "cups category.created",
        "black category.created",
        "tea product.created",
        "spring news.created",
        "tea product.changed",
        "scoop product.created",
        "teas category.deleted",
        "black category.changed",
        "spring news.deleted",
    ];
    assert_eq!(told, BTreeSet::from(expected));
    let changed = events(store).await.iter().filter(|event| event.kind == "product.changed").count();
    assert_eq!(changed, 3, "by the API, in the chat, and with its category");
}

#[tokio::test]
async fn an_order_from_before_there_were_events_goes_on_from_its_steps() {
    let database = database().await;
    database.keep_past_order(&order(1, 1), 1).await.unwrap();
    let orders = database.database().collection::<Document>("orders");
    let moves = [doc! { "to": "accepted", "at": bson::DateTime::now() }];
    let older = doc! { "$unset": { "revision": "" }, "$set": { "status": "accepted", "moves": moves } };
    orders.update_one(doc! {}, older).await.unwrap();
    let number = OrderNumber::draw(1);
    assert_eq!(database.order(number).await.unwrap().unwrap().revision, 2);
    turn(&database, 7, 1, &[step(1, OrderStatus::Accepted, OrderStatus::Shipped)]).await;
    assert_eq!(told(&database).await, [format!("{number} order.shipped 3")]);
    assert_eq!(database.order(number).await.unwrap().unwrap().revision, 3);
}

#[tokio::test]
async fn what_another_program_writes_into_the_status_is_one_event() {
    let office = Office::open().await;
    let bot = office.bot().await;
    office.starts(OLGA);
    office.place(&bot, 1).await;
    tried(&bot).await;
    let store = &office.database.store;
    let orders = store.database().collection::<Document>("orders");
    orders.update_one(doc! {}, doc! { "$set": { "status": "shipped" } }).await.unwrap();
    until("it is an event", async || {
        office.pass(1);
        events(store).await.len() == 2
    })
    .await;
    // It also delivers what a customer ordered who was forgotten meanwhile: no owner reads their address any more.
    let loaded = store.load(1001).await.unwrap();
    assert_eq!(store.commit(1001, 9, &loaded, None, &[Effect::Forget]).await.unwrap(), CommitOutcome::Done);
    orders.update_one(doc! {}, doc! { "$set": { "status": "delivered" } }).await.unwrap();
    until("the owner's notice says so", async || {
        office.pass(1);
        let chat = office.shop.telegram.simulator.chat(&office.shop.token, OLGA);
        let notice = format!("{:?}", chat.bubbles.last());
        notice.contains("delivered") && notice.contains("asked to be forgotten") && !notice.contains("380671112233")
    })
    .await;
    bot.stop().await;
    let told = told(store).await;
    assert!(told[1].ends_with("order.shipped 2"), "{told:?}");
}

#[tokio::test]
async fn a_status_is_one_event_also_where_customers_and_owners_hear_of_it_late() {
    let database = database().await;
    let (number, orders) = (OrderNumber::draw(1), database.database().collection::<Document>("orders"));
    database.keep_past_order(&order(1, 1), 1).await.unwrap();
    turn(&database, 1, 1, &[]).await;
    turn(&database, 7, 1, &[step(1, OrderStatus::New, OrderStatus::Accepted)]).await;
    // Before that is announced, its customer is forgotten.
    let loaded = database.load(1).await.unwrap();
    assert_eq!(database.commit(1, 9, &loaded, None, &[Effect::Forget]).await.unwrap(), CommitOutcome::Done);
    let foreign = async |status: &str| {
        orders.update_one(doc! {}, doc! { "$set": { "status": status } }).await.unwrap();
    };
    let office = Office::on(database).await;
    let bot = office.bot().await;
    let announced = async |status: &str| {
        until("it is announced", async || {
            office.pass(1);
            orders.count_documents(doc! { "announced": status }).await.unwrap() == 1
        })
        .await;
    };
    announced("accepted").await;
    let with_contact = async || orders.count_documents(doc! { "contact.phone": { "$exists": true } }).await.unwrap();
    for status in ["shipped", "accepted", "new", "delivered"] {
        assert_eq!(with_contact().await, 1, "it is to be delivered");
        foreign(status).await;
        announced(status).await;
    }
    assert_eq!(with_contact().await, 0, "nothing needs it any more, whoever has written the status");
    assert_eq!(orders.count_documents(doc! { "stale": true }).await.unwrap(), 0);
    bot.stop().await;
    let steps = ["accepted 2", "anonymized 3", "shipped 4", "accepted 5", "reopened 6", "delivered 7", "anonymized 7"];
    assert_eq!(told(&office.database.store).await, steps.map(|step| format!("{number} order.{step}")));
}

/// Events are never removed: whoever looks for those without a position must not look at all.
#[tokio::test]
async fn events_without_a_position_are_found_by_their_index() {
    let database = database().await;
    let command = doc! { "explain": {
        "find": "events", "filter": { "unnumbered": true }, "sort": { "created": 1, "revision": 1, "_id": 1 },
        "projection": { "_id": 1 },
    }};
    let plan = database.database().run_command(command).await.unwrap().to_string();
    assert!(
        plan.contains("\"indexName\": \"unnumbered\"") && !plan.contains("SORT\"") && !plan.contains("COLLSCAN"),
        "{plan}"
    );
}

/// Transactions end in another order than the one in which they begin; and two readers give positions.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_goes_on_behind_what_it_has_seen_misses_nothing() {
    const ORDERS: u64 = 60;
    let database = database().await;
    database.database().collection("products").insert_one(product("tea", "always")).await.unwrap();
    let (over, store) = (AtomicBool::new(false), &database.store);
    let reads = async || {
        let (mut seen, mut after) = (Vec::new(), 0);
        loop {
            let last = over.load(Ordering::SeqCst);
            store.number_events().await.unwrap();
            let found = store.events_after(after, &[], 7).await.unwrap();
            after = found.last().map_or(after, |event| event.position);
            let is_empty = found.is_empty();
            seen.extend(found);
            if last && is_empty {
                return seen;
            }
        }
    };
    let places = async {
        let place = async |number: u64| {
            turn(store, number as i64, 1, &[Effect::PlaceOrder(order(number, 1))]).await;
        };
        join_all((1..=ORDERS).map(place)).await;
        over.store(true, Ordering::SeqCst);
    };
    let (readers, ()) = join(join_all([reads(), reads()]), places).await;
    for seen in readers {
        let objects: BTreeSet<_> = seen.iter().map(|event| event.object.clone()).collect();
        assert_eq!((seen.len(), objects.len()), (ORDERS as usize, ORDERS as usize));
        assert!(seen.is_sorted_by(|one, other| one.position < other.position));
    }
}
