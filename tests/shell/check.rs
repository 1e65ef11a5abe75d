//! `shopkeeper check`: one planted fault at a time, and the line that tells of it, with its remedy.

use bson::{Document, doc};
use chrono::{TimeDelta, Utc};
use serde_json::json;
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::simulator::Disturbance;
use shopkeeper::store::migrations::newest;

use super::support::check::{SECRET, Scene};
use super::support::mail_server::MailServer;
use super::support::shop::ANNA;
use super::support::{fresh_name, ports, until};

#[tokio::test]
async fn where_all_is_fine_every_line_says_so_no_secret_is_told_and_nothing_is_changed() {
    let scene = Scene::open().await;
    let before = (scene.hash().await, scene.call("getWebhookInfo", json!({})).await);
    let told = scene.check().await;
    assert_eq!(told.code, Some(0), "{:#}", told.page);
    for subject in [
        "settings",
        "token",
        "clock",
        "owners",
        "webhook",
        "mongodb",
        "replica set",
        "indexes",
        "keys",
        "pictures",
        "given up",
        "active",
        "serve",
    ] {
        let lines = told.lines(subject);
        assert!(!lines.is_empty() && lines.iter().all(|line| line.starts_with("fine: ")), "{subject}: {lines:?}");
    }
    told.tells("active", "fine", &[&scene.port.to_string(), "epoch 1"]);
    assert_eq!(told.lines("clock").len(), 2, "Telegram's and MongoDB's");
    let page = String::from_utf8(scene.run(&[]).await.stdout).unwrap();
    assert!(page.contains("✓ token        belongs to @simulated_bot"), "{page}");
    for told in [page, told.page.to_string()] {
        let key = scene.shop.token.split_once(':').unwrap().1;
        assert!(!told.contains(&format!(":{key}")) && !told.contains(SECRET), "{told}");
    }
    assert_eq!((scene.hash().await, scene.call("getWebhookInfo", json!({})).await), before);
    scene.close().await;
}

#[tokio::test]
async fn what_telegram_has_against_us_is_told() {
    let mut scene = Scene::open().await;
    let (simulator, token) = (scene.shop.telegram.simulator.clone(), scene.shop.token.clone());

    simulator.disturb(&token, Disturbance::refusal("getMe", None, 401, None));
    let told = scene.check().await;
    told.tells("token", "failure", &["Unauthorized", "@BotFather"]);
    assert_eq!(told.code, Some(2));

    simulator.set_time(&token, Utc::now() + TimeDelta::seconds(605));
    scene.check().await.tells("clock", "failure", &["10 min behind Telegram's", "timedatectl"]);
    simulator.follow_system_time(&token);

    scene.set("SHOPKEEPER_OWNERS", "1001,7007");
    scene.check().await.tells("owners", "warning", &["7007", "/start"]);

    simulator.go_away(&token, std::time::Duration::from_secs(3600));
    let told = scene.check().await;
    told.tells("token", "failure", &["cannot be reached", "DNS"]);
    told.tells("webhook", "failure", &["cannot be reached"]);
    told.tells("mongodb", "fine", &["version"]);
    scene.close().await;
}

#[tokio::test]
async fn whether_the_mail_server_takes_receipts_is_told() {
    let (mut scene, server) = (Scene::open().await, MailServer::open().await);
    assert!(scene.check().await.lines("receipts").is_empty(), "no receipts are sent");
    scene.set("SHOPKEEPER_MAIL_FROM", "Tea House <orders@tea.example>");
    scene.set("SHOPKEEPER_SMTP_URL", &server.url());
    scene.check().await.tells("receipts", "fine", &["orders@tea.example"]);
    scene.set("SHOPKEEPER_SMTP_URL", &server.wrong_url());
    let told = scene.check().await;
    told.tells("receipts", "failure", &["535", "password"]);
    assert!(!told.page.to_string().contains("sesame@"), "{}", told.page);
    scene.set("SHOPKEEPER_SMTP_URL", "https://mail.example.com");
    let told = scene.check().await;
    told.tells("receipts", "warning", &["not asked", "SHOPKEEPER_SMTP_URL"]);
    scene.set("SHOPKEEPER_SMTP_URL", "smtp://127.0.0.1:9");
    scene.check().await.tells("receipts", "failure", &["cannot be reached", "firewall"]);
    scene.close().await;
}

