//! Products over HTTP.

use serde_json::{Value, json};

use super::support::{Shop, id, modified, sencha};

#[tokio::test]
async fn a_product_is_made_read_changed_and_removed_and_the_bot_sells_it() {
    let shop = Shop::open().await;
    let leaves = shop.category("Green tea", None).await;
    let made = shop.ask("POST", "products").json(&sencha("Sencha", &leaves)).send().await;
    let (place, tag) = (made.header("Location"), made.header("ETag"));
    let product = made.expect(201);
    assert_eq!(place, format!("/api/v1/products/{}", id(&product)));
    assert_eq!(product["price"], json!({ "amount": 42_000, "currency": "UAH", "text": "420\u{a0}₴" }));
    assert_eq!((&product["available"], &product["discount"]), (&json!(true), &json!(0)));
    assert_eq!(product["created"], product["modified"]);

    let read = shop.get(&place).await;
    assert_eq!(read.header("ETag"), tag);
    assert_eq!(read.expect(200), product);
    let key = id(&product).parse().map(dialogues::shop::ProductId).unwrap();
    assert_eq!(shop.catalogue().product(key).unwrap().title, "Sencha");

    let patch = json!({ "discount": 10, "price": { "amount": 999 } });
    let patched = shop.ask("PATCH", &place).json(&patch).send().await.expect(200);
    assert_eq!((&patched["price"]["amount"], &patched["price"]["currency"]), (&json!(999), &json!("UAH")));
    // 899.1, rounded half up.
    assert_eq!(patched["discounted_price"]["amount"], 899);
    assert!(modified(&patched) > modified(&product), "{patched} {product}");
    assert_eq!(shop.catalogue().product(key).unwrap().discount.get(), 10);

    let put = shop.ask("PUT", &place).json(&sencha("Bancha", &leaves)).send().await.expect(200);
    assert_eq!((&put["title"], &put["discount"]), (&json!("Bancha"), &json!(0)));
    assert_eq!(put["created"], product["created"]);

    shop.ask("DELETE", &place).send().await.expect(204);
    assert!(shop.catalogue().product(key).is_none());
    shop.get(&place).await.problem(404, "not_found");
    shop.ask("DELETE", &place).send().await.problem(404, "not_found");
}

#[tokio::test]
async fn whoever_writes_reads_what_was_written() {
    let shop = Shop::open().await;
    let place = format!("products/{}", shop.product("Sencha", &shop.category("Tea", None).await).await);
    for amount in 1..=40 {
        let patch = json!({ "price": { "amount": amount } });
        let written = shop.ask("PATCH", &place).json(&patch).send().await.expect(200);
        assert_eq!(shop.get(&place).await.expect(200), written);
        let listed = shop.get("products").await.expect(200);
        assert_eq!(listed["data"][0], written);
    }
}

#[tokio::test]
async fn lists_are_filtered() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let green = shop.category("Green", Some(&tea)).await;
    let honey = shop.category("Honey", None).await;
    for (title, category, extra) in [
        ("Сенча", &green, json!({ "discount": 50, "description": "Зелений чай" })),
        ("Assam", &tea, json!({ "stock": 0 })),
        ("Acacia", &honey, json!({ "hidden": true })),
        ("Linden", &honey, json!({ "stock": null, "price": { "amount": 5, "currency": "UAH" } })),
    ] {
        let mut body = sencha(title, category);
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        shop.ask("POST", "products").json(&body).send().await.expect(201);
    }
    for (query, titles) in [
        (format!("category={tea}"), vec!["Assam"]),
        (format!("category={tea}&descendants=true"), vec!["Assam", "Сенча"]),
        ("price_from=21000&price_to=21000".to_owned(), vec!["Сенча"]),
        ("price_to=5".to_owned(), vec!["Linden"]),
        ("discounted=true".to_owned(), vec!["Сенча"]),
        ("available=false".to_owned(), vec!["Acacia", "Assam"]),
        ("hidden=true".to_owned(), vec!["Acacia"]),
        ("q=SENCHA".to_owned(), vec!["Сенча"]),
        ("q=chai+sencha".to_owned(), vec!["Сенча"]),
        ("q=асам".to_owned(), vec![]),
        ("q='".to_owned(), vec![]),
        ("category=000000000000000000000000".to_owned(), vec![]),
    ] {
        let page = shop.get(&format!("products?sort=title&{query}")).await.expect(200);
        let found: Vec<&str> =
            page["data"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap()).collect();
        assert_eq!(found, titles, "{query}");
    }
}

