//! Orders: what was bought, newest first; one in detail; and all of it once more.

use serde::{Deserialize, Serialize};

use crate::bill::{lines, status};
use crate::buttons::{Action, Place};
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{Callback, Context, Effect, InlineButton, Input, Outcome, SideMessage, View};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::shop::{Cart, Email, Order, OrderLine, OrderMove, OrderNumber, OrderStatus};
use crate::text;
use crate::texts::{Html, Text, label, say};

/// Orders on one page.
const PAGE: usize = 6;

/// Where the customer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OrdersState {
    /// Looks through the list, past so many of the newest.
    Listing { skip: u16 },
    /// Looks at one order.
    Viewing { number: OrderNumber },
    /// Is asked whether it shall be cancelled.
    ConfirmingCancel { number: OrderNumber },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum OrdersEvent {
    /// Wants the same again.
    Repeated(OrderNumber),
    /// Would like to cancel it.
    AskedCancel(OrderNumber),
    /// Is sure of it.
    ConfirmedCancel(OrderNumber),
    ThoughtBetter,
    Chatted(MenuEvent),
}

/// A page of the list.
pub fn enter_list(skip: u16, context: &Context) -> Outcome<OrdersState> {
    let last = context.orders.len().saturating_sub(1) / PAGE * PAGE;
    Outcome::stay(OrdersState::Listing { skip: skip.min(u16::try_from(last).unwrap_or(u16::MAX)) })
}

/// One order; the list where there is no such order of this customer.
pub fn enter_order(number: OrderNumber, context: &Context) -> Outcome<OrdersState> {
    match find(number, context) {
        Some(_) => Outcome::stay(OrdersState::Viewing { number }),
        None => Outcome::stay(OrdersState::Listing { skip: 0 }).note(SideMessage::Toast(text!("order-unknown"))),
    }
}

impl Flow<Shop> for OrdersState {
    type Event = OrdersEvent;

    fn interpret(&self, input: &Input) -> Option<OrdersEvent> {
        match input {
            Input::Tapped { button: Callback::Action(Action::Repeat(number)), .. } => {
                Some(OrdersEvent::Repeated(*number))
            }
            Input::Tapped { button: Callback::Action(Action::AskCancelOrder(number)), .. } => {
                Some(OrdersEvent::AskedCancel(*number))
            }
            Input::Tapped { button: Callback::Action(Action::CancelOrder(number)), .. } => {
                Some(OrdersEvent::ConfirmedCancel(*number))
            }
            Input::Tapped { button: Callback::Action(Action::KeepOrder(_)), .. } => Some(OrdersEvent::ThoughtBetter),
            Input::Tapped { .. } => None,
            other => small_talk(other).map(OrdersEvent::Chatted),
        }
    }

    fn transition(self, event: OrdersEvent, context: &Context) -> Outcome<Self> {
        if let OrdersEvent::Chatted(talk) = &event {
            return Outcome::keep(self).note(answer_small_talk(talk));
        }
        match self {
            Self::Viewing { number } => match event {
                OrdersEvent::Repeated(wanted) if wanted == number => repeat(self, number, context),
                OrdersEvent::AskedCancel(wanted) if wanted == number => ask_cancel(number, context),
                _ => out_of_date(self),
            },
            Self::ConfirmingCancel { number } => match event {
                OrdersEvent::ConfirmedCancel(wanted) if wanted == number => cancel(number, context),
                OrdersEvent::ThoughtBetter => {
                    Outcome::stay(Self::Viewing { number }).note(SideMessage::Toast(text!("nothing-changed")))
                }
                _ => out_of_date(self),
            },
            Self::Listing { .. } => out_of_date(self),
        }
    }

