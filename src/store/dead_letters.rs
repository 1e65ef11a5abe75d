//! `dead_letters`: `{_id: update id, chat, what}`, updates that were given up. No personal data: `what` is a
//! sentence of ours about the failure.

use bson::{Document, doc};

use super::document::upserted;
use super::{Store, StoreError};

pub(super) const NAME: &str = "dead_letters";

impl Store {
    /// Notes that an update was given up, and why. `chat` is missing where the update had none.
    pub async fn bury(&self, update: i64, chat: Option<i64>, what: &str) -> Result<(), StoreError> {
        let fields = upserted(doc! { "chat": chat, "what": what }, Document::new(), self.stamp(NAME));
        let written = self.collection(NAME).update_one(doc! { "_id": update }, fields).upsert(true).await?;
        if written.upserted_id.is_some() {
            self.metrics().database.buried();
        }
        Ok(())
    }
}
