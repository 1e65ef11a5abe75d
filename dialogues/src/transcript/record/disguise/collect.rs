//! All that says on a tape who somebody is, but their first name.

use std::sync::Arc;

use strum::IntoEnumIterator;

use crate::Dialogue;
use crate::buttons::Field;
use crate::chat::{BotAction, KeyboardChange};
use crate::profile::{Parsed, known, parse};
use crate::shop::{Catalogue, Country, Language};
use crate::snapshot::Snapshot;
use crate::texts::{self, Label};
use crate::transcript::record::{PersonDeed, Recording, spot};
use crate::transcript::{Given, UserAction};

/// A value and how it was written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) field: Field,
    /// Whose it is; of an e-mail and the like, whose it was first.
    pub(super) person: String,
    pub(super) normal: String,
    pub(super) spellings: Vec<String>,
}

/// A value as it is compared; `None` if it is none. An address is offered on a button in one line.
pub(super) fn normal(field: Field, text: &str) -> Option<String> {
    Some(match parse(field, text, Country::default()).ok()? {
        Parsed::Name(name) => name.into(),
        Parsed::Email(email) => email.into(),
        Parsed::Phone(phone) => phone.into(),
        Parsed::Address(address) => address.as_str().replace('\n', ", "),
    })
}

/// All that somebody has written on a tape.
pub(super) fn written(tape: &Recording) -> impl Iterator<Item = &str> {
    tape.steps.iter().flat_map(|step| step.deeds()).filter_map(|done| text(&done.deed))
}

fn text(deed: &UserAction) -> Option<&str> {
    match deed {
        UserAction::Says(text)
        | UserAction::EditsLast(text)
        | UserAction::Forwards(text)
        | UserAction::SaysInGroup(text) => Some(text),
        UserAction::SendsPicture { caption, .. } => Some(caption),
        UserAction::SharesContact { .. }
        | UserAction::Taps { .. }
        | UserAction::Sends(_)
        | UserAction::Blocks
        | UserAction::Unblocks => None,
    }
}

/// All values on a tape, the more particular kinds first.
pub(super) fn collect(tape: &Recording) -> Vec<Found> {
    let mut collector = Collector { found: Vec::new(), public: Vec::new() };
    for step in &tape.steps {
        step.shop.iter().for_each(|shop| collector.public_words(shop));
        step.before.iter().for_each(|(person, before)| collector.before(person, before));
        step.givens.iter().for_each(|given| collector.given(given));
        step.deeds().iter().for_each(|done| collector.done(done));
        step.happened.observed.iter().for_each(|seen| collector.act(&seen.person, &seen.act));
    }
    let mut found = collector.found;
    found.sort_by_key(|found| match found.field {
        Field::Email => 0,
        Field::Phone => 1,
        Field::Address => 2,
        Field::Name => 3,
    });
    found
}

struct Collector {
    found: Vec<Found>,
    /// What anybody can read in the shop, one text after the other, of each shop once.
    public: Vec<(*const Catalogue, String)>,
}

impl Collector {
    fn public_words(&mut self, shop: &Arc<Catalogue>) {
        let which = Arc::as_ptr(shop);
        if self.public.iter().all(|(known, _)| *known != which) {
            let words = super::replace::shop_texts(shop).collect::<Vec<_>>().join("\n");
            self.public.push((which, words));
        }
    }

    /// Whether the shop says this to everybody.
    fn is_public(&self, text: &str) -> bool {
        let said = |language| texts::source(language).contains(text);
        self.public.iter().any(|(_, words)| words.contains(text)) || Language::iter().any(said)
    }

