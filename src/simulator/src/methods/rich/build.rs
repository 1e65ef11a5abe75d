//! The blocks of a message, made of those that a bot sends: checked, with what Telegram adds to them.
//!
//! Checks and their words are those of tdlib (`WebPageBlock.cpp`, `RichText::get_rich_text`), where it has them; of the limits
//! only the words for a text that is too long are known.

use std::collections::HashMap;

use engine::markup::{Rich, checked_link};
use serde_json::{Map, Value, json};

use super::super::{Call, input_media};
use super::values::{field, found, joined, known, whole, word};
use super::{Stage, spoken};
use crate::bot_api;
use crate::files::FileKind;
use crate::json::user;
use crate::keyboards;
use crate::refusal::Refusal;
use crate::validate;

/// Characters of all texts (<https://core.telegram.org/bots/api#rich-message-limits>, as all that follow).
const CHARACTERS: usize = 32_768;
const BLOCKS: usize = 500;
/// Levels of blocks and styles inside of each other.
const LEVELS: usize = 16;
const MEDIA: usize = 50;
const COLUMNS: usize = 20;
/// Buttons of one row (<https://core.telegram.org/bots/api#inputrichblockbuttons>).
const BUTTONS: std::ops::RangeInclusive<usize> = 1..=8;

/// How far ahead a time may lie, in seconds (<https://core.telegram.org/api/entities>, `messageEntityFormattedDate`).
const AHEAD: i64 = 1_098 * 86_400;

/// How much of the world a map shows, and its size, where the bot does not say so: the simulator's own choice.
const MAP: [(&str, i64); 3] = [("zoom", 14), ("width", 600), ("height", 400)];

/// Blocks of one file, by the field that carries it.
const FILES: [(&str, FileKind); 6] = [
    ("animation", FileKind::Animation),
    ("audio", FileKind::Audio),
    ("document", FileKind::Document),
    ("photo", FileKind::Photo),
    ("video", FileKind::Video),
    ("voice_note", FileKind::Voice),
];

/// `RichBlock`s of the blocks that were written. `given` is the `InputRichMessage`.
///
/// # Errors
/// A block that is not allowed, or more of something than a message may contain.
pub(super) fn blocks(call: &mut Call<'_>, given: &Value, written: &Value, stage: Stage) -> Result<Vec<Value>, Refusal> {
    let is_text = given.get("blocks").is_none_or(Value::is_null);
    let finds = !given.get("skip_entity_detection").and_then(Value::as_bool).unwrap_or_default();
    let mut media = HashMap::new();
    for item in given.get("media").and_then(Value::as_array).into_iter().flatten() {
        let id = item.get("id").and_then(Value::as_str).ok_or_else(|| wrong("RichMessageMedia", missing("id")))?;
        let file = item.get("media").filter(|file| file.is_object());
        media.insert(id.to_owned(), file.ok_or_else(|| wrong("RichMessageMedia", missing("media")))?.clone());
    }
    let mut builder = Builder { call, media, is_text, stage, count: Count::default() };
    let blocks = builder.blocks(written, 1, finds)?;
    builder.count.check()?;
    Ok(blocks)
}

fn wrong(object: &str, problem: String) -> Refusal {
    Refusal::bad(format!("can't parse Input{object}: {problem}"))
}

fn missing(field: &str) -> String {
    format!("Can't find field \"{field}\"")
}

fn too_much() -> Refusal {
    Refusal::bad("RICH_MESSAGE_INVALID")
}

#[derive(Default)]
struct Count {
    characters: usize,
    blocks: usize,
    media: usize,
    /// Whether there is anything to see.
    is_seen: bool,
}

impl Count {
    fn text(&mut self, text: &str) {
        self.characters += text.chars().count();
        self.is_seen |= !text.trim().is_empty();
    }

    fn check(&self) -> Result<(), Refusal> {
        if self.characters > CHARACTERS {
            return Err(Refusal::bad("RICH_MESSAGE_TOO_LONG"));
        }
        if self.blocks > BLOCKS || self.media > MEDIA {
            return Err(too_much());
        }
        // Lines and anchors alone are nothing, as bots have found.
        if self.is_seen || self.media > 0 { Ok(()) } else { Err(Refusal::bad("RICH_MESSAGE_EMPTY")) }
    }
}

