//! One change of one thing: read, check `If-Match`, decide, write if it is still so; else again.

use dialogues::shop::Id;

use super::Api;
use super::etag::Conditions;
use super::problem::Problem;
use crate::store::{Held, Stamps, Upkept};

/// So often a change begins again when others are faster.
pub(super) const ATTEMPTS: u32 = 10;

/// A thing as it is now, and its tag.
pub(crate) struct Changed<T> {
    pub(crate) thing: T,
    pub(crate) stamps: Stamps,
}

impl Api {
    /// Changes a thing. `tag` is what `If-Match` is held against, `decide` makes the new one of the old one.
    pub(crate) async fn change<T: Upkept>(
        &self,
        id: Id,
        what: &str,
        conditions: &Conditions,
        tag: impl Fn(&T, Stamps) -> Result<String, Problem>,
        decide: impl Fn(&T) -> Result<T, Problem>,
    ) -> Result<Changed<T>, Problem> {
        for _ in 0..ATTEMPTS {
            let held: Held<T> = self.store.held(id).await?.ok_or_else(|| Problem::not_found(what))?;
            conditions.allow_change(&tag(&held.thing, held.stamps)?)?;
            let thing = decide(&held.thing)?;
            if let Some(stamps) = self.store.replace(&held, &thing).await? {
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
        tag: impl Fn(&T, Stamps) -> Result<String, Problem>,
    ) -> Result<(), Problem> {
        for _ in 0..ATTEMPTS {
            let held: Held<T> = self.store.held(id).await?.ok_or_else(|| Problem::not_found(what))?;
            conditions.allow_change(&tag(&held.thing, held.stamps)?)?;
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
