//! What went wrong, in the one format of RFC 9457, whatever went wrong and wherever.
//!
//! Handlers and guards end with a [`Problem`]; what Rocket refuses itself, and panics, come here through the
//! catcher. The words never quote contact data, keys, or what MongoDB said.

use std::io::Cursor;

use dialogues::shop::CategoryId;
use rocket::http::{ContentType, Header, Method, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use rocket::{Catcher, catch, catchers};
use serde::Serialize;
use utoipa::ToSchema;

use super::scope::Scope;
use crate::store::StoreError;

/// The media type of every problem.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// The most mistakes that one answer lists; their number is in `detail`.
const ERRORS_LIMIT: usize = 20;

/// The most characters of a caller's own text that an answer repeats.
const ECHO_LIMIT: usize = 64;

/// A caller's text as an answer repeats it: a long one is cut, and ends with an ellipsis.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(ECHO_LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What kind of problem: a word that stays, for programs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema, strum::EnumIter, strum::EnumMessage, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[schema(as = ProblemCode)]
pub(crate) enum Code {
    /// The body is no JSON, or the request is no HTTP.
    Malformed,
    /// A query parameter is unknown, stands twice, or has a value it cannot have: see `errors`.
    InvalidParameter,
    /// A header has a value it cannot have: see `errors`.
    InvalidHeader,
    /// There is no key, or none that is good.
    Unauthorized,
    /// The key is good, but not for this.
    MissingScope,
    /// There is no such thing, or no such address.
    NotFound,
    /// The thing is there, but cannot be asked this: see `Allow`.
    MethodNotAllowed,
    /// A category that is named does not exist.
    UnknownCategory,
    /// A category would stand below itself.
    CategoryCycle,
    /// A category still holds something; say where to with `move_to`.
    CategoryNotEmpty,
    /// A product that is named does not exist.
    UnknownProduct,
    /// A picture that is named does not exist.
    UnknownPicture,
    /// There are as many of these as there may be.
    LimitReached,
    /// A mailing is not so far, or too far, for what is asked of it: see its status.
    WrongStatus,
    /// The `Idempotency-Key` was used for another request.
    IdempotencyMismatch,
    /// There is a document with this id that this program cannot use: `shopkeeper preflight` tells why.
    Unusable,
    /// Others change the same thing all the time; try again.
    Contended,
    /// The thing is no longer as `If-Match` says; read it again.
    PreconditionFailed,
    /// The body is larger than the limit.
    TooLarge,
    /// The body is of another type than this takes.
    UnsupportedMediaType,
    /// Fields are missing, unknown, or have values they cannot have: see `errors`.
    InvalidFields,
    /// Too many requests; wait for `Retry-After` seconds.
    RateLimited,
    /// We have made a mistake; the request id finds it in the logs.
    Internal,
    /// MongoDB is away; try again after `Retry-After` seconds.
    Unavailable,
}

impl Code {
    /// The status that goes with it.
    pub(crate) fn status(self) -> Status {
        match self {
            Self::Malformed | Self::InvalidParameter | Self::InvalidHeader => Status::BadRequest,
            Self::Unauthorized => Status::Unauthorized,
            Self::MissingScope => Status::Forbidden,
            Self::NotFound => Status::NotFound,
            Self::MethodNotAllowed => Status::MethodNotAllowed,
            Self::UnknownCategory
            | Self::CategoryCycle
            | Self::CategoryNotEmpty
            | Self::UnknownProduct
            | Self::UnknownPicture
            | Self::LimitReached
            | Self::WrongStatus
            | Self::IdempotencyMismatch
            | Self::Unusable
            | Self::Contended => Status::Conflict,
            Self::PreconditionFailed => Status::PreconditionFailed,
            Self::TooLarge => Status::PayloadTooLarge,
            Self::UnsupportedMediaType => Status::UnsupportedMediaType,
            Self::InvalidFields => Status::UnprocessableEntity,
            Self::RateLimited => Status::TooManyRequests,
            Self::Internal => Status::InternalServerError,
            Self::Unavailable => Status::ServiceUnavailable,
        }
    }

    /// The code of what Rocket itself refuses.
    fn of(status: Status) -> Self {
        match status.code {
            401 => Self::Unauthorized,
            403 => Self::MissingScope,
            404 => Self::NotFound,
            413 => Self::TooLarge,
            415 => Self::UnsupportedMediaType,
            422 => Self::InvalidFields,
            503 => Self::Unavailable,
            400..=499 => Self::Malformed,
            _ => Self::Internal,
        }
    }
}

/// One field, parameter or header that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// A JSON pointer (RFC 6901) to the field in the body; a name of more than 64 characters is cut, and ends with “…”.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/price/amount")]
    pub(crate) pointer: Option<String>,
    /// The query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameter: Option<String>,
    /// The header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) header: Option<String>,
    /// `required`, `unknown`, `read_only`, `wrong_type`, `out_of_range`, `malformed` or `repeated`.
    pub(crate) code: String,
    /// What to do about it.
    pub(crate) detail: String,
}