    fn add(&mut self, field: Field, person: &str, text: &str) {
        let Some(normal) = normal(field, text) else { return };
        let same = |known: &&mut Found| {
            known.field == field && known.normal == normal && (field != Field::Name || known.person == person)
        };
        let mut spellings = vec![text.trim().to_owned(), normal.clone()];
        match field {
            Field::Phone => spellings.push(normal.trim_start_matches('+').to_owned()),
            Field::Address => {
                spellings.extend(parse(field, text, Country::default()).ok().and_then(|parsed| match parsed {
                    Parsed::Address(address) => Some(address.into()),
                    _ => None,
                }))
            }
            Field::Name | Field::Email => {}
        }
        match self.found.iter_mut().find(same) {
            Some(known) => known.spellings.extend(spellings),
            None => self.found.push(Found { field, person: person.to_owned(), normal, spellings }),
        }
    }

    fn before(&mut self, person: &str, before: &Snapshot) {
        if let Some(customer) = &before.customer {
            Field::iter().for_each(|field| {
                known(field, customer).into_iter().for_each(|text| self.add(field, person, text));
            });
        }
        for contact in before.orders.iter().filter_map(|order| order.contact.as_ref()) {
            contact.name.iter().for_each(|name| self.add(Field::Name, person, name.as_str()));
            contact.email.iter().for_each(|email| self.add(Field::Email, person, email.as_str()));
            self.add(Field::Phone, person, contact.phone.as_str());
            self.add(Field::Address, person, contact.address.as_str());
        }
        let conversation = before.conversation.as_ref();
        let open = conversation.and_then(|conversation| match &conversation.dialogue {
            Dialogue::Checkout(state) => state.form(),
            _ => None,
        });
        let parked = conversation.and_then(|conversation| conversation.beside.parked.as_ref()?.form());
        for form in open.into_iter().chain(parked) {
            form.email.iter().for_each(|email| self.add(Field::Email, person, email.as_str()));
            form.phone.iter().for_each(|phone| self.add(Field::Phone, person, phone.as_str()));
            form.address.iter().for_each(|address| self.add(Field::Address, person, address.as_str()));
        }
    }

    fn given(&mut self, given: &Given) {
        let Given::Person(person) = given else { return };
        let details = [
            (Field::Name, &person.called),
            (Field::Phone, &person.phone),
            (Field::Email, &person.email),
            (Field::Address, &person.address),
        ];
        for (field, text) in details {
            text.iter().for_each(|text| self.add(field, &person.name, text));
        }
    }

    fn done(&mut self, PersonDeed { person, deed, asked }: &PersonDeed) {
        if let UserAction::SharesContact { phone, .. } = deed {
            self.add(Field::Phone, person, &super::with_plus(phone));
        }
        let Some(text) = text(deed) else { return };
        spot::emails(text).into_iter().for_each(|email| self.add(Field::Email, person, email));
        spot::phones(text, false).into_iter().for_each(|phone| self.add(Field::Phone, person, phone));
        if let Some(field) = asked.filter(|_| Label::read(text).is_none() && !text.trim_start().starts_with('/')) {
            self.add(field, person, text);
        }
    }

    fn act(&mut self, person: &str, act: &BotAction) {
        match act {
            BotAction::Sent(bubble, change) => {
                self.shown(person, &bubble.text);
                bubble.rows.iter().flatten().for_each(|button| self.shown(person, &button.label));
                if let KeyboardChange::Shown(rows) = change {
                    rows.iter().flatten().for_each(|button| self.shown(person, &button.label));
                }
            }
            BotAction::Edited(bubble) => {
                self.shown(person, &bubble.text);
                bubble.rows.iter().flatten().for_each(|button| self.shown(person, &button.label));
            }
            BotAction::Toast(text) | BotAction::Alert(text) => self.shown(person, text),
            BotAction::Deleted(_) => {}
        }
    }

    fn shown(&mut self, person: &str, text: &str) {
        let private = |text: &&str| !self.is_public(text);
        let emails: Vec<&str> = spot::emails(text).into_iter().filter(private).collect();
        let phones: Vec<&str> = spot::phones(text, true).into_iter().filter(private).collect();
        emails.into_iter().for_each(|email| self.add(Field::Email, person, email));
        phones.into_iter().for_each(|phone| self.add(Field::Phone, person, phone));
    }
}
