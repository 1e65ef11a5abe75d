//! What tests do to the world around the bot: time, misbehaviour, holds, repeats, and waiting until it is quiet.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rocket::http::Status;
use rocket::{Route, State, delete, get, post, put, routes};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::answers::Told;
use super::body::{Body, KnownBot};
use super::{Answer, Trouble, done, fine, refused};
use crate::updates::Kind;
use crate::{Disturbance, Fault, HoldId, HoldPoint, Release, Simulator};

/// The farthest that anything may be put off, in seconds.
const LONGEST: u64 = 86_400;
/// Times that the clients of bots can show: the years 1970 to 9999, in Unix time.
const TIMES: std::ops::RangeInclusive<i64> = 0..=253_402_300_799;

pub(super) fn routes() -> Vec<Route> {
    routes![redeliver, bring, time, disturb, go_away, queue, flood, hold, held, release, status, quiet]
}

/// Delivers the newest update once more, under the same number.
#[utoipa::path(tag = "misbehaviour", params(("token" = String, Path, description = "The bot's token")),
    responses((status = 200, description = "It is done", body = Told), (status = 400, description = "Not possible", body = Trouble)))]
#[post("/sim/v1/bots/<token>/redeliver")]
fn redeliver(token: &str, _bot: KnownBot, sim: &State<Simulator>) -> Answer {
    match sim.redeliver(token) {
        Some(id) => fine(json!({ "update_id": id })),
        None => refused(Status::BadRequest, "there has been no update yet"),
    }
}

/// Brings the bot an update as it is: one field with its content, such as `message`, and perhaps an `update_id`. So a test
/// can send what people of the simulator cannot.
#[utoipa::path(tag = "misbehaviour", request_body = Value, params(("token" = String, Path, description = "The bot's token")),
    responses((status = 200, description = "It is done", body = Told), (status = 400, description = "Not possible", body = Trouble)))]
#[post("/sim/v1/bots/<token>/updates", data = "<update>")]
fn bring(token: &str, _bot: KnownBot, update: Body<Value>, sim: &State<Simulator>) -> Answer {
    done(sim.bring(token, &update.0))
}

/// Where the bot's clock is put.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Time {
    /// Stops the clock at this time; without it, the clock runs with the system's again.
    now: Option<DateTime<Utc>>,
    /// Moves the clock on by so many seconds from where it is, and stops it there.
    advance_seconds: Option<i64>,
}

/// Stops, moves or frees the bot's clock: messages are dated by it, updates and taps expire by it.
#[utoipa::path(tag = "misbehaviour", request_body = Time, params(("token" = String, Path, description = "The bot's token")),
    responses((status = 200, description = "`{\"now\": \"2026-03-14T10:00:00Z\"}`", body = Value)))]
#[put("/sim/v1/bots/<token>/time", data = "<time>")]
fn time(token: &str, _bot: KnownBot, time: Body<Time>, sim: &State<Simulator>) -> Answer {
    let Time { now, advance_seconds } = time.0;
    if now.is_none() && advance_seconds.is_none() {
        sim.follow_system_time(token);
    } else {
        let by = TimeDelta::try_seconds(advance_seconds.unwrap_or(0));
        let moved = by.and_then(|by| now.unwrap_or_else(|| sim.time(token)).checked_add_signed(by));
        let Some(moved) = moved.filter(|moved| TIMES.contains(&moved.timestamp())) else {
            return refused(Status::BadRequest, "the clock shows the years 1970 to 9999");
        };
        sim.set_time(token, moved);
    }
    fine(json!({ "now": sim.time(token) }))
}

/// What is to happen to the next calls of a method. With a `code` they are refused, with `cut` they get no answer, with
/// `delay_ms` alone they are only late.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDisturbance {
    /// In any case; `*` for any but getUpdates.
    #[schema(example = "sendMessage")]
    method: String,
    /// Only calls for this chat.
    person: Option<i64>,
    /// How many calls; 1 if not said.
    #[schema(minimum = 1)]
    times: Option<u32>,
    /// At most a day.
    #[serde(default)]
    #[schema(maximum = 86_400_000)]
    delay_ms: u64,
    #[schema(example = 429, minimum = 400, maximum = 599)]
    code: Option<u16>,
    /// Telegram's words for the code if not said.
    #[serde(default)]
    description: String,
    /// Seconds.
    retry_after: Option<u32>,
    cut: Option<Cut>,
}

