//! Talking to a person: a customer writes to the shop's owners, and an owner to a customer. What is written is an effect,
//! and is brought beside the dialogues (see [`notice`]): whatever the other one is being asked stays as it is.

pub mod notice;

use serde::{Deserialize, Serialize};

use crate::buttons::Place;
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{Context, Effect, Input, Outcome, ReplyButton, View};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::shop::text::{is_visible, lines};
use crate::shop::{Addressee, Correspondent, Direction, OrderNumber, PersonName, PersonalMessage, PersonalMessageId};
use crate::text;
use crate::texts::{Label, Text, Value, say};

/// Where whoever writes is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TalkState {
    /// A customer is asked what they would like to tell a person.
    AskingMessage {
        /// The order that it is about.
        order: Option<OrderNumber>,
    },
    /// What the customer has written is on its way.
    Asked,
    /// An owner is asked what to write to a customer.
    AskingAnswer { to: Addressee },
    /// What the owner has written is on its way; or the customer was forgotten meanwhile.
    Answered { sent: bool },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum TalkEvent {
    Wrote(String),
    /// Writes nothing.
    Cancelled,
    Chatted(MenuEvent),
}

/// Asks a customer what they would like to tell a person.
pub fn enter(order: Option<OrderNumber>) -> Outcome<TalkState> {
    Outcome::stay(TalkState::AskingMessage { order })
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
        let asks = matches!(self, Self::AskingMessage { .. } | Self::AskingAnswer { .. });
        match input {
            Input::Said(said) | Input::Formatted { text: said, .. } if asks => Some(match Label::read(said) {
                Some(Label::Cancel | Label::Back) => TalkEvent::Cancelled,
                Some(_) => TalkEvent::Chatted(MenuEvent::AnsweredLate),
                None => TalkEvent::Wrote(said.clone()),
            }),
            other => small_talk(other).map(TalkEvent::Chatted),
        }
    }

    fn transition(self, event: TalkEvent, context: &Context) -> Outcome<Self> {
        match self {
            Self::AskingMessage { .. } | Self::AskingAnswer { .. } => match event {
                TalkEvent::Wrote(said) => match written(&said) {
                    Ok(text) => self.send(text, context),
                    Err(refused) => Outcome::keep(self).say(refused),
                },
                TalkEvent::Cancelled => Outcome::exit(Place::Menu),
                TalkEvent::Chatted(MenuEvent::EditedMessage) => Outcome::keep(self).say(text!("edited-message")),
                TalkEvent::Chatted(MenuEvent::AnsweredLate) => out_of_date(self),
                TalkEvent::Chatted(_) => Outcome::keep(self).say(text!("talk-again")),
            },
            Self::Asked | Self::Answered { .. } => match event {
                TalkEvent::Wrote(said) => Outcome::keep(self).note(answer_small_talk(&MenuEvent::Chatted(said))),
                TalkEvent::Cancelled => out_of_date(self),
                TalkEvent::Chatted(talk) => Outcome::keep(self).note(answer_small_talk(&talk)),
            },
        }
    }

    fn view(&self, context: &Context) -> View {
        let language = context.customer.language;
        let shop = context.settings.shop_name.as_str();
        let question = |text: &Text| {
            let key = ReplyButton { label: Label::Cancel.show(language), contact: false };
            View::text(say(language, text)).answers(vec![vec![key]])
        };
        match self {
            Self::AskingMessage { order: None } => question(&text!("talk-ask", shop = shop)),
            Self::AskingMessage { order: Some(order) } => {
                question(&text!("talk-ask-order", number = order.to_string()))
            }
            Self::Asked => View::text(say(language, &text!("talk-asked", shop = shop))).menu(),
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
                Outcome::stay(Self::Asked).with(Effect::Write(message(Direction::ToShop, order, name)))
            }
            Self::Asked | Self::Answered { .. } => out_of_date(self),
        }
    }
}

/// The customer whom an owner writes to, if the turn knows them.
fn correspondent(to: Addressee, context: &Context) -> Option<&Correspondent> {
    let office = context.office.as_ref()?;
    office.correspondent.as_ref().filter(|known| known.addressee == to)
}

/// What the other one will read, or why it cannot be that.
fn written(said: &str) -> Result<String, Text> {
    let text = lines(said, PersonalMessage::MOST_LINES);
    if !is_visible(&text) {
        return Err(text!("talk-again"));
    }
    match text.chars().count() > PersonalMessage::LONGEST {
        true => Err(text!("talk-too-long", most = PersonalMessage::LONGEST)),
        false => Ok(text),
    }
}
