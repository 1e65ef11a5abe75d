//! Which commands go to MongoDB: counted for all, and written down for whoever asks about a piece of work.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mongodb::event::EventHandler;
use mongodb::event::command::CommandEvent;

/// Commands that are no work for a turn: the driver's own, and the waiting of change streams.
const UNCOUNTED: [&str; 6] = ["hello", "isMaster", "ping", "getMore", "endSessions", "killCursors"];

/// One command that was sent to MongoDB.
#[derive(Debug, Clone)]
pub struct CommandRecord {
    /// Such as `update`.
    pub name: String,
    /// Empty for what is about no collection, such as `commitTransaction`.
    pub collection: String,
    /// Since the work began.
    pub start: Duration,
    pub took: Duration,
    pub failed: bool,
}

/// The commands of one piece of work.
struct Notes {
    began: Instant,
    commands: Mutex<Vec<CommandRecord>>,
}

tokio::task_local! {
    static NOTES: Arc<Notes>;
}

/// Does some work, and writes down which commands it sends. Nothing is written down unless
/// [`super::StoreOptions::watch_commands`].
pub async fn watched<T>(work: impl Future<Output = T>) -> (T, Vec<CommandRecord>) {
    let notes = Arc::new(Notes { began: Instant::now(), commands: Mutex::default() });
    let done = NOTES.scope(Arc::clone(&notes), work).await;
    let commands = std::mem::take(&mut *notes.commands.lock().unwrap_or_else(PoisonError::into_inner));
    (done, commands)
}

/// Counts commands, and notes them for the task that sends them: the driver tells of a command where it sends it.
pub(super) fn handler(count: Arc<AtomicU64>) -> EventHandler<CommandEvent> {
    let open: Mutex<HashMap<i32, CommandRecord>> = Mutex::default();
    EventHandler::callback(move |event| match event {
        CommandEvent::Started(started) if !UNCOUNTED.contains(&started.command_name.as_str()) => {
            count.fetch_add(1, Ordering::SeqCst);
            let Ok(began) = NOTES.try_with(|notes| notes.began) else { return };
            let collection = started.command.get_str(&started.command_name).unwrap_or_default().to_owned();
            let (name, start) = (started.command_name, began.elapsed());
            let command = CommandRecord { name, collection, start, took: Duration::ZERO, failed: false };
            open.lock().unwrap_or_else(PoisonError::into_inner).insert(started.request_id, command);
        }
        CommandEvent::Started(_) => {}
        CommandEvent::Succeeded(ended) => close(&open, ended.request_id, ended.duration, false),
        CommandEvent::Failed(ended) => close(&open, ended.request_id, ended.duration, true),
        _ => {}
    })
}

fn close(open: &Mutex<HashMap<i32, CommandRecord>>, request: i32, took: Duration, failed: bool) {
    let Some(command) = open.lock().unwrap_or_else(PoisonError::into_inner).remove(&request) else { return };
    // The work may have been given up meanwhile: then nobody asks any more.
    let _ = NOTES.try_with(|notes| {
        let command = CommandRecord { took, failed, ..command };
        notes.commands.lock().unwrap_or_else(PoisonError::into_inner).push(command);
    });
}
