//! A webhook as it is set, and as it is shown.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use strum::IntoEnumIterator;
use url::{Host, Url};
use utoipa::ToSchema;

use super::super::body::{Fields, Read, below, number, or_null, text, wrong};
use super::super::problem::Problem;
use super::super::reply::{Rendered, rendered};
use crate::store::{EventKind, WebhookEndpoint};

/// Names of all fields.
pub(crate) const FIELDS: [&str; 7] = ["id", "url", "types", "enabled", "reached", "created", "modified"];

/// The longest address.
const MOST_URL: usize = 2000;

/// A webhook as it is set.
#[derive(Debug, Clone, ToSchema)]
pub(crate) struct WebhookInput {
    /// Where to: `https`, or `http` on the machine of the process that delivers; without user and password.
    #[schema(
        min_length = 1,
        max_length = 2000,
        pattern = r"^https?://[^\x00-\x20\x7f]+$",
        example = "https://erp.example.com/hooks/shop"
    )]
    pub(crate) url: String,
    /// Which kinds of events; all, if none is named.
    #[schema(required = false)]
    pub(crate) types: Vec<String>,
    /// Tell of what has happened behind this position, too; left out, or higher than that of the newest event: only of what happens
    /// from now on.
    #[schema(required = false, minimum = 0)]
    pub(crate) after: Option<i64>,
}

impl WebhookInput {
    /// Reads one, or tells all mistakes.
    pub(crate) fn read(value: &Value) -> Read<Self> {
        let mut fields = Fields::of(value)?;
        let url = fields.required("url", url);
        let types = fields.optional("types", types).unwrap_or_default();
        let after = fields.optional("after", or_null(number(0, i64::MAX))).flatten();
        fields.finish(url.map(|url| Self { url, types, after }))
    }
}

fn url(value: &Value) -> Read<String> {
    const WANTED: &str = "it must be an address that begins with https://; http:// is for this machine only";
    let text = text(value)?;
    if text.chars().count() > MOST_URL {
        return wrong("out_of_range", format!("it must have at most {MOST_URL} characters"));
    }
    // Parsers of addresses mend these: what is taken would be more than the pattern says.
    let is_written_out = text.starts_with("https://") || text.starts_with("http://");
    if !is_written_out || text.contains(|c: char| c <= ' ' || c == '\x7f') {
        return wrong("malformed", WANTED);
    }
    let Ok(url) = Url::parse(text) else { return wrong("malformed", WANTED) };
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("malformed", "it must have no user and no password: check the signature instead");
    }
    let is_ours = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => return wrong("malformed", WANTED),
    };
    match url.scheme() {
        "https" => Ok(url.into()),
        "http" if is_ours => Ok(url.into()),
        _ => wrong("malformed", WANTED),
    }
}

fn types(value: &Value) -> Read<Vec<String>> {
    let Value::Array(all) = value else { return wrong("wrong_type", "it must be a list of kinds of events") };
    let (mut types, mut errors) = (Vec::new(), Vec::new());
    for (place, kind) in all.iter().enumerate() {
        match event_type(kind) {
            Ok(kind) if types.contains(&kind) => {}
            Ok(kind) => types.push(kind),
            Err(wrong) => errors.extend(wrong.into_iter().map(|error| below(&place.to_string(), error))),
        }
    }
    if errors.is_empty() { Ok(types) } else { Err(errors) }
}

fn event_type(value: &Value) -> Read<String> {
    let name = text(value)?;
    if name.parse::<EventKind>().is_ok() {
        return Ok(name.to_owned());
    }
    let kinds: Vec<String> = EventKind::iter().map(|kind| kind.to_string()).collect();
    wrong("out_of_range", format!("it must be one of {}", kinds.join(", ")))
}

/// A webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct WebhookView {
    #[schema(pattern = "^[0-9a-f]{24}$")]
    id: String,
    url: String,
    /// Which kinds of events; all, if none is named.
    types: Vec<String>,
    /// Whether it is told of events.
    enabled: bool,
    /// The position up to which events have become deliveries.
    #[schema(minimum = 0)]
    reached: i64,
    created: DateTime<Utc>,
    modified: DateTime<Utc>,
}

/// A webhook with a secret that is new.
#[derive(Serialize, ToSchema)]
#[schema(as = NewWebhook)]
pub(crate) struct NewWebhookView {
    #[serde(flatten)]
    webhook: WebhookView,
    /// Signs its deliveries; told this once.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: String,
}

impl WebhookView {
    fn of(endpoint: &WebhookEndpoint) -> Self {
        Self {
            id: endpoint.id.to_string(),
            url: endpoint.url.clone(),
            types: endpoint.types.clone(),
            enabled: endpoint.enabled,
            reached: endpoint.reached,
            created: endpoint.stamps.created,
            modified: endpoint.stamps.modified,
        }
    }
}

impl NewWebhookView {
    pub(crate) fn of(endpoint: &WebhookEndpoint) -> Self {
        Self { webhook: WebhookView::of(endpoint), secret: endpoint.secret.clone() }
    }
}

/// A webhook as it is shown.
pub(crate) fn render(endpoint: &WebhookEndpoint) -> Result<Rendered, Problem> {
    rendered(&WebhookView::of(endpoint))
}
