//! Replaying transcripts, on either stage, many at a time.
//!
//! The core's stage is `dialogues::world::World`; the other one is [`EndToEnd`]. Every file has its
//! own bot, database, chats and clock; databases are emptied and used again, since making one takes
//! longer than most transcripts.

mod rest;
pub mod scene;
mod stage;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use any_bot::{Played, play};
use dialogues::shop::{Country, Phone};
use dialogues::transcript::coverage::Coverage;
use dialogues::world::World;
use sha2::{Digest, Sha256};
pub use shell::stage::Telegram;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Semaphore};

pub use stage::{EndToEnd, quiet};

use crate::clock::Clock;
use crate::mongod::{Mongod, MongodOptions};
use crate::simulator::Simulator;
use crate::store::{Store, StoreOptions};
use crate::tea_house;

/// What the recorder captures; nobody acts in it.
const LETS: &str = "lets.chat";

/// Transcripts played side by side.
const SIDE_BY_SIDE: usize = 6;

/// Everything that end-to-end replays share.
pub struct ReplayPool {
    telegram: Arc<Telegram>,
    mongo: Mongo,
    /// Prepared stores that nobody uses right now.
    idle: Mutex<Vec<(Store, Clock)>>,
    seats: Semaphore,
    opened: AtomicU64,
}

/// A MongoDB of our own, or one that somebody else keeps.
enum Mongo {
    Own(Mongod),
    Shared(String),
}

/// Starts a simulator that knows the demo shop's pictures; port 0 is any free one.
///
/// # Errors
/// A sentence: the port is taken.
pub async fn telegram(port: u16) -> Result<Telegram, String> {
    Telegram::start(simulator(), port, Vec::new()).await
}

/// A simulator that knows the demo shop's pictures by name.
pub fn simulator() -> Simulator {
    let simulator = Simulator::new();
    name_pictures(&simulator);
    simulator
}

/// Lets transcripts say `<photo sencha.jpg>` for the demo shop's pictures.
fn name_pictures(simulator: &Simulator) {
    for (name, content) in tea_house::pictures() {
        let hash: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        simulator.name_picture(&hash, name);
    }
}

/// Where this repository is: `cargo run` and `cargo test` say it, else the folder we stand in.
pub fn repository() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default()
}

/// A shop that ships with the repository.
pub fn shop_folder(name: &str) -> Result<PathBuf, String> {
    let folder = repository().join("dialogues/shops").join(name);
    let there = folder.join("shop.yaml").is_file();
    there
        .then_some(folder.clone())
        .ok_or_else(|| format!("there is no shop at {}; run this from the repository", folder.display()))
}

/// All transcripts at or below some paths, in order; those of the repository where none is named.
///
/// # Errors
/// A path that cannot be read; it is named, with the remedy.
pub fn find(paths: &[PathBuf]) -> std::io::Result<Vec<PathBuf>> {
    let default = [repository().join("dialogues/transcripts")];
    let remedy = if paths.is_empty() { "; name files, or run this from the repository" } else { "" };
    let mut found = any_bot::find(if paths.is_empty() { &default } else { paths })
        .map_err(|error| std::io::Error::other(format!("{error}{remedy}")))?;
    found.retain(|file| !file.ends_with(LETS));
    Ok(found)
}

/// Plays one file in memory.
pub fn play_in_core(file: &Path) -> Played {
    play(file, &mut World::new())
}

impl ReplayPool {
    /// Starts MongoDB and the simulator.
    pub async fn open() -> Result<Arc<Self>, String> {
        let mongod = Mongod::find_or_start(MongodOptions::of_tests()).await.map_err(|error| error.to_string())?;
        Self::with(Mongo::Own(mongod)).await
    }

    /// Starts the simulator before a MongoDB that is running.
    pub async fn on(uri: &str) -> Result<Arc<Self>, String> {
        Self::with(Mongo::Shared(uri.to_owned())).await
    }

