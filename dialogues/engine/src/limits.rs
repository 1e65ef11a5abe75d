//! What Telegram takes of what a turn shows: lengths, keyboards, the data of buttons.
//!
//! What is wrong is said in a sentence that names lengths and numbers, and never a word of the text: a review has a
//! customer's address in it.

use serde_json::{Value, json};

use crate::markup::{parse_html, utf16_len};
use crate::texts::{CAPTION_LIMIT, TEXT_LIMIT, TOAST_LIMIT};
use crate::{App, Callback, InlineButton, Keyboard, Output, View};

/// Telegram's limit on `callback_data`, in bytes.
const DATA_LIMIT: usize = 64;
/// Telegram's limit on a keyboard, in bytes of its JSON. Telegram documents none; its server answers “reply markup is too
/// long” from about 10 kB on (<https://github.com/tginfo/Telegram-Limits/issues/187>).
pub const MARKUP_LIMIT: usize = 10_000;
/// Inline buttons under one message, and in one row.
const MOST_BUTTONS: usize = 100;
const MOST_IN_A_ROW: usize = 8;

/// Whether Telegram would take this.
///
/// # Errors
/// What is wrong with it, without its words.
pub fn telegram_takes<A: App>(show: &Output<A>) -> Result<(), String> {
    match show {
        Output::Send { view: shown, serial } => view(shown, *serial),
        Output::Edit { view: shown, serial } => match shown.keys {
            Keyboard::Inline(_) | Keyboard::None => view(shown, *serial),
            _ => Err("an edit cannot bring a reply keyboard".to_owned()),
        },
        Output::Toast(text) | Output::Alert(text) => within("the answer to a tap", text, 1, TOAST_LIMIT),
        Output::File { name, content, caption } if !name.is_empty() && !content.as_str().is_empty() => {
            parsed("the caption of a file", caption.as_str(), 0, CAPTION_LIMIT)
        }
        Output::File { .. } => Err("a file without name or content".to_owned()),
    }
}

fn view<A: App>(view: &View<A>, serial: u32) -> Result<(), String> {
    match view.picture {
        Some(_) => parsed("a caption", view.text.as_str(), 0, CAPTION_LIMIT)?,
        None => parsed("a text", view.text.as_str(), 1, TEXT_LIMIT)?,
    }
    match &view.keys {
        Keyboard::None | Keyboard::Menu => Ok(()),
        Keyboard::Inline(rows) => {
            grid(rows.iter().map(Vec::len))?;
            size(&inline_keyboard(rows, serial))?;
            rows.iter().flatten().try_for_each(|key| inline(key, serial))
        }
        Keyboard::Reply(rows) => {
            grid(rows.iter().map(Vec::len))?;
            let empty = rows.iter().flatten().any(|answer| answer.label.trim().is_empty());
            if empty { Err("an answer without a label".to_owned()) } else { Ok(()) }
        }
    }
}

fn grid(rows: impl Iterator<Item = usize> + Clone) -> Result<(), String> {
    let all: usize = rows.clone().sum();
    match rows.clone().max() {
        None => Err("a keyboard without rows".to_owned()),
        _ if rows.clone().any(|row| row == 0) => Err("a row without buttons".to_owned()),
        Some(longest) if longest > MOST_IN_A_ROW => Err(format!("{longest} buttons in a row")),
        _ if all > MOST_BUTTONS => Err(format!("{all} buttons under one message")),
        Some(_) => Ok(()),
    }
}

/// An inline keyboard as it is sent.
fn inline_keyboard<A: App>(rows: &[Vec<InlineButton<A>>], serial: u32) -> Value {
    let button = |key: &InlineButton<A>| json!({ "text": key.label, "callback_data": key.button.encode(serial) });
    let row = |row: &Vec<InlineButton<A>>| row.iter().map(button).collect::<Value>();
    json!({ "inline_keyboard": rows.iter().map(row).collect::<Value>() })
}

/// How many bytes a keyboard has as it is sent.
pub fn markup_size(markup: &Value) -> usize {
    markup.to_string().len()
}

fn size(markup: &Value) -> Result<(), String> {
    match markup_size(markup) {
        bytes if bytes > MARKUP_LIMIT => {
            Err(format!("a keyboard of {bytes} bytes, where Telegram takes {MARKUP_LIMIT}"))
        }
        _ => Ok(()),
    }
}

fn inline<A: App>(key: &InlineButton<A>, serial: u32) -> Result<(), String> {
    let data = key.button.encode(serial);
    if key.label.trim().is_empty() {
        return Err(format!("a button without a label: {data}"));
    }
    if data.is_empty() || data.len() > DATA_LIMIT {
        return Err(format!("{} bytes of callback_data: {data}", data.len()));
    }
    if Callback::decode(&data) != Some((serial, key.button)) {
        return Err(format!("callback_data that does not read back: {data}"));
    }
    Ok(())
}

fn parsed(what: &str, html: &str, least: usize, most: usize) -> Result<(), String> {
    // The parser's own words may quote a tag, and what is in it.
    let rich = parse_html(html).map_err(|_| format!("{what} whose HTML Telegram cannot read"))?;
    within(what, &rich.text, least, most)
}

fn within(what: &str, text: &str, least: usize, most: usize) -> Result<(), String> {
    let units = utf16_len(text.trim());
    if (least..=most).contains(&units) {
        return Ok(());
    }
    Err(format!("{what} of {units} units, where Telegram takes {least} to {most}"))
}
