//! From a view to Telegram: send or edit, pictures by `file_id`, and every refusal that is normal.
//!
//! Edits are preferred to sends. “Message is not modified” is success, “message to edit not found”
//! becomes a new message. A 429 waits as long as Telegram says. Who has blocked us is not an error.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use engine::texts::Html;
use engine::{App, FileBody, Output, ReplyButton, View};
use serde::Serialize;
use teloxide::payloads::{EditMessageCaption, EditMessageText, SendMessage};
use teloxide::prelude::*;
use teloxide::requests::{JsonRequest, Output as Returned, Payload};
use teloxide::types::{
    FileId, InputFile, InputMedia, InputMediaPhoto, LinkPreviewOptions, MessageId, ParseMode, ReplyMarkup, ThreadId,
};
use teloxide::{ApiError, RequestError};

use crate::active::Active;
use crate::buttons::{inline, markup};
use crate::calls::{IdOnly, counted};
use crate::input::{Tap, TappedMessage};
use crate::metrics::Metrics;
use crate::pictures::{MadeFile, Pictures, Source};
use crate::refusals::{described, is_gone, refuses_picture, rejects_file, says};
use crate::retry::with_retries;

/// Why something could not be shown.
#[derive(Debug)]
pub enum ShowError {
    /// The customer has blocked the bot, or is gone from Telegram.
    Unreachable,
    /// Telegram refused, or could not be reached. The text has no customer's data in it.
    Failed(String),
    /// This process is not the active one any more: another one shows it.
    Inactive,
}

/// Why a call was not made.
#[derive(Debug, thiserror::Error)]
#[error("this process is not the active one")]
struct NotActive;

/// Whether a call was not made, since another process is the active one.
fn is_inactive(error: &RequestError) -> bool {
    matches!(error, RequestError::Io(error) if error.get_ref().is_some_and(|error| error.is::<NotActive>()))
}

/// Where something is shown: a chat, and the topic of it that was written in.
#[derive(Debug, Clone, Copy)]
pub struct ChatThread {
    pub chat: ChatId,
    pub thread: Option<ThreadId>,
}

impl From<ChatId> for ChatThread {
    fn from(chat: ChatId) -> Self {
        Self { chat, thread: None }
    }
}

/// Shows things to customers.
pub struct Screen<A: App> {
    bot: Bot,
    metrics: Metrics,
    pictures: Arc<dyn Pictures<A::Picture>>,
    /// Groups that have become supergroups: such a group has another id since.
    moved: Arc<Mutex<HashMap<ChatId, ChatId>>>,
    /// Nothing is shown by a process that is not the active one. `None`: this is not for replies.
    active: Option<Active>,
}

impl<A: App> Screen<A> {
    /// A screen that shows things as this bot.
    pub fn new(bot: Bot, metrics: Metrics, pictures: Arc<dyn Pictures<A::Picture>>) -> Self {
        Self { bot, metrics, pictures, moved: Arc::default(), active: None }
    }

    /// The same screen, for replies: each call is made only while this process is the active one.
    pub(crate) fn of_replies(&self, active: Active) -> Self {
        Self {
            bot: self.bot.clone(),
            metrics: self.metrics.clone(),
            pictures: Arc::clone(&self.pictures),
            moved: Arc::clone(&self.moved),
            active: Some(active),
        }
    }

    /// Shows everything, in order, and answers the tap, whatever happens to the rest. `menu` is the customer's main reply
    /// keyboard, for messages that bring it.
    ///
    /// # Errors
    /// Of the last message that failed.
    pub async fn show_all(
        &self,
        place: ChatThread,
        menu: &[Vec<ReplyButton>],
        tap: Option<&Tap>,
        shows: &[Output<A>],
    ) -> Result<(), ShowError> {
        let answer = async {
            if let Some(tap) = tap {
                self.answer(tap, shows).await;
            }
        };
        let messages = async {
            // One message that fails must not take the question behind it away.
            let mut failed = Ok(());
            for show in shows {
                match self.show(place, menu, tap, show).await {
                    Err(error @ (ShowError::Unreachable | ShowError::Inactive)) => return Err(error),
                    Err(error) => failed = Err(error),
                    Ok(()) => {}
                }
            }
            failed
        };
        let ((), shown) = tokio::join!(answer, messages);
        shown
    }

