//! Buttons on messages that are no longer the screen. Customers scroll up and tap what they see there: whatever is safe
//! is done, as if that message were still the screen, and the message becomes the screen. The rest is answered kindly.
//!
//! Safe is what only asks or shows, and what says itself what it changes, such as one more of a product. Not safe is
//! what agrees to a text of another time (an order, a deletion, a price), and what adds up when it is tapped twice.

use crate::Dialogue;
use crate::buttons::Act;
use crate::cart::CartState;
use crate::checkout::CheckoutState;
use crate::machine::Conversation;
use crate::privacy::PrivacyState;
use crate::product::ProductState;
use crate::profile::ProfileState;

/// The state in which a button does on an older message what it says; `None` where that is not safe.
pub(crate) fn home(act: Act, before: &Conversation) -> Option<Dialogue> {
    match act {
        // A button without a card does not say which product it is for.
        Act::Fewer(card) | Act::More(card) | Act::Count(card) | Act::AddToCart(card) | Act::ReadMore(card) => {
            card.map(|card| ProductState::Choosing(card).into())
        }
        Act::LineFewer(_) | Act::LineMore(_) | Act::LineOut(_) | Act::AskEmpty => {
            Some(CartState::Adjusting { lowered: Vec::new() }.into())
        }
        Act::KeepCart => Some(CartState::ConfirmingEmpty.into()),
        Act::Empty | Act::AcceptChanges => None,
        Act::Change(_) => review(before),
        Act::Confirm | Act::GiveUp => None,
        // A second tap would put everything into the cart once more.
        Act::Repeat(_) => None,
        Act::Edit(_) | Act::ChooseLanguage => Some(ProfileState::Viewing.into()),
        Act::Speak(_) | Act::BackToProfile => Some(ProfileState::ChoosingLanguage.into()),
        Act::SendMyData | Act::AskForget => Some(PrivacyState::Reading.into()),
        Act::DoNotForget => Some(PrivacyState::ConfirmingForget.into()),
        Act::Forget => None,
        Act::MailTo(_) | Act::SendMailing | Act::DropMailing | Act::Recall | Act::KeepMailing => None,
    }
}

/// The review of a checkout that is open and whose questions are all answered.
fn review(before: &Conversation) -> Option<Dialogue> {
    let open = match &before.dialogue {
        Dialogue::Checkout(state) => Some(state),
        _ => before.beside.parked.as_ref(),
    };
    let form = open.and_then(CheckoutState::form).filter(|form| form.is_complete())?;
    Some(CheckoutState::Reviewing { form: form.clone() }.into())
}
