//! The shop's inline buttons, and the codes and arguments that they are written as in `callback_data`; ids are base64url.
//! The codes are a promise to every message ever sent: a code once used keeps its meaning for ever.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::{Argument, Arguments, Code, codes};
use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator;

use crate::shop::{
    Addressee, CategoryId, Cursor, Id, Language, MailingId, Money, OrderFilter, OrderNumber, OrderStep,
    PersonalMessageId, ProductId, Quantity, Segment, Steer, TableMonth, TeamRole,
};

codes! {
    /// A place in the shop that can be gone to from everywhere, or a wish that is granted everywhere. Stored as it is
    /// written in `callback_data`.
    #[derive(Hash, Serialize, Deserialize)]
    #[serde(try_from = "String", into = "String")]
    pub enum Place {
        Start = "start" command "start" => "/start",
        Menu = "menu" => "/menu",
        Catalogue = "catalogue" command "catalogue" label "key-catalogue" => "/catalogue",
        Category(category: CategoryId) = "category" => "opened category",
        /// A page of the shelves of a category, or of the root, leaving out so many of the first.
        Shelves { category: Option<CategoryId>, skip: u16 } = "shelves" => "opened shelves",
        /// A page of a category's products, from behind the cursor on.
        Products { category: CategoryId, after: Option<Cursor> } = "list" => page(after, "opened list"),
        /// The same of everything on sale.
        Sale { after: Option<Cursor> } = "sale" command "sale" label "key-sale" { after: None } => page(after, "/sale"),
        Product(product: ProductId) = "product" => "opened product",
        /// The same, opened from somewhere that its card leads back to.
        ProductFrom { product: ProductId, from: Origin } = "product-from" => "opened product",
        /// Where the card of a product was opened from.
        Back { product: ProductId, to: Origin } = "back" => "back",
        Cart = "cart" command "cart" label "key-cart" => "/cart",
        /// Begin ordering, or go on with what was left half-way.
        Checkout = "checkout" => "went to checkout",
        News = "news" command "news" label "key-news" => "/news",
        /// The customer's orders, leaving out so many of the newest.
        Orders { skip: u16 } = "orders" command "orders" label "key-orders" { skip: 0 } => "/orders",
        Order(number: OrderNumber) = "order" => "opened order",
        Profile = "profile" command "profile" label "key-profile" => "/profile",
        /// Have mailings.
        OptIn = "mailings-on" => "opted in",
        /// Have no more of them.
        OptOut = "mailings-off" => "opted out",
        /// Learn how to look for something.
        Search = "search" command "search" => "/search",
        Help = "help" command "help" => "/help",
        /// Give up what is being asked.
        Cancel = "cancel" command "cancel" => "/cancel",
        Privacy = "privacy" command "privacy" => "/privacy",
        /// Write a mailing: for owners.
        Mail = "mail" => "/mail",
        /// Change a mailing that there is: for owners.
        Steer { steer: Steer, mailing: MailingId } = "steer" => "steered a mailing",
        /// Take an order on: for the people of the shop.
        Step { step: OrderStep, order: OrderNumber } = "step" => "took on",
        /// The orders of the shop, leaving out so many of the newest: for the people of the shop.
        Desk { of: OrderFilter, skip: u16 } = "desk" => "opened desk",
        /// One of them: for the people of the shop.
        DeskOrder(order: OrderNumber) = "desk-order" => "opened order",
        /// What was sold, and what is running low: for owners.
        Sales = "sales" => "opened sales",
        /// The orders of a month as a file: for owners.
        OrdersTable(month: TableMonth) = "orders-table" => "opened table",
        /// Whether the shop takes orders: for owners.
        Pause = "pause" => "/pause",
        /// Find a product to change it: for the people of the shop.
        Goods = "goods" => "/product",
        /// Change this one: for the people of the shop.
        EditProduct(product: ProductId) = "edit-product" => "opened goods",
        /// Add one: for the people of the shop.
        AddProduct = "add-product" => "opened adding",
        /// Who works in the shop: for owners.
        Team = "team" => "/team",
        /// One of them, by their Telegram id: for owners.
        Member(member: i64) = "member" => "opened member",
        /// Who has done what lately: for owners.
        AuditLog = "audit-log" => "opened audit log",
        /// Write to a person of the shop, about an order perhaps.
        Ask { order: Option<OrderNumber> } = "ask" command "ask" { order: None } => "/ask",
        /// Write to a customer: for the people of the shop.
        Write(to: Addressee) = "write" => "opened answer",
    }
}

