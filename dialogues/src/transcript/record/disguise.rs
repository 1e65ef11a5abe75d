//! A tape without anything that belongs to real people.
//!
//! Names, e-mails, phones and addresses become those of the fixtures, the same everywhere on the tape. The longest
//! one that stands at a place is replaced, as a whole word; the shop's own words stay as they are.

mod collect;
mod replace;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::aliases;
use super::mask::refused_alike;
use super::{Participant, PersonDeed, RecordedStep, Recording, StepKind, spot};
use crate::buttons::Field;
use crate::chat::{BotAction, Bubble, KeyboardChange, Observed};
use crate::profile::known;
use crate::shop::{Address, Contact, Customer, Email, PersonName, Phone};
use crate::snapshot::Snapshot;
use crate::texts::Label;
use crate::transcript::{Given, GivenPerson, StepResult, UserAction};
use collect::{Found, collect, normal, written};
use replace::Replaced;

/// What a picture is called that somebody sent: its real name may say who they are.
const PICTURES: [&str; 2] = ["photo.jpg", "receipt.jpg"];

/// A word of a name that is shorter is too common to be taken for it.
const LEAST_NAME: usize = 3;

/// The same tape, with the people of the fixtures.
pub(super) fn disguised(tape: &Recording) -> Recording {
    let disguise = Disguise::of(tape);
    let somebody = |person: &Participant| {
        let name = disguise.name(&person.name);
        Participant { first_name: name.clone(), name, nickname: None, ..person.clone() }
    };
    Recording {
        title: disguise.text(&tape.title, "").split_whitespace().collect::<Vec<_>>().join(" "),
        catalogue: tape.catalogue.clone(),
        remind_after: tape.remind_after,
        asks_email: tape.asks_email,
        sends_receipts: tape.sends_receipts,
        people: tape.people.iter().map(somebody).collect(),
        steps: tape.steps.iter().map(|step| disguise.step(step)).collect(),
    }
}

/// Who and what is called how.
struct Disguise {
    /// The tape's name for somebody, and ours.
    names: Vec<(String, String)>,
    values: Vec<Alias>,
    replaced: Replaced,
    /// Names of pictures that people sent, and that the bot may show again.
    pictures: BTreeSet<String>,
}

/// What one value becomes.
struct Alias {
    field: Field,
    person: String,
    normal: String,
    alias: String,
}

impl Disguise {
    fn of(tape: &Recording) -> Self {
        let replaced = Replaced::keeping(tape);
        let names = renamed(tape, &replaced);
        let mut disguise = Self { names, values: Vec::new(), replaced, pictures: pictures(tape) };
        let found = collect(tape);
        disguise.hide_names(tape);
        // What stays is taken before anything else becomes it.
        let (kept, other): (Vec<Found>, Vec<Found>) =
            found.into_iter().partition(|value| aliases::is_fixture(value.field, &value.normal));
        kept.into_iter().chain(other).for_each(|value| disguise.hide(value));
        disguise
    }

    fn hide_names(&mut self, tape: &Recording) {
        for person in &tape.people {
            let alias = self.name(&person.name);
            let cut: String = person.first_name.chars().take(64).collect();
            for name in [&person.first_name, &person.name, &cut, &normal(Field::Name, &cut).unwrap_or_default()] {
                self.hide_name(name, &person.name, &alias);
            }
            if let Some(nickname) = &person.nickname {
                let nick: String = alias.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
                self.replaced.add(nickname, &person.name, &nick, Field::Name);
            }
        }
        for mention in written(tape).flat_map(spot::mentions) {
            let known = tape.people.iter().any(|person| person.nickname.as_deref() == Some(&mention[1..]));
            if !known {
                self.replaced.add(mention, "", "@somebody", Field::Address);
            }
        }
    }

