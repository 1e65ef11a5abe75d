//! Looking after products, categories, news and profiles one by one, never over somebody else's change.
//!
//! Whoever changes a document reads it first, and the write is conditional on the whole document as it was read.
//! So nothing is lost to anybody, also not to a program that knows nothing of our stamps.

use ::dialogues::moment::after;
use ::dialogues::shop::{Actor, AuditEntry, Category, CategoryId, Id, Pause, Product, TeamChange};
use bson::raw::RawDocumentBuf;
use bson::{Bson, Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;
use mongodb::ClientSession;
use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR};
use mongodb::options::{ReadConcern, WriteConcern};

use super::document::{id, oid, saved, stamped, upserted};
use super::events::{DocumentEvents, EventKind};
use super::fields::Problem;
use super::idempotency::Receipt;
use super::migrations::renewed;
use super::news::NewsItem;
use super::transaction::{ATTEMPTS, finish, pause};
use super::versioned::{Timestamps, Versioned, as_read};
use super::{
    STORE_TIMEOUT, Store, StoreError, categories, dialogues, fences, news, products, translations, users, within,
};

/// So many documents of `fences` guard the categories: `{_id: "category 7", held: Int64}`.
const GUARDS: u8 = 64;

/// What an owner looks after: a document with an ObjectId.
pub trait Managed: Sized + Send + Sync {
    /// Its collection.
    const COLLECTION: &'static str;
    /// What is told of it.
    const EVENTS: DocumentEvents;

    fn id(&self) -> Id;
    /// The category that it stands in, which must exist.
    fn inside(&self) -> Option<CategoryId>;
    /// Its fields as stored, without `_id`.
    fn write(&self) -> Document;
    /// Reads it, or says what is wrong with it.
    fn read(document: &Document) -> Result<Self, Problem>;
}

macro_rules! upkept {
    ($type:ty, $module:ident, $events:ident, $read:ident, $write:ident, $inside:expr) => {
        impl Managed for $type {
            const COLLECTION: &'static str = $module::NAME;
            const EVENTS: DocumentEvents = DocumentEvents::$events;

            fn id(&self) -> Id {
                self.id.0
            }

            fn inside(&self) -> Option<CategoryId> {
                let inside: fn(&Self) -> Option<CategoryId> = $inside;
                inside(self)
            }

            fn write(&self) -> Document {
                $module::$write(self)
            }

            fn read(document: &Document) -> Result<Self, Problem> {
                $module::$read(document)
            }
        }
    };
}

upkept!(Product, products, OF_PRODUCT, read, write, |product| Some(product.category));
upkept!(Category, categories, OF_CATEGORY, read, write, |category| category.parent);
upkept!(NewsItem, news, OF_NEWS, read_item, write_item, |_| None);

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteOutcome {
    Done,
    /// Somebody else was faster: read again.
    LostRace,
    /// A category still holds something, and nobody has said where to.
    NotEmpty,
    /// The category in which it is to stand does not exist, or was removed meanwhile.
    NoCategory(CategoryId),
}

/// What became of a replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplaceOutcome {
    Done(Timestamps),
    /// Somebody else was faster: read again.
    LostRace,
    /// The category in which it is to stand does not exist, or was removed meanwhile.
    NoCategory(CategoryId),
}

/// Where a removed category's content goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// There must be none.
    None,
    /// Products and subcategories go to this category.
    To(Id),
}

/// The command line may do all that owners may.
const BY_HAND: Actor = Actor { chat: 0, is_fixed: true };

/// Where a write is, and which event tells of it.
pub(super) struct Place {
    collection: &'static str,
    event: Option<(EventKind, Id)>,
}

impl Place {
    pub(super) fn of<T: Managed>(id: Id, told_as: EventKind) -> Self {
        Self { collection: T::COLLECTION, event: Some((told_as, id)) }
    }

    /// One that is told to nobody.
    pub(super) fn untold(collection: &'static str) -> Self {
        Self { collection, event: None }
    }
}

