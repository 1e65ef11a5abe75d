//! Groups, channels and businesses: set up, looked at, and what people do in them.

use rocket::data::Data;
use rocket::http::Status;
use rocket::{Route, State, get, post, put, routes};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::answers::Told;
use super::body::{Body, KnownBot};
use super::{Answer, FileContent, Trouble, attachments, done, fine, kind, refused, shown, view};
use crate::{
    BotStatus, GroupKind, NewGroup, Outgoing, PayFor, Picture, SendOptions, Simulator, SuggestedPost, UserActionError,
};

pub(super) fn routes() -> Vec<Route> {
    routes![
        make_group,
        group,
        group_text,
        upgrade,
        make_connection,
        make_stickers,
        give_stars,
        sent_picture,
        act,
        inline_results
    ]
}

/// Sets up a group or channel. Its id is negative, such as `-100200300`.
#[utoipa::path(tag = "groups", request_body = NewGroup, params(("token" = String, Path, description = "The bot's token"),
    ("chat" = i64, Path, description = "A negative number")),
    responses((status = 200, description = "It is known", body = serde_json::Value), (status = 400, description = "Not possible", body = Trouble),
        (status = 404, description = "A member is not known", body = Trouble)))]
#[put("/sim/v1/bots/<token>/groups/<chat>", data = "<new>")]
fn make_group(token: &str, _bot: KnownBot, chat: i64, new: Body<NewGroup>, sim: &State<Simulator>) -> Answer {
    match sim.group(token, chat, &new.0) {
        Ok(()) => fine(json!({})),
        Err(error) => done(Err(error)),
    }
}

/// All that stands in a group or channel.
#[utoipa::path(tag = "groups", params(("token" = String, Path, description = "The bot's token"), ("chat" = i64, Path)),
    responses((status = 200, description = "The chat, its members and its messages", body = serde_json::Value),
        (status = 404, description = "No such group", body = Trouble)))]
#[get("/sim/v1/bots/<token>/groups/<chat>")]
fn group(token: &str, chat: i64, sim: &State<Simulator>) -> Answer {
    match sim.group_view(token, chat) {
        Some(view) => fine(view),
        None => refused(Status::NotFound, UserActionError::NoSuchGroup(chat)),
    }
}

/// The group as plain text: who wrote what, and `[buttons]` below it.
#[utoipa::path(tag = "groups", params(("token" = String, Path, description = "The bot's token"), ("chat" = i64, Path)),
    responses((status = 200, description = "The chat", body = String, content_type = "text/plain"), (status = 404, description = "No such group")))]
#[get("/sim/v1/bots/<token>/groups/<chat>/chat.txt")]
fn group_text(token: &str, chat: i64, sim: &State<Simulator>) -> Result<String, Status> {
    let view = sim.group_view_of(token, chat, usize::MAX).ok_or(Status::NotFound)?;
    Ok(view::group_text(&view))
}

/// The owner makes a supergroup of a group; the bot is told, and refused under the old id.
#[utoipa::path(tag = "groups", params(("token" = String, Path, description = "The bot's token"), ("chat" = i64, Path)),
    responses((status = 200, description = "`{\"supergroup\": -1000000000007}`", body = serde_json::Value),
        (status = 400, description = "No group", body = Trouble)))]
#[post("/sim/v1/bots/<token>/groups/<chat>/upgrade")]
fn upgrade(token: &str, _bot: KnownBot, chat: i64, sim: &State<Simulator>) -> Answer {
    match sim.upgrade(token, chat) {
        Ok(supergroup) => fine(json!({ "supergroup": supergroup })),
        Err(error) => refused(Status::BadRequest, error),
    }
}

/// What a business lets the bot do.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewConnection {
    /// The person whose account it is.
    #[schema(example = 7)]
    person: i64,
    /// Rights of `BusinessBotRights` that the bot does not have; it has all others.
    #[serde(default)]
    without: Vec<String>,
    /// Whether the connection is in force; it is if not said.
    is_enabled: Option<bool>,
}

