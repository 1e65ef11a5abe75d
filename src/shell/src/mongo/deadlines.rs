//! Deadlines of dialogues that are not through yet: `alarm: date` in the dialogue's document.
//!
//! A turn writes its dialogue's next deadline there ([`super::conversations`]). The turn of the deadline itself leaves it alone:
//! it is taken away, or set to the next one, when that turn's reply is shown. So a process that is
//! killed before leaves it to the next one, as Telegram brings an update again that is not acknowledged.

use bson::{Document, doc};
use chrono::{DateTime, Utc};
use engine::moment;
use futures::{Stream, StreamExt};
use mongodb::IndexModel;
use mongodb::options::IndexOptions;

use super::document::{date, whole};
use super::{Documents, STORE_TIMEOUT, StoreError, within};

/// The field of the next deadline, and the name of the sparse index over it.
pub const ALARM: &str = "alarm";
/// The ids of the turns of deadlines begin at the smallest number and are fewer than that: below those of turns after outages
/// ([`crate::lease::Outage::update_id`]) and of replayed updates, and beyond any date.
const IDS: i64 = 1 << 48;

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

    /// The chats whose deadlines have passed, the earliest first, and when they were.
    ///
    /// # Errors
    /// [`StoreError::Away`], also within.
    pub(crate) async fn due(
        &self,
        now: DateTime<Utc>,
    ) -> Result<impl Stream<Item = Result<(i64, DateTime<Utc>), StoreError>>, StoreError> {
        let due = self.0.collection().find(doc! { ALARM: { "$lte": date(now) } }).sort(doc! { ALARM: 1 });
        let found = within(STORE_TIMEOUT, async { Ok(due.projection(doc! { ALARM: 1 }).await?) }).await?;
        Ok(found.filter_map(|found| async move {
            found.map_err(StoreError::from).map(|document| chat_and_alarm(&document)).transpose()
        }))
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

/// The id of the turn of a dialogue's deadline: whichever process plays it, it counts once.
pub(crate) fn update_id(at: DateTime<Utc>) -> i64 {
    i64::MIN + at.timestamp_millis().clamp(0, IDS - 1)
}

/// The deadline whose turn has this id, if it is one.
pub(crate) fn of_update(id: i64) -> Option<DateTime<Utc>> {
    let millis = id.checked_sub(i64::MIN).filter(|millis| *millis < IDS)?;
    Some(moment::at(millis))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lease::Outage;

    #[test]
    fn only_the_turns_of_deadlines_have_their_ids() {
        let now = DateTime::from_timestamp_millis(1_773_482_400_123).expect("a time");
        assert_eq!(of_update(update_id(now)), Some(now));
        assert_eq!(of_update(update_id(DateTime::<Utc>::MAX_UTC)).map(|at| at > now), Some(true));
        let outage = Outage { number: i64::MAX, since: now, until: now };
        for id in [0, 1, -1, i64::from(i32::MAX), outage.update_id((1 << 52) - 1), -((1 << 52) * 1_000) - 999] {
            assert_eq!(of_update(id), None, "{id}");
        }
    }
}