struct Builder<'c, 'b> {
    call: &'c mut Call<'b>,
    /// Files that links such as `tg://photo?id=…` stand for.
    media: HashMap<String, Value>,
    /// Whether it was written as HTML or Markdown, in which files are addresses.
    is_text: bool,
    stage: Stage,
    count: Count,
}

impl Builder<'_, '_> {
    fn blocks(&mut self, list: &Value, level: usize, finds: bool) -> Result<Vec<Value>, Refusal> {
        let list =
            list.as_array().ok_or_else(|| wrong("RichMessage", "Field \"blocks\" must be of type Array".into()))?;
        list.iter().map(|block| self.block(block, level, finds)).collect()
    }

    fn block(&mut self, block: &Value, level: usize, finds: bool) -> Result<Value, Refusal> {
        let kind = block.get("type").and_then(Value::as_str).ok_or_else(|| wrong("RichBlock", missing("type")))?;
        let unknown = || wrong("RichBlock", "Unsupported type specified".to_owned());
        let object = bot_api::object_of("InputRichBlock", kind).ok_or_else(unknown)?;
        if let Some(problem) = validate::shallow(block, object) {
            return Err(wrong("RichBlock", problem));
        }
        if kind == "thinking" && self.stage == Stage::Message {
            return Err(Refusal::bad("block is not allowed"));
        }
        self.count.blocks += 1;
        if level > LEVELS || self.count.blocks > BLOCKS {
            return Err(too_much());
        }
        if let Some((field, file)) = FILES.into_iter().find(|(field, _)| *field == kind) {
            return self.file(block, field, file, level, finds);
        }
        let mut built = Map::new();
        built.insert("type".to_owned(), kind.into());
        for field in bot_api::fields(object).into_iter().flat_map(|fields| fields.keys()) {
            let Some(value) = super::values::field(block, field).filter(|_| field != "type") else { continue };
            let value = match (field.as_str(), kind) {
                ("text", "pre") => self.text(value, level, false)?,
                ("text" | "summary" | "credit", _) | ("caption", "table") => self.text(value, level, finds)?,
                ("caption", _) => self.caption(value, level, finds)?,
                ("blocks", "collage" | "slideshow") => self.several(value, level, finds)?,
                ("blocks", _) => self.blocks(value, level + 1, finds)?.into(),
                ("items", _) => self.items(value, level, finds)?,
                ("cells", _) => self.rows(value, level, finds)?,
                ("buttons", _) => self.buttons(value, level)?,
                ("size", _) => match whole(value).filter(|size| (1..=6).contains(size)) {
                    Some(size) => size.into(),
                    None => return Err(Refusal::bad("invalid section heading size specified")),
                },
                ("expression", _) => {
                    self.count.text(&word(value));
                    word(value).into()
                }
                ("align", _) => one_of(block, "align", ["left", "center", "right"], "left")?.into(),
                ("language" | "name", _) => word(value).into(),
                ("zoom" | "width" | "height", _) => whole(value).unwrap_or(-1).into(),
                ("location", _) => {
                    let lies = |axis: &str| value.get(axis).is_some_and(Value::is_number);
                    if !lies("latitude") || !lies("longitude") {
                        return Err(Refusal::bad("invalid location specified"));
                    }
                    self.count.is_seen = true;
                    value.clone()
                }
                _ => value.clone(),
            };
            built.insert(field.clone(), value);
        }
        if kind == "map" {
            check_map(&mut built)?;
        }
        Ok(built.into())
    }

    /// Files that are shown together.
    fn several(&mut self, list: &Value, level: usize, finds: bool) -> Result<Value, Refusal> {
        let blocks = self.blocks(list, level + 1, finds)?;
        let is_file = |block: &Value| FILES.iter().any(|(field, _)| block["type"] == *field);
        if blocks.iter().all(is_file) { Ok(blocks.into()) } else { Err(Refusal::bad("block is not allowed")) }
    }

