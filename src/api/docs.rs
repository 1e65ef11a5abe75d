//! The manual: a viewer of the description, with search, examples, curl and requests to try. All of it is in the
//! program, and the page may load from nowhere else.

use std::io::Read;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use rocket::fairing::AdHoc;
use rocket::http::ContentType;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{get, routes};

use super::etag::{Conditions, tag};
use super::problem::{Code, Problem};
use super::reply::Reply;

/// Scalar's API reference as `build.rs` has compressed it.
static VIEWER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/viewer.js.gz"));

static VIEWER_TAG: LazyLock<String> = LazyLock::new(|| tag(VIEWER));

/// Scripts only from here, and requests only to here. The viewer sets styles on its elements, and shows the pictures
/// that it has fetched.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Puts the manual on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("manual", |rocket| async { rocket.mount("/", routes![page, viewer, start, icon]) })
}

#[get("/api/v1/docs")]
fn page(conditions: Conditions) -> Reply {
    let policy = ("Content-Security-Policy", POLICY);
    file(ContentType::HTML, include_str!("docs/page.html"), &conditions)
        .header(policy.0, policy.1)
        .header("Referrer-Policy", "no-referrer")
}

#[get("/api/v1/docs/start.js")]
fn start(conditions: Conditions) -> Reply {
    file(ContentType::JavaScript, include_str!("docs/start.js"), &conditions)
}

#[get("/api/v1/docs/icon.svg")]
fn icon(conditions: Conditions) -> Reply {
    file(ContentType::SVG, include_str!("docs/icon.svg"), &conditions)
}

#[get("/api/v1/docs/viewer.js")]
fn viewer(takes_gzip: TakesGzip, conditions: Conditions) -> Result<Reply, Problem> {
    let reply = |body: Vec<u8>| Reply::content(ContentType::JavaScript, body).header("Vary", "Accept-Encoding");
    let reply = match takes_gzip.0 {
        _ if conditions.is_known(&VIEWER_TAG) => reply(Vec::new()),
        true => reply(VIEWER.to_vec()).header("Content-Encoding", "gzip"),
        false => {
            let mut plain = Vec::new();
            let unpacked = GzDecoder::new(VIEWER).read_to_end(&mut plain);
            unpacked.map_err(|_| Problem::new(Code::Internal, "the viewer cannot be unpacked"))?;
            reply(plain)
        }
    };
    Ok(reply.unless_known(&conditions, &VIEWER_TAG))
}

fn file(kind: ContentType, content: &'static str, conditions: &Conditions) -> Reply {
    Reply::content(kind, content.into()).unless_known(conditions, &tag(content))
}

/// Whether the client takes what is compressed by gzip.
struct TakesGzip(bool);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for TakesGzip {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let takes = |coding: &str| {
            let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
            let none = ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains(&quality.trim());
            ["gzip", "*"].contains(&name.trim()) && !none
        };
        let mut codings = request.headers().get("Accept-Encoding").flat_map(|value| value.split(','));
        Outcome::Success(Self(codings.any(takes)))
    }
}
