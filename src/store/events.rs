//! `events`: `{_id: ObjectId, type: "order.placed", object: "482-7391", revision: Int64, unnumbered: true, position: Int64}`:
//! what has happened to orders, products, categories and news, for the owner's other programs. Nothing is changed here, and removed by
//! `retention.rs` only. What other programs and `shopkeeper seed` write into the catalogue is no event.
//!
//! An event is written in the transaction that it tells of: so there is none of what was rolled back, and none is missing. It
//! says what has happened to which revision of which object, and nothing of a person: whoever wants to know more reads the object.
//!
//! Transactions are committed in another order than the one in which they began. So an event has no position at first; whoever
//! reads events, and the worker of the webhooks, gives the positions that are not given yet. A position is given once, by a unique
//! index, and never before a lower one: a reader that remembers the highest position that it has seen misses nothing.

use std::time::Duration;

use bson::oid::ObjectId;
use bson::raw::RawArrayBuf;
use bson::{Document, doc, rawdoc};
use chrono::{DateTime, Utc};
use dialogues::shop::{Id, OrderNumber, OrderStatus};
use futures::TryStreamExt;
use mongodb::ClientSession;
use mongodb::error::Error;
use mongodb::options::{Hint, ReadConcern};

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read};
use super::document::{oid, stamped, upserted};
use super::faults::Faults;
use super::fields::{Problem, flag, integer, object_id, required, text, time};
use super::meta::META;
use super::{STORE_TIMEOUT, Store, StoreError, within};

pub(super) const NAME: &str = "events";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| {
        let numbered = doc! { "position": { "$exists": true } };
        vec![
            doc! { "name": "position", "key": { "position": 1 }, "unique": true, "partialFilterExpression": numbered },
            doc! { "name": "type", "key": { "type": 1, "position": 1 } },
            // Few have no position at any time; only those are in it. Its key is the sort, or MongoDB would not use it.
            doc! {
                "name": "unnumbered",
                "key": { "created": 1, "revision": 1, "_id": 1 },
                "partialFilterExpression": { "unnumbered": true },
            },
        ]
    }),
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Each(faults),
    read: Read::Otherwise,
    personal: &[],
    forgotten: Forgotten::Untouched,
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

/// The highest position that was ever given: `{_id: "events", position: Int64}` in `meta`.
pub(super) const HIGHEST: &str = "events";

/// More than can have happened since a backup that is worth to be restored.
const SKIPPED: i64 = 1_000_000_000;

/// So many positions are given with one command.
const AT_A_TIME: i64 = 500;

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter, strum::Display, strum::EnumString)]
pub enum EventKind {
    #[strum(serialize = "order.placed")]
    OrderPlaced,
    #[strum(serialize = "order.accepted")]
    OrderAccepted,
    #[strum(serialize = "order.shipped")]
    OrderShipped,
    #[strum(serialize = "order.delivered")]
    OrderDelivered,
    #[strum(serialize = "order.cancelled")]
    OrderCancelled,
    /// Another program has made it new again.
    #[strum(serialize = "order.reopened")]
    OrderReopened,
    /// Whoever has placed it was forgotten: it has no customer any more, and no contact but what its delivery needs. Once that is
    /// gone, too, it is said again. Nobody else should have it either.
    #[strum(serialize = "order.anonymized")]
    OrderAnonymized,
    /// By an order it has begun to run low: `SHOPKEEPER_LOW_STOCK` are left of it, or fewer.
    #[strum(serialize = "product.low_stock")]
    ProductLowStock,
    /// By an order the last of it is sold.
    #[strum(serialize = "product.sold_out")]
    ProductSoldOut,
    #[strum(serialize = "product.created")]
    ProductCreated,
    /// Otherwise than by an order, whose events tell of it.
    #[strum(serialize = "product.changed")]
    ProductChanged,
    #[strum(serialize = "product.deleted")]
    ProductDeleted,
    #[strum(serialize = "category.created")]
    CategoryCreated,
    #[strum(serialize = "category.changed")]
    CategoryChanged,
    #[strum(serialize = "category.deleted")]
    CategoryDeleted,
    #[strum(serialize = "news.created")]
    NewsCreated,
    #[strum(serialize = "news.changed")]
    NewsChanged,
    #[strum(serialize = "news.deleted")]
    NewsDeleted,
}

/// What happens to a document of the catalogue, by event.
#[derive(Debug, Clone, Copy)]
pub struct DocumentEvents {
    pub created: EventKind,
    pub changed: EventKind,
    pub deleted: EventKind,
}

