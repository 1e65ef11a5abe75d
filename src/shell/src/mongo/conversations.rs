//! Dialogues in MongoDB: `{_id: chat, revision: Int64, updates: [Int64], conversation, replies, owed, alarm, forgotten}`, one document for
//! each chat, beside which an application keeps fields of its own. `conversation` is [`Conversation`] by its own serde tags;
//! `replies` are those that may not be shown yet ([`Owed`]), `owed` is the mark of [`super::debts`],
//! `alarm` the deadline of [`super::deadlines`].
//!
//! A turn is committed by one write that is conditional on the revision that was loaded, and adds the update's id to
//! `updates`. Two turns that began from the same state cannot both be committed, and an update that is brought again is
//! known by its id.
//!
//! Of a person who is forgotten the document keeps the ids of the updates, for [`FORGOTTEN_FOR`]: Telegram may bring one of them
//! again, which would otherwise be played as a stranger's. Its `conversation` is null then, and `forgotten` the time. A program
//! that does not know this shape puts a copy into the archive, and begins a conversation; the index lets that one alone.

use std::collections::VecDeque;
use std::time::Duration;

use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};
use engine::{App, Conversation};
use mongodb::error::Error;
use mongodb::{ClientSession, Collection};

use super::StoreError;
use super::deadlines::{ALARM, is_of_deadline};
use super::document::{Stamp, date, saved, stamped};
use crate::mongo::owed::Owed;

/// So many update ids are remembered for each chat. Telegram repeats an update soon or, after an
/// outage, within a day; a customer who sends 64 more in between has seen the answer.
pub const REMEMBERED: usize = 64;

/// Telegram keeps an update for 24 hours; so long, and an hour more, the updates of a forgotten person are remembered.
pub const FORGOTTEN_FOR: Duration = Duration::from_secs(25 * 60 * 60);
/// The field of documents of whoever is forgotten, by whose time they expire.
pub const FORGOTTEN: &str = "forgotten";

/// A chat's document as a turn has found it.
#[derive(Debug, Clone, Copy)]
pub struct FoundDocument<'a> {
    pub chat: i64,
    /// `None`: there was none.
    pub revision: Option<i64>,
    pub updates: &'a VecDeque<i64>,
    /// Its conversation could not be read; the document is to be written over.
    pub undecodable: bool,
    /// The deadline that its conversation has.
    pub deadline: Option<DateTime<Utc>>,
    /// It has the mark of a forgotten person, which goes.
    pub forgotten: bool,
    /// It was of an older version, of which nothing may stay: when it was created.
    pub aged: Option<&'a Bson>,
}

/// What an application keeps in the same document.
#[derive(Debug, Clone, Default)]
pub struct DocumentFields {
    pub set: Document,
    /// Names of fields that go.
    pub unset: Vec<&'static str>,
}

/// The one write to a chat's document.
#[derive(Debug)]
pub enum Write {
    Insert(Document),
    Update {
        filter: Document,
        update: Document,
    },
    /// Nothing of the old shape stays.
    Replace {
        filter: Document,
        document: Document,
    },
    /// What is kept of a forgotten person stays.
    Forget {
        filter: Document,
        update: Vec<Document>,
    },
    Nothing,
}

impl FoundDocument<'_> {
    /// The write by which a turn is committed.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`].
    pub fn write<A: App>(
        &self,
        update: i64,
        conversation: Option<&Conversation<A>>,
        replies: &[Owed],
        beside: DocumentFields,
        stamp: Stamp,
    ) -> Result<Write, StoreError> {
        let Some(conversation) = conversation else {
            return Ok(match self.revision {
                Some(revision) => {
                    let goodbye: Vec<&Owed> = replies.iter().filter(|reply| reply.update == update).collect();
                    let goodbye = bson::serialize_to_bson(&goodbye)?;
                    let update = forgetting(self.remembered(update), goodbye, stamp);
                    Write::Forget { filter: unchanged(self.chat, revision), update }
                }
                None => Write::Nothing,
            });
        };
        let mut fields = doc! {
            "revision": self.revision.unwrap_or(0) + 1,
            "conversation": bson::serialize_to_bson(conversation)?,
        };
        fields.extend(beside.set);
        let mut unset = beside.unset;
        // In a group nobody's silence is told from that of others.
        let by_itself = is_of_deadline(update);
        match conversation.deadline.filter(|_| self.chat > 0) {
            // It stays until the reply is shown; where the whole document is written, too.
            _ if by_itself => fields.extend(self.deadline.map(|deadline| (ALARM.to_owned(), date(deadline)))),
            Some(deadline) => drop(fields.insert(ALARM, date(deadline))),
            None if self.deadline.is_some() || self.undecodable => unset.push(ALARM),
            None => {}
        }
        if replies.is_empty() {
            unset.push("replies");
        } else {
            fields.insert("replies", bson::serialize_to_bson(replies)?);
        }
        if self.forgotten {
            unset.push(FORGOTTEN);
        }
        let Some(revision) = self.revision else {
            fields.extend(doc! { "_id": self.chat, "updates": [update] });
            return Ok(Write::Insert(stamped(fields, stamp)));
        };
        let mut filter = unchanged(self.chat, revision);
        if let Some(created) = self.aged {
            fields.extend(doc! { "_id": self.chat, "updates": self.remembered(update) });
            let mut document = stamped(fields, stamp);
            document.insert("created", created.clone());
            return Ok(Write::Replace { filter, document });
        }
        fields.insert("version", stamp.version);
        if self.undecodable {
            // Whatever is there in place of a list would make `$push` fail.
            fields.insert("updates", self.remembered(update));
        } else {
            // What a newer program has written since is not written over.
            filter.insert("version", stamp.version);
        }
        // What happens by itself is nothing that its person did: it is not the time when they were here last.
        let mut changes = if by_itself {
            doc! { "$set": fields }
        } else {
            saved(fields, stamp.now)
        };
        if !self.undecodable {
            let newest = -(REMEMBERED as i32);
            changes.insert("$push", doc! { "updates": { "$each": [update], "$slice": newest } });
        }
        if !unset.is_empty() {
            let unset: Document = unset.into_iter().map(|name| (name.to_owned(), Bson::from(""))).collect();
            changes.insert("$unset", unset);
        }
        Ok(Write::Update { filter, update: changes })
    }

    /// The updates that are remembered after one more.
    fn remembered(&self, update: i64) -> Vec<i64> {
        let forgotten = (self.updates.len() + 1).saturating_sub(REMEMBERED);
        self.updates.iter().skip(forgotten).copied().chain([update]).collect()
    }
}

