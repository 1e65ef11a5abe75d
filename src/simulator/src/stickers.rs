//! Sets of stickers.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::files::{Blob, FileKind, Files};
use super::pictures;

/// All sets that the bot can know.
#[derive(Debug, Default)]
pub(crate) struct Stickers {
    sets: BTreeMap<String, StickerSet>,
    /// Counts custom emoji.
    emoji: u64,
}

/// A set, called by a name that no other has.
#[derive(Debug)]
pub(crate) struct StickerSet {
    pub(crate) name: String,
    pub(crate) title: String,
    /// `regular`, `mask` or `custom_emoji`.
    pub(crate) kind: String,
    pub(crate) stickers: Vec<Sticker>,
    pub(crate) thumbnail: Option<Arc<Blob>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Sticker {
    pub(crate) file_id: String,
    pub(crate) blob: Arc<Blob>,
    pub(crate) format: String,
    /// The first is told of the sticker.
    pub(crate) emoji: Vec<String>,
    pub(crate) mask: Option<Value>,
    pub(crate) custom_emoji: Option<String>,
}

impl Stickers {
    /// Names of sets are the same in any case.
    pub(crate) fn find(&self, name: &str) -> Option<&StickerSet> {
        self.sets.get(&name.to_ascii_lowercase())
    }

    pub(crate) fn find_mut(&mut self, name: &str) -> Option<&mut StickerSet> {
        self.sets.get_mut(&name.to_ascii_lowercase())
    }

    pub(crate) fn keep(&mut self, set: StickerSet) {
        self.sets.insert(set.name.to_ascii_lowercase(), set);
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<StickerSet> {
        self.sets.remove(&name.to_ascii_lowercase())
    }

    /// The set and the place of a sticker.
    pub(crate) fn locate(&mut self, file_id: &str) -> Option<(&mut StickerSet, usize)> {
        self.sets.values_mut().find_map(|set| {
            let place = set.stickers.iter().position(|sticker| sticker.file_id == file_id)?;
            Some((set, place))
        })
    }

    /// All stickers that are custom emoji.
    pub(crate) fn custom(&self) -> impl Iterator<Item = (&StickerSet, &Sticker)> {
        self.sets
            .values()
            .flat_map(|set| set.stickers.iter().map(move |one| (set, one)))
            .filter(|(_, one)| one.custom_emoji.is_some())
    }

    /// An identifier that no custom emoji has.
    pub(crate) fn next_emoji(&mut self) -> String {
        self.emoji += 1;
        format!("53683241706712{:05}", self.emoji)
    }

    /// What is told of a sticker beside its file.
    pub(crate) fn details(&self, file_id: &str) -> Option<Map<String, Value>> {
        let of = |set: &StickerSet| set.stickers.iter().find(|one| one.file_id == file_id).map(|one| one.details(set));
        self.sets.values().find_map(of)
    }
}

impl Sticker {
    pub(crate) fn details(&self, set: &StickerSet) -> Map<String, Value> {
        let (width, height) = self.blob.size.unwrap_or((512, 512));
        let mut details = json!({
            "width": width, "height": height, "type": set.kind, "is_animated": self.format == "animated",
            "is_video": self.format == "video", "set_name": set.name,
        });
        if let Some(emoji) = self.emoji.first() {
            details["emoji"] = emoji.as_str().into();
        }
        if let Some(mask) = &self.mask {
            details["mask_position"] = mask.clone();
        }
        if let Some(id) = &self.custom_emoji {
            details["custom_emoji_id"] = id.as_str().into();
        }
        details.as_object().cloned().unwrap_or_default()
    }
}

/// A sticker that everybody has, and what is told of it beside its file.
pub(crate) fn cat() -> (Blob, Map<String, Value>) {
    let details = json!({
        "width": 512, "height": 512, "type": "regular", "is_animated": false, "is_video": false, "emoji": "🐱",
        "set_name": "Cats",
    });
    (
        Blob::new(pictures::tiny_png("a cat"), Some("sticker.webp"), None),
        details.as_object().cloned().unwrap_or_default(),
    )
}

/// The same as a `Sticker`, whose file the bot can ask for.
pub(crate) fn sample(files: &mut Files) -> Value {
    let (blob, mut sticker) = cat();
    let (blob, letter) = (Arc::new(blob), FileKind::Sticker.letter());
    files.keep(FileKind::Sticker, &blob);
    sticker.insert("file_id".to_owned(), files.id(&blob, letter).into());
    sticker.insert("file_unique_id".to_owned(), Files::unique_id(&blob, letter).into());
    sticker.insert("file_size".to_owned(), blob.bytes.len().into());
    sticker.into()
}
