//! Who was here lately, by `modified` of the dialogues: a turn stamps it, marks and projections do not.
//!
//! There is no index over `modified`, since every turn would write it; the collection is read as a whole, after an outage
//! only.

use bson::{Document, doc};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;

use super::document::{date, whole};
use super::{Documents, STORE_TIMEOUT, StoreError, within};

/// The dialogues, by when they were moved last.
#[derive(Debug, Clone)]
pub struct Recent(Documents);

impl Recent {
    /// Those in the collection of dialogues.
    pub fn new(documents: Documents) -> Self {
        Self(documents)
    }

    /// The private chats whose dialogues were moved last between two times, both included: the newest first, and at most so
    /// many.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn chats(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        most: i64,
    ) -> Result<Vec<i64>, StoreError> {
        // Groups have negative ids; nobody is asked anything there, nor is whoever was forgotten.
        let lately = doc! { "$gte": date(from), "$lte": date(until) };
        let filter = doc! { "_id": { "$gt": 0 }, "conversation": { "$ne": null }, "modified": lately };
        let found = async {
            let newest = self.0.collection().find(filter).sort(doc! { "modified": -1, "_id": 1 }).limit(most);
            Ok(newest.projection(doc! { "_id": 1 }).await?.try_collect::<Vec<Document>>().await?)
        };
        let found = within(STORE_TIMEOUT, found).await?;
        Ok(found.iter().filter_map(|document| document.get("_id").and_then(whole)).collect())
    }
}
