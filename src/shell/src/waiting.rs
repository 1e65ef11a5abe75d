//! Customers whose updates cannot be played now, while everybody else's can: a newer program has written their documents
//! (after a rollback), their lane is full, or the store fails for them again and again.
//!
//! A webhook needs nothing for this: it answers 503, and Telegram keeps that customer's updates and no other's. A poll has
//! one offset for all customers, and Telegram gives at most 100 updates beyond it: whoever holds the offset back stops the
//! bot. So such an update is written, as Telegram sent it, into the collection `postponed`, and only then acknowledged.
//! Nothing is lost by that, not even after the 24 hours that Telegram would have kept it.
//!
//! All later updates of that customer line up behind it in the collection. A task plays them, in their order, as soon as
//! the customer's documents can be opened, in this program or in the next one; an update that has been committed is not
//! committed again, however often a crash repeats it.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::{Duration, Instant};

use futures::StreamExt;
use tokio::sync::Mutex;

use crate::active::Active;
use crate::entrance::{Admitted, enqueue};
use crate::host::Host;
use crate::input;
use crate::jobs::UpdateQueue;
use crate::metrics::Metrics;
use crate::mongo::{Postponed, StoreError};
use crate::queue::Ack;

/// The pause between two looks whether somebody's updates can be played.
const RETRY_PAUSE: Duration = Duration::from_secs(5);
/// Customers who are looked at in one go: each costs one read.
const CUSTOMERS_AT_A_TIME: usize = 50;
/// Updates of one customer that are read at a time.
const UPDATES_AT_A_TIME: i64 = 20;
/// A customer whom a webhook has turned away counts as waiting for so long: Telegram comes again within two minutes.
const TURNED_AWAY_FOR: Duration = Duration::from_secs(240);

/// The customers who wait.
pub(crate) struct WaitingRoom {
    postponed: Postponed,
    metrics: Metrics,
    /// Who has updates in the collection. Held while one is written or the last one goes, so that none overtakes.
    chats: Mutex<BTreeSet<i64>>,
    /// Whom a webhook has turned away because of a newer program, and when last.
    turned_away: StdMutex<HashMap<i64, Instant>>,
}

impl WaitingRoom {
    /// Everybody who waits in the store.
    pub(crate) async fn open(postponed: Postponed, metrics: Metrics) -> Result<Arc<Self>, StoreError> {
        let chats = Mutex::new(postponed.chats().await?);
        let room = Self { postponed, metrics, chats, turned_away: StdMutex::default() };
        room.update_gauge(&*room.chats.lock().await);
        Ok(Arc::new(room))
    }

    /// Learns who waits in the store: while another process was active, it has kept updates there, or played them.
    pub(crate) async fn reload(&self) -> Result<(), StoreError> {
        let mut chats = self.chats.lock().await;
        *chats = self.postponed.chats().await?;
        self.update_gauge(&chats);
        Ok(())
    }

    /// Whether updates of this customer wait.
    pub(crate) async fn has(&self, chat: i64) -> bool {
        self.chats.lock().await.contains(&chat)
    }

    /// Looks who waits in the store: an operator may have had an update replayed.
    async fn look(&self) -> Result<(), StoreError> {
        let mut chats = self.chats.lock().await;
        chats.append(&mut self.postponed.chats().await?);
        self.update_gauge(&chats);
        Ok(())
    }

    /// Keeps an update if earlier ones of its customer wait; whether it does.
    pub(crate) async fn join(&self, id: i64, chat: i64, json: &str) -> Result<bool, StoreError> {
        let chats = self.chats.lock().await;
        if chats.contains(&chat) {
            self.postponed.keep(id, chat, json).await?;
            self.metrics.doors.postponed("behind");
            return Ok(true);
        }
        Ok(false)
    }

    /// Keeps an update: from now on its customer waits.
    pub(crate) async fn enter(&self, id: i64, chat: i64, json: &str, reason: &'static str) -> Result<(), StoreError> {
        let mut chats = self.chats.lock().await;
        self.postponed.keep(id, chat, json).await?;
        self.metrics.doors.postponed(reason);
        if chats.insert(chat) {
            tracing::warn!(
                chat.id = chat,
                update.id = id,
                reason,
                "waiting: updates of this customer are kept for later"
            );
        }
        self.update_gauge(&chats);
        Ok(())
    }