codes! {
    /// Something to do on the current screen.
    pub enum Action {
        /// A step on a product card. The button describes its card, so that it also works where the card is not the current
        /// screen; `None` where it was sent before buttons did, and works on the current screen only.
        Fewer(card: Option<Card>) = "fewer",
        More(card: Option<Card>) = "more",
        /// The number between − and +.
        Count(card: Option<Card>) = "count",
        AddToCart(card: Option<Card>) = "add",
        ReadMore(card: Option<Card>) = "read-more",
        /// Where a product is sold out: wait for it, or wait no longer.
        Await(card: Option<Card>) = "await",
        StopAwaiting(card: Option<Card>) = "await-not",
        /// In the cart.
        LineFewer(product: ProductId) = "cart-fewer",
        LineMore(product: ProductId) = "cart-more",
        LineOut(product: ProductId) = "cart-out",
        AskEmpty = "ask-empty",
        Empty = "empty",
        KeepCart = "keep-cart",
        AcceptChanges = "accept",
        /// At the review.
        Change(field: Field) = "change",
        Confirm = "confirm",
        GiveUp = "give-up",
        /// On an order.
        Repeat(order: OrderNumber) = "repeat",
        AskCancelOrder(order: OrderNumber) = "ask-cancel-order",
        CancelOrder(order: OrderNumber) = "cancel-order",
        KeepOrder(order: OrderNumber) = "keep-order",
        /// In the profile.
        Edit(field: Field) = "edit",
        ChooseLanguage = "languages",
        Speak(language: Language) = "speak",
        BackToProfile = "to-profile",
        /// On the privacy page.
        SendMyData = "my-data",
        AskForget = "ask-forget",
        Forget = "forget",
        DoNotForget = "no-forget",
        /// On the preview of a mailing.
        MailTo(segment: Segment) = "mail-to",
        SendMailing = "mail-send",
        DropMailing = "mail-drop",
        /// Choose when it is sent.
        AskMailingTime = "mail-later",
        /// Let it be sent at the time that was chosen; never at once.
        ScheduleMailing = "mail-schedule",
        /// Choose a language to write it in, too.
        TranslateMailing = "mail-translate",
        /// Write it in this language, too.
        MailIn(language: Language) = "mail-in",
        /// From the languages to the preview.
        BackToMailing = "mail-back",
        /// On the page of the pause.
        PauseOrders = "pause-orders",
        ResumeOrders = "resume-orders",
        /// On the page of the team.
        Invite(role: TeamRole) = "invite",
        WithdrawInvitations = "withdraw-invitations",
        /// On somebody of the team.
        Appoint { member: i64, role: TeamRole } = "appoint",
        Dismiss(member: i64) = "dismiss",
        /// On a product that somebody of the shop changes.
        AskPrice(product: ProductId) = "ask-price",
        AskDiscount(product: ProductId) = "ask-discount",
        AskStock(product: ProductId) = "ask-stock",
        AskText(product: ProductId) = "ask-text",
        AskPicture(product: ProductId) = "ask-picture",
        Hide(product: ProductId) = "hide",
        Reveal(product: ProductId) = "reveal",
        /// Asked whether a mailing shall be taken back.
        Recall = "mail-recall",
        KeepMailing = "mail-keep",
    }
}

/// The event of asking for a page of products: every one but the first is more of the same list.
fn page(after: Option<Cursor>, first: &'static str) -> &'static str {
    if after.is_some() { "showed more" } else { first }
}

/// A product card, as it stands in a dialogue and as its own buttons describe it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub product: ProductId,
    pub quantity: Quantity,
    /// The price of one that the card shows; `None` where there was nothing to sell.
    pub shown: Option<Money>,
    /// Where it was opened from; `None` where no place is above it, as by a link, and where buttons did not say it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Origin>,
}

/// Where a product card is opened from, and leads back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::EnumIter, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "kebab-case")]
pub enum Origin {
    /// The list of its category: of that which it is in by the time of going back.
    List,
    Sale,
    /// What was last looked for.
    Search,
    Cart,
}

/// A list of products to page through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    Category(CategoryId),
    Sale,
}

/// What a customer can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::EnumIter, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "kebab-case")]
pub enum Field {
    Name,
    Email,
    Phone,
    Address,
}

impl Place {
    /// A page of a list, from behind the cursor on.
    pub fn list(list: List, after: Option<Cursor>) -> Self {
        match list {
            List::Category(category) => Self::Products { category, after },
            List::Sale => Self::Sale { after },
        }
    }

