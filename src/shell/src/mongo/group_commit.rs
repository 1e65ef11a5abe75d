//! Commits of different chats, sent to MongoDB together.
//!
//! Each is one conditional update of one document. One command is under way at a time: whoever comes when there is none
//! sends its update at once and alone; the others wait for it to end, and are then one `update` command, with one flush of
//! the journal. The outcome of each is exact. MongoDB returns only how many documents have matched: where these are fewer than
//! updates were sent, the documents are asked what was written to them.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bson::raw::{RawArrayBuf, RawDocumentBuf};
use bson::{Bson, Document, doc, rawdoc};
use futures::TryStreamExt;
use futures::future::join_all;
use mongodb::Collection;
use mongodb::error::{Error, ErrorKind};
use mongodb::options::ReadConcern;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::StoreError;

/// The most updates in one command: a dialogue has a few kilobytes, and a command has room for 48 megabytes.
const MOST_UPDATES: usize = 200;

/// An update of one document, if it is as it was found.
#[derive(Debug, Clone)]
pub struct ConditionalUpdate {
    pub chat: i64,
    /// What the document was found as, with its `_id`, the chat.
    pub filter: Document,
    pub update: Document,
    /// Where there is no such document, one is made.
    pub upsert: bool,
    /// What a document matches to which this update was written. Made only where that is asked: after a lost race.
    pub written: fn(&Self) -> Document,
}

impl ConditionalUpdate {
    /// The update by which a turn is committed: see [`super::conversations::Write`].
    pub fn of_turn(chat: i64, filter: Document, update: Document) -> Self {
        Self { chat, filter, update, upsert: false, written: Self::by_turn }
    }

    fn by_turn(&self) -> Document {
        let mut written = doc! { "_id": self.chat };
        let part = |name| self.set(name).cloned();
        // No two processes write the same replies: each has an epoch of its own.
        written.insert("revision", part("revision"));
        written.insert("replies", part("replies").unwrap_or_else(|| doc! { "$exists": false }.into()));
        let pushed = self.update.get_document("$push").ok().and_then(|push| push.get_document("updates").ok());
        match pushed.and_then(|pushed| pushed.get_array("$each").ok()).and_then(|each| each.first()) {
            Some(id) => written.insert("updates", id.clone()),
            None => written.insert("updates", part("updates")),
        };
        written
    }

    /// The value that a field is set to.
    pub fn set(&self, field: &str) -> Option<&Bson> {
        self.update.get_document("$set").ok()?.get(field)
    }
}

/// The way by which conditional updates of a collection's documents are written.
#[derive(Debug)]
pub struct GroupCommit {
    collection: Collection<Document>,
    /// Commands under way at a time.
    most: usize,
    line: Mutex<Line>,
}

#[derive(Debug, Default)]
struct Line {
    waiting: Vec<Waiting>,
    /// Commands.
    under_way: usize,
}

/// An update that waits for room.
#[derive(Debug)]
struct Waiting {
    commit: ConditionalUpdate,
    outcome: oneshot::Sender<Result<bool, StoreError>>,
}

impl GroupCommit {
    /// For the documents of a collection, with so many commands under way at a time. One is best: what comes meanwhile goes
    /// together with the next one.
    pub fn new(collection: Collection<Document>, most: usize) -> Arc<Self> {
        Arc::new(Self { collection, most, line: Mutex::default() })
    }

    /// Writes an update; `false` if the document is not as the filter says.
    ///
    /// # Errors
    /// What the driver returns; with [`StoreError::Away`] it may have been written nevertheless.
    pub async fn run(self: &Arc<Self>, commit: ConditionalUpdate) -> Result<bool, StoreError> {
        let outcome = match self.line_up(commit) {
            Ok((_room, commit)) => {
                let (outcome, told) = oneshot::channel();
                self.together(vec![Waiting { commit, outcome }]).await;
                told
            }
            Err(told) => told,
        };
        outcome.await.unwrap_or_else(|_| Err(given_up()))
    }

    /// Room for the update; or it waits, and this is where its outcome will be.
    fn line_up(
        self: &Arc<Self>,
        commit: ConditionalUpdate,
    ) -> Result<(Room, ConditionalUpdate), oneshot::Receiver<Result<bool, StoreError>>> {
        let mut line = self.line();
        if line.under_way < self.most {
            line.under_way += 1;
            return Ok((Room(Arc::clone(self)), commit));
        }
        let (outcome, told) = oneshot::channel();
        line.waiting.push(Waiting { commit, outcome });
        Err(told)
    }

    /// Sends updates, and tells each of them what became of it.
    async fn together(&self, mut waiting: Vec<Waiting>) {
        // Whoever waits no longer wants nothing written.
        waiting.retain(|it| !it.outcome.is_closed());
        if waiting.is_empty() {
            return;
        }
        let mut sent = match self.send(&waiting).await {
            Ok(sent) => sent,
            // Refused as a whole, it may be for one of them.
            Err(failed) if failed.may_be_sent_again || (waiting.len() > 1 && !failed.error.is_away()) => {
                return self.one_by_one(waiting, HashMap::new()).await;
            }
            Err(failed) => {
                // Whoever loads finds out what was written.
                let mut error = Some(failed.error);
                return waiting.into_iter().for_each(|it| {
                    let away = || StoreError::Away("what was sent together has failed".to_owned());
                    drop(it.outcome.send(Err(error.take().unwrap_or_else(away))));
                });
            }
        };
        let all = sent.matched + sent.refused.len() == waiting.len();
        if !all && sent.matched > 0 {
            return self.one_by_one(waiting, sent.refused).await;
        }
        for (place, Waiting { outcome, .. }) in waiting.into_iter().enumerate() {
            drop(outcome.send(sent.refused.remove(&place).map_or(Ok(all), Err)));
        }
    }

