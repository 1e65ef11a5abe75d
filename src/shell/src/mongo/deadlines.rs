//! Deadlines of dialogues that are not through yet: `alarm: date` in the dialogue's document.
//!
//! A turn writes its dialogue's next deadline there ([`super::conversations`]). The turn of the deadline itself leaves it alone:
//! it is taken away, or set to the next one, when that turn's reply is shown. So a process that is
//! killed before leaves it to the next one, as Telegram brings an update again that is not acknowledged.

use bson::{Document, doc};
use chrono::{DateTime, Utc};
use engine::moment;
use futures::TryStreamExt;
use mongodb::IndexModel;
use mongodb::options::IndexOptions;

use super::document::{date, whole};
use super::{Documents, STORE_TIMEOUT, StoreError, within};

/// The field of the next deadline, and the name of the sparse index over it.
pub const ALARM: &str = "alarm";
/// The ids of the turns of deadlines are the smallest numbers there are, so many: below those of turns after outages
/// ([`crate::lease::Outage::update_id`]) and of replayed updates.
const IDS: i64 = 1 << 61;
/// Spreads chats and times over the ids: a process remembers updates by their ids alone, and many chats have a deadline at the
/// same time. Odd, so that no two deadlines of a chat share one.
const SPREAD: i64 = 0x9_e377_9b97_f4a7 | 1;

/// The deadlines in the collection of dialogues.
#[derive(Debug, Clone)]
pub struct Deadlines(Documents);

impl Deadlines {
    /// Those in the collection of dialogues, which has a sparse index over [`ALARM`].
    pub fn new(documents: Documents) -> Self {
        Self(documents)
    }

    /// That index.
    pub(crate) fn index() -> IndexModel {
        let options = IndexOptions::builder().name(ALARM.to_owned()).sparse(true).build();
        IndexModel::builder().keys(doc! { ALARM: 1 }).options(options).build()
    }

    /// Some of the chats whose deadlines have passed, the earliest first, and when they were; none of those that are set aside.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn due(
        &self,
        now: DateTime<Utc>,
        aside: &[i64],
        most: i64,
    ) -> Result<Vec<(i64, DateTime<Utc>)>, StoreError> {
        let mut due = doc! { ALARM: { "$lte": date(now) } };
        if !aside.is_empty() {
            due.insert("_id", doc! { "$nin": aside });
        }
        let due = self.0.collection().find(due).sort(doc! { ALARM: 1 }).limit(most);
        let found = async { Ok(due.projection(doc! { ALARM: 1 }).await?.try_collect::<Vec<Document>>().await?) };
        Ok(within(STORE_TIMEOUT, found).await?.iter().filter_map(chat_and_alarm).collect())
    }

    /// The first deadline after this time.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn after(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let later = self.0.collection().find_one(doc! { ALARM: { "$gt": date(now) } }).sort(doc! { ALARM: 1 });
        let found = within(STORE_TIMEOUT, async { Ok(later.projection(doc! { ALARM: 1 }).await?) }).await?;
        Ok(found.as_ref().and_then(chat_and_alarm).map(|(_, alarm)| alarm))
    }

    /// The turn of this deadline is through: the dialogue's next one takes its place, if it is later.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn passed(&self, chat: i64, at: DateTime<Utc>) -> Result<(), StoreError> {
        let millis = at.timestamp_millis();
        let later = doc! { "$and": [
            { "$isNumber": "$conversation.deadline" }, { "$gt": ["$conversation.deadline", millis] },
        ] };
        let next = doc! { "$cond": [later, { "$toDate": "$conversation.deadline" }, "$$REMOVE"] };
        let update = vec![doc! { "$set": { ALARM: next } }];
        let updating = async {
            Ok(self.0.collection().update_one(doc! { "_id": chat, ALARM: date(at) }, update).await.map(drop)?)
        };
        within(STORE_TIMEOUT, updating).await
    }
}

fn chat_and_alarm(document: &Document) -> Option<(i64, DateTime<Utc>)> {
    let alarm = document.get_datetime(ALARM).ok()?.timestamp_millis();
    Some((document.get("_id").and_then(whole)?, moment::at(alarm)))
}

/// The id of the turn of a chat's deadline: whichever process plays it, it counts once.
pub(crate) fn update_id(chat: i64, at: DateTime<Utc>) -> i64 {
    let place = chat.wrapping_mul(SPREAD).wrapping_add(at.timestamp_millis()).wrapping_mul(SPREAD);
    i64::MIN + place.rem_euclid(IDS)
}

/// Whether this is the id of a deadline's turn.
pub(crate) fn is_of_deadline(update: i64) -> bool {
    update < i64::MIN + IDS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::TimeDelta;

    use super::*;
    use crate::lease::Outage;

    #[test]
    fn the_turns_of_deadlines_have_ids_of_their_own_each_chat_another_one() {
        let now = DateTime::from_timestamp_millis(1_773_482_400_123).expect("a time");
        let chats = (1..2_000).chain([5_000_000_000, (1 << 52) - 1]);
        let times = [now, now + TimeDelta::milliseconds(1), now + TimeDelta::days(1), DateTime::<Utc>::MAX_UTC];
        let ids: BTreeSet<i64> = chats.flat_map(|chat| times.map(|at| update_id(chat, at))).collect();
        assert_eq!(ids.len(), 2_001 * times.len());
        assert!(ids.into_iter().all(is_of_deadline));
        let outage = Outage { number: i64::MAX, since: now, until: now };
        for id in [0, 1, -1, i64::from(i32::MAX), outage.update_id((1 << 52) - 1), -((1 << 52) * 1_000) - 999] {
            assert!(!is_of_deadline(id), "{id}");
        }
    }
}
