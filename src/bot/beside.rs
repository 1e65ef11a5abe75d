//! What the bot says beside turns, to customers and owners: in the reader's language, at the pace of all messages.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dialogues::machine::{Context, Settings, View};
use dialogues::moment::after;
use dialogues::shop::Language;
use dialogues::snapshot::Surroundings;

use super::desk::ShopHost;
use super::notices::Calls;
use super::post::TelegramGateway;
use crate::clock::Clock;
use crate::mailing::{MessageGateway, PostError, RateLimiter};
use crate::store::{CatalogueFeed, Store, StoreError};

/// How often is looked for what another process or program has written.
const LOOK: TimeDelta = TimeDelta::seconds(5);

/// What may have arrived, or not, is tried again after so long.
pub(super) const UNSURE: Duration = Duration::from_secs(10);

/// Says something beside turns.
pub(super) struct Beside {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) gateway: TelegramGateway,
    pub(super) feed: CatalogueFeed,
    settings: Arc<Settings>,
    pub(super) pace: Arc<RateLimiter>,
    /// What it tells of, as the log names it.
    what: &'static str,
}

impl Beside {
    /// `what`: what it tells of, as the log names it.
    pub(super) fn at(desk: &ShopHost, gateway: TelegramGateway, what: &'static str) -> Self {
        Self {
            store: desk.store.clone(),
            clock: desk.store.clock().clone(),
            gateway,
            feed: desk.feed.clone(),
            settings: Arc::clone(&desk.settings),
            pace: Arc::clone(&desk.pace),
            what,
        }
    }

    /// In which language somebody reads, and whether messages reach them.
    pub(super) async fn reader(&self, chat: i64) -> Result<(Language, bool), StoreError> {
        let known = self.store.load(chat).await?;
        Ok((known.language(Language::default), known.active))
    }

    /// What is known where something is shown in a language.
    pub(super) fn context(&self, language: Language) -> Context {
        let settings = Arc::clone(&self.settings);
        let around = Surroundings::beside_turns(self.feed.current(), settings, self.clock.now());
        around.for_reader(language)
    }

    /// Sends a message; its number in the chat.
    pub(super) async fn send(&self, chat: i64, language: Language, view: &View) -> Result<i32, PostError> {
        self.pace.reply(chat);
        self.gateway.send(chat, language, view).await
    }

    /// Edits a message, for a reader of this chat. `Some`: Telegram asks to wait until then. What cannot be edited stays.
    pub(super) async fn edit(
        &self,
        (chat, message): (i64, i32),
        view: impl Fn(&Context) -> View,
    ) -> Option<DateTime<Utc>> {
        let (language, _) = self.reader(chat).await.unwrap_or_default();
        self.pace.reply(chat);
        match self.gateway.edit(chat, message, &view(&self.context(language))).await {
            Ok(()) | Err(PostError::Gone | PostError::Blocked | PostError::Deactivated | PostError::NotFound) => None,
            Err(PostError::RetryAfter(time)) => Some(self.later(time)),
            Err(PostError::Unsure(_)) => Some(self.later(UNSURE)),
            Err(PostError::Failed(error)) => {
                tracing::warn!(chat.id = chat, error, "{}: a message could not be edited", self.what);
                None
            }
        }
    }

    /// When that time is over.
    pub(super) fn later(&self, time: Duration) -> DateTime<Utc> {
        after(self.clock.now(), TimeDelta::from_std(time).unwrap_or(LOOK))
    }
}

/// What is to be done once more, because Telegram has asked to wait; lost with the process.
pub(super) struct Later<T>(Mutex<Vec<(DateTime<Utc>, T)>>);

impl<T> Default for Later<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Later<T> {
    /// Notes it for this time.
    pub(super) fn add(&self, due: DateTime<Utc>, what: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((due, what));
    }

    /// Takes what is due.
    pub(super) fn due(&self, now: DateTime<Utc>) -> Vec<T> {
        let mut late = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        late.extract_if(.., |(due, _)| *due <= now).map(|(_, what)| what).collect()
    }
}

/// Lets `tell` say whatever there is to say: at every call, and every few seconds; for as long as the bot runs.
pub(super) async fn run<F>(beside: &Beside, calls: Calls, tell: impl Fn() -> F)
where
    F: Future<Output = Result<(), StoreError>>,
{
    let mut calls = calls.lock().await;
    let mut next_look = beside.clock.now();
    loop {
        let waiting = tokio::select! {
            call = calls.recv() => {
                let Some(call) = call else { return };
                // What the turn itself shows comes first.
                beside.gateway.replies_first().await;
                Some(call)
            }
            () = beside.clock.until(next_look) => None,
        };
        if let Err(error) = tell().await {
            tracing::warn!(%error, "{}: not everything can be told yet", beside.what);
        }
        next_look = after(beside.clock.now(), LOOK);
        drop(waiting);
    }
}
