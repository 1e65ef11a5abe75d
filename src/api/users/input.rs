//! A profile as it is set: by the same rules as in the chat.

use dialogues::shop::{Address, Country, Customer, Email, Language, PersonName, Phone, Refusal};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::body::{Fields, Read, language, or_null, text, wrong};

/// A profile as it is set. What is left out or null is not known.
#[derive(Clone, ToSchema)]
pub(crate) struct UserInput {
    /// What they want to be called: one line of 1 to 64 characters, some of them letters or digits.
    #[schema(required = false, value_type = Option<String>, min_length = 1, max_length = 64, example = "Anna")]
    name: Option<PersonName>,
    #[schema(required = false, value_type = Option<String>, max_length = 254, format = "email", example = "anna@example.com")]
    email: Option<Email>,
    /// With `+` and the country's code, or as it is dialled in the shop's country; kept in E.164.
    #[schema(required = false, value_type = Option<String>, example = "+380671112233")]
    phone: Option<Phone>,
    /// 8 to 300 characters, some of them letters, in at most three lines; further lines are appended to the third.
    #[schema(required = false, value_type = Option<String>, min_length = 8, max_length = 300, example = "Kyiv, Khreshchatyk 1")]
    address: Option<Address>,
    /// ISO 639-1.
    #[schema(value_type = String, pattern = "^(en|uk|ru)$", example = "uk")]
    language: Language,
    /// Their Telegram username, without the @.
    #[schema(required = false, pattern = "^[A-Za-z0-9_]{1,32}$")]
    nickname: Option<String>,
}

impl UserInput {
    /// Reads a profile in place of `before`, for a shop in this country. A field that stays as it is stored is
    /// accepted, also where the rules have become stricter since.
    pub(crate) fn read(value: &Value, before: &Customer, country: Country) -> Read<Self> {
        let mut fields = Fields::of(value)?;
        let name = parsed(before.name.as_ref(), PersonName::as_str, PersonName::parse);
        let email = parsed(before.email.as_ref(), Email::as_str, Email::parse);
        let phone = parsed(before.phone.as_ref(), Phone::as_str, move |text| Phone::parse(text, country));
        let address = parsed(before.address.as_ref(), Address::as_str, Address::parse);
        let name = fields.optional("name", or_null(name)).flatten();
        let email = fields.optional("email", or_null(email)).flatten();
        let phone = fields.optional("phone", or_null(phone)).flatten();
        let address = fields.optional("address", or_null(address)).flatten();
        let nickname = fields.optional("nickname", or_null(username)).flatten();
        let language = fields.required("language", language);
        fields.finish(language.map(|language| Self { name, email, phone, address, language, nickname }))
    }

    /// A profile as it would be set.
    pub(crate) fn of(customer: &Customer) -> Value {
        json!({
            "name": customer.name.as_ref().map(PersonName::as_str),
            "email": customer.email.as_ref().map(Email::as_str),
            "phone": customer.phone.as_ref().map(Phone::as_str),
            "address": customer.address.as_ref().map(Address::as_str),
            "language": customer.language.code(),
            "nickname": customer.nickname,
        })
    }

    /// The profile as it will be. Whether mailings reach them, and what they wait for, is theirs alone to say.
    pub(crate) fn customer(self, before: &Customer) -> Customer {
        let Self { name, email, phone, address, language, nickname } = self;
        Customer {
            name,
            email,
            phone,
            address,
            language,
            nickname,
            subscribed: before.subscribed,
            awaited: before.awaited.clone(),
        }
    }
}

/// A text by the shop's own rules, which say what is wrong without repeating it.
fn parsed<T: Clone>(
    before: Option<&T>,
    stored: fn(&T) -> &str,
    parse: impl Fn(&str) -> Result<T, Refusal>,
) -> impl Fn(&Value) -> Read<T> {
    move |value| {
        let text = text(value)?;
        match before.filter(|before| stored(before) == text) {
            Some(same) => Ok(same.clone()),
            None => parse(text).or_else(|refusal| wrong("malformed", refusal.to_string())),
        }
    }
}

fn username(value: &Value) -> Read<String> {
    let name = text(value)?;
    if (1..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Ok(name.to_owned());
    }
    wrong("malformed", "it must be 1 to 32 letters, digits and underscores, without the @")
}
