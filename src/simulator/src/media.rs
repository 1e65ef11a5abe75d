//! Files that are neither photos nor documents: what the Bot API tells of them.

use std::sync::Arc;

use engine::markup::Rich;
use serde_json::{Map, Value};

use super::files::{Blob, FileKind};

/// A video, animation, audio, voice message, video note, sticker or live photo.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Media {
    pub(crate) kind: FileKind,
    pub(crate) blob: Arc<Blob>,
    /// What the sender says of it: the fields of its object that are not about the file, such as `duration`.
    pub(crate) details: Map<String, Value>,
    pub(crate) caption: Rich,
}

impl Media {
    /// What a person sees of it.
    pub(crate) fn shown(&self) -> String {
        let said = |field: &str| self.details.get(field).and_then(Value::as_str).unwrap_or_default();
        let seconds = self.details.get("duration").and_then(Value::as_i64).unwrap_or_default();
        let time = format!("{}:{:02}", seconds / 60, seconds % 60);
        let head = match self.kind {
            FileKind::Sticker => Some(said("emoji")).filter(|emoji| !emoji.is_empty()).unwrap_or("🏷").to_owned(),
            FileKind::Voice => format!("🎤 {time}"),
            FileKind::Audio => format!("🎵 {} {time}", self.blob.name),
            FileKind::VideoNote => format!("⏺ {time}"),
            FileKind::Animation => format!("🎞 {}", self.blob.name),
            _ => format!("🎬 {time}"),
        };
        if self.caption.text.is_empty() { head } else { format!("{head}\n{}", self.caption.to_chat()) }
    }
}