    /// A name, and the words that it is made of wherever people write one of them.
    fn hide_name(&mut self, name: &str, person: &str, alias: &str) {
        self.replaced.add(name, person, alias, Field::Name);
        let first = alias.split(' ').next().unwrap_or(alias);
        let words = name.split(|c: char| !c.is_alphabetic() && c != '-' && c != '’' && c != '\'');
        for word in words.filter(|word| word.chars().count() >= LEAST_NAME && *word != name && *word != first) {
            self.replaced.add_written(word, person, first);
        }
    }

    fn hide(&mut self, Found { field, person, normal: value, spellings }: Found) {
        let name = self.name(&person);
        let taken = |alias: &str| self.values.iter().any(|known| known.alias == alias);
        // Telegram's name comes first: it has been given away.
        let numbers = usize::from(field == Field::Name)..;
        let alias = match self.replaced.alias(&value, &person) {
            // The same text may be a name and an address: it becomes one thing.
            Some(known) => known.to_owned(),
            None if aliases::is_fixture(field, &value) => value.clone(),
            None => {
                let mut aliases = numbers.map(|number| aliases::value(field, &name, number));
                aliases.find(|alias| !taken(alias)).unwrap_or_default()
            }
        };
        if alias != value {
            spellings.iter().chain([&value]).for_each(|spelling| self.replaced.add(spelling, &person, &alias, field));
            if field == Field::Name {
                self.hide_name(&value, &person, &alias);
            }
        }
        self.values.push(Alias { field, person, normal: value, alias });
    }

    /// What somebody is called from now on.
    fn name(&self, person: &str) -> String {
        let found = self.names.iter().find(|(name, _)| name == person);
        found.map_or_else(|| person.to_owned(), |(_, alias)| alias.clone())
    }

    /// A text in somebody's chat.
    fn text(&self, text: &str, person: &str) -> String {
        self.replaced.within(text, person)
    }

    /// A value that has a place of its own, such as the e-mail of a profile.
    fn value(&self, field: Field, person: &str, text: &str) -> String {
        let Some(value) = normal(field, text) else { return refused_alike(field, text) };
        let own = self.values.iter().find(|known| {
            known.field == field && known.normal == value && (field != Field::Name || known.person == person)
        });
        match own {
            Some(known) if known.alias == known.normal => text.to_owned(),
            Some(known) => known.alias.clone(),
            None => self.text(text, person),
        }
    }

    fn step(&self, step: &RecordedStep) -> RecordedStep {
        let moment = match &step.moment {
            StepKind::Deeds(deeds) => StepKind::Deeds(deeds.iter().map(|done| self.done(done)).collect()),
            StepKind::Disturbed { method, person, code, retry_after } => StepKind::Disturbed {
                method: method.clone(),
                person: self.name(person),
                code: *code,
                retry_after: *retry_after,
            },
            other => other.clone(),
        };
        let echoes = step.deeds().iter().filter_map(|done| Some((done, said(&done.deed)?)));
        let echoes = echoes.map(|(done, said)| (said.to_owned(), self.words(done, said)));
        let replaced = self.replaced.with_echoes(echoes.filter(|(said, written)| said != written));
        let seen = |seen: &Observed| {
            let text = |text: &str| replaced.within(text, &seen.person);
            let mut act = act(&seen.act, &text);
            if let BotAction::Sent(bubble, _) | BotAction::Edited(bubble) = &mut act
                && let Some(shown) = bubble.picture.as_mut().filter(|shown| self.pictures.contains(*shown))
            {
                *shown = picture(shown).to_owned();
            }
            Observed { person: self.name(&seen.person), act }
        };
        RecordedStep {
            at: step.at,
            shop: step.shop.clone(),
            givens: step.givens.iter().map(|given| self.given(given)).collect(),
            before: step.before.iter().map(|(person, kept)| (self.name(person), self.before(kept, person))).collect(),
            moment,
            happened: StepResult {
                observed: step.happened.observed.iter().map(seen).collect(),
                ..StepResult::default()
            },
        }
    }

