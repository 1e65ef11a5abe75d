//! `MongoStorage<D>` as teloxide's own dialogue storage, so that any teloxide bot can keep its
//! dialogues in MongoDB. Applications of the engine do not go this way: teloxide's trait knows no revision.

use std::sync::Arc;

use ::teloxide::dispatching::dialogue::Storage;
use ::teloxide::types::ChatId;
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{MongoStorage, StoreError};

impl<D> Storage<D> for MongoStorage<D>
where
    D: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    type Error = StoreError;

    fn remove_dialogue(self: Arc<Self>, chat: ChatId) -> BoxFuture<'static, Result<(), StoreError>> {
        // Removing what is not there is no error here: the outcome is the same.
        Box::pin(async move { self.remove(chat.0).await.map(drop) })
    }

    fn update_dialogue(self: Arc<Self>, chat: ChatId, dialogue: D) -> BoxFuture<'static, Result<(), StoreError>> {
        Box::pin(async move { self.replace(chat.0, &dialogue).await })
    }

    fn get_dialogue(self: Arc<Self>, chat: ChatId) -> BoxFuture<'static, Result<Option<D>, StoreError>> {
        Box::pin(async move { Ok(self.get(chat.0).await?.map(|(dialogue, _)| dialogue)) })
    }
}
