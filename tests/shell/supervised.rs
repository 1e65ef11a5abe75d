//! Long-lived tasks that fail are seen where an operator looks.

use serde_json::Value;
use shell::schema::schema;
use shopkeeper::api::Api;
use shopkeeper::bot::Shopkeeper;
use shopkeeper::check::{Page, Verdict};
use shopkeeper::config::Transport;
use shopkeeper::tasks::{Task, supervise};

use super::support::shop::Shop;
use super::support::{database, until};

/// What a process says of its readiness: status and body.
pub(super) async fn readiness(bot: &Shopkeeper) -> (u16, Value) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("{}/readyz", bot.address().unwrap())).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

/// The line of `shopkeeper check` on a process.
pub(super) async fn checked(bot: &Shopkeeper) -> (Verdict, String) {
    let port = bot.address().unwrap().rsplit(':').next().unwrap().parse().unwrap();
    let page = Page::of(None, &[], &[port]).await;
    let line = page.findings.into_iter().find(|finding| finding.subject == "serve").unwrap();
    (line.verdict, line.words)
}

/// A task of this name that fails whenever it is started, and has.
async fn failing(shop: &Shop, name: &'static str) -> Task {
    let metrics = shop.store.metrics();
    let task = supervise(metrics.shell(), name, || async { panic!("a defect") as () });
    until("the task is down", async || metrics.tasks.down().contains(&name)).await;
    task
}

#[tokio::test]
async fn a_task_that_fails_is_seen_in_readyz_and_check_and_makes_the_process_not_ready_only_if_nobody_is_served() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let opened = Shopkeeper::start_beside(shop.parts(schema()), Transport::Polling, 0, |store, feed| {
        let api = Api::new(store.clone(), feed.clone(), &dialogues::world::settings(), Vec::new());
        Some(Box::new(move |rocket| api.mount(rocket)))
    });
    let bot = opened.await.unwrap();
    assert_eq!(readiness(&bot).await, (200, serde_json::json!({ "status": "ok" })));
    assert_eq!(checked(&bot).await.0, Verdict::Fine);
    let text = shop.store.metrics().text();
    for task in ["catalogue", "mailings", "owner_notices", "polling"] {
        assert!(text.contains(&format!("shopkeeper_task_up{{task=\"{task}\"}} 1")), "{text}");
    }
    let mailings = failing(&shop, "mailings").await;
    let degraded = serde_json::json!({ "status": "degraded", "tasks_down": ["mailings"] });
    assert_eq!(readiness(&bot).await, (200, degraded));
    let (verdict, words) = checked(&bot).await;
    assert!(verdict == Verdict::Failure && words.contains("has failed at: mailings"), "{words}");
    let _polling = failing(&shop, "polling").await;
    let (status, problem) = readiness(&bot).await;
    assert!(status == 503 && problem["detail"].as_str().unwrap().contains("polling"), "{status} {problem}");
    let (verdict, words) = checked(&bot).await;
    assert!(verdict == Verdict::Failure && words.contains("is not ready: the task polling"), "{words}");
    drop(mailings);
    bot.stop().await;
}
