//! Transcripts: `.chat` files, read, written, replayed.
//!
//! [`Stage`] is where a transcript is played: the in-memory world of this crate, or the real bot
//! behind the simulator. The transcript decides what must be seen; the stage only acts and tells.

mod align;
mod ast;
pub mod bless;
mod captures;
mod check;
#[cfg(test)]
mod counter;
pub mod coverage;
mod diff;
mod givens;
pub mod help;
pub mod html;
mod marks;
mod matching;
mod parse;
mod patches;
mod player;
mod print;
pub mod record;
pub mod replay;
mod report;
mod screens;
mod spell;
mod suggest;
mod tap;
mod template;

pub use ast::Script;
pub use parse::{ParseError, parse};
pub use suggest::givens;

use chrono::{DateTime, TimeDelta, Utc};

use crate::chat::{Chat, MessageId, Observed};
use crate::shop::{Language, Money, OrderStatus, Percent};

/// What a person does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    Says(String),
    /// Taps an inline button: the message it stands under, and its data.
    Taps {
        message: MessageId,
        data: String,
    },
    /// Shares a contact: their own, unless it belongs to somebody else.
    SharesContact {
        phone: String,
        own: bool,
    },
    SendsPicture {
        name: String,
        caption: String,
    },
    Sends(Attachment),
    /// Edits the newest message of their own.
    EditsLast(String),
    Forwards(String),
    Blocks,
    Unblocks,
    /// Writes in a group that the bot is in.
    SaysInGroup(String),
}

/// A message without words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter, strum::EnumString, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum Attachment {
    Sticker,
    Voice,
    Video,
    Document,
    Location,
    Poll,
}

/// A statement that begins with “Given”.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// `Given the catalogue tea-house`
    Catalogue(String),
    /// `Given the time is 2026-03-14 10:00` (UTC); also `At 2026-03-15 09:00` later on.
    Time(DateTime<Utc>),
    /// `Given 4 of Sencha in stock`
    InStock {
        title: String,
        count: u32,
    },
    /// `Given Sencha costs 500.00`
    Costs {
        title: String,
        price: Money,
    },
    /// `Given Sencha has a discount of 20 %`, `Given Sencha has no discount`
    Discounted {
        title: String,
        discount: Percent,
    },
    /// `Given Sencha is hidden`, `Given Sencha is shown`
    Hidden {
        title: String,
        hidden: bool,
    },
    /// `Given Sencha is deleted`
    Deleted {
        title: String,
    },
    /// `Given Sencha is moved to China` (a category's title, with or without its emoji)
    Moved {
        title: String,
        category: String,
    },
    /// `Given no news`
    NoNews,
    /// `Given the news "Headline": body` (published now)
    News {
        headline: String,
        body: String,
    },
    Person(Person),
    /// `Given Anna has an order of Sencha × 2, Assam × 1`, `… that is delivered`: placed now, at
    /// today's prices, its goods long gone from the stock.
    Ordered {
        person: String,
        items: Vec<(String, u16)>,
        status: OrderStatus,
    },
}

/// `Given Anna, a new customer` · `Given Anna, a customer with name "Anna", phone +380…, no e-mail`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// What the transcript calls them; also their first name in Telegram.
    pub name: String,
    pub role: Role,
    /// The language of their Telegram: `who speaks Ukrainian`. English if not said.
    pub language: Option<Language>,
    /// `name "…"`; a known customer is called by their Telegram name otherwise.
    pub called: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    /// `a cart of Sencha × 2, Assam × 1`: titles and quantities.
    pub cart: Vec<(String, u16)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Has never written to the bot.
    #[default]
    New,
    /// Has said `/start` before; what was said then is not in the transcript.
    Customer,
    /// `an owner`: a person whose chat gets notices of orders.
    Owner,
}

/// What a `Check` looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Fields `items` (`Sencha × 2, Assam × 1`) and `total` (`1040` or `1040.50`).
    Cart(String),
    /// The newest order: `count`, `number`, `status`, `name`, `email`, `phone`, `address`, `items`, `total`, `placed`.
    Orders(String),
    /// `name`, `email`, `phone`, `address`, `language`.
    Profile(String),
    /// `state` (such as `Checkout.AskingEmail`), `active` (`yes`, `no`).
    State(String),
    /// `Check the stock of Sencha`: field `stock`, a count or `always`.
    Stock(String),
    /// `Check GET /api/v1/orders as owner`: fields are dotted paths into the answer, `lines.0.title`.
    Rest { path: String, caller: Caller },
}

/// Who calls the REST interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter, strum::EnumString, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum Caller {
    /// A program with a key that may read everything, contact data included.
    Owner,
    /// A program without a key.
    Nobody,
}

/// One turn of a dialogue, for coverage and for the reader of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnTrace {
    pub person: String,
    /// State before, such as `Cart.Adjusting`.
    pub from: String,
    /// Event, such as `Increased`.
    pub event: String,
    /// State after.
    pub to: String,
}

/// All that came of one step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Happened {
    /// In the order in which they happened, over all chats.
    pub observed: Vec<Observed>,
    pub turns: Vec<TurnTrace>,
    /// What must never happen: an unanswered tap, an unhandled refusal of the Bot API, a panic.
    pub faults: Vec<String>,
}

/// Where a transcript is played. Errors are sentences for the reader of the transcript.
pub trait Stage {
    /// Makes something true. May come in mid-conversation.
    fn given(&mut self, given: &Given) -> Result<(), String>;

    /// Lets people act, one after another but without waiting in between, and waits until the bot is quiet.
    fn perform(&mut self, deeds: &[(String, Deed)]) -> Result<Happened, String>;

    /// Lets time pass and waits until the bot is quiet.
    fn elapse(&mut self, time: TimeDelta) -> Result<Happened, String>;

    /// `The bot restarts`. Without meaning in the core, where it does nothing.
    fn restart(&mut self) -> Result<Happened, String>;

    /// `Telegram delivers it again`: the newest update, once more.
    fn redeliver(&mut self) -> Result<Happened, String>;

    /// `Telegram answers the next sendPhoto to Boris with 429, retry after 2`. `false`: no meaning here, skip what hangs on it.
    fn disturb(&mut self, method: &str, person: &str, code: u16, retry_after: Option<u32>) -> Result<bool, String>;

    /// Disturbances that nothing has run into so far: method and person of each.
    fn undisturbed(&self) -> Vec<(String, String)>;

    /// The chat as it stands on that person's screen.
    fn chat(&self, person: &str) -> Chat;

    /// The fields of a `Check`, in a fixed order; `None` when it has no meaning on this stage.
    fn check(&mut self, subject: &Subject) -> Result<Option<Vec<(String, String)>>, String>;
}
