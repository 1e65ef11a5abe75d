//! Mailings over HTTP.

use bson::doc;
use chrono::{DateTime, Utc};
use dialogues::shop::{Customer, Language};
use serde_json::{Value, json};

use super::support::{Shop, id, png, until};

/// Lets a mailing be over, as if it had been sent to so many.
pub(crate) async fn sent(shop: &Shop, mailing: &Value, count: i64) {
    let name = bson::oid::ObjectId::parse_str(id(mailing)).unwrap();
    let over = doc! { "$set": { "status": "done", "tally.sent": count } };
    shop.store
        .database()
        .collection::<bson::Document>("mailings")
        .update_one(doc! { "_id": name }, over)
        .await
        .unwrap();
}

async fn ordered(shop: &Shop, body: &Value) -> Value {
    shop.ask("POST", "mailings").json(body).send().await.expect(202)
}

async fn steer(shop: &Shop, mailing: &Value, wish: &str) -> super::support::Answer {
    shop.ask("POST", &format!("mailings/{}/{wish}", id(mailing))).send().await
}

#[tokio::test]
async fn a_mailing_is_ordered_and_tells_whom_it_will_reach() {
    let shop = Shop::open().await;
    for (chat, language) in [(1, Language::English), (2, Language::Ukrainian), (3, Language::Ukrainian)] {
        shop.knows(chat, &Customer { language, ..Customer::default() }).await;
    }
    shop.knows(4, &Customer { subscribed: false, ..Customer::default() }).await;
    let answer = shop.ask("POST", "mailings").json(&json!({ "text": " Spring\r\nteas " })).send().await;
    let place = answer.header("Location");
    let everybody = answer.expect(202);
    assert_eq!(place, format!("/api/v1/mailings/{}", id(&everybody)));
    assert_eq!((&everybody["status"], &everybody["task"]), (&json!("running"), &json!("send")));
    assert_eq!(everybody["text"], "Spring\nteas");
    assert_eq!(everybody["progress"], json!({ "done": 0, "total": 3, "rate": null, "seconds_left": null }));
    assert_eq!(shop.get(&place).await.expect(200), everybody);

    let some = ordered(&shop, &json!({ "text": "x", "segment": { "language": "uk", "active_days": 7 } })).await;
    assert_eq!(some["segment"], json!({ "language": "uk", "ordered": false, "active_days": 7 }));
    assert_eq!(some["progress"]["total"], 2);
    let buyers = ordered(&shop, &json!({ "text": "x", "segment": { "ordered": true } })).await;
    assert_eq!(buyers["progress"]["total"], 0);
}

#[tokio::test]
async fn a_letter_is_shown_as_it_was_ordered() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let product = shop.product("Sencha", &tea).await;
    let picture = shop.ask("PUT", &format!("products/{product}/picture")).body("image/png", png(9, 9)).send().await;
    assert!(picture.status < 300);
    let picture = shop.get(&format!("products/{product}")).await.expect(200)["picture"]["name"].clone();
    let body = json!({
        "headline": "Spring",
        "text": "Teas",
        "translations": { "uk": { "headline": null, "text": "Чаї" } },
        "picture": picture,
        "button": { "label": "Look", "to": format!("products/{product}") },
        "starts": "2999-01-01T00:00:00+02:00",
    });
    let made = ordered(&shop, &body).await;
    for field in ["headline", "text", "translations", "picture", "button"] {
        assert_eq!(made[field], body[field]);
    }
    assert_eq!((&made["status"], &made["starts"]), (&json!("scheduled"), &json!("2998-12-31T22:00:00Z")));
    let unknown = json!({ "text": "x", "picture": "0".repeat(32) });
    shop.ask("POST", "mailings").json(&unknown).send().await.problem(409, "unknown_picture");
}

#[tokio::test]
async fn the_same_order_that_comes_twice_is_one_mailing() {
    let shop = Shop::open().await;
    let post = |body| shop.ask("POST", "mailings").header("Idempotency-Key", "a").json(&body).send();
    let first = post(json!({ "text": "x" })).await;
    let place = first.header("Location");
    let again = post(json!({ "text": "x" })).await;
    assert_eq!((again.header("Idempotency-Replayed"), again.header("Location")), ("true".to_owned(), place));
    assert_eq!(again.expect(202), first.expect(202));
    post(json!({ "text": "y" })).await.problem(409, "idempotency_mismatch");
    assert_eq!(shop.walk("mailings", "id").await.len(), 1);
}

