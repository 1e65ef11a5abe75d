//! The Bot API over HTTP: `/bot<token>/<method>`, and downloads at `/file/bot<token>/<path>`.

use std::convert::Infallible;
use std::io::Cursor;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use rocket::data::Data;
use rocket::http::uri::Segments;
use rocket::http::uri::fmt::Path;
use rocket::http::{ContentType, Status};
use rocket::request::{FromParam, FromRequest, FromSegments, Outcome, Request};
use rocket::response::{self, Responder, Response};
use rocket::{Route, State, get, post, routes};

use super::bot_api;
use super::disturb::{self, Fault, HoldPoint, Release};
use super::methods::{self, Call, Run};
use super::params::Params;
use super::refusal::{Failed, Refusal};
use super::{CallRecord, Cell, Simulator, is_token, masked, validate, webhook};
use http_server::guard;

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

/// The query as it came, what kind of body it says to be, and whether a web browser asks.
struct Envelope<'r> {
    query: Option<&'r str>,
    kind: Option<&'r ContentType>,
    browser: bool,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Envelope<'r> {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Envelope<'r>, Self::Error> {
        let query = request.uri().query().map(|query| query.as_str());
        Outcome::Success(Envelope { query, kind: request.content_type(), browser: guard::is_browser(request) })
    }
}

/// What a caller gets: an answer, or a connection that ends before one.
enum Answer {
    Json(Status, String, Dated),
    Cut,
}

/// What time it is for the bot, where its clock is not the system's: a web server tells the time with every answer
/// (RFC 9110, 6.6.1), and who sets a clock by it must find one.
type Dated = Option<DateTime<Utc>>;

impl<'r> Responder<'r, 'static> for Answer {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self {
            Answer::Json(status, body, dated) => {
                let mut response = (status, (ContentType::JSON, body)).respond_to(request)?;
                if let Some(date) = dated {
                    response.set_raw_header("Date", date.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
                }
                Ok(response)
            }
            // A body that is promised and never comes: the server has to close the connection.
            Answer::Cut => Response::build().sized_body(Some(1), Cursor::new("")).ok(),
        }
    }
}

/// Telegram takes every method by GET, also those that change something, and programs may do so here. What a browser
/// gets may only look: a link in a letter is a GET, too.
#[get("/<bot>/<method>")]
async fn by_query(bot: BotSegment<'_>, method: &str, envelope: Envelope<'_>, sim: &State<Simulator>) -> Answer {
    let changes = !methods::find(method).is_some_and(|method| matches!(method.run, Run::Look(_) | Run::Fixed(_)));
    if envelope.browser && changes {
        let refusal = Refusal::new(403, "Forbidden: by GET, a browser may only look; call the method by POST");
        return answer(sim, bot.0, method, Err(refusal)).await;
    }
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
fn download(bot: BotSegment<'_>, path: FilePath, sim: &State<Simulator>) -> Result<Download, Status> {
    let cell = sim.known(bot.0).ok_or(Status::NotFound)?;
    let (blob, letter) = cell.with(|bot| bot.files.at_path(&path.0)).ok_or(Status::NotFound)?;
    let (bytes, mime) = blob.scaled(letter);
    // Pictures are measured and so known to be some; of anything else only the sender says what it is.
    let kind = ContentType::parse_flexible(&mime).filter(|_| blob.size.is_some()).unwrap_or(ContentType::Binary);
    Ok(Download { kind, bytes })
}

/// A `file_path`. Clients such as teloxide write it as one segment of the address, with its slash as `%2F`.
struct FilePath(String);

impl<'r> FromSegments<'r> for FilePath {
    type Error = Infallible;

    fn from_segments(segments: Segments<'r, Path>) -> Result<Self, Infallible> {
        // It only names a file that was sent, and leads nowhere on this machine.
        Ok(Self(segments.collect::<Vec<_>>().join("/")))
    }
}

/// A file that a bot or a person has sent. Whatever is in it, a browser saves it, and runs nothing of it.
struct Download {
    kind: ContentType,
    bytes: Vec<u8>,
}

impl<'r> Responder<'r, 'static> for Download {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = (self.kind, self.bytes).respond_to(request)?;
        response.set_raw_header("Content-Disposition", "attachment");
        response.set_raw_header("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'");
        response.set_raw_header("X-Content-Type-Options", "nosniff");
        Ok(response)
    }
}

async fn answer(sim: &Simulator, token: &str, method: &str, params: Result<Params, Refusal>) -> Answer {
    let result = match params {
        Ok(params) => call(sim, token, method, params).await,
        Err(refusal) => Err(refusal.into()),
    };
    let dated = sim.known(token).and_then(|cell| cell.with(|bot| bot.clock.stands()));
    match result {
        Ok(result) => Answer::Json(Status::Ok, format!("{{\"ok\":true,\"result\":{result}}}"), dated),
        Err(Failed::Refused(refusal)) => Answer::Json(Status::new(refusal.code), refusal.to_json(), dated),
        Err(Failed::Cut) => Answer::Cut,
    }
}

/// Carries out the method that a bot may name in its answer to a webhook. Nobody hears of the result, and what asks for
/// something is passed over (<https://core.telegram.org/bots/api#making-requests-when-getting-updates>).
fn carry_out(sim: Simulator, token: String, answer: String) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        let Some((method, params)) = Params::of_webhook(&answer) else { return };
        let name = method.to_ascii_lowercase();
        let silent =
            name.starts_with("get") || ["setwebhook", "deletewebhook", "close", "logout"].contains(&name.as_str());
        if !silent {
            // The bot has asked not to know.
            let _ = call(&sim, &token, &method, params).await;
        }
    })
}

