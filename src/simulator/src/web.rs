//! People over HTTP, for the chat page and for tests in other languages.
//!
//! All bodies and answers are JSON. Deeds answer `{"update_id": 7}`, refusals `{"error": "…"}` with 400 or 404. The
//! whole of it is described at `/sim/openapi.json`; what tests do to the world around a bot is in `control`.

mod answers;
mod body;
mod chats;
mod control;
mod events;
mod manual;
mod page;
mod places;
mod view;

use engine::transcript::Media;
use rocket::data::{Data, ToByteUnit};
use rocket::http::{ContentType, Status};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, put, routes};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strum::{IntoEnumIterator, VariantNames};
use utoipa::{OpenApi, ToSchema};

use self::answers::{ListedBot, Screen, Told};
use self::body::{Body, KnownBot};
use super::people::{Person, Picture, UserActionError};
use super::{Simulator, is_token};

pub(super) use self::body::catchers;

pub(super) fn routes() -> Vec<Route> {
    let mut all =
        routes![openapi, manual::manual, bots, make_bot, make_person, chat, chat_text, picture, deed, events::events];
    all.extend(control::routes());
    all.extend(chats::routes());
    all.extend(places::routes());
    all.extend(page::routes());
    all
}

type Answer = (Status, Json<Value>);

/// Why something could not be done.
#[derive(Serialize, ToSchema)]
struct Trouble {
    #[schema(example = "there is no button \"Buy\"; the buttons are: Menu · Help")]
    error: String,
}

fn fine(value: Value) -> Answer {
    (Status::Ok, Json(value))
}

fn refused(status: Status, error: impl ToString) -> Answer {
    (status, Json(json!({ "error": error.to_string() })))
}

fn done(result: Result<i64, UserActionError>) -> Answer {
    match result {
        Ok(id) => fine(json!({ "update_id": id })),
        Err(error @ UserActionError::NoSuchPerson(_)) => refused(Status::NotFound, error),
        Err(error) => refused(Status::BadRequest, error),
    }
}

/// The description of this interface.
#[derive(OpenApi)]
#[openapi(
    info(title = "The Telegram simulator: people", description = DESCRIPTION),
    paths(bots, make_bot, make_person, chat, chat_text, picture, deed, events::events),
    components(schemas(DeedName, FileContent, Wish)),
    tags((name = "bots"), (name = "people"), (name = "groups"), (name = "misbehaviour"))
)]
struct Described;

const DESCRIPTION: &str = "How tests in any language act as people, read what they see, and disturb the world around \
    a bot. The bot itself speaks the Bot API at `/bot<token>/<method>` on the same port.";

#[get("/sim/openapi.json")]
fn openapi() -> (ContentType, String) {
    (ContentType::JSON, document().to_json().unwrap_or_default())
}

/// All of the interface in one document.
pub(super) fn document() -> utoipa::openapi::OpenApi {
    let mut described = Described::openapi();
    described.merge(control::Described::openapi());
    described.merge(chats::Described::openapi());
    described.merge(places::Described::openapi());
    described
}

/// All bots that have called or were made, and the people they know.
#[utoipa::path(tag = "bots", responses((status = 200, description = "All of them, by their tokens", body = Vec<ListedBot>)))]
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

/// A bot's public side.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBot {
    #[schema(example = "tea_house_bot")]
    username: String,
}

/// Makes a bot known. One that calls without is called `simulated_bot`.
#[utoipa::path(tag = "bots", request_body = NewBot, params(("token" = String, Path, description = "Digits, a colon, letters")),
    responses((status = 200, description = "It is known", body = Value), (status = 400, description = "No token", body = Trouble)))]
#[put("/sim/v1/bots/<token>", data = "<new>")]
fn make_bot(token: &str, new: Body<NewBot>, sim: &State<Simulator>) -> Answer {
    if !is_token(token) {
        return refused(Status::BadRequest, "a token is digits, a colon, and letters");
    }
    sim.bot(token, &new.0.username);
    fine(json!({}))
}

/// Ids of people have at most 52 significant bits (<https://core.telegram.org/bots/api#user>).
const MOST: i64 = 1 << 52;

