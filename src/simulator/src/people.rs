//! People who use Telegram. What they do in their own chats, `people/deeds.rs` has; in groups and channels, `people/groups.rs`; with
//! inline answers, Mini Apps, invoices and business accounts, `people/shopping.rs`; bots and posts of theirs, `people/managing.rs`.

mod attachments;
mod brought;
mod deeds;
mod groups;
mod managing;
mod sending;
mod shopping;

pub use self::sending::{Outgoing, SendOptions};

use engine::markup::NotSendable;
use serde::{Deserialize, Serialize};

use super::polls::VoteError;

/// The id of the update that a deed became.
type Done = Result<i64, UserActionError>;

/// Somebody who uses Telegram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: i64,
    pub first_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The language of their Telegram, such as `uk`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language_code: Option<String>,
}

/// A picture that a person sends.
#[derive(Debug, Clone)]
pub enum Picture {
    Bytes(Vec<u8>),
    /// A tiny picture that is shown under this name.
    Named(String),
}

/// Why a person cannot do that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserActionError {
    #[error("nobody with the id {0} is known to the bot: make them known first")]
    NoSuchPerson(i64),
    #[error("a person who blocks the bot can only unblock it")]
    Blocked,
    #[error(
        "{0:?} is no username of a new bot: it ends with \"bot\", the bot and those that it manages do not have it; and the new bot has a name"
    )]
    NoBotName(String),
    #[error("the bot writes nothing that it lets the person stop")]
    NothingToStop,
    #[error("slow mode: the person may write again in {0} s")]
    SlowMode(i64),
    #[error("chat {0} is no channel")]
    NoChannel(i64),
    #[error("chat {0} is no supergroup: channels are discussed in those only")]
    NoDiscussion(i64),
    #[error("chat {0} is not that of a channel's direct messages")]
    NoDirectMessages(i64),
    #[error("the bot is not blocked")]
    NotBlocked,
    #[error(transparent)]
    NotSendable(#[from] NotSendable),
    #[error("there is no message {0} in the chat")]
    NoSuchMessage(i32),
    #[error("no button under message {message} sends {data:?}")]
    NoSuchData { message: i32, data: String },
    #[error("there is no button {label:?}; the buttons are: {buttons}")]
    NoSuchLabel { label: String, buttons: String },
    #[error("the person has written nothing that could be edited")]
    NothingToEdit,
    #[error("the picture is neither PNG nor JPEG")]
    NotAPicture,
    #[error("there is no group or channel {0}: set it up first")]
    NoSuchGroup(i64),
    #[error("{0} is no id of a group: those are negative")]
    NoGroupId(i64),
    #[error("{0} is no group that could become a supergroup")]
    NotAGroup(i64),
    #[error("an album has two to ten pictures, and not {0}")]
    NoAlbum(usize),
    #[error("the message {0} cannot be sent on: it is protected, or tells of its chat")]
    NotForwardable(i32),
    #[error("the group {0} has become a supergroup, and is known by the id of that")]
    Upgraded(i64),
    #[error("the message {0} is no poll")]
    NotAPoll(i32),
    #[error("there is no right {0:?}; the rights are: {1}")]
    NoSuchRight(String, String),
    #[error("the person has not asked that in the chat {0}")]
    AskedElsewhere(i64),
    #[error("the person is not in the chat {0}")]
    NotAMember(i64),
    #[error("there is no such topic in the chat")]
    NoSuchTopic,
    #[error("the person may not write there")]
    MayNotWrite,
    #[error("the person is in the chat already")]
    AlreadyAMember,
    #[error("the person is banned there")]
    Banned,
    #[error("there is no such link, or nobody can come by it any more")]
    NoSuchLink,
    #[error(transparent)]
    Vote(#[from] VoteError),
    #[error("there is no such question, or no such answer to it")]
    NoSuchQuery,
    #[error("there is no such invoice")]
    NoSuchInvoice,
    #[error("the bot's answer cannot be sent: {0}")]
    Refused(String),
    #[error("an update has one field, such as \"message\", and perhaps a positive \"update_id\"")]
    NotAnUpdate,
}
