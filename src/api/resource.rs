//! What products, categories and news have in common: one body for each verb.
//!
//! They are read from the snapshot's shelves, and changed in the store: see `change`.

use std::borrow::Cow;

use dialogues::shop::{Id, Language, TRANSLATIONS, is_visible};
use serde_json::{Map, Value, json};

use super::address::{ThingId, is_id};
use super::ask::{Answer, Ask};
use super::body::{Json, Read, merged, read_body};
use super::etag::tag;
use super::index::Lists;
use super::language::by_language;
use super::page::{Chosen, Listing, Shown};
use super::params::NoParams;
use super::problem::Problem;
use super::read_only::ReadOnly;
use super::repeat::IdempotencyKey;
use super::reply::{Rendered, Reply};
use super::sorted_index::{ListQuery, Row, Shelved, SortedIndex};
use super::{Api, ROOT};
use crate::store::{Managed, Store, Timestamps};

/// A kind of things that stands on a shelf, and is kept by the owner's programs.
pub(crate) trait Resource: Managed + PartialEq {
    /// What one is called.
    const WHAT: &'static str;
    /// Where they stand below [`ROOT`].
    const PATH: &'static str;
    /// Names of all fields.
    const FIELDS: &'static [&'static str];
    /// What cannot be set.
    const READ_ONLY: &'static [&'static str];
    /// What a list can be sorted by, the usual way first: which key, and whether the other way round.
    const SORTS: &'static [(&'static str, (usize, bool))];

    /// What lists know of one.
    type Row: Shelved;
    /// One as it is set.
    type Input: Clone + Send + Sync;

    /// All of them.
    fn shelf(lists: &Lists) -> &SortedIndex<Self::Row>;

    /// One as it is shown.
    fn rendered(&self, stamps: Timestamps, api: &Api) -> Result<Rendered, Problem>;

    /// Puts what else of it is translated, such as the titles of others, in place of the shop's own words; whether there is any.
    fn put_others(_shown: &mut Value, _language: Language, _lists: &Lists) -> bool {
        false
    }

    /// Reads one as it is set.
    fn input(body: &Value, api: &Api) -> Read<Self::Input>;

    /// The fields that have a default, which a patch's `null` brings back.
    fn defaulted() -> Vec<&'static str>;

    /// One as a patch sets it.
    fn patched(&self, patch: &Value, api: &Api) -> Result<Self::Input, Problem>;

    /// One as it is after it was set. What has an address of its own stays as it was before.
    fn made(input: Self::Input, id: Id, before: Option<&Self>) -> Self;

    /// Refuses a change of this one into the next.
    fn allow(&self, _next: &Self, _api: &Api) -> Result<(), Problem> {
        Ok(())
    }
}

impl Api {
    /// A thing as it is now.
    pub(crate) fn shown<T: Resource>(&self, thing: &T, stamps: Timestamps) -> Answer {
        let (json, tag) = thing.rendered(stamps, self)?;
        Ok(Reply::json(json).tagged(&tag))
    }
}

/// What a body makes of a thing.
pub(crate) struct Rewrite<T: Resource> {
    pub(crate) id: Id,
    pub(crate) read_only: ReadOnly,
    body: Body<T::Input>,
}

enum Body<I> {
    Whole(I),
    Patch(Value),
}

impl<T: Resource> Rewrite<T> {
    /// The body of a PUT.
    pub(crate) fn whole(id: &ThingId, body: &Json, api: &Api) -> Result<Self, Problem> {
        let (id, mut value) = (id.read(T::WHAT)?, body.value()?);
        let read_only = ReadOnly::taken_from(&mut value, T::READ_ONLY);
        let input = read_body(&value, |value| T::input(value, api))?;
        Ok(Self { id, read_only, body: Body::Whole(input) })
    }

    /// The body of a PATCH.
    pub(crate) fn patch(id: &ThingId, body: &Json) -> Result<Self, Problem> {
        Ok(Self::merge(id.read(T::WHAT)?, body.value()?))
    }

    /// A merge patch.
    pub(crate) fn merge(id: Id, mut patch: Value) -> Self {
        let read_only = ReadOnly::taken_from(&mut patch, T::READ_ONLY);
        Self { id, read_only, body: Body::Patch(patch) }
    }

    /// What it makes of a thing that there is.
    pub(crate) fn next(&self, thing: &T, api: &Api) -> Result<T, Problem> {
        let input = match &self.body {
            Body::Whole(input) => input.clone(),
            Body::Patch(patch) => thing.patched(patch, api)?,
        };
        let next = T::made(input, thing.id(), Some(thing));
        thing.allow(&next, api)?;
        Ok(next)
    }

    /// What it makes where there was nothing. A `null` in a patch is the default there, too, and what nobody can set is nothing
    /// that is shown.
    pub(crate) fn made(&self, api: &Api) -> Result<T, Problem> {
        let input = match &self.body {
            Body::Whole(input) => input.clone(),
            Body::Patch(patch) => {
                self.read_only.check("{}")?;
                let whole = merged(json!({ TRANSLATIONS: {} }), patch, &T::defaulted())?;
                read_body(&whole, |whole| T::input(whole, api))?
            }
        };
        Ok(T::made(input, self.id, None))
    }
}