/// A person's public side.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPerson {
    #[schema(example = "Anna")]
    first_name: String,
    username: Option<String>,
    /// Of their Telegram.
    #[schema(example = "uk")]
    language_code: Option<String>,
    /// Whether they come back into a group that they were banned from, once they may.
    returns: Option<bool>,
}

/// Makes a person known, or changes how they are called.
#[utoipa::path(tag = "people", request_body = NewPerson, params(("token" = String, Path, description = "The bot's token"),
    ("id" = i64, Path, description = "A positive number")),
    responses((status = 200, description = "They are known", body = Value), (status = 400, description = "No token, or no id", body = Trouble)))]
#[put("/sim/v1/bots/<token>/people/<id>", data = "<new>")]
fn make_person(token: &str, id: i64, new: Body<NewPerson>, sim: &State<Simulator>) -> Answer {
    if !is_token(token) || !(1..MOST).contains(&id) {
        return refused(
            Status::BadRequest,
            "a person's id is a positive number of at most 52 bits, and the bot needs a token",
        );
    }
    let NewPerson { first_name, username, language_code, returns } = new.0;
    sim.person(token, Person { id, first_name, username, language_code });
    if let Some(returns) = returns {
        sim.let_return(token, id, returns);
    }
    fine(json!({}))
}

/// All that is on the person's screen.
#[utoipa::path(tag = "people", params(("token" = String, Path, description = "The bot's token"), ("id" = i64, Path)),
    responses((status = 200, description = "The chat, its keyboard, and whether the bot listens", body = Screen),
        (status = 404, description = "Nobody of that id", body = Trouble)))]
#[get("/sim/v1/bots/<token>/people/<id>")]
fn chat(token: &str, id: i64, sim: &State<Simulator>) -> Answer {
    match sim.view(token, id) {
        Some(view) => fine(view),
        None => done(Err(UserActionError::NoSuchPerson(id))),
    }
}

/// The person's screen as plain text: who wrote what, `[buttons]` below it, and the keyboard.
#[utoipa::path(tag = "people", params(("token" = String, Path, description = "The bot's token"), ("id" = i64, Path)),
    responses((status = 200, description = "The screen", body = String, content_type = "text/plain"), (status = 404, description = "Nobody of that id")))]
#[get("/sim/v1/bots/<token>/people/<id>/chat.txt")]
fn chat_text(token: &str, id: i64, sim: &State<Simulator>) -> Result<String, Status> {
    let cell = sim.known(token).ok_or(Status::NotFound)?;
    let name = cell.with(|bot| bot.people.get(&id).map(|known| known.person.first_name.clone()));
    Ok(view::text(&sim.chat(token, id), &name.ok_or(Status::NotFound)?))
}

/// Sends a picture, as bytes or, as JSON, a tiny one by its name.
#[utoipa::path(tag = "people", params(("token" = String, Path, description = "The bot's token"), ("id" = i64, Path),
    ("caption" = Option<String>, Query, description = "Under the picture")),
    request_body(content((FileContent = "image/jpeg"), (FileContent = "image/png"), (Wish = "application/json"))),
    responses((status = 200, description = "It is done", body = Told), (status = 400, description = "No picture", body = Trouble)))]
#[post("/sim/v1/bots/<token>/people/<id>/picture?<caption>", data = "<body>", rank = 1)]
async fn picture(
    token: &str,
    _bot: KnownBot,
    id: i64,
    caption: Option<&str>,
    kind: Option<&ContentType>,
    body: Data<'_>,
    sim: &State<Simulator>,
) -> Answer {
    match shown(kind, caption, body).await {
        Ok((picture, caption)) => done(sim.send_picture(token, id, picture, &caption)),
        Err(why) => refused(Status::BadRequest, why),
    }
}

/// The picture of a request: its bytes, or its name and caption as JSON.
async fn shown(kind: Option<&ContentType>, caption: Option<&str>, body: Data<'_>) -> Result<(Picture, String), String> {
    let bytes = body.open(10.megabytes()).into_bytes().await.map_err(|_| "the picture did not arrive")?.into_inner();
    if !kind.is_some_and(|kind| kind.is_json()) {
        return Ok((Picture::Bytes(bytes), caption.unwrap_or_default().to_owned()));
    }
    let wish: Wish = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    Ok((Picture::Named(wish.name), wish.caption))
}

