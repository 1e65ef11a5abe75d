//! `reply_markup`: read, checked, and given back.

use engine::chat::KeyboardButton;
use engine::limits::{MARKUP_LIMIT, markup_size};
use serde_json::{Map, Value, json};

use super::refusal::Refusal;

/// More buttons than this are too many; undocumented, measured by others (python-telegram-bot `constants.py`).
const BUTTONS: usize = 100;
/// Bytes of `callback_data` (<https://core.telegram.org/bots/api#inlinekeyboardbutton>).
const DATA: std::ops::RangeInclusive<usize> = 1..=64;

/// Fields of an `InlineKeyboardButton` that change nothing about what a tap does.
const BUTTON_LOOKS: [&str; 2] = ["style", "icon_custom_emoji_id"];

/// What a message brings besides its content.
#[derive(Debug, Default)]
pub(crate) enum ReplyMarkup {
    #[default]
    None,
    Inline(Vec<Vec<Button>>),
    Keyboard(Keyboard),
    Remove,
    ForceReply,
}

impl ReplyMarkup {
    /// The buttons below the message, if that is what it brings.
    pub(crate) fn inline(self) -> Vec<Vec<Button>> {
        if let ReplyMarkup::Inline(buttons) = self { buttons } else { Vec::new() }
    }
}

/// An inline button.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Button {
    pub(crate) label: String,
    pub(crate) action: Action,
    /// `style` and `icon_custom_emoji_id`, as far as the bot has set them.
    pub(crate) looks: Map<String, Value>,
}

/// What an inline button does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    Data(String),
    /// Opens an address.
    Url(String),
    /// Any other: the field's name and value as the bot sent them.
    Other(String, Value),
}

/// The keyboard in place of the letters. It is kept by the chat and never told back to the bot.
#[derive(Debug, Clone)]
pub(crate) struct Keyboard {
    pub(crate) rows: Vec<Vec<Key>>,
    pub(crate) one_time: bool,
    pub(crate) placeholder: Option<String>,
    pub(crate) used: bool,
}

/// A button of the keyboard in place of the letters.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) label: String,
    /// Whether it shares the person's own phone number.
    pub(crate) contact: bool,
    /// What else it does in place of saying its label, such as `web_app`: the field's name and value as the bot sent them.
    pub(crate) asks: Option<(String, Value)>,
}

impl Key {
    /// What it is to those who do not know the Bot API.
    pub(crate) fn shown(&self) -> KeyboardButton {
        KeyboardButton { label: self.label.clone(), contact: self.contact }
    }

    /// Whether a tap says the label, and nothing else.
    pub(crate) fn speaks(&self) -> bool {
        !self.contact && self.asks.is_none()
    }
}

impl Keyboard {
    /// Its buttons, row by row.
    pub(crate) fn shown(&self) -> Vec<Vec<KeyboardButton>> {
        self.rows.iter().map(|row| row.iter().map(Key::shown).collect()).collect()
    }
}

impl Button {
    /// What it sends back; empty for a button that sends nothing.
    pub(crate) fn data(&self) -> &str {
        if let Action::Data(data) = &self.action { data } else { "" }
    }

    pub(crate) fn json(&self) -> Value {
        let mut button = match &self.action {
            Action::Data(data) => json!({ "text": self.label, "callback_data": data }),
            Action::Url(url) => json!({ "text": self.label, "url": url }),
            Action::Other(field, value) => json!({ "text": self.label, field: value }),
        };
        self.looks.iter().for_each(|(field, value)| button[field] = value.clone());
        button
    }
}

/// Reads a `reply_markup`.
pub(crate) fn parse(markup: Option<Value>) -> Result<ReplyMarkup, Refusal> {
    let Some(markup) = markup else { return Ok(ReplyMarkup::None) };
    let Some(object) = markup.as_object() else {
        return Err(Refusal::bad("object expected as reply markup"));
    };
    if markup_size(&markup) > MARKUP_LIMIT {
        return Err(Refusal::bad("reply markup is too long"));
    }
    if let Some(rows) = object.get("inline_keyboard") {
        return inline(rows);
    }
    if let Some(rows) = object.get("keyboard") {
        return keyboard(rows, object);
    }
    let is = |key: &str| object.get(key).and_then(Value::as_bool).unwrap_or(false);
    Ok(match (is("remove_keyboard"), is("force_reply")) {
        (true, _) => ReplyMarkup::Remove,
        (_, true) => ReplyMarkup::ForceReply,
        _ => ReplyMarkup::None,
    })
}

fn inline(rows: &Value) -> Result<ReplyMarkup, Refusal> {
    let words = "can't parse inline keyboard: Field \"inline_keyboard\" must be of type Array";
    let mut buttons = Vec::new();
    for row in rows.as_array().ok_or_else(|| Refusal::bad(words))? {
        let row = row.as_array().ok_or_else(|| Refusal::bad("inline keyboard row must be an Array"))?;
        let row: Vec<Button> = row.iter().map(inline_button).collect::<Result<_, _>>()?;
        // The real server leaves out rows without buttons.
        if !row.is_empty() {
            buttons.push(row);
        }
    }
    if buttons.iter().map(Vec::len).sum::<usize>() > BUTTONS {
        return Err(Refusal::bad("reply markup is too long"));
    }
    Ok(ReplyMarkup::Inline(buttons))
}

