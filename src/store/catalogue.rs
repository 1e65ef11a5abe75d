//! The catalogue's snapshot, kept fresh by one change stream, whoever changes the shop.
//!
//! The stream is opened before the first read, so nothing falls in between; what is read twice is the same.
//! After an error the stream is resumed where it was, with growing pauses; where it cannot be resumed, all is
//! read anew. All events at hand are applied as one batch: a batch costs one rebuilt index, however many.

mod event;
mod part;

use std::collections::{BTreeSet, HashMap};
use std::num::NonZero;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bson::raw::{RawDocument, RawDocumentBuf};
use bson::{Bson, Document, doc};
use dialogues::shop::{Catalogue, Change, Misplaced, MisplacedKind, ProductId};
use futures::{FutureExt, StreamExt, TryStreamExt};
use mongodb::change_stream::ChangeStream;
use mongodb::change_stream::event::ResumeToken;
use mongodb::options::FullDocumentType;
use strum::IntoEnumIterator;
use tokio::sync::{oneshot, watch};

use self::event::{Event, collection_of, fence, foreign, is_of, is_upheaval};
use self::part::{Newer, Part};
use super::admin::{AdminSnapshot, Seen};
use super::document::{adopted, oid, upserted};
use super::meta::{META, PAUSE, TEAM};
use super::migrations::{Age, raw_version};
use super::{Store, StoreError, collections, fences, pause, products, team};
use crate::tasks::{Task, supervise};

/// So many documents are read at a time.
const PART: usize = 500;

/// The most events applied as one batch.
const BATCH: usize = 10_000;

/// A fence that does not come by then was missed: all is read anew.
const FENCE_TIMEOUT: Duration = Duration::from_secs(2);

/// What was read while events came may be older than they: it is read again, so often at most.
const REREADS: usize = 20;

type Events = ChangeStream<Event>;

/// A snapshot of the catalogue that follows the database until the last clone is dropped.
#[derive(Debug, Clone)]
pub struct CatalogueFeed {
    snapshot: Snapshot,
    /// Follows the stream until the last clone is dropped.
    _follower: Arc<Task>,
}

#[derive(Debug, Clone)]
struct Snapshot {
    store: Store,
    current: watch::Sender<Arc<Catalogue>>,
    shelves: watch::Sender<Arc<AdminSnapshot>>,
    /// How many batches of events were applied; held while something is applied, so that all goes in order.
    batches: Arc<Mutex<u64>>,
    fences: Arc<Mutex<HashMap<i64, oneshot::Sender<()>>>>,
    follows: Arc<AtomicBool>,
    /// Since when the snapshot does not follow.
    lost: Arc<Mutex<Option<Instant>>>,
}

impl CatalogueFeed {
    /// Reads the catalogue, and follows it from now on.
    pub async fn start(store: &Store) -> Result<Self, StoreError> {
        let snapshot = Snapshot::new(store);
        let events = snapshot.open(None).await?;
        snapshot.reload().await?;
        let (followed, mut events) = (snapshot.clone(), Some(events));
        // The first run goes on with the stream that is open; after a panic all is read anew.
        let follower = supervise(store.metrics().shell(), "catalogue", move || followed.clone().follow(events.take()));
        Ok(Self { snapshot, _follower: Arc::new(follower) })
    }

    /// The catalogue now.
    pub fn current(&self) -> Arc<Catalogue> {
        Arc::clone(&self.snapshot.current.borrow())
    }

    /// The catalogue now, with drafts and with the dates of its documents.
    pub fn shelves(&self) -> Arc<AdminSnapshot> {
        Arc::clone(&self.snapshot.shelves.borrow())
    }

