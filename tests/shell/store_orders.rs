//! Orders: the stock is taken once, at the agreed price or not at all.

use bson::{Bson, Document, doc};
use chrono::TimeDelta;
use dialogues::machine::Effect;
use dialogues::shop::{BEST_SELLERS, Order, OrderLine, OrderStatus, ProductId, Sales, SalesPeriods};
use futures::future::join_all;
use shopkeeper::store::{CommitOutcome, Store};

use super::support::{TestDatabase, cart, conversation, database, noon, oid, open, order, product, tea, turn};

async fn shop(stock: impl Into<Bson>) -> TestDatabase {
    let database = database().await;
    database.database().collection("products").insert_one(product("tea", stock)).await.unwrap();
    database
}

async fn stock(store: &Store) -> Bson {
    let products = store.database().collection::<Document>("products");
    products.find_one(doc! { "_id": oid(tea()) }).await.unwrap().unwrap().get("stock").unwrap().clone()
}

/// Orders so much tea for `chat`, as turn `number`.
async fn buy(store: &Store, chat: i64, number: u32, count: u16) -> CommitOutcome {
    let loaded = store.load(chat).await.unwrap();
    let effects = [Effect::PlaceOrder(order(u64::from(number), count))];
    store.commit(chat, i64::from(number), &loaded, Some(&conversation(number)), &effects).await.unwrap()
}

async fn change(store: &Store, change: Document) {
    let products = store.database().collection::<Document>("products");
    products.update_one(doc! { "_id": oid(tea()) }, doc! { "$set": change }).await.unwrap();
}

#[tokio::test]
async fn an_order_takes_the_stock_and_empties_the_cart() {
    let database = shop(5_i64).await;
    turn(&database, 1, 1, &[Effect::keep(cart(2))]).await;
    assert_eq!(buy(&database, 1, 2, 2).await, CommitOutcome::Done);
    assert_eq!(stock(&database).await, Bson::Int64(3));
    assert!(database.load(1).await.unwrap().snapshot.cart.is_empty());
    let mut placed = order(2, 2);
    // Three are few.
    placed.lines[0].left = Some(3);
    assert_eq!(database.orders_of(1, 10).await.unwrap(), [placed]);
}

