//! What parts of a thing are called in the description of the API.

use utoipa::ToSchema;

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
