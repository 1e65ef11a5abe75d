//! What operations have in common in the description of the API: parts of things, parameters and answers.

use utoipa::{IntoParams, IntoResponses, ToSchema};

/// A thing of which only some fields are shown, if only some were asked for. `openapi/conventions.rs` gives it its shape.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `picked` leaves")]
pub(crate) struct Partial<T> {
    whole: T,
}

/// Some fields of a thing, to be changed. `openapi/conventions.rs` gives it its shape.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `merged` takes")]
pub(crate) struct Patch<T> {
    whole: T,
}

/// The bytes of a file as they are, and no list of numbers.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes a body that is no JSON")]
pub(crate) struct FileContent(Vec<u8>);

/// What products and categories are searched for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Params::search` reads")]
pub(crate) struct SearchParam {
    /// Words that title or description have, in any of its languages: in any case, with or without accents, Latin or Cyrillic. Punctuation alone finds nothing
    #[param(min_length = 1, max_length = 100)]
    q: Option<String>,
}

/// How a list is sorted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Params::sort` reads")]
pub(crate) struct SortParam {
    /// What to sort by; with a minus the other way round
    sort: Option<String>,
}

/// Which page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Listing` reads")]
pub(crate) struct PageParams {
    /// How many a page has; 20 if not said
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// Where a page begins: from `next` of the page before, with the same sort and filters
    cursor: Option<String>,
    /// Only these fields, apart by commas
    fields: Option<String>,
}

/// Which fields of a thing.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Chosen` reads")]
pub(crate) struct FieldsParam {
    /// Only these fields, apart by commas
    fields: Option<String>,
}

/// The tag of a page that is known already.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `Conditions::is_known` looks at")]
pub(crate) struct KnownPage {
    /// Answer 304 if the page has this tag
    #[param(rename = "If-None-Match")]
    known: Option<String>,
}

/// The tag of a thing that is known already.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `Conditions::is_known` looks at")]
pub(crate) struct KnownThing {
    /// Answer 304 if it has this tag
    #[param(rename = "If-None-Match")]
    known: Option<String>,
}

/// On which conditions a thing is changed.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `Conditions::allow_change` looks at")]
pub(crate) struct IfTags {
    /// Refuse if it no longer has this tag
    #[param(rename = "If-Match")]
    must: Option<String>,
    /// Refuse if it has this tag; * refuses whatever is there
    #[param(rename = "If-None-Match")]
    must_not: Option<String>,
}

/// The name of a request that may come twice.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `Repeat` reads")]
pub(crate) struct RepeatKey {
    /// A name for this request, so that it can come twice
    #[param(rename = "Idempotency-Key", pattern = "^[!-~]{1,255}$")]
    name: Option<String>,
}

/// Nothing new for who knows the tag.
#[derive(IntoResponses)]
#[response(status = 304, description = "It has not changed")]
pub(crate) struct NotChanged;

/// The address is that of nothing.
#[derive(IntoResponses)]
#[response(status = 404, description = "There is none")]
pub(crate) struct NotThere;

/// The conditions do not hold.
#[derive(IntoResponses)]
#[response(status = 412, description = "It is not as If-Match and If-None-Match say")]
pub(crate) struct NotAsSaid;
