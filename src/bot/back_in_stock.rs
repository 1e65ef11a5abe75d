//! Telling customers who wait for a product that it is back in stock: once, at the pace of letters. Who has blocked the bot
//! waits no longer. While the shop is paused, nobody is told: they could not order.
//!
//! A process that ends in the very moment of telling, and an answer of Telegram's that is lost, cost one repeated message.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use dialogues::moment::after;
use dialogues::product::back_in_stock;
use dialogues::shop::ProductId;

use super::beside::{Beside, UNSURE};
use super::desk::ShopHost;
use super::notices::Calls;
use super::post::TelegramGateway;
use crate::mailing::{MessageGateway, PostError};
use crate::store::StoreError;

/// How often is looked for what nobody has called for: what another process has left when it ended.
const LOOK: TimeDelta = TimeDelta::seconds(60);

/// After so many customers in a row whom Telegram asks to wait for, it is the bot that is to wait.
const SLOWED_DOWN: usize = 2;

/// Tells customers that what they wait for is back.
pub(super) struct RestockNotifier {
    beside: Beside,
    /// Who knows, and is still written down as waiting: MongoDB has not taken that they wait no longer.
    told: Mutex<HashSet<(i64, ProductId)>>,
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
        Self { beside: Beside::at(desk, gateway, "stock"), told: Mutex::default() }
    }

    /// Tells whoever waits for something that can be bought.
    async fn tell_all(&self) -> Result<Awaited, StoreError> {
        let Beside { store, feed, gateway, clock, .. } = &self.beside;
        if !gateway.may_mail() {
            return Ok(Awaited::default());
        }
        // As long as MongoDB takes nothing, nobody else is told either.
        self.settle().await?;
        let mut awaited = Awaited { products: store.awaited_products().await?, later: None };
        if awaited.products.is_empty() || feed.current().pause(clock.now()).is_some() {
            return Ok(Awaited::default());
        }
        // The catalogue that is followed may be behind of what was just committed.
        feed.refresh(&awaited.products).await?;
        let back: Vec<ProductId> = feed.current().back(&awaited.products).map(|product| product.id).collect();
        for product in &back {
            let later = self.tell(*product).await?;
            awaited.later = awaited.later.max(later);
        }
        // Whoever is left of these is looked for with the next look, and not with the next change.
        awaited.products.retain(|product| !back.contains(product));
        Ok(awaited)
    }

    /// Tells everybody who waits for this product, as long as it can be bought; when to try again.
    async fn tell(&self, product: ProductId) -> Result<Option<DateTime<Utc>>, StoreError> {
        let (mut tried, mut later, mut slowed) = (Vec::new(), None, 0);
        loop {
            let waiting = self.beside.store.waiting_for(product, &tried).await?;
            if waiting.is_empty() {
                return Ok(later);
            }
            for user in waiting.into_iter().map(|held| held.thing.id) {
                tried.push(user);
                match self.tell_one(product, user).await? {
                    Told::Settled => slowed = 0,
                    Told::Later(due) => {
                        later = later.max(Some(due));
                        slowed += 1;
                    }
                    Told::NotNow => return Ok(later),
                }
                if slowed >= SLOWED_DOWN {
                    return Ok(later);
                }
            }
        }
    }

    async fn tell_one(&self, product: ProductId, user: i64) -> Result<Told, StoreError> {
        let Beside { store, feed, gateway, pace, .. } = &self.beside;
        pace.place(user).await;
        let (catalogue, this) = (feed.current(), [product]);
        let Some(back) = catalogue.back(&this).next().filter(|_| gateway.may_mail()) else {
            return Ok(Told::NotNow);
        };
        // They may have changed their mind meanwhile, or be forgotten.
        let Some(now) = store.user(user).await? else { return Ok(Told::Settled) };
        if !now.thing.customer.awaited.contains(&product) {
            return Ok(Told::Settled);
        }
        let language = now.thing.customer.language;
        let view = back_in_stock(back, &self.beside.context(language));
        let sent = match now.thing.active {
            true => gateway.send(user, language, &view).await.map(drop),
            false => Err(PostError::Blocked),
        };
        match sent {
            Ok(()) => {
                tracing::info!(chat.id = user, product = %product.0, "stock: a customer was told that a product is back");
            }
            Err(PostError::RetryAfter(time)) => return Ok(Told::Later(self.beside.later(time))),
            Err(PostError::Unsure(_)) => return Ok(Told::Later(self.beside.later(UNSURE))),
            Err(PostError::Blocked) => store.set_active(user, false).await?,
            Err(error) => {
                tracing::warn!(chat.id = user, ?error, "stock: a customer could not be told that a product is back");
            }
        }
        self.told().insert((user, product));
        self.settle().await?;
        Ok(Told::Settled)
    }

    /// Writes down that whoever knows waits no longer.
    async fn settle(&self) -> Result<(), StoreError> {
        let told = self.told().clone();
        for (user, product) in told {
            if let Some(held) = self.beside.store.user(user).await? {
                self.beside.store.stop_waiting(held, product).await?;
            }
            self.told().remove(&(user, product));
        }
        Ok(())
    }

    fn told(&self) -> MutexGuard<'_, HashSet<(i64, ProductId)>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What has become of telling somebody.
enum Told {
    /// They know, or cannot be reached: they wait no longer.
    Settled,
    /// They are told then.
    Later(DateTime<Utc>),
    /// It is sold out again, or another process is the active one.
    NotNow,
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