    /// Tells of every new snapshot.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Catalogue>> {
        self.snapshot.current.subscribe()
    }

    /// Whether the snapshot follows the database now. If not, it is as old as the loss of the connection.
    pub fn follows(&self) -> bool {
        self.snapshot.follows.load(Ordering::SeqCst)
    }

    /// Since when the snapshot is not known to be current: a second at most, as long as MongoDB answers.
    pub fn age(&self) -> Duration {
        let lost = locked(&self.snapshot.lost).map(|lost| lost.elapsed());
        self.snapshot.store.inner.heard.ago().max(lost.unwrap_or_default())
    }

    /// Returns once the snapshot shows all that was written before the call, whoever wrote it.
    ///
    /// Events come in the order of the writes: a mark is written, and has come back when all before it was seen.
    pub async fn catch_up(&self) -> Result<(), StoreError> {
        let mark = i64::from_be_bytes(rand::random());
        let (passed, seen) = oneshot::channel();
        locked(&self.snapshot.fences).insert(mark, passed);
        let written = self.snapshot.raise_fence(mark).await;
        let seen = match written {
            Ok(()) => tokio::time::timeout(FENCE_TIMEOUT, seen).await.is_ok_and(|seen| seen.is_ok()),
            Err(_) => false,
        };
        locked(&self.snapshot.fences).remove(&mark);
        written?;
        if seen { Ok(()) } else { self.reload().await }
    }

    /// Reads these products now: a commit has found them other than the snapshot had them.
    pub async fn refresh(&self, ids: &[ProductId]) -> Result<(), StoreError> {
        let oids: Vec<_> = ids.iter().map(|id| oid(id.0)).collect();
        for reading in 0..=REREADS {
            let batches = self.snapshot.batches();
            let found = self.snapshot.store.raw(products::NAME).find(doc! { "_id": { "$in": &oids } }).await?;
            let documents: Vec<RawDocumentBuf> = found.try_collect().await?;
            let read = documents.iter().filter_map(|document| self.snapshot.read(products::NAME, document));
            let mut seen: Vec<Seen> = read.collect();
            // Whatever is not found, or not usable, is gone.
            let is_there = |id: &&ProductId| {
                seen.iter().any(|seen| matches!(&seen.change, Change::Product(product) if product.id == **id))
            };
            let gone: Vec<ProductId> = ids.iter().filter(|id| !is_there(id)).copied().collect();
            seen.extend(gone.into_iter().map(|id| Seen::from(Change::ProductGone(id))));
            if self.snapshot.put(seen, false, (reading < REREADS).then_some(batches)) {
                break;
            }
        }
        Ok(())
    }

    /// The catalogue as it stands, without following it.
    pub(super) async fn read(store: &Store) -> Result<Catalogue, StoreError> {
        let snapshot = Snapshot::new(store);
        snapshot.reload().await?;
        let catalogue = Catalogue::clone(&snapshot.current.borrow());
        Ok(catalogue)
    }

    /// Reads pause and team now: a commit has changed one of them.
    ///
    /// # Errors
    /// [`StoreError::Away`]; the change stream brings it then.
    pub async fn refresh_house(&self) -> Result<(), StoreError> {
        for reading in 0..=REREADS {
            let batches = self.snapshot.batches();
            let store = &self.snapshot.store;
            let seen = vec![store.pause_now().await?, store.team_now().await?];
            if self.snapshot.put(seen, false, (reading < REREADS).then_some(batches)) {
                break;
            }
        }
        Ok(())
    }

    /// Reads everything now.
    pub async fn reload(&self) -> Result<(), StoreError> {
        self.snapshot.reload().await
    }
}

impl Snapshot {
    fn new(store: &Store) -> Self {
        Self {
            store: store.clone(),
            current: watch::Sender::new(Arc::default()),
            shelves: watch::Sender::new(Arc::default()),
            batches: Arc::default(),
            fences: Arc::default(),
            follows: Arc::default(),
            lost: Arc::default(),
        }
    }

    async fn raise_fence(&self, mark: i64) -> Result<(), StoreError> {
        let write = || async {
            let update = upserted(doc! { "at": mark }, Document::new(), self.store.stamp(fences::NAME));
            let documents = self.store.collection(fences::NAME);
            documents.update_one(doc! { "_id": "catalogue" }, update).upsert(true).await.map_err(StoreError::from)
        };
        match write().await {
            // Two have made the first one at once; now it is there.
            Err(error) if error.duplicate().is_some() => write().await.map(drop),
            written => written.map(drop),
        }
    }

    async fn open(&self, token: Option<ResumeToken>) -> Result<Events, StoreError> {
        let watched: Vec<&str> = shelves().into_iter().chain([fences::NAME]).collect();
        let beside = doc! { "ns.coll": META, "documentKey._id": { "$in": [PAUSE, TEAM] } };
        let ours = doc! { "$match": { "$or": [{ "ns.coll": { "$in": watched } }, beside] } };
        let watch = self.store.database().watch().pipeline([ours]);
        Ok(watch.full_document(FullDocumentType::UpdateLookup).resume_after(token).await?.with_type())
    }

    /// Follows the stream for ever; without one it is opened, and all is read anew.
    async fn follow(self, events: Option<Events>) {
        let mut token = None;
        let mut events = match events {
            Some(events) => events,
            None => self.reopen(None).await,
        };
        loop {
            let following = Following::begin(&self);
            token = self.drain(&mut events, token).await;
            drop(following);
            self.store.metrics().database.catalogue_restarted();
            events = self.reopen(token.clone()).await;
        }
    }

