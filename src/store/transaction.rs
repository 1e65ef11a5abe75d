//! Turns that concern more than the customer's own dialogue and cart, each in one transaction.

use ::dialogues::shop::Actor;
use bson::{Bson, Document};
use mongodb::ClientSession;
use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR};
use mongodb::options::{ReadConcern, WriteConcern};
pub(super) use shell::mongo::transaction::{finish, pause};

use super::commit::{CommitOutcome, Turn};
use super::descriptor::Forgotten;
use super::document::saved;
use super::products::StockOutcome;
use super::{Store, StoreError, collections, dialogues};

/// How often a transaction is begun before MongoDB counts as away.
pub(super) const ATTEMPTS: u32 = 60;

impl Store {
    /// Commits a turn in a transaction, again and again while others are in the way.
    ///
    /// Of several buyers of one product MongoDB lets one pass and sends the others away at once. Those then
    /// queue here instead of running into each other again and again: thirty buyers of one product need
    /// half the commands. What is left in the way is other processes.
    pub(super) async fn commit_together(&self, turn: &Turn<'_>) -> Result<CommitOutcome, StoreError> {
        let mut session = self.inner.client.start_session().await?;
        if let Some(committed) = self.once(&mut session, turn).await? {
            return Ok(committed);
        }
        let _alone = self.inner.turnstile.lock().await;
        for attempt in 1..ATTEMPTS {
            if let Some(committed) = self.once(&mut session, turn).await? {
                return Ok(committed);
            }
            tokio::time::sleep(pause(attempt)).await;
        }
        Err(StoreError::Away(format!("a transaction was in the way of others {ATTEMPTS} times")))
    }

    /// One transaction; `None` if another one was in the way.
    async fn once(&self, session: &mut ClientSession, turn: &Turn<'_>) -> Result<Option<CommitOutcome>, StoreError> {
        let begin = session.start_transaction().read_concern(ReadConcern::snapshot());
        begin.write_concern(WriteConcern::majority()).await?;
        let outcome = match self.attempt(session, turn).await {
            Ok(CommitOutcome::Done) => finish(session).await.map(|()| CommitOutcome::Done),
            other => {
                // One that the server has aborted already cannot be aborted again, and need not.
                let _ = session.abort_transaction().await;
                other
            }
        };
        match outcome {
            Err(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => Ok(None),
            outcome => outcome.map_err(StoreError::from).or_else(lost_race).map(Some),
        }
    }

    async fn attempt(&self, session: &mut ClientSession, turn: &Turn<'_>) -> Result<CommitOutcome, Error> {
        if !self.move_dialogue(session, turn).await? {
            return Ok(CommitOutcome::LostRace);
        }
        let mut audit = turn.plan.audit;
        if (turn.plan.mailing.is_some() || turn.plan.steered.is_some())
            && !self.commit_mailing(session, turn.chat, turn.plan.mailing, turn.plan.steered.as_ref()).await?
        {
            // It has come to another end meanwhile: nothing was done.
            audit = None;
        }
        if turn.plan.forget {
            self.forget(session, turn.chat).await?;
            return Ok(CommitOutcome::Done);
        }
        if let Some(order) = turn.plan.order {
            self.insert_order(session, turn.chat, order).await?;
        }
        if turn.plan.customer.is_some() || turn.plan.active.is_some() {
            self.set_user(session, turn.chat, turn.plan.customer, turn.plan.active).await?;
        }
        if let Some(pause) = turn.plan.pause {
            self.set_pause(session, pause).await?;
        }
        if let Some((change, is_fixed)) = turn.plan.team {
            match self.change_team(session, Actor { chat: turn.chat, is_fixed }, change).await? {
                Some(true) => {}
                Some(false) => audit = None,
                None => return Ok(CommitOutcome::TeamChanged),
            }
        }
        if let Some(entry) = audit {
            self.write_audit(session, entry).await?;
        }
        if let Some(change) = turn.plan.product
            && !self.change_product(session, change).await?
        {
            return Ok(CommitOutcome::StockChanged(vec![change.product]));
        }
        if let Some(product) = turn.plan.added {
            match self.holds_category(session, product.category).await? {
                Some(true) => self.insert_product(session, product).await?,
                Some(false) => return Ok(CommitOutcome::CategoryGone),
                None => return Ok(CommitOutcome::LostRace),
            }
        }
        if let Some((number, from, taken)) = turn.plan.moved
            && !self.move_order(session, (number, from), taken).await?
        {
            return Ok(CommitOutcome::OrderMoved);
        }
        if let Some(message) = turn.plan.message
            && !self.insert_message(session, turn.chat, message).await?
        {
            return Ok(CommitOutcome::AddresseeGone);
        }
        // Last, because this is where buyers of one product meet: from here to the commit, MongoDB turns the others away.
        if let Some(order) = turn.plan.order {
            match self.take_stock(session, &order.lines).await? {
                StockOutcome::Refused(products) => return Ok(CommitOutcome::StockChanged(products)),
                StockOutcome::Taken { low } => self.note_low_stock(session, order, &low).await?,
            }
        }
        Ok(CommitOutcome::Done)
    }

    /// Writes the dialogue; `false` if it is no longer as it was loaded.
    async fn move_dialogue(&self, session: &mut ClientSession, turn: &Turn<'_>) -> Result<bool, Error> {
        let write = turn.dialogue(self).map_err(Error::custom)?;
        write.run(&self.collection(dialogues::NAME), Some(session)).await
    }

    /// Deletes whatever points to a person. What is kept of the dialogue is written by then.
    pub(super) async fn forget(&self, session: &mut ClientSession, chat: i64) -> Result<(), Error> {
        self.anonymize_orders(session, chat).await?;
        for collection in collections::all() {
            let documents = self.collection(collection.name);
            match collection.forgotten {
                Forgotten::Deleted(which) => {
                    documents.delete_many(which(chat)).session(&mut *session).await?;
                }
                Forgotten::Cleared { which, fields } => {
                    let nothing = |field: &&str| ((*field).to_owned(), Bson::String(String::new()));
                    let mut update = saved(Document::new(), self.clock().now());
                    update.insert("$unset", fields.iter().map(nothing).collect::<Document>());
                    documents.update_many(which(chat), update).session(&mut *session).await?;
                }
                Forgotten::Untouched | Forgotten::ByTheTurn => {}
            }
        }
        Ok(())
    }
}

/// A unique key that was there already tells which race was lost.
fn lost_race(error: StoreError) -> Result<CommitOutcome, StoreError> {
    match error.duplicate() {
        Some("number") => Ok(CommitOutcome::NumberTaken),
        Some("checkout") => Ok(CommitOutcome::CheckoutTaken),
        // Another turn has made this chat's dialogue, cart or profile.
        Some("_id_") => Ok(CommitOutcome::LostRace),
        _ => Err(error),
    }
}
