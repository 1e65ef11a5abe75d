//! News over HTTP.

use chrono::Utc;
use serde_json::json;

use super::support::{Shop, id};

#[tokio::test]
async fn a_draft_is_seen_by_nobody_until_it_is_published() {
    let shop = Shop::open().await;
    let seen = || shop.catalogue().news(Utc::now(), 10).map(|news| news.headline.clone()).collect::<Vec<_>>();
    let draft = shop.ask("POST", "news").json(&json!({ "headline": "Spring" })).send().await.expect(201);
    assert!(draft["published"].is_null() && seen().is_empty());
    let place = format!("news/{}", id(&draft));
    assert_eq!(shop.get(&place).await.expect(200), draft);

    let later = json!({ "published": "2999-01-01T00:00:00+02:00" });
    let scheduled = shop.ask("PATCH", &place).json(&later).send().await.expect(200);
    assert_eq!(scheduled["published"], "2998-12-31T22:00:00Z");
    assert!(seen().is_empty());

    let now = json!({ "headline": "Spring", "body": "is here", "published": "2026-03-14T12:00:00.123456Z" });
    let published = shop.ask("PUT", &place).json(&now).send().await.expect(200);
    assert_eq!(published["published"], "2026-03-14T12:00:00.123Z");
    assert_eq!(seen(), ["Spring"]);

    let again = shop.ask("PATCH", &place).json(&json!({ "published": null })).send().await.expect(200);
    assert!(again["published"].is_null() && seen().is_empty());
    shop.ask("DELETE", &place).send().await.expect(204);
    shop.get(&place).await.problem(404, "not_found");
}

#[tokio::test]
async fn news_are_listed_newest_first_and_by_how_far_they_are() {
    let shop = Shop::open().await;
    for (headline, published) in [
        ("Old", json!("2026-01-01T00:00:00Z")),
        ("Draft", json!(null)),
        ("New", json!("2026-02-01T00:00:00Z")),
        ("Coming", json!("2999-01-01T00:00:00Z")),
    ] {
        let body = json!({ "headline": headline, "body": "Новини", "published": published });
        shop.ask("POST", "news").json(&body).send().await.expect(201);
    }
    assert_eq!(shop.walk("news?limit=1", "headline").await, ["Draft", "Coming", "New", "Old"]);
    assert_eq!(shop.walk("news?status=published&sort=published", "headline").await, ["Old", "New"]);
    assert_eq!(shop.walk("news?status=scheduled", "headline").await, ["Coming"]);
    assert_eq!(shop.walk("news?status=draft&q=novini", "headline").await, ["Draft"]);
}

#[tokio::test]
async fn a_news_item_says_where_its_mailing_is_and_one_that_is_not_to_be_mailed_is_only_shown() {
    let shop = Shop::open().await;
    let item = |mail: bool| json!({ "headline": "Spring", "published": "2026-03-14T12:00:00Z", "mail": mail });
    let shown = shop.ask("POST", "news").json(&item(false)).send().await.expect(201);
    assert_eq!((&shown["mail"], &shown["mailing"]), (&json!(false), &json!(null)));
    let draft = shop.ask("POST", "news").json(&json!({ "headline": "Summer" })).send().await.expect(201);
    assert_eq!((&draft["mail"], &draft["mailing"]), (&json!(true), &json!(null)), "nobody gets a draft");
    let mailed = shop.ask("POST", "news").json(&item(true)).send().await.expect(201);
    let address = format!("/api/v1/mailings/{}", id(&mailed));
    assert_eq!((&mailed["mail"], &mailed["mailing"]), (&json!(true), &json!(address)));

    // It may be thought over as long as it is not mailed.
    let place = format!("news/{}", id(&mailed));
    let not = shop.ask("PATCH", &place).json(&json!({ "mail": false })).send().await.expect(200);
    assert_eq!((&not["mail"], &not["mailing"]), (&json!(false), &json!(null)));
    let again = shop.ask("PUT", &place).json(&item(true)).send().await.expect(200);
    assert_eq!(again["mailing"], address);
    let news = shop.store.database().collection::<bson::Document>("news");
    shop.mails(&id(&mailed)).await;
    let refused = shop.ask("PATCH", &place).json(&json!({ "mail": false })).send().await.problem(409, "wrong_status");
    assert!(refused["detail"].as_str().unwrap().contains(&address), "{refused}");
    let renamed = shop.ask("PATCH", &place).json(&json!({ "headline": "Spring!" })).send().await.expect(200);
    assert_eq!((&renamed["mail"], &renamed["mailing"]), (&json!(true), &json!(address)));
    let stored = news.find_one(bson::doc! { "headline": "Spring!" }).await.unwrap().unwrap();
    assert_eq!(stored.get_str("mailing").unwrap(), "made", "it is not mailed once more");
}

#[tokio::test]
async fn bad_news_are_refused() {
    let shop = Shop::open().await;
    for (body, pointer) in [
        (json!({ "headline": "" }), "/headline"),
        (json!({ "headline": "x", "published": "tomorrow" }), "/published"),
        (json!({ "headline": "x", "body": "y".repeat(3_501) }), "/body"),
        (json!({ "headline": "x", "id": "y" }), "/id"),
    ] {
        let problem = shop.ask("POST", "news").json(&body).send().await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    assert!(shop.walk("news", "id").await.is_empty());
}