    /// Applies what comes until the stream fails. Returns the place of the last event, `since` if there was none.
    ///
    /// The stream knows its place, too, but panics when asked for it while a `next` is under way, which
    /// `now_or_never` leaves behind.
    async fn drain(&self, events: &mut Events, since: Option<ResumeToken>) -> Option<ResumeToken> {
        let mut token = since;
        while let Some(first) = events.next().await {
            let mut batch = vec![first];
            // An event that is not at hand yet stays in the stream: the future of `next` holds nothing itself.
            while batch.len() < BATCH
                && let Some(Some(event)) = events.next().now_or_never()
            {
                batch.push(event);
            }
            let (mut applied, mut failed) = (Vec::with_capacity(batch.len()), None);
            for event in batch {
                match event {
                    Ok(event) => applied.push(event),
                    Err(error) => failed = Some(StoreError::from(error)),
                }
            }
            let batch = applied;
            if let Some(last) = batch.last() {
                token = Some(last.id.clone());
            }
            if batch.iter().any(|event| is_upheaval(&event.operation_type)) {
                if self.reload().await.is_err() {
                    return None;
                }
                // What was read is newer than the batch.
                continue;
            }
            self.put(batch.iter().filter_map(|event| self.seen(event)).collect(), true, None);
            self.pass(batch.iter().filter_map(fence));
            self.adopt(batch.iter().filter_map(foreign).collect()).await;
            match failed {
                None => {}
                Some(error) if error.is_away() => break,
                // Resumed in the same place, the stream would fail for the same reason.
                Some(error) => {
                    tracing::warn!(%error, "catalogue stream failed; the catalogue is read anew");
                    return None;
                }
            }
        }
        token
    }

