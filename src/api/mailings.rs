//! Mailings: ordered, watched and steered. Whoever sends them notices within two seconds.

mod input;
pub(super) mod steering;
mod view;

use chrono::DateTime;
use dialogues::buttons::Place;
use dialogues::shop::{Category, Mailing, MailingId, Product};
use rocket::fairing::AdHoc;
use rocket::{get, post, routes};

use self::input::{MailingInput, Wanted};
pub(super) use self::view::FIELDS;
use self::view::{MailingView, render};
use super::address::{ThingId, is_id};
use super::ask::{Answer, Ask};
use super::body::{Json, read_body};
use super::page::{Chosen, Cursor, Key, Listing, Page};
use super::params::NoParams;
use super::permit::{ReadMailings, WriteMailings};
use super::problem::{Code, Problem};
use super::repeat::IdempotencyKey;
use super::reply::Reply;
use super::shape::{FieldsParam, KnownPage, KnownThing, NotChanged, NotThere, PageParams, Partial, RepeatKey};
use super::{Api, ROOT};
use crate::store::{Store, StoredMailing, Timestamps};

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
    params(PageParams, KnownPage),
    responses((status = 200, description = "A page", body = Page<Partial<MailingView>>), NotChanged),
    security(("key" = ["mailings:read"]))
)]
#[get("/api/v1/mailings")]
async fn list(ask: Ask<'_, ReadMailings>) -> Answer {
    let Ask { api, conditions, more: params, .. } = ask;
    let listing = Listing::read(params, &FIELDS, is_id)?;
    let behind = listing.after.as_ref().and_then(|cursor| {
        let Key::Number(created) = cursor.key else { return None };
        Some((DateTime::from_timestamp_millis(created)?, MailingId(cursor.id.parse().ok()?)))
    });
    let mailings = api.store.mailings(behind, listing.most()).await?;
    let now = api.store.clock().now();
    let shown = |stored: &StoredMailing| render(&stored.mailing, stored.stamps, now);
    let cursor = |stored: &StoredMailing| Cursor {
        key: Key::Number(stored.stamps.created.timestamp_millis()),
        id: stored.mailing.id.to_string(),
    };
    listing.found(mailings, &conditions, shown, cursor)
}

/// One mailing, and how far it has come
#[utoipa::path(
    tag = "mailings",
    params(ThingId, FieldsParam, KnownThing),
    responses((status = 200, description = "The mailing", body = Partial<MailingView>), NotChanged, NotThere),
    security(("key" = ["mailings:read"]))
)]
#[get("/api/v1/mailings/<id>")]
async fn read(id: ThingId, ask: Ask<'_, ReadMailings>) -> Answer {
    let Ask { api, conditions, more: params, .. } = ask;
    let chosen = Chosen::read(params, &FIELDS)?;
    let stored = stored(api, &id).await?;
    let (json, tag) = render(&stored.mailing, stored.stamps, api.store.clock().now())?;
    Ok(chosen.shown(&json, &tag, &conditions))
}

/// A new mailing, which begins by itself
#[utoipa::path(
    tag = "mailings",
    params(RepeatKey),
    request_body(content = MailingInput, content_type = "application/json"),
    responses(
        (status = 202, description = "It is ordered, and begins", body = MailingView),
        (status = 409, description = "The picture, or what the button leads to, does not exist, or the Idempotency-Key was used for another request"),
    ),
    security(("key" = ["mailings:write"]))
)]
#[post("/api/v1/mailings", data = "<body>")]
async fn create(ask: Ask<'_, WriteMailings, IdempotencyKey>, _params: NoParams, body: Json) -> Answer {
    let Ask { api, caller, more: repeat, .. } = ask;
    if let Some(reply) = repeat.answered(api, &caller, &body.bytes).await? {
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
    repeat.add_mailing(api, &caller, &body.bytes, &mailing, stamps, reply).await
}

/// Refuses a button that leads to nothing.
async fn must_exist(api: &Api, place: &Place) -> Result<(), Problem> {
    let gone = match place {
        Place::Product(id) if !api.exists::<Product>(id.0).await? => {
            Problem::new(Code::UnknownProduct, format!("there is no product {}", id.0))
        }
        Place::Category(id) if !api.exists::<Category>(id.0).await? => Problem::no_category(*id),
        _ => return Ok(()),
    };
    Err(gone)
}

/// The mailing of an address.
async fn stored(api: &Api, id: &ThingId) -> Result<StoredMailing, Problem> {
    let id = MailingId(id.read(WHAT)?);
    api.store.mailing(id).await?.ok_or_else(|| Problem::not_found(WHAT))
}

fn shown(mailing: &Mailing, stamps: Timestamps, api: &Api) -> Answer {
    let (json, tag) = render(mailing, stamps, api.store.clock().now())?;
    Ok(Reply::json(json).tagged(&tag))
}
