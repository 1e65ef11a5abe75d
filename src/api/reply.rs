//! Answers that are successes.

use std::io::Cursor;

use rocket::http::{ContentType, Header, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use serde::Serialize;
use serde_json::Value;

use super::etag::{Conditions, tag};
use super::problem::{Code, Problem};

/// An answer with its headers.
pub(crate) struct Reply {
    pub(crate) status: Status,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    content_type: ContentType,
}

impl Reply {
    /// 200 with JSON that is written already.
    pub(crate) fn json(body: impl Into<Vec<u8>>) -> Self {
        Self { status: Status::Ok, headers: Vec::new(), body: body.into(), content_type: ContentType::JSON }
    }

    /// 200 with other content.
    pub(crate) fn content(content_type: ContentType, body: Vec<u8>) -> Self {
        Self { content_type, ..Self::json(body) }
    }

    /// 204.
    pub(crate) fn nothing() -> Self {
        Self { status: Status::NoContent, ..Self::json("") }
    }

    #[must_use]
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same with its tag.
    #[must_use]
    pub(crate) fn tagged(self, tag: &str) -> Self {
        self.header("ETag", format!("\"{tag}\""))
    }

    /// 201 with the address of what was made.
    #[must_use]
    pub(crate) fn created(self, address: String) -> Self {
        Self { status: Status::Created, ..self.header("Location", address) }
    }

    /// 202: what was asked for has begun.
    #[must_use]
    pub(crate) fn accepted(self) -> Self {
        Self { status: Status::Accepted, ..self }
    }

    /// The same, or 304 for whoever has it already. Nobody may keep it without asking again.
    #[must_use]
    pub(crate) fn unless_known(self, conditions: &Conditions, tag: &str) -> Self {
        let told = self.tagged(tag).header("Cache-Control", "private, no-cache").header("Vary", "Authorization");
        if conditions.is_known(tag) {
            return Self { status: Status::NotModified, body: Vec::new(), ..told };
        }
        told
    }
}

/// What is shown of a thing: its JSON, and the tag of that.
pub(crate) type Rendered = (String, String);

/// Something as it is shown.
pub(crate) fn rendered(value: &impl Serialize) -> Result<Rendered, Problem> {
    let json = written(value)?;
    let tag = tag(&json);
    Ok((json, tag))
}

/// JSON of something that we have made ourselves.
pub(crate) fn written(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|_| Problem::new(Code::Internal, "an answer cannot be written"))
}

/// The member that has what was asked for with `expand`.
const EXPANDED: &str = "expanded";

/// An object of which only some fields are wanted; `id` always is, and what it was asked to be expanded by.
pub(crate) fn picked(object: &str, fields: &Option<Vec<&'static str>>, id: &str) -> String {
    let Some(fields) = fields else { return object.to_owned() };
    match serde_json::from_str(object) {
        Ok(Value::Object(mut all)) => {
            all.retain(|name, _| name == id || name == EXPANDED || fields.contains(&name.as_str()));
            Value::Object(all).to_string()
        }
        _ => object.to_owned(),
    }
}

impl<'r> Responder<'r, 'static> for Reply {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Response::build();
        response.status(self.status);
        for (name, value) in self.headers {
            response.header(Header::new(name, value));
        }
        if !matches!(self.status, Status::NoContent | Status::NotModified) {
            response.header(self.content_type);
            response.sized_body(self.body.len(), Cursor::new(self.body));
        }
        response.ok()
    }
}