fn inline_button(button: &Value) -> Result<Button, Refusal> {
    let wrong = |words: &str| Refusal::bad(format!("can't parse inline keyboard button: {words}"));
    let object = button.as_object().ok_or_else(|| wrong("InlineKeyboardButton must be an Object"))?;
    let label = object.get("text").and_then(Value::as_str).ok_or_else(|| wrong("Can't find field \"text\""))?;
    if label.trim().is_empty() {
        return Err(Refusal::bad("BUTTON_TEXT_INVALID"));
    }
    if let Some(style) = object.get("style").and_then(Value::as_str) {
        // <https://core.telegram.org/bots/api#inlinekeyboardbutton>
        if !["", "primary", "danger", "success"].contains(&style) {
            return Err(wrong("invalid button style specified"));
        }
    }
    let is_action = |key: &str| key != "text" && !BUTTON_LOOKS.contains(&key);
    let mut actions = object.iter().filter(|(key, value)| is_action(key) && !value.is_null());
    let Some((field, value)) = actions.next() else {
        return Err(wrong("Text buttons are unallowed in the inline keyboard"));
    };
    let action = match (field.as_str(), value.as_str()) {
        ("callback_data", Some(data)) if DATA.contains(&data.len()) => Action::Data(data.to_owned()),
        ("callback_data", _) => return Err(Refusal::bad("BUTTON_DATA_INVALID")),
        ("url", Some(url)) => Action::Url(checked_url(url)?),
        ("web_app", _) => {
            check_app(value, "inline keyboard button")?;
            Action::Other(field.clone(), value.clone())
        }
        _ => Action::Other(field.clone(), value.clone()),
    };
    let set = |(key, value): &(&String, &Value)| {
        BUTTON_LOOKS.contains(&key.as_str()) && value.as_str().is_some_and(|value| !value.is_empty())
    };
    let looks = object.iter().filter(set).map(|(key, value)| (key.clone(), value.clone())).collect();
    Ok(Button { label: label.to_owned(), action, looks })
}

/// A button inside of a rich message, with its label as plain text (<https://core.telegram.org/bots/api#richmessagebutton>). It
/// may look like a link.
pub(crate) fn rich_button(label: &str, button: &Value) -> Result<Button, Refusal> {
    let mut plain = button.as_object().cloned().unwrap_or_default();
    plain.insert("text".to_owned(), label.into());
    if plain.get("style").is_some_and(|style| style == "link") {
        plain.remove("style");
    }
    inline_button(&plain.into())
}

/// A Mini App is served by https (tdlib's `ReplyMarkup.cpp`). One on this machine may do without, so that it can be tried while it
/// is written.
pub(crate) fn check_app(app: &Value, place: &str) -> Result<(), Refusal> {
    let url = app["url"].as_str().unwrap_or_default();
    let parsed = url::Url::parse(url).ok();
    let is_local = |url: &url::Url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match parsed {
        Some(url) if url.scheme() == "https" || (url.scheme() == "http" && is_local(&url)) => Ok(()),
        _ => Err(Refusal::bad(format!("{place} Web App URL '{url}' is invalid: Only HTTPS links are allowed"))),
    }
}

fn checked_url(url: &str) -> Result<String, Refusal> {
    let known = ["http://", "https://", "tg://"].iter().any(|scheme| url.starts_with(scheme));
    let host = url.split("://").nth(1).unwrap_or_default();
    if !known || host.is_empty() || url.contains(char::is_whitespace) {
        return Err(Refusal::bad("BUTTON_URL_INVALID"));
    }
    Ok(url.to_owned())
}

fn keyboard(rows: &Value, markup: &Map<String, Value>) -> Result<ReplyMarkup, Refusal> {
    let words = "can't parse reply keyboard: Field \"keyboard\" must be of type Array";
    let mut keyboard = Vec::new();
    for row in rows.as_array().ok_or_else(|| Refusal::bad(words))? {
        let row = row.as_array().into_iter().flatten();
        keyboard.push(row.map(reply_button).collect::<Result<Vec<_>, _>>()?);
    }
    keyboard.retain(|row| !row.is_empty());
    let placeholder = markup.get("input_field_placeholder").and_then(Value::as_str).map(str::to_owned);
    let one_time = markup.get("one_time_keyboard").and_then(Value::as_bool).unwrap_or(false);
    Ok(ReplyMarkup::Keyboard(Keyboard { rows: keyboard, one_time, placeholder, used: false }))
}

/// Fields of a `KeyboardButton` that change nothing about what a tap does.
const LOOKS: [&str; 4] = ["text", "style", "icon_custom_emoji_id", "request_contact"];

fn reply_button(button: &Value) -> Result<Key, Refusal> {
    if !button.is_string() && !button.is_object() {
        return Err(Refusal::bad("can't parse keyboard button: KeyboardButton must be a String or an Object"));
    }
    let label = button.as_str().or_else(|| button.get("text")?.as_str());
    let label = label.ok_or_else(|| Refusal::bad("can't parse keyboard button: Can't find field \"text\""))?;
    let contact = button.get("request_contact").and_then(Value::as_bool).unwrap_or(false);
    let fields = button.as_object().into_iter().flatten();
    let mut asks = fields
        .filter(|(name, value)| !LOOKS.contains(&name.as_str()) && !value.is_null() && **value != Value::Bool(false));
    let asks = asks.next().map(|(name, value)| (name.clone(), value.clone()));
    if let Some((_, app)) = asks.as_ref().filter(|(name, _)| name == "web_app") {
        check_app(app, "keyboard button")?;
    }
    Ok(Key { label: label.to_owned(), contact, asks })
}
