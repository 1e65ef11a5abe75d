//! Bringing personal messages: what customers write to all owners, and what an owner answers to the customer. A message
//! waits in the store until it is brought: it survives any crash, and Telegram's outages.
//!
//! A customer's message counts as brought when at least one owner has it, and no other one could still get it; as long as
//! nobody has it, it is tried again each minute. An answer that the customer cannot be sent comes back to whoever wrote it.
//! Under the message that it answers, all owners see the newest answer. Messages of one customer, in one direction, go out in
//! their order: a later one waits for an earlier one.
//!
//! A process that is killed in the very moment of sending, and an answer of Telegram's that is lost, cost one repeated message.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use dialogues::shop::{Addressee, Direction, PersonName, PersonalMessageId, TeamRole};
use dialogues::talk::notice::{OwnerReply, customer_message, owner_message, undelivered};

use super::beside::{self, Beside, Later, UNSURE};
use super::desk::ShopHost;
use super::notices::Calls;
use super::post::TelegramGateway;
use crate::mailing::{MessageGateway, PostError};
use crate::staff::Staff;
use crate::store::{StoreError, StoredMessage};

/// A message that no owner has got is tried again after so long.
const TRY_AGAIN: Duration = Duration::from_secs(60);

/// What has become of a message.
enum Outcome {
    /// Whom it is for has it; or they were forgotten, and it with them.
    Brought,
    /// Its reader cannot be reached, and its writer knows, if they can be reached.
    Returned,
    /// It is tried again then.
    Later(DateTime<Utc>),
}

/// Brings personal messages.
pub(super) struct Messenger {
    beside: Beside,
    staff: Staff,
    /// Messages under which some owners do not see the newest answer yet.
    late: Later<PersonalMessageId>,
}

impl Messenger {
    pub(super) fn at(desk: &ShopHost, gateway: TelegramGateway) -> Self {
        Self { beside: Beside::at(desk, gateway, "messages"), staff: desk.staff.clone(), late: Later::default() }
    }

    async fn bring_all(&self) -> Result<(), StoreError> {
        let Beside { store, clock, gateway, .. } = &self.beside;
        for question in self.late.due(clock.now()) {
            self.show_answer(question).await;
        }
        // Whom a message could not be sent to is not tried again for the others of this look.
        let mut unreachable = HashSet::new();
        while gateway.may_mail()
            && let Some(claimed) = store.claim_message().await?
        {
            let Some(stored) = claimed else { continue };
            let id = stored.message.id;
            let outcome = match store.waits_for(&stored).await? {
                Some(until) => Outcome::Later(until.max(self.beside.later(Duration::from_secs(1)))),
                None => match stored.message.direction {
                    Direction::ToShop => self.bring_to_owners(&stored, &mut unreachable).await?,
                    Direction::ToCustomer(_) => self.bring_to_customer(&stored).await?,
                },
            };
            match outcome {
                Outcome::Brought => {
                    store.mark_brought(id).await?;
                    tracing::info!(message = %id, "messages: one was brought");
                    if let Direction::ToCustomer(Addressee::OfMessage(question)) = stored.message.direction {
                        self.show_answer(question).await;
                    }
                }
                Outcome::Returned => {
                    store.mark_returned(id).await?;
                    tracing::info!(message = %id, "messages: one could not be brought");
                }
                Outcome::Later(until) => {
                    store.put_message_off(id, until).await?;
                    tracing::debug!(message = %id, "messages: one is not brought yet");
                }
            }
        }
        Ok(())
    }

    /// Brings it to each owner who does not have it; when to try again.
    async fn bring_to_owners(
        &self,
        stored: &StoredMessage,
        unreachable: &mut HashSet<i64>,
    ) -> Result<Outcome, StoreError> {
        let id = stored.message.id;
        let has_it = |owner: i64| stored.notices.iter().any(|(chat, _)| *chat == owner);
        let mut is_known = !stored.notices.is_empty();
        let mut later = None;
        // Whoever works here and writes is written to themselves only where nobody else can be.
        let (mut readers, writer): (Vec<i64>, Vec<i64>) =
            self.staff.who_may(TeamRole::Manager).into_iter().partition(|reader| *reader != stored.writer);
        readers.extend(writer);
        for owner in readers.into_iter().filter(|owner| !has_it(*owner)) {
            if owner == stored.writer && (is_known || later.is_some()) {
                continue;
            }
            let (language, active) = self.beside.reader(owner).await.unwrap_or((Default::default(), true));
            if !active || unreachable.contains(&owner) {
                continue;
            }
            // Whoever has asked to be forgotten meanwhile has taken it along.
            if self.beside.store.personal_message(id).await?.is_none() {
                return Ok(Outcome::Brought);
            }
            let answer = self.newest_answer(id).await?;
            let view = owner_message(&stored.message, answer.as_ref(), &self.beside.context(language));
            match self.beside.send(owner, language, &view).await {
                Ok(message) => {
                    // Before the next one is sent: a crash repeats it to one owner at most.
                    self.beside.store.note_brought(id, (owner, message)).await?;
                    is_known = true;
                }
                Err(PostError::RetryAfter(time)) => later = later.max(Some(self.beside.later(time))),
                Err(PostError::Unsure(_)) => later = later.max(Some(self.beside.later(UNSURE))),
                Err(error) => {
                    tracing::warn!(chat.id = owner, ?error, "messages: an owner could not be written to");
                    unreachable.insert(owner);
                }
            }
        }
        if !is_known && later.is_none() {
            tracing::warn!(
                message = %id,
                "messages: no owner has got one; an owner must have pressed /start, and must not block the bot"
            );
        }
        let later = later.or_else(|| (!is_known).then(|| self.beside.later(TRY_AGAIN)));
        Ok(later.map_or(Outcome::Brought, Outcome::Later))
    }

