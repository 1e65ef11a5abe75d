//! The Bot API's methods, a file for each family. A new one needs a function and a line in [`METHODS`].

mod account;
mod business;
mod callbacks;
mod chats;
mod checklists;
mod content;
mod drafts;
mod edits;
mod ephemeral;
mod files;
mod games;
mod gifts;
mod group_profile;
pub(super) mod inline;
mod input_media;
mod invites;
mod locations;
mod managed;
mod media;
mod members;
mod messages;
mod own;
mod payments;
mod polls;
mod rich;
pub(crate) mod sending;
mod stickers;
mod stories;
mod suggested;
mod topics;
mod trust;
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
    /// Checks what it is given, and answers what is always so.
    Fixed(fn(&mut Call<'_>) -> Outcome),
    /// `getUpdates`, which waits.
    Poll,
    /// `setWebhook`, which starts a delivery.
    Webhook,
}

use Run::{Change, Fixed, Look};

/// The most messages that one call names.
const BATCH: usize = 100;

/// In the order of the documentation.
const METHODS: &[Method] = &[
    Method { name: "getUpdates", run: Run::Poll },
    Method { name: "setWebhook", run: Run::Webhook },
    Method { name: "deleteWebhook", run: Change(webhook::delete) },
    Method { name: "getWebhookInfo", run: Look(webhook::info) },
    Method { name: "getMe", run: Look(account::get_me) },
    Method { name: "logOut", run: Fixed(account::done) },
    Method { name: "close", run: Fixed(account::done) },
    Method { name: "sendMessage", run: Change(messages::send_message) },
    Method { name: "forwardMessage", run: Change(messages::forward_message) },
    Method { name: "forwardMessages", run: Change(messages::forward_messages) },
    Method { name: "copyMessage", run: Change(messages::copy_message) },
    Method { name: "copyMessages", run: Change(messages::copy_messages) },
    Method { name: "sendPhoto", run: Change(messages::send_photo) },
    Method { name: "sendLivePhoto", run: Change(media::send_live_photo) },
    Method { name: "sendAudio", run: Change(media::send_audio) },
    Method { name: "sendDocument", run: Change(messages::send_document) },
    Method { name: "sendVideo", run: Change(media::send_video) },
    Method { name: "sendAnimation", run: Change(media::send_animation) },
    Method { name: "sendVoice", run: Change(media::send_voice) },
    Method { name: "sendVideoNote", run: Change(media::send_video_note) },
    Method { name: "sendPaidMedia", run: Change(media::send_paid_media) },
    Method { name: "sendMediaGroup", run: Change(messages::send_media_group) },
    Method { name: "sendLocation", run: Change(locations::send_location) },
    Method { name: "sendVenue", run: Change(media::send_venue) },
    Method { name: "sendContact", run: Change(messages::send_contact) },
    Method { name: "sendPoll", run: Change(polls::send_poll) },
    Method { name: "sendChecklist", run: Change(checklists::send_checklist) },
    Method { name: "sendDice", run: Change(media::send_dice) },
    Method { name: "sendMessageDraft", run: Change(drafts::send) },
    Method { name: "sendChatAction", run: Change(messages::send_chat_action) },
    Method { name: "setMessageReaction", run: Change(chats::react) },
    Method { name: "deleteMessageReaction", run: Change(chats::delete_reaction) },
    Method { name: "deleteAllMessageReactions", run: Change(chats::delete_all_reactions) },
    Method { name: "getUserProfilePhotos", run: Look(chats::get_profile_photos) },
    Method { name: "getUserProfileAudios", run: Fixed(chats::get_profile_audios) },
    Method { name: "setUserEmojiStatus", run: Change(trust::set_emoji_status) },
    Method { name: "getFile", run: Look(files::get_file) },
    Method { name: "banChatMember", run: Change(members::ban) },
    Method { name: "unbanChatMember", run: Change(members::unban) },
    Method { name: "restrictChatMember", run: Change(members::restrict) },
    Method { name: "promoteChatMember", run: Change(members::promote) },
    Method { name: "setChatAdministratorCustomTitle", run: Change(members::set_custom_title) },
    Method { name: "setChatMemberTag", run: Change(members::set_tag) },
    Method { name: "banChatSenderChat", run: Change(members::ban_sender_chat) },
    Method { name: "unbanChatSenderChat", run: Change(members::unban_sender_chat) },
    Method { name: "setChatPermissions", run: Change(members::set_permissions) },
    Method { name: "exportChatInviteLink", run: Change(invites::export) },
    Method { name: "createChatInviteLink", run: Change(invites::create) },
    Method { name: "editChatInviteLink", run: Change(invites::edit) },
    Method { name: "createChatSubscriptionInviteLink", run: Change(invites::create_subscription) },
    Method { name: "editChatSubscriptionInviteLink", run: Change(invites::edit) },
    Method { name: "revokeChatInviteLink", run: Change(invites::revoke) },
    Method { name: "approveChatJoinRequest", run: Change(invites::approve) },
    Method { name: "declineChatJoinRequest", run: Change(invites::decline) },
    Method { name: "answerChatJoinRequestQuery", run: Change(invites::answer_query) },
    Method { name: "sendChatJoinRequestWebApp", run: Change(invites::show_app) },
    Method { name: "setChatPhoto", run: Change(group_profile::set_photo) },
    Method { name: "deleteChatPhoto", run: Change(group_profile::delete_photo) },
    Method { name: "setChatTitle", run: Change(group_profile::set_title) },
    Method { name: "setChatDescription", run: Change(group_profile::set_description) },
    Method { name: "pinChatMessage", run: Change(chats::pin) },
    Method { name: "unpinChatMessage", run: Change(chats::unpin) },
    Method { name: "unpinAllChatMessages", run: Change(chats::unpin_all) },
    Method { name: "leaveChat", run: Change(members::leave) },
    Method { name: "getChat", run: Look(chats::get_chat) },
    Method { name: "getChatAdministrators", run: Look(members::administrators) },
    Method { name: "getChatMemberCount", run: Look(members::count) },
    Method { name: "getChatMember", run: Look(members::get) },
    Method { name: "getUserPersonalChatMessages", run: Fixed(trust::personal_messages) },
    Method { name: "setChatStickerSet", run: Change(group_profile::set_sticker_set) },
    Method { name: "deleteChatStickerSet", run: Change(group_profile::delete_sticker_set) },
    Method { name: "getForumTopicIconStickers", run: Look(stickers::topic_icons) },
    Method { name: "createForumTopic", run: Change(topics::create) },
    Method { name: "editForumTopic", run: Change(topics::edit) },
    Method { name: "closeForumTopic", run: Change(topics::close) },
    Method { name: "reopenForumTopic", run: Change(topics::reopen) },
    Method { name: "deleteForumTopic", run: Change(topics::delete) },
    Method { name: "unpinAllForumTopicMessages", run: Change(topics::unpin_all) },
    Method { name: "editGeneralForumTopic", run: Change(topics::edit_general) },
    Method { name: "closeGeneralForumTopic", run: Change(topics::close_general) },
    Method { name: "reopenGeneralForumTopic", run: Change(topics::reopen_general) },
    Method { name: "hideGeneralForumTopic", run: Change(topics::hide_general) },
    Method { name: "unhideGeneralForumTopic", run: Change(topics::unhide_general) },
    Method { name: "unpinAllGeneralForumTopicMessages", run: Change(topics::unpin_all_general) },
    Method { name: "answerCallbackQuery", run: Change(callbacks::answer) },
    Method { name: "getUserChatBoosts", run: Fixed(trust::boosts) },
    Method { name: "getBusinessConnection", run: Look(business::get) },
    Method { name: "getManagedBotToken", run: Look(managed::token) },
    Method { name: "replaceManagedBotToken", run: Change(managed::replace_token) },
    Method { name: "getManagedBotAccessSettings", run: Look(managed::access) },
    Method { name: "setManagedBotAccessSettings", run: Change(managed::set_access) },
    Method { name: "setMyCommands", run: Change(account::set_commands) },
    Method { name: "deleteMyCommands", run: Change(account::delete_commands) },
    Method { name: "getMyCommands", run: Look(account::get_commands) },
    Method { name: "setMyName", run: Change(account::set_name) },
    Method { name: "getMyName", run: Look(account::get_name) },
    Method { name: "setMyDescription", run: Change(account::set_description) },
    Method { name: "getMyDescription", run: Look(account::get_description) },
    Method { name: "setMyShortDescription", run: Change(account::set_short_description) },
    Method { name: "getMyShortDescription", run: Look(account::get_short_description) },
    Method { name: "setMyProfilePhoto", run: Change(own::set_photo) },
    Method { name: "removeMyProfilePhoto", run: Change(own::remove_photo) },
    Method { name: "setChatMenuButton", run: Change(own::set_menu_button) },
    Method { name: "getChatMenuButton", run: Look(own::get_menu_button) },
    Method { name: "setMyDefaultAdministratorRights", run: Change(members::set_default_rights) },
    Method { name: "getMyDefaultAdministratorRights", run: Look(members::get_default_rights) },
    Method { name: "getAvailableGifts", run: Look(gifts::available) },
    Method { name: "sendGift", run: Change(gifts::send) },
    Method { name: "giftPremiumSubscription", run: Change(gifts::send_premium) },
    Method { name: "verifyUser", run: Change(trust::verify_user) },
    Method { name: "verifyChat", run: Change(trust::verify_chat) },
    Method { name: "removeUserVerification", run: Change(trust::remove_user) },
    Method { name: "removeChatVerification", run: Change(trust::remove_chat) },
    Method { name: "readBusinessMessage", run: Fixed(business::read) },
    Method { name: "deleteBusinessMessages", run: Change(business::delete) },
    Method { name: "setBusinessAccountName", run: Change(business::set_name) },
    Method { name: "setBusinessAccountUsername", run: Change(business::set_username) },
    Method { name: "setBusinessAccountBio", run: Change(business::set_bio) },
    Method { name: "setBusinessAccountProfilePhoto", run: Change(business::set_photo) },
    Method { name: "removeBusinessAccountProfilePhoto", run: Change(business::remove_photo) },
    Method { name: "setBusinessAccountGiftSettings", run: Fixed(business::set_gift_settings) },
    Method { name: "getBusinessAccountStarBalance", run: Look(business::balance) },
    Method { name: "transferBusinessAccountStars", run: Change(gifts::transfer_stars) },
    Method { name: "getBusinessAccountGifts", run: Look(gifts::of_business) },
    Method { name: "getUserGifts", run: Look(gifts::of_user) },
    Method { name: "getChatGifts", run: Look(gifts::of_chat) },
    Method { name: "convertGiftToStars", run: Change(gifts::convert) },
    Method { name: "upgradeGift", run: Change(gifts::upgrade) },
    Method { name: "transferGift", run: Change(gifts::transfer) },
    Method { name: "postStory", run: Change(stories::post) },
    Method { name: "repostStory", run: Change(stories::repost) },
    Method { name: "editStory", run: Change(stories::edit) },
    Method { name: "deleteStory", run: Change(stories::delete) },
    Method { name: "editMessageText", run: Change(edits::text) },
    Method { name: "editMessageCaption", run: Change(edits::caption) },
    Method { name: "editMessageMedia", run: Change(edits::media) },
    Method { name: "editMessageLiveLocation", run: Change(locations::edit_live) },
    Method { name: "stopMessageLiveLocation", run: Change(locations::stop_live) },
    Method { name: "editMessageChecklist", run: Change(checklists::edit) },
    Method { name: "editMessageReplyMarkup", run: Change(edits::reply_markup) },
    Method { name: "stopPoll", run: Change(polls::stop) },
    Method { name: "approveSuggestedPost", run: Change(suggested::approve) },
    Method { name: "declineSuggestedPost", run: Change(suggested::decline) },
    Method { name: "deleteMessage", run: Change(edits::delete) },
    Method { name: "deleteMessages", run: Change(edits::delete_many) },
    Method { name: "editEphemeralMessageText", run: Change(ephemeral::edit_text) },
    Method { name: "editEphemeralMessageMedia", run: Change(ephemeral::edit_media) },
    Method { name: "editEphemeralMessageCaption", run: Change(ephemeral::edit_caption) },
    Method { name: "editEphemeralMessageReplyMarkup", run: Change(ephemeral::edit_markup) },
    Method { name: "deleteEphemeralMessage", run: Change(ephemeral::delete) },
    Method { name: "sendSticker", run: Change(media::send_sticker) },
    Method { name: "getStickerSet", run: Look(stickers::get_set) },
    Method { name: "getCustomEmojiStickers", run: Look(stickers::get_custom_emoji) },
    Method { name: "uploadStickerFile", run: Change(stickers::upload) },
    Method { name: "createNewStickerSet", run: Change(stickers::create) },
    Method { name: "addStickerToSet", run: Change(stickers::add) },
    Method { name: "setStickerPositionInSet", run: Change(stickers::set_position) },
    Method { name: "deleteStickerFromSet", run: Change(stickers::delete_sticker) },
    Method { name: "replaceStickerInSet", run: Change(stickers::replace) },
    Method { name: "setStickerEmojiList", run: Change(stickers::set_emoji) },
    Method { name: "setStickerKeywords", run: Fixed(stickers::set_keywords) },
    Method { name: "setStickerMaskPosition", run: Change(stickers::set_mask) },
    Method { name: "setStickerSetTitle", run: Change(stickers::set_title) },
    Method { name: "setStickerSetThumbnail", run: Change(stickers::set_thumbnail) },
    Method { name: "setCustomEmojiStickerSetThumbnail", run: Change(stickers::set_emoji_thumbnail) },
    Method { name: "deleteStickerSet", run: Change(stickers::delete) },
    Method { name: "answerInlineQuery", run: Change(inline::answer) },
    Method { name: "answerGuestQuery", run: Change(inline::answer_guest) },
    Method { name: "answerWebAppQuery", run: Change(inline::answer_web_app) },
    Method { name: "savePreparedInlineMessage", run: Change(inline::save_message) },
    Method { name: "savePreparedKeyboardButton", run: Change(inline::save_button) },
    Method { name: "sendRichMessage", run: Change(messages::send_rich) },
    Method { name: "sendRichMessageDraft", run: Change(drafts::send_rich) },
    Method { name: "sendInvoice", run: Change(payments::send_invoice) },
    Method { name: "createInvoiceLink", run: Change(payments::create_link) },
    Method { name: "answerShippingQuery", run: Change(payments::answer_shipping) },
    Method { name: "answerPreCheckoutQuery", run: Change(payments::answer_pre_checkout) },
    Method { name: "getMyStarBalance", run: Look(payments::balance) },
    Method { name: "getStarTransactions", run: Look(payments::transactions) },
    Method { name: "refundStarPayment", run: Change(payments::refund) },
    Method { name: "editUserStarSubscription", run: Fixed(payments::edit_subscription) },
    Method { name: "setPassportDataErrors", run: Fixed(trust::set_passport_errors) },
    Method { name: "sendGame", run: Change(games::send_game) },
    Method { name: "setGameScore", run: Change(games::set_score) },
    Method { name: "getGameHighScores", run: Look(games::high_scores) },
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
            Some(text) => self.bot.chat_named(&text).ok_or_else(Refusal::chat_not_found),
        }
    }

    /// The messages that a call names, 100 at most (`Client.cpp`, `get_message_ids`).
    fn message_ids(&self) -> Result<Vec<i32>, Refusal> {
        let value = self.params.json("message_ids").map_err(|_| Refusal::bad("can't parse message_ids JSON object"))?;
        let value = value.ok_or_else(|| Refusal::bad("message identifiers are not specified"))?;
        let list = value.as_array().ok_or_else(|| Refusal::bad("expected an Array of message identifiers"))?;
        if list.len() > BATCH {
            return Err(Refusal::bad("too many message identifiers specified"));
        }
        let number = |id: &Value| {
            let text = id.as_str().map(str::to_owned).or_else(|| id.is_number().then(|| id.to_string()));
            let text = text.ok_or_else(|| Refusal::bad("message identifier must be a Number"))?;
            let id = text.parse::<i32>().map_err(|_| Refusal::bad("can't parse message identifier as a Number"))?;
            if id > 0 { Ok(id) } else { Err(Refusal::bad("invalid message identifier specified")) }
        };
        list.iter().map(number).collect()
    }

    fn message_id(&self) -> Result<i32, Refusal> {
        let id = self.params.integer("message_id").and_then(|id| i32::try_from(id).ok());
        id.ok_or_else(|| Refusal::bad("message identifier is not specified"))
    }
}
