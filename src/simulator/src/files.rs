//! Files that were sent, and how they are found again.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::pictures;

/// A file's content, and what is known of it.
#[derive(Debug)]
pub(crate) struct Blob {
    pub(crate) bytes: Vec<u8>,
    /// SHA-256 of the content, in lower-case hexadecimal.
    pub(crate) sha256: String,
    /// Width and height of a picture, in pixels.
    pub(crate) size: Option<(u32, u32)>,
    pub(crate) name: String,
    pub(crate) mime: String,
}

impl Blob {
    pub(crate) fn new(bytes: Vec<u8>, name: Option<&str>, mime: Option<&str>) -> Blob {
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let measured = pictures::measure(&bytes);
        let size = measured.map(|(width, height, _)| (width, height));
        // What a picture is, its content says; the sender is asked about anything else only.
        let known = measured.map(|(.., mime)| mime).or(mime).unwrap_or("application/octet-stream");
        Blob { bytes, sha256, size, name: name.unwrap_or("file").to_owned(), mime: known.to_owned() }
    }

    /// Sizes in which a photo is offered, the smallest first: letter, width, height.
    pub(crate) fn photo_sizes(&self) -> Vec<(char, u32, u32)> {
        let (width, height) = self.size.unwrap_or((1, 1));
        pictures::sizes(width, height)
    }

    /// The bytes of one size of a picture and their MIME type: a JPEG, or the content as it came where that is the size.
    pub(crate) fn scaled(&self, letter: char) -> (Vec<u8>, String) {
        let smaller = || {
            let whole = self.size?;
            let (_, width, height) = self.photo_sizes().into_iter().find(|(known, ..)| *known == letter)?;
            if (width, height) == whole { None } else { pictures::scaled(&self.bytes, width, height) }
        };
        match smaller() {
            Some(jpeg) => (jpeg, "image/jpeg".to_owned()),
            None => (self.bytes.clone(), self.mime.clone()),
        }
    }
}

impl PartialEq for Blob {
    fn eq(&self, other: &Blob) -> bool {
        self.sha256 == other.sha256 && self.name == other.name
    }
}

/// What a file was sent as: a photo's `file_id` cannot be sent as a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Photo,
    Document,
}

impl FileKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            FileKind::Photo => "Photo",
            FileKind::Document => "Document",
        }
    }
}

#[derive(Clone)]
struct Known {
    kind: FileKind,
    blob: Arc<Blob>,
}

/// Files that one bot may send again or download. A `file_id` is worth nothing to another bot.
#[derive(Default)]
pub(crate) struct Files {
    bot: i64,
    by_id: HashMap<String, Known>,
    /// With the letter of the size that is behind the path.
    by_path: HashMap<String, (Arc<Blob>, char)>,
}

impl Files {
    pub(crate) fn new(bot: i64) -> Files {
        Files { bot, ..Files::default() }
    }

    /// Makes a file known under all of its identifiers.
    pub(crate) fn keep(&mut self, kind: FileKind, blob: &Arc<Blob>) {
        let letters: Vec<char> = match kind {
            FileKind::Photo => blob.photo_sizes().into_iter().map(|(letter, ..)| letter).collect(),
            FileKind::Document => vec!['d'],
        };
        for letter in letters {
            self.by_id.insert(self.id(blob, letter), Known { kind, blob: Arc::clone(blob) });
            self.by_path.insert(path(blob, letter), (Arc::clone(blob), letter));
        }
    }

    /// `file_id` of one size of a file; `d` is the letter of documents.
    pub(crate) fn id(&self, blob: &Blob, letter: char) -> String {
        let prefix = if letter == 'd' { "BQACAgIAAxkB" } else { "AgACAgIAAxkB" };
        format!("{prefix}{:x}-{}{letter}", self.bot, &blob.sha256[..24])
    }

    /// `file_unique_id`, the same for all bots.
    pub(crate) fn unique_id(blob: &Blob, letter: char) -> String {
        format!("AQAD{}{letter}", &blob.sha256[..12])
    }

    pub(crate) fn find(&self, file_id: &str) -> Option<(FileKind, &Arc<Blob>)> {
        self.by_id.get(file_id).map(|known| (known.kind, &known.blob))
    }

    pub(crate) fn path(&self, file_id: &str) -> Option<(String, &Arc<Blob>)> {
        let known = self.by_id.get(file_id)?;
        Some((path(&known.blob, file_id.chars().last()?), &known.blob))
    }

    /// The file behind a path, and the letter of its size.
    pub(crate) fn at_path(&self, path: &str) -> Option<(Arc<Blob>, char)> {
        self.by_path.get(path).cloned()
    }
}

/// Where a file is downloaded from, behind `/file/bot<token>/`.
pub(crate) fn path(blob: &Blob, letter: char) -> String {
    let folder = if letter == 'd' { "documents" } else { "photos" };
    let ending = if letter == 'd' { blob.name.rsplit('.').next().unwrap_or("bin") } else { "jpg" };
    format!("{folder}/{}{letter}.{ending}", &blob.sha256[..24])
}
