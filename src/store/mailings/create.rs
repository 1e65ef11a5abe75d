//! Mailings at their beginning.

use dialogues::shop::Mailing;

use super::super::document::stamped;
use super::super::idempotency::Receipt;
use super::super::optimistic::{Place, Work, WriteOutcome};
use super::super::versioned::Timestamps;
use super::super::{STORE_TIMEOUT, Store, StoreError, within};
use super::{NAME, write};

impl Store {
    /// Creates a mailing; `false` where there is one of this name already. It begins by itself.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn create_mailing(&self, mailing: &Mailing, author: Option<i64>) -> Result<bool, StoreError> {
        let document = stamped(write(mailing, author)?, self.stamp(NAME));
        match self.collection(NAME).insert_one(document).await.map_err(StoreError::from) {
            Err(error) if error.duplicate().is_some() => Ok(false),
            inserted => inserted.map(|_| true),
        }
    }

    /// Creates a mailing that no owner in the chat has written. With a receipt, both are written or none;
    /// [`WriteOutcome::LostRace`] if that receipt, or a mailing of this name, is there already.
    pub async fn add_mailing(
        &self,
        mailing: &Mailing,
        stamps: Timestamps,
        receipt: Option<&Receipt>,
    ) -> Result<WriteOutcome, StoreError> {
        let document = stamped(write(mailing, None)?, self.stamp_at(NAME, stamps.created));
        if let Some(receipt) = receipt {
            return self
                .transact(&Work::Add { at: Place::untold(NAME), document, receipt: Some(receipt), inside: None })
                .await;
        }
        let added = within(STORE_TIMEOUT, async { Ok(self.collection(NAME).insert_one(document).await?) });
        match added.await {
            Err(error) if error.duplicate().is_some() => Ok(WriteOutcome::LostRace),
            added => added.map(|_| WriteOutcome::Done),
        }
    }
}
