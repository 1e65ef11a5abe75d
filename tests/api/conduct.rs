//! What a program may send, and what it may rely on: conditions, cursors, bodies that come back, forms.

use serde_json::{Value, json};

use super::support::{ANNA, Shop, sencha};

/// One thing of each kind that can be replaced, and how it is set.
async fn things(shop: &Shop) -> Vec<String> {
    shop.anna().await;
    let tea = shop.category("Tea", None).await;
    let green = shop.category("Green", Some(&tea)).await;
    let product = shop.product("Sencha", &green).await;
    let news = shop.ask("POST", "news").json(&json!({ "headline": "Spring" })).send().await.expect(201);
    vec![
        format!("products/{product}"),
        format!("categories/{green}"),
        format!("categories/{tea}"),
        format!("news/{}", news["id"].as_str().unwrap()),
        format!("users/{ANNA}"),
    ]
}

#[tokio::test]
async fn what_is_excluded_by_if_none_match_is_not_changed() {
    let shop = Shop::open().await;
    for place in things(&shop).await {
        let before = shop.get(&place).await;
        let (tag, before) = (before.header("ETag"), before.json());
        for method in ["PUT", "PATCH", "DELETE"] {
            for tag in ["*", tag.as_str(), &format!("\"other\", W/{tag}")] {
                let refused = shop.ask(method, &place).header("If-None-Match", tag).json(&before).send().await;
                refused.problem(412, "precondition_failed");
            }
        }
        assert_eq!(shop.get(&place).await.json(), before);
        let fine = shop.ask("PATCH", &place).header("If-None-Match", "\"other\"").json(&json!({})).send().await;
        fine.expect(200);
    }
}

