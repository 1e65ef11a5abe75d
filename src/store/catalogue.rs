//! The catalogue's snapshot, kept fresh by one change stream, whoever changes the shop.
//!
//! The stream is opened before the first read, so nothing falls in between; what is read twice is the same.
//! After an error the stream is resumed where it was, with growing pauses; where it cannot be resumed, all is
//! read anew. All events at hand are applied as one batch: a batch costs one rebuilt index, however many.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bson::{Bson, Document, doc};
use dialogues::shop::{Catalogue, CategoryId, Change, NewsId, ProductId};
use futures::{FutureExt, StreamExt, TryStreamExt};
use mongodb::change_stream::ChangeStream;
use mongodb::change_stream::event::{ChangeStreamEvent, OperationType, ResumeToken};
use mongodb::options::FullDocumentType;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::document::{adopted, id, oid};
use super::{Store, StoreError, categories, news, products};

const COLLECTIONS: [&str; 3] = [products::NAME, categories::NAME, news::NAME];

/// The most events applied as one batch.
const BATCH: usize = 10_000;

type Events = ChangeStream<ChangeStreamEvent<Document>>;

/// A snapshot of the catalogue that follows the database until the last clone is dropped.
#[derive(Debug, Clone)]
pub struct CatalogueFeed {
    snapshot: Snapshot,
    _watcher: Arc<Watcher>,
}

#[derive(Debug, Clone)]
struct Snapshot {
    store: Store,
    current: watch::Sender<Arc<Catalogue>>,
}

/// Ends the task that follows the stream.
#[derive(Debug)]
struct Watcher(JoinHandle<()>);

impl Drop for Watcher {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl CatalogueFeed {
    /// Reads the catalogue, and follows it from now on.
    pub async fn start(store: &Store) -> Result<Self, StoreError> {
        let snapshot = Snapshot { store: store.clone(), current: watch::Sender::new(Arc::default()) };
        let events = snapshot.open(None).await?;
        snapshot.reload().await?;
        let watcher = Watcher(tokio::spawn(snapshot.clone().follow(events)));
        Ok(Self { snapshot, _watcher: Arc::new(watcher) })
    }

    /// The catalogue now.
    pub fn current(&self) -> Arc<Catalogue> {
        Arc::clone(&self.snapshot.current.borrow())
    }

    /// Tells of every new snapshot.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Catalogue>> {
        self.snapshot.current.subscribe()
    }

    /// Reads these products now: a commit has found them other than the snapshot had them.
    pub async fn refresh(&self, ids: &[ProductId]) -> Result<(), StoreError> {
        let oids: Vec<_> = ids.iter().map(|id| oid(id.0)).collect();
        let found = self.snapshot.store.collection(products::NAME).find(doc! { "_id": { "$in": oids } }).await?;
        let documents: Vec<Document> = found.try_collect().await?;
        // Whatever is not found, or not readable, is gone.
        let gone = ids.iter().map(|id| Change::ProductGone(*id));
        let read = documents.iter().filter_map(|document| change(products::NAME, document));
        self.snapshot.apply(gone.chain(read).collect());
        Ok(())
    }

    /// The catalogue as it stands, without following it.
    pub(super) async fn read(store: &Store) -> Result<Catalogue, StoreError> {
        let snapshot = Snapshot { store: store.clone(), current: watch::Sender::new(Arc::default()) };
        snapshot.reload().await?;
        let catalogue = Catalogue::clone(&snapshot.current.borrow());
        Ok(catalogue)
    }

    /// Reads everything now.
    pub async fn reload(&self) -> Result<(), StoreError> {
        self.snapshot.reload().await
    }
}

impl Snapshot {
    async fn open(&self, token: Option<ResumeToken>) -> Result<Events, StoreError> {
        let ours = doc! { "$match": { "ns.coll": { "$in": COLLECTIONS.to_vec() } } };
        let watch = self.store.database().watch().pipeline([ours]);
        Ok(watch.full_document(FullDocumentType::UpdateLookup).resume_after(token).await?)
    }

