//! What happened, in order: what people and tests did, and which calls the bot made. For the map and the recorder.

mod reading;

use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::transcript::UserAction;

use super::disturb::Disturbance;

/// Something that was done to the bot.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// By the bot's clock.
    pub at: DateTime<Utc>,
    /// By the system's clock, which never stands still.
    pub when: DateTime<Utc>,
    /// The update that told the bot of it, if one did.
    pub update: Option<i64>,
    /// The journal's length at that moment: what the bot did afterwards stands from there on.
    pub journal: usize,
    pub happening: Happening,
}

/// What was done.
#[derive(Debug, Clone)]
pub enum Happening {
    Did { person: i64, deed: UserAction },
    Redelivered,
    Disturbed(Disturbance),
}

/// A call that the bot has made; polls are left out.
#[derive(Debug, Clone)]
pub struct CallRecord {
    /// When it came, by the system's clock.
    pub at: DateTime<Utc>,
    pub took: Duration,
    /// As the documentation writes it.
    pub method: &'static str,
    pub chat: Option<i64>,
    /// The refusal's description; `None` if it went well.
    pub error: Option<String>,
}