/// Connects the bot to the account of a business, or changes what it may do there.
#[utoipa::path(tag = "groups", request_body = NewConnection, params(("token" = String, Path, description = "The bot's token"),
    ("id" = String, Path, description = "`business_connection_id`")),
    responses((status = 200, description = "It is done", body = Told), (status = 404, description = "Nobody of that id", body = Trouble)))]
#[put("/sim/v1/bots/<token>/connections/<id>", data = "<new>")]
fn make_connection(token: &str, _bot: KnownBot, id: &str, new: Body<NewConnection>, sim: &State<Simulator>) -> Answer {
    let NewConnection { person, without, is_enabled } = new.0;
    done(sim.connect_business(token, person, id, &without, is_enabled.unwrap_or(true)))
}

/// A public set of stickers, which is not the bot's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewStickers {
    #[schema(example = "Cats")]
    title: String,
    /// One sticker for each.
    #[schema(example = json!(["🐱", "🙀"]))]
    emoji: Vec<String>,
}

/// Makes a public set of stickers.
#[utoipa::path(tag = "groups", request_body = NewStickers, params(("token" = String, Path, description = "The bot's token"),
    ("name" = String, Path, description = "What the set is called in calls")),
    responses((status = 200, description = "It is known", body = serde_json::Value), (status = 400, description = "Not possible", body = Trouble)))]
#[put("/sim/v1/bots/<token>/sticker-sets/<name>", data = "<new>")]
fn make_stickers(token: &str, _bot: KnownBot, name: &str, new: Body<NewStickers>, sim: &State<Simulator>) -> Answer {
    if new.0.emoji.is_empty() {
        return refused(Status::BadRequest, "a set has one sticker at least");
    }
    sim.publish_stickers(token, name, &new.0.title, &new.0.emoji);
    fine(json!({}))
}

/// Stars for the bot, or for the account of a business.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MoreStars {
    #[schema(example = 100)]
    amount: u32,
    /// Whose account gets them; the bot without it.
    person: Option<i64>,
}

/// Gives the bot so many stars more, to pay gifts with, or the account of a business.
#[utoipa::path(tag = "groups", request_body = MoreStars, params(("token" = String, Path, description = "The bot's token")),
    responses((status = 200, description = "It has them", body = serde_json::Value)))]
#[post("/sim/v1/bots/<token>/stars", data = "<more>")]
fn give_stars(token: &str, _bot: KnownBot, more: Body<MoreStars>, sim: &State<Simulator>) -> Answer {
    match more.0.person {
        Some(person) => sim.give_stars_to(token, person, more.0.amount.into()),
        None => sim.give_stars(token, more.0.amount.into()),
    }
    fine(json!({}))
}

/// What a person can do in chats beside writing.
#[derive(Clone, Copy, ToSchema, strum::EnumString, strum::VariantNames)]
#[schema(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
enum ActName {
    Say,
    Send,
    Picture,
    Album,
    Forward,
    Edit,
    Tap,
    Join,
    Leave,
    Vote,
    React,
    Inline,
    Choose,
    Pay,
    Data,
    App,
    Suggest,
    Bot,
    Stop,
}

/// Everything that an act may need.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct ActDetails {
    /// For say, edit, inline, data and suggest: what is written, typed or sent. For bot: what it is called.
    text: String,
    /// For say, send, picture, album and forward: the topic of a forum; `General` without it.
    topic: Option<i32>,
    /// For say, send, picture and album: the message that it answers.
    reply_to: Option<i32>,
    /// For send.
    #[schema(schema_with = attachments)]
    kind: String,
    /// For picture: what it is shown as. For album: the same of each.
    names: Vec<String>,
    /// For picture and album.
    caption: String,
    /// For forward: the chat where the message stands; without it, the person's own with the bot.
    from_chat: Option<i64>,
    /// For edit, forward, tap, vote, react and pay: the message.
    message_id: i32,
    /// For tap: what the button sends.
    data: String,
    /// For tap: the newest inline button that reads so. For data: the button of the Mini App.
    label: Option<String>,
    /// For vote: places of options, from 0.
    options: Vec<usize>,
    /// For react: one emoji; without it the reaction is taken back.
    emoji: Option<String>,
    /// For join: an invite link. For pay: an invoice link.
    link: Option<String>,
    /// For choose: what `inline` has answered as `query`.
    query: String,
    /// For choose: the id of the result.
    result: String,
    /// For suggest: stars that they pay.
    stars: Option<i64>,
    /// For suggest: Unix time at which it is to be published.
    send_date: Option<i64>,
    /// For bot: the username of the new bot; `text` is its name.
    username: String,
}

