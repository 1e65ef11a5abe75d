//! The shop's inline buttons, and the codes and arguments that they are written as in `callback_data`; ids are base64url.
//! The codes are a promise to every message ever sent: a code once used keeps its meaning for ever.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::{Arguments, Code, Place};
use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator;

use crate::product::Card;
use crate::shop::{
    CategoryId, Cursor, Id, Language, MailingId, Money, OrderNumber, ProductId, Quantity, Segment, Steer,
};

pub use crate::machine::Button;

/// A place in the shop that can be gone to from everywhere, or a wish that is granted everywhere. Stored as it is
/// written in `callback_data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Go {
    Start,
    Menu,
    Help,
    Privacy,
    /// Give up what is being asked.
    Cancel,
    Catalogue,
    Category(CategoryId),
    /// A page of the shelves of a category, or of the root, leaving out so many of the first.
    Shelves {
        category: Option<CategoryId>,
        skip: u16,
    },
    /// A page of products, from behind the cursor on.
    Products {
        list: List,
        after: Option<Cursor>,
    },
    Product(ProductId),
    Cart,
    /// Begin ordering, or go on with what was left half-way.
    Checkout,
    News,
    /// The customer's orders, leaving out so many of the newest.
    Orders {
        skip: u16,
    },
    Order(OrderNumber),
    Profile,
    /// Have mailings, or have no more of them.
    Mailings {
        wanted: bool,
    },
    /// Write a mailing: for owners.
    Mail,
    /// Change a mailing that there is: for owners.
    Steer {
        mailing: MailingId,
        steer: Steer,
    },
}

/// A list of products to page through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    Category(CategoryId),
    Sale,
}

/// Something to do on the current screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A step on a product card. The button describes its card, so that it also works where the card is not the
    /// current screen.
    OnCard {
        step: CardStep,
        card: Card,
    },
    /// The same, of buttons that were sent before they described their card: on the current screen only.
    Fewer,
    More,
    /// The number between − and +.
    Count,
    AddToCart,
    ReadMore,
    /// In the cart.
    LineFewer(ProductId),
    LineMore(ProductId),
    LineOut(ProductId),
    AskEmpty,
    Empty,
    KeepCart,
    AcceptChanges,
    /// At the review.
    Change(Field),
    Confirm,
    GiveUp,
    /// On an order.
    Repeat(OrderNumber),
    /// In the profile.
    Edit(Field),
    ChooseLanguage,
    Speak(Language),
    BackToProfile,
    /// On the privacy page.
    SendMyData,
    AskForget,
    Forget,
    DoNotForget,
    /// On the preview of a mailing.
    MailTo(Segment),
    SendMailing,
    DropMailing,
    /// Asked whether a mailing shall be taken back.
    Recall,
    KeepMailing,
}

/// What can be done on a product card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum CardStep {
    Fewer,
    More,
    Count,
    Add,
    ReadMore,
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

impl Go {
    /// Whether only owners may.
    pub fn is_for_owners(self) -> bool {
        matches!(self, Self::Mail | Self::Steer { .. })
    }
}

impl From<Go> for String {
    fn from(go: Go) -> Self {
        let (code, arguments) = go.write();
        std::iter::once(code.to_owned()).chain(arguments).collect::<Vec<_>>().join(".")
    }
}

impl TryFrom<String> for Go {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match Button::decode(&format!("0.{text}")) {
            Some((_, Button::Go(go))) => Ok(go),
            _ => Err(format!("“{text}” is no place in the shop")),
        }
    }
}

impl Place for Go {
    fn event(self) -> &'static str {
        match self {
            Self::Start => "/start",
            Self::Menu => "/menu",
            Self::Help => "/help",
            Self::Privacy => "/privacy",
            Self::Cancel => "/cancel",
            Self::Catalogue => "/catalogue",
            Self::Category(_) => "opened category",
            Self::Shelves { .. } => "opened shelves",
            Self::Products { after: None, list: List::Sale } => "/sale",
            Self::Products { after: None, .. } => "opened list",
            Self::Products { .. } => "showed more",
            Self::Product(_) => "opened product",
            Self::Cart => "/cart",
            Self::Checkout => "went to checkout",
            Self::News => "/news",
            Self::Orders { .. } => "/orders",
            Self::Order(_) => "opened order",
            Self::Profile => "/profile",
            Self::Mailings { wanted: true } => "opted in",
            Self::Mailings { wanted: false } => "opted out",
            Self::Mail => "/mail",
            Self::Steer { .. } => "steered a mailing",
        }
    }
}

