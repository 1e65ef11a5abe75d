use std::sync::Mutex;

use rocket::http::{Header, Status};
use rocket::response::Responder;
use rocket::{Request, Response, State, post, routes};
use tokio::sync::mpsc;

use super::*;

/// A bot with a webhook: tells of what arrives, and answers as it is told to.
struct Hook {
    heard: mpsc::UnboundedSender<(Option<String>, Value)>,
    answers: Mutex<Vec<(u16, Option<u32>)>>,
}

/// Status, `Retry-After`, and a method in the body.
struct Reply(u16, Option<u32>, Option<String>);

impl<'r> Responder<'r, 'static> for Reply {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'static> {
        let mut response = Response::build();
        response.status(Status::new(self.0));
        if let Some(seconds) = self.1 {
            response.header(Header::new("Retry-After", seconds.to_string()));
        }
        if let Some(method) = self.2 {
            response.sized_body(method.len(), std::io::Cursor::new(method));
        }
        response.ok()
    }
}

struct Secret(Option<String>);

#[rocket::async_trait]
impl<'r> rocket::request::FromRequest<'r> for Secret {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> rocket::request::Outcome<Secret, ()> {
        let secret = request.headers().get_one("X-Telegram-Bot-Api-Secret-Token");
        rocket::request::Outcome::Success(Secret(secret.map(str::to_owned)))
    }
}

#[post("/hook", data = "<update>")]
fn hook(secret: Secret, update: String, state: &State<Hook>) -> Reply {
    let update: Value = serde_json::from_str(&update).expect("JSON");
    let echo = json!({ "method": "sendMessage", "chat_id": ANNA, "text": "echoed" });
    let method = (update["message"]["text"] == "echo").then(|| echo.to_string());
    let _ = state.heard.send((secret.0, update));
    let mut answers = state.answers.lock().expect("a lock");
    let (code, retry_after) = if answers.is_empty() { (200, None) } else { answers.remove(0) };
    Reply(code, retry_after, method)
}

type Heard = mpsc::UnboundedReceiver<(Option<String>, Value)>;

/// A world whose bot has a webhook that gives these answers first, and 200 after them.
async fn hooked(answers: &[(u16, Option<u32>)]) -> (World, Heard) {
    let world = World::new().await;
    let (heard, hears) = mpsc::unbounded_channel();
    let state = Hook { heard, answers: Mutex::new(answers.to_vec()) };
    let (told, port) = tokio::sync::oneshot::channel();
    let told = Mutex::new(Some(told));
    let config =
        rocket::Config { port: 0, log_level: rocket::config::LogLevel::Off, ..rocket::Config::release_default() };
    let server = rocket::custom(config).manage(state).mount("/", routes![hook]).attach(
        rocket::fairing::AdHoc::on_liftoff("port", move |rocket| {
            let sender = told.lock().expect("a lock").take();
            let _ = sender.map(|sender| sender.send(rocket.config().port));
            Box::pin(async {})
        }),
    );
    tokio::spawn(async { server.launch().await.map(drop) });
    let url = format!("http://127.0.0.1:{}/hook", port.await.expect("a port"));
    world.call("setWebhook", json!({ "url": url, "secret_token": "s-e_cret1" })).await;
    (world, hears)
}

#[tokio::test]
async fn a_webhook_gets_updates_with_its_secret_and_polling_is_refused() {
    let (world, mut hears) = hooked(&[]).await;
    let (secret, update) = hears.recv().await.expect("an update");
    assert_eq!((secret.as_deref(), &update["message"]["text"]), (Some("s-e_cret1"), &json!("/start")));
    world.sim.wait_until(TOKEN, |sim| sim.pending(TOKEN) == 0).await;
    let words = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the \
                 webhook first";
    assert_eq!(world.refusal("getUpdates", json!({})).await, words);
    assert_eq!(world.call("getWebhookInfo", json!({})).await["pending_update_count"], 0);
    world.call("deleteWebhook", json!({})).await;
    assert_eq!(world.call("getUpdates", json!({})).await, json!([]));
}

#[tokio::test]
async fn a_refused_update_comes_again_at_once_and_is_confirmed_by_200() {
    let (world, mut hears) = hooked(&[(500, None)]).await;
    let first = hears.recv().await.expect("an update");
    assert_eq!(hears.recv().await.expect("again"), first);
    world.sim.wait_until(TOKEN, |sim| sim.confirmed(TOKEN, 1)).await;
}

#[tokio::test]
async fn a_poll_that_ends_by_its_time_is_told_by_the_webhook() {
    let (world, mut hears) = hooked(&[]).await;
    hears.recv().await.expect("/start");
    let asked = json!({ "chat_id": ANNA, "question": "Tea?", "options": ["Yes"], "open_period": 5 });
    let poll = world.call("sendPoll", asked).await["poll"].clone();
    world.sim.advance_time(TOKEN, until_shortly_before(&world, &poll));
    let (_, update) = hears.recv().await.expect("the poll");
    assert_eq!((&update["poll"]["id"], &update["poll"]["is_closed"]), (&poll["id"], &json!(true)));
}

/// The text's lane waits for an hour; the tap goes through meanwhile.
#[tokio::test]
async fn a_tap_does_not_wait_for_a_text() {
    let (world, mut hears) = hooked(&[(503, Some(3600))]).await;
    hears.recv().await.expect("the text");
    let id = world.send_with_button("Cart", "c").await;
    world.sim.say(TOKEN, ANNA, "stuck").expect("said");
    world.sim.tap(TOKEN, ANNA, id, "c").expect("tapped");
    let (_, update) = hears.recv().await.expect("the tap");
    assert_eq!(update["callback_query"]["data"], "c");
    world.sim.wait_until(TOKEN, |sim| sim.pending(TOKEN) == 2).await;
    let info = world.call("getWebhookInfo", json!({})).await;
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 503 Service Unavailable");
}

