//! The workbench over HTTP, for the chat page: the map, the turns, the recorder.

use std::sync::{Arc, LazyLock};

use dialogues::atlas::{Atlas, atlas};
use dialogues::diagram;
use rocket::http::Status;
use rocket::response::stream::{Event, EventStream};
use rocket::serde::json::Json;
use rocket::{Route, Shutdown, State, delete, get, post, routes};
use serde_json::{Value, json};

use super::Workbench;

/// Before all ranks that Rocket gives by itself.
const FIRST: isize = -20;
/// The steps of a bug report.
const LAST: usize = 10;

pub(super) fn routes() -> Vec<Route> {
    let mut all = routes![map, turns, start, state, stop, last];
    // Where there is no workbench, the simulator says so at the same address.
    all.iter_mut().for_each(|route| route.rank = FIRST);
    all
}

/// The walk takes a moment, and is the same every time.
static MAP: LazyLock<Value> = LazyLock::new(|| {
    let atlas: Atlas = atlas();
    let flow = |diagram: diagram::Diagram| {
        let own = diagram.states.iter().filter(|state| !state.foreign).map(|state| &state.name).collect::<Vec<_>>();
        json!({ "name": diagram.name, "states": own, "svg": diagram.svg(), "everywhere": diagram.everywhere })
    };
    let transition = |(from, event, to)| json!({ "from": from, "event": event, "to": to });
    json!({
        "flows": diagram::flows(&atlas).into_iter().map(flow).collect::<Vec<_>>(),
        "transitions": atlas.transitions().map(transition).collect::<Vec<_>>(),
    })
});

/// Draws the map, so that the first page does not wait for it.
pub(super) fn draw() {
    LazyLock::force(&MAP);
}

#[get("/workbench/v1")]
async fn map(bench: &State<Workbench>) -> Option<Json<Value>> {
    let mut map = rocket::tokio::task::spawn_blocking(|| MAP.clone()).await.ok()?;
    map["token"] = bench.0.token.as_str().into();
    let taken = bench.0.turns.taken();
    for transition in map["transitions"].as_array_mut().into_iter().flatten() {
        let part = |key: &str| transition[key].as_str().unwrap_or_default().to_owned();
        let is_taken = taken.contains(&(part("from"), part("event"), part("to")));
        transition["taken"] = is_taken.into();
    }
    Some(Json(map))
}

#[get("/workbench/v1/people/<person>/events")]
fn turns(person: i64, bench: &State<Workbench>, mut end: Shutdown) -> EventStream![] {
    let bench = Arc::clone(&bench.0);
    EventStream! {
        let (mut changes, mut told) = (bench.turns.changes(), 0);
        loop {
            for turn in bench.turns.after(person, told) {
                told = turn.number;
                yield Event::json(&*turn).event("turn");
            }
            rocket::tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                () = &mut end => return,
            }
        }
    }
}

#[post("/workbench/v1/recording")]
fn start(bench: &State<Workbench>) -> Json<Value> {
    bench.start_recording();
    Json(bench.recording())
}

#[get("/workbench/v1/recording")]
fn state(bench: &State<Workbench>) -> Json<Value> {
    Json(bench.recording())
}

type Answer = (Status, Json<Value>);

#[delete("/workbench/v1/recording")]
async fn stop(bench: &State<Workbench>) -> Answer {
    answer(bench.stop_recording().await)
}

#[get("/workbench/v1/last?<steps>")]
async fn last(steps: Option<usize>, bench: &State<Workbench>) -> Answer {
    answer(bench.last(steps.unwrap_or(LAST)).await)
}

fn answer(transcript: Result<Value, String>) -> Answer {
    match transcript {
        Ok(transcript) => (Status::Ok, Json(transcript)),
        Err(error) => (Status::Conflict, Json(json!({ "error": error }))),
    }
}
