//! Transcripts of the shop: its sentences, on the engine's language. [`record`] writes them from what has happened.

pub mod coverage;
mod givens;
mod page;
pub mod record;
mod subject;

use chrono::{DateTime, Utc};
pub use engine::transcript::{Media, ParseError, Stage, StepResult, TurnTrace, UserAction, bless, help, html, replay};
use engine::transcript::{Sentence, Sentences};

pub(crate) use self::givens::fields::set as set_field;
use crate::app::Shop;
use crate::shop::{Language, Money, OrderStatus, Percent};

/// A transcript of the shop.
pub type Script = engine::transcript::Script<Shop>;

/// Reads the text of a `.chat` file.
///
/// # Errors
/// Where it cannot be read, and what to write instead.
pub fn parse(text: &str) -> Result<Script, ParseError> {
    engine::transcript::parse(text)
}

/// One example of every sentence that may follow `Given`.
pub fn givens() -> impl Iterator<Item = &'static str> {
    help::sentences::<Shop>().filter(|sentence| sentence.starts_with("Given "))
}

impl Sentences for Shop {
    type Given = Given;
    type Subject = Subject;

    const GIVENS: &'static [Sentence] = page::GIVENS;
    const CHECKS: &'static [Sentence] = page::CHECKS;
    const INTRODUCTION: &'static str = page::INTRODUCTION;
    const BY_HAND: Option<&'static str> = Some("cargo run -- demo --upto");
}

/// A statement that begins with “Given”.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// `Given the catalogue tea-house`
    Catalogue(String),
    /// `Given the time is 2026-03-14 10:00` (UTC); also `At 2026-03-15 09:00` later on.
    Time(DateTime<Utc>),
    /// `Given the shop asks for no e-mail`
    NoEmail,
    /// `Given the shop sends receipts by e-mail`
    Receipts,
    /// `Given the shop reminds of carts after 4 hours`
    Reminders {
        hours: u16,
    },
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
    /// `Given the description of Sencha is Tastes of the sea.`: any field of a product that no sentence above tells.
    Field {
        title: String,
        field: &'static str,
        value: String,
    },
    /// `Given no news`
    NoNews,
    /// `Given the news "Headline": body` (published now)
    News {
        headline: String,
        body: String,
    },
    Person(GivenPerson),
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
pub struct GivenPerson {
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