impl DocumentEvents {
    pub(super) const OF_PRODUCT: Self = Self {
        created: EventKind::ProductCreated,
        changed: EventKind::ProductChanged,
        deleted: EventKind::ProductDeleted,
    };
    pub(super) const OF_CATEGORY: Self = Self {
        created: EventKind::CategoryCreated,
        changed: EventKind::CategoryChanged,
        deleted: EventKind::CategoryDeleted,
    };
    pub(super) const OF_NEWS: Self =
        Self { created: EventKind::NewsCreated, changed: EventKind::NewsChanged, deleted: EventKind::NewsDeleted };
}

impl From<OrderStatus> for EventKind {
    /// What happens to an order that is there.
    fn from(status: OrderStatus) -> Self {
        match status {
            OrderStatus::New => Self::OrderReopened,
            OrderStatus::Accepted => Self::OrderAccepted,
            OrderStatus::Shipped => Self::OrderShipped,
            OrderStatus::Delivered => Self::OrderDelivered,
            OrderStatus::Cancelled => Self::OrderCancelled,
        }
    }
}

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub id: Id,
    /// An [`EventKind`]; or one of a newer program.
    pub kind: String,
    /// The number of the order, or the id of the document.
    pub object: String,
    /// Which revision of the order it was; 0 of anything else, which has none.
    pub revision: i64,
    pub at: DateTime<Utc>,
    /// Its position among all events.
    pub position: i64,
}

/// Reads an event that has its position, or says what is wrong with it.
pub(super) fn read(document: &Document) -> Result<Event, Problem> {
    Ok(Event {
        id: required("_id", object_id(document, "_id")?)?,
        kind: required("type", text(document, "type")?)?,
        object: required("object", text(document, "object")?)?,
        revision: required("revision", integer(document, "revision")?)?,
        at: required("created", time(document, "created")?)?,
        position: required("position", integer(document, "position")?)?,
    })
}

/// What is wrong with a document, as `preflight` looks at it.
fn faults(document: &Document) -> Vec<Problem> {
    let mut faults = Faults::default();
    let is_unnumbered = flag(document, "unnumbered").ok().flatten() == Some(true);
    let mut numbered = document.clone();
    if is_unnumbered {
        numbered.insert("position", 0_i64);
    }
    faults.check(read(&numbered));
    faults.0
}

impl Store {
    /// Writes down what has happened to an order, inside of the transaction in which it happens.
    pub(super) async fn record_event(
        &self,
        session: &mut ClientSession,
        kind: EventKind,
        order: OrderNumber,
        revision: i64,
    ) -> Result<(), Error> {
        self.record_events(session, [(kind, order.to_string(), revision)]).await
    }

    /// The same of a document that has no revisions.
    pub(super) async fn record_document_event(
        &self,
        session: &mut ClientSession,
        kind: EventKind,
        document: Id,
    ) -> Result<(), Error> {
        self.record_events(session, [(kind, document.to_string(), 0)]).await
    }

    /// The same of several objects.
    pub(super) async fn record_events(
        &self,
        session: &mut ClientSession,
        events: impl IntoIterator<Item = (EventKind, String, i64)>,
    ) -> Result<(), Error> {
        let stamp = self.stamp(NAME);
        let document = |(kind, object, revision): (EventKind, String, i64)| {
            let fields = doc! {
                "_id": ObjectId::new(), "type": kind.to_string(), "object": object, "revision": revision, "unnumbered": true,
            };
            stamped(fields, stamp)
        };
        let documents: Vec<Document> = events.into_iter().map(document).collect();
        if !documents.is_empty() {
            self.collection(NAME).insert_many(documents).session(session).await?;
        }
        Ok(())
    }

    /// Lets the worker of the webhooks look for work: an endpoint or a delivery is new.
    pub(crate) fn call_webhooks(&self) {
        self.inner.webhooks.notify_one();
    }

    /// The same where an event was written, which concerns nobody if there is no endpoint.
    pub(crate) fn call_for_event(&self) {
        self.inner.events.notify_one();
    }

    /// Resolves once an event was written.
    pub(crate) async fn event_written(&self) {
        self.inner.events.notified().await;
    }

    /// Resolves once there may be something to deliver.
    pub(crate) async fn webhooks_called(&self) {
        self.inner.webhooks.notified().await;
    }

