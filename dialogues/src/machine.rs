//! The words that every flow speaks: what comes in, what goes out, what is kept.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Dialogue;
use crate::buttons::{Button, Go};
use crate::checkout::CheckoutState;
use crate::mailing::Office;
use crate::shop::{
    Cart, Catalogue, Country, Currency, Customer, Mailing, MailingId, Money, Order, PictureId, Steering, Zone,
};
use crate::texts::{Html, Text};

/// What a customer did, before any flow gives it a meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Wrote a text, or tapped a button of the reply keyboard, which says its label.
    Said(String),
    /// Wrote a text with formatting; `html` is the same as Telegram's HTML.
    Formatted { text: String, html: String },
    /// Tapped an inline button that was shown with the screen of this serial number.
    Tapped { button: Button, serial: u32 },
    /// Tapped an inline button whose data we cannot read: one of an older version, or a forged one.
    TappedUnknown,
    /// Sent a command: a name without the slash, and the rest of the line.
    Command { name: String, argument: String },
    /// Shared a contact; `own` when Telegram's server says that it is theirs.
    SharedContact { phone: String, own: bool },
    /// Sent something without words that we could use: a sticker, a voice.
    Sent(Attachment),
    /// Sent a picture; its caption may be empty, and formatted. Pictures that are sent together come one by one, with
    /// the id of their album.
    SentPicture { picture: PictureId, caption: String, html: Option<String>, album: Option<String> },
    /// Changed a message that we have read already.
    Edited,
    /// Blocked the bot.
    Left,
    /// Unblocked it.
    CameBack,
    /// Wrote in a group or a channel.
    InGroup,
}

impl Input {
    /// What a text message is: a command where it begins with a slash (`/cart`, `/cart@shop_bot`,
    /// `/start p_…`), else something said.
    pub fn of_text(text: &str) -> Self {
        let Some(command) = text.trim().strip_prefix('/') else { return Self::Said(text.to_owned()) };
        let (name, argument) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let name = name.split('@').next().unwrap_or(name).to_lowercase();
        Self::Command { name, argument: argument.trim().to_owned() }
    }
}

impl Input {
    /// A text without its formatting; `None` for what is no formatted text.
    pub(crate) fn plain(&self) -> Option<Self> {
        match self {
            Self::Formatted { text, .. } => Some(Self::Said(text.clone())),
            _ => None,
        }
    }
}

/// What kind of thing was sent instead of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Attachment {
    Sticker,
    Voice,
    Picture,
    Other,
}

/// All that a customer's dialogue keeps from turn to turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    pub dialogue: Dialogue,
    /// The number of the current screen; its buttons carry it, so that an old one is known as old.
    pub serial: u32,
    /// The reply keyboard that the customer has before them.
    pub keyboard: Standing,
    /// A checkout that was left half-way, to be gone on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parked: Option<CheckoutState>,
    /// The number that the screen's message had before it was tapped as an older one and became the screen: a second
    /// tap that comes before the edit still carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopted: Option<u32>,
    /// The screen was sent once more because of an old button: a second one does not send it again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reshown: bool,
}

/// Which reply keyboard stands in the chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Nothing,
    Menu,
    /// The answers offered to a question.
    Answers,
}

/// Read-only snapshot for one turn.
#[derive(Debug, Clone)]
pub struct Context {
    pub catalogue: Arc<Catalogue>,
    pub settings: Arc<Settings>,
    /// What is known of the customer; of a stranger, what Telegram says.
    pub customer: Customer,
    pub acquaintance: Acquaintance,
    pub cart: Cart,
    /// The customer's orders, newest first; empty unless [`crate::turn::needs_orders`].
    pub orders: Vec<Order>,
    /// What an owner sees of mailings; `None`: they are no owner.
    pub office: Option<Office>,
    pub now: DateTime<Utc>,
    /// A random number for this turn, drawn by whoever may draw: order numbers and checkout ids come of it.
    pub fresh: u64,
}

/// How well the shop knows whom it talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acquaintance {
    /// Has never been here, or was forgotten.
    Stranger,
    Known,
    /// Has blocked the bot, and is here again.
    Returning,
    /// Is known, but the stored dialogue cannot be read.
    LostThread,
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
}

