//! From Telegram's update to what the customer did.
//!
//! Updates are read from their JSON field by field, and only what is needed of them: a part that is younger than this
//! program (a kind of entity, a quote, where a message was forwarded from) must not hide the text beside it. So none of
//! teloxide's types of updates are used here, which read a message as a whole or not at all.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::markup::{EntityKind, MessageEntity, Rich};
use engine::{App, Attachment, Input, User};
use serde_json::Value;
use teloxide::types::{CallbackQueryId, MessageId, ThreadId};
use tracing::Span;

use crate::buttons;

/// An update as it came, by either door.
#[derive(Debug, Clone)]
pub struct Update<A: App> {
    /// Telegram's number. It is a 32-bit one today, and not promised to stay so.
    pub id: i64,
    /// Telegram's word for the kind, for metrics; `other` for a kind that is not read.
    pub kind: &'static str,
    /// What it means for a customer; `None` for what concerns nobody, such as a channel's post or an update of a kind
    /// that is younger than this program.
    pub incoming: Option<Incoming<A>>,
}

/// Not an update: not JSON, or without a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an update of the Bot API")]
pub struct NotAnUpdate;

/// An update that concerns a customer.
#[derive(Debug, Clone)]
pub struct Incoming<A: App> {
    pub update: i64,
    /// The chat that the dialogue lives in; in a private chat also the customer's id.
    pub chat: i64,
    /// The topic of the chat that it was written in, and that is answered in.
    pub thread: Option<ThreadId>,
    /// How Telegram introduces the customer, should we not know them yet.
    pub user: User,
    /// When Telegram says it was sent, in seconds since 1970; it does not say so of taps.
    pub sent: Option<i64>,
    pub input: Input<A>,
    pub tap: Option<Tap>,
    /// The update as Telegram has sent it, for a turn that cannot be played now.
    pub json: Arc<str>,
}

impl<A: App> Incoming<A> {
    /// What no update has led to, in a private chat. Its person was introduced at an earlier turn.
    pub(crate) fn by_itself(update: i64, chat: i64, input: Input<A>) -> Self {
        let user = User { id: chat, first_name: String::new(), username: None, language_code: None };
        Self { update, chat, thread: None, user, sent: None, input, tap: None, json: "".into() }
    }
}

/// An update that has come in, on its way through queue and turn to its screen.
#[derive(Debug)]
pub struct ReceivedUpdate<A: App> {
    pub incoming: Incoming<A>,
    pub at: Instant,
    /// Whatever is logged within it has the update's ids.
    pub span: Span,
}

impl<A: App> ReceivedUpdate<A> {
    /// An update that has come in now; `request` is the id of the call of our webhook that has brought it.
    pub fn now(incoming: Incoming<A>, request: Option<&str>) -> Self {
        let (id, chat) = (incoming.update, incoming.chat);
        // As an error, so that a log of nothing but warnings has the ids, too. A span is no line.
        let span = tracing::error_span!("update", update.id = id, chat.id = chat, request.id = request);
        Self { incoming, at: Instant::now(), span }
    }
}

/// After this Telegram does not take the answer to a tap (`telegram-bot-api/Client.cpp` keeps a tap for 150 s).
pub(crate) const TAP_ANSWER_LIMIT: Duration = Duration::from_secs(150);

/// A tap on an inline button: it waits for an answer.
#[derive(Debug, Clone)]
pub struct Tap {
    pub query: CallbackQueryId,
    /// The message with the button, unless it is too old for Telegram to show it.
    pub message: Option<TappedMessage>,
}

/// The message that was tapped.
#[derive(Debug, Clone, Copy)]
pub struct TappedMessage {
    pub id: MessageId,
    pub has_picture: bool,
}

/// Reads an update from its JSON.
///
/// # Errors
/// [`NotAnUpdate`].
pub fn parse<A: App>(json: &str) -> Result<Update<A>, NotAnUpdate> {
    let mut update = read(&serde_json::from_str(json).map_err(|_| NotAnUpdate)?)?;
    if let Some(incoming) = &mut update.incoming {
        incoming.json = json.into();
    }
    Ok(update)
}