    async fn with(mongo: Mongo) -> Result<Arc<Self>, String> {
        // Decoding the numbering plans of all countries takes a debug build seconds. In a turn it would hold up all bots of
        // the runtime, and they would lose their leases.
        let decoded = tokio::task::spawn_blocking(|| Phone::parse("+380671112233", Country::default()).is_ok());
        decoded.await.map_err(|error| error.to_string())?;
        let telegram = Arc::new(telegram(0).await?);
        let seats = Semaphore::new(SIDE_BY_SIDE);
        Ok(Arc::new(Self { telegram, mongo, idle: Mutex::default(), seats, opened: AtomicU64::new(0) }))
    }

    /// The simulator, for whoever acts beside transcripts.
    pub fn telegram(&self) -> &Arc<Telegram> {
        &self.telegram
    }

    /// Plays files end to end, several side by side, and tells of each when it is done.
    pub async fn play_all(self: &Arc<Self>, files: Vec<PathBuf>, mut done: impl FnMut(&Played)) -> Vec<Played> {
        let mut playing = tokio::task::JoinSet::new();
        for (place, file) in files.into_iter().enumerate() {
            let theatre = Arc::clone(self);
            playing.spawn(async move { (place, theatre.play_one(file).await) });
        }
        let mut all = Vec::new();
        while let Some(ended) = playing.join_next().await {
            if let Ok((place, played)) = ended {
                done(&played);
                all.push((place, played));
            }
        }
        all.sort_by_key(|(place, _)| *place);
        all.into_iter().map(|(_, played)| played).collect()
    }

    async fn play_one(self: Arc<Self>, file: PathBuf) -> Played {
        let named = file.clone();
        let play = move |stage: &mut EndToEnd| play(&file, stage);
        self.with_stage(play).await.unwrap_or_else(|error| Played { file: named, result: Err(error) })
    }

    /// Lends a fresh stage to a closure, on a thread where it may wait.
    pub async fn with_stage<T: Send + 'static>(
        self: &Arc<Self>,
        play: impl FnOnce(&mut EndToEnd) -> T + Send + 'static,
    ) -> Result<T, String> {
        self.with_stage_and_store(play, |played, _| std::future::ready(played)).await
    }

    /// The same, and then, when the bot is stopped, the store as it was left.
    pub async fn with_stage_and_store<T: Send + 'static, F: Future>(
        self: &Arc<Self>,
        play: impl FnOnce(&mut EndToEnd) -> T + Send + 'static,
        look: impl FnOnce(T, Store) -> F,
    ) -> Result<F::Output, String> {
        let _seat = self.seats.acquire().await.map_err(|error| error.to_string())?;
        let (store, clock) = self.store().await?;
        let token = format!("{}:replay", 70_000 + self.opened.fetch_add(1, Ordering::Relaxed));
        let telegram = Arc::clone(&self.telegram);
        let handle = Handle::current();
        let kept = clock.clone();
        let played = tokio::task::spawn_blocking(move || {
            let mut stage = EndToEnd::new(handle, telegram, token, store, clock);
            let played = play(&mut stage);
            (played, stage.leave())
        });
        let (played, store) = played.await.map_err(|error| format!("the replay itself failed: {error}"))?;
        let looked = look(played, store.clone()).await;
        self.idle.lock().await.push((store, kept));
        Ok(looked)
    }

    /// An empty, prepared store with a virtual clock.
    async fn store(&self) -> Result<(Store, Clock), String> {
        if let Some((store, clock)) = self.idle.lock().await.pop() {
            store.wipe_people().await.map_err(|error| error.to_string())?;
            return Ok((store, clock));
        }
        let uri = match &self.mongo {
            Mongo::Own(mongod) => mongod.uri(),
            Mongo::Shared(uri) => uri,
        };
        let clock = Clock::virtual_at(dialogues::world::beginning());
        let database = format!("replay_{:016x}", rand::random::<u64>());
        let store = Store::open(uri, &database, clock.clone(), StoreOptions::default())
            .await
            .map_err(|error| error.to_string())?;
        store.prepare().await.map_err(|error| error.to_string())?;
        Ok((store, clock))
    }
}

/// What all of them together have shown.
pub fn coverage(played: &[Played]) -> Coverage {
    let mut coverage = dialogues::transcript::coverage::coverage();
    played.iter().filter_map(|played| played.result.as_ref().ok()).for_each(|report| coverage.add(report));
    coverage
}
