//! From a view to Telegram: send or edit, pictures by `file_id`, and every refusal that is normal.
//!
//! Edits are preferred to sends. “Message is not modified” is success, “message to edit not found”
//! becomes a new message. A 429 waits as long as Telegram says. Who has blocked us is not an error.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use dialogues::machine::{Show, View};
use dialogues::shop::{Language, PictureId};
use teloxide::prelude::*;
use teloxide::requests::Output;
use teloxide::types::{
    FileId, InputFile, InputMedia, InputMediaPhoto, LinkPreviewOptions, MessageId, ParseMode, ReplyMarkup, ThreadId,
};
use teloxide::{ApiError, RequestError};

use super::buttons::{inline, markup};
use super::calls::counted;
use super::input::{Tap, Tapped};
use super::refusals::{described, is_gone, refuses_picture, rejects_file, says};
use super::retry::patiently;
use crate::store::Store;

/// Why something could not be shown.
#[derive(Debug)]
pub enum ShowError {
    /// The customer has blocked the bot, or is gone from Telegram.
    Unreachable,
    /// Telegram refused, or could not be reached. The text has no customer's data in it.
    Failed(String),
}

/// Where something is shown: a chat, and the topic of it that was written in.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub chat: ChatId,
    pub thread: Option<ThreadId>,
}

impl From<ChatId> for Place {
    fn from(chat: ChatId) -> Self {
        Self { chat, thread: None }
    }
}

/// Shows things to customers.
pub struct Screen {
    bot: Bot,
    /// The bot's own id: a `file_id` is good for one bot only.
    bot_id: i64,
    store: Store,
    file_ids: Mutex<HashMap<PictureId, String>>,
    /// Groups that have become supergroups: a group of owners has another id since.
    moved: Mutex<HashMap<ChatId, ChatId>>,
}

impl Screen {
    pub fn new(bot: Bot, bot_id: i64, store: Store, file_ids: HashMap<PictureId, String>) -> Self {
        Self { bot, bot_id, store, file_ids: Mutex::new(file_ids), moved: Mutex::default() }
    }