/// Several writes that are done together.
pub(super) enum Work<'a> {
    Add { at: Place, document: Document, receipt: Option<&'a Receipt>, inside: Option<CategoryId> },
    Replace { at: Place, filter: Document, update: Document, inside: Option<CategoryId> },
    Remove { at: Place, filter: Document },
    RemoveCategory { held: &'a Versioned<Category>, content: Content },
    ChangeUser { user: i64, filter: Document, update: Document },
    ForgetUser { user: i64, filter: Document },
    ForgetInactive { user: i64, limit: DateTime<Utc> },
    ChangeTeam { change: TeamChange, entry: &'a AuditEntry },
    PauseOrders { pause: Option<&'a Pause>, entry: &'a AuditEntry },
}

impl Store {
    /// The stamps of a document that is written now for the first time.
    pub fn first_stamps(&self) -> Timestamps {
        let now = self.clock().now();
        Timestamps { created: now, modified: now }
    }

    /// A document to be changed; `None` if it is not there, or cannot be used: then the catalogue does not show it.
    ///
    /// # Errors
    /// [`StoreError::Away`]; [`StoreError::Newer`], of which the catalogue shows what it knew before.
    pub async fn held<T: Managed>(&self, id: Id) -> Result<Option<Versioned<T>>, StoreError> {
        let found =
            within(STORE_TIMEOUT, async { Ok(self.raw(T::COLLECTION).find_one(doc! { "_id": oid(id) }).await?) });
        let Some(document) = found.await? else { return Ok(None) };
        let Ok(document) = Document::try_from(document) else { return Ok(None) };
        let current = match self.current(T::COLLECTION, document.clone()) {
            Err(StoreError::Unreadable { .. }) => return Ok(None),
            current => current?,
        };
        let held = |thing| Versioned { thing, stamps: Timestamps::read(&current), document };
        Ok(T::read(&current).ok().map(held))
    }

    /// The update that writes all `fields` of what is held, and leaves nothing of an older shape.
    pub(super) fn renewal<T>(
        &self,
        collection: &'static str,
        held: &Versioned<T>,
        fields: Document,
        stamps: Timestamps,
    ) -> Result<Document, StoreError> {
        let current = self.current(collection, held.document.clone())?;
        let (mut set, gone) = renewed(&held.document, &current, fields);
        translations::keep_others(&held.document, &mut set);
        set.insert("version", self.version(collection));
        let mut update = saved(set, stamps.modified);
        if !gone.is_empty() {
            update.insert("$unset", gone);
        }
        Ok(update)
    }

    /// Adds a document. With a receipt, both are written or none; [`WriteOutcome::LostRace`] if that receipt is there
    /// already. What stands in a category is written only if the category is there.
    pub async fn add<T: Managed>(
        &self,
        thing: &T,
        stamps: Timestamps,
        receipt: Option<&Receipt>,
    ) -> Result<WriteOutcome, StoreError> {
        let mut document = doc! { "_id": oid(thing.id()) };
        document.extend(stamped(thing.write(), self.stamp_at(T::COLLECTION, stamps.created)));
        let at = Place::of::<T>(thing.id(), T::EVENTS.created);
        self.transact(&Work::Add { at, document, receipt, inside: thing.inside() }).await
    }

    /// Writes `next` in place of what is held, unless it has changed meanwhile. A category that it is moved to must be
    /// there in the same moment; one that it stays in need not, so that what lost its category can still be changed.
    pub async fn replace<T: Managed>(&self, held: &Versioned<T>, next: &T) -> Result<ReplaceOutcome, StoreError> {
        let stamps = self.next_stamps(held.stamps);
        let (filter, update) = (as_read(&held.document), self.renewal(T::COLLECTION, held, next.write(), stamps)?);
        let inside = next.inside().filter(|inside| held.thing.inside() != Some(*inside));
        let at = Place::of::<T>(held.thing.id(), T::EVENTS.changed);
        Ok(match self.transact(&Work::Replace { at, filter, update, inside }).await? {
            WriteOutcome::Done => ReplaceOutcome::Done(stamps),
            WriteOutcome::NoCategory(category) => ReplaceOutcome::NoCategory(category),
            WriteOutcome::LostRace | WriteOutcome::NotEmpty => ReplaceOutcome::LostRace,
        })
    }

    /// Removes the document that is held; `false` if it has changed meanwhile.
    pub async fn remove<T: Managed>(&self, held: &Versioned<T>) -> Result<bool, StoreError> {
        let at = Place::of::<T>(held.thing.id(), T::EVENTS.deleted);
        Ok(self.transact(&Work::Remove { at, filter: as_read(&held.document) }).await? == WriteOutcome::Done)
    }

    /// Removes a category.
    pub async fn remove_category(
        &self,
        held: &Versioned<Category>,
        content: Content,
    ) -> Result<WriteOutcome, StoreError> {
        self.transact(&Work::RemoveCategory { held, content }).await
    }

    /// Stamps that are later than those, also where the clock has gone back.
    pub(super) fn next_stamps(&self, before: Timestamps) -> Timestamps {
        let modified = self.clock().now().max(after(before.modified, TimeDelta::milliseconds(1)));
        Timestamps { modified, ..before }
    }

    pub(super) async fn transact(&self, work: &Work<'_>) -> Result<WriteOutcome, StoreError> {
        within(STORE_TIMEOUT, async {
            let mut session = self.inner.client.start_session().await?;
            let (mut queued, mut failures) = (None, 0);
            for attempt in 1..ATTEMPTS {
                let begin = session.start_transaction().read_concern(ReadConcern::snapshot());
                begin.write_concern(WriteConcern::majority()).await?;
                let outcome = match self.attempt_work(&mut session, work).await {
                    Ok(Some(WriteOutcome::Done)) => finish(&mut session).await.map(|()| Some(WriteOutcome::Done)),
                    other => {
                        // One that the server has aborted already cannot be aborted again, and need not.
                        let _ = session.abort_transaction().await;
                        other
                    }
                };
                match outcome {
                    Ok(None) => {}
                    Err(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => {
                        // As often as the driver tries a write outside of transactions.
                        failures += u32::from(StoreError::is_of_server(&error));
                        if failures > 1 {
                            return Err(error.into());
                        }
                    }
                    Ok(Some(kept)) => {
                        self.call_for_event();
                        return Ok(kept);
                    }
                    Err(error) => match StoreError::from(error) {
                        error if error.duplicate().is_some() => return Ok(WriteOutcome::LostRace),
                        error => return Err(error),
                    },
                }
                // Whoever was in the way of others queues, as buyers of one product do.
                if queued.is_none() {
                    queued = Some(self.inner.write_turnstile.lock().await);
                }
                tokio::time::sleep(pause(attempt)).await;
            }
            Err(StoreError::Away(format!("a transaction was in the way of others {ATTEMPTS} times")))
        })
        .await
    }

    /// One attempt; `None`: another transaction was in the way.
    async fn attempt_work(&self, session: &mut ClientSession, work: &Work<'_>) -> Result<Option<WriteOutcome>, Error> {
        Ok(Some(match work {
            Work::Add { at, document, receipt, inside } => {
                match self.hold_category(session, *inside).await? {
                    Some(WriteOutcome::Done) => {}
                    other => return Ok(other),
                }
                if let Some(receipt) = receipt {
                    self.keep_receipt(session, receipt).await?;
                }
                self.collection(at.collection).insert_one(document).session(&mut *session).await?;
                self.told(session, at, 1).await?
            }
            Work::Replace { at, filter, update, inside } => {
                match self.hold_category(session, *inside).await? {
                    Some(WriteOutcome::Done) => {}
                    other => return Ok(other),
                }
                let documents = self.collection(at.collection);
                let written = documents.update_one(filter.clone(), update.clone()).session(&mut *session).await?;
                self.told(session, at, written.matched_count).await?
            }
            Work::Remove { at, filter } => {
                let documents = self.collection(at.collection);
                let removed = documents.delete_one(filter.clone()).session(&mut *session).await?;
                self.told(session, at, removed.deleted_count).await?
            }
            Work::RemoveCategory { held, content } => {
                let category = held.thing.id;
                if !self.touch_guard(session, category).await? {
                    return Ok(None);
                }
                if let Content::To(target) = content {
                    match self.hold_category(session, Some(CategoryId(*target))).await? {
                        Some(WriteOutcome::Done) => {}
                        other => return Ok(other),
                    }
                }
                let filter = as_read(&held.document);
                let removed = self.collection(categories::NAME).delete_one(filter).session(&mut *session).await?;
                let at = Place::of::<Category>(category.0, EventKind::CategoryDeleted);
                match self.told(session, &at, removed.deleted_count).await? {
                    WriteOutcome::Done => self.empty_category(session, category.0, *content).await?,
                    lost => lost,
                }
            }
            Work::ChangeUser { user, filter, update } => {
                let users = self.collection(users::NAME);
                let changed = users.update_one(filter.clone(), update.clone()).session(&mut *session).await?;
                // A turn that has read the profile as it was must read it again.
                let mut moved = saved(Document::new(), self.clock().now());
                moved.insert("$inc", doc! { "revision": 1_i64 });
                self.collection(dialogues::NAME).update_one(doc! { "_id": *user }, moved).session(session).await?;
                outcome_of(changed.matched_count)
            }
            Work::ForgetUser { user, filter } => outcome_of(self.forget_whole(session, *user, filter.clone()).await?),
            Work::ForgetInactive { user, limit } => self.forget_if_inactive(session, *user, *limit).await?,
            Work::PauseOrders { pause, entry } => {
                if self.set_pause(session, *pause).await? {
                    self.write_audit(session, entry).await?;
                }
                WriteOutcome::Done
            }
            Work::ChangeTeam { change, entry } => match self.change_team(session, BY_HAND, *change).await? {
                Some(true) => {
                    self.write_audit(session, entry).await?;
                    WriteOutcome::Done
                }
                Some(false) => WriteOutcome::Done,
                None => WriteOutcome::LostRace,
            },
        }))
    }

    /// Tells of a write that has met so many documents, as one of the transaction.
    async fn told(&self, session: &mut ClientSession, at: &Place, met: u64) -> Result<WriteOutcome, Error> {
        let outcome = outcome_of(met);
        if let Some((told_as, id)) = at.event.filter(|_| outcome == WriteOutcome::Done) {
            self.record_document_event(session, told_as, id).await?;
        }
        Ok(outcome)
    }

    /// Makes sure that a category is there until the transaction is committed: [`WriteOutcome::Done`], if it is. `None`: whoever
    /// removes it, or puts something into it, was in the way.
    async fn hold_category(
        &self,
        session: &mut ClientSession,
        category: Option<CategoryId>,
    ) -> Result<Option<WriteOutcome>, Error> {
        let Some(category) = category else { return Ok(Some(WriteOutcome::Done)) };
        if !self.touch_guard(session, category).await? {
            return Ok(None);
        }
        let found = self.raw(categories::NAME).find_one(doc! { "_id": oid(category.0) }).session(session).await?;
        let is_usable = |document: RawDocumentBuf| {
            let document = self.inner.versions.decoded(categories::NAME, &document);
            document.and_then(|document| categories::read(&document)).is_ok()
        };
        Ok(Some(if found.is_some_and(is_usable) { WriteOutcome::Done } else { WriteOutcome::NoCategory(category) }))
    }

    /// Whether there is such a category; then it is there until the transaction ends. `None`: another one was in the way.
    pub(super) async fn holds_category(
        &self,
        session: &mut ClientSession,
        category: CategoryId,
    ) -> Result<Option<bool>, Error> {
        Ok(self.hold_category(session, Some(category)).await?.map(|outcome| matches!(outcome, WriteOutcome::Done)))
    }

    /// Writes the guard of a category, so that of two transactions that put something into it and remove it one fails:
    /// neither writes what the other one reads, and snapshots alone would let both pass. Guards are few, so that none
    /// has to be removed; `false`: the guard was made meanwhile by another one.
    async fn touch_guard(&self, session: &mut ClientSession, category: CategoryId) -> Result<bool, Error> {
        let [.., last] = category.0.0;
        let guard = format!("category {}", last % GUARDS);
        let update = upserted(doc! { "held": rand::random::<i64>() }, Document::new(), self.stamp(fences::NAME));
        let documents = self.collection(fences::NAME);
        match documents.update_one(doc! { "_id": guard }, update).upsert(true).session(session).await {
            Ok(_) => Ok(true),
            Err(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => Ok(false),
            Err(error) => match StoreError::from(error.clone()).duplicate() {
                Some(_) => Ok(false),
                None => Err(error),
            },
        }
    }

    /// What stands in a category that was just deleted. Also what cannot be used counts, and what names the category by
    /// a text of its digits: whoever mends it must find its category.
    async fn empty_category(
        &self,
        session: &mut ClientSession,
        category: Id,
        content: Content,
    ) -> Result<WriteOutcome, Error> {
        let holding = [
            (products::NAME, "category", EventKind::ProductChanged),
            (categories::NAME, "parent", EventKind::CategoryChanged),
        ];
        for (collection, field, told_as) in holding {
            let inside = doc! { field: { "$in": [Bson::ObjectId(oid(category)), Bson::String(category.to_string())] } };
            match content {
                Content::None => {
                    if self.raw(collection).find_one(inside).session(&mut *session).await?.is_some() {
                        return Ok(WriteOutcome::NotEmpty);
                    }
                }
                Content::To(target) => {
                    let documents = self.collection(collection);
                    let found = documents.find(inside.clone()).projection(doc! { "_id": 1 });
                    let mut found = found.session(&mut *session).await?;
                    let found: Vec<Document> = found.stream(&mut *session).try_collect().await?;
                    let moved = saved(doc! { field: oid(target) }, self.clock().now());
                    documents.update_many(inside, moved).session(&mut *session).await?;
                    let event =
                        |document: &Document| Some((told_as, id(document.get_object_id("_id").ok()?).to_string(), 0));
                    self.record_events(&mut *session, found.iter().filter_map(event)).await?;
                }
            }
        }
        Ok(WriteOutcome::Done)
    }
}

fn outcome_of(count: u64) -> WriteOutcome {
    if count == 1 { WriteOutcome::Done } else { WriteOutcome::LostRace }
}
