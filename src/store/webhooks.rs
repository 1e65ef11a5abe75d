//! `webhook_endpoints`: `{_id: ObjectId, url, types: [text], secret, former: [{secret, until: Date}], enabled: Bool, reached: Int64}`:
//! where the owner's other programs want to be told of events. `types` are the kinds that are wanted, all if there are none; `reached`
//! is the position up to which events have become deliveries. `secret` signs them: it must be kept as it is, and is told once, by
//! the `POST` that makes it. `former` secrets sign them, too, each until its time.
//!
//! `webhook_deliveries`: `{_id: {endpoint: ObjectId, event: ObjectId}, type, object, position: Int64, state: "waiting" |
//! "delivered" | "failed", due: Date, expires: Date, tries: Int32, attempts: [{at: Date, status: Int32, error, milliseconds: Int64}]}`. One is
//! claimed by moving `due`: of two processes one sends it. `tries` counts since it was begun or begun anew, `attempts` has the
//! newest [`KEPT_ATTEMPTS`]. What has arrived is kept for [`KEPT`].

mod create;
mod rotate;

use bson::{Bson, Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use dialogues::moment::after;
use dialogues::shop::Id;
use mongodb::error::{Error, ErrorKind};
use mongodb::options::ReturnDocument;

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read};
use super::document::{date, oid, saved, stamped};
use super::events::Event;
use super::faults::Faults;
use super::fields::{Problem, flag, integer, object_id, required, text, time};
use super::versioned::Timestamps;
use super::{STORE_TIMEOUT, Store, StoreError, idempotency, within};

pub(super) const NAME: &str = "webhook_endpoints";

/// The collection of deliveries.
pub(super) const DELIVERIES: &str = "webhook_deliveries";

/// What is done with endpoints.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Plain,
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Each(|document| Faults::default().or(read(document))),
    read: Read::InLists { which: Document::new, fault: |document| read(document).err() },
    personal: &[],
    forgotten: Forgotten::Untouched,
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

/// What is done with deliveries.
pub(super) static DELIVERIES_DESCRIPTOR: Descriptor = Descriptor {
    name: DELIVERIES,
    made: Made::Indexed(|| {
        let waiting = doc! { "state": "waiting" };
        vec![
            doc! {
                "name": "due",
                "key": { "_id.endpoint": 1, "due": 1, "position": 1 },
                "partialFilterExpression": waiting,
            },
            doc! { "name": "newest", "key": { "_id.endpoint": 1, "position": -1 } },
            doc! { "name": "state", "key": { "_id.endpoint": 1, "state": 1, "position": -1 } },
            doc! { "name": "expires", "key": { "expires": 1 }, "expireAfterSeconds": 0 },
        ]
    }),
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Each(|document| Faults::default().or(read_delivery(document))),
    read: Read::Otherwise,
    personal: &[],
    forgotten: Forgotten::Untouched,
    remaining: &[],
    backup: InBackup::Changing,
    picture: None,
    text_ids: false,
};

/// How long a delivery is kept that has arrived.
const KEPT: TimeDelta = TimeDelta::days(30);

/// How long a process that sends one may be silent before another one does: longer than a receiver has to answer.
const SENDING: TimeDelta = TimeDelta::seconds(60);

/// So many attempts are kept of each delivery, the newest.
const KEPT_ATTEMPTS: i32 = 20;

/// So many events become deliveries at a time.
const AT_A_TIME: u32 = 200;

/// Where somebody wants to be told of events.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    pub id: Id,
    pub url: String,
    /// The kinds of events that are wanted; all if none is named.
    pub types: Vec<String>,
    /// `whsec_` and 32 random bytes in Base64.
    pub secret: String,
    /// Secrets that it had before, the newest first.
    pub former: Vec<FormerSecret>,
    pub enabled: bool,
    /// The position up to which events have become deliveries.
    pub reached: i64,
    pub stamps: Timestamps,
}

/// A secret that signs beside its successor, so that a receiver has time to take that over.
#[derive(Clone, PartialEq, Eq)]
pub struct FormerSecret {
    pub secret: String,
    /// From then on it signs nothing.
    pub until: DateTime<Utc>,
}

impl WebhookEndpoint {
    /// All secrets that sign at a time, the newest first.
    pub fn secrets(&self, now: DateTime<Utc>) -> impl Iterator<Item = &str> {
        let former = self.former.iter().filter(move |former| former.until > now);
        [self.secret.as_str()].into_iter().chain(former.map(|former| former.secret.as_str()))
    }
}