#[tokio::test]
async fn pages_show_every_product_once_while_others_are_added() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let mut made = Vec::new();
    for place in 0..7 {
        made.push(shop.product(&format!("Tea {}", place % 3), &tea).await);
    }
    for sort in ["position", "-position", "title", "-title", "price", "-created", "modified"] {
        let mut seen = shop.walk(&format!("products?limit=2&sort={sort}"), "id").await;
        seen.sort();
        assert_eq!(
            seen,
            {
                made.sort();
                made.clone()
            },
            "{sort}"
        );
    }
    let first = shop.get("products?limit=3&sort=-created").await;
    assert!(first.header("Link").ends_with("; rel=\"next\""));
    let first = first.expect(200);
    shop.product("Newest", &tea).await;
    let rest = shop.walk(first["next"].as_str().unwrap(), "id").await;
    let seen: Vec<String> = first["data"].as_array().unwrap().iter().map(id).chain(rest).collect();
    assert_eq!(seen.len(), 7, "the newest one stands before the first page");
}

#[tokio::test]
async fn only_the_fields_that_were_asked_for_are_shown() {
    let shop = Shop::open().await;
    let product = shop.product("Sencha", &shop.category("Tea", None).await).await;
    let part = shop.get(&format!("products/{product}?fields=title,stock")).await.expect(200);
    assert_eq!(part, json!({ "id": product, "title": "Sencha", "stock": 5 }));
    let page = shop.get("products?fields=hidden").await.expect(200);
    assert_eq!(page["data"], json!([{ "id": product, "hidden": false }]));
    shop.get("products?fields=colour").await.problem(400, "invalid_parameter");
}

#[tokio::test]
async fn a_tag_saves_reading_and_keeps_from_losing_an_update() {
    let shop = Shop::open().await;
    let place = format!("products/{}", shop.product("Sencha", &shop.category("Tea", None).await).await);
    let tag = shop.get(&place).await.header("ETag");
    let known = shop.ask("GET", &place).header("If-None-Match", &tag).send().await;
    assert_eq!((known.status, known.bytes.len()), (304, 0));
    assert_eq!(known.header("ETag"), tag);

    let change = |amount: i64| json!({ "price": { "amount": amount } });
    shop.ask("PATCH", &place).header("If-Match", &tag).json(&change(1)).send().await.expect(200);
    for method in ["PATCH", "PUT", "DELETE"] {
        let request = shop.ask(method, &place).header("If-Match", &tag);
        let request = if method == "DELETE" { request } else { request.json(&sencha("Bancha", &"0".repeat(24))) };
        let answer = request.send().await;
        // The category of the PUT is unknown, too: which one is told does not matter, that nothing is done does.
        assert!(matches!(answer.status, 409 | 412), "{method}: {}", answer.status);
    }
    let lost = shop.ask("PATCH", &place).header("If-Match", &tag).json(&change(2)).send().await;
    lost.problem(412, "precondition_failed");
    assert_eq!(shop.get(&place).await.expect(200)["price"]["amount"], 1);
    assert_eq!(shop.ask("GET", &place).header("If-None-Match", &tag).send().await.status, 200);

    let page = shop.get("products").await.header("ETag");
    assert_eq!(shop.ask("GET", "products").header("If-None-Match", &page).send().await.status, 304);
}

#[tokio::test]
async fn of_many_who_change_one_product_nobody_is_overwritten() {
    let shop = Shop::open().await;
    let place = format!("products/{}", shop.product("Sencha", &shop.category("Tea", None).await).await);
    let patches = [
        json!({ "title": "Bancha" }),
        json!({ "discount": 7 }),
        json!({ "stock": 3 }),
        json!({ "hidden": true }),
        json!({ "position": 9 }),
        json!({ "description": "Green" }),
    ];
    let all = patches.iter().map(|patch| shop.ask("PATCH", &place).json(patch).send());
    for answer in futures::future::join_all(all).await {
        answer.expect(200);
    }
    let product = shop.get(&place).await.expect(200);
    for patch in patches {
        for (name, value) in patch.as_object().unwrap() {
            assert_eq!(product[name], *value, "{name}");
        }
    }
}

