//! Whether we live, and whether we are ready.

use std::convert::Infallible;

use rocket::fairing::AdHoc;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{State, get, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use super::params::NoParams;
use super::problem::{Code, Problem};
use super::reply::{Reply, written};
use crate::server::Closing;

/// Puts health on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("health", |rocket| async { rocket.mount("/", routes![alive, ready]) })
}

/// How we are.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`, or `degraded` where requests and updates are served, and something of what follows is wrong.
    #[schema(example = "ok")]
    status: &'static str,
    /// Long-lived tasks that have failed and are being restarted, such as `mailings`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tasks_down: Vec<&'static str>,
    /// Customers whose updates are kept until a newer program opens their documents.
    #[serde(skip_serializing_if = "is_zero")]
    customers_waiting: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &i64) -> bool {
    *count == 0
}

/// The tasks without which nobody is served: while one of them is down, the process is not ready.
const ESSENTIAL: [&str; 2] = ["catalogue", "polling"];

/// Whether the process is about to leave. A server whose owner does not stop in steps never says so.
struct Leaving(bool);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Leaving {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        // Asked for here, and not by `&State<Closing>`: no server is refused because it does not manage one.
        Outcome::Success(Self(request.rocket().state::<Closing>().is_some_and(Closing::has_begun)))
    }
}

/// Whether the process lives
#[utoipa::path(tag = "health", responses((status = 200, description = "It does", body = Health)))]
#[get("/healthz")]
fn alive(_params: NoParams) -> Result<Reply, Problem> {
    let health = Health { status: "ok", tasks_down: Vec::new(), customers_waiting: 0 };
    Ok(Reply::json(written(&health)?).header("Cache-Control", "no-store"))
}

/// Whether the primary of MongoDB answers, the catalogue follows it, updates are taken, and we are not about to leave
#[utoipa::path(
    tag = "health",
    responses(
        (status = 200, description = "They do", body = Health),
    )
)]
#[get("/readyz")]
async fn ready(_params: NoParams, api: &State<Api>, leaving: Leaving) -> Result<Reply, Problem> {
    if leaving.0 {
        return Err(Problem::new(Code::Unavailable, "this process is about to leave").header("Retry-After", "2"));
    }
    api.store.ping().await?;
    if !api.feed.follows() {
        let problem = Problem::new(Code::Unavailable, "the catalogue does not follow the database for now");
        return Err(problem.header("Retry-After", "2"));
    }
    let tasks_down = api.store.metrics().tasks.down();
    if let Some(task) = tasks_down.iter().find(|task| ESSENTIAL.contains(*task)) {
        let problem = Problem::new(Code::Unavailable, format!("the task {task} has failed and is being restarted"));
        return Err(problem.header("Retry-After", "2"));
    }
    let customers_waiting = api.store.metrics().doors.customers_waiting();
    // A few customers who wait are no reason to send nobody here: that would make all of them wait.
    let status = if tasks_down.is_empty() && customers_waiting == 0 { "ok" } else { "degraded" };
    Ok(Reply::json(written(&Health { status, tasks_down, customers_waiting })?).header("Cache-Control", "no-store"))
}
