//! The letters that a customer has got, as the copy of their data has them.

use std::collections::HashMap;

use bson::oid::ObjectId;
use bson::{Document, doc};
use chrono::{DateTime, Utc};
use dialogues::shop::{Language, Letter, MailingId, ReceivedLetter};

use super::super::document::oid;
use super::super::fields::{object_id, required, time};
use super::super::{STORE_TIMEOUT, Store, StoreError, ledger, within};
use super::{NAME, read};

/// So many letters are in the copy of somebody's data: the newest.
const MOST_LETTERS: u32 = 1_000;

impl Store {
    /// The letters that somebody has got and that were not taken back, as they read now, oldest first; the newest of many.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn letters_of(&self, user: i64, language: Language) -> Result<Vec<ReceivedLetter>, StoreError> {
        let (got, newest_first) =
            (doc! { "_id.user": user, "message": { "$type": "int" } }, doc! { "at": -1, "_id": -1 });
        let row = |row: &Document| {
            let mailing = row.get_document("_id").map(|key| object_id(key, "mailing")).unwrap_or(Ok(None))?;
            Ok((MailingId(required("mailing", mailing)?), required("at", time(row, "at")?)?))
        };
        let sent = within(STORE_TIMEOUT, self.list(ledger::NAME, got, newest_first, MOST_LETTERS, row)).await?;
        let ids: Vec<ObjectId> = sent.iter().map(|(mailing, _)| oid(mailing.0)).collect();
        let letter = |document: &Document| read(document).map(|stored| (stored.mailing.id, stored.mailing.letter));
        let these = doc! { "_id": { "$in": ids } };
        let letters = within(STORE_TIMEOUT, self.list(NAME, these, doc! { "_id": 1 }, MOST_LETTERS, letter)).await?;
        let letters: HashMap<MailingId, Letter> = letters.into_iter().collect();
        let received = |(mailing, at): &(MailingId, DateTime<Utc>)| {
            Some(ReceivedLetter { at: *at, words: letters.get(mailing)?.words_in(language).clone() })
        };
        Ok(sent.iter().rev().filter_map(received).collect())
    }
}
