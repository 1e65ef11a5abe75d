//! The contract of the simulator: what the real server does, over real HTTP.

mod bot_api;
mod delivery;
mod foreign_models;
mod foreign_pages;
mod limits;
mod messages;
mod methods;
mod misbehaviour;
mod objects;
mod people;
mod places;
mod readme;
mod teloxide_bot;
mod texts;
mod webhooks;

use std::collections::BTreeSet;
use std::sync::Mutex;

use chrono::{DateTime, TimeDelta};
use engine::chat::{BotAction, Chat};
use serde_json::{Value, json};

use super::{Person, Simulator, launch};
use http_server::Running;

const TOKEN: &str = "4242:test-token";
const ANNA: i64 = 1001;

/// A simulator that listens, and a person who has pressed START.
struct World {
    sim: Simulator,
    server: Running,
    http: reqwest::Client,
    /// Methods that have succeeded.
    called: Mutex<BTreeSet<String>>,
}

impl World {
    async fn new() -> World {
        let sim = Simulator::new();
        let server = launch(sim.clone(), 0).await.expect("a free port");
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        sim.person(TOKEN, anna());
        sim.say(TOKEN, ANNA, "/start").expect("Anna starts");
        World { sim, server, http, called: Mutex::default() }
    }

    /// The whole answer to a call.
    async fn answer(&self, method: &str, body: Value) -> Value {
        self.send(self.http.post(self.url(method)).header("Content-Type", "application/json").body(body.to_string()))
            .await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Value {
        let text = request.send().await.expect("an answer").text().await.expect("a text");
        serde_json::from_str(&text).expect("JSON")
    }

    fn url(&self, method: &str) -> String {
        format!("{}/bot{TOKEN}/{method}", self.server.base_url)
    }

    /// The result of a call that must succeed, and be what the Bot API says of it.
    async fn call(&self, method: &str, body: Value) -> Value {
        let answer = self.answer(method, body).await;
        self.result(method, &answer)
    }

    /// The same of a call that uploads a file.
    async fn upload(&self, method: &str, fields: &[(&str, &str)], name: &str, file: &[u8]) -> Value {
        let body = multipart(fields, name, file);
        let request = self.http.post(self.url(method)).header("Content-Type", "multipart/form-data; boundary=X");
        let answer = self.send(request.body(body)).await;
        self.result(method, &answer)
    }

    fn result(&self, method: &str, answer: &Value) -> Value {
        assert_eq!(answer["ok"], true, "{method}: {answer}");
        let result = answer["result"].clone();
        assert_eq!(objects::problems(method, &result), Vec::<String>::new(), "{method}");
        self.called.lock().expect("no panic").insert(method.to_ascii_lowercase());
        result
    }

    /// The words of a call that must be refused.
    async fn refusal(&self, method: &str, body: Value) -> String {
        let answer = self.answer(method, body).await;
        assert_eq!(answer["ok"], false, "{method}: {answer}");
        answer["description"].as_str().expect("a description").to_owned()
    }

    /// Sends Anna a text with one button.
    async fn send_with_button(&self, text: &str, data: &str) -> i32 {
        let markup = json!({ "inline_keyboard": [[{ "text": "Tap", "callback_data": data }]] });
        let sent = self.call("sendMessage", json!({ "chat_id": ANNA, "text": text, "reply_markup": markup })).await;
        id_of(&sent)
    }

    fn chat(&self) -> Chat {
        self.sim.chat(TOKEN, ANNA)
    }

    fn acts(&self) -> Vec<BotAction> {
        self.sim.journal(TOKEN, 0).into_iter().map(|(_, act)| act).collect()
    }
}

fn anna() -> Person {
    Person { id: ANNA, first_name: "Anna".into(), username: None, language_code: Some("uk".into()) }
}

fn id_of(message: &Value) -> i32 {
    message["message_id"].as_i64().and_then(|id| i32::try_from(id).ok()).expect("a message id")
}

/// The time by which the clock is moved on to stand a moment before a poll ends.
fn until_shortly_before(world: &World, poll: &Value) -> TimeDelta {
    let end = DateTime::from_timestamp(poll["close_date"].as_i64().expect("a time"), 0).expect("a time");
    end - TimeDelta::milliseconds(300) - world.sim.time(TOKEN)
}

/// A grey PNG of a size; what stands behind its end makes contents differ.
fn png(width: u32, height: u32, content: &str) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let grey = image::DynamicImage::from(image::GrayImage::new(width, height));
    grey.write_to(&mut bytes, image::ImageFormat::Png).expect("a picture");
    [bytes.into_inner(), content.as_bytes().to_vec()].concat()
}

/// A multipart body with text fields and one file, without a content type for it, as teloxide sends it.
fn multipart(fields: &[(&str, &str)], name: &str, file: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend(format!("--X\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes());
    }
    let head = format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\n\r\n");
    body.extend(head.bytes());
    body.extend(file);
    body.extend(b"\r\n--X--\r\n");
    body
}
