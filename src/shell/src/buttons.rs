//! Buttons on their way to Telegram and back. What is written into an inline one is [`engine::Callback`].

use engine::{App, Callback, InlineButton, Input, Keyboard, ReplyButton};
use teloxide::types::{
    ButtonRequest, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, KeyboardMarkup, ReplyMarkup,
};

/// What a tap with this `callback_data` is.
pub(crate) fn read<A: App>(data: &str) -> Input<A> {
    match Callback::decode(data) {
        Some((serial, button)) => Input::Tapped { button, serial },
        None => Input::TappedUnknown,
    }
}

/// The inline keyboard, empty where there is none.
pub fn inline<A: App>(keys: &Keyboard<A>, serial: u32) -> InlineKeyboardMarkup {
    let key = |key: &InlineButton<A>| InlineKeyboardButton::callback(key.label.clone(), key.button.encode(serial));
    match keys {
        Keyboard::Inline(rows) => {
            InlineKeyboardMarkup::new(rows.iter().map(|row| row.iter().map(key).collect::<Vec<_>>()))
        }
        _ => InlineKeyboardMarkup::default(),
    }
}

/// What a new message brings along; `menu` is the application's main reply keyboard.
pub(crate) fn markup<A: App>(keys: &Keyboard<A>, serial: u32, menu: &[Vec<ReplyButton>]) -> Option<ReplyMarkup> {
    match keys {
        Keyboard::None => None,
        Keyboard::Inline(_) => Some(ReplyMarkup::InlineKeyboard(inline(keys, serial))),
        Keyboard::Reply(rows) => Some(ReplyMarkup::Keyboard(keyboard(rows))),
        // Whoever sends without knowing the keyboard leaves it as it is.
        Keyboard::Menu if menu.is_empty() => None,
        Keyboard::Menu => Some(ReplyMarkup::Keyboard(keyboard(menu).persistent())),
    }
}

fn keyboard(rows: &[Vec<ReplyButton>]) -> KeyboardMarkup {
    let button = |answer: &ReplyButton| {
        let button = KeyboardButton::new(answer.label.clone());
        if answer.contact { button.request(ButtonRequest::Contact) } else { button }
    };
    KeyboardMarkup::new(rows.iter().map(|row| row.iter().map(button).collect::<Vec<_>>())).resize_keyboard()
}
