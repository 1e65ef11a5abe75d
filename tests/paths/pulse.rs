//! Whether the machine has stood still: a process that got no processor, or MongoDB that could not write to its disk. What
//! a process does then (a command takes too long) is right, and is no step of a path.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bson::{Document, doc};
use shopkeeper::clock::Clock;
use shopkeeper::mongod::Mongod;
use shopkeeper::store::{Store, StoreOptions};
use tokio::task::JoinHandle;

/// Between two writes.
const BEAT: Duration = Duration::from_millis(50);
/// Half of what a command may take, and far less than a lease lasts.
const STILL: Duration = Duration::from_secs(1);

/// Writes to MongoDB again and again, and keeps the times at which it took too long.
pub(crate) struct Pulse {
    beats: Arc<Mutex<Beats>>,
    store: Store,
    beating: Mutex<Option<JoinHandle<()>>>,
}

struct Beats {
    last: Instant,
    /// When the last time ended in which the machine stood still.
    still_until: Option<Instant>,
}

impl Pulse {
    pub(crate) async fn start() -> Self {
        let mongod = Mongod::shared().await.unwrap();
        let database = format!("pulse_{}", std::process::id());
        let store = Store::open(mongod.uri(), &database, Clock::system(), StoreOptions::default()).await.unwrap();
        let beats = Arc::new(Mutex::new(Beats { last: Instant::now(), still_until: None }));
        let (written, kept) = (store.database().collection::<Document>("pulse"), beats.clone());
        let beating = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(BEAT);
            loop {
                ticks.tick().await;
                let writing = written.update_one(doc! { "_id": 0 }, doc! { "$inc": { "beats": 1 } });
                // One that fails has not beaten.
                if writing.upsert(true).await.is_ok() {
                    kept.lock().unwrap().beat();
                }
            }
        });
        Self { beats, store, beating: Mutex::new(Some(beating)) }
    }

    /// Whether the machine has stood still at some time since then.
    pub(crate) fn has_stopped_since(&self, time: Instant) -> bool {
        let beats = self.beats.lock().unwrap();
        beats.last.elapsed() > STILL || beats.still_until.is_some_and(|until| until >= time)
    }

    pub(crate) async fn end(&self) {
        let beating = self.beating.lock().unwrap().take();
        if let Some(beating) = beating {
            beating.abort();
            // A beat under way would make the database anew.
            let _ = beating.await;
        }
        let _ = self.store.database().drop().await;
    }
}

impl Beats {
    fn beat(&mut self) {
        let now = Instant::now();
        if now - self.last > STILL {
            self.still_until = Some(now);
        }
        self.last = now;
    }
}
