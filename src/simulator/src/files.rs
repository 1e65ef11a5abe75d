//! Files that were sent, and how they are found again.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use strum::IntoEnumIterator;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter)]
pub(crate) enum FileKind {
    Photo,
    Document,
    Video,
    Animation,
    Audio,
    Voice,
    VideoNote,
    Sticker,
    LivePhoto,
}

impl FileKind {
    /// As a refusal calls it (tdlib's `FileType.cpp`).
    pub(crate) fn name(self) -> &'static str {
        match self {
            FileKind::Photo => "Photo",
            FileKind::Document => "Document",
            FileKind::Video => "Video",
            FileKind::Animation => "Animation",
            FileKind::Audio => "Audio",
            FileKind::Voice => "VoiceNote",
            FileKind::VideoNote => "VideoNote",
            FileKind::Sticker => "Sticker",
            FileKind::LivePhoto => "LivePhoto",
        }
    }

    /// The field of a `Message`, and the parameter of the method that sends it.
    pub(crate) fn field(self) -> &'static str {
        match self {
            FileKind::Photo => "photo",
            FileKind::Document => "document",
            FileKind::Video => "video",
            FileKind::Animation => "animation",
            FileKind::Audio => "audio",
            FileKind::Voice => "voice",
            FileKind::VideoNote => "video_note",
            FileKind::Sticker => "sticker",
            FileKind::LivePhoto => "live_photo",
        }
    }

    /// The object of the Bot API that describes it.
    pub(crate) fn object(self) -> &'static str {
        match self {
            FileKind::Photo => "PhotoSize",
            FileKind::Voice => "Voice",
            other => other.name(),
        }
    }

    /// The last letter of its `file_id`s; photos have those of their sizes.
    pub(crate) fn letter(self) -> char {
        match self {
            FileKind::Photo => 'x',
            FileKind::Document => 'd',
            FileKind::Video => 'v',
            FileKind::Animation => 'g',
            FileKind::Audio => 'u',
            FileKind::Voice => 'o',
            FileKind::VideoNote => 'n',
            FileKind::Sticker => 't',
            FileKind::LivePhoto => 'l',
        }
    }

    fn of_letter(letter: char) -> FileKind {
        FileKind::iter().find(|kind| kind.letter() == letter).unwrap_or(FileKind::Photo)
    }

    /// How `file_id`s of the real server begin.
    fn prefix(self) -> &'static str {
        match self {
            FileKind::Photo => "AgACAgIAAxkB",
            FileKind::Document => "BQACAgIAAxkB",
            FileKind::Video | FileKind::LivePhoto => "BAACAgIAAxkB",
            FileKind::Animation => "CgACAgIAAxkB",
            FileKind::Audio => "CQACAgIAAxkB",
            FileKind::Voice => "AwACAgIAAxkB",
            FileKind::VideoNote => "DQACAgIAAxkB",
            FileKind::Sticker => "CAACAgIAAxkB",
        }
    }

    /// The first folder of its `file_path`.
    fn folder(self) -> &'static str {
        match self {
            FileKind::Photo => "photos",
            FileKind::Document => "documents",
            FileKind::Video | FileKind::LivePhoto => "videos",
            FileKind::Animation => "animations",
            FileKind::Audio => "music",
            FileKind::Voice => "voice",
            FileKind::VideoNote => "video_notes",
            FileKind::Sticker => "stickers",
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
    /// What senders have said of files, such as their duration, by `file_id`.
    details: HashMap<String, Map<String, Value>>,
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
            other => vec![other.letter()],
        };
        for letter in letters {
            self.by_id.insert(self.id(blob, letter), Known { kind, blob: Arc::clone(blob) });
            self.by_path.insert(path(blob, letter), (Arc::clone(blob), letter));
        }
    }

    /// Keeps what a sender has said of a file; what nobody says this time is as it was.
    pub(crate) fn describe(&mut self, file_id: &str, details: &mut Map<String, Value>) {
        let known = self.details.entry(file_id.to_owned()).or_default();
        for (field, value) in details.iter_mut() {
            let is_said = !(value.is_null() || *value == 0);
            match known.get(field) {
                Some(before) if !is_said => *value = before.clone(),
                _ => {}
            }
        }
        known.clone_from(details);
    }

    /// Makes a file known under one more identifier, such as that of its place in a set of stickers.
    pub(crate) fn keep_as(&mut self, file_id: &str, kind: FileKind, blob: &Arc<Blob>) {
        self.keep(kind, blob);
        self.by_id.insert(file_id.to_owned(), Known { kind, blob: Arc::clone(blob) });
    }

    /// `file_id` of one size of a photo, or of a file of the kind that has the letter.
    pub(crate) fn id(&self, blob: &Blob, letter: char) -> String {
        let prefix = FileKind::of_letter(letter).prefix();
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
    let kind = FileKind::of_letter(letter);
    let folder = kind.folder();
    let ending = if kind == FileKind::Photo { "jpg" } else { blob.name.rsplit('.').next().unwrap_or("bin") };
    format!("{folder}/{}{letter}.{ending}", &blob.sha256[..24])
}
