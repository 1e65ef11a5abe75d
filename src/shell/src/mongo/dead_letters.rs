//! `{_id: Int64 (the update's id), chat: Int64, what: text, update: text, replays: Int64}`: updates that were given up.
//! `what` is a sentence of ours about the failure. `update` is the JSON that Telegram has sent; a document without it comes
//! from a program that did not keep it. A letter is deleted when it is replayed or dropped, when its customer is forgotten,
//! and by an index over `created` some weeks later.
//!
//! # Replaying
//!
//! The id of an update that was given up counts as seen: its customer was told that it failed. So it is played under an id
//! of its own, `replay_id`, which is derived from its id and from how often it was replayed: a replay that is asked for
//! twice counts once. It waits in `postponed` and is played by the bot like everything that waits there.

use bson::{Document, doc};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use serde_json::Value;

use super::document::{upserted, whole};
use super::{Documents, Postponed, STORE_TIMEOUT, StoreError, within};

/// Seconds after which a letter is deleted: 30 days. It holds personal data, and whoever has not looked by then will not.
pub const KEPT_FOR: i64 = 30 * 24 * 3_600;
/// An update can be replayed so many times less one. So the id of a replay is never a multiple of this: those are the ids
/// of turns after outages, which are negative, too ([`crate::lease::Outage::update_id`]).
const REPLAYS: i64 = 1_000;

/// The updates that were given up.
#[derive(Debug, Clone)]
pub struct DeadLetters(Documents);

/// An update that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The update's id.
    pub id: i64,
    /// `None` where the update had no chat.
    pub chat: Option<i64>,
    /// Why it was given up.
    pub what: String,
    /// As Telegram has sent it; `None` where it was not kept.
    pub json: Option<String>,
    /// How often it was replayed before it was given up the last time.
    pub replays: i64,
    /// When it was given up first.
    pub created: Option<DateTime<Utc>>,
}

/// What became of a replay that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// The update waits to be played.
    Waits,
    /// There is no such letter.
    Missing,
    /// The update was not kept with the letter, or was replayed too often.
    Impossible,
}

impl DeadLetters {
    /// Those in a collection.
    pub fn new(documents: Documents) -> Self {
        Self(documents)
    }

    /// Notes that an update was given up, and why; whether it is a new one. `json` is the update as it came.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn add(&self, update: i64, chat: i64, what: &str, json: &str) -> Result<bool, StoreError> {
        let (update, replays) = original(update);
        let set = doc! { "chat": chat, "what": what, "update": json, "replays": replays };
        let fields = upserted(set, Document::new(), self.0.stamp());
        let written = self.0.collection().update_one(doc! { "_id": update }, fields).upsert(true).await?;
        Ok(written.upserted_id.is_some())
    }

    /// The newest letters, newest first.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn newest(&self, most: i64) -> Result<Vec<DeadLetter>, StoreError> {
        let found = async {
            let found = self.0.collection().find(doc! {}).sort(doc! { "created": -1 }).limit(most).await?;
            Ok(found.try_collect::<Vec<Document>>().await?)
        };
        Ok(within(STORE_TIMEOUT, found).await?.iter().filter_map(read).collect())
    }

    /// A letter by the id of its update.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn letter(&self, id: i64) -> Result<Option<DeadLetter>, StoreError> {
        let found = async { Ok(self.0.collection().find_one(doc! { "_id": id }).await?) };
        Ok(within(STORE_TIMEOUT, found).await?.as_ref().and_then(read))
    }

    /// How many letters there are, roughly: a count that MongoDB keeps.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn count(&self) -> Result<u64, StoreError> {
        within(STORE_TIMEOUT, async { Ok(self.0.collection().estimated_document_count().await?) }).await
    }

    /// Has the update of a letter played again: it waits in `postponed`, and the letter is deleted. Where this ends half-way,
    /// it can be asked for again, and the update still counts once.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn replay(&self, id: i64, postponed: &Postponed) -> Result<Replay, StoreError> {
        let Some(letter) = self.letter(id).await? else { return Ok(Replay::Missing) };
        let again = letter.chat.zip(replay_id(id, letter.replays + 1));
        let Some(((chat, again), json)) = again.zip(letter.json.as_deref()) else { return Ok(Replay::Impossible) };
        let Some(json) = renumbered(json, again) else { return Ok(Replay::Impossible) };
        postponed.keep(again, chat, &json).await?;
        self.drop(id).await?;
        Ok(Replay::Waits)
    }

    /// Deletes a letter; whether there was one.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn drop(&self, id: i64) -> Result<bool, StoreError> {
        let deleted = async { Ok(self.0.collection().delete_one(doc! { "_id": id }).await?) };
        Ok(within(STORE_TIMEOUT, deleted).await?.deleted_count > 0)
    }
}

fn read(document: &Document) -> Option<DeadLetter> {
    let text = |field: &str| document.get_str(field).ok().map(str::to_owned);
    let id = document.get("_id").and_then(whole)?;
    let json = text("update").map(|json| renumbered(&json, id).unwrap_or(json));
    Some(DeadLetter {
        id,
        chat: document.get("chat").and_then(whole),
        what: text("what").unwrap_or_default(),
        json,
        replays: document.get("replays").and_then(whole).unwrap_or_default(),
        created: document.get_datetime("created").ok().map(|created| created.to_chrono()),
    })
}

/// The id under which an update is played for the `replays`th time; Telegram's own ids are positive.
fn replay_id(update: i64, replays: i64) -> Option<i64> {
    if !(1..REPLAYS).contains(&replays) || update < 0 {
        return None;
    }
    update.checked_mul(REPLAYS)?.checked_add(replays)?.checked_neg()
}

/// The update that is played under an id, and for the how manieth time again.
fn original(id: i64) -> (i64, i64) {
    if id < 0 { (-(id / REPLAYS), -(id % REPLAYS)) } else { (id, 0) }
}

/// The update with another id.
fn renumbered(json: &str, id: i64) -> Option<String> {
    let mut update: Value = serde_json::from_str(json).ok()?;
    update.as_object_mut()?.insert("update_id".to_owned(), id.into());
    Some(update.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_has_an_id_of_its_own_that_leads_back() {
        for update in [0, 7, i64::from(i32::MAX), 9_000_000_000_000_000] {
            for replays in [1, 2, 999] {
                let id = replay_id(update, replays).unwrap();
                assert!(id < 0);
                assert_eq!(original(id), (update, replays));
            }
            assert_eq!(original(update), (update, 0));
        }
        assert_eq!((replay_id(7, 0), replay_id(7, REPLAYS), replay_id(-7, 1)), (None, None, None));
        assert_eq!(replay_id(i64::MAX, 1), None);
    }

    #[test]
    fn only_the_id_of_an_update_is_changed() {
        let again = renumbered(r#"{"update_id":7,"message":{"text":"a"}}"#, -7_001).unwrap();
        let expected = serde_json::json!({ "update_id": -7_001, "message": { "text": "a" } });
        assert_eq!(serde_json::from_str::<Value>(&again).unwrap(), expected);
        assert_eq!(renumbered("[]", 1), None);
        assert_eq!(renumbered("no", 1), None);
    }
}
