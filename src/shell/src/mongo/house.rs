//! An application whose [`House`] is kept in one document: `house: {_id: "house", revision: Int64, house}`. For a bot of a
//! small place: all its turns that change something change the same document.
//!
//! A turn without effects writes its dialogue only. A turn with effects also writes the house, in one transaction, and
//! only if nobody else has changed the house meanwhile; else it is played again. So two guests cannot both get the last of
//! anything. What happens by itself ([`House::due`]) is written under the same condition, by whichever process is first.
//!
//! Beside a dialogue stands how Telegram has introduced its person (`user: {first_name, language_code}`), for a turn that no
//! update has led to: after an outage, or when a deadline has passed.
//!
//! What others are shown because of a turn, and what happens by itself, is sent after the commit: a process that is killed
//! in between does not send it again.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};
use engine::memory::House;
use engine::{App, Conversation, User};
use futures::TryStreamExt;
use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR};
use mongodb::options::{IndexOptions, ReadConcern, WriteConcern};
use mongodb::{ClientSession, Database, IndexModel};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::conversations::{DocumentFields, FORGOTTEN, FORGOTTEN_FOR, FoundDocument, Write, only_forgotten, replies};
use super::dead_letters::KEPT_FOR;
use super::deadlines::Deadlines;
use super::debts::{Debts, marked_by};
use super::document::{saved, stamped};
use super::leases::{LEASES, Leases};
use super::recent::Recent;
use super::transaction::{finish, pause};
use super::{Archive, Connection, DeadLetters, Documents, Postponed, STORE_TIMEOUT, StoreError, replica, within};
use crate::clock::Clock;
use crate::host::{Commit, Committed, Host, Loaded};
use crate::input::Incoming;
use crate::mongo::owed::Owed;
use crate::outbox::Outbox;

const DIALOGUES: &str = "dialogues";
const HOUSES: &str = "house";
const POSTPONED: &str = "postponed";
const DEAD_LETTERS: &str = "dead_letters";
const ARCHIVE: &str = "archive";
/// The `_id` of the one document.
const THE_HOUSE: &str = "house";
/// The version of all documents.
const VERSION: i32 = 1;
/// How often a change of the house is tried.
const CHANGE_RETRIES: u32 = 32;

/// A house that can be kept: what it is made of can be written as JSON and read again.
pub trait StoredHouse: House + Serialize + DeserializeOwned + fmt::Debug + Send + Sync + 'static {}

impl<H: House + Serialize + DeserializeOwned + fmt::Debug + Send + Sync + 'static> StoredHouse for H {}

/// A house and the revision of its document, 0 before the first one.
#[derive(Debug, Clone)]
pub struct Revised<H> {
    pub house: H,
    pub revision: i64,
}

/// What a turn begins from.
#[derive(Debug)]
pub struct HouseSnapshot<H: House> {
    conversation: Option<Conversation<H::App>>,
    revision: Option<i64>,
    updates: VecDeque<i64>,
    undecodable: bool,
    /// The document has the mark of a person who was forgotten.
    forgotten: bool,
    replies: Option<Vec<Owed>>,
    owed_by: Option<String>,
    /// How Telegram introduced them at their last turn.
    user: Option<User>,
    house: Revised<H>,
}

impl<H: House> Clone for HouseSnapshot<H> {
    fn clone(&self) -> Self {
        Self {
            conversation: self.conversation.clone(),
            revision: self.revision,
            updates: self.updates.clone(),
            undecodable: self.undecodable,
            forgotten: self.forgotten,
            replies: self.replies.clone(),
            owed_by: self.owed_by.clone(),
            user: self.user.clone(),
            house: Revised { house: self.house.house.clone(), revision: self.house.revision },
        }
    }
}

impl<H: StoredHouse> Loaded<H::App> for HouseSnapshot<H> {
    fn conversation(&self) -> Option<&Conversation<H::App>> {
        self.conversation.as_ref()
    }

    fn has_seen(&self, update: i64) -> bool {
        self.updates.contains(&update)
    }

    fn replies(&self) -> Option<&[Owed]> {
        self.replies.as_deref()
    }

    fn owed_by(&self) -> Option<&str> {
        self.owed_by.as_deref()
    }
}

/// A house in MongoDB.
pub struct MongoHouse<H: House> {
    database: Database,
    clock: Clock,
    outbox: Outbox<H::App>,
}