    /// Finds out for each update what became of it; what was not written is sent again, and then is written, or has lost.
    async fn one_by_one(&self, waiting: Vec<Waiting>, mut refused: HashMap<usize, StoreError>) {
        let written = self.written(&waiting).await;
        let told = waiting.into_iter().enumerate().map(|(place, it)| (it, refused.remove(&place)));
        let told = told.map(async |(Waiting { commit, outcome }, refused)| {
            let done = match (refused, &written) {
                (Some(refused), _) => Err(refused),
                (None, Ok(written)) if written.contains(&commit.chat) => Ok(true),
                (None, Ok(_)) => self.alone(commit).await,
                (None, Err(error)) => Err(StoreError::Away(error.to_string())),
            };
            drop(outcome.send(done));
        });
        join_all(told).await;
    }

    /// One command. The driver does not send it again by itself: that would cost MongoDB a write for each document.
    async fn send(&self, waiting: &[Waiting]) -> Result<Sent, Failed> {
        let mut updates = RawArrayBuf::new();
        for Waiting { commit, .. } in waiting {
            let raw = |document| RawDocumentBuf::try_from(document).map_err(Error::from);
            let (filter, update) = (raw(&commit.filter)?, raw(&commit.update)?);
            updates.push(rawdoc! { "q": filter, "u": update, "upsert": commit.upsert });
        }
        let command = rawdoc! {
            "update": self.collection.name(), "updates": updates, "ordered": false, "writeConcern": { "w": "majority" },
        };
        let database = self.collection.client().database(&self.collection.namespace().db);
        let reply = database.run_raw_command(command).await?;
        if let Ok(unconfirmed) = reply.get_document("writeConcernError") {
            let error = StoreError::Away(refusal(unconfirmed).to_string());
            return Err(Failed { error, may_be_sent_again: false });
        }
        let matched = reply.get_i32("n").ok().and_then(|matched| usize::try_from(matched).ok()).unwrap_or(0);
        let errors = reply.get_array("writeErrors").into_iter().flatten().filter_map(Bson::as_document);
        let place = |error: &Document| usize::try_from(error.get_i32("index").ok()?).ok();
        let refused = errors.filter_map(|error| Some((place(error)?, refusal(error)))).collect();
        Ok(Sent { matched, refused })
    }

    /// The same for one, as the driver does it.
    async fn alone(&self, commit: ConditionalUpdate) -> Result<bool, StoreError> {
        let updated = self.collection.update_one(commit.filter, commit.update).upsert(commit.upsert).await?;
        Ok(updated.matched_count == 1 || updated.upserted_id.is_some())
    }

    /// The chats whose documents have what was to be written.
    async fn written(&self, several: &[Waiting]) -> Result<HashSet<i64>, StoreError> {
        let written: Vec<Document> = several.iter().map(|it| (it.commit.written)(&it.commit)).collect();
        let found = self.collection.find(doc! { "$or": written }).projection(doc! { "_id": 1 });
        // What only the primary has could be lost with it.
        let found = found.read_concern(ReadConcern::majority()).await?;
        let found: Vec<Document> = found.try_collect().await?;
        Ok(found.iter().filter_map(|document| document.get_i64("_id").ok()).collect())
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What MongoDB has answered.
struct Sent {
    /// So many documents were as they were found, and are written.
    matched: usize,
    /// Why MongoDB has refused some of the updates, by their places.
    refused: HashMap<usize, StoreError>,
}

/// Codes with which a primary answers that is leaving or cannot be reached:
/// <https://github.com/mongodb/specifications/blob/master/source/retryable-writes/retryable-writes.md>.
const PASSING: [i32; 12] = [11_600, 11_602, 10_107, 13_435, 13_436, 189, 91, 7, 6, 89, 9001, 262];

/// Why a command has failed.
struct Failed {
    error: StoreError,
    /// It is worth to look for a primary once more.
    may_be_sent_again: bool,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        let may_be_sent_again = match error.kind.as_ref() {
            ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. } => true,
            ErrorKind::Command(command) => PASSING.contains(&command.code),
            _ => false,
        };
        Self { error: error.into(), may_be_sent_again }
    }
}

fn refusal(error: &Document) -> StoreError {
    let text = |name| error.get_str(name).unwrap_or_default();
    StoreError::refused(error.get_i32("code").unwrap_or_default(), text("codeName"), text("errmsg"))
}

/// Room for a command. Whoever leaves it gives it to those that wait.
#[derive(Debug)]
struct Room(Arc<GroupCommit>);

impl Drop for Room {
    fn drop(&mut self) {
        let mut line = self.0.line();
        let next: Vec<Waiting> = {
            let most = line.waiting.len().min(MOST_UPDATES);
            line.waiting.drain(..most).collect()
        };
        // Outside of a runtime the program ends.
        let (false, Ok(runtime)) = (next.is_empty(), Handle::try_current()) else {
            line.under_way -= 1;
            return;
        };
        drop(line);
        let room = Room(Arc::clone(&self.0));
        runtime.spawn(async move { room.0.together(next).await });
    }
}

fn given_up() -> StoreError {
    StoreError::Away("a commit was given up with its command".to_owned())
}
