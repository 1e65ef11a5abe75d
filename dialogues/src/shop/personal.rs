//! Personal messages: what customers and the people of the shop write to each other.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Id, OrderNumber};

/// The name of a personal message: its `_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonalMessageId(pub Id);

impl PersonalMessageId {
    /// A name out of any random number.
    pub fn draw(random: u64) -> Self {
        Self(Id::of_key("personal message", &random.to_string()))
    }
}

impl fmt::Display for PersonalMessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which customer somebody of the shop writes to. Their chat id is the store's alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addressee {
    /// Whoever has placed this order.
    OfOrder(OrderNumber),
    /// Whoever has written this message, or got it.
    OfMessage(PersonalMessageId),
}

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From a customer to all owners.
    ToShop,
    /// From an owner to a customer.
    ToCustomer(Addressee),
}

/// A message between a customer and the people of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalMessage {
    pub id: PersonalMessageId,
    pub direction: Direction,
    /// The order that it is about.
    pub order: Option<OrderNumber>,
    /// The name of whoever has written it, in one line; `None` where they have none.
    pub name: Option<String>,
    /// Plain text, one or more lines.
    pub text: String,
    pub at: DateTime<Utc>,
}

impl PersonalMessage {
    /// The longest text, in UTF-16 units: with its head it fits into one message of Telegram's.
    pub const LONGEST: usize = 3_500;
    /// In so many lines.
    pub const MOST_LINES: usize = 100;
}

/// What an owner's turn knows of a customer to whom something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correspondent {
    pub addressee: Addressee,
    /// As the customer's profile says, in one line.
    pub name: Option<String>,
    /// The order that is written about.
    pub order: Option<OrderNumber>,
}
