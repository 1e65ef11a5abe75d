//! Many products in one request.

use serde_json::{Value, json};

use super::support::{Shop, id, sencha};

/// An id that a caller has chosen.
fn chosen(number: u8) -> String {
    format!("{number:02x}").repeat(12)
}

fn row(id: &str, mut fields: Value) -> Value {
    fields["id"] = json!(id);
    fields
}

fn outcomes(result: &Value) -> Vec<&str> {
    result["rows"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_row_is_made_changed_left_or_refused_by_itself_and_may_be_sent_again() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let (old, same) = (shop.product("Sencha", &tea).await, shop.product("Bancha", &tea).await);
    let nowhere = chosen(0);
    let shown = shop.get(&format!("products/{same}")).await.expect(200);
    let rows = json!([
        row(&old, json!({ "stock": 40, "price": { "amount": 39_000 } })),
        row(&same, json!({ "stock": 5, "modified": shown["modified"] })),
        row(&chosen(1), sencha("Gyokuro", &tea)),
        row(&chosen(2), json!({ "stock": 1 })),
        row(&chosen(3), sencha("Assam", &nowhere)),
        row(&old, json!({ "discount": 101, "colour": "green" })),
        row(&same, json!({ "available": false })),
        row(
            &chosen(4),
            json!({ "title": "Keemun", "category": tea, "stock": 5, "price": { "amount": 1, "currency": "UAH" }, "created": "2026-03-14T12:00:00Z" })
        ),
    ]);
    let send = || shop.ask("PATCH", "products").json(&json!({ "rows": rows })).send();
    let result = send().await.expect(200);
    let refused = ["refused"; 5];
    assert_eq!(outcomes(&result), [["changed", "unchanged", "created"].as_slice(), &refused].concat(), "{result:#}");
    assert_eq!(
        [&result["created"], &result["changed"], &result["unchanged"], &result["refused"]],
        [&json!(1), &json!(1), &json!(1), &json!(5)]
    );
    let of = |at: usize, pointer: &str| result["rows"][at]["problem"].pointer(pointer).cloned().unwrap_or_default();
    assert_eq!((of(3, "/status"), of(3, "/code")), (json!(422), json!("invalid_fields")));
    assert_eq!(of(3, "/errors").as_array().unwrap().len(), 3, "title, category and price are missing: {result:#}");
    assert_eq!((of(4, "/status"), of(4, "/code")), (json!(409), json!("unknown_category")));
    assert_eq!((of(5, "/errors/0/pointer"), of(5, "/errors/1/pointer")), (json!("/discount"), json!("/colour")));
    assert_eq!((of(6, "/errors/0/pointer"), of(6, "/errors/0/code")), (json!("/available"), json!("read_only")));
    assert_eq!((of(7, "/errors/0/pointer"), of(7, "/errors/0/code")), (json!("/created"), json!("read_only")));
    // Whoever reads next sees it, over the API and in the chat.
    let changed = shop.get(&format!("products/{old}")).await.expect(200);
    assert_eq!(
        (&changed["stock"], &changed["price"]["amount"], &changed["title"]),
        (&json!(40), &json!(39_000), &json!("Sencha"))
    );
    let made = chosen(1).parse().map(dialogues::shop::ProductId).unwrap();
    assert_eq!(shop.catalogue().product(made).unwrap().title, "Gyokuro");
    assert_eq!(shop.walk("products?limit=100", "title").await.len(), 3);
    let again = send().await.expect(200);
    assert_eq!(outcomes(&again), [["unchanged"; 3].as_slice(), &refused].concat(), "{again:#}");
    assert_eq!(shop.get(&format!("products/{old}")).await.expect(200), changed, "what is so already is not written");
}

#[tokio::test]
async fn rows_that_name_nothing_are_no_request_and_nothing_is_done() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let good = row(&chosen(1), sencha("Gyokuro", &tea));
    let many: Vec<Value> = (0..501).map(|_| good.clone()).collect();
    for (body, pointer, code) in [
        (json!({}), "/rows", "required"),
        (json!({ "rows": [] }), "/rows", "out_of_range"),
        (json!({ "rows": many }), "/rows", "out_of_range"),
        (json!({ "rows": good }), "/rows", "wrong_type"),
        (json!({ "rows": [good], "mode": "all" }), "/mode", "unknown"),
        (json!({ "rows": [good, "x"] }), "/rows/1", "wrong_type"),
        (json!({ "rows": [good, sencha("Assam", &tea)] }), "/rows/1/id", "required"),
        (json!({ "rows": [good, row("tea", json!({}))] }), "/rows/1/id", "malformed"),
    ] {
        let problem = shop.ask("PATCH", "products").json(&body).send().await.problem(422, "invalid_fields");
        assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!(pointer), &json!(code)));
    }
    assert!(shop.walk("products", "id").await.is_empty());
    let reader = shop.key(&["products:read"]).await;
    let body = json!({ "rows": [good] });
    shop.ask_as(&reader, "PATCH", "/api/v1/products").json(&body).send().await.problem(403, "missing_scope");
}

