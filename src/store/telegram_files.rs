//! `telegram_files`: `{_id: {bot, picture}, file_id}`. Telegram keeps what was uploaded once; a `file_id` is
//! good for one bot only.

use std::collections::HashMap;

use bson::{Document, doc};
use dialogues::shop::PictureId;

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read};
use super::document::upserted;
use super::faults::Faults;
use super::fields::{Problem, required, text, whole};
use super::{Store, StoreError};

pub(super) const NAME: &str = "telegram_files";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Plain,
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Each(faults),
    read: Read::Otherwise,
    personal: &[],
    forgotten: Forgotten::Untouched,
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: true,
};

fn read(file: &Document) -> Result<(PictureId, String), Problem> {
    let picture = file.get_document("_id").and_then(|id| id.get_str("picture"));
    let picture = picture.map_err(|_| "_id is not {bot: a number, picture: a text}")?.to_owned();
    Ok((PictureId(picture), required("file_id", text(file, "file_id")?)?))
}

/// What is wrong with a document, as `preflight` looks at it.
fn faults(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    let key = document.get_document("_id").cloned().unwrap_or_default();
    if key.get("bot").and_then(whole).is_none() || key.get_str("picture").is_err() {
        faults.0.push("_id is not {bot: a number, picture: a text}".to_owned());
    }
    faults.must::<String>(document, "file_id");
    faults.0
}

impl Store {
    /// The names under which Telegram keeps our pictures for this bot.
    pub async fn file_ids(&self, bot: i64) -> Result<HashMap<PictureId, String>, StoreError> {
        let files = self.raw(NAME).find(doc! { "_id.bot": bot }).await?;
        Ok(self.read_all(NAME, files, read).await?.into_iter().collect())
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
