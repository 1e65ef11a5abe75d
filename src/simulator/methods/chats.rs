//! Chats.

use serde_json::json;

use super::{Call, Outcome};

/// `ChatFullInfo`, with the fields that teloxide 0.17 cannot do without.
pub(super) fn get_chat(call: &mut Call<'_>) -> Outcome {
    let id = call.chat_id()?;
    if !call.bot.chats.contains_key(&id) {
        return Err(crate::simulator::refusal::Refusal::chat_not_found());
    }
    let mut chat = call.bot.chat_json(id);
    chat["accent_color_id"] = 0.into();
    chat["max_reaction_count"] = 11.into();
    chat["accepted_gift_types"] = json!({
        "unlimited_gifts": true, "limited_gifts": true, "unique_gifts": true, "premium_subscription": true,
    });
    Ok(chat)
}
