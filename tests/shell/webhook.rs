//! The webhook is looked after while the bot runs. Time is virtual: the bot looks when we let it.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shell::schema::schema;
use shopkeeper::bot::{ShopParts, Shopkeeper};
use shopkeeper::clock::Clock;
use shopkeeper::config::{Secret, Transport};
use shopkeeper::simulator::Disturbance;
use teloxide::prelude::{Request, Requester};

use super::support::shop::{ANNA, Shop};
use super::support::{TestDatabase, database, noon, ports, soon, until};

const KINDS: [&str; 4] = ["message", "edited_message", "callback_query", "my_chat_member"];

/// A shop whose bot is called by the simulator, and the clock by which it looks after that.
struct Watched {
    shop: Shop,
    bot: Shopkeeper,
    clock: Clock,
    url: String,
    _database: TestDatabase,
}

impl Watched {
    async fn start() -> Self {
        let database = database().await;
        let shop = Shop::open(database.store.clone()).await;
        shop.telegram.simulator.set_time(&shop.token, noon());
        let clock = Clock::virtual_at(noon());
        let (bot, url) = hooked(&shop, &clock, "open-sesame").await;
        Self { shop, bot, clock, url, _database: database }
    }

    /// Lets so much time pass that the bot looks once more, and waits until it has.
    async fn look(&self) {
        let mut state = self.bot.webhook().unwrap();
        state.borrow_and_update();
        soon(self.clock.skip(1)).await;
        self.shop.telegram.simulator.set_time(&self.shop.token, self.clock.now());
        soon(state.changed()).await.unwrap();
    }

    fn mended(&self) -> u64 {
        self.bot.webhook().unwrap().borrow().mended
    }

    /// Calls Telegram as somebody else with the bot's token.
    async fn call(&self, method: &str, parameters: Value) -> Value {
        let url = format!("{}/bot{}/{method}", self.shop.telegram.base_url, self.shop.token);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.post(url).header("content-type", "application/json").body(parameters.to_string());
        let answer = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str::<Value>(&answer).unwrap()["result"].clone()
    }

    async fn info(&self) -> Value {
        self.call("getWebhookInfo", json!({})).await
    }

    async fn confirmed(&self, update: i64) {
        let simulator = &self.shop.telegram.simulator;
        soon(simulator.wait_until(&self.shop.token, |simulator| simulator.confirmed(&self.shop.token, update))).await;
    }
}

/// A bot whose webhook the simulator can reach.
async fn hooked(shop: &Shop, clock: &Clock, secret: &str) -> (Shopkeeper, String) {
    let port = ports::leased();
    let url = format!("http://127.0.0.1:{port}/telegram");
    let door = Transport::Webhook {
        url: url.parse().unwrap(),
        secret: Secret::new(secret),
        certificate: None,
        connections: 20,
    };
    let parts = ShopParts { clock: clock.clone(), ..shop.parts(schema()) };
    (Shopkeeper::start(parts, door, port).await.unwrap(), url)
}

#[tokio::test]
async fn a_webhook_that_is_as_it_should_be_is_left_alone() {
    let watched = Watched::start().await;
    for _ in 0..3 {
        watched.look().await;
    }
    assert_eq!(watched.mended(), 0);
    let info = watched.info().await;
    assert_eq!((&info["url"], &info["max_connections"]), (&json!(watched.url), &json!(20)));
    assert_eq!(info["allowed_updates"], json!(KINDS));
    watched.bot.stop().await;
}

#[tokio::test]
async fn whatever_somebody_changes_is_mended_at_the_next_look_and_nothing_is_lost() {
    let changes = [
        ("deleteWebhook", json!({})),
        ("setWebhook", json!({ "url": "http://127.0.0.1:9/theirs", "secret_token": "theirs" })),
        ("setWebhook", json!({ "max_connections": 40 })),
        ("setWebhook", json!({ "allowed_updates": ["message"] })),
    ];
    for (method, mut change) in changes {
        let watched = Watched::start().await;
        if method == "setWebhook" && change["url"].is_null() {
            change["url"] = json!(watched.url);
            change["secret_token"] = json!("open-sesame");
        }
        if change["allowed_updates"].is_null() {
            change["allowed_updates"] = json!(KINDS);
        }
        watched.call(method, change).await;
        let update = watched.shop.telegram.simulator.say(&watched.shop.token, ANNA, "/start").unwrap();
        watched.look().await;
        assert_eq!(watched.mended(), 1, "{method}");
        let info = watched.info().await;
        assert_eq!((&info["url"], &info["max_connections"]), (&json!(watched.url), &json!(20)));
        assert_eq!(info["allowed_updates"], json!(KINDS));
        watched.confirmed(update).await;
        watched.look().await;
        assert_eq!(watched.mended(), 1, "{method}: once is enough");
        watched.bot.stop().await;
    }
}

