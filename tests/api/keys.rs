//! Keys: who may what, and how often.

use shopkeeper::api::keys;
use shopkeeper::api::scope::Scope;

use super::support::{Shop, until};

#[tokio::test]
async fn without_a_good_key_nobody_gets_in() {
    let shop = Shop::open().await;
    let answer = shop.ask_bare("GET", "products").send().await;
    assert!(answer.header("WWW-Authenticate").starts_with("Bearer"));
    answer.problem(401, "unauthorized");
    let good = &shop.key;
    let other_secret = format!("{}{}", &good[..good.len() - 1], if good.ends_with('0') { '1' } else { '0' });
    let other_id = format!("shop_{}{}", "0".repeat(12), &good[17..]);
    for wrong in [other_secret.as_str(), &other_id, "", "shop_", "x", &good[..good.len() - 1]] {
        shop.ask_as(wrong, "GET", "products").send().await.problem(401, "unauthorized");
    }
    let basic = shop.ask_bare("GET", "products").header("Authorization", "Basic YTpi").send().await;
    basic.problem(401, "unauthorized");
}

#[tokio::test]
async fn a_key_may_do_what_its_scopes_say_and_nothing_else() {
    let shop = Shop::open().await;
    let reader = shop.key(&["products:read", "news:*"]).await;
    shop.ask_as(&reader, "GET", "products").send().await.expect(200);
    shop.ask_as(&reader, "GET", "news").send().await.expect(200);
    for (method, path) in [
        ("POST", "products"),
        ("DELETE", "products/x"),
        ("GET", "categories"),
        ("GET", "users"),
        ("GET", "orders"),
        ("PUT", "products/x/picture"),
    ] {
        shop.ask_as(&reader, method, path).send().await.problem(403, "missing_scope");
    }
}

#[tokio::test]
async fn a_revoked_key_is_refused_within_seconds() {
    let shop = Shop::open().await;
    let (id, key) = keys::create(&shop.store, "lost", &[Scope::ReadProducts], Some(1_000_000)).await.unwrap();
    shop.ask_as(&key, "GET", "products").send().await.expect(200);
    assert!(shop.store.revoke_key(&id).await.unwrap());
    assert!(!shop.store.revoke_key(&id).await.unwrap(), "once is for good");
    let start = std::time::Instant::now();
    until(async || shop.ask_as(&key, "GET", "products").send().await.status == 401).await;
    assert!(start.elapsed().as_secs() < 5);
}

#[tokio::test]
async fn a_secret_is_not_stored() {
    let shop = Shop::open().await;
    let stored = shop.store.keys().await.unwrap();
    let secret = shop.key.rsplit('_').next().unwrap();
    assert_eq!(stored.len(), 1);
    assert!(!format!("{stored:?}").contains(secret));
    assert_eq!(stored[0].hash.len(), 64);
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let shop = Shop::open().await;
    let (_, slow) = keys::create(&shop.store, "slow", &[Scope::ReadProducts], Some(1)).await.unwrap();
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(shop.ask_as(&slow, "GET", "products").send().await);
    }
    let refused = answers.into_iter().find(|answer| answer.status == 429).unwrap();
    assert_eq!(refused.header("Retry-After"), "1");
    refused.problem(429, "rate_limited");
    shop.get("products").await.expect(200);
}
