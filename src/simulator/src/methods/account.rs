//! The bot itself: who it is, and its commands.

use serde_json::{Value, json};

use super::{Call, Outcome};
use crate::refusal::Refusal;

/// teloxide's dispatcher fails at its start if one of the last four fields is missing.
pub(super) fn get_me(call: &mut Call<'_>) -> Outcome {
    let mut me = call.bot.user_json();
    for (field, value) in [
        ("can_join_groups", true),
        ("can_read_all_group_messages", false),
        ("supports_inline_queries", true),
        ("can_connect_to_business", true),
        ("has_main_web_app", false),
        ("can_manage_bots", true),
        ("supports_guest_queries", true),
        ("supports_join_request_queries", true),
    ] {
        me[field] = value.into();
    }
    Ok(me)
}

/// `logOut` and `close`, and what else needs no more than a yes here.
pub(super) fn done(_: &mut Call<'_>) -> Outcome {
    Ok(true.into())
}

pub(super) fn get_commands(call: &mut Call<'_>) -> Outcome {
    let key = scope(call)?;
    Ok(call.bot.commands.get(&key).cloned().unwrap_or_else(|| json!([])))
}

pub(super) fn set_commands(call: &mut Call<'_>) -> Outcome {
    let key = scope(call)?;
    let commands = call.params.json("commands")?.unwrap_or_else(|| json!([]));
    let list = commands.as_array().ok_or_else(|| Refusal::bad("expected an Array of BotCommand"))?;
    if list.len() > 100 {
        return Err(Refusal::bad("BOT_COMMANDS_TOO_MUCH"));
    }
    list.iter().try_for_each(check_command)?;
    call.bot.commands.insert(key, commands);
    call.bot.looks_different();
    Ok(true.into())
}

/// Names of 1 to 32 small letters, digits and underscores, descriptions of up to 256 characters
/// (<https://core.telegram.org/bots/api#botcommand>).
fn check_command(command: &Value) -> Result<(), Refusal> {
    let field = |key: &str| command.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = field("command").trim_start_matches('/');
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !(1..=32).contains(&name.len()) || !name.bytes().all(letter) {
        return Err(Refusal::bad("BOT_COMMAND_INVALID"));
    }
    if !(1..=256).contains(&engine::markup::utf16_len(field("description"))) {
        return Err(Refusal::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
    }
    Ok(())
}

pub(super) fn delete_commands(call: &mut Call<'_>) -> Outcome {
    let key = scope(call)?;
    call.bot.commands.remove(&key);
    call.bot.looks_different();
    Ok(true.into())
}

/// Scope and language as one key: `default/uk`.
fn scope(call: &Call<'_>) -> Result<String, Refusal> {
    let scope = call.params.json("scope").map_err(|_| Refusal::bad("can't parse BotCommandScope JSON object"))?;
    let wrong = |words: &str| Refusal::bad(format!("can't parse BotCommandScope: {words}"));
    if let Some(scope) = &scope {
        if !scope.is_object() {
            return Err(wrong("BotCommandScope must be an Object"));
        }
        let kind = scope.get("type").and_then(Value::as_str).ok_or_else(|| wrong("Can't find field \"type\""))?;
        match kind {
            "default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators" => {}
            "chat" | "chat_administrators" | "chat_member" => {
                let chat = scope.get("chat_id").ok_or_else(|| wrong("Can't find field \"chat_id\""))?;
                if chat.as_str().is_some_and(str::is_empty) {
                    return Err(wrong("empty chat_id specified"));
                }
            }
            _ => return Err(wrong("unsupported type specified")),
        }
    }
    let field = |key: &str| scope.as_ref().and_then(|scope| scope.get(key));
    let kind = field("type").and_then(Value::as_str).unwrap_or("default");
    let id = |value: &Value| value.as_str().map_or_else(|| value.as_i64(), |name| call.bot.chat_named(name));
    let ids = ["chat_id", "user_id"].iter().filter_map(|name| id(field(name)?)).map(|id| format!(" {id}"));
    Ok(format!("{kind}{}/{}", ids.collect::<String>(), call.params.text("language_code").unwrap_or_default()))
}

pub(super) fn set_name(call: &mut Call<'_>) -> Outcome {
    set_profile(call, "setmyname", "name", 64)
}

pub(super) fn set_description(call: &mut Call<'_>) -> Outcome {
    set_profile(call, "setmydescription", "description", 512)
}

pub(super) fn set_short_description(call: &mut Call<'_>) -> Outcome {
    set_profile(call, "setmyshortdescription", "short_description", 120)
}

fn set_profile(call: &mut Call<'_>, method: &str, field: &str, limit: usize) -> Outcome {
    let text = call.params.text(field).unwrap_or_default().into_owned();
    if engine::markup::utf16_len(&text) > limit {
        return Err(Refusal::bad(format!("{} is too long", field.replace('_', " "))));
    }
    let language = call.params.text("language_code").unwrap_or_default();
    let key = format!("{method}/{language}");
    call.bot.profile.insert(key, text);
    call.bot.looks_different();
    Ok(true.into())
}

pub(super) fn get_name(call: &mut Call<'_>) -> Outcome {
    let name = call.bot.user_json()["first_name"].clone();
    let told = profile(call, "setmyname");
    Ok(json!({ "name": told.map_or(name, Value::from) }))
}

pub(super) fn get_description(call: &mut Call<'_>) -> Outcome {
    Ok(json!({ "description": profile(call, "setmydescription").unwrap_or_default() }))
}

pub(super) fn get_short_description(call: &mut Call<'_>) -> Outcome {
    Ok(json!({ "short_description": profile(call, "setmyshortdescription").unwrap_or_default() }))
}

/// What was set for the language, else for all.
fn profile(call: &Call<'_>, method: &str) -> Option<String> {
    let language = call.params.text("language_code").unwrap_or_default();
    let set = |language: &str| call.bot.profile.get(&format!("{method}/{language}")).filter(|text| !text.is_empty());
    set(&language).or_else(|| set("")).cloned()
}
