//! What a web page in the same browser may do: nothing. What a program may do: everything.

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};

use super::*;
use crate::launch_as;
use http_server::guard::PublicName;

/// Status, headers and text of an answer.
struct Got(StatusCode, HeaderMap, String);

impl World {
    /// Asks with these headers; `Host` among them is sent in place of the real one.
    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Got {
        let mut request = self.http.request(method, format!("{}{path}", self.server.base_url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.body(body.to_owned()).send().await.expect("an answer");
        let (status, headers) = (answer.status(), answer.headers().clone());
        Got(status, headers, answer.text().await.expect("a text"))
    }

    fn port(&self) -> &str {
        self.server.base_url.rsplit(':').next().expect("a port")
    }

    /// Everything that a page could be after, as what it could see or change.
    fn state(&self) -> (usize, usize, Vec<String>, bool) {
        let sim = &self.sim;
        (sim.history_len(TOKEN), sim.journal_len(TOKEN), sim.tokens(), sim.listens(TOKEN))
    }
}

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Requests that change or tell something: method, path, body.
fn requests() -> Vec<(Method, String, &'static str)> {
    let bot = format!("/sim/v1/bots/{TOKEN}");
    vec![
        (Method::GET, "/sim/v1/bots".into(), ""),
        (Method::GET, format!("{bot}/people/{ANNA}"), ""),
        (Method::GET, format!("{bot}/people/{ANNA}/events"), ""),
        (Method::GET, "/workbench/v1".into(), ""),
        (Method::GET, "/sim/page.js".into(), ""),
        (Method::GET, "/sim/openapi.json".into(), ""),
        (Method::GET, "/sim/docs".into(), ""),
        (Method::PUT, "/sim/v1/bots/1:new".into(), r#"{"username":"x"}"#),
        (Method::POST, format!("{bot}/people/{ANNA}/say"), r#"{"text":"x"}"#),
        (Method::POST, format!("{bot}/redeliver"), ""),
        (Method::GET, format!("/bot{TOKEN}/getMe"), ""),
        (Method::GET, format!("/bot{TOKEN}/sendMessage?chat_id={ANNA}&text=x"), ""),
        (Method::HEAD, format!("/bot{TOKEN}/sendMessage?chat_id={ANNA}&text=x"), ""),
        (Method::GET, format!("/bot{TOKEN}/setWebhook?url=http://127.0.0.1:9/"), ""),
        (Method::GET, format!("/bot{TOKEN}/getUpdates?offset=2"), ""),
        (Method::POST, format!("/bot{TOKEN}/sendMessage"), r#"{"chat_id":1001,"text":"x"}"#),
        (Method::GET, "/bot1:new/getMe".into(), ""),
        (Method::GET, format!("/file/bot{TOKEN}/photos/x.jpg"), ""),
    ]
}

#[tokio::test]
async fn a_page_of_another_origin_learns_and_changes_nothing() {
    let world = World::new().await;
    let before = world.state();
    let port = world.port();
    let (rebound, none_given, elsewhere) = (format!("evil.example:{port}"), "evil.example", "127.0.0.1:1");
    let own = format!("http://127.0.0.1:{port}");
    for (method, path, body) in requests() {
        for headers in [
            vec![("Host", &*rebound)],
            vec![("Host", &*rebound), ("Origin", "http://evil.example"), ("Sec-Fetch-Site", "same-origin")],
            vec![("Host", none_given)],
            vec![("Host", elsewhere)],
            vec![("Host", "0.0.0.0")],
            vec![("Host", "localhost.evil.example")],
            vec![("Host", "192.168.1.1")],
            vec![("Origin", "https://evil.example")],
            vec![("Origin", "http://127.0.0.1:1")],
            vec![("Origin", "null")],
            vec![("Origin", "chrome-extension://abcdef")],
            vec![("Origin", &*own), ("Sec-Fetch-Site", "cross-site")],
            vec![("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "image")],
            vec![("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")],
            vec![("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe")],
            vec![("Sec-Fetch-Site", "same-site")],
            vec![("Referer", "https://evil.example/")],
        ] {
            let mut headers = headers;
            headers.push(JSON);
            let Got(status, answered, text) = world.ask(method.clone(), &path, &headers, body).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path} {headers:?}: {text}");
            assert!(answered.get("Access-Control-Allow-Origin").is_none());
            let of_telegram = path.starts_with("/bot") && method != Method::HEAD;
            assert_eq!(text.contains("\"error_code\":403"), of_telegram, "{text}");
        }
    }
    assert_eq!(world.state(), before);
}

#[tokio::test]
async fn a_program_is_let_through_by_any_name_of_this_machine() {
    let world = World::new().await;
    let port = world.port();
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "127.8.8.8", "[::1]"] {
        let host = format!("{host}:{port}");
        let by_get = format!("/bot{TOKEN}/sendMessage?chat_id={ANNA}&text=x");
        assert_eq!(world.ask(Method::GET, &by_get, &[("Host", &host)], "").await.0, 200, "{host}");
        let said = format!("/sim/v1/bots/{TOKEN}/people/{ANNA}/say");
        let headers = [("Host", &*host), JSON];
        assert_eq!(world.ask(Method::POST, &said, &headers, r#"{"text":"x"}"#).await.0, 200, "{host}");
    }
}

#[tokio::test]
async fn our_own_page_may_do_what_it_does_and_others_may_link_to_it() {
    let world = World::new().await;
    let own = world.server.base_url.clone();
    let headers = [("Origin", &*own), ("Sec-Fetch-Site", "same-origin"), JSON];
    let said = format!("/sim/v1/bots/{TOKEN}/people/{ANNA}/say");
    assert_eq!(world.ask(Method::POST, &said, &headers, r#"{"text":"x"}"#).await.0, 200);
    let link = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")];
    let Got(status, headers, page) = world.ask(Method::GET, "/?bot=1:x&person=1", &link, "").await;
    assert!(status == 200 && page.contains("<!doctype html>"));
    let policy = headers["Content-Security-Policy"].to_str().expect("a policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    let framed = [link[0], link[1], ("Sec-Fetch-Dest", "iframe")];
    assert_eq!(world.ask(Method::GET, "/", &framed, "").await.0, 403);
    assert_eq!(world.ask(Method::POST, "/", &link, "").await.0, 403);
}

/// A link in a letter opens as if it had been typed.
#[tokio::test]
async fn by_get_a_browser_only_looks() {
    let world = World::new().await;
    let before = world.state();
    let typed = [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")];
    for (call, status) in [
        ("getMe", 200),
        ("getWebhookInfo", 200),
        ("setWebhook?url=http://127.0.0.1:9/", 403),
        ("deletewebhook", 403),
        ("getUpdates", 403),
        ("sendMessage?chat_id=1001&text=x", 403),
        ("noSuchMethod", 403),
    ] {
        assert_eq!(world.ask(Method::GET, &format!("/bot{TOKEN}/{call}"), &typed, "").await.0, status, "{call}");
    }
    assert_eq!(world.state(), before);
}

#[tokio::test]
async fn changes_by_hand_come_as_json() {
    let world = World::new().await;
    let before = world.state();
    let said = format!("/sim/v1/bots/{TOKEN}/people/{ANNA}/say");
    let redeliver = format!("/sim/v1/bots/{TOKEN}/redeliver");
    let text = r#"{"text":"x"}"#;
    for (path, kind, body) in [
        (&said, Some("text/plain"), text),
        (&said, Some("application/x-www-form-urlencoded"), text),
        (&said, Some("multipart/form-data; boundary=x"), text),
        (&said, Some("text/json"), text),
        (&said, Some("nonsense"), text),
        (&said, None, text),
        (&redeliver, Some("text/plain"), ""),
        (&redeliver, None, "x"),
    ] {
        let headers: Vec<_> = kind.iter().map(|kind| ("Content-Type", *kind)).collect();
        let status = world.ask(Method::POST, path, &headers, body).await.0;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path} {kind:?}");
    }
    assert_eq!(world.state(), before);
    let utf_8 = [("Content-Type", "application/json; charset=utf-8")];
    assert_eq!(world.ask(Method::POST, &said, &utf_8, text).await.0, 200);
    assert_eq!(world.ask(Method::POST, &redeliver, &[], "").await.0, 200, "what says nothing needs no type");
}

#[tokio::test]
async fn a_configured_name_is_ours_with_its_own_origin_only() {
    let sim = Simulator::new();
    let names = vec!["Tea.example".parse::<PublicName>().expect("a name")];
    let server = launch_as(sim.clone(), 0, names).await.expect("a free port");
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let status = async |host: &str, origin: &str| {
        let request = http.post(format!("{}/bot5:x/getMe", server.base_url)).header("Host", host);
        request.header("Origin", origin).send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(status("tea.example", "https://tea.example").await, 200);
    assert_eq!(status("tea.example", "https://cake.example").await, 403);
    assert_eq!(status("tea.example:81", "https://tea.example:81").await, 403);
    for wrong in ["", "a b", "http://tea.example", "tea.example:x", "tea.example:0", "tea.example/"] {
        assert!(wrong.parse::<PublicName>().is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn what_was_uploaded_is_saved_and_never_run() {
    let world = World::new().await;
    let html = b"<script>fetch('/sim/v1/bots')</script>";
    for (name, bytes) in
        [("a.html", &html[..]), ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), ("a.js", b"1")]
    {
        let head = format!("--X\r\nContent-Disposition: form-data; name=\"document\"; filename=\"{name}\"\r\n");
        let body = format!(
            "--X\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n{ANNA}\r\n{head}Content-Type: text/html\r\n\r\n{}\
             \r\n--X--\r\n",
            String::from_utf8_lossy(bytes)
        );
        let request = world.http.post(world.url("sendDocument"));
        let sent = world.send(request.header("Content-Type", "multipart/form-data; boundary=X").body(body)).await;
        let file = world.call("getFile", json!({ "file_id": sent["result"]["document"]["file_id"] })).await;
        let path = format!("/file/bot{TOKEN}/{}", file["file_path"].as_str().expect("a path"));
        let Got(status, headers, text) = world.ask(Method::GET, &path, &[], "").await;
        assert_eq!((status, text.as_bytes()), (StatusCode::OK, bytes));
        assert_eq!(headers["Content-Type"], "application/octet-stream", "{name}");
        assert_eq!(headers["Content-Disposition"], "attachment");
        assert_eq!(headers["X-Content-Type-Options"], "nosniff");
        assert!(headers["Content-Security-Policy"].to_str().expect("a policy").starts_with("sandbox;"));
    }
}

#[tokio::test]
async fn a_webhook_leads_to_this_machine_only() {
    let world = World::new().await;
    let words = "Bad Request: bad webhook: the simulator delivers to this machine only";
    for url in ["http://10.0.0.1/", "http://169.254.169.254/latest", "http://[fd00::1]/", "http://[::ffff:10.0.0.1]/"] {
        assert_eq!(world.refusal("setWebhook", json!({ "url": url })).await, words, "{url}");
    }
    for url in ["http://127.0.0.1:9/", "http://localhost:9/", "http://[::1]:9/"] {
        assert_eq!(world.call("setWebhook", json!({ "url": url })).await, true, "{url}");
    }
}
