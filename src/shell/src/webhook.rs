//! The webhook: Telegram calls us. It gets 200 when the update is committed and its reply is shown or owed, and 503 with
//! `Retry-After` when the store is away or we are closing: its own queue then keeps the update. A process that is not the
//! active one hands the update over (`handover`). [`watch`] looks after what Telegram
//! knows of us, as [`care`] decides, with a [`remedy`] for each of its complaints.

pub mod care;
mod handover;
pub mod remedy;
pub mod watch;

use std::sync::Arc;

use futures::future::BoxFuture;
use http_server::request::request_id;
use rocket::data::{Data, ToByteUnit};
use rocket::fairing::AdHoc;
use rocket::http::{Header, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{Responder, State, post, routes};
use tokio::sync::watch::Receiver;

pub(crate) use self::handover::SECRET;
use self::handover::{HANDED_OVER, HandOver, LEAVING, Play, Taken};
use crate::Secret;
use crate::active::Active;
use crate::entrance::{Entrance, enqueue};
use crate::host::Host;
use crate::input;
use crate::jobs::UpdateQueue;
use crate::metrics::Metrics;
use crate::queue::Ack;
use crate::waiting::WaitingRoom;

/// An update is far smaller; Telegram's own limit is not documented.
const MOST_BYTES: u64 = 512;
/// Seconds after which Telegram may try again.
const RETRY_AFTER: &str = "1";

/// What the route needs.
pub(crate) struct Webhook {
    updates: HandOver,
    secret: Secret,
    metrics: Metrics,
}

impl Webhook {
    /// A webhook at this path that lines its updates up, or hands them over. `closing` says that we are about to leave.
    ///
    /// # Errors
    /// There is no HTTP client: a sentence.
    pub(crate) fn new<H: Host>(
        (line, entrance, room): (Arc<UpdateQueue<H>>, Entrance, Arc<WaitingRoom>),
        active: Active,
        (path, secret): (String, Secret),
        closing: Receiver<bool>,
        metrics: Metrics,
    ) -> Result<Self, String> {
        let counted = metrics.clone();
        let play = move |text: String, request: String| -> BoxFuture<'static, bool> {
            let (line, room, metrics) = (Arc::clone(&line), Arc::clone(&room), counted.clone());
            let entrance = entrance.clone();
            Box::pin(async move { deliver(&line, &entrance, &room, &metrics, (&text, &request)).await })
        };
        let play: Play = Arc::new(play);
        let client = handover::client().map_err(|error| error.to_string())?;
        let (counted, ours) = (metrics.clone(), secret.clone());
        let updates = HandOver { play, active, path, secret: ours, closing, client, metrics: counted };
        Ok(Self { updates, secret, metrics })
    }
}

/// Lines an update up; whether Telegram may forget it.
async fn deliver<H: Host>(
    line: &Arc<UpdateQueue<H>>,
    entrance: &Entrance,
    room: &WaitingRoom,
    metrics: &Metrics,
    (text, request): (&str, &str),
) -> bool {
    let Ok(update) = input::parse(text) else {
        // Repeating it would not help: it is taken, and said.
        tracing::warn!(request.id = request, "update ignored: it could not be read");
        metrics.doors.received("webhook", "unreadable");
        return true;
    };
    metrics.doors.received("webhook", update.kind);
    let Some(incoming) = update.incoming else { return true };
    let chat = incoming.chat;
    // What was kept while we polled goes first: until it is played, Telegram keeps this one.
    if room.has(chat).await {
        return false;
    }
    let Some(admitted) = entrance.admit(&incoming) else { return true };
    let ack = enqueue(line, incoming, Some(request), admitted).await;
    room.answered(chat, ack);
    match ack {
        Some(Ack::Committed) => true,
        Some(Ack::Away | Ack::Newer | Ack::LaneFull | Ack::Standby) | None => false,
    }
}

/// Whoever knows the secret that we gave to Telegram.
struct Telegram {
    /// The id of the call, by which nginx logs it, too.
    request: String,
    /// Another process of ours has taken it, and hands it over.
    handed_over: bool,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Telegram {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let sent = request.headers().get_one(SECRET).unwrap_or_default();
        match request.rocket().state::<Webhook>() {
            Some(webhook) if equal(sent.as_bytes(), webhook.secret.expose().as_bytes()) => {
                let handed_over = request.headers().contains(HANDED_OVER);
                Outcome::Success(Self { request: request_id(request).to_owned(), handed_over })
            }
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
    #[response(status = 503)]
    Leaving((), Header<'static>, Header<'static>),
    #[response(status = 413)]
    TooLarge(()),
    #[response(status = 400)]
    NotText(()),
}

#[post("/", data = "<body>")]
async fn receive(telegram: Telegram, webhook: &State<Webhook>, body: Data<'_>) -> Answer {
    // A body that breaks off is asked for once more.
    let Ok(bytes) = body.open(MOST_BYTES.kibibytes()).into_bytes().await else { return Answer::NotText(()) };
    if !bytes.is_complete() {
        return Answer::TooLarge(());
    }
    let Ok(text) = String::from_utf8(bytes.into_inner()) else {
        // JSON is UTF-8 (RFC 8259, 8.1): this is no call of Telegram's.
        tracing::warn!(request.id = telegram.request, "update refused: it is not UTF-8");
        webhook.metrics.doors.received("webhook", "unreadable");
        return Answer::NotText(());
    };
    match webhook.updates.take(text, telegram.request, telegram.handed_over).await {
        Taken::Done => Answer::Done(()),
        Taken::Later => Answer::Later((), Header::new("Retry-After", RETRY_AFTER)),
        Taken::Leaving => Answer::Leaving((), Header::new("Retry-After", RETRY_AFTER), Header::new(LEAVING, "1")),
    }
}

/// Compares in a time that depends on the lengths alone.
fn equal(sent: &[u8], secret: &[u8]) -> bool {
    sent.len() == secret.len() && sent.iter().zip(secret).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// Whether a request is a call of the webhook.
pub fn is_call(request: &Request<'_>) -> bool {
    request.route().and_then(|route| route.name.as_deref()) == Some("receive")
}

/// Mounts the webhook at the path of its public address.
pub(crate) fn mount(
    rocket: rocket::Rocket<rocket::Build>,
    path: &str,
    webhook: Webhook,
) -> rocket::Rocket<rocket::Build> {
    let metrics = webhook.metrics.clone();
    let count = AdHoc::on_response("what the webhook answers", move |request, response| {
        // Its path may be a secret: it is known by its name.
        if is_call(request) {
            metrics.doors.answered(response.status().code);
        }
        Box::pin(async {})
    });
    rocket.manage(webhook).mount(path.to_owned(), routes![receive]).attach(count)
}
