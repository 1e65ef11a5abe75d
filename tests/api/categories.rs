//! Categories over HTTP.

use futures::future::join_all;
use serde_json::json;

use super::support::Shop;

#[tokio::test]
async fn a_category_knows_its_way_and_what_stands_on_it() {
    let shop = Shop::open().await;
    let tea = shop.category("Tea", None).await;
    let green = shop.category("Green", Some(&tea)).await;
    let japan = shop.category("Japan", Some(&green)).await;
    let read = shop.get(&format!("categories/{green}")).await.expect(200);
    assert_eq!(read["path"], json!([{ "id": tea, "title": "Tea" }, { "id": green, "title": "Green" }]));
    assert_eq!((&read["parent"], &read["subcategories"]), (&json!(tea), &json!([japan])));
    assert_eq!(shop.walk("categories?parent=root", "id").await, std::slice::from_ref(&tea));
    assert_eq!(shop.walk(&format!("categories?parent={tea}"), "id").await, std::slice::from_ref(&green));
    assert_eq!(shop.walk("categories?q=ДЖАПАН", "title").await, Vec::<String>::new());
    assert_eq!(shop.walk("categories?q=ГРЕЕН", "title").await, ["Green"]);
    assert_eq!(shop.walk("categories?limit=1&sort=-title", "title").await, ["Tea", "Japan", "Green"]);

    // Its tag tells of what is shown; a writer is asked only about what they would overwrite.
    let place = format!("categories/{green}");
    let tag = shop.get(&place).await.header("ETag");
    shop.ask("PATCH", &format!("categories/{tea}")).json(&json!({ "title": "Teas" })).send().await.expect(200);
    assert_eq!(shop.ask("GET", &place).header("If-None-Match", &tag).send().await.status, 200);
    let patch = json!({ "description": "Steamed" });
    shop.ask("PATCH", &place).header("If-Match", &tag).json(&patch).send().await.expect(200);
    shop.ask("PATCH", &place).header("If-Match", &tag).json(&patch).send().await.problem(412, "precondition_failed");
}

#[tokio::test]
async fn nothing_ever_stands_below_itself() {
    let shop = Shop::open().await;
    let top = shop.category("Top", None).await;
    let middle = shop.category("Middle", Some(&top)).await;
    let low = shop.category("Low", Some(&middle)).await;
    for target in [&top, &middle, &low] {
        let request = shop.ask("PATCH", &format!("categories/{top}")).json(&json!({ "parent": target }));
        request.send().await.problem(409, "category_cycle");
        let request = shop.ask("PUT", &format!("categories/{top}")).json(&json!({ "title": "x", "parent": target }));
        request.send().await.problem(409, "category_cycle");
    }
    // Two who would close a circle together: one of them comes too late.
    let other = shop.category("Other", None).await;
    let moves = [(&top, &other), (&other, &top)];
    let moves =
        moves.map(|(from, to)| shop.ask("PATCH", &format!("categories/{from}")).json(&json!({ "parent": to })).send());
    let mut statuses: Vec<u16> = join_all(moves).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn a_category_that_holds_something_goes_only_if_that_has_a_place() {
    let shop = Shop::open().await;
    let (old, new) = (shop.category("Old", None).await, shop.category("New", None).await);
    let below = shop.category("Below", Some(&old)).await;
    let product = shop.product("Sencha", &old).await;
    let place = format!("categories/{old}");
    shop.ask("DELETE", &place).send().await.problem(409, "category_not_empty");
    for (target, code) in [(&old, "category_cycle"), (&below, "category_cycle"), (&"0".repeat(24), "unknown_category")]
    {
        let request = shop.ask("DELETE", &format!("{place}?move_to={target}"));
        request.send().await.problem(409, code);
    }
    shop.ask("DELETE", &format!("{place}?move_to={new}")).send().await.expect(204);
    assert_eq!(shop.get(&format!("products/{product}")).await.expect(200)["category"], json!(new));
    assert_eq!(shop.get(&format!("categories/{below}")).await.expect(200)["parent"], json!(new));
    shop.get(&place).await.problem(404, "not_found");
    shop.ask("DELETE", &format!("categories/{below}")).send().await.expect(204);
}

#[tokio::test]
async fn bad_categories_are_refused() {
    let shop = Shop::open().await;
    let nowhere = "0".repeat(24);
    let post = |body| shop.ask("POST", "categories").json(&body).send();
    post(json!({ "title": "x", "parent": nowhere })).await.problem(409, "unknown_category");
    for (body, pointer) in [
        (json!({}), "/title"),
        (json!({ "title": "x", "path": [] }), "/path"),
        (json!({ "title": "x", "parent": 7 }), "/parent"),
        (json!({ "title": "x", "position": -1 }), "/position"),
    ] {
        let problem = post(body).await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    assert!(shop.walk("categories", "id").await.is_empty());
}

#[tokio::test]
async fn a_product_goes_into_no_category_that_is_not_there_whatever_this_process_has_seen() {
    let shop = Shop::open().await;
    let shelf = shop.category("Shelf", None).await;
    let product = shop.product("Sencha", &shelf).await;
    let place = format!("products/{product}");
    let body = |category: &str| json!({ "title": "Sencha", "price": { "amount": 100, "currency": "UAH" }, "stock": 3, "category": category });
    let gone = "0".repeat(24);
    shop.ask("POST", "products").json(&body(&gone)).send().await.problem(409, "unknown_category");
    shop.ask("PUT", &place).json(&body(&gone)).send().await.problem(409, "unknown_category");
    shop.ask("PATCH", &place).json(&json!({ "category": gone })).send().await.problem(409, "unknown_category");
    shop.ask("POST", "categories")
        .json(&json!({ "title": "T", "parent": gone }))
        .send()
        .await
        .problem(409, "unknown_category");
    // Many at once, while the category is being removed: none of them stands nowhere.
    let other = shop.category("Other", None).await;
    let posts = (0..8).map(|_| shop.ask("POST", "products").json(&body(&other)).send());
    let removal = shop.ask("DELETE", &format!("categories/{other}"));
    let (answers, removed) = tokio::join!(join_all(posts), removal.send());
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status)), "{answers:?}");
    assert_eq!(removed.status, if made == 0 { 204 } else { 409 }, "{removed:?}");
    assert_eq!(shop.feed.current().misplaced(), []);
}

#[tokio::test]
async fn categories_below_each_other_are_shown_and_can_be_mended() {
    let shop = Shop::open().await;
    let [one, two] = [bson::oid::ObjectId::from_bytes([1; 12]), bson::oid::ObjectId::from_bytes([2; 12])];
    let categories = shop.store.database().collection::<bson::Document>("categories");
    let circle = [(one, two), (two, one)].map(|(id, parent)| bson::doc! { "_id": id, "title": "C", "parent": parent });
    categories.insert_many(circle).await.unwrap();
    shop.feed.catch_up().await.unwrap();
    // A list with all that is below ends.
    shop.get(&format!("products?category={one}&descendants=true")).await.expect(200);
    let mended = shop.ask("PATCH", &format!("categories/{one}")).json(&json!({ "parent": null }));
    mended.send().await.expect(200);
    assert_eq!(shop.feed.current().misplaced(), []);
}
