//! Changing and forgetting a customer from outside of their own turns.

use ::dialogues::shop::Customer;
use bson::{Document, doc};
use mongodb::ClientSession;
use mongodb::error::Error;
use shell::mongo::conversations;

use super::super::optimistic::{Work, WriteOutcome};
use super::super::versioned::{Timestamps, Versioned, as_read};
use super::super::{Store, StoreError, dialogues};
use super::{NAME, StoredUser, write};

impl Store {
    /// Keeps a customer's profile as somebody else has changed it; their stamps, or `None` if it is no longer as
    /// it was held. A turn of theirs that is under way begins again.
    pub async fn replace_user(
        &self,
        held: &Versioned<StoredUser>,
        customer: &Customer,
    ) -> Result<Option<Timestamps>, StoreError> {
        let stamps = self.next_stamps(held.stamps);
        let (filter, update) = (as_read(&held.document), self.renewal(NAME, held, write(customer), stamps)?);
        let kept = self.transact(&Work::ChangeUser { user: held.thing.id, filter, update }).await?;
        self.cache().remove(held.thing.id);
        Ok((kept == WriteOutcome::Done).then_some(stamps))
    }

    /// Deletes whatever points to a person, as they can do themselves; `false` if the profile is no longer as it
    /// was held.
    pub async fn forget_user(&self, held: &Versioned<StoredUser>) -> Result<bool, StoreError> {
        let work = Work::ForgetUser { user: held.thing.id, filter: as_read(&held.document) };
        let forgotten = self.transact(&work).await? == WriteOutcome::Done;
        match forgotten {
            true => self.is_forgotten(held.thing.id).await,
            false => self.cache().remove(held.thing.id),
        }
        Ok(forgotten)
    }

    /// Deletes whatever points to a person outside of a turn of theirs: a profile like this, what was said, and the rest;
    /// how many profiles that were.
    pub(in super::super) async fn forget_whole(
        &self,
        session: &mut ClientSession,
        user: i64,
        profile: Document,
    ) -> Result<u64, Error> {
        let removed = self.collection(NAME).delete_one(profile).session(&mut *session).await?.deleted_count;
        let forgotten = conversations::forgotten(self.stamp(dialogues::NAME));
        self.collection(dialogues::NAME).update_one(doc! { "_id": user }, forgotten).session(&mut *session).await?;
        self.forget(session, user).await?;
        Ok(removed)
    }

    /// Nothing of a person stays in memory, and mailings under way pass them over, as after a turn of theirs.
    pub(in super::super) async fn is_forgotten(&self, user: i64) {
        self.cache().remove(user);
        self.end_mailings(user).await;
    }
}
