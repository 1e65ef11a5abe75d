//! Parameters of a call, however they came: query, form, JSON or multipart.

use std::borrow::Cow;
use std::collections::HashMap;

use rocket::data::{Data, ToByteUnit};
use rocket::form::ValueField;
use rocket::http::ContentType;
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// Uploads may be 50 MB (python-telegram-bot `FileSizeLimit`); the rest is room for the other fields.
const BODY_MEGABYTES: u64 = 52;

/// An uploaded file.
pub(crate) struct Upload {
    pub(crate) bytes: Vec<u8>,
    pub(crate) name: Option<String>,
    pub(crate) mime: Option<String>,
}

#[derive(Default)]
pub(crate) struct Params {
    fields: Map<String, Value>,
    uploads: HashMap<String, Upload>,
}

impl Params {
    /// Reads the query and the body. What stands in the body wins.
    pub(crate) async fn read(
        query: Option<&str>,
        kind: Option<&ContentType>,
        body: Option<Data<'_>>,
    ) -> Result<Params, Refusal> {
        let mut params = Params::default();
        params.add_form(query.unwrap_or_default());
        let Some(body) = body else { return Ok(params) };
        let too_large = || Refusal::new(413, "Request Entity Too Large");
        let bytes = body.open(BODY_MEGABYTES.megabytes()).into_bytes().await.map_err(|_| too_large())?;
        if !bytes.is_complete() {
            return Err(too_large());
        }
        let bytes = bytes.into_inner();
        match kind {
            Some(kind) if kind.is_json() => params.add_json(&bytes)?,
            Some(kind) if kind.is_form_data() => params.add_multipart(&kind.to_string(), bytes).await?,
            Some(kind) if kind.is_form() => params.add_form(&String::from_utf8_lossy(&bytes)),
            _ => {}
        }
        Ok(params)
    }

    /// Method and parameters in a bot's answer to a webhook, if there are any.
    pub(crate) fn of_webhook(answer: &str) -> Option<(String, Params)> {
        let mut fields: Map<String, Value> = serde_json::from_str(answer).ok()?;
        let method = fields.remove("method")?.as_str()?.to_owned();
        Some((method, Params { fields, uploads: HashMap::new() }))
    }

    fn add_form(&mut self, form: &str) {
        for pair in form.split('&').filter(|pair| !pair.is_empty()) {
            let field = ValueField::parse(pair);
            let decode = |text: &str| match rocket::http::RawStr::new(text).url_decode() {
                Ok(decoded) => decoded.into_owned(),
                Err(_) => text.to_owned(),
            };
            self.fields.insert(decode(field.name.source().as_str()), decode(field.value).into());
        }
    }

    fn add_json(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        if bytes.is_empty() {
            return Ok(());
        }
        let object: Map<String, Value> =
            serde_json::from_slice(bytes).map_err(|_| Refusal::bad("can't parse JSON object"))?;
        self.fields.extend(object.into_iter().filter(|(_, value)| !value.is_null()));
        Ok(())
    }

    async fn add_multipart(&mut self, kind: &str, bytes: Vec<u8>) -> Result<(), Refusal> {
        let wrong = |_| Refusal::bad("can't parse multipart form");
        let boundary = multer::parse_boundary(kind).map_err(wrong)?;
        let body = futures::stream::once(async { Ok::<_, std::convert::Infallible>(bytes) });
        let mut parts = multer::Multipart::new(body, boundary);
        while let Some(part) = parts.next_field().await.map_err(wrong)? {
            let Some(name) = part.name().map(str::to_owned) else { continue };
            let file = part.file_name().map(str::to_owned);
            let mime = part.content_type().map(ToString::to_string);
            let bytes = part.bytes().await.map_err(wrong)?.to_vec();
            // A part with a file's name, or of a type that is no text, is a file. aiogram says of plain fields that they
            // are text, teloxide says nothing.
            let plain = file.is_none() && mime.as_deref().is_none_or(|mime| mime.starts_with("text/"));
            match String::from_utf8(bytes) {
                Ok(text) if plain => {
                    self.fields.insert(name, text.into());
                }
                bytes => {
                    let bytes = bytes.map_or_else(|error| error.into_bytes(), String::into_bytes);
                    self.uploads.insert(name, Upload { bytes, name: file, mime });
                }
            }
        }
        Ok(())
    }

    pub(crate) fn text(&self, key: &str) -> Option<Cow<'_, str>> {
        match self.fields.get(key)? {
            Value::String(text) => Some(Cow::Borrowed(text)),
            Value::Null => None,
            other => Some(Cow::Owned(other.to_string())),
        }
    }

    /// Sets what one method says to another that does its work.
    pub(crate) fn set(&mut self, key: &str, value: Value) {
        self.fields.insert(key.to_owned(), value);
    }

    pub(crate) fn integer(&self, key: &str) -> Option<i64> {
        match self.fields.get(key)? {
            Value::String(text) => leading_integer(text.trim()),
            value => value.as_i64().or_else(|| value.as_f64().map(|number| number as i64)),
        }
    }

    pub(crate) fn truth(&self, key: &str) -> bool {
        self.text(key).is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1")
    }

    /// A field that is an object or array: itself in JSON, and JSON as text in a form.
    pub(crate) fn json(&self, key: &str) -> Result<Option<Value>, Refusal> {
        match self.fields.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| Refusal::bad(format!("can't parse {} JSON object", spoken(key)))),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// Whether a file was uploaded under this name.
    pub(crate) fn has_upload(&self, key: &str) -> bool {
        self.uploads.contains_key(key)
    }

    /// Takes an uploaded file out.
    pub(crate) fn take_upload(&mut self, key: &str) -> Option<Upload> {
        self.uploads.remove(key)
    }
}

/// The number that a text begins with, as tdlib's `to_integer` reads it.
pub(crate) fn leading_integer(text: &str) -> Option<i64> {
    let sign = usize::from(text.starts_with('-'));
    let digits = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
    text[..sign + digits].parse().ok()
}

/// What the server calls a field where it complains about it.
pub(crate) fn spoken(key: &str) -> String {
    match key {
        "reply_markup" => "reply keyboard markup".to_owned(),
        other => other.replace('_', " "),
    }
}
