//! What a message may say: texts, captions and their limits, files.

use std::sync::Arc;

use engine::markup::{Rich, parse_html, parse_markdown, parse_markdown_v2};
use rocket::http::ContentType;
use serde_json::{Map, Value};

use super::Call;
use crate::entities::read_entities;
use crate::files::{Blob, FileKind};
use crate::keyboards::{self, Button, ReplyMarkup};
use crate::pictures;
use crate::refusal::Refusal;

/// Characters of a text after entity parsing (<https://core.telegram.org/bots/api#sendmessage>): an emoji of one
/// code point is one, although it takes two UTF-16 units (`create_input_message_content` of tdlib's
/// `MessageContent.cpp`).
const TEXT: usize = 4096;
/// Characters of a caption (<https://core.telegram.org/bots/api#sendphoto>).
const CAPTION: usize = 1024;
/// Bytes of a text before anything of it is read (`get_formatted_text` of `Client.cpp`).
const UNREAD: usize = 1 << 15;
/// Bytes of a photo (<https://core.telegram.org/bots/api#sendphoto>).
const PHOTO_BYTES: usize = 10 << 20;
/// Bytes of any other file that a bot uploads.
const FILE_BYTES: usize = 50 << 20;

/// The `text` of a new message.
pub(super) fn text(call: &Call<'_>) -> Result<Rich, Refusal> {
    let rich = visible_text(call)?;
    if rich.characters() > TEXT {
        return Err(Refusal::bad("message is too long"));
    }
    Ok(rich)
}

/// The `text` of an edit, which is refused in other words when it is too long.
pub(super) fn edited_text(call: &Call<'_>) -> Result<Rich, Refusal> {
    let rich = visible_text(call)?;
    if rich.characters() > TEXT {
        return Err(Refusal::bad("MESSAGE_TOO_LONG"));
    }
    Ok(rich)
}

fn visible_text(call: &Call<'_>) -> Result<Rich, Refusal> {
    if call.params.text("text").unwrap_or_default().is_empty() {
        return Err(Refusal::bad("message text is empty"));
    }
    let rich = rich(call, "text", "entities")?;
    if rich.is_blank() {
        return Err(Refusal::bad("text must be non-empty"));
    }
    Ok(rich)
}

pub(super) fn caption(call: &Call<'_>) -> Result<Rich, Refusal> {
    short_enough(rich(call, "caption", "caption_entities")?)
}

pub(super) fn short_enough(caption: Rich) -> Result<Rich, Refusal> {
    if caption.characters() > CAPTION {
        return Err(Refusal::bad("message caption is too long"));
    }
    Ok(caption)
}

fn rich(call: &Call<'_>, text: &str, entities: &str) -> Result<Rich, Refusal> {
    rich_of(call, text, "parse_mode", entities)
}

/// A text that says in fields of its own how it is marked.
pub(super) fn rich_of(call: &Call<'_>, text: &str, mode: &str, entities: &str) -> Result<Rich, Refusal> {
    let mode = call.params.text(mode);
    let text = call.params.text(text).unwrap_or_default();
    // The server passes over what is not JSON.
    read_rich(&text, mode.as_deref(), call.params.json(entities).unwrap_or_default())
}

pub(super) fn read_rich(text: &str, mode: Option<&str>, entities: Option<Value>) -> Result<Rich, Refusal> {
    if text.len() > UNREAD {
        return Err(Refusal::bad("text is too long"));
    }
    let mode = mode.unwrap_or_default().to_ascii_lowercase();
    let mut rich = match mode.as_str() {
        _ if text.is_empty() => Rich::default(),
        "" | "none" => {
            let entities = entities.map_or(Ok(Vec::new()), |entities| read_entities(&entities))?;
            Rich::new(text.to_owned(), entities).map_err(Refusal::bad)?
        }
        "html" => parse_html(text).map_err(Refusal::bad)?,
        "markdown" => parse_markdown(text).map_err(Refusal::bad)?,
        "markdownv2" => parse_markdown_v2(text).map_err(Refusal::bad)?,
        _ => return Err(Refusal::bad("unsupported parse_mode")),
    };
    rich.find_entities();
    Ok(rich)
}

/// A caption as fields of a message.
pub(super) fn caption_fields(caption: &Rich) -> Map<String, Value> {
    let mut fields = Map::new();
    if !caption.text.is_empty() {
        fields.insert("caption".into(), caption.text.as_str().into());
        let entities = crate::entities::entities_json(caption);
        if !entities.is_empty() {
            fields.insert("caption_entities".into(), entities.into());
        }
    }
    fields
}

pub(super) fn markup(call: &Call<'_>) -> Result<ReplyMarkup, Refusal> {
    keyboards::parse(call.params.json("reply_markup")?)
}

/// The buttons below a message that is edited: none, where the call names none.
pub(super) fn inline_buttons(call: &Call<'_>) -> Result<Vec<Vec<Button>>, Refusal> {
    match markup(call)? {
        ReplyMarkup::Inline(buttons) => Ok(buttons),
        ReplyMarkup::None => Ok(Vec::new()),
        _ => Err(Refusal::bad("inline keyboard expected")),
    }
}

