//! The shop's pictures on their way to Telegram: by `file_id` where Telegram knows them, else their bytes.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dialogues::shop::PictureId;
use futures::future::BoxFuture;
use shell::{Pictures, Source};

use crate::store::{Store, StoreError};

/// The names under which Telegram keeps our pictures, in memory and in the store.
pub struct FileIds {
    store: Store,
    /// The bot's own id: a `file_id` is good for one bot only.
    bot: i64,
    known: Mutex<HashMap<PictureId, String>>,
}

impl FileIds {
    /// Those that the store knows of a bot.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn open(store: Store, bot: i64) -> Result<Self, StoreError> {
        let known = Mutex::new(store.file_ids(bot).await?);
        Ok(Self { store, bot, known })
    }

    fn known(&self) -> MutexGuard<'_, HashMap<PictureId, String>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn find_now(&self, picture: &PictureId) -> Option<Source> {
        if let Some(id) = picture.telegram_file() {
            return Some(Source::FileId(id.to_owned()));
        }
        if let Some(id) = self.known().get(picture).cloned() {
            return Some(Source::FileId(id));
        }
        match self.store.picture_to_send(picture).await {
            Ok(bytes) => bytes.map(Source::Bytes),
            Err(error) => {
                tracing::warn!(%error, "a picture could not be read; its text is sent alone");
                None
            }
        }
    }
}

impl Pictures<PictureId> for FileIds {
    fn find<'a>(&'a self, picture: &'a PictureId) -> BoxFuture<'a, Option<Source>> {
        Box::pin(self.find_now(picture))
    }

    fn uploaded<'a>(&'a self, picture: &'a PictureId, file_id: &'a str) -> BoxFuture<'a, ()> {
        self.known().insert(picture.clone(), file_id.to_owned());
        Box::pin(async move {
            if let Err(error) = self.store.keep_file_id(self.bot, picture, file_id).await {
                tracing::warn!(%error, "a file_id could not be kept; the picture will be uploaded once more");
            }
        })
    }

    fn expired<'a>(&'a self, picture: &'a PictureId) -> BoxFuture<'a, ()> {
        self.known().remove(picture);
        Box::pin(async move {
            if let Err(error) = self.store.drop_file_id(self.bot, picture).await {
                tracing::warn!(%error, "a rejected file_id could not be dropped");
            }
        })
    }

    fn refused<'a>(&'a self, picture: &'a PictureId, reason: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Err(error) = self.store.refuse_picture(picture, reason).await {
                tracing::warn!(%error, "the refusal of a picture could not be kept; it will be uploaded once more");
            }
        })
    }
}
