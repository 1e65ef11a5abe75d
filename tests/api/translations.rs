//! Products, categories and news in several languages over HTTP.

use serde_json::{Value, json};

use super::support::{Shop, id, sencha};

/// A product of a category, both with translations.
async fn translated(shop: &Shop) -> (String, String) {
    let tea = json!({ "title": "Tea", "translations": { "uk": { "title": "Чай", "description": "Листя" } } });
    let tea = id(&shop.ask("POST", "categories").json(&tea).send().await.expect(201));
    let mut product = sencha("Sencha", &tea);
    product["characteristics"] = json!([{ "name": "Origin", "value": "Uji" }]);
    product["translations"] = json!({
        "uk": { "title": "Сенча", "characteristics": [{ "name": "Походження", "value": "Удзі" }] },
        "ru": { "title": "Сэнча" },
    });
    let made = shop.ask("POST", "products").json(&product).send().await.expect(201);
    assert_eq!((&made["title"], &made["translations"]), (&json!("Sencha"), &product["translations"]));
    (tea, format!("products/{}", id(&made)))
}

async fn in_language(shop: &Shop, place: &str, languages: &str) -> (Value, String) {
    let answer = shop.ask("GET", place).header("Accept-Language", languages).send().await;
    assert_eq!(answer.header("Vary"), "Authorization, Accept-Language");
    let tag = answer.header("ETag");
    (answer.expect(200), tag)
}

#[tokio::test]
async fn what_is_translated_is_read_in_the_language_that_is_asked_for() {
    let shop = Shop::open().await;
    let (tea, place) = translated(&shop).await;
    let own = shop.get(&place).await.expect(200);
    let (ukrainian, _) = in_language(&shop, &place, "uk-UA,uk;q=0.9,en;q=0.8").await;
    assert_eq!((&ukrainian["title"], &ukrainian["description"]), (&json!("Сенча"), &own["description"]));
    assert_eq!(ukrainian["characteristics"], json!([{ "name": "Походження", "value": "Удзі" }]));
    assert_eq!(ukrainian["translations"], own["translations"], "they are there in any language");
    let (russian, _) = in_language(&shop, &place, "de, ru;q=0.1").await;
    assert_eq!((&russian["title"], &russian["characteristics"]), (&json!("Сэнча"), &own["characteristics"]));
    assert_eq!(in_language(&shop, &place, "en, uk;q=0.5").await.0, own, "it has no other English words");

    for (place, languages, named) in [
        (place.as_str(), "uk-UA, en", "uk"),
        (&place, "en, uk;q=0.5", ""),
        ("products?fields=title", "ru", "ru"),
        ("products?fields=title", "en", ""),
        ("news", "uk", ""),
    ] {
        let answer = shop.ask("GET", place).header("Accept-Language", languages).send().await;
        assert_eq!(answer.header("Content-Language"), named, "{place} in {languages}");
    }
    let (listed, _) = in_language(&shop, "products?fields=title", "uk").await;
    assert_eq!(listed["data"][0]["title"], "Сенча");
    let below = json!({ "title": "Green tea", "parent": tea });
    let below = id(&shop.ask("POST", "categories").json(&below).send().await.expect(201));
    let (green, _) = in_language(&shop, &format!("categories/{below}"), "uk").await;
    let titles: Vec<_> = green["path"].as_array().unwrap().iter().map(|step| step["title"].clone()).collect();
    assert_eq!((&green["title"], titles), (&json!("Green tea"), vec![json!("Чай"), json!("Green tea")]));
    // What is known is known with the way to it.
    let (_, known) = in_language(&shop, &format!("categories/{below}"), "uk").await;
    let renamed = json!({ "translations": { "uk": { "title": "Чаї" } } });
    shop.ask("PATCH", &format!("categories/{tea}")).json(&renamed).send().await.expect(200);
    let again = shop.ask("GET", &format!("categories/{below}")).header("Accept-Language", "uk");
    let again = again.header("If-None-Match", &known).send().await.expect(200);
    assert_eq!(again["path"][0]["title"], "Чаї");

    let news = json!({ "headline": "Spring", "mail": false, "translations": { "ru": { "body": "Весна" } } });
    let news = format!("news/{}", id(&shop.ask("POST", "news").json(&news).send().await.expect(201)));
    let (russian, _) = in_language(&shop, &news, "ru").await;
    assert_eq!((&russian["headline"], &russian["body"]), (&json!("Spring"), &json!("Весна")));
}

#[tokio::test]
async fn a_translation_is_not_written_back_in_place_of_the_shops_own_words() {
    let shop = Shop::open().await;
    let (_, place) = translated(&shop).await;
    let (ukrainian, tag) = in_language(&shop, &place, "uk").await;
    let (_, own_tag) = in_language(&shop, &place, "en").await;
    assert_ne!(tag, own_tag);
    shop.ask("PUT", &place).header("If-Match", &tag).json(&ukrainian).send().await.problem(412, "precondition_failed");
    let known = shop.ask("GET", &place).header("Accept-Language", "uk").header("If-None-Match", &tag).send().await;
    known.expect(304);
    let known = shop.ask("GET", &place).header("Accept-Language", "en").header("If-None-Match", &tag).send().await;
    assert_eq!(known.expect(200)["title"], "Sencha");
}

#[tokio::test]
async fn a_patch_adds_and_takes_away_translations_and_bad_ones_are_refused_at_their_place() {
    let shop = Shop::open().await;
    let (_, place) = translated(&shop).await;
    let patch = json!({ "translations": { "uk": { "description": "Зелений", "characteristics": null }, "ru": null } });
    let patched = shop.ask("PATCH", &place).json(&patch).send().await.expect(200);
    assert_eq!(patched["translations"], json!({ "uk": { "title": "Сенча", "description": "Зелений" } }));
    for (words, found) in [("зелений", 1), ("червоний", 0)] {
        let listed = shop.get(&format!("products?q={words}")).await.expect(200);
        assert_eq!(listed["data"].as_array().unwrap().len(), found, "{words}");
    }
    let bad = json!({ "translations": {
        "uk": { "title": " ", "headline": "x", "characteristics": [{ "name": "Вага" }] }, "de": { "title": "Tee" },
    } });
    let problem = shop.ask("PATCH", &place).json(&bad).send().await.problem(422, "invalid_fields");
    let mut places: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    places.sort_by_key(ToString::to_string);
    assert_eq!(
        places,
        [
            "/translations/de",
            "/translations/uk/characteristics/0/value",
            "/translations/uk/headline",
            "/translations/uk/title",
        ]
    );
    let cleared = shop.ask("PATCH", &place).json(&json!({ "translations": null })).send().await.expect(200);
    assert_eq!(cleared["translations"], json!({}));
}
