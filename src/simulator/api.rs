//! The Bot API over HTTP: `/bot<token>/<method>`, and downloads at `/file/bot<token>/<path>`.

use std::path::PathBuf;

use rocket::data::Data;
use rocket::http::{ContentType, Status};
use rocket::request::{FromParam, FromRequest, Outcome, Request};
use rocket::{Route, State, get, post, routes};

use super::disturb::{HoldPoint, Release};
use super::methods::{self, Call, Run};
use super::params::Params;
use super::refusal::Refusal;
use super::{Cell, Simulator, is_token, masked};

pub(super) fn routes() -> Vec<Route> {
    routes![by_query, by_body, download]
}

/// The first segment of a path, `bot<token>`.
struct BotSegment<'r>(&'r str);

impl<'r> FromParam<'r> for BotSegment<'r> {
    type Error = ();

    fn from_param(segment: &'r str) -> Result<BotSegment<'r>, ()> {
        segment.strip_prefix("bot").map(BotSegment).ok_or(())
    }
}

/// The query as it came, and what kind of body it says to be.
struct Envelope<'r> {
    query: Option<&'r str>,
    kind: Option<&'r ContentType>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Envelope<'r> {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Envelope<'r>, Self::Error> {
        let query = request.uri().query().map(|query| query.as_str());
        Outcome::Success(Envelope { query, kind: request.content_type() })
    }
}

type Answer = (Status, (ContentType, String));

#[get("/<bot>/<method>")]
async fn by_query(bot: BotSegment<'_>, method: &str, envelope: Envelope<'_>, sim: &State<Simulator>) -> Answer {
    answer(sim, bot.0, method, Params::read(envelope.query, None, None).await).await
}

#[post("/<bot>/<method>", data = "<body>")]
async fn by_body(
    bot: BotSegment<'_>,
    method: &str,
    envelope: Envelope<'_>,
    body: Data<'_>,
    sim: &State<Simulator>,
) -> Answer {
    answer(sim, bot.0, method, Params::read(envelope.query, envelope.kind, Some(body)).await).await
}

#[get("/file/<bot>/<path..>")]
fn download(bot: BotSegment<'_>, path: PathBuf, sim: &State<Simulator>) -> Result<(ContentType, Vec<u8>), Status> {
    let cell = sim.known(bot.0).ok_or(Status::NotFound)?;
    let path = path.to_str().ok_or(Status::NotFound)?;
    let blob = cell.with(|bot| bot.files.at_path(path)).ok_or(Status::NotFound)?;
    let kind = ContentType::parse_flexible(&blob.mime).unwrap_or(ContentType::Binary);
    Ok((kind, blob.bytes.clone()))
}

async fn answer(sim: &Simulator, token: &str, method: &str, params: Result<Params, Refusal>) -> Answer {
    let result = match params {
        Ok(params) => call(sim, token, method, params).await,
        Err(refusal) => Err(refusal),
    };
    let (code, body) = match result {
        Ok(result) => (200, format!("{{\"ok\":true,\"result\":{result}}}")),
        Err(refusal) => (refusal.code, refusal.to_json()),
    };
    (Status::new(code), (ContentType::JSON, body))
}

/// Carries out a call. The result is JSON.
pub(super) async fn call(sim: &Simulator, token: &str, method: &str, params: Params) -> Result<String, Refusal> {
    if !is_token(token) {
        return Err(Refusal::new(404, "Not Found"));
    }
    // The real server takes method names in any case (`Query.cpp`); teloxide writes them in PascalCase.
    let name = method.to_ascii_lowercase();
    let Some(known) = methods::find(&name) else {
        tracing::warn!(bot = masked(token), method, "the simulator has no such method");
        return Err(Refusal::no_method());
    };
    let cell = sim.cell(token);
    let chat = chat_of(&cell, &params);
    if cell.pass(&name, chat, HoldPoint::Before).await == Release::Discard {
        return Err(dropped());
    }
    let result = match cell.with(|bot| bot.disturbances.take_failure(&name, chat)) {
        Some(planned) => Err(planned),
        None => run(sim, token, &cell, known, params).await,
    };
    if let Err(refusal) = &result {
        // A poll that another one ends is nobody's fault.
        if refusal.is_fault() && name != "getupdates" {
            let fault = format!("{}: {}", known.name, refusal.description);
            cell.change(|bot| bot.faults.push(fault));
        }
    }
    if cell.pass(&name, chat, HoldPoint::After).await == Release::Discard {
        return Err(dropped());
    }
    result
}

/// The chat that a call is about. An answer to a tap names only the tap.
fn chat_of(cell: &Cell, params: &Params) -> Option<i64> {
    let by_tap = || {
        let id = params.text("callback_query_id")?;
        cell.with(|bot| bot.taps.get(&*id).map(|tap| tap.person))
    };
    params.integer("chat_id").or_else(by_tap)
}

async fn run(
    sim: &Simulator,
    token: &str,
    cell: &Cell,
    method: &methods::Method,
    mut params: Params,
) -> Result<String, Refusal> {
    match method.run {
        Run::Look(look) => {
            cell.with(|bot| look(&mut Call { bot, params: &mut params })).map(|result| result.to_string())
        }
        Run::Change(change) => {
            cell.change(|bot| change(&mut Call { bot, params: &mut params })).map(|result| result.to_string())
        }
        Run::Poll => methods::updates::poll(cell, &params).await,
        Run::Webhook => methods::webhook::set(sim, token, cell, &params).map(|result| result.to_string()),
    }
}

/// What a caller hears whose call was dropped; usually it is dead by then.
fn dropped() -> Refusal {
    Refusal { planned: true, ..Refusal::new(400, "Bad Request: dropped by the simulator") }
}