/// The bytes of a picture as they are, and no list of numbers.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes a body that is no JSON")]
struct FileContent(Vec<u8>);

/// Everything that a deed may need.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct Wish {
    /// For say, forward, edit and group.
    text: String,
    /// For tap, with `data`: the message under which the button stands.
    message_id: i32,
    data: String,
    /// For tap: the newest inline button that reads so.
    label: Option<String>,
    /// For contact.
    phone: String,
    /// For contact: whether it is the person's own; it is if not said.
    own: Option<bool>,
    /// For send.
    #[schema(schema_with = attachments)]
    kind: String,
    /// For picture: what it is shown as.
    name: String,
    /// For picture.
    caption: String,
}

/// What a person can do.
#[derive(Clone, Copy, ToSchema, strum::EnumString, strum::VariantNames)]
#[schema(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
enum DeedName {
    Say,
    Tap,
    Contact,
    Send,
    Forward,
    Edit,
    Group,
    Block,
    Unblock,
    Open,
}

/// The kinds that a person can send.
fn attachments() -> utoipa::openapi::Object {
    let kinds: Vec<String> = Media::iter().map(|kind| kind.to_string()).collect();
    utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String).enum_values(Some(kinds)).build()
}

/// What is sent without words, by its name; or which there are.
fn kind(name: &str) -> Result<Media, String> {
    let kinds = || Media::iter().map(|kind| kind.to_string()).collect::<Vec<_>>().join(", ");
    name.parse().map_err(|_| format!("nothing of the kind {name:?} can be sent; the kinds are: {}", kinds()))
}

/// The person does something: `say`, `tap`, `contact`, `send`, `forward`, `edit` (their last text), `group` (writes in
/// one), `block`, `unblock`, or `open` (lets the bot write first).
#[utoipa::path(tag = "people", request_body = Option<Wish>, params(("token" = String, Path, description = "The bot's token"),
    ("id" = i64, Path), ("deed" = DeedName, Path, description = "What they do")),
    responses((status = 200, description = "It is done", body = Told),
        (status = 400, description = "They cannot do that now", body = Trouble),
        (status = 404, description = "Nobody of that id, or no such deed", body = Trouble)))]
#[post("/sim/v1/bots/<token>/people/<id>/<deed>", data = "<wish>", rank = 2)]
fn deed(token: &str, _bot: KnownBot, id: i64, deed: &str, wish: Body<Wish>, sim: &State<Simulator>) -> Answer {
    let wish = wish.0;
    let Ok(name) = deed.parse::<DeedName>() else {
        let can = DeedName::VARIANTS.join(", ");
        return refused(Status::NotFound, format!("people cannot {deed}; they can: {can}, picture"));
    };
    done(match name {
        DeedName::Say => sim.say(token, id, &wish.text),
        DeedName::Forward => sim.forward(token, id, &wish.text),
        DeedName::Edit => sim.edit_last(token, id, &wish.text),
        DeedName::Group => sim.say_in_group(token, id, &wish.text),
        DeedName::Tap => match wish.label {
            Some(label) => sim.tap_label(token, id, &label),
            None => sim.tap(token, id, wish.message_id, &wish.data),
        },
        DeedName::Contact if wish.phone.is_empty() => return refused(Status::BadRequest, "a contact needs a phone"),
        DeedName::Contact => sim.share_contact(token, id, &wish.phone, wish.own.unwrap_or(true)),
        DeedName::Send => match kind(&wish.kind) {
            Ok(kind) => sim.send(token, id, kind),
            Err(why) => return refused(Status::BadRequest, why),
        },
        DeedName::Block => sim.block(token, id),
        DeedName::Unblock => sim.unblock(token, id),
        DeedName::Open if sim.view(token, id).is_none() => Err(UserActionError::NoSuchPerson(id)),
        DeedName::Open => {
            sim.open_chat(token, id);
            return fine(json!({}));
        }
    })
}
