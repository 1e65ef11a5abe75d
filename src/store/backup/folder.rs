//! The folder with all backups: names, the lock, and which go.

use std::fs::{self, DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use bson::{Bson, Document};
use chrono::{DateTime, NaiveDateTime, Utc};

use super::BackupError;
use super::manifest::{self, FileEntry, Manifest};
use super::room::Room;
use super::sheet::{Sheet, create, write_whole};

const PREFIX: &str = "shopkeeper-";
const STAMP: &str = "%Y%m%dT%H%M%SZ";
/// Half a backup, and one that is being removed: hidden, and thrown away by the next one.
const PARTIAL: &str = ".partial-";
const REMOVING: &str = ".removing-";
const LOCK: &str = ".lock";

/// The folder, ours alone as long as this lives.
pub struct BackupFolder {
    path: PathBuf,
    _lock: File,
}

/// A backup on the shelf that looks whole.
#[derive(Debug, Clone)]
pub struct StoredBackup {
    pub name: String,
    pub path: PathBuf,
    pub manifest: Manifest,
}

/// A backup that is being written.
pub(super) struct Part {
    shelf: PathBuf,
    path: PathBuf,
    name: String,
}

impl BackupFolder {
    /// Makes the folder if need be, locks it, and throws away what killed backups have left.
    pub fn open(path: &Path) -> Result<Self, BackupError> {
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| BackupError::file(path, error))?;
        let lock_path = path.join(LOCK);
        let lock = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(|error| BackupError::file(&lock_path, error))?;
        lock.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => BackupError::Busy(path.to_owned()),
            fs::TryLockError::Error(error) => BackupError::file(&lock_path, error),
        })?;
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(PARTIAL) || name.starts_with(REMOVING) {
                tracing::warn!(name, "what an interrupted backup has left is thrown away");
                fs::remove_dir_all(entry.path()).map_err(|error| BackupError::file(&entry.path(), error))?;
            }
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// All complete backups of a database, the newest first.
    pub fn backups(&self, database: &str) -> Vec<StoredBackup> {
        let mut all: Vec<StoredBackup> = fs::read_dir(&self.path)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                NaiveDateTime::parse_from_str(name.strip_prefix(PREFIX)?, STAMP).ok()?;
                let manifest = Manifest::read(&entry.path()).ok()?;
                let ours = manifest.database == database && manifest.is_complete(&entry.path());
                ours.then(|| StoredBackup { name, path: entry.path(), manifest })
            })
            .collect();
        // The names tell the time.
        all.sort_by(|one, two| two.name.cmp(&one.name));
        all
    }

    /// What the next backup may take of the disk. The last one tells how large it will be, or else the documents.
    pub(super) fn room(&self, documents: u64, database: &str) -> Result<Room, BackupError> {
        let last = self.backups(database).first().map(|last| last.manifest.bytes() / 2 * 3);
        Room::in_folder(&self.path, last.unwrap_or(documents))
    }

    pub(super) fn begin(&self, now: DateTime<Utc>) -> Result<Part, BackupError> {
        let name = format!("{PREFIX}{}", now.format(STAMP));
        let taken = self.path.join(&name);
        if taken.exists() {
            return Err(BackupError::file(&taken, "there is one of this second already"));
        }
        let path = self.path.join(format!("{PARTIAL}{name}"));
        DirBuilder::new().mode(0o700).create(&path).map_err(|error| BackupError::file(&path, error))?;
        Ok(Part { shelf: self.path.clone(), path, name })
    }

    /// Removes complete backups of a database but the newest; their names.
    pub(super) fn retain(&self, database: &str, keep: usize) -> Result<Vec<String>, BackupError> {
        let mut removed = Vec::new();
        for old in self.backups(database).into_iter().skip(keep.max(1)) {
            // A removal that is interrupted leaves nothing that looks whole.
            let hidden = self.path.join(format!("{REMOVING}{}", old.name));
            fs::rename(&old.path, &hidden).map_err(|error| BackupError::file(&old.path, error))?;
            fs::remove_dir_all(&hidden).map_err(|error| BackupError::file(&hidden, error))?;
            removed.push(old.name);
        }
        Ok(removed)
    }
}

/// A collection's name as MongoDB's tools write it as a file's.
fn escaped(collection: &str) -> String {
    collection.replace('%', "%25").replace('/', "%2F")
}

impl Part {
    pub(super) fn sheet(&self, collection: &str) -> Result<Sheet, BackupError> {
        let path = self.path.join(format!("{}.bson.gz", escaped(collection)));
        Sheet::begin(collection, path.clone()).map_err(|error| BackupError::file(&path, error))
    }

    pub(super) fn metadata(&self, collection: &str, metadata: &Document) -> Result<FileEntry, BackupError> {
        let path = self.path.join(format!("{}.metadata.json.gz", escaped(collection)));
        let text = Bson::Document(metadata.clone()).into_canonical_extjson().to_string();
        write_whole(&path, text.as_bytes()).map_err(|error| BackupError::file(&path, error))
    }

    /// Writes the manifest, and gives the folder its name.
    pub(super) fn finish(self, manifest: &Manifest) -> Result<PathBuf, BackupError> {
        let file = self.path.join(manifest::NAME);
        let whole = self.shelf.join(&self.name);
        let write = || {
            let text = serde_json::to_string_pretty(manifest)?;
            let mut written = create(&file)?;
            written.write_all(text.as_bytes())?;
            written.sync_all()?;
            File::open(&self.path)?.sync_all()?;
            fs::rename(&self.path, &whole)?;
            File::open(&self.shelf)?.sync_all()
        };
        write().map_err(|error: std::io::Error| BackupError::file(&file, error))?;
        Ok(whole)
    }

    /// Throws it away. What cannot be removed is hidden, and thrown away by the next one.
    pub(super) fn discard(self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}