impl<H: StoredHouse> MongoHouse<H> {
    /// Opens the house in a database, and makes what it needs there. What others are to be shown goes to `outbox`.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub async fn open(
        uri: &str,
        database: &str,
        connection: Connection,
        clock: Clock,
        outbox: Outbox<H::App>,
    ) -> Result<Self, StoreError> {
        let database = connection.open(uri, database).await?;
        let house = Self { database, clock, outbox };
        let by_chat = IndexOptions::builder().name("chat".to_owned()).build();
        let by_chat = IndexModel::builder().keys(doc! { "chat": 1, "_id": 1 }).options(by_chat).build();
        let owed = IndexOptions::builder().name("owed".to_owned()).sparse(true).build();
        let owed = IndexModel::builder().keys(doc! { "owed.until": 1 }).options(owed).build();
        let forgotten = IndexOptions::builder().name(FORGOTTEN.to_owned()).expire_after(FORGOTTEN_FOR);
        let forgotten = forgotten.partial_filter_expression(only_forgotten()).build();
        let forgotten = IndexModel::builder().keys(doc! { FORGOTTEN: 1 }).options(forgotten).build();
        within(STORE_TIMEOUT, async {
            house.documents(POSTPONED).collection().create_index(by_chat).await?;
            let expiry = IndexOptions::builder().expire_after(Duration::from_secs(KEPT_FOR.unsigned_abs())).build();
            let old = IndexModel::builder().keys(doc! { "created": 1 }).options(expiry).build();
            house.documents(DEAD_LETTERS).collection().create_index(old).await?;
            house.documents(DIALOGUES).collection().create_indexes([owed, Deadlines::index()]).await?;
            house.documents(DIALOGUES).collection().create_index(forgotten).await?;
            // A transaction makes no collection while another one does.
            for name in [DIALOGUES, HOUSES] {
                if house.database.list_collection_names().filter(doc! { "name": name }).await?.is_empty() {
                    house.database.create_collection(name).await?;
                }
            }
            Ok(())
        })
        .await?;
        Ok(house)
    }

    fn documents(&self, collection: &str) -> Documents {
        Documents::new(self.database.collection(collection), self.clock.clone(), VERSION)
    }

    /// Asks the primary of MongoDB whether it is there.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        replica::ping(&self.database).await
    }

    /// The house as it is.
    ///
    /// # Errors
    /// [`StoreError::Away`], [`StoreError::Unreadable`].
    pub async fn house(&self) -> Result<Revised<H>, StoreError> {
        let found = async { Ok(self.documents(HOUSES).collection().find_one(doc! { "_id": THE_HOUSE }).await?) };
        read(within(STORE_TIMEOUT, found).await?.as_ref())
    }

    /// Changes the house as a person could who writes to the database; nothing is written where `change` fails.
    ///
    /// # Errors
    /// [`StoreError::Away`], [`StoreError::Contended`]; inside, what `change` returns.
    pub async fn change<T>(
        &self,
        change: impl Fn(&mut H) -> Result<T, String>,
    ) -> Result<Result<T, String>, StoreError> {
        for _ in 0..CHANGE_RETRIES {
            let Revised { mut house, revision } = self.house().await?;
            let changed = change(&mut house);
            if changed.is_err() {
                return Ok(changed);
            }
            if self.keep_alone(&Revised { house, revision }).await? {
                return Ok(changed);
            }
        }
        Err(StoreError::Contended("the house was changed by others again and again".to_owned()))
    }

    /// Lets happen what is due, and returns when the next thing is.
    ///
    /// # Errors
    /// [`StoreError::Away`]; [`StoreError::Unreadable`] where [`House::ring`] has left something due.
    pub async fn ring(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        for _ in 0..CHANGE_RETRIES {
            let Revised { mut house, revision } = self.house().await?;
            let now = self.clock.now();
            if house.due().is_none_or(|due| due > now) {
                return Ok(house.due());
            }
            let messages = house.ring(now);
            if house.due().is_some_and(|due| due <= now) {
                return Err(unusable("after it has rung, something is still due"));
            }
            if self.keep_alone(&Revised { house, revision }).await? {
                self.outbox.send(messages);
            }
        }
        Err(StoreError::Contended("the house was changed by others again and again".to_owned()))
    }

    /// When the next thing happens by itself in a dialogue.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn next_deadline(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        Deadlines::new(self.documents(DIALOGUES)).after(self.clock.now()).await
    }

    /// Writes the house if it is still as it was read; whether it was.
    async fn keep(&self, house: &Revised<H>, session: Option<&mut ClientSession>) -> Result<bool, Error> {
        let documents = self.documents(HOUSES);
        let stamp = documents.stamp();
        // Maps have keys of any kind; those of a document are texts, as those of JSON are.
        let json = serde_json::to_value(&house.house).map_err(|_| Error::custom(StoreError::Unwritable))?;
        let kept = bson::serialize_to_bson(&json).map_err(|_| Error::custom(StoreError::Unwritable))?;
        let fields = doc! { "revision": house.revision + 1, "house": kept };
        let write = if house.revision == 0 {
            let mut document = doc! { "_id": THE_HOUSE };
            document.extend(stamped(fields, stamp));
            Write::Insert(document)
        } else {
            let filter = doc! { "_id": THE_HOUSE, "revision": house.revision };
            Write::Update { filter, update: saved(fields, stamp.now) }
        };
        write.run(documents.collection(), session).await
    }

    /// The same without a transaction.
    async fn keep_alone(&self, house: &Revised<H>) -> Result<bool, StoreError> {
        lost_if_taken(within(STORE_TIMEOUT, async { Ok(self.keep(house, None).await?) }).await)
    }

    async fn load_now(&self, chat: i64) -> Result<HouseSnapshot<H>, StoreError> {
        let house = doc! { "$unionWith": { "coll": HOUSES, "pipeline": [
            { "$match": { "_id": THE_HOUSE } }, { "$replaceWith": { "house": "$$ROOT" } },
        ] } };
        let pipeline = [doc! { "$match": { "_id": chat } }, house];
        let dialogues = self.documents(DIALOGUES);
        let found = dialogues.collection().aggregate(pipeline).read_concern(ReadConcern::majority()).await?;
        let rows: Vec<Document> = found.try_collect().await?;
        let (house, dialogue): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.get_document("house").is_ok());
        let house = read(house.first().and_then(|row| row.get_document("house").ok()))?;
        let updates = VecDeque::new();
        let mut loaded = HouseSnapshot {
            conversation: None,
            revision: None,
            updates,
            undecodable: false,
            forgotten: false,
            replies: None,
            owed_by: None,
            user: None,
            house,
        };
        if let Some(document) = dialogue.first() {
            let revision = document.get_i64("revision").unwrap_or(0);
            loaded.revision = Some(revision);
            let updates = document.get_array("updates").map(Vec::as_slice).unwrap_or_default();
            loaded.updates = updates.iter().filter_map(Bson::as_i64).collect();
            loaded.replies = document.get("replies").and_then(replies);
            loaded.owed_by = document.get("owed").and_then(marked_by);
            loaded.user = document.get_document("user").ok().map(|user| introduced(chat, user));
            let conversation = document.get("conversation").cloned().unwrap_or(Bson::Null);
            loaded.forgotten = document.contains_key(FORGOTTEN);
            let is_nobodys = loaded.forgotten && conversation == Bson::Null;
            loaded.conversation = bson::deserialize_from_bson(conversation).ok();
            loaded.undecodable = loaded.conversation.is_none() && !is_nobodys;
            if loaded.undecodable {
                tracing::warn!(chat.id = chat, "dialogues: a document cannot be read, and goes to {ARCHIVE}");
                Archive::new(self.documents(ARCHIVE)).keep(chat, revision, document).await?;
            }
        }
        Ok(loaded)
    }

    /// Writes the dialogue; `false` if it is no longer as it was loaded.
    async fn move_dialogue(
        &self,
        turn: &Commit<'_, Self>,
        mut session: Option<&mut ClientSession>,
    ) -> Result<bool, Error> {
        if turn.conversation.is_none() {
            // Who is forgotten leaves nothing here. First of all: what follows is what makes the update count.
            for name in [POSTPONED, DEAD_LETTERS, ARCHIVE] {
                let documents = self.documents(name);
                let theirs = documents.collection().delete_many(doc! { "chat": turn.incoming.chat });
                match session.as_deref_mut() {
                    Some(session) => theirs.session(session).await?,
                    None => theirs.await?,
                };
            }
        }
        let HouseSnapshot { revision, updates, undecodable, forgotten, .. } = turn.loaded;
        let (revision, undecodable, forgotten) = (*revision, *undecodable, *forgotten);
        let chat = turn.incoming.chat;
        let deadline = turn.loaded.conversation.as_ref().and_then(|loaded| loaded.deadline);
        let found = FoundDocument { chat, revision, updates, undecodable, deadline, forgotten, aged: None };
        let documents = self.documents(DIALOGUES);
        let user = user(turn.incoming, turn.loaded);
        let set = doc! { "user": { "first_name": &user.first_name, "language_code": &user.language_code } };
        let fields = DocumentFields { set, ..DocumentFields::default() };
        let write = found.write(turn.incoming.update, turn.conversation, turn.replies, fields, documents.stamp());
        write.map_err(Error::custom)?.run(documents.collection(), session).await
    }

    /// Writes dialogue and house, both or neither; `false` if one of them is no longer as it was loaded.
    async fn commit_both(&self, turn: &Commit<'_, Self>, house: &Revised<H>) -> Result<bool, Error> {
        let mut session = self.database.client().start_session().await?;
        let begin = session.start_transaction().read_concern(ReadConcern::snapshot());
        begin.write_concern(WriteConcern::majority()).await?;
        let written = match self.move_dialogue(turn, Some(&mut session)).await {
            Ok(true) => self.keep(house, Some(&mut session)).await,
            other => other,
        };
        match written {
            Ok(true) => finish(&mut session).await.map(|()| true),
            other => {
                // One that the server has aborted already cannot be aborted again, and need not.
                let _ = session.abort_transaction().await;
                other
            }
        }
    }

    async fn commit_now(&self, turn: &Commit<'_, Self>) -> Result<Committed<HouseSnapshot<H>>, StoreError> {
        let won = if turn.effects.is_empty() {
            lost_if_taken(self.move_dialogue(turn, None).await.map_err(StoreError::from))?
        } else {
            let Revised { mut house, revision } = turn.loaded.house.clone();
            let effects = turn.effects.to_vec();
            let messages = house.carry_out(user(turn.incoming, turn.loaded), effects, self.clock.now());
            let messages = messages.map_err(|problem| unusable(&problem))?;
            match self.commit_both(turn, &Revised { house, revision }).await {
                Err(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => {
                    tokio::time::sleep(pause(1)).await;
                    return Ok(Committed::Again("transaction"));
                }
                committed => {
                    let won = lost_if_taken(committed.map_err(StoreError::from))?;
                    if won {
                        self.outbox.send(messages);
                    }
                    won
                }
            }
        };
        Ok(if won { Committed::Done(None) } else { Committed::Again("revision") })
    }
}

