//! What the change stream of the catalogue brings.

use bson::raw::{RawDocument, RawDocumentBuf};
use mongodb::change_stream::event::{ChangeNamespace, OperationType, ResumeToken};
use serde::Deserialize;

use super::super::{collections, fences};

/// An event of the stream. Its documents are decoded one by one: what a program of another language has written may be
/// no valid BSON, and must not end the stream.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    #[serde(rename = "_id")]
    pub(super) id: ResumeToken,
    pub(super) operation_type: OperationType,
    pub(super) ns: Option<ChangeNamespace>,
    pub(super) document_key: Option<RawDocumentBuf>,
    pub(super) full_document: Option<RawDocumentBuf>,
    pub(super) update_description: Option<Updated>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Updated {
    pub(super) updated_fields: RawDocumentBuf,
}

/// The mark of a fence, as this very write has made it: the document itself may have moved on.
pub(super) fn fence(event: &Event) -> Option<i64> {
    if event.ns.as_ref()?.coll.as_deref()? != fences::NAME {
        return None;
    }
    match &event.update_description {
        Some(update) => update.updated_fields.get_i64("at").ok(),
        None => event.full_document.as_ref()?.get_i64("at").ok(),
    }
}

/// Whether it tells of a document of this collection.
pub(super) fn is_of(event: &Event, collection: &str) -> bool {
    event.ns.as_ref().and_then(|ns| ns.coll.as_deref()) == Some(collection)
}

pub(super) fn has(document: &RawDocument, name: &str) -> bool {
    document.get(name).is_ok_and(|field| field.is_some())
}

/// The collection of a document that was inserted without our stamps.
pub(super) fn foreign(event: &Event) -> Option<&'static str> {
    let document = event.full_document.as_ref()?;
    if has(document, "created") { None } else { collection_of(event) }
}

pub(super) fn collection_of(event: &Event) -> Option<&'static str> {
    let name = event.ns.as_ref()?.coll.as_deref()?;
    collections::named(name).filter(|collection| collection.is_shelf()).map(|collection| collection.name)
}

/// A whole collection was dropped or renamed.
pub(super) fn is_upheaval(operation: &OperationType) -> bool {
    !matches!(operation, OperationType::Insert | OperationType::Update | OperationType::Replace | OperationType::Delete)
}
