//! Groups and channels: several people who write, tap, react, come and go.

use serde_json::{Value, json};

use super::page::{ENTER, Page};
use super::telegram::{call, in_browser_of, told, with_people};

const ANNA: i64 = 5101;
const BORIS: i64 = 5102;

/// Opens the menu of a person's chats, and takes an entry.
async fn go(page: &Page, person: i64, entry: &str) {
    choose(page, person, "Chats of this person", entry).await;
}

async fn choose(page: &Page, person: i64, menu: &str, entry: &str) {
    page.click(&format!("one('[aria-label=\"{menu}\"]', pane({person}))")).await;
    let entry = json!(entry);
    page.click(&format!("all('.popup button', pane({person})).find((one) => one.textContent.includes({entry}))")).await;
}

async fn answer(page: &Page, person: i64, text: &str) {
    page.keys(&format!("one('.veil input', pane({person}))"), text).await;
    page.chat(person).agree().await;
}

pub(crate) fn people_meet_in_a_group() {
    in_browser_of(with_people(&[(ANNA, "Anna"), (BORIS, "Boris")]), async |page| {
        page.open(&[ANNA, BORIS]).await;
        let (anna, boris) = (page.chat(ANNA), page.chat(BORIS));
        go(&page, ANNA, "New group").await;
        answer(&page, ANNA, "").await;
        page.until(&format!("one('h2', pane({ANNA})).textContent === 'Friends'")).await;
        page.until("location.search.includes('5101:-100')").await;
        choose(&page, ANNA, "More", "Let Boris join").await;
        anna.sees("Boris joined").await;
        go(&page, BORIS, "Friends").await;

        // What somebody writes has their name for others, and is told to the bot as the group's.
        boris.write("Who is in?").await;
        let told_of = told(&page, "message", |message| message["text"] == "Who is in?").await;
        assert_eq!((&told_of["text"], &told_of["chat"]["title"]), (&json!("Who is in?"), &json!("Friends")));
        page.until(&format!("one('.author', pane({ANNA})).textContent === 'Boris'")).await;
        let group = told_of["chat"]["id"].clone();
        let markup = json!({ "inline_keyboard": [[{ "text": "I am", "callback_data": "in" }]] });
        call(&page, "sendMessage", json!({ "chat_id": group, "text": "Tea at five?", "reply_markup": markup })).await;
        boris.sees("Tea at five?").await;
        anna.tap("I am").await;
        let tap = told(&page, "callback_query", |_| true).await;
        assert_eq!((&tap["from"]["first_name"], &tap["message"]["chat"]["id"]), (&json!("Anna"), &group));
        call(&page, "answerCallbackQuery", json!({ "callback_query_id": tap["id"], "text": "See you" })).await;
        anna.hears("See you").await;

        // A reply shows what it answers, on the page and to the bot.
        choose(&page, BORIS, "More", "Reply to the newest").await;
        page.until(&format!("one('.answered', pane({BORIS})).textContent.includes('Tea at five?')")).await;
        boris.write("Gladly").await;
        let reply = told(&page, "message", |message| message["text"] == "Gladly").await;
        assert_eq!(reply["reply_to_message"]["text"], "Tea at five?");
        page.until(&format!("one('.quote', pane({ANNA})).textContent.includes('Tea at five?')")).await;
        page.until(&format!("!one('.answered', pane({BORIS}))")).await;
        choose(&page, ANNA, "More", "Send an album").await;
        page.until(&format!("all('.album img', pane({BORIS})).length === 2")).await;

        // A reaction is seen by all, and taken back by who left it.
        choose(&page, BORIS, "More", "React to the newest").await;
        answer(&page, BORIS, "").await;
        let chip = |person: i64| format!("one('.reactions button', pane({person}))");
        page.until(&format!("{}.textContent === '👍' && {0}.getAttribute('aria-pressed') === 'false'", chip(ANNA)))
            .await;
        page.click(&chip(ANNA)).await;
        page.until(&format!("{}.textContent === '👍 2'", chip(BORIS))).await;
        page.click(&chip(BORIS)).await;
        page.until(&format!("{}.textContent === '👍'", chip(ANNA))).await;
        page.shot("group").await;

        // A link to the bot leads to the chat with it, and says what it means there.
        let links = json!({ "inline_keyboard": [[{ "text": "Order", "url": "https://t.me/demo_bot?start=tea" }]] });
        call(&page, "sendMessage", json!({ "chat_id": group, "text": "Order here", "reply_markup": links })).await;
        anna.tap("Order").await;
        let start = told(&page, "message", |message| message["text"] == "/start tea").await;
        assert_eq!(start["chat"]["id"], ANNA);
        go(&page, ANNA, "Friends").await;

        // Who has left may come back, and the address names where everybody is.
        choose(&page, BORIS, "More", "Leave").await;
        page.until(&format!("one('.start', pane({BORIS})).textContent === 'JOIN'")).await;
        boris.sees("Only members see").await;
        page.visit(page.run("arguments[0](location.href)", &[]).await.as_str().unwrap()).await;
        page.click(&format!("one('.start', pane({BORIS}))")).await;
        boris.sees("Tea at five?").await;
        go(&page, BORIS, "Simulated bot").await;
        boris.sees("/start").await;
        page.until("location.search.endsWith(',5102')").await;
    });
}