impl<H: StoredHouse> Host for MongoHouse<H> {
    type App = H::App;
    type Loaded = HouseSnapshot<H>;

    async fn load(&self, chat: i64) -> Result<HouseSnapshot<H>, StoreError> {
        within(STORE_TIMEOUT, self.load_now(chat)).await
    }

    async fn context(
        &self,
        incoming: &Incoming<H::App>,
        loaded: &HouseSnapshot<H>,
    ) -> Result<<H::App as App>::Context, StoreError> {
        Ok(loaded.house.house.context(user(incoming, loaded), self.clock.now(), rand::random()))
    }

    fn language(&self, incoming: &Incoming<H::App>, loaded: &HouseSnapshot<H>) -> <H::App as App>::Language {
        H::App::language(&loaded.house.house.context(user(incoming, loaded), self.clock.now(), 0))
    }

    async fn commit(&self, turn: Commit<'_, Self>) -> Result<Committed<HouseSnapshot<H>>, StoreError> {
        within(STORE_TIMEOUT, self.commit_now(&turn)).await
    }

    fn postponed(&self) -> Postponed {
        Postponed::new(self.documents(POSTPONED))
    }

    fn debts(&self) -> Debts {
        Debts::new(self.documents(DIALOGUES))
    }

    fn deadlines(&self) -> Deadlines {
        Deadlines::new(self.documents(DIALOGUES))
    }

