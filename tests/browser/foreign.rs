//! A page of another origin, in the same browser: it learns nothing of the demo, and changes nothing.

use rocket::http::ContentType;
use rocket::{get, routes};
use serde_json::{Value, json};
use shopkeeper::server;

use super::page::Page;
use super::stage::{DESK, in_browser};

const EVE: i64 = 4001;

/// A page without anything on it; what it does is said by the test.
#[get("/")]
fn empty() -> (ContentType, &'static str) {
    (ContentType::HTML, "<!doctype html><title>another origin</title><body>")
}

/// Tries all that a page can try without being asked, and tells what came of each attempt.
const TRY_ALL: &str = r#"
    const [demo, bot, person, done] = arguments;
    const said = {};
    const attempt = async (name, path, options = {}) => {
        try { said[name] = `answered ${(await fetch(demo + path, { mode: "no-cors", ...options })).status}`; }
        catch { said[name] = "blocked"; }
    };
    const load = (name, tag, path) => new Promise((over) => {
        const element = Object.assign(document.createElement(tag), { src: demo + path });
        element.onload = () => { said[name] = "loaded"; over(); };
        element.onerror = () => { said[name] = "blocked"; over(); };
        document.body.append(element);
    });
    const say = `/sim/v1/bots/${bot}/people/${person}/say`;
    const text = JSON.stringify({ text: "evil" });
    (async () => {
        await attempt("read", "/sim/v1/bots", { mode: "cors" });
        await attempt("read blindly", "/sim/v1/bots");
        await attempt("say", say, { method: "POST", body: text });
        await attempt("say without a type", say, { method: "POST", body: new Blob([text]) });
        await attempt("say as JSON", say, { method: "POST", mode: "cors", body: text, headers: { "Content-Type": "application/json" } });
        await attempt("redeliver", `/sim/v1/bots/${bot}/redeliver`, { method: "POST" });
        await attempt("record", "/workbench/v1/recording", { method: "POST" });
        await attempt("send", `/bot${bot}/sendMessage?chat_id=${person}&text=evil`);
        await attempt("send by HEAD", `/bot${bot}/sendMessage?chat_id=${person}&text=evil`, { method: "HEAD" });
        await attempt("send a form", `/bot${bot}/sendMessage`, { method: "POST", body: new URLSearchParams({ chat_id: person, text: "evil" }) });
        await load("a webhook by an image", "img", `/bot${bot}/setWebhook?url=http://127.0.0.1:9/evil`);
        await load("a script", "script", "/sim/page.js");
        await new Promise((over) => {
            const events = new EventSource(`${demo}/sim/v1/bots/${bot}/people/${person}/events`);
            events.onopen = () => { said.events = "open"; over(); };
            events.onerror = () => { said.events = "blocked"; events.close(); over(); };
        });
        const frame = Object.assign(document.createElement("iframe"), { name: "frame" });
        document.body.append(frame);
        const form = document.createElement("form");
        Object.assign(form, { method: "POST", enctype: "text/plain", target: "frame", action: demo + say });
        form.append(Object.assign(document.createElement("input"), { name: '{"text":"evil","name":"', value: '"}' }));
        document.body.append(form);
        await new Promise((over) => { frame.onload = over; form.submit(); });
        done(said);
    })();
"#;

async fn get(page: &Page, path: &str) -> String {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.get(format!("{}{path}", page.demo())).send().await.unwrap().text().await.unwrap()
}

/// What there is to be changed: the bot, its chat, and whether a recording runs.
async fn state(page: &Page) -> [String; 4] {
    [
        get(page, "/sim/v1/bots/1000:demo/people/4001/chat.txt").await,
        get(page, "/bot1000:demo/getWebhookInfo").await,
        get(page, "/workbench/v1/recording").await,
        get(page, "/sim/v1/bots").await,
    ]
}

pub(crate) fn another_origin_learns_and_changes_nothing() {
    in_browser(DESK, async |page| {
        page.meet(EVE, "Eve").await;
        page.open(&[EVE]).await;
        page.chat(EVE).start().await;
        page.log().await;
        let before = state(&page).await;
        let elsewhere = server::launch(|rocket| rocket.mount("/", routes![empty]), 0).await.unwrap();
        // Another port is the same site, another name is another one.
        for origin in [elsewhere.base_url.clone(), elsewhere.base_url.replace("127.0.0.1", "localhost")] {
            page.visit(&format!("{origin}/")).await;
            let said = page.run(TRY_ALL, &[json!(page.demo()), json!("1000:demo"), json!(EVE)]).await;
            let blocked = |(_, said): (&String, &Value)| said == "blocked";
            assert!(said.as_object().unwrap().len() > 12 && said.as_object().unwrap().iter().all(blocked), "{said}");
        }
        let rebound = page.demo().replace("127.0.0.1", "rebound.example");
        for (address, words) in [
            (format!("{rebound}/sim/v1/bots"), "answers on loopback names"),
            (format!("{}/bot1000:demo/deleteWebhook", page.demo()), "a browser may only look"),
        ] {
            page.visit(&address).await;
            page.until(&format!("document.body.textContent.includes({words:?})")).await;
        }
        assert_eq!(state(&page).await, before);
        // What was refused is in the browser's log.
        page.log().await;
        elsewhere.stop().await;
    });
}