/// Carries out a call. The result is JSON.
async fn call(sim: &Simulator, token: &str, method: &str, params: Params) -> Result<String, Failed> {
    if !is_token(token) {
        return Err(Refusal::new(404, "Not Found").into());
    }
    if !sim.accepts(token) {
        return Err(Refusal::new(401, "Unauthorized").into());
    }
    // The real server takes method names in any case (`Query.cpp`); teloxide writes them in PascalCase.
    let name = method.to_ascii_lowercase();
    let Some(known) = methods::find(&name) else {
        let refusal = unmet(bot_api::spelled(&name));
        tracing::warn!(bot = masked(token), method, "{}", refusal.description);
        if refusal.code == 501 {
            let fault = format!("{method}: {}", refusal.description);
            sim.cell(token).change(|bot| bot.faults.push(fault));
        }
        return Err(refusal.into());
    };
    let cell = sim.cell(token);
    if matches!(known.run, Run::Poll) {
        return disturbed(sim, token, &cell, (known, &name), params).await;
    }
    let chat = chat_of(&cell, &params);
    let (at, started) = (Utc::now(), Instant::now());
    let open = OpenCall::begin(&cell);
    let result = disturbed(sim, token, &cell, (known, &name), params).await;
    drop(open);
    let error = match &result {
        Ok(_) => None,
        Err(Failed::Refused(refusal)) => Some(refusal.description.clone()),
        Err(Failed::Cut) => Some("the connection was cut".to_owned()),
    };
    let call = CallRecord { at, took: started.elapsed(), method: known.name, chat, error };
    let replaced = cell.change(|bot| {
        bot.calls.push(call);
        std::mem::take(&mut bot.managed.replaced)
    });
    replaced.iter().for_each(|(old, new)| sim.replace_token(old, new));
    result
}

/// Why nothing is done for a call: the Bot API has no such method, or one that the simulator does not have, as it can be where its
/// data are newer: then the bot is not told that it misspelt the name.
fn unmet(spelled: Option<&str>) -> Refusal {
    spelled.map_or_else(Refusal::no_method, Refusal::not_simulated)
}

/// A call that is under way. It ends when its caller goes away, too.
struct OpenCall<'a>(&'a Cell);

impl<'a> OpenCall<'a> {
    fn begin(cell: &'a Cell) -> OpenCall<'a> {
        cell.with(|bot| {
            bot.open_calls += 1;
            bot.active = Some(Instant::now());
        });
        OpenCall(cell)
    }
}

impl Drop for OpenCall<'_> {
    fn drop(&mut self) {
        self.0.with(|bot| {
            bot.open_calls -= 1;
            bot.active = Some(Instant::now());
        });
    }
}

/// Lets happen to a call what is planned for it, and carries it out.
async fn disturbed(
    sim: &Simulator,
    token: &str,
    cell: &Cell,
    (known, name): (&methods::Method, &str),
    params: Params,
) -> Result<String, Failed> {
    let chat = chat_of(cell, &params);
    if cell.pass(name, chat, HoldPoint::Before).await == Release::Discard {
        return Err(Failed::Cut);
    }
    let (away, planned) = cell.with(|bot| (bot.disturbances.is_away(), bot.disturbances.take(name, chat)));
    if away {
        return Err(Failed::Cut);
    }
    let (delay, mishap) = planned.unwrap_or((Duration::ZERO, Fault::None));
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let result = match &mishap {
        Fault::CutBefore => return Err(Failed::Cut),
        Fault::Migrated { to } => Err(disturb::migrated(*to).into()),
        Fault::Refused { code, description, retry_after } => {
            Err(disturb::refusal(*code, description, *retry_after).into())
        }
        Fault::None | Fault::CutAfter => run(sim, token, cell, known, params).await,
    };
    if let Err(Failed::Refused(refusal)) = &result {
        // A poll that another one ends is nobody's fault.
        if refusal.is_fault() && name != "getupdates" {
            let fault = format!("{}: {}", known.name, refusal.description);
            cell.change(|bot| bot.faults.push(fault));
        }
    }
    if mishap == Fault::CutAfter || cell.pass(name, chat, HoldPoint::After).await == Release::Discard {
        return Err(Failed::Cut);
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
) -> Result<String, Failed> {
    validate::objects(method.name, &params)?;
    cell.with(|bot| {
        let asked = params.text("chat_id").and_then(|chat| bot.chat_named(&chat));
        asked.into_iter().for_each(|chat| bot.end_restrictions(chat));
    });
    let result = match method.run {
        Run::Look(look) | Run::Fixed(look) => cell.with(|bot| look(&mut Call { bot, params: &mut params })),
        Run::Change(change) => cell.change(|bot| change(&mut Call { bot, params: &mut params })),
        Run::Poll => return methods::updates::poll(cell, &params).await,
        Run::Webhook => methods::webhook::set(cell, &mut params).map(|listener| {
            if let Some(mine) = listener {
                webhook::start(sim, token, mine, carry_out);
            }
            true.into()
        }),
    };
    Ok(result?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_of_newer_data_says_that_it_is_not_simulated_and_one_of_no_data_that_there_is_none() {
        assert_eq!(unmet(None).description, "Not Found: method not found");
        let newer = unmet(Some("sendThought"));
        assert_eq!(newer.code, 501);
        assert!(
            newer.description.starts_with("Not Implemented: sendThought is not simulated"),
            "{}",
            newer.description
        );
    }
}
