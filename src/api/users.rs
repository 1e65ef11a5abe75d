//! Users: who has talked to the bot. Nobody is made here: whoever talks to the bot is.

mod input;
pub(crate) mod view;

use chrono::DateTime;
use dialogues::shop::{Customer, Language};
use rocket::fairing::AdHoc;
use rocket::{State, delete, get, patch, put, routes};
use serde_json::Value;
use strum::IntoEnumIterator;

use self::input::UserInput;
pub(super) use self::view::FIELDS;
use self::view::{READ_ONLY, UserView, render};
use super::Api;
use super::body::{Json, merged, read_body};
use super::change::ATTEMPTS;
use super::etag::{Conditions, tag};
use super::keys::Caller;
use super::page::{Cursor, Key, Page, Shown, page};
use super::params::{NoParams, Params};
use super::problem::Problem;
use super::read_only::ReadOnly;
use super::reply::{Reply, picked};
use super::scope::{Allowed, DeleteUsers, ReadUsers, WriteUsers};
use super::shape::{Partial, Patch};
use crate::store::{Held, Stamps, StoredUser, UserOrder, UserQuery};

const WHAT: &str = "user";

/// What a list can be sorted by, the usual way first: which key, and whether the other way round.
const SORTS: [(&str, (UserOrder, bool)); 4] = [
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
        ("sort" = Option<String>, Query, description = "What to sort by; with a minus the other way round"),
        ("limit" = Option<u32>, Query, description = "How many a page has; 20 if not said", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where a page begins: from `next` of the page before, with the same sort and filters"),
        ("fields" = Option<String>, Query, description = "Only these fields, apart by commas"),
        ("If-None-Match" = Option<String>, Header, description = "Answer 304 if the page has this tag"),
    ),
    responses(
        (status = 200, description = "A page", body = Page<Partial<UserView>>),
        (status = 304, description = "It has not changed"),
    ),
    security(("key" = ["users:read"]))
)]
#[get("/api/v1/users")]
async fn list(
    allowed: Allowed<ReadUsers>,
    mut params: Params,
    conditions: Conditions,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let languages: Vec<_> = Language::iter().map(|language| (language.code(), language)).collect();
    let language = params.word("language", &languages);
    let active = params.flag("active");
    let nickname = params.read_with("nickname", |text| {
        let fits = (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        fits.then(|| text.to_owned()).ok_or_else(|| "it must be a Telegram username, without the @".to_owned())
    });
    let (order, descending) = params.sort(&SORTS);
    let fields = params.fields(&FIELDS);
    let limit = params.limit();
    let after = Cursor::read(&mut params, is_user_id).map(|cursor| {
        let modified = match cursor.key {
            Key::Number(number) => DateTime::from_timestamp_millis(number).unwrap_or_default(),
            Key::Text(_) => DateTime::default(),
        };
        (modified, cursor.id.parse().unwrap_or(0))
    });
    let way = params.finish()?;
    let most = u32::try_from(limit + 1).unwrap_or(u32::MAX);
    let query = UserQuery { language, active, nickname, order, descending, after, limit: most };
    let mut users = api.store.users(&query).await?;
    let more = users.len() > limit;
    users.truncate(limit);
    let shown: Vec<(String, String)> =
        users.iter().map(|held| rendered(&held.thing, held.stamps, &allowed.caller)).collect::<Result<_, Problem>>()?;
    let cursor = |held: &Held<StoredUser>| Cursor {
        key: Key::Number(held.stamps.modified.timestamp_millis()),
        id: held.thing.id.to_string(),
    };
    let next = users.last().filter(|_| more).map(cursor);
    let rows: Vec<_> = shown.iter().map(|(json, tag)| Shown { json, tag }).collect();
    Ok(page(&rows, next.as_ref(), &way, &fields, "id", &conditions))
}

/// One user
#[utoipa::path(
    tag = "users",
    params(
        ("id" = i64, Path, description = "Their Telegram id"),
        ("fields" = Option<String>, Query, description = "Only these fields, apart by commas"),
        ("If-None-Match" = Option<String>, Header, description = "Answer 304 if it has this tag"),
    ),
    responses(
        (status = 200, description = "The user", body = Partial<UserView>),
        (status = 304, description = "It has not changed"),
        (status = 404, description = "There is none"),
    ),
    security(("key" = ["users:read"]))
)]
#[get("/api/v1/users/<id>")]
async fn read(
    id: &str,
    allowed: Allowed<ReadUsers>,
    mut params: Params,
    conditions: Conditions,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let fields = params.fields(&FIELDS);
    params.finish()?;
    let held = find(api, id).await?;
    let (json, tag) = rendered(&held.thing, held.stamps, &allowed.caller)?;
    Ok(Reply::json(picked(&json, &fields, "id")).unless_known(&conditions, &tag))
}

