//! What a checkout asks and what has been answered, beside what the profile knows.

use serde::{Deserialize, Serialize};

use crate::buttons::Field;
use crate::machine::Context;
use crate::profile::{Parsed, known, parse};
use crate::shop::{Address, CheckoutId, Customer, Email, Phone};

/// All questions, in their order.
const QUESTIONS: [Field; 3] = [Field::Email, Field::Phone, Field::Address];

/// Those that the shop asks, in their order.
pub(super) fn questions(context: &Context) -> impl DoubleEndedIterator<Item = Field> {
    let asks_email = context.settings.asks_email;
    QUESTIONS.into_iter().filter(move |field| *field != Field::Email || asks_email)
}

/// What has been answered in this checkout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// Made on entry; the order is unique on it.
    pub id: CheckoutId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

impl Form {
    /// A form in which nothing is answered.
    pub(super) fn new(id: CheckoutId) -> Self {
        Self { id, email: None, phone: None, address: None }
    }

    /// Which answers there are: e-mail, phone, address.
    pub(crate) fn filled(&self) -> [bool; 3] {
        QUESTIONS.map(|field| self.answer(field).is_some())
    }

    /// The answer to a question.
    pub(super) fn answer(&self, field: Field) -> Option<&str> {
        match field {
            Field::Email => self.email.as_ref().map(Email::as_str),
            Field::Phone => self.phone.as_ref().map(Phone::as_str),
            Field::Address => self.address.as_ref().map(Address::as_str),
            Field::Name => None,
        }
    }

    /// The same with an answer. What the profile says, too, is not kept here: see [`Form::completed`].
    pub(super) fn with_answer(&self, parsed: Parsed, context: &Context) -> Self {
        let field = parsed.field();
        if from_profile(field, context).as_ref() != Some(&parsed) {
            return self.with(parsed);
        }
        let mut form = self.clone();
        match field {
            Field::Email => form.email = None,
            Field::Phone => form.phone = None,
            Field::Address => form.address = None,
            Field::Name => {}
        }
        form
    }

    /// The same with the profile's answers in its gaps. They are not kept in the form: whoever mends their profile in the
    /// middle of a checkout has mended it for this order.
    pub(super) fn completed(&self, context: &Context) -> Self {
        let gaps = questions(context).filter(|field| self.answer(*field).is_none());
        let known = gaps.filter_map(|field| from_profile(field, context));
        known.fold(self.clone(), |form, known| form.with(known))
    }

    /// The first question that neither the form nor the profile answers. `None`: then one that is asked is a change at the
    /// review.
    pub(super) fn gap(&self, context: &Context) -> Option<Field> {
        let form = self.completed(context);
        questions(context).find(|field| form.answer(*field).is_none())
    }

    /// The profile with these answers where it has none, or one that is refused now.
    pub(super) fn filled_profile(&self, context: &Context) -> Customer {
        let mut customer = context.customer.clone();
        for field in asked(context) {
            match field {
                Field::Email => customer.email = self.email.clone().or(customer.email),
                Field::Phone => customer.phone = self.phone.clone().or(customer.phone),
                Field::Address => customer.address = self.address.clone().or(customer.address),
                Field::Name => {}
            }
        }
        customer
    }

    fn with(&self, parsed: Parsed) -> Self {
        let mut form = self.clone();
        match parsed {
            Parsed::Email(email) => form.email = Some(email),
            Parsed::Phone(phone) => form.phone = Some(phone),
            Parsed::Address(address) => form.address = Some(address),
            Parsed::Name(_) => {}
        }
        form
    }
}

/// The questions that the profile does not answer.
pub(super) fn asked(context: &Context) -> Vec<Field> {
    questions(context).filter(|field| from_profile(*field, context).is_none()).collect()
}

/// The answer of the profile. What an older version has stored may be refused now: then it is none.
pub(super) fn from_profile(field: Field, context: &Context) -> Option<Parsed> {
    parse(field, known(field, &context.customer)?, context.settings.country).ok()
}