    fn view(&self, context: &Context) -> View {
        match self {
            Self::Listing { skip } => list(usize::from(*skip), context),
            Self::Viewing { number } => match find(*number, context) {
                Some(order) => detail(order, context),
                None => list(0, context),
            },
            Self::ConfirmingCancel { number } => confirm_cancel(*number, context),
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

fn find(number: OrderNumber, context: &Context) -> Option<&Order> {
    context.orders.iter().find(|order| order.number == number)
}

/// Puts what can still be had into the cart, and says what cannot.
fn repeat(state: OrdersState, number: OrderNumber, context: &Context) -> Outcome<OrdersState> {
    let Some(order) = find(number, context) else { return out_of_date(state) };
    let mut cart = context.cart.clone();
    let mut complete = true;
    for line in &order.lines {
        let (next, whole) = put_again(&cart, line, context);
        cart = next;
        complete &= whole;
    }
    if cart == context.cart {
        let held = order.lines.iter().any(|line| {
            let product = context.catalogue.offered(line.product);
            context.cart.line(line.product).is_some() && product.is_some_and(|product| product.stock.most().is_some())
        });
        let said = if held { text!("repeat-held") } else { text!("repeat-nothing") };
        return Outcome::keep(state).note(SideMessage::Alert(said));
    }
    let said = if complete { text!("repeated") } else { text!("repeated-partly") };
    Outcome::exit(Place::Cart).with(Effect::keep(cart)).note(SideMessage::Alert(said))
}

/// The cart with one line of an order added, as far as it can be had; and whether all of it could.
fn put_again(cart: &Cart, line: &OrderLine, context: &Context) -> (Cart, bool) {
    let Some(product) = context.catalogue.offered(line.product) else { return (cart.clone(), false) };
    let Some(most) = product.stock.most() else { return (cart.clone(), false) };
    let held = cart.line(line.product).map(|held| held.quantity);
    if held.is_none() && cart.lines.len() >= Cart::MOST_LINES {
        return (cart.clone(), false);
    }
    let wanted = held.map_or(line.quantity, |held| held.plus(line.quantity));
    (cart.with(product, Some(wanted.min(most))), wanted <= most)
}

fn ask_cancel(number: OrderNumber, context: &Context) -> Outcome<OrdersState> {
    match find(number, context).is_some_and(|order| order.status.is_cancellable_by_customer()) {
        true => Outcome::stay(OrdersState::ConfirmingCancel { number }),
        false => too_late_to_cancel(number),
    }
}

/// Cancels an order that nobody has begun to work on.
fn cancel(number: OrderNumber, context: &Context) -> Outcome<OrdersState> {
    let order = find(number, context).filter(|order| order.status.is_cancellable_by_customer());
    let Some(order) = order else { return too_late_to_cancel(number) };
    let taken = OrderMove { to: OrderStatus::Cancelled, at: context.now, by: None, reason: None };
    Outcome::stay(OrdersState::Viewing { number })
        .with(Effect::MoveOrder { number, from: order.status, taken })
        .note(SideMessage::Alert(text!("order-is-cancelled")))
}

fn too_late_to_cancel(number: OrderNumber) -> Outcome<OrdersState> {
    Outcome::stay(OrdersState::Viewing { number }).note(SideMessage::Alert(text!("order-too-late")))
}

fn list(skip: usize, context: &Context) -> View {
    let language = context.customer.language;
    let go = |text: &Text, go| InlineButton { label: label(language, text), button: Callback::Go(go) };
    if context.orders.is_empty() {
        let rows = vec![vec![go(&text!("to-catalogue"), Place::Catalogue)]];
        return View::text(say(language, &text!("orders-none"))).rows(rows);
    }
    let mut rows: Vec<Vec<InlineButton>> = Vec::new();
    for order in context.orders.iter().skip(skip).take(PAGE) {
        let (number, total) = (order.number.to_string(), context.show(order.total));
        rows.push(vec![go(
            &text!("orders-row", number = number, total = total, status = status(order.status)),
            Place::Order(order.number),
        )]);
    }
    let mut turn = Vec::new();
    if skip > 0 {
        let skip = u16::try_from(skip.saturating_sub(PAGE)).unwrap_or(0);
        turn.push(go(&text!("orders-newer"), Place::Orders { skip }));
    }
    if let (true, Ok(skip)) = (skip + PAGE < context.orders.len(), u16::try_from(skip + PAGE)) {
        turn.push(go(&text!("orders-older"), Place::Orders { skip }));
    }
    if !turn.is_empty() {
        rows.push(turn);
    }
    View::text(say(language, &text!("orders", count = context.orders.len()))).rows(rows)
}

fn detail(order: &Order, context: &Context) -> View {
    let language = context.customer.language;
    let number = order.number.to_string();
    let head = text!("order", number = number, status = status(order.status), date = context.date(order.placed));
    let key = |text: Text, button| vec![InlineButton { label: label(language, &text), button }];
    let mut rows = vec![key(text!("order-repeat"), Callback::Action(Action::Repeat(order.number)))];
    if order.status.is_cancellable_by_customer() {
        rows.push(key(text!("order-cancel"), Callback::Action(Action::AskCancelOrder(order.number))));
    }
    rows.push(key(text!("talk-key-ask"), Callback::Go(Place::Ask { order: Some(order.number) })));
    rows.push(key(text!("orders-back"), Callback::Go(Place::Orders { skip: 0 })));
    let reason = order.last_move().and_then(|last| last.reason.as_deref()).map(Html::escape).unwrap_or_default();
    View::text(Html::paragraphs([say(language, &head), reason, lines(order, context), contact(order)])).rows(rows)
}

fn confirm_cancel(number: OrderNumber, context: &Context) -> View {
    let language = context.customer.language;
    let key = |text: Text, act| vec![InlineButton { label: label(language, &text), button: Callback::Action(act) }];
    View::text(say(language, &text!("order-cancel-sure", number = number.to_string()))).rows(vec![
        key(text!("order-cancel-yes"), Action::CancelOrder(number)),
        key(text!("order-cancel-no"), Action::KeepOrder(number)),
    ])
}

fn contact(order: &Order) -> Html {
    let Some(contact) = &order.contact else { return Html::default() };
    let pieces =
        [contact.email.as_ref().map(Email::as_str), Some(contact.phone.as_str()), Some(contact.address.as_str())];
    Html::lines(pieces.into_iter().flatten().map(Html::escape))
}
