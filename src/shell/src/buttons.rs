//! Buttons on their way to Telegram and back. What is written into an inline one is [`engine::Button`].

use engine::{Answer, App, Button, Input, Key, Keys};
use teloxide::types::{
    ButtonRequest, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, KeyboardMarkup, ReplyMarkup,
};

/// What a tap with this `callback_data` is.
pub(crate) fn read<A: App>(data: &str) -> Input<A> {
    match Button::decode(data) {
        Some((serial, button)) => Input::Tapped { button, serial },
        None => Input::TappedUnknown,
    }
}

/// The inline keyboard, empty where there is none.
pub fn inline<A: App>(keys: &Keys<A>, serial: u32) -> InlineKeyboardMarkup {
    let key = |key: &Key<A>| InlineKeyboardButton::callback(key.label.clone(), key.button.encode(serial));
    match keys {
        Keys::Inline(rows) => InlineKeyboardMarkup::new(rows.iter().map(|row| row.iter().map(key).collect::<Vec<_>>())),
        _ => InlineKeyboardMarkup::default(),
    }
}

/// What a new message brings along; `menu` is the application's main reply keyboard.
pub(crate) fn markup<A: App>(keys: &Keys<A>, serial: u32, menu: &[Vec<Answer>]) -> Option<ReplyMarkup> {
    match keys {
        Keys::None => None,
        Keys::Inline(_) => Some(ReplyMarkup::InlineKeyboard(inline(keys, serial))),
        Keys::Answers(rows) => Some(ReplyMarkup::Keyboard(keyboard(rows))),
        // Whoever sends without knowing the keyboard leaves it as it is.
        Keys::Menu if menu.is_empty() => None,
        Keys::Menu => Some(ReplyMarkup::Keyboard(keyboard(menu).persistent())),
    }
}

fn keyboard(rows: &[Vec<Answer>]) -> KeyboardMarkup {
    let button = |answer: &Answer| {
        let button = KeyboardButton::new(answer.label.clone());
        if answer.contact { button.request(ButtonRequest::Contact) } else { button }
    };
    KeyboardMarkup::new(rows.iter().map(|row| row.iter().map(button).collect::<Vec<_>>())).resize_keyboard()
}