    /// Opens the stream where it was, or, where MongoDB no longer knows that place, now, and reads all anew.
    async fn reopen(&self, mut token: Option<ResumeToken>) -> Events {
        let mut pause = Duration::from_millis(50);
        loop {
            let resumed = token.is_some();
            let opened = async {
                let events = self.open(token.clone()).await?;
                if !resumed {
                    self.reload().await?;
                }
                Ok::<_, StoreError>(events)
            };
            match opened.await {
                Ok(events) => return events,
                Err(error) => {
                    tracing::warn!(%error, "the catalogue does not follow the database for now");
                    if !error.is_away() {
                        token = None;
                    }
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    async fn reload(&self) -> Result<(), StoreError> {
        for reading in 0..=REREADS {
            let batches = self.batches();
            let (mut seen, mut unstamped) = (Vec::new(), BTreeSet::new());
            for collection in shelves() {
                // Parts at a time: a large shop's documents take more memory than what is kept of them. While one comes, each
                // processor reads another one.
                let stored = self.store.raw(collection).find(doc! {}).batch_size(PART as u32).await?.try_chunks(PART);
                let read = stored.map_err(|part| part.1).map_ok(|documents| Part::read(self, collection, documents));
                let mut parts = pin!(read.try_buffered(processors()));
                let mut newer = Newer::default();
                while let Some(part) = parts.try_next().await? {
                    newer = newer.and(part.newer);
                    seen.extend(part.seen);
                    if part.is_unstamped {
                        unstamped.insert(collection);
                    }
                }
                if collection == products::NAME {
                    self.refuse_rollback(&newer)?;
                }
            }
            seen.extend([self.store.pause_now().await?, self.store.team_now().await?]);
            // All at once: each list is made once, and no product comes before its category.
            let read = AdminSnapshot::default().after(seen);
            if self.replace(read, (reading < REREADS).then_some(batches)) {
                self.adopt(unstamped).await;
                break;
            }
        }
        Ok(())
    }

    fn age(&self, collection: &str, document: &RawDocument) -> Age {
        self.store.inner.versions.age(collection, raw_version(document))
    }

    /// Where a newer program has brought up all products, this one has nothing to sell: it waits for the newer one
    /// instead of telling customers that what is in their carts is gone. A single product says nothing about that: a
    /// person may have given it a field `version` of its own.
    fn refuse_rollback(&self, newer: &Newer) -> Result<(), StoreError> {
        match newer {
            Newer { found: Some(found), count: 2.., others: false } => {
                Err(self.store.inner.versions.newer(products::NAME, *found))
            }
            _ => Ok(()),
        }
    }

    /// What a document means. One that cannot be used is noted, and left out; what is known already of one that a newer
    /// program has written stays as it is, until the customers are its own.
    fn read(&self, collection: &'static str, document: &RawDocument) -> Option<Seen> {
        let id = document.get("_id").ok().flatten().and_then(|id| Bson::try_from(id).ok())?;
        let is_newer = matches!(self.age(collection, document), Age::Newer(_));
        let read = self.store.inner.versions.seen(collection, document);
        match self.store.noted(collection, document, read) {
            Some(seen) => Some(seen),
            None if is_newer => self.shelves.borrow().known(collection, &id),
            None => Seen::gone(collection, &id),
        }
    }

    fn batches(&self) -> u64 {
        *locked(&self.batches)
    }

    /// Puts in place of everything what was read while `batches` was so; `false` if it no longer is.
    fn replace(&self, read: AdminSnapshot, batches: Option<u64>) -> bool {
        let now = locked(&self.batches);
        if batches.is_some_and(|batches| batches != *now) {
            return false;
        }
        self.show(read);
        true
    }

    /// Applies what was seen in one batch of events, or read while `batches` was so; `false` if it no longer is.
    fn put(&self, seen: Vec<Seen>, is_batch: bool, batches: Option<u64>) -> bool {
        let mut now = locked(&self.batches);
        if batches.is_some_and(|batches| batches != *now) {
            return false;
        }
        if !seen.is_empty() {
            *now += u64::from(is_batch);
            let shelves = Arc::clone(&self.shelves.borrow());
            self.show(shelves.after(seen));
        }
        true
    }

    fn show(&self, shelves: AdminSnapshot) {
        let catalogue = Arc::clone(&shelves.catalogue);
        let before = self.current.borrow().misplaced().to_vec();
        self.tell_misplaced(&before, catalogue.misplaced());
        self.shelves.send_replace(Arc::new(shelves));
        self.current.send_replace(catalogue);
    }

    /// Logs once what has no place where its document says, and counts it.
    fn tell_misplaced(&self, before: &[Misplaced], now: &[Misplaced]) {
        for misplaced in now.iter().filter(|misplaced| before.binary_search(misplaced).is_err()) {
            tracing::warn!(%misplaced, remedy = "mend `parent` or `category` in mongosh or over the API", "catalogue place missing");
        }
        for kind in MisplacedKind::iter() {
            let count = now.iter().filter(|misplaced| MisplacedKind::from(*misplaced) == kind).count();
            self.store.metrics().database.misplaced(kind.into(), i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    fn pass(&self, marks: impl Iterator<Item = i64>) {
        let mut fences = locked(&self.fences);
        for mark in marks {
            if let Some(passed) = fences.remove(&mark) {
                let _ = passed.send(());
            }
        }
    }

    /// What an event means.
    fn seen(&self, event: &Event) -> Option<Seen> {
        if is_of(event, META) {
            let document = event.full_document.as_deref();
            return Some(match event.document_key.as_ref()?.get_str("_id").ok()? {
                TEAM => team::seen(document),
                _ => pause::seen(document),
            });
        }
        let collection = collection_of(event)?;
        if let Some(document) = &event.full_document {
            return self.read(collection, document);
        }
        // Deleted, or deleted before an update could be looked up.
        let id = event.document_key.as_ref()?.get("_id").ok().flatten().and_then(|id| Bson::try_from(id).ok())?;
        self.store.note_gone(collection, &id);
        Seen::gone(collection, &id)
    }

    /// Stamps what a foreign program has inserted. It can wait: a failure is tried again with the next event.
    async fn adopt(&self, collections: BTreeSet<&'static str>) {
        for name in collections {
            let unstamped = doc! { "created": { "$exists": false } };
            let stamp = adopted(self.store.stamp(name));
            if let Err(error) =
                self.store.collection(name).update_many(unstamped, stamp).await.map_err(StoreError::from)
            {
                tracing::warn!(collection = name, %error, "foreign documents were not stamped");
            }
        }
    }
}

/// As long as it is there, the snapshot follows the database; also a panic ends that.
struct Following<'a>(&'a Snapshot);

impl<'a> Following<'a> {
    fn begin(snapshot: &'a Snapshot) -> Self {
        snapshot.follows.store(true, Ordering::SeqCst);
        *locked(&snapshot.lost) = None;
        Self(snapshot)
    }
}

impl Drop for Following<'_> {
    fn drop(&mut self) {
        self.0.follows.store(false, Ordering::SeqCst);
        *locked(&self.0.lost) = Some(Instant::now());
    }
}

/// The collections that the catalogue is made of. Products come first: where a newer program has brought all of them
/// up, the others are not looked at.
fn shelves() -> Vec<&'static str> {
    let mut shelves: Vec<_> = collections::all().filter(|it| it.is_shelf()).map(|it| it.name).collect();
    shelves.sort_by_key(|name| *name != products::NAME);
    shelves
}

/// How many parts are read at once.
fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
