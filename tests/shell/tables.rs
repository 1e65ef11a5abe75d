//! The orders of a month as a file in the chat.

use std::io::Cursor;

use bson::{Document, doc};
use calamine::{DataType, Reader, Xlsx};
use chrono::{DateTime, TimeDelta, Utc};
use dialogues::buttons::Place;
use dialogues::machine::Output;
use dialogues::shop::{CheckoutId, Order, TableMonth};
use dialogues::texts::Html;
use engine::FileBody;
use shell::Pictures;
use shopkeeper::bot::pictures::FileIds;
use shopkeeper::export::TableFormat;
use teloxide::types::ChatId;

use super::support::shop::{ANNA, Shop, bring, quiet};
use super::support::{database, noon, order};

/// The numbers in the first column of a workbook, without its heading.
fn numbers(workbook: Vec<u8>) -> Vec<String> {
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(workbook)).unwrap();
    let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().skip(1).map(|row| row[0].as_string().unwrap()).collect()
}

fn placed(number: u64, at: DateTime<Utc>) -> Order {
    Order { placed: at, ..order(number, 1) }
}

#[tokio::test]
async fn a_table_has_the_orders_of_its_month_by_the_shops_clock() {
    let database = database().await;
    let zone = dialogues::world::settings().zone;
    let (first, next) = "2026-03".parse::<dialogues::shop::Month>().unwrap().bounds(zone);
    let second = TimeDelta::seconds(1);
    let times = [first - second, first, noon(), next - second, next];
    let orders: Vec<Order> = (1..).zip(times).map(|(number, at)| placed(number, at)).collect();
    for (customer, order) in (1..).zip(&orders) {
        database.keep_past_order(order, customer).await.unwrap();
    }
    let files = FileIds::open(database.store.clone(), 1, zone).await.unwrap();
    let made = files.make("2026-03", "orders-2026-03.xlsx").await.unwrap();
    let wanted: Vec<String> = orders[1..4].iter().map(|order| order.number.to_string()).collect();
    assert_eq!((made.name.as_str(), numbers(made.content)), ("orders-2026-03.xlsx", wanted));
    assert!(files.make("2026-13", "orders.xlsx").await.is_err());
}

#[tokio::test]
async fn owners_get_it_by_a_tap_and_customers_do_not() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    shop.store.keep_past_order(&order(5, 1), 77).await.unwrap();
    let documents = || {
        let chat = shop.telegram.simulator.chat(&shop.token, ANNA);
        chat.bubbles.into_iter().filter_map(|bubble| bubble.document).collect::<Vec<_>>()
    };
    for (owners, files) in [(Vec::new(), 0), (vec![ANNA], 1)] {
        let bot = shop.bot_of(owners).await;
        assert_eq!(bring(&bot, &shop.text("/start")).await, 200);
        assert_eq!(bring(&bot, &shop.go(Place::OrdersTable(TableMonth::ThisMonth)).await).await, 200);
        quiet(&bot).await;
        assert_eq!(documents(), vec!["orders-2026-03.xlsx"; files]);
        bot.stop().await;
    }
}

#[tokio::test]
async fn where_no_table_can_be_made_there_is_a_sentence() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.bot().await;
    let (caption, otherwise) = (Html::escape("the orders"), Html::escape("not now"));
    let content = FileBody::Made { by: "never".to_owned(), otherwise };
    let file = Output::File { name: "orders.xlsx".to_owned(), content, caption };
    assert!(bot.screen().show_all(ChatId(ANNA).into(), &[], None, &[file]).await.is_ok());
    assert_eq!(shop.seen(), ["not now"]);
    bot.stop().await;
}

#[tokio::test]
async fn more_orders_than_a_workbook_takes_come_as_text_that_a_spreadsheet_program_reads() {
    let database = database().await;
    let zone = dialogues::world::settings().zone;
    database.keep_past_order(&order(1, 1), 1).await.unwrap();
    let orders = database.database().collection::<Document>("orders");
    let first = orders.find_one(doc! {}).await.unwrap().unwrap();
    let most = TableFormat::Xlsx.most_orders();
    let another = |number: u64| {
        let mut order = first.clone();
        order.insert("_id", bson::oid::ObjectId::new());
        order.insert("number", format!("{:03}-{:04}", 500 + number / 10_000, number % 10_000));
        order.insert("checkout", String::from(CheckoutId(number + 10)));
        order
    };
    orders.insert_many((0..most).map(another)).await.unwrap();
    let files = FileIds::open(database.store.clone(), 1, zone).await.unwrap();
    let made = files.make("2026-03", "orders-2026-03.xlsx").await.unwrap();
    let text = String::from_utf8(made.content).unwrap();
    assert_eq!(made.name, "orders-2026-03.csv");
    assert!(text.starts_with("\u{feff}number,"), "{}", &text[..80]);
    assert_eq!(text.lines().count() as u64, 1 + 1 + most);
}
