//! A POST that comes twice is done once.

use futures::future::join_all;
use serde_json::json;

use super::support::{Shop, sencha};

#[tokio::test]
async fn the_first_answer_is_given_again() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let post = |body| shop.ask("POST", "products").header("Idempotency-Key", "a").json(&body).send();
    let (first, second) = (post(sencha("Sencha", &tea)).await, post(sencha("Sencha", &tea)).await);
    assert_eq!(
        (first.header("Idempotency-Replayed"), second.header("Idempotency-Replayed")),
        (String::new(), "true".into())
    );
    assert_eq!((first.header("Location"), first.header("ETag")), (second.header("Location"), second.header("ETag")));
    assert_eq!(first.expect(201), second.expect(201));
    post(sencha("Bancha", &tea)).await.problem(409, "idempotency_mismatch");
    assert_eq!(shop.walk("products", "title").await, ["Sencha"]);
    // It is the first answer, whatever has become of the thing and its category meanwhile.
    let place = format!("products/{}", shop.walk("products", "id").await[0]);
    shop.ask("DELETE", &place).send().await.expect(204);
    shop.ask("DELETE", &format!("categories/{tea}")).send().await.expect(204);
    post(sencha("Sencha", &tea)).await.expect(201);
    assert!(shop.walk("products", "id").await.is_empty());
}

#[tokio::test]
async fn what_is_refused_does_not_use_up_the_key() {
    let shop = Shop::open().await;
    let post = |body| shop.ask("POST", "news").header("Idempotency-Key", "a").json(&body).send();
    post(json!({ "headline": "" })).await.problem(422, "invalid_fields");
    post(json!({ "headline": "Spring" })).await.expect(201);
    assert_eq!(shop.walk("news", "headline").await, ["Spring"]);
}

#[tokio::test]
async fn of_many_at_the_same_time_one_is_done() {
    let shop = Shop::open().await;
    let body = json!({ "headline": "Spring" });
    let post = || shop.ask("POST", "news").header("Idempotency-Key", "a").json(&body).send();
    let answers = join_all((0..8).map(|_| post())).await;
    let bodies: Vec<_> = answers.into_iter().map(|answer| answer.expect(201)).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    assert_eq!(shop.walk("news", "id").await.len(), 1);
}

#[tokio::test]
async fn a_name_belongs_to_the_key_that_gave_it_and_is_a_short_word() {
    let shop = Shop::open().await;
    let body = json!({ "headline": "Spring" });
    let other = shop.key(&["news:write"]).await;
    for key in [&shop.key, &other] {
        shop.ask_as(key, "POST", "news").header("Idempotency-Key", "a").json(&body).send().await.expect(201);
    }
    assert_eq!(shop.walk("news", "id").await.len(), 2);
    for wrong in ["", "a b", &"x".repeat(256)] {
        let answer = shop.ask("POST", "news").header("Idempotency-Key", wrong).json(&body).send().await;
        let problem = answer.problem(400, "invalid_header");
        assert_eq!(problem["errors"][0]["header"], "Idempotency-Key");
    }
}

#[tokio::test]
async fn an_answer_is_kept_for_a_day() {
    let shop = Shop::open().await;
    let body = json!({ "headline": "Spring" });
    let post = || shop.ask("POST", "news").header("Idempotency-Key", "a").json(&body).send();
    post().await.expect(201);
    let receipts = shop.store.database().collection::<bson::Document>("idempotency");
    let receipt = receipts.find_one(bson::doc! {}).await.unwrap().unwrap();
    let (until, created) = (receipt.get_datetime("until").unwrap(), receipt.get_datetime("created").unwrap());
    assert_eq!(until.timestamp_millis() - created.timestamp_millis(), 24 * 60 * 60 * 1000);
    // A day later, before the index has removed it.
    let over = bson::doc! { "$set": { "until": bson::DateTime::from_millis(0) } };
    receipts.update_one(bson::doc! {}, over).await.unwrap();
    post().await.expect(201);
    assert_eq!(shop.walk("news", "id").await.len(), 2);
}