    async fn answer(&self, tap: &Tap, shows: &[Output<A>]) {
        let mut request = self.bot.answer_callback_query(tap.query.clone());
        let words = shows.iter().find_map(|show| match show {
            Output::Toast(text) => Some((text, false)),
            Output::Alert(text) => Some((text, true)),
            _ => None,
        });
        if let Some((text, alert)) = words {
            request = request.text(text).show_alert(alert);
        }
        // The customer has waited too long for an answer to this tap: the screen itself is one.
        match with_retries(|| self.call(request.clone())).await {
            Err(RequestError::Api(error)) if says(&error, "query is too old") => {}
            Err(error) if is_inactive(&error) => {}
            Err(error) => tracing::warn!(error = %described(&error), "a tap could not be answered"),
            Ok(_) => {}
        }
    }

    async fn show(
        &self,
        place: ChatThread,
        menu: &[Vec<ReplyButton>],
        tap: Option<&Tap>,
        show: &Output<A>,
    ) -> Result<(), ShowError> {
        let tapped = tap.and_then(|tap| tap.message);
        match (show, tapped) {
            (Output::Toast(_) | Output::Alert(_), _) => Ok(()),
            (Output::Edit { view, serial }, Some(tapped)) => self.edit(place, menu, tapped, view, *serial).await,
            (Output::Edit { view, serial }, None) | (Output::Send { view, serial }, _) => {
                self.send(place, menu, view, *serial).await.map(drop)
            }
            (Output::File { name, content, caption }, _) => {
                let (made, instead) = match content {
                    FileBody::Text(text) => {
                        (Ok(MadeFile { name: name.clone(), content: text.clone().into_bytes() }), None)
                    }
                    FileBody::Made { by, otherwise } => (self.pictures.make(by, name).await, Some(otherwise)),
                };
                let sent = match made {
                    Ok(made) => self.send_file(place, made, caption).await,
                    Err(error) => Err(ShowError::Failed(error.to_string())),
                };
                match (sent, instead) {
                    (Err(ShowError::Failed(error)), Some(instead)) => {
                        tracing::warn!(error, file = name, "a file could not be made or sent");
                        self.send(place, menu, &View::text(instead.clone()), 0).await.map(drop)
                    }
                    (sent, _) => sent,
                }
            }
        }
    }

    async fn send_file(&self, place: ChatThread, file: MadeFile, caption: &Html) -> Result<(), ShowError> {
        let send = || async {
            let file = InputFile::memory(file.content.clone()).file_name(file.name.clone());
            let mut request = self.bot.send_document(place.chat, file).caption(caption.as_str());
            request.message_thread_id = place.thread;
            self.call(request.parse_mode(ParseMode::Html)).await
        };
        classify(with_retries(send).await.map(drop))
    }

    /// Sends a new message, and returns its id in the chat; to the supergroup that a group has become, where it has.
    ///
    /// # Errors
    /// [`ShowError::Unreachable`], [`ShowError::Failed`].
    pub async fn send(
        &self,
        place: impl Into<ChatThread>,
        menu: &[Vec<ReplyButton>],
        view: &View<A>,
        serial: u32,
    ) -> Result<MessageId, ShowError> {
        let place = place.into();
        let sent = self.send_to(ChatThread { chat: self.present(place.chat), ..place }, menu, view, serial).await;
        match sent.as_ref().err().and_then(|error| self.follow(place.chat, error)) {
            Some(chat) => classify(self.send_to(ChatThread { chat, ..place }, menu, view, serial).await),
            None => classify(sent),
        }
    }

