//! What the bot vouches for, and what it knows of people beside their messages.

use serde_json::{Value, json};

use super::members::subject;
use super::{Call, Outcome};
use crate::refusal::Refusal;

/// Characters of what stands at a verified account (<https://core.telegram.org/bots/api#verifyuser>).
const DESCRIPTION: usize = 70;

fn chat(call: &Call<'_>) -> Result<i64, Refusal> {
    let chat = call.chat_id()?;
    if call.bot.chats.contains_key(&chat) { Ok(chat) } else { Err(Refusal::chat_not_found()) }
}

fn verify(call: &mut Call<'_>, id: i64) -> Outcome {
    let words = call.params.text("custom_description").unwrap_or_default().into_owned();
    if words.chars().count() > DESCRIPTION {
        return Err(Refusal::bad("DESCRIPTION_TOO_LONG"));
    }
    call.bot.verified.insert(id, words);
    Ok(true.into())
}

pub(super) fn verify_user(call: &mut Call<'_>) -> Outcome {
    let id = subject(call)?;
    verify(call, id)
}

pub(super) fn verify_chat(call: &mut Call<'_>) -> Outcome {
    let id = chat(call)?;
    verify(call, id)
}

pub(super) fn remove_user(call: &mut Call<'_>) -> Outcome {
    let id = subject(call)?;
    call.bot.verified.remove(&id);
    Ok(true.into())
}

pub(super) fn remove_chat(call: &mut Call<'_>) -> Outcome {
    let id = chat(call)?;
    call.bot.verified.remove(&id);
    Ok(true.into())
}

/// People of the simulator let the bot set their status. Its end, if it has one, is in the future.
pub(super) fn set_emoji_status(call: &mut Call<'_>) -> Outcome {
    let id = subject(call)?;
    let emoji = call.params.text("emoji_status_custom_emoji_id").unwrap_or_default().into_owned();
    if !emoji.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::bad("invalid custom emoji identifier specified"));
    }
    if let Some(known) = call.bot.people.get_mut(&id) {
        known.emoji_status = Some(emoji).filter(|emoji| !emoji.is_empty());
    }
    Ok(true.into())
}

/// Nobody of the simulator boosts chats.
pub(super) fn boosts(call: &mut Call<'_>) -> Outcome {
    chat(call)?;
    subject(call)?;
    Ok(json!({ "boosts": [] }))
}

/// Nobody of the simulator has a personal channel.
pub(super) fn personal_messages(call: &mut Call<'_>) -> Outcome {
    subject(call)?;
    Ok(json!([]))
}

/// Bytes of a hash (<https://core.telegram.org/bots/api#passportelementerror>).
const HASH: usize = 32;

/// Elements of Telegram Passport (<https://core.telegram.org/passport#fields>).
const DOCUMENTS: &[&str] = &[
    "personal_details",
    "passport",
    "driver_license",
    "identity_card",
    "internal_passport",
    "address",
    "utility_bill",
    "bank_statement",
    "rental_agreement",
    "passport_registration",
    "temporary_registration",
    "phone_number",
    "email",
];

/// What is wrong with somebody's documents, each with the field that its kind has.
pub(super) fn set_passport_errors(call: &mut Call<'_>) -> Outcome {
    subject(call)?;
    let errors = call.params.json("errors").map_err(|_| Refusal::bad("can't parse errors JSON object"))?;
    let errors = errors.unwrap_or_else(|| json!([]));
    let list = errors.as_array().ok_or_else(|| Refusal::bad("expected an Array of PassportElementError"))?;
    for error in list {
        let wrong = |words: &str| Refusal::bad(format!("can't parse PassportElementError: {words}"));
        let said = |field: &str| error.get(field).and_then(Value::as_str);
        let kind = said("type").ok_or_else(|| wrong("Can't find field \"type\""))?;
        if !DOCUMENTS.contains(&kind) {
            return Err(wrong("wrong Telegram Passport element type specified"));
        }
        said("message").ok_or_else(|| wrong("Can't find field \"message\""))?;
        let hash = match said("source") {
            Some("data") => "data_hash",
            Some("front_side" | "reverse_side" | "selfie" | "file" | "translation_file") => "file_hash",
            Some("files" | "translation_files") => "file_hashes",
            Some("unspecified") | None => "element_hash",
            Some(_) => return Err(wrong("wrong source specified")),
        };
        let hashes = error.get(hash).ok_or_else(|| wrong(&format!("Can't find field \"{hash}\"")))?;
        let each = hashes.as_array().map_or(std::slice::from_ref(hashes), Vec::as_slice);
        for hash in each {
            let text = hash.as_str().ok_or_else(|| wrong("hash must be a string"))?;
            if decoded_length(text).is_none() {
                return Err(wrong("hash isn't a valid base64-encoded string"));
            }
            if decoded_length(text) != Some(HASH) {
                return Err(Refusal::bad("HASH_SIZE_INVALID"));
            }
        }
    }
    Ok(true.into())
}

/// How many bytes a base64 text stands for.
fn decoded_length(text: &str) -> Option<usize> {
    let letters = text.trim_end_matches('=');
    let padding = text.len() - letters.len();
    let right =
        !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    (right && padding <= 2 && text.len().is_multiple_of(4)).then(|| text.len() / 4 * 3 - padding)
}
