//! Looking after products, categories, news and profiles one by one, never over somebody else's change.
//!
//! Whoever changes a document reads it first, and the write is conditional on the whole document as it was read.
//! So nothing is lost to anybody, also not to a program that knows nothing of our stamps.

use ::dialogues::moment::after;
use ::dialogues::shop::{Category, Id, Product};
use bson::{Bson, Document, doc};
use chrono::TimeDelta;
use mongodb::ClientSession;
use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR};

use super::document::{oid, saved, stamped};
use super::fields::Problem;
use super::idempotency::Receipt;
use super::migrations::renewed;
use super::news::NewsItem;
use super::shelves::Stamps;
use super::transaction::{ATTEMPTS, finish, pause};
use super::{PATIENCE, Store, StoreError, categories, dialogues, news, products, users, within};

/// What an owner looks after: a document with an ObjectId.
pub trait Upkept: Sized + Send + Sync {
    /// Its collection.
    const COLLECTION: &'static str;

    fn id(&self) -> Id;
    /// Its fields as stored, without `_id`.
    fn write(&self) -> Document;
    /// Reads it, or says what is wrong with it.
    fn read(document: &Document) -> Result<Self, Problem>;
}

macro_rules! upkept {
    ($type:ty, $module:ident, $read:ident, $write:ident) => {
        impl Upkept for $type {
            const COLLECTION: &'static str = $module::NAME;

            fn id(&self) -> Id {
                self.id.0
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

upkept!(Product, products, read, write);
upkept!(Category, categories, read, write);
upkept!(NewsItem, news, read_item, write_item);

/// A document as it was read, to be changed or removed as long as it is still so.
#[derive(Debug, Clone)]
pub struct Held<T> {
    pub thing: T,
    pub stamps: Stamps,
    pub(super) document: Document,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Done,
    /// Somebody else was faster: read again.
    LostRace,
    /// A category still holds something, and nobody has said where to.
    NotEmpty,
}

/// Where a removed category's content goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// There must be none.
    None,
    /// Products and subcategories go to this category.
    To(Id),
}

/// Several writes that are done together.
pub(super) enum Work<'a> {
    Add { collection: &'static str, document: Document, receipt: &'a Receipt },
    RemoveCategory { held: &'a Held<Category>, content: Content },
    ChangeUser { user: i64, filter: Document, update: Document },
    ForgetUser { user: i64, filter: Document },
}

impl Store {
    /// The stamps of a document that is written now for the first time.
    pub fn first_stamps(&self) -> Stamps {
        let now = self.clock().now();
        Stamps { created: now, modified: now }
    }

    /// A document to be changed; `None` if it is not there, or cannot be read.
    pub async fn held<T: Upkept>(&self, id: Id) -> Result<Option<Held<T>>, StoreError> {
        let found =
            within(PATIENCE, async { Ok(self.collection(T::COLLECTION).find_one(doc! { "_id": oid(id) }).await?) });
        let Some(document) = found.await? else { return Ok(None) };
        let current = self.current(T::COLLECTION, document.clone())?;
        let held = |thing| Held { thing, stamps: Stamps::read(&current), document };
        Ok(T::read(&current).ok().map(held))
    }

    /// The update that writes all `fields` of what is held, and leaves nothing of an older shape.
    pub(super) fn renewal<T>(
        &self,
        collection: &'static str,
        held: &Held<T>,
        fields: Document,
        stamps: Stamps,
    ) -> Result<Document, StoreError> {
        let current = self.current(collection, held.document.clone())?;
        let (mut set, gone) = renewed(&held.document, &current, fields);
        set.insert("version", self.version(collection));
        let mut update = saved(set, stamps.modified);
        if !gone.is_empty() {
            update.insert("$unset", gone);
        }
        Ok(update)
    }

    /// Adds a document. With a receipt, both are written or none; [`Kept::LostRace`] if that receipt is there
    /// already.
    pub async fn add<T: Upkept>(
        &self,
        thing: &T,
        stamps: Stamps,
        receipt: Option<&Receipt>,
    ) -> Result<Kept, StoreError> {
        let mut document = doc! { "_id": oid(thing.id()) };
        document.extend(stamped(thing.write(), self.stamp_at(T::COLLECTION, stamps.created)));
        match receipt {
            Some(receipt) => self.transact(&Work::Add { collection: T::COLLECTION, document, receipt }).await,
            None => {
                within(PATIENCE, async {
                    self.collection(T::COLLECTION).insert_one(document).await?;
                    Ok(Kept::Done)
                })
                .await
            }
        }
    }

    /// Puts a document in place of the one that is held. Its new stamps, or `None` if it has changed meanwhile.
    pub async fn replace<T: Upkept>(&self, held: &Held<T>, next: &T) -> Result<Option<Stamps>, StoreError> {
        let stamps = self.next_stamps(held.stamps);
        let update = self.renewal(T::COLLECTION, held, next.write(), stamps)?;
        let written = within(PATIENCE, async {
            Ok(self.collection(T::COLLECTION).update_one(as_read(&held.document), update).await?)
        });
        Ok((written.await?.matched_count == 1).then_some(stamps))
    }

    /// Removes the document that is held; `false` if it has changed meanwhile.
    pub async fn remove<T: Upkept>(&self, held: &Held<T>) -> Result<bool, StoreError> {
        let removed =
            within(PATIENCE, async { Ok(self.collection(T::COLLECTION).delete_one(as_read(&held.document)).await?) });
        Ok(removed.await?.deleted_count == 1)
    }

    /// Removes a category.
    pub async fn remove_category(&self, held: &Held<Category>, content: Content) -> Result<Kept, StoreError> {
        self.transact(&Work::RemoveCategory { held, content }).await
    }

    /// Stamps that are later than those, also where the clock has gone back.
    pub(super) fn next_stamps(&self, before: Stamps) -> Stamps {
        let modified = self.clock().now().max(after(before.modified, TimeDelta::milliseconds(1)));
        Stamps { modified, ..before }
    }

    pub(super) async fn transact(&self, work: &Work<'_>) -> Result<Kept, StoreError> {
        within(PATIENCE, async {
            let mut session = self.inner.client.start_session().await?;
            for attempt in 1..ATTEMPTS {
                session.start_transaction().await?;
                let outcome = match self.attempt_work(&mut session, work).await {
                    Ok(Kept::Done) => finish(&mut session).await.map(|()| Kept::Done),
                    other => {
                        // One that the server has aborted already cannot be aborted again, and need not.
                        let _ = session.abort_transaction().await;
                        other
                    }
                };
                match outcome {
                    Err(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => {}
                    outcome => match outcome.map_err(StoreError::from) {
                        Err(error) if error.duplicate().is_some() => return Ok(Kept::LostRace),
                        outcome => return outcome,
                    },
                }
                tokio::time::sleep(pause(attempt)).await;
            }
            Err(StoreError::Away(format!("a transaction was in the way of others {ATTEMPTS} times")))
        })
        .await
    }

    async fn attempt_work(&self, session: &mut ClientSession, work: &Work<'_>) -> Result<Kept, Error> {
        let kept = |count: u64| if count == 1 { Kept::Done } else { Kept::LostRace };
        match work {
            Work::Add { collection, document, receipt } => {
                self.keep_receipt(session, receipt).await?;
                self.collection(collection).insert_one(document).session(session).await?;
                Ok(Kept::Done)
            }
            Work::RemoveCategory { held, content } => {
                let filter = as_read(&held.document);
                let removed = self.collection(categories::NAME).delete_one(filter).session(&mut *session).await?;
                match kept(removed.deleted_count) {
                    Kept::Done => self.empty_category(session, held.thing.id.0, *content).await,
                    lost => Ok(lost),
                }
            }
            Work::ChangeUser { user, filter, update } => {
                let users = self.collection(users::NAME);
                let changed = users.update_one(filter.clone(), update.clone()).session(&mut *session).await?;
                // A turn that has read the profile as it was must read it again.
                let mut moved = saved(Document::new(), self.clock().now());
                moved.insert("$inc", doc! { "revision": 1_i64 });
                self.collection(dialogues::NAME).update_one(doc! { "_id": *user }, moved).session(session).await?;
                Ok(kept(changed.matched_count))
            }
            Work::ForgetUser { user, filter } => {
                let users = self.collection(users::NAME);
                let removed = users.delete_one(filter.clone()).session(&mut *session).await?;
                self.collection(dialogues::NAME).delete_one(doc! { "_id": *user }).session(&mut *session).await?;
                self.forget(session, *user).await?;
                Ok(kept(removed.deleted_count))
            }
        }
    }

    async fn empty_category(&self, session: &mut ClientSession, category: Id, content: Content) -> Result<Kept, Error> {
        for (collection, field) in [(products::NAME, "category"), (categories::NAME, "parent")] {
            let inside = doc! { field: oid(category) };
            let collection = self.collection(collection);
            match content {
                Content::None => {
                    if collection.find_one(inside).session(&mut *session).await?.is_some() {
                        return Ok(Kept::NotEmpty);
                    }
                }
                Content::To(target) => {
                    let moved = saved(doc! { field: oid(target) }, self.clock().now());
                    collection.update_many(inside, moved).session(&mut *session).await?;
                }
            }
        }
        Ok(Kept::Done)
    }
}

/// Matches a document as long as it is what was read.
pub(super) fn as_read(document: &Document) -> Document {
    let comparable = |(name, value): &(&String, &Bson)| {
        !name.starts_with('$') && !name.contains('.') && !matches!(value, Bson::Undefined)
    };
    document.iter().filter(comparable).map(|(name, value)| (name.clone(), Bson::from(doc! { "$eq": value }))).collect()
}