#[tokio::test]
async fn whatever_is_wrong_with_the_webhook_is_told() {
    let mut scene = Scene::open().await;
    let (simulator, token) = (scene.shop.telegram.simulator.clone(), scene.shop.token.clone());
    scene.call("setWebhook", json!({ "url": "https://other.example/4:secret", "allowed_updates": ["message"] })).await;
    let told = scene.check().await;
    told.tells("webhook", "failure", &["other.example instead of 127.0.0.1", "another program"]);
    told.tells("webhook", "warning", &["callback_query"]);
    assert!(!told.page.to_string().contains("4:secret"));

    scene.call("deleteWebhook", json!({})).await;
    scene.check().await.tells("webhook", "failure", &["no webhook", "within a minute"]);

    // Nobody listens there: Telegram's own words for it.
    let nowhere = format!("http://127.0.0.1:{}/telegram", ports::leased());
    scene.set("SHOPKEEPER_WEBHOOK_URL", &nowhere);
    scene.call("setWebhook", json!({ "url": nowhere, "max_connections": 20, "allowed_updates": [] })).await;
    simulator.say(&token, ANNA, "/start").unwrap();
    until("a delivery fails", async || {
        !scene.call("getWebhookInfo", json!({})).await["result"]["last_error_message"].is_null()
    })
    .await;
    scene.check().await.tells("webhook", "failure", &["Connection refused; 1 updates wait", "firewall"]);

    scene.settings.retain(|(name, _)| !name.starts_with("SHOPKEEPER_WEBHOOK"));
    scene.check().await.tells("webhook", "failure", &["no updates by polling", "SHOPKEEPER_WEBHOOK_URL"]);
    scene.call("deleteWebhook", json!({})).await;
    scene.check().await.tells("webhook", "fine", &["none, as we poll"]);
    scene.close().await;
}

#[tokio::test]
async fn whatever_is_wrong_in_the_database_is_told() {
    let mut scene = Scene::open().await;
    let database = scene.shop.store.database().clone();
    let orders = database.collection::<Document>("orders");
    orders.drop_index("number").await.unwrap();
    orders.drop_index("customer").await.unwrap();
    let other = doc! { "createIndexes": "orders", "indexes": [{ "name": "customer", "key": { "customer": 1 } }] };
    database.run_command(other).await.unwrap();
    scene.shop.store.dead_letters().add(7, ANNA, "it failed", "{}").await.unwrap();
    let told = scene.check().await;
    let parts = ["missing: orders.number", "not as they should be: orders.customer", "restart `serve`"];
    told.tells("indexes", "failure", &parts);
    told.tells("given up", "warning", &["1 updates and 0 dialogues", "letters list"]);

    let older = doc! { "$set": { "made": 1 } };
    database.collection::<Document>("meta").update_one(doc! { "_id": "shape" }, older).await.unwrap();
    scene.shop.store.prepare().await.unwrap_err();
    orders.drop_index("customer").await.unwrap();
    scene.shop.store.prepare().await.unwrap();
    scene.check().await.tells("indexes", "fine", &[]);

    scene.set("SHOPKEEPER_DATABASE", &fresh_name());
    scene.check().await.tells("indexes", "warning", &["nothing was made", "seed"]);
    scene.close().await;
}

#[tokio::test]
async fn a_mongodb_that_cannot_be_used_is_told_and_the_rest_of_the_page_comes() {
    let mut scene = Scene::open().await;
    scene.set("MONGODB_URI", &format!("mongodb://127.0.0.1:{}/?replicaSet=rs0", ports::leased()));
    let told = scene.check().await;
    told.tells("mongodb", "failure", &["does not answer", "systemctl status mongod"]);
    told.tells("token", "fine", &["@simulated_bot"]);
    assert!(told.page["took_ms"].as_u64().unwrap() < 10_000);

    scene.set("MONGODB_URI", "mongodb://shop:p@ss/word@127.0.0.1:27017/?replicaSet=rs0");
    let told = scene.check().await;
    told.tells("mongodb", "failure", &["MONGODB_URI"]);
    assert!(!told.page.to_string().contains("p@ss"), "{:#}", told.page);

    let lone = Mongod::start(MongodOptions { replica_set: false, ..MongodOptions::of_tests() }).await.unwrap();
    // Whether the address names a set or not: the driver alone would find nobody, or find out too late.
    for uri in [lone.uri().to_owned(), format!("{}?replicaSet=rs0", lone.uri())] {
        scene.set("MONGODB_URI", &uri);
        scene.check().await.tells("replica set", "failure", &["no member of one", "rs.initiate()"]);
    }

    let uri = Mongod::shared().await.unwrap().uri().replace("replicaSet=shopkeeper", "replicaSet=other");
    scene.set("MONGODB_URI", &uri);
    scene.check().await.tells("replica set", "failure", &["asks for “other”", "replSetName"]);
    scene.close().await;
}

