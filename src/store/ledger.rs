//! `ledger`: `{_id: {mailing: ObjectId, user: Int64}, round: Int32, outcome, message: Int32, at: Date, again}`, one
//! for each customer whom a mailing is for. `round` is that of the last task in which they have had their turn; 0
//! before the first.
//!
//! Rows are made by one command of MongoDB for the whole audience; who has one already keeps it, so that nobody is
//! written down twice. What became of a customer is written many rows at a time (see `mailings.rs`).

use ::dialogues::moment::before;
use ::dialogues::shop::{Language, MailingId, Segment};
use bson::{Bson, Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read, by};
use super::dialogues as conversations;
use super::document::{date, oid};
use super::faults::Faults;
use super::fields::{Problem, flag, integer, required, text, time, whole};
use super::{Store, StoreError, orders, users};

pub(super) const NAME: &str = "ledger";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| {
        vec![
            doc! { "name": "round", "key": { "_id.mailing": 1, "round": 1, "_id.user": 1 } },
            doc! { "name": "user", "key": { "_id.user": 1 } },
        ]
    }),
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Each(faults),
    read: Read::Otherwise,
    personal: &["_id.user"],
    forgotten: Forgotten::Deleted(|chat| by("_id.user", chat)),
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

/// What became of a customer in a mailing.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LedgerOutcome {
    Sent,
    Blocked,
    Deactivated,
    NotFound,
    OptedOut,
    Failed,
    /// The message says the new words.
    Corrected,
    /// The message is deleted.
    Recalled,
    /// The message could not be corrected or deleted.
    Missed,
}

/// A customer's turn that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub user: i64,
    pub outcome: LedgerOutcome,
    /// The message, where one was sent.
    pub message: Option<i32>,
    /// It may have been sent before: we were stopped in the middle of it.
    pub again: bool,
}

/// A row of the ledger, as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    pub user: i64,
    /// `None`: they have not had their turn yet.
    pub outcome: Option<LedgerOutcome>,
    pub message: Option<i32>,
    pub at: Option<DateTime<Utc>>,
    pub again: bool,
}

/// Somebody whose turn has not come yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recipient {
    pub(crate) user: i64,
    pub(crate) language: Language,
    pub(crate) standing: Standing,
    /// What they were sent, and when.
    pub(crate) message: Option<(i32, DateTime<Utc>)>,
}

/// Whether a letter may be sent to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Welcome,
    /// They block the bot, as far as we know.
    Blocked,
    /// They want no mailings, or are forgotten.
    OptedOut,
}

impl Entry {
    pub(super) fn write(&self) -> Document {
        let mut document = doc! { "user": self.user, "outcome": self.outcome.to_string(), "message": self.message };
        if self.again {
            document.insert("again", true);
        }
        document
    }

    pub(super) fn read(document: &Document) -> Option<Self> {
        Some(Self {
            user: integer(document, "user").ok()??,
            outcome: document.get_str("outcome").ok()?.parse().ok()?,
            message: document.get_i32("message").ok(),
            again: flag(document, "again").ok().flatten().unwrap_or(false),
        })
    }
}

/// From `users` to those whom a letter is for.
pub(super) fn audience(segment: Segment, author: Option<i64>, now: DateTime<Utc>) -> Vec<Document> {
    // Whoever is no number is no chat: a row of theirs would be nobody's.
    let mut wanted = doc! { "active": { "$ne": false }, "subscribed": { "$ne": false }, "_id": { "$type": "number", "$ne": author } };
    if let Some(language) = segment.language {
        wanted.insert("language", language.code());
    }
    let mut pipeline = vec![doc! { "$match": wanted }];
    let mut among = |collection: &str, field: &str, also: Document| {
        let one = vec![doc! { "$match": also }, doc! { "$limit": 1 }, doc! { "$project": { "_id": 1 } }];
        let lookup = doc! {
            "from": collection, "localField": "_id", "foreignField": field, "pipeline": one, "as": "found",
        };
        pipeline.extend([doc! { "$lookup": lookup }, doc! { "$match": { "found": { "$ne": [] } } }]);
    };
    if segment.ordered {
        among(orders::NAME, "customer", Document::new());
    }
    if let Some(days) = segment.active_days {
        let since = before(now, TimeDelta::days(i64::from(days)));
        among(conversations::NAME, "_id", doc! { "modified": { "$gte": date(since) } });
    }
    pipeline
}

/// What is wrong with a document, as `preflight` looks at it.
fn faults(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    let key = document.get_document("_id").cloned().unwrap_or_default();
    if key.get_object_id("mailing").is_err() {
        faults.0.push("_id is not {mailing: an ObjectId, user: a whole number}".to_owned());
    }
    faults.check(read(document));
    faults.check(integer(document, "round").and_then(|round| required("round", round)));
    faults.read::<LedgerOutcome>(document, "outcome");
    faults.check(integer(document, "message"));
    faults.check(time(document, "at"));
    faults.check(flag(document, "again"));
    faults.0
}

impl Store {
    /// Everybody's row of a mailing, for whoever must look at them: in order of their ids.
    pub async fn ledger(&self, mailing: MailingId) -> Result<Vec<LedgerRow>, StoreError> {
        let rows = self.raw(NAME).find(doc! { "_id.mailing": oid(mailing.0) }).sort(doc! { "_id.user": 1 }).await?;
        self.read_all(NAME, rows, read).await
    }

