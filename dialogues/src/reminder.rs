//! Whoever leaves goods in the cart, or an order half-way, is reminded of it once, if the owner wants that: as long as the cart
//! is not emptied there is no second time. It is said beside what they are being asked, and not at night.

use chrono::{DateTime, Utc};

use crate::Dialogue;
use crate::buttons::Place;
use crate::machine::{Callback, Context, Conversation, CustomerStatus, InlineButton, SideMessage, View};
use crate::moment::after;
use crate::shop::{Cart, CartLine};
use crate::text;
use crate::texts::{label, say};

/// The event of a customer who is reminded.
pub const REMINDED: &str = "reminded";

/// When a customer is to be reminded if they stay silent from now on, if at all.
pub(crate) fn due(conversation: &Conversation, context: &Context) -> Option<DateTime<Utc>> {
    let silence = context.settings.remind_after?;
    let is_private = !matches!(conversation.dialogue, Dialogue::Group(_));
    let may_be_told = context.customer.subscribed && context.acquaintance != CustomerStatus::Returning;
    let waits = is_private && may_be_told && !conversation.beside.reminded && !context.cart.is_empty();
    waits.then(|| context.settings.zone.by_day(after(context.now, silence)))
}

/// Whether, after so long a silence, the time to remind a customer has come: it has not at night, which the bot may have been
/// away until.
pub(crate) fn has_come(conversation: &Conversation, context: &Context) -> bool {
    due(conversation, context).is_some() && context.settings.zone.by_day(context.now) == context.now
}

/// The reminder, now that a customer was silent for so long; `None` where nothing in the cart can be ordered, or it is night.
pub(crate) fn reminder(conversation: &Conversation, context: &Context) -> Option<SideMessage> {
    let can_be_bought = |line: &&CartLine| context.catalogue.back(&[line.product]).next().is_some();
    let lines: Vec<CartLine> = context.cart.lines.iter().filter(can_be_bought).cloned().collect();
    let is_in_vain = lines.is_empty() || context.catalogue.pause(context.now).is_some();
    if is_in_vain || !has_come(conversation, context) {
        return None;
    }
    let language = context.customer.language;
    let cart = Cart { lines };
    let total = context.show(cart.total(&context.catalogue));
    let begun = conversation.dialogue.open_checkout(conversation.beside.parked.as_ref()).is_some();
    let (said, open, place) = match begun {
        true => (text!("reminder-order", total = total), text!("reminder-order-open"), Place::Checkout),
        false => {
            let said = text!("reminder-cart", products = cart.lines.len(), total = total);
            (said, text!("reminder-cart-open"), Place::Cart)
        }
    };
    let button = |text, place| vec![InlineButton { label: label(language, &text), button: Callback::Go(place) }];
    let rows = vec![button(open, place), button(text!("mailing-opt-out"), Place::OptOut)];
    Some(SideMessage::Show(View::text(say(language, &said)).rows(rows)))
}