    fn items(&mut self, list: &Value, level: usize, finds: bool) -> Result<Value, Refusal> {
        let list = list.as_array().filter(|list| !list.is_empty());
        let list = list.ok_or_else(|| Refusal::bad("list must be non-empty"))?;
        let kind_of = |item: &Value| item.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_ordered = list.first().is_some_and(|item| !kind_of(item).is_empty());
        let mut items = Vec::new();
        for item in list {
            let kind = kind_of(item);
            if kind.is_empty() == is_ordered {
                return Err(Refusal::bad("list must be either ordered or unordered"));
            }
            self.count.blocks += 1;
            let blocks = item.get("blocks").ok_or_else(|| wrong("RichBlockListItem", missing("blocks")))?;
            let mut built = json!({ "label": "•", "blocks": self.blocks(blocks, level + 1, finds)? });
            if is_ordered {
                if !["a", "A", "i", "I", "1"].contains(&kind.as_str()) {
                    return Err(Refusal::bad("invalid list item type specified"));
                }
                let value = item.get("value").and_then(whole).unwrap_or_default();
                built["label"] = spoken::label(value, &kind).into();
                built["value"] = value.into();
                built["type"] = kind.into();
            }
            for flag in ["has_checkbox", "is_checked"] {
                if item.get(flag).and_then(Value::as_bool).unwrap_or_default() {
                    built[flag] = true.into();
                }
            }
            items.push(built);
        }
        Ok(items.into())
    }

    fn rows(&mut self, rows: &Value, level: usize, finds: bool) -> Result<Value, Refusal> {
        let mut built: Vec<Vec<Value>> = Vec::new();
        for row in rows.as_array().into_iter().flatten() {
            self.count.blocks += 1;
            let mut cells = Vec::new();
            let mut columns = 0;
            for cell in row.as_array().into_iter().flatten() {
                let align = one_of(cell, "align", ["left", "center", "right"], "left")?;
                let valign = one_of(cell, "valign", ["top", "middle", "bottom"], "middle")?;
                let mut value = json!({ "align": align, "valign": valign });
                for span in ["colspan", "rowspan"] {
                    let asked = cell.get(span).and_then(whole).unwrap_or(1);
                    if asked < 0 {
                        return Err(Refusal::bad(format!("invalid table cell {span} specified")));
                    }
                    if asked > 1 {
                        value[span] = asked.into();
                    }
                }
                columns = value["colspan"].as_u64().unwrap_or(1).saturating_add(columns);
                if cell.get("is_header").and_then(Value::as_bool).unwrap_or_default() {
                    value["is_header"] = true.into();
                }
                if let Some(text) = field(cell, "text") {
                    value["text"] = self.text(text, level, finds)?;
                }
                cells.push(value);
            }
            if columns > COLUMNS as u64 {
                return Err(too_much());
            }
            built.push(cells);
        }
        Ok(json!(built))
    }

    fn caption(&mut self, caption: &Value, level: usize, finds: bool) -> Result<Value, Refusal> {
        let text = field(caption, "text").ok_or_else(|| wrong("RichBlockCaption", missing("text")))?;
        let mut built = json!({ "text": self.text(text, level, finds)? });
        if let Some(credit) = field(caption, "credit") {
            built["credit"] = self.text(credit, level, finds)?;
        }
        Ok(built)
    }