type Parts = (&'static str, Vec<String>);

impl Code for Go {
    fn write(self) -> Parts {
        match self {
            Self::Start => ("start", vec![]),
            Self::Menu => ("menu", vec![]),
            Self::Help => ("help", vec![]),
            Self::Privacy => ("privacy", vec![]),
            Self::Cancel => ("cancel", vec![]),
            Self::Catalogue => ("catalogue", vec![]),
            Self::Category(category) => ("category", vec![short(category.0)]),
            Self::Shelves { category, skip } => {
                let category = category.map_or("-".to_owned(), |category| short(category.0));
                ("shelves", vec![category, skip.to_string()])
            }
            Self::Products { list: List::Category(category), after } => {
                ("list", std::iter::once(short(category.0)).chain(cursor(after)).collect())
            }
            Self::Products { list: List::Sale, after } => ("sale", cursor(after).collect()),
            Self::Product(product) => ("product", vec![short(product.0)]),
            Self::Cart => ("cart", vec![]),
            Self::Checkout => ("checkout", vec![]),
            Self::News => ("news", vec![]),
            Self::Orders { skip } => ("orders", vec![skip.to_string()]),
            Self::Order(number) => ("order", vec![number.get().to_string()]),
            Self::Profile => ("profile", vec![]),
            Self::Mailings { wanted: true } => ("mailings-on", vec![]),
            Self::Mailings { wanted: false } => ("mailings-off", vec![]),
            Self::Mail => ("mail", vec![]),
            Self::Steer { mailing, steer } => ("steer", vec![steer.to_string(), short(mailing.0)]),
        }
    }

    fn read(code: &str, arguments: &mut Arguments<'_>) -> Option<Self> {
        Some(match code {
            "start" => Self::Start,
            "menu" => Self::Menu,
            "help" => Self::Help,
            "privacy" => Self::Privacy,
            "cancel" => Self::Cancel,
            "catalogue" => Self::Catalogue,
            "category" => Self::Category(CategoryId(arguments.id()?)),
            "shelves" => {
                let category = match arguments.peek()? {
                    "-" => arguments.take().and(None),
                    _ => Some(CategoryId(arguments.id()?)),
                };
                Self::Shelves { category, skip: arguments.parse()? }
            }
            "list" => Self::Products { list: List::Category(CategoryId(arguments.id()?)), after: arguments.cursor()? },
            "sale" => Self::Products { list: List::Sale, after: arguments.cursor()? },
            "product" => Self::Product(arguments.product()?),
            "cart" => Self::Cart,
            "checkout" => Self::Checkout,
            "news" => Self::News,
            "orders" => Self::Orders { skip: arguments.parse()? },
            "order" => Self::Order(arguments.order()?),
            "profile" => Self::Profile,
            "mailings-on" => Self::Mailings { wanted: true },
            "mailings-off" => Self::Mailings { wanted: false },
            "mail" => Self::Mail,
            "steer" => {
                let steer = arguments.take()?;
                let steer = Steer::iter().find(|known| known.to_string() == steer)?;
                Self::Steer { mailing: MailingId(arguments.id()?), steer }
            }
            _ => return None,
        })
    }
}

impl Code for Act {
    fn write(self) -> Parts {
        match self {
            Self::OnCard { step, card } => {
                let price = card.shown.map_or("-".to_owned(), |price| price.minor().to_string());
                (step.into(), vec![short(card.product.0), card.quantity.get().to_string(), price])
            }
            Self::Fewer => ("fewer", vec![]),
            Self::More => ("more", vec![]),
            Self::Count => ("count", vec![]),
            Self::AddToCart => ("add", vec![]),
            Self::ReadMore => ("read-more", vec![]),
            Self::LineFewer(product) => ("cart-fewer", vec![short(product.0)]),
            Self::LineMore(product) => ("cart-more", vec![short(product.0)]),
            Self::LineOut(product) => ("cart-out", vec![short(product.0)]),
            Self::AskEmpty => ("ask-empty", vec![]),
            Self::Empty => ("empty", vec![]),
            Self::KeepCart => ("keep-cart", vec![]),
            Self::AcceptChanges => ("accept", vec![]),
            Self::Change(field) => ("change", vec![field.to_string()]),
            Self::Confirm => ("confirm", vec![]),
            Self::GiveUp => ("give-up", vec![]),
            Self::Repeat(number) => ("repeat", vec![number.get().to_string()]),
            Self::Edit(field) => ("edit", vec![field.to_string()]),
            Self::ChooseLanguage => ("languages", vec![]),
            Self::Speak(language) => ("speak", vec![language.code().to_owned()]),
            Self::BackToProfile => ("to-profile", vec![]),
            Self::SendMyData => ("my-data", vec![]),
            Self::AskForget => ("ask-forget", vec![]),
            Self::Forget => ("forget", vec![]),
            Self::DoNotForget => ("no-forget", vec![]),
            Self::MailTo(segment) => ("mail-to", segment_parts(segment)),
            Self::SendMailing => ("mail-send", vec![]),
            Self::DropMailing => ("mail-drop", vec![]),
            Self::Recall => ("mail-recall", vec![]),
            Self::KeepMailing => ("mail-keep", vec![]),
        }
    }

    fn read(code: &str, arguments: &mut Arguments<'_>) -> Option<Self> {
        let step = CardStep::iter().find(|step| <&str>::from(*step) == code);
        if let Some(step) = step.filter(|_| arguments.peek().is_some()) {
            let product = arguments.product()?;
            return Some(Self::OnCard { step, card: arguments.card(product)? });
        }
        Some(match code {
            "fewer" => Self::Fewer,
            "more" => Self::More,
            "count" => Self::Count,
            "add" => Self::AddToCart,
            "read-more" => Self::ReadMore,
            "cart-fewer" => Self::LineFewer(arguments.product()?),
            "cart-more" => Self::LineMore(arguments.product()?),
            "cart-out" => Self::LineOut(arguments.product()?),
            "ask-empty" => Self::AskEmpty,
            "empty" => Self::Empty,
            "keep-cart" => Self::KeepCart,
            "accept" => Self::AcceptChanges,
            "change" => Self::Change(arguments.field()?),
            "confirm" => Self::Confirm,
            "give-up" => Self::GiveUp,
            "repeat" => Self::Repeat(arguments.order()?),
            "edit" => Self::Edit(arguments.field()?),
            "languages" => Self::ChooseLanguage,
            "speak" => {
                let code = arguments.take()?;
                Self::Speak(language(code)?)
            }
            "to-profile" => Self::BackToProfile,
            "my-data" => Self::SendMyData,
            "ask-forget" => Self::AskForget,
            "forget" => Self::Forget,
            "no-forget" => Self::DoNotForget,
            "mail-to" => Self::MailTo(arguments.segment()?),
            "mail-send" => Self::SendMailing,
            "mail-drop" => Self::DropMailing,
            "mail-recall" => Self::Recall,
            "mail-keep" => Self::KeepMailing,
            _ => return None,
        })
    }
}

/// The shop's own kinds of arguments.
trait ShopArguments {
    fn id(&mut self) -> Option<Id>;
    fn product(&mut self) -> Option<ProductId>;
    fn card(&mut self, product: ProductId) -> Option<Card>;
    fn order(&mut self) -> Option<OrderNumber>;
    fn field(&mut self) -> Option<Field>;
    fn segment(&mut self) -> Option<Segment>;
    fn cursor(&mut self) -> Option<Option<Cursor>>;
}

impl ShopArguments for Arguments<'_> {
    fn id(&mut self) -> Option<Id> {
        let bytes = URL_SAFE_NO_PAD.decode(self.take()?).ok()?;
        Some(Id(bytes.try_into().ok()?))
    }

    fn product(&mut self) -> Option<ProductId> {
        self.id().map(ProductId)
    }

    /// How many, and at which price, “-” where none was shown.
    fn card(&mut self, product: ProductId) -> Option<Card> {
        let quantity = self.take()?.parse().ok().and_then(Quantity::new)?;
        let shown = match self.take()? {
            "-" => None,
            minor => Some(minor.parse().ok().and_then(Money::from_minor)?),
        };
        Some(Card { product, quantity, shown })
    }

    fn order(&mut self) -> Option<OrderNumber> {
        self.take()?.parse().ok().and_then(OrderNumber::from_digits)
    }

    fn field(&mut self) -> Option<Field> {
        let name = self.take()?;
        Field::iter().find(|field| field.to_string() == name)
    }

    /// Language, orders and days, each “-” where it is not asked for.
    fn segment(&mut self) -> Option<Segment> {
        let language = match self.take()? {
            "-" => None,
            code => Some(language(code)?),
        };
        let ordered = match self.take()? {
            "-" => false,
            "ordered" => true,
            _ => return None,
        };
        let active_days = match self.take()? {
            "-" => None,
            days => Some(days.parse().ok()?),
        };
        Some(Segment { language, ordered, active_days })
    }

    /// The cursor, if one is written: `None` only where it is not readable.
    fn cursor(&mut self) -> Option<Option<Cursor>> {
        let Some(position) = self.take() else { return Some(None) };
        Some(Some(Cursor { position: position.parse().ok()?, product: self.product()? }))
    }
}