    /// Whom of the shop it is for; `None`: for everybody.
    pub fn is_for(self) -> Option<TeamRole> {
        match self {
            Self::Step { .. } | Self::Desk { .. } | Self::DeskOrder(_) => Some(TeamRole::Manager),
            Self::Goods | Self::EditProduct(_) | Self::AddProduct | Self::Write(_) => Some(TeamRole::Manager),
            Self::Mail | Self::Steer { .. } | Self::Sales | Self::OrdersTable(_) | Self::Pause => Some(TeamRole::Owner),
            Self::Team | Self::Member(_) | Self::AuditLog => Some(TeamRole::Owner),
            Self::Start | Self::Menu | Self::Help | Self::Cancel | Self::Privacy | Self::Profile => None,
            Self::Catalogue | Self::Category(_) | Self::Shelves { .. } | Self::Products { .. } => None,
            Self::Sale { .. } | Self::Product(_) | Self::ProductFrom { .. } | Self::Back { .. } => None,
            Self::Cart | Self::Checkout | Self::Orders { .. } | Self::Order(_) | Self::Ask { .. } => None,
            Self::News | Self::OptIn | Self::OptOut | Self::Search => None,
        }
    }
}

impl From<Place> for String {
    fn from(go: Place) -> Self {
        go.to_text()
    }
}

impl TryFrom<String> for Place {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::of_text(&text).ok_or_else(|| format!("“{text}” is no place in the shop"))
    }
}

impl Argument for Id {
    fn write(&self) -> Vec<String> {
        vec![URL_SAFE_NO_PAD.encode(self.0)]
    }

    fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(arguments.take()?).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }
}

macro_rules! ids {
    ($($id:ident),*) => {
        $(impl Argument for $id {
            fn write(&self) -> Vec<String> {
                self.0.write()
            }

            fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
                Id::read(arguments).map(Self)
            }
        })*
    };
}

ids!(CategoryId, ProductId, MailingId, PersonalMessageId);

macro_rules! named {
    ($($type:ident),*) => {
        $(impl Argument for $type {
            fn write(&self) -> Vec<String> {
                vec![self.to_string()]
            }

            fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
                let name = arguments.take()?;
                Self::iter().find(|known| known.to_string() == name)
            }
        })*
    };
}

named!(Field, Steer, OrderStep, OrderFilter, TableMonth, TeamRole);

/// Buttons were sent without it before they said where a card was opened from.
impl Argument for Origin {
    const ABSENT: Option<&'static str> = None;

    fn write(&self) -> Vec<String> {
        vec![self.to_string()]
    }

    fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
        let name = arguments.take()?;
        Self::iter().find(|known| known.to_string() == name)
    }
}

impl Argument for OrderNumber {
    fn write(&self) -> Vec<String> {
        self.get().write()
    }

    fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
        arguments.parse().and_then(Self::from_digits)
    }
}

impl Argument for Addressee {
    fn write(&self) -> Vec<String> {
        match self {
            Self::OfOrder(number) => [vec!["order".to_owned()], number.write()].concat(),
            Self::OfMessage(id) => [vec!["message".to_owned()], id.write()].concat(),
        }
    }

    fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
        match arguments.take()? {
            "order" => Argument::read(arguments).map(Self::OfOrder),
            "message" => Argument::read(arguments).map(Self::OfMessage),
            _ => None,
        }
    }
}

impl Argument for Money {
    fn write(&self) -> Vec<String> {
        self.minor().write()
    }

    fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
        arguments.parse().and_then(Self::from_minor)
    }
}

/// The product, how many, at which price, and where it was opened from. The first buttons that were sent have none.
impl Argument for Card {
    const ABSENT: Option<&'static str> = None;

    fn write(&self) -> Vec<String> {
        [self.product.write(), self.quantity.get().write(), self.shown.write(), self.from.write()].concat()
    }

    fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
        let product = Argument::read(arguments)?;
        let quantity = arguments.parse().and_then(Quantity::new)?;
        Some(Self { product, quantity, shown: Argument::read(arguments)?, from: Argument::read(arguments)? })
    }
}

/// Language, orders and days, each a dash where it is not asked for.
impl Argument for Segment {
    fn write(&self) -> Vec<String> {
        let ordered = if self.ordered { "ordered" } else { "-" };
        [self.language.write(), vec![ordered.to_owned()], self.active_days.write()].concat()
    }

    fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
        let language = Argument::read(arguments)?;
        let ordered = match arguments.take()? {
            "-" => false,
            "ordered" => true,
            _ => return None,
        };
        Some(Self { language, ordered, active_days: Argument::read(arguments)? })
    }
}

/// The position and the product. The first page of a list is written without it.
impl Argument for Cursor {
    const ABSENT: Option<&'static str> = None;

    fn write(&self) -> Vec<String> {
        [self.position.write(), self.product.write()].concat()
    }

    fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
        Some(Self { position: arguments.parse()?, product: Argument::read(arguments)? })
    }
}

#[cfg(test)]
mod tests;