/// When the connection is cut.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Cut {
    /// Nothing was done.
    Before,
    /// It was done; only the answer is lost.
    After,
}

/// Plans misbehaviour for the next calls of a method.
#[utoipa::path(tag = "misbehaviour", request_body = NewDisturbance,
    params(("token" = String, Path, description = "The bot's token")), responses((status = 200, description = "Done", body = Value)))]
#[post("/sim/v1/bots/<token>/disturbances", data = "<new>")]
fn disturb(token: &str, _bot: KnownBot, new: Body<NewDisturbance>, sim: &State<Simulator>) -> Answer {
    let NewDisturbance { method, person, times, delay_ms, code, description, retry_after, cut } = new.0;
    if times == Some(0) || delay_ms > LONGEST * 1000 || code.is_some_and(|code| !(400..600).contains(&code)) {
        return refused(
            Status::BadRequest,
            "times is at least 1, delay_ms at most 86400000 (a day), code between 400 and 599",
        );
    }
    let mishap = match (cut, code) {
        (Some(Cut::Before), _) => Fault::CutBefore,
        (Some(Cut::After), _) => Fault::CutAfter,
        (None, Some(code)) => Fault::Refused { code, description, retry_after },
        (None, None) => Fault::None,
    };
    let (times, delay) = (times.unwrap_or(1), Duration::from_millis(delay_ms));
    sim.disturb(token, Disturbance { method, person, times, delay, mishap });
    fine(json!({}))
}

/// For how long.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Away {
    #[schema(example = 2.5, minimum = 0, maximum = 86400)]
    seconds: f64,
}

/// Cuts every connection of the bot for a while, held polls too, as if the server were gone.
#[utoipa::path(tag = "misbehaviour", request_body = Away, params(("token" = String, Path, description = "The bot's token")),
    responses((status = 200, description = "Done", body = Value), (status = 400, description = "Not possible", body = Trouble)))]
#[post("/sim/v1/bots/<token>/away", data = "<away>")]
fn go_away(token: &str, _bot: KnownBot, away: Body<Away>, sim: &State<Simulator>) -> Answer {
    let time = Duration::try_from_secs_f64(away.0.seconds).ok().filter(|time| *time <= Duration::from_secs(LONGEST));
    let Some(time) = time else {
        return refused(Status::BadRequest, "seconds are between 0 and 86400 (a day)");
    };
    sim.go_away(token, time);
    fine(json!({}))
}

/// Whether something is kept back, or kept on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Switch {
    on: bool,
}

/// Keeps all updates of a kind back until it is switched off again: they come late, and after younger ones of other kinds.
#[utoipa::path(tag = "misbehaviour", request_body = Switch, params(("token" = String, Path, description = "The bot's token"),
    ("kind" = Kind, Path, description = "The field of `Update`")),
    responses((status = 200, description = "Done", body = Value), (status = 404, description = "No such kind", body = Trouble)))]
#[put("/sim/v1/bots/<token>/queues/<kind>/held", data = "<switch>")]
fn queue(token: &str, _bot: KnownBot, kind: &str, switch: Body<Switch>, sim: &State<Simulator>) -> Answer {
    let Some(kind) = Kind::named(kind) else {
        return refused(Status::NotFound, format!("there are no updates of the kind {kind:?}"));
    };
    sim.hold_updates(token, kind, switch.0.on);
    fine(json!({}))
}

/// Keeps Telegram's flood limits for this bot, or leaves them off.
#[utoipa::path(tag = "misbehaviour", request_body = Switch, params(("token" = String, Path, description = "The bot's token")),
    responses((status = 200, description = "Done", body = Value)))]
#[put("/sim/v1/bots/<token>/flood-limits", data = "<switch>")]
fn flood(token: &str, _bot: KnownBot, switch: Body<Switch>, sim: &State<Simulator>) -> Answer {
    sim.limit_flood(token, switch.0.on);
    fine(json!({}))
}

