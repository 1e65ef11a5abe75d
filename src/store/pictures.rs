//! `pictures`: JPEG and PNG files in GridFS, named by the first 32 hexadecimal digits of the SHA-256 of their
//! content, so that equal pictures are one.
//!
//! The name is the `filename`, unique by an index; the file's `_id` is MongoDB's. A writer that dies half-way
//! leaves chunks that nobody names, but does not bar the name.

use std::fmt::Write;

use bson::doc;
use dialogues::shop::PictureId;
use futures::{AsyncReadExt, AsyncWriteExt};
use mongodb::gridfs::GridFsBucket;
use mongodb::options::GridFsBucketOptions;
use sha2::{Digest, Sha256};

use super::{Store, StoreError};

pub(super) const NAME: &str = "pictures";
pub(super) const FILES: &str = "pictures.files";
pub(super) const CHUNKS: &str = "pictures.chunks";

/// The name of a picture with this content.
pub(super) fn name_of(content: &[u8]) -> PictureId {
    let mut name = String::with_capacity(32);
    for byte in &Sha256::digest(content)[..16] {
        let _ = write!(name, "{byte:02x}");
    }
    PictureId(name)
}

impl Store {
    /// Keeps a picture, unless it is there already.
    pub async fn put_picture(&self, content: &[u8]) -> Result<PictureId, StoreError> {
        let picture = name_of(content);
        if self.has_picture(&picture).await? {
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
            if !self.has_picture(&picture).await? {
                return Err(StoreError::Away("a picture could not be written".into()));
            }
        }
        Ok(picture)
    }

    /// A picture's content.
    pub async fn picture(&self, picture: &PictureId) -> Result<Option<Vec<u8>>, StoreError> {
        if !self.has_picture(picture).await? {
            return Ok(None);
        }
        let mut download = self.bucket().open_download_stream_by_name(picture.0.as_str()).await?;
        let mut content = Vec::new();
        match download.read_to_end(&mut content).await {
            Ok(_) if name_of(&content) == *picture => Ok(Some(content)),
            _ => Err(StoreError::Driver("a stored picture is incomplete")),
        }
    }

    /// Whether there is a picture of this name.
    pub async fn has_picture(&self, picture: &PictureId) -> Result<bool, StoreError> {
        Ok(self.collection(FILES).find_one(doc! { "filename": &picture.0 }).await?.is_some())
    }

    fn bucket(&self) -> GridFsBucket {
        self.database().gridfs_bucket(GridFsBucketOptions::builder().bucket_name(NAME.to_owned()).build())
    }
}
