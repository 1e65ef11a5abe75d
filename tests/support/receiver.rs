//! A program that is told of events: it remembers what comes, and answers as it is told.

#![allow(dead_code, reason = "each of the test targets that include this uses a part of it")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use rocket::fairing::AdHoc;
use rocket::http::{Header, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{Responder, State, post, routes};
use serde_json::Value;
use shopkeeper::server::{self, Running};
use shopkeeper::webhooks::signature;

/// So many seconds a 429 asks to wait.
pub(crate) const RETRY_AFTER: i64 = 120;

/// One webhook, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) id: String,
    timestamp: i64,
    signature: String,
    body: String,
}

impl Received {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether it is signed with this secret.
    pub(crate) fn is_signed(&self, secret: &str) -> bool {
        let signed = signature(secret, &self.id, self.timestamp, &self.body);
        self.signature.split(' ').any(|one| signed.as_deref() == Some(one))
    }
}

#[derive(Default)]
struct Inner {
    received: Mutex<Vec<Received>>,
    answers: Mutex<VecDeque<u16>>,
}

pub(crate) struct Receiver {
    pub(crate) url: String,
    inner: Arc<Inner>,
    _server: Running,
}

struct Headers([String; 3]);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Headers {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let header = |name: &str| request.headers().get_one(name).unwrap_or_default().to_owned();
        Outcome::Success(Self(["webhook-id", "webhook-timestamp", "webhook-signature"].map(header)))
    }
}

/// An answer with the headers that go with it.
#[derive(Responder)]
struct Answer {
    inner: (Status, &'static str),
    location: Header<'static>,
    retry_after: Header<'static>,
}

#[post("/hook", data = "<body>")]
fn hook(headers: Headers, body: String, inner: &State<Arc<Inner>>) -> Answer {
    let Headers([id, timestamp, signature]) = headers;
    let timestamp = timestamp.parse().unwrap_or_default();
    inner.received.lock().unwrap().push(Received { id, timestamp, signature, body });
    let status = Status::new(inner.answers.lock().unwrap().pop_front().unwrap_or(204));
    Answer {
        inner: (status, ""),
        // Whoever follows it comes here again.
        location: Header::new("Location", "/hook"),
        retry_after: Header::new("Retry-After", RETRY_AFTER.to_string()),
    }
}

impl Receiver {
    /// One that answers 204.
    pub(crate) async fn open() -> Self {
        let inner = Arc::<Inner>::default();
        let shared = Arc::clone(&inner);
        let mount = |rocket: rocket::Rocket<rocket::Build>| {
            let stage =
                AdHoc::on_ignite("receiver", |rocket| async { rocket.manage(shared).mount("/", routes![hook]) });
            rocket.attach(stage)
        };
        let server = server::launch(mount, 0).await.unwrap();
        Self { url: format!("{}/hook", server.base_url), inner, _server: server }
    }

    /// Answers the next ones so.
    pub(crate) fn answers(&self, statuses: impl IntoIterator<Item = u16>) {
        self.inner.answers.lock().unwrap().extend(statuses);
    }

    /// What has come until now.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.inner.received.lock().unwrap().clone()
    }
}
