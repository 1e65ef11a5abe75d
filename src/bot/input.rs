//! From Telegram's update to what the customer did.

use std::time::Instant;

use dialogues::machine::{Attachment, Input};
use dialogues::shop::{Customer, Language, PictureId};
use teloxide::types::{
    CallbackQuery, CallbackQueryId, ChatMemberUpdated, MaybeInaccessibleMessage, MediaKind, Message, MessageId,
    MessageKind, Update, UpdateKind, User,
};
use tracing::Span;

use super::buttons;

/// An update that concerns a customer.
#[derive(Debug, Clone)]
pub struct Incoming {
    pub update: u32,
    /// The chat that the dialogue lives in; in a private chat also the customer's id.
    pub chat: i64,
    /// How Telegram introduces the customer, should we not know them yet.
    pub met: Customer,
    pub input: Input,
    pub tap: Option<Tap>,
}

/// An update that has come in, on its way through queue and turn to its screen.
#[derive(Debug)]
pub struct Arrived {
    pub incoming: Incoming,
    pub at: Instant,
    /// Whatever is logged on this way has the update's ids.
    pub way: Span,
}

impl Arrived {
    /// An update that has come in now; `request` is the id of the call of our webhook that has brought it.
    pub(super) fn now(incoming: Incoming, request: Option<&str>) -> Self {
        let (id, chat) = (incoming.update, incoming.chat);
        // As an error, so that a log of nothing but warnings has the ids, too. A span is no line.
        let way = tracing::error_span!("update", update.id = id, chat.id = chat, request.id = request);
        Self { incoming, at: Instant::now(), way }
    }
}

/// A tap on an inline button: it waits for an answer.
#[derive(Debug, Clone)]
pub struct Tap {
    pub query: CallbackQueryId,
    /// The message with the button, unless it is too old for Telegram to show it.
    pub message: Option<Tapped>,
}

/// The message that was tapped.
#[derive(Debug, Clone, Copy)]
pub struct Tapped {
    pub id: MessageId,
    pub has_picture: bool,
}

/// What an update means for a customer; `None` for what concerns nobody, such as a channel's post
/// or an update of a kind that is younger than this program.
pub fn read(update: &Update) -> Option<Incoming> {
    let id = update.id.0;
    match &update.kind {
        UpdateKind::Message(message) => read_message(id, message, of_message(message)?),
        // Every step of a live location is an edit: nobody has said anything.
        UpdateKind::EditedMessage(message) if message.location().is_some() => None,
        UpdateKind::EditedMessage(message) => read_message(id, message, Input::Edited),
        UpdateKind::CallbackQuery(query) => read_tap(id, query),
        UpdateKind::MyChatMember(change) => read_presence(id, change),
        UpdateKind::Error(_) => {
            tracing::warn!(update.id = id, "an update of a kind that this program does not know is left alone");
            None
        }
        _ => None,
    }
}

/// The kind of an update, by Telegram's own word for it.
pub(super) fn kind(update: &Update) -> &'static str {
    match &update.kind {
        UpdateKind::Message(_) => "message",
        UpdateKind::EditedMessage(_) => "edited_message",
        UpdateKind::CallbackQuery(_) => "callback_query",
        UpdateKind::MyChatMember(_) => "my_chat_member",
        _ => "other",
    }
}

fn met(user: &User) -> Customer {
    Customer::met(&user.first_name, user.username.as_deref(), Language::guess(user.language_code.as_deref()))
}

fn read_message(update: u32, message: &Message, input: Input) -> Option<Incoming> {
    let user = message.from.as_ref().filter(|user| !user.is_bot)?;
    let private = message.chat.is_private();
    // Edits in groups are nobody's turn.
    if !private && input == Input::Edited {
        return None;
    }
    let input = if private { input } else { Input::InGroup };
    Some(Incoming { update, chat: message.chat.id.0, met: met(user), input, tap: None })
}

/// What a message says; `None` for what Telegram itself writes, such as “pinned a message”.
fn of_message(message: &Message) -> Option<Input> {
    let MessageKind::Common(common) = &message.kind else {
        if matches!(message.kind, MessageKind::Dice(_) | MessageKind::Empty {}) {
            // A throw of dice, or a kind of message younger than this program.
            return Some(Input::Sent(Attachment::Other));
        }
        // In a group, being added is the moment to say that we only talk in private.
        let added = matches!(&message.kind, MessageKind::NewChatMembers(_) | MessageKind::GroupChatCreated(_));
        return added.then_some(Input::InGroup);
    };
    Some(match &common.media_kind {
        MediaKind::Text(text) => Input::of_text(&text.text),
        MediaKind::Contact(shared) => {
            // Telegram's server sets `user_id`: it can be trusted, the number alone cannot.
            let own = message.from.as_ref().is_some_and(|from| shared.contact.user_id == Some(from.id));
            Input::SharedContact { phone: shared.contact.phone_number.clone(), own }
        }
        MediaKind::Sticker(_) => Input::Sent(Attachment::Sticker),
        MediaKind::Voice(_) | MediaKind::VideoNote(_) | MediaKind::Audio(_) => Input::Sent(Attachment::Voice),
        MediaKind::Photo(photo) => {
            // Telegram lists the sizes from the smallest to the largest.
            let largest = photo.photo.last()?;
            let caption = photo.caption.clone().unwrap_or_default();
            Input::SentPicture { picture: PictureId::of_telegram(&largest.file.id.0), caption }
        }
        _ => Input::Sent(Attachment::Other),
    })
}

fn read_tap(update: u32, query: &CallbackQuery) -> Option<Incoming> {
    let message = query.message.as_ref();
    let in_group = message.is_some_and(|message| !message.chat().is_private());
    let input = if in_group { Input::InGroup } else { buttons::read(query.data.as_deref().unwrap_or_default()) };
    let chat = message.filter(|_| in_group).map_or(query.from.id.0 as i64, |message| message.chat().id.0);
    let tapped = message.and_then(|message| match message {
        MaybeInaccessibleMessage::Regular(message) => {
            Some(Tapped { id: message.id, has_picture: message.photo().is_some() })
        }
        MaybeInaccessibleMessage::Inaccessible(_) => None,
    });
    let tap = Some(Tap { query: query.id.clone(), message: tapped });
    Some(Incoming { update, chat, met: met(&query.from), input, tap })
}

fn read_presence(update: u32, change: &ChatMemberUpdated) -> Option<Incoming> {
    if !change.chat.is_private() {
        return None;
    }
    let input = if change.new_chat_member.is_present() { Input::CameBack } else { Input::Left };
    Some(Incoming { update, chat: change.chat.id.0, met: met(&change.from), input, tap: None })
}
