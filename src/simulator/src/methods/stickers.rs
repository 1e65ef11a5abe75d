//! Sets of stickers, made and changed by the bot.

use std::sync::Arc;

use serde_json::{Value, json};

use super::members::subject;
use super::{Call, Outcome, content};
use crate::files::{FileKind, Files};
use crate::refusal::Refusal;
use crate::stickers::{Sticker, StickerSet};

/// Limits of <https://core.telegram.org/bots/api#createnewstickerset>: characters, stickers, emoji of one sticker, pixels.
const TITLE: usize = 64;
const FIRST: usize = 50;
const MOST: usize = 120;
const MOST_EMOJI: usize = 200;
const EMOJI: usize = 20;
const SIDE: u32 = 512;
const EMOJI_SIDE: u32 = 100;
/// Characters of all keywords of a sticker together.
const KEYWORDS: usize = 64;

/// Reads an `InputSticker`.
fn sticker(call: &mut Call<'_>, value: &Value, kind: &str) -> Result<Sticker, Refusal> {
    let wrong = |words: &str| Refusal::bad(format!("can't parse InputSticker: {words}"));
    if !value.is_object() {
        return Err(wrong("InputSticker must be an Object"));
    }
    let format = value.get("format").and_then(Value::as_str).unwrap_or("static").to_owned();
    if !["static", "animated", "video"].contains(&format.as_str()) {
        return Err(wrong("invalid sticker format specified"));
    }
    let emoji = emoji_list(value.get("emoji_list").unwrap_or(&Value::Null))?;
    let reference = value.get("sticker").and_then(Value::as_str).unwrap_or_default().to_owned();
    if reference.is_empty() {
        return Err(Refusal::bad("there is no sticker file in the request"));
    }
    let blob = content::referenced(call, &reference, FileKind::Sticker)?;
    if format == "static" {
        let side = if kind == "custom_emoji" { EMOJI_SIDE } else { SIDE };
        let (width, height) = blob.size.ok_or_else(|| Refusal::bad("STICKER_PNG_NOPNG"))?;
        let fits = if kind == "custom_emoji" { (width, height) == (side, side) } else { width.max(height) == side };
        if !fits {
            return Err(Refusal::bad("STICKER_PNG_DIMENSIONS"));
        }
    }
    let custom_emoji = (kind == "custom_emoji").then(|| call.bot.stickers.next_emoji());
    // The same picture may stand in several places.
    call.bot.serial += 1;
    let file_id = format!("{}-{}t", call.bot.files.id(&blob, 't').trim_end_matches('t'), call.bot.serial);
    call.bot.files.keep_as(&file_id, FileKind::Sticker, &blob);
    let mask = value.get("mask_position").filter(|mask| mask.is_object()).cloned();
    Ok(Sticker { file_id, blob, format, emoji, mask, custom_emoji })
}

fn emoji_list(value: &Value) -> Result<Vec<String>, Refusal> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |one: &Value| one.as_str().map(str::to_owned).ok_or_else(|| Refusal::bad("emoji must be a string"));
    let list = list.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    if list.is_empty() {
        return Err(Refusal::bad("emoji list must be non-empty"));
    }
    if list.len() > EMOJI {
        return Err(Refusal::bad("too many emoji specified"));
    }
    if list.iter().any(|emoji| emoji.is_ascii()) {
        return Err(Refusal::bad("expected a Unicode emoji"));
    }
    Ok(list)
}

/// Names end with `_by_` and the bot's username, in any case.
fn check_name(call: &Call<'_>, name: &str) -> Result<(), Refusal> {
    let ending = format!("_by_{}", call.bot.username).to_ascii_lowercase();
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let right = letters && starts && name.len() <= 64 && name.to_ascii_lowercase().ends_with(&ending);
    if right && !name.contains("__") { Ok(()) } else { Err(Refusal::bad("invalid sticker set name is specified")) }
}

fn title(call: &Call<'_>) -> Result<String, Refusal> {
    let title = call.params.text("title").unwrap_or_default().trim().to_owned();
    match title.chars().count() {
        0 => Err(Refusal::bad("sticker set title must be non-empty")),
        1..=TITLE => Ok(title),
        _ => Err(Refusal::bad("PACK_TITLE_INVALID")),
    }
}

pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    subject(call)?;
    let name = call.params.text("name").unwrap_or_default().into_owned();
    let title = title(call)?;
    check_name(call, &name)?;
    if call.bot.stickers.find(&name).is_some() {
        return Err(Refusal::bad("sticker set name is already occupied"));
    }
    let kind = call
        .params
        .text("sticker_type")
        .filter(|kind| !kind.is_empty())
        .map_or("regular".to_owned(), |kind| kind.into_owned());
    if !["regular", "mask", "custom_emoji"].contains(&kind.as_str()) {
        return Err(Refusal::bad("unsupported sticker type specified"));
    }
    let value = call.params.json("stickers")?.unwrap_or_else(|| json!([]));
    let list = value.as_array().cloned().ok_or_else(|| Refusal::bad("expected an Array of InputSticker"))?;
    if list.is_empty() {
        return Err(Refusal::bad("at least 1 sticker must be specified"));
    }
    if list.len() > FIRST {
        return Err(Refusal::bad("too many stickers specified"));
    }
    let stickers = list.iter().map(|value| sticker(call, value, &kind)).collect::<Result<Vec<_>, _>>()?;
    call.bot.stickers.keep(StickerSet { name, title, kind, stickers, thumbnail: None });
    Ok(true.into())
}