/// Neither secret nor address, which may have one in it, reach a log.
impl std::fmt::Debug for WebhookEndpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookEndpoint").field("id", &self.id).field("enabled", &self.enabled).finish_non_exhaustive()
    }
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter, strum::Display, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum DeliveryState {
    /// It is tried when it is due.
    Waiting,
    /// The receiver has answered 2xx.
    Delivered,
    /// It is not tried any more, unless somebody asks for it.
    Failed,
}

/// What has come of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub at: DateTime<Utc>,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// Why there was none.
    pub error: Option<String>,
    pub milliseconds: i64,
}

/// One event for one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDelivery {
    pub endpoint: Id,
    pub event: Id,
    pub kind: String,
    pub object: String,
    pub position: i64,
    pub state: DeliveryState,
    /// When it is tried next.
    pub due: DateTime<Utc>,
    /// How often it was tried since it was begun, or begun anew.
    pub tries: i64,
    pub attempts: Vec<Attempt>,
    pub stamps: Timestamps,
}

fn read(document: &Document) -> Result<WebhookEndpoint, Problem> {
    let types = document.get_array("types").map_err(|_| "types is no list")?;
    let former = document.get_array("former").map(Vec::as_slice).unwrap_or_default();
    Ok(WebhookEndpoint {
        id: required("_id", object_id(document, "_id")?)?,
        url: required("url", text(document, "url")?)?,
        types: types.iter().filter_map(Bson::as_str).map(str::to_owned).collect(),
        secret: required("secret", text(document, "secret")?)?,
        former: former.iter().map(rotate::read).collect::<Result<_, _>>()?,
        enabled: required("enabled", flag(document, "enabled")?)?,
        reached: required("reached", integer(document, "reached")?)?,
        stamps: Timestamps::read(document),
    })
}

fn read_delivery(document: &Document) -> Result<WebhookDelivery, Problem> {
    let name = document.get_document("_id").map_err(|_| "_id is no document")?;
    let attempts = document.get_array("attempts").map(Vec::as_slice).unwrap_or_default();
    Ok(WebhookDelivery {
        endpoint: required("_id.endpoint", object_id(name, "endpoint")?)?,
        event: required("_id.event", object_id(name, "event")?)?,
        kind: required("type", text(document, "type")?)?,
        object: required("object", text(document, "object")?)?,
        position: required("position", integer(document, "position")?)?,
        state: required("state", text(document, "state")?)?.parse().map_err(|_| "state is none of ours")?,
        due: required("due", time(document, "due")?)?,
        tries: integer(document, "tries")?.unwrap_or(0),
        attempts: attempts.iter().map(read_attempt).collect::<Result<_, _>>()?,
        stamps: Timestamps::read(document),
    })
}

fn read_attempt(attempt: &Bson) -> Result<Attempt, Problem> {
    let attempt = attempt.as_document().ok_or("an attempt is no document")?;
    Ok(Attempt {
        at: required("at", time(attempt, "at")?)?,
        status: integer(attempt, "status")?.and_then(|status| u16::try_from(status).ok()),
        error: text(attempt, "error")?,
        milliseconds: integer(attempt, "milliseconds")?.unwrap_or(0),
    })
}

/// Whether all that was refused was there already.
fn are_duplicates(error: &Error) -> bool {
    const DUPLICATE: i32 = 11_000;
    let ErrorKind::InsertMany(many) = error.kind.as_ref() else { return false };
    let refused = many.write_errors.as_deref().unwrap_or_default();
    many.write_concern_error.is_none() && !refused.is_empty() && refused.iter().all(|error| error.code == DUPLICATE)
}

fn name(endpoint: Id, event: Id) -> Document {
    doc! { "endpoint": oid(endpoint), "event": oid(event) }
}

