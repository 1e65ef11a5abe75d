//! Telling customers who wait for a product that it is back in stock: once, at the pace of letters. Who has blocked the bot
//! waits no longer.
//!
//! A process that is killed in the very moment of telling, and an answer of Telegram's that is lost, cost one repeated
//! message.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use dialogues::moment::after;
use dialogues::product::back_in_stock;
use dialogues::shop::ProductId;

use super::beside::{Beside, UNSURE};
use super::desk::ShopHost;
use super::notices::Calls;
use super::post::TelegramGateway;
use crate::mailing::{MessageGateway, PostError};
use crate::store::{StoreError, StoredUser};

/// How often is looked for what nobody has called for: what another process has left when it ended.
const LOOK: TimeDelta = TimeDelta::seconds(60);

/// Tells customers that what they wait for is back.
pub(super) struct RestockNotifier {
    beside: Beside,
}

/// What is waited for after a look.
#[derive(Default)]
struct Awaited {
    products: Vec<ProductId>,
    /// Telegram asks to wait until then.
    later: Option<DateTime<Utc>>,
}

impl RestockNotifier {
    pub(super) fn at(desk: &ShopHost, gateway: TelegramGateway) -> Self {
        Self { beside: Beside::at(desk, gateway, "stock") }
    }

    /// Tells whoever waits for something that can be bought.
    async fn tell_all(&self) -> Result<Awaited, StoreError> {
        let Beside { store, feed, gateway, .. } = &self.beside;
        let mut awaited = Awaited { products: store.awaited_products().await?, later: None };
        if awaited.products.is_empty() || !gateway.may_mail() {
            return Ok(awaited);
        }
        // The catalogue that is followed may be behind of what was just committed.
        feed.refresh(&awaited.products).await?;
        let back: Vec<ProductId> = feed.current().back(&awaited.products).map(|product| product.id).collect();
        for product in back {
            let later = self.tell(product).await?;
            awaited.later = awaited.later.max(later);
        }
        Ok(awaited)
    }

    /// Tells everybody who waits for this product, as long as it can be bought; when to try again.
    async fn tell(&self, product: ProductId) -> Result<Option<DateTime<Utc>>, StoreError> {
        let store = &self.beside.store;
        let (mut tried, mut later) = (Vec::new(), None);
        loop {
            let waiting = store.waiting_for(product, &tried).await?;
            if waiting.is_empty() {
                return Ok(later);
            }
            for held in waiting {
                tried.push(held.thing.id);
                match self.tell_one(product, &held.thing).await? {
                    Told::Settled => store.stop_waiting(held, product).await?,
                    Told::Later(due) => later = later.max(Some(due)),
                    Told::SoldOut => return Ok(later),
                }
            }
        }
    }

    async fn tell_one(&self, product: ProductId, user: &StoredUser) -> Result<Told, StoreError> {
        if !user.active {
            return Ok(Told::Settled);
        }
        self.beside.pace.place(user.id).await;
        let (catalogue, language) = (self.beside.feed.current(), user.customer.language);
        let Some(back) = catalogue.back(&[product]).next().cloned() else { return Ok(Told::SoldOut) };
        let view = back_in_stock(&back, &self.beside.context(language));
        match self.beside.gateway.send(user.id, language, &view).await {
            Ok(_) => {
                tracing::info!(chat.id = user.id, product = %product.0, "stock: a customer was told that a product is back");
            }
            Err(PostError::RetryAfter(time)) => return Ok(Told::Later(self.beside.later(time))),
            Err(PostError::Unsure(_)) => return Ok(Told::Later(self.beside.later(UNSURE))),
            Err(error) => {
                tracing::warn!(chat.id = user.id, ?error, "stock: a customer could not be told that a product is back");
                if matches!(error, PostError::Blocked) {
                    self.beside.store.set_active(user.id, false).await?;
                }
            }
        }
        Ok(Told::Settled)
    }
}

/// What has become of telling somebody.
enum Told {
    /// They know, or cannot be reached: they wait no longer.
    Settled,
    /// They are told then.
    Later(DateTime<Utc>),
    /// It is sold out again.
    SoldOut,
}

/// Tells whoever waits: when somebody begins to, when the catalogue changes, and every minute; for as long as the bot runs.
pub(super) async fn run(notifier: Arc<RestockNotifier>, calls: Calls) {
    let Beside { clock, feed, gateway, .. } = &notifier.beside;
    let (mut calls, mut catalogue) = (calls.lock().await, feed.subscribe());
    let (mut awaited, mut next_look) = (Awaited::default(), clock.now());
    // While Telegram asks to wait, nothing new is told either.
    loop {
        let waiting = tokio::select! {
            call = calls.recv() => {
                let Some(call) = call else { return };
                if awaited.later.is_some() {
                    continue;
                }
                // What the turn itself shows comes first.
                gateway.replies_first().await;
                Some(call)
            }
            changed = catalogue.changed(), if awaited.later.is_none() => {
                if changed.is_err() {
                    return;
                }
                if catalogue.borrow_and_update().back(&awaited.products).next().is_none() {
                    continue;
                }
                None
            }
            () = clock.until(next_look) => None,
        };
        catalogue.mark_unchanged();
        match notifier.tell_all().await {
            Ok(now) => awaited = now,
            Err(error) => {
                tracing::warn!(%error, "stock: not everybody who waits for a product can be told yet");
                awaited.later = Some(after(clock.now(), LOOK));
            }
        }
        next_look = awaited.later.unwrap_or_else(|| after(clock.now(), LOOK));
        drop(waiting);
    }
}
