//! Mailings: ordered, watched and steered. Whoever sends them notices within two seconds.

mod input;
pub(super) mod steering;
mod view;

use chrono::DateTime;
use dialogues::buttons::Go;
use dialogues::shop::{Category, Mailing, MailingId, Product};
use rocket::fairing::AdHoc;
use rocket::{State, get, post, routes};

use self::input::{MailingInput, Wanted};
pub(super) use self::view::FIELDS;
use self::view::{MailingView, render};
use super::body::{Json, read_body};
use super::change::{id_of, is_id};
use super::etag::{Conditions, tag};
use super::page::{Cursor, Key, Page, Shown, page};
use super::params::{NoParams, Params};
use super::problem::{Code, Problem};
use super::repeat::Repeat;
use super::reply::{Reply, picked};
use super::scope::{Allowed, ReadMailings, WriteMailings};
use super::shape::Partial;
use super::{Api, ROOT};
use crate::store::{Stamps, Store, StoredMailing};

const WHAT: &str = "mailing";

/// Puts mailings on the server.
pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("mailings", |rocket| async {
        rocket.mount("/", routes![list, read, create]).mount("/", steering::routes())
    })
}

/// All mailings, page by page, the newest first
#[utoipa::path(
    tag = "mailings",
    params(
        ("limit" = Option<u32>, Query, description = "How many a page has; 20 if not said", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where a page begins: from `next` of the page before, with the same sort and filters"),
        ("fields" = Option<String>, Query, description = "Only these fields, apart by commas"),
        ("If-None-Match" = Option<String>, Header, description = "Answer 304 if the page has this tag"),
    ),
    responses(
        (status = 200, description = "A page", body = Page<Partial<MailingView>>),
        (status = 304, description = "It has not changed"),
    ),
    security(("key" = ["mailings:read"]))
)]
#[get("/api/v1/mailings")]
async fn list(
    _allowed: Allowed<ReadMailings>,
    mut params: Params,
    conditions: Conditions,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let fields = params.fields(&FIELDS);
    let limit = params.limit();
    let behind = Cursor::read(&mut params, is_id).and_then(|cursor| {
        let Key::Number(created) = cursor.key else { return None };
        Some((DateTime::from_timestamp_millis(created)?, MailingId(cursor.id.parse().ok()?)))
    });
    let way = params.finish()?;
    let most = u32::try_from(limit + 1).unwrap_or(u32::MAX);
    let mut mailings = api.store.mailings(behind, most).await?;
    let more = mailings.len() > limit;
    mailings.truncate(limit);
    let now = api.store.clock().now();
    let json = |stored: &StoredMailing| render(&stored.mailing, stored.stamps, now);
    let shown: Vec<String> = mailings.iter().map(json).collect::<Result<_, Problem>>()?;
    let tags: Vec<String> = shown.iter().map(tag).collect();
    let cursor = |stored: &StoredMailing| Cursor {
        key: Key::Number(stored.stamps.created.timestamp_millis()),
        id: stored.mailing.id.to_string(),
    };
    let next = mailings.last().filter(|_| more).map(cursor);
    let rows: Vec<_> = shown.iter().zip(&tags).map(|(json, tag)| Shown { json, tag }).collect();
    Ok(page(&rows, next.as_ref(), &way, &fields, "id", &conditions))
}

/// One mailing, and how far it has come
#[utoipa::path(
    tag = "mailings",
    params(
        ("id" = String, Path, description = "Its id", pattern = "^[0-9a-f]{24}$"),
        ("fields" = Option<String>, Query, description = "Only these fields, apart by commas"),
        ("If-None-Match" = Option<String>, Header, description = "Answer 304 if it has this tag"),
    ),
    responses(
        (status = 200, description = "The mailing", body = Partial<MailingView>),
        (status = 304, description = "It has not changed"),
        (status = 404, description = "There is none"),
    ),
    security(("key" = ["mailings:read"]))
)]
#[get("/api/v1/mailings/<id>")]
async fn read(
    id: &str,
    _allowed: Allowed<ReadMailings>,
    mut params: Params,
    conditions: Conditions,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    let fields = params.fields(&FIELDS);
    params.finish()?;
    let stored = stored(api, id).await?;
    let json = render(&stored.mailing, stored.stamps, api.store.clock().now())?;
    let tag = tag(&json);
    Ok(Reply::json(picked(&json, &fields, "id")).unless_known(&conditions, &tag))
}

/// A new mailing, which begins by itself
#[utoipa::path(
    tag = "mailings",
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request, so that it can come twice", pattern = "^[!-~]{1,255}$")),
    request_body(content = MailingInput, content_type = "application/json"),
    responses(
        (status = 202, description = "It is ordered, and begins", body = MailingView),
        (status = 409, description = "The picture, or what the button leads to, does not exist, or the Idempotency-Key was used for another request"),
    ),
    security(("key" = ["mailings:write"]))
)]
#[post("/api/v1/mailings", data = "<body>")]
async fn create(
    allowed: Allowed<WriteMailings>,
    repeat: Repeat,
    _params: NoParams,
    body: Json,
    api: &State<Api>,
) -> Result<Reply, Problem> {
    if let Some(reply) = repeat.answered(api, &allowed.caller, &body.bytes).await? {
        return Ok(reply);
    }
    let Wanted { letter, segment, starts } = read_body(&body.value()?, MailingInput::read)?;
    if let Some(picture) = &letter.picture
        && !api.store.hold_picture(picture).await?
    {
        return Err(Problem::new(Code::UnknownPicture, "there is no picture of this name"));
    }
    if let Some(button) = &letter.button {
        must_exist(api, &button.to).await?;
    }
    let recipients = api.store.count_recipients(segment, None).await?;
    let stamps = api.store.first_stamps();
    let new = Mailing::new(MailingId(Store::fresh_id()), letter, segment, recipients, stamps.created);
    let mailing = Mailing { starts: starts.map_or(new.starts, |starts| starts.max(new.starts)), ..new };
    let reply = shown(&mailing, stamps, api)?.accepted().header("Location", format!("{ROOT}/mailings/{}", mailing.id));
    repeat.add_mailing(api, &allowed.caller, &body.bytes, &mailing, stamps, reply).await
}

/// Refuses a button that leads to nothing.
async fn must_exist(api: &Api, place: &Go) -> Result<(), Problem> {
    let gone = match place {
        Go::Product(id) if !api.exists::<Product>(id.0).await? => {
            Problem::new(Code::UnknownProduct, format!("there is no product {}", id.0))
        }
        Go::Category(id) if !api.exists::<Category>(id.0).await? => Problem::no_category(*id),
        _ => return Ok(()),
    };
    Err(gone)
}

/// The mailing of an address.
async fn stored(api: &Api, id: &str) -> Result<StoredMailing, Problem> {
    let id = MailingId(id_of(id, WHAT)?);
    api.store.mailing(id).await?.ok_or_else(|| Problem::not_found(WHAT))
}

fn shown(mailing: &Mailing, stamps: Stamps, api: &Api) -> Result<Reply, Problem> {
    let json = render(mailing, stamps, api.store.clock().now())?;
    let tag = tag(&json);
    Ok(Reply::json(json).tagged(&tag))
}
