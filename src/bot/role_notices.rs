//! Telling whom an owner, or `shopkeeper team`, has given another role, or dismissed: at once, or as soon as a process is there.
//!
//! A process that ends in the very moment of telling, and an answer of Telegram's that is lost, cost one repeated message.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use dialogues::team::role_notice;

use super::beside::{self, Beside, UNSURE};
use super::desk::ShopHost;
use super::notices::Calls;
use super::post::TelegramGateway;
use crate::mailing::{MessageGateway, PostError};
use crate::store::StoreError;

/// Tells people of the shop of their role.
pub(super) struct RoleNotifier {
    beside: Beside,
    /// Telegram asks to wait until then.
    not_before: Mutex<Option<DateTime<Utc>>>,
}

impl RoleNotifier {
    pub(super) fn at(desk: &ShopHost, gateway: TelegramGateway) -> Self {
        Self { beside: Beside::at(desk, gateway, "team"), not_before: Mutex::default() }
    }

    async fn tell_all(&self) -> Result<(), StoreError> {
        let Beside { store, feed, gateway, clock, .. } = &self.beside;
        // What is followed tells whether there is anything to tell; MongoDB, whether it was told meanwhile.
        if feed.current().team().untold.is_empty() || self.waits(clock.now()) {
            return Ok(());
        }
        for notice in store.team().await?.untold {
            if !gateway.may_mail() {
                return Ok(());
            }
            let (language, _) = self.beside.reader(notice.chat).await?;
            let view = role_notice(notice.role, &self.beside.context(language));
            match self.beside.send(notice.chat, language, &view).await {
                Ok(_) | Err(PostError::Deactivated | PostError::NotFound | PostError::Gone) => {}
                Err(PostError::RetryAfter(time)) => {
                    self.wait_until(self.beside.later(time));
                    return Ok(());
                }
                Err(PostError::Unsure(_)) => {
                    self.wait_until(self.beside.later(UNSURE));
                    return Ok(());
                }
                Err(PostError::Blocked) => store.set_active(notice.chat, false).await?,
                Err(PostError::Failed(error)) => {
                    tracing::warn!(chat.id = notice.chat, error, "team: somebody could not be told of their role");
                }
            }
            store.mark_role_told(&notice).await?;
        }
        Ok(())
    }

    fn waits(&self, now: DateTime<Utc>) -> bool {
        self.not_before.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| now < until)
    }

    fn wait_until(&self, until: DateTime<Utc>) {
        *self.not_before.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }
}

/// Tells people of the shop of their role, for as long as the bot runs.
pub(super) async fn run(notifier: Arc<RoleNotifier>, calls: Calls) {
    beside::run(&notifier.beside, calls, || notifier.tell_all()).await;
}
