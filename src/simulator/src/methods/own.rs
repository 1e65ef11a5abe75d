//! What the bot shows of itself beside its name: its picture, and the button of its menu.

use serde_json::{Value, json};

use super::{Call, Outcome, business};
use crate::refusal::Refusal;
use crate::world::Bot;

pub(super) fn set_photo(call: &mut Call<'_>) -> Outcome {
    let photo = business::profile_photo(call)?;
    call.bot.profile_photo = Some(photo);
    Ok(true.into())
}

pub(super) fn remove_photo(call: &mut Call<'_>) -> Outcome {
    call.bot.profile_photo = None;
    Ok(true.into())
}

/// The chat with the person that the button is for; 0 for all chats.
fn chat(call: &Call<'_>) -> Result<i64, Refusal> {
    let Some(chat) = call.params.integer("chat_id").filter(|chat| *chat != 0) else { return Ok(0) };
    if call.bot.people.contains_key(&chat) { Ok(chat) } else { Err(Refusal::chat_not_found()) }
}

/// Reads a `MenuButton`; without one it is the default.
fn button(call: &Call<'_>) -> Result<Value, Refusal> {
    let button = call.params.json("menu_button").map_err(|_| Refusal::bad("can't parse menu button JSON object"))?;
    let Some(button) = button else { return Ok(json!({ "type": "default" })) };
    let wrong = |words: &str| Refusal::bad(format!("can't parse menu button: {words}"));
    if !button.is_object() {
        return Err(wrong("MenuButton must be an Object"));
    }
    match button.get("type").and_then(Value::as_str) {
        Some(kind @ ("default" | "commands")) => Ok(json!({ "type": kind })),
        Some("web_app") => {
            let text = button.get("text").and_then(Value::as_str).ok_or_else(|| wrong("Can't find field \"text\""))?;
            let url = button["web_app"].get("url").and_then(Value::as_str);
            let url = url.ok_or_else(|| wrong("Can't find field \"url\""))?;
            if !url.starts_with("https://") {
                return Err(Refusal::bad("BUTTON_URL_INVALID"));
            }
            Ok(json!({ "type": "web_app", "text": text, "web_app": { "url": url } }))
        }
        Some(_) => Err(wrong("MenuButton has unsupported type")),
        None => Err(wrong("Can't find field \"type\"")),
    }
}

pub(super) fn set_menu_button(call: &mut Call<'_>) -> Outcome {
    let (chat, button) = (chat(call)?, button(call)?);
    call.bot.menu_buttons.insert(chat, button);
    call.bot.looks_different();
    Ok(true.into())
}

pub(super) fn get_menu_button(call: &mut Call<'_>) -> Outcome {
    let chat = chat(call)?;
    Ok(call.bot.menu_button(chat))
}

impl Bot {
    /// All chats show something else of the bot from now on: whoever looks at one is told.
    pub(crate) fn looks_different(&mut self) {
        for chat in self.chats.values_mut() {
            chat.version += 1;
        }
    }

    /// The button of the menu in a chat with a person; one without a button of its own has that of all chats.
    pub(crate) fn menu_button(&self, chat: i64) -> Value {
        let own = self.menu_buttons.get(&chat).filter(|button| button["type"] != "default");
        let button = own.or_else(|| self.menu_buttons.get(&0)).cloned();
        button.unwrap_or_else(|| json!({ "type": "commands" }))
    }
}