    fn done(&self, done: &PersonDeed) -> PersonDeed {
        let words = |text: &str| self.words(done, text);
        let deed = match &done.deed {
            UserAction::Says(text) => UserAction::Says(words(text)),
            UserAction::EditsLast(text) => UserAction::EditsLast(words(text)),
            UserAction::Forwards(text) => UserAction::Forwards(words(text)),
            UserAction::SaysInGroup(text) => UserAction::SaysInGroup(self.text(text, &done.person)),
            UserAction::SharesContact { phone, own } => {
                let phone = self.value(Field::Phone, &done.person, &with_plus(phone));
                UserAction::SharesContact { phone: phone.split_whitespace().collect(), own: *own }
            }
            UserAction::SendsPicture { name, caption } => {
                UserAction::SendsPicture { name: picture(name).to_owned(), caption: words(caption) }
            }
            UserAction::Taps { .. } | UserAction::Sends(_) | UserAction::Blocks | UserAction::Unblocks => {
                done.deed.clone()
            }
        };
        PersonDeed { person: self.name(&done.person), deed, asked: done.asked }
    }

    /// What somebody writes.
    fn words(&self, done: &PersonDeed, text: &str) -> String {
        if Label::read(text).is_some() || text.trim().is_empty() {
            return text.to_owned();
        }
        match done.asked.filter(|_| !text.trim_start().starts_with('/')) {
            Some(field) => self.value(field, &done.person, text),
            None => self.text(text, &done.person),
        }
    }

    fn given(&self, given: &Given) -> Given {
        match given {
            Given::Person(person) => Given::Person(self.introduced(person)),
            Given::Ordered { person, items, status } => {
                Given::Ordered { person: self.name(person), items: items.clone(), status: *status }
            }
            other => other.clone(),
        }
    }

    fn introduced(&self, person: &GivenPerson) -> GivenPerson {
        let value = |field, text: &Option<String>| text.as_ref().map(|text| self.value(field, &person.name, text));
        GivenPerson {
            name: self.name(&person.name),
            role: person.role,
            language: person.language,
            called: value(Field::Name, &person.called),
            phone: value(Field::Phone, &person.phone),
            email: value(Field::Email, &person.email),
            address: value(Field::Address, &person.address),
            cart: person.cart.clone(),
        }
    }

    fn before(&self, before: &Snapshot, person: &str) -> Snapshot {
        let customer = before.customer.as_ref().map(|customer| {
            let of = |field| known(field, customer).map(|text| self.value(field, person, text));
            Customer {
                name: of(Field::Name).and_then(|name| PersonName::parse(&name).ok()),
                email: of(Field::Email).and_then(|email| Email::parse(&email).ok()),
                phone: of(Field::Phone).and_then(|phone| Phone::stored(&phone).ok()),
                address: of(Field::Address).and_then(|address| Address::parse(&address).ok()),
                language: customer.language,
                subscribed: customer.subscribed,
                nickname: None,
                awaited: customer.awaited.clone(),
            }
        });
        let mut before = Snapshot { customer, ..before.clone() };
        for contact in Arc::make_mut(&mut before.orders).iter_mut().filter_map(|order| order.contact.as_mut()) {
            self.contact(contact, person);
        }
        before
    }

    fn contact(&self, contact: &mut Contact, person: &str) {
        let of = |field, text: &str| self.value(field, person, text);
        contact.name = contact.name.as_ref().and_then(|name| PersonName::parse(&of(Field::Name, name.as_str())).ok());
        let email = contact.email.as_ref().map(|email| Email::parse(&of(Field::Email, email.as_str()))).transpose();
        let phone = Phone::stored(&of(Field::Phone, contact.phone.as_str()));
        let address = Address::parse(&of(Field::Address, contact.address.as_str()));
        if let (Ok(email), Ok(phone), Ok(address)) = (email, phone, address) {
            (contact.email, contact.phone, contact.address) = (email, phone, address);
        }
    }
}