#[tokio::test]
async fn a_wrong_secret_is_found_out_by_the_401_and_replaced() {
    let watched = Watched::start().await;
    watched.call("setWebhook", json!({ "url": watched.url, "secret_token": "theirs", "max_connections": 20 })).await;
    let simulator = &watched.shop.telegram.simulator;
    // A second later than the bot began, so that the failure is none of the time before it.
    simulator.set_time(&watched.shop.token, noon() + TimeDelta::seconds(1));
    let update = simulator.say(&watched.shop.token, ANNA, "/start").unwrap();
    let refused = "Wrong response from the webhook: 401 Unauthorized";
    until("Telegram is refused", async || watched.info().await["last_error_message"] == refused).await;
    watched.look().await;
    assert_eq!(watched.mended(), 1);
    watched.confirmed(update).await;
    watched.bot.stop().await;
}

#[tokio::test]
async fn somebody_who_sets_it_again_and_again_is_not_fought_for_ever() {
    let watched = Watched::start().await;
    let began = watched.clock.now();
    // It looks about once a minute; a clock that stands still would keep us here for ever.
    for _ in 0..1_000 {
        if watched.clock.now() - began >= TimeDelta::hours(3) {
            break;
        }
        watched.call("deleteWebhook", json!({})).await;
        watched.look().await;
    }
    assert!(watched.clock.now() - began >= TimeDelta::hours(3), "time does not pass");
    assert!((6..=9).contains(&watched.mended()), "{} times in three hours", watched.mended());
    watched.bot.stop().await;
}

#[tokio::test]
async fn two_processes_with_one_address_do_not_disturb_each_other() {
    let watched = Watched::start().await;
    let door = Transport::Webhook {
        url: watched.url.parse().unwrap(),
        secret: Secret::new("open-sesame"),
        certificate: None,
        connections: 20,
    };
    let parts = ShopParts { clock: watched.clock.clone(), ..watched.shop.parts(schema()) };
    let second = Shopkeeper::start(parts, door, 0).await.unwrap();
    let looks = |bot: &Shopkeeper| bot.webhook().unwrap().borrow().looks;
    let both = async {
        while looks(&watched.bot) < 5 || looks(&second) < 5 {
            watched.clock.skip(2).await;
        }
    };
    soon(both).await;
    assert_eq!((watched.mended(), second.webhook().unwrap().borrow().mended), (0, 0));
    watched.bot.stop().await;
    second.stop().await;
}

#[tokio::test]
async fn while_telegram_does_not_tell_nothing_is_changed() {
    let watched = Watched::start().await;
    let token = &watched.shop.token;
    watched.call("deleteWebhook", json!({})).await;
    let simulator = &watched.shop.telegram.simulator;
    let failing = Disturbance { times: 2, ..Disturbance::refusal("getWebhookInfo", None, 500, None) };
    simulator.disturb(token, failing);
    let mut state = watched.bot.webhook().unwrap();
    let passing = async {
        loop {
            watched.clock.skip(1).await;
        }
    };
    soon(async {
        tokio::select! {
            () = passing => {}
            looked = state.changed() => looked.unwrap(),
        }
    })
    .await;
    assert_eq!((state.borrow().looks, state.borrow().mended), (1, 1), "two looks failed, the third one mended");
    watched.bot.stop().await;
}

#[tokio::test]
async fn who_polls_takes_a_webhook_away_that_somebody_has_set() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.polling_bot().await;
    let simulator = shop.telegram.simulator.clone();
    let telegram = shop.parts(schema()).bot;
    telegram.set_webhook("http://127.0.0.1:9/theirs".parse().unwrap()).send().await.unwrap();
    let update = simulator.say(&shop.token, ANNA, "/start").unwrap();
    soon(simulator.wait_until(&shop.token, |simulator| simulator.confirmed(&shop.token, update))).await;
    assert_eq!(telegram.get_webhook_info().send().await.unwrap().url, None);
    bot.stop().await;
}

#[tokio::test]
async fn who_polls_beside_another_poller_goes_on_and_loses_nothing() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.polling_bot().await;
    let simulator = shop.telegram.simulator.clone();
    let telegram = shop.parts(schema()).bot;
    for _ in 0..3 {
        // Nothing waits, so that it takes nothing away; the bot may end its poll in turn.
        let _ = telegram.get_updates().send().await;
        let polls = simulator.polls(&shop.token);
        soon(simulator.wait_until(&shop.token, |simulator| simulator.polls(&shop.token) > polls)).await;
    }
    let update = simulator.say(&shop.token, ANNA, "/start").unwrap();
    soon(simulator.wait_until(&shop.token, |simulator| simulator.confirmed(&shop.token, update))).await;
    bot.stop().await;
}