    fn recent(&self) -> Recent {
        Recent::new(self.documents(DIALOGUES))
    }

    fn leases(&self, bot: i64) -> Leases {
        Leases::new(self.database.collection(LEASES), bot)
    }

    fn dead_letters(&self) -> DeadLetters {
        DeadLetters::new(self.documents(DEAD_LETTERS))
    }
}

/// A house as it is stored; a fresh one where there is none.
fn read<H: StoredHouse>(document: Option<&Document>) -> Result<Revised<H>, StoreError> {
    let Some(document) = document else { return Ok(Revised { house: H::default(), revision: 0 }) };
    let house = document.get("house").cloned().unwrap_or(Bson::Null).into_relaxed_extjson();
    // What serde has to say may quote what people said. Another version of the program can read it, and an operator can
    // mend it: until then nothing is decided, and Telegram keeps the updates.
    let away = || StoreError::Away(format!("{HOUSES}: the house has a shape that this program does not know"));
    let house = serde_json::from_value(house).map_err(|_| away())?;
    Ok(Revised { house, revision: document.get_i64("revision").unwrap_or(0) })
}

/// Whose turn it is, as Telegram introduces them; where no update has led to it, as it did at their last turn.
fn user<'a, H: StoredHouse>(incoming: &'a Incoming<H::App>, loaded: &'a HouseSnapshot<H>) -> &'a User {
    loaded.user.as_ref().filter(|_| incoming.input.is_by_itself()).unwrap_or(&incoming.user)
}

fn introduced(id: i64, user: &Document) -> User {
    let text = |name: &str| user.get_str(name).ok().map(str::to_owned);
    let first_name = text("first_name").unwrap_or_default();
    User { id, first_name, username: None, language_code: text("language_code") }
}

fn unusable(problem: &str) -> StoreError {
    StoreError::Unreadable { collection: HOUSES, problem: problem.to_owned() }
}

/// A document that somebody else has made first is a lost race.
fn lost_if_taken(written: Result<bool, StoreError>) -> Result<bool, StoreError> {
    match written {
        Err(error) if error.duplicate().is_some() => Ok(false),
        written => written,
    }
}
