//! The log of the real program, and its metrics, while things go wrong: what must be in them, and what must not.

use std::fs::File;
use std::process::Stdio;

use bson::doc;
use serde_json::Value;
use shopkeeper::simulator::{Disturbance, Fault, Person, Simulator};
use tokio::process::Command;

use super::super::bot_crash::{dialogues_fail, own_store};
use super::super::support::shop::{ANNA, Shop};
use super::super::support::{ports, soon};
use super::{client, metrics_at, value};

const OWNER: i64 = 1002;
const SECRET: &str = "open-sesame";
/// By which nginx knows a call.
const REQUEST: &str = "f00dbeef-from-nginx";

/// What is nobody's to read.
const HIDDEN: [&str; 8] =
    ["Anna", "Olga", "example.com", "671112233", "Khreshchatyk", "my cat is ill", SECRET, "a-path-nobody-knows"];

/// Anna's steps, each when its button is there.
struct Steps<'a> {
    simulator: &'a Simulator,
    token: &'a str,
}

impl Steps<'_> {
    async fn say(&self, text: &str) {
        self.simulator.say(self.token, ANNA, text).unwrap();
        self.settled().await;
    }

    async fn tap(&self, label: &str) {
        let tapped = |simulator: &Simulator| simulator.tap_label(self.token, ANNA, label).is_ok();
        soon(self.simulator.wait_until(self.token, tapped)).await;
        self.settled().await;
    }

    async fn settled(&self) {
        soon(self.simulator.wait_until(self.token, |simulator| simulator.pending(self.token) == 0)).await;
    }

    /// Waits until a chat has a message with these words.
    async fn reads(&self, person: i64, words: &str) {
        let has = |simulator: &Simulator| {
            simulator.chat(self.token, person).bubbles.iter().any(|bubble| bubble.text.contains(words))
        };
        soon(self.simulator.wait_until(self.token, has)).await;
    }
}

