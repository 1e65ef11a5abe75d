//! `mailings`: `{_id: ObjectId, letter, segment, status, task, tally, starts: Date, began: Date, round: Int32,
//! enrolled, author: Int64, reports: [{chat: Int64, message: Int32}], reported, excluded: [Int64], token: Int64,
//! in_flight: [Int64], done: [{user: Int64, outcome, message: Int32, again}], closed: Bool}`.
//!
//! A mailing's document is the commit point of its work. Whoever works on it has put the token of its lease into
//! it, and every step is one update on the condition that token and status are still the same: what has become of
//! the last customer (`done`), whose turn it is now (`in_flight`), the tally. A row of the ledger (see
//! `ledger.rs`) is a projection of `done`, written many at a time, and again after a crash. So a step costs one
//! command; whoever takes over knows what was in the middle of being sent; and who pauses or cancels, or wants no
//! more mailings (`excluded`), is heeded at the next step. Of one that is `closed`, the ledger knows nobody any more.

mod create;
mod received;
mod steering;

use bson::{Bson, Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use dialogues::moment::after;
use dialogues::shop::{
    AudienceCounts, Language, Letter, Mailing, MailingId, MailingStatus, MailingTask, Segment, Tally,
};
use futures::TryStreamExt;
use mongodb::options::ReturnDocument;
use serde::de::DeserializeOwned;
use strum::IntoEnumIterator;

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read};
use super::document::{date, oid, saved};
use super::faults::Faults;
use super::fields::{Problem, flag, integer, object_id, required, time};
use super::ledger::{Entry, audience};
use super::versioned::Timestamps;
use super::{STORE_TIMEOUT, Store, StoreError, orders, users, within};

pub(super) const NAME: &str = "mailings";

/// What is done with it. The chat ids in it stay: those of the owners who wrote it or get its reports; and, as long as
/// it is not over, those of customers who had their turn last or are to be passed over, since somebody may work on it.
/// They go when it is done or cancelled: see [`Store::name_nobody`].
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| vec![doc! { "name": "status", "key": { "status": 1, "starts": 1 } }]),
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Each(faults),
    read: Read::InLists {
        which: || doc! { "$or": [{ "status": "running" }, { "reported": false }] },
        fault: |document| read(document).err(),
    },
    personal: &["author", "reports.chat", "excluded", "in_flight", "done.user"],
    forgotten: Forgotten::Untouched,
    remaining: &["author", "reports.chat", "excluded", "in_flight", "done.user"],
    backup: InBackup::Whole,
    picture: Some("letter.picture"),
    text_ids: false,
};

/// A mailing as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMailing {
    pub mailing: Mailing,
    /// The owner who wrote it in the chat: gets the reports, and not the letter.
    pub author: Option<i64>,
    /// Where its reports stand: chat and message.
    pub reports: Vec<(i64, i32)>,
    pub stamps: Timestamps,
    /// The present task's number, from 1 on.
    pub(crate) round: i32,
    /// Everybody whom it is for has a row in the ledger.
    pub(crate) enrolled: bool,
    /// Whose turn it was when the work stopped.
    pub(crate) in_flight: Vec<i64>,
    /// What the ledger does not have yet.
    pub(crate) done: Vec<Entry>,
}

/// What there is to do for whoever sends mailings.
pub(crate) enum Ahead {
    /// This mailing is to be sent, or reported.
    Due(Box<StoredMailing>),
    /// Nothing, until the next one begins.
    Planned(DateTime<Utc>),
    Nothing,
}

/// What a worker writes with each step.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    pub(crate) tally: Tally,
    pub(crate) in_flight: Vec<i64>,
    pub(crate) done: Vec<Entry>,
}

/// What has become of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It is this customer's turn.
    Granted,
    /// They have wanted no more of it meanwhile.
    Excluded,
    /// It was paused or cancelled, or somebody else works on it.
    Refused,
}

fn write(mailing: &Mailing, author: Option<i64>) -> Result<Document, StoreError> {
    Ok(doc! {
        "_id": oid(mailing.id.0),
        "letter": bson::serialize_to_bson(&mailing.letter)?,
        "segment": bson::serialize_to_bson(&mailing.segment)?,
        "status": mailing.status.to_string(),
        "task": mailing.task.to_string(),
        "tally": bson::serialize_to_bson(&mailing.tally)?,
        "starts": date(mailing.starts),
        "round": 1,
        "enrolled": false,
        "author": author,
        "reports": [],
        "reported": false,
        "excluded": [],
        "token": 0_i64,
        "in_flight": [],
        "done": [],
    })
}