/// The set that the call names, which is one of the bot's own.
fn own<'a>(call: &'a mut Call<'_>) -> Result<&'a mut StickerSet, Refusal> {
    let name = call.params.text("name").unwrap_or_default().into_owned();
    if name.is_empty() {
        return Err(Refusal::bad("sticker set name must be non-empty"));
    }
    if call.bot.stickers.find(&name).is_none() {
        return Err(Refusal::bad("STICKERSET_INVALID"));
    }
    check_name(call, &name).map_err(|_| Refusal::bad("STICKERSET_NOT_MODIFIED"))?;
    call.bot.stickers.find_mut(&name).ok_or_else(|| Refusal::bad("STICKERSET_INVALID"))
}

/// The sticker of a file id, which stands in one of the bot's own sets.
fn located<'a>(call: &'a mut Call<'_>, field: &str) -> Result<(&'a mut StickerSet, usize), Refusal> {
    let id = call.params.text(field).unwrap_or_default().into_owned();
    if id.is_empty() {
        return Err(Refusal::bad("sticker is not specified"));
    }
    let ending = format!("_by_{}", call.bot.username).to_ascii_lowercase();
    let (set, place) = call.bot.stickers.locate(&id).ok_or_else(|| Refusal::bad("wrong file identifier specified"))?;
    if set.name.to_ascii_lowercase().ends_with(&ending) {
        Ok((set, place))
    } else {
        Err(Refusal::bad("STICKERSET_NOT_MODIFIED"))
    }
}

/// The `sticker` parameter, which is an `InputSticker`.
fn given(call: &mut Call<'_>, kind: &str) -> Result<Sticker, Refusal> {
    let value = call.params.json("sticker")?.ok_or_else(|| Refusal::bad("sticker is not specified"))?;
    sticker(call, &value, kind)
}

pub(super) fn add(call: &mut Call<'_>) -> Outcome {
    subject(call)?;
    let set = own(call)?;
    let (kind, count) = (set.kind.clone(), set.stickers.len());
    if count >= if kind == "custom_emoji" { MOST_EMOJI } else { MOST } {
        return Err(Refusal::bad("STICKERS_TOO_MUCH"));
    }
    let sticker = given(call, &kind)?;
    own(call)?.stickers.push(sticker);
    Ok(true.into())
}

pub(super) fn replace(call: &mut Call<'_>) -> Outcome {
    subject(call)?;
    let (kind, name) = own(call).map(|set| (set.kind.clone(), set.name.clone()))?;
    let (set, place) = located(call, "old_sticker")?;
    if set.name != name {
        return Err(Refusal::bad("STICKER_INVALID"));
    }
    let sticker = given(call, &kind)?;
    own(call)?.stickers[place] = sticker;
    Ok(true.into())
}

pub(super) fn set_position(call: &mut Call<'_>) -> Outcome {
    let position = call.params.integer("position").and_then(|position| usize::try_from(position).ok());
    let (set, place) = located(call, "sticker")?;
    let position = position.filter(|position| *position < set.stickers.len());
    let position = position.ok_or_else(|| Refusal::bad("wrong sticker position specified"))?;
    let sticker = set.stickers.remove(place);
    set.stickers.insert(position, sticker);
    Ok(true.into())
}

pub(super) fn delete_sticker(call: &mut Call<'_>) -> Outcome {
    let (set, place) = located(call, "sticker")?;
    set.stickers.remove(place);
    Ok(true.into())
}

pub(super) fn set_emoji(call: &mut Call<'_>) -> Outcome {
    let list = call.params.json("emoji_list").map_err(|_| Refusal::bad("can't parse emoji list JSON array"))?;
    let list = emoji_list(&list.unwrap_or_default())?;
    let (set, place) = located(call, "sticker")?;
    set.stickers[place].emoji = list;
    Ok(true.into())
}

/// Nobody is told the keywords again: only the search of people's programs uses them.
pub(super) fn set_keywords(call: &mut Call<'_>) -> Outcome {
    let value = call.params.json("keywords")?.unwrap_or_else(|| json!([]));
    let list = value.as_array().ok_or_else(|| Refusal::bad("expected an Array of String"))?;
    let text = |word: &Value| {
        word.as_str().map(|word| word.chars().count()).ok_or_else(|| Refusal::bad("keyword must be a string"))
    };
    let length: usize = list.iter().map(text).sum::<Result<usize, _>>()?;
    if length > KEYWORDS {
        return Err(Refusal::bad("STICKER_KEYWORDS_TOO_LONG"));
    }
    located(call, "sticker")?;
    Ok(true.into())
}

