//! A backup: all of the shop as it was at one moment, in a folder of its own.
//!
//! Everything is read in a snapshot session: all collections at one cluster time, while turns go on. So stock and
//! orders agree, a mailing and its ledger, a dialogue and its cart. MongoDB keeps that moment for five minutes
//! (`minSnapshotHistoryWindowInSeconds`); what takes longer is refused with the remedy. Pictures do not count: the
//! content of one never changes and is never removed, so the snapshot says which there are, and their chunks are read
//! after it.
//!
//! The layout is that of MongoDB's own tools, `<collection>.bson.gz` and `<collection>.metadata.json.gz`, so that
//! `mongorestore --gzip --db NAME FOLDER` reads it, too. Beside stands `manifest.json` with the counts, and with the
//! SHA-256 of each file. All is written in a hidden folder and flushed, and the folder gets its name at the very end:
//! what is called `shopkeeper-20260314T120000Z` is whole.
//!
//! Left out are `fences`, which only tell whether an event has passed. Leases and locks are in it, and run out by
//! themselves; the fencing token of the postman has to come back, or mailings would be nobody's. What must not come back as
//! it was is seen to by `restore.rs`.
//!
//! Memory: one batch of the driver, and a few pieces of 256 kB on their way to the thread that compresses.

mod folder;
mod hash;
mod manifest;
mod room;
mod sheet;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bson::raw::RawDocumentBuf;
use bson::{Bson, Document, doc};
use futures::TryStreamExt;
use mongodb::ClientSession;
use mongodb::options::{DatabaseOptions, ReadConcern, ReadPreference, SelectionCriteria};
use mongodb::results::CollectionType;

use self::folder::Part;
pub use self::folder::{BackupFolder, StoredBackup};
pub use self::manifest::{CollectionEntry, FileEntry, Manifest};
use self::room::Room;
use self::sheet::Sheet;
pub(super) use self::sheet::{documents, unpacked};
use super::descriptor::InBackup;
use super::meta::{META, RESTORING};
use super::{Store, StoreError, collections, pictures};

/// Pictures whose chunks are asked for together.
const PICTURES: usize = 20;

/// SnapshotTooOld, SnapshotUnavailable.
const TOO_OLD: [i32; 2] = [239, 246];

/// Why there is no backup, or none that could be used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{}: {problem}", path.display())]
    File { path: PathBuf, problem: String },
    #[error(
        "{} has room for {free} MB, and a backup of about {needed} MB must leave {reserve} MB free, or MongoDB on the same \
         disk would stop: make room, give --keep a smaller number, or name a folder on another disk", folder.display()
    )]
    Full { folder: PathBuf, free: u64, needed: u64, reserve: u64 },
    #[error("{}: another backup is being written here; wait for it", .0.display())]
    Busy(PathBuf),
    #[error(
        "MongoDB no longer knows the moment at which the backup began: it took longer than the server keeps one. Set \
         minSnapshotHistoryWindowInSeconds to 1800 under setParameter in mongod.conf, and back up when less is going on"
    )]
    TooLong,
    #[error("{} is no whole backup: {problem}. Take another one; `restore --drill` tells which are good", path.display())]
    NotWhole { path: PathBuf, problem: String },
    #[error(
        "the database {database} is not empty ({collection} has documents), and nothing is ever written over: name another \
         one with --database, or drop it yourself: mongosh \"$MONGODB_URI\" --eval 'db.getSiblingDB(\"{database}\").dropDatabase()'"
    )]
    NotEmpty { database: String, collection: String },
    #[error("{0}")]
    Differs(String),
}

/// A backup that was made.
#[derive(Debug, Clone)]
pub struct Backup {
    pub path: PathBuf,
    pub manifest: Manifest,
    /// Older ones that were removed.
    pub removed: Vec<String>,
    pub took: Duration,
}

impl Store {
    /// Writes a backup of this database into a new folder in `shelf`, and then removes complete ones of this database
    /// but the newest `keep`. `told` hears the collection and how many documents of it are written.
    ///
    /// # Errors
    /// All of [`BackupError`]; then nothing was removed, and nothing is there that looks like a backup and is not whole.
    pub async fn backup(
        &self,
        shelf: &Path,
        keep: usize,
        mut told: impl FnMut(&str, u64),
    ) -> Result<Backup, BackupError> {
        let began = Instant::now();
        // Half of a shop would look like a whole one.
        if self.collection(META).find_one(doc! { "_id": RESTORING }).await.map_err(StoreError::from)?.is_some() {
            return Err(StoreError::HalfRestored.into());
        }
        let shelf = BackupFolder::open(shelf)?;
        let room = shelf.room(self.bytes().await?, self.database_name())?;
        let mut part = shelf.begin(self.clock().now())?;
        let tables = self.write_tables(&mut part, &room, &mut told).await;
        let (tables, moment) = match tables {
            Ok(tables) => tables,
            Err(error) => {
                part.discard();
                return Err(error);
            }
        };
        let manifest = Manifest::new(self.database_name(), self.clock().now(), moment, tables);
        let path = part.finish(&manifest)?;
        let removed = shelf.retain(self.database_name(), keep)?;
        Ok(Backup { path, manifest, removed, took: began.elapsed() })
    }

