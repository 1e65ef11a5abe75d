//! What other bots send: a poll to vote in, an invoice to pay.

use std::sync::mpsc;
use std::thread;

use serde_json::{Value, json};
use shopkeeper::simulator::{Person, Simulator, launch};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::stage::{DESK, in_browser_at};

const TOKEN: &str = "1000:demo";
const ANNA: i64 = 5001;

/// A call of the bot, which is this test.
async fn call(address: &str, method: &str, body: Value) -> Value {
    let request = reqwest::Client::new().post(format!("{address}/bot{TOKEN}/{method}"));
    let request = request.header("Content-Type", "application/json").body(body.to_string());
    let answer: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(answer["ok"], true, "{method}: {answer}");
    answer["result"].clone()
}

pub(crate) fn a_poll_is_voted_in_and_an_invoice_is_paid() {
    let sim = Simulator::new();
    sim.person(TOKEN, Person { id: ANNA, first_name: "Anna".into(), username: None, language_code: None });
    sim.say(TOKEN, ANNA, "/start").unwrap();
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
    in_browser_at(DESK, Some(&address), async |page| {
        let at = page.demo().to_owned();
        let asked = json!({ "chat_id": ANNA, "question": "Which tea?", "options": ["Green", "Black"], "allows_multiple_answers": true });
        call(&at, "sendPoll", asked).await;
        let prices = json!([{ "label": "Tea", "amount": 20 }]);
        let invoice = json!({ "chat_id": ANNA, "title": "Tea", "description": "A tin", "payload": "t", "currency": "XTR", "prices": prices });
        call(&at, "sendInvoice", invoice).await;
        page.open(&[ANNA]).await;
        let option = |words: &str| {
            format!("all('.poll .option', pane({ANNA})).find((one) => one.textContent.startsWith({words:?}))")
        };
        for words in ["Green", "Black", "Vote"] {
            page.click(&option(words)).await;
        }
        page.until(&format!("{}.textContent === 'Black1'", option("Black"))).await;
        page.click(&option("Pay 20 ⭐")).await;
        let mut asked = Value::Null;
        while asked.is_null() {
            let updates = call(&at, "getUpdates", json!({ "timeout": 10 })).await;
            let all = updates.as_array().unwrap().iter();
            asked = all.filter_map(|update| update.get("pre_checkout_query")).next_back().cloned().unwrap_or_default();
        }
        call(&at, "answerPreCheckoutQuery", json!({ "pre_checkout_query_id": asked["id"], "ok": true })).await;
        page.until(&format!("says({ANNA}, '✅ Tea')")).await;
        page.shot("poll-and-invoice").await;
    });
    close.send(()).unwrap();
    telegram.join().unwrap();
}
