//! The profile: name, e-mail, phone, address and language, each shown, changed, cleared.

use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator;

use crate::buttons::{Action, Field, Place};
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{
    Callback, Context, Effect, InlineButton, Input, Outcome, ReplyButton, ReplyKeyboard, SideMessage, View,
};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::shop::{Address, Country, Customer, Email, Language, PersonName, Phone, Refusal};
use crate::text;
use crate::texts::{Label, Text, Value, clip, label, say};

/// Where the customer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ProfileState {
    /// Looks at what the shop knows.
    Viewing,
    /// Is asked for one thing.
    Asking {
        field: Field,
    },
    ChoosingLanguage,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum ProfileEvent {
    PickedField(Field),
    PickedLanguages,
    PickedLanguage(Language),
    WentBack,
    /// Wrote an answer, or said something where nothing was asked.
    Said(String),
    SharedContact {
        phone: String,
        own: bool,
    },
    Cleared,
    Cancelled,
    Chatted(MenuEvent),
}

/// The profile.
pub fn enter() -> Outcome<ProfileState> {
    Outcome::stay(ProfileState::Viewing)
}

impl Flow<Shop> for ProfileState {
    type Event = ProfileEvent;

    fn interpret(&self, input: &Input) -> Option<ProfileEvent> {
        match input {
            Input::Tapped { button: Callback::Action(act), .. } => match act {
                Action::Edit(field) => Some(ProfileEvent::PickedField(*field)),
                Action::ChooseLanguage => Some(ProfileEvent::PickedLanguages),
                Action::Speak(language) => Some(ProfileEvent::PickedLanguage(*language)),
                Action::BackToProfile => Some(ProfileEvent::WentBack),
                _ => None,
            },
            Input::Said(said) => Some(match Label::read(said) {
                Some(Label::Cancel | Label::Back) => ProfileEvent::Cancelled,
                Some(Label::Clear) => ProfileEvent::Cleared,
                Some(Label::SharePhone) => ProfileEvent::Chatted(MenuEvent::Chatted(said.clone())),
                _ => ProfileEvent::Said(said.clone()),
            }),
            Input::SharedContact { phone, own } => {
                Some(ProfileEvent::SharedContact { phone: phone.clone(), own: *own })
            }
            other => small_talk(other).map(ProfileEvent::Chatted),
        }
    }

    fn transition(self, event: ProfileEvent, context: &Context) -> Outcome<Self> {
        match self {
            Self::Viewing => match event {
                ProfileEvent::PickedField(field) => Outcome::stay(Self::Asking { field }),
                ProfileEvent::PickedLanguages => Outcome::stay(Self::ChoosingLanguage),
                other => elsewhere(self, other),
            },
            Self::ChoosingLanguage => match event {
                ProfileEvent::PickedLanguage(language) => speak(language, context),
                ProfileEvent::WentBack => Outcome::stay(Self::Viewing),
                other => elsewhere(self, other),
            },
            Self::Asking { field } => match event {
                ProfileEvent::Said(said) => answered(field, &said, context),
                ProfileEvent::SharedContact { phone, own } => shared(field, &phone, own, context),
                ProfileEvent::Cleared => changed(set(field, None, &context.customer), text!("profile-cleared")),
                ProfileEvent::Cancelled => {
                    Outcome::stay(Self::Viewing).note(SideMessage::Say(text!("nothing-changed"), ReplyKeyboard::Menu))
                }
                ProfileEvent::Chatted(MenuEvent::EditedMessage) => Outcome::keep(self).say(text!("edited-message")),
                ProfileEvent::Chatted(_) => Outcome::keep(self).say(again(field)),
                _ => out_of_date(self),
            },
        }
    }