impl Context {
    /// The same context as it will be once the effects are carried out.
    pub fn after(mut self, effects: &[Effect]) -> Self {
        for effect in effects {
            match effect {
                Effect::KeepCart(cart) => self.cart = cart.clone(),
                Effect::KeepCustomer(customer) => self.customer = customer.clone(),
                Effect::PlaceOrder(order) => {
                    self.cart = Cart::default();
                    self.orders.insert(0, order.clone());
                }
                Effect::Forget | Effect::SetActive(_) | Effect::StartMailing(_) | Effect::SteerMailing(..) => {}
            }
        }
        self
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

/// Where a flow goes on: it stays, or it ends and another one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next<S> {
    /// Stay in this flow. The screen is drawn anew.
    Stay(S),
    /// Stay, and leave the screen as it is: the answer is in the notes.
    Keep(S),
    /// Leave for another place; an open checkout waits to be gone on with.
    Exit(Go),
    /// Leave for another place for good: nothing waits.
    Abandon(Go),
}

/// A request to the world: data only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Keep this cart instead of the old one.
    KeepCart(Cart),
    /// Keep this profile instead of the old one.
    KeepCustomer(Customer),
    /// Take the stock of every line, at these prices or not at all; write the order; tell the owners.
    PlaceOrder(Order),
    /// Forget the customer: profile, cart, dialogue; of their orders keep number, lines and total.
    Forget,
    /// The customer blocked the bot (`false`) or came back (`true`).
    SetActive(bool),
    /// Send this letter to everybody whom it is for, and report to whoever asked for it.
    StartMailing(Mailing),
    /// Change a mailing, unless it has come to another end meanwhile.
    SteerMailing(MailingId, Steering),
}

/// What a flow made of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome<S> {
    pub next: Next<S>,
    pub effects: Vec<Effect>,
    pub notes: Vec<Note>,
}

impl<S> Outcome<S> {
    /// Stay in the flow, in this state.
    pub fn stay(state: S) -> Self {
        Self { next: Next::Stay(state), effects: Vec::new(), notes: Vec::new() }
    }

    /// Stay, and leave the screen as it is.
    pub fn keep(state: S) -> Self {
        Self { next: Next::Keep(state), effects: Vec::new(), notes: Vec::new() }
    }

    /// Leave the flow.
    pub fn exit(go: Go) -> Self {
        Self { next: Next::Exit(go), effects: Vec::new(), notes: Vec::new() }
    }

    /// Leave the flow for good.
    pub fn abandon(go: Go) -> Self {
        Self { next: Next::Abandon(go), effects: Vec::new(), notes: Vec::new() }
    }

    pub fn with(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    pub fn note(mut self, note: Note) -> Self {
        self.notes.push(note);
        self
    }

    /// The same outcome with its state wrapped.
    pub fn map<T>(self, wrap: impl FnOnce(S) -> T) -> Outcome<T> {
        let next = match self.next {
            Next::Stay(state) => Next::Stay(wrap(state)),
            Next::Keep(state) => Next::Keep(wrap(state)),
            Next::Exit(go) => Next::Exit(go),
            Next::Abandon(go) => Next::Abandon(go),
        };
        Outcome { next, effects: self.effects, notes: self.notes }
    }
}

/// Something said beside the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The answer to a tap that fades; a message of its own where there was no tap.
    Toast(Text),
    /// The answer to a tap that waits for “OK”; a message of its own where there was no tap.
    Alert(Text),
    /// A message of its own, before the screen.
    Say(Text, Bring),
    /// A message of its own with buttons, before the screen.
    Show(View),
    /// The tapped message becomes this text.
    Replace(Text),
    /// A file of the customer's own data.
    MyData,
}

/// What a message brings to the place of the letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bring {
    Nothing,
    /// The menu's keyboard.
    Menu,
}

/// What a message should show, before Telegram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub picture: Option<PictureId>,
    pub text: Html,
    pub keys: Keys,
}

impl View {
    /// A message of text only.
    pub fn text(text: Html) -> Self {
        Self { picture: None, text, keys: Keys::None }
    }

    /// The same message with inline buttons, row by row.
    pub fn rows(mut self, rows: Vec<Vec<Key>>) -> Self {
        self.keys = Keys::Inline(rows);
        self
    }

    /// The same message with answers to choose from in place of the letters.
    pub fn answers(mut self, answers: Vec<Vec<Answer>>) -> Self {
        self.keys = Keys::Answers(answers);
        self
    }

    /// The same message, bringing the menu's keyboard.
    pub fn menu(mut self) -> Self {
        self.keys = Keys::Menu;
        self
    }
}

/// The buttons of a message: Telegram allows one kind at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    None,
    /// Under the message.
    Inline(Vec<Vec<Key>>),
    /// In place of the letters: answers to a question.
    Answers(Vec<Vec<Answer>>),
    /// In place of the letters: the menu.
    Menu,
}

/// An inline button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub label: String,
    pub button: Button,
}

/// A button of the reply keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub label: String,
    /// Shares the customer's own phone number.
    pub contact: bool,
}

/// What the shell has to show after the commit, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Show {
    /// A new message; inline buttons carry the serial.
    Send { view: View, serial: u32 },
    /// The tapped message becomes this; a new message where it cannot.
    Edit { view: View, serial: u32 },
    /// Answer the tap.
    Toast(String),
    /// Answer the tap, waiting for “OK”.
    Alert(String),
    /// A file with a caption.
    File { name: String, content: String, caption: Html },
}

/// One turn, decided: to be committed, then shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// `None`: forgotten.
    pub conversation: Option<Conversation>,
    pub effects: Vec<Effect>,
    pub show: Vec<Show>,
    /// What the input was taken for, such as `Increased` or `/cart`: for logs and coverage.
    pub event: &'static str,
}