    /// How many bytes all documents have.
    async fn bytes(&self) -> Result<u64, StoreError> {
        let stats = self.database().run_command(doc! { "dbStats": 1 }).await?;
        let bytes = stats.get("dataSize").and_then(super::fields::whole).unwrap_or(0);
        Ok(u64::try_from(bytes).unwrap_or(0))
    }

    async fn write_tables(
        &self,
        part: &mut Part,
        room: &Room,
        told: &mut impl FnMut(&str, u64),
    ) -> Result<(Vec<CollectionEntry>, String), BackupError> {
        let secondary = SelectionCriteria::ReadPreference(ReadPreference::SecondaryPreferred { options: None });
        let options = DatabaseOptions::builder().selection_criteria(secondary).build();
        let database = self.inner.client.database_with_options(self.database_name(), options);
        let listed = self.database().list_collections().await.map_err(StoreError::from)?;
        let mut listed: Vec<_> = listed.try_collect().await.map_err(StoreError::from)?;
        // A view is another program's look at what is written anyway.
        listed.retain(|it| it.collection_type == CollectionType::Collection);
        let is_left_out = |name: &str| collections::named(name).is_some_and(|it| it.backup == InBackup::Nothing);
        listed.retain(|it| !it.name.starts_with("system.") && !is_left_out(&it.name));
        listed.sort_by(|one, two| one.name.cmp(&two.name));
        let mut session = self.inner.client.start_session().snapshot(true).await.map_err(StoreError::from)?;
        let (mut tables, mut files) = (Vec::new(), Vec::new());
        for listed in listed.iter().filter(|it| it.name != pictures::CHUNKS) {
            let options = bson::serialize_to_document(&listed.options).map_err(StoreError::from)?;
            let head = part.metadata(&listed.name, &self.metadata(&listed.name, options).await?)?;
            let mut sheet = part.sheet(&listed.name)?;
            self.read_table(&database, &listed.name, &mut session, &mut sheet, room, told, &mut files).await?;
            tables.push(sheet.close(head).await?);
        }
        let moment = session.snapshot_time().map(|time| format!("{}.{}", time.time, time.increment));
        if listed.iter().any(|it| it.name == pictures::CHUNKS) {
            let head = part.metadata(pictures::CHUNKS, &self.metadata(pictures::CHUNKS, Document::new()).await?)?;
            let mut sheet = part.sheet(pictures::CHUNKS)?;
            for some in files.chunks(PICTURES) {
                let chunks = self.database().collection::<RawDocumentBuf>(pictures::CHUNKS);
                let wanted = chunks.find(doc! { "files_id": { "$in": some } }).sort(doc! { "files_id": 1, "n": 1 });
                let mut found = wanted.read_concern(ReadConcern::majority()).await.map_err(StoreError::from)?;
                while found.advance().await.map_err(StoreError::from)? {
                    sheet.push(found.current().as_bytes(), room).await?;
                }
                told(pictures::CHUNKS, sheet.documents());
            }
            tables.push(sheet.close(head).await?);
        }
        Ok((tables, moment.unwrap_or_default()))
    }

    /// Reads one collection in the snapshot; the ids of pictures are noted.
    #[expect(clippy::too_many_arguments, reason = "each of them is one thing, and this is one loop")]
    async fn read_table(
        &self,
        database: &mongodb::Database,
        name: &str,
        session: &mut ClientSession,
        sheet: &mut Sheet,
        room: &Room,
        told: &mut impl FnMut(&str, u64),
        files: &mut Vec<Bson>,
    ) -> Result<(), BackupError> {
        let collection = database.collection::<RawDocumentBuf>(name);
        let mut found = collection.find(doc! {}).session(&mut *session).await.map_err(too_long)?;
        while found.advance(session).await.map_err(too_long)? {
            let document = found.current();
            if name == pictures::FILES && self.is_unwanted(document.get_datetime("orphaned").ok()) {
                continue;
            }
            if name == pictures::FILES
                && let Ok(Some(id)) = document.get("_id")
            {
                files.push(Bson::try_from(id).map_err(StoreError::from)?);
            }
            sheet.push(document.as_bytes(), room).await?;
            if sheet.documents().is_multiple_of(1000) {
                told(name, sheet.documents());
            }
        }
        told(name, sheet.documents());
        Ok(())
    }

    /// What MongoDB's tools want to know of a collection.
    async fn metadata(&self, name: &str, options: Document) -> Result<Document, BackupError> {
        let indexes = self.collection(name).list_indexes().await.map_err(StoreError::from)?;
        let indexes: Vec<_> = indexes.try_collect().await.map_err(StoreError::from)?;
        let mut written = Vec::new();
        for index in indexes {
            let mut index = bson::serialize_to_document(&index).map_err(StoreError::from)?;
            index.insert("v", 2);
            written.push(index);
        }
        Ok(doc! { "options": options, "indexes": written, "collectionName": name, "type": "collection" })
    }
}

/// A moment that the server has given up is told as such.
fn too_long(error: mongodb::error::Error) -> BackupError {
    match StoreError::from(error) {
        StoreError::Refused { code, .. } if TOO_OLD.contains(&code) => BackupError::TooLong,
        error => error.into(),
    }
}

impl BackupError {
    pub(super) fn file(path: &Path, problem: impl ToString) -> Self {
        Self::File { path: path.to_owned(), problem: problem.to_string() }
    }

    pub(super) fn not_whole(path: &Path, problem: impl ToString) -> Self {
        Self::NotWhole { path: path.to_owned(), problem: problem.to_string() }
    }
}
