//! The description of the API, and the server that is held against it.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use super::mailings::sent;
use super::support::{ANNA, Shop, png, sencha};

/// All operations: path, method, and what is said of them.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let of = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().clone();
        let path = path.clone();
        methods.into_iter().map(move |(method, told)| (path.clone(), method.to_uppercase(), told))
    };
    paths.flat_map(of).collect()
}

fn filled(path: &str) -> String {
    path.replace("{id}", &"0".repeat(24)).replace("{event}", &"0".repeat(24)).replace("{number}", "999-9999")
}

#[tokio::test]
async fn the_description_is_complete() {
    let shop = Shop::open().await;
    let document = shop.ask_bare("GET", "openapi.json").send().await.expect(200);
    assert_eq!(document["components"]["schemas"]["MoneyInput"]["properties"]["currency"]["enum"], json!(["UAH"]));
    let (mut names, all) = (BTreeSet::new(), operations(&document));
    assert!(all.len() > 30, "the description was misread: {all:?}");
    for (path, method, told) in all {
        assert!(names.insert(told["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
        assert!(told["summary"].is_string(), "{method} {path}");
        assert!(told["security"].is_array() || !path.contains("/v1/") || path.ends_with("openapi.json"), "{path}");
        for (status, response) in told["responses"].as_object().unwrap() {
            assert!(response["headers"]["X-Request-Id"].is_object(), "{method} {path} {status}");
        }
    }
    let codes = &document["components"]["schemas"]["ProblemCode"];
    let lengths = ["enum", "x-enum-descriptions"].map(|part| codes[part].as_array().unwrap().len());
    assert_eq!(lengths[0], lengths[1], "every code says what it means");
    // Null takes away what a patch may leave out, also a translation.
    for part in ["Patch_NewsInput/properties/translations", "Patch_NewsTranslations/properties/uk"] {
        let part = document.pointer(&format!("/components/schemas/{part}")).unwrap();
        assert_eq!(part["oneOf"][1]["type"], "null", "{part}");
    }
    let text = document.to_string();
    for reference in text.split("\"#/components/").skip(1) {
        let reference = reference.split('"').next().unwrap();
        assert!(document.pointer(&format!("/components/{reference}")).is_some(), "{reference}");
    }
}

/// A generated client sends and keeps files as bytes, and not as a list of numbers.
#[tokio::test]
async fn what_is_no_json_is_text_or_bytes() {
    let shop = Shop::open().await;
    let document = shop.get("openapi.json").await.expect(200);
    let mut seen = 0;
    for (path, method, told) in operations(&document) {
        let answers = told["responses"].as_object().unwrap().values();
        for content in answers.chain([&told["requestBody"]]).filter_map(|part| part["content"].as_object()) {
            for (kind, content) in content.iter().filter(|(kind, _)| !kind.ends_with("json")) {
                let named = content["schema"]["$ref"].as_str().map(|reference| reference.trim_start_matches('#'));
                let schema = named.map_or(&content["schema"], |pointer| document.pointer(pointer).unwrap());
                assert_eq!(schema["type"], "string", "{method} {path}: {kind}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 8, "only {seen} such bodies were found");
}

/// Bodies that somebody will copy.
#[tokio::test]
async fn every_example_of_a_body_is_taken() {
    let shop = Shop::open().await;
    shop.anna().await;
    let tea = shop.category("Tea", None).await;
    let product = shop.product("Sencha", &tea).await;
    let news = shop.ask("POST", "news").json(&json!({ "headline": "x" })).send().await.expect(201);
    let document = shop.get("openapi.json").await.expect(200);
    let mut taken = 0;
    for (path, method, told) in operations(&document) {
        let Some(reference) = told.pointer("/requestBody/content/application~1json/schema/$ref") else { continue };
        let pointer = format!("{}/example", reference.as_str().unwrap().trim_start_matches('#'));
        let Some(example) = document.pointer(&pointer) else { continue };
        let mut body = example.clone();
        let rows =
            body.get_mut("rows").and_then(Value::as_array_mut).map(Vec::as_mut_slice).unwrap_or_default().iter_mut();
        rows.for_each(|row| *row.get_mut("category").unwrap_or(&mut Value::Null) = json!(tea));
        if body["category"].is_string() {
            body["category"] = json!(tea);
        }
        let id = match told["tags"][0].as_str() {
            Some("products") => product.clone(),
            Some("categories") => tea.clone(),
            Some("news") => news["id"].as_str().unwrap().to_owned(),
            _ => ANNA.to_string(),
        };
        let answer = shop.ask(&method, &path.replace("{id}", &id)).json(&body).send().await;
        assert!(answer.status < 300, "{method} {path}: {}", String::from_utf8_lossy(&answer.bytes));
        taken += 1;
    }
    assert!(taken >= 12, "only {taken} bodies have an example");
}

#[tokio::test]
async fn the_manual_is_in_the_program() {
    let shop = Shop::open().await;
    let page = shop.ask_bare("GET", "docs").send().await;
    let policy = page.header("Content-Security-Policy");
    assert!(policy.contains("default-src 'none'; script-src 'self';"), "{policy}");
    let html = String::from_utf8(page.bytes).unwrap();
    assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("onload"), "{html}");
    let files: Vec<&str> = html.split("\"docs/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(files, ["icon.svg", "viewer.js", "start.js"]);
    for file in files {
        let answer = shop.ask_bare("GET", &format!("docs/{file}")).send().await;
        assert_eq!((answer.status, answer.bytes.is_empty()), (200, false), "{file}");
        let kind = if file.ends_with("svg") { "image/svg+xml" } else { "text/javascript" };
        assert!(answer.header("Content-Type").starts_with(kind), "{file}");
        let again = shop.ask_bare("GET", &format!("docs/{file}")).header("If-None-Match", &answer.header("ETag"));
        assert_eq!(again.send().await.status, 304);
    }
    // Compressed for whoever takes it so, and the same for others.
    let viewer =
        async |coding: &str| shop.ask_bare("GET", "docs/viewer.js").header("Accept-Encoding", coding).send().await;
    let (packed, plain) = (viewer("br, gzip;q=0.5").await, viewer("gzip;q=0, br").await);
    assert_eq!((packed.header("Content-Encoding"), plain.header("Content-Encoding")), ("gzip".into(), String::new()));
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed.bytes[..]), &mut unpacked).unwrap();
    assert!(unpacked == plain.bytes && packed.bytes.len() * 3 < unpacked.len());
}

/// Whatever is documented is done: every status of every operation, except “default”, is answered here.
#[tokio::test]
async fn every_documented_status_is_reached() {
    let shop = Shop::open().await;
    let document = shop.get("openapi.json").await.expect(200);
    let mut reached: BTreeSet<(String, String, String)> = BTreeSet::new();
    refusals(&shop, &document, &mut reached).await;
    successes(&shop, &mut reached).await;
    mailings(&shop, &mut reached).await;
    webhooks(&shop, &mut reached).await;
    let mut missing = Vec::new();
    for (path, method, told) in operations(&document) {
        for status in told["responses"].as_object().unwrap().keys().filter(|status| *status != "default") {
            if !reached.contains(&(path.clone(), method.clone(), status.clone())) {
                missing.push(format!("{method} {path} {status}"));
            }
        }
    }
    assert!(missing.is_empty(), "not reached: {missing:#?}");
}

type Reached = BTreeSet<(String, String, String)>;

/// What is refused alike everywhere.
async fn refusals(shop: &Shop, document: &Value, reached: &mut Reached) {
    let useless = shop.key(&["contacts:read"]).await;
    let (_, slow) = shopkeeper::api::keys::create(&shop.store, "slow", &[], Some(1)).await.unwrap();
    for (path, method, told) in operations(document) {
        let place = filled(&path);
        let mut note = |status: u16| {
            reached.insert((path.clone(), method.clone(), status.to_string()));
        };
        note(shop.ask(&method, &format!("{place}?nonsense=1")).json(&json!({})).send().await.status);
        if told["security"].is_array() {
            note(shop.ask_bare(&method, &place).send().await.status);
            note(shop.ask_as(&useless, &method, &place).send().await.status);
            // The key may ask once a second, so that the second or third request at the latest comes too early.
            let mut status = 0;
            for _ in 0..100 {
                status = shop.ask_as(&slow, &method, &place).send().await.status;
                if status == 429 {
                    break;
                }
            }
            assert_eq!(status, 429, "{method} {path} knows no rate");
            note(status);
        }
        let pictures = path.ends_with("picture");
        if told["requestBody"].is_object() {
            note(shop.ask(&method, &place).body("text/plain", "x").send().await.status);
            let (kind, large) = match path.as_str() {
                _ if pictures => ("image/png", 10 * 1024 * 1024 + 1),
                "/api/v1/products" if method == "PATCH" => ("application/json", 4 * 1024 * 1024 + 1),
                _ => ("application/json", 256 * 1024 + 1),
            };
            note(shop.ask(&method, &place).body(kind, vec![b' '; large]).send().await.status);
            let wrong = if pictures { png(1, 100) } else { b"{\"nonsense\":1}".to_vec() };
            note(shop.ask(&method, &place).body(kind, wrong).send().await.status);
        }
        let fine = match (pictures, path.contains("users")) {
            (true, _) => shop.ask(&method, &place).body("image/png", png(9, 9)),
            (_, true) => shop.ask(&method, &place).json(&json!({ "language": "en" })),
            _ => shop.ask(&method, &place).json(&sencha("x", &"0".repeat(24))),
        };
        if path.contains('{') && method != "POST" {
            let fine =
                if path.contains("news") { shop.ask(&method, &place).json(&json!({ "headline": "x" })) } else { fine };
            let fine = if path.contains("categories") {
                shop.ask(&method, &place).json(&json!({ "title": "x" }))
            } else {
                fine
            };
            note(fine.send().await.status);
        }
    }
}

/// What is done, and what is refused for what is there.
async fn successes(shop: &Shop, reached: &mut Reached) {
    shop.anna().await;
    let mut note = |path: &str, method: &str, status: u16| {
        reached.insert((path.to_owned(), method.to_owned(), status.to_string()));
    };
    for path in ["/healthz", "/readyz", "/api/v1/openapi.json"] {
        note(path, "GET", shop.get(path).await.status);
    }
    let (top, leaf) = (shop.category("Top", None).await, shop.category("Leaf", None).await);
    let nowhere = "0".repeat(24);
    let bodies = [
        ("products", sencha("Sencha", &leaf), sencha("Sencha", &nowhere)),
        ("categories", json!({ "title": "x" }), json!({ "title": "x", "parent": nowhere })),
        ("news", json!({ "headline": "x" }), json!({ "headline": "y" })),
        ("users", json!({ "language": "uk" }), Value::Null),
        ("orders", Value::Null, Value::Null),
    ];
    for (name, fine, conflicting) in bodies {
        let list = format!("/api/v1/{name}");
        let one = format!("{list}/{}", if name == "orders" { "{number}" } else { "{id}" });
        if !matches!(name, "users" | "orders") {
            let post = |body: &Value| shop.ask("POST", &list).header("Idempotency-Key", name).json(body).send();
            note(&list, "POST", post(&fine).await.status);
            note(&list, "POST", post(&conflicting).await.status);
        }
        let page = shop.get(&list).await;
        note(&list, "GET", page.status);
        let known = shop.ask("GET", &list).header("If-None-Match", &page.header("ETag")).send().await;
        note(&list, "GET", known.status);
        let row = page.json()["data"][0].clone();
        let id = row["id"].as_str().map(str::to_owned).or_else(|| row["number"].as_str().map(str::to_owned));
        let place = format!("{list}/{}", id.unwrap_or_else(|| ANNA.to_string()));
        note(&one, "GET", shop.get(&place).await.status);
        note(&one, "GET", shop.ask("GET", &place).header("If-None-Match", "*").send().await.status);
        if name == "orders" {
            continue;
        }
        for method in ["PUT", "PATCH", "DELETE"] {
            let lost = shop.ask(method, &place).header("If-Match", "\"lost\"").json(&fine).send().await;
            note(&one, method, lost.status);
        }
        for method in ["PUT", "PATCH"] {
            note(&one, method, shop.ask(method, &place).json(&json!({ "nonsense": 1 })).send().await.status);
            note(&one, method, shop.ask(method, &place).json(&fine).send().await.status);
            if matches!(name, "products" | "categories") {
                note(&one, method, shop.ask(method, &place).json(&conflicting).send().await.status);
            }
        }
        if name == "news" {
            shop.mails(row["id"].as_str().unwrap()).await;
            let body = json!({ "headline": "x", "mail": false });
            for method in ["PUT", "PATCH"] {
                note(&one, method, shop.ask(method, &place).json(&body).send().await.status);
            }
        }
        if name == "products" {
            let rows = json!({ "rows": [{ "id": nowhere }] });
            note(&list, "PATCH", shop.ask("PATCH", &list).json(&rows).send().await.status);
            let (picture, sub) = (format!("{place}/picture"), format!("{one}/picture"));
            let put = || shop.ask("PUT", &picture).body("image/png", png(9, 9));
            note(&sub, "PUT", put().header("If-Match", "\"lost\"").send().await.status);
            note(&sub, "PUT", shop.ask("PUT", &picture).body("image/png", png(1, 100)).send().await.status);
            note(&sub, "PUT", put().send().await.status);
            note(&sub, "GET", shop.get(&picture).await.status);
            note(&sub, "GET", shop.ask("GET", &picture).header("If-None-Match", "*").send().await.status);
            let remove = || shop.ask("DELETE", &picture);
            note(&sub, "DELETE", remove().header("If-Match", "\"lost\"").send().await.status);
            note(&sub, "DELETE", remove().send().await.status);
            let full = shop.ask("DELETE", &format!("categories/{leaf}")).send().await;
            note("/api/v1/categories/{id}", "DELETE", full.status);
        }
        let place = if name == "categories" { format!("{list}/{top}") } else { place };
        note(&one, "DELETE", shop.ask("DELETE", &place).send().await.status);
    }
}

/// The same of mailings, which are not changed but steered.
async fn mailings(shop: &Shop, reached: &mut Reached) {
    let list = "/api/v1/mailings";
    let mut note = |below: &str, method: &str, status: u16| {
        reached.insert((format!("{list}{below}"), method.to_owned(), status.to_string()));
    };
    let post = |text: &str| shop.ask("POST", list).header("Idempotency-Key", "mailings").json(&json!({ "text": text }));
    let made = post("x").send().await;
    note("", "POST", made.status);
    note("", "POST", post("y").send().await.status);
    let (mailing, place) = (made.json(), made.header("Location"));
    for (below, address) in [("", list), ("/{id}", place.as_str())] {
        let got = shop.get(address).await;
        note(below, "GET", got.status);
        let known = shop.ask("GET", address).header("If-None-Match", &got.header("ETag")).send().await;
        note(below, "GET", known.status);
    }
    let steer = async |place: &str, wish: &str| {
        shop.ask("POST", &format!("{place}/{wish}")).json(&json!({ "text": "y" })).send().await.status
    };
    for wish in ["resume", "correct", "recall", "pause", "pause", "resume", "cancel", "cancel"] {
        note(&format!("/{{id}}/{wish}"), "POST", steer(&place, wish).await);
    }
    for wish in ["pause", "resume", "cancel", "correct", "recall"] {
        note(&format!("/{{id}}/{wish}"), "POST", steer(&format!("{list}/{}", "0".repeat(24)), wish).await);
    }
    for wish in ["correct", "recall"] {
        sent(shop, &mailing, 1).await;
        note(&format!("/{{id}}/{wish}"), "POST", steer(&place, wish).await);
    }
}

/// The same of events and webhooks, and of the table of orders.
async fn webhooks(shop: &Shop, reached: &mut Reached) {
    let mut note = |path: &str, method: &str, status: u16| {
        reached.insert((format!("/api/v1/{path}"), method.to_owned(), status.to_string()));
    };
    let order = shop.store.orders(&shopkeeper::store::OrderQuery { limit: 1, ..Default::default() }).await.unwrap();
    let post = |url: &str| shop.ask("POST", "webhooks").header("Idempotency-Key", "hook").json(&json!({ "url": url }));
    let made = post("https://example.com").send().await;
    note("webhooks", "POST", made.status);
    note("webhooks", "POST", post("https://example.org").send().await.status);
    let (place, id) = (made.header("Location"), made.json()["id"].as_str().unwrap().parse().unwrap());
    let taken = dialogues::shop::OrderMove {
        to: dialogues::shop::OrderStatus::Accepted,
        at: chrono::Utc::now(),
        by: None,
        reason: None,
    };
    shop.store.take_order_on(order[0].order.number, |_| Some(taken.clone())).await.unwrap();
    let worker = shopkeeper::webhooks::WebhookWorker::new(&shop.store);
    let worker = tokio::spawn(async move { worker.run().await });
    let planned = async || !shop.store.webhook_deliveries(id, None, None, 1).await.unwrap().is_empty();
    super::support::until(planned).await;
    worker.abort();
    let event = shop.store.webhook_deliveries(id, None, None, 1).await.unwrap()[0].event;
    for (path, address) in [
        ("events", "events".to_owned()),
        ("events/{id}", format!("events/{event}")),
        ("webhooks", "webhooks".to_owned()),
        ("webhooks/{id}", place.clone()),
        ("webhooks/{id}/deliveries", format!("{place}/deliveries")),
        ("webhooks/{id}/deliveries/{event}", format!("{place}/deliveries/{event}")),
        ("orders/export", "orders/export".to_owned()),
    ] {
        let got = shop.get(&address).await;
        note(path, "GET", got.status);
        let known = shop.ask("GET", &address).header("If-None-Match", &got.header("ETag")).send().await;
        note(path, "GET", known.status);
    }
    let again = format!("{place}/deliveries/{event}/redeliver");
    note("webhooks/{id}/deliveries/{event}/redeliver", "POST", shop.ask("POST", &again).send().await.status);
    for wish in ["disable", "enable", "rotate-secret"] {
        for place in [place.clone(), format!("/api/v1/webhooks/{}", "0".repeat(24))] {
            let answer = shop.ask("POST", &format!("{place}/{wish}")).send().await;
            note(&format!("webhooks/{{id}}/{wish}"), "POST", answer.status);
        }
    }
    let nothing = format!("/api/v1/webhooks/{0}/deliveries/{0}/redeliver", "0".repeat(24));
    note("webhooks/{id}/deliveries/{event}/redeliver", "POST", shop.ask("POST", &nothing).send().await.status);
    note("webhooks/{id}", "DELETE", shop.ask("DELETE", &place).send().await.status);
}

/// The whole server against the whole description, with requests that nobody would think of.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs schemathesis from PyPI; .ci/run installs it, and names it in SCHEMATHESIS"]
async fn the_server_is_as_described() {
    let Ok(schemathesis) = std::env::var("SCHEMATHESIS") else { panic!("SCHEMATHESIS names no program") };
    let examples = std::env::var("SCHEMATHESIS_EXAMPLES").unwrap_or_else(|_| "30".to_owned());
    let shop = Shop::open().await;
    shop.anna().await;
    let tea = shop.category("Tea", None).await;
    for title in ["Sencha", "Bancha", "Gyokuro"] {
        shop.product(title, &tea).await;
    }
    let document = format!("{}/api/v1/openapi.json", shop.base_url);
    let key = format!("Authorization: Bearer {}", shop.key);
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/schemathesis.toml");
    let run = move || {
        Command::new(schemathesis)
            // All checks are on unless the file turns one off: `--checks` would turn it on again.
            .args(["--config-file", config, "run", &document, "--header", &key])
            .args(["--max-examples", &examples, "--continue-on-failure", "--generation-database", "none"])
            .env("NO_PROXY", "127.0.0.1")
            .output()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("Test cases"), "{told}");
}
