//! One change of one thing: read, check conditions, decide, write if it is still so; else again. What a change leaves
//! as it is, is not written: `ETag` and `modified` stay.

use dialogues::shop::Id;

use super::Api;
use super::ask::Answer;
use super::etag::Conditions;
use super::problem::Problem;
use super::read_only::ReadOnly;
use super::reply::Reply;
use super::resource::{Resource, Rewrite};
use crate::store::{Managed, ReplaceOutcome, StoreError, Timestamps, Versioned};

/// So often a change begins again when others are faster.
pub(super) const ATTEMPTS: u32 = 10;

/// A thing that was changed.
pub(crate) struct Changed<T> {
    thing: T,
    stamps: Timestamps,
    /// Whether it is another one than before.
    pub(crate) is_changed: bool,
}

impl Api {
    /// Changes a thing as a body says.
    pub(crate) async fn rewrite<T: Resource>(&self, rewrite: &Rewrite<T>, conditions: &Conditions) -> Answer {
        self.change(rewrite.id, conditions, &rewrite.read_only, |thing| rewrite.next(thing, self)).await
    }

    /// The same without an answer.
    pub(crate) async fn rewritten<T: Resource>(
        &self,
        rewrite: &Rewrite<T>,
        conditions: &Conditions,
    ) -> Result<Changed<T>, Problem> {
        self.changed(rewrite.id, conditions, &rewrite.read_only, |thing| rewrite.next(thing, self)).await
    }

    /// Changes a thing, and answers it as it is then, also in lists: see [`Self::changed`].
    pub(crate) async fn change<T: Resource>(
        &self,
        id: Id,
        conditions: &Conditions,
        read_only: &ReadOnly,
        decide: impl Fn(&T) -> Result<T, Problem>,
    ) -> Answer {
        let changed = self.changed(id, conditions, read_only, decide).await?;
        self.feed.catch_up().await?;
        self.shown(&changed.thing, changed.stamps)
    }

    /// Changes a thing. What it shows is what `read_only` and the conditions are held against;
    /// `decide` makes the new one of the old one. A category that it is moved to must exist.
    pub(crate) async fn changed<T: Resource>(
        &self,
        id: Id,
        conditions: &Conditions,
        read_only: &ReadOnly,
        decide: impl Fn(&T) -> Result<T, Problem>,
    ) -> Result<Changed<T>, Problem> {
        for _ in 0..ATTEMPTS {
            let held: Versioned<T> = self.held(id, T::WHAT).await?;
            let (json, tag) = held.thing.rendered(held.stamps, self)?;
            conditions.allow_change(&tag)?;
            read_only.check(&json)?;
            let thing = decide(&held.thing)?;
            let is_changed = thing != held.thing;
            let written = match is_changed {
                false => ReplaceOutcome::Done(held.stamps),
                true => self.store.replace(&held, &thing).await?,
            };
            match written {
                ReplaceOutcome::Done(stamps) => return Ok(Changed { thing, stamps, is_changed }),
                ReplaceOutcome::NoCategory(category) => return Err(Problem::no_category(category)),
                ReplaceOutcome::LostRace => {}
            }
        }
        Err(Problem::contended())
    }

    /// A thing to be changed. One that a newer program has written is not there, unless the snapshot still shows it:
    /// then the newer program is asked to change it.
    pub(crate) async fn held<T: Managed>(&self, id: Id, what: &str) -> Result<Versioned<T>, Problem> {
        match self.store.held(id).await {
            Err(StoreError::Newer { .. }) if !self.feed.shelves().shows::<T>(id) => Err(Problem::not_found(what)),
            held => held?.ok_or_else(|| Problem::not_found(what)),
        }
    }

    /// Whether there is such a thing, as MongoDB has it now.
    pub(crate) async fn exists<T: Managed>(&self, id: Id) -> Result<bool, Problem> {
        match self.store.held::<T>(id).await {
            Err(StoreError::Newer { .. }) => Ok(self.feed.shelves().shows::<T>(id)),
            held => Ok(held?.is_some()),
        }
    }

    /// Removes a thing.
    pub(crate) async fn remove<T: Resource>(&self, id: Id, conditions: &Conditions) -> Answer {
        for _ in 0..ATTEMPTS {
            let held: Versioned<T> = self.held(id, T::WHAT).await?;
            conditions.allow_change(&held.thing.rendered(held.stamps, self)?.1)?;
            if self.store.remove(&held).await? {
                self.feed.catch_up().await?;
                return Ok(Reply::nothing());
            }
        }
        Err(Problem::contended())
    }
}