    /// Gives a position to each event that has none yet.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn number_events(&self) -> Result<(), StoreError> {
        within(STORE_TIMEOUT, async {
            loop {
                // First of all: whoever knows a lower one than there is by the time of writing gets nothing written, and so leaves no
                // gap behind a position that a reader has seen.
                let highest = self.highest_position().await?;
                let ids = self.unnumbered().await?;
                if ids.is_empty() {
                    return Ok(());
                }
                match self.give_positions(highest, &ids).await? {
                    true if (ids.len() as i64) < AT_A_TIME => return Ok(()),
                    true => {}
                    // Another process does the same.
                    false => tokio::time::sleep(Duration::from_millis(rand::random_range(1..20))).await,
                }
            }
        })
        .await
    }

    /// The events that have no position yet, in the order in which they get one.
    async fn unnumbered(&self) -> Result<Vec<ObjectId>, StoreError> {
        let (events, oldest_first) = (self.collection(NAME), doc! { "created": 1, "revision": 1, "_id": 1 });
        let found = events.find(doc! { "unnumbered": true }).projection(doc! { "_id": 1 }).sort(oldest_first);
        let found = found.hint(Hint::Name("unnumbered".to_owned())).limit(AT_A_TIME);
        let found: Vec<Document> = found.read_concern(ReadConcern::majority()).await?.try_collect().await?;
        Ok(found.iter().filter_map(|found| found.get_object_id("_id").ok()).collect())
    }

    /// Gives the positions behind this one; `false`: another process has given one of them.
    async fn give_positions(&self, highest: i64, events: &[ObjectId]) -> Result<bool, StoreError> {
        let update = |(offset, event): (i64, &ObjectId)| {
            let given = rawdoc! { "$set": { "position": highest + offset }, "$unset": { "unnumbered": "" } };
            rawdoc! { "q": { "_id": *event, "unnumbered": true }, "u": given }
        };
        let mut all = RawArrayBuf::new();
        (1..).zip(events).map(update).for_each(|update| all.push(update));
        // In order: none before a lower one.
        let command = rawdoc! { "update": NAME, "updates": all, "ordered": true, "writeConcern": { "w": "majority" } };
        let reply = self.database().run_raw_command(command).await?;
        if reply.contains_key("writeConcernError") {
            return Err(StoreError::Away("the positions of events are not on the majority's disks yet".to_owned()));
        }
        if let Some(error) = reply.get_array("writeErrors").ok().and_then(|errors| errors.first()?.as_document()) {
            const DUPLICATE: i32 = 11_000;
            return match error.get_i32("code") {
                Ok(DUPLICATE) => Ok(false),
                code => {
                    Err(StoreError::Away(format!("an event was given no position (code {})", code.unwrap_or_default())))
                }
            };
        }
        self.keep_highest(highest + events.len() as i64).await?;
        Ok(true)
    }

    /// Keeps the highest position apart, so that none is given again where events are no longer kept.
    async fn keep_highest(&self, position: i64) -> Result<(), StoreError> {
        let mut kept = upserted(Document::new(), Document::new(), self.stamp(META));
        kept.insert("$max", doc! { "position": position });
        self.collection(META).update_one(doc! { "_id": HIGHEST }, kept).upsert(true).await?;
        Ok(())
    }

    /// The highest position that an event has, or has had; 0 if there was none.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn highest_position(&self) -> Result<i64, StoreError> {
        let events = self.collection(NAME);
        let newest = events.find_one(doc! { "position": { "$exists": true } });
        let newest = newest.sort(doc! { "position": -1 }).read_concern(ReadConcern::majority()).await?;
        let kept = self.collection(META).find_one(doc! { "_id": HIGHEST }).await?;
        let position = |found: Option<Document>| found.and_then(|found| integer(&found, "position").ok().flatten());
        Ok(position(newest).max(position(kept)).unwrap_or(0))
    }

    /// Leaves out so many positions that no event can have had one of the next.
    pub(super) async fn skip_positions(&self) -> Result<(), StoreError> {
        self.keep_highest(self.highest_position().await?.saturating_add(SKIPPED)).await
    }

    /// The events behind a position, in their order; of these kinds only, where any are named.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn events_after(&self, position: i64, kinds: &[String], limit: u32) -> Result<Vec<Event>, StoreError> {
        let mut filter = doc! { "position": { "$gt": position } };
        if !kinds.is_empty() {
            filter.insert("type", doc! { "$in": kinds });
        }
        // What only the primary has could be lost with it, and its position given again.
        within(STORE_TIMEOUT, self.list_committed(NAME, filter, doc! { "position": 1 }, limit, read)).await
    }

    /// The event of this name; `None` also while it has no position.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn event(&self, event: Id) -> Result<Option<Event>, StoreError> {
        let (events, this) = (self.raw(NAME), doc! { "_id": oid(event) });
        let found = async { Ok(events.find_one(this).read_concern(ReadConcern::majority()).await?) };
        Ok(within(STORE_TIMEOUT, found).await?.and_then(|document| self.usable(NAME, &document, read)))
    }
}
