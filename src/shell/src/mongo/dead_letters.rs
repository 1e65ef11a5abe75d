//! `{_id: update id, chat, what}`: updates that were given up. No personal data: `what` is a sentence of ours about the
//! failure.

use bson::{Document, doc};

use super::document::upserted;
use super::{Documents, StoreError};

/// The updates that were given up.
#[derive(Debug, Clone)]
pub struct DeadLetters(Documents);

impl DeadLetters {
    /// Those in a collection.
    pub fn new(documents: Documents) -> Self {
        Self(documents)
    }

    /// Notes that an update was given up, and why; whether it is a new one. `chat` is missing where the update had none.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn bury(&self, update: i64, chat: Option<i64>, what: &str) -> Result<bool, StoreError> {
        let fields = upserted(doc! { "chat": chat, "what": what }, Document::new(), self.0.stamp());
        let written = self.0.collection().update_one(doc! { "_id": update }, fields).upsert(true).await?;
        Ok(written.upserted_id.is_some())
    }
}
