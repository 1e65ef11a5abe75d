//! Bringing personal messages: what customers write to all owners, and what an owner answers to the customer. A message
//! waits in the store until it is brought: it survives any crash and any refusal.
//!
//! A customer's message counts as brought when at least one owner has it, and Telegram has asked to wait for no other one; as
//! long as nobody has it, it is tried again each minute. An answer that does not reach the customer comes back to whoever
//! wrote it. Under the message that it answers, all owners see the answer.
//!
//! A process that is killed in the very moment of sending costs one repeated message.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use dialogues::shop::{Addressee, Direction, PersonName, PersonalMessage};
use dialogues::talk::notice::{OwnerReply, customer_message, owner_message, undelivered};

use super::beside::{self, Beside, Later};
use super::desk::ShopHost;
use super::notices::Calls;
use super::post::TelegramGateway;
use crate::mailing::{MessageGateway, PostError};
use crate::store::{StoreError, StoredMessage};

/// A message that no owner has got is tried again after so long.
const TRY_AGAIN: Duration = Duration::from_secs(60);

/// Brings personal messages.
pub(super) struct Messenger {
    beside: Beside,
    owners: Vec<i64>,
    /// Answers that some owners do not see yet under the message.
    late: Later<PersonalMessage>,
}

impl Messenger {
    pub(super) fn at(desk: &ShopHost, gateway: TelegramGateway) -> Self {
        Self { beside: Beside::at(desk, gateway), owners: desk.owners.clone(), late: Later::default() }
    }

    async fn bring_all(&self) -> Result<(), StoreError> {
        let Beside { store, clock, gateway, .. } = &self.beside;
        for answer in self.late.due(clock.now()) {
            self.show_answer(&answer).await?;
        }
        while gateway.may_mail()
            && let Some(stored) = store.claim_message().await?
        {
            let id = stored.message.id;
            let waits = match stored.message.direction {
                Direction::ToShop => self.bring_to_owners(&stored).await?,
                Direction::ToCustomer(_) => self.bring_to_customer(&stored).await?,
            };
            match waits {
                None => {
                    store.mark_brought(id).await?;
                    tracing::info!(message = %id, "messages: one was brought");
                }
                Some(until) => {
                    store.put_message_off(id, until).await?;
                    tracing::info!(message = %id, "messages: one cannot be brought yet");
                }
            }
        }
        Ok(())
    }

    /// Brings it to each owner who does not have it; when to try again.
    async fn bring_to_owners(&self, stored: &StoredMessage) -> Result<Option<DateTime<Utc>>, StoreError> {
        let has_it = |owner: i64| stored.notices.iter().any(|(chat, _)| *chat == owner);
        let mut is_known = !stored.notices.is_empty();
        let mut later = None;
        for owner in self.owners.iter().copied().filter(|owner| !has_it(*owner)) {
            let (language, active) = self.beside.reader(owner).await?;
            if !active {
                continue;
            }
            let view = owner_message(&stored.message, None, &self.beside.context(language));
            match self.beside.send(owner, language, &view).await {
                Ok(message) => {
                    // Before the next one is sent: a crash repeats it to one owner at most.
                    self.beside.store.note_brought(stored.message.id, (owner, message)).await?;
                    is_known = true;
                }
                Err(PostError::RetryAfter(time)) => later = later.max(Some(self.beside.later(time))),
                Err(error) => {
                    tracing::warn!(chat.id = owner, ?error, "messages: an owner could not be written to");
                }
            }
        }
        if !is_known && later.is_none() {
            tracing::warn!(message = %stored.message.id, "messages: no owner has got one; an owner must have pressed /start, and must not block the bot");
        }
        Ok(later.or_else(|| (!is_known).then(|| self.beside.later(TRY_AGAIN))))
    }

    /// Brings it to the customer; when to try again, where Telegram asks to wait.
    async fn bring_to_customer(&self, stored: &StoredMessage) -> Result<Option<DateTime<Utc>>, StoreError> {
        let (language, active) = self.beside.reader(stored.customer).await?;
        if !active {
            return self.return_to_writer(stored).await;
        }
        let view = customer_message(&stored.message, &self.beside.context(language));
        match self.beside.send(stored.customer, language, &view).await {
            Ok(_) => {
                self.show_answer(&stored.message).await?;
                Ok(None)
            }
            Err(PostError::RetryAfter(time)) => Ok(Some(self.beside.later(time))),
            Err(error) => {
                tracing::warn!(chat.id = stored.customer, ?error, "messages: a customer could not be written to");
                if matches!(error, PostError::Blocked) {
                    self.beside.store.set_active(stored.customer, false).await?;
                }
                self.return_to_writer(stored).await
            }
        }
    }

    /// Tells the owner who has written it that the customer cannot be reached.
    async fn return_to_writer(&self, stored: &StoredMessage) -> Result<Option<DateTime<Utc>>, StoreError> {
        let customer = self.beside.store.load(stored.customer).await?;
        let name = customer.customer.as_ref().and_then(|customer| customer.name.as_ref()).map(PersonName::in_one_line);
        let (language, _) = self.beside.reader(stored.writer).await?;
        let view = undelivered(&stored.message, name.as_deref(), &self.beside.context(language));
        match self.beside.send(stored.writer, language, &view).await {
            Err(PostError::RetryAfter(time)) => Ok(Some(self.beside.later(time))),
            Ok(_) | Err(_) => Ok(None),
        }
    }

    /// Shows an answer to all owners, under the message that it answers.
    async fn show_answer(&self, answer: &PersonalMessage) -> Result<(), StoreError> {
        let Direction::ToCustomer(Addressee::OfMessage(id)) = answer.direction else { return Ok(()) };
        // One to an answer is shown nowhere: the owners have no message of that.
        let Some(stored) = self.beside.store.personal_message(id).await? else { return Ok(()) };
        let shown = OwnerReply { name: answer.name.clone(), text: answer.text.clone() };
        let mut later = None;
        for notice in &stored.notices {
            let view = |context: &_| owner_message(&stored.message, Some(&shown), context);
            later = later.max(self.beside.edit(*notice, view).await?);
        }
        if let Some(due) = later {
            self.late.add(due, answer.clone());
        }
        Ok(())
    }
}

/// Brings what is written, for as long as the bot runs.
pub(super) async fn run(messenger: Arc<Messenger>, calls: Calls) {
    beside::run(&messenger.beside, calls, "messages", || messenger.bring_all()).await;
}
