//! One line in the log for each request, and the id that finds it: `X-Request-Id`, in and out.
//!
//! Logged are method, route, status, duration, the key's id. Never: keys, bodies, queries, which may hold a
//! customer's name.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::Header;
use rocket::{Data, Request, Response};

use super::{Api, ROOT};
use crate::server::request::{REQUEST_ID, received};

/// Our routes that are not under [`ROOT`].
const OURS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// What a route of somebody else's is called.
const ELSEWHERE: &str = "elsewhere";

/// Which key asked.
#[derive(Default)]
pub(super) struct AskedBy(pub(super) Option<String>);

/// The template of a request's route, such as `/api/v1/users/<id>`. What is not the API's is not told: the path of the
/// webhook may be a secret, and whoever asks for what is not there may ask for anything.
fn template<'r>(request: &'r Request<'_>) -> &'r str {
    let uri = request.route().map(|route| route.uri.as_str());
    uri.filter(|uri| uri.starts_with(ROOT) || OURS.contains(uri)).unwrap_or(ELSEWHERE)
}

/// Sees requests come and go.
pub(super) struct Observe;

#[rocket::async_trait]
impl Fairing for Observe {
    fn info(&self) -> Info {
        Info { name: "request ids and the log", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        received(request);
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let observed = received(request);
        response.set_header(Header::new(REQUEST_ID, observed.id.clone()));
        response.set_raw_header("X-Content-Type-Options", "nosniff");
        let route = template(request);
        let key = request.local_cache(AskedBy::default).0.as_deref();
        let (method, status) = (request.method().as_str(), response.status().code);
        let duration_ms = observed.since.elapsed().as_secs_f64() * 1000.0;
        let request_id = observed.id.as_str();
        // What is mounted beside the API is counted there.
        let ours = route != ELSEWHERE || request.route().is_none();
        if let Some(api) = request.rocket().state::<Api>().filter(|_| ours) {
            api.store.metrics().api.requested(route, method, status, observed.since.elapsed());
        }
        // Reads that go well are many, and tell little; an update tells of its turn.
        if status < 400 && (matches!(method, "GET" | "HEAD") || route == ELSEWHERE) {
            tracing::debug!(request.id = request_id, method, route, status, duration_ms, key, "answered");
        } else {
            tracing::info!(request.id = request_id, method, route, status, duration_ms, key, "answered");
        }
    }
}