/// Which calls are held.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewHold {
    #[schema(example = "sendMessage")]
    method: String,
    /// Only calls for this chat.
    person: Option<i64>,
    /// Whether the call is to be carried out before it waits.
    #[serde(default)]
    after: bool,
}

/// Holds calls of a method until the hold is released.
#[utoipa::path(tag = "misbehaviour", request_body = NewHold, params(("token" = String, Path, description = "The bot's token")),
    responses((status = 200, description = "`{\"hold\": 1, \"held\": 0}`", body = Value)))]
#[post("/sim/v1/bots/<token>/holds", data = "<new>")]
fn hold(token: &str, _bot: KnownBot, new: Body<NewHold>, sim: &State<Simulator>) -> Answer {
    let point = if new.0.after { HoldPoint::After } else { HoldPoint::Before };
    let hold = sim.hold(token, &new.0.method, new.0.person, point);
    fine(json!({ "hold": hold.0, "held": 0 }))
}

/// How many calls have run into a hold.
#[utoipa::path(tag = "misbehaviour", params(("token" = String, Path, description = "The bot's token"),
    ("hold" = u64, Path, description = "The hold's number")), responses((status = 200, description = "Done", body = Value)))]
#[get("/sim/v1/bots/<token>/holds/<hold>")]
fn held(token: &str, _bot: KnownBot, hold: u64, sim: &State<Simulator>) -> Answer {
    fine(json!({ "hold": hold, "held": sim.held(token, HoldId(hold)) }))
}

/// Releases held calls; with `discard`, their connections are cut instead.
#[utoipa::path(tag = "misbehaviour", params(("token" = String, Path, description = "The bot's token"),
    ("hold" = u64, Path, description = "The hold's number"), ("discard" = Option<bool>, Query, description = "Cut them off")),
    responses((status = 200, description = "Done", body = Value)))]
#[delete("/sim/v1/bots/<token>/holds/<hold>?<discard>")]
fn release(token: &str, _bot: KnownBot, hold: u64, discard: Option<bool>, sim: &State<Simulator>) -> Answer {
    let release = if discard.unwrap_or(false) { Release::Discard } else { Release::Proceed };
    sim.release(token, HoldId(hold), release);
    fine(json!({}))
}

/// How the bot fares: updates that wait, refusals it brought upon itself, taps that nobody has answered.
#[utoipa::path(tag = "bots", params(("token" = String, Path, description = "The bot's token")), responses((status = 200, description = "Done", body = Value)))]
#[get("/sim/v1/bots/<token>/status")]
fn status(token: &str, _bot: KnownBot, sim: &State<Simulator>) -> Answer {
    fine(json!({
        "pending": sim.pending(token), "listens": sim.listens(token), "faults": sim.faults(token),
        "unanswered": sim.unanswered_taps(token), "journal": sim.journal_len(token),
    }))
}

/// Waits until the bot is quiet: it has fetched everything, and made no call for a while.
#[utoipa::path(tag = "bots", params(("token" = String, Path, description = "The bot's token"),
    ("calm_ms" = Option<u64>, Query, description = "So long without a call; 350 if not said"),
    ("limit_ms" = Option<u64>, Query, description = "The longest wait; 10000 if not said, 60000 at most")),
    responses((status = 200, description = "Done", body = Value), (status = 504, description = "It was not quiet in time", body = Trouble)))]
#[post("/sim/v1/bots/<token>/quiet?<calm_ms>&<limit_ms>")]
async fn quiet(
    token: &str,
    _bot: KnownBot,
    calm_ms: Option<u64>,
    limit_ms: Option<u64>,
    sim: &State<Simulator>,
) -> Answer {
    let calm = Duration::from_millis(calm_ms.unwrap_or(350));
    let limit = Duration::from_millis(limit_ms.unwrap_or(10_000).min(60_000));
    match sim.quiet(token, calm, limit).await {
        true => fine(json!({})),
        false => refused(Status::GatewayTimeout, "the bot was not quiet in time"),
    }
}

/// The description of all of these.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(redeliver, bring, time, disturb, go_away, queue, flood, hold, held, release, status, quiet),
    components(schemas(Kind))
)]
pub(super) struct Described;