/// Another profile in place of this one
///
/// What GET has answered can be sent back, also masked: what is as GET shows it stays as it is.
#[utoipa::path(
    tag = "users",
    params(
        ("id" = i64, Path, description = "Their Telegram id"),
        ("If-Match" = Option<String>, Header, description = "Refuse if it no longer has this tag"),
        ("If-None-Match" = Option<String>, Header, description = "Refuse if it has this tag; * refuses whatever is there"),
    ),
    request_body(content = UserInput, content_type = "application/json"),
    responses(
        (status = 200, description = "The user as they are now", body = UserView),
        (status = 404, description = "There is none"),
        (status = 412, description = "It is not as If-Match and If-None-Match say"),
    ),
    security(("key" = ["users:write"]))
)]
#[put("/api/v1/users/<id>", data = "<body>")]
async fn replace(
    id: &str,
    allowed: Allowed<WriteUsers>,
    conditions: Conditions,
    _params: NoParams,
    body: Json,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let next = |_: &Customer, body: &Value| Ok(body.clone());
    keep(api, id, &allowed.caller, &conditions, body.value()?, next).await
}

/// Some fields of a profile (merge patch, RFC 7386)
#[utoipa::path(
    tag = "users",
    params(
        ("id" = i64, Path, description = "Their Telegram id"),
        ("If-Match" = Option<String>, Header, description = "Refuse if it no longer has this tag"),
        ("If-None-Match" = Option<String>, Header, description = "Refuse if it has this tag; * refuses whatever is there"),
    ),
    request_body(content = Patch<UserInput>, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The user as they are now", body = UserView),
        (status = 404, description = "There is none"),
        (status = 412, description = "It is not as If-Match and If-None-Match say"),
    ),
    security(("key" = ["users:write"]))
)]
#[patch("/api/v1/users/<id>", data = "<body>")]
async fn change(
    id: &str,
    allowed: Allowed<WriteUsers>,
    conditions: Conditions,
    _params: NoParams,
    body: Json,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let next = |before: &Customer, patch: &Value| merged(UserInput::of(before), patch, &[]);
    keep(api, id, &allowed.caller, &conditions, body.value()?, next).await
}

/// Forgets a user, exactly as they can have themselves forgotten with /privacy
///
/// Profile, cart and conversation are deleted; orders stay, without a word of whose they were.
#[utoipa::path(
    tag = "users",
    params(
        ("id" = i64, Path, description = "Their Telegram id"),
        ("If-Match" = Option<String>, Header, description = "Refuse if it no longer has this tag"),
        ("If-None-Match" = Option<String>, Header, description = "Refuse if it has this tag; * refuses whatever is there"),
    ),
    responses(
        (status = 204, description = "They are forgotten"),
        (status = 404, description = "There is none"),
        (status = 412, description = "It is not as If-Match and If-None-Match say"),
    ),
    security(("key" = ["users:delete"]))
)]
#[delete("/api/v1/users/<id>")]
async fn remove(
    id: &str,
    allowed: Allowed<DeleteUsers>,
    conditions: Conditions,
    _params: NoParams,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    for _ in 0..ATTEMPTS {
        let held = find(api, id).await?;
        conditions.allow_change(&rendered(&held.thing, held.stamps, &allowed.caller)?.1)?;
        if api.store.forget_user(&held).await? {
            return Ok(Reply::nothing());
        }
    }
    Err(Problem::contended())
}

async fn find(api: &Api, id: &str) -> Result<Held<StoredUser>, Problem> {
    let none = || Problem::not_found(WHAT);
    let id = id.parse().ok().filter(|_| is_user_id(id)).ok_or_else(none)?;
    api.store.user(id).await?.ok_or_else(none)
}

/// Whether a text is a Telegram id as we write it.
fn is_user_id(text: &str) -> bool {
    text.parse::<i64>().is_ok_and(|id| id.to_string() == text)
}

async fn keep(
    api: &Api,
    id: &str,
    caller: &Caller,
    conditions: &Conditions,
    mut body: Value,
    next: impl Fn(&Customer, &Value) -> Result<Value, Problem>,
) -> Result<Reply, Problem> {
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

/// A user as the caller may see them, and the tag of that.
fn rendered(user: &StoredUser, stamps: Stamps, caller: &Caller) -> Result<(String, String), Problem> {
    let json = render(user, stamps, caller.sees_contacts())?;
    let tag = tag(&json);
    Ok((json, tag))
}

/// What a list can be sorted by.
pub(super) fn sorts() -> Vec<&'static str> {
    SORTS.iter().map(|(name, _)| *name).collect()
}
