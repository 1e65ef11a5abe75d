//! Misbehaviour on purpose, over the HTTP interface that tests in any language use.

use std::time::{Duration, Instant};

use reqwest::Method;

use super::*;

impl World {
    async fn control(&self, method: reqwest::Method, path: &str, body: Value) -> Value {
        let url = format!("{}/sim/v1/bots/{TOKEN}/{path}", self.server.base_url);
        let request = self.http.request(method, url).header("Content-Type", "application/json");
        self.send(request.body(body.to_string())).await
    }

    /// Whether a call gets an answer at all.
    async fn is_answered(&self, method: &str, query: &str) -> bool {
        match self.http.get(format!("{}?{query}", self.url(method))).send().await {
            Ok(answer) => answer.text().await.is_ok(),
            Err(_) => false,
        }
    }
}

#[tokio::test]
async fn a_connection_is_cut_before_or_after_the_effect() {
    let world = World::new().await;
    let send = format!("chat_id={ANNA}&text=x");
    for (cut, seen) in [("before", 0), ("after", 1)] {
        let plan = json!({ "method": "sendMessage", "person": ANNA, "cut": cut });
        world.control(Method::POST, "disturbances", plan).await;
        assert!(!world.is_answered("sendMessage", &send).await, "cut {cut}");
        assert_eq!(world.sim.journal_len(TOKEN), seen, "cut {cut}");
    }
    assert!(world.is_answered("sendMessage", &send).await);
    assert!(world.sim.faults(TOKEN).is_empty());
}

#[tokio::test]
async fn a_star_means_every_method_and_a_plan_is_used_up() {
    let world = World::new().await;
    let plan = json!({ "method": "*", "times": 2, "code": 500 });
    world.control(Method::POST, "disturbances", plan).await;
    assert_eq!(world.refusal("getMe", json!({})).await, "Internal Server Error");
    world.call("getUpdates", json!({})).await;
    let chat = json!({ "chat_id": ANNA });
    assert_eq!(world.refusal("getChat", chat.clone()).await, "Internal Server Error");
    world.call("getChat", chat).await;
}