/// A thing as it is shown in a language, with the tag of that.
fn spoken<'a, T: Resource>(
    row: &'a Row<T::Row>,
    language: Option<Language>,
    lists: &Lists,
) -> (Cow<'a, str>, Cow<'a, str>) {
    let own = (Cow::Borrowed(row.json.as_str()), Cow::Borrowed(row.tag.as_str()));
    let Some(language) = language else { return own };
    let Ok(mut shown) = serde_json::from_str::<Value>(&row.json) else { return own };
    if !put_words(&mut shown, language) & !T::put_others(&mut shown, language, lists) {
        return own;
    }
    let shown = shown.to_string();
    let tag = format!("{}.{}", language.code(), tag(&shown));
    (Cow::Owned(shown), Cow::Owned(tag))
}

/// Puts what is translated in place of the shop's own words.
fn put_words(shown: &mut Value, language: Language) -> bool {
    let words = shown[TRANSLATIONS][language.code()].as_object().cloned().unwrap_or_default();
    // As in the chat: what nobody can see is no translation.
    let is_said = |said: &Value| said.as_str().is_none_or(is_visible);
    let words: Map<String, Value> = words.into_iter().filter(|(_, said)| is_said(said)).collect();
    let is_translated = !words.is_empty();
    if let Some(shown) = shown.as_object_mut() {
        shown.extend(words);
    }
    is_translated
}

impl<P> Ask<'_, P> {
    /// A page of those that fit. With `groups`, only of what stands in these.
    pub(crate) fn list<T: Resource>(
        mut self,
        groups: impl FnOnce(&Lists) -> Option<Vec<Id>>,
        fits: impl Fn(&T::Row) -> bool,
    ) -> Answer {
        let words = self.more.search();
        let (sort, descending) = self.more.sort(T::SORTS);
        let mut listing = Listing::read(self.more, T::FIELDS, is_id)?;
        let lists = self.api.lists();
        let groups = groups(&lists);
        let fits = |row: &T::Row| fits(row) && words.as_ref().is_none_or(|words| words.are_in(row.words()));
        let wish = ListQuery { sort, descending, after: listing.after.take(), limit: listing.limit };
        let (rows, next) = T::shelf(&lists).list(&wish, groups.as_deref(), fits);
        let spoken: Vec<_> = rows.iter().map(|row| spoken::<T>(row, self.language, &lists)).collect();
        let shown: Vec<_> = spoken.iter().map(|(json, tag)| Shown { json, tag }).collect();
        let translated = self.language.filter(|_| spoken.iter().any(|(json, _)| matches!(json, Cow::Owned(_))));
        Ok(by_language(listing.page(&shown, next.as_ref(), &self.conditions), translated))
    }

    /// One of them.
    pub(crate) fn read<T: Resource>(self, id: &ThingId) -> Answer {
        let chosen = Chosen::read(self.more, T::FIELDS)?;
        let id = id.read(T::WHAT)?;
        let lists = self.api.lists();
        let row = T::shelf(&lists).row(id).ok_or_else(|| Problem::not_found(T::WHAT))?;
        let (json, tag) = spoken::<T>(row, self.language, &lists);
        let translated = self.language.filter(|_| matches!(json, Cow::Owned(_)));
        Ok(by_language(chosen.shown(&json, &tag, &self.conditions), translated))
    }
}

impl<P> Ask<'_, P, IdempotencyKey> {
    /// A new one.
    pub(crate) async fn create<T: Resource>(self, body: Json) -> Answer {
        let Self { api, caller, more: repeat, .. } = self;
        if let Some(reply) = repeat.answered(api, &caller, &body.bytes).await? {
            return Ok(reply);
        }
        let input = read_body(&body.value()?, |value| T::input(value, api))?;
        let thing = T::made(input, Store::fresh_id(), None);
        let stamps = api.store.first_stamps();
        let reply = api.shown(&thing, stamps)?.created(format!("{ROOT}/{}/{}", T::PATH, thing.id()));
        repeat.add(api, &caller, &body.bytes, &thing, stamps, reply).await
    }
}

impl<P> Ask<'_, P, NoParams> {
    /// Another one in place of this one.
    pub(crate) async fn replace<T: Resource>(self, id: ThingId, body: Json) -> Answer {
        self.api.rewrite(&Rewrite::<T>::whole(&id, &body, self.api)?, &self.conditions).await
    }

    /// Some fields of one.
    pub(crate) async fn change<T: Resource>(self, id: ThingId, body: Json) -> Answer {
        self.api.rewrite(&Rewrite::<T>::patch(&id, &body)?, &self.conditions).await
    }

    /// No such one any more.
    pub(crate) async fn remove<T: Resource>(self, id: ThingId) -> Answer {
        self.api.remove::<T>(id.read(T::WHAT)?, &self.conditions).await
    }
}
