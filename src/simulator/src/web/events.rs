//! Server-Sent Events of one chat: `chat` with the whole view when it changed, `toast` and `alert` with their text, `answered` where a tap was answered without one.

use std::sync::Arc;

use engine::chat::BotAction;
use rocket::http::Status;
use rocket::response::stream::{Event, EventStream};
use rocket::{Shutdown, State, get};
use tokio::sync::watch;

use super::view;
use crate::{Cell, Simulator};

/// What one page has been told.
struct Listener {
    cell: Arc<Cell>,
    changes: watch::Receiver<u64>,
    token: String,
    person: i64,
    chat: i64,
    version: Option<(u64, bool)>,
    journal: usize,
    answers: usize,
}

/// Server-Sent Events of one chat: `chat` with the whole view whenever it changed, `toast` and `alert` with their text, `answered` where a tap was answered without one.
#[utoipa::path(tag = "people", params(("token" = String, Path, description = "The bot's token"), ("id" = i64, Path)),
    responses((status = 200, description = "Goes on until it is closed", body = String, content_type = "text/event-stream"),
        (status = 404, description = "No such bot")))]
#[get("/sim/v1/bots/<token>/people/<id>/events")]
pub(super) fn events(token: &str, id: i64, sim: &State<Simulator>, end: Shutdown) -> Result<EventStream![], Status> {
    heard(token, id, id, sim, end)
}

/// The same of any chat, as the person sees it: of a group or channel by its id, or of their own. `moved` with another id, where the
/// group has become a supergroup.
#[utoipa::path(tag = "groups", params(("token" = String, Path, description = "The bot's token"), ("id" = i64, Path, description = "The person"),
    ("chat" = i64, Path, description = "The chat")),
    responses((status = 200, description = "Goes on until it is closed", body = String, content_type = "text/event-stream"),
        (status = 404, description = "No such bot")))]
#[get("/sim/v1/bots/<token>/people/<id>/chats/<chat>/events")]
pub(super) fn chat_events(
    token: &str,
    id: i64,
    chat: i64,
    sim: &State<Simulator>,
    end: Shutdown,
) -> Result<EventStream![], Status> {
    heard(token, id, chat, sim, end)
}

fn heard(token: &str, person: i64, chat: i64, sim: &Simulator, mut end: Shutdown) -> Result<EventStream![], Status> {
    let cell = sim.known(token).ok_or(Status::NotFound)?;
    let (journal, answers) = cell.with(|bot| (bot.journal.len(), bot.answers.len()));
    let (changes, token) = (cell.changes(), token.to_owned());
    let mut listener = Listener { cell, changes, token, person, chat, version: None, journal, answers };
    Ok(EventStream! {
        loop {
            for event in listener.news() {
                yield event;
            }
            tokio::select! {
                changed = listener.changes.changed() => if changed.is_err() { return },
                () = &mut end => return,
            }
        }
    })
}

impl Listener {
    fn news(&mut self) -> Vec<Event> {
        let cell = Arc::clone(&self.cell);
        cell.with(|bot| {
            let mut events = Vec::new();
            for (person, act) in bot.journal.since(self.journal) {
                match act {
                    BotAction::Toast(text) if *person == self.person => events.push(Event::json(text).event("toast")),
                    BotAction::Alert(text) if *person == self.person => events.push(Event::json(text).event("alert")),
                    _ => {}
                }
            }
            self.journal = bot.journal.len();
            if bot.answers.since(self.answers).any(|person| *person == self.person) {
                events.push(Event::data("{}").event("answered"));
            }
            self.answers = bot.answers.len();
            let version = (view::version(bot, self.chat), bot.is_online());
            if self.version != Some(version) {
                self.version = Some(version);
                if let Some(view) = view::screen(bot, &self.token, self.person, self.chat, view::MESSAGES) {
                    events.push(Event::json(&view).event("chat"));
                } else if let Some(supergroup) = bot.chats.get(&self.chat).and_then(|chat| chat.migrated_to) {
                    events.push(Event::json(&supergroup).event("moved"));
                }
            }
            events
        })
    }
}
