//! Steering: a mailing is paused, resumed, cancelled, corrected or recalled, if its status allows it.

use dialogues::shop::{MailingId, Steering};
use rocket::{Route, post, routes};

use super::super::Api;
use super::super::address::ThingId;
use super::super::ask::{Answer, Ask};
use super::super::body::{Json, read_body};
use super::super::params::NoParams;
use super::super::permit::WriteMailings;
use super::super::problem::{Code, Problem};
use super::super::reply::Reply;
use super::super::shape::NotThere;
use super::input::{WordsInput, too_long};
use super::view::{MailingView, status};
use super::{WHAT, shown, stored};

/// What can be asked of a mailing.
pub(super) fn routes() -> Vec<Route> {
    routes![pause, resume, cancel, correct, recall]
}

/// Sends nothing more until it is resumed
#[utoipa::path(
    tag = "mailings",
    params(ThingId),
    responses(
        (status = 200, description = "The mailing, paused", body = MailingView),
        NotThere,
        (status = 409, description = "It is not running"),
    ),
    security(("key" = ["mailings:write"]))
)]
#[post("/api/v1/mailings/<id>/pause")]
async fn pause(id: ThingId, ask: Ask<'_, WriteMailings, NoParams>) -> Answer {
    steered(ask.api, &id, Steering::Pause).await
}

/// Goes on where it was paused
#[utoipa::path(
    tag = "mailings",
    params(ThingId),
    responses(
        (status = 200, description = "The mailing, going on", body = MailingView),
        NotThere,
        (status = 409, description = "It is not paused"),
    ),
    security(("key" = ["mailings:write"]))
)]
#[post("/api/v1/mailings/<id>/resume")]
async fn resume(id: ThingId, ask: Ask<'_, WriteMailings, NoParams>) -> Answer {
    steered(ask.api, &id, Steering::Resume).await
}

/// Sends nothing more at all; what was sent stays
#[utoipa::path(
    tag = "mailings",
    params(ThingId),
    responses(
        (status = 200, description = "The mailing, cancelled", body = MailingView),
        NotThere,
        (status = 409, description = "It is over"),
    ),
    security(("key" = ["mailings:write"]))
)]
#[post("/api/v1/mailings/<id>/cancel")]
async fn cancel(id: ThingId, ask: Ask<'_, WriteMailings, NoParams>) -> Answer {
    steered(ask.api, &id, Steering::Cancel).await
}

/// Lets what was sent say something else, in every language
#[utoipa::path(
    tag = "mailings",
    params(ThingId),
    request_body(content = WordsInput, content_type = "application/json"),
    responses(
        (status = 202, description = "The mailing, whose correction begins", body = MailingView),
        NotThere,
        (status = 409, description = "It is not over, nobody got it, it was recalled, or it is no longer kept who got it"),
    ),
    security(("key" = ["mailings:write"]))
)]
#[post("/api/v1/mailings/<id>/correct", data = "<body>")]
async fn correct(id: ThingId, ask: Ask<'_, WriteMailings, NoParams>, body: Json) -> Answer {
    let words = read_body(&body.value()?, WordsInput::read)?;
    let letter = stored(ask.api, &id).await?.mailing.letter;
    // A headline that stays takes its room.
    if let Some(error) = too_long(&words.in_place_of(&letter.words), letter.picture.is_some(), "") {
        return Err(Problem::with_errors(Code::InvalidFields, vec![error]));
    }
    steered(ask.api, &id, Steering::Correct(words)).await.map(Reply::accepted)
}

/// Deletes what was sent, as long as Telegram allows: 48 hours
#[utoipa::path(
    tag = "mailings",
    params(ThingId),
    responses(
        (status = 202, description = "The mailing, whose recall begins", body = MailingView),
        NotThere,
        (status = 409, description = "It is not over, nobody got it, it was recalled, or it is no longer kept who got it"),
    ),
    security(("key" = ["mailings:write"]))
)]
#[post("/api/v1/mailings/<id>/recall")]
async fn recall(id: ThingId, ask: Ask<'_, WriteMailings, NoParams>) -> Answer {
    steered(ask.api, &id, Steering::Recall).await.map(Reply::accepted)
}

/// The mailing as the wish leaves it.
async fn steered(api: &Api, id: &ThingId, wish: Steering) -> Answer {
    let name = MailingId(id.read(WHAT)?);
    let done = api.store.try_steering(name, &wish).await?;
    let stored = stored(api, id).await?;
    if done {
        return shown(&stored.mailing, stored.stamps, api);
    }
    let (status, task) = (status(&stored.mailing, api.store.clock().now()), stored.mailing.task);
    let detail = match stored.mailing.tally.sent {
        0 => format!("the mailing is {status}, and nobody has got it: this cannot be asked of it now"),
        _ if stored.mailing.is_closed => format!("the mailing is {status}, and it is no longer kept who has got it"),
        _ => format!("the mailing is {status} (task: {task}): this cannot be asked of it now"),
    };
    Err(Problem::new(Code::WrongStatus, detail))
}
