//! Mini Apps: a page of the bot in a frame, which is told who opens it and sends what they have made.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::json;

use shopkeeper::simulator::NewGroup;

use super::telegram::{TOKEN, call, in_browser_of, told, with_people};

const ANNA: i64 = 5201;
const BORIS: i64 = 5202;

/// It speaks to Telegram as Telegram's own script does: by messages to the window around it.
const PAGE: &str = r#"<!doctype html><title>Cups</title><p id="who"></p><script>
    const launch = new URLSearchParams(location.hash.slice(1));
    const data = new URLSearchParams(launch.get("tgWebAppData"));
    const post = (eventType, eventData = {}) => parent.postMessage(JSON.stringify({ eventType, eventData }), "*");
    const who = data.has("user") ? `${JSON.parse(data.get("user")).first_name}, signed by ${data.get("hash").length} digits` : "somebody";
    document.getElementById("who").textContent = who;
    const heard = new Set();
    addEventListener("message", ({ data: text }) => {
        const { eventType, eventData } = JSON.parse(text);
        const buttons = [{ id: "yes", type: "ok" }, { id: "no", type: "cancel" }];
        if (eventType === "theme_changed" && eventData.theme_params.text_color) heard.add("theme");
        if (eventType === "viewport_changed" && eventData.height > 100) heard.add("size");
        if (heard.size === 2) post("web_app_setup_main_button", { is_visible: true, is_active: true, text: `Pour for ${who}` });
        if (eventType === "back_button_pressed") post("web_app_setup_secondary_button", { is_visible: true, text: "Call me" });
        if (eventType === "secondary_button_pressed") post("web_app_request_phone");
        if (eventType === "phone_requested" && eventData.status === "sent") post("web_app_open_tg_link", { path_full: "/demo_bot?start=cups" });
        if (eventType === "main_button_pressed") post("web_app_open_popup", { message: "Two cups?", buttons });
        if (eventType === "popup_closed" && eventData.button_id === "yes") post("web_app_data_send", { data: '{"cups":2}' });
    });
    post("web_app_ready");
    post("web_app_setup_back_button", { is_visible: true });
    post("web_app_request_theme");
    post("web_app_request_viewport");
    </script>"#;

/// Serves the page until the process ends: a server of the bot's, which knows nothing of the simulator. Where it listens.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let head = BufReader::new(&stream).lines().map_while(Result::ok);
            let asked = head.take_while(|line| !line.is_empty()).count();
            // A browser may open a connection and ask for nothing.
            if asked > 0 {
                let length = PAGE.len();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
                );
                stream.write_all(format!("{head}{PAGE}").as_bytes()).unwrap();
            }
        }
    });
    address
}

pub(crate) fn a_mini_app_sends_what_was_made_in_it() {
    in_browser_of(with_people(&[(ANNA, "Anna")]), async |page| {
        let address = serve();
        let key = |url: &str| json!([[{ "text": "Cups", "web_app": { "url": url } }]]);
        let markup = json!({ "keyboard": key(&address), "resize_keyboard": true });
        call(&page, "sendMessage", json!({ "chat_id": ANNA, "text": "How many?", "reply_markup": markup })).await;
        page.open(&[ANNA]).await;
        let anna = page.chat(ANNA);
        anna.press("Cups").await;
        page.click("all('.app .main').find((one) => one.textContent === 'Pour for somebody')").await;
        page.until("one('.veil')").await;
        page.shot("mini-app").await;
        page.click("all('.veil button').find((one) => one.textContent === 'OK')").await;
        let message = told(&page, "message", |message| message["web_app_data"].is_object()).await;
        assert_eq!(message["web_app_data"], json!({ "button_text": "Cups", "data": "{\"cups\":2}" }));
        page.until("!one('.app')").await;

        // One that a button opens knows for whom, and sends nothing; none may be a page of the simulator.
        let inline = json!({ "inline_keyboard": key(&address) });
        call(&page, "sendMessage", json!({ "chat_id": ANNA, "text": "Here", "reply_markup": inline })).await;
        anna.tap("Cups").await;
        page.click("all('.app .main').find((one) => one.textContent === 'Pour for Anna, signed by 64 digits')").await;
        page.click("all('.veil button').find((one) => one.textContent === 'OK')").await;
        anna.hears("Only a Mini App that a key").await;
        // It asks for the phone number, and leads back to the bot.
        page.click("one('.app .back')").await;
        page.click("all('.app .secondary').find((one) => one.textContent === 'Call me')").await;
        anna.agree().await;
        let start = told(&page, "message", |message| message["text"] == "/start cups").await;
        assert_eq!(start["chat"]["id"], ANNA);
        anna.sees("+380501234567").await;
        page.until("!one('.app')").await;
        let own = json!({ "inline_keyboard": key(page.demo()) });
        call(&page, "sendMessage", json!({ "chat_id": ANNA, "text": "There", "reply_markup": own })).await;
        anna.sees("There").await;
        anna.tap("Cups").await;
        anna.hears("served by the bot").await;
    });
}

pub(crate) fn who_asks_to_be_let_in_is_shown_a_mini_app() {
    const GROUP: i64 = -5299;
    let sim = with_people(&[(ANNA, "Anna"), (BORIS, "Boris")]);
    let group = NewGroup { title: "Cups".into(), members: vec![BORIS], guard: Some(true), ..NewGroup::default() };
    sim.group(TOKEN, GROUP, &group).unwrap();
    in_browser_of(sim.clone(), async move |page| {
        page.open(&[ANNA]).await;
        let asking = json!({ "chat_id": GROUP, "creates_join_request": true });
        let link = call(&page, "createChatInviteLink", asking).await["invite_link"].clone();
        sim.join(TOKEN, ANNA, GROUP, link.as_str()).unwrap();
        let request = told(&page, "chat_join_request", |request| request["from"]["id"] == ANNA).await;
        let app = json!({ "chat_join_request_query_id": request["query_id"], "web_app_url": serve() });
        call(&page, "sendChatJoinRequestWebApp", app).await;
        page.click("all('.app .main').find((one) => one.textContent === 'Pour for Anna, signed by 64 digits')").await;
        page.until("one('.veil')").await;
        let answer = json!({ "chat_join_request_query_id": request["query_id"], "result": "approve" });
        call(&page, "answerChatJoinRequestQuery", answer).await;
    });
}

pub(crate) fn a_key_makes_a_bot_for_the_bot_to_manage() {
    in_browser_of(with_people(&[(ANNA, "Anna")]), async |page| {
        let asked = json!({ "request_id": 1, "suggested_name": "Cups", "suggested_username": "cups_bot" });
        let markup =
            json!({ "keyboard": [[{ "text": "New bot", "request_managed_bot": asked }]], "resize_keyboard": true });
        call(&page, "sendMessage", json!({ "chat_id": ANNA, "text": "Yours?", "reply_markup": markup })).await;
        page.open(&[ANNA]).await;
        let anna = page.chat(ANNA);
        anna.press("New bot").await;
        anna.agree().await;
        let made = told(&page, "managed_bot", |made| made["bot"]["username"] == "cups_bot").await;
        assert_eq!((&made["bot"]["first_name"], &made["user"]["id"]), (&json!("Cups"), &json!(ANNA)));
        anna.sees("Bot created: Cups (@cups_bot)").await;
    });
}