#[tokio::test]
async fn a_stock_that_never_runs_out_stays_and_one_written_by_hand_is_counted() {
    let database = shop("always").await;
    assert_eq!(buy(&database, 1, 1, 99).await, CommitOutcome::Done);
    assert_eq!(stock(&database).await, Bson::String("always".into()));
    change(&database, doc! { "stock": 5.0 }).await;
    assert_eq!(buy(&database, 1, 2, 3).await, CommitOutcome::Done);
    assert_eq!(stock(&database).await, Bson::Double(2.0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_buyers_of_ten_items_make_exactly_ten_orders() {
    let database = shop(10_i64).await;
    let bought = join_all((1..=30).map(|buyer| buy(&database, i64::from(buyer), buyer, 1))).await;
    let won = bought.iter().filter(|committed| **committed == CommitOutcome::Done).count();
    let refused = bought.iter().filter(|committed| **committed == CommitOutcome::StockChanged(vec![tea()])).count();
    assert_eq!((won, refused), (10, 20));
    assert_eq!(stock(&database).await, Bson::Int64(0));
    assert_eq!(database.unreported_orders().await.unwrap().len(), 10);
}

#[tokio::test]
async fn an_order_is_refused_when_dearer_hidden_gone_or_short_and_writes_nothing() {
    let database = shop(5_i64).await;
    let refused = CommitOutcome::StockChanged(vec![tea()]);
    for strange in
        [doc! { "price": 10_001 }, doc! { "price": 10_000, "hidden": true }, doc! { "hidden": false, "stock": 1 }]
    {
        change(&database, strange.clone()).await;
        assert_eq!(buy(&database, 1, 1, 2).await, refused, "{strange}");
    }
    database.database().collection::<Document>("products").delete_one(doc! {}).await.unwrap();
    assert_eq!(buy(&database, 1, 1, 2).await, refused, "gone");
    let loaded = database.load(1).await.unwrap();
    assert_eq!((loaded.revision, database.unreported_orders().await.unwrap().len()), (None, 0));
}

#[tokio::test]
async fn an_order_at_a_price_that_has_fallen_stands() {
    let database = shop(5_i64).await;
    change(&database, doc! { "discount": 50 }).await;
    assert_eq!(buy(&database, 1, 1, 2).await, CommitOutcome::Done);
    assert_eq!(database.orders_of(1, 1).await.unwrap()[0].total.minor(), 20_000);
}

#[tokio::test]
async fn one_short_line_leaves_the_other_lines_stock_alone() {
    let database = shop(5_i64).await;
    database.database().collection("products").insert_one(product("honey", 1_i64)).await.unwrap();
    let mut both = order(1, 2);
    let honey = dialogues::shop::ProductId::of_key("honey");
    both.lines.push(dialogues::shop::OrderLine { product: honey, ..both.lines[0].clone() });
    let loaded = database.load(1).await.unwrap();
    let committed = database.commit(1, 1, &loaded, Some(&conversation(1)), &[Effect::PlaceOrder(both)]).await.unwrap();
    assert_eq!(committed, CommitOutcome::StockChanged(vec![honey]));
    assert_eq!(stock(&database).await, Bson::Int64(5));
}

#[tokio::test]
async fn a_number_that_is_taken_is_told_and_so_is_a_checkout() {
    let database = shop(5_i64).await;
    assert_eq!(buy(&database, 1, 1, 1).await, CommitOutcome::Done);
    let loaded = database.load(2).await.unwrap();
    let mut again = order(1, 1);
    again.checkout = dialogues::shop::CheckoutId(99);
    let commit = |order| {
        let (loaded, database) = (&loaded, &database);
        async move { database.commit(2, 2, loaded, Some(&conversation(2)), &[Effect::PlaceOrder(order)]).await.unwrap() }
    };
    assert_eq!(commit(again).await, CommitOutcome::NumberTaken);
    let mut again = order(2, 1);
    again.checkout = order(1, 1).checkout;
    assert_eq!(commit(again).await, CommitOutcome::CheckoutTaken);
    assert_eq!(stock(&database).await, Bson::Int64(4), "neither took any stock");
}

#[tokio::test]
async fn owners_are_told_of_each_order_once() {
    let database = shop(5_i64).await;
    buy(&database, 1, 1, 1).await;
    let untold = database.unreported_orders().await.unwrap();
    assert_eq!((untold.len(), untold[0].customer), (1, Some(1)));
    database.mark_told(untold[0].order.number).await.unwrap();
    assert!(database.unreported_orders().await.unwrap().is_empty());
    assert!(database.order(order(1, 1).number).await.unwrap().unwrap().told);
}

#[tokio::test]
async fn two_processes_never_sell_the_last_item_twice() {
    let database = shop(1_i64).await;
    let other = open(database.database_name()).await;
    let (one, two) = tokio::join!(buy(&database, 1, 1, 1), buy(&other, 2, 2, 1));
    assert_ne!(one == CommitOutcome::Done, two == CommitOutcome::Done);
    assert_eq!(stock(&database).await, Bson::Int64(0));
}

/// MongoDB sums up what the core would: orders before, at and after both beginnings, cancelled ones, products that sell equally
/// well or were renamed, and one in a currency that the shop has no more.
#[tokio::test]
async fn what_was_sold_is_what_the_orders_say() {
    let database = database().await;
    let periods = SalesPeriods { today: noon(), month: noon() - TimeDelta::days(13) };
    let nothing = database.sales(periods).await.unwrap();
    assert_eq!(nothing, Sales::default());
    let orders: Vec<Order> = (1..=60)
        .map(|number| {
            let count = 1 + (number * 7 % 5) as u16;
            let mut sold = order(number, count);
            let product = ProductId::of_key(&format!("product {}", number % 9));
            let further = OrderLine { product, title: format!("title {number}"), ..sold.lines[0].clone() };
            sold.lines.push(further);
            let before = [TimeDelta::zero(), TimeDelta::milliseconds(1), TimeDelta::days(13), TimeDelta::days(14)];
            sold.placed = noon() + TimeDelta::minutes(i64::from(number % 3 == 0)) - before[number as usize % 4];
            sold.status = if number % 5 == 0 { OrderStatus::Cancelled } else { OrderStatus::Shipped };
            sold
        })
        .collect();
    for sold in &orders {
        database.keep_past_order(sold, 1).await.unwrap();
    }
    database.keep_past_order(&order(61, 9), 1).await.unwrap();
    let foreign = doc! { "number": order(61, 9).number.to_string() };
    let stored = database.database().collection::<Document>("orders");
    let changed = stored.update_one(foreign, doc! { "$set": { "currency": "XTS" } }).await.unwrap();
    assert_eq!(changed.modified_count, 1);
    let sales = database.sales(periods).await.unwrap();
    assert_eq!(sales, Sales::sum(&orders, periods));
    assert_eq!(sales.best.len(), BEST_SELLERS);
    assert!(0 < sales.today.orders && sales.today.orders < sales.month.orders && sales.month.orders < 48, "{sales:?}");
}