/// Reads an update; [`Incoming::json`] is left empty.
///
/// # Errors
/// [`NotAnUpdate`].
fn read<A: App>(update: &Value) -> Result<Update<A>, NotAnUpdate> {
    let id = update["update_id"].as_i64().ok_or(NotAnUpdate)?;
    let content = |kind: &str| update.get(kind).filter(|content| content.is_object());
    let (kind, incoming) = if let Some(message) = content("message") {
        ("message", of_message(message).and_then(|input| read_message(id, message, input)))
    } else if let Some(message) = content("edited_message") {
        // Every step of a live location is an edit: nobody has said anything.
        let said = message.get("location").is_none();
        ("edited_message", said.then(|| read_message(id, message, Input::Edited)).flatten())
    } else if let Some(query) = content("callback_query") {
        ("callback_query", read_tap(id, query))
    } else if let Some(change) = content("my_chat_member") {
        ("my_chat_member", read_presence(id, change))
    } else {
        tracing::warn!(update.id = id, "update ignored: its kind is not known to this program");
        ("other", None)
    };
    Ok(Update { id, kind, incoming })
}

fn user_of(user: &Value) -> User {
    let text = |field: &str| user[field].as_str().map(str::to_owned);
    User {
        id: user["id"].as_i64().unwrap_or_default(),
        first_name: text("first_name").unwrap_or_default(),
        username: text("username"),
        language_code: text("language_code"),
    }
}

fn is_private(chat: &Value) -> bool {
    chat["type"] == "private"
}

/// The topic in which a message was written. Messages of a thread of comments have a number, too, but no topic that
/// could be written to.
fn topic(message: &Value) -> Option<ThreadId> {
    let id = message["message_thread_id"].as_i64().and_then(|id| i32::try_from(id).ok())?;
    (message["is_topic_message"] == true).then_some(ThreadId(MessageId(id)))
}

fn read_message<A: App>(update: i64, message: &Value, input: Input<A>) -> Option<Incoming<A>> {
    let (user, chat) = (&message["from"], &message["chat"]);
    let private = is_private(chat);
    // Administrators who stay anonymous, and channels, write under the name of a bot of Telegram's own.
    let on_behalf = !private && message["sender_chat"].is_object();
    let from_a_bot = user["is_bot"] == true && !on_behalf;
    // Telegram itself copies the posts of a channel into the group where they are discussed.
    let copied = message["is_automatic_forward"] == true;
    // Edits in groups are nobody's turn.
    let edited_in_group = !private && input == Input::Edited;
    if !user.is_object() || from_a_bot || copied || edited_in_group {
        return None;
    }
    let input = if private { input } else { Input::InGroup };
    let (chat, thread) = (chat["id"].as_i64()?, topic(message));
    let sent = message["edit_date"].as_i64().or_else(|| message["date"].as_i64());
    Some(Incoming { update, chat, thread, user: user_of(user), sent, input, tap: None, json: "".into() })
}

/// What a message has where Telegram itself tells of something, such as “pinned a message”: nobody has said anything.
const NOTICES: &[&str] = &[
    "boost_added",
    "channel_chat_created",
    "chat_background_set",
    "chat_owner_changed",
    "chat_owner_left",
    "chat_shared",
    "checklist_tasks_added",
    "checklist_tasks_done",
    "community_chat_added",
    "community_chat_joined",
    "community_chat_removed",
    "connected_website",
    "delete_chat_photo",
    "direct_message_price_changed",
    "forum_topic_closed",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "gift",
    "gift_upgrade_sent",
    "giveaway_completed",
    "giveaway_created",
    "left_chat_member",
    "managed_bot_created",
    "message_auto_delete_timer_changed",
    "migrate_from_chat_id",
    "migrate_to_chat_id",
    "new_chat_photo",
    "new_chat_title",
    "paid_message_price_changed",
    "passport_data",
    "pinned_message",
    "poll_option_added",
    "poll_option_deleted",
    "proximity_alert_triggered",
    "refunded_payment",
    "successful_payment",
    "suggested_post_approval_failed",
    "suggested_post_approved",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "supergroup_chat_created",
    "unique_gift",
    "users_shared",
    "video_chat_ended",
    "video_chat_participants_invited",
    "video_chat_scheduled",
    "video_chat_started",
    "web_app_data",
    "write_access_allowed",
];

