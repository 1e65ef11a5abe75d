//! `manifest.json`: what a backup holds, by which it is known as whole.

use std::path::Path;
use std::{fs, io};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::BackupError;
use super::hash::sha256;

pub(super) const NAME: &str = "manifest.json";

/// Raise it when a program of today could not read what is written then.
const FORMAT: u32 = 1;

/// The most bytes of a manifest: it has some hundreds for each collection.
const SIZE_LIMIT: u64 = 16 << 20;

/// A backup's table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of the layout.
    pub format: u32,
    /// The program's.
    pub version: String,
    pub database: String,
    /// When it was finished. What it holds is as of `moment`.
    pub made: DateTime<Utc>,
    /// MongoDB's cluster time, as seconds since 1970 and a number within the second, apart by a point.
    pub moment: String,
    pub tables: Vec<CollectionEntry>,
}

/// One collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionEntry {
    pub collection: String,
    pub documents: u64,
    /// Uncompressed.
    pub bytes: u64,
    pub data: FileEntry,
    pub metadata: FileEntry,
}

/// One file, as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

/// The length of a regular file. Anything else is an error: a device has no end, and a pipe may never begin.
fn regular(path: &Path) -> io::Result<u64> {
    // Not opened yet: already that waits where it is a pipe.
    let found = fs::metadata(path)?;
    if found.is_file() { Ok(found.len()) } else { Err(io::Error::other("it is no regular file")) }
}

impl Manifest {
    pub(super) fn new(database: &str, made: DateTime<Utc>, moment: String, tables: Vec<CollectionEntry>) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self { format: FORMAT, version, database: database.to_owned(), made, moment, tables }
    }

    /// Reads the manifest of a backup, without looking at its files.
    ///
    /// # Errors
    /// [`BackupError::NotWhole`].
    pub fn read(backup: &Path) -> Result<Self, BackupError> {
        let not_whole = |problem: String| BackupError::not_whole(backup, problem);
        let unreadable = |error| not_whole(format!("its {NAME} cannot be read ({error})"));
        let path = backup.join(NAME);
        if regular(&path).map_err(unreadable)? > SIZE_LIMIT {
            return Err(not_whole(format!("its {NAME} is larger than {} MiB", SIZE_LIMIT >> 20)));
        }
        let text = fs::read(&path).map_err(unreadable)?;
        let manifest: Self = serde_json::from_slice(&text)
            .map_err(|error| not_whole(format!("its {NAME} is none of ours ({error})")))?;
        if manifest.format != FORMAT {
            return Err(not_whole(format!("it has format {}, and this program knows {FORMAT}", manifest.format)));
        }
        Ok(manifest)
    }

    /// Reads the manifest, and holds each file against it.
    ///
    /// # Errors
    /// [`BackupError::NotWhole`], with the first file that is missing or another one.
    pub fn verify(backup: &Path) -> Result<Self, BackupError> {
        let manifest = Self::read(backup)?;
        for file in manifest.tables.iter().flat_map(|table| [&table.data, &table.metadata]) {
            if file.name.contains(['/', '\\']) {
                return Err(BackupError::not_whole(backup, "a file's name leads out of it"));
            }
            let path = backup.join(&file.name);
            let missing = |error| BackupError::not_whole(backup, format!("{} cannot be read ({error})", file.name));
            let found = regular(&path).map_err(missing)?;
            // Its length first: what is longer or shorter need not be read.
            if found != file.bytes || sha256(&path).map_err(missing)? != (file.bytes, file.sha256.clone()) {
                return Err(BackupError::not_whole(backup, format!("{} is not as it was written", file.name)));
            }
        }
        Ok(manifest)
    }

    /// Whether all files are there in their lengths; what is in them is not looked at.
    pub(super) fn is_complete(&self, backup: &Path) -> bool {
        let files = self.tables.iter().flat_map(|table| [&table.data, &table.metadata]);
        files.into_iter().all(|file| {
            fs::metadata(backup.join(&file.name)).is_ok_and(|found| found.is_file() && found.len() == file.bytes)
        })
    }

    /// All documents.
    pub fn documents(&self) -> u64 {
        self.tables.iter().map(|table| table.documents).sum()
    }

    /// All bytes on the disk, but the manifest's own.
    pub fn bytes(&self) -> u64 {
        self.tables.iter().map(|table| table.data.bytes + table.metadata.bytes).sum()
    }
}
