//! Whether we live, and whether we are ready.

use rocket::fairing::AdHoc;
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

/// Whether the primary of MongoDB answers, the catalogue follows it, and we are not about to leave
#[utoipa::path(
    tag = "health",
    responses(
        (status = 200, description = "They do", body = Health),
    )
)]
#[get("/readyz")]
async fn ready(_params: NoParams, api: &State<Api>, closing: Option<&State<Closing>>) -> Result<Reply, Problem> {
    if closing.is_some_and(|closing| closing.has_begun()) {
        return Err(Problem::new(Code::Unavailable, "this process is about to leave").header("Retry-After", "2"));
    }
    api.store.ping().await?;
    if !api.feed.follows() {
        let problem = Problem::new(Code::Unavailable, "the catalogue does not follow the database for now");
        return Err(problem.header("Retry-After", "2"));
    }
    Ok(Reply::json(written(&Health { status: "ok" })?).header("Cache-Control", "no-store"))
}
