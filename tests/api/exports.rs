//! Orders as a table, read by other programs than the one that writes it.

use std::io::Cursor;

use calamine::{Data, DataType, Reader, Xlsx};
use dialogues::shop::{Address, Contact, Order, PersonName};

use super::support::{Shop, order};

const HEADING: &str = "number,placed,status,customer,name,email,phone,address,product,title,quantity,price,sum,order_total,\
                       currency,revision";

/// An order whose customer writes what a spreadsheet would take for a formula.
fn hostile() -> Order {
    let order = order(1_000_002, "2026-07-01T22:30:00Z");
    let contact = Contact {
        name: PersonName::parse("=HYPERLINK(1)").ok(),
        address: Address::parse("@home, \"5\"\nflat 2").unwrap(),
        ..order.contact.clone().unwrap()
    };
    let mut lines = order.lines.clone();
    lines[0].title = "-Tea, green".into();
    Order { contact: Some(contact), lines, ..order }
}

async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.store.keep_past_order(&order(1_000_001, "2026-03-14T12:00:00Z"), 7).await.unwrap();
    shop.store.keep_past_order(&hostile(), 8).await.unwrap();
    shop
}

#[tokio::test]
async fn csv_is_text_that_nobody_takes_for_a_formula() {
    let shop = shop().await;
    let answer = shop.get("orders/export").await;
    assert!(answer.header("Content-Type").starts_with("text/csv"), "{}", answer.header("Content-Type"));
    assert_eq!(answer.header("Content-Disposition"), "attachment; filename=\"orders.csv\"");
    let text = String::from_utf8(answer.bytes).unwrap();
    assert_eq!(text.lines().next().unwrap(), HEADING);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    let first: Vec<&str> = rows[0].iter().take(8).collect();
    // The shop's clock is an hour or two ahead of the world's, by season.
    let anna = ["100-0001", "2026-03-14T14:00:00+02:00", "new", "7", "Anna", "anna@example.com", "+380671112233"];
    assert_eq!(first[..7], anna);
    assert_eq!(rows[0].iter().skip(9).collect::<Vec<_>>(), ["Tea", "2", "100.00", "200.00", "200.00", "UAH", "1"]);
    assert_eq!(&rows[1][1], "2026-07-02T01:30:00+03:00");
    let harmless = ["'=HYPERLINK(1)", "'@home, \"5\"\nflat 2", "'-Tea, green"];
    assert_eq!([&rows[1][4], &rows[1][7], &rows[1][9]], harmless);
}

#[tokio::test]
async fn a_workbook_has_cells_with_types() {
    let shop = shop().await;
    let answer = shop.get("orders/export?format=xlsx&placed_from=2026-06-01T00:00:00Z").await;
    assert_eq!((answer.status, answer.header("Content-Disposition").ends_with("orders.xlsx\"")), (200, true));
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(answer.bytes)).unwrap();
    let sheet = workbook.worksheet_range("orders").unwrap();
    let rows: Vec<&[Data]> = sheet.rows().collect();
    assert_eq!(rows.len(), 2);
    let heading: Vec<String> = rows[0].iter().map(ToString::to_string).collect();
    assert_eq!(heading.join(","), HEADING);
    let row = rows[1];
    assert_eq!(row[1].as_datetime().unwrap().to_string(), "2026-07-02 01:30:00");
    assert_eq!((&row[4], &row[9]), (&Data::String("=HYPERLINK(1)".into()), &Data::String("-Tea, green".into())));
    assert_eq!((&row[3], &row[13]), (&Data::Float(8.0), &Data::Float(200.0)));
}

#[tokio::test]
async fn a_table_shows_whoever_asks_no_more_than_an_order_does() {
    let shop = shop().await;
    let key = shop.key(&["orders:read"]).await;
    let text = shop.ask_as(&key, "GET", "orders/export?customer=7").send().await;
    let text = String::from_utf8(text.bytes).unwrap();
    assert!(text.lines().count() == 2 && text.contains("100-0001"), "{text}");
    let workbook = shop.ask_as(&key, "GET", "orders/export?format=xlsx&customer=7").send().await;
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(workbook.bytes)).unwrap();
    let sheet = workbook.worksheet_range("orders").unwrap();
    let cells: String = sheet.rows().flatten().map(|cell| format!("{cell}\n")).collect();
    assert!(sheet.height() == 2 && cells.contains("100-0001"), "{cells}");
    for secret in ["Anna", "example", "671112", "Khreshchatyk"] {
        assert!(!text.contains(secret) && !cells.contains(secret), "{secret}: {text}{cells}");
    }
    for wrong in ["format=pdf", "limit=3", "status=lost", "placed_from=yesterday"] {
        shop.get(&format!("orders/export?{wrong}")).await.problem(400, "invalid_parameter");
    }
}