/// A file given by a field: an upload of that name, `attach://` one of another name, or a `file_id`.
pub(super) fn file(call: &mut Call<'_>, field: &str, kind: FileKind) -> Result<Arc<Blob>, Refusal> {
    if let Some(upload) = call.params.take_upload(field) {
        return keep(call, upload, kind);
    }
    let reference = call.params.text(field).unwrap_or_default().into_owned();
    referenced(call, &reference, kind)
}

/// A file given by a reference: `attach://<name>`, an address, or a `file_id`.
pub(super) fn referenced(call: &mut Call<'_>, reference: &str, kind: FileKind) -> Result<Arc<Blob>, Refusal> {
    if let Some(name) = reference.strip_prefix("attach://") {
        let upload = call.params.take_upload(name);
        let upload = upload.ok_or_else(|| Refusal::bad(format!("attached file \"{name}\" not found")))?;
        return keep(call, upload, kind);
    }
    if reference.is_empty() {
        let name = kind.name().to_lowercase();
        return Err(Refusal::bad(format!("there is no {name} in the request")));
    }
    if reference.starts_with("http://") || reference.starts_with("https://") {
        return Ok(placeholder(call, reference, kind));
    }
    match call.bot.files.find(reference) {
        None => Err(Refusal::bad("wrong file identifier/HTTP URL specified")),
        Some((known, _)) if known != kind => {
            Err(Refusal::bad(format!("can't use file of type {} as {}", known.name(), kind.name())))
        }
        Some((_, blob)) => Ok(Arc::clone(blob)),
    }
}

/// What stands for a file on the internet, which the simulator does not have: another one for each address, called by it.
fn placeholder(call: &mut Call<'_>, address: &str, kind: FileKind) -> Arc<Blob> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("file");
    let blob = if matches!(kind, FileKind::Photo | FileKind::Sticker | FileKind::LivePhoto) {
        Blob::new(pictures::tiny_png(address), Some(name), None)
    } else {
        Blob::new(address.as_bytes().to_vec(), Some(name), mime(kind, Some(name), None).as_deref())
    };
    let blob = Arc::new(blob);
    call.bot.pictures.name_if_new(&blob.sha256, name);
    call.bot.files.keep(kind, &blob);
    blob
}

/// What a file is: by what the sender says, by the ending of its name, or by what it is sent as.
fn mime(kind: FileKind, name: Option<&str>, said: Option<&str>) -> Option<String> {
    let said = said.filter(|said| *said != "application/octet-stream");
    let by_name = || {
        let (_, ending) = name?.rsplit_once('.')?;
        ContentType::from_extension(ending).map(|known| known.to_string())
    };
    let by_kind = || {
        let known = match kind {
            FileKind::Video | FileKind::VideoNote | FileKind::Animation => "video/mp4",
            FileKind::Audio => "audio/mpeg",
            FileKind::LivePhoto => "video/quicktime",
            FileKind::Voice | FileKind::Photo | FileKind::Document | FileKind::Sticker => return None,
        };
        Some(known.to_owned())
    };
    match kind {
        // All voices are OGG, whatever they are called (<https://core.telegram.org/bots/api#sendvoice>).
        FileKind::Voice => Some("audio/ogg".to_owned()),
        _ => said.map(str::to_owned).or_else(by_name).or_else(by_kind),
    }
}

fn keep(call: &mut Call<'_>, upload: crate::params::Upload, kind: FileKind) -> Result<Arc<Blob>, Refusal> {
    let limit = if kind == FileKind::Photo { PHOTO_BYTES } else { FILE_BYTES };
    if upload.bytes.is_empty() {
        return Err(Refusal::bad("file must be non-empty"));
    }
    if upload.bytes.len() > limit {
        return Err(Refusal::new(413, "Request Entity Too Large"));
    }
    let mime = mime(kind, upload.name.as_deref(), upload.mime.as_deref());
    let blob = Blob::new(upload.bytes, upload.name.as_deref(), mime.as_deref());
    if kind == FileKind::Photo {
        check_photo(call, &blob)?;
    }
    let blob = Arc::new(blob);
    call.bot.files.keep(kind, &blob);
    Ok(blob)
}

/// Width and height sum up to 10,000 at most, and their ratio is at most 20
/// (<https://core.telegram.org/bots/api#sendphoto>).
fn check_photo(call: &Call<'_>, blob: &Blob) -> Result<(), Refusal> {
    let Some((width, height)) = blob.size else {
        return Err(Refusal::bad("IMAGE_PROCESS_FAILED"));
    };
    let (short, long) = (u64::from(width.min(height)), u64::from(width.max(height)));
    if short + long > 10_000 || long > short * 20 {
        return Err(Refusal::bad("PHOTO_INVALID_DIMENSIONS"));
    }
    if !call.bot.pictures.is_sound(&blob.sha256, &blob.bytes) {
        return Err(Refusal::bad("IMAGE_PROCESS_FAILED"));
    }
    Ok(())
}
