//! Keeps the method of a request as it was sent.
//!
//! Rocket lets a form's first field `_method` replace POST, for pages without scripts. No page here needs that, and a
//! form is what any page may send anywhere: what deletes must not look like a POST.

use rocket::data::Data;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::form::Form;
use rocket::http::Method;
use rocket::request::Request;

/// As much of a body as Rocket looks at.
const PEEKED: usize = "_method=delete".len();

/// Undoes the replacement. Attach it before any fairing that looks at the method.
pub(super) struct KeepMethod;

#[rocket::async_trait]
impl Fairing for KeepMethod {
    fn info(&self) -> Info {
        Info { name: "methods as they were sent", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        if !request.content_type().is_some_and(|kind| kind.is_form()) {
            return;
        }
        let replaces = std::str::from_utf8(data.peek(PEEKED).await)
            .ok()
            .and_then(|body| Form::values(body).next())
            .is_some_and(|field| field.name == "_method" && field.value.parse::<Method>() == Ok(request.method()));
        // Only a POST is replaced. A true DELETE with such a body becomes one, too, and is refused as one.
        if replaces {
            request.set_method(Method::Post);
        }
    }
}
