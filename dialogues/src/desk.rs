//! The owner's desk: what owners do with orders. The notice of an order has a button for each step that the order can take,
//! which works from wherever the owner is (see `visit.rs`); before an order is cancelled, the owner is asked why.
//!
//! A step is an effect: it holds only if the order is still as the owner has seen it. Afterwards the customer is told, and the
//! notice is edited for all owners (see [`notice`]). Owners are all who work in the shop here, managers too.

mod list;
pub mod notice;
mod totals;

use serde::{Deserialize, Serialize};

use crate::bill::status;
use crate::buttons::Place;
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{Context, Effect, Input, Outcome, ReplyButton, SideMessage, View};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::search::order_number;
use crate::shop::rules::REASON_LIMIT;
use crate::shop::text::{is_visible, lines, one_line};
use crate::shop::{Order, OrderFilter, OrderMove, OrderNumber, OrderStep, PersonName};
use crate::text;
use crate::texts::{Label, Text, clip, say};

/// In so many lines.
const REASON_LINES: usize = 4;
/// So many characters of a name or a phone number are searched for.
const WORDS: usize = 64;

/// Where the owner is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DeskState {
    /// Is asked why an order is cancelled; the customer will read it.
    AskingReason { order: OrderNumber },
    /// Has answered: the order is cancelled, or has come to something else meanwhile.
    Answered { order: OrderNumber, cancelled: bool },
    /// Looks through the orders of the shop, past so many of the newest.
    Listing { of: OrderFilter, skip: u16 },
    /// Looks at one order.
    Viewing { order: OrderNumber },
    /// Looks at what was found by a name or a phone number.
    Found { words: String },
    /// Looks at what was sold, and what is running low.
    Totals,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum DeskEvent {
    Wrote(String),
    /// Gives no reason.
    SkippedReason,
    /// Lets the order be.
    Cancelled,
    Chatted(MenuEvent),
}

/// One order of the shop; the open ones where there is no such order.
pub fn enter_order(order: OrderNumber, context: &Context) -> Outcome<DeskState> {
    match known(order, context) {
        Some(_) => Outcome::stay(DeskState::Viewing { order }),
        None => Outcome::stay(DeskState::Listing { of: OrderFilter::Open, skip: 0 })
            .note(SideMessage::Toast(text!("desk-unknown", number = order.to_string()))),
    }
}

impl DeskState {
    /// Whether what is written here is searched for among the orders.
    pub fn is_searched(&self) -> bool {
        matches!(self, Self::Listing { .. } | Self::Viewing { .. } | Self::Found { .. } | Self::Totals)
    }
}

impl Flow<Shop> for DeskState {
    type Event = DeskEvent;

    fn interpret(&self, input: &Input) -> Option<DeskEvent> {
        match input {
            Input::Said(said) | Input::Formatted { text: said, .. } => Some(match (Label::read(said), self) {
                (Some(Label::Cancel | Label::Back), Self::AskingReason { .. }) => DeskEvent::Cancelled,
                (Some(Label::NoReason), Self::AskingReason { .. }) => DeskEvent::SkippedReason,
                (Some(Label::Cancel | Label::Back | Label::NoReason), _) => DeskEvent::Chatted(MenuEvent::AnsweredLate),
                (Some(_), _) => DeskEvent::Chatted(MenuEvent::Chatted(said.clone())),
                (None, _) => DeskEvent::Wrote(said.clone()),
            }),
            other => small_talk(other).map(DeskEvent::Chatted),
        }
    }

    fn transition(self, event: DeskEvent, context: &Context) -> Outcome<Self> {
        match self {
            Self::AskingReason { order } => match event {
                // A word such as “no” must not cancel it.
                DeskEvent::Wrote(_) if is_forgotten(order, context) => {
                    Outcome::keep(self).say(text!("desk-ask-reason-forgotten", number = order.to_string()))
                }
                DeskEvent::Wrote(said) => match reason(&said) {
                    Ok(reason) => cancelled(order, Some(reason), context),
                    Err(refused) => Outcome::keep(self).say(refused),
                },
                DeskEvent::SkippedReason => cancelled(order, None, context),
                DeskEvent::Cancelled => Outcome::exit(Place::Menu),
                DeskEvent::Chatted(MenuEvent::EditedMessage) => Outcome::keep(self).say(text!("edited-message")),
                DeskEvent::Chatted(MenuEvent::AnsweredLate) => out_of_date(self),
                DeskEvent::Chatted(_) => Outcome::keep(self).say(text!("desk-again-reason")),
            },
            Self::Listing { .. } | Self::Viewing { .. } | Self::Found { .. } | Self::Totals => match event {
                DeskEvent::Wrote(said) => searched(self, said, context),
                DeskEvent::SkippedReason | DeskEvent::Cancelled => out_of_date(self),
                DeskEvent::Chatted(talk) => Outcome::keep(self).note(answer_small_talk(&talk)),
            },
            Self::Answered { .. } => {
                let talk = match event {
                    DeskEvent::Wrote(said) => MenuEvent::Chatted(said),
                    DeskEvent::SkippedReason | DeskEvent::Cancelled => return out_of_date(self),
                    DeskEvent::Chatted(talk) => talk,
                };
                Outcome::keep(self).note(answer_small_talk(&talk))
            }
        }
    }

