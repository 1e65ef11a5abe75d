//! Inline mode: what people ask the bot in other chats, and what they send of its answers. And Mini Apps, whose results are sent
//! the same way.

use std::collections::HashMap;

use serde_json::Value;

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Inline {
    /// Questions by their ids.
    pub(crate) queries: HashMap<String, InlineQuery>,
    /// The chat and the number of messages that were sent for somebody, by `inline_message_id`.
    pub(crate) messages: HashMap<String, (i64, i32)>,
    /// Who has opened a Mini App in which chat, by `query_id`.
    pub(crate) apps: HashMap<String, (i64, i64)>,
    /// Mentions of the bot in chats where it is not, by `guest_query_id`.
    pub(crate) guests: HashMap<String, GuestQuery>,
    /// Who asks to be let in where the bot is the guard, by `query_id`.
    pub(crate) join_queries: HashMap<String, JoinQuery>,
    /// For whom messages and buttons are prepared, by id. A Mini App would send them, which nobody can tell it to do here.
    pub(crate) prepared: HashMap<String, i64>,
}

/// So many questions are kept; then those that have grown old are forgotten.
const QUERIES: usize = 1_000;
/// Seconds after which nobody chooses any more.
const OLD: i64 = 3_600;

impl Inline {
    /// Keeps a question.
    pub(crate) fn keep(&mut self, id: String, query: InlineQuery) {
        if self.queries.len() >= QUERIES {
            self.queries.retain(|_, known| query.at - known.at <= OLD);
        }
        self.queries.insert(id, query);
    }

    /// Keeps a mention of the bot where it is not.
    pub(crate) fn keep_guest(&mut self, id: String, query: GuestQuery) {
        if self.guests.len() >= QUERIES {
            self.guests.retain(|_, known| query.at - known.at <= OLD);
        }
        self.guests.insert(id, query);
    }

    /// Keeps a request to be let in, in the place of older ones of the same person.
    pub(crate) fn keep_join(&mut self, id: String, query: JoinQuery) {
        self.settle_join(query.chat, query.person);
        self.join_queries.insert(id, query);
    }

    /// Forgets requests that were decided about.
    pub(crate) fn settle_join(&mut self, chat: i64, person: i64) {
        self.join_queries.retain(|_, known| (known.chat, known.person) != (chat, person));
    }
}

/// What somebody has typed behind the bot's name.
#[derive(Debug, Clone)]
pub(crate) struct InlineQuery {
    pub(crate) person: i64,
    pub(crate) chat: i64,
    pub(crate) text: String,
    /// Unix time.
    pub(crate) at: i64,
    /// `InlineQueryResult`s, once the bot has answered.
    pub(crate) results: Option<Vec<Value>>,
}

/// A message that mentions the bot in a chat where it is not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GuestQuery {
    pub(crate) person: i64,
    pub(crate) chat: i64,
    pub(crate) message: i32,
    /// Unix time.
    pub(crate) at: i64,
}

/// Somebody who asks to be let in.
#[derive(Debug, Clone)]
pub(crate) struct JoinQuery {
    pub(crate) person: i64,
    pub(crate) chat: i64,
    /// Unix time.
    pub(crate) at: i64,
    /// The Mini App that the bot shows them first.
    pub(crate) app: Option<String>,
}

/// How a Mini App is started.
#[derive(Debug, Clone)]
pub struct StartedApp {
    /// What the bot can answer by `answerWebAppQuery`.
    pub query_id: String,
    /// `Telegram.WebApp.initData`: a query string, signed by the bot's token.
    pub init_data: String,
}
