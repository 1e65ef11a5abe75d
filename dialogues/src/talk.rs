//! Talking to a person: a customer writes to the shop's owners and managers, and one of those to a customer. What is written is an effect,
//! and is brought beside the dialogues (see [`notice`]): whatever the other one is being asked stays as it is.

pub mod notice;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::buttons::Place;
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{Context, Effect, Input, Outcome, ReplyButton, View};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::shop::text::{is_visible, lines};
use crate::shop::{Addressee, Correspondent, Direction, OrderNumber, PersonName, PersonalMessage, PersonalMessageId};
use crate::text;
use crate::texts::{Label, Text, Value, say};
use engine::markup::utf16_len;

/// Whoever has written to a person goes on writing to them for so long.
const OVER: TimeDelta = TimeDelta::hours(1);

/// Where whoever writes is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TalkState {
    /// A customer is asked what they would like to tell a person.
    AskingMessage {
        /// The order that it is about.
        order: Option<OrderNumber>,
    },
    /// What the customer has written is on its way, and they may go on writing.
    AskingMore {
        order: Option<OrderNumber>,
        /// When they have written last.
        last: DateTime<Utc>,
    },
    /// An owner is asked what to write to a customer.
    AskingAnswer { to: Addressee },
    /// What the owner has written is on its way; or the customer was forgotten meanwhile.
    Answered { sent: bool },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum TalkEvent {
    Wrote(String),
    /// Writes nothing, or nothing more.
    Cancelled,
    Chatted(MenuEvent),
}

/// Asks a customer what they would like to tell a person; about an order, if it is theirs.
pub fn enter(order: Option<OrderNumber>, context: &Context) -> Outcome<TalkState> {
    Outcome::stay(TalkState::AskingMessage { order: own(order, context) })
}

/// Asks an owner what to write to a customer.
pub fn enter_answer(to: Addressee, context: &Context) -> Outcome<TalkState> {
    match correspondent(to, context) {
        Some(_) => Outcome::stay(TalkState::AskingAnswer { to }),
        None => Outcome::stay(TalkState::Answered { sent: false }),
    }
}

impl Flow<Shop> for TalkState {
    type Event = TalkEvent;

    fn interpret(&self, input: &Input) -> Option<TalkEvent> {
        let asks = !matches!(self, Self::Answered { .. });
        match input {
            Input::Said(said) | Input::Formatted { text: said, .. } if asks => Some(match Label::read(said) {
                Some(Label::Cancel | Label::Back | Label::Done) => TalkEvent::Cancelled,
                Some(_) => TalkEvent::Chatted(MenuEvent::AnsweredLate),
                None => TalkEvent::Wrote(said.clone()),
            }),
            other => small_talk(other).map(TalkEvent::Chatted),
        }
    }

    fn transition(self, event: TalkEvent, context: &Context) -> Outcome<Self> {
        match self {
            Self::AskingMore { .. } if self.is_over(context) => {
                let talk = match event {
                    TalkEvent::Wrote(said) => MenuEvent::Chatted(said),
                    TalkEvent::Cancelled => return Outcome::exit(Place::Menu),
                    TalkEvent::Chatted(talk) => talk,
                };
                Outcome::exit(Place::Menu).note(answer_small_talk(&talk))
            }
            Self::AskingMessage { .. } | Self::AskingMore { .. } | Self::AskingAnswer { .. } => match event {
                TalkEvent::Wrote(said) => match written(&said) {
                    Ok(text) => self.send(text, context),
                    Err(refused) => Outcome::keep(self).say(refused),
                },
                TalkEvent::Cancelled => Outcome::exit(Place::Menu),
                TalkEvent::Chatted(MenuEvent::EditedMessage) => Outcome::keep(self).say(text!("edited-message")),
                TalkEvent::Chatted(MenuEvent::AnsweredLate) => out_of_date(self),
                TalkEvent::Chatted(_) => Outcome::keep(self).say(text!("talk-again")),
            },
            Self::Answered { .. } => match event {
                TalkEvent::Wrote(said) => Outcome::keep(self).note(answer_small_talk(&MenuEvent::Chatted(said))),
                TalkEvent::Cancelled => out_of_date(self),
                TalkEvent::Chatted(talk) => Outcome::keep(self).note(answer_small_talk(&talk)),
            },
        }
    }

