//! Telling how far orders have come: the notices that owners have are edited, and the customer gets a message. What was
//! decided in a turn is told at once; what another process or program has written, with the next look.
//!
//! An owner whom Telegram slows down delays no customer: that notice is edited later. Where the process ends before, the notice
//! keeps a button for a step that has been taken, which says so when it is tapped.
//!
//! A process that is killed in the very moment of telling, and an answer of Telegram's that is lost, cost the customer one
//! repeated message; an edit can be repeated without harm.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dialogues::desk::notice::{customer_notice, owner_notice};
use dialogues::shop::OrderNumber;

use super::beside::{self, Beside, Later, UNSURE};
use super::desk::ShopHost;
use super::notices::Calls;
use super::post::TelegramGateway;
use crate::mailing::{MessageGateway, PostError};
use crate::staff::Staff;
use crate::store::{StoreError, StoredOrder};

/// Tells how far orders have come.
pub(super) struct OrderAnnouncer {
    beside: Beside,
    staff: Staff,
    /// Orders some of whose notices are to be edited once more.
    late: Later<OrderNumber>,
}

impl OrderAnnouncer {
    pub(super) fn at(desk: &ShopHost, gateway: TelegramGateway) -> Self {
        Self { beside: Beside::at(desk, gateway, "orders"), staff: desk.staff.clone(), late: Later::default() }
    }

    /// Edits the notices whose owners Telegram has slowed down, and tells of whatever nobody knows of.
    async fn tell_all(&self) -> Result<(), StoreError> {
        let Beside { store, clock, gateway, .. } = &self.beside;
        for number in self.late.due(clock.now()) {
            if let Some(stored) = store.order(number).await? {
                self.edit_notices(&stored).await;
            }
        }
        while gateway.may_mail()
            && let Some(stored) = store.claim_announcement().await?
        {
            let (number, status) = (stored.order.number, stored.order.status);
            store.record_foreign(&stored).await?;
            let late = self.edit_notices(&stored).await;
            // What an owner should not read any more is not left to this process's memory.
            let late = late.filter(|_| stored.is_stale);
            match self.write_to_customer(&stored).await?.or(late) {
                None => {
                    store.mark_announced(&stored).await?;
                    tracing::info!(order = %number, %status, "orders: it was told how far one has come");
                }
                Some(until) => {
                    store.put_announcement_off(number, until).await?;
                    tracing::info!(order = %number, %status, "orders: Telegram asks to wait");
                }
            }
        }
        Ok(())
    }

    /// Edits the owners' notices; those of whoever is slowed down, later: from when on.
    async fn edit_notices(&self, stored: &StoredOrder) -> Option<DateTime<Utc>> {
        let mut later = None;
        // Of whoever was forgotten, nothing may stay in the chats of those who do not work here any more either.
        let reads = |reader: i64| stored.order.is_forgotten || self.staff.role(reader).is_some();
        let order = stored.for_team();
        for notice in stored.notices.iter().filter(|(reader, _)| reads(*reader)) {
            later = later.max(self.beside.edit(*notice, |context| owner_notice(&order, context)).await);
        }
        if let Some(due) = later {
            self.late.add(due, stored.order.number);
        }
        later
    }

    /// Writes to the customer; when to try again, where Telegram asks to wait.
    async fn write_to_customer(&self, stored: &StoredOrder) -> Result<Option<DateTime<Utc>>, StoreError> {
        let order = &stored.order;
        // Whoever was forgotten while the notices were edited is not written to.
        let now = self.beside.store.order(order.number).await?;
        let Some(customer) = now.and_then(|now| now.customer) else { return Ok(None) };
        let (language, active) = self.beside.reader(customer).await?;
        let Some(view) = customer_notice(order, &self.beside.context(language)).filter(|_| active) else {
            return Ok(None);
        };
        match self.beside.send(customer, language, &view).await {
            Ok(_) | Err(PostError::Deactivated | PostError::NotFound | PostError::Gone) => {}
            Err(PostError::RetryAfter(time)) => return Ok(Some(self.beside.later(time))),
            Err(PostError::Unsure(_)) => return Ok(Some(self.beside.later(UNSURE))),
            Err(PostError::Blocked) => self.beside.store.set_active(customer, false).await?,
            Err(PostError::Failed(error)) => {
                tracing::warn!(chat.id = customer, error, order = %order.number, "orders: a customer could not be told");
            }
        }
        Ok(None)
    }
}

/// Tells how far orders have come, for as long as the bot runs.
pub(super) async fn run(announcer: Arc<OrderAnnouncer>, calls: Calls) {
    beside::run(&announcer.beside, calls, || announcer.tell_all()).await;
}
