//! How we do, for Prometheus. It stands beside the API, on 127.0.0.1: nobody outside may see it, so it needs no key.

use rocket::fairing::AdHoc;
use rocket::http::ContentType;
use rocket::{State, get, routes};

use super::Api;
use crate::metrics::CONTENT_TYPE;

/// Puts the metrics on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("metrics", |rocket| async { rocket.mount("/", routes![metrics]) })
}

#[get("/metrics")]
async fn metrics(api: &State<Api>) -> (ContentType, String) {
    api.store.measure().await;
    let kind = ContentType::parse_flexible(CONTENT_TYPE).unwrap_or(ContentType::Plain);
    (kind, api.store.metrics().text())
}