impl FieldError {
    /// An error about a field whose pointer is relative to whatever holds it.
    pub(crate) fn field(pointer: impl Into<String>, code: &str, detail: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            parameter: None,
            header: None,
            code: code.to_owned(),
            detail: detail.into(),
        }
    }

    pub(crate) fn parameter(name: &str, code: &str, detail: impl Into<String>) -> Self {
        Self { pointer: None, parameter: Some(shortened(name)), ..Self::field("", code, detail) }
    }

    pub(crate) fn header(name: &str, code: &str, detail: impl Into<String>) -> Self {
        Self { pointer: None, header: Some(name.to_owned()), ..Self::field("", code, detail) }
    }
}

/// The body of every answer that is no success (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Where the code is explained.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/api/v1/docs#not_found")]
    kind: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened, for people.
    detail: String,
    /// The address that was asked.
    #[schema(format = "uri-reference")]
    instance: String,
    code: Code,
    /// Finds the request in the logs; also in the header `X-Request-Id`.
    request_id: String,
    /// At most 20; how many mistakes there are in all is in `detail`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    errors: Vec<FieldError>,
}

/// What is wrong with one of many rows: what the body of an answer would say if it had come alone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowProblem {
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    code: Code,
    /// What happened, for people.
    detail: String,
    /// At most 20, with pointers into the row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    errors: Vec<FieldError>,
}

impl RowProblem {
    /// Whether the row may be sent again as it is.
    pub(crate) fn is_unavailable(&self) -> bool {
        self.code == Code::Unavailable
    }
}

/// What went wrong.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    code: Code,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(&'static str, String)>,
    /// MongoDB did not answer: whatever is asked next waits as long.
    is_outage: bool,
}

impl Problem {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), headers: Vec::new(), is_outage: false }
    }

    pub(crate) fn with_errors(code: Code, mut errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] => only.detail.clone(),
            all if all.len() > ERRORS_LIMIT => {
                format!("{} mistakes, of which errors has the first {ERRORS_LIMIT}", all.len())
            }
            all => format!("{} mistakes: see errors", all.len()),
        };
        errors.truncate(ERRORS_LIMIT);
        Self { errors, ..Self::new(code, detail) }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("there is no such {what}"))
    }

    pub(crate) fn missing_scope(scope: Scope) -> Self {
        Self::new(Code::MissingScope, format!("this key does not have the scope {}", scope.name()))
    }

    pub(crate) fn contended() -> Self {
        Self::new(Code::Contended, "others change the same thing all the time; try again")
    }

    #[must_use]
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The category in which something is to stand is not there.
    pub(crate) fn no_category(category: CategoryId) -> Self {
        Self::new(Code::UnknownCategory, format!("there is no category {}", category.0))
    }

    pub(crate) fn status(&self) -> Status {
        self.code.status()
    }

    /// Whether it is of this kind.
    pub(crate) fn is(&self, code: Code) -> bool {
        self.code == code
    }

    /// Whether MongoDB did not answer. What only a newer program can change is unavailable, too, but no outage.
    pub(crate) fn is_outage(&self) -> bool {
        self.is_outage
    }

    /// The problem of one row of a request that has others.
    pub(crate) fn of_row(self) -> RowProblem {
        RowProblem { status: self.status().code, code: self.code, detail: self.detail, errors: self.errors }
    }

    /// Leaves the problem where the catcher finds it, and says the status: how a guard refuses.
    pub(crate) fn refuse(self, request: &Request<'_>) -> (Status, ()) {
        let status = self.status();
        request.local_cache(|| Some(self));
        (status, ())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.is_away() {
            tracing::warn!(%error, "the API cannot reach the store");
            let problem = Self::new(Code::Unavailable, "the store does not answer now; try again");
            let is_outage = matches!(error, StoreError::Away(_));
            return Self { is_outage, ..problem.header("Retry-After", "2") };
        }
        tracing::error!(%error, "the API was refused by the store");
        Self::new(Code::Internal, "the store refused; the log says why")
    }
}

