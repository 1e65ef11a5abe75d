//! `/metrics` as Prometheus asks for it, and what stands on it: the dashboard, the alerts, the log.

mod deploy;
mod log;

use dialogues::buttons::Action;
use reqwest::Client;
use shell::schema::schema;
use shopkeeper::api::Api;
use shopkeeper::bot::Shopkeeper;
use shopkeeper::config::{Secret, Transport};

use super::bot_crash::own_store;
use super::support::shop::{Shop, bring, bring_as, quiet};
use super::support::{database, soon};

/// A bot with a webhook and the API beside it.
async fn open(shop: &Shop) -> Shopkeeper {
    let door = Transport::Webhook {
        url: "http://127.0.0.1:9/hook".parse().unwrap(),
        secret: Secret::new("open-sesame"),
        certificate: None,
        connections: 20,
    };
    let opened = Shopkeeper::start_beside(shop.parts(schema()), door, 0, |store, feed| {
        let api = Api::new(store.clone(), feed.clone(), &dialogues::world::settings(), Vec::new());
        Some(Box::new(move |rocket| api.mount(rocket)))
    });
    opened.await.unwrap()
}

fn client() -> Client {
    Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap()
}

async fn metrics(bot: &Shopkeeper) -> String {
    metrics_at(bot.address().unwrap()).await
}

async fn metrics_at(address: &str) -> String {
    let answer = client().get(format!("{address}/metrics")).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("text/plain") && kind.contains("version=0.0.4"), "{kind}");
    answer.text().await.unwrap()
}

/// The sum of all samples of a name whose labels have all of these.
fn value(text: &str, name: &str, labels: &[&str]) -> f64 {
    let samples = text.lines().filter_map(|line| line.strip_prefix(name)).filter(|rest| rest.starts_with(['{', ' ']));
    let ours = samples.filter(|rest| labels.iter().all(|label| rest.contains(label)));
    ours.map(|rest| rest.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum()
}

/// Anna says hello, opens a card, taps ➕ there; and somebody who is not Telegram calls.
async fn busy(shop: &Shop) -> Shopkeeper {
    let bot = open(shop).await;
    let hello = shop.text("hello");
    assert_eq!(bring(&bot, &hello).await, 200);
    shop.open_card(&bot, "sencha").await;
    let add = shop.tap(Action::AddToCart(None)).await;
    for _ in 0..2 {
        assert_eq!(bring(&bot, &add).await, 200);
    }
    assert_eq!(bring_as(&bot, &hello, "guessed").await, 401);
    quiet(&bot).await;
    bot
}

#[tokio::test]
async fn what_happens_is_counted_by_what_it_was() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = busy(&shop).await;
    let text = metrics(&bot).await;
    let counted = |name: &str, labels: &[&str]| value(&text, name, labels);
    assert_eq!(counted("shopkeeper_turns_total", &["outcome=\"committed\""]), 3.0, "{text}");
    let added = ["flow=\"Product\"", "from=\"Product.Choosing\"", "to=\"Product.Added\"", "event=\"PutIntoCart\""];
    assert_eq!(counted("shopkeeper_turns_total", &added), 1.0, "{text}");
    assert_eq!(counted("shopkeeper_turns_total", &["outcome=\"repeated\""]), 1.0);
    assert_eq!(counted("shopkeeper_updates_received_total", &["webhook", "kind=\"message\""]), 2.0);
    assert_eq!(counted("shopkeeper_updates_received_total", &["webhook", "kind=\"callback_query\""]), 2.0);
    assert_eq!(counted("shopkeeper_webhook_answers_total", &["200"]), 4.0);
    assert_eq!(counted("shopkeeper_webhook_answers_total", &["401"]), 1.0);
    for step in ["load", "decide", "commit"] {
        assert_eq!(counted("shopkeeper_turn_step_seconds_count", &[step]), 3.0, "{step}");
    }
    for step in ["wait", "show"] {
        assert_eq!(counted("shopkeeper_turn_step_seconds_count", &[step]), 4.0, "{step}");
    }
    assert_eq!(counted("shopkeeper_reply_seconds_count", &[]), 4.0);
    assert_eq!(counted("shopkeeper_screens_total", &["shown"]), 4.0);
    assert!(counted("shopkeeper_telegram_call_seconds_count", &["method=\"sendMessage\"", "ok"]) >= 1.0, "{text}");
    assert!(counted("shopkeeper_mongodb_command_seconds_count", &["command=\"update\"", "ok"]) >= 2.0);
    assert!(counted("shopkeeper_mongodb_connections", &["open"]) >= 1.0);
    assert!(counted("shopkeeper_catalogue_products", &[]) > 10.0);
    assert!(counted("shopkeeper_mongodb_disk_bytes", &["total"]) > counted("shopkeeper_mongodb_disk_bytes", &["used"]));
    bot.stop().await;
}

#[tokio::test]
async fn while_mongodb_is_gone_metrics_are_told_and_the_catalogue_ages() {
    let (mongod, store) = own_store().await;
    let shop = Shop::open(store).await;
    let bot = busy(&shop).await;
    assert!(value(&metrics(&bot).await, "shopkeeper_catalogue_age_seconds", &[]) < 5.0);
    drop(mongod);
    soon(async {
        loop {
            let text = metrics(&bot).await;
            // Nobody has tapped meanwhile; the stream is missed all the same.
            let ages = value(&text, "shopkeeper_catalogue_age_seconds", &[]) > 1.5;
            if ages && value(&text, "shopkeeper_catalogue_restarts_total", &[]) >= 1.0 {
                break;
            }
        }
    })
    .await;
    bot.stop().await;
}