pub(super) fn set_mask(call: &mut Call<'_>) -> Outcome {
    let mask = call.params.json("mask_position").map_err(|_| Refusal::bad("can't parse mask position JSON object"))?;
    if let Some(mask) = &mask {
        let wrong = |words: &str| Refusal::bad(format!("can't parse mask position: {words}"));
        if !mask.is_object() {
            return Err(wrong("MaskPosition must be an Object"));
        }
        let point = mask.get("point").and_then(Value::as_str);
        let point = point.ok_or_else(|| wrong("Can't find field \"point\""))?;
        if !["forehead", "eyes", "mouth", "chin"].contains(&point) {
            return Err(wrong("wrong point specified in MaskPosition"));
        }
        for field in ["x_shift", "y_shift", "scale"] {
            mask.get(field)
                .filter(|number| number.is_number())
                .ok_or_else(|| wrong(&format!("Can't find field \"{field}\"")))?;
        }
    }
    let (set, place) = located(call, "sticker")?;
    if set.kind != "mask" {
        return Err(Refusal::bad("STICKER_INVALID"));
    }
    set.stickers[place].mask = mask;
    Ok(true.into())
}

pub(super) fn set_title(call: &mut Call<'_>) -> Outcome {
    let title = title(call)?;
    own(call)?.title = title;
    Ok(true.into())
}

pub(super) fn set_thumbnail(call: &mut Call<'_>) -> Outcome {
    subject(call)?;
    if own(call)?.kind == "custom_emoji" {
        return Err(Refusal::bad("the method can't be used to set thumbnail of custom emoji sticker sets"));
    }
    let given = call.params.text("thumbnail").is_some() || call.params.has_upload("thumbnail");
    let thumbnail = if given { Some(content::file(call, "thumbnail", FileKind::Sticker)?) } else { None };
    let side = (EMOJI_SIDE, EMOJI_SIDE);
    if thumbnail.as_ref().is_some_and(|blob| blob.size.is_some_and(|size| size != side)) {
        return Err(Refusal::bad("STICKER_THUMB_PNG_DIMENSIONS"));
    }
    own(call)?.thumbnail = thumbnail;
    Ok(true.into())
}

pub(super) fn set_emoji_thumbnail(call: &mut Call<'_>) -> Outcome {
    let id = call.params.text("custom_emoji_id").unwrap_or_default().into_owned();
    let set = own(call)?;
    if set.kind != "custom_emoji" {
        return Err(Refusal::bad("the method can be used to set thumbnail only for custom emoji sticker sets"));
    }
    let found = set.stickers.iter().find(|sticker| sticker.custom_emoji.as_deref() == Some(&id));
    if found.is_none() && !id.is_empty() {
        return Err(Refusal::bad("STICKER_INVALID"));
    }
    set.thumbnail = found.map(|sticker| Arc::clone(&sticker.blob));
    Ok(true.into())
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let name = own(call)?.name.clone();
    call.bot.stickers.remove(&name);
    Ok(true.into())
}

pub(super) fn get_set(call: &mut Call<'_>) -> Outcome {
    let name = call.params.text("name").unwrap_or_default();
    if name.is_empty() {
        return Err(Refusal::bad("sticker set name must be non-empty"));
    }
    let set = call.bot.stickers.find(&name).ok_or_else(|| Refusal::bad("STICKERSET_INVALID"))?;
    Ok(call.bot.set_json(set))
}

/// Custom emoji by their identifiers. Unknown ones are left out.
pub(super) fn get_custom_emoji(call: &mut Call<'_>) -> Outcome {
    let ids = call.params.json("custom_emoji_ids")?.unwrap_or_else(|| json!([]));
    let ids = ids.as_array().ok_or_else(|| Refusal::bad("expected an Array of custom emoji identifiers"))?;
    if ids.iter().any(|id| !id.is_string()) {
        return Err(Refusal::bad("custom emoji identifier must be of type String"));
    }
    if ids.len() > 200 {
        return Err(Refusal::bad("too many custom emoji identifiers specified"));
    }
    let wanted = |sticker: &Sticker| ids.iter().any(|id| id.as_str() == sticker.custom_emoji.as_deref());
    let found = call.bot.stickers.custom().filter(|(_, sticker)| wanted(sticker));
    Ok(found.map(|(set, sticker)| call.bot.sticker_json(set, sticker)).collect())
}

/// The custom emoji that can be icons of topics: all that there are.
pub(super) fn topic_icons(call: &mut Call<'_>) -> Outcome {
    Ok(call.bot.stickers.custom().map(|(set, sticker)| call.bot.sticker_json(set, sticker)).collect())
}

pub(super) fn upload(call: &mut Call<'_>) -> Outcome {
    subject(call)?;
    let format = call.params.text("sticker_format").unwrap_or_default();
    if !["static", "animated", "video"].contains(&&*format) {
        return Err(Refusal::bad("invalid sticker format specified"));
    }
    let blob = content::file(call, "sticker", FileKind::Sticker)?;
    let letter = FileKind::Sticker.letter();
    Ok(json!({
        "file_id": call.bot.files.id(&blob, letter), "file_unique_id": Files::unique_id(&blob, letter), "file_size": blob.bytes.len(),
    }))
}
