//! Keeps web pages of other origins away from a server on this machine.
//!
//! Any page that is open in a browser can send requests to 127.0.0.1: by `fetch`, a form, an image, or under a name of
//! its own that it lets point here (DNS rebinding). The servers of `simulate` and `demo` have no login, so they tell
//! a page from a program by what every browser sends, and a program does not:
//!
//! - `Host` must be a loopback name or address with our port, or one of the configured [`PublicName`]s;
//! - `Origin`, and without one `Referer`, must name the same host as `Host`;
//! - `Sec-Fetch-Site` must be `same-origin` or `none` (<https://www.w3.org/TR/fetch-metadata/>). Other sites may link
//!   to a page, no more;
//! - what changes something below the configured paths must be JSON or a picture, which no page can send here without
//!   asking first (<https://fetch.spec.whatwg.org/#cors-preflight-fetch>).
//!
//! A bot that runs in a program sends none of these headers but `Host`, and is let through.

use std::io::Cursor;
use std::net::IpAddr;
use std::str::FromStr;

use rocket::data::Data;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::uri::Origin;
use rocket::http::{ContentType, Header, Method, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use rocket::{Build, Rocket, get, routes, uri};
use serde_json::json;

/// A name, with its port where it has one, that a server on this machine is also reached by, such as through a tunnel:
/// `tea.example`, `tea.example:8443`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicName(String);

/// The text is no `HOST` or `HOST:PORT`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a name, and a port where it has one: tea.example, tea.example:8443")]
pub struct NoPublicName;

impl FromStr for PublicName {
    type Err = NoPublicName;

    fn from_str(text: &str) -> Result<Self, NoPublicName> {
        let name = text.to_ascii_lowercase();
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'[' | b']' | b':');
        let (host, port) = parts(&name).ok_or(NoPublicName)?;
        let valid = !host.is_empty() && name.bytes().all(letter) && port != Some(0);
        if valid { Ok(Self(name)) } else { Err(NoPublicName) }
    }
}

/// What a server takes from browsers. Attach it as a fairing: it then holds for every route, also for those that are
/// mounted later.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    names: Vec<PublicName>,
    /// Paths that other sites may link to.
    pages: &'static [&'static str],
    /// Below these paths, changes must be JSON or a picture.
    json: &'static [&'static str],
}

impl Guard {
    /// A guard of a server that is also reached by these names.
    pub fn new(names: Vec<PublicName>) -> Self {
        Self { names, ..Self::default() }
    }

    /// Other sites may link to these paths, which must change nothing.
    #[must_use]
    pub fn pages(self, pages: &'static [&'static str]) -> Self {
        Self { pages, ..self }
    }

    /// Below these paths, a change must come as JSON or as a picture.
    #[must_use]
    pub fn json_below(self, json: &'static [&'static str]) -> Self {
        Self { json, ..self }
    }

    /// # Errors
    /// Why the request is not answered.
    fn check(&self, request: &Request<'_>, port: u16, empty: bool) -> Result<(), Refused> {
        let host = sole(request, "Host").map(str::to_ascii_lowercase);
        let Some(host) = host.filter(|host| self.is_ours(host, port)) else {
            return Err(Refused::new(
                Status::Forbidden,
                "this server answers on loopback names with its own port only; name any other by --public-name",
            ));
        };
        let path = request.uri().path();
        let linked = request.method() == Method::Get && self.pages.iter().any(|page| path == *page);
        if !(is_same_origin(request, &host) || linked && is_link(request)) {
            return Err(Refused::new(Status::Forbidden, "this server answers no web page of another origin"));
        }
        let changes = !matches!(request.method(), Method::Get | Method::Head | Method::Options);
        let strict = changes && self.json.iter().any(|prefix| is_below(path.as_str(), prefix));
        if strict && !is_json_or_picture(request, empty) {
            return Err(Refused::new(Status::UnsupportedMediaType, "send the body as application/json"));
        }
        Ok(())
    }

    /// Whether a lower-case `Host` names this server.
    fn is_ours(&self, host: &str, port: u16) -> bool {
        let loopback = || parts(host).is_some_and(|(host, given)| given.unwrap_or(80) == port && is_loopback(host));
        self.names.iter().any(|name| name.0 == host) || loopback()
    }
}

/// Whether the request was made by a web browser: all of them say for whom they ask.
pub fn is_browser(request: &Request<'_>) -> bool {
    ["Sec-Fetch-Site", "Origin"].iter().any(|name| request.headers().contains(name))
}

