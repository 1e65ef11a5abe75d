//! What owners and customers are told of an order, beside their dialogues: messages of their own, whose buttons work from
//! wherever the reader is.

use crate::bill::{lines, status};
use crate::buttons::Place;
use crate::machine::{Callback, Context, InlineButton, View};
use crate::shop::{Addressee, Email, Order, OrderStatus, OrderStep, PersonName};
use crate::text;
use crate::texts::{Html, TITLE_LIMIT, Text, Value, clip, label, say};

/// What the owners are told about an order, and what they can do with it, in the reader's language.
pub fn owner_notice(order: &Order, context: &Context) -> View {
    let language = context.customer.language;
    let number = order.number.to_string();
    let head = match order.status {
        OrderStatus::New => text!("owner-new-order", number = number),
        _ => text!("owner-order", number = number),
    };
    // One line each, with a label: whatever a customer writes, the owner can tell it from the shop's own lines.
    let contact = order.contact.as_ref().map(|contact| {
        let name = contact.name.as_ref().map(PersonName::in_one_line);
        let name = name.map_or_else(|| Value::Text(text!("profile-nothing")), Value::Str);
        let (phone, address) = (contact.phone.in_one_line(), contact.address.in_one_line());
        let text = match contact.email.as_ref().map(Email::in_one_line) {
            Some(email) => text!("owner-contact", name = name, email = email, phone = phone, address = address),
            None => text!("owner-contact-without-email", name = name, phone = phone, address = address),
        };
        say(language, &text)
    });
    // Telegram opens it also where the customer has no username.
    let profile = order.customer.map(|id| say(language, &text!("owner-profile", id = id.to_string())));
    let head = Html::lines([head].into_iter().chain(progress(order, context)).map(|text| say(language, &text)));
    let key = |step: &OrderStep| {
        let button = Callback::Go(Place::Step { step: *step, order: order.number });
        InlineButton { label: label(language, &wish(*step)), button }
    };
    let keys: Vec<InlineButton> = order.status.steps().iter().map(key).collect();
    // What is cancelled gives its stock back.
    let is_counted = order.status != OrderStatus::Cancelled;
    let low = order.lines.iter().filter_map(|line| Some((line, line.left.filter(|_| is_counted)?)));
    let low: Vec<Text> = low
        .map(|(line, left)| {
            let title = context.catalogue.line_title(line.product, &line.title, language);
            let title = clip(title, TITLE_LIMIT).into_owned();
            text!("desk-low-line", title = title, left = i64::from(left))
        })
        .collect();
    let title = (!low.is_empty()).then(|| text!("desk-low"));
    let low = Html::lines(title.into_iter().chain(low).map(|text| say(language, &text)));
    let gone = order.is_forgotten.then(|| {
        say(language, &if order.contact.is_some() { text!("owner-forgotten-open") } else { text!("owner-forgotten") })
    });
    let (contact, gone) = (Html::lines(contact.into_iter().chain(profile)), gone.unwrap_or_default());
    let view = View::text(Html::paragraphs([head, lines(order, context), low, contact, gone]));
    // Nobody writes to somebody who was forgotten.
    let write = (!order.is_forgotten && order.contact.is_some()).then(|| {
        let button = Callback::Go(Place::Write(Addressee::OfOrder(order.number)));
        vec![InlineButton { label: label(language, &text!("talk-key-write")), button }]
    });
    // Without buttons nothing of them must stay: the notice is edited.
    view.rows([keys].into_iter().filter(|keys| !keys.is_empty()).chain(write).collect())
}

/// What the customer is told when their order has come further; `None` where there is nothing to tell.
pub fn customer_notice(order: &Order, context: &Context) -> Option<View> {
    let language = context.customer.language;
    let number = order.number.to_string();
    let head = match order.status {
        OrderStatus::New => return None,
        OrderStatus::Accepted => text!("order-accepted", number = number),
        OrderStatus::Shipped => text!("order-shipped", number = number),
        OrderStatus::Delivered => text!("order-delivered", number = number),
        // Whoever has cancelled it themselves knows.
        OrderStatus::Cancelled if order.last_move().is_some_and(|last| last.by.is_none()) => return None,
        OrderStatus::Cancelled => text!("order-cancelled", number = number),
    };
    let reason = order.last_move().and_then(|last| last.reason.as_deref()).map(Html::escape).unwrap_or_default();
    let key = InlineButton {
        label: label(language, &text!("placed-open")),
        button: Callback::Go(Place::Order(order.number)),
    };
    Some(View::text(Html::paragraphs([say(language, &head), reason])).rows(vec![vec![key]]))
}

/// How far it has come, who has done that and when, and why; nothing of a new order.
fn progress(order: &Order, context: &Context) -> Vec<Text> {
    if order.status == OrderStatus::New {
        return Vec::new();
    }
    let word = status(order.status);
    let Some(last) = order.last_move() else { return vec![text!("owner-status", status = word)] };
    let at = context.settings.zone.minute(last.at);
    let by = match &last.by {
        Some(name) => Value::Str(name.clone()),
        None => Value::Text(text!("owner-by-customer")),
    };
    let done = text!("owner-moved", status = word, by = by, at = at);
    let reason = last.reason.as_ref().map(|reason| text!("owner-reason", reason = reason.replace('\n', " ")));
    [done].into_iter().chain(reason).collect()
}

fn wish(step: OrderStep) -> Text {
    match step {
        OrderStep::Accept => text!("desk-accept"),
        OrderStep::Ship => text!("desk-ship"),
        OrderStep::Deliver => text!("desk-deliver"),
        OrderStep::Cancel => text!("desk-cancel"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::atlas::ordered;
    use crate::snapshot::Surroundings;

    #[test]
    fn a_notice_leads_to_the_profile_of_whoever_placed_the_order_unless_they_are_forgotten() {
        let (settings, now) = (Arc::new(crate::world::settings()), crate::world::beginning());
        let context = Surroundings { catalogue: Arc::default(), settings, office: None, now, fresh: 0 }.for_anybody();
        let text = |order: &Order| owner_notice(order, &context).text.as_str().to_owned();
        let order = Order { customer: Some(5_000_000_001), ..ordered() };
        assert!(text(&order).contains("<a href=\"tg://user?id=5000000001\">"), "{}", text(&order));
        let forgotten = text(&order.forgotten(now));
        assert!(!forgotten.contains("tg://"), "{forgotten}");
    }
}
