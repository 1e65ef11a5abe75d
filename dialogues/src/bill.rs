//! An order in words: its lines, its total, and how far it has come.

use crate::machine::Context;
use crate::shop::{Order, OrderStatus, Quantity};
use crate::text;
use crate::texts::{Html, TITLE_LIMIT, Text, clip, say};

/// The lines and the total, as an order, its review and the owners' notice show them.
pub(crate) fn lines(order: &Order, context: &Context) -> Html {
    let language = context.customer.language;
    let lines = order.lines.iter().map(|line| {
        let title = context.catalogue.line_title(line.product, &line.title, language);
        line_text(title, line.quantity, context.show(line.price.times(line.quantity)))
    });
    let total = text!("total", total = context.show(order.total));
    Html::lines(lines.chain([total]).map(|text| say(language, &text)))
}

/// One line: title, quantity, sum.
pub(crate) fn line_text(title: &str, quantity: Quantity, sum: String) -> Text {
    text!("line", title = clip(title, TITLE_LIMIT).into_owned(), quantity = quantity, sum = sum)
}

/// How far an order has come, in a word.
pub(crate) fn status(status: OrderStatus) -> Text {
    match status {
        OrderStatus::New => text!("status-new"),
        OrderStatus::Accepted => text!("status-accepted"),
        OrderStatus::Shipped => text!("status-shipped"),
        OrderStatus::Delivered => text!("status-delivered"),
        OrderStatus::Cancelled => text!("status-cancelled"),
    }
}
