//! The chats of a person: which there are, and what they see in each.

use rocket::http::Status;
use rocket::{Route, State, get, routes};
use serde_json::Value;

use super::answers::{ListedChat, Screen};
use super::events;
use super::{Answer, Trouble, done, fine, refused, view};
use crate::{Simulator, UserActionError};

pub(super) fn routes() -> Vec<Route> {
    routes![person_chats, person_chat, person_chat_text, events::chat_events]
}

/// Chats that a person can open: their own with the bot, then all groups and channels.
#[utoipa::path(tag = "groups", params(("token" = String, Path, description = "The bot's token"), ("id" = i64, Path, description = "The person")),
    responses((status = 200, description = "All of them", body = Vec<ListedChat>), (status = 404, description = "Nobody of that id", body = Trouble)))]
#[get("/sim/v1/bots/<token>/people/<id>/chats")]
fn person_chats(token: &str, id: i64, sim: &State<Simulator>) -> Answer {
    match sim.known(token).and_then(|cell| cell.with(|bot| view::chats(bot, id))) {
        Some(chats) => fine(Value::Array(chats)),
        None => done(Err(UserActionError::NoSuchPerson(id))),
    }
}

/// A chat as the person sees it: a group or channel by its id, or their own with the bot, which has the id of the person.
/// Nobody sees what is written for somebody else alone, and who is not in a private group sees none of its messages.
#[utoipa::path(tag = "groups", params(("token" = String, Path, description = "The bot's token"), ("id" = i64, Path, description = "The person"),
    ("chat" = i64, Path, description = "The chat")),
    responses((status = 200, description = "The chat", body = Screen), (status = 404, description = "Nobody of that id, or no such chat", body = Trouble)))]
#[get("/sim/v1/bots/<token>/people/<id>/chats/<chat>")]
fn person_chat(token: &str, id: i64, chat: i64, sim: &State<Simulator>) -> Answer {
    match sim.screen(token, id, chat, view::MESSAGES) {
        Some(view) => fine(view),
        None => refused(Status::NotFound, format!("nobody of the id {id} is known, or there is no chat {chat}")),
    }
}

/// The same as plain text: who wrote what, and `[buttons]` below it.
#[utoipa::path(tag = "groups", params(("token" = String, Path, description = "The bot's token"), ("id" = i64, Path, description = "The person"),
    ("chat" = i64, Path, description = "The chat")),
    responses((status = 200, description = "The chat", body = String, content_type = "text/plain"), (status = 404, description = "Nobody of that id, or no such chat")))]
#[get("/sim/v1/bots/<token>/people/<id>/chats/<chat>/chat.txt")]
fn person_chat_text(token: &str, id: i64, chat: i64, sim: &State<Simulator>) -> Result<String, Status> {
    if chat == id {
        return super::chat_text(token, id, sim);
    }
    Ok(view::group_text(&sim.screen(token, id, chat, usize::MAX).ok_or(Status::NotFound)?))
}

/// The description of these.
#[derive(utoipa::OpenApi)]
#[openapi(paths(person_chats, person_chat, person_chat_text, events::chat_events))]
pub(super) struct Described;
