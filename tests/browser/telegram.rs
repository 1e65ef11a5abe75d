//! A simulator whose bot is the test: it calls the Bot API itself, and sees on the page what people see.

use std::future::Future;
use std::sync::mpsc;
use std::thread;

use serde_json::{Value, json};
use shopkeeper::simulator::{Person, Simulator, launch};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::page::Page;
use super::stage::{DESK, in_browser_at};

pub(crate) const TOKEN: &str = "1000:demo";

/// A simulator with these people, who have written to the bot.
pub(crate) fn with_people(people: &[(i64, &str)]) -> Simulator {
    let sim = Simulator::new();
    sim.bot(TOKEN, "demo_bot");
    for (id, name) in people {
        sim.person(TOKEN, Person { id: *id, first_name: (*name).into(), username: None, language_code: None });
        sim.say(TOKEN, *id, "/start").unwrap();
    }
    sim
}

/// Plays a test in a browser before the page of a simulator.
pub(crate) fn in_browser_of<F: Future<Output = ()> + 'static>(sim: Simulator, test: impl FnOnce(Page) -> F) {
    let (opened, address) = mpsc::channel();
    let (close, closed) = oneshot::channel::<()>();
    let telegram = thread::spawn(move || {
        Runtime::new().unwrap().block_on(async {
            let server = launch(sim, 0).await.unwrap();
            opened.send(server.base_url.clone()).unwrap();
            let _ = closed.await;
        });
    });
    let address = address.recv().unwrap();
    in_browser_at(DESK, Some(&address), test);
    close.send(()).unwrap();
    telegram.join().unwrap();
}

/// A call of the bot, which must succeed.
pub(crate) async fn call(page: &Page, method: &str, body: Value) -> Value {
    let request = reqwest::Client::new().post(format!("{}/bot{TOKEN}/{method}", page.demo()));
    let request = request.header("Content-Type", "application/json").body(body.to_string());
    let answer: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(answer["ok"], true, "{method}: {answer}");
    answer["result"].clone()
}

/// Waits until the bot is told of something: the newest content of a field of an `Update` that is what is looked for.
pub(crate) async fn told(page: &Page, field: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    let mut offset = 0;
    loop {
        let updates = call(page, "getUpdates", json!({ "timeout": 10, "offset": offset })).await;
        let updates = updates.as_array().unwrap();
        if let Some(found) = updates.iter().rev().filter_map(|update| update.get(field)).find(|found| is_it(found)) {
            return found.clone();
        }
        let last = updates.last().unwrap_or_else(|| panic!("the bot is told of no {field}"));
        offset = last["update_id"].as_i64().unwrap() + 1;
    }
}