impl<'r> Responder<'r, 'static> for Problem {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let status = self.status();
        let name: &'static str = self.code.into();
        let body = ProblemBody {
            kind: format!("/api/v1/docs#{name}"),
            title: status.reason_lossy().to_owned(),
            status: status.code,
            detail: self.detail,
            instance: instance(request.uri().path().as_str()).to_owned(),
            code: self.code,
            request_id: crate::server::request::request_id(request).to_owned(),
            errors: self.errors,
        };
        let body_id = body.request_id.clone();
        let body = serde_json::to_vec(&body).map_err(|_| Status::InternalServerError)?;
        let mut response = Response::build();
        response.status(status).header(ContentType::new("application", "problem+json"));
        response.raw_header("Cache-Control", "no-store");
        // What is no HTTP is answered without anybody having seen it come or go.
        response.raw_header(crate::server::request::REQUEST_ID, body_id);
        for (name, value) in self.headers {
            response.header(Header::new(name, value));
        }
        response.sized_body(body.len(), Cursor::new(body)).ok()
    }
}

/// An address as `instance` repeats it: a long one is cut, but not within a percent-encoded byte.
fn instance(path: &str) -> &str {
    let cut = &path[..path.floor_char_boundary(8 * ECHO_LIMIT)];
    match cut.rfind('%') {
        Some(at) if cut.len() < path.len() && at + 2 >= cut.len() => &cut[..at],
        _ => cut,
    }
}

/// Everything that ends outside of a handler.
pub(super) fn catchers() -> Vec<Catcher> {
    catchers![caught]
}

#[catch(default)]
fn caught(status: Status, request: &Request<'_>) -> Problem {
    if let Some(problem) = request.local_cache(|| None::<Problem>) {
        return problem.clone();
    }
    // Rocket calls an address that nobody answers unknown, and a method that it does not know no HTTP.
    let unrouted = request.route().is_none() && matches!(status, Status::NotFound | Status::BadRequest);
    let allowed = if unrouted { methods_of(request) } else { Vec::new() };
    if allowed.is_empty() {
        return Problem::new(Code::of(status), said(status));
    }
    let allowed = allowed.join(", ");
    Problem::new(Code::MethodNotAllowed, format!("this address answers {allowed}")).header("Allow", allowed)
}

fn said(status: Status) -> String {
    match status.code {
        404 => "there is nothing at this address; /api/v1/docs lists what there is".to_owned(),
        500 => "we have made a mistake; the request id finds it in the log".to_owned(),
        _ => status.reason_lossy().to_owned(),
    }
}

/// The methods that the address of a request answers.
fn methods_of(request: &Request<'_>) -> Vec<&'static str> {
    let path: Vec<&str> = request.uri().path().segments().collect();
    let fits = |template: &str| {
        let template: Vec<&str> = template.split('/').filter(|part| !part.is_empty()).collect();
        template.len() == path.len()
            && template.iter().zip(&path).all(|(part, asked)| part == asked || part.starts_with('<'))
    };
    let mut methods: Vec<&str> = Vec::new();
    for route in request.rocket().routes().filter(|route| fits(&route.uri.to_string())) {
        let method = route.method;
        methods.push(method.as_str());
        if method == Method::Get {
            methods.push(Method::Head.as_str());
        }
    }
    methods.sort_unstable();
    methods.dedup();
    methods
}
