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
use crate::shop::{MailingId, OrderNumber};
use crate::texts::Label;

/// What a turn looks at beside the customer's own documents: it is read only then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks {
    /// At the customer's orders.
    pub at_orders: bool,
    /// At whom a mailing would reach; owners only.
    pub at_recipients: bool,
    /// At this mailing; owners only.
    pub at_mailing: Option<MailingId>,
    /// At this order, whosesoever it is; owners only.
    pub at_order: Option<OrderNumber>,
}

/// What the turn of this input looks at.
pub fn looks(before: Option<&Conversation>, input: &Input) -> Looks {
    let dialogue = before.map(|before| &before.dialogue);
    let at_orders = |dialogue: &Dialogue| {
        matches!(
            dialogue,
            Dialogue::Orders(_) | Dialogue::Privacy(_) | Dialogue::Checkout(CheckoutState::Placed { .. })
        )
    };
    Looks {
        at_orders: asks_for_orders(input) || dialogue.is_some_and(at_orders),
        at_recipients: matches!(dialogue, Some(Dialogue::Mailing(_))),
        at_mailing: dialogue.and_then(|dialogue| concerned(dialogue, input)),
        at_order: order_on_the_desk(dialogue, input),
    }
}

/// The order that an owner's turn is about.
fn order_on_the_desk(before: Option<&Dialogue>, input: &Input) -> Option<OrderNumber> {
    match (input, before) {
        (Input::Tapped { button: Callback::Go(Place::Step { order, .. }), .. }, _) => Some(*order),
        (_, Some(Dialogue::Desk(DeskState::AskingReason { order } | DeskState::Answered { order, .. }))) => {
            Some(*order)
        }
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

fn asks_for_orders(input: &Input) -> bool {
    match input {
        Input::Command { name, .. } => name == "orders",
        Input::Said(said) | Input::Formatted { text: said, .. } => Label::read(said) == Some(Label::Orders),
        Input::Tapped { button: Callback::Go(go), .. } => matches!(go, Place::Orders { .. } | Place::Order(_)),
        // Also under an older message.
        Input::Tapped { button: Callback::Action(act), .. } => {
            matches!(act, Action::SendMyData | Action::AskCancelOrder(_) | Action::KeepOrder(_))
        }
        _ => false,
    }
}

/// Whether an event's name is that of going to a place, which can be done from everywhere.
pub fn is_place(event: &str) -> bool {
    let wishes = [
        "showed more",
        "went to checkout",
        "opted in",
        "opted out",
        "steered a mailing",
        "took an order on",
        TAPPED_OLDER,
    ];
    event.starts_with('/') || event.starts_with("opened") || wishes.contains(&event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::OrderNumber;

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
            (tap(Callback::Action(Action::AskForget)), false),
        ] {
            let wanted = Looks { at_orders, at_recipients: false, at_mailing: None, at_order: None };
            assert_eq!(looks(None, &input), wanted, "{input:?}");
        }
    }
}
