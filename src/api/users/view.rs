//! A user as they are shown: contact data in full only to a key that may see it.

use dialogues::shop::{Address, Email, PersonName, Phone};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::problem::Problem;
use super::super::reply::{Rendered, rendered};
use crate::store::{StoredUser, Timestamps};

/// Names of all fields.
pub(crate) const FIELDS: [&str; 11] =
    ["id", "name", "email", "phone", "address", "language", "nickname", "active", "masked", "created", "modified"];

/// What cannot be set.
pub(crate) const READ_ONLY: [&str; 5] = ["/id", "/active", "/masked", "/created", "/modified"];

/// A user.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    /// Their Telegram id.
    id: i64,
    /// What they want to be called.
    #[schema(required = true)]
    name: Option<String>,
    #[schema(required = true)]
    email: Option<String>,
    /// In E.164.
    #[schema(required = true)]
    phone: Option<String>,
    #[schema(required = true)]
    address: Option<String>,
    /// ISO 639-1.
    #[schema(example = "uk")]
    language: &'static str,
    /// Their Telegram username, without the @.
    #[schema(required = true)]
    nickname: Option<String>,
    /// Whether messages reach them, as far as we know.
    active: bool,
    /// Whether name, e-mail, phone and address are masked, for want of the scope `contacts:read`.
    masked: bool,
    created: chrono::DateTime<chrono::Utc>,
    modified: chrono::DateTime<chrono::Utc>,
}

/// A user as they are shown.
pub(crate) fn render(user: &StoredUser, stamps: Timestamps, in_full: bool) -> Result<Rendered, Problem> {
    let customer = &user.customer;
    rendered(&UserView {
        id: user.id,
        name: customer.name.as_ref().map(|name| shown_name(name, in_full)),
        email: customer.email.as_ref().map(|email| shown_email(email, in_full)),
        phone: customer.phone.as_ref().map(|phone| shown_phone(phone, in_full)),
        address: customer.address.as_ref().map(|address| shown_address(address, in_full)),
        language: customer.language.code(),
        nickname: customer.nickname.clone(),
        active: user.active,
        masked: !in_full,
        created: stamps.created,
        modified: stamps.modified,
    })
}

// What is masked must not be taken for the thing itself, should it come back: none of these can be set.

pub(crate) fn shown_name(name: &PersonName, in_full: bool) -> String {
    if in_full { name.as_str().to_owned() } else { "•••".to_owned() }
}

pub(crate) fn shown_email(email: &Email, in_full: bool) -> String {
    match email.as_str() {
        whole if in_full => whole.to_owned(),
        whole => format!("{}•••@•••", whole.chars().next().unwrap_or('•')),
    }
}

pub(crate) fn shown_phone(phone: &Phone, in_full: bool) -> String {
    match phone.as_str() {
        whole if in_full => whole.to_owned(),
        // E.164 is ASCII.
        whole => format!("+•••{}", &whole[whole.len().saturating_sub(2)..]),
    }
}

pub(crate) fn shown_address(address: &Address, in_full: bool) -> String {
    if in_full { address.as_str().to_owned() } else { "•••".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_masked_cannot_be_set() {
        let (email, phone) = (Email::parse("anna@example.com").unwrap(), Phone::stored("+380671112233").unwrap());
        assert_eq!(shown_email(&email, false), "a•••@•••");
        assert_eq!(shown_phone(&phone, false), "+•••33");
        assert!(Email::parse(&shown_email(&email, false)).is_err());
        assert!(Phone::stored(&shown_phone(&phone, false)).is_err());
        assert!(PersonName::parse("•••").is_err());
        assert!(Address::parse("•••").is_err());
    }
}
