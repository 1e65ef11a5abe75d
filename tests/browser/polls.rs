//! What other bots send: a poll to vote in, an invoice to pay.

use serde_json::json;

use super::telegram::{call, in_browser_of, told, with_people};

const ANNA: i64 = 5001;

pub(crate) fn a_poll_is_voted_in_and_an_invoice_is_paid() {
    in_browser_of(with_people(&[(ANNA, "Anna")]), async |page| {
        let asked = json!({ "chat_id": ANNA, "question": "Which tea?", "options": ["Green", "Black"], "allows_multiple_answers": true });
        call(&page, "sendPoll", asked).await;
        let prices = json!([{ "label": "Tea", "amount": 20 }]);
        let invoice = json!({ "chat_id": ANNA, "title": "Tea", "description": "A tin", "payload": "t", "currency": "XTR", "prices": prices });
        call(&page, "sendInvoice", invoice).await;
        page.open(&[ANNA]).await;
        let option = |words: &str| {
            format!("all('.poll .option', pane({ANNA})).find((one) => one.textContent.startsWith({words:?}))")
        };
        for words in ["Green", "Black", "Vote"] {
            page.click(&option(words)).await;
        }
        page.until(&format!("{}.textContent === 'Black1'", option("Black"))).await;
        page.click(&option("Pay 20 ⭐")).await;
        let asked = told(&page, "pre_checkout_query", |_| true).await;
        call(&page, "answerPreCheckoutQuery", json!({ "pre_checkout_query_id": asked["id"], "ok": true })).await;
        page.until(&format!("says({ANNA}, '✅ Tea')")).await;
        page.shot("poll-and-invoice").await;
    });
}