/// Telegram writes a shared phone number with or without its plus.
fn with_plus(phone: &str) -> String {
    if phone.starts_with('+') { phone.to_owned() } else { format!("+{phone}") }
}

/// What everybody is called from now on. A fixture keeps its name.
fn renamed(tape: &Recording, shop: &Replaced) -> Vec<(String, String)> {
    let mut names: Vec<(String, String)> = Vec::new();
    let (met, others): (Vec<_>, Vec<_>) = tape.people.iter().partition(|somebody| tape.knows(somebody));
    let people: Vec<&Participant> = met.into_iter().chain(others).collect();
    for person in &people {
        let free = |name: &str, names: &[(String, String)]| names.iter().all(|(_, taken)| taken != name);
        let name = &person.first_name;
        // Whoever is called like a tea stays so, or the tea would lose its name.
        let called_like_goods = shop.keeps(name) && !name.contains([':', ',']);
        let stays = aliases::is_name(name) || is_wordless(name) || called_like_goods;
        if stays && free(name, &names) {
            names.push((person.name.clone(), person.first_name.clone()));
        }
    }
    for person in people {
        if names.iter().any(|(name, _)| *name == person.name) {
            continue;
        }
        let taken = |name: &str| names.iter().any(|(_, taken)| taken == name);
        let cut: String = person.first_name.chars().take(64).collect();
        let alias = match normal(Field::Name, &cut) {
            Some(_) => aliases::free_name(person.owner, taken),
            // The shop calls them its dear guest, and goes on doing so.
            None => (1..).map(|times| "🙂".repeat(times)).find(|name| !taken(name)).unwrap_or_default(),
        };
        names.push((person.name.clone(), alias));
    }
    names
}

/// Whether a name says nothing, and can be written in a transcript.
fn is_wordless(name: &str) -> bool {
    let sign = |c: char| !c.is_alphanumeric() && !c.is_control() && !c.is_whitespace() && !c.is_ascii();
    !name.is_empty() && name.chars().all(sign)
}

/// What pictures that people sent are called on the tape.
fn pictures(tape: &Recording) -> BTreeSet<String> {
    let deeds = tape.steps.iter().flat_map(|step| step.deeds());
    let name = |done: &PersonDeed| match &done.deed {
        UserAction::SendsPicture { name, .. } => Some(name.clone()),
        _ => None,
    };
    deeds.filter_map(name).collect()
}

/// What such a picture is called in the transcript.
fn picture(name: &str) -> &str {
    PICTURES.into_iter().find(|known| *known == name).unwrap_or(PICTURES[0])
}

/// The words of a deed that the bot may repeat.
fn said(deed: &UserAction) -> Option<&str> {
    match deed {
        UserAction::Says(text) | UserAction::EditsLast(text) | UserAction::Forwards(text) => Some(text),
        _ => None,
    }
}

fn act(act: &BotAction, text: &dyn Fn(&str) -> String) -> BotAction {
    match act {
        BotAction::Sent(sent, change) => BotAction::Sent(bubble(sent, text), keyboard(change, text)),
        BotAction::Edited(edited) => BotAction::Edited(bubble(edited, text)),
        BotAction::Deleted(id) => BotAction::Deleted(*id),
        BotAction::Toast(said) => BotAction::Toast(text(said)),
        BotAction::Alert(said) => BotAction::Alert(text(said)),
    }
}

fn bubble(bubble: &Bubble, text: &dyn Fn(&str) -> String) -> Bubble {
    let mut bubble = Bubble { text: text(&bubble.text), ..bubble.clone() };
    bubble.rows.iter_mut().flatten().for_each(|button| button.label = text(&button.label));
    bubble
}

fn keyboard(change: &KeyboardChange, text: &dyn Fn(&str) -> String) -> KeyboardChange {
    let mut change = change.clone();
    if let KeyboardChange::Shown(rows) = &mut change {
        rows.iter_mut().flatten().for_each(|button| button.label = text(&button.label));
    }
    change
}
