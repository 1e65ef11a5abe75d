//! Bots that people have made for the bot to manage (<https://core.telegram.org/api/bots/managed-bots>).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// All of them, by id.
#[derive(Debug, Default)]
pub(crate) struct ManagedBots {
    pub(crate) bots: BTreeMap<i64, ManagedBot>,
    /// Tokens that were replaced since somebody looked: the old one, and the new one.
    pub(crate) replaced: Vec<(String, String)>,
}

/// A bot that is managed.
#[derive(Debug, Clone)]
pub(crate) struct ManagedBot {
    pub(crate) id: i64,
    /// The person who has made it.
    pub(crate) owner: i64,
    pub(crate) name: String,
    pub(crate) username: String,
    pub(crate) token: String,
    /// Who may write to it beside its owner; everybody, where it is open.
    pub(crate) only_for: Option<BTreeSet<i64>>,
}

impl ManagedBot {
    /// The `User`.
    pub(crate) fn json(&self) -> Value {
        json!({ "id": self.id, "is_bot": true, "first_name": self.name, "username": self.username })
    }
}

/// The token of a managed bot, by a number that counts its tokens up.
pub(crate) fn fresh_token(id: i64, serial: u64) -> String {
    format!("{id}:AA{serial:033x}")
}