#[tokio::test]
async fn bad_products_are_refused_field_by_field_and_change_nothing() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let place = format!("products/{}", shop.product("Sencha", &tea).await);
    let before = shop.get("products").await.expect(200);
    for (name, value, code) in [
        ("/title", json!(" "), "out_of_range"),
        ("/title", json!("x".repeat(201)), "out_of_range"),
        ("/title", json!("a\u{0}b"), "malformed"),
        ("/title", json!(7), "wrong_type"),
        ("/description", Value::Null, "wrong_type"),
        ("/category", json!("tea"), "malformed"),
        ("/price", json!(420), "wrong_type"),
        ("/price/amount", json!({ "amount": -1, "currency": "UAH" }), "out_of_range"),
        ("/price/amount", json!({ "amount": 4.5, "currency": "UAH" }), "wrong_type"),
        ("/price/currency", json!({ "amount": 1, "currency": "EUR" }), "out_of_range"),
        ("/price/currency", json!({ "amount": 1 }), "required"),
        ("/price/text", json!({ "amount": 1, "currency": "UAH", "text": "1" }), "unknown"),
        ("/discount", json!(101), "out_of_range"),
        ("/stock", json!("always"), "wrong_type"),
        ("/stock", json!(-1), "out_of_range"),
        ("/hidden", json!("no"), "wrong_type"),
        ("/position", json!(1e300), "wrong_type"),
        ("/characteristics/0/value", json!([{ "name": "Origin", "value": "" }]), "out_of_range"),
        ("/characteristics/1", json!([{ "name": "a", "value": "b" }, 5]), "wrong_type"),
        ("/characteristics", json!({ "Origin": "Uji" }), "wrong_type"),
        ("/created", json!("2026-03-14T12:00:00Z"), "unknown"),
        ("/colour", Value::Null, "unknown"),
    ] {
        let mut body = sencha("Bancha", &tea);
        body[name.split('/').nth(1).unwrap()] = value;
        for (method, path) in [("POST", "products"), ("PUT", place.as_str())] {
            let problem = shop.ask(method, path).json(&body).send().await.problem(422, "invalid_fields");
            assert_eq!(problem["errors"][0]["pointer"], name, "{method}: {problem}");
            // PUT takes what GET shows, but not something else.
            let shown = method == "PUT" && ["/price/text", "/created"].contains(&name);
            assert_eq!(problem["errors"][0]["code"], if shown { "read_only" } else { code }, "{problem}");
        }
        // To a patch, null says that a field is taken away.
        if name != "/description" && name != "/price/currency" {
            let patch = json!({ name.split('/').nth(1).unwrap(): body[name.split('/').nth(1).unwrap()] });
            shop.ask("PATCH", &place).json(&patch).send().await.problem(422, "invalid_fields");
        }
    }
    let empty = shop.ask("POST", "products").json(&json!({})).send().await.problem(422, "invalid_fields");
    assert_eq!(empty["errors"].as_array().unwrap().len(), 4);
    let nowhere = sencha("Bancha", &"0".repeat(24));
    for (method, path) in [("POST", "products"), ("PUT", place.as_str()), ("PATCH", place.as_str())] {
        shop.ask(method, path).json(&nowhere).send().await.problem(409, "unknown_category");
    }
    assert_eq!(shop.get("products").await.expect(200), before);
}

#[tokio::test]
async fn a_change_by_somebody_else_is_seen_and_not_overwritten() {
    let shop = Shop::open().await;
    let product = shop.product("Sencha", &shop.category("Tea", None).await).await;
    let place = format!("products/{product}");
    let tag = shop.get(&place).await.header("ETag");
    let products = shop.store.database().collection::<bson::Document>("products");
    let oid: bson::oid::ObjectId = product.parse().unwrap();
    // A program that knows nothing of our stamps.
    products.update_one(bson::doc! { "_id": oid }, bson::doc! { "$set": { "stock": 2 } }).await.unwrap();
    let lost = shop.ask("PATCH", &place).header("If-Match", &tag).json(&json!({ "stock": 9 })).send().await;
    lost.problem(412, "precondition_failed");
    let patched = shop.ask("PATCH", &place).json(&json!({ "title": "Bancha" })).send().await.expect(200);
    assert_eq!(patched["stock"], 2);
}

