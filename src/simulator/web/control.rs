//! What tests do to the world around the bot: time, failures, holds, repeats.

use chrono::{DateTime, Utc};
use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{Route, State, delete, get, post, put, routes};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, fine, refused};
use crate::simulator::{Failure, HoldId, HoldPoint, Release, Simulator};

pub(super) fn routes() -> Vec<Route> {
    routes![redeliver, time, fail, hold, held, release, status]
}

#[post("/sim/v1/bots/<token>/redeliver")]
fn redeliver(token: &str, sim: &State<Simulator>) -> Answer {
    match sim.redeliver(token) {
        Some(id) => fine(json!({ "update_id": id })),
        None => refused(Status::BadRequest, "there has been no update yet"),
    }
}

#[derive(Deserialize)]
struct Time {
    now: Option<DateTime<Utc>>,
}

#[put("/sim/v1/bots/<token>/time", data = "<time>")]
fn time(token: &str, time: Json<Time>, sim: &State<Simulator>) -> Answer {
    match time.now {
        Some(now) => sim.set_time(token, now),
        None => sim.follow_system_time(token),
    }
    fine(json!({ "now": sim.time(token) }))
}

#[derive(Deserialize)]
struct NewFailure {
    method: String,
    person: Option<i64>,
    times: Option<u32>,
    code: u16,
    #[serde(default)]
    description: String,
    retry_after: Option<u32>,
}

#[post("/sim/v1/bots/<token>/failures", data = "<new>")]
fn fail(token: &str, new: Json<NewFailure>, sim: &State<Simulator>) -> Answer {
    let NewFailure { method, person, times, code, description, retry_after } = new.into_inner();
    sim.fail_next(token, Failure { method, person, times: times.unwrap_or(1), code, description, retry_after });
    fine(json!({}))
}

#[derive(Deserialize)]
struct NewHold {
    method: String,
    person: Option<i64>,
    /// Whether the call is to be carried out before it waits.
    #[serde(default)]
    after: bool,
}

#[post("/sim/v1/bots/<token>/holds", data = "<new>")]
fn hold(token: &str, new: Json<NewHold>, sim: &State<Simulator>) -> Answer {
    let point = if new.after { HoldPoint::After } else { HoldPoint::Before };
    let hold = sim.hold(token, &new.method, new.person, point);
    fine(json!({ "hold": hold.0, "held": 0 }))
}

#[get("/sim/v1/bots/<token>/holds/<hold>")]
fn held(token: &str, hold: u64, sim: &State<Simulator>) -> Answer {
    fine(json!({ "hold": hold, "held": sim.held(token, HoldId(hold)) }))
}

#[delete("/sim/v1/bots/<token>/holds/<hold>?<discard>")]
fn release(token: &str, hold: u64, discard: bool, sim: &State<Simulator>) -> Answer {
    let release = if discard { Release::Discard } else { Release::Proceed };
    sim.release(token, HoldId(hold), release);
    fine(json!({}))
}

#[get("/sim/v1/bots/<token>/status")]
fn status(token: &str, sim: &State<Simulator>) -> Answer {
    fine(json!({
        "pending": sim.pending(token), "listens": sim.listens(token), "faults": sim.faults(token),
        "unanswered": sim.unanswered_taps(token), "journal": sim.journal_len(token),
    }))
}
