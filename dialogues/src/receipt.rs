//! The receipt of an order: what its e-mail address gets, in the customer's language.

use crate::bill::lines;
use crate::machine::Context;
use crate::markup::parse_html;
use crate::shop::{Contact, Email, Order};
use crate::text;
use crate::texts::{Html, label, say};

/// An e-mail in plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderReceipt {
    /// One line.
    pub subject: String,
    /// Lines end with `\n`.
    pub text: String,
}

/// The receipt of an order, and whom it is for; `None` where the order has no address to send it to.
pub fn receipt(order: &Order, context: &Context) -> Option<(Email, OrderReceipt)> {
    let contact = order.contact.as_ref()?;
    let email = contact.email.clone()?;
    let language = context.customer.language;
    let (number, shop) = (order.number.to_string(), context.settings.shop_name.clone());
    let subject = label(language, &text!("receipt-subject", number = number.clone(), shop = shop.clone()));
    let placed = context.settings.zone.minute(order.placed);
    let paragraphs = [
        say(language, &text!("receipt-head", shop = shop, number = number, placed = placed)),
        lines(order, context),
        delivery(contact),
        say(language, &text!("receipt-foot")),
    ];
    let html = Html::paragraphs(paragraphs);
    // Our own sentences are well formed, and what others have written is escaped in them.
    let text = parse_html(html.as_str()).ok()?.text;
    Some((email, OrderReceipt { subject, text: text + "\n" }))
}

/// Where it is delivered to.
fn delivery(contact: &Contact) -> Html {
    let name = contact.name.as_ref().map(|name| name.as_str());
    let pieces = name.into_iter().chain([contact.phone.as_str(), contact.address.as_str()]);
    Html::lines(pieces.map(Html::escape))
}

/// What a customer is told of the receipt of an order that they have just placed; `None` where none is sent.
pub(crate) fn promised(order: &Order, context: &Context) -> Option<Html> {
    let email = order.contact.as_ref()?.email.as_ref().filter(|_| context.settings.sends_receipts)?;
    Some(say(context.customer.language, &text!("placed-receipt", email = email.as_str())))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::atlas::ordered;
    use crate::shop::{Address, Country, Language, OrderLine, OrderNumber, PersonName, Phone};
    use crate::shop::{Money, ProductId, Quantity};
    use crate::snapshot::Surroundings;

    #[test]
    fn a_receipt_says_what_was_ordered_and_where_it_goes_in_plain_text() {
        let contact = Contact {
            name: PersonName::parse("Anna <3").ok(),
            email: Email::parse("anna@example.com").ok(),
            phone: Phone::parse("067 111 22 33", Country::default()).unwrap(),
            address: Address::parse("Kyiv, Khreshchatyk 1").unwrap(),
        };
        let line = OrderLine {
            product: ProductId::of_key("sencha"),
            title: "Sencha & <Gyokuro>".to_owned(),
            quantity: Quantity::new(2).unwrap(),
            price: Money::from_minor(42_000).unwrap(),
            left: None,
        };
        let (number, total) = (OrderNumber::from_digits(4_827_391).unwrap(), line.price.times(line.quantity));
        let order = Order { number, contact: Some(contact), lines: vec![line], total, ..ordered() };
        let (settings, now) = (Arc::new(crate::world::settings()), crate::world::beginning());
        let around =
            || Surroundings { catalogue: Arc::default(), settings: Arc::clone(&settings), office: None, now, fresh: 0 };
        let (email, english) = receipt(&order, &around().for_reader(Language::English)).unwrap();
        assert_eq!(email.as_str(), "anna@example.com");
        assert_eq!(english.subject, "Your order 482-7391 at Tea House");
        assert_eq!(
            english.text,
            "Thank you for your order at Tea House!\nOrder 482-7391 of 14.03.2026 12:00\n\n\
             Sencha & <Gyokuro> × 2 — 840\u{a0}₴\nTotal 840\u{a0}₴\n\n\
             Anna <3\n+380671112233\nKyiv, Khreshchatyk 1\n\n\
             This is an automatic message. You can follow your order and reach us in the chat where you ordered.\n"
        );
        for language in [Language::Ukrainian, Language::Russian] {
            let (_, other) = receipt(&order, &around().for_reader(language)).unwrap();
            assert!(other.subject.contains("482-7391") && other.text.contains("Sencha & <Gyokuro> × 2"), "{other:?}");
            assert_ne!(other.subject, english.subject);
        }
        let silent = Order { contact: None, ..order };
        assert_eq!(receipt(&silent, &around().for_reader(Language::English)), None);
    }
}
