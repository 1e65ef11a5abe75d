//! Telling how far orders have come: the notices that owners have are edited, and the customer gets a message. What was
//! decided in a turn is told at once; what another process or program has written, with the next look.
//!
//! An owner whom Telegram slows down delays no customer: that notice is edited later. Where the process ends before, the notice
//! keeps a button for a step that has been taken, which says so when it is tapped.
//!
//! A process that is killed in the very moment of telling costs the customer one repeated message; an edit can be repeated
//! without harm.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dialogues::desk::notice::{customer_notice, owner_notice};
use dialogues::machine::{Context, Settings};
use dialogues::moment::after;
use dialogues::shop::{Language, OrderNumber};
use dialogues::snapshot::Surroundings;

use super::desk::ShopHost;
use super::notices::Calls;
use super::post::TelegramGateway;
use crate::clock::Clock;
use crate::mailing::{MessageGateway, PostError, RateLimiter};
use crate::store::{CatalogueFeed, Store, StoreError, StoredOrder};

/// How often orders are looked for that another process or program has taken on.
const LOOK: TimeDelta = TimeDelta::seconds(5);

/// Tells how far orders have come.
pub(super) struct OrderAnnouncer {
    store: Store,
    feed: CatalogueFeed,
    settings: Arc<Settings>,
    clock: Clock,
    gateway: TelegramGateway,
    pace: Arc<RateLimiter>,
    /// Orders some of whose notices are to be edited once more, and when.
    late: Mutex<Vec<(DateTime<Utc>, OrderNumber)>>,
}

impl OrderAnnouncer {
    pub(super) fn at(desk: &ShopHost, gateway: TelegramGateway) -> Self {
        Self {
            store: desk.store.clone(),
            feed: desk.feed.clone(),
            settings: Arc::clone(&desk.settings),
            clock: desk.store.clock().clone(),
            gateway,
            pace: Arc::clone(&desk.pace),
            late: Mutex::default(),
        }
    }

    /// Edits the notices whose owners Telegram has slowed down, and tells of whatever nobody knows of.
    async fn tell_all(&self) -> Result<(), StoreError> {
        for number in self.due() {
            if let Some(stored) = self.store.order(number).await? {
                self.edit_notices(&stored).await?;
            }
        }
        while self.gateway.may_mail()
            && let Some(stored) = self.store.claim_announcement().await?
        {
            let (number, status) = (stored.order.number, stored.order.status);
            self.edit_notices(&stored).await?;
            match self.write_to_customer(&stored).await? {
                None => {
                    self.store.mark_announced(number, status).await?;
                    tracing::info!(order = %number, %status, "orders: it was told how far one has come");
                }
                Some(until) => {
                    self.store.put_announcement_off(number, until).await?;
                    tracing::info!(order = %number, %status, "orders: Telegram asks to wait");
                }
            }
        }
        Ok(())
    }

    /// The orders whose notices are to be edited by now.
    fn due(&self) -> Vec<OrderNumber> {
        let now = self.clock.now();
        let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        late.extract_if(.., |(due, _)| *due <= now).map(|(_, number)| number).collect()
    }

    /// Edits the owners' notices; those of whoever is slowed down, later.
    async fn edit_notices(&self, stored: &StoredOrder) -> Result<(), StoreError> {
        let order = &stored.order;
        let mut later = None;
        for (owner, message) in &stored.notices {
            let (language, _) = self.reader(*owner).await?;
            self.pace.reply(*owner);
            let edited = self.gateway.edit(*owner, *message, &owner_notice(order, &self.context(language))).await;
            match edited {
                Ok(()) | Err(PostError::Gone | PostError::Blocked | PostError::Deactivated | PostError::NotFound) => {}
                Err(PostError::RetryAfter(time)) => later = later.max(Some(self.later(time))),
                Err(PostError::Failed(error)) => {
                    tracing::warn!(chat.id = owner, error, order = %order.number, "orders: a notice could not be edited");
                }
            }
        }
        let later = later.map(|later| (later, order.number));
        self.late.lock().unwrap_or_else(PoisonError::into_inner).extend(later);
        Ok(())
    }

    /// Writes to the customer; when to try again, where Telegram asks to wait.
    async fn write_to_customer(&self, stored: &StoredOrder) -> Result<Option<DateTime<Utc>>, StoreError> {
        let order = &stored.order;
        let Some(customer) = stored.customer else { return Ok(None) };
        let (language, active) = self.reader(customer).await?;
        let Some(view) = customer_notice(order, &self.context(language)).filter(|_| active) else { return Ok(None) };
        self.pace.reply(customer);
        match self.gateway.send(customer, language, &view).await {
            Ok(_) | Err(PostError::Deactivated | PostError::NotFound | PostError::Gone) => {}
            Err(PostError::RetryAfter(time)) => return Ok(Some(self.later(time))),
            Err(PostError::Blocked) => self.store.set_active(customer, false).await?,
            Err(PostError::Failed(error)) => {
                tracing::warn!(chat.id = customer, error, order = %order.number, "orders: a customer could not be told");
            }
        }
        Ok(None)
    }

    /// In which language somebody reads, and whether messages reach them.
    async fn reader(&self, chat: i64) -> Result<(Language, bool), StoreError> {
        let known = self.store.load(chat).await?;
        Ok((known.language(Language::default), known.active))
    }

    fn context(&self, language: Language) -> Context {
        let around = Surroundings {
            catalogue: self.feed.current(),
            settings: Arc::clone(&self.settings),
            office: None,
            now: self.clock.now(),
            fresh: 0,
        };
        around.for_reader(language)
    }

    fn later(&self, time: Duration) -> DateTime<Utc> {
        after(self.clock.now(), TimeDelta::from_std(time).unwrap_or(LOOK))
    }
}

/// Tells how far orders have come, for as long as the bot runs.
pub(super) async fn run(announcer: Arc<OrderAnnouncer>, calls: Calls) {
    let mut calls = calls.lock().await;
    let mut next_look = announcer.clock.now();
    loop {
        let waiting = tokio::select! {
            call = calls.recv() => {
                let Some(call) = call else { return };
                // What the turn itself shows comes first.
                announcer.gateway.replies_first().await;
                Some(call)
            }
            () = announcer.clock.until(next_look) => None,
        };
        if let Err(error) = announcer.tell_all().await {
            tracing::warn!(%error, "orders: it cannot be told yet how far some have come");
        }
        next_look = after(announcer.clock.now(), LOOK);
        drop(waiting);
    }
}