#[tokio::test]
async fn wrong_addresses_and_secrets_are_refused() {
    let world = World::new().await;
    let words = "Bad Request: bad webhook: Invalid URL";
    assert_eq!(world.refusal("setWebhook", json!({ "url": "nowhere" })).await, words);
    let wrong = json!({ "url": "http://127.0.0.1:9/", "secret_token": "no spaces" });
    let words = "Bad Request: secret token contains unallowed characters";
    assert_eq!(world.refusal("setWebhook", wrong).await, words);
}

// <https://core.telegram.org/bots/api#webhookinfo>
#[tokio::test]
async fn what_was_set_can_be_asked_for() {
    let (world, mut hears) = hooked(&[]).await;
    hears.recv().await.expect("an update");
    let url = world.call("getWebhookInfo", json!({})).await["url"].clone();
    let kinds = json!(["message", "callback_query"]);
    world.call("setWebhook", json!({ "url": url, "max_connections": 7, "allowed_updates": kinds })).await;
    let info = world.call("getWebhookInfo", json!({})).await;
    assert_eq!((&info["max_connections"], &info["allowed_updates"]), (&json!(7), &kinds));
    assert_eq!(info["ip_address"], "127.0.0.1");
    assert_eq!(info["last_error_date"], Value::Null);
    world.call("deleteWebhook", json!({})).await;
    let info = world.call("getWebhookInfo", json!({})).await;
    assert_eq!((&info["url"], &info["max_connections"]), (&json!(""), &Value::Null));
}

// <https://core.telegram.org/bots/api#making-requests-when-getting-updates>
#[tokio::test]
async fn a_method_in_the_answer_to_a_webhook_is_carried_out() {
    let (world, mut heard) = hooked(&[]).await;
    heard.recv().await.expect("the start");
    world.sim.say(TOKEN, ANNA, "echo").expect("said");
    heard.recv().await.expect("the word");
    world.sim.wait_until(TOKEN, |sim| sim.journal_len(TOKEN) == 1).await;
    assert_eq!(world.chat().bubbles.last().map(|bubble| bubble.text.clone()), Some("echoed".to_owned()));
}

#[tokio::test]
async fn a_server_that_is_away_delivers_nothing_until_it_is_back() {
    let (world, mut heard) = hooked(&[]).await;
    heard.recv().await.expect("the start");
    let (away, began) = (std::time::Duration::from_millis(300), std::time::Instant::now());
    world.sim.go_away(TOKEN, away);
    world.sim.say(TOKEN, ANNA, "hello?").expect("said");
    heard.recv().await.expect("the word, in the end");
    assert!(began.elapsed() >= away);
}

/// Of nobody; only its public half was kept.
const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBkDCCATWgAwIBAgIUOzi8oz0UC9J8HkWiFFFmpADWH1QwCgYIKoZIzj0EAwIw\n\
FDESMBAGA1UEAwwJMTI3LjAuMC4xMB4XDTI2MTEyNTAwNDMzNloXDTM2MTEyMjAw\n\
NDMzNlowFDESMBAGA1UEAwwJMTI3LjAuMC4xMFkwEwYHKoZIzj0CAQYIKoZIzj0D\n\
AQcDQgAE8hf5lyWztJulBgCK08B4v+DD4K+sZXMepTbwnoiCPZC8dyR9qjv+awh9\n\
h0zs0vA6Fk36d3d2+Q3paGzZlSpaXKNlMGMwDAYDVR0TAQH/BAIwADAOBgNVHQ8B\n\
Af8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwEwDwYDVR0RBAgwBocEfwAAATAd\n\
BgNVHQ4EFgQUgo0g2z6qQMv75ajS2MhHm+6g/AEwCgYIKoZIzj0EAwIDSQAwRgIh\n\
AJ6qcz03p1ZwwVTdJ71tOyt4W7/nP9iA7DWSInwColO9AiEAtHKQPhwMKMRgwEeH\n\
Ff1iN+3MaNIPiJL9DAO0A2elfuY=\n\
-----END CERTIFICATE-----\n\n";

async fn with_certificate(world: &World, certificate: &[u8]) -> Value {
    let fields = [("url", "https://127.0.0.1:9/hook"), ("certificate", "attach://pem")];
    let body = multipart(&fields, "pem", certificate);
    let request = world.http.post(world.url("setWebhook"));
    world.send(request.header("Content-Type", "multipart/form-data; boundary=X").body(body)).await
}

// <https://core.telegram.org/bots/self-signed>
#[tokio::test]
async fn a_certificate_that_comes_with_the_webhook_is_kept_for_it() {
    let world = World::new().await;
    assert_eq!(with_certificate(&world, CERTIFICATE.as_bytes()).await["ok"], true);
    assert_eq!(world.call("getWebhookInfo", json!({})).await["has_custom_certificate"], true);
    world.call("setWebhook", json!({ "url": "http://127.0.0.1:9/" })).await;
    assert_eq!(world.call("getWebhookInfo", json!({})).await["has_custom_certificate"], false);
}

#[tokio::test]
async fn a_certificate_is_one_and_is_not_too_big() {
    let world = World::new().await;
    let none = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let words = "Bad Request: bad webhook: the certificate can't be read";
    assert_eq!(with_certificate(&world, none).await["description"], words);
    let words = "Bad Request: certificate size is too big (3145729 bytes)";
    assert_eq!(with_certificate(&world, &vec![b'A'; (3 << 20) + 1]).await["description"], words);
}
