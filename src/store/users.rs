//! `users`: `{_id: chat, name, email, phone, address, language, nickname, subscribed, active}`, one for each customer
//! known. In a private chat the chat's id is the customer's.

use bson::{Document, doc};
use dialogues::shop::{Address, Customer, Email, Language, PersonName, Phone, Refusal};
use mongodb::ClientSession;

use super::document::{saved, upserted};
use super::fields::{flag, text};
use super::{Store, StoreError};

pub(super) const NAME: &str = "users";

/// A profile's fields as stored.
fn write(customer: &Customer) -> Document {
    doc! {
        "name": customer.name.as_ref().map(PersonName::as_str),
        "email": customer.email.as_ref().map(Email::as_str),
        "phone": customer.phone.as_ref().map(Phone::as_str),
        "address": customer.address.as_ref().map(Address::as_str),
        "language": customer.language.code(),
        "nickname": customer.nickname.as_deref(),
        "subscribed": customer.subscribed,
    }
}

/// The profile; a field that cannot be read counts as not known. `warn!` names the field, not its content.
pub(super) fn read(document: &Document) -> Customer {
    Customer {
        name: parsed(document, "name", PersonName::parse),
        email: parsed(document, "email", Email::parse),
        phone: parsed(document, "phone", Phone::parse),
        address: parsed(document, "address", Address::parse),
        language: Language::guess(text(document, "language").ok().flatten().as_deref()),
        nickname: text(document, "nickname").ok().flatten(),
        subscribed: flag(document, "subscribed").ok().flatten().unwrap_or(true),
    }
}

fn parsed<T>(document: &Document, field: &str, parse: fn(&str) -> Result<T, Refusal>) -> Option<T> {
    match text(document, field) {
        Ok(None) => None,
        Ok(Some(typed)) => parse(&typed).inspect_err(|_| unreadable(document, field)).ok(),
        Err(_) => {
            unreadable(document, field);
            None
        }
    }
}

fn unreadable(document: &Document, field: &str) {
    tracing::warn!(collection = NAME, id = ?document.get("_id"), field, "a profile's field cannot be read");
}

/// Whether messages reach the customer, as far as we know.
pub(super) fn is_active(document: &Document) -> bool {
    flag(document, "active").ok().flatten().unwrap_or(true)
}

impl Store {
    /// Notes that messages reach a known customer, or no longer do.
    pub async fn set_active(&self, user: i64, active: bool) -> Result<(), StoreError> {
        let update = saved(doc! { "active": active }, self.clock().now());
        self.collection(NAME).update_one(doc! { "_id": user, "active": { "$ne": active } }, update).await?;
        Ok(())
    }

    /// Keeps a profile, or whether messages arrive, or both.
    pub(super) async fn set_user(
        &self,
        session: &mut ClientSession,
        user: i64,
        customer: Option<&Customer>,
        active: Option<bool>,
    ) -> Result<(), mongodb::error::Error> {
        let mut fields = customer.map(write).unwrap_or_default();
        let mut only_new = Document::new();
        match active {
            Some(active) => fields.insert("active", active),
            None => only_new.insert("active", true),
        };
        let update = upserted(fields, only_new, self.clock().now());
        // A stranger who blocks the bot is nobody to remember.
        let known = customer.is_some();
        self.collection(NAME).update_one(doc! { "_id": user }, update).upsert(known).session(session).await.map(drop)
    }
}
