//! What every request must bring: a bot that there is, a body that can be read. Refusals are JSON, too.

use std::fmt;

use rocket::data::{Data, FromData, Outcome, ToByteUnit};
use rocket::http::{ContentType, Status};
use rocket::request::{self, FromRequest};
use rocket::{Catcher, Request, catch, catchers};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::Simulator;

/// A JSON body; an empty one counts as `{}`.
pub(super) struct Body<T>(pub(super) T);

/// Why a request is not looked at. What is wrong with it is told to whoever sent it, and to no log.
pub(super) struct Unread;

impl fmt::Debug for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request cannot be read")
    }
}

/// For the catcher.
struct Why(String);

#[rocket::async_trait]
impl<'r, T: DeserializeOwned> FromData<'r> for Body<T> {
    type Error = Unread;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let read = match data.open(1.mebibytes()).into_string().await {
            Ok(text) if text.trim().is_empty() => serde_json::from_str("{}").map_err(|error| error.to_string()),
            Ok(text) if text.is_complete() => serde_json::from_str(&text).map_err(|error| error.to_string()),
            Ok(_) => Err("the body is larger than 1 MiB".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        match read {
            Ok(value) => Outcome::Success(Body(value)),
            Err(why) => {
                request.local_cache(|| Why(why));
                Outcome::Error((Status::BadRequest, Unread))
            }
        }
    }
}

/// A bot that has been made or has called: a mistyped token must not make a new one.
pub(super) struct KnownBot;

/// The segment of `/sim/v1/bots/<token>/…` that names the bot.
const TOKEN: usize = 3;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for KnownBot {
    type Error = Unread;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Unread> {
        let simulator = request.rocket().state::<Simulator>();
        let token = request.param::<&str>(TOKEN).and_then(Result::ok);
        match simulator.zip(token).and_then(|(simulator, token)| simulator.known(token)) {
            Some(_) => request::Outcome::Success(KnownBot),
            None => {
                request.local_cache(|| Why("no such bot: make it first, or let it call".to_owned()));
                request::Outcome::Error((Status::NotFound, Unread))
            }
        }
    }
}

pub(crate) fn catchers() -> Vec<Catcher> {
    catchers![refused]
}

/// Telegram's own words where a bot asks, `{"error": …}` elsewhere.
#[catch(default)]
fn refused(status: Status, request: &Request<'_>) -> (Status, (ContentType, String)) {
    let reason = status.reason_lossy();
    let body = if request.uri().path().starts_with("/bot") {
        json!({ "ok": false, "error_code": status.code, "description": reason })
    } else {
        let Why(why) = request.local_cache(|| Why(reason.to_owned()));
        json!({ "error": why })
    };
    (status, (ContentType::JSON, body.to_string()))
}