    /// A webhook has answered an update of this customer.
    pub(crate) fn answered(&self, chat: i64, ack: Option<Ack>) {
        let mut turned_away = self.turned_away.lock().unwrap_or_else(PoisonError::into_inner);
        match ack {
            Some(Ack::Newer) => drop(turned_away.insert(chat, Instant::now())),
            Some(Ack::Committed) if !turned_away.is_empty() => drop(turned_away.remove(&chat)),
            Some(Ack::Committed | Ack::Away | Ack::LaneFull | Ack::Standby) | None => return,
        }
        drop(turned_away);
        if let Ok(chats) = self.chats.try_lock() {
            self.update_gauge(&chats);
        }
    }

    fn update_gauge(&self, chats: &BTreeSet<i64>) {
        let mut turned_away = self.turned_away.lock().unwrap_or_else(PoisonError::into_inner);
        turned_away.retain(|_, since| since.elapsed() < TURNED_AWAY_FOR);
        let others = turned_away.keys().filter(|chat| !chats.contains(*chat)).count();
        self.metrics.doors.waiting_customers(chats.len() + others);
    }

    /// Lets a customer go who has no updates in the store any more; whether that is so.
    async fn remove_if_empty(&self, chat: i64) -> Result<bool, StoreError> {
        let mut chats = self.chats.lock().await;
        let gone = self.postponed.of(chat, 1).await?.is_empty();
        if gone {
            chats.remove(&chat);
            self.update_gauge(&chats);
        }
        Ok(gone)
    }

    /// Some of those who wait, behind `last`; from the beginning where nobody is.
    async fn some(&self, last: Option<i64>) -> Vec<i64> {
        let chats = self.chats.lock().await;
        self.update_gauge(&chats);
        let behind = last.and_then(|last| last.checked_add(1)).unwrap_or(i64::MIN);
        let some: Vec<i64> = chats.range(behind..).take(CUSTOMERS_AT_A_TIME).copied().collect();
        if some.is_empty() { chats.iter().take(CUSTOMERS_AT_A_TIME).copied().collect() } else { some }
    }
}

/// Plays what waits, as soon as it can be, for as long as the bot runs and this process is the active one.
pub(crate) async fn run<H: Host>(room: Arc<WaitingRoom>, host: Arc<H>, line: Arc<UpdateQueue<H>>, active: Active) {
    let mut last = None;
    loop {
        active.begun().await;
        // Where the store is away, this look is left out.
        let _ = room.look().await;
        if let Ok(letters) = host.dead_letters().count().await {
            room.metrics.turns.dead_letters(letters);
        }
        let some = room.some(last).await;
        last = some.last().copied();
        let playing = futures::stream::iter(some).map(|chat| play(&room, &*host, &line, chat)).buffer_unordered(8);
        playing.for_each(|()| async {}).await;
        tokio::time::sleep(RETRY_PAUSE).await;
    }
}

/// Plays what waits of one customer, until something cannot be played.
async fn play<H: Host>(room: &WaitingRoom, host: &H, line: &Arc<UpdateQueue<H>>, chat: i64) {
    match play_all(room, host, line, chat).await {
        Ok(true) => tracing::info!(chat.id = chat, "waiting: all updates of this customer are played"),
        Ok(false) => {}
        Err(error) if error.is_away() => {}
        Err(error) => tracing::warn!(chat.id = chat, %error, "waiting: this customer's updates cannot be played yet"),
    }
}

async fn play_all<H: Host>(
    room: &WaitingRoom,
    host: &H,
    line: &Arc<UpdateQueue<H>>,
    chat: i64,
) -> Result<bool, StoreError> {
    // What still cannot be opened costs one read and no line in the log.
    host.load(chat).await?;
    loop {
        let updates = room.postponed.of(chat, UPDATES_AT_A_TIME).await?;
        if updates.is_empty() {
            if room.remove_if_empty(chat).await? {
                return Ok(true);
            }
            continue;
        }
        for update in updates {
            let ack = match input::parse(&update.json).ok().and_then(|update| update.incoming) {
                Some(incoming) => enqueue(line, incoming, None, Admitted::Whole { ahead: 0 }).await,
                // It could be read once: by a program that knew more.
                None => {
                    tracing::warn!(update.id = update.id, "waiting: an update cannot be read, and is left out");
                    Some(Ack::Committed)
                }
            };
            if ack != Some(Ack::Committed) {
                return Ok(false);
            }
            room.postponed.drop(update.id).await?;
        }
    }
}
