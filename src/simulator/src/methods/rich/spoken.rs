//! Rich messages as people see them where only text is shown: in transcripts, lists and notifications.

use engine::markup::{EntityKind, MessageEntity, Rich};
use serde_json::Value;

use crate::keyboards::{self, Button};

/// The message as a text with marks.
pub(super) fn rich(blocks: &[Value]) -> Rich {
    let mut writer = Writer::default();
    writer.blocks(blocks, 0);
    let plain = writer.text.clone();
    Rich::new(writer.text, writer.entities).unwrap_or_else(|_| Rich::plain(&plain))
}

/// A `RichText` without its marks.
pub(super) fn plain(text: &Value) -> String {
    let mut writer = Writer::default();
    writer.text(text);
    writer.text
}

/// All buttons of blocks: a row for those of a block, and one for each that stands in a text.
pub(super) fn buttons(blocks: &Value) -> Vec<Vec<Button>> {
    let mut rows = Vec::new();
    note_buttons(blocks, &mut rows);
    rows
}

fn note_buttons(value: &Value, rows: &mut Vec<Vec<Button>>) {
    let read = |button: &Value| keyboards::rich_button(&plain(&button["text"]), button).ok();
    match value {
        Value::Array(all) => all.iter().for_each(|one| note_buttons(one, rows)),
        Value::Object(object) if object.get("type").is_some_and(|kind| kind == "buttons") => {
            let buttons = object.get("buttons").and_then(Value::as_array);
            rows.push(buttons.into_iter().flatten().filter_map(read).collect());
        }
        Value::Object(object) => match object.get("button").and_then(read) {
            Some(button) => rows.push(vec![button]),
            None => object.values().for_each(|inside| note_buttons(inside, rows)),
        },
        _ => {}
    }
}

/// What stands before an item of an ordered list (tdlib, `get_ordered_list_label`).
pub(super) fn label(number: i64, kind: &str) -> String {
    const ROMAN: [(i64, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut rest = number;
    let mut label = String::new();
    match kind {
        "a" | "A" if number > 0 => {
            while rest > 0 {
                rest -= 1;
                label.insert(0, char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
                rest /= 26;
            }
        }
        "i" | "I" if (1..4000).contains(&number) => {
            for (value, letters) in ROMAN {
                while rest >= value {
                    label += letters;
                    rest -= value;
                }
            }
        }
        _ => label = number.to_string(),
    }
    if matches!(kind, "a" | "i") {
        label = label.to_ascii_lowercase();
    }
    label + "."
}

#[derive(Default)]
struct Writer {
    text: String,
    units: usize,
    entities: Vec<MessageEntity>,
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.text += text;
        self.units += text.encode_utf16().count();
    }

    fn mark(&mut self, kind: EntityKind, write: impl FnOnce(&mut Writer)) {
        let offset = self.units;
        write(self);
        let length = self.units - offset;
        if length > 0 {
            self.entities.push(MessageEntity { kind, offset, length });
        }
    }

    fn blocks(&mut self, blocks: &[Value], indent: usize) {
        for (at, block) in blocks.iter().enumerate() {
            if at > 0 {
                self.line(indent);
            }
            self.block(block, indent);
        }
    }

    fn line(&mut self, indent: usize) {
        self.push("\n");
        self.push(&"  ".repeat(indent));
    }

    fn block(&mut self, block: &Value, indent: usize) {
        let list = |field: &str| block[field].as_array().map(Vec::as_slice).unwrap_or_default();
        match block["type"].as_str().unwrap_or_default() {
            "heading" => self.mark(EntityKind::Bold, |writer| writer.text(&block["text"])),
            "pre" => self.mark(EntityKind::Pre(String::new()), |writer| writer.text(&block["text"])),
            "divider" => self.push("———"),
            "mathematical_expression" => self.push(block["expression"].as_str().unwrap_or_default()),
            "list" => {
                for (at, item) in list("items").iter().enumerate() {
                    if at > 0 {
                        self.line(indent);
                    }
                    let label = match (item["has_checkbox"] == true, item["is_checked"] == true) {
                        (true, true) => "☑",
                        (true, false) => "☐",
                        _ => item["label"].as_str().unwrap_or_default(),
                    };
                    self.push(label);
                    self.push(" ");
                    self.blocks(item["blocks"].as_array().map(Vec::as_slice).unwrap_or_default(), indent + 1);
                }
            }
            "blockquote" => self.mark(EntityKind::Quote, |writer| {
                writer.blocks(list("blocks"), indent);
                writer.credit(&block["credit"]);
            }),
            "expandable_blockquote" | "pullquote" => self.mark(EntityKind::Quote, |writer| {
                writer.text(&block["text"]);
                writer.credit(&block["credit"]);
            }),
            "collage" | "slideshow" => {
                self.blocks(list("blocks"), indent);
                self.caption("", block);
            }
            "table" => {
                self.text(&block["caption"]);
                for (at, row) in list("cells").iter().enumerate() {
                    if at > 0 || !block["caption"].is_null() {
                        self.line(indent);
                    }
                    for (at, cell) in row.as_array().into_iter().flatten().enumerate() {
                        self.push(if at > 0 { " | " } else { "" });
                        self.text(&cell["text"]);
                    }
                }
            }
            "details" => {
                self.push("▸ ");
                self.text(&block["summary"]);
                for inside in list("blocks") {
                    self.line(indent + 1);
                    self.block(inside, indent + 1);
                }
            }
            "map" => self.caption("📍", block),
            "photo" => self.caption("🖼", block),
            "video" => self.caption("🎬", block),
            "animation" => self.caption("🎞", block),
            "audio" => self.caption("🎵", block),
            "voice_note" => self.caption("🎤", block),
            "document" => self.caption("📎", block),
            // Buttons are shown as such, and anchors not at all.
            "buttons" | "anchor" => {}
            _ => self.text(&block["text"]),
        }
    }

    fn caption(&mut self, sign: &str, block: &Value) {
        self.push(sign);
        let caption = &block["caption"];
        if !caption.is_null() {
            self.push(" ");
            self.text(&caption["text"]);
            self.credit(&caption["credit"]);
        }
    }

    fn credit(&mut self, credit: &Value) {
        if !credit.is_null() {
            self.push(" — ");
            self.text(credit);
        }
    }

    fn text(&mut self, text: &Value) {
        match text {
            Value::String(words) => self.push(words),
            Value::Array(pieces) => pieces.iter().for_each(|piece| self.text(piece)),
            Value::Object(object) => {
                let said = |field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default();
                let inside = object.get("text").unwrap_or(&Value::Null);
                let kind = match said("type") {
                    "bold" => EntityKind::Bold,
                    "italic" => EntityKind::Italic,
                    "underline" => EntityKind::Underline,
                    "strikethrough" => EntityKind::Struck,
                    "spoiler" => EntityKind::Spoiler,
                    "code" => EntityKind::Code,
                    "custom_emoji" => return self.push(said("alternative_text")),
                    "mathematical_expression" => return self.push(said("expression")),
                    "button" => return self.text(&object["button"]["text"]),
                    _ => return self.text(inside),
                };
                self.mark(kind, |writer| writer.text(inside));
            }
            _ => {}
        }
    }
}
