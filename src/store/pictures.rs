//! `pictures`: JPEG and PNG files in GridFS, named by the first 32 hexadecimal digits of the SHA-256 of their
//! content, so that equal pictures are one.
//!
//! The name is the `filename`, unique by an index; the file's `_id` is MongoDB's. A writer that dies half-way
//! leaves chunks that no file names, but does not bar the name. Beside GridFS's own fields, a file has `refused:
//! {reason, at: Date}` if Telegram does not take the picture, and `orphaned: Date` if nothing refers to it (see
//! `orphans`).

mod orphans;

use std::collections::HashSet;
use std::fmt::Write;

use bson::{Bson, Document, doc};
use dialogues::shop::PictureId;
use futures::{AsyncReadExt, AsyncWriteExt, TryStreamExt};
use mongodb::gridfs::GridFsBucket;
use mongodb::options::GridFsBucketOptions;
use sha2::{Digest, Sha256};

pub use self::orphans::{Collected, ORPHAN_AGE};
use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read, unique};
use super::document::date;
use super::{Store, StoreError};

pub(super) const NAME: &str = "pictures";
pub(super) const FILES: &str = "pictures.files";
pub(super) const CHUNKS: &str = "pictures.chunks";

/// What is done with the files.
pub(super) static FILES_DESCRIPTOR: Descriptor = Descriptor {
    name: FILES,
    made: Made::Indexed(|| {
        vec![
            unique("name", "filename"),
            doc! { "name": "filename_1_uploadDate_1", "key": { "filename": 1, "uploadDate": 1 } },
        ]
    }),
    emptied: Emptied::Never,
    migrated: Migrated::Never,
    opened: Opened::Not,
    read: Read::Otherwise,
    personal: &[],
    forgotten: Forgotten::Untouched,
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

/// What is done with their chunks.
pub(super) static CHUNKS_DESCRIPTOR: Descriptor = Descriptor {
    name: CHUNKS,
    made: Made::Indexed(|| vec![doc! { "name": "files_id_1_n_1", "key": { "files_id": 1, "n": 1 }, "unique": true }]),
    emptied: Emptied::Never,
    migrated: Migrated::Never,
    opened: Opened::Not,
    read: Read::Otherwise,
    personal: &[],
    forgotten: Forgotten::Untouched,
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

/// The name of a picture with this content.
pub(super) fn name_of(content: &[u8]) -> PictureId {
    let mut name = String::with_capacity(32);
    for byte in &Sha256::digest(content)[..16] {
        let _ = write!(name, "{byte:02x}");
    }
    PictureId(name)
}

/// Whether a picture can be called so.
pub(crate) fn is_name(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl Store {
    /// Keeps a picture, unless it is there already. One that Telegram has refused is tried again.
    pub async fn put_picture(&self, content: &[u8]) -> Result<PictureId, StoreError> {
        let picture = name_of(content);
        let anew = doc! { "$unset": { "orphaned": "", "refused": "" } };
        if self.collection(FILES).find_one_and_update(doc! { "filename": &picture.0 }, anew).await?.is_some() {
            return Ok(picture);
        }
        let mut upload = self.bucket().open_upload_stream(picture.0.as_str()).await?;
        let file = upload.id().clone();
        let written = async {
            upload.write_all(content).await?;
            upload.close().await
        };
        if written.await.is_err() {
            self.collection(CHUNKS).delete_many(doc! { "files_id": file }).await?;
            // Another writer may have been faster; then it is there.
            if !self.hold_picture(&picture).await? {
                return Err(StoreError::Away("a picture could not be written".into()));
            }
        }
        Ok(picture)
    }

    /// A picture's content.
    pub async fn picture(&self, picture: &PictureId) -> Result<Option<Vec<u8>>, StoreError> {
        match self.picture_file(picture).await? {
            Some(file) => self.content(picture, &file).await.map(Some),
            None => Ok(None),
        }
    }

    /// The content of a picture that may be sent: one that Telegram has refused is not offered again.
    pub async fn picture_to_send(&self, picture: &PictureId) -> Result<Option<Vec<u8>>, StoreError> {
        match self.picture_file(picture).await? {
            Some(file) if !file.contains_key("refused") => self.content(picture, &file).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Notes that Telegram does not take a picture, and why. It is so until the same picture is put again.
    pub async fn refuse_picture(&self, picture: &PictureId, reason: &str) -> Result<(), StoreError> {
        let refused = doc! { "reason": reason, "at": date(self.clock().now()) };
        let update = doc! { "$set": { "refused": refused } };
        self.collection(FILES).update_one(doc! { "filename": &picture.0 }, update).await?;
        Ok(())
    }

    /// The pictures that Telegram does not take.
    pub async fn refused_pictures(&self) -> Result<Vec<PictureId>, StoreError> {
        let found = self.collection(FILES).find(doc! { "refused": { "$exists": true } }).await?;
        let found: Vec<Document> = found.try_collect().await?;
        Ok(found.iter().filter_map(|file| file.get_str("filename").ok()).map(|name| PictureId(name.into())).collect())
    }

    /// Whether there is a picture of this name. It stays for a day from now, for the caller to refer to it.
    pub async fn hold_picture(&self, picture: &PictureId) -> Result<bool, StoreError> {
        let wanted = doc! { "filename": &picture.0 };
        let held = self.collection(FILES).find_one_and_update(wanted, doc! { "$unset": { "orphaned": "" } }).await?;
        Ok(held.is_some())
    }

    /// Holds those of these pictures that are there, as [`Store::hold_picture`] does, with two commands for all of them.
    /// Returns which they are.
    pub async fn hold_pictures(
        &self,
        pictures: impl Iterator<Item = &PictureId>,
    ) -> Result<HashSet<PictureId>, StoreError> {
        let names: Vec<&str> = pictures.map(|picture| picture.0.as_str()).collect();
        let (files, wanted) = (self.collection(FILES), doc! { "filename": { "$in": names } });
        files.update_many(wanted.clone(), doc! { "$unset": { "orphaned": "" } }).await?;
        // Asked for behind that: what is there now is held.
        let held = files.distinct("filename", wanted).await?;
        Ok(held.iter().filter_map(Bson::as_str).map(|name| PictureId(name.into())).collect())
    }

    /// Whether there is a picture of this name.
    pub async fn has_picture(&self, picture: &PictureId) -> Result<bool, StoreError> {
        Ok(self.picture_file(picture).await?.is_some())
    }

    async fn picture_file(&self, picture: &PictureId) -> Result<Option<Document>, StoreError> {
        Ok(self.collection(FILES).find_one(doc! { "filename": &picture.0 }).await?)
    }

    async fn content(&self, picture: &PictureId, file: &Document) -> Result<Vec<u8>, StoreError> {
        let id = file.get("_id").cloned().unwrap_or(Bson::Null);
        let mut download = self.bucket().open_download_stream(id).await?;
        let mut content = Vec::new();
        match download.read_to_end(&mut content).await {
            Ok(_) if name_of(&content) == *picture => Ok(content),
            _ => Err(StoreError::Driver("a stored picture is incomplete")),
        }
    }

    fn bucket(&self) -> GridFsBucket {
        self.database().gridfs_bucket(GridFsBucketOptions::builder().bucket_name(NAME.to_owned()).build())
    }
}
