//! Who the bot is, by Telegram.

use teloxide::Bot;
use teloxide::prelude::*;

use crate::dispatcher::StartError;
use crate::refusals::{described, is_outage};
use crate::retry::with_retries;

/// Who the bot is, by Telegram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub id: i64,
    /// For links to it: `https://t.me/<username>`.
    pub username: String,
}

/// Asks Telegram who we are, to know that it answers, and knows us.
///
/// # Errors
/// [`StartError::Unknown`], [`StartError::Unreachable`].
pub async fn identify(bot: &Bot, settings: &'static str) -> Result<Identity, StartError> {
    let me = with_retries(|| async { bot.get_me().await }).await;
    me.map(|me| Identity { id: me.id.0 as i64, username: me.username().to_owned() }).map_err(|error| match &error {
        teloxide::RequestError::Api(api) if !is_outage(api) => {
            StartError::Unknown { reason: described(&error), settings }
        }
        _ => StartError::Unreachable { reason: described(&error), settings },
    })
}
