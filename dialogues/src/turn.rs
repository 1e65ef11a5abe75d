//! What a turn of the shop looks at, and how its events are named. The turn itself is the engine's.

use engine::route::TAPPED_OLDER;
pub use engine::route::{Route, route};
pub use engine::turn;

use crate::Dialogue;
use crate::buttons::{Action, Place};
use crate::checkout::CheckoutState;
use crate::desk::DeskState;
use crate::machine::{Callback, Conversation, Input};
use crate::mailing::MailingState;
use crate::search::{self, SEARCHED, order_number};
use crate::shop::{Addressee, DeskQuery, MailingId, OrderFilter, OrderNumber};
use crate::talk::TalkState;
use crate::team::TeamState;
use crate::texts::Label;

/// What a turn looks at beside the customer's own documents: it is read only then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looks {
    /// At the customer's orders.
    pub at_orders: bool,
    /// At whom a mailing would reach; owners only.
    pub at_recipients: bool,
    /// At this mailing; owners only.
    pub at_mailing: Option<MailingId>,
    /// At this order, whosesoever it is; for the people of the shop.
    pub at_order: Option<OrderNumber>,
    /// At what the customer and the people of the shop have written to each other.
    pub at_messages: bool,
    /// At the customer whom an owner writes to.
    pub at_addressee: Option<Addressee>,
    /// At these orders, whosesoever they are; for the people of the shop.
    pub at_desk: Option<DeskQuery>,
    /// At what was sold; owners only.
    pub at_sales: bool,
    /// At who works in the shop; owners only.
    pub at_team: bool,
    /// At who has done what lately; owners only.
    pub at_audit: bool,
}

/// What the turn of this input looks at.
pub fn looks(before: Option<&Conversation>, input: &Input) -> Looks {
    let dialogue = before.map(|before| &before.dialogue);
    let at_orders = |dialogue: &Dialogue| {
        matches!(
            dialogue,
            Dialogue::Orders(_)
                | Dialogue::Privacy(_)
                | Dialogue::Checkout(CheckoutState::Placed { .. })
                | Dialogue::Talk(
                    TalkState::AskingMessage { order: Some(_) } | TalkState::AskingMore { order: Some(_), .. }
                )
        )
    };
    Looks {
        at_orders: asks_for_orders(dialogue, input) || dialogue.is_some_and(at_orders),
        at_recipients: matches!(dialogue, Some(Dialogue::Mailing(_))),
        at_mailing: dialogue.and_then(|dialogue| concerned(dialogue, input)),
        at_order: order_on_the_desk(dialogue, input),
        at_messages: matches!(input, Input::Tapped { button: Callback::Action(Action::SendMyData), .. }),
        at_addressee: addressee(dialogue, input),
        at_desk: on_the_desk(dialogue, input),
        at_sales: matches!(input, Input::Tapped { button: Callback::Go(Place::Sales), .. })
            || matches!(dialogue, Some(Dialogue::Desk(DeskState::Totals))),
        at_team: team_concerned(dialogue, input),
        at_audit: matches!(input, Input::Tapped { button: Callback::Go(Place::AuditLog), .. })
            || matches!(dialogue, Some(Dialogue::Team(TeamState::ReadingLog))),
    }
}

/// The orders that an owner's turn is about.
fn on_the_desk(before: Option<&Dialogue>, input: &Input) -> Option<DeskQuery> {
    let first = || Some(DeskQuery::Page { of: OrderFilter::default(), skip: 0 });
    match (input, before) {
        (Input::Tapped { button: Callback::Go(Place::Desk { of, skip }), .. }, _) => {
            Some(DeskQuery::Page { of: *of, skip: *skip })
        }
        (Input::Command { name, .. }, _) if name == "orders" => first(),
        (Input::Said(said) | Input::Formatted { text: said, .. }, _) if Label::read(said) == Some(Label::Orders) => {
            first()
        }
        (Input::Said(said) | Input::Formatted { text: said, .. }, Some(Dialogue::Desk(state)))
            if state.is_searched() =>
        {
            Some(DeskQuery::Words(said.clone()))
        }
        (_, Some(Dialogue::Desk(DeskState::Listing { of, skip }))) => Some(DeskQuery::Page { of: *of, skip: *skip }),
        (_, Some(Dialogue::Desk(DeskState::Found { words }))) => Some(DeskQuery::Words(words.clone())),
        _ => None,
    }
}

/// The order that an owner's turn is about.
fn order_on_the_desk(before: Option<&Dialogue>, input: &Input) -> Option<OrderNumber> {
    match (input, before) {
        (Input::Tapped { button: Callback::Go(Place::Step { order, .. } | Place::DeskOrder(order)), .. }, _) => {
            Some(*order)
        }
        (Input::Said(_) | Input::Formatted { .. } | Input::Command { .. }, before)
            if number_said(before, input).is_some() =>
        {
            number_said(before, input)
        }
        (_, Some(Dialogue::Desk(DeskState::Viewing { order }))) => Some(*order),
        (_, Some(Dialogue::Desk(DeskState::AskingReason { order } | DeskState::Answered { order, .. }))) => {
            Some(*order)
        }
        _ => None,
    }
}