pub(crate) fn a_channel_is_written_by_its_administrators() {
    in_browser_of(with_people(&[(ANNA, "Anna"), (BORIS, "Boris")]), async |page| {
        page.open(&[ANNA, BORIS]).await;
        go(&page, ANNA, "New channel").await;
        page.keys(&format!("one('.veil input', pane({ANNA}))"), ENTER).await;
        page.until(&format!("one('.who p', pane({ANNA})).textContent.includes('subscriber')")).await;
        page.chat(ANNA).write("We open at nine").await;
        let post = told(&page, "channel_post", |_| true).await;
        assert_eq!((&post["text"], &post["sender_chat"]["title"]), (&json!("We open at nine"), &json!("News")));
        // On its way it was the writer's; then it is the channel's alone.
        page.until(&format!("all('.post', pane({ANNA})).length === 1 && !one('.pending')")).await;
        go(&page, BORIS, "News").await;
        page.click(&format!("one('.start', pane({BORIS}))")).await;
        page.chat(BORIS).sees("We open at nine").await;
        page.until(&format!("one('.start', pane({BORIS})).disabled && !one('.field', pane({BORIS}))")).await;
    });
}

pub(crate) fn an_answer_of_the_bot_is_sent_by_its_inline_mode() {
    in_browser_of(with_people(&[(ANNA, "Anna")]), async |page| {
        let markup =
            json!({ "inline_keyboard": [[{ "text": "Find tea", "switch_inline_query_current_chat": "green" }]] });
        call(&page, "sendMessage", json!({ "chat_id": ANNA, "text": "Hello", "reply_markup": markup })).await;
        page.open(&[ANNA]).await;
        let anna = page.chat(ANNA);
        anna.tap("Find tea").await;
        let query = told(&page, "inline_query", |_| true).await;
        assert_eq!((&query["query"], &query["chat_type"]), (&json!("green"), &json!("sender")));
        let article = |id: &str, title: &str| -> Value {
            json!({ "type": "article", "id": id, "title": title, "description": "A tin", "input_message_content": { "message_text": format!("I drink {title}") } })
        };
        let results = json!([article("1", "Sencha"), article("2", "Gyokuro")]);
        call(&page, "answerInlineQuery", json!({ "inline_query_id": query["id"], "results": results })).await;
        page.click(&format!("all('[role=option]', pane({ANNA})).find((one) => one.textContent.includes('Gyokuro'))"))
            .await;
        anna.sees("I drink Gyokuro").await;
        anna.sees("via @demo_bot").await;
        let chosen = told(&page, "chosen_inline_result", |_| true).await;
        assert_eq!((&chosen["result_id"], &chosen["query"]), (&json!("2"), &json!("green")));
        page.until(&format!("one('.field', pane({ANNA})).value === ''")).await;

        // What the bot changes about itself is seen at once.
        let shop = json!({ "type": "web_app", "text": "Shop", "web_app": { "url": "https://example.com/" } });
        call(&page, "setChatMenuButton", json!({ "menu_button": shop })).await;
        page.until(&format!("one('.write .menu', pane({ANNA})).textContent === 'Shop'")).await;
        call(&page, "setMyName", json!({ "name": "Tea bot" })).await;
        page.until(&format!("one('h2', pane({ANNA})).textContent === 'Tea bot'")).await;
    });
}
