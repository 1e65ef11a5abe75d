//! One change of one thing: read, check conditions, decide, write if it is still so; else again. What a change leaves
//! as it is, is not written: `ETag` and `modified` stay.

use dialogues::shop::Id;

use super::Api;
use super::etag::Conditions;
use super::problem::Problem;
use super::read_only::ReadOnly;
use crate::store::{Held, Stamps, Upkept};

/// So often a change begins again when others are faster.
pub(super) const ATTEMPTS: u32 = 10;

/// A thing as it is now, and its tag.
pub(crate) struct Changed<T> {
    pub(crate) thing: T,
    pub(crate) stamps: Stamps,
}

impl Api {
    /// Changes a thing. `shown` is its JSON and its tag, which `read_only` and the conditions are held against; `decide`
    /// makes the new one of the old one.
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
            let held: Held<T> = self.store.held(id).await?.ok_or_else(|| Problem::not_found(what))?;
            let (json, tag) = shown(&held.thing, held.stamps)?;
            conditions.allow_change(&tag)?;
            read_only.check(&json)?;
            let thing = decide(&held.thing)?;
            let written = match thing == held.thing {
                true => Some(held.stamps),
                false => self.store.replace(&held, &thing).await?,
            };
            if let Some(stamps) = written {
                self.feed.catch_up().await?;
                return Ok(Changed { thing, stamps });
            }
        }
        Err(Problem::contended())
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
            let held: Held<T> = self.store.held(id).await?.ok_or_else(|| Problem::not_found(what))?;
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