#[tokio::test]
async fn a_null_is_the_default_also_of_a_new_product_and_five_hundred_long_rows_are_one_request() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let nulls = json!({ "description": null, "discount": null, "stock": null, "translations": { "uk": null } });
    let mut new = sencha("Assam", &tea);
    new.as_object_mut().unwrap().extend(nulls.as_object().unwrap().clone());
    let result =
        shop.ask("PATCH", "products").json(&json!({ "rows": [row(&chosen(1), new)] })).send().await.expect(200);
    assert_eq!(outcomes(&result), ["created"], "{result:#}");
    let made = shop.get(&format!("products/{}", chosen(1))).await.expect(200);
    assert_eq!((&made["description"], &made["discount"], &made["stock"]), (&json!(""), &json!(0), &Value::Null));
    let long = |number: usize| {
        let mut long = sencha(&format!("Tea {number}"), &tea);
        long["description"] = json!("чай".repeat(1_200));
        row(&format!("{number:024x}"), long)
    };
    let rows: Vec<Value> = (0..500).map(long).collect();
    let result = shop.ask("PATCH", "products").json(&json!({ "rows": rows })).send().await.expect(200);
    assert_eq!(result["created"], 500, "{}", result["rows"][0]);
}

#[tokio::test]
async fn what_cannot_be_used_is_told_and_conditions_on_many_things_are_refused() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let spoilt = bson::oid::ObjectId::parse_str(chosen(1)).unwrap();
    let products = shop.store.database().collection::<bson::Document>("products");
    products.insert_one(bson::doc! { "_id": spoilt, "title": "Assam", "price": "a lot" }).await.unwrap();
    let rows = json!({ "rows": [row(&chosen(1), sencha("Assam", &tea)), row(&chosen(2), sencha("Keemun", &tea))] });
    let result = shop.ask("PATCH", "products").json(&rows).send().await.expect(200);
    assert_eq!(outcomes(&result), ["refused", "created"]);
    assert_eq!(
        (&result["rows"][0]["problem"]["status"], &result["rows"][0]["problem"]["code"]),
        (&json!(409), &json!("unusable"))
    );
    for header in ["If-Match", "If-None-Match"] {
        let asked = shop.ask("PATCH", "products").header(header, "*").json(&rows).send().await;
        assert_eq!(asked.problem(400, "invalid_header")["errors"][0]["header"], header);
    }
}

#[tokio::test]
async fn of_many_programs_that_send_the_same_rows_one_makes_each_product() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let rows: Vec<Value> = (1..=20).map(|number| row(&chosen(number), sencha("Assam", &tea))).collect();
    let body = json!({ "rows": rows });
    let results = futures::future::join_all((0..4).map(|_| shop.ask("PATCH", "products").json(&body).send())).await;
    let mut made = 0;
    for result in results {
        let result = result.expect(200);
        assert_eq!(result["refused"], 0, "{result:#}");
        made += result["created"].as_u64().unwrap();
    }
    assert_eq!(made, 20);
    let ids: Vec<String> = rows.iter().map(id).collect();
    let mut seen = shop.walk("products?limit=100", "id").await;
    seen.sort_unstable();
    assert_eq!(seen, ids);
}

#[tokio::test]
async fn while_mongodb_takes_no_writes_the_rows_that_are_left_say_so_and_most_are_not_tried() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let mut ids = Vec::new();
    for title in ["Sencha", "Bancha", "Gyokuro", "Assam", "Keemun"] {
        ids.push(shop.product(title, &tea).await);
    }
    let namespace = format!("{}.products", shop.store.database_name());
    let admin = shop.store.database().client().database("admin");
    let fails = async |mode: bson::Bson| {
        // A host that is not reached: the driver tries once more, and does not take the server for gone.
        let data = bson::doc! { "failCommands": ["update"], "namespace": &namespace, "errorCode": 6 };
        let point = bson::doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data };
        admin.run_command(point).await.unwrap()
    };
    let send = async |stock: u8| {
        let rows: Vec<Value> = ids.iter().map(|id| row(id, json!({ "stock": stock }))).collect();
        shop.ask("PATCH", "products").json(&json!({ "rows": rows })).send().await
    };
    fails(bson::doc! { "skip": 1 }.into()).await;
    let part = send(7).await.expect(200);
    let tried = fails("off".into()).await.get_i32("count").unwrap();
    assert_eq!(tried, 2, "one row, twice");
    assert_eq!(outcomes(&part), ["changed", "refused", "refused", "refused", "refused"]);
    assert!((1..=4).all(|at| part["rows"][at]["problem"]["code"] == "unavailable"), "{part:#}");
    fails(bson::doc! { "skip": 0 }.into()).await;
    let nothing = send(8).await;
    fails("off".into()).await;
    assert_eq!(nothing.header("Retry-After"), "2");
    nothing.problem(503, "unavailable");
    assert_eq!(outcomes(&send(8).await.expect(200)), ["changed"; 5]);
}
