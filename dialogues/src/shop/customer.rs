//! What the shop knows of a customer.

use serde::{Deserialize, Serialize};

use super::{Address, Email, Language, PersonName, Phone, ProductId};

/// A customer's profile. Contact data keeps itself out of logs (see `contact.rs`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Whether they want mailings; nobody has said no who was not asked.
    #[serde(default = "yes")]
    pub subscribed: bool,
    /// The products of which they want to be told when they are back in stock, [`Customer::MOST_AWAITED`] at most; told, they
    /// wait no longer.
    #[serde(default)]
    pub awaited: Vec<ProductId>,
}

fn yes() -> bool {
    true
}

impl Default for Customer {
    fn default() -> Self {
        let (language, awaited) = (Language::default(), Vec::new());
        Self {
            name: None,
            email: None,
            phone: None,
            address: None,
            language,
            nickname: None,
            subscribed: true,
            awaited,
        }
    }
}

impl Customer {
    /// So many products can be waited for.
    pub const MOST_AWAITED: usize = 20;

    /// The same customer, who waits for a product or no longer does.
    #[must_use]
    pub fn awaiting(&self, product: ProductId, waits: bool) -> Self {
        let mut awaited: Vec<_> = self.awaited.iter().copied().filter(|known| *known != product).collect();
        awaited.extend(waits.then_some(product));
        Self { awaited, ..self.clone() }
    }

    /// Somebody who writes for the first time, as Telegram introduces them.
    pub fn met(first_name: &str, nickname: Option<&str>, language: Language) -> Self {
        // A name of signs alone, or of what nobody sees, is none.
        Self {
            name: PersonName::of_profile(first_name).ok(),
            language,
            nickname: nickname.map(str::to_owned),
            ..Self::default()
        }
    }
}
