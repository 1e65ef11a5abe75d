//! Accounts of businesses for which the bot answers.

use serde_json::{Map, Value, json};

use super::{Call, Outcome, content};
use crate::files::FileKind;
use crate::refusal::Refusal;

/// Limits of <https://core.telegram.org/bots/api#setbusinessaccountname> and its neighbours, in characters.
const FIRST_NAME: usize = 64;
const LAST_NAME: usize = 64;
const USERNAME: usize = 32;
const BIO: usize = 140;

/// The connection that the call names.
fn connection(call: &Call<'_>) -> Result<(String, Value), Refusal> {
    let id = call.params.text("business_connection_id").unwrap_or_default().into_owned();
    let known = call.bot.connections.get(&id).cloned();
    known.map(|known| (id, known)).ok_or_else(|| Refusal::bad("BUSINESS_CONNECTION_INVALID"))
}

/// A connection that lets the bot do something.
pub(super) fn allowing(call: &Call<'_>, right: &str) -> Result<i64, Refusal> {
    let (_, known) = connection(call)?;
    if known["is_enabled"] != true {
        return Err(Refusal::bad("BUSINESS_CONNECTION_NOT_ALLOWED"));
    }
    match known["rights"][right] == true {
        true => Ok(known["user_chat_id"].as_i64().unwrap_or_default()),
        false => Err(Refusal::bad("BOT_ACCESS_FORBIDDEN")),
    }
}

/// For whom a message is sent, as a field of it; nothing where the bot sends it for itself.
pub(super) fn connected(call: &Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let mut fields = Map::new();
    if let Some(id) = call.params.text("business_connection_id").filter(|id| !id.is_empty()) {
        allowing(call, "can_reply")?;
        fields.insert("business_connection_id".into(), id.into());
    }
    Ok(fields)
}

pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    Ok(connection(call)?.1)
}

fn limited(call: &Call<'_>, field: &str, limit: usize, refusal: &str) -> Result<String, Refusal> {
    let text = call.params.text(field).unwrap_or_default().trim().to_owned();
    if text.chars().count() > limit { Err(Refusal::bad(refusal)) } else { Ok(text) }
}

pub(super) fn set_name(call: &mut Call<'_>) -> Outcome {
    let person = allowing(call, "can_edit_name")?;
    let first = limited(call, "first_name", FIRST_NAME, "FIRSTNAME_INVALID")?;
    limited(call, "last_name", LAST_NAME, "LASTNAME_INVALID")?;
    if first.is_empty() {
        return Err(Refusal::bad("FIRSTNAME_INVALID"));
    }
    if let Some(known) = call.bot.people.get_mut(&person) {
        known.person.first_name = first;
    }
    Ok(true.into())
}

pub(super) fn set_username(call: &mut Call<'_>) -> Outcome {
    let person = allowing(call, "can_edit_username")?;
    let username = limited(call, "username", USERNAME, "USERNAME_INVALID")?;
    if let Some(known) = call.bot.people.get_mut(&person) {
        known.person.username = Some(username).filter(|username| !username.is_empty());
    }
    Ok(true.into())
}

pub(super) fn set_bio(call: &mut Call<'_>) -> Outcome {
    let person = allowing(call, "can_edit_bio")?;
    let bio = limited(call, "bio", BIO, "ABOUT_TOO_LONG")?;
    if let Some(known) = call.bot.people.get_mut(&person) {
        known.bio = bio;
    }
    Ok(true.into())
}

/// The picture of an `InputProfilePhoto`.
pub(super) fn profile_photo(call: &mut Call<'_>) -> Result<std::sync::Arc<crate::files::Blob>, Refusal> {
    let photo = call.params.json("photo").map_err(|_| Refusal::bad("can't parse photo JSON object"))?;
    let photo = photo.ok_or_else(|| Refusal::bad("photo isn't specified"))?;
    let (field, kind) = match photo.get("type").and_then(Value::as_str) {
        Some("static") => ("photo", FileKind::Photo),
        Some("animated") => ("animation", FileKind::Animation),
        Some(_) => return Err(Refusal::bad("invalid profile photo type specified")),
        None => return Err(Refusal::bad("can't parse profile photo: Can't find field \"type\"")),
    };
    let reference = photo.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    if !reference.starts_with("attach://") {
        return Err(Refusal::bad("photo must be uploaded as a file"));
    }
    content::referenced(call, &reference, kind)
}

pub(super) fn set_photo(call: &mut Call<'_>) -> Outcome {
    let person = allowing(call, "can_edit_profile_photo")?;
    let photo = profile_photo(call)?;
    if let Some(known) = call.bot.people.get_mut(&person) {
        known.photo = Some(photo);
    }
    Ok(true.into())
}

pub(super) fn remove_photo(call: &mut Call<'_>) -> Outcome {
    let person = allowing(call, "can_edit_profile_photo")?;
    if let Some(known) = call.bot.people.get_mut(&person) {
        known.photo = None;
    }
    Ok(true.into())
}

pub(super) fn set_gift_settings(call: &mut Call<'_>) -> Outcome {
    allowing(call, "can_change_gift_settings")?;
    let accepted = call
        .params
        .json("accepted_gift_types")
        .map_err(|_| Refusal::bad("can't parse accepted gift types JSON object"))?;
    let accepted = accepted.ok_or_else(|| Refusal::bad("accepted gift types aren't specified"))?;
    if accepted.is_object() { Ok(true.into()) } else { Err(Refusal::bad("object expected as accepted gift types")) }
}

/// Stars that the account has got for gifts.
pub(super) fn balance(call: &mut Call<'_>) -> Outcome {
    let account = allowing(call, "can_view_gifts_and_stars")?;
    Ok(json!({ "amount": call.bot.payments.accounts.get(&account).unwrap_or(&0) }))
}

/// A message in the chat of the account.
pub(super) fn read(call: &mut Call<'_>) -> Outcome {
    allowing(call, "can_read_messages")?;
    let (chat, id) = (call.chat_id()?, call.message_id()?);
    let known = call.bot.chats.get(&chat).ok_or_else(Refusal::chat_not_found)?;
    known.post(id).map(|_| true.into()).ok_or_else(|| Refusal::bad("message not found"))
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let person = allowing(call, "can_delete_sent_messages")?;
    for id in call.message_ids()? {
        // What is gone already is passed over, as by `deleteMessages`.
        let _ = call.bot.remove(person, id);
    }
    Ok(true.into())
}