    /// A block of one file, whose kind is that of the file.
    fn file(
        &mut self,
        block: &Value,
        field: &str,
        kind: FileKind,
        level: usize,
        finds: bool,
    ) -> Result<Value, Refusal> {
        self.count.media += 1;
        let mut item = block[field].clone();
        let (mut field, mut kind) = (field, kind);
        let reference = item.get("media").and_then(Value::as_str).unwrap_or_default();
        if let Some((scheme, id)) = reference.strip_prefix("tg://").and_then(|rest| rest.split_once("?id=")) {
            let known = self.media.get(id).ok_or_else(|| Refusal::bad("RICH_MESSAGE_MEDIA_INVALID"))?;
            let said = known.get("type").and_then(Value::as_str).unwrap_or(scheme);
            let file = FILES.into_iter().find(|(field, _)| *field == said);
            (field, kind) = file.ok_or_else(|| Refusal::bad("RICH_MESSAGE_MEDIA_INVALID"))?;
            let spoiler = item.get("has_spoiler").cloned();
            item = known.clone();
            if let Some(spoiler) = spoiler {
                item["has_spoiler"] = spoiler;
            }
        } else if self.is_text && !["http://", "https://"].iter().any(|scheme| reference.starts_with(scheme)) {
            // “Media blocks support only HTTP and HTTPS URLs” (<https://core.telegram.org/bots/api#rich-html-style>).
            return Err(Refusal::bad("RICH_MESSAGE_MEDIA_INVALID"));
        }
        let body = input_media::in_album(self.call, kind, &item, Rich::default())?;
        let mut message = Map::new();
        self.call.bot.add_body(&mut message, &body);
        let mut built = json!({ "type": field, field: message.remove(kind.field()) });
        let may_hide = matches!(kind, FileKind::Animation | FileKind::Photo | FileKind::Video);
        if may_hide && item.get("has_spoiler").and_then(Value::as_bool).unwrap_or_default() {
            built["has_spoiler"] = true.into();
        }
        if let Some(caption) = super::values::field(block, "caption") {
            built["caption"] = self.caption(caption, level, finds)?;
        }
        Ok(built)
    }

    fn buttons(&mut self, list: &Value, level: usize) -> Result<Value, Refusal> {
        let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
        if !BUTTONS.contains(&list.len()) {
            return Err(Refusal::bad("BUTTON_INVALID"));
        }
        list.iter().map(|button| self.button(button, level)).collect()
    }

    fn button(&mut self, button: &Value, level: usize) -> Result<Value, Refusal> {
        let text = field(button, "text").ok_or_else(|| wrong("RichMessageButton", missing("text")))?;
        let text = self.text(text, level + 1, false)?;
        if !is_label(&text) {
            return Err(Refusal::bad("BUTTON_TEXT_INVALID"));
        }
        let mut built = known(button, "RichMessageButton");
        built.insert("text".to_owned(), text);
        let actions = built.keys().filter(|name| !matches!(name.as_str(), "text" | "style")).count();
        if actions != 1 {
            return Err(Refusal::bad("BUTTON_INVALID"));
        }
        let built = Value::Object(built);
        keyboards::rich_button(&spoken::plain(&built["text"]), &built)?;
        self.count.is_seen = true;
        Ok(built)
    }

    /// A `RichText`. Telegram finds addresses and the like in what is not marked as something else.
    fn text(&mut self, text: &Value, level: usize, finds: bool) -> Result<Value, Refusal> {
        if level > LEVELS {
            return Err(too_much());
        }
        match text {
            Value::String(words) => {
                self.count.text(words);
                Ok(if finds { found(words) } else { text.clone() })
            }
            Value::Array(pieces) => {
                let pieces = pieces.iter().map(|piece| self.text(piece, level, finds));
                Ok(joined(pieces.collect::<Result<_, _>>()?))
            }
            Value::Object(marked) => self.marked(marked, level, finds),
            _ => Err(Refusal::bad("can't parse RichText: RichText must be a String, an Array or an Object")),
        }
    }

