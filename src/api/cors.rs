//! Browsers: pages from elsewhere may call only where the configuration names them.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Method, Status};
use rocket::{Request, Response};

use super::{Api, ROOT};

/// Answers browsers that ask whether a page may call.
pub(super) struct Cors;

#[rocket::async_trait]
impl Fairing for Cors {
    fn info(&self) -> Info {
        Info { name: "pages from elsewhere", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let Some(api) = request.rocket().state::<Api>().filter(|api| !api.origins.is_empty()) else { return };
        if !request.uri().path().starts_with(ROOT) {
            return;
        }
        response.adjoin_raw_header("Vary", "Origin");
        let Some(origin) = request.headers().get_one("Origin") else { return };
        if !api.origins.iter().any(|known| known == origin) {
            return;
        }
        response.set_raw_header("Access-Control-Allow-Origin", origin.to_owned());
        let shown = "ETag, Link, Location, Retry-After, X-Request-Id, Idempotency-Replayed";
        response.set_raw_header("Access-Control-Expose-Headers", shown);
        if request.method() == Method::Options && request.headers().contains("Access-Control-Request-Method") {
            response.set_status(Status::NoContent);
            response.set_raw_header("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
            let sent = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id";
            response.set_raw_header("Access-Control-Allow-Headers", sent);
            response.set_raw_header("Access-Control-Max-Age", "600");
            response.remove_header("Content-Type");
            response.set_sized_body(0, std::io::Cursor::new(Vec::new()));
        }
    }
}
