//! The pure core of shopkeeper: every decision the bot makes, and nothing that touches the world.
//!
//! One turn is `load → interpret → transition → commit → show`; this crate is the middle. It reads
//! no clock, draws no randomness and does no I/O: all it knows comes in a [`machine::Context`], all
//! it wants goes out in a [`machine::Turn`].
//!
//! # Words
//!
//! | word | means | here |
//! |---|---|---|
//! | Input | what the customer did, before any flow gives it a meaning | [`machine::Input`] |
//! | Event | what that means in a state, past tense | `CartEvent::Increased` |
//! | State | where the customer is, its data inside | [`cart::CartState`] |
//! | Transition | the pure function, and each edge it draws | [`flow::Flow::transition`] |
//! | Snapshot | all that is kept of one customer, at one moment | [`snapshot::Snapshot`] |
//! | Context | what the turn knows: a snapshot and what is around it, read-only | [`machine::Context`] |
//! | Effect | a request to the world, data only | [`machine::Effect`] |
//! | Outcome | next state or exit, effects and notes | [`machine::Outcome`] |
//! | View | what a message should show, before Telegram | [`machine::View`] |
//! | Screen | the message that a dialogue keeps editing | [`machine::Conversation::serial`] |
//! | Dialogue, Flow, Turn | one customer's stored conversation, one state machine, one input to its outcome | [`Dialogue`] |

pub mod app;
pub mod atlas;
mod bill;
pub mod buttons;
pub mod cart;
pub mod catalogue;
pub mod checkout;
pub mod desk;
pub mod diagram;
mod dialogue;
pub mod flow;
pub mod goods;
pub mod group;
pub mod machine;
pub mod mailing;
pub mod menu;
pub mod news;
mod older;
pub mod orders;
pub mod pause;
pub mod privacy;
pub mod product;
pub mod profile;
pub mod receipt;
pub mod reminder;
pub mod search;
pub mod shop;
pub mod snapshot;
pub mod talk;
pub mod team;
pub mod texts;
pub mod transcript;
pub mod turn;
mod visit;
pub mod world;

pub use dialogue::Dialogue;
pub use engine::{chat, limits, markup, moment, text};
