//! The webhook: Telegram calls us. It is told 200 only after the commit, and 503 with `Retry-After`
//! when the store is away or we are closing: its own queue then keeps the update. [`watch`] looks after what Telegram
//! knows of us, as [`care`] decides, with a [`remedy`] for each of its complaints.

pub(crate) mod care;
pub(crate) mod remedy;
pub(crate) mod watch;

use std::sync::Arc;

use rocket::data::{Data, ToByteUnit};
use rocket::http::{Header, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{Responder, State, post, routes};
use teloxide::types::Update;

use super::queue::Fate;
use super::{Line, input, line_up};
use crate::config::Secret;

/// An update is far smaller; Telegram's own limit is not documented.
const MOST_BYTES: u64 = 512;
/// Seconds after which Telegram may try again.
const RETRY_AFTER: &str = "3";

/// What the route needs.
pub(crate) struct Webhook {
    pub(crate) line: Arc<Line>,
    pub(crate) secret: Secret,
}

/// Whoever knows the secret that we gave to Telegram.
struct Telegram;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Telegram {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let sent = request.headers().get_one("X-Telegram-Bot-Api-Secret-Token").unwrap_or_default();
        match request.rocket().state::<Webhook>() {
            Some(webhook) if equal(sent.as_bytes(), webhook.secret.expose().as_bytes()) => Outcome::Success(Self),
            _ => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

#[derive(Responder)]
enum Answer {
    #[response(status = 200)]
    Done(()),
    #[response(status = 503)]
    Later((), Header<'static>),
    #[response(status = 413)]
    TooLarge(()),
}

#[post("/", data = "<body>")]
async fn receive(_telegram: Telegram, webhook: &State<Webhook>, body: Data<'_>) -> Answer {
    let Ok(text) = body.open(MOST_BYTES.kibibytes()).into_string().await else { return Answer::TooLarge(()) };
    if !text.is_complete() {
        return Answer::TooLarge(());
    }
    // teloxide reads an update from borrowed text only; see its `UpdateKind::Error` otherwise.
    let Ok(update) = serde_json::from_str::<Update>(&text) else {
        // Repeating it would not help: it is taken, and said.
        tracing::warn!("an update could not be read");
        return Answer::Done(());
    };
    if input::read(&update).is_none() {
        return Answer::Done(());
    }
    match line_up(&webhook.line, &update).await {
        Some(Fate::Committed) => Answer::Done(()),
        Some(Fate::Away) | None => Answer::Later((), Header::new("Retry-After", RETRY_AFTER)),
    }
}

/// Compares in a time that depends on the lengths alone.
fn equal(sent: &[u8], secret: &[u8]) -> bool {
    sent.len() == secret.len() && sent.iter().zip(secret).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// Mounts the webhook at the path of its public address.
pub(crate) fn mount(
    rocket: rocket::Rocket<rocket::Build>,
    path: &str,
    webhook: Webhook,
) -> rocket::Rocket<rocket::Build> {
    rocket.manage(webhook).mount(path.to_owned(), routes![receive])
}