/// A person does something in a chat: of a group or channel by its id, or in their own with the bot, which has the id of
/// the person. `say`, `send` (something without words), `picture` and `album` (tiny ones, by their names), `forward`, `edit`, `tap`, `join`, `leave`, `vote`, `react`, `inline`, `choose`, `pay`, `app` (opens a Mini App),
/// `data` (sends what one has made), `suggest` (a post, to a channel), `stop` (what the bot is writing), or `bot` (makes one for the bot to manage).
#[utoipa::path(tag = "groups", request_body = Option<ActDetails>, params(("token" = String, Path, description = "The bot's token"),
    ("id" = i64, Path, description = "The person"), ("chat" = i64, Path, description = "The chat"),
    ("act" = ActName, Path, description = "What they do")),
    responses((status = 200, description = "`{\"update_id\": 7}`", body = serde_json::Value),
        (status = 400, description = "They cannot do that now", body = Trouble),
        (status = 404, description = "Nobody of that id, or no such act", body = Trouble)))]
#[post("/sim/v1/bots/<token>/people/<id>/chats/<chat>/<act>", data = "<details>", rank = 2)]
fn act(
    token: &str,
    _bot: KnownBot,
    id: i64,
    chat: i64,
    act: &str,
    details: Body<ActDetails>,
    sim: &State<Simulator>,
) -> Answer {
    let details = details.0;
    let Ok(name) = act.parse::<ActName>() else {
        let can = <ActName as strum::VariantNames>::VARIANTS.join(", ");
        return refused(Status::NotFound, format!("people cannot {act} in a chat; they can: {can}"));
    };
    let options = SendOptions { topic: details.topic, reply_to: details.reply_to };
    let send = |what: Outgoing| sim.send_in(token, id, chat, &what, options);
    let (names, caption) = (&details.names, &details.caption);
    done(match name {
        ActName::Say => send(Outgoing::Text(details.text)),
        ActName::Send => match kind(&details.kind) {
            Ok(kind) => send(Outgoing::Thing(kind)),
            Err(why) => return refused(Status::BadRequest, why),
        },
        ActName::Picture => match &names[..] {
            [name] => send(Outgoing::Picture { picture: Picture::Named(name.clone()), caption: caption.clone() }),
            _ => return refused(Status::BadRequest, "a picture has one name, in names"),
        },
        ActName::Album => send(Outgoing::Album { names: names.clone(), caption: caption.clone() }),
        ActName::Forward => {
            send(Outgoing::Forwarded { chat: details.from_chat.unwrap_or(id), message: details.message_id })
        }
        ActName::Edit => sim.edit_in(token, id, chat, details.message_id, &details.text),
        ActName::Tap => match &details.label {
            Some(label) => sim.tap_label_in(token, id, chat, label),
            None => sim.tap_in(token, id, chat, details.message_id, &details.data),
        },
        ActName::Join => sim.join(token, id, chat, details.link.as_deref()),
        ActName::Leave => sim.leave(token, id, chat),
        ActName::Vote => sim.vote(token, id, chat, details.message_id, &details.options),
        ActName::React => sim.react(token, id, chat, details.message_id, details.emoji.as_deref()),
        ActName::Inline => match sim.ask_inline(token, id, chat, &details.text) {
            Ok((update, query)) => return fine(json!({ "update_id": update, "query": query })),
            Err(error) => Err(error),
        },
        ActName::Choose => sim.choose(token, id, chat, &details.query, &details.result),
        ActName::Pay => {
            let invoice = details.link.map_or(PayFor::Message(details.message_id), PayFor::Link);
            sim.pay(token, id, chat, &invoice)
        }
        ActName::App => match sim.open_app(token, id, chat) {
            Ok(app) => return fine(json!({ "query_id": app.query_id, "init_data": app.init_data })),
            Err(error) => Err(error),
        },
        ActName::Data if chat != id || details.text.is_empty() => {
            return refused(Status::BadRequest, "data is sent in the person's own chat, with label and text");
        }
        ActName::Suggest => {
            let post = SuggestedPost { text: details.text, stars: details.stars, send_date: details.send_date };
            sim.suggest(token, id, chat, &post)
        }
        ActName::Stop if chat != id => return refused(Status::BadRequest, "drafts stand in the person's own chat"),
        ActName::Stop => sim.stop_draft(token, id),
        ActName::Bot if chat != id => return refused(Status::BadRequest, "bots are made in the person's own chat"),
        ActName::Bot => match sim.make_managed_bot(token, id, &details.text, &details.username) {
            Ok((update, token)) => return fine(json!({ "update_id": update, "token": token })),
            Err(error) => Err(error),
        },
        ActName::Data => sim.send_data(token, id, &details.label.unwrap_or_default(), &details.text),
    })
}

