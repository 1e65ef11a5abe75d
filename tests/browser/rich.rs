//! Rich messages on the page: blocks are drawn, links and buttons in them work.

use serde_json::json;

use super::telegram::{call, in_browser_of, told, with_people};

const ANNA: i64 = 5301;

const MENU: &str = "<h2>Tea of the week</h2><p><b>Sencha</b>, <mark>fresh</mark>: see <a href='#brew'>how to brew</a>. \
    <tg-button type='callback_data' data='one'>Take one</tg-button></p><ul><li>first flush</li><li><input type='checkbox' checked>in stock\
    </li></ul><table bordered striped><caption>Prices</caption><tr><th>Weight</th><th align='right'>Price</th></tr><tr><td>50 g</td>\
    <td align='right'>120 ₴</td></tr><tr><td>100 g</td><td align='right'>220 ₴</td></tr></table><figure><img src='https://t.me/tea.jpg'/>\
    <figcaption>A cup<cite>Boris</cite></figcaption></figure><details><summary>How to brew</summary><a name='brew'></a><p>80 °C</p>\
    <pre><code class='language-math'>t = 2</code></pre></details><blockquote>The best one<cite>Anna</cite></blockquote>\
    <tg-button-row><tg-button type='callback_data' data='two'>Two</tg-button><tg-button type='disabled'>Sold out</tg-button></tg-button-row>";

pub(crate) fn a_rich_message_is_drawn_and_its_buttons_are_tapped() {
    in_browser_of(with_people(&[(ANNA, "Anna")]), async |page| {
        page.open(&[ANNA]).await;
        let below = json!({ "inline_keyboard": [[{ "text": "Menu", "callback_data": "menu" }]] });
        let message = json!({ "chat_id": ANNA, "rich_message": { "html": MENU }, "reply_markup": below });
        let sent = call(&page, "sendRichMessage", message).await;
        let log = format!("pane({ANNA}).querySelector('.blocks')");
        page.until(&format!("one('h2', {log})?.textContent === 'Tea of the week' && all('tr', {log}).length === 3"))
            .await;
        page.until(&format!(
            "one('figure img', {log})?.naturalWidth > 0 && one('figcaption cite', {log}).textContent === 'Boris'"
        ))
        .await;
        page.until(&format!("all('li .label', {log}).map((label) => label.textContent).join('') === '•☑'")).await;
        page.until(&format!("!one('details p', {log}) && one('blockquote', {log})")).await;
        page.shot("rich").await;
        for (label, data) in [("Take one", "one"), ("Two", "two"), ("Menu", "menu")] {
            page.click(&format!(
                "all('.post button', pane({ANNA})).find((button) => button.textContent === '{label}')"
            ))
            .await;
            let tap = told(&page, "callback_query", |tap| tap["data"] == data).await;
            call(&page, "answerCallbackQuery", json!({ "callback_query_id": tap["id"] })).await;
        }
        // The link leads into what is folded, and opens it.
        page.click(&format!("all('a', {log}).find((link) => link.textContent === 'how to brew')")).await;
        page.until(&format!("one('details .formula', {log})?.textContent === 't = 2'")).await;
        // What is still being written is seen, and stopped.
        let draft =
            json!({ "chat_id": ANNA, "draft_id": 7, "can_stop": true, "rich_message": { "markdown": "# Growing" } });
        call(&page, "sendRichMessageDraft", draft).await;
        page.until(&format!("one('.draft h1', pane({ANNA}))?.textContent === 'Growing'")).await;
        page.click(&format!("one('.draft .stop', pane({ANNA}))")).await;
        told(&page, "stopped_message_generation", |stopped| stopped["draft_id"] == 7).await;
        page.until(&format!("!one('.draft', pane({ANNA}))")).await;
        let changed = json!({ "chat_id": ANNA, "message_id": sent["message_id"], "rich_message": { "markdown": "**Sold out**" } });
        call(&page, "editMessageText", changed).await;
        page.until(&format!("one('b', {log})?.textContent === 'Sold out' && !one('h2', {log})")).await;
    });
}