    /// Brings it to the customer; when to try again.
    async fn bring_to_customer(&self, stored: &StoredMessage) -> Result<Outcome, StoreError> {
        let (language, active) = self.beside.reader(stored.customer).await?;
        if !active {
            return self.return_to_writer(stored).await;
        }
        // Whoever has asked to be forgotten meanwhile has taken it along.
        if self.beside.store.personal_message(stored.message.id).await?.is_none() {
            return Ok(Outcome::Brought);
        }
        let view = customer_message(&stored.message, &self.beside.context(language));
        match self.beside.send(stored.customer, language, &view).await {
            Ok(_) => Ok(Outcome::Brought),
            Err(PostError::RetryAfter(time)) => Ok(Outcome::Later(self.beside.later(time))),
            Err(PostError::Unsure(_)) => Ok(Outcome::Later(self.beside.later(UNSURE))),
            Err(error) => {
                tracing::warn!(chat.id = stored.customer, ?error, "messages: a customer could not be written to");
                if matches!(error, PostError::Blocked) {
                    self.beside.store.set_active(stored.customer, false).await?;
                }
                self.return_to_writer(stored).await
            }
        }
    }

    /// Tells whoever has written it that the customer cannot be reached; when to try again.
    async fn return_to_writer(&self, stored: &StoredMessage) -> Result<Outcome, StoreError> {
        let customer = self.beside.store.load(stored.customer).await?;
        let name = customer.customer.as_ref().and_then(|customer| customer.name.as_ref()).map(PersonName::in_one_line);
        let readers = match self.staff.role(stored.writer) {
            Some(_) => vec![stored.writer],
            // They do not work here any more.
            None => self.staff.who_may(TeamRole::Manager),
        };
        // It is told once at least: whoever has it is not told again because of another one.
        let (mut told, mut later) = (false, None);
        for reader in readers {
            let (language, _) = self.beside.reader(reader).await?;
            let view = undelivered(&stored.message, name.as_deref(), &self.beside.context(language));
            match self.beside.send(reader, language, &view).await {
                Ok(_) => told = true,
                Err(PostError::RetryAfter(time)) => later = later.max(Some(self.beside.later(time))),
                Err(PostError::Unsure(_)) => later = later.max(Some(self.beside.later(UNSURE))),
                Err(error) => {
                    let message = stored.message.id;
                    tracing::warn!(%message, ?error, "messages: neither the customer nor the writer can be reached");
                }
            }
        }
        Ok(later.filter(|_| !told).map_or(Outcome::Returned, Outcome::Later))
    }

    async fn newest_answer(&self, question: PersonalMessageId) -> Result<Option<OwnerReply>, StoreError> {
        let answer = self.beside.store.newest_answer(question).await?;
        Ok(answer.map(|answer| OwnerReply { name: answer.name, text: answer.text }))
    }

    /// Shows the newest answer to all owners, under the message that it answers; later, where that fails.
    async fn show_answer(&self, question: PersonalMessageId) {
        match self.try_to_show(question).await {
            Ok(None) => {}
            Ok(Some(due)) => self.late.add(due, question),
            Err(error) => {
                tracing::warn!(%error, message = %question, "messages: an answer cannot be shown to the owners yet");
                self.late.add(self.beside.later(UNSURE), question);
            }
        }
    }

    async fn try_to_show(&self, question: PersonalMessageId) -> Result<Option<DateTime<Utc>>, StoreError> {
        // The owners have no notice of an answer to an answer.
        let Some(stored) = self.beside.store.personal_message(question).await? else { return Ok(None) };
        let Some(answer) = self.newest_answer(question).await? else { return Ok(None) };
        let mut later = None;
        for notice in stored.notices.iter().filter(|(owner, _)| self.staff.role(*owner).is_some()) {
            let view = |context: &_| owner_message(&stored.message, Some(&answer), context);
            later = later.max(self.beside.edit(*notice, view).await);
        }
        Ok(later)
    }
}

/// Brings what is written, for as long as the bot runs.
pub(super) async fn run(messenger: Arc<Messenger>, calls: Calls) {
    beside::run(&messenger.beside, calls, || messenger.bring_all()).await;
}
