//! People over HTTP, for the chat page and for tests in other languages.
//!
//! All bodies and answers are JSON. Deeds answer `{"update_id": 7}`, refusals `{"error": "…"}` with 400 or 404.
//!
//! | request | body | does |
//! |---|---|---|
//! | `GET /sim/v1/bots` | | bots and their people |
//! | `PUT /sim/v1/bots/<token>` | `{username}` | makes a bot |
//! | `PUT …/<token>/people/<id>` | `{first_name, username?, language_code?}` | makes a person |
//! | `GET …/people/<id>` | | the chat, as the page draws it |
//! | `GET …/people/<id>/events` | | the same as Server-Sent Events: `chat`, `toast`, `alert` |
//! | `POST …/people/<id>/say` | `{text}` | also `forward`, `edit`, `group` |
//! | `POST …/people/<id>/tap` | `{message_id, data}` or `{label}` | taps an inline button |
//! | `POST …/people/<id>/contact` | `{phone, own?}` | shares a contact, their own if not said otherwise |
//! | `POST …/people/<id>/picture?<caption>` | bytes of a PNG or JPEG | sends a photo; `{name, caption}` as JSON does, too |
//! | `POST …/people/<id>/send` | `{kind}` | sticker, voice, video, document, location, poll |
//! | `POST …/people/<id>/block` | | also `unblock`, `open` (lets the bot write first) |
//! | `POST …/<token>/redeliver` | | delivers the newest update again |
//! | `PUT …/<token>/time` | `{now}`, RFC 3339 or null | stops the bot's clock, or lets it run |
//! | `POST …/<token>/failures` | `{method, person?, times?, code, description?, retry_after?}` | plans refusals |
//! | `POST …/<token>/holds` | `{method, person?, after?}` | holds calls; answers `{hold, held}` |
//! | `GET` or `DELETE …/<token>/holds/<hold>?<discard>` | | how many are held; lets them go |
//! | `GET …/<token>/status` | | `{pending, listens, faults, unanswered, journal}` |

mod control;
mod events;
mod page;
mod view;

use dialogues::transcript::Attachment;
use rocket::data::{Data, ToByteUnit};
use rocket::http::{ContentType, Status};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, put, routes};
use serde::Deserialize;
use serde_json::{Value, json};

use super::people::{DeedError, Person, Picture};
use super::{Simulator, is_token};

pub(super) fn routes() -> Vec<Route> {
    let mut all = routes![bots, make_bot, make_person, chat, picture, deed, events::events];
    all.extend(control::routes());
    all.extend(page::routes());
    all
}

type Answer = (Status, Json<Value>);

fn fine(value: Value) -> Answer {
    (Status::Ok, Json(value))
}

fn refused(status: Status, error: impl ToString) -> Answer {
    (status, Json(json!({ "error": error.to_string() })))
}

fn done(result: Result<i32, DeedError>) -> Answer {
    match result {
        Ok(id) => fine(json!({ "update_id": id })),
        Err(error @ DeedError::NoSuchPerson(_)) => refused(Status::NotFound, error),
        Err(error) => refused(Status::BadRequest, error),
    }
}

#[get("/sim/v1/bots")]
fn bots(sim: &State<Simulator>) -> Json<Value> {
    let bot = |token: &String| {
        sim.cell(token).with(|bot| {
            let people: Vec<_> = bot.people.values().map(|known| json!(known.person)).collect();
            json!({ "token": token, "username": bot.username, "people": people })
        })
    };
    Json(sim.tokens().iter().map(bot).collect())
}

#[derive(Deserialize)]
struct NewBot {
    username: String,
}

#[put("/sim/v1/bots/<token>", data = "<new>")]
fn make_bot(token: &str, new: Json<NewBot>, sim: &State<Simulator>) -> Answer {
    if !is_token(token) {
        return refused(Status::BadRequest, "a token is digits, a colon, and letters");
    }
    sim.bot(token, &new.username);
    fine(json!({}))
}

#[derive(Deserialize)]
struct NewPerson {
    first_name: String,
    username: Option<String>,
    language_code: Option<String>,
}

#[put("/sim/v1/bots/<token>/people/<id>", data = "<new>")]
fn make_person(token: &str, id: i64, new: Json<NewPerson>, sim: &State<Simulator>) -> Answer {
    if !is_token(token) || id <= 0 {
        return refused(Status::BadRequest, "a person's id is a positive number, and the bot needs a token");
    }
    let NewPerson { first_name, username, language_code } = new.into_inner();
    sim.person(token, Person { id, first_name, username, language_code });
    fine(json!({}))
}

#[get("/sim/v1/bots/<token>/people/<id>")]
fn chat(token: &str, id: i64, sim: &State<Simulator>) -> Answer {
    let Some(cell) = sim.known(token) else { return refused(Status::NotFound, "no such bot") };
    match cell.with(|bot| view::chat(bot, token, id)) {
        Some(view) => fine(view),
        None => done(Err(DeedError::NoSuchPerson(id))),
    }
}

/// Pictures come as bytes, or by name as JSON.
#[post("/sim/v1/bots/<token>/people/<id>/picture?<caption>", data = "<body>", rank = 1)]
async fn picture(
    token: &str,
    id: i64,
    caption: Option<&str>,
    kind: Option<&ContentType>,
    body: Data<'_>,
    sim: &State<Simulator>,
) -> Answer {
    let Ok(bytes) = body.open(10.megabytes()).into_bytes().await else {
        return refused(Status::BadRequest, "the picture did not arrive");
    };
    let bytes = bytes.into_inner();
    if !kind.is_some_and(|kind| kind.is_json()) {
        return done(sim.send_picture(token, id, Picture::Bytes(bytes), caption.unwrap_or_default()));
    }
    match serde_json::from_slice::<Wish>(&bytes) {
        Ok(wish) => done(sim.send_picture(token, id, Picture::Named(wish.name), &wish.caption)),
        Err(error) => refused(Status::BadRequest, error),
    }
}

/// Everything that a deed may need.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wish {
    text: String,
    message_id: i32,
    data: String,
    label: Option<String>,
    phone: String,
    own: Option<bool>,
    kind: String,
    name: String,
    caption: String,
}

#[post("/sim/v1/bots/<token>/people/<id>/<deed>", data = "<wish>", rank = 2)]
fn deed(token: &str, id: i64, deed: &str, wish: Option<Json<Wish>>, sim: &State<Simulator>) -> Answer {
    if sim.known(token).is_none() {
        return refused(Status::NotFound, "no such bot");
    }
    let wish = wish.map(Json::into_inner).unwrap_or_default();
    done(match deed {
        "say" => sim.say(token, id, &wish.text),
        "forward" => sim.forward(token, id, &wish.text),
        "edit" => sim.edit_last(token, id, &wish.text),
        "group" => sim.say_in_group(token, id, &wish.text),
        "tap" => match wish.label {
            Some(label) => sim.tap_label(token, id, &label),
            None => sim.tap(token, id, wish.message_id, &wish.data),
        },
        "contact" => sim.share_contact(token, id, &wish.phone, wish.own.unwrap_or(true)),
        "send" => match wish.kind.parse::<Attachment>() {
            Ok(kind) => sim.send(token, id, kind),
            Err(_) => {
                return refused(Status::BadRequest, format!("nothing of the kind {:?} can be sent", wish.kind));
            }
        },
        "block" => sim.block(token, id),
        "unblock" => sim.unblock(token, id),
        "open" => {
            sim.open_chat(token, id);
            return fine(json!({}));
        }
        _ => return refused(Status::NotFound, format!("people cannot {deed}")),
    })
}
