//! The turn protocol in a small world, explored exhaustively.
//!
//! The machines that are checked are those that run ([`engine::protocol`]), every decision is by the real turn of the shop,
//! and what surrounds them is a model: MongoDB's documents ([`store`]), Telegram's queues, processes that are killed or
//! stand still ([`model`]). [`invariants`] says what must hold; [`config::Fault`] what can be planted.

pub mod book;
pub mod config;
pub mod driver;
pub mod graph;
pub mod invariants;
pub mod model;
mod showing;
mod steps;
pub mod store;
pub mod world;
