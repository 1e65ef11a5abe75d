//! How messages leave. The bot's own way is `bot/post.rs`; only it knows Telegram.

use std::future::Future;
use std::time::Duration;

use dialogues::machine::View;
use dialogues::shop::Language;

/// Why a message could not be sent, edited or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostError {
    /// Nothing was done; nothing may be sent to anybody for so long.
    RetryAfter(Duration),
    /// They block the bot.
    Blocked,
    /// They have deleted their account.
    Deactivated,
    /// There is no such chat.
    NotFound,
    /// The message is not there any more, or too old.
    Gone,
    /// Refused for another reason.
    Failed(String),
    /// Telegram is out of order, its answer was lost, or this process is not the active one any more: it may have arrived, or
    /// not.
    Unsure(String),
}

/// A way to customers: one attempt each, without waiting.
pub trait MessageGateway: Send + Sync + 'static {
    /// Sends a message; its number in the chat.
    fn send(&self, chat: i64, language: Language, view: &View) -> impl Future<Output = Result<i32, PostError>> + Send;

    /// Lets a message that was sent show this instead.
    fn edit(&self, chat: i64, message: i32, view: &View) -> impl Future<Output = Result<(), PostError>> + Send;

    /// Deletes a message.
    fn delete(&self, chat: i64, message: i32) -> impl Future<Output = Result<(), PostError>> + Send;

    /// Whether this process may send letters: of several, it is the one that replies, so that letters and replies share one
    /// pace.
    fn may_mail(&self) -> bool {
        true
    }

    /// Resolves when no reply to a customer is on its way.
    fn replies_first(&self) -> impl Future<Output = ()> + Send;
}
