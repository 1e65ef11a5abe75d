//! A storage for any bot's dialogues: any type that serde can read and write, with a revision.
//!
//! Documents are `{_id: chat, revision: Int64, dialogue}`. Applications of the engine do not use it: their turns commit
//! more than a dialogue, see [`super::conversations`].

use std::marker::PhantomData;

use bson::{Document, doc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::document::{saved, stamped, upserted};
use super::{Documents, StoreError};

/// Dialogues of type `D` in a collection of their own.
#[derive(Debug)]
pub struct MongoStorage<D> {
    documents: Documents,
    dialogue: PhantomData<fn() -> D>,
}

impl<D> Clone for MongoStorage<D> {
    fn clone(&self) -> Self {
        Self { documents: self.documents.clone(), dialogue: PhantomData }
    }
}

impl<D: Serialize + DeserializeOwned> MongoStorage<D> {
    /// The dialogues in a collection, which need not exist.
    pub fn new(documents: Documents) -> Self {
        Self { documents, dialogue: PhantomData }
    }

    /// A chat's dialogue and its revision, 1 or above.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if it is of another shape than `D`.
    pub async fn get(&self, chat: i64) -> Result<Option<(D, i64)>, StoreError> {
        let Some(document) = self.documents.collection().find_one(doc! { "_id": chat }).await? else {
            return Ok(None);
        };
        let wrong = |problem: &str| StoreError::Unreadable { collection: "dialogues", problem: problem.to_owned() };
        let revision = document.get_i64("revision").map_err(|_| wrong("revision is no Int64"))?;
        let dialogue = document.get("dialogue").cloned().ok_or_else(|| wrong("dialogue is missing"))?;
        // What serde has to say may quote what the customer said.
        let dialogue = bson::deserialize_from_bson(dialogue).map_err(|_| wrong("dialogue has another shape"))?;
        Ok(Some((dialogue, revision)))
    }

    /// Keeps a dialogue in place of the one of `revision`, 0 if there was none. `None`: there is another one
    /// by now; else the new revision.
    pub async fn put(&self, chat: i64, dialogue: &D, revision: i64) -> Result<Option<i64>, StoreError> {
        let (collection, stamp) = (self.documents.collection(), self.documents.stamp());
        let fields = doc! { "revision": revision + 1, "dialogue": bson::serialize_to_bson(dialogue)? };
        let won = if revision == 0 {
            let mut document = doc! { "_id": chat };
            document.extend(stamped(fields, stamp));
            match collection.insert_one(document).await.map_err(StoreError::from) {
                Err(error) if error.duplicate().is_some() => false,
                inserted => inserted.map(|_| true)?,
            }
        } else {
            let unchanged = doc! { "_id": chat, "revision": revision };
            collection.update_one(unchanged, saved(fields, stamp.now)).await?.matched_count == 1
        };
        Ok(won.then_some(revision + 1))
    }

    /// Keeps a dialogue in place of whatever is there: for callers that know no revision. The last one wins.
    pub async fn replace(&self, chat: i64, dialogue: &D) -> Result<(), StoreError> {
        let fields = doc! { "dialogue": bson::serialize_to_bson(dialogue)? };
        let mut update = upserted(fields, Document::new(), self.documents.stamp());
        update.insert("$inc", doc! { "revision": 1_i64 });
        self.documents.collection().update_one(doc! { "_id": chat }, update).upsert(true).await?;
        Ok(())
    }

    /// Removes a chat's dialogue; whether there was one.
    pub async fn remove(&self, chat: i64) -> Result<bool, StoreError> {
        Ok(self.documents.collection().delete_one(doc! { "_id": chat }).await?.deleted_count == 1)
    }
}
