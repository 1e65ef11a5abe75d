//! Events over HTTP: read by whoever remembers how far they have come.

use dialogues::shop::{OrderMove, OrderNumber, OrderStatus};
use serde_json::{Value, json};

use super::support::{ANNA, Shop, order};

/// Orders that were accepted, one after the other.
async fn accepted(shop: &Shop, numbers: std::ops::Range<u32>) {
    for digits in numbers {
        let order = order(digits, "2026-03-14T12:00:00Z");
        shop.store.keep_past_order(&order, ANNA).await.unwrap();
        take(shop, order.number, OrderStatus::Accepted).await;
    }
}

async fn take(shop: &Shop, number: OrderNumber, to: OrderStatus) {
    let taken = OrderMove { to, at: chrono::Utc::now(), by: Some("Olga".into()), reason: Some("Lviv, Rynok 4".into()) };
    shop.store.take_order_on(number, |_| Some(taken.clone())).await.unwrap().unwrap();
}

fn positions(page: &Value) -> Vec<i64> {
    page["data"].as_array().unwrap().iter().map(|event| event["position"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn what_has_happened_is_read_behind_what_was_seen() {
    let shop = Shop::open().await;
    assert_eq!(shop.get("events").await.expect(200)["data"], json!([]));
    accepted(&shop, 1_000_001..1_000_004).await;
    let page = shop.get("events?limit=2").await.expect(200);
    assert_eq!(positions(&page), [1, 2]);
    let event = &page["data"][0];
    let object = json!({ "kind": "order", "id": "100-0001", "url": "/api/v1/orders/100-0001" });
    assert_eq!((&event["type"], &event["object"], &event["revision"]), (&json!("order.accepted"), &object, &json!(2)));
    assert_eq!(shop.get(page["data"][0]["object"]["url"].as_str().unwrap()).await.expect(200)["revision"], 2);
    assert!(!event.to_string().contains("Olga") && !event.to_string().contains("Rynok"), "{event}");
    assert_eq!(positions(&shop.get(page["next"].as_str().unwrap()).await.expect(200)), [3]);
    assert_eq!(positions(&shop.get("events?after=2").await.expect(200)), [3]);
    assert_eq!(positions(&shop.get("events?after=3").await.expect(200)), [0_i64; 0]);
    take(&shop, "100-0002".parse().unwrap(), OrderStatus::Cancelled).await;
    assert_eq!(positions(&shop.get("events?after=3").await.expect(200)), [4]);
    assert_eq!(positions(&shop.get("events?type=order.cancelled").await.expect(200)), [4]);
    assert_eq!(shop.walk("events?limit=1&fields=type", "id").await.len(), 4);
    for wrong in ["after=-1", "after=x", "type=order.lost", "type=", "sort=position"] {
        shop.get(&format!("events?{wrong}")).await.problem(400, "invalid_parameter");
    }
    let key = shop.key(&["orders:read"]).await;
    shop.ask_as(&key, "GET", "events").send().await.problem(403, "missing_scope");
}
