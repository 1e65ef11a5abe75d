//! Buttons on messages that are no longer the screen. Customers scroll up and tap what they see there: whatever is safe
//! is done, as if that message were still the screen, and the message becomes the screen. The rest is answered kindly.
//!
//! Safe is what only asks or shows, and what says itself what it changes, such as one more of a product. Not safe is
//! what agrees to a text of another time (an order, a deletion, a price), and what adds up when it is tapped twice.

use crate::Dialogue;
use crate::buttons::{Act, Button};
use crate::cart::CartState;
use crate::checkout::CheckoutState;
use crate::dialogue::Part;
use crate::flow::Step;
use crate::machine::{Context, Conversation, Effect, Input, Next, Note, Outcome};
use crate::privacy::PrivacyState;
use crate::product::ProductState;
use crate::profile::ProfileState;
use crate::text;

/// The event of a tap that is done on an older message.
pub(crate) const EVENT: &str = "tapped an older message";

/// The state in which a button does on an older message what it says; `None` where that is not safe.
pub(crate) fn home(act: Act, before: &Conversation) -> Option<Dialogue> {
    match act {
        Act::OnCard { card, .. } => Some(ProductState::Choosing(card).wrap()),
        // Which card these were on, nobody knows any more.
        Act::Fewer | Act::More | Act::Count | Act::AddToCart | Act::ReadMore => None,
        Act::LineFewer(_) | Act::LineMore(_) | Act::LineOut(_) | Act::AskEmpty => {
            Some(CartState::Adjusting { lowered: Vec::new() }.wrap())
        }
        Act::KeepCart => Some(CartState::ConfirmingEmpty.wrap()),
        Act::Empty | Act::AcceptChanges => None,
        Act::Change(_) => review(before),
        Act::Confirm | Act::GiveUp => None,
        // A second tap would put everything into the cart once more.
        Act::Repeat(_) => None,
        Act::Edit(_) | Act::ChooseLanguage => Some(ProfileState::Viewing.wrap()),
        Act::Speak(_) | Act::BackToProfile => Some(ProfileState::ChoosingLanguage.wrap()),
        Act::SendMyData | Act::AskForget => Some(PrivacyState::Reading.wrap()),
        Act::DoNotForget => Some(PrivacyState::ConfirmingForget.wrap()),
        Act::Forget => None,
        Act::MailTo(_) | Act::SendMailing | Act::DropMailing | Act::Recall | Act::KeepMailing => None,
    }
}

/// The review of a checkout that is open and whose questions are all answered.
fn review(before: &Conversation) -> Option<Dialogue> {
    let open = match &before.dialogue {
        Dialogue::Checkout(state) => Some(state),
        _ => before.parked.as_ref(),
    };
    let form = open.and_then(CheckoutState::form).filter(|form| form.is_complete())?;
    Some(CheckoutState::Reviewing { form: form.clone() }.wrap())
}

/// Lets the flow of an older message answer a tap on it. What would change nothing, such as the second tap of a double
/// tap, sends nothing once more.
pub(crate) fn step(home: &Dialogue, input: &Input, before: &Conversation, context: &Context) -> Option<Step<Dialogue>> {
    let outcome = home.step(input, context)?.outcome;
    let same = matches!(&outcome.next, Next::Stay(next) | Next::Keep(next) if *next == before.dialogue);
    let changes = |effect: &Effect| match effect {
        Effect::KeepCart(cart) => *cart != context.cart,
        Effect::KeepCustomer(customer) => *customer != context.customer,
        Effect::PlaceOrder(_) | Effect::Forget | Effect::SetActive(_) => true,
        Effect::StartMailing(_) | Effect::SteerMailing(..) => true,
    };
    let outcome = if same && !outcome.effects.iter().any(changes) {
        let answer = outcome.notes.into_iter().find(|note| matches!(note, Note::Toast(_) | Note::Alert(_)));
        let below = || Note::Toast(text!("out-of-date-below"));
        Outcome::keep(before.dialogue.clone()).note(answer.unwrap_or_else(below))
    } else {
        outcome
    };
    Some(Step { outcome, event: EVENT })
}

/// The older message that a tap is on, by the state that it shows; `None` for what is not safe there.
pub(crate) fn tapped(before: &Conversation, input: &Input) -> Option<Dialogue> {
    match input {
        Input::Tapped { button: Button::Act(act), serial } if !before.is_screen(*serial) => home(*act, before),
        _ => None,
    }
}
