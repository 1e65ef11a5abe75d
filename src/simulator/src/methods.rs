//! The Bot API's methods, a file for each family. A new one needs a function and a line in [`METHODS`].

mod account;
mod callbacks;
mod chats;
mod content;
mod edits;
mod files;
mod messages;
pub(super) mod updates;
pub(super) mod webhook;

use serde_json::Value;

use super::params::Params;
use super::refusal::Refusal;
use super::world::Bot;

/// What a method works on.
pub(super) struct Call<'a> {
    pub(super) bot: &'a mut Bot,
    pub(super) params: &'a mut Params,
}

pub(super) type Outcome = Result<Value, Refusal>;

pub(super) struct Method {
    /// As the Bot API's documentation writes it.
    pub(super) name: &'static str,
    pub(super) run: Run,
}

/// How a method is carried out.
pub(super) enum Run {
    /// Changes nothing that anybody waits for.
    Look(fn(&mut Call<'_>) -> Outcome),
    Change(fn(&mut Call<'_>) -> Outcome),
    /// `getUpdates`, which waits.
    Poll,
    /// `setWebhook`, which starts a delivery.
    Webhook,
}

use Run::{Change, Look};

const METHODS: &[Method] = &[
    Method { name: "sendMessage", run: Change(messages::send_message) },
    Method { name: "editMessageText", run: Change(edits::text) },
    Method { name: "answerCallbackQuery", run: Change(callbacks::answer) },
    Method { name: "getUpdates", run: Run::Poll },
    Method { name: "sendPhoto", run: Change(messages::send_photo) },
    Method { name: "sendDocument", run: Change(messages::send_document) },
    Method { name: "sendMediaGroup", run: Change(messages::send_media_group) },
    Method { name: "sendContact", run: Change(messages::send_contact) },
    Method { name: "sendLocation", run: Change(messages::send_location) },
    Method { name: "copyMessage", run: Change(messages::copy_message) },
    Method { name: "forwardMessage", run: Change(messages::forward_message) },
    Method { name: "sendChatAction", run: Change(messages::send_chat_action) },
    Method { name: "editMessageCaption", run: Change(edits::caption) },
    Method { name: "editMessageMedia", run: Change(edits::media) },
    Method { name: "editMessageReplyMarkup", run: Change(edits::reply_markup) },
    Method { name: "deleteMessage", run: Change(edits::delete) },
    Method { name: "deleteMessages", run: Change(edits::delete_many) },
    Method { name: "getMe", run: Look(account::get_me) },
    Method { name: "logOut", run: Look(account::done) },
    Method { name: "close", run: Look(account::done) },
    Method { name: "getMyCommands", run: Look(account::get_commands) },
    Method { name: "setMyCommands", run: Change(account::set_commands) },
    Method { name: "deleteMyCommands", run: Change(account::delete_commands) },
    Method { name: "setMyName", run: Change(account::set_name) },
    Method { name: "setMyDescription", run: Change(account::set_description) },
    Method { name: "setMyShortDescription", run: Change(account::set_short_description) },
    Method { name: "getMyName", run: Look(account::get_name) },
    Method { name: "getMyDescription", run: Look(account::get_description) },
    Method { name: "getMyShortDescription", run: Look(account::get_short_description) },
    Method { name: "setChatMenuButton", run: Look(account::done) },
    Method { name: "getFile", run: Look(files::get_file) },
    Method { name: "getChat", run: Look(chats::get_chat) },
    Method { name: "getChatMember", run: Look(chats::get_member) },
    Method { name: "getUserProfilePhotos", run: Look(chats::get_profile_photos) },
    Method { name: "pinChatMessage", run: Change(chats::pin) },
    Method { name: "unpinChatMessage", run: Change(chats::unpin) },
    Method { name: "unpinAllChatMessages", run: Change(chats::unpin_all) },
    Method { name: "setMessageReaction", run: Change(chats::react) },
    Method { name: "setWebhook", run: Run::Webhook },
    Method { name: "deleteWebhook", run: Change(webhook::delete) },
    Method { name: "getWebhookInfo", run: Look(webhook::info) },
];

/// The method of a lower-case name.
pub(super) fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name.eq_ignore_ascii_case(name))
}

/// The names of all methods.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    METHODS.iter().map(|method| method.name)
}

impl Call<'_> {
    /// The chat that the call is for.
    fn chat_id(&self) -> Result<i64, Refusal> {
        self.chat_named("chat_id")
    }

    /// The chat that a field names.
    fn chat_named(&self, field: &str) -> Result<i64, Refusal> {
        match self.params.text(field) {
            None => Err(Refusal::bad(format!("{field} is empty"))),
            Some(text) if text.is_empty() => Err(Refusal::bad(format!("{field} is empty"))),
            Some(_) => self.params.integer(field).ok_or_else(Refusal::chat_not_found),
        }
    }

    fn message_id(&self) -> Result<i32, Refusal> {
        let id = self.params.integer("message_id").and_then(|id| i32::try_from(id).ok());
        id.ok_or_else(|| Refusal::bad("message identifier is not specified"))
    }
}
