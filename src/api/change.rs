//! One change of one thing: read, check conditions, decide, write if it is still so; else again. What a change leaves
//! as it is, is not written: `ETag` and `modified` stay.

use dialogues::shop::Id;

use super::Api;
use super::etag::Conditions;
use super::problem::Problem;
use super::read_only::ReadOnly;
use crate::store::{Held, Replaced, Stamps, StoreError, Upkept};

/// So often a change begins again when others are faster.
pub(super) const ATTEMPTS: u32 = 10;

/// A thing as it is now, and its tag.
pub(crate) struct Changed<T> {
    pub(crate) thing: T,
    pub(crate) stamps: Stamps,
}

impl Api {
    /// Changes a thing. `shown` is its JSON and its tag, which `read_only` and the conditions are held against; `decide`
    /// makes the new one of the old one. A category that it is moved to must exist.
    pub(crate) async fn change<T: Upkept + PartialEq>(
        &self,
        id: Id,
        what: &str,
        conditions: &Conditions,
        read_only: &ReadOnly,
        shown: impl Fn(&T, Stamps) -> Result<(String, String), Problem>,
        decide: impl Fn(&T) -> Result<T, Problem>,
    ) -> Result<Changed<T>, Problem> {
        for _ in 0..ATTEMPTS {
            let held: Held<T> = self.held(id, what).await?;
            let (json, tag) = shown(&held.thing, held.stamps)?;
            conditions.allow_change(&tag)?;
            read_only.check(&json)?;
            let thing = decide(&held.thing)?;
            let written = match thing == held.thing {
                true => Replaced::Done(held.stamps),
                false => self.store.replace(&held, &thing).await?,
            };
            match written {
                Replaced::Done(stamps) => {
                    self.feed.catch_up().await?;
                    return Ok(Changed { thing, stamps });
                }
                Replaced::NoCategory(category) => return Err(Problem::no_category(category)),
                Replaced::LostRace => {}
            }
        }
        Err(Problem::contended())
    }

    /// A thing to be changed. One that a newer program has written is not there, unless the snapshot still shows it:
    /// then the newer program is asked to change it.
    pub(crate) async fn held<T: Upkept>(&self, id: Id, what: &str) -> Result<Held<T>, Problem> {
        match self.store.held(id).await {
            Err(StoreError::Newer { .. }) if !self.feed.shelves().shows::<T>(id) => Err(Problem::not_found(what)),
            held => held?.ok_or_else(|| Problem::not_found(what)),
        }
    }

    /// Whether there is such a thing, as MongoDB has it now.
    pub(crate) async fn exists<T: Upkept>(&self, id: Id) -> Result<bool, Problem> {
        match self.store.held::<T>(id).await {
            Err(StoreError::Newer { .. }) => Ok(self.feed.shelves().shows::<T>(id)),
            held => Ok(held?.is_some()),
        }
    }

    /// Removes a thing.
    pub(crate) async fn remove<T: Upkept>(
        &self,
        id: Id,
        what: &str,
        conditions: &Conditions,
        shown: impl Fn(&T, Stamps) -> Result<(String, String), Problem>,
    ) -> Result<(), Problem> {
        for _ in 0..ATTEMPTS {
            let held: Held<T> = self.held(id, what).await?;
            conditions.allow_change(&shown(&held.thing, held.stamps)?.1)?;
            if self.store.remove(&held).await? {
                self.feed.catch_up().await?;
                return Ok(());
            }
        }
        Err(Problem::contended())
    }
}

/// The id in an address; whatever is no id is the name of nothing.
pub(crate) fn id_of(text: &str, what: &str) -> Result<Id, Problem> {
    let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    text.parse().ok().filter(|_| lower).ok_or_else(|| Problem::not_found(what))
}

/// Whether a text is an id, for cursors.
pub(crate) fn is_id(text: &str) -> bool {
    text.parse::<Id>().is_ok()
}