pub(super) fn read(document: &Document) -> Result<StoredMailing, Problem> {
    let longs = |name: &str| {
        let list = document.get_array(name).map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(Bson::as_i64).collect::<Vec<_>>()
    };
    let reports = document.get_array("reports").map(Vec::as_slice).unwrap_or_default();
    let report = |report: &Bson| {
        let report = report.as_document()?;
        Some((report.get_i64("chat").ok()?, report.get_i32("message").ok()?))
    };
    let mailing = Mailing {
        id: MailingId(required("_id", object_id(document, "_id")?)?),
        letter: parsed::<Letter>(document, "letter").ok_or("letter cannot be read")?,
        segment: parsed::<Segment>(document, "segment").unwrap_or_default(),
        status: parsed::<MailingStatus>(document, "status").ok_or("status is none of ours")?,
        task: parsed::<MailingTask>(document, "task").ok_or("task is none of ours")?,
        tally: parsed::<Tally>(document, "tally").unwrap_or_default(),
        starts: required("starts", time(document, "starts")?)?,
        began: time(document, "began")?,
        waits_until: time(document, "waits_until")?,
        is_closed: flag(document, "closed")?.unwrap_or(false),
    };
    let done = document.get_array("done").map(Vec::as_slice).unwrap_or_default();
    Ok(StoredMailing {
        mailing,
        author: integer(document, "author")?,
        reports: reports.iter().filter_map(report).collect(),
        stamps: Timestamps::read(document),
        round: required("round", integer(document, "round")?.and_then(|round| i32::try_from(round).ok()))?,
        enrolled: flag(document, "enrolled")?.unwrap_or(false),
        in_flight: longs("in_flight"),
        done: done.iter().filter_map(Bson::as_document).filter_map(Entry::read).collect(),
    })
}

/// Whose status is one of those.
fn status_is(these: fn(MailingStatus) -> bool) -> Document {
    let names: Vec<String> = MailingStatus::iter().filter(|status| these(*status)).map(|it| it.to_string()).collect();
    doc! { "status": { "$in": names } }
}

fn parsed<T: DeserializeOwned>(document: &Document, field: &str) -> Option<T> {
    bson::deserialize_from_bson(document.get(field)?.clone()).ok()
}

/// What is wrong with a document, as `preflight` looks at it.
fn faults(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    faults.must::<Letter>(document, "letter");
    faults.must::<MailingStatus>(document, "status");
    faults.must::<MailingTask>(document, "task");
    faults.read::<Segment>(document, "segment");
    faults.read::<Tally>(document, "tally");
    faults.read::<Vec<i64>>(document, "in_flight");
    faults.read::<bool>(document, "closed");
    let done = document.get_array("done").map(Vec::as_slice).unwrap_or_default();
    let is_read = |entry: &Bson| entry.as_document().and_then(Entry::read).is_some();
    if !done.iter().all(is_read) {
        faults.0.push("done has an entry that cannot be read".to_owned());
    }
    faults.or(read(document))
}

impl Store {
    /// The mailing of this name; `None` also if it cannot be used, as in lists.
    pub async fn mailing(&self, id: MailingId) -> Result<Option<StoredMailing>, StoreError> {
        let found = within(STORE_TIMEOUT, async { Ok(self.raw(NAME).find_one(doc! { "_id": oid(id.0) }).await?) });
        Ok(found.await?.and_then(|document| self.usable(NAME, &document, read)))
    }

    /// Mailings, the newest first, at most `limit`; only those behind a place, if one is named.
    pub async fn mailings(
        &self,
        behind: Option<(DateTime<Utc>, MailingId)>,
        limit: u32,
    ) -> Result<Vec<StoredMailing>, StoreError> {
        let mut filter = Document::new();
        if let Some((created, id)) = behind {
            let earlier = doc! { "created": { "$lt": date(created) } };
            let beside = doc! { "created": date(created), "_id": { "$lt": oid(id.0) } };
            filter.insert("$or", [earlier, beside]);
        }
        let newest_first = doc! { "created": -1, "_id": -1 };
        within(STORE_TIMEOUT, self.list(NAME, filter, newest_first, limit, read)).await
    }