/// Where a picture is sent.
#[derive(rocket::FromForm)]
struct PicturePlace<'r> {
    caption: Option<&'r str>,
    topic: Option<i32>,
    reply_to: Option<i32>,
}

/// The person sends a picture into a chat, as bytes.
#[utoipa::path(tag = "groups", params(("token" = String, Path, description = "The bot's token"), ("id" = i64, Path, description = "The person"),
    ("chat" = i64, Path, description = "The chat"), ("caption" = Option<String>, Query, description = "Under the picture"),
    ("topic" = Option<i32>, Query, description = "The topic of a forum"), ("reply_to" = Option<i32>, Query, description = "The message that it answers")),
    request_body(content((FileContent = "image/jpeg"), (FileContent = "image/png"))),
    responses((status = 200, description = "It is done", body = Told), (status = 400, description = "No picture, or not here", body = Trouble)))]
#[post("/sim/v1/bots/<token>/people/<id>/chats/<chat>/photo?<place..>", data = "<body>", rank = 1)]
async fn sent_picture(
    token: &str,
    _bot: KnownBot,
    id: i64,
    chat: i64,
    place: PicturePlace<'_>,
    body: Data<'_>,
    sim: &State<Simulator>,
) -> Answer {
    let (picture, caption) = match shown(None, place.caption, body).await {
        Ok(read) => read,
        Err(why) => return refused(Status::BadRequest, why),
    };
    let options = SendOptions { topic: place.topic, reply_to: place.reply_to };
    done(sim.send_in(token, id, chat, &Outgoing::Picture { picture, caption }, options))
}

/// What the bot has answered to something typed behind its name.
#[utoipa::path(tag = "groups", params(("token" = String, Path, description = "The bot's token"),
    ("query" = String, Path, description = "What `inline` has answered as `query`")),
    responses((status = 200, description = "`{\"results\": null}` until it has answered", body = serde_json::Value),
        (status = 400, description = "No such question", body = Trouble)))]
#[get("/sim/v1/bots/<token>/inline/<query>")]
fn inline_results(token: &str, _bot: KnownBot, query: &str, sim: &State<Simulator>) -> Answer {
    match sim.inline_results(token, query) {
        Ok(results) => fine(json!({ "results": results })),
        Err(error) => refused(Status::BadRequest, error),
    }
}

/// The description of all of these.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        make_group,
        group,
        group_text,
        upgrade,
        make_connection,
        make_stickers,
        give_stars,
        sent_picture,
        act,
        inline_results
    ),
    components(schemas(ActName, GroupKind, BotStatus))
)]
pub(super) struct Described;