impl Store {
    /// Endpoints behind this one, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn webhook_endpoints(
        &self,
        behind: Option<(DateTime<Utc>, Id)>,
        limit: u32,
    ) -> Result<Vec<WebhookEndpoint>, StoreError> {
        let behind = behind.map(|(created, id)| {
            let beside = doc! { "created": date(created), "_id": { "$lt": oid(id) } };
            doc! { "$or": [{ "created": { "$lt": date(created) } }, beside] }
        });
        let newest_first = doc! { "created": -1, "_id": -1 };
        within(STORE_TIMEOUT, self.list(NAME, behind.unwrap_or_default(), newest_first, limit, read)).await
    }

    /// The endpoint of this name.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn webhook_endpoint(&self, id: Id) -> Result<Option<WebhookEndpoint>, StoreError> {
        let found = async { Ok(self.raw(NAME).find_one(doc! { "_id": oid(id) }).await?) };
        Ok(within(STORE_TIMEOUT, found).await?.and_then(|document| self.usable(NAME, &document, read)))
    }

    /// Lets an endpoint be told of events, or not; `false` if there is none of this name. What happens meanwhile is not lost: it
    /// is delivered once the endpoint is enabled again.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn enable_webhook_endpoint(&self, id: Id, enabled: bool) -> Result<bool, StoreError> {
        let update = saved(doc! { "enabled": enabled }, self.clock().now());
        let updated = async { Ok(self.collection(NAME).update_one(doc! { "_id": oid(id) }, update).await?) };
        Ok(within(STORE_TIMEOUT, updated).await?.matched_count == 1)
    }

    /// Removes an endpoint, its deliveries, and the answer to the request that has made it, in which its secret is; `false` if there is
    /// none of this name. `address` is that answer's `Location`.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn remove_webhook_endpoint(&self, id: Id, address: &str) -> Result<bool, StoreError> {
        within(STORE_TIMEOUT, async {
            let removed = self.collection(NAME).delete_one(doc! { "_id": oid(id) }).await?;
            if removed.deleted_count == 1 {
                let made = doc! { "headers": { "$elemMatch": { "name": "Location", "value": address } } };
                self.collection(idempotency::NAME).delete_many(made).await?;
            }
            self.collection(DELIVERIES).delete_many(doc! { "_id.endpoint": oid(id) }).await?;
            Ok(removed.deleted_count == 1)
        })
        .await
    }

    /// How many endpoints there are.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn count_webhook_endpoints(&self) -> Result<u64, StoreError> {
        within(STORE_TIMEOUT, async { Ok(self.collection(NAME).count_documents(doc! {}).await?) }).await
    }

    /// Makes deliveries of the next events that an endpoint has not reached yet; whether there may be more of them.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn plan_deliveries(&self, endpoint: &WebhookEndpoint) -> Result<bool, StoreError> {
        let events = self.events_after(endpoint.reached, &[], AT_A_TIME).await?;
        let Some(last) = events.last().map(|event| event.position) else { return Ok(false) };
        let now = self.clock().now();
        let wanted = |event: &&Event| endpoint.types.is_empty() || endpoint.types.contains(&event.kind);
        let delivery = |event: &Event| {
            let fields = doc! {
                "_id": name(endpoint.id, event.id),
                "type": &event.kind,
                "object": &event.object,
                "position": event.position,
                "state": DeliveryState::Waiting.to_string(),
                "due": date(now),
                "tries": 0,
                "attempts": [],
            };
            stamped(fields, self.stamp_at(DELIVERIES, now))
        };
        let deliveries: Vec<Document> = events.iter().filter(wanted).map(delivery).collect();
        within(STORE_TIMEOUT, async {
            let all = self.collection(DELIVERIES);
            if !deliveries.is_empty() {
                // Those that are there were made by another process, or before a crash.
                match all.insert_many(deliveries).ordered(false).await {
                    Err(error) if !are_duplicates(&error) => return Err(error.into()),
                    _ => {}
                }
            }
            let (this, reached) = (doc! { "_id": oid(endpoint.id) }, doc! { "$max": { "reached": last } });
            if self.collection(NAME).update_one(this, reached).await?.matched_count == 0 {
                // It was removed meanwhile.
                all.delete_many(doc! { "_id.endpoint": oid(endpoint.id) }).await?;
            }
            Ok(())
        })
        .await?;
        Ok(events.len() == AT_A_TIME as usize)
    }

    /// The delivery to an endpoint that is due for the longest time; this process sends it, and no other one.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn claim_delivery(&self, endpoint: Id) -> Result<Option<WebhookDelivery>, StoreError> {
        let now = self.clock().now();
        let due = doc! { "_id.endpoint": oid(endpoint), "state": "waiting", "due": { "$lte": date(now) } };
        let claim = doc! { "$set": { "due": date(after(now, SENDING)) } };
        let oldest_first = doc! { "due": 1, "position": 1 };
        let deliveries = self.raw(DELIVERIES);
        let claimed = deliveries.find_one_and_update(due, claim).sort(oldest_first);
        let claimed = async { Ok(claimed.return_document(ReturnDocument::After).await?) };
        let claimed = within(STORE_TIMEOUT, claimed).await?;
        Ok(claimed.and_then(|document| self.usable(DELIVERIES, &document, read_delivery)))
    }

    /// Lets no endpoint be told of anything until it is enabled; how many that concerns.
    pub(super) async fn disable_webhooks(&self) -> Result<u64, StoreError> {
        let disabled = saved(doc! { "enabled": false }, self.clock().now());
        Ok(self.collection(NAME).update_many(doc! { "enabled": true }, disabled).await?.modified_count)
    }

    /// When the next delivery to an endpoint is due.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn next_delivery(&self, endpoint: Id) -> Result<Option<DateTime<Utc>>, StoreError> {
        let waiting = doc! { "_id.endpoint": oid(endpoint), "state": "waiting" };
        let next = within(STORE_TIMEOUT, async {
            Ok(self.collection(DELIVERIES).find_one(waiting).sort(doc! { "due": 1, "position": 1 }).await?)
        });
        Ok(next.await?.and_then(|found| time(&found, "due").ok().flatten()))
    }

    /// Notes what has come of a try, and what becomes of the delivery.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn note_attempt(
        &self,
        delivery: &WebhookDelivery,
        attempt: &Attempt,
        (state, due): (DeliveryState, DateTime<Utc>),
    ) -> Result<(), StoreError> {
        let mut tried = doc! { "at": date(attempt.at), "milliseconds": attempt.milliseconds };
        tried.extend(attempt.status.map(|status| ("status".to_owned(), i32::from(status).into())));
        tried.extend(attempt.error.clone().map(|error| ("error".to_owned(), error.into())));
        let push = doc! { "attempts": { "$each": [tried], "$slice": -KEPT_ATTEMPTS } };
        let mut update = saved(doc! { "state": state.to_string(), "due": date(due) }, self.clock().now());
        if state == DeliveryState::Delivered {
            let expires = date(after(self.clock().now(), KEPT));
            update.get_document_mut("$set").map(|set| set.insert("expires", expires)).ok();
        }
        update.insert("$inc", doc! { "tries": 1 });
        update.insert("$push", push.clone());
        let this = name(delivery.endpoint, delivery.event);
        within(STORE_TIMEOUT, async {
            let deliveries = self.collection(DELIVERIES);
            let claimed = doc! { "_id": this.clone(), "state": "waiting", "due": date(delivery.due) };
            if deliveries.update_one(claimed, update).await?.matched_count == 0 {
                // It was begun anew meanwhile, or another process has it: what becomes of it is decided there.
                deliveries.update_one(doc! { "_id": this }, doc! { "$push": push }).await?;
            }
            Ok(())
        })
        .await
    }

    /// Deliveries to an endpoint that come before this position, the newest first; of this state only, where one is named.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn webhook_deliveries(
        &self,
        endpoint: Id,
        state: Option<DeliveryState>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<WebhookDelivery>, StoreError> {
        let mut filter = doc! { "_id.endpoint": oid(endpoint) };
        filter.extend(state.map(|state| ("state".to_owned(), state.to_string().into())));
        filter.extend(before.map(|before| ("position".to_owned(), doc! { "$lt": before }.into())));
        let newest_first = doc! { "position": -1 };
        within(STORE_TIMEOUT, self.list(DELIVERIES, filter, newest_first, limit, read_delivery)).await
    }

    /// One of them.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn webhook_delivery(&self, endpoint: Id, event: Id) -> Result<Option<WebhookDelivery>, StoreError> {
        let found = async { Ok(self.raw(DELIVERIES).find_one(doc! { "_id": name(endpoint, event) }).await?) };
        Ok(within(STORE_TIMEOUT, found).await?.and_then(|document| self.usable(DELIVERIES, &document, read_delivery)))
    }

    /// Begins a delivery anew, also one that has arrived; `false` if there is none of this name.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn redeliver(&self, endpoint: Id, event: Id) -> Result<bool, StoreError> {
        let now = self.clock().now();
        let anew = doc! { "state": DeliveryState::Waiting.to_string(), "due": date(now), "tries": 0 };
        let this = doc! { "_id": name(endpoint, event) };
        let mut anew = saved(anew, now);
        anew.insert("$unset", doc! { "expires": "" });
        within(STORE_TIMEOUT, async {
            let begun = self.collection(DELIVERIES).update_one(this, anew).await?.matched_count == 1;
            if begun {
                // Also an endpoint that is left alone for a while is tried now.
                let asked = saved(Document::new(), now);
                self.collection(NAME).update_one(doc! { "_id": oid(endpoint) }, asked).await?;
            }
            Ok(begun)
        })
        .await
    }
}