    fn view(&self, context: &Context) -> View {
        let language = context.customer.language;
        match self {
            Self::AskingReason { order } => {
                let key = |label: Label| vec![ReplyButton { label: label.show(language), contact: false }];
                let number = order.to_string();
                let asked = match is_forgotten(*order, context) {
                    true => text!("desk-ask-reason-forgotten", number = number),
                    false => text!("desk-ask-reason", number = number),
                };
                View::text(say(language, &asked)).answers(vec![key(Label::NoReason), key(Label::Cancel)])
            }
            Self::Listing { of, skip } => list::page(*of, *skip, context),
            Self::Found { words } => list::found(words, context),
            Self::Totals => totals::view(context),
            Self::Viewing { order } => match known(*order, context) {
                Some(order) => list::order(order, context),
                None => list::page(OrderFilter::Open, 0, context),
            },
            Self::Answered { order, cancelled: true } => {
                View::text(say(language, &done(OrderStep::Cancel, *order, context))).menu()
            }
            Self::Answered { order, cancelled: false } => View::text(say(language, &not_now(*order, context))).menu(),
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

/// The order of this number, if the turn is about it.
pub(crate) fn known(number: OrderNumber, context: &Context) -> Option<&Order> {
    context.office.as_ref().and_then(|office| office.order.as_ref()).filter(|order| order.number == number)
}

/// An order by its number, or orders by the name or the phone number of their customers.
fn searched(state: DeskState, said: String, context: &Context) -> Outcome<DeskState> {
    if let Some(order) = order_number(&said) {
        match known(order, context) {
            Some(_) => return Outcome::stay(DeskState::Viewing { order }),
            None if said.parse() == Ok(order) => {
                return Outcome::keep(state).say(text!("desk-unknown", number = order.to_string()));
            }
            None => {}
        }
    }
    let words = clip(&one_line(&said), WORDS).into_owned();
    Outcome::stay(DeskState::Found { words })
}

/// What the customer will read, or why it cannot be that.
pub(crate) fn reason(said: &str) -> Result<String, Text> {
    let reason = lines(said, REASON_LINES);
    if !is_visible(&reason) {
        return Err(text!("desk-again-reason"));
    }
    match reason.chars().count() > REASON_LIMIT {
        true => Err(text!("desk-reason-too-long", most = REASON_LIMIT)),
        false => Ok(reason),
    }
}

/// Cancels an order, unless something has become of it while the owner was writing.
fn cancelled(number: OrderNumber, reason: Option<String>, context: &Context) -> Outcome<DeskState> {
    match known(number, context).filter(|order| order.allows(OrderStep::Cancel)) {
        Some(order) => Outcome::stay(DeskState::Answered { order: number, cancelled: true }).with(moved(
            order,
            OrderStep::Cancel,
            reason,
            context,
        )),
        None => Outcome::stay(DeskState::Answered { order: number, cancelled: false }),
    }
}

/// The effect that takes an order a step on.
pub(crate) fn moved(order: &Order, step: OrderStep, reason: Option<String>, context: &Context) -> Effect {
    let name = context.customer.name.as_ref().map(PersonName::in_one_line);
    let by = Some(name.unwrap_or_else(|| context.settings.shop_name.clone()));
    let taken = OrderMove { to: step.leads_to(), at: context.now, by, reason };
    Effect::MoveOrder { number: order.number, from: order.status, taken }
}

/// What an owner hears of a step.
pub(crate) fn done(step: OrderStep, number: OrderNumber, context: &Context) -> Text {
    let is_forgotten = is_forgotten(number, context);
    let number = number.to_string();
    match (step, is_forgotten) {
        (OrderStep::Accept, false) => text!("desk-accepted", number = number),
        (OrderStep::Ship, false) => text!("desk-shipped", number = number),
        (OrderStep::Deliver, false) => text!("desk-delivered", number = number),
        (OrderStep::Cancel, false) => text!("desk-cancelled", number = number),
        (OrderStep::Accept, true) => text!("desk-accepted-forgotten", number = number),
        (OrderStep::Ship, true) => text!("desk-shipped-forgotten", number = number),
        (OrderStep::Deliver, true) => text!("desk-delivered-forgotten", number = number),
        (OrderStep::Cancel, true) => text!("desk-cancelled-forgotten", number = number),
    }
}

/// Whether the order's customer asked to be forgotten, so that nobody is told of a step.
fn is_forgotten(number: OrderNumber, context: &Context) -> bool {
    known(number, context).is_some_and(|order| order.is_forgotten)
}

/// Why a step cannot be taken.
pub(crate) fn not_now(number: OrderNumber, context: &Context) -> Text {
    match known(number, context) {
        Some(order) => text!("desk-not-now", number = number.to_string(), status = status(order.status)),
        None => text!("desk-unknown", number = number.to_string()),
    }
}
