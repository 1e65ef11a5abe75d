//! `users`: `{_id: chat, name, email, phone, address, language, nickname, subscribed, awaited:
//! [ObjectId], active}`, one for each customer
//! known. In a private chat the chat's id is the customer's.

mod upkeep;
mod waiting;

use bson::raw::RawDocument;
use bson::{Document, doc};
use chrono::{DateTime, Utc};
use dialogues::shop::{Address, Customer, Email, Language, PersonName, Phone, Refusal};
use mongodb::ClientSession;
use strum::IntoEnumIterator;

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read, by};
use super::document::{date, oid, saved, upserted};
use super::faults::Faults;
use super::fields::{Problem, flag, integer, required, text};
use super::versioned::{Timestamps, Versioned};
use super::{STORE_TIMEOUT, Store, StoreError, within};

pub(super) const NAME: &str = "users";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Indexed(|| {
        vec![
            doc! { "name": "modified", "key": { "modified": 1, "_id": 1 } },
            // Who has come since a mailing began.
            doc! { "name": "created", "key": { "created": 1 } },
            // Few wait for a product; only they are in it.
            doc! { "name": "awaited", "key": { "awaited": 1 }, "partialFilterExpression": waiting::waits() },
        ]
    }),
    emptied: Emptied::WithPeople,
    migrated: Migrated::First,
    opened: Opened::Each(faults),
    read: Read::Otherwise,
    personal: &["_id", "name", "email", "phone", "address", "nickname"],
    forgotten: Forgotten::Deleted(|chat| by("_id", chat)),
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

/// A customer, and what the store knows of them beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredUser {
    pub id: i64,
    pub customer: Customer,
    /// Whether messages reach them, as far as we know.
    pub active: bool,
}

/// Which customers, and in which order.
#[derive(Debug, Clone, Default)]
pub struct UserQuery {
    pub language: Option<Language>,
    pub active: Option<bool>,
    pub nickname: Option<String>,
    pub order: UserOrder,
    pub descending: bool,
    /// Those behind this one.
    pub after: Option<(DateTime<Utc>, i64)>,
    pub limit: u32,
}

/// What customers are sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UserOrder {
    #[default]
    Id,
    Modified,
}

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
        "awaited": customer.awaited.iter().map(|product| oid(product.0)).collect::<Vec<_>>(),
    }
}

