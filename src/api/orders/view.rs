//! An order as it is shown: contact data in full only to a key that may see it.

use dialogues::shop::{Contact, Currency, OrderLine};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::money::Amount;
use super::super::problem::Problem;
use super::super::reply::{Rendered, rendered};
use super::super::users::view::{shown_address, shown_email, shown_name, shown_phone};
use super::expand::ExpandedView;
use crate::export::ContactCells;
use crate::store::StoredOrder;

/// Names of all fields.
pub(crate) const FIELDS: [&str; 11] = [
    "number", "status", "customer", "contact", "lines", "total", "placed", "revision", "masked", "created", "modified",
];

/// An order.
#[derive(Serialize, ToSchema)]
#[schema(as = Order)]
pub(crate) struct OrderView {
    #[schema(pattern = "^[1-9][0-9]{2}-[0-9]{4}$", example = "482-7391")]
    number: String,
    /// `new`, `accepted`, `shipped`, `delivered` or `cancelled`.
    #[schema(pattern = "^(new|accepted|shipped|delivered|cancelled)$", example = "new")]
    status: String,
    /// The Telegram id of whoever placed it; null if they were forgotten.
    #[schema(required = true)]
    customer: Option<i64>,
    /// Whom to deliver to; null if they were forgotten, once it is delivered or cancelled.
    #[schema(required = true)]
    contact: Option<ContactView>,
    /// What was bought, as it was called and at what it cost then.
    lines: Vec<Line>,
    total: Amount,
    placed: chrono::DateTime<chrono::Utc>,
    /// That of the newest event of it.
    #[schema(minimum = 1)]
    revision: i64,
    /// Whether the contact is masked, for want of the scope `contacts:read`.
    masked: bool,
    created: chrono::DateTime<chrono::Utc>,
    modified: chrono::DateTime<chrono::Utc>,
    /// What was asked for with `expand`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ExpandedView, required = false)]
    expanded: Option<Value>,
}

/// Whom to deliver to.
#[derive(Serialize, ToSchema)]
#[schema(as = Contact)]
pub(crate) struct ContactView {
    #[schema(required = true)]
    name: Option<String>,
    /// Null where the shop asked for none.
    #[schema(required = true)]
    email: Option<String>,
    phone: String,
    address: String,
}

/// One line of an order.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderLine)]
pub(crate) struct Line {
    /// The product's id; it may be gone by now.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    product: String,
    title: String,
    #[schema(minimum = 1, maximum = 99)]
    quantity: u16,
    /// Of one, after the discount.
    price: Amount,
    /// Of all of them.
    sum: Amount,
}

/// A contact in a table.
pub(crate) fn cells(contact: &Contact, in_full: bool) -> ContactCells {
    [
        contact.name.as_ref().map(|name| shown_name(name, in_full)).unwrap_or_default(),
        contact.email.as_ref().map(|email| shown_email(email, in_full)).unwrap_or_default(),
        shown_phone(&contact.phone, in_full),
        shown_address(&contact.address, in_full),
    ]
}

/// An order as it is shown. With what it names its tag is longer: that changes, too.
pub(crate) fn render(stored: &StoredOrder, in_full: bool, expanded: Option<Value>) -> Result<Rendered, Problem> {
    let order = &stored.order;
    let currency: Currency = stored.currency.parse().unwrap_or_default();
    let line = |line: &OrderLine| Line {
        product: line.product.0.to_string(),
        title: line.title.clone(),
        quantity: line.quantity.get(),
        price: Amount::new(line.price, currency),
        sum: Amount::new(line.price.times(line.quantity), currency),
    };
    let contact = |contact: &Contact| ContactView {
        name: contact.name.as_ref().map(|name| shown_name(name, in_full)),
        email: contact.email.as_ref().map(|email| shown_email(email, in_full)),
        phone: shown_phone(&contact.phone, in_full),
        address: shown_address(&contact.address, in_full),
    };
    let mut view = OrderView {
        number: order.number.to_string(),
        status: order.status.to_string(),
        customer: stored.customer,
        contact: order.contact.as_ref().map(contact),
        lines: order.lines.iter().map(line).collect(),
        total: Amount::new(order.total, currency),
        placed: order.placed,
        revision: stored.revision,
        masked: !in_full,
        created: stored.stamps.created,
        modified: stored.stamps.modified,
        expanded: None,
    };
    let (alone, own) = rendered(&view)?;
    if expanded.is_none() {
        return Ok((alone, own));
    }
    view.expanded = expanded;
    let (json, whole) = rendered(&view)?;
    Ok((json, format!("{own}-{whole}")))
}