#[tokio::test]
async fn a_delayed_call_is_late_and_otherwise_well() {
    let world = World::new().await;
    let plan = json!({ "method": "getMe", "delay_ms": 120 });
    world.control(Method::POST, "disturbances", plan).await;
    let started = Instant::now();
    world.call("getMe", json!({})).await;
    assert!(started.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn a_server_that_is_away_ends_polls_too() {
    let world = World::new().await;
    let poll = world.is_answered("getUpdates", "offset=2&timeout=50");
    let away = async {
        world.sim.wait_until(TOKEN, |sim| sim.listens(TOKEN)).await;
        world.control(Method::POST, "away", json!({ "seconds": 60 })).await
    };
    let (answered, _) = tokio::join!(poll, away);
    assert!(!answered);
    assert!(!world.is_answered("getMe", "").await);
    world.control(Method::POST, "away", json!({ "seconds": 0 })).await;
    assert!(world.is_answered("getMe", "").await);
    let refused = world.control(Method::POST, "away", json!({ "seconds": -1 })).await;
    assert!(refused["error"].is_string(), "{refused}");
}

// Texts and taps travel in different queues, so that their order is not kept (`Client.cpp`, 17155–17279).
#[tokio::test]
async fn a_held_queue_comes_late_and_after_younger_updates() {
    let world = World::new().await;
    let id = world.send_with_button("Tea", "t").await;
    let held = |on: bool| json!({ "on": on });
    world.control(Method::PUT, "queues/callback_query/held", held(true)).await;
    world.sim.tap(TOKEN, ANNA, id, "t").expect("a button");
    world.sim.say(TOKEN, ANNA, "and then").expect("said");
    let ids = |updates: &Value| -> Vec<i64> {
        updates.as_array().into_iter().flatten().filter_map(|update| update["update_id"].as_i64()).collect()
    };
    assert_eq!(ids(&world.call("getUpdates", json!({})).await), [1, 3]);
    assert_eq!(ids(&world.call("getUpdates", json!({ "offset": 4 })).await), [0_i64; 0]);
    world.control(Method::PUT, "queues/callback_query/held", held(false)).await;
    assert_eq!(ids(&world.call("getUpdates", json!({ "offset": 4 })).await), [2], "no offset confirms what was held");
    assert_eq!(ids(&world.call("getUpdates", json!({ "offset": 4 })).await), [0_i64; 0]);
    let unknown = world.control(Method::PUT, "queues/polls/held", held(true)).await;
    assert!(unknown["error"].as_str().is_some_and(|error| error.contains("polls")));
}

// <https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>
#[tokio::test]
async fn whoever_floods_is_told_how_long_to_wait() {
    let world = World::new().await;
    world.control(Method::PUT, "time", json!({ "now": "2026-03-14T10:00:00Z" })).await;
    world.control(Method::PUT, "flood-limits", json!({ "on": true })).await;
    let send = json!({ "chat_id": ANNA, "text": "x" });
    for _ in 0..20 {
        world.call("sendMessage", send.clone()).await;
    }
    let refused = world.answer("sendMessage", send.clone()).await;
    assert_eq!(refused["description"], "Too Many Requests: retry after 1");
    assert_eq!((&refused["error_code"], &refused["parameters"]["retry_after"]), (&json!(429), &json!(1)));
    // Edits and answers are not counted.
    world.call("editMessageText", json!({ "chat_id": ANNA, "message_id": 2, "text": "y" })).await;
    world.control(Method::PUT, "time", json!({ "advance_seconds": 1 })).await;
    world.call("sendMessage", send).await;
    assert!(world.sim.faults(TOKEN).is_empty(), "being told to wait is no fault");
}

#[tokio::test]
async fn quiet_is_when_all_is_fetched_and_nobody_calls() {
    let world = World::new().await;
    let busy = world.control(Method::POST, "quiet?calm_ms=1&limit_ms=50", json!({})).await;
    assert!(busy["error"].is_string(), "an update waits: {busy}");
    world.call("getUpdates", json!({ "offset": 2 })).await;
    assert_eq!(world.control(Method::POST, "quiet?calm_ms=1&limit_ms=5000", json!({})).await, json!({}));
}

#[tokio::test]
async fn a_chat_can_be_read_as_plain_text() {
    let world = World::new().await;
    world.send_with_button("Tea?\nOr coffee?", "t").await;
    let keyboard = json!({ "keyboard": [["Yes", "No"]] });
    world.call("sendMessage", json!({ "chat_id": ANNA, "text": "Sure?", "reply_markup": keyboard })).await;
    let url = format!("{}/sim/v1/bots/{TOKEN}/people/{ANNA}/chat.txt", world.server.base_url);
    let text = world.http.get(url).send().await.expect("an answer").text().await.expect("a text");
    assert_eq!(text, "Anna: /start\nBot: Tea?\n    Or coffee?\n    [Tap]\nBot: Sure?\nkeyboard: [Yes] [No]\n");
}

#[tokio::test]
async fn every_route_of_the_interface_is_described() {
    let world = World::new().await;
    let url = format!("{}/sim/openapi.json", world.server.base_url);
    let described = world.send(world.http.get(url)).await;
    let paths = described["paths"].as_object().expect("paths");
    let count: usize = paths.values().filter_map(|path| path.as_object().map(serde_json::Map::len)).sum();
    // The page's own files are no part of it.
    let mounted = crate::web::routes();
    let served = mounted.iter().filter(|route| route.uri.path().starts_with("/sim/v1/")).count();
    assert_eq!(count, served, "{:?}", paths.keys());
}

#[tokio::test]
async fn quiet_does_not_wait_for_what_is_held_back() {
    let world = World::new().await;
    world.call("getUpdates", json!({ "offset": 2 })).await;
    world.control(Method::PUT, "queues/message/held", json!({ "on": true })).await;
    world.sim.say(TOKEN, ANNA, "later").expect("said");
    assert_eq!(world.control(Method::POST, "quiet?calm_ms=1&limit_ms=5000", json!({})).await, json!({}));
}

#[tokio::test]
async fn a_request_that_cannot_be_meant_is_refused_in_json_and_changes_nothing() {
    let world = World::new().await;
    let ask = async |method: Method, path: &str, body: &str| {
        let url = format!("{}{path}", world.server.base_url);
        let request = world.http.request(method, url).header("Content-Type", "application/json");
        let answer = request.body(body.to_owned()).send().await.expect("an answer");
        let (status, text) = (answer.status().as_u16(), answer.text().await.expect("a text"));
        (status, serde_json::from_str::<Value>(&text).unwrap_or_else(|_| panic!("{path}: {text}")))
    };
    let people = format!("/sim/v1/bots/{TOKEN}/people");
    for (method, path, body, status) in [
        (Method::POST, format!("{people}/{ANNA}/block"), "{\"oops", 400),
        (Method::POST, format!("{people}/{ANNA}/say"), "{\"txt\": \"hi\"}", 400),
        (Method::POST, format!("{people}/{ANNA}/contact"), "{}", 400),
        (Method::POST, format!("{people}/99/open"), "{}", 404),
        (Method::PUT, format!("{people}/{}", i64::MAX), "{\"first_name\": \"Max\"}", 400),
        (Method::PUT, format!("{people}/7"), "{\"name\": \"Max\"}", 400),
        (Method::POST, "/sim/v1/bots/4242:mistyped/quiet".to_owned(), "", 404),
        (Method::PUT, format!("/sim/v1/bots/{TOKEN}/time"), "{\"advance_seconds\": 9000000000000000}", 400),
        (Method::GET, "/sim/v1/nothing".to_owned(), "", 404),
    ] {
        let (found, answer) = ask(method, &path, body).await;
        assert_eq!(found, status, "{path}: {answer}");
        assert!(answer["error"].is_string(), "{path}: {answer}");
    }
    let (status, answer) = ask(Method::GET, &format!("/bot{TOKEN}/"), "").await;
    assert_eq!((status, &answer["description"]), (404, &json!("Not Found")));
    assert_eq!(world.sim.tokens(), [TOKEN], "no bot has come into being");
    assert_eq!(world.sim.people(TOKEN).len(), 1);
    assert_eq!(world.chat().bubbles.len(), 1, "Anna has done nothing");
}