    fn view(&self, context: &Context) -> View {
        let language = context.customer.language;
        match self {
            Self::Viewing => overview(context),
            Self::ChoosingLanguage => {
                let pick = |spoken: Language| {
                    vec![InlineButton { label: native(spoken), button: Callback::Action(Action::Speak(spoken)) }]
                };
                let back = InlineButton {
                    label: label(language, &text!("back")),
                    button: Callback::Action(Action::BackToProfile),
                };
                let rows = Language::iter().map(pick).chain([vec![back]]).collect();
                View::text(say(language, &text!("profile-languages"))).rows(rows)
            }
            Self::Asking { field } => View::text(say(language, &question(*field))).answers(answers(*field, context)),
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

/// What no question waits for.
fn elsewhere(state: ProfileState, event: ProfileEvent) -> Outcome<ProfileState> {
    let talk = match event {
        ProfileEvent::Said(said) => MenuEvent::Chatted(said),
        ProfileEvent::SharedContact { .. } => MenuEvent::SharedContact,
        ProfileEvent::Chatted(talk) => talk,
        // A button of a question's keyboard, tapped when the question is over.
        ProfileEvent::Cancelled | ProfileEvent::Cleared => {
            return Outcome::keep(state).note(SideMessage::Say(text!("nothing-asked"), ReplyKeyboard::Menu));
        }
        _ => return out_of_date(state),
    };
    Outcome::keep(state).note(answer_small_talk(&talk))
}

fn answered(field: Field, said: &str, context: &Context) -> Outcome<ProfileState> {
    let country = context.settings.country;
    kept(field, parse(field, said, country), said, context)
}

fn kept(field: Field, parsed: Result<Parsed, Refusal>, said: &str, context: &Context) -> Outcome<ProfileState> {
    match parsed {
        Ok(parsed) => changed(set(field, Some(parsed), &context.customer), text!("profile-saved")),
        Err(refusal) => {
            let why = refused(refusal, said, context.settings.country);
            Outcome::keep(ProfileState::Asking { field }).say(why)
        }
    }
}

fn shared(field: Field, phone: &str, own: bool, context: &Context) -> Outcome<ProfileState> {
    let asking = ProfileState::Asking { field };
    match (field, own) {
        (Field::Phone, true) => {
            let parsed = Phone::of_contact(phone, context.settings.country).map(Parsed::Phone);
            kept(field, parsed, phone, context)
        }
        (Field::Phone, false) => Outcome::keep(asking).say(text!("contact-not-own")),
        _ => Outcome::keep(asking).say(again(field)),
    }
}

fn changed(customer: Customer, said: Text) -> Outcome<ProfileState> {
    Outcome::stay(ProfileState::Viewing).with(Effect::keep(customer)).note(SideMessage::Say(said, ReplyKeyboard::Menu))
}

fn speak(language: Language, context: &Context) -> Outcome<ProfileState> {
    let customer = Customer { language, ..context.customer.clone() };
    // Said in the new language, and the menu's keyboard with it.
    Outcome::stay(ProfileState::Viewing)
        .with(Effect::keep(customer))
        .note(SideMessage::Say(text!("profile-language-set"), ReplyKeyboard::Menu))
}

/// A parsed answer.
#[derive(PartialEq)]
pub(crate) enum Parsed {
    Name(PersonName),
    Email(Email),
    Phone(Phone),
    Address(Address),
}

impl Parsed {
    pub(crate) fn field(&self) -> Field {
        match self {
            Self::Name(_) => Field::Name,
            Self::Email(_) => Field::Email,
            Self::Phone(_) => Field::Phone,
            Self::Address(_) => Field::Address,
        }
    }
}

/// Reads an answer to the question for a field.
pub(crate) fn parse(field: Field, said: &str, country: Country) -> Result<Parsed, Refusal> {
    match field {
        Field::Name => PersonName::parse(said).map(Parsed::Name),
        Field::Email => Email::parse(said).map(Parsed::Email),
        Field::Phone => Phone::parse(said, country).map(Parsed::Phone),
        Field::Address => Address::parse(said).map(Parsed::Address),
    }
}

/// The customer with one field set, or cleared.
fn set(field: Field, parsed: Option<Parsed>, customer: &Customer) -> Customer {
    let mut customer = customer.clone();
    match (field, parsed) {
        (_, Some(Parsed::Name(name))) => customer.name = Some(name),
        (_, Some(Parsed::Email(email))) => customer.email = Some(email),
        (_, Some(Parsed::Phone(phone))) => customer.phone = Some(phone),
        (_, Some(Parsed::Address(address))) => customer.address = Some(address),
        (Field::Name, None) => customer.name = None,
        (Field::Email, None) => customer.email = None,
        (Field::Phone, None) => customer.phone = None,
        (Field::Address, None) => customer.address = None,
    }
    customer
}

/// Why an answer was refused, and what one looks like.
pub(crate) fn refused(refusal: Refusal, said: &str, country: Country) -> Text {
    let said = clip(said, 60).into_owned();
    match refusal {
        Refusal::Email => text!("refused-email", said = said),
        Refusal::Phone => {
            // Where the shop is by default, the example is a text like any other.
            let example = match country == Country::default() {
                true => Value::Text(text!("phone-example")),
                false => Value::Str(country.example()),
            };
            text!("refused-phone", said = said, example = example)
        }
        Refusal::Address => text!("refused-address"),
        Refusal::Name => text!("refused-name"),
    }
}

/// What to send instead of a sticker, a voice, somebody's contact.
pub(crate) fn again(field: Field) -> Text {
    match field {
        Field::Name => text!("again-name"),
        Field::Email => text!("again-email"),
        Field::Phone => text!("again-phone"),
        Field::Address => text!("again-address"),
    }
}

pub(crate) fn question(field: Field) -> Text {
    match field {
        Field::Name => text!("profile-ask-name"),
        Field::Email => text!("profile-ask-email"),
        Field::Phone => text!("profile-ask-phone"),
        Field::Address => text!("profile-ask-address"),
    }
}

/// The value of a field, as its owner sees it.
pub(crate) fn known(field: Field, customer: &Customer) -> Option<&str> {
    match field {
        Field::Name => customer.name.as_ref().map(PersonName::as_str),
        Field::Email => customer.email.as_ref().map(Email::as_str),
        Field::Phone => customer.phone.as_ref().map(Phone::as_str),
        Field::Address => customer.address.as_ref().map(Address::as_str),
    }
}

fn answers(field: Field, context: &Context) -> Vec<Vec<ReplyButton>> {
    let answer = |label: Label| ReplyButton {
        label: label.show(context.customer.language),
        contact: label == Label::SharePhone,
    };
    let mut rows = Vec::new();
    if field == Field::Phone {
        rows.push(vec![answer(Label::SharePhone)]);
    }
    if known(field, &context.customer).is_some() {
        rows.push(vec![answer(Label::Clear)]);
    }
    rows.push(vec![answer(Label::Cancel)]);
    rows
}

fn overview(context: &Context) -> View {
    let language = context.customer.language;
    let value = |field| match known(field, &context.customer) {
        Some(known) => Value::Str(known.to_owned()),
        None => Value::Text(text!("profile-nothing")),
    };
    let text = text!(
        "profile",
        name = value(Field::Name),
        email = value(Field::Email),
        phone = value(Field::Phone),
        address = value(Field::Address),
        language = native(language),
        mailings = if context.customer.subscribed { text!("profile-mailings") } else { text!("profile-no-mailings") }
    );
    let key = |text: Text, act| InlineButton { label: label(language, &text), button: Callback::Action(act) };
    let wanted = !context.customer.subscribed;
    let mailings = InlineButton {
        label: label(language, &if wanted { text!("mailing-opt-in") } else { text!("mailing-opt-out") }),
        button: Callback::Go(if wanted { Place::OptIn } else { Place::OptOut }),
    };
    View::text(say(language, &text)).rows(vec![
        vec![key(text!("edit-name"), Action::Edit(Field::Name)), key(text!("edit-email"), Action::Edit(Field::Email))],
        vec![
            key(text!("edit-phone"), Action::Edit(Field::Phone)),
            key(text!("edit-address"), Action::Edit(Field::Address)),
        ],
        vec![key(text!("edit-language"), Action::ChooseLanguage), mailings],
    ])
}

/// What a language calls itself.
fn native(language: Language) -> String {
    label(language, &text!("language"))
}
