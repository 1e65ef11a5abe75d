//! Whether we live, and whether we are ready.

use rocket::fairing::AdHoc;
use rocket::{State, get, routes};
use serde::Serialize;
use shell::health::{HealthReport, Leaving, NotReady, RETRY_AFTER, readiness};
use utoipa::ToSchema;

use super::Api;
use super::params::NoParams;
use super::problem::{Code, Problem};
use super::reply::{Reply, written};

/// Puts health on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("health", |rocket| async { rocket.mount("/", routes![alive, ready]) })
}

/// The tasks of the shop without which nobody is served.
const ESSENTIAL: [&str; 1] = ["catalogue"];

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

impl From<HealthReport> for Health {
    fn from(HealthReport { status, tasks_down, customers_waiting }: HealthReport) -> Self {
        Self { status, tasks_down, customers_waiting }
    }
}

impl From<NotReady> for Problem {
    fn from(reason: NotReady) -> Self {
        Self::new(Code::Unavailable, reason.to_string()).header("Retry-After", RETRY_AFTER)
    }
}

fn answer(report: HealthReport) -> Result<Reply, Problem> {
    Ok(Reply::json(written(&Health::from(report))?).header("Cache-Control", "no-store"))
}

/// Whether the process lives
#[utoipa::path(tag = "health", responses((status = 200, description = "It does", body = Health)))]
#[get("/healthz")]
fn alive(_params: NoParams) -> Result<Reply, Problem> {
    answer(HealthReport::ALIVE)
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
    let upstream = async {
        api.store.ping().await?;
        match api.feed.follows() {
            true => Ok(()),
            false => Err(Problem::new(Code::Unavailable, "the catalogue does not follow the database for now")
                .header("Retry-After", RETRY_AFTER)),
        }
    };
    answer(readiness(api.store.metrics().shell(), leaving, &ESSENTIAL, upstream).await?)
}
