//! The shop's pictures on their way to Telegram: by `file_id` where Telegram knows them, else their bytes; and files that are made
//! when they are sent.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dialogues::shop::{PictureId, Zone};
use futures::future::BoxFuture;
use shell::{MadeFile, Pictures, Source};

use super::tables::orders_of;
use crate::store::{Store, StoreError};

/// The names under which Telegram keeps our pictures, in memory and in the store.
pub struct FileIds {
    store: Store,
    /// The bot's own id: a `file_id` is good for one bot only.
    bot: i64,
    /// The shop's.
    zone: Zone,
    known: Mutex<HashMap<PictureId, String>>,
    /// Pictures by Telegram's name that Telegram does not know, or does not take: they are not offered again by this process.
    dead: Mutex<HashSet<PictureId>>,
}

impl FileIds {
    /// Those that the store knows of a bot.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn open(store: Store, bot: i64, zone: Zone) -> Result<Self, StoreError> {
        let known = Mutex::new(store.file_ids(bot).await?);
        Ok(Self { store, bot, zone, known, dead: Mutex::default() })
    }

    fn known(&self) -> MutexGuard<'_, HashMap<PictureId, String>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn dead(&self) -> MutexGuard<'_, HashSet<PictureId>> {
        self.dead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn find_now(&self, picture: &PictureId) -> Option<Source> {
        if let Some(id) = picture.telegram_file() {
            return (!self.dead().contains(picture)).then(|| Source::FileId(id.to_owned()));
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
        if picture.telegram_file().is_some() {
            self.dead().insert(picture.clone());
            return Box::pin(async {});
        }
        Box::pin(async move {
            if let Err(error) = self.store.drop_file_id(self.bot, picture).await {
                tracing::warn!(%error, "a rejected file_id could not be dropped");
            }
        })
    }

    fn make<'a>(&'a self, by: &'a str, name: &'a str) -> BoxFuture<'a, Result<MadeFile, std::io::Error>> {
        Box::pin(orders_of(&self.store, self.zone, by, name))
    }

    fn refused<'a>(&'a self, picture: &'a PictureId, reason: &'a str) -> BoxFuture<'a, ()> {
        if picture.telegram_file().is_some() {
            self.dead().insert(picture.clone());
            return Box::pin(async {});
        }
        Box::pin(async move {
            if let Err(error) = self.store.refuse_picture(picture, reason).await {
                tracing::warn!(%error, "the refusal of a picture could not be kept; it will be uploaded once more");
            }
        })
    }
}
