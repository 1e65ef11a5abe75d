//! How we do, for Prometheus. It stands beside the API, on 127.0.0.1: nobody outside may see it, so it needs no key.

use rocket::fairing::AdHoc;
use rocket::http::ContentType;
use rocket::{State, get, routes};
use shell::health::exposition;

use super::Api;

/// Puts the metrics on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("metrics", |rocket| async { rocket.mount("/", routes![metrics]) })
}

#[get("/metrics")]
async fn metrics(api: &State<Api>) -> (ContentType, String) {
    api.store.measure().await;
    exposition(api.store.metrics().text())
}