impl Write {
    /// Writes, in a transaction where one is given; `false` if the document is no longer as it was found.
    ///
    /// # Errors
    /// What the driver returns; a duplicate `_id` of an insert is a lost race, too.
    pub async fn run(
        self,
        collection: &Collection<Document>,
        session: Option<&mut ClientSession>,
    ) -> Result<bool, Error> {
        Ok(match (self, session) {
            (Self::Insert(document), None) => collection.insert_one(document).await.map(|_| true)?,
            (Self::Insert(document), Some(session)) => {
                collection.insert_one(document).session(session).await.map(|_| true)?
            }
            (Self::Update { filter, update }, None) => collection.update_one(filter, update).await?.matched_count == 1,
            (Self::Update { filter, update }, Some(session)) => {
                collection.update_one(filter, update).session(session).await?.matched_count == 1
            }
            (Self::Replace { filter, document }, None) => {
                collection.replace_one(filter, document).await?.matched_count == 1
            }
            (Self::Replace { filter, document }, Some(session)) => {
                collection.replace_one(filter, document).session(session).await?.matched_count == 1
            }
            (Self::Forget { filter, update }, None) => collection.update_one(filter, update).await?.matched_count == 1,
            (Self::Forget { filter, update }, Some(session)) => {
                collection.update_one(filter, update).session(session).await?.matched_count == 1
            }
            (Self::Nothing, _) => true,
        })
    }
}

/// The replies that are kept in a chat's document, as the field `replies` has them; `None` where the program that wrote it kept none. One that cannot be
/// read is left out.
pub fn replies(kept: &Bson) -> Option<Vec<Owed>> {
    let kept = kept.as_array()?;
    Some(kept.iter().filter_map(|reply| bson::deserialize_from_bson(reply.clone()).ok()).collect())
}

/// The documents of forgotten people who have not come back: those that the index over [`FORGOTTEN`] has, and MongoDB deletes.
/// None has a conversation, whichever program has begun it.
pub fn only_forgotten() -> Document {
    doc! { "conversation": { "$type": "null" } }
}

/// The update for `update_one` that leaves of a document what is kept of a forgotten person, whatever it says.
pub fn forgotten(stamp: Stamp) -> Vec<Document> {
    let updates = doc! { "$cond": [{ "$isArray": "$updates" }, "$updates", []] };
    forgetting(updates, Bson::Array(Vec::new()), stamp)
}

/// The same with these updates, and the reply that says goodbye. Where replies are owed, this one is, too.
fn forgetting(updates: impl Into<Bson>, goodbye: Bson, stamp: Stamp) -> Vec<Document> {
    let fields = doc! {
        "_id": "$_id",
        "revision": { "$add": [{ "$cond": [{ "$isNumber": "$revision" }, { "$toLong": "$revision" }, 0_i64] }, 1_i64] },
        "updates": updates,
        "conversation": Bson::Null,
        // A text may begin with a dollar sign.
        "replies": { "$literal": goodbye },
        "owed": "$owed",
        FORGOTTEN: date(stamp.now),
    };
    vec![doc! { "$replaceWith": stamped(fields, stamp) }]
}

/// The dialogue as it was found. One that lacks its revision was read as revision 0.
fn unchanged(chat: i64, revision: i64) -> Document {
    match revision {
        0 => doc! { "_id": chat, "revision": { "$in": [0_i64, null] } },
        revision => doc! { "_id": chat, "revision": revision },
    }
}
