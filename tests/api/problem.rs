//! Whatever goes wrong is told in one format, and changes nothing.

use rocket::{get, routes};
use serde_json::json;

use super::support::Shop;

#[get("/api/v1/panic")]
fn panicking() -> &'static str {
    panic!("as a test asks for")
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_told_apart() {
    let shop = Shop::open().await;
    shop.get("cups").await.problem(404, "not_found");
    shop.get("/").await.problem(404, "not_found");
    shop.get("products/x").await.problem(404, "not_found");
    for (path, allowed) in [
        ("products", "GET, HEAD, PATCH, POST"),
        ("news", "GET, HEAD, POST"),
        ("products/x", "DELETE, GET, HEAD, PATCH, PUT"),
        ("orders", "GET, HEAD"),
        ("orders/123-4567", "GET, HEAD"),
        ("users", "GET, HEAD"),
    ] {
        for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
            if !allowed.contains(method) {
                let answer = shop.ask(method, path).send().await;
                assert_eq!(answer.header("Allow"), allowed, "{method} {path}");
                answer.problem(405, "method_not_allowed");
            }
        }
    }
}

#[tokio::test]
async fn bodies_that_are_none_are_told_apart() {
    let shop = Shop::open().await;
    for (kind, body, status, code) in [
        ("application/json", &b"{\"title\":"[..], 400, "malformed"),
        ("application/json", b"", 400, "malformed"),
        ("application/json", b"\xff\xfe", 400, "malformed"),
        ("application/json", b"[]", 422, "invalid_fields"),
        ("application/json", b"null", 422, "invalid_fields"),
        ("application/x-www-form-urlencoded", b"title=x", 415, "unsupported_media_type"),
        ("text/plain", b"{}", 415, "unsupported_media_type"),
    ] {
        shop.ask("POST", "news").body(kind, body).send().await.problem(status, code);
    }
    shop.ask("POST", "news").send().await.problem(415, "unsupported_media_type");
    let large = format!("{{\"headline\":\"{}\"}}", "x".repeat(300_000));
    shop.ask("POST", "news").body("application/json", large).send().await.problem(413, "too_large");
    let deep = "[".repeat(100_000);
    shop.ask("POST", "news").body("application/json", deep).send().await.problem(400, "malformed");
    assert!(shop.walk("news", "id").await.is_empty());
}

#[tokio::test]
async fn wrong_parameters_are_all_told() {
    let shop = Shop::open().await;
    let problem = shop.get("products?limit=0&sort=colour&hidden=no&size=3&limit=5").await;
    let problem = problem.problem(400, "invalid_parameter");
    let told = |name: &str| {
        let errors = problem["errors"].as_array().unwrap();
        errors.iter().find(|error| error["parameter"] == name).map(|error| error["code"].clone())
    };
    for (name, code) in [("limit", "repeated"), ("sort", "malformed"), ("hidden", "malformed"), ("size", "unknown")] {
        assert_eq!(told(name), Some(json!(code)), "{problem}");
    }
    for path in [
        "products?cursor=x",
        "products?limit=101",
        "products?category=tea",
        "products?price_from=-1",
        "products?q=",
        "orders?placed_from=yesterday",
        "orders?status=lost",
        "users?language=de",
        "news?status=old",
        "categories?parent=top",
        "/healthz?x",
        "/readyz?x=1",
    ] {
        shop.get(path).await.problem(400, "invalid_parameter");
    }
}

#[tokio::test]
async fn a_panic_is_a_problem_and_the_server_lives_on() {
    let shop = Shop::open_with(|rocket| rocket.mount("/", routes![panicking]), Vec::new()).await;
    let problem = shop.get("panic").await.problem(500, "internal");
    assert!(!problem.to_string().contains("as a test asks"), "what it said stays inside");
    shop.get("products").await.expect(200);
}

#[tokio::test]
async fn a_request_keeps_its_id_and_gets_one_if_it_has_none() {
    let shop = Shop::open().await;
    let answer = shop.ask("GET", "products").header("X-Request-Id", "order-7:a").send().await;
    assert_eq!(answer.header("X-Request-Id"), "order-7:a");
    let other = shop.ask("GET", "cups").header("X-Request-Id", "not an id").send().await;
    assert_eq!(other.header("X-Request-Id").len(), 16);
    other.problem(404, "not_found");
}

#[tokio::test]
async fn pages_from_elsewhere_may_call_only_where_they_are_named() {
    let preflight = async |shop: &Shop, origin: &str| {
        let request = shop.ask_bare("OPTIONS", "products").header("Origin", origin);
        request.header("Access-Control-Request-Method", "POST").send().await
    };
    let shop = Shop::open().await;
    let refused = preflight(&shop, "https://shop.example").await;
    assert!(!refused.headers.contains_key("Access-Control-Allow-Origin"));
    refused.problem(405, "method_not_allowed");

    let shop = Shop::open_with(|rocket| rocket, vec!["https://shop.example".to_owned()]).await;
    let allowed = preflight(&shop, "https://shop.example").await;
    assert_eq!(
        (allowed.status, allowed.header("Access-Control-Allow-Origin")),
        (204, "https://shop.example".to_owned())
    );
    assert!(allowed.header("Access-Control-Allow-Headers").contains("Authorization"));
    let stranger = preflight(&shop, "https://evil.example").await;
    assert!(!stranger.headers.contains_key("Access-Control-Allow-Origin"));
    let read = shop.ask("GET", "products").header("Origin", "https://shop.example").send().await;
    assert_eq!(read.header("Access-Control-Allow-Origin"), "https://shop.example");
}