    /// How many a mailing of this author would reach, by language and orders.
    pub async fn census(&self, author: Option<i64>) -> Result<AudienceCounts, StoreError> {
        let mut census = AudienceCounts::default();
        // By their index, which is far quicker than looking for each customer's orders.
        let buyers =
            self.collection(orders::NAME).distinct("customer", doc! { "customer": { "$type": "number" } }).await?;
        for ordered in [false, true] {
            let mut pipeline = audience(Segment::default(), author, self.clock().now());
            if ordered {
                pipeline.push(doc! { "$match": { "_id": { "$in": &buyers } } });
            }
            pipeline.push(doc! { "$group": { "_id": "$language", "count": { "$sum": 1 } } });
            let mut found = self.collection(users::NAME).aggregate(pipeline).await?;
            while let Some(group) = found.try_next().await? {
                let language = Language::guess(group.get_str("_id").ok());
                let count = integer(&group, "count").ok().flatten().and_then(|count| u32::try_from(count).ok());
                // The first pass counts everybody; the second one tells who of them has ordered.
                census.add(language, ordered, count.unwrap_or(0));
            }
        }
        Ok(census.with_ordered_among_all())
    }

    /// How many there are in a segment, days of absence included.
    pub async fn count_recipients(&self, segment: Segment, author: Option<i64>) -> Result<u32, StoreError> {
        let mut pipeline = audience(segment, author, self.clock().now());
        pipeline.push(doc! { "$count": "count" });
        let found = self.collection(users::NAME).aggregate(pipeline).await?.try_next().await?;
        let count = found.and_then(|found| integer(&found, "count").ok().flatten());
        Ok(count.and_then(|count| u32::try_from(count).ok()).unwrap_or(0))
    }

    /// Lets every open mailing pass somebody over, from its next step on. One that begins later finds out by itself whom it goes to:
    /// they may have changed their mind by then. It counts as begun a minute before, since clocks differ.
    pub(super) async fn exclude(&self, user: i64) -> Result<(), StoreError> {
        let mut open = status_is(MailingStatus::is_open);
        open.insert("starts", doc! { "$lte": date(after(self.clock().now(), TimeDelta::minutes(1))) });
        self.collection(NAME).update_many(open, doc! { "$addToSet": { "excluded": user } }).await?;
        Ok(())
    }
}

/// For whoever works on mailings, under a lease.
impl Store {
    /// The next mailing that there is something to do about: to be sent, or reported.
    pub(crate) async fn next_mailing(&self) -> Result<Option<StoredMailing>, StoreError> {
        Ok(match self.ahead().await? {
            Ahead::Due(stored) => Some(*stored),
            Ahead::Planned(_) | Ahead::Nothing => None,
        })
    }

    /// What there is to do for whoever sends mailings, with one command.
    pub(crate) async fn ahead(&self) -> Result<Ahead, StoreError> {
        let (now, mut planned) = (self.clock().now(), None);
        let open = doc! { "$or": [{ "status": "running" }, { "reported": false, "status": { "$ne": "running" } }] };
        let mut found = self.raw(NAME).find(open).sort(doc! { "starts": 1, "_id": 1 }).batch_size(2).await?;
        while let Some(document) = found.try_next().await? {
            match self.usable(NAME, &document, read) {
                Some(stored) if stored.mailing.status == MailingStatus::Running && stored.mailing.starts > now => {
                    planned.get_or_insert(stored.mailing.starts);
                }
                Some(stored) => return Ok(Ahead::Due(Box::new(stored))),
                // The others do not wait for it.
                None => {}
            }
        }
        Ok(planned.map_or(Ahead::Nothing, Ahead::Planned))
    }

    /// Makes a mailing ours: nobody with an older token can go on with it.
    pub(crate) async fn adopt_mailing(&self, id: MailingId, token: i64) -> Result<Option<StoredMailing>, StoreError> {
        let now = self.clock().now();
        let running = doc! { "_id": oid(id.0), "status": "running", "token": { "$lte": token } };
        let update = saved(doc! { "token": token }, now);
        let mailings = self.raw(NAME);
        let adopted = mailings.find_one_and_update(running, update);
        let found = adopted.return_document(ReturnDocument::After).await?;
        Ok(found.and_then(|document| self.usable(NAME, &document, read)))
    }

    /// Notes that the present task was begun, and for how many; `false` if the mailing is not ours.
    pub(crate) async fn note_begun(
        &self,
        id: MailingId,
        token: i64,
        began: DateTime<Utc>,
        recipients: u32,
    ) -> Result<bool, StoreError> {
        let recipients = i64::from(recipients);
        let fields = doc! {
            "began": date(began), "waits_until": null, "enrolled": true, "tally.recipients": recipients,
        };
        self.note_mailing(id, token, fields).await
    }

    /// Notes where the reports stand.
    pub(crate) async fn note_reports(
        &self,
        id: MailingId,
        token: i64,
        reports: &[(i64, i32)],
    ) -> Result<bool, StoreError> {
        self.note_mailing(id, token, doc! { "reports": written(reports) }).await
    }

