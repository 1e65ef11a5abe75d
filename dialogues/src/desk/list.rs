//! The orders of the shop, as owners look through them.

use strum::IntoEnumIterator;

use super::notice::owner_notice;
use crate::bill::status;
use crate::buttons::Place;
use crate::machine::{Callback, Context, InlineButton, Keyboard, View};
use crate::shop::{DESK_PAGE, Order, OrderFilter, TeamRole};
use crate::text;
use crate::texts::{Text, label, say};

type Row = Vec<InlineButton>;

/// A page of orders, newest first, and the ways to others.
pub(super) fn page(of: OrderFilter, skip: u16, context: &Context) -> View {
    let orders = orders(context);
    let head = match orders.is_empty() {
        true => text!("desk-none", which = which(of)),
        false => text!("desk-orders", which = which(of)),
    };
    let mut rows = listed(orders, context);
    let mut turn = Row::new();
    let page = DESK_PAGE as u16;
    if skip > 0 {
        turn.push(go(text!("orders-newer"), Place::Desk { of, skip: skip.saturating_sub(page) }, context));
    }
    if let (true, Some(skip)) = (orders.len() > DESK_PAGE, skip.checked_add(page)) {
        turn.push(go(text!("orders-older"), Place::Desk { of, skip }, context));
    }
    let filters: Row = OrderFilter::iter()
        .filter(|other| *other != of)
        .map(|other| go(which(other), Place::Desk { of: other, skip: 0 }, context))
        .collect();
    rows.extend([turn].into_iter().filter(|turn| !turn.is_empty()));
    rows.extend(filters.chunks(3).map(<[InlineButton]>::to_vec));
    let own = go(text!("desk-own"), Place::Orders { skip: 0 }, context);
    let sales = context.may(TeamRole::Owner).then(|| go(text!("desk-sales"), Place::Sales, context));
    rows.push(sales.into_iter().chain([own]).collect());
    View::text(say(context.customer.language, &head)).rows(rows)
}

/// What was found by a name or a phone number.
pub(super) fn found(words: &str, context: &Context) -> View {
    let orders = orders(context);
    let head = match orders.is_empty() {
        true => text!("desk-found-none", words = words),
        false => text!("desk-found", words = words),
    };
    let mut rows = listed(orders, context);
    rows.push(back(context));
    View::text(say(context.customer.language, &head)).rows(rows)
}

/// One order, with what can be done with it.
pub(super) fn order(order: &Order, context: &Context) -> View {
    let notice = owner_notice(order, context);
    let mut rows = match notice.keys {
        Keyboard::Inline(rows) => rows,
        Keyboard::None | Keyboard::Menu | Keyboard::Reply(_) => Vec::new(),
    };
    rows.push(back(context));
    View::text(notice.text).rows(rows)
}

fn orders(context: &Context) -> &[Order] {
    context.office.as_ref().map(|office| &office.orders[..]).unwrap_or_default()
}

fn listed(orders: &[Order], context: &Context) -> Vec<Row> {
    let row = |order: &Order| {
        let (number, total) = (order.number.to_string(), context.show(order.total));
        let text = text!("orders-row", number = number, total = total, status = status(order.status));
        vec![go(text, Place::DeskOrder(order.number), context)]
    };
    orders.iter().take(DESK_PAGE).map(row).collect()
}

pub(super) fn back(context: &Context) -> Row {
    vec![go(text!("desk-back"), Place::Desk { of: OrderFilter::Open, skip: 0 }, context)]
}

fn go(text: Text, place: Place, context: &Context) -> InlineButton {
    InlineButton { label: label(context.customer.language, &text), button: Callback::Go(place) }
}

fn which(of: OrderFilter) -> Text {
    match of {
        OrderFilter::Open => text!("desk-open"),
        OrderFilter::New => text!("status-new"),
        OrderFilter::Accepted => text!("status-accepted"),
        OrderFilter::Shipped => text!("status-shipped"),
        OrderFilter::Delivered => text!("status-delivered"),
        OrderFilter::Cancelled => text!("status-cancelled"),
    }
}