#[tokio::test]
async fn every_setting_that_is_wrong_is_told_and_what_can_be_looked_at_is() {
    let mut scene = Scene::open().await;
    scene.set("SHOPKEEPER_TOKEN", "not-a-token");
    scene.set("SHOPKEEPER_CURRENCY", "BTC");
    scene.set("SHOPKEEPER_WEBHOOK_CONNECTIONS", "0");
    let told = scene.check().await;
    for name in ["SHOPKEEPER_TOKEN", "SHOPKEEPER_CURRENCY", "SHOPKEEPER_WEBHOOK_CONNECTIONS"] {
        told.tells("settings", "failure", &[name]);
    }
    assert!(!told.page.to_string().contains("not-a-token"));
    told.tells("telegram", "warning", &["SHOPKEEPER_TOKEN cannot be used"]);
    told.tells("indexes", "fine", &[]);
    scene.close().await;
}

#[tokio::test]
async fn a_serve_that_is_away_or_not_ready_is_told_also_in_short() {
    let mut scene = Scene::open().await;
    assert_eq!(scene.run(&["--quick"]).await.status.code(), Some(0));
    let nobody = ports::leased().to_string();
    let output = scene.run(&["--quick", "--port", &nobody]).await;
    assert_eq!(output.status.code(), Some(1), "container health checks know 0 and 1");
    scene.set("SHOPKEEPER_PORT", "eighty");
    assert_eq!(scene.run(&["--quick"]).await.status.code(), Some(1), "nobody is ready on no port");
    scene.set("SHOPKEEPER_PORT", &nobody);
    scene.check().await.tells("serve", "failure", &[&nobody, "systemctl start"]);
    let both = scene.run(&["--port", &nobody, "--port", &scene.port.to_string()]).await;
    let page = String::from_utf8(both.stdout).unwrap();
    assert!(page.contains("is ready") && page.contains("nobody answers"), "{page}");
    scene.close().await;
}

#[tokio::test]
async fn documents_that_are_left_out_are_named_as_serve_and_preflight_name_them() {
    let scene = Scene::open().await;
    let database = scene.shop.store.database();
    let id = |byte: u8| bson::oid::ObjectId::from_bytes([byte; 12]);
    let (leaf, known) = (id(1), newest("products"));
    let products = database.collection::<Document>("products");
    let newer = doc! { "_id": id(2), "title": "t", "category": leaf, "price": 100, "version": known + 1 };
    let by_text = doc! { "_id": "ab".repeat(12), "title": "t", "category": leaf, "price": 100 };
    products.insert_many([newer, by_text]).await.unwrap();
    let circle = [(id(3), id(4)), (id(4), id(3))];
    let circle = circle.map(|(id, parent)| doc! { "_id": id, "title": "C", "parent": parent });
    database.collection::<Document>("categories").insert_many(circle).await.unwrap();
    let told = scene.check().await;
    let is_newer = format!("version {} is newer than {known}", known + 1);
    let parts = ["2 left out by `serve`", &is_newer, "_id is a text of 24 digits", &id(2).to_hex()];
    told.tells("documents", "warning", &parts);
    told.tells("documents", "warning", &["in a circle", &id(3).to_hex(), &id(4).to_hex()]);
    scene.bot.desk().feed.catch_up().await.unwrap();
    let metrics = scene.shop.store.metrics().text();
    assert!(metrics.contains("shopkeeper_documents_skipped{collection=\"products\"} 2"), "{metrics}");
    assert!(metrics.contains("shopkeeper_catalogue_misplaced{kind=\"cycle\"} 1"), "{metrics}");
    scene.close().await;
}