#[tokio::test]
async fn what_was_read_can_be_sent_back_and_changes_nothing() {
    let shop = Shop::open().await;
    let blind = shop.key(&["users:*"]).await;
    for place in things(&shop).await {
        let before = shop.get(&place).await;
        let (tag, body) = (before.header("ETag"), before.json());
        for (method, sent) in [("PUT", &body), ("PATCH", &body), ("PATCH", &json!({}))] {
            let after = shop.ask(method, &place).header("If-Match", &tag).json(sent).send().await;
            // A category's tag has a part that a writer does not overwrite.
            assert_eq!((after.header("ETag"), after.json()), (tag.clone(), body.clone()), "{method} {place}");
        }
        let mut wrong = body.clone();
        wrong["modified"] = json!("2001-01-01T00:00:00Z");
        for method in ["PUT", "PATCH"] {
            let problem = shop.ask(method, &place).json(&wrong).send().await.problem(422, "invalid_fields");
            assert_eq!(
                (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
                (&json!("/modified"), &json!("read_only"))
            );
        }
        assert_eq!(shop.get(&place).await.json(), body);
    }
    // Also by a key that sees contact data masked.
    let place = format!("users/{ANNA}");
    let before = shop.get(&place).await.json();
    let mut masked = shop.ask_as(&blind, "GET", &place).send().await.expect(200);
    shop.ask_as(&blind, "PUT", &place).json(&masked).send().await.expect(200);
    assert_eq!(shop.get(&place).await.json(), before);
    masked["language"] = json!("ru");
    shop.ask_as(&blind, "PUT", &place).json(&masked).send().await.expect(200);
    let after = shop.get(&place).await.json();
    assert_eq!(
        (&after["language"], &after["email"], &after["address"]),
        (&json!("ru"), &before["email"], &before["address"])
    );
}

#[tokio::test]
async fn what_is_read_can_be_changed_and_sent_back() {
    let shop = Shop::open().await;
    let place = format!("products/{}", shop.product("Sencha", &shop.category("Tea", None).await).await);
    let mut body = shop.get(&place).await.json();
    body["price"]["amount"] = json!(99_00);
    body["stock"] = json!(0);
    let after = shop.ask("PUT", &place).json(&body).send().await.expect(200);
    assert_eq!((&after["discounted_price"]["amount"], &after["available"]), (&json!(99_00), &json!(false)));
    for (name, value) in [("/id", json!("0".repeat(24))), ("/available", json!(true)), ("/price/text", json!("1 ₴"))]
    {
        let mut wrong = after.clone();
        *wrong.pointer_mut(name).unwrap() = value;
        let problem = shop.ask("PUT", &place).json(&wrong).send().await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["pointer"], name, "{problem}");
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_its_list() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    for title in ["A", "B", "C"] {
        shop.product(title, &tea).await;
    }
    let cursor_of = async |path: &str| {
        let next = shop.get(path).await.expect(200)["next"].as_str().unwrap().to_owned();
        next.split("cursor=").nth(1).unwrap().to_owned()
    };
    let cursor = cursor_of("products?limit=2&sort=title").await;
    for other in ["sort=price", "sort=-title", "", "sort=title&hidden=false", &format!("sort=title&category={tea}")] {
        let page = shop.get(&format!("products?{other}&cursor={cursor}")).await;
        assert!(page.problem(400, "invalid_parameter").to_string().contains("another list"), "{other}");
    }
    shop.get(&format!("categories?sort=title&cursor={cursor}")).await.problem(400, "invalid_parameter");
    // How much of each row, and how many rows, is asked anew for each page; the usual order need not be named.
    let page = shop.get(&format!("products?cursor={cursor}&sort=title&limit=1&fields=title")).await.expect(200);
    assert_eq!(page["data"][0]["title"], "C");
    let usual = cursor_of("products?limit=2").await;
    shop.get(&format!("products?sort=position&cursor={usual}")).await.expect(200);
}

#[tokio::test]
async fn a_form_does_not_become_another_method() {
    let shop = Shop::open().await;
    for place in things(&shop).await {
        for method in ["DELETE", "delete", "PUT", "PATCH", "GET"] {
            for kind in ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8"] {
                let form = format!("_method={method}&title=x");
                shop.ask("POST", &place).body(kind, form).send().await.problem(405, "method_not_allowed");
            }
        }
        shop.get(&place).await.expect(200);
    }
    let form = "_method=DELETE";
    let answer = shop.ask("POST", "products").body("application/x-www-form-urlencoded", form).send().await;
    answer.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn a_member_that_is_there_twice_is_refused_and_changes_nothing() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let place = format!("products/{}", shop.product("Sencha", &tea).await);
    let before = shop.get(&place).await.json();
    for body in [
        r#"{"stock":1,"stock":2}"#,
        r#"{"price":{"amount":1,"currency":"UAH","amount":2}}"#,
        r#"{"characteristics":[{"name":"a","name":"b","value":"c"}]}"#,
        r#"{"nonsense":{"deep":[{"a":1,"a":1}]}}"#,
    ] {
        for (method, place) in [("PATCH", place.as_str()), ("PUT", &place), ("POST", "products"), ("POST", "mailings")]
        {
            shop.ask(method, place).body("application/json", body).send().await.problem(400, "malformed");
        }
    }
    assert_eq!(shop.get(&place).await.json(), before);
    let marked = [b"\xef\xbb\xbf", sencha("Bancha", &tea).to_string().as_bytes()].concat();
    shop.ask("POST", "products").body("application/json", marked).send().await.expect(201);
}

#[tokio::test]
async fn many_mistakes_have_a_short_answer() {
    let shop = Shop::open().await;
    let many: Value =
        (0..12_000).map(|number| (format!("unknown{number}"), json!(1))).collect::<serde_json::Map<_, _>>().into();
    let long = json!({ "x".repeat(200_000): 1, "~".repeat(40_000): 2 });
    let characteristics: Vec<Value> = (0..24).map(|_| json!({ "a".repeat(5_000): 1, "b": 2, "c": 3 })).collect();
    for body in [many, long, json!({ "characteristics": characteristics })] {
        let answer = shop.ask("POST", "products").json(&body).send().await;
        assert!(answer.bytes.len() < 12_000, "{} bytes", answer.bytes.len());
        let problem = answer.problem(422, "invalid_fields");
        assert!((2..=20).contains(&problem["errors"].as_array().unwrap().len()), "{problem}");
    }
    let query: String = (0..500).map(|number| format!("&{}{number}=1", "n".repeat(80))).collect();
    let answer = shop.get(&format!("products?{query}")).await;
    assert!(answer.bytes.len() < 12_000, "{} bytes", answer.bytes.len());
    assert!(answer.problem(400, "invalid_parameter")["detail"].as_str().unwrap().starts_with("500 mistakes"));
    let answer = shop.get(&format!("products/{}", "%C3%A9".repeat(5_000))).await;
    assert!(answer.bytes.len() < 2_000, "{} bytes", answer.bytes.len());
}
