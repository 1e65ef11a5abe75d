//! The shop's inline buttons, and the codes and arguments that they are written as in `callback_data`; ids are base64url.
//! The codes are a promise to every message ever sent: a code once used keeps its meaning for ever.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::{Argument, Arguments, Code, codes};
use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator;

use crate::shop::{
    Addressee, CategoryId, Cursor, Id, Language, MailingId, Money, OrderFilter, OrderNumber, OrderStep,
    PersonalMessageId, ProductId, Quantity, Segment, Steer,
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
        /// Take an order on: for owners.
        Step { step: OrderStep, order: OrderNumber } = "step" => "took on",
        /// The orders of the shop, leaving out so many of the newest: for owners.
        Desk { of: OrderFilter, skip: u16 } = "desk" => "opened desk",
        /// One of them: for owners.
        DeskOrder(order: OrderNumber) = "desk-order" => "opened order",
        /// What was sold, and what is running low: for owners.
        Sales = "sales" => "opened sales",
        /// Whether the shop takes orders: for owners.
        Pause = "pause" => "/pause",
        /// Write to a person of the shop, about an order perhaps.
        Ask { order: Option<OrderNumber> } = "ask" command "ask" { order: None } => "/ask",
        /// Write to a customer: for owners.
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
        /// On the page of the pause.
        PauseOrders = "pause-orders",
        ResumeOrders = "resume-orders",
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

    /// Whether only owners may.
    pub fn is_for_owners(self) -> bool {
        matches!(
            self,
            Self::Mail
                | Self::Steer { .. }
                | Self::Step { .. }
                | Self::Desk { .. }
                | Self::DeskOrder(_)
                | Self::Sales
                | Self::Pause
                | Self::Write(_)
        )
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

named!(Field, Steer, OrderStep, OrderFilter);

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

/// The product, how many, and at which price. The first buttons that were sent have none.
impl Argument for Card {
    const ABSENT: Option<&'static str> = None;

    fn write(&self) -> Vec<String> {
        [self.product.write(), self.quantity.get().write(), self.shown.write()].concat()
    }

    fn read(arguments: &mut Arguments<'_>) -> Option<Self> {
        let product = Argument::read(arguments)?;
        let quantity = arguments.parse().and_then(Quantity::new)?;
        Some(Self { product, quantity, shown: Argument::read(arguments)? })
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::machine::Callback;

    const STEPS: [fn(Option<Card>) -> Action; 5] =
        [Action::Fewer, Action::More, Action::AddToCart, Action::ReadMore, Action::StopAwaiting];

    fn any_button() -> impl Strategy<Value = Callback> {
        let id = || any::<[u8; 12]>().prop_map(Id);
        let product = move || id().prop_map(ProductId);
        let order = || any::<u64>().prop_map(OrderNumber::draw);
        let cursor = move || {
            proptest::option::of((any::<u32>(), product()).prop_map(|(position, product)| Cursor { position, product }))
        };
        prop_oneof![
            (id(), cursor()).prop_map(|(id, after)| Callback::Go(Place::Products { category: CategoryId(id), after })),
            cursor().prop_map(|after| Callback::Go(Place::Sale { after })),
            product().prop_map(|id| Callback::Go(Place::Product(id))),
            any::<u16>().prop_map(|skip| Callback::Go(Place::Orders { skip })),
            (proptest::option::of(id()), any::<u16>())
                .prop_map(|(id, skip)| Callback::Go(Place::Shelves { category: id.map(CategoryId), skip })),
            order().prop_map(|number| Callback::Go(Place::Order(number))),
            product().prop_map(|id| Callback::Action(Action::LineMore(id))),
            (product(), 1..=99_u16, proptest::option::of(0..=Money::MAX.minor()), 0..STEPS.len()).prop_map(
                |(product, quantity, minor, step)| {
                    let shown = minor.and_then(Money::from_minor);
                    let card = Card { product, quantity: Quantity::new(quantity).unwrap(), shown };
                    Callback::Action(STEPS[step](Some(card)))
                }
            ),
            (0..STEPS.len()).prop_map(|step| Callback::Action(STEPS[step](None))),
            order().prop_map(|number| Callback::Action(Action::Repeat(number))),
            Just(Callback::Action(Action::Change(Field::Address))),
            Just(Callback::Action(Action::Speak(Language::Ukrainian))),
            (id(), 0..5_usize).prop_map(|(id, steer)| {
                let steer = Steer::iter().nth(steer).unwrap();
                Callback::Go(Place::Steer { mailing: MailingId(id), steer })
            }),
            (proptest::option::of(Just(Language::Russian)), any::<bool>(), any::<Option<u16>>()).prop_map(
                |(language, ordered, active_days)| Callback::Action(Action::MailTo(Segment {
                    language,
                    ordered,
                    active_days
                }))
            ),
        ]
    }

    proptest! {
        #[test]
        fn a_button_reads_back_and_fits_into_64_bytes(button in any_button(), serial in any::<u32>()) {
            let data = button.encode(serial);
            prop_assert!(data.len() <= 64, "{} bytes: {data}", data.len());
            prop_assert_eq!(Callback::decode(&data), Some((serial, button)));
        }

        #[test]
        fn no_data_makes_the_reader_panic(data in ".{0,80}") {
            let _ = Callback::decode(&data);
        }
    }

    /// What was sent, once and for ever; some of it is sent no longer.
    #[test]
    fn every_code_keeps_its_meaning() {
        let (id, number) = (Id(*b"twelve bytes"), OrderNumber::from_digits(1_234_567).unwrap());
        let (category, product, mailing) = (CategoryId(id), ProductId(id), MailingId(id));
        let after = Some(Cursor { position: 24, product });
        let card = |shown| Some(Card { product, quantity: Quantity::new(3).unwrap(), shown });
        let (priced, unpriced) = (card(Money::from_minor(42_000)), card(None));
        let everybody = Segment { language: None, ordered: false, active_days: None };
        let some = Segment { language: Some(Language::Ukrainian), ordered: true, active_days: Some(30) };
        let gos = [
            (Place::Start, "start"),
            (Place::Menu, "menu"),
            (Place::Search, "search"),
            (Place::Help, "help"),
            (Place::Privacy, "privacy"),
            (Place::Cancel, "cancel"),
            (Place::Catalogue, "catalogue"),
            (Place::Category(category), "category.dHdlbHZlIGJ5dGVz"),
            (Place::Shelves { category: Some(category), skip: 24 }, "shelves.dHdlbHZlIGJ5dGVz.24"),
            (Place::Shelves { category: None, skip: 0 }, "shelves.-.0"),
            (Place::Products { category, after: None }, "list.dHdlbHZlIGJ5dGVz"),
            (Place::Products { category, after }, "list.dHdlbHZlIGJ5dGVz.24.dHdlbHZlIGJ5dGVz"),
            (Place::Sale { after: None }, "sale"),
            (Place::Sale { after }, "sale.24.dHdlbHZlIGJ5dGVz"),
            (Place::Product(product), "product.dHdlbHZlIGJ5dGVz"),
            (Place::Cart, "cart"),
            (Place::Checkout, "checkout"),
            (Place::News, "news"),
            (Place::Orders { skip: 5 }, "orders.5"),
            (Place::Order(number), "order.1234567"),
            (Place::Profile, "profile"),
            (Place::OptIn, "mailings-on"),
            (Place::OptOut, "mailings-off"),
            (Place::Mail, "mail"),
            (Place::Steer { steer: Steer::Recall, mailing }, "steer.recall.dHdlbHZlIGJ5dGVz"),
            (Place::Step { step: OrderStep::Ship, order: number }, "step.ship.1234567"),
            (Place::Desk { of: OrderFilter::Open, skip: 8 }, "desk.open.8"),
            (Place::DeskOrder(number), "desk-order.1234567"),
            (Place::Sales, "sales"),
            (Place::Pause, "pause"),
            (Place::Ask { order: None }, "ask.-"),
            (Place::Ask { order: Some(number) }, "ask.1234567"),
            (Place::Write(Addressee::OfOrder(number)), "write.order.1234567"),
            (Place::Write(Addressee::OfMessage(PersonalMessageId(id))), "write.message.dHdlbHZlIGJ5dGVz"),
        ];
        let acts = [
            (Action::Fewer(None), "fewer"),
            (Action::Fewer(priced), "fewer.dHdlbHZlIGJ5dGVz.3.42000"),
            (Action::More(None), "more"),
            (Action::More(unpriced), "more.dHdlbHZlIGJ5dGVz.3.-"),
            (Action::Count(None), "count"),
            (Action::Count(priced), "count.dHdlbHZlIGJ5dGVz.3.42000"),
            (Action::AddToCart(None), "add"),
            (Action::AddToCart(priced), "add.dHdlbHZlIGJ5dGVz.3.42000"),
            (Action::ReadMore(None), "read-more"),
            (Action::ReadMore(unpriced), "read-more.dHdlbHZlIGJ5dGVz.3.-"),
            (Action::Await(unpriced), "await.dHdlbHZlIGJ5dGVz.3.-"),
            (Action::StopAwaiting(priced), "await-not.dHdlbHZlIGJ5dGVz.3.42000"),
            (Action::LineFewer(product), "cart-fewer.dHdlbHZlIGJ5dGVz"),
            (Action::LineMore(product), "cart-more.dHdlbHZlIGJ5dGVz"),
            (Action::LineOut(product), "cart-out.dHdlbHZlIGJ5dGVz"),
            (Action::AskEmpty, "ask-empty"),
            (Action::Empty, "empty"),
            (Action::KeepCart, "keep-cart"),
            (Action::AcceptChanges, "accept"),
            (Action::Change(Field::Email), "change.email"),
            (Action::Confirm, "confirm"),
            (Action::GiveUp, "give-up"),
            (Action::Repeat(number), "repeat.1234567"),
            (Action::AskCancelOrder(number), "ask-cancel-order.1234567"),
            (Action::CancelOrder(number), "cancel-order.1234567"),
            (Action::KeepOrder(number), "keep-order.1234567"),
            (Action::Edit(Field::Address), "edit.address"),
            (Action::ChooseLanguage, "languages"),
            (Action::Speak(Language::Ukrainian), "speak.uk"),
            (Action::BackToProfile, "to-profile"),
            (Action::SendMyData, "my-data"),
            (Action::AskForget, "ask-forget"),
            (Action::Forget, "forget"),
            (Action::DoNotForget, "no-forget"),
            (Action::MailTo(everybody), "mail-to.-.-.-"),
            (Action::MailTo(some), "mail-to.uk.ordered.30"),
            (Action::SendMailing, "mail-send"),
            (Action::DropMailing, "mail-drop"),
            (Action::PauseOrders, "pause-orders"),
            (Action::ResumeOrders, "resume-orders"),
            (Action::Recall, "mail-recall"),
            (Action::KeepMailing, "mail-keep"),
        ];
        let pinned: Vec<_> = gos.iter().map(|(_, text)| *text).chain(acts.iter().map(|(_, text)| *text)).collect();
        let is_pinned = |code: &str| pinned.iter().any(|text| text.split('.').next() == Some(code));
        let unpinned: Vec<_> = Place::CODES.iter().chain(Action::CODES).filter(|code| !is_pinned(code)).collect();
        assert!(unpinned.is_empty(), "a code that no line above spells could change its meaning: {unpinned:?}");
        for (place, text) in &gos {
            assert_eq!((String::from(*place).as_str(), Place::try_from((*text).to_owned())), (*text, Ok(*place)));
        }
        let gos = gos.map(|(go, text)| (Callback::Go(go), text));
        for (button, text) in gos.into_iter().chain(acts.map(|(act, text)| (Callback::Action(act), text))) {
            let data = format!("7.{text}");
            assert_eq!((button.encode(7), Callback::decode(&data)), (data.clone(), Some((7, button))));
        }
        for wrong in
            ["fewer.-", "more.dHdlbHZlIGJ5dGVz", "list", "sale.24", "shelves.0", "orders", "menu.", "mail-to.-.-"]
        {
            assert_eq!(Callback::decode(&format!("7.{wrong}")), None, "{wrong}");
        }
    }
}
