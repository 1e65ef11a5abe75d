//! How a process is, for whoever watches it: `GET /healthz`, `GET /readyz` and `GET /metrics`.
//!
//! [`readiness`] decides for every application whether requests and updates are to be sent to this process. [`Probes`]
//! serves the three routes of a bot that has no API of its own; an application with one answers in that API's shape.
//!
//! | route | answers |
//! |---|---|
//! | `/healthz` | 200 `{"status":"ok"}` as long as the process answers |
//! | `/readyz` | 200 with a [`HealthReport`]; 503 with `status` `unavailable`, the `reason` and `Retry-After` |
//! | `/metrics` | 200, Prometheus' text format |
//!
//! They need no key: they are for 127.0.0.1, and a proxy in front of the webhook passes the webhook's path only.

use std::convert::Infallible;

use futures::future::BoxFuture;
use http_server::Closing;
use rocket::http::{ContentType, Header, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::serde::json::Json;
use rocket::{Build, Responder, Rocket, State, get, routes};
use serde::Serialize;

use crate::metrics::{CONTENT_TYPE, Metrics};
use crate::mongo::StoreError;

/// Seconds after which a process that is not ready may be asked again: the value of `Retry-After`.
pub const RETRY_AFTER: &str = "2";
/// The task without which no update comes in where the bot polls.
const POLLING: &str = "polling";

/// How a process is that serves requests and updates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HealthReport {
    /// `ok`, or `degraded` where something of what follows is wrong.
    pub status: &'static str,
    /// Long-lived tasks that have failed and are being restarted; left out where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks_down: Vec<&'static str>,
    /// People whose updates are kept until a newer program opens their documents; left out where there are none.
    #[serde(skip_serializing_if = "is_zero")]
    pub customers_waiting: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &i64) -> bool {
    *count == 0
}

impl HealthReport {
    /// Of a process that answers; nothing else was looked at.
    pub const ALIVE: Self = Self { status: "ok", tasks_down: Vec::new(), customers_waiting: 0 };
}

/// Why nothing is to be sent to a process. The text is for its operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    #[error("this process is about to leave")]
    Leaving,
    #[error("the task {0} has failed and is being restarted")]
    TaskDown(&'static str),
    #[error("MongoDB does not answer now")]
    StoreAway,
}

impl From<StoreError> for NotReady {
    /// What MongoDB's driver says may quote an address: it is not told.
    fn from(_: StoreError) -> Self {
        Self::StoreAway
    }
}

/// Whether a process is about to leave; a guard of a route. A server whose owner does not stop in steps never says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaving(pub bool);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Leaving {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        // Asked for here, and not by `&State<Closing>`: no server is refused because it does not manage one.
        Outcome::Success(Self(request.rocket().state::<Closing>().is_some_and(Closing::has_begun)))
    }
}

/// Decides whether a process is ready. `upstream` asks what it depends on, such as MongoDB; `essential` are the tasks of the
/// application without which nobody is served.
///
/// # Errors
/// It is not ready: it leaves, `upstream` fails, or an essential task is down.
pub async fn readiness<E: From<NotReady>>(
    metrics: &Metrics,
    leaving: Leaving,
    essential: &[&str],
    upstream: impl Future<Output = Result<(), E>>,
) -> Result<HealthReport, E> {
    if leaving.0 {
        return Err(NotReady::Leaving.into());
    }
    upstream.await?;
    let tasks_down = metrics.tasks.down();
    if let Some(task) = tasks_down.iter().find(|task| **task == POLLING || essential.contains(*task)) {
        return Err(NotReady::TaskDown(task).into());
    }
    let customers_waiting = metrics.doors.customers_waiting();
    // A few people who wait are no reason to send nobody here: that would make all of them wait.
    let status = if tasks_down.is_empty() && customers_waiting == 0 { "ok" } else { "degraded" };
    Ok(HealthReport { status, tasks_down, customers_waiting })
}

/// Metrics as an answer to Prometheus.
pub fn exposition(text: String) -> (ContentType, String) {
    (ContentType::parse_flexible(CONTENT_TYPE).unwrap_or(ContentType::Plain), text)
}

/// Asks what a bot depends on.
pub type Upstream = Box<dyn Fn() -> BoxFuture<'static, Result<(), StoreError>> + Send + Sync>;

/// The three routes of a bot.
pub struct Probes {
    pub metrics: Metrics,
    /// Asked at every `GET /readyz`.
    pub upstream: Upstream,
}

impl Probes {
    /// Puts the routes on a server.
    pub fn mount(self, rocket: Rocket<Build>) -> Rocket<Build> {
        rocket.manage(self).mount("/", routes![alive, ready, metrics])
    }
}

/// No cache may answer for the process.
fn fresh() -> Header<'static> {
    Header::new("Cache-Control", "no-store")
}

#[derive(Responder)]
struct Healthy(Json<HealthReport>, Header<'static>);

#[derive(Serialize)]
struct Unavailable {
    status: &'static str,
    reason: String,
}

#[derive(Responder)]
struct Refused((Status, Json<Unavailable>), Header<'static>, Header<'static>);

#[get("/healthz")]
fn alive() -> Healthy {
    Healthy(Json(HealthReport::ALIVE), fresh())
}

#[get("/readyz")]
async fn ready(probes: &State<Probes>, leaving: Leaving) -> Result<Healthy, Refused> {
    let upstream = async { (probes.upstream)().await.map_err(NotReady::from) };
    let report = readiness(&probes.metrics, leaving, &[], upstream).await;
    report.map(|report| Healthy(Json(report), fresh())).map_err(|problem| {
        let told = Unavailable { status: "unavailable", reason: problem.to_string() };
        let retry = Header::new("Retry-After", RETRY_AFTER);
        Refused((Status::ServiceUnavailable, Json(told)), fresh(), retry)
    })
}

#[get("/metrics")]
fn metrics(probes: &State<Probes>) -> (ContentType, String) {
    exposition(probes.metrics.text())
}
