//! Orders over HTTP: to be read, and nothing else.

use serde_json::json;

use super::support::{ANNA, Shop, id, order, sencha};

#[tokio::test]
async fn an_order_is_read_by_its_number() {
    let shop = Shop::open().await;
    let number = shop.anna().await;
    let place = format!("orders/{number}");
    let read = shop.get(&place).await;
    let tag = read.header("ETag");
    let read = read.expect(200);
    assert_eq!(read["lines"][0]["sum"], json!({ "amount": 20_000, "currency": "UAH", "text": "200\u{a0}₴" }));
    assert_eq!((&read["customer"], &read["contact"]["phone"]), (&json!(ANNA), &json!("+380671112233")));
    assert_eq!((&read["placed"], &read["status"]), (&json!("2026-03-14T12:00:00Z"), &json!("new")));
    assert_eq!(shop.ask("GET", &place).header("If-None-Match", &tag).send().await.status, 304);
    let without = order(1_000_009, "2026-03-14T12:00:00Z");
    let contact = without.contact.clone().map(|contact| dialogues::shop::Contact { email: None, ..contact });
    shop.store.keep_past_order(&dialogues::shop::Order { contact, ..without }, ANNA).await.unwrap();
    let without = shop.get("orders/100-0009").await.expect(200);
    assert_eq!((&without["contact"]["email"], &without["contact"]["name"]), (&json!(null), &json!("Anna")));
    for nothing in ["orders/999-9999", "orders/1234567", "orders/x"] {
        shop.get(nothing).await.problem(404, "not_found");
    }
    let key = shop.key(&["orders:read"]).await;
    let masked = shop.ask_as(&key, "GET", &place).send().await;
    let text = String::from_utf8(masked.bytes).unwrap();
    for secret in ["Anna", "example", "671112", "Khreshchatyk"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn orders_are_listed_newest_first_and_filtered() {
    let shop = Shop::open().await;
    for (digits, placed, customer) in [
        (1_000_001, "2026-03-01T00:00:00Z", 1),
        (1_000_003, "2026-03-02T00:00:00Z", 2),
        // Placed at the same moment: told apart by their numbers.
        (1_000_002, "2026-03-02T00:00:00Z", 1),
    ] {
        shop.store.keep_past_order(&order(digits, placed), customer).await.unwrap();
    }
    let newest = ["100-0003", "100-0002", "100-0001"];
    assert_eq!(shop.walk("orders?limit=1", "number").await, newest);
    assert_eq!(shop.walk("orders?limit=2&sort=placed", "number").await, ["100-0001", "100-0002", "100-0003"]);
    assert_eq!(shop.walk("orders?customer=1", "number").await, ["100-0002", "100-0001"]);
    assert_eq!(shop.walk("orders?placed_to=2026-03-02T00:00:00Z", "number").await, ["100-0001"]);
    assert_eq!(shop.walk("orders?placed_from=2026-03-02T02:00:00%2B02:00", "number").await.len(), 2);
    assert_eq!(shop.walk("orders?status=shipped", "number").await.len(), 0);
    let tea = dialogues::shop::ProductId::of_key("tea").0;
    assert_eq!(shop.walk(&format!("orders?product={tea}&status=new"), "number").await, newest);
    let part = shop.get("orders?limit=1&fields=total").await.expect(200);
    assert_eq!(part["data"][0].as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn an_order_shows_within_it_what_it_names_to_whoever_may_see_that() {
    let shop = Shop::open().await;
    let number = shop.anna().await;
    let forgotten = order(1_000_001, "2026-03-01T00:00:00Z");
    shop.store.keep_past_order(&forgotten, 77).await.unwrap();
    let place = format!("orders/{number}");
    let alone = shop.get(&place).await;
    let (tag, alone) = (alone.header("ETag"), alone.expect(200));
    assert_eq!(alone.get("expanded"), None);
    // The product is gone, and then there again.
    let expanded = async |path: &str| shop.get(path).await.expect(200)["expanded"].clone();
    let customer = shop.get(&format!("users/{ANNA}")).await.expect(200);
    let both = format!("{place}?expand=customer,products");
    assert_eq!(expanded(&both).await, json!({ "customer": customer, "products": [] }));
    let tea = shop.category("Tea", None).await;
    let product = dialogues::shop::ProductId::of_key("tea").0.to_string();
    let mut row = sencha("Sencha", &tea);
    row["id"] = json!(product);
    let made = shop.ask("PATCH", "products").json(&json!({ "rows": [row] })).send().await.expect(200);
    assert_eq!(made["created"], 1);
    let read = shop.get(&both).await;
    let (whole, read) = (read.header("ETag"), read.expect(200));
    assert_eq!(read["expanded"]["products"], json!([shop.get(&format!("products/{product}")).await.expect(200)]));
    assert_eq!(id(&read["expanded"]["products"][0]), product);
    // What it names changes its tag, and nothing else of it does.
    assert_ne!(whole, tag);
    let patch = json!({ "stock": 1 });
    shop.ask("PATCH", &format!("products/{product}")).json(&patch).send().await.expect(200);
    assert_eq!(shop.ask("GET", &both).header("If-None-Match", &whole).send().await.status, 200);
    assert_eq!(shop.ask("GET", &place).header("If-None-Match", &tag).send().await.status, 304);
    // In a list, beside the fields that are wanted, page by page.
    let page = shop.get("orders?expand=customer&fields=status&limit=1").await.expect(200);
    assert_eq!(
        page["data"][0],
        json!({ "number": number.to_string(), "status": "new", "expanded": { "customer": customer } })
    );
    let next = page["next"].as_str().unwrap();
    let last = shop.get(next).await.expect(200);
    assert_eq!(last["data"][0]["expanded"], json!({ "customer": null }), "nobody is known by that id");
    // Who may read no users or products may not read them here, and what is masked there is masked here.
    let key = shop.key(&["orders:read", "users:read"]).await;
    let ask = async |path: &str| shop.ask_as(&key, "GET", path).send().await;
    ask(&both).await.problem(403, "missing_scope");
    let masked = ask(&format!("{place}?expand=customer")).await.expect(200);
    assert_eq!((&masked["expanded"]["customer"]["name"], &masked["masked"]), (&json!("•••"), &json!(true)));
    let problem = shop.get(&format!("{place}?expand=cart")).await.problem(400, "invalid_parameter");
    assert_eq!(problem["errors"][0]["parameter"], "expand");
}
