//! Mailings that are steered. What may be asked of a mailing, and what becomes of it, are the rules of
//! [`Mailing::allows`] and [`Mailing::steered`]; here a mailing is read, and what the rules make of it is written, on the
//! condition that nobody has steered it, ended it or begun another task meanwhile.

use bson::raw::RawDocumentBuf;
use bson::{Document, doc};
use chrono::{DateTime, Utc};
use dialogues::shop::{Mailing, MailingId, Steering};
use mongodb::ClientSession;

use super::super::document::{date, oid, saved, stamped};
use super::super::{STORE_TIMEOUT, Store, StoreError, ledger, within};
use super::{NAME, StoredMailing, read, status_is, write};

impl Store {
    /// Pauses, resumes, cancels, corrects or recalls a mailing. What its status does not allow changes nothing;
    /// returned is the mailing as it is then, `None` where there is none.
    pub async fn steer_mailing(&self, id: MailingId, wish: &Steering) -> Result<Option<StoredMailing>, StoreError> {
        self.try_steering(id, wish).await?;
        self.mailing(id).await
    }

    /// The same; returned is whether there is such a mailing and its status allowed it.
    pub async fn try_steering(&self, id: MailingId, wish: &Steering) -> Result<bool, StoreError> {
        within(STORE_TIMEOUT, async {
            loop {
                let Some(found) = self.raw(NAME).find_one(doc! { "_id": oid(id.0) }).await? else { return Ok(false) };
                let Some((as_read, update)) = self.steering(&found, wish)? else { return Ok(false) };
                if self.collection(NAME).update_one(as_read, update).await?.matched_count == 1 {
                    return Ok(true);
                }
                // Somebody was quicker: what is allowed now is another question.
            }
        })
        .await
    }

    /// Deletes whom mailings went to that were over before `limit`; how many customers those were. From then on they can be
    /// neither corrected nor recalled.
    pub(in super::super) async fn close_mailings(&self, limit: DateTime<Utc>) -> Result<u64, StoreError> {
        let mailings = self.collection(NAME);
        let mut over = status_is(|status| !status.is_open());
        over.extend(doc! {
            "modified": { "$lt": date(limit) },
            "closed": { "$ne": true },
            "version": { "$not": { "$gt": self.version(NAME) } },
        });
        // First of all, so that nobody begins to correct one of which a half is deleted.
        mailings.update_many(over, saved(doc! { "closed": true }, self.clock().now())).await?;
        let closed = mailings.distinct("_id", doc! { "closed": true }).await?;
        let rows = doc! { "_id.mailing": { "$in": closed } };
        Ok(self.collection(ledger::NAME).delete_many(rows).await?.deleted_count)
    }

    /// A mailing that is begun or changed together with a turn; `false` where the rules do not allow the change any more.
    pub(in super::super) async fn commit_mailing(
        &self,
        session: &mut ClientSession,
        chat: i64,
        started: Option<&Mailing>,
        steered: Option<&(MailingId, Steering)>,
    ) -> Result<bool, mongodb::error::Error> {
        let mailings = self.collection(NAME);
        if let Some(mailing) = started {
            let document = write(mailing, Some(chat)).map_err(mongodb::error::Error::custom)?;
            mailings.insert_one(stamped(document, self.stamp(NAME))).session(&mut *session).await?;
        }
        if let Some((id, wish)) = steered {
            let found = self.raw(NAME).find_one(doc! { "_id": oid(id.0) }).session(&mut *session).await?;
            let Some(found) = found else { return Ok(false) };
            let steering = self.steering(&found, wish).map_err(mongodb::error::Error::custom)?;
            // Where somebody is quicker, the transaction is begun anew.
            let Some((as_read, update)) = steering else { return Ok(false) };
            mailings.update_one(as_read, update).session(session).await?;
        }
        Ok(true)
    }

    /// What a wish changes in a stored mailing: the condition that it still is as it was read, and the update. `None`:
    /// the rules do not allow it, or the mailing cannot be used, such as one that a newer program has written.
    fn steering(&self, found: &RawDocumentBuf, wish: &Steering) -> Result<Option<(Document, Document)>, StoreError> {
        let Some(StoredMailing { mailing, round, .. }) = self.usable(NAME, found, read) else { return Ok(None) };
        if !mailing.allows(wish.steer()) {
            return Ok(None);
        }
        let as_read = doc! {
            "_id": oid(mailing.id.0),
            "status": mailing.status.to_string(),
            "task": mailing.task.to_string(),
            "round": round,
            "closed": { "$ne": true },
            "version": { "$not": { "$gt": self.version(NAME) } },
        };
        let steered = mailing.clone().steered(wish);
        // Nothing else: whoever works on it may be writing the rest.
        let mut fields = doc! { "status": steered.status.to_string(), "reported": false };
        if steered.letter != mailing.letter {
            fields.insert("letter", bson::serialize_to_bson(&steered.letter)?);
        }
        if !steered.is_open() {
            // Nobody is named longer than needed. Who had their turn last is, until the ledger has them.
            fields.extend(doc! { "excluded": [], "in_flight": [] });
        }
        let now = self.clock().now();
        let Some(task) = wish.task() else { return Ok(Some((as_read, saved(fields, now)))) };
        fields.extend(doc! {
            "task": task.to_string(),
            "tally.changed": i64::from(steered.tally.changed),
            "tally.missed": i64::from(steered.tally.missed),
        });
        let mut update = saved(fields, now);
        update.insert("$inc", doc! { "round": 1 });
        update.insert("$unset", doc! { "began": "", "waits_until": "" });
        Ok(Some((as_read, update)))
    }
}