/// What a message says; `None` for what Telegram itself writes. What is younger than this program counts as something
/// without words, which the customer is told of.
fn of_message<A: App>(message: &Value) -> Option<Input<A>> {
    let has = |field: &str| message.get(field).is_some_and(|value| !value.is_null());
    if let Some(text) = message["text"].as_str() {
        return Some(match (Input::of_text(text), formatted(text, &message["entities"])) {
            (Input::Said(text), Some(html)) => Input::Formatted { text, html },
            (input, _) => input,
        });
    }
    let contact = &message["contact"];
    if let Some(phone) = contact["phone_number"].as_str() {
        // Telegram's server sets `user_id`: it can be trusted, the number alone cannot.
        let from = message["from"]["id"].as_i64();
        let own = from.is_some() && contact["user_id"].as_i64() == from;
        return Some(Input::SharedContact { phone: phone.to_owned(), own });
    }
    // Telegram lists the sizes from the smallest to the largest.
    let largest = message["photo"].as_array().and_then(|sizes| sizes.last()?["file_id"].as_str());
    if let Some(file) = largest {
        let caption = message["caption"].as_str().unwrap_or_default().to_owned();
        let html = formatted(&caption, &message["caption_entities"]);
        let album = message["media_group_id"].as_str().map(str::to_owned);
        return Some(match A::sent_picture(file) {
            Some(picture) => Input::SentPicture { picture, caption, html, album },
            None => Input::Sent(Attachment::Picture),
        });
    }
    if has("sticker") {
        return Some(Input::Sent(Attachment::Sticker));
    }
    if ["voice", "video_note", "audio"].into_iter().any(has) {
        return Some(Input::Sent(Attachment::Voice));
    }
    // In a group, being added is the moment to say that we only talk in private.
    if has("new_chat_members") || has("group_chat_created") {
        return Some(Input::InGroup);
    }
    let notice = NOTICES.iter().any(|field| has(field));
    (!notice).then_some(Input::Sent(Attachment::Other))
}

/// The text as Telegram's HTML, if its author has formatted it. What Telegram finds by itself (addresses, hashtags) it
/// finds again in what we send; a bot may mention only whom it has met, and send custom emoji only for a fee.
fn formatted(text: &str, entities: &Value) -> Option<String> {
    let kept = |entity: &Value| {
        let kind = match entity["type"].as_str()? {
            "bold" => EntityKind::Bold,
            "italic" => EntityKind::Italic,
            "underline" => EntityKind::Underline,
            "strikethrough" => EntityKind::Struck,
            "spoiler" => EntityKind::Spoiler,
            "code" => EntityKind::Code,
            "pre" => EntityKind::Pre(entity["language"].as_str().unwrap_or_default().to_owned()),
            "text_link" => EntityKind::Link(entity["url"].as_str()?.to_owned()),
            "blockquote" => EntityKind::Quote,
            "expandable_blockquote" => EntityKind::ExpandableQuote,
            _ => return None,
        };
        let units = |field: &str| usize::try_from(entity[field].as_u64()?).ok();
        Some(MessageEntity { kind, offset: units("offset")?, length: units("length")? })
    };
    // Entities that do not fit the text are none: then the words alone are sent.
    let rich = Rich::new(text.to_owned(), entities.as_array()?.iter().filter_map(kept).collect()).ok()?;
    (!rich.entities.is_empty()).then(|| rich.to_html())
}

fn read_tap<A: App>(update: i64, query: &Value) -> Option<Incoming<A>> {
    let (message, from) = (&query["message"], &query["from"]);
    let in_group = message.is_object() && !is_private(&message["chat"]);
    let input = if in_group { Input::InGroup } else { buttons::read(query["data"].as_str().unwrap_or_default()) };
    let chat = if in_group { &message["chat"] } else { from };
    let id = message["message_id"].as_i64().and_then(|id| i32::try_from(id).ok());
    // What is too old for Telegram to show has the date 0; what only one member of a group sees has no number.
    let shown = message["date"].as_i64().is_some_and(|date| date != 0);
    let tapped = id
        .filter(|id| *id != 0 && shown)
        .map(|id| TappedMessage { id: MessageId(id), has_picture: message["photo"].is_array() });
    let tap = Some(Tap { query: CallbackQueryId(query["id"].as_str()?.to_owned()), message: tapped });
    let (chat, thread) = (chat["id"].as_i64()?, topic(message));
    Some(Incoming { update, chat, thread, user: user_of(from), sent: None, input, tap, json: "".into() })
}

fn read_presence<A: App>(update: i64, change: &Value) -> Option<Incoming<A>> {
    let (chat, now) = (&change["chat"], &change["new_chat_member"]);
    if !is_private(chat) {
        return None;
    }
    let present = match now["status"].as_str()? {
        "left" | "kicked" => false,
        "restricted" => now["is_member"] == true,
        _ => true,
    };
    let input = if present { Input::CameBack } else { Input::Left };
    let (chat, thread, user) = (chat["id"].as_i64()?, None, user_of(&change["from"]));
    Some(Incoming { update, chat, thread, user, sent: change["date"].as_i64(), input, tap: None, json: "".into() })
}

#[cfg(test)]
mod tests;
