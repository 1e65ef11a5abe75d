//! Users: who has talked to the bot. Nobody is made here: whoever talks to the bot is.

mod input;
pub(crate) mod view;

use chrono::DateTime;
use dialogues::shop::{Customer, Language};
use rocket::fairing::AdHoc;
use rocket::{delete, get, patch, put, routes};
use serde_json::Value;
use strum::IntoEnumIterator;

use self::input::UserInput;
pub(super) use self::view::FIELDS;
use self::view::{READ_ONLY, UserView, render};
use super::Api;
use super::address::{self, UserId};
use super::ask::{Answer, Ask};
use super::body::{Json, merged, read_body};
use super::change::ATTEMPTS;
use super::keys::Caller;
use super::page::{Chosen, Cursor, Key, Listing, Page};
use super::params::NoParams;
use super::permit::{DeleteUsers, ReadUsers, WriteUsers};
use super::problem::Problem;
use super::read_only::ReadOnly;
use super::reply::{Rendered, Reply};
use super::shape::{
    FieldsParam, IfTags, KnownPage, KnownThing, NotAsSaid, NotChanged, NotThere, PageParams, Partial, Patch, SortParam,
};
use crate::store::{StoredUser, Timestamps, UserOrder, UserQuery, Versioned};

const WHAT: &str = "user";

/// What a list can be sorted by, the usual way first: which key, and whether the other way round.
pub(super) const SORTS: [(&str, (UserOrder, bool)); 4] = [
    ("id", (UserOrder::Id, false)),
    ("-id", (UserOrder::Id, true)),
    ("modified", (UserOrder::Modified, false)),
    ("-modified", (UserOrder::Modified, true)),
];

/// Puts users on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("users", |rocket| async { rocket.mount("/", routes![list, read, replace, change, remove]) })
}

/// All users, page by page
#[utoipa::path(
    tag = "users",
    params(
        ("language" = Option<String>, Query, description = "Only those who read this language", pattern = "^(en|uk|ru)$"),
        ("active" = Option<bool>, Query, description = "Only those whom messages reach, or do not reach"),
        ("nickname" = Option<String>, Query, description = "Only whoever is called so in Telegram", pattern = "^[A-Za-z0-9_]{1,32}$"),
        SortParam, PageParams, KnownPage,
    ),
    responses((status = 200, description = "A page", body = Page<Partial<UserView>>), NotChanged),
    security(("key" = ["users:read"]))
)]
#[get("/api/v1/users")]
async fn list(ask: Ask<'_, ReadUsers>) -> Answer {
    let Ask { api, caller, conditions, more: mut params, .. } = ask;
    let languages: Vec<_> = Language::iter().map(|language| (language.code(), language)).collect();
    let language = params.word("language", &languages);
    let active = params.flag("active");
    let nickname = params.read_with("nickname", |text| {
        let fits = (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        fits.then(|| text.to_owned()).ok_or_else(|| "it must be a Telegram username, without the @".to_owned())
    });
    let (order, descending) = params.sort(&SORTS);
    let listing = Listing::read(params, &FIELDS, |id| address::user(id).is_some())?;
    let after = listing.after.as_ref().map(|cursor| {
        let modified = match cursor.key {
            Key::Number(number) => DateTime::from_timestamp_millis(number).unwrap_or_default(),
            Key::Text(_) => DateTime::default(),
        };
        (modified, cursor.id.parse().unwrap_or(0))
    });
    let query = UserQuery { language, active, nickname, order, descending, after, limit: listing.most() };
    let users = api.store.users(&query).await?;
    let shown = |held: &Versioned<StoredUser>| rendered(&held.thing, held.stamps, &caller);
    let cursor = |held: &Versioned<StoredUser>| Cursor {
        key: Key::Number(held.stamps.modified.timestamp_millis()),
        id: held.thing.id.to_string(),
    };
    listing.found(users, &conditions, shown, cursor)
}

/// One user
#[utoipa::path(
    tag = "users",
    params(UserId, FieldsParam, KnownThing),
    responses((status = 200, description = "The user", body = Partial<UserView>), NotChanged, NotThere),
    security(("key" = ["users:read"]))
)]
#[get("/api/v1/users/<id>")]
async fn read(id: UserId, ask: Ask<'_, ReadUsers>) -> Answer {
    let Ask { api, caller, conditions, more: params, .. } = ask;
    let chosen = Chosen::read(params, &FIELDS)?;
    let held = find(api, &id).await?;
    let (json, tag) = rendered(&held.thing, held.stamps, &caller)?;
    Ok(chosen.shown(&json, &tag, &conditions))
}

