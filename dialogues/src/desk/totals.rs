//! What the shop has sold lately, and what is running low, for its owners.

use strum::IntoEnumIterator;

use super::list::back;
use crate::buttons::Place;
use crate::machine::{Callback, Context, InlineButton, View};
use crate::shop::{TableMonth, Takings, low_in_stock};
use crate::text;
use crate::texts::{Html, TITLE_LIMIT, Text, clip, label, say};

/// So many products that are running low are listed.
const LISTED: usize = 10;

/// The page of totals.
pub(super) fn view(context: &Context) -> View {
    let sales = context.office.as_ref().map(|office| office.sales.clone()).unwrap_or_default();
    let language = context.customer.language;
    let head = text!("desk-totals", today = takings(sales.today, context), month = takings(sales.month, context));
    let best = sales.best.iter().map(|best| {
        text!(
            "desk-best-line",
            title = clip(context.catalogue.line_title(best.product, &best.title, language), TITLE_LIMIT).into_owned(),
            quantity = best.quantity
        )
    });
    let best: Vec<Text> = match sales.best.is_empty() {
        true => Vec::new(),
        false => [text!("desk-best")].into_iter().chain(best).collect(),
    };
    let low = low_in_stock(context.catalogue.products().map(|product| &**product), context.settings.low_stock);
    let left = low.iter().take(LISTED).map(|(product, left)| {
        text!(
            "desk-low-line",
            title = clip(product.title_in(language), TITLE_LIMIT).into_owned(),
            left = i64::from(*left)
        )
    });
    let more = low.len().saturating_sub(LISTED);
    let more = (more > 0).then(|| text!("desk-low-more", count = more));
    let low: Vec<Text> = match low.is_empty() {
        true => vec![text!("desk-low-none")],
        false => [text!("desk-low")].into_iter().chain(left).chain(more).collect(),
    };
    let said = |lines: &[Text]| Html::lines(lines.iter().map(|line| say(language, line)));
    View::text(Html::paragraphs([said(&[head]), said(&best), said(&low)]))
        .rows(vec![TableMonth::iter().map(|month| table(month, context)).collect(), back(context)])
}

/// The orders of a month as a file.
fn table(month: TableMonth, context: &Context) -> InlineButton {
    let language = context.customer.language;
    let key = match month {
        TableMonth::ThisMonth => text!("desk-table-this"),
        TableMonth::LastMonth => text!("desk-table-last"),
    };
    InlineButton { label: label(language, &key), button: Callback::Go(Place::OrdersTable(month)) }
}

fn takings(takings: Takings, context: &Context) -> Text {
    text!("desk-takings", orders = takings.orders, total = context.show(takings.total))
}
