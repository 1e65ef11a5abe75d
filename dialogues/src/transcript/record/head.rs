//! What is true when a tape begins, as `Given`s.

use std::sync::Arc;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::shop::differences;
use super::{Participant, Recording};
use crate::shop::{Catalogue, Customer, Language, Money, Order, Percent, ProductId};
use crate::snapshot::Snapshot;
use crate::transcript::{Given, GivenPerson, Role};
use crate::world::{changes, named_catalogue};

/// The beginning of a transcript.
pub(super) struct Head {
    pub(super) givens: Vec<Given>,
    /// Who has blocked the bot: no sentence says that, so that they do it again.
    pub(super) blocked: Vec<String>,
}

/// All that must be true before the first step of the tape.
pub(super) fn head(tape: &Recording) -> Result<Head, String> {
    let first = tape.steps.first().ok_or("nothing has happened")?;
    let named = |name: &String| named_catalogue(name).ok_or_else(|| format!("transcripts know no catalogue “{name}”"));
    let shop = tape.catalogue.as_ref().map(named).transpose()?.unwrap_or_default();
    let hours = tape.remind_after.and_then(|after| u16::try_from(after.num_hours()).ok());
    let reminders = hours.map(|hours| Given::Reminders { hours });
    let no_email = (!tape.asks_email).then_some(Given::NoEmail);
    let receipts = tape.sends_receipts.then_some(Given::Receipts);
    let catalogue = tape.catalogue.clone().map(Given::Catalogue);
    let givens = catalogue.into_iter().chain(no_email).chain(receipts).chain(reminders).collect();
    let mut shelves = Shelves { shop, givens };
    let mut blocked = Vec::new();
    for somebody in tape.people.iter().filter(|somebody| tape.knows(somebody)) {
        let before = tape.steps.iter().find_map(|step| step.before(&somebody.name));
        if before.is_some_and(|before| !before.active) {
            blocked.push(somebody.name.clone());
        }
        shelves.introduce(somebody, before);
    }
    // Only now: who has goods of old in the cart put them there when they still were to be had.
    shelves.givens.extend(differences(&shelves.shop, &first.shop[0]));
    shelves.givens.push(Given::Time(minute(first.at)));
    Ok(Head { givens: shelves.givens, blocked })
}

/// The time without its seconds.
pub(super) fn minute(time: DateTime<Utc>) -> DateTime<Utc> {
    time.duration_trunc(TimeDelta::minutes(1)).unwrap_or(time)
}

impl Recording {
    /// Whether somebody must be introduced: they act, or see something, or are told of orders.
    pub(super) fn knows(&self, somebody: &Participant) -> bool {
        let name = &somebody.name;
        let met = self.steps.iter().any(|step| {
            step.deeds().iter().any(|done| done.person == *name)
                || step.happened.observed.iter().any(|seen| seen.person == *name)
        });
        somebody.owner || met
    }
}

/// The shop as the sentences so far have made it.
struct Shelves {
    shop: Arc<Catalogue>,
    givens: Vec<Given>,
}

impl Shelves {
    fn introduce(&mut self, somebody: &Participant, before: Option<&Snapshot>) {
        let empty = Snapshot::default();
        let kept = before.unwrap_or(&empty);
        let mut cart = Vec::new();
        for line in &kept.cart.lines {
            let title = self.at_price(line.product, line.seen_price, Some(line.seen_discount));
            cart.push((title.unwrap_or_else(|| line.title.clone()), line.quantity.get()));
        }
        let person = match &kept.customer {
            Some(customer) => known(somebody, customer, cart),
            None => GivenPerson { cart, ..stranger(somebody, before.is_some()) },
        };
        self.givens.push(Given::Person(person));
        kept.orders.iter().rev().for_each(|order| self.order(&somebody.name, order));
    }

    fn order(&mut self, person: &str, order: &Order) {
        self.givens.push(Given::Time(minute(order.placed)));
        let mut items = Vec::new();
        for line in &order.lines {
            let title = self.at_price(line.product, line.price, None);
            items.push((title.unwrap_or_else(|| line.title.clone()), line.quantity.get()));
        }
        self.givens.push(Given::Ordered { person: person.to_owned(), items, status: order.status });
    }

    /// Sees to it that one of these costs so much; its title. With a discount, it is that one.
    fn at_price(&mut self, id: ProductId, price: Money, discount: Option<Percent>) -> Option<String> {
        let product = Arc::clone(self.shop.product(id)?);
        let title = || product.title.clone();
        if product.unit_price() != price || discount.is_some_and(|discount| discount != product.discount) {
            let discount = discount.unwrap_or(Percent::ZERO);
            self.make(Given::Costs { title: title(), price: undiscounted(price, discount) });
            self.make(Given::Discounted { title: title(), discount });
        }
        Some(title())
    }

    /// Adds a sentence that changes the shop, if it does.
    fn make(&mut self, given: Given) {
        let Ok(changes) = changes(&given, &self.shop, DateTime::UNIX_EPOCH) else { return };
        let changed = Arc::new(self.shop.changed(changes));
        if !differences(&self.shop, &changed).is_empty() {
            self.shop = changed;
            self.givens.push(given);
        }
    }
}

/// The price that this discount makes into that one.
fn undiscounted(price: Money, discount: Percent) -> Money {
    let rest = i64::from(100 - discount.get()).max(1);
    let near = price.minor() * 100 / rest;
    let fits = |minor: &i64| Money::from_minor(*minor).is_some_and(|full| full.discounted(discount) == price);
    (near - 1..=near + 1).find(fits).and_then(Money::from_minor).unwrap_or(price)
}

fn stranger(somebody: &Participant, met: bool) -> GivenPerson {
    let role = match (somebody.owner, met) {
        (true, _) => Role::Owner,
        (false, true) => Role::New,
        // They only listen, and somebody must have let the bot write to them.
        (false, false) => Role::Customer,
    };
    GivenPerson { name: somebody.name.clone(), role, language: spoken(somebody.language), ..GivenPerson::default() }
}

fn known(somebody: &Participant, customer: &Customer, cart: Vec<(String, u16)>) -> GivenPerson {
    let Customer { name, email, phone, address, language, .. } = customer.clone();
    let met = Customer::met(&somebody.first_name, None, language).name;
    GivenPerson {
        name: somebody.name.clone(),
        role: if somebody.owner { Role::Owner } else { Role::Customer },
        language: spoken(language),
        // An empty name is none.
        called: (name != met).then(|| name.map(String::from).unwrap_or_default()),
        phone: phone.map(String::from),
        email: email.map(String::from),
        address: address.map(String::from),
        cart,
    }
}

/// English goes without saying.
fn spoken(language: Language) -> Option<Language> {
    (language != Language::default()).then_some(language)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_price_comes_out_as_it_was_seen(minor in 0..10_000_000_i64, percent in 0..100_u8) {
            let discount = Percent::try_from(percent).unwrap();
            let seen = Money::from_minor(minor).unwrap().discounted(discount);
            prop_assert_eq!(undiscounted(seen, discount).discounted(discount), seen);
        }
    }
}