    /// Notes how far it came, and until when Telegram lets nobody go on.
    pub(crate) async fn note_stopped(
        &self,
        id: MailingId,
        token: i64,
        progress: &Progress,
        until: Option<DateTime<Utc>>,
    ) -> Result<bool, StoreError> {
        let mut fields = progress.fields()?;
        fields.insert("waits_until", until.map(date));
        self.note_mailing(id, token, fields).await
    }

    /// Writes fields of a mailing that is ours; `false` if it no longer is.
    async fn note_mailing(&self, id: MailingId, token: i64, fields: Document) -> Result<bool, StoreError> {
        let update = saved(fields, self.clock().now());
        let ours = doc! { "_id": oid(id.0), "token": token };
        Ok(self.collection(NAME).update_one(ours, update).await?.matched_count == 1)
    }

    /// Notes what has been done, and that it is this customer's turn.
    pub(crate) async fn claim(
        &self,
        id: MailingId,
        token: i64,
        user: i64,
        progress: &Progress,
    ) -> Result<Claim, StoreError> {
        let ours = doc! { "_id": oid(id.0), "token": token, "status": "running" };
        let update = saved(progress.fields()?, self.clock().now());
        let seen = doc! { "_id": 1, "excluded": { "$elemMatch": { "$eq": user } } };
        let claimed = self.collection(NAME).find_one_and_update(ours, update).projection(seen).await?;
        Ok(match claimed {
            None => Claim::Refused,
            Some(found) if found.get_array("excluded").is_ok_and(|excluded| !excluded.is_empty()) => Claim::Excluded,
            Some(_) => Claim::Granted,
        })
    }

    /// Ends the present task, unless somebody paused or cancelled it a moment ago.
    pub(crate) async fn finish_mailing(&self, id: MailingId, token: i64, tally: Tally) -> Result<bool, StoreError> {
        let progress = Progress { tally, ..Progress::default() };
        let mut fields = progress.fields()?;
        // Nobody is named longer than needed.
        fields.extend(doc! { "status": "done", "excluded": [], "reported": false });
        let update = saved(fields, self.clock().now());
        let ours = doc! { "_id": oid(id.0), "token": token, "status": "running" };
        Ok(self.collection(NAME).update_one(ours, update).await?.matched_count == 1)
    }

    /// Once a mailing is over, takes out of it whose turn it was, who was to be passed over, and of those who had their
    /// turn last the ones whom the ledger has: whoever is forgotten later must not be named here. One that is not over
    /// stays as it is.
    pub(crate) async fn name_nobody(&self, id: MailingId, entered: &[Entry]) -> Result<(), StoreError> {
        let mut over = status_is(|status| !status.is_open());
        over.insert("_id", oid(id.0));
        let users: Vec<i64> = entered.iter().map(|entry| entry.user).collect();
        // Whom a worker that was late has added meanwhile, it enters into the ledger and takes out itself.
        let update = doc! {
            "$set": { "excluded": [], "in_flight": [] },
            "$pull": { "done": { "user": { "$in": users } } },
        };
        self.collection(NAME).update_one(over, update).await?;
        Ok(())
    }

    /// The same for all mailings that are over and reported; those that earlier programs have ended name people. What
    /// was reported, the ledger has.
    pub(crate) async fn name_nobody_any_more(&self) -> Result<(), StoreError> {
        let mut over = status_is(|status| !status.is_open());
        let named = ["excluded", "in_flight", "done"].map(|field| doc! { (format!("{field}.0")): { "$exists": true } });
        over.extend(doc! { "reported": true, "$or": named.to_vec() });
        let nobody = doc! { "$set": { "excluded": [], "in_flight": [], "done": [] } };
        self.collection(NAME).update_many(over, nobody).await?;
        Ok(())
    }

    /// Notes where the reports stand, and that they tell of this status.
    pub(crate) async fn note_reported(
        &self,
        id: MailingId,
        status: MailingStatus,
        task: MailingTask,
        reports: &[(i64, i32)],
    ) -> Result<(), StoreError> {
        let as_told = doc! { "_id": oid(id.0), "status": status.to_string(), "task": task.to_string() };
        let update = saved(doc! { "reports": written(reports), "reported": true }, self.clock().now());
        self.collection(NAME).update_one(as_told, update).await?;
        Ok(())
    }
}

fn written(reports: &[(i64, i32)]) -> Vec<Document> {
    reports.iter().map(|(chat, message)| doc! { "chat": *chat, "message": *message }).collect()
}

impl Progress {
    fn fields(&self) -> Result<Document, StoreError> {
        Ok(doc! {
            "tally": bson::serialize_to_bson(&self.tally)?,
            "in_flight": self.in_flight.clone(),
            "done": self.done.iter().map(Entry::write).collect::<Vec<_>>(),
        })
    }
}