#[tokio::test]
async fn each_line_of_an_update_has_its_ids_and_no_line_and_no_metric_has_anything_private() {
    let (mongod, store) = own_store().await;
    let shop = Shop::open(store).await;
    let simulator = shop.telegram.simulator.clone();
    let olga = Person { id: OWNER, first_name: "Olga".into(), username: None, language_code: Some("en".into()) };
    simulator.person(&shop.token, olga);
    simulator.open_chat(&shop.token, OWNER);
    let folder = std::env::temp_dir().join(format!("shopkeeper-log-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let port = ports::leased();
    let address = format!("http://127.0.0.1:{port}");
    let hook = format!("{address}/a-path-nobody-knows");
    let mut program = Command::new(env!("CARGO_BIN_EXE_shopkeeper"))
        .arg("serve")
        .env("SHOPKEEPER_TOKEN", &shop.token)
        .env("SHOPKEEPER_API_URL", &shop.telegram.base_url)
        .env("SHOPKEEPER_DATABASE", shop.store.database_name())
        .env("MONGODB_URI", mongod.uri())
        .env("SHOPKEEPER_OWNERS", OWNER.to_string())
        .env("SHOPKEEPER_PORT", port.to_string())
        .env("SHOPKEEPER_WEBHOOK_URL", &hook)
        .env("SHOPKEEPER_WEBHOOK_SECRET", SECRET)
        .env("SHOPKEEPER_BACKUPS", &folder)
        .env("SHOPKEEPER_LOG", "json")
        .env("RUST_LOG", "debug")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(folder.join("log")).unwrap())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    soon(simulator.wait_until(&shop.token, |simulator| simulator.listens(&shop.token))).await;
    let steps = Steps { simulator: &simulator, token: &shop.token };

    // An order, of which the owner is told.
    let link = format!("/start p_{}", dialogues::shop::ProductId::of_key("sencha").0);
    steps.say(&link).await;
    steps.tap("Add to cart").await;
    steps.say("/cart").await;
    steps.tap("✅ Complete the order").await;
    for answer in ["anna@example.com", "+380671112233", "Kyiv, Khreshchatyk 1"] {
        steps.say(answer).await;
    }
    steps.tap("✅ Confirm").await;
    steps.reads(OWNER, "Sencha").await;

    // A call as nginx hands it on, first while MongoDB is away, then again.
    let update = shop.text("my cat is ill");
    let bring = || async {
        let call = client().post(&hook).header("X-Telegram-Bot-Api-Secret-Token", SECRET);
        let call = call.header("X-Request-Id", REQUEST).body(update.to_string());
        call.send().await.unwrap().status().as_u16()
    };
    dialogues_fail(mongod.uri(), "alwaysOn", doc! { "closeConnection": true }).await;
    assert_eq!(bring().await, 503);
    dialogues_fail(mongod.uri(), "off", doc! {}).await;
    assert_eq!(bring().await, 200);
    steps.reads(ANNA, "have no answer to").await;
    // Telegram refuses a screen, and half an update comes in.
    let description = "Bad Request: message text is empty".to_owned();
    let mishap = Fault::Refused { code: 400, description, retry_after: None };
    simulator
        .disturb(&shop.token, Disturbance { mishap, ..Disturbance::refusal("sendMessage", Some(ANNA), 400, None) });
    steps.say("/profile").await;
    let call = client().post(&hook).header("X-Telegram-Bot-Api-Secret-Token", SECRET);
    assert_eq!(call.body("{\"text\": \"my cat is ill").send().await.unwrap().status().as_u16(), 200);

    let metrics = soon(async {
        loop {
            let metrics = metrics_at(&address).await;
            if value(&metrics, "shopkeeper_screens_total", &["failed"]) == 1.0 {
                break metrics;
            }
        }
    })
    .await;
    program.kill().await.unwrap();
    let log = std::fs::read_to_string(folder.join("log")).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();

    let key = shop.token.split(':').nth(1).unwrap();
    for hidden in HIDDEN.into_iter().map(str::to_owned).chain([format!(":{key}")]) {
        let quoting: Vec<&str> = log.lines().chain(metrics.lines()).filter(|line| line.contains(&hidden)).collect();
        assert!(quoting.is_empty(), "{hidden}: {quoting:#?}");
    }
    for id in [ANNA.to_string(), OWNER.to_string()] {
        let telling: Vec<&str> = metrics.lines().filter(|line| line.contains(&format!("\"{id}\""))).collect();
        assert!(telling.is_empty(), "no metric is of one person: {telling:?}");
    }
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let said = |words: &'static str| lines.iter().filter(move |line| line["message"] == words);
    let ours: Vec<&str> = lines
        .iter()
        .filter(|line| line["span"]["request.id"] == REQUEST && line["target"] != "shopkeeper::api::observe")
        .map(|line| line["message"].as_str().unwrap())
        .filter(|said| ["turn: it could not be committed, and comes again", "turn", "shown"].contains(said))
        .collect();
    assert_eq!(ours, ["turn: it could not be committed, and comes again", "turn", "shown"], "{log}");
    for words in ["turn", "shown", "a screen could not be shown", "owners: they were told of an order"] {
        assert!(said(words).count() > 0, "{words}: {log}");
        for line in said(words) {
            let span = &line["span"];
            let ids = span["update.id"].is_number() && span["chat.id"] == ANNA && span["request.id"].is_string();
            assert!(ids, "{line}");
        }
    }
    assert_eq!(value(&metrics, "shopkeeper_orders_total", &[]), 1.0);
    assert_eq!(value(&metrics, "shopkeeper_turns_total", &["away"]), 1.0);
    assert_eq!(value(&metrics, "shopkeeper_webhook_answers_total", &["503"]), 1.0);
    assert_eq!(value(&metrics, "shopkeeper_updates_received_total", &["unreadable"]), 1.0);
    assert!(value(&metrics, "shopkeeper_mongodb_command_seconds_count", &["update", "failed"]) >= 1.0);
    assert!(value(&metrics, "shopkeeper_telegram_call_seconds_count", &["sendMessage", "outcome=\"400\""]) >= 1.0);
    assert!(value(&metrics, "shopkeeper_backup_age_seconds", &[]) < 600.0, "the log lies in the folder of backups");
}
