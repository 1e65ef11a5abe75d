//! The inverse of the parser: what is true, as the sentence behind `Given`.

use crate::shop::{OrderStatus, Percent};
use crate::transcript::{Given, GivenPerson, Role};
use engine::transcript::print::minute;

/// The sentence that [`super::Given`] reads as this.
pub(super) fn print(given: &Given) -> String {
    match given {
        Given::Catalogue(name) => format!("the catalogue {name}"),
        Given::Time(time) => format!("the time is {}", minute(time)),
        Given::NoEmail => "the shop asks for no e-mail".to_owned(),
        Given::Receipts => "the shop sends receipts by e-mail".to_owned(),
        Given::Reminders { hours: 1 } => "the shop reminds of carts after 1 hour".to_owned(),
        Given::Reminders { hours } => format!("the shop reminds of carts after {hours} hours"),
        Given::InStock { title, count } => format!("{count} of {title} in stock"),
        Given::Costs { title, price } => format!("{title} costs {}", price.plain()),
        Given::Discounted { title, discount } if *discount == Percent::ZERO => format!("{title} has no discount"),
        Given::Discounted { title, discount } => format!("{title} has a discount of {} %", discount.get()),
        Given::Hidden { title, hidden } => format!("{title} is {}", if *hidden { "hidden" } else { "shown" }),
        Given::Deleted { title } => format!("{title} is deleted"),
        Given::Moved { title, category } => format!("{title} is moved to {category}"),
        Given::Field { title, field, value } => format!("the {field} of {title} is {value}"),
        Given::NoNews => "no news".to_owned(),
        Given::News { headline, body } => format!("the news \"{headline}\": {body}"),
        Given::Person(who) => person(who),
        Given::Ordered { person, items, status } => {
            let status = match status {
                OrderStatus::New => String::new(),
                other => format!(" that is {other}"),
            };
            format!("{person} has an order of {}{status}", goods(items))
        }
    }
}

fn person(person: &GivenPerson) -> String {
    let role = match person.role {
        Role::New => "a new customer",
        Role::Customer => "a customer",
        Role::Owner => "an owner",
    };
    let language = person.language.map(|language| format!(" who speaks {language}")).unwrap_or_default();
    let details = [
        person.called.as_ref().map(|name| format!("name \"{name}\"")),
        person.phone.as_ref().map(|phone| format!("phone {phone}")),
        person.email.as_ref().map(|email| format!("e-mail {email}")),
        person.address.as_ref().map(|address| format!("address \"{address}\"")),
        (!person.cart.is_empty()).then(|| format!("a cart of {}", goods(&person.cart))),
    ];
    let details = details.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let with = if details.is_empty() { "" } else { " with " };
    format!("{}, {role}{language}{with}{details}", person.name)
}

/// `Sencha × 2, Assam × 1`
fn goods(items: &[(String, u16)]) -> String {
    items.iter().map(|(title, count)| format!("{title} × {count}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::super::tests::parse;
    use super::*;
    use crate::shop::{Language, Money, OrderStatus};
    use crate::transcript::givens;

    #[test]
    fn every_known_sentence_reads_back() {
        for sentence in givens().filter_map(|sentence| sentence.strip_prefix("Given ")) {
            let given = parse(sentence).unwrap();
            assert_eq!(parse(&print(&given)), Ok(given), "{sentence}");
        }
    }

    /// What products and people may be called, commas included.
    fn words() -> impl Strategy<Value = String> {
        "[A-ZА-Я][a-zа-я-]{1,8}(,? [A-Z0-9(][a-z0-9)]{1,6}){0,2}"
    }

    fn items() -> impl Strategy<Value = Vec<(String, u16)>> {
        proptest::collection::vec((words(), 1..100_u16), 1..4)
    }

    fn language() -> impl Strategy<Value = Language> {
        proptest::sample::select(vec![Language::English, Language::Ukrainian, Language::Russian])
    }

    fn status() -> impl Strategy<Value = OrderStatus> {
        use OrderStatus::{Accepted, Cancelled, Delivered, New, Shipped};
        proptest::sample::select(vec![New, Accepted, Shipped, Delivered, Cancelled])
    }

    fn somebody() -> impl Strategy<Value = GivenPerson> {
        use proptest::option::of;
        let role = proptest::sample::select(vec![Role::New, Role::Customer, Role::Owner]);
        let contact =
            (of("[^\",\n]{0,9}(, [a-z]{1,3})?"), of(r"\+[0-9]{8,15}"), of("[a-z.]{1,9}@[a-z]{1,9}"), of(words()));
        let cart = prop_oneof![Just(Vec::new()), items()];
        let parts = ("[A-ZА-Я][a-zа-я]{1,8}( [A-Z]\\.)?", role, of(language()), contact, cart);
        parts.prop_map(|(name, role, language, (called, phone, email, address), cart)| GivenPerson {
            name,
            role,
            language,
            called,
            phone,
            email,
            address,
            cart,
        })
    }

    fn given() -> impl Strategy<Value = Given> {
        prop_oneof![
            "[a-z-]{1,9}".prop_map(Given::Catalogue),
            (0..60_000_000_i64).prop_map(|minute| Given::Time(DateTime::from_timestamp(minute * 60, 0).unwrap())),
            (words(), any::<u32>()).prop_map(|(title, count)| Given::InStock { title, count }),
            (words(), 0..10_000_000_000_i64)
                .prop_map(|(title, price)| Given::Costs { title, price: Money::from_minor(price).unwrap() }),
            (words(), 0..=100_u8)
                .prop_map(|(title, percent)| Given::Discounted { title, discount: percent.try_into().unwrap() }),
            (words(), any::<bool>()).prop_map(|(title, hidden)| Given::Hidden { title, hidden }),
            words().prop_map(|title| Given::Deleted { title }),
            (words(), words()).prop_map(|(title, category)| Given::Moved { title, category }),
            (words(), "[a-z][a-z \n\":]{0,20}[a-z]").prop_map(|(title, value)| Given::Field {
                title,
                field: "description",
                value
            }),
            Just(Given::NoNews),
            (words(), "[a-z][a-z \n\":]{0,20}[a-z]").prop_map(|(headline, body)| Given::News { headline, body }),
            somebody().prop_map(Given::Person),
            (words(), items(), status()).prop_map(|(person, items, status)| Given::Ordered { person, items, status }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn what_is_printed_reads_back(given in given()) {
            prop_assert_eq!(parse(&print(&given)), Ok(given.clone()), "{}", print(&given));
        }
    }
}
