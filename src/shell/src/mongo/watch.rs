//! Which commands go to MongoDB: counted for all, and written down for whoever asks about a piece of work.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bson::Document;
use mongodb::event::EventHandler;
use mongodb::event::cmap::CmapEvent;
use mongodb::event::command::{CommandEvent, CommandStartedEvent};

use super::leases::LEASES;

/// Commands that are no work for a turn: the driver's own, and the waiting of change streams.
const UNCOUNTED: [&str; 6] = ["hello", "isMaster", "ping", "getMore", "endSessions", "killCursors"];

/// Whether a command is no turn's: it is one of those, or about the lease of the bot.
fn is_uncounted(started: &CommandStartedEvent) -> bool {
    let name = started.command_name.as_str();
    UNCOUNTED.contains(&name) || started.command.get_str(name).is_ok_and(|collection| collection == LEASES)
}

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

/// Does some work, and writes down which commands it sends. Nothing is written down unless the client was made with a
/// [`handler`] that counts.
pub async fn watched<T>(work: impl Future<Output = T>) -> (T, Vec<CommandRecord>) {
    let notes = Arc::new(Notes { began: Instant::now(), commands: Mutex::default() });
    let done = NOTES.scope(Arc::clone(&notes), work).await;
    let commands = std::mem::take(&mut *notes.commands.lock().unwrap_or_else(PoisonError::into_inner));
    (done, commands)
}

/// Whoever is told of a client's commands and connections.
pub trait Listener: Send + Sync + 'static {
    /// A command has ended.
    fn commanded(&self, name: &str, failed: bool, took: Duration);

    /// A change stream was answered: MongoDB answers each second, whether something has changed or not.
    fn streamed(&self) {}

    /// Connections were opened, or closed (negative).
    fn connected(&self, by: i64);

    /// Connections were taken for a command, or given back (negative).
    fn used(&self, by: i64);
}

/// Times commands; if `counted`, also counts them, and notes them for the task that sends them: the driver tells of a
/// command where it sends it. The driver copies and decodes every command and answer for this, which costs
/// microseconds where a command costs a millisecond.
pub fn handler(listener: Arc<dyn Listener>, counted: Option<Arc<AtomicU64>>) -> EventHandler<CommandEvent> {
    let open: Mutex<HashMap<i32, CommandRecord>> = Mutex::default();
    EventHandler::callback(move |event| match event {
        CommandEvent::Started(started) => {
            if let Some(count) = &counted
                && !is_uncounted(&started)
            {
                count.fetch_add(1, Ordering::SeqCst);
                note(&open, started);
            }
        }
        CommandEvent::Succeeded(ended) => {
            let streams = matches!(ended.command_name.as_str(), "getMore" | "aggregate") && is_of_stream(&ended.reply);
            if streams {
                listener.streamed();
            } else {
                listener.commanded(&ended.command_name, false, ended.duration);
            }
            close(&open, ended.request_id, ended.duration, false);
        }
        CommandEvent::Failed(ended) => {
            listener.commanded(&ended.command_name, true, ended.duration);
            close(&open, ended.request_id, ended.duration, true);
        }
        _ => {}
    })
}

/// Whether an answer belongs to a change stream over the whole database, which is the only kind we have.
fn is_of_stream(reply: &Document) -> bool {
    let cursor = reply.get_document("cursor");
    cursor.and_then(|cursor| cursor.get_str("ns")).is_ok_and(|ns| ns.ends_with(".$cmd.aggregate"))
}

/// Counts connections.
pub fn pool(listener: Arc<dyn Listener>) -> EventHandler<CmapEvent> {
    EventHandler::callback(move |event| match event {
        CmapEvent::ConnectionCreated(_) => listener.connected(1),
        CmapEvent::ConnectionClosed(_) => listener.connected(-1),
        CmapEvent::ConnectionCheckedOut(_) => listener.used(1),
        CmapEvent::ConnectionCheckedIn(_) => listener.used(-1),
        _ => {}
    })
}

fn note(open: &Mutex<HashMap<i32, CommandRecord>>, started: CommandStartedEvent) {
    let Ok(began) = NOTES.try_with(|notes| notes.began) else { return };
    let collection = started.command.get_str(&started.command_name).unwrap_or_default().to_owned();
    let (name, start) = (started.command_name, began.elapsed());
    let command = CommandRecord { name, collection, start, took: Duration::ZERO, failed: false };
    open.lock().unwrap_or_else(PoisonError::into_inner).insert(started.request_id, command);
}

fn close(open: &Mutex<HashMap<i32, CommandRecord>>, request: i32, took: Duration, failed: bool) {
    let Some(command) = open.lock().unwrap_or_else(PoisonError::into_inner).remove(&request) else { return };
    // The work may have been given up meanwhile: then nobody asks any more.
    let _ = NOTES.try_with(|notes| {
        let command = CommandRecord { took, failed, ..command };
        notes.commands.lock().unwrap_or_else(PoisonError::into_inner).push(command);
    });
}