    fn marked(&mut self, marked: &Map<String, Value>, level: usize, finds: bool) -> Result<Value, Refusal> {
        let wrong = |problem: String| Refusal::bad(format!("can't parse RichText: {problem}"));
        let said = |field: &str| marked.get(field).and_then(Value::as_str).unwrap_or_default();
        let kind = said("type");
        let object = bot_api::object_of("RichText", kind);
        let object = object.ok_or_else(|| wrong("Unsupported type specified".to_owned()))?;
        if let Some(problem) = validate::shallow(&Value::Object(marked.clone()), object) {
            return Err(wrong(problem));
        }
        let text = marked.get("text").unwrap_or(&Value::Null);
        let mut built = known(&Value::Object(marked.clone()), object);
        let is_plain = match kind {
            // What Telegram finds by itself is looked for anew.
            "mention" | "hashtag" | "cashtag" | "bot_command" | "bank_card_number" => {
                return self.text(text, level, finds);
            }
            "custom_emoji" => {
                self.count.text(said("alternative_text"));
                if said("custom_emoji_id").parse::<i64>().is_ok_and(|id| id != 0) {
                    return Ok(built.into());
                }
                return Err(Refusal::bad("invalid custom emoji identifier specified"));
            }
            "mathematical_expression" => {
                let expression = word(&marked["expression"]);
                self.count.text(&expression);
                built.insert("expression".to_owned(), expression.into());
                return Ok(built.into());
            }
            "anchor" => return Ok(built.into()),
            "button" => {
                built.insert("button".to_owned(), self.button(&marked["button"], level)?);
                return Ok(built.into());
            }
            "date_time" => {
                let time = marked.get("unix_time").and_then(whole).unwrap_or(-1);
                if !(0..=self.call.bot.unix_now() + AHEAD).contains(&time) {
                    return Err(Refusal::bad("RICH_MESSAGE_DATE_INVALID"));
                }
                built.insert("unix_time".to_owned(), time.into());
                true
            }
            "text_mention" => {
                let person = marked["user"].get("id").and_then(Value::as_i64);
                let Some(known) = person.and_then(|id| self.call.bot.people.get(&id)) else {
                    return self.text(text, level, finds);
                };
                built.insert("user".to_owned(), user(&known.person));
                true
            }
            "url" => {
                let Some(url) = checked_link(said("url")) else { return self.text(text, level, finds) };
                built.insert("url".to_owned(), url.into());
                true
            }
            "code" | "email_address" | "phone_number" | "anchor_link" | "reference_link" => true,
            _ => false,
        };
        built.insert("text".to_owned(), self.text(text, level + 1, finds && !is_plain)?);
        Ok(built.into())
    }
}

/// Notes the kinds of files in blocks.
pub(super) fn note_files(value: &Value, kinds: &mut Vec<FileKind>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| note_files(one, kinds)),
        Value::Object(object) => {
            let file = FILES.into_iter().find(|(name, _)| object.get("type").is_some_and(|kind| kind == *name));
            match file.filter(|(name, _)| object.contains_key(*name)) {
                Some((_, kind)) => kinds.push(kind),
                None => object.values().for_each(|inside| note_files(inside, kinds)),
            }
        }
        _ => {}
    }
}

/// Whether a button may be called so: by a text, custom emoji and times
/// (<https://core.telegram.org/bots/api#richmessagebutton>).
fn is_label(text: &Value) -> bool {
    match text {
        Value::Array(pieces) => pieces.iter().all(is_label),
        Value::Object(marked) => marked.get("type").is_some_and(|kind| kind == "custom_emoji" || kind == "date_time"),
        text => text.is_string(),
    }
}

fn one_of<'v>(cell: &'v Value, field: &str, known: [&'v str; 3], usual: &'v str) -> Result<&'v str, Refusal> {
    match cell.get(field).and_then(Value::as_str) {
        None => Ok(usual),
        Some(said) if known.contains(&said) => Ok(said),
        Some(_) => Err(wrong("RichBlockTableCell", format!("invalid {field} specified"))),
    }
}

fn check_map(map: &mut Map<String, Value>) -> Result<(), Refusal> {
    for (field, usual) in MAP {
        map.entry(field.to_owned()).or_insert_with(|| usual.into());
    }
    let [zoom, width, height] = MAP.map(|(field, _)| map.get(field).and_then(Value::as_i64).unwrap_or(-1));
    let fits = (0..25).contains(&zoom) && width >= 0 && height >= 0 && width.saturating_add(height) <= 10_000;
    if fits && width <= height * 20 && height <= width * 20 {
        return Ok(());
    }
    Err(Refusal::bad("invalid map properties specified"))
}
