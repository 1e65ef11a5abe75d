//! Going to a place of the shop from wherever the customer is, and granting what is granted everywhere.

use crate::buttons::{List, Origin, Place};
use crate::catalogue::CatalogueState;
use crate::desk::DeskState;
use crate::goods::GoodsState;
use crate::machine::{Attached, Context, Conversation, CustomerStatus, Effect, Next, Outcome, SideMessage};
use crate::mailing::{self, MailingState};
use crate::menu::MenuState;
use crate::pause::{self, PauseState};
use crate::privacy::PrivacyState;
use crate::profile::{self, ProfileState};
use crate::shop::{Cursor, Customer, MailingId, OrderNumber, OrderStep, ProductId, Steer, Steering};
use crate::team::{self, TeamState};
use crate::{Dialogue, cart, catalogue, checkout, desk, goods, news, orders, product, talk, text};

/// Goes to a place: the first state of the flow that stands there.
pub(crate) fn visit(go: Place, before: &Conversation, context: &Context) -> Outcome<Dialogue> {
    let from = &before.dialogue;
    match go {
        Place::Start => {
            Outcome::stay(MenuState::Greeting { returning: context.acquaintance != CustomerStatus::Stranger }.into())
        }
        Place::Menu => Outcome::stay(MenuState::Choosing.into()),
        // From there on, what is written is looked for: an open question would take it for its answer.
        Place::Search => catalogue::enter_root().map(Dialogue::from).say(text!("search-how")),
        Place::Help => Outcome::stay(MenuState::ReadingHelp.into()),
        Place::Privacy => Outcome::stay(PrivacyState::Reading.into()),
        Place::Cancel => from.clone().cancel(context),
        Place::Catalogue => catalogue::enter_root().map(Dialogue::from),
        Place::Category(id) => catalogue::enter_category(id, context).map(Dialogue::from),
        Place::Shelves { category, skip } => catalogue::enter_shelves(category, skip, context).map(Dialogue::from),
        Place::Products { category, after } => page(List::Category(category), after, from, context),
        Place::Sale { after } => page(List::Sale, after, from, context),
        Place::Product(id) => product::enter(id, None, context).map(Dialogue::from),
        Place::ProductFrom { product, from } => product::enter(product, Some(from), context).map(Dialogue::from),
        Place::Back { product, to } => back(product, to, before, context),
        Place::Cart => cart::enter(context).map(Dialogue::from),
        Place::Checkout => {
            if let Some(text) = pause::no_orders(context) {
                return Outcome::keep(from.clone()).say(text);
            }
            // An old “Complete the order” in the middle of a checkout goes on with it.
            let open = from.open_checkout(before.beside.parked.as_ref());
            checkout::enter(open.cloned(), context).map(Dialogue::from)
        }
        Place::News => news::enter(context).map(Dialogue::from),
        Place::Orders { skip } => orders::enter_list(skip, context).map(Dialogue::from),
        Place::Order(number) => orders::enter_order(number, context).map(Dialogue::from),
        Place::Profile => profile::enter().map(Dialogue::from),
        Place::OptIn => subscribe(true, from, context),
        Place::OptOut => subscribe(false, from, context),
        Place::Mail => mailing::enter().map(Dialogue::from),
        Place::Desk { of, skip } => Outcome::stay(DeskState::Listing { of, skip }.into()),
        Place::Pause => Outcome::stay(PauseState::Viewing.into()),
        Place::Goods => Outcome::stay(GoodsState::Finding { words: None }.into()),
        Place::EditProduct(product) => Outcome::stay(GoodsState::viewing(product).into()),
        Place::AddProduct => match goods::enter_new(context) {
            Some(state) => Outcome::stay(state.into()),
            None => Outcome::keep(from.clone()).say(text!("goods-no-category")),
        },
        Place::OrdersTable(month) => Outcome::keep(from.clone())
            .note(SideMessage::Toast(text!("desk-table-coming")))
            .note(SideMessage::Attach(Attached::Orders(month))),
        Place::Sales => Outcome::stay(DeskState::Totals.into()),
        Place::DeskOrder(order) => desk::enter_order(order, context).map(Dialogue::from),
        Place::Step { step, order } => take_step(step, order, from, context),
        Place::Team => Outcome::stay(TeamState::Viewing.into()),
        Place::Member(member) => team::enter_member(member, context).map(Dialogue::from),
        Place::AuditLog => Outcome::stay(TeamState::ReadingLog.into()),
        Place::Ask { order } => talk::enter(order, context).map(Dialogue::from),
        Place::Write(to) => talk::enter_answer(to, context).map(Dialogue::from),
        Place::Steer { mailing, steer } => self::steer(mailing, steer, from, context),
    }
}

