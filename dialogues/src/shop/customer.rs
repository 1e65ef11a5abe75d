//! What the shop knows of a customer.

use serde::{Deserialize, Serialize};

use super::{Address, Email, Language, PersonName, Phone};

/// A customer's profile. Contact data keeps itself out of logs (see `contact.rs`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// What they want to be called; Telegram's first name until they say otherwise.
    pub name: Option<PersonName>,
    pub email: Option<Email>,
    pub phone: Option<Phone>,
    pub address: Option<Address>,
    /// Telegram's, at first.
    pub language: Language,
    /// Telegram's `@username`, without the `@`.
    pub nickname: Option<String>,
}
