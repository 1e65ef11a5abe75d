//! As much of WebDriver as the tests need (<https://www.w3.org/TR/webdriver2/>), and two of chromedriver's own commands:
//! the browser's log, and the DevTools protocol for what WebDriver cannot set.

use reqwest::{Client, Method};
use serde_json::{Value, json};

/// The key under which WebDriver writes a reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser window.
pub(crate) struct Session {
    http: Client,
    url: String,
}

/// A reference to an element of the page; it goes stale when the page draws another in its place.
#[derive(Clone)]
pub(crate) struct Element(String);

impl Element {
    pub(crate) fn from_value(value: &Value) -> Option<Element> {
        value[ELEMENT].as_str().map(|id| Element(id.to_owned()))
    }
}

/// What WebDriver calls an error, such as `stale element reference`, and its message.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) error: String,
    pub(crate) message: String,
}

impl Session {
    /// Opens a browser that nobody sees.
    pub(crate) async fn open(driver: &str, chromium: &str) -> Session {
        // Chromium's sandbox cannot be used by root, which is who tests are in a container. The rest keeps the browser
        // from talking to anybody but the demo.
        let args = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--lang=en-GB",
            // A name that a stranger lets point to this machine.
            "--host-resolver-rules=MAP rebound.example 127.0.0.1",
        ];
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "binary": chromium, "args": args },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "script": 60_000 },
        } } });
        let http = Client::new();
        let made = send(&http, Method::POST, &format!("{driver}/session"), &capabilities).await.unwrap();
        let id = made["sessionId"].as_str().unwrap();
        Session { url: format!("{driver}/session/{id}"), http }
    }

    pub(crate) async fn close(self) {
        // A browser that has crashed cannot be closed, and that has been told by then.
        let _ = self.send(Method::DELETE, "", &Value::Null).await;
    }

    pub(crate) async fn go(&self, url: &str) {
        self.post("url", &json!({ "url": url })).await.unwrap();
    }

    /// Runs a script that calls its last argument when it is done.
    pub(crate) async fn run(&self, script: &str, args: &[Value]) -> Result<Value, Refused> {
        self.post("execute/async", &json!({ "script": script, "args": args })).await
    }

    pub(crate) async fn click(&self, element: &Element) -> Result<(), Refused> {
        self.post(&format!("element/{}/click", element.0), &json!({})).await.map(drop)
    }

    /// Types into an element; keys such as Enter are characters of WebDriver's own.
    pub(crate) async fn keys(&self, element: &Element, text: &str) -> Result<(), Refused> {
        self.post(&format!("element/{}/value", element.0), &json!({ "text": text })).await.map(drop)
    }

    /// A PNG of what is seen, in base64.
    pub(crate) async fn screenshot(&self) -> String {
        let shot = self.send(Method::GET, "/screenshot", &Value::Null).await.unwrap();
        shot.as_str().unwrap().to_owned()
    }

    /// What stands in the browser's console since it was last asked: level and words.
    pub(crate) async fn log(&self) -> Vec<(String, String)> {
        let entries = self.post("se/log", &json!({ "type": "browser" })).await.unwrap();
        let word = |entry: &Value, field: &str| entry[field].as_str().unwrap_or_default().to_owned();
        entries.as_array().unwrap().iter().map(|entry| (word(entry, "level"), word(entry, "message"))).collect()
    }

    /// A command of the DevTools protocol.
    pub(crate) async fn devtools(&self, command: &str, params: Value) {
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": params })).await.unwrap();
    }

    async fn post(&self, command: &str, body: &Value) -> Result<Value, Refused> {
        self.send(Method::POST, &format!("/{command}"), body).await
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value, Refused> {
        send(&self.http, method, &format!("{}{path}", self.url), body).await
    }
}

async fn send(http: &Client, method: Method, url: &str, body: &Value) -> Result<Value, Refused> {
    let request = http.request(method, url);
    let request = if body.is_null() { request } else { request.body(body.to_string()) };
    let answer = request.send().await.expect("chromedriver does not answer");
    let text = answer.text().await.expect("chromedriver stopped in mid-answer");
    let mut answer: Value = serde_json::from_str(&text).expect("chromedriver answers in JSON");
    let value = answer["value"].take();
    match value["error"].as_str() {
        Some(error) => {
            let message = value["message"].as_str().unwrap_or_default().to_owned();
            Err(Refused { error: error.to_owned(), message })
        }
        None => Ok(value),
    }
}