/// Another profile in place of this one
///
/// What GET has answered can be sent back, also masked: what is as GET shows it stays as it is.
#[utoipa::path(
    tag = "users",
    params(UserId, IfTags),
    request_body(content = UserInput, content_type = "application/json"),
    responses((status = 200, description = "The user as they are now", body = UserView), NotThere, NotAsSaid),
    security(("key" = ["users:write"]))
)]
#[put("/api/v1/users/<id>", data = "<body>")]
async fn replace(id: UserId, ask: Ask<'_, WriteUsers, NoParams>, body: Json) -> Answer {
    let next = |_: &Customer, body: &Value| Ok(body.clone());
    keep(&ask, &id, body.value()?, next).await
}

/// Some fields of a profile (merge patch, RFC 7386)
#[utoipa::path(
    tag = "users",
    params(UserId, IfTags),
    request_body(content = Patch<UserInput>, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The user as they are now", body = UserView), NotThere, NotAsSaid),
    security(("key" = ["users:write"]))
)]
#[patch("/api/v1/users/<id>", data = "<body>")]
async fn change(id: UserId, ask: Ask<'_, WriteUsers, NoParams>, body: Json) -> Answer {
    let next = |before: &Customer, patch: &Value| merged(UserInput::of(before), patch, &[]);
    keep(&ask, &id, body.value()?, next).await
}

/// Forgets a user, exactly as they can have themselves forgotten with /privacy
///
/// Profile, cart and conversation are deleted; orders stay, without a word of whose they were. Of an order that is not delivered yet,
/// placed in the last 90 days, name, phone and address stay until it is delivered or cancelled.
#[utoipa::path(
    tag = "users",
    params(UserId, IfTags),
    responses((status = 204, description = "They are forgotten"), NotThere, NotAsSaid),
    security(("key" = ["users:delete"]))
)]
#[delete("/api/v1/users/<id>")]
async fn remove(id: UserId, ask: Ask<'_, DeleteUsers, NoParams>) -> Answer {
    let Ask { api, caller, conditions, .. } = ask;
    for _ in 0..ATTEMPTS {
        let held = find(api, &id).await?;
        conditions.allow_change(&rendered(&held.thing, held.stamps, &caller)?.1)?;
        if api.store.forget_user(&held).await? {
            return Ok(Reply::nothing());
        }
    }
    Err(Problem::contended())
}

async fn find(api: &Api, id: &UserId) -> Result<Versioned<StoredUser>, Problem> {
    api.store.user(id.read(WHAT)?).await?.ok_or_else(|| Problem::not_found(WHAT))
}

async fn keep<P>(
    ask: &Ask<'_, P, NoParams>,
    id: &UserId,
    mut body: Value,
    next: impl Fn(&Customer, &Value) -> Result<Value, Problem>,
) -> Answer {
    let Ask { api, caller, conditions, .. } = ask;
    let read_only = ReadOnly::taken_from(&mut body, &READ_ONLY);
    for _ in 0..ATTEMPTS {
        let held = find(api, id).await?;
        let (json, tag) = rendered(&held.thing, held.stamps, caller)?;
        conditions.allow_change(&tag)?;
        read_only.check(&json)?;
        let before = &held.thing.customer;
        let whole = next(before, &unmasked(body.clone(), &json, before))?;
        let customer = read_body(&whole, |value| UserInput::read(value, before, api.country))?.customer(before);
        let written = match customer == *before {
            true => Some(held.stamps),
            false => api.store.replace_user(&held, &customer).await?,
        };
        if let Some(stamps) = written {
            let (json, tag) = rendered(&StoredUser { customer, ..held.thing }, stamps, caller)?;
            return Ok(Reply::json(json).tagged(&tag));
        }
    }
    Err(Problem::contended())
}

/// A body in which what is still as the caller sees it, masked or not, is as it is stored.
fn unmasked(mut body: Value, shown: &str, before: &Customer) -> Value {
    let (shown, stored): (Value, Value) = (serde_json::from_str(shown).unwrap_or_default(), UserInput::of(before));
    for (name, value) in body.as_object_mut().into_iter().flatten() {
        if shown.get(name) == Some(value)
            && let Some(stored) = stored.get(name)
        {
            *value = stored.clone();
        }
    }
    body
}

/// A user as the caller may see them.
fn rendered(user: &StoredUser, stamps: Timestamps, caller: &Caller) -> Result<Rendered, Problem> {
    render(user, stamps, caller.sees_contacts())
}