    fn view(&self, context: &Context) -> View {
        let language = context.customer.language;
        let shop = context.settings.shop_name.as_str();
        let asked = |text: &Text, key: Label| {
            let key = ReplyButton { label: key.show(language), contact: false };
            View::text(say(language, text)).answers(vec![vec![key]])
        };
        let question = |text: &Text| asked(text, Label::Cancel);
        match self {
            Self::AskingMessage { order: None } => question(&text!("talk-ask", shop = shop)),
            Self::AskingMessage { order: Some(order) } => {
                question(&text!("talk-ask-order", number = order.to_string()))
            }
            Self::AskingMore { .. } => asked(&text!("talk-asked", shop = shop), Label::Done),
            Self::AskingAnswer { to } => {
                let name = correspondent(*to, context).and_then(|known| known.name.clone());
                question(&text!(
                    "talk-answer",
                    name = name.map_or_else(|| Value::Text(text!("talk-somebody")), Value::Str)
                ))
            }
            Self::Answered { sent: true } => View::text(say(language, &text!("talk-answered"))).menu(),
            Self::Answered { sent: false } => View::text(say(language, &text!("talk-nobody"))).menu(),
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

impl TalkState {
    /// Whether a customer has written so long ago that what they write now is for the shop again.
    pub fn is_over(&self, context: &Context) -> bool {
        matches!(self, Self::AskingMore { last, .. } if context.now - *last > OVER)
    }

    /// Sends what was written.
    fn send(self, text: String, context: &Context) -> Outcome<Self> {
        let message = |direction, order, name| PersonalMessage {
            id: PersonalMessageId::draw(context.fresh),
            direction,
            order,
            name,
            text,
            at: context.now,
        };
        let name = context.customer.name.as_ref().map(PersonName::in_one_line);
        match self {
            Self::AskingAnswer { to } => match correspondent(to, context) {
                Some(known) => Outcome::stay(Self::Answered { sent: true }).with(Effect::Write(message(
                    Direction::ToCustomer(to),
                    known.order,
                    name,
                ))),
                None => Outcome::stay(Self::Answered { sent: false }),
            },
            Self::AskingMessage { order } => {
                let (order, last) = (own(order, context), context.now);
                Outcome::stay(Self::AskingMore { order, last }).with(Effect::Write(message(
                    Direction::ToShop,
                    order,
                    name,
                )))
            }
            Self::AskingMore { order, .. } => {
                let (order, last) = (own(order, context), context.now);
                Outcome::keep(Self::AskingMore { order, last })
                    .with(Effect::Write(message(Direction::ToShop, order, name)))
                    .say(text!("talk-more-asked"))
            }
            Self::Answered { .. } => out_of_date(self),
        }
    }
}

/// The customer whom an owner writes to, if the turn knows them.
fn correspondent(to: Addressee, context: &Context) -> Option<&Correspondent> {
    let office = context.office.as_ref()?;
    office.correspondent.as_ref().filter(|known| known.addressee == to)
}

/// The order, if it is one of the customer's own. A button may be forged, or from before they were forgotten.
fn own(order: Option<OrderNumber>, context: &Context) -> Option<OrderNumber> {
    order.filter(|number| context.orders.iter().any(|order| order.number == *number))
}

/// What the other one will read, or why it cannot be that.
fn written(said: &str) -> Result<String, Text> {
    let text = lines(said, PersonalMessage::MOST_LINES);
    if !is_visible(&text) {
        return Err(text!("talk-again"));
    }
    match utf16_len(&text) > PersonalMessage::LONGEST {
        true => Err(text!("talk-too-long", most = PersonalMessage::LONGEST)),
        false => Ok(text),
    }
}