/// The profile; a field that cannot be read counts as not known. `warn!` names the field, not its content.
pub(super) fn read(document: &Document) -> Customer {
    Customer {
        name: parsed(document, "name", PersonName::stored),
        email: parsed(document, "email", Email::stored),
        phone: parsed(document, "phone", Phone::stored),
        address: parsed(document, "address", Address::stored),
        language: Language::guess(text(document, "language").ok().flatten().as_deref()),
        nickname: text(document, "nickname").ok().flatten(),
        subscribed: flag(document, "subscribed").ok().flatten().unwrap_or(true),
        awaited: waiting::read(document),
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

impl UserQuery {
    fn filter(&self) -> Document {
        let mut filter = Document::new();
        if let Some(language) = self.language {
            filter.insert("language", language.code());
        }
        if let Some(active) = self.active {
            filter.insert("active", active);
        }
        if let Some(nickname) = &self.nickname {
            filter.insert("nickname", nickname);
        }
        let behind = if self.descending { "$lt" } else { "$gt" };
        if let Some((modified, id)) = self.after {
            match self.order {
                UserOrder::Id => drop(filter.insert("_id", doc! { behind: id })),
                UserOrder::Modified => {
                    let later = doc! { "modified": { behind: date(modified) } };
                    let beside = doc! { "modified": date(modified), "_id": { behind: id } };
                    filter.insert("$or", vec![later, beside]);
                }
            }
        }
        filter
    }

    fn sort(&self) -> Document {
        let way = if self.descending { -1 } else { 1 };
        match self.order {
            UserOrder::Id => doc! { "_id": way },
            UserOrder::Modified => doc! { "modified": way, "_id": way },
        }
    }
}

/// What is wrong with a document, as `preflight` looks at it.
fn faults(document: &Document) -> Vec<Problem> {
    fn parsed<T>(document: &Document, name: &str, parse: fn(&str) -> Result<T, Refusal>) -> Result<(), Problem> {
        let refused = |_| format!("{name} is one that this program does not allow");
        text(document, name)?.map_or(Ok(()), |typed| parse(&typed).map(drop).map_err(refused))
    }
    let mut faults = Faults::default();
    faults.check(integer(document, "_id").and_then(|id| required("_id", id)));
    faults.check(parsed(document, "name", PersonName::stored));
    faults.check(parsed(document, "email", Email::stored));
    faults.check(parsed(document, "phone", Phone::stored));
    faults.check(parsed(document, "address", Address::stored));
    faults.check(text(document, "nickname"));
    faults.check(flag(document, "subscribed"));
    faults.check(flag(document, "active"));
    faults.check(waiting::check(document));
    faults.check(text(document, "language").and_then(|code| match code {
        Some(code) if Language::iter().all(|language| language.code() != code) => {
            Err("language is none that this program speaks".to_owned())
        }
        _ => Ok(()),
    }));
    faults.0
}

impl Store {
    fn held_user(&self, document: &RawDocument) -> Option<Versioned<StoredUser>> {
        let held = |current: &Document| {
            let id = required("_id", integer(current, "_id")?)?;
            let thing = StoredUser { id, customer: read(current), active: is_active(current) };
            Ok((thing, Timestamps::read(current)))
        };
        let (thing, stamps) = self.usable(NAME, document, held)?;
        Some(Versioned { thing, stamps, document: Document::try_from(document).ok()? })
    }

    /// Customers, at most `query.limit`.
    pub async fn users(&self, query: &UserQuery) -> Result<Vec<Versioned<StoredUser>>, StoreError> {
        let read = |document: &RawDocument| self.held_user(document);
        within(STORE_TIMEOUT, self.list_raw(NAME, query.filter(), query.sort(), query.limit, read)).await
    }

    /// The customers with these ids; without those who are not there or cannot be read.
    pub async fn users_of(&self, ids: impl IntoIterator<Item = i64>) -> Result<Vec<Versioned<StoredUser>>, StoreError> {
        let read = |document: &RawDocument| self.held_user(document);
        let ids: Vec<i64> = ids.into_iter().collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (filter, most) = (doc! { "_id": { "$in": &ids } }, u32::try_from(ids.len()).unwrap_or(u32::MAX));
        within(STORE_TIMEOUT, self.list_raw(NAME, filter, doc! { "_id": 1 }, most, read)).await
    }

    /// One customer; `None` also if they cannot be read, as in lists.
    pub async fn user(&self, id: i64) -> Result<Option<Versioned<StoredUser>>, StoreError> {
        let found = within(STORE_TIMEOUT, async { Ok(self.raw(NAME).find_one(doc! { "_id": id }).await?) });
        Ok(found.await?.and_then(|document| self.held_user(&document)))
    }

    /// Notes that messages reach a known customer, or no longer do.
    pub async fn set_active(&self, user: i64, active: bool) -> Result<(), StoreError> {
        let update = saved(doc! { "active": active }, self.clock().now());
        self.collection(NAME).update_one(doc! { "_id": user, "active": { "$ne": active } }, update).await?;
        self.cache().remove(user);
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
        let users = self.collection(NAME);
        // A stranger who blocks the bot is nobody to remember.
        let (update, known) = match customer {
            Some(_) => (upserted(fields, only_new, self.stamp(NAME)), true),
            None => (saved(fields, self.clock().now()), false),
        };
        users.update_one(doc! { "_id": user }, update).upsert(known).session(session).await.map(drop)
    }
}
