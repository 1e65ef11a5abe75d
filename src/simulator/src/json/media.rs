//! Files, polls and stickers as objects of the Bot API.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::bot_api;
use crate::files::{Blob, FileKind, Files};
use crate::media::Media;
use crate::polls::Poll;
use crate::stickers::{Sticker, StickerSet};
use crate::world::Bot;

impl Bot {
    /// The object of a file, such as `Video`.
    pub(crate) fn media_json(&self, media: &Media) -> Value {
        let mut object = media.details.clone();
        let letter = media.kind.letter();
        let size = media.blob.bytes.len();
        let all = [
            ("file_id", Value::from(self.files.id(&media.blob, letter))),
            ("file_unique_id", Files::unique_id(&media.blob, letter).into()),
            ("file_size", size.into()),
            ("file_name", media.blob.name.as_str().into()),
            ("mime_type", media.blob.mime.as_str().into()),
        ];
        let known = bot_api::fields(media.kind.object());
        let has = |field: &str| known.is_some_and(|known| known.contains_key(field));
        object.extend(all.into_iter().filter(|(field, _)| has(field)).map(|(field, value)| (field.to_owned(), value)));
        Value::Object(object)
    }

    /// `ChatPhoto` of a picture.
    pub(crate) fn chat_photo_json(&self, blob: &Blob) -> Value {
        let sizes = blob.photo_sizes();
        let id = |size: Option<&(char, u32, u32)>| size.map_or('x', |(letter, ..)| *letter);
        let (small, big) = (id(sizes.first()), id(sizes.last()));
        json!({
            "small_file_id": self.files.id(blob, small), "small_file_unique_id": Files::unique_id(blob, small),
            "big_file_id": self.files.id(blob, big), "big_file_unique_id": Files::unique_id(blob, big),
        })
    }

    /// The same poll once more, without votes: its id.
    pub(crate) fn poll_again(&mut self, id: &str) -> String {
        self.serial += 1;
        let new = format!("{}{:08}", self.id, self.serial);
        if let Some(poll) = self.polls_sent.get(id).cloned() {
            let close_date = poll.open_period.map(|seconds| self.unix_now() + seconds);
            let anew = Poll { id: new.clone(), votes: BTreeMap::new(), is_closed: false, close_date, ..poll };
            self.polls_sent.insert(new.clone(), anew);
        }
        new
    }

    /// The poll as its message shows it.
    pub(crate) fn poll_json(&self, id: &str) -> Value {
        self.polls_sent.get(id).map_or(Value::Null, |poll| poll.json(self.unix_now()))
    }

    /// A `Sticker`.
    pub(crate) fn sticker_json(&self, set: &StickerSet, sticker: &Sticker) -> Value {
        let media = Media {
            kind: FileKind::Sticker,
            blob: Arc::clone(&sticker.blob),
            details: sticker.details(set),
            caption: Default::default(),
        };
        let mut object = self.media_json(&media);
        object["file_id"] = sticker.file_id.as_str().into();
        object
    }

    /// A `StickerSet`.
    pub(crate) fn set_json(&self, set: &StickerSet) -> Value {
        let stickers: Vec<Value> = set.stickers.iter().map(|sticker| self.sticker_json(set, sticker)).collect();
        let mut object =
            json!({ "name": set.name, "title": set.title, "sticker_type": set.kind, "stickers": stickers });
        // No longer documented, and still sent (`Client.cpp`, `JsonStickerSet`): libraries wait for it.
        object["contains_masks"] = (set.kind == "mask").into();
        if let Some(size) = set.thumbnail.as_ref().and_then(|blob| self.photo_json(blob).get(0).cloned()) {
            object["thumbnail"] = size;
        }
        object
    }
}