fn short(id: Id) -> String {
    URL_SAFE_NO_PAD.encode(id.0)
}

fn language(code: &str) -> Option<Language> {
    Language::iter().find(|language| language.code() == code)
}

fn segment_parts(segment: Segment) -> Vec<String> {
    let language = segment.language.map_or("-", Language::code);
    let ordered = if segment.ordered { "ordered" } else { "-" };
    let days = segment.active_days.map_or("-".to_owned(), |days| days.to_string());
    vec![language.to_owned(), ordered.to_owned(), days]
}

fn cursor(after: Option<Cursor>) -> impl Iterator<Item = String> {
    after.into_iter().flat_map(|after| [after.position.to_string(), short(after.product.0)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_button() -> impl Strategy<Value = Button> {
        let id = || any::<[u8; 12]>().prop_map(Id);
        let product = move || id().prop_map(ProductId);
        let order = || any::<u64>().prop_map(OrderNumber::draw);
        let cursor = move || {
            proptest::option::of((any::<u32>(), product()).prop_map(|(position, product)| Cursor { position, product }))
        };
        prop_oneof![
            (id(), cursor())
                .prop_map(|(id, after)| Button::Go(Go::Products { list: List::Category(CategoryId(id)), after })),
            cursor().prop_map(|after| Button::Go(Go::Products { list: List::Sale, after })),
            product().prop_map(|id| Button::Go(Go::Product(id))),
            any::<u16>().prop_map(|skip| Button::Go(Go::Orders { skip })),
            (proptest::option::of(id()), any::<u16>())
                .prop_map(|(id, skip)| Button::Go(Go::Shelves { category: id.map(CategoryId), skip })),
            order().prop_map(|number| Button::Go(Go::Order(number))),
            product().prop_map(|id| Button::Act(Act::LineMore(id))),
            (product(), 1..=99_u16, proptest::option::of(0..=Money::MAX.minor()), 0..5_usize).prop_map(
                |(product, quantity, minor, step)| {
                    let shown = minor.and_then(Money::from_minor);
                    let card = Card { product, quantity: Quantity::new(quantity).unwrap(), shown };
                    Button::Act(Act::OnCard { step: CardStep::iter().nth(step).unwrap(), card })
                }
            ),
            order().prop_map(|number| Button::Act(Act::Repeat(number))),
            Just(Button::Act(Act::Change(Field::Address))),
            Just(Button::Act(Act::Speak(Language::Ukrainian))),
            (id(), 0..5_usize).prop_map(|(id, steer)| {
                let steer = Steer::iter().nth(steer).unwrap();
                Button::Go(Go::Steer { mailing: MailingId(id), steer })
            }),
            (proptest::option::of(Just(Language::Russian)), any::<bool>(), any::<Option<u16>>()).prop_map(
                |(language, ordered, active_days)| Button::Act(Act::MailTo(Segment { language, ordered, active_days }))
            ),
        ]
    }

    proptest! {
        #[test]
        fn a_button_reads_back_and_fits_into_64_bytes(button in any_button(), serial in any::<u32>()) {
            let data = button.encode(serial);
            prop_assert!(data.len() <= 64, "{} bytes: {data}", data.len());
            prop_assert_eq!(Button::decode(&data), Some((serial, button)));
        }

        #[test]
        fn no_data_makes_the_reader_panic(data in ".{0,80}") {
            let _ = Button::decode(&data);
        }
    }
}
