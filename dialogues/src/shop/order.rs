//! Orders: what was bought, for how much, and how far it has come.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
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
        let is_between = |c: &char| matches!(c, ' ' | '-' | '\u{2010}'..='\u{2014}');
        let digits: String = text.chars().filter(|c| !is_between(c)).collect();
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

impl OrderStatus {
    /// The steps that an order can take from here, in the order in which buttons show them.
    pub fn steps(self) -> &'static [OrderStep] {
        match self {
            Self::New => &[OrderStep::Accept, OrderStep::Cancel],
            Self::Accepted => &[OrderStep::Ship, OrderStep::Cancel],
            // A parcel may come back.
            Self::Shipped => &[OrderStep::Deliver, OrderStep::Cancel],
            Self::Delivered | Self::Cancelled => &[],
        }
    }

    /// Whether something is left to be done.
    pub fn is_open(self) -> bool {
        !self.steps().is_empty()
    }

    /// Whether the customer may still cancel: nobody has begun to work on it.
    pub fn is_cancellable_by_customer(self) -> bool {
        self == Self::New
    }
}

/// Which orders of the shop an owner looks through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, strum::EnumIter, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "kebab-case")]
pub enum OrderFilter {
    /// With which something is left to do.
    #[default]
    Open,
    New,
    Accepted,
    Shipped,
    Delivered,
    Cancelled,
}

impl OrderFilter {
    /// The statuses of these orders.
    pub fn statuses(self) -> &'static [OrderStatus] {
        match self {
            Self::Open => &[OrderStatus::New, OrderStatus::Accepted, OrderStatus::Shipped],
            Self::New => &[OrderStatus::New],
            Self::Accepted => &[OrderStatus::Accepted],
            Self::Shipped => &[OrderStatus::Shipped],
            Self::Delivered => &[OrderStatus::Delivered],
            Self::Cancelled => &[OrderStatus::Cancelled],
        }
    }
}

/// What takes an order on to its next status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub enum OrderStep {
    Accept,
    Ship,
    Deliver,
    Cancel,
}

impl OrderStep {
    /// The status that it leads to.
    pub fn leads_to(self) -> OrderStatus {
        match self {
            Self::Accept => OrderStatus::Accepted,
            Self::Ship => OrderStatus::Shipped,
            Self::Deliver => OrderStatus::Delivered,
            Self::Cancel => OrderStatus::Cancelled,
        }
    }
}

/// A step that an order has taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderMove {
    pub to: OrderStatus,
    pub at: DateTime<Utc>,
    /// The owner who has taken it, by name; `None`: the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What the customer is told of it, in the owner's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One line of an order: a snapshot that later changes of the catalogue do not touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    pub product: ProductId,
    pub title: String,
    pub quantity: Quantity,
    /// Of one, after the discount.
    pub price: Money,
    /// How many were left, where this order has made the product run low, or has taken the last one: for the owners.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u32>,
}

/// Whom to deliver to. Of a customer who asked to be forgotten it goes when the order is delivered or cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub name: Option<PersonName>,
    /// Where the shop asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
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
    /// How it has come to its status, the latest step last. What another program has written into the status is not there.
    pub moves: Vec<OrderMove>,
    /// Whether its customer asked to be forgotten: nobody is written to about it any more.
    pub is_forgotten: bool,
    /// The Telegram id of whoever placed it, where the people of the shop see it; `None` also if they were forgotten.
    pub customer: Option<i64>,
}

impl Order {
    /// Nobody delivers an order that is older, whatever its status says: in some shops none is ever set.
    pub const DELIVERED_WITHIN: TimeDelta = TimeDelta::days(90);

    /// Whether it is still to be delivered.
    pub fn is_awaited(&self, now: DateTime<Utc>) -> bool {
        self.status.is_open() && now - self.placed <= Self::DELIVERED_WITHIN
    }

    /// The order when its customer is forgotten: as long as it is to be delivered, what that needs stays.
    pub fn forgotten(mut self, now: DateTime<Utc>) -> Self {
        (self.is_forgotten, self.customer) = (true, None);
        if !self.is_awaited(now) {
            self.contact = None;
            self.moves.clear();
        }
        self.contact.iter_mut().for_each(|contact| contact.email = None);
        self
    }

    /// The order as anybody may see it: of a customer who was forgotten, nothing is left once it is delivered or cancelled.
    pub fn without_what_is_not_needed(self) -> Self {
        match self.is_forgotten && !self.status.is_open() {
            true => Self { contact: None, moves: Vec::new(), ..self },
            false => self,
        }
    }

    /// Whether it can take this step now.
    pub fn allows(&self, step: OrderStep) -> bool {
        self.status.steps().contains(&step)
    }

    /// The order behind a step.
    pub fn moved(mut self, step: OrderMove) -> Self {
        self.status = step.to;
        self.moves.push(step);
        self.without_what_is_not_needed()
    }

    /// The step that has led to its status, if it is known.
    pub fn last_move(&self) -> Option<&OrderMove> {
        self.moves.last().filter(|last| last.to == self.status)
    }
}