#[tokio::test]
async fn reads_cost_no_command() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let place = format!("products/{}", shop.product("Sencha", &tea).await);
    shop.get(&place).await.expect(200);
    let before = shop.store.commands();
    for _ in 0..20 {
        shop.get(&place).await.expect(200);
        shop.get(&format!("products?category={tea}")).await.expect(200);
        shop.get("categories").await.expect(200);
    }
    // The key may have been looked up anew, once.
    assert!(shop.store.commands() - before <= 1, "{} commands", shop.store.commands() - before);
}

#[tokio::test]
async fn a_change_costs_five_commands() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let place = format!("products/{}", shop.product("Sencha", &tea).await);
    let mut least = u64::MAX;
    for stock in 1..=5 {
        let before = shop.store.commands();
        shop.ask("PATCH", &place).json(&json!({ "stock": stock })).send().await.expect(200);
        least = least.min(shop.store.commands() - before);
    }
    // Read; write, event and commit; and the mark in the stream. Meanwhile the key may have been looked up.
    assert_eq!(least, 5);
}

#[tokio::test]
async fn a_patch_is_not_refused_because_of_what_it_does_not_change() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let place = format!("products/{}", shop.product("Sencha", &tea).await);
    // What another program may write into MongoDB: each of these the API refuses.
    let flawed = bson::doc! { "$set": {
        "title": "A\nB", "description": "x".repeat(5000), "stock": 3_000_000_000_i64, "picture": "tea.jpg",
        "characteristics": [{ "name": "\u{200b}", "value": "" }],
    } };
    let products = shop.store.database().collection::<bson::Document>("products");
    products.update_many(bson::doc! {}, flawed).await.unwrap();
    shop.feed.catch_up().await.unwrap();
    let metrics = shop.store.metrics().text();
    assert!(metrics.contains("shopkeeper_documents_flawed{collection=\"products\"} 1"), "{metrics}");
    let patch = |patch: Value| shop.ask("PATCH", &place).json(&patch).send();
    let patched = patch(json!({ "stock": 5 })).await.expect(200);
    assert_eq!((&patched["stock"], &patched["title"]), (&json!(5), &json!("A\nB")));
    assert_eq!(patched["description"].as_str().unwrap().len(), 5000);
    assert_eq!(patch(json!({ "price": { "amount": 7 } })).await.expect(200)["price"]["amount"], json!(7));
    // What it names is held against the rules, all of it at once.
    let refused = patch(json!({ "title": "A\nB", "description": "x".repeat(5000), "stock": null, "no": 1 })).await;
    let pointers = refused.problem(422, "invalid_fields")["errors"].clone();
    let pointers: Vec<&str> =
        pointers.as_array().unwrap().iter().filter_map(|error| error["pointer"].as_str()).collect();
    assert_eq!(pointers, ["/title", "/description", "/no"]);
    patch(json!({ "title": null })).await.problem(422, "invalid_fields");
    assert_eq!(patch(json!({ "description": null })).await.expect(200)["description"], json!(""));
    // A title that nobody sees is none.
    for blank in ["", " ", "\u{200b}", "\u{2800}", "\u{ad}\u{200d}"] {
        patch(json!({ "title": blank })).await.problem(422, "invalid_fields");
        let category = shop.ask("PATCH", &format!("categories/{tea}")).json(&json!({ "title": blank }));
        category.send().await.problem(422, "invalid_fields");
        shop.ask("POST", "news").json(&json!({ "headline": blank })).send().await.problem(422, "invalid_fields");
    }
    let categories = shop.store.database().collection::<bson::Document>("categories");
    categories.update_many(bson::doc! {}, bson::doc! { "$set": { "title": "T\u{7}" } }).await.unwrap();
    let moved = shop.ask("PATCH", &format!("categories/{tea}")).json(&json!({ "position": 3 }));
    assert_eq!(moved.send().await.expect(200)["position"], json!(3));
    let id = shop.ask("POST", "news").json(&json!({ "headline": "H", "body": "B" })).send().await.expect(201);
    let news = shop.store.database().collection::<bson::Document>("news");
    news.update_many(bson::doc! {}, bson::doc! { "$set": { "headline": "h".repeat(300) } }).await.unwrap();
    let changed = shop.ask("PATCH", &format!("news/{}", id["id"].as_str().unwrap())).json(&json!({ "body": "C" }));
    assert_eq!(changed.send().await.expect(200)["body"], json!("C"));
}
