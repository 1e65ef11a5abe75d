//! Webhooks over HTTP: made, looked at, switched off and on, and told once more.

use dialogues::shop::{OrderMove, OrderStatus};
use serde_json::json;
use shopkeeper::webhooks::WebhookWorker;

use super::support::{Shop, until};
use crate::receiver::Receiver;

#[tokio::test]
async fn a_webhook_is_told_of_what_happens_once_it_is_there_and_once_more_when_asked() {
    let (shop, receiver) = (Shop::open().await, Receiver::open().await);
    let number = shop.anna().await;
    let step = async |to: OrderStatus| {
        let taken = OrderMove { to, at: chrono::Utc::now(), by: None, reason: None };
        shop.store.take_order_on(number, |_| Some(taken.clone())).await.unwrap().unwrap();
    };
    step(OrderStatus::Accepted).await;
    let body = json!({ "url": receiver.url });
    let post = || shop.ask("POST", "webhooks").header("Idempotency-Key", "erp").json(&body).send();
    let made = post().await;
    let place = made.header("Location");
    let made = made.expect(201);
    assert_eq!(post().await.expect(201)["secret"], made["secret"], "the answer to a request that comes again");
    let read = shop.get(&place).await.expect(200);
    assert!(read.get("secret").is_none() && read["enabled"] == true && read["types"] == json!([]), "{read}");
    let worker = WebhookWorker::new(&shop.store);
    let worker = tokio::spawn(async move { worker.run().await });
    step(OrderStatus::Shipped).await;
    let deliveries = format!("{place}/deliveries");
    let told = async |count: usize| receiver.received().len() == count;
    until(async || {
        told(1).await && !shop.get(&format!("{deliveries}?state=delivered")).await.json()["data"][0].is_null()
    })
    .await;
    let webhook = receiver.received().remove(0);
    assert!(webhook.is_signed(made["secret"].as_str().unwrap()));
    assert_eq!(webhook.json()["type"], "order.shipped", "what was before is no news");
    let log = shop.get(&deliveries).await.expect(200);
    let delivery = &log["data"][0];
    assert_eq!((&delivery["attempts"][0]["status"], &delivery["due"]), (&json!(204), &json!(null)));
    let again = format!("{deliveries}/{}/redeliver", webhook.id);
    assert_eq!(shop.ask("POST", &again).send().await.expect(202)["state"], "waiting");
    until(async || told(2).await).await;
    assert_eq!(receiver.received()[1].id, webhook.id);
    assert_eq!(shop.ask("POST", &format!("{place}/disable")).send().await.expect(200)["enabled"], false);
    step(OrderStatus::Delivered).await;
    assert_eq!(shop.ask("POST", &format!("{place}/enable")).send().await.expect(200)["enabled"], true);
    until(async || told(3).await).await;
    assert_eq!(shop.walk(&format!("{deliveries}?limit=1"), "id").await.len(), 2);
    // Both secrets sign.
    let rotated = shop.ask("POST", &format!("{place}/rotate-secret")).send().await.expect(200);
    let (old, new) = (made["secret"].as_str().unwrap(), rotated["secret"].as_str().unwrap());
    assert!(shop.get(&place).await.expect(200).get("secret").is_none());
    shop.ask("POST", &again).send().await.expect(202);
    until(async || told(4).await).await;
    assert!(receiver.received()[3].is_signed(new) && receiver.received()[3].is_signed(old));
    shop.ask("DELETE", &place).send().await.expect(204);
    let receipts = shop.store.database().collection::<bson::Document>("idempotency");
    assert_eq!(receipts.count_documents(bson::doc! { "_id.name": "erp" }).await.unwrap(), 0, "the secret is in it");
    for path in [place.as_str(), &deliveries] {
        shop.get(path).await.problem(404, "not_found");
    }
    shop.ask("POST", &again).send().await.problem(404, "not_found");
    worker.abort();
}

#[tokio::test]
async fn an_address_is_one_that_can_be_trusted() {
    let shop = Shop::open().await;
    let post = async |body: serde_json::Value| shop.ask("POST", "webhooks").json(&body).send().await;
    for fine in ["https://example.com/a?b=c", "http://localhost:9000", "http://127.0.0.1/x", "http://[::1]:8080/"] {
        post(json!({ "url": fine, "types": ["order.placed", "order.placed"] })).await.expect(201);
    }
    for wrong in [
        "http://example.com/",
        "ftp://example.com",
        "example.com",
        "https://",
        "https:example.com",
        "HTTPS://example.com",
        " https://example.com",
        "https://exa\tmple.com",
        "https://me:secret@example.com",
        "",
    ] {
        let problem = post(json!({ "url": wrong })).await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["pointer"], "/url", "{wrong}");
        assert!(!problem.to_string().contains("secret"), "{problem}");
    }
    let body = json!({ "url": "https://example.com", "types": ["order.placed", "order.lost"], "after": -1 });
    let problem = post(body).await.problem(422, "invalid_fields");
    let pointers: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!(pointers, ["/types/1", "/after"]);
    let long = format!("https://example.com/{}", "x".repeat(2000));
    post(json!({ "url": long })).await.problem(422, "invalid_fields");
    assert_eq!(shop.walk("webhooks?limit=3", "url").await.len(), 4);
}