/// Whether a turn is about the team.
fn team_concerned(before: Option<&Dialogue>, input: &Input) -> bool {
    match input {
        Input::Command { name, .. } if name == "team" => true,
        Input::Tapped { button: Callback::Go(Place::Team | Place::Member(_)), .. } => true,
        _ => matches!(before, Some(Dialogue::Team(TeamState::Viewing | TeamState::ViewingMember { .. }))),
    }
}

/// Whom an owner writes to, or is about to.
fn addressee(before: Option<&Dialogue>, input: &Input) -> Option<Addressee> {
    match (input, before) {
        (Input::Tapped { button: Callback::Go(Place::Write(to)), .. }, _) => Some(*to),
        (_, Some(Dialogue::Talk(TalkState::AskingAnswer { to }))) => Some(*to),
        _ => None,
    }
}

/// The mailing that a turn is about, which is read only then.
fn concerned(before: &Dialogue, input: &Input) -> Option<MailingId> {
    match (input, before) {
        (Input::Tapped { button: Callback::Go(Place::Steer { mailing, .. }), .. }, _) => Some(*mailing),
        (_, Dialogue::Mailing(MailingState::AskingCorrection { mailing, .. })) => Some(*mailing),
        (_, Dialogue::Mailing(MailingState::ConfirmingRecall { mailing })) => Some(*mailing),
        _ => None,
    }
}

/// The number of an order that is looked for; what answers a question is no such number, whatever stands in it.
fn number_said(before: Option<&Dialogue>, input: &Input) -> Option<OrderNumber> {
    match input {
        Input::Said(said) | Input::Formatted { text: said, .. } if !before.is_some_and(Dialogue::asks) => {
            order_number(said)
        }
        Input::Command { name, argument } if name == "search" => order_number(argument),
        _ => None,
    }
}

fn asks_for_orders(before: Option<&Dialogue>, input: &Input) -> bool {
    match input {
        Input::Command { name, .. } if name == "orders" => true,
        Input::Said(said) | Input::Formatted { text: said, .. } if Label::read(said) == Some(Label::Orders) => true,
        Input::Said(said) | Input::Formatted { text: said, .. }
            if !before.is_some_and(Dialogue::listens) && search::asks_for_orders(said) =>
        {
            true
        }
        Input::Command { .. } | Input::Said(_) | Input::Formatted { .. } => number_said(before, input).is_some(),
        Input::Tapped { button: Callback::Go(go), .. } => {
            matches!(go, Place::Orders { .. } | Place::Order(_) | Place::Ask { order: Some(_) })
        }
        // Also under an older message.
        Input::Tapped { button: Callback::Action(act), .. } => {
            matches!(act, Action::SendMyData | Action::AskForget | Action::AskCancelOrder(_) | Action::KeepOrder(_))
        }
        _ => false,
    }
}

/// Whoever has lost the role for what they were doing comes back to the menu.
pub const LOST_ROLE: &str = "lost the role";

/// Whether an event's name is that of going to a place, which can be done from everywhere.
pub fn is_place(event: &str) -> bool {
    let wishes = [
        "showed more",
        "back",
        "went to checkout",
        "opted in",
        "opted out",
        "steered a mailing",
        "took on",
        LOST_ROLE,
        SEARCHED,
        TAPPED_OLDER,
    ];
    event.starts_with('/') || event.starts_with("opened") || wishes.contains(&event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::OrderNumber;

    #[test]
    fn a_number_within_an_answer_is_no_order_that_is_looked_for() {
        let (order, other) = (OrderNumber::draw(1), OrderNumber::draw(2));
        let said = Input::Said(format!("It is the same as {other}"));
        let before = |dialogue: DeskState| Conversation { dialogue: dialogue.into(), ..Conversation::new() };
        let at = |before: &Conversation| looks(Some(before), &said).at_order;
        assert_eq!(at(&before(DeskState::AskingReason { order })), Some(order));
        assert_eq!(at(&before(DeskState::Viewing { order })), Some(other));
    }

    #[test]
    fn a_turn_looks_only_at_what_it_shows() {
        let command = |name: &str| Input::Command { name: name.to_owned(), argument: String::new() };
        let tap = |button| Input::Tapped { button, serial: 1 };
        for (input, at_orders) in [
            (command("orders"), true),
            (command("cart"), false),
            (Input::Said(Label::Orders.show(Default::default())), true),
            (Input::Said("hello".to_owned()), false),
            (tap(Callback::Go(Place::Orders { skip: 0 })), true),
            (tap(Callback::Go(Place::Order(OrderNumber::draw(1)))), true),
            (tap(Callback::Go(Place::Cart)), false),
            (tap(Callback::Action(Action::SendMyData)), true),
            (tap(Callback::Action(Action::AskCancelOrder(OrderNumber::draw(1)))), true),
            (tap(Callback::Action(Action::AskForget)), true),
        ] {
            let Looks { at_orders: found, at_recipients, at_mailing, at_order, .. } = looks(None, &input);
            assert_eq!((found, at_recipients, at_mailing, at_order), (at_orders, false, None, None), "{input:?}");
        }
    }
}
