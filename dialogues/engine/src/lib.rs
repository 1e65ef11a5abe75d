//! A dialogue engine for Telegram bots: each flow is a typed state machine, and one pure function makes a turn of it.
//!
//! An application implements [`App`]; [`turn`] then decides what becomes of one input: the next state, what the
//! application must do ([`App::Effect`]), and what must be shown. The engine reads no clock, draws no randomness and does
//! no I/O: all it knows comes in the application's context, all it wants goes out in a [`Turn`].
//!
//! # Words
//!
//! | word | means | here |
//! |---|---|---|
//! | Input | what the customer did, before any flow gives it a meaning | [`Input`] |
//! | Event | what that means in a state, past tense | [`Flow::Event`] |
//! | State | where the customer is, its data inside | the type that implements [`Flow`] |
//! | Transition | the pure function, and each edge it draws | [`Flow::transition`] |
//! | Context | read-only snapshot for the turn | [`App::Context`] |
//! | Effect | a request to the world, data only | [`App::Effect`] |
//! | Outcome | next state or exit, effects and notes | [`Outcome`] |
//! | View | what a message should show, before Telegram | [`View`] |
//! | Screen | the message that a dialogue keeps editing | [`Conversation::serial`] |
//! | Place | where a button or a command leads, from everywhere | [`App::Place`] |
//! | Dialogue, Turn | one customer's stored state, one input to its outcome | [`App::Dialogue`], [`Turn`] |

mod app;
mod button;
pub mod chat;
mod codes;
mod conversation;
mod dialogue;
mod flow;
mod input;
pub mod limits;
pub mod markup;
pub mod memory;
pub mod moment;
pub mod outage;
mod outcome;
pub mod protocol;
pub mod route;
mod scene;
pub mod texts;
pub mod transcript;
mod turn;
mod user;
mod view;

pub use app::{App, Draft};
pub use button::{Arguments, Callback, Code, Place};
#[doc(hidden)]
pub use chrono::{DateTime, Utc};
pub use codes::Argument;
pub use conversation::{Conversation, ShownKeyboard};
pub use dialogue::Dialogue;
pub use flow::{Flow, Step, out_of_date, step};
pub use input::{Attachment, Input};
pub use outcome::{Next, Outcome, ReplyKeyboard, SideMessage};
pub use route::Route;
#[doc(hidden)]
pub use strum::VariantNames;
pub use turn::{Turn, turn};
pub use user::{FIRST_ID, User};
pub use view::{File, FileBody, InlineButton, Keyboard, Output, ReplyButton, View};