#[tokio::test]
async fn mailings_are_listed_newest_first() {
    let shop = Shop::open().await;
    for text in ["one", "two", "three"] {
        let made = ordered(&shop, &json!({ "text": text })).await;
        // So that the next one is made at another time.
        let created: DateTime<Utc> = made["created"].as_str().unwrap().parse().unwrap();
        until(async || shop.store.clock().now() > created).await;
    }
    assert_eq!(shop.walk("mailings?limit=1&fields=text", "text").await, ["three", "two", "one"]);
}

#[tokio::test]
async fn a_mailing_is_steered_as_its_status_allows() {
    let shop = Shop::open().await;
    let mailing = ordered(&shop, &json!({ "headline": "Spring", "text": "Tees" })).await;
    steer(&shop, &mailing, "resume").await.problem(409, "wrong_status");
    assert_eq!(steer(&shop, &mailing, "pause").await.expect(200)["status"], "paused");
    steer(&shop, &mailing, "pause").await.problem(409, "wrong_status");
    assert_eq!(steer(&shop, &mailing, "resume").await.expect(200)["status"], "running");
    steer(&shop, &mailing, "recall").await.problem(409, "wrong_status");
    assert_eq!(steer(&shop, &mailing, "cancel").await.expect(200)["status"], "cancelled");
    steer(&shop, &mailing, "recall").await.problem(409, "wrong_status");

    sent(&shop, &mailing, 2).await;
    let place = format!("mailings/{}/correct", id(&mailing));
    let corrected = shop.ask("POST", &place).json(&json!({ "text": "Teas" })).send().await.expect(202);
    assert_eq!((&corrected["status"], &corrected["task"]), (&json!("running"), &json!("correct")));
    assert_eq!((&corrected["headline"], &corrected["text"]), (&json!("Spring"), &json!("Teas")));
    assert_eq!(corrected["progress"]["total"], 2);
    sent(&shop, &mailing, 2).await;
    assert_eq!(steer(&shop, &mailing, "recall").await.expect(202)["task"], "recall");
    sent(&shop, &mailing, 2).await;
    steer(&shop, &mailing, "recall").await.problem(409, "wrong_status");
    let nobody = json!({ "id": "0".repeat(24) });
    steer(&shop, &nobody, "pause").await.problem(404, "not_found");
}

#[tokio::test]
async fn a_letter_that_telegram_would_not_take_is_refused() {
    let shop = Shop::open().await;
    for (body, pointer) in [
        (json!({ "text": " " }), "/text"),
        (json!({ "headline": "x" }), "/text"),
        (json!({ "text": "🍵".repeat(2_049) }), "/text"),
        (json!({ "text": "x".repeat(1_025), "picture": "0".repeat(32) }), "/text"),
        (json!({ "text": "x", "translations": { "de": { "text": "x" } } }), "/translations/de"),
        (json!({ "text": "x", "translations": { "uk": { "text": "" } } }), "/translations/uk/text"),
        (
            json!({ "text": "x", "translations": { "uk": { "headline": "x", "text": "x".repeat(4_000) } } }),
            "/translations/uk/text",
        ),
        (json!({ "text": "x", "picture": "x" }), "/picture"),
        (json!({ "text": "x", "button": { "label": "x", "to": "https://example.com" } }), "/button/to"),
        (json!({ "text": "x", "segment": { "active_days": 0 } }), "/segment/active_days"),
        (json!({ "text": "x", "starts": "tomorrow" }), "/starts"),
    ] {
        let problem = shop.ask("POST", "mailings").json(&body).send().await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
    let mailing = ordered(&shop, &json!({ "headline": "x", "text": "x" })).await;
    let place = format!("mailings/{}/correct", id(&mailing));
    let long = json!({ "text": "x".repeat(4_000) });
    let problem = shop.ask("POST", &place).json(&long).send().await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["pointer"], "/text");
    assert_eq!(shop.walk("mailings", "id").await.len(), 1);
}

#[tokio::test]
async fn whoever_may_read_mailings_may_not_send_them() {
    let shop = Shop::open().await;
    let key = shop.key(&["mailings:read"]).await;
    let mailing = ordered(&shop, &json!({ "text": "x" })).await;
    let place = format!("mailings/{}", id(&mailing));
    shop.ask_as(&key, "GET", &place).send().await.expect(200);
    let body = json!({ "text": "x" });
    shop.ask_as(&key, "POST", "mailings").json(&body).send().await.problem(403, "missing_scope");
    shop.ask_as(&key, "POST", &format!("{place}/cancel")).send().await.problem(403, "missing_scope");
}
