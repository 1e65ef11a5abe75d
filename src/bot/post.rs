//! How the letters of mailings leave: one attempt each, and what Telegram's answer means for a mailing.

use std::sync::Arc;
use std::time::Duration;

use dialogues::machine::View;
use dialogues::shop::Language;
use shell::inline;
use shell::refusals::{described, is_outage, says};
use shell::screen::no_preview;
use teloxide::prelude::*;
use teloxide::types::{MessageId, ParseMode, ReplyMarkup};
use teloxide::{ApiError, RequestError};
use tokio::sync::watch;

use super::names::Screen;
use crate::mailing::{MessageGateway, PostError};

/// A letter waits no longer than this for replies: Telegram may be slow to a single customer.
const REPLIES_TIMEOUT: Duration = Duration::from_millis(250);

/// The way to customers through the bot's own screen, which knows the pictures.
pub struct TelegramGateway {
    screen: Arc<Screen>,
    /// How many updates are lined up, running, or being shown; nobody is served where there is none.
    in_flight: Option<watch::Receiver<usize>>,
    /// Whether this process is the one that replies.
    active: Box<dyn Fn() -> bool + Send + Sync>,
}

impl TelegramGateway {
    /// That of a bot which serves customers, too.
    pub(super) fn beside(
        screen: Arc<Screen>,
        in_flight: watch::Receiver<usize>,
        active: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        Self { screen, in_flight: Some(in_flight), active: Box::new(active) }
    }

    /// That of a process which sends letters and nothing else.
    pub fn standalone(screen: Screen) -> Self {
        Self { screen: Arc::new(screen), in_flight: None, active: Box::new(|| true) }
    }

    async fn send_to(&self, chat: ChatId, view: &View) -> Result<Message, RequestError> {
        let keyboard = ReplyMarkup::InlineKeyboard(inline(&view.keys, dialogues::mailing::LETTER_SERIAL));
        let sent = match &view.picture {
            Some(picture) => {
                let send = |file| {
                    let request = self.screen.bot().send_photo(chat, file).caption(view.text.as_str());
                    let request = request.parse_mode(ParseMode::Html).reply_markup(keyboard.clone());
                    self.screen.call(request)
                };
                self.screen.with_file(picture, send).await
            }
            None => None,
        };
        match sent {
            Some(sent) => sent,
            None => {
                let request = self.screen.bot().send_message(chat, view.text.as_str());
                let request = request.parse_mode(ParseMode::Html).link_preview_options(no_preview());
                self.screen.call(request.reply_markup(keyboard)).await
            }
        }
    }
}

impl MessageGateway for TelegramGateway {
    async fn send(&self, chat: i64, _: Language, view: &View) -> Result<i32, PostError> {
        let sent = self.send_to(self.screen.present(ChatId(chat)), view).await;
        // A group of owners gets reports.
        let sent = match sent.as_ref().err().and_then(|error| self.screen.follow(ChatId(chat), error)) {
            Some(moved) => self.send_to(moved, view).await,
            None => sent,
        };
        sent.map(|message| message.id.0).map_err(|error| meaning(&error))
    }

    async fn edit(&self, chat: i64, message: i32, view: &View) -> Result<(), PostError> {
        let (chat, id) = (ChatId(chat), MessageId(message));
        let keyboard = inline(&view.keys, dialogues::mailing::LETTER_SERIAL);
        let edited = match view.picture {
            Some(_) => {
                let request = self.screen.bot().edit_message_caption(chat, id).caption(view.text.as_str());
                self.screen.call(request.parse_mode(ParseMode::Html).reply_markup(keyboard)).await
            }
            None => {
                let request = self.screen.bot().edit_message_text(chat, id, view.text.as_str());
                let request = request.parse_mode(ParseMode::Html).link_preview_options(no_preview());
                self.screen.call(request.reply_markup(keyboard)).await
            }
        };
        match edited {
            Ok(_) => Ok(()),
            Err(RequestError::Api(error)) if says(&error, "message is not modified") => Ok(()),
            Err(error) => Err(meaning(&error)),
        }
    }

    async fn delete(&self, chat: i64, message: i32) -> Result<(), PostError> {
        let deleted = self.screen.call(self.screen.bot().delete_message(ChatId(chat), MessageId(message))).await;
        deleted.map(drop).map_err(|error| meaning(&error))
    }

    fn may_mail(&self) -> bool {
        (self.active)()
    }

    async fn replies_first(&self) {
        let Some(mut in_flight) = self.in_flight.clone() else { return };
        let _ = tokio::time::timeout(REPLIES_TIMEOUT, in_flight.wait_for(|count| *count == 0)).await;
    }
}

/// What a refusal means for a letter.
fn meaning(error: &RequestError) -> PostError {
    match error {
        RequestError::RetryAfter(seconds) => PostError::RetryAfter(seconds.duration()),
        // Nothing was sent: Telegram was not reached at all.
        RequestError::Network(error) if error.is_connect() => PostError::RetryAfter(Duration::from_secs(1)),
        RequestError::Api(error) if is_outage(error) => PostError::Unsure(error.to_string()),
        RequestError::Api(error) => of_api(error),
        RequestError::Network(_) | RequestError::Io(_) | RequestError::InvalidJson { .. } => {
            PostError::Unsure(described(error))
        }
        other => PostError::Failed(described(other)),
    }
}

fn of_api(error: &ApiError) -> PostError {
    let any = |words: &[&str]| words.iter().any(|words| says(error, words));
    if any(&["user is deactivated"]) {
        PostError::Deactivated
    } else if any(&["forbidden"]) {
        PostError::Blocked
    } else if any(&["chat not found", "PEER_ID_INVALID"]) {
        PostError::NotFound
    } else if any(&[
        "message to edit not found",
        "message to delete not found",
        "message can't be edited",
        "message can't be deleted",
        "MESSAGE_ID_INVALID",
    ]) {
        PostError::Gone
    } else {
        PostError::Failed(error.to_string())
    }
}