    /// Gives everybody whom a letter is for a row, unless they have one; only those who have come since, if that is
    /// said.
    pub(crate) async fn enroll(
        &self,
        mailing: MailingId,
        segment: Segment,
        author: Option<i64>,
        since: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        let now = self.clock().now();
        let mut pipeline = audience(segment, author, now);
        if let Some(since) = since {
            pipeline.insert(0, doc! { "$match": { "created": { "$gte": date(since) } } });
        }
        pipeline.push(doc! { "$project": {
            "_id": { "mailing": oid(mailing.0), "user": "$_id" },
            "round": { "$literal": 0 },
            "version": { "$literal": self.version(NAME) },
            "created": { "$literal": date(now) },
            "modified": { "$literal": date(now) },
        } });
        pipeline.push(doc! { "$merge": { "into": NAME, "whenMatched": "keepExisting", "whenNotMatched": "insert" } });
        self.collection(users::NAME).aggregate(pipeline).await?;
        Ok(())
    }

    /// How many there are whose turn has not come in this round.
    pub(crate) async fn count_waiting(&self, mailing: MailingId, round: i32) -> Result<u32, StoreError> {
        let open = doc! { "_id.mailing": oid(mailing.0), "round": { "$lt": round } };
        let rows = self.collection(NAME).count_documents(open).await?;
        Ok(u32::try_from(rows).unwrap_or(u32::MAX))
    }

    /// The next customers, in order of their ids, whose turn has not come in this round. After the first one only
    /// those are asked who were sent a message.
    pub(crate) async fn waiting(
        &self,
        mailing: MailingId,
        round: i32,
        most: i64,
    ) -> Result<Vec<Recipient>, StoreError> {
        let mut open = doc! { "_id.mailing": oid(mailing.0), "round": { "$lt": round } };
        if round > 1 {
            open.insert("message", doc! { "$type": "int" });
        }
        let user = doc! { "from": users::NAME, "localField": "_id.user", "foreignField": "_id", "as": "user" };
        let known =
            doc! { "round": 1, "message": 1, "at": 1, "user.language": 1, "user.active": 1, "user.subscribed": 1 };
        let pipeline = [
            doc! { "$match": open },
            doc! { "$sort": { "round": 1, "_id.user": 1 } },
            doc! { "$limit": most },
            doc! { "$lookup": user },
            doc! { "$project": known },
        ];
        let found = self.collection(NAME).aggregate(pipeline).await?;
        let rows: Vec<Document> = found.try_collect().await?;
        Ok(rows.iter().filter_map(recipient).collect())
    }

    /// Writes down what became of these customers. Can be repeated: a row that has had its turn stays as it is.
    pub(crate) async fn enter(&self, mailing: MailingId, round: i32, entries: &[Entry]) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        let now = date(self.clock().now());
        let statement = |entry: &Entry| {
            let key = doc! { "mailing": oid(mailing.0), "user": entry.user };
            let mut set = doc! { "round": round, "outcome": entry.outcome.to_string(), "modified": now.clone() };
            if entry.again {
                set.insert("again", true);
            }
            let mut update = Document::new();
            match (entry.outcome, entry.message) {
                (LedgerOutcome::Sent, Some(message)) => set.extend(doc! { "message": message, "at": now.clone() }),
                (LedgerOutcome::Recalled, _) => drop(update.insert("$unset", doc! { "message": "" })),
                _ => {}
            }
            update.insert("$set", set);
            doc! { "q": { "_id": key, "round": { "$lt": round } }, "u": update }
        };
        let updates: Vec<Document> = entries.iter().map(statement).collect();
        let command =
            doc! { "update": NAME, "updates": updates, "ordered": false, "writeConcern": { "w": "majority" } };
        let answer = self.database().run_command(command).await?;
        match answer.get("writeErrors") {
            Some(Bson::Array(errors)) if !errors.is_empty() => {
                Err(StoreError::Driver("rows of the ledger were refused"))
            }
            _ => Ok(()),
        }
    }
}

/// Reads a row, or says what is wrong with it.
pub(super) fn read(row: &Document) -> Result<LedgerRow, Problem> {
    Ok(LedgerRow {
        user: user_of(row).ok_or("_id is not {mailing: an ObjectId, user: a whole number}")?,
        outcome: row.get_str("outcome").ok().and_then(|outcome| outcome.parse().ok()),
        message: row.get_i32("message").ok(),
        at: time(row, "at").ok().flatten(),
        again: flag(row, "again").ok().flatten().unwrap_or(false),
    })
}

/// Whose row it is. Whoever was written into `users` by a person has a number of another width.
fn user_of(row: &Document) -> Option<i64> {
    row.get_document("_id").ok()?.get("user").and_then(whole)
}

fn recipient(row: &Document) -> Option<Recipient> {
    let user = row.get_array("user").ok().and_then(|found| found.first()).and_then(Bson::as_document);
    let is = |field: &str| user.is_none_or(|user| flag(user, field).ok().flatten().unwrap_or(true));
    let standing = match user {
        None => Standing::OptedOut,
        Some(_) if !is("subscribed") => Standing::OptedOut,
        Some(_) if !is("active") => Standing::Blocked,
        Some(_) => Standing::Welcome,
    };
    let language = user.and_then(|user| text(user, "language").ok().flatten());
    let sent = row.get_i32("message").ok().zip(time(row, "at").ok().flatten());
    Some(Recipient { user: user_of(row)?, language: Language::guess(language.as_deref()), standing, message: sent })
}
