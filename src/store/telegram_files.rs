//! `telegram_files`: `{_id: {bot, picture}, file_id}`. Telegram keeps what was uploaded once; a `file_id` is
//! good for one bot only.

use std::collections::HashMap;

use bson::{Document, doc};
use dialogues::shop::PictureId;
use futures::TryStreamExt;

use super::document::upserted;
use super::{Store, StoreError};

pub(super) const NAME: &str = "telegram_files";

impl Store {
    /// The names under which Telegram keeps our pictures for this bot.
    pub async fn file_ids(&self, bot: i64) -> Result<HashMap<PictureId, String>, StoreError> {
        let mut files = self.collection(NAME).find(doc! { "_id.bot": bot }).await?;
        let mut known = HashMap::new();
        while let Some(file) = files.try_next().await? {
            let file = self.current(NAME, file)?;
            let picture = file.get_document("_id").and_then(|id| id.get_str("picture"));
            if let (Ok(picture), Ok(file_id)) = (picture, file.get_str("file_id")) {
                known.insert(PictureId(picture.to_owned()), file_id.to_owned());
            }
        }
        Ok(known)
    }

    /// Notes under which name Telegram keeps a picture for this bot.
    pub async fn keep_file_id(&self, bot: i64, picture: &PictureId, file_id: &str) -> Result<(), StoreError> {
        let update = upserted(doc! { "file_id": file_id }, Document::new(), self.stamp(NAME));
        self.collection(NAME).update_one(key(bot, picture), update).upsert(true).await?;
        Ok(())
    }

    /// Forgets a name that Telegram did not accept.
    pub async fn drop_file_id(&self, bot: i64, picture: &PictureId) -> Result<(), StoreError> {
        self.collection(NAME).delete_one(key(bot, picture)).await?;
        Ok(())
    }
}

fn key(bot: i64, picture: &PictureId) -> Document {
    doc! { "_id": { "bot": bot, "picture": &picture.0 } }
}
