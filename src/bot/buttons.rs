//! Inline buttons on their way to Telegram and back. The code itself is `dialogues::buttons`.

use dialogues::buttons::Button;
use dialogues::machine::{Answer, Input, Key, Keys};
use dialogues::menu::menu_keyboard;
use dialogues::shop::Language;
use teloxide::types::{
    ButtonRequest, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, KeyboardMarkup, ReplyMarkup,
};

/// What a tap with this `callback_data` is.
pub(super) fn read(data: &str) -> Input {
    match Button::decode(data) {
        Some((serial, button)) => Input::Tapped { button, serial },
        None => Input::TappedUnknown,
    }
}

/// The inline keyboard, empty where there is none.
pub(super) fn inline(keys: &Keys, serial: u32) -> InlineKeyboardMarkup {
    let key = |key: &Key| InlineKeyboardButton::callback(key.label.clone(), key.button.encode(serial));
    match keys {
        Keys::Inline(rows) => InlineKeyboardMarkup::new(rows.iter().map(|row| row.iter().map(key).collect::<Vec<_>>())),
        _ => InlineKeyboardMarkup::default(),
    }
}

/// What a new message brings along.
pub(super) fn markup(keys: &Keys, serial: u32, language: Language) -> Option<ReplyMarkup> {
    match keys {
        Keys::None => None,
        Keys::Inline(_) => Some(ReplyMarkup::InlineKeyboard(inline(keys, serial))),
        Keys::Answers(rows) => Some(ReplyMarkup::Keyboard(keyboard(rows))),
        Keys::Menu => Some(ReplyMarkup::Keyboard(keyboard(&menu_keyboard(language)).persistent())),
    }
}

fn keyboard(rows: &[Vec<Answer>]) -> KeyboardMarkup {
    let button = |answer: &Answer| {
        let button = KeyboardButton::new(answer.label.clone());
        if answer.contact { button.request(ButtonRequest::Contact) } else { button }
    };
    KeyboardMarkup::new(rows.iter().map(|row| row.iter().map(button).collect::<Vec<_>>())).resize_keyboard()
}
