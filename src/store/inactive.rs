//! Forgetting customers of whom nothing is heard any more, as [`dialogues::shop::Retention`] says.
//!
//! A turn stamps its dialogue, and there is no index over that stamp (every turn would write it), so the collection is read
//! as a whole, once a day. Whoever is found there is looked at again in the transaction that forgets them.

use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};
use dialogues::shop::Order;
use futures::TryStreamExt;
use mongodb::ClientSession;
use mongodb::error::Error;

use super::document::date;
use super::fields::whole;
use super::optimistic::{Work, WriteOutcome};
use super::{Store, StoreError, dialogues as talks, messages, orders, postponed, users};

impl Store {
    /// Forgets who has been silent since before `limit`, but nobody who `stays`; how many they were.
    ///
    /// # Errors
    /// [`StoreError::Away`]: those who are left are forgotten the next time.
    pub(super) async fn forget_inactive(
        &self,
        limit: DateTime<Utc>,
        stays: impl Fn(i64) -> bool,
    ) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        for user in self.silent_since(limit).await?.into_iter().filter(|user| !stays(*user)) {
            match self.transact(&Work::ForgetInactive { user, limit }).await {
                Ok(WriteOutcome::Done) => {
                    self.is_forgotten(user).await;
                    forgotten += 1;
                }
                // Whoever is back at this moment, or awaits an order, stays.
                Ok(_) => {}
                Err(error) if error.is_away() => return Err(error),
                // What another program has written of one must not keep all the others.
                Err(error) => tracing::warn!(chat.id = user, %error, "a customer could not be forgotten"),
            }
        }
        Ok(forgotten)
    }

    /// Private chats with a dialogue or a profile, and none that was written since then.
    async fn silent_since(&self, limit: DateTime<Utc>) -> Result<Vec<i64>, StoreError> {
        let silent = doc! { "_id": { "$gt": 0_i64 }, "modified": { "$lt": date(limit) } };
        let mut talking = silent.clone();
        // One of `null` has been forgotten already.
        talking.insert("conversation", doc! { "$ne": null });
        let here = vec![doc! { "$match": talking }, doc! { "$project": { "_id": 1 } }];
        // A profile alone: there is no dialogue, or one that has been forgotten.
        let talk = doc! { "from": talks::NAME, "localField": "_id", "foreignField": "_id", "as": "talk" };
        let alone = vec![
            doc! { "$match": silent },
            doc! { "$lookup": talk },
            doc! { "$match": { "talk": { "$not": { "$elemMatch": { "conversation": { "$ne": null } } } } } },
            doc! { "$project": { "_id": 1 } },
        ];
        let mut found = Vec::new();
        for (collection, pipeline) in [(talks::NAME, here), (users::NAME, alone)] {
            let documents: Vec<Document> = self.collection(collection).aggregate(pipeline).await?.try_collect().await?;
            found.extend(documents.iter().filter_map(|it| it.get("_id").and_then(whole)));
        }
        Ok(found)
    }

    /// Deletes what points to a person if nothing has happened to them since `limit`, and no order of theirs is on its way.
    pub(super) async fn forget_if_inactive(
        &self,
        session: &mut ClientSession,
        user: i64,
        limit: DateTime<Utc>,
    ) -> Result<WriteOutcome, Error> {
        let (since, now) = (doc! { "$gte": date(limit) }, self.clock().now());
        let on_its_way = doc! {
            "status": { "$in": orders::statuses(true)? },
            "placed": { "$gte": date(now - Order::DELIVERED_WITHIN) },
        };
        for (collection, who, happened) in [
            (talks::NAME, "_id", doc! { "modified": since.clone() }),
            (users::NAME, "_id", doc! { "modified": since.clone() }),
            (orders::NAME, "customer", doc! { "$or": [{ "modified": since.clone() }, on_its_way] }),
            (messages::NAME, "customer", doc! { "at": since.clone() }),
        ] {
            let mut happened = happened;
            happened.insert(who, Bson::Int64(user));
            if self.raw(collection).find_one(happened).session(&mut *session).await?.is_some() {
                return Ok(WriteOutcome::LostRace);
            }
        }
        // Whoever has written is answered first. What a newer program has written, only a newer one forgets.
        let newer = |collection| doc! { "_id": user, "version": { "$gt": self.version(collection) } };
        for (collection, waits) in [
            (postponed::NAME, doc! { "chat": user }),
            (talks::NAME, newer(talks::NAME)),
            (users::NAME, newer(users::NAME)),
        ] {
            if self.raw(collection).find_one(waits).session(&mut *session).await?.is_some() {
                return Ok(WriteOutcome::LostRace);
            }
        }
        // Somebody may have no profile.
        self.forget_whole(session, user, doc! { "_id": user }).await?;
        Ok(WriteOutcome::Done)
    }
}