/// Whether all that a browser says about the sender fits a page of our own, or no page at all.
fn is_same_origin(request: &Request<'_>, host: &str) -> bool {
    let headers = request.headers();
    let same = |name: &str| headers.get(name).all(|url| authority(url).as_deref() == Some(host));
    let site = headers.get("Sec-Fetch-Site").all(|site| matches!(site, "same-origin" | "none"));
    // A browser that says nothing of the site may still say where the request comes from.
    let told = headers.contains("Sec-Fetch-Site") || headers.contains("Origin");
    site && same("Origin") && (told || same("Referer"))
}

/// Whether somebody has followed a link: what is answered becomes a page of its own, which nobody else can read.
fn is_link(request: &Request<'_>) -> bool {
    let says = |name: &str, value: &str| sole(request, name) == Some(value);
    let headers = request.headers();
    let told = says("Sec-Fetch-Mode", "navigate") && says("Sec-Fetch-Dest", "document");
    (told || !headers.contains("Sec-Fetch-Site")) && !headers.contains("Origin")
}

fn is_json_or_picture(request: &Request<'_>, empty: bool) -> bool {
    match request.content_type() {
        Some(kind) => kind.is_json() || kind.top() == "image",
        // A page can send a body without a type. One that says nothing needs none.
        None => empty && !request.headers().contains("Content-Type"),
    }
}

/// The value of a header that comes once.
fn sole<'r>(request: &'r Request<'_>, name: &str) -> Option<&'r str> {
    let mut values = request.headers().get(name);
    values.next().filter(|_| values.next().is_none())
}

/// The lower-case host, with its port, of an address of the web.
fn authority(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    ["http", "https"].contains(&scheme).then(|| host.to_ascii_lowercase())
}

/// Host and port of an authority.
fn parts(authority: &str) -> Option<(&str, Option<u16>)> {
    let behind = authority.rfind(']').map_or(0, |at| at + 1);
    match authority[behind..].split_once(':') {
        None => Some((authority, None)),
        Some((rest, port)) => Some((&authority[..behind + rest.len()], Some(port.parse().ok()?))),
    }
}

fn is_loopback(host: &str) -> bool {
    let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host == "localhost" || literal.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Why a request is not answered.
#[derive(Clone)]
struct Refused {
    status: Status,
    why: String,
    /// Whether a method of the Bot API was called, whose refusals have a shape of their own.
    bot_api: bool,
}

impl Refused {
    fn new(status: Status, why: &str) -> Self {
        Self { status, why: why.to_owned(), bot_api: false }
    }
}

impl<'r> Responder<'r, 'static> for Refused {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let body = match self.bot_api {
            true => json!({
                "ok": false, "error_code": self.status.code,
                "description": format!("{}: {}", self.status.reason_lossy(), self.why),
            }),
            false => json!({ "error": self.why }),
        };
        let body = body.to_string();
        let mut response = Response::build();
        response.status(self.status).header(ContentType::JSON);
        response.sized_body(body.len(), Cursor::new(body)).ok()
    }
}

/// A fairing cannot answer: what it refuses, it sends here.
#[get("/refused-by-guard")]
fn refused(why: Why) -> Refused {
    why.0
}

struct Why(Refused);

#[rocket::async_trait]
impl<'r> rocket::request::FromRequest<'r> for Why {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> rocket::request::Outcome<Self, ()> {
        let why: &Option<Refused> = request.local_cache(|| None);
        match why {
            Some(why) => rocket::request::Outcome::Success(Self(why.clone())),
            None => rocket::request::Outcome::Forward(Status::NotFound),
        }
    }
}

#[rocket::async_trait]
impl Fairing for Guard {
    fn info(&self) -> Info {
        Info { name: "refuses web pages of other origins", kind: Kind::Ignite | Kind::Request | Kind::Response }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> rocket::fairing::Result {
        Ok(rocket.mount("/", routes![refused]))
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        let port = super::public_port(request.rocket());
        let empty = data.peek(1).await.is_empty();
        let Err(mut refusal) = self.check(request, port, empty) else { return };
        tracing::warn!(status = refusal.status.code, why = refusal.why, "request refused");
        refusal.bot_api = request.uri().path().starts_with("/bot");
        request.local_cache(|| Some(refusal));
        request.set_method(Method::Get);
        let there: Origin<'static> = uri!(refused);
        request.set_uri(there);
    }

    async fn on_response<'r>(&self, _: &'r Request<'_>, response: &mut Response<'r>) {
        let headers = response.headers();
        let bare = !headers.contains("Content-Security-Policy") && response.content_type() != Some(ContentType::HTML);
        if bare {
            response.set_header(Header::new("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"));
        }
        // Addresses have a bot's token in them. With `no-referrer`, browsers would hide our own origin from us, too.
        response.set_header(Header::new("Referrer-Policy", "same-origin"));
        response.set_header(Header::new("Cross-Origin-Resource-Policy", "same-origin"));
        response.set_header(Header::new("X-Frame-Options", "DENY"));
    }
}
