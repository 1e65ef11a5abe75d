//! Buttons on messages that are no longer the screen. Customers scroll up and tap what they see there: whatever is safe
//! is done, as if that message were still the screen, and the message becomes the screen. The rest is answered kindly.
//!
//! Safe is what only asks or shows, and what says itself what it changes, such as one more of a product. Not safe is
//! what agrees to a text of another time (an order, a deletion, a price), and what adds up when it is tapped twice.

use crate::Dialogue;
use crate::buttons::Action;
use crate::cart::CartState;
use crate::checkout::CheckoutState;
use crate::goods::GoodsState;
use crate::machine::Conversation;
use crate::orders::OrdersState;
use crate::pause::PauseState;
use crate::privacy::PrivacyState;
use crate::product::ProductState;
use crate::profile::ProfileState;

/// The state in which a button does on an older message what it says; `None` where that is not safe.
pub(crate) fn home(act: Action, before: &Conversation) -> Option<Dialogue> {
    match act {
        // A button without a card does not say which product it is for.
        Action::Fewer(card)
        | Action::More(card)
        | Action::Count(card)
        | Action::AddToCart(card)
        | Action::ReadMore(card)
        | Action::Await(card)
        | Action::StopAwaiting(card) => card.map(|card| ProductState::Choosing(card).into()),
        Action::LineFewer(_) | Action::LineMore(_) | Action::LineOut(_) | Action::AskEmpty => {
            Some(CartState::Adjusting { lowered: Vec::new() }.into())
        }
        Action::KeepCart => Some(CartState::ConfirmingEmpty.into()),
        Action::Empty | Action::AcceptChanges => None,
        Action::Change(_) => review(before),
        Action::Confirm | Action::GiveUp => None,
        // A second tap would put everything into the cart once more.
        Action::Repeat(_) => None,
        Action::AskCancelOrder(number) => Some(OrdersState::Viewing { number }.into()),
        Action::KeepOrder(number) => Some(OrdersState::ConfirmingCancel { number }.into()),
        Action::CancelOrder(_) => None,
        Action::Edit(_) | Action::ChooseLanguage => Some(ProfileState::Viewing.into()),
        Action::Speak(_) | Action::BackToProfile => Some(ProfileState::ChoosingLanguage.into()),
        Action::SendMyData | Action::AskForget => Some(PrivacyState::Reading.into()),
        Action::DoNotForget => Some(PrivacyState::ConfirmingForget.into()),
        Action::Forget => None,
        Action::PauseOrders => Some(PauseState::Viewing.into()),
        Action::AskPrice(product)
        | Action::AskDiscount(product)
        | Action::AskStock(product)
        | Action::AskText(product)
        | Action::AskPicture(product)
        | Action::Hide(product)
        | Action::Reveal(product) => Some(GoodsState::viewing(product).into()),
        // What was asked for once is not done twice, and by now somebody may have another role.
        Action::Invite(_) | Action::WithdrawInvitations | Action::Appoint { .. } | Action::Dismiss(_) => None,
        // It may be another pause by now.
        Action::ResumeOrders => None,
        Action::MailTo(_) | Action::SendMailing | Action::DropMailing | Action::Recall | Action::KeepMailing => None,
        // The letter that such a button stood under is no longer known.
        Action::AskMailingTime
        | Action::ScheduleMailing
        | Action::TranslateMailing
        | Action::MailIn(_)
        | Action::BackToMailing => None,
    }
}

/// The review of a checkout that is open. Where not all is answered yet, what is picked is one of the questions.
fn review(before: &Conversation) -> Option<Dialogue> {
    let open = before.dialogue.open_checkout(before.beside.parked.as_ref());
    let form = open.and_then(CheckoutState::form)?;
    Some(CheckoutState::Reviewing { form: form.clone() }.into())
}
