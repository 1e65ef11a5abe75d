//! The shell of any application of the dialogue engine: it takes Telegram's updates in, has the engine decide each turn,
//! commits the turn exactly once, and shows what it says, also after a crash.
//!
//! ```text
//! Telegram ─┬ polling ┐        per customer
//!           └ webhook ┴─ input ─── queue ─── turn ── schema ── commit ── screen ── receipt: Telegram may forget it
//! ```
//!
//! An application implements [`Host`]: how a turn's context is loaded, how a turn is committed, and what follows. One that
//! fits into one document is a [`engine::memory::House`] and needs no host of its own: [`house::HouseBot`] runs it.
//!
//! | module | does |
//! |---|---|
//! | [`dispatcher`] | starts and stops the rest |
//! | [`input`] | reads what a customer did from an update's JSON |
//! | [`queue`] | puts one customer's updates in order, those of different customers side by side |
//! | [`turn`] | loads, has the [`schema`] decide, commits, plays again where a race was lost |
//! | [`cache`] | what a chat's next turn begins from without a load |
//! | [`mongo::leases`] | which process of a bot is active; the others hand updates over to it |
//! | [`mongo::owed`] | replies that are kept with the commit until they are shown |
//! | [`screen`], [`reply`] | send, edit and answer; what a later reply replaces |
//! | [`Outbox`], [`commands`], [`Pictures`] | messages beside turns; the menu of commands; pictures by `file_id` |
//! | `returning`, `deadlines` | who is asked again after an outage; what happens in a dialogue by itself |
//! | [`polling`], [`webhook`], [`waiting`] | how updates come in, and how many of each person; whose are kept for later |
//! | [`mongo`] | dialogues with revisions, updates that wait or were given up, a house in one document |
//! | [`stage`] | transcripts played end to end: the real bot, the Bot API over HTTP, a real MongoDB |
//! | [`demo`], [`mongod`] | a bot in the chat page, from nothing; a MongoDB for it and for tests |
//! | [`metrics`], [`tasks`], [`clock`] | what is counted and timed; tasks that are started again; time |
//! | [`health`] | `/healthz`, `/readyz` and `/metrics` |
//! | [`record`] | what a turn did, and how long its parts took |

mod active;
mod alive;
pub mod ask;
mod bucket;
mod buttons;
pub mod cache;
mod calls;
pub mod clock;
pub mod commands;
mod competing;
mod deadlines;
pub mod demo;
pub mod dispatcher;
mod entrance;
pub mod health;
mod host;
pub mod house;
pub mod identity;
pub mod input;
mod jobs;
mod lease;
mod looks;
mod marks;
pub mod metrics;
pub mod mongo;
pub mod mongod;
mod outbox;
mod pictures;
pub mod polling;
#[cfg(test)]
mod probe;
pub mod queue;
pub mod record;
pub mod refusals;
pub mod reply;
pub mod retry;
mod returning;
pub mod schema;
pub mod screen;
mod secret;
pub mod stage;
mod tapped;
pub mod tasks;
pub mod turn;
pub mod waiting;
pub mod webhook;

pub use buttons::inline;
pub use cache::Cache;
pub use dispatcher::{Dispatcher, Parts, StartError, Transport};
pub use host::{Commit, Committed, Host, Loaded};
pub use mongo::owed::Owed;
pub use outbox::Outbox;
pub use pictures::{MadeFile, NoPictures, Pictures, Source};
pub use secret::Secret;

/// What the program and its settings are called, for messages to an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names {
    /// The program, such as `reservation`; names of metrics begin with it.
    pub program: &'static str,
    /// What the names of its settings begin with, such as `RESERVATION` of `RESERVATION_WEBHOOK_URL`.
    pub settings: &'static str,
}
