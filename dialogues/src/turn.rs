//! What a turn of the shop looks at, and how its events are named. The turn itself is the engine's.

use engine::route::TAPPED_OLDER;
pub use engine::route::{Route, route};
pub use engine::turn;

use crate::Dialogue;
use crate::buttons::{Act, Button, Go};
use crate::checkout::CheckoutState;
use crate::machine::{Conversation, Input};
use crate::texts::Label;

/// Whether this turn looks at the customer's orders, which are read only then.
pub fn needs_orders(before: Option<&Conversation>, input: &Input) -> bool {
    let asked = match input {
        Input::Command { name, .. } => name == "orders",
        Input::Said(said) | Input::Formatted { text: said, .. } => Label::read(said) == Some(Label::Orders),
        Input::Tapped { button: Button::Go(go), .. } => matches!(go, Go::Orders { .. } | Go::Order(_)),
        // Also under an older message.
        Input::Tapped { button: Button::Act(Act::SendMyData), .. } => true,
        _ => false,
    };
    let looks_at_orders = |dialogue: &Dialogue| {
        matches!(
            dialogue,
            Dialogue::Orders(_) | Dialogue::Privacy(_) | Dialogue::Checkout(CheckoutState::Placed { .. })
        )
    };
    let there = before.is_some_and(|before| looks_at_orders(&before.dialogue));
    asked || there
}

/// Whether an owner's turn looks at whom a mailing would reach, which is counted only then.
pub fn needs_office(before: Option<&Conversation>) -> bool {
    before.is_some_and(|before| matches!(before.dialogue, Dialogue::Mailing(_)))
}

/// Whether an event's name is that of going to a place, which can be done from everywhere.
pub fn is_place(event: &str) -> bool {
    let wishes = ["showed more", "went to checkout", "opted in", "opted out", "steered a mailing", TAPPED_OLDER];
    event.starts_with('/') || event.starts_with("opened") || wishes.contains(&event)
}
