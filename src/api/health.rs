//! Whether we live, and whether we are ready.

use rocket::fairing::AdHoc;
use rocket::{State, get, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use super::params::NoParams;
use super::problem::{Code, Problem};
use super::reply::{Reply, written};

/// Puts health on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("health", |rocket| async { rocket.mount("/", routes![alive, ready]) })
}

/// How we are.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the process lives
#[utoipa::path(tag = "health", responses((status = 200, description = "It does", body = Health)))]
#[get("/healthz")]
fn alive(_params: NoParams) -> Result<Reply, Problem> {
    Ok(Reply::json(written(&Health { status: "ok" })?).header("Cache-Control", "no-store"))
}

/// Whether the primary of MongoDB answers, and the catalogue follows it
#[utoipa::path(
    tag = "health",
    responses(
        (status = 200, description = "They do", body = Health),
    )
)]
#[get("/readyz")]
async fn ready(_params: NoParams, api: &State<Api>) -> Result<Reply, Problem> {
    api.store.ping().await?;
    if !api.feed.follows() {
        let problem = Problem::new(Code::Unavailable, "the catalogue does not follow the database for now");
        return Err(problem.header("Retry-After", "2"));
    }
    Ok(Reply::json(written(&Health { status: "ok" })?).header("Cache-Control", "no-store"))
}
