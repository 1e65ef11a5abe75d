//! What nginx lets through, and what it writes down.

use dialogues::shop::ProductId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shopkeeper::api::keys;
use shopkeeper::api::scope::Scope;
use shopkeeper::replay::shop_folder;
use shopkeeper::simulator::Person;
use shopkeeper::store::seed;

use super::stand::{SECRET, Stand, StandOptions, soon, until};

/// As long as an id of Telegram is: four digits also occur by chance in the 32 of a request's id.
const ANNA: i64 = 7_364_115_902;
const HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";
/// A customer's name, as somebody may search for it.
const SOUGHT: &str = "Aurelia-whom-no-log-may-name";

struct Shop {
    stand: Stand,
    key: String,
}

impl Shop {
    async fn open() -> Self {
        let stand = Stand::open(StandOptions::default()).await;
        seed(&stand.store, &shop_folder("tea-house").unwrap()).await.unwrap();
        let scopes = [Scope::ReadProducts, Scope::WriteProducts, Scope::WriteCategories];
        let (_, key) = keys::create(&stand.store, "owner", &scopes, Some(1_000)).await.unwrap();
        let shop = Self { stand, key };
        until("the shelves are full", async || shop.ask(Method::GET, &sencha(), "").await.0 == 200).await;
        shop
    }

