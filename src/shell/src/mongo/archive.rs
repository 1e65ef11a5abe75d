//! `{_id: {chat, revision}, chat, document}`: dialogues that could not be read, as they were.

use bson::{Document, doc};

use super::document::upserted;
use super::{Documents, StoreError};

/// Dialogues that could not be read.
#[derive(Debug, Clone)]
pub struct Archive(Documents);

impl Archive {
    /// Those in a collection.
    pub fn new(documents: Documents) -> Self {
        Self(documents)
    }

    /// Keeps a copy of a dialogue that nobody can read, the same one once only; whether it is a new one.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn keep(&self, chat: i64, revision: i64, document: &Document) -> Result<bool, StoreError> {
        let id = doc! { "_id": { "chat": chat, "revision": revision } };
        let update = upserted(Document::new(), doc! { "chat": chat, "document": document }, self.0.stamp());
        let written = self.0.collection().update_one(id, update).upsert(true).await?;
        Ok(written.upserted_id.is_some())
    }
}
