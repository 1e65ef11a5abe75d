//! Receipts that wait to be sent: `receipt: {due: Date, tries: Int32}` of an order. It is written with the order, in its
//! transaction. Whoever sends a receipt claims it by moving `due`, so that no other process sends it meanwhile, and another one does
//! where this process is killed; and takes the field away once it is sent or given up.

use bson::{Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use dialogues::moment::after;
use dialogues::shop::OrderNumber;
use mongodb::options::ReturnDocument;

use super::super::document::date;
use super::super::fields::{integer, time};
use super::super::{STORE_TIMEOUT, Store, StoreError, within};
use super::{NAME, StoredOrder, read};

/// How long a process that sends a receipt may be silent before another one does.
const SENDING: TimeDelta = TimeDelta::minutes(5);

/// An order whose receipt this process may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingReceipt {
    /// The order.
    pub stored: StoredOrder,
    /// How often it was tried before.
    pub tries: u32,
}

/// The field of an order whose receipt can be sent from this time on.
pub(super) fn waiting(from: DateTime<Utc>) -> Document {
    doc! { "due": date(from), "tries": 0 }
}

impl Store {
    /// Lets this process, and no other one, send the receipt that has waited longest; `None` where none is due.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn claim_receipt(&self) -> Result<Option<WaitingReceipt>, StoreError> {
        loop {
            let now = self.clock().now();
            let due = doc! { "receipt.due": { "$lte": date(now) } };
            let update = doc! { "$set": { "receipt.due": date(after(now, SENDING)) }, "$inc": { "receipt.tries": 1 } };
            let orders = self.raw(NAME);
            let claimed = orders.find_one_and_update(due, update).sort(doc! { "receipt.due": 1 });
            let claimed = claimed.return_document(ReturnDocument::After);
            let Some(document) = within(STORE_TIMEOUT, async { Ok(claimed.await?) }).await? else { return Ok(None) };
            // What cannot be read is reported, and holds up no other receipt.
            let Some((stored, tries)) = self.usable(NAME, &document, |document| Ok((read(document)?, tries(document))))
            else {
                continue;
            };
            return Ok(Some(WaitingReceipt { stored, tries }));
        }
    }

    /// When the next receipt is due; `None` where none waits.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn next_receipt(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let waits = doc! { "receipt.due": { "$exists": true } };
        let orders = self.collection(NAME);
        let next = orders.find_one(waits).sort(doc! { "receipt.due": 1 }).projection(doc! { "receipt": 1 });
        let next = within(STORE_TIMEOUT, async { Ok(next.await?) }).await?;
        Ok(next.and_then(|order| time(order.get_document("receipt").ok()?, "due").ok()?))
    }

    /// Forgets the receipts that wait: after a restore, they were sent.
    pub(in crate::store) async fn drop_receipts(&self) -> Result<(), StoreError> {
        let waits = doc! { "receipt": { "$exists": true } };
        self.collection(NAME).update_many(waits, doc! { "$unset": { "receipt": "" } }).await?;
        Ok(())
    }

    /// Notes that a receipt is sent, or given up.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn settle_receipt(&self, number: OrderNumber) -> Result<(), StoreError> {
        let update = doc! { "$unset": { "receipt": "" } };
        within(STORE_TIMEOUT, self.update_order(number, update)).await
    }

    /// Lets a receipt wait until this time.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn put_receipt_off(&self, number: OrderNumber, until: DateTime<Utc>) -> Result<(), StoreError> {
        let waits = doc! { "number": number.to_string(), "receipt.due": { "$exists": true } };
        let update = doc! { "$set": { "receipt.due": date(until) } };
        within(STORE_TIMEOUT, async { Ok(self.collection(NAME).update_one(waits, update).await.map(drop)?) }).await
    }
}

/// How often the receipt was tried before this claim.
fn tries(document: &Document) -> u32 {
    let tries = document.get_document("receipt").ok().and_then(|receipt| integer(receipt, "tries").ok().flatten());
    tries.and_then(|tries| u32::try_from(tries - 1).ok()).unwrap_or_default()
}