    /// Follows the stream for ever.
    async fn follow(self, mut events: Events) {
        let mut token = None;
        loop {
            // Whatever happens in there, the catalogue must not stand still: after a panic all is read anew.
            token = AssertUnwindSafe(self.drain(&mut events, token)).catch_unwind().await.unwrap_or_default();
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
            let failed = batch.iter().any(Result::is_err);
            let batch: Vec<_> = batch.into_iter().filter_map(Result::ok).collect();
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
            self.apply(batch.iter().filter_map(event_change).collect());
            self.adopt(batch.iter().filter_map(foreign).collect()).await;
            if failed {
                break;
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
        let mut changes = Vec::new();
        let mut unstamped = Vec::new();
        for collection in COLLECTIONS {
            let found = self.store.collection(collection).find(doc! {}).await?;
            let documents: Vec<Document> = found.try_collect().await?;
            changes.extend(documents.iter().filter_map(|document| change(collection, document)));
            unstamped.extend(documents.iter().filter(|document| !document.contains_key("created")).map(|_| collection));
        }
        self.current.send_replace(Arc::new(Catalogue::default().changed(changes)));
        self.adopt(unstamped.into_iter().collect()).await;
        Ok(())
    }

    fn apply(&self, changes: Vec<Change>) {
        if !changes.is_empty() {
            self.current.send_modify(|catalogue| *catalogue = Arc::new(catalogue.changed(changes)));
        }
    }

    /// Stamps what a foreign program has inserted. It can wait: a failure is tried again with the next event.
    async fn adopt(&self, collections: BTreeSet<&'static str>) {
        for name in collections {
            let unstamped = doc! { "created": { "$exists": false } };
            let stamp = adopted(self.store.clock().now());
            if let Err(error) =
                self.store.collection(name).update_many(unstamped, stamp).await.map_err(StoreError::from)
            {
                tracing::warn!(collection = name, %error, "foreign documents were not stamped");
            }
        }
    }
}

/// What a document means for the catalogue; one that cannot be read is told, and left out.
fn change(collection: &'static str, document: &Document) -> Option<Change> {
    let read = match collection {
        products::NAME => products::read(document).map(Change::Product),
        categories::NAME => categories::read(document).map(Change::Category),
        _ => news::read(document).map(Change::News),
    };
    match read {
        Ok(change) => Some(change),
        Err(problem) => {
            tracing::warn!(collection, id = ?document.get("_id"), problem, "left out of the catalogue");
            document.get("_id").and_then(|id| gone(collection, id))
        }
    }
}

fn gone(collection: &'static str, id_value: &Bson) -> Option<Change> {
    let id = id(id_value.as_object_id()?);
    Some(match collection {
        products::NAME => Change::ProductGone(ProductId(id)),
        categories::NAME => Change::CategoryGone(CategoryId(id)),
        _ => Change::NewsGone(NewsId(id)),
    })
}

fn event_change(event: &ChangeStreamEvent<Document>) -> Option<Change> {
    let collection = collection_of(event)?;
    match &event.full_document {
        Some(document) => change(collection, document),
        // Deleted, or deleted before an update could be looked up.
        None => gone(collection, event.document_key.as_ref()?.get("_id")?),
    }
}

/// The collection of a document that was inserted without our stamps.
fn foreign(event: &ChangeStreamEvent<Document>) -> Option<&'static str> {
    let document = event.full_document.as_ref()?;
    if document.contains_key("created") { None } else { collection_of(event) }
}

fn collection_of(event: &ChangeStreamEvent<Document>) -> Option<&'static str> {
    let name = event.ns.as_ref()?.coll.as_deref()?;
    COLLECTIONS.into_iter().find(|collection| *collection == name)
}

/// A whole collection was dropped or renamed.
fn is_upheaval(operation: &OperationType) -> bool {
    !matches!(operation, OperationType::Insert | OperationType::Update | OperationType::Replace | OperationType::Delete)
}