    /// Shows everything, in order, and answers the tap, whatever happens to the rest.
    pub async fn show_all(
        &self,
        place: Place,
        language: Language,
        tap: Option<&Tap>,
        shows: &[Show],
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
                match self.show(place, language, tap, show).await {
                    Err(ShowError::Unreachable) => return Err(ShowError::Unreachable),
                    Err(error) => failed = Err(error),
                    Ok(()) => {}
                }
            }
            failed
        };
        let ((), shown) = tokio::join!(answer, messages);
        shown
    }

    async fn answer(&self, tap: &Tap, shows: &[Show]) {
        let mut request = self.bot.answer_callback_query(tap.query.clone());
        let words = shows.iter().find_map(|show| match show {
            Show::Toast(text) => Some((text, false)),
            Show::Alert(text) => Some((text, true)),
            _ => None,
        });
        if let Some((text, alert)) = words {
            request = request.text(text).show_alert(alert);
        }
        // The customer has waited too long for an answer to this tap: the screen itself is one.
        match patiently(|| self.call(request.clone())).await {
            Err(RequestError::Api(error)) if says(&error, "query is too old") => {}
            Err(error) => tracing::warn!(error = %described(&error), "a tap could not be answered"),
            Ok(_) => {}
        }
    }

    async fn show(&self, place: Place, language: Language, tap: Option<&Tap>, show: &Show) -> Result<(), ShowError> {
        let tapped = tap.and_then(|tap| tap.message);
        match (show, tapped) {
            (Show::Toast(_) | Show::Alert(_), _) => Ok(()),
            (Show::Edit { view, serial }, Some(tapped)) => self.edit(place, language, tapped, view, *serial).await,
            (Show::Edit { view, serial }, None) | (Show::Send { view, serial }, _) => {
                self.send(place, language, view, *serial).await
            }
            (Show::File { name, content, caption }, _) => {
                let file = || InputFile::memory(content.clone()).file_name(name.clone());
                let send = || async {
                    let mut request = self.bot.send_document(place.chat, file()).caption(caption.as_str());
                    request.message_thread_id = place.thread;
                    self.call(request.parse_mode(ParseMode::Html)).await
                };
                settled(patiently(send).await.map(drop))
            }
        }
    }

    /// Sends a new message; to the supergroup that a group has become, where it has.
    pub async fn send(
        &self,
        place: impl Into<Place>,
        language: Language,
        view: &View,
        serial: u32,
    ) -> Result<(), ShowError> {
        let place = place.into();
        let sent = self.send_to(Place { chat: self.present(place.chat), ..place }, language, view, serial).await;
        match sent.as_ref().err().and_then(|error| self.follow(place.chat, error)) {
            Some(chat) => settled(self.send_to(Place { chat, ..place }, language, view, serial).await),
            None => settled(sent),
        }
    }

    /// The chat's id now, as far as this process knows.
    pub(super) fn present(&self, chat: ChatId) -> ChatId {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).get(&chat).copied().unwrap_or(chat)
    }

    /// The supergroup that the chat has become, if the error says so.
    pub(super) fn follow(&self, chat: ChatId, error: &RequestError) -> Option<ChatId> {
        let RequestError::MigrateToChatId(moved) = error else { return None };
        tracing::warn!(
            chat.id = chat.0,
            moved.id = moved.0,
            "owners: a group has become a supergroup; write its new id into SHOPKEEPER_OWNERS"
        );
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).insert(chat, *moved);
        Some(*moved)
    }

    async fn send_to(&self, place: Place, language: Language, view: &View, serial: u32) -> Result<(), RequestError> {
        let markup = markup(&view.keys, serial, language);
        if let Some(picture) = &view.picture
            && let Some(sent) = self.send_picture(place, picture, view, markup.clone()).await
        {
            return sent;
        }
        let send = || async {
            let request = self.bot.send_message(place.chat, view.text.as_str()).parse_mode(ParseMode::Html);
            let mut request = request.link_preview_options(no_preview());
            request.message_thread_id = place.thread;
            match markup.clone() {
                Some(markup) => self.call(request.reply_markup(markup)).await,
                None => self.call(request).await,
            }
        };
        patiently(send).await.map(drop)
    }

    /// Sends a picture with its caption; `None` where the shop has lost the picture, and the text must do.
    async fn send_picture(
        &self,
        place: Place,
        picture: &PictureId,
        view: &View,
        markup: Option<ReplyMarkup>,
    ) -> Option<Result<(), RequestError>> {
        let send = |file: InputFile| {
            let markup = markup.clone();
            async move {
                let request = self.bot.send_photo(place.chat, file).caption(view.text.as_str());
                let mut request = request.parse_mode(ParseMode::Html);
                request.message_thread_id = place.thread;
                match markup {
                    Some(markup) => self.call(request.reply_markup(markup)).await,
                    None => self.call(request).await,
                }
            }
        };
        self.with_file(picture, send).await
    }

    /// Hands the picture over, by `file_id` where one is known; a rejected one is forgotten, and the picture
    /// uploaded anew. `None` where there is no picture, or Telegram does not take it: then the text must do.
    async fn with_file<F: Future<Output = Result<Message, RequestError>>>(
        &self,
        picture: &PictureId,
        hand_over: impl Fn(InputFile) -> F,
    ) -> Option<Result<(), RequestError>> {
        for _ in 0..2 {
            let (file, known) = self.file(picture).await?;
            match patiently(|| hand_over(file.clone())).await {
                Err(RequestError::Api(error)) if known && rejects_file(&error) => self.forget_file(picture).await,
                Err(RequestError::Api(error)) if refuses_picture(&error) => {
                    self.refuse_file(picture, &error).await;
                    return None;
                }
                Ok(message) => {
                    if !known {
                        self.keep_file(picture, &message).await;
                    }
                    return Some(Ok(()));
                }
                Err(error) => return Some(Err(error)),
            }
        }
        None
    }

    /// The client itself, for whoever sends beside the screen.
    pub(super) fn bot(&self) -> &Bot {
        &self.bot
    }

    /// Makes a call of the Bot API, once, and counts it.
    pub(super) async fn call<R: Request<Err = RequestError>>(&self, request: R) -> Result<Output<R>, RequestError> {
        counted(self.store.metrics(), request).await
    }

    /// Sends a letter's picture, once; `None` where the text must do.
    pub(super) async fn send_letter_picture(
        &self,
        chat: ChatId,
        picture: &PictureId,
        view: &View,
        markup: ReplyMarkup,
    ) -> Option<Result<Message, RequestError>> {
        for _ in 0..2 {
            let (file, known) = self.file(picture).await?;
            let request = self.bot.send_photo(chat, file).caption(view.text.as_str()).parse_mode(ParseMode::Html);
            match self.call(request.reply_markup(markup.clone())).await {
                Err(RequestError::Api(error)) if known && rejects_file(&error) => self.forget_file(picture).await,
                Err(RequestError::Api(error)) if refuses_picture(&error) => {
                    self.refuse_file(picture, &error).await;
                    return None;
                }
                Ok(message) => {
                    if !known {
                        self.keep_file(picture, &message).await;
                    }
                    return Some(Ok(message));
                }
                Err(error) => return Some(Err(error)),
            }
        }
        None
    }

    async fn edit(
        &self,
        place: Place,
        language: Language,
        tapped: Tapped,
        view: &View,
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
            Err(RequestError::Api(error)) if is_gone(&error) => self.send(place, language, view, serial).await,
            Err(RequestError::Api(error)) if says(&error, "message is not modified") => Ok(()),
            other => settled(other),
        }
    }

    async fn edit_text(&self, chat: ChatId, id: MessageId, view: &View, serial: u32) -> Result<(), RequestError> {
        let edit = || async {
            let request = self.bot.edit_message_text(chat, id, view.text.as_str()).parse_mode(ParseMode::Html);
            let request = request.link_preview_options(no_preview());
            self.call(request.reply_markup(inline(&view.keys, serial))).await
        };
        patiently(edit).await.map(drop)
    }

    async fn edit_caption(&self, chat: ChatId, id: MessageId, view: &View, serial: u32) -> Result<(), RequestError> {
        let edit = || async {
            let request = self.bot.edit_message_caption(chat, id).caption(view.text.as_str());
            self.call(request.parse_mode(ParseMode::Html).reply_markup(inline(&view.keys, serial))).await
        };
        patiently(edit).await.map(drop)
    }

    async fn edit_media(
        &self,
        chat: ChatId,
        id: MessageId,
        picture: &PictureId,
        view: &View,
        serial: u32,
    ) -> Option<Result<(), RequestError>> {
        let edit = |file: InputFile| async move {
            let media = InputMediaPhoto::new(file).caption(view.text.as_str()).parse_mode(ParseMode::Html);
            let request = self.bot.edit_message_media(chat, id, InputMedia::Photo(media));
            self.call(request.reply_markup(inline(&view.keys, serial))).await
        };
        self.with_file(picture, edit).await
    }

    /// The picture as Telegram takes it: by `file_id` where it is known (`true`), else its bytes.
    async fn file(&self, picture: &PictureId) -> Option<(InputFile, bool)> {
        if let Some(id) = picture.telegram_file() {
            return Some((InputFile::file_id(FileId(id.to_owned())), true));
        }
        let known = self.file_ids.lock().unwrap_or_else(PoisonError::into_inner).get(picture).cloned();
        if let Some(id) = known {
            return Some((InputFile::file_id(FileId(id)), true));
        }
        match self.store.picture_to_send(picture).await {
            Ok(Some(bytes)) => Some((InputFile::memory(bytes).file_name("picture.jpg"), false)),
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(%error, "a picture could not be read; its text is sent alone");
                None
            }
        }
    }

    async fn keep_file(&self, picture: &PictureId, message: &Message) {
        let Some(largest) = message.photo().and_then(|sizes| sizes.last()) else { return };
        let id = largest.file.id.0.clone();
        self.file_ids.lock().unwrap_or_else(PoisonError::into_inner).insert(picture.clone(), id.clone());
        if let Err(error) = self.store.keep_file_id(self.bot_id, picture, &id).await {
            tracing::warn!(%error, "a file_id could not be kept; the picture will be uploaded once more");
        }
    }

    /// Notes that Telegram does not take a picture, so that it is not uploaded again for each view.
    async fn refuse_file(&self, picture: &PictureId, error: &ApiError) {
        tracing::warn!(picture = picture.0, %error, "picture refused by Telegram; its text is sent alone from now on");
        if let Err(error) = self.store.refuse_picture(picture, &error.to_string()).await {
            tracing::warn!(%error, "the refusal of a picture could not be kept; it will be uploaded once more");
        }
    }

    async fn forget_file(&self, picture: &PictureId) {
        self.file_ids.lock().unwrap_or_else(PoisonError::into_inner).remove(picture);
        if let Err(error) = self.store.drop_file_id(self.bot_id, picture).await {
            tracing::warn!(%error, "a rejected file_id could not be dropped");
        }
    }
}

pub(super) fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

fn settled(result: Result<(), RequestError>) -> Result<(), ShowError> {
    match result {
        Ok(()) => Ok(()),
        Err(RequestError::Api(error)) if says(&error, "forbidden") || says(&error, "chat not found") => {
            Err(ShowError::Unreachable)
        }
        Err(error) => Err(ShowError::Failed(described(&error))),
    }
}