    /// The status, and the body as JSON.
    async fn ask(&self, method: Method, path: &str, body: impl Into<reqwest::Body>) -> (StatusCode, Value) {
        let request = self.stand.client.request(method, format!("{}{path}", self.stand.url));
        let request = request.header("Authorization", format!("Bearer {}", self.key));
        let answer = request.header("Content-Type", "application/json").body(body).send().await.unwrap();
        (answer.status(), serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    /// The status and the words for somebody without a key.
    async fn knock(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> (u16, Value) {
        let request = self.stand.client.request(method, format!("{}{path}", self.stand.url)).body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        assert!(answer.headers().contains_key("Strict-Transport-Security"), "{path} answers {status} without HSTS");
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    fn lines(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(self.stand.folder.path().join("nginx/log/access.log")).unwrap();
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect()
    }
}

fn sencha() -> String {
    format!("/api/v1/products/{}", ProductId::of_key("sencha").0)
}

pub(crate) async fn nginx_lets_through_what_is_served_and_writes_down_no_secret() {
    let shop = Shop::open().await;
    the_door_of_telegram_is_for_whoever_knows_the_secret(&shop).await;
    what_is_for_this_machine_stays_here(&shop).await;
    the_api_works_as_it_does_without_nginx(&shop).await;
    plain_http_leads_to_tls(&shop).await;
    a_request_is_found_in_both_logs(&shop).await;
    when_one_process_is_gone_the_other_one_answers(&shop).await;
    no_log_holds_what_it_must_not(&shop).await;
}

async fn the_door_of_telegram_is_for_whoever_knows_the_secret(shop: &Shop) {
    let right = [(HEADER, SECRET)];
    let (status, problem) = shop.knock(Method::GET, "/telegram", &right, Vec::new()).await;
    assert_eq!((status, problem["code"].as_str()), (405, Some("method_not_allowed")));
    let (status, problem) = shop.knock(Method::POST, "/telegram", &[], b"{}".to_vec()).await;
    assert_eq!((status, problem["code"].as_str()), (401, Some("unauthorized")));
    assert_eq!(shop.knock(Method::POST, "/telegram", &[(HEADER, "a-guess")], b"{}".to_vec()).await.0, 401);
    let (status, problem) = shop.knock(Method::POST, "/telegram", &right, vec![b' '; (1 << 20) + 1]).await;
    assert_eq!((status, problem["code"].as_str()), (413, Some("too_large")));
    assert_eq!(shop.knock(Method::POST, "/telegram", &right, b"{}".to_vec()).await.0, 200, "no update, but taken");
    assert_eq!(shop.knock(Method::POST, "/telegram/", &right, b"{}".to_vec()).await.0, 404);
}

async fn what_is_for_this_machine_stays_here(shop: &Shop) {
    for path in ["/metrics", "/readyz", "/", "/favicon.ico", "/.env", "/api", "/bot1:x/getMe"] {
        let (status, problem) = shop.knock(Method::GET, path, &[], Vec::new()).await;
        assert_eq!((status, problem["code"].as_str()), (404, Some("not_found")), "{path}");
    }
    assert_eq!(shop.knock(Method::GET, "/healthz", &[], Vec::new()).await, (200, json!({ "status": "ok" })));
}

async fn the_api_works_as_it_does_without_nginx(shop: &Shop) {
    assert_eq!(shop.knock(Method::GET, &sencha(), &[], Vec::new()).await.0, 401);
    let (status, product) = shop.ask(Method::GET, &sencha(), "").await;
    assert_eq!((status.as_u16(), product["title"].as_str()), (200, Some("Sencha")));
    let picture = std::fs::read(shop_folder("tea-house").unwrap().join("pictures/matcha.jpg")).unwrap();
    let address = format!("{}{}/picture", shop.stand.url, sencha());
    let bearer = format!("Bearer {}", shop.key);
    let put = shop.stand.client.put(&address).header("Authorization", &bearer).header("Content-Type", "image/jpeg");
    assert_eq!(put.body(picture.clone()).send().await.unwrap().status(), 200);
    let got = shop.stand.client.get(&address).header("Authorization", &bearer).send().await.unwrap();
    let tag = got.headers()["ETag"].to_str().unwrap().to_owned();
    assert_eq!(got.bytes().await.unwrap().as_ref(), picture);
    let again = shop.stand.client.get(&address).header("Authorization", &bearer).header("If-None-Match", tag);
    assert_eq!(again.send().await.unwrap().status(), 304);
    // Between what nginx lets through elsewhere and what a picture may be: the API itself says that it is none.
    let large = shop.stand.client.put(&address).header("Authorization", &bearer).header("Content-Type", "image/jpeg");
    assert_eq!(large.body(vec![0; 3 << 20]).send().await.unwrap().status(), 415);
    let (status, problem) = shop.ask(Method::PATCH, &sencha(), vec![b' '; 3 << 20]).await;
    assert_eq!((status.as_u16(), problem["code"].as_str()), (413, Some("too_large")));
    let sought = format!("/api/v1/products?q={SOUGHT}");
    assert_eq!(shop.ask(Method::GET, &sought, "").await.0, 200);
}

async fn plain_http_leads_to_tls(shop: &Shop) {
    let rendered = std::fs::read_to_string(shop.stand.folder.path().join("nginx/shopkeeper.conf")).unwrap();
    let plain = rendered.lines().find_map(|line| line.trim().strip_prefix("listen 127.0.0.1:")?.split(' ').next());
    let address = format!("http://127.0.0.1:{}", plain.unwrap());
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let led = client.get(format!("{address}/api/v1/products?limit=1")).send().await.unwrap();
    assert_eq!(led.status(), 301);
    assert_eq!(led.headers()["Location"], "https://127.0.0.1/api/v1/products?limit=1");
    // What certbot puts there is read by plain HTTP.
    let proof = shop.stand.folder.path().join("nginx/acme/.well-known/acme-challenge/proof");
    std::fs::write(proof, "it is ours").unwrap();
    let read = client.get(format!("{address}/.well-known/acme-challenge/proof")).send().await.unwrap();
    assert_eq!(read.text().await.unwrap(), "it is ours");
}

async fn a_request_is_found_in_both_logs(shop: &Shop) {
    let request = shop.stand.client.post(format!("{}/api/v1/categories", shop.stand.url));
    let request = request.header("Authorization", format!("Bearer {}", shop.key)).header("X-Request-Id", "theirs");
    let request = request.header("Content-Type", "application/json").body(r#"{"title": "Herbs"}"#);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let id = answer.headers()["X-Request-Id"].to_str().unwrap().to_owned();
    assert_eq!(id.len(), 32, "nginx makes the id, whatever the caller says");
    until("it is written down", async || {
        let ours = shop.stand.shops.iter().any(|shop| shop.said().contains(&id));
        ours && shop.lines().iter().any(|line| line["request.id"] == id.as_str())
    })
    .await;
    let line = shop.lines().into_iter().find(|line| line["request.id"] == id.as_str()).unwrap();
    assert_eq!((&line["route"], &line["status"]), (&json!("/api/v1/categories"), &json!(201)));
}

/// Killed in the middle of its work, of what was said nothing is lost, and nothing is asked twice.
async fn when_one_process_is_gone_the_other_one_answers(shop: &Shop) {
    let (simulator, token) = (&shop.stand.telegram.simulator, &shop.stand.token);
    let anna = Person { id: ANNA, first_name: "Anna".into(), username: None, language_code: Some("en".into()) };
    simulator.person(token, anna);
    for process in &shop.stand.shops {
        let before = process.starts();
        process.signal("KILL");
        simulator.say(token, ANNA, "/start").unwrap();
        soon("the other one answers", simulator.wait_until(token, |simulator| simulator.pending(token) == 0)).await;
        let asked = shop.ask(Method::GET, &format!("{}?fields=title&x={SOUGHT}", sencha()), "").await;
        assert_eq!(asked.0, 400, "an unknown parameter is refused by whoever is there");
        soon("it is back", process.ready_after(before)).await;
    }
}

async fn no_log_holds_what_it_must_not(shop: &Shop) {
    let logs = shop.stand.logs();
    assert!(logs.contains("/telegram") && logs.contains("the shop is open"), "the logs are read");
    let token = shop.stand.token.split(':').nth(1).unwrap();
    for secret in [SECRET, token, &shop.key, SOUGHT, "a-guess"] {
        assert!(!logs.contains(secret), "{secret} stands in a log");
    }
    let anna = ANNA.to_string();
    let with_id = shop.lines().into_iter().find(|line| line.to_string().contains(&anna));
    assert_eq!(with_id, None, "an id of a person is in nginx's log");
}
