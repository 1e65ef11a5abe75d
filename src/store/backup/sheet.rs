//! One collection on its way to a file: compressed, hashed and written by a thread of its own; and back.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use bson::raw::RawDocumentBuf;
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::BackupError;
use super::hash::Hashed;
use super::manifest::{CollectionEntry, FileEntry};
use super::room::Room;

/// Documents go to the thread in pieces of about this size.
const PIECE: usize = 256 * 1024;
/// So many pieces may wait.
const WAITING: usize = 4;
/// After so many bytes the disk is looked at again.
const LOOK_EVERY: u64 = 32 * 1024 * 1024;
/// MongoDB's own limit for a document, with room for what it adds inside.
const LARGEST: usize = 17 * 1024 * 1024;

/// A file that is being written.
pub(super) struct Sheet {
    collection: String,
    path: PathBuf,
    pieces: mpsc::Sender<Vec<u8>>,
    writer: JoinHandle<io::Result<(u64, String)>>,
    piece: Vec<u8>,
    documents: u64,
    bytes: u64,
    unlooked: u64,
}

/// A new file that only we can read.
pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn compressed(path: &Path) -> io::Result<GzEncoder<Hashed<BufWriter<File>>>> {
    let hashed = Hashed::new(BufWriter::new(create(path)?));
    // A small machine has one core, which customers need, too; the better levels save little.
    Ok(GzEncoder::new(hashed, Compression::fast()))
}

/// Ends a file, which is on the disk then: its size, and its hash.
fn closed(encoder: GzEncoder<Hashed<BufWriter<File>>>) -> io::Result<(u64, String)> {
    let (inner, bytes, hash) = encoder.finish()?.finish();
    inner.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok((bytes, hash))
}

/// Writes a small file at once.
pub(super) fn write_whole(path: &Path, content: &[u8]) -> io::Result<FileEntry> {
    let mut encoder = compressed(path)?;
    encoder.write_all(content)?;
    let (bytes, sha256) = closed(encoder)?;
    Ok(FileEntry { name: name_of(path), bytes, sha256 })
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

impl Sheet {
    pub(super) fn begin(collection: &str, path: PathBuf) -> io::Result<Self> {
        let mut encoder = compressed(&path)?;
        let (pieces, mut coming) = mpsc::channel::<Vec<u8>>(WAITING);
        let writer = tokio::task::spawn_blocking(move || {
            while let Some(piece) = coming.blocking_recv() {
                encoder.write_all(&piece)?;
            }
            closed(encoder)
        });
        let collection = collection.to_owned();
        Ok(Self { collection, path, pieces, writer, piece: Vec::new(), documents: 0, bytes: 0, unlooked: 0 })
    }

    pub(super) fn documents(&self) -> u64 {
        self.documents
    }

    /// Adds a document.
    pub(super) async fn push(&mut self, document: &[u8], room: &Room) -> Result<(), BackupError> {
        self.piece.extend_from_slice(document);
        self.documents += 1;
        self.bytes += document.len() as u64;
        if self.piece.len() >= PIECE {
            self.unlooked += self.piece.len() as u64;
            if self.unlooked > LOOK_EVERY {
                room.check()?;
                self.unlooked = 0;
            }
            let piece = std::mem::take(&mut self.piece);
            // A writer that has ended says why when it is closed.
            let _ = self.pieces.send(piece).await;
        }
        Ok(())
    }

    /// Ends the file.
    pub(super) async fn close(self, metadata: FileEntry) -> Result<CollectionEntry, BackupError> {
        let Self { collection, path, pieces, writer, piece, documents, bytes, .. } = self;
        let _ = pieces.send(piece).await;
        drop(pieces);
        let written = writer.await.unwrap_or_else(|error| Err(io::Error::other(error)));
        let (size, sha256) = written.map_err(|error| BackupError::file(&path, error))?;
        let data = FileEntry { name: name_of(&path), bytes: size, sha256 };
        Ok(CollectionEntry { collection, documents, bytes, data, metadata })
    }
}

/// The whole of a small file.
pub(crate) fn unpacked(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    GzDecoder::new(BufReader::new(File::open(path)?)).take(LARGEST as u64).read_to_end(&mut content)?;
    Ok(content)
}

/// The documents of a file, one after another.
pub(crate) fn documents(path: &Path) -> io::Result<impl Iterator<Item = io::Result<RawDocumentBuf>>> {
    let mut reader = BufReader::new(GzDecoder::new(BufReader::new(File::open(path)?)));
    Ok(std::iter::from_fn(move || next(&mut reader).transpose()))
}

fn next(reader: &mut impl Read) -> io::Result<Option<RawDocumentBuf>> {
    let mut length = [0; 4];
    let mut read = 0;
    while read < length.len() {
        match reader.read(&mut length[read..])? {
            0 if read == 0 => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            some => read += some,
        }
    }
    let whole = usize::try_from(i32::from_le_bytes(length)).ok().filter(|whole| (5..=LARGEST).contains(whole));
    let whole = whole.ok_or_else(|| io::Error::other("this is no BSON"))?;
    let mut bytes = vec![0; whole];
    bytes[..4].copy_from_slice(&length);
    reader.read_exact(&mut bytes[4..])?;
    RawDocumentBuf::from_bytes(bytes).map(Some).map_err(|_| io::Error::other("this is no BSON"))
}

#[cfg(test)]
mod tests {
    use bson::rawdoc;

    use super::super::hash::sha256;
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_what_is_cut_off_is_not() {
        let path = std::env::temp_dir().join(format!("shopkeeper-sheet-{:016x}", rand::random::<u64>()));
        let all = [rawdoc! { "_id": 1_i64 }, rawdoc! { "_id": 2_i64, "title": "Чай" }];
        let bytes: Vec<u8> = all.iter().flat_map(|document| document.as_bytes().to_vec()).collect();
        let entry = write_whole(&path, &bytes).unwrap();
        assert_eq!(sha256(&path).unwrap(), (entry.bytes, entry.sha256));
        let read: Vec<_> = documents(&path).unwrap().map(Result::unwrap).collect();
        assert_eq!(read, all);
        std::fs::remove_file(&path).unwrap();
        write_whole(&path, &bytes[..bytes.len() - 1]).unwrap();
        assert!(documents(&path).unwrap().any(|document| document.is_err()));
        std::fs::remove_file(&path).unwrap();
    }
}
