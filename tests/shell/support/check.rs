//! A shop that is open, and what `shopkeeper check` says of it.

use std::process::{Output, Stdio};

use bson::{Document, doc};
use serde_json::Value;
use shell::schema::schema;
use shopkeeper::api::Api;
use shopkeeper::bot::Shopkeeper;
use shopkeeper::clock::Clock;
use shopkeeper::config::{Secret, Transport};
use shopkeeper::mongod::Mongod;
use shopkeeper::store::{Store, StoreOptions};
use tokio::process::Command;

use super::shop::{ANNA, Shop};
use super::{fresh_name, ports, soon};

pub(crate) const SECRET: &str = "open-sesame";

/// A shop that is open, and all settings of `check`.
pub(crate) struct Scene {
    pub(crate) shop: Shop,
    pub(crate) bot: Shopkeeper,
    pub(crate) port: u16,
    pub(crate) settings: Vec<(&'static str, String)>,
}

/// What `check` told, and how it ended.
pub(crate) struct Told {
    pub(crate) code: Option<i32>,
    pub(crate) page: Value,
}

impl Scene {
    pub(crate) async fn open() -> Self {
        let mongod = Mongod::shared().await.unwrap();
        // Not one that others use again: what is broken here is not mended.
        let store = Store::open(mongod.uri(), &fresh_name(), Clock::system(), StoreOptions::default()).await.unwrap();
        store.prepare().await.unwrap();
        let shop = Shop::open(store).await;
        let port = ports::leased();
        let url = format!("http://127.0.0.1:{port}/telegram");
        let door = Transport::Webhook {
            url: url.parse().unwrap(),
            secret: Secret::new(SECRET),
            certificate: None,
            connections: 20,
        };
        let bot = Shopkeeper::start_beside(shop.parts(schema()), door, port, |store, feed| {
            let api = Api::new(store.clone(), feed.clone(), &dialogues::world::settings(), Vec::new());
            Some(Box::new(move |rocket| api.mount(rocket)))
        });
        let settings = vec![
            ("SHOPKEEPER_TOKEN", shop.token.clone()),
            ("SHOPKEEPER_API_URL", shop.telegram.base_url.clone()),
            ("SHOPKEEPER_DATABASE", shop.store.database_name().to_owned()),
            ("MONGODB_URI", mongod.uri().to_owned()),
            ("SHOPKEEPER_OWNERS", ANNA.to_string()),
            ("SHOPKEEPER_PORT", port.to_string()),
            ("SHOPKEEPER_WEBHOOK_URL", url),
            ("SHOPKEEPER_WEBHOOK_SECRET", SECRET.to_owned()),
        ];
        Self { bot: bot.await.unwrap(), shop, port, settings }
    }

    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.settings.retain(|(known, _)| *known != name);
        self.settings.push((name, value.to_owned()));
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_shopkeeper"));
        program.arg("check").args(arguments).env_clear().envs(self.settings.clone()).kill_on_drop(true);
        soon(program.stdin(Stdio::null()).output()).await.unwrap()
    }

    pub(crate) async fn check(&self) -> Told {
        let output = self.run(&["--json"]).await;
        let told = String::from_utf8_lossy(&output.stdout);
        let page = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{told}{output:?}"));
        Told { code: output.status.code(), page }
    }

    /// Calls Telegram as somebody else with the bot's token.
    pub(crate) async fn call(&self, method: &str, parameters: Value) -> Value {
        let url = format!("{}/bot{}/{method}", self.shop.telegram.base_url, self.shop.token);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.post(url).header("content-type", "application/json").body(parameters.to_string());
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    }

    pub(crate) async fn hash(&self) -> Document {
        let mut hash = self.shop.store.database().run_command(doc! { "dbHash": 1 }).await.unwrap();
        let mut collections = hash.get_document_mut("collections").unwrap().clone();
        // The bot renews its lease all the time.
        collections.remove("leases");
        collections
    }

    pub(crate) async fn close(self) {
        self.bot.stop().await;
        self.shop.store.database().drop().await.unwrap();
    }
}

impl Told {
    /// The lines on a subject, as `verdict: words → remedy`.
    pub(crate) fn lines(&self, subject: &str) -> Vec<String> {
        let findings = self.page["findings"].as_array().unwrap();
        let about = findings.iter().filter(|finding| finding["subject"] == subject);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        about
            .map(|one| format!("{}: {} → {}", text(&one["verdict"]), text(&one["words"]), text(&one["remedy"])))
            .collect()
    }

    /// Fails unless a line on a subject begins like that, and its words or its remedy have all of these parts.
    #[track_caller]
    pub(crate) fn tells(&self, subject: &str, verdict: &str, parts: &[&str]) {
        let lines = self.lines(subject);
        let fits = |line: &String| line.starts_with(verdict) && parts.iter().all(|part| line.contains(part));
        assert!(lines.iter().any(fits), "{verdict} {subject} {parts:?} is not among {lines:#?}");
    }
}
