//! Files that were sent, and the headers of pictures.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

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
        let size = picture_size(&bytes);
        let guess = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
        let mime = mime.unwrap_or(if size.is_some() { guess } else { "application/octet-stream" });
        Blob { bytes, sha256, size, name: name.unwrap_or("file").to_owned(), mime: mime.to_owned() }
    }

    /// Sizes in which a photo is offered, the smallest first: letter, width, height. The last one is the photo itself,
    /// at most 1280 pixels a side.
    pub(crate) fn photo_sizes(&self) -> Vec<(char, u32, u32)> {
        let (width, height) = self.size.unwrap_or((1, 1));
        let longest = width.max(height);
        let fit = |side: u32| {
            let scale = |length: u32| (u64::from(length) * u64::from(side) / u64::from(longest)).max(1) as u32;
            (scale(width), scale(height))
        };
        let mut sizes = Vec::new();
        for (letter, side) in [('s', 90), ('m', 320), ('x', 800), ('y', 1280)] {
            let (scaled_width, scaled_height) = fit(side.min(longest));
            sizes.push((letter, scaled_width, scaled_height));
            if side >= longest {
                break;
            }
        }
        sizes
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
    by_path: HashMap<String, Arc<Blob>>,
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
            self.by_path.insert(path(blob, letter), Arc::clone(blob));
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

    pub(crate) fn at_path(&self, path: &str) -> Option<Arc<Blob>> {
        self.by_path.get(path).cloned()
    }
}

/// Where a file is downloaded from, behind `/file/bot<token>/`.
pub(crate) fn path(blob: &Blob, letter: char) -> String {
    let folder = if letter == 'd' { "documents" } else { "photos" };
    let ending = if blob.mime == "image/png" { "png" } else { "jpg" };
    let ending = if letter == 'd' { blob.name.rsplit('.').next().unwrap_or("bin") } else { ending };
    format!("{folder}/{}{letter}.{ending}", &blob.sha256[..24])
}

/// Width and height from the header of a PNG or JPEG.
pub(crate) fn picture_size(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        return Some((number(16)?, number(20)?)).filter(|(width, height)| *width > 0 && *height > 0);
    }
    if bytes.starts_with(b"\xFF\xD8") { jpeg_size(bytes) } else { None }
}

/// Walks the segments of a JPEG up to the frame header, which carries height and width.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let pair = |at: usize| Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        match *bytes.get(at + 1)? {
            // Padding, and markers without a length.
            0xFF => at += 1,
            0x01 | 0xD0..=0xD8 => at += 2,
            // Frame headers; C4, C8 and CC are tables.
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Some((pair(at + 7)?, pair(at + 5)?)).filter(|(width, height)| *width > 0 && *height > 0);
            }
            _ => at += 2 + pair(at + 2)? as usize,
        }
    }
}
