//! Sending files, and what else fills a message besides text.

use serde_json::{Value, json};

use super::input_media::{details, said_in};
use super::sending::{open, send, send_with};
use super::{Call, Outcome, content};
use crate::files::FileKind;
use crate::media::Media;
use crate::refusal::Refusal;
use crate::world::Body;

/// Sends the file that the parameter of its kind names.
fn send_file(call: &mut Call<'_>, kind: FileKind) -> Outcome {
    let chat = open(call)?;
    let blob = content::file(call, kind.field(), kind)?;
    let captioned = !matches!(kind, FileKind::Sticker | FileKind::VideoNote);
    let caption = if captioned { content::caption(call)? } else { Default::default() };
    let mut details = details(call, kind, blob.size);
    let id = call.bot.files.id(&blob, kind.letter());
    call.bot.files.describe(&id, &mut details);
    send(call, chat, Body::Media(Box::new(Media { kind, blob, details, caption })))
}

pub(super) fn send_video(call: &mut Call<'_>) -> Outcome {
    send_file(call, FileKind::Video)
}

pub(super) fn send_animation(call: &mut Call<'_>) -> Outcome {
    send_file(call, FileKind::Animation)
}

pub(super) fn send_audio(call: &mut Call<'_>) -> Outcome {
    send_file(call, FileKind::Audio)
}

pub(super) fn send_voice(call: &mut Call<'_>) -> Outcome {
    send_file(call, FileKind::Voice)
}

/// The longest side of a video note, in pixels (tdlib's `VideoNotesManager.cpp`).
const NOTE: i64 = 640;

pub(super) fn send_video_note(call: &mut Call<'_>) -> Outcome {
    if call.params.integer("length").is_some_and(|length| !(0..=NOTE).contains(&length)) {
        return Err(Refusal::bad("wrong video note length"));
    }
    send_file(call, FileKind::VideoNote)
}

pub(super) fn send_live_photo(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let still = content::file(call, "photo", FileKind::Photo)?;
    let kind = FileKind::LivePhoto;
    let blob = content::file(call, kind.field(), kind)?;
    let caption = content::caption(call)?;
    let mut details = details(call, kind, still.size);
    details.insert("photo".into(), call.bot.photo_json(&still));
    send(call, chat, Body::Media(Box::new(Media { kind, blob, details, caption })))
}

/// A sticker that is known keeps what is known of it; what is no picture is sent as a document.
pub(super) fn send_sticker(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let blob = content::file(call, "sticker", FileKind::Sticker)?;
    let id = call.params.text("sticker").unwrap_or_default().into_owned();
    if let Some(details) = call.bot.stickers.details(&id) {
        let media = Media { kind: FileKind::Sticker, blob, details, caption: Default::default() };
        return send(call, chat, Body::Media(Box::new(media)));
    }
    let moves = [b"\x1f\x8b".as_slice(), b"\x1a\x45\xdf\xa3"].iter().any(|magic| blob.bytes.starts_with(magic));
    let webp = blob.bytes.get(8..12) == Some(b"WEBP".as_slice());
    if blob.size.is_none() && !moves && !webp {
        call.bot.files.keep(FileKind::Document, &blob);
        return send(call, chat, Body::Document(blob, Default::default()));
    }
    let size = blob.size.unwrap_or((512, 512));
    let details = details(call, FileKind::Sticker, Some(size));
    send(
        call,
        chat,
        Body::Media(Box::new(Media { kind: FileKind::Sticker, blob, details, caption: Default::default() })),
    )
}

/// Items of paid media, and stars they may cost (<https://core.telegram.org/bots/api#sendpaidmedia>).
const PAID_ITEMS: std::ops::RangeInclusive<usize> = 1..=10;
const PRICE: std::ops::RangeInclusive<i64> = 1..=25_000;

/// What it shows is hidden from people until they pay, and told to the bot.
pub(super) fn send_paid_media(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let media = call.params.json("media")?.unwrap_or_else(|| json!([]));
    let list = media.as_array().cloned().ok_or_else(|| Refusal::bad("expected an Array of InputPaidMedia"))?;
    if !PAID_ITEMS.contains(&list.len()) {
        return Err(Refusal::bad("invalid number of paid media specified"));
    }
    let price = call.params.integer("star_count").filter(|price| PRICE.contains(price));
    let price = price.ok_or_else(|| Refusal::bad("invalid media price specified"))?;
    let mut items = Vec::new();
    for item in &list {
        let kind = match item.get("type").and_then(Value::as_str) {
            Some("photo") => FileKind::Photo,
            Some("video") => FileKind::Video,
            Some("live_photo") => FileKind::LivePhoto,
            Some(_) => return Err(Refusal::bad("can't parse InputPaidMedia: invalid type specified")),
            None => return Err(Refusal::bad("can't parse InputPaidMedia: Can't find field \"type\"")),
        };
        let reference = item.get("media").and_then(Value::as_str).unwrap_or_default().to_owned();
        let blob = content::referenced(call, &reference, kind)?;
        let object = if kind == FileKind::Photo {
            call.bot.photo_json(&blob)
        } else {
            let mut details = details(call, kind, blob.size);
            said_in(item, &mut details);
            call.bot.media_json(&Media { kind, blob, details, caption: Default::default() })
        };
        items.push(json!({ "type": kind.field(), kind.field(): object }));
    }
    let caption = content::caption(call)?;
    let shown = format!("🔒 {price} ⭐ {}", caption.text);
    let value = json!({ "star_count": price, "paid_media": items });
    let body = Body::Other { field: "paid_media", value, shown };
    send_with(call, chat, body, content::caption_fields(&caption))
}

/// Dice that there are, and their highest values (<https://core.telegram.org/bots/api#dice>).
const DICE: &[(&str, u64)] = &[("🎲", 6), ("🎯", 6), ("🎳", 6), ("🏀", 5), ("⚽", 5), ("🎰", 64)];

/// The values follow each other, so that a test can tell them.
pub(super) fn send_dice(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let asked = call.params.text("emoji").unwrap_or_default().replace('\u{fe0f}', "");
    let asked = if asked.is_empty() { "🎲".to_owned() } else { asked };
    let known = DICE.iter().find(|(emoji, _)| *emoji == asked);
    let (emoji, most) = known.ok_or_else(|| Refusal::bad("DICE_EMOJI_INVALID"))?;
    call.bot.serial += 1;
    let value = (call.bot.serial - 1) % most + 1;
    let shown = format!("{emoji} {value}");
    send(call, chat, Body::Other { field: "dice", value: json!({ "emoji": emoji, "value": value }), shown })
}

pub(super) fn send_venue(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let location = super::locations::read(call)?;
    let text = |call: &Call<'_>, field: &str| call.params.text(field).map(|text| text.into_owned());
    let mut value = json!({ "location": location });
    for field in ["title", "address"] {
        let said = text(call, field).filter(|said| !said.is_empty());
        value[field] = said.ok_or_else(|| Refusal::bad(format!("parameter \"{field}\" is required")))?.into();
    }
    for field in ["foursquare_id", "foursquare_type", "google_place_id", "google_place_type"] {
        if let Some(said) = text(call, field) {
            value[field] = said.into();
        }
    }
    let shown = format!(
        "📍 {}, {}",
        value["title"].as_str().unwrap_or_default(),
        value["address"].as_str().unwrap_or_default()
    );
    send(call, chat, Body::Other { field: "venue", value, shown })
}