/// A page of a list, unless it has just been sent: a double tap asks for it twice.
fn page(list: List, after: Option<Cursor>, from: &Dialogue, context: &Context) -> Outcome<Dialogue> {
    if let (Dialogue::Catalogue(state), Some(after)) = (from, after)
        && catalogue::has_just_sent(state, list, after, context)
    {
        return Outcome::keep(from.clone()).note(SideMessage::Toast(text!("list-sent")));
    }
    catalogue::enter_list(list, after, context).map(Dialogue::from)
}

/// From the card of a product to where it was opened from, as that is now.
fn back(product: ProductId, to: Origin, before: &Conversation, context: &Context) -> Outcome<Dialogue> {
    let list = match to {
        Origin::List => context.catalogue.product(product).map(|product| List::Category(product.category)),
        Origin::Sale => Some(List::Sale),
        Origin::Cart => return visit(Place::Cart, before, context),
        Origin::Search => {
            return match before.beside.searched.clone() {
                Some(words) => Outcome::stay(CatalogueState::Found { words }.into()),
                None => visit(Place::Search, before, context),
            };
        }
    };
    let Some(list) = list else { return visit(Place::Catalogue, before, context) };
    let outcome = catalogue::enter_page_of(list, product, context).map(Dialogue::from);
    if outcome.next == Next::Stay(before.dialogue.clone()) {
        // The second tap of a double tap.
        return Outcome::keep(before.dialogue.clone()).note(SideMessage::Toast(text!("list-sent")));
    }
    outcome
}

/// Has mailings, or has no more of them, wherever the customer is: nothing else changes.
fn subscribe(wanted: bool, from: &Dialogue, context: &Context) -> Outcome<Dialogue> {
    let outcome = match from {
        // The line of the profile changes before their eyes.
        Dialogue::Profile(ProfileState::Viewing) => Outcome::stay(from.clone()),
        other => Outcome::keep(other.clone()),
    };
    let said = if wanted { text!("mailings-on") } else { text!("mailings-off") };
    let outcome = outcome.note(SideMessage::Alert(said));
    // Who is not known gets none anyway, and a tap introduces nobody.
    if context.acquaintance == CustomerStatus::Stranger || context.customer.subscribed == wanted {
        return outcome;
    }
    outcome.with(Effect::keep(Customer { subscribed: wanted, ..context.customer.clone() }))
}

/// A button of an order's notice: takes the step, or asks for the reason first.
fn take_step(step: OrderStep, number: OrderNumber, from: &Dialogue, context: &Context) -> Outcome<Dialogue> {
    let keep = || Outcome::keep(from.clone());
    let order = desk::known(number, context);
    if order.is_some_and(|order| order.status == step.leads_to()) {
        // The second tap of a double tap, or another owner was faster: it is as they want it.
        return keep().note(SideMessage::Toast(desk::done(step, number, context)));
    }
    let Some(order) = order.filter(|order| order.allows(step)) else {
        return keep().note(SideMessage::Alert(desk::not_now(number, context)));
    };
    if step == OrderStep::Cancel {
        return Outcome::stay(DeskState::AskingReason { order: number }.into());
    }
    let outcome = match from {
        // The order stands on the screen.
        Dialogue::Desk(DeskState::Viewing { order }) if *order == number => Outcome::stay(from.clone()),
        _ => keep(),
    };
    outcome.with(desk::moved(order, step, None, context)).note(SideMessage::Toast(desk::done(step, number, context)))
}

/// A button of a report: pauses, resumes and cancels at once; asks before it corrects or takes back.
fn steer(id: MailingId, steer: Steer, from: &Dialogue, context: &Context) -> Outcome<Dialogue> {
    let keep = || Outcome::keep(from.clone());
    let Some(mailing) = mailing::known(id, context).filter(|mailing| mailing.allows(steer)) else {
        return keep().note(SideMessage::Toast(text!("mailing-not-now")));
    };
    let (steering, said) = match steer {
        Steer::Pause => (Steering::Pause, text!("mailing-pausing")),
        Steer::Resume => (Steering::Resume, text!("mailing-resuming")),
        // Its report says so below; what stands here would go on to name the time at which it is sent.
        Steer::Cancel if mailing.began.is_none() => {
            let outcome = match from {
                Dialogue::Mailing(MailingState::Following { mailing, .. }) if *mailing == id => {
                    Outcome::exit(Place::Menu)
                }
                _ => keep(),
            };
            return outcome
                .with(Effect::SteerMailing(id, Steering::Cancel))
                .note(SideMessage::Toast(text!("mailing-cancelling")))
                .note(SideMessage::Replace(text!("mailing-not-sent")));
        }
        Steer::Cancel => (Steering::Cancel, text!("mailing-cancelling")),
        Steer::Correct => {
            let picture = mailing.letter.picture.is_some();
            return Outcome::stay(MailingState::AskingCorrection { mailing: id, picture }.into());
        }
        Steer::Recall => return Outcome::stay(MailingState::ConfirmingRecall { mailing: id }.into()),
    };
    keep().with(Effect::SteerMailing(id, steering)).note(SideMessage::Toast(said))
}
