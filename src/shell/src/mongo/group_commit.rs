//! Commits of different chats, sent to MongoDB together.
//!
//! Each is one conditional update of one document. A few commands are under way at a time: whoever comes while there is room
//! sends its update at once and alone; the others wait for room, and then they are one `update` command, with one flush of
//! the journal. The outcome of each is exact. MongoDB returns only how many documents have matched: where these are fewer than
//! updates were sent, the documents are asked what was written to them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bson::raw::{RawArrayBuf, RawDocumentBuf};
use bson::{Document, doc, rawdoc};
use futures::TryStreamExt;
use futures::future::join_all;
use mongodb::Collection;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::StoreError;

/// The most commands under way at a time.
const MOST_COMMANDS: usize = 2;
/// The most updates in one command: a dialogue has a few kilobytes, and a command has room for 48 megabytes.
const MOST_UPDATES: usize = 200;

/// An update of one document, if it is as it was found.
#[derive(Debug, Clone)]
pub struct ConditionalUpdate {
    pub chat: i64,
    /// What the document was found as, with its `_id`, the chat.
    pub filter: Document,
    pub update: Document,
    /// What a document matches that was written by this update, and by none since.
    pub written: Document,
}

impl ConditionalUpdate {
    /// The update by which a turn is committed: see [`super::conversations::Write`].
    pub fn of_turn(chat: i64, filter: Document, update: Document) -> Self {
        let mut written = doc! { "_id": chat };
        let set = update.get_document("$set").ok();
        let part = |name| set.and_then(|set| set.get(name)).cloned();
        // No two processes write the same replies: each has an epoch of its own.
        written.insert("revision", part("revision"));
        written.insert("replies", part("replies").unwrap_or_else(|| doc! { "$exists": false }.into()));
        let pushed = update.get_document("$push").ok().and_then(|push| push.get_document("updates").ok());
        match pushed.and_then(|pushed| pushed.get_array("$each").ok()).and_then(|each| each.first()) {
            Some(id) => written.insert("updates", id.clone()),
            None => written.insert("updates", part("updates")),
        };
        Self { chat, filter, update, written }
    }
}

/// The way by which conditional updates of a collection's documents are written.
#[derive(Debug)]
pub struct GroupCommit {
    collection: Collection<Document>,
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
    /// For the documents of a collection.
    pub fn new(collection: Collection<Document>) -> Arc<Self> {
        Arc::new(Self { collection, line: Mutex::default() })
    }

    /// Writes an update; `false` if the document is not as the filter says.
    ///
    /// # Errors
    /// What the driver returns; with [`StoreError::Away`] it may have been written nevertheless.
    pub async fn run(self: &Arc<Self>, commit: ConditionalUpdate) -> Result<bool, StoreError> {
        match self.line_up(commit) {
            Ok((_room, commit)) => self.alone(commit).await,
            Err(outcome) => outcome.await.unwrap_or_else(|_| Err(given_up())),
        }
    }

    /// Room for the update; or it waits, and this is where its outcome will be.
    fn line_up(
        self: &Arc<Self>,
        commit: ConditionalUpdate,
    ) -> Result<(Room, ConditionalUpdate), oneshot::Receiver<Result<bool, StoreError>>> {
        let mut line = self.line();
        if line.under_way < MOST_COMMANDS {
            line.under_way += 1;
            return Ok((Room(Arc::clone(self)), commit));
        }
        let (outcome, told) = oneshot::channel();
        line.waiting.push(Waiting { commit, outcome });
        Err(told)
    }

    async fn alone(&self, commit: ConditionalUpdate) -> Result<bool, StoreError> {
        Ok(self.collection.update_one(commit.filter, commit.update).await?.matched_count == 1)
    }

    /// Sends those that have waited, and tells each of them what became of it.
    async fn together(&self, mut waiting: Vec<Waiting>) {
        // Whoever waits no longer wants nothing written.
        waiting.retain(|it| !it.outcome.is_closed());
        let written = match &waiting[..] {
            [] => return,
            [_] => Ok(HashSet::new()),
            several => match self.send(several).await {
                Ok(true) => Ok(several.iter().map(|it| it.commit.chat).collect()),
                // Some were not written, or MongoDB was away, or has refused one of them.
                _ => self.written(several).await,
            },
        };
        let told = waiting.into_iter().map(async |Waiting { commit, outcome }| {
            let done = match &written {
                Ok(written) if written.contains(&commit.chat) => Ok(true),
                // It is written now, or has lost, or is told why not.
                Ok(_) => self.alone(commit).await,
                Err(error) => Err(StoreError::Away(error.to_string())),
            };
            drop(outcome.send(done));
        });
        join_all(told).await;
    }

    /// One command; whether all documents were as they were found.
    async fn send(&self, several: &[Waiting]) -> Result<bool, StoreError> {
        let mut updates = RawArrayBuf::new();
        for Waiting { commit, .. } in several {
            let (filter, update) =
                (RawDocumentBuf::try_from(&commit.filter)?, RawDocumentBuf::try_from(&commit.update)?);
            updates.push(rawdoc! { "q": filter, "u": update });
        }
        let command = rawdoc! {
            "update": self.collection.name(), "updates": updates, "ordered": false, "writeConcern": { "w": "majority" },
        };
        let database = self.collection.client().database(&self.collection.namespace().db);
        let reply = database.run_raw_command(command).await?;
        let matched = reply.get_i32("n").is_ok_and(|matched| usize::try_from(matched) == Ok(several.len()));
        Ok(matched && !reply.contains_key("writeErrors") && !reply.contains_key("writeConcernError"))
    }

    /// The chats whose documents have what was to be written.
    async fn written(&self, several: &[Waiting]) -> Result<HashSet<i64>, StoreError> {
        let written: Vec<&Document> = several.iter().map(|it| &it.commit.written).collect();
        let found = self.collection.find(doc! { "$or": written }).projection(doc! { "_id": 1 });
        // What only the primary has could be lost with it.
        let found = found.read_concern(mongodb::options::ReadConcern::majority()).await?;
        let found: Vec<Document> = found.try_collect().await?;
        Ok(found.iter().filter_map(|document| document.get_i64("_id").ok()).collect())
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
