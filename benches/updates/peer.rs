//! What the program is compared with: a bot with as many screens, as small as teloxide lets it be. Its dialogues are kept in the
//! memory of the process, or in MongoDB by [`MongoStorage`]. An update is answered when it is handled, as ours are: teloxide's own
//! server answers before, and forgets the update if the process is killed.

use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::Arc;

use rocket::http::Status;
use rocket::{Config, State, post, routes};
use serde::{Deserialize, Serialize};
use shell::mongo::{Connection, Documents, MongoStorage};
use shopkeeper::clock::Clock;
use teloxide::dispatching::UpdateHandler;
use teloxide::dispatching::dialogue::{Dialogue, InMemStorage, Storage};
use teloxide::prelude::*;
use teloxide::types::{InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, KeyboardMarkup, Update};

/// Where the dialogues of a peer are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Kept {
    InMemory,
    InMongodb,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Visit {
    screen: String,
    card: u32,
    cart: u32,
}

type Failure = Box<dyn Error + Send + Sync>;
type Handle = Arc<dyn Fn(Update) -> futures::future::BoxFuture<'static, ()> + Send + Sync>;

/// Runs a peer for ever.
pub(crate) async fn serve(kept: Kept, telegram: &str, mongodb: &str, port: u16) -> Result<(), Box<dyn Error>> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let bot = Bot::with_client(super::TOKEN, client).set_api_url(telegram.parse()?);
    let url = format!("http://127.0.0.1:{port}/telegram").parse()?;
    bot.set_webhook(url).max_connections(super::AT_A_TIME as u8).await?;
    let handle = match kept {
        Kept::InMemory => handle(bot, InMemStorage::<Visit>::new()),
        Kept::InMongodb => {
            let database = Connection::named("peer").open(mongodb, "peer").await?;
            let documents = Documents::new(database.collection("dialogues"), Clock::system(), 1);
            handle(bot, Arc::new(MongoStorage::<Visit>::new(documents)))
        }
    };
    let config = Config {
        address: Ipv4Addr::LOCALHOST.into(),
        port,
        log_level: rocket::config::LogLevel::Off,
        ..Config::default()
    };
    let routes = routes![telegram_calls, is_ready];
    rocket::custom(config).manage(handle).mount("/", routes).launch().await?;
    Ok(())
}

#[post("/telegram", data = "<update>")]
async fn telegram_calls(update: String, handle: &State<Handle>) -> Status {
    let Ok(update) = serde_json::from_str(&update) else { return Status::BadRequest };
    handle(update).await;
    Status::Ok
}

#[rocket::get("/readyz")]
fn is_ready() {}

fn handle<S>(bot: Bot, storage: Arc<S>) -> Handle
where
    S: Storage<Visit, Error: std::error::Error + Send + Sync> + Send + Sync + 'static,
{
    let handler: Arc<UpdateHandler<Failure>> = Arc::new(
        dptree::entry()
            .branch(Update::filter_message().enter_dialogue::<Message, S, Visit>().endpoint(said::<S>))
            .branch(Update::filter_callback_query().enter_dialogue::<CallbackQuery, S, Visit>().endpoint(tapped::<S>)),
    );
    Arc::new(move |update| {
        let (handler, deps) = (Arc::clone(&handler), dptree::deps![bot.clone(), Arc::clone(&storage), update]);
        Box::pin(async move {
            let handled = handler.dispatch(deps).await;
            assert!(matches!(handled, std::ops::ControlFlow::Break(Ok(()))), "{handled:?}");
        })
    })
}

async fn said<S>(bot: Bot, dialogue: Dialogue<Visit, S>, message: Message, visit: Visit) -> Result<(), Failure>
where
    S: Storage<Visit, Error: std::error::Error + Send + Sync> + Send + Sync + 'static,
{
    let screen = message.text().unwrap_or_default().trim_start_matches('/').to_owned();
    let send = bot.send_message(message.chat.id, format!("You are at {screen}, with {} in your cart", visit.cart));
    match screen.as_str() {
        "catalogue" => send.reply_markup(buttons(&["category Sweets", "category Tea", "category Coffee"])).await?,
        "cart" => send.reply_markup(buttons(&["cart-more", "cart-fewer", "checkout"])).await?,
        _ => {
            let keys = [["Catalogue", "Cart"], ["Orders", "Help"]].map(|row| row.map(KeyboardButton::new).to_vec());
            send.reply_markup(KeyboardMarkup::new(keys)).await?
        }
    };
    dialogue.update(Visit { screen, ..visit }).await?;
    Ok(())
}

async fn tapped<S>(bot: Bot, dialogue: Dialogue<Visit, S>, tap: CallbackQuery, mut visit: Visit) -> Result<(), Failure>
where
    S: Storage<Visit, Error: std::error::Error + Send + Sync> + Send + Sync + 'static,
{
    let code = tap.data.as_deref().and_then(|data| data.split('.').nth(1)).unwrap_or_default().to_owned();
    let keys = match code.as_str() {
        "category" => buttons(&["product Honey", "product Halva"]),
        "product" => buttons(&["card Take a look"]),
        "cart-more" => buttons(&["cart-more", "cart-fewer", "checkout"]),
        _ => buttons(&["fewer", "more", "add"]),
    };
    match code.as_str() {
        "more" => visit.card += 1,
        "add" => visit.cart += visit.card,
        "cart-more" => visit.cart += 1,
        _ => visit.card = 1,
    }
    bot.answer_callback_query(tap.id.clone()).await?;
    if let Some(message) = &tap.message {
        let text = format!("{code}: {} of it, and {} in your cart", visit.card, visit.cart);
        bot.edit_message_text(message.chat().id, message.id(), text).reply_markup(keys).await?;
    }
    dialogue.update(Visit { screen: code, ..visit }).await?;
    Ok(())
}

/// A row of buttons, each with its code as the first word.
fn buttons(all: &[&str]) -> InlineKeyboardMarkup {
    let button = |words: &&str| {
        let code = words.split(' ').next().unwrap_or_default();
        InlineKeyboardButton::callback(words.to_owned(), format!("0.{code}"))
    };
    InlineKeyboardMarkup::new([all.iter().map(button).collect::<Vec<_>>()])
}
