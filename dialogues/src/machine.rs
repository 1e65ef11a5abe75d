//! The words that every flow of the shop speaks: the engine's, for this application, and what only the shop has.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
pub use engine::{Attachment, ReplyButton, ReplyKeyboard, ShownKeyboard};

use crate::shop::{
    AuditEntry, Cart, Catalogue, Country, Currency, Customer, Mailing, MailingId, Money, Office, Order, OrderMove,
    OrderNumber, OrderStatus, Pause, PersonalMessage, Product, ProductChange, ProductId, ReceivedLetter, Retention,
    Steering, TableMonth, TeamChange, TeamRole, Zone,
};

/// The shop as an application of the engine; what it decides is in [`crate::app`], which knows every flow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shop;

pub type Callback = engine::Callback<Shop>;
pub type Conversation = engine::Conversation<Shop>;
pub type Draft<'a> = engine::Draft<'a, Shop>;
pub type Input = engine::Input<Shop>;
pub type InlineButton = engine::InlineButton<Shop>;
pub type Keyboard = engine::Keyboard<Shop>;
pub type Next<S> = engine::Next<Shop, S>;
pub type SideMessage = engine::SideMessage<Shop>;
pub type Outcome<S> = engine::Outcome<Shop, S>;
pub type Route = engine::Route<Shop>;
pub type Output = engine::Output<Shop>;
pub type Step<S> = engine::Step<Shop, S>;
pub type Turn = engine::Turn<Shop>;
pub type View = engine::View<Shop>;

/// All that one turn knows; it comes of a [`crate::snapshot::Snapshot`] and what is around it.
#[derive(Debug, Clone)]
pub struct Context {
    pub catalogue: Arc<Catalogue>,
    pub settings: Arc<Settings>,
    /// What is known of the customer; of a stranger, what Telegram says.
    pub customer: Customer,
    pub acquaintance: CustomerStatus,
    pub cart: Cart,
    /// The customer's orders, newest first; empty unless [`crate::turn::Looks::at_orders`].
    pub orders: Arc<Vec<Order>>,
    /// What the customer and the people of the shop have written to each other, oldest first; empty unless
    /// [`crate::turn::Looks::at_messages`].
    pub messages: Arc<Vec<PersonalMessage>>,
    /// The letters that the customer has got, oldest first; empty unless [`crate::turn::Looks::at_messages`].
    pub letters: Arc<Vec<ReceivedLetter>>,
    /// What only the people of the shop see; `None`: they are a customer.
    pub office: Option<Office>,
    pub now: DateTime<Utc>,
    /// A random number for this turn, drawn by whoever may draw: order numbers and checkout ids come of it.
    pub fresh: u64,
}

/// How well the shop knows whom it talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerStatus {
    /// Has never been here, or was forgotten.
    Stranger,
    Known,
    /// Has blocked the bot, and is here again.
    Returning,
    /// Is known, but the stored dialogue cannot be read.
    UndecodableState,
}

/// What the shop is set to.
#[derive(Debug, Clone)]
pub struct Settings {
    pub shop_name: String,
    pub currency: Currency,
    /// The shop's time zone, for dates that customers see.
    pub zone: Zone,
    /// The country that the shop is in, for phone numbers without a country's code.
    pub country: Country,
    /// Whoever has goods in the cart and is silent for so long is reminded of it; `None`: nobody is.
    pub remind_after: Option<TimeDelta>,
    /// Whether a checkout asks for an e-mail address.
    pub asks_email: bool,
    /// Whether the e-mail address of an order gets its receipt.
    pub sends_receipts: bool,
    /// So many or fewer of a product are low, for the owners.
    pub low_stock: u32,
    /// For how long is kept what nobody needs any more.
    pub retention: Retention,
}

impl Context {
    /// Whether they work in the shop in this role, or in one that may do more.
    pub fn may(&self, role: TeamRole) -> bool {
        self.office.as_ref().is_some_and(|office| office.role >= role)
    }

    /// An amount as customers read it.
    pub fn show(&self, amount: Money) -> String {
        self.settings.currency.format(amount, self.customer.language)
    }

    /// A day as customers read it, in the shop's time zone: `14.03.2026`.
    pub fn date(&self, time: DateTime<Utc>) -> String {
        self.settings.zone.date(time)
    }
}

/// A request to the world: data only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Keep this instead of the old one.
    Keep(CustomerData),
    /// Take the stock of every line, at these prices or not at all; write the order; tell the owners.
    PlaceOrder(Order),
    /// Take an order on, if its status is still `from`. Where that cancels it, its stock returns; its customer and the owners
    /// are told.
    MoveOrder { number: OrderNumber, from: OrderStatus, taken: OrderMove },
    /// Forget the customer: profile, cart, dialogue; of their orders keep number, lines and total.
    Forget,
    /// The customer blocked the bot (`false`) or came back (`true`).
    SetActive(bool),
    /// Bring this to the owners, or to the customer whom it is for, unless they were forgotten meanwhile.
    Write(PersonalMessage),
    /// Take no orders for as long as this lasts; `None`: take orders again.
    PauseOrders(Option<Pause>),
    /// Give one field of a product another value, unless the product is gone.
    ChangeProduct(ProductChange),
    /// Add this product.
    AddProduct(Box<Product>),
    /// Change who works in the shop, unless it has changed meanwhile so that this cannot be done.
    ChangeTeam {
        change: TeamChange,
        /// Whoever does it is an owner by the settings.
        by_settings: bool,
    },
    /// Write this into the audit log.
    Audit(AuditEntry),
    /// Send this letter to everybody whom it is for, and report to whoever asked for it.
    StartMailing(Mailing),
    /// Change a mailing, unless it has come to another end meanwhile.
    SteerMailing(MailingId, Steering),
}

/// What is kept of a customer, and a turn can replace.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum CustomerData {
    Cart(Cart),
    /// The profile.
    Customer(Customer),
}

impl Effect {
    /// Keep this instead of the old one.
    pub fn keep(data: impl Into<CustomerData>) -> Self {
        Self::Keep(data.into())
    }

    /// The product that is another one after it, if it changes or adds one.
    pub fn product(&self) -> Option<ProductId> {
        match self {
            Self::ChangeProduct(change) => Some(change.product),
            Self::AddProduct(product) => Some(product.id),
            _ => None,
        }
    }
}

impl From<Cart> for CustomerData {
    fn from(cart: Cart) -> Self {
        Self::Cart(cart)
    }
}

impl From<Customer> for CustomerData {
    fn from(customer: Customer) -> Self {
        Self::Customer(customer)
    }
}

/// A file that a flow can send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attached {
    /// The customer's own data.
    MyData,
    /// A table of the shop's orders.
    Orders(TableMonth),
}
