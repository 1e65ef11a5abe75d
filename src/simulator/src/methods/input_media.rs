//! Files and what is said of them: as parameters, in an album, or in the place of another.

use serde_json::{Map, Value};

use super::{Call, content};
use crate::bot_api;
use crate::files::FileKind;
use crate::media::Media;
use crate::refusal::Refusal;
use crate::world::Body;

/// An `InputMedia`: its file, and the caption inside of it.
pub(super) fn media(call: &mut Call<'_>, media: &Value) -> Result<Body, Refusal> {
    let field = |key: &str| media.get(key).and_then(Value::as_str);
    let entities = media.get("caption_entities").cloned();
    let caption = content::short_enough(content::read_rich(
        field("caption").unwrap_or_default(),
        field("parse_mode"),
        entities,
    )?)?;
    let wrong = |words: String| Refusal::bad(format!("can't parse InputMedia: {words}"));
    let kind = match field("type") {
        Some("photo") => FileKind::Photo,
        Some("document") => FileKind::Document,
        Some("video") => FileKind::Video,
        Some("animation") => FileKind::Animation,
        Some("audio") => FileKind::Audio,
        Some("live_photo") => FileKind::LivePhoto,
        Some(other) => return Err(wrong(format!("type \"{other}\" is unsupported"))),
        None => return Err(wrong("Can't find field \"type\"".to_owned())),
    };
    in_album(call, kind, media, caption)
}

/// The field that puts a caption above its picture: of a call, of an `InputMedia`, and of a message.
pub(super) const ABOVE: &str = "show_caption_above_media";
/// Fields of an `InputMedia` for how it is shown, and those of the message that are set by them.
const SHOWN: [(&str, &str); 2] = [("has_spoiler", "has_media_spoiler"), (ABOVE, ABOVE)];

/// How a message's media are shown, as its sender asks for it.
pub(super) fn shown(body: &Body, asks: impl Fn(&str) -> bool) -> Map<String, Value> {
    let is_seen = matches!(body, Body::Photo(..) | Body::Media(_));
    let asked = SHOWN.into_iter().filter(|(field, _)| is_seen && asks(field));
    asked.map(|(_, told)| (told.to_owned(), true.into())).collect()
}

/// The same, of an `InputMedia`.
pub(super) fn shown_in(body: &Body, media: &Value) -> Map<String, Value> {
    shown(body, |field| media.get(field).and_then(Value::as_bool).unwrap_or_default())
}

/// Takes away how a message's media were shown.
pub(super) fn forget_shown(extras: &mut Map<String, Value>) {
    SHOWN.iter().for_each(|(_, told)| drop(extras.remove(*told)));
}

/// What the sender says of a file: those fields of its object that are parameters, and zero for those that are always there.
pub(super) fn details(call: &Call<'_>, kind: FileKind, size: Option<(u32, u32)>) -> Map<String, Value> {
    let mut details = Map::new();
    let (width, height) = size.unwrap_or((0, 0));
    for (name, field) in bot_api::fields(kind.object()).into_iter().flatten() {
        let said = call.params.integer(name);
        let value = match (name.as_str(), field.kind.as_str()) {
            ("file_size" | "file_id" | "file_unique_id" | "file_name" | "mime_type", _) => None,
            ("width", _) => Some(said.unwrap_or(width.into()).into()),
            ("height", _) => Some(said.unwrap_or(height.into()).into()),
            ("duration" | "length", _) => Some(said.unwrap_or_default().into()),
            ("performer" | "title" | "emoji", _) => call.params.text(name).map(Value::from),
            ("start_timestamp", _) => said.map(Value::from),
            ("is_animated" | "is_video", _) => Some(false.into()),
            ("type", _) => Some("regular".into()),
            _ => None,
        };
        details.extend(value.map(|value| (name.clone(), value)));
    }
    details
}

/// What an item of a list says of its file itself.
pub(super) fn said_in(item: &Value, details: &mut Map<String, Value>) {
    for (name, value) in details {
        if let Some(said) = item.get(name.as_str()) {
            *value = said.clone();
        }
    }
}

/// What a file is in an album or in the place of another.
pub(super) fn in_album(
    call: &mut Call<'_>,
    kind: FileKind,
    item: &Value,
    caption: engine::markup::Rich,
) -> Result<Body, Refusal> {
    let reference = item.get("media").and_then(Value::as_str);
    let reference = reference.ok_or_else(|| Refusal::bad("can't parse InputMedia: media not found"))?.to_owned();
    let blob = content::referenced(call, &reference, kind)?;
    let mut details = details(call, kind, blob.size);
    said_in(item, &mut details);
    for field in ["performer", "title"] {
        if let (FileKind::Audio, Some(said)) = (kind, item.get(field)) {
            details.insert(field.to_owned(), said.clone());
        }
    }
    Ok(match kind {
        FileKind::Photo => Body::Photo(blob, caption),
        FileKind::Document => Body::Document(blob, caption),
        kind => Body::Media(Box::new(Media { kind, blob, details, caption })),
    })
}
