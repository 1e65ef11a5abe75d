//! Orders: what was bought, for how much, and how far it has come.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Address, Email, Money, PersonName, Phone, ProductId, Quantity};

/// Seven digits, written `482-7391`: short enough to be read over the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderNumber(u32);

impl OrderNumber {
    /// A number out of any random one. Distinct inputs may give equal numbers: the store's unique
    /// index tells, and another one is drawn.
    pub fn draw(random: u64) -> Self {
        Self(1_000_000 + (random % 9_000_000) as u32)
    }

    pub fn get(self) -> u32 {
        self.0
    }

    /// The number out of its seven digits as an integer.
    pub fn from_digits(digits: u32) -> Option<Self> {
        (1_000_000..10_000_000).contains(&digits).then_some(Self(digits))
    }
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}-{:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

impl FromStr for OrderNumber {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits: String = text.chars().filter(|c| *c != '-' && *c != ' ').collect();
        digits
            .parse()
            .ok()
            .and_then(Self::from_digits)
            .ok_or_else(|| format!("“{text}” is no order number like 482-7391"))
    }
}

impl TryFrom<String> for OrderNumber {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<OrderNumber> for String {
    fn from(number: OrderNumber) -> Self {
        number.to_string()
    }
}

/// Names one checkout from its first question to its order, which is unique on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CheckoutId(pub u64);

impl TryFrom<String> for CheckoutId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        u64::from_str_radix(&text, 16).map(Self).map_err(|_| format!("“{text}” is no checkout id"))
    }
}

impl From<CheckoutId> for String {
    fn from(id: CheckoutId) -> Self {
        format!("{:016x}", id.0)
    }
}

/// How far an order has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, strum::EnumIter, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum OrderStatus {
    #[default]
    New,
    Accepted,
    Shipped,
    Delivered,
    Cancelled,
}

/// One line of an order: a snapshot that later changes of the catalogue do not touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    pub product: ProductId,
    pub title: String,
    pub quantity: Quantity,
    /// Of one, after the discount.
    pub price: Money,
}

/// Whom to deliver to. Gone from orders whose customer asked to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub name: Option<PersonName>,
    pub email: Email,
    pub phone: Phone,
    pub address: Address,
}

/// A placed order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub number: OrderNumber,
    pub checkout: CheckoutId,
    pub contact: Option<Contact>,
    pub lines: Vec<OrderLine>,
    pub total: Money,
    pub status: OrderStatus,
    pub placed: DateTime<Utc>,
}