    /// The chat's id now, as far as this process knows.
    pub fn present(&self, chat: ChatId) -> ChatId {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).get(&chat).copied().unwrap_or(chat)
    }

    /// The supergroup that the chat has become, if the error says so.
    pub fn follow(&self, chat: ChatId, error: &RequestError) -> Option<ChatId> {
        let RequestError::MigrateToChatId(moved) = error else { return None };
        tracing::warn!(
            chat.id = chat.0,
            moved.id = moved.0,
            settings = self.metrics.names().settings,
            "screen: a group has become a supergroup; write its new id into the settings that name it"
        );
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).insert(chat, *moved);
        Some(*moved)
    }

    async fn send_to(
        &self,
        place: ChatThread,
        menu: &[Vec<ReplyButton>],
        view: &View<A>,
        serial: u32,
    ) -> Result<MessageId, RequestError> {
        let markup = markup(&view.keys, serial, menu);
        if let Some(picture) = &view.picture
            && let Some(sent) = self.send_picture(place, picture, view, markup.clone()).await
        {
            return sent;
        }
        let message = SendMessage {
            parse_mode: Some(ParseMode::Html),
            link_preview_options: Some(no_preview()),
            message_thread_id: place.thread,
            reply_markup: markup,
            ..SendMessage::new(place.chat, view.text.as_str())
        };
        with_retries(|| self.shown_as(&message)).await
    }

    /// Sends a picture with its caption; `None` where the picture cannot be had, and the text must do.
    async fn send_picture(
        &self,
        place: ChatThread,
        picture: &A::Picture,
        view: &View<A>,
        markup: Option<ReplyMarkup>,
    ) -> Option<Result<MessageId, RequestError>> {
        let send = |file: InputFile| {
            let markup = markup.clone();
            async move {
                let send = || async {
                    let request = self.bot.send_photo(place.chat, file.clone()).caption(view.text.as_str());
                    let mut request = request.parse_mode(ParseMode::Html);
                    request.message_thread_id = place.thread;
                    match markup.clone() {
                        Some(markup) => self.call(request.reply_markup(markup)).await,
                        None => self.call(request).await,
                    }
                };
                with_retries(send).await
            }
        };
        self.with_file(picture, send).await.map(|sent| sent.map(|sent| sent.id))
    }

    /// Hands the picture over, by `file_id` where one is known; a rejected one is forgotten, and the picture
    /// uploaded anew. `None` where there is no picture, or Telegram does not take it: then the text must do.
    pub async fn with_file<F: Future<Output = Result<Message, RequestError>>>(
        &self,
        picture: &A::Picture,
        hand_over: impl Fn(InputFile) -> F,
    ) -> Option<Result<Message, RequestError>> {
        for _ in 0..2 {
            let (file, known) = match self.pictures.find(picture).await? {
                Source::FileId(id) => (InputFile::file_id(FileId(id)), true),
                Source::Bytes(bytes) => (InputFile::memory(bytes).file_name("picture.jpg"), false),
            };
            match hand_over(file).await {
                Err(RequestError::Api(error)) if known && rejects_file(&error) => self.pictures.expired(picture).await,
                Err(RequestError::Api(error)) if refuses_picture(&error) => {
                    self.refuse(picture, &error).await;
                    return None;
                }
                Ok(message) => {
                    let largest = message.photo().and_then(|sizes| sizes.last());
                    if let (false, Some(largest)) = (known, largest) {
                        self.pictures.uploaded(picture, &largest.file.id.0).await;
                    }
                    return Some(Ok(message));
                }
                Err(error) => return Some(Err(error)),
            }
        }
        None
    }

    /// The client itself, for a sender beside the screen.
    pub fn bot(&self) -> &Bot {
        &self.bot
    }

    /// Makes a call of the Bot API, once, and counts it.
    ///
    /// # Errors
    /// What Telegram refuses, and what keeps the call from it.
    pub async fn call<R: Request<Err = RequestError>>(&self, request: R) -> Result<Returned<R>, RequestError> {
        if self.active.as_ref().is_some_and(|active| !active.is_active()) {
            return Err(RequestError::Io(Arc::new(std::io::Error::other(NotActive))));
        }
        counted(&self.metrics, request).await
    }

    /// Makes a call, once, that shows a message; the id of that in the chat.
    async fn shown_as<P: Payload + Clone + Serialize + 'static>(&self, message: &P) -> Result<MessageId, RequestError> {
        let call = JsonRequest::new(self.bot.clone(), IdOnly(message.clone()));
        self.call(call).await.map(|shown| shown.id())
    }

    async fn edit(
        &self,
        place: ChatThread,
        menu: &[Vec<ReplyButton>],
        tapped: TappedMessage,
        view: &View<A>,
        serial: u32,
    ) -> Result<(), ShowError> {
        let chat = place.chat;
        let edited = match (&view.picture, tapped.has_picture) {
            // A text becomes a picture; a picture can only keep being one, with another caption.
            (Some(picture), false) => match self.edit_media(chat, tapped.id, picture, view, serial).await {
                Some(edited) => edited,
                None => self.edit_text(chat, tapped.id, view, serial).await,
            },
            (_, true) => self.edit_caption(chat, tapped.id, view, serial).await,
            (None, false) => self.edit_text(chat, tapped.id, view, serial).await,
        };
        match edited {
            Err(RequestError::Api(error)) if is_gone(&error) => self.send(place, menu, view, serial).await.map(drop),
            Err(RequestError::Api(error)) if says(&error, "message is not modified") => Ok(()),
            other => classify(other),
        }
    }

    async fn edit_text(&self, chat: ChatId, id: MessageId, view: &View<A>, serial: u32) -> Result<(), RequestError> {
        let edit = EditMessageText {
            parse_mode: Some(ParseMode::Html),
            link_preview_options: Some(no_preview()),
            reply_markup: Some(inline(&view.keys, serial)),
            ..EditMessageText::new(chat, id, view.text.as_str())
        };
        with_retries(|| self.shown_as(&edit)).await.map(drop)
    }

    async fn edit_caption(&self, chat: ChatId, id: MessageId, view: &View<A>, serial: u32) -> Result<(), RequestError> {
        let edit = EditMessageCaption {
            caption: Some(view.text.as_str().to_owned()),
            parse_mode: Some(ParseMode::Html),
            reply_markup: Some(inline(&view.keys, serial)),
            ..EditMessageCaption::new(chat, id)
        };
        with_retries(|| self.shown_as(&edit)).await.map(drop)
    }

    async fn edit_media(
        &self,
        chat: ChatId,
        id: MessageId,
        picture: &A::Picture,
        view: &View<A>,
        serial: u32,
    ) -> Option<Result<(), RequestError>> {
        let edit = |file: InputFile| async move {
            let edit = || async {
                let media = InputMediaPhoto::new(file.clone()).caption(view.text.as_str()).parse_mode(ParseMode::Html);
                let request = self.bot.edit_message_media(chat, id, InputMedia::Photo(media));
                self.call(request.reply_markup(inline(&view.keys, serial))).await
            };
            with_retries(edit).await
        };
        self.with_file(picture, edit).await.map(|edited| edited.map(drop))
    }

    /// Notes that Telegram does not take a picture.
    async fn refuse(&self, picture: &A::Picture, error: &ApiError) {
        let (name, reason) = (A::picture_name(picture), error.to_string());
        tracing::warn!(
            picture = name,
            reason,
            "screen: picture refused by Telegram; its text is sent alone from now on"
        );
        self.pictures.refused(picture, &reason).await;
    }
}

/// No preview of links in a text.
pub fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

fn classify<T>(result: Result<T, RequestError>) -> Result<T, ShowError> {
    match result {
        Ok(shown) => Ok(shown),
        Err(RequestError::Api(error)) if says(&error, "forbidden") || says(&error, "chat not found") => {
            Err(ShowError::Unreachable)
        }
        Err(error) if is_inactive(&error) => Err(ShowError::Inactive),
        Err(error) => Err(ShowError::Failed(described(&error))),
    }
}
