//! The life of one update.
//!
//! ```text
//! Telegram ─┬ polling ┐            per customer             ┌ commit ─ receipt: Telegram may forget it
//!           └ webhook ┴─ input ─── queue ─── turn ── schema ┤
//!                                                           └ screen: send, edit, answer the tap
//! ```
//!
//! [`input`] reads what the customer did; [`queue`] puts one customer's updates in order; [`turn`]
//! loads, lets the [`schema`] decide, commits; only then the door hears that it is done, and
//! [`screen`] shows. [`owners`] are told of orders beside the lines, and
//! mailings leave by [`post`]. Only this folder (and the simulator's tests) knows teloxide.

mod buttons;
mod calls;
pub mod input;
pub mod owners;
mod polling;
pub mod post;
pub mod queue;
pub mod record;
pub mod schema;
pub mod screen;
mod storage;
pub mod turn;
mod webhook;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dialogues::machine::Settings;
use dialogues::shop::Language;
use dialogues::text;
use dialogues::texts::{Text, label};
use dialogues::turn::COMMANDS;
use strum::IntoEnumIterator;
use teloxide::prelude::*;
use teloxide::types::{BotCommand, BotCommandScope, Recipient};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::Instrument;

use self::input::Arrived;
use self::owners::Notices;
use self::post::Mailbag;
use self::queue::{Fate, Queue, Rest};
use self::record::Records;
use self::schema::Schema;
use self::screen::{Screen, described, patiently};
use self::turn::Desk;
use crate::clock::Clock;
use crate::config::{Door, Secret};
use crate::mailing::{Bell, Mailer, MailerParts, MailingOptions, Pace};
use crate::metrics::Metrics;
use crate::server::{Mount, Running};
use crate::store::{CatalogueFeed, Store, StoreError};

/// Updates that may wait at a time, over all customers; Telegram keeps the others.
const MOST_WAITING: usize = 10_000;
/// Open turns have so long to end when the bot stops.
const GRACE: Duration = Duration::from_secs(7);

type Line = Queue<Arrived>;

/// Why the bot does not start.
#[derive(Debug, thiserror::Error)]
pub enum BotError {
    #[error("Telegram does not know this bot ({0}); check SHOPKEEPER_TOKEN and SHOPKEEPER_API_URL")]
    Unknown(String),
    #[error("{0}; check the network and SHOPKEEPER_API_URL, and start again")]
    Unreachable(String),
    #[error("the webhook could not be set: {0}; check SHOPKEEPER_WEBHOOK_URL")]
    Webhook(String),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the HTTP server could not start: {0}; is SHOPKEEPER_PORT free?")]
    Server(String),
}

/// What a bot is made of.
pub struct Parts {
    pub bot: Bot,
    pub store: Store,
    pub settings: Settings,
    pub clock: Clock,
    pub owners: Vec<i64>,
    /// Told about every turn.
    pub records: Option<Records>,
    pub schema: Schema,
    pub mailing: MailingOptions,
}

/// A running bot. Dropping it stops nothing: call [`Shopkeeper::stop`].
pub struct Shopkeeper {
    line: Arc<Line>,
    desk: Arc<Desk>,
    stop: watch::Sender<bool>,
    door: JoinHandle<()>,
    herald: JoinHandle<()>,
    mailer: Mailer,
    address: Option<String>,
    polls: bool,
}

impl Shopkeeper {
    /// Starts the bot behind a door. `port` is for the webhook's HTTP server.
    pub async fn start(parts: Parts, door: Door, port: u16) -> Result<Self, BotError> {
        Self::start_beside(parts, door, port, |_, _| None).await
    }

    /// The same, with something beside it on the HTTP server, made of the store and the catalogue that the bot
    /// sells from. Then there is a server also where the bot polls.
    pub async fn start_beside(
        parts: Parts,
        door: Door,
        port: u16,
        beside: impl FnOnce(&Store, &CatalogueFeed) -> Option<Mount>,
    ) -> Result<Self, BotError> {
        schema::check(&parts.schema);
        let Parts { bot, store, settings, clock, owners, records, schema, mailing } = parts;
        let me = patiently(|| async { bot.get_me().await }).await.map_err(|error| refused(&error))?;
        let bot_id = me.id.0 as i64;
        let feed = CatalogueFeed::start(&store).await?;
        let beside = beside(&store, &feed);
        let file_ids = store.file_ids(bot_id).await?;
        let screen = Arc::new(Screen::new(bot.clone(), bot_id, store.clone(), file_ids));
        let pace = Arc::new(Pace::new(store.clock().clone(), mailing.speed));
        let bell = Bell::default();
        let shown = Mutex::new(VecDeque::new());
        let settings = Arc::new(settings);
        let (notices, waiting) = Notices::new();
        let desk = Desk { store, feed, settings, screen, schema, clock, owners, notices, records, shown, pace, bell };
        let desk = Arc::new(desk);
        desk.store.mend().await?;
        // What a crash has kept from the owners.
        desk.store.orders_untold().await?.into_iter().for_each(|stored| desk.notices.tell(stored.order));
        let herald = tokio::spawn(owners::run(Arc::clone(&desk), waiting));
        let line = Queue::new(MOST_WAITING, desk.store.metrics().clone(), player(&desk));
        tell_metrics(&desk);
        let mailer = Mailer::start(mailer(&desk, &line, mailing)).await?;
        let (stop, stopped) = watch::channel(false);
        let polls = matches!(door, Door::Polling);
        let metrics = desk.store.metrics().clone();
        let (door, address) = open(bot, (Arc::clone(&line), metrics), door, port, beside, stopped).await?;
        Ok(Self { line, desk, stop, door, herald, mailer, address, polls })
    }

    /// What the bot works with, for whoever must look inside: the catalogue, the store.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Where our server listens, such as `http://127.0.0.1:8080`; `None` when we poll, and nothing is beside.
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// How many updates are lined up or running.
    pub fn in_flight(&self) -> watch::Receiver<usize> {
        self.line.in_flight()
    }

    /// Takes no new updates, lets open turns end, and leaves. Within ten seconds, whatever happens.
    pub async fn stop(self) {
        if self.polls {
            // The poller must not fetch what nobody will take.
            self.stop.send_replace(true);
        }
        if tokio::time::timeout(GRACE, self.line.close()).await.is_err() {
            tracing::warn!("some turns did not end in time; Telegram will bring their updates again");
        }
        // A webhook hears of its updates' fate first; what comes meanwhile is told to come later.
        self.stop.send_replace(true);
        let mut telling = self.desk.notices.waiting();
        // Whatever is not told by then is told at the next start.
        let _ = tokio::time::timeout(Duration::from_secs(1), telling.wait_for(|count| *count == 0)).await;
        self.herald.abort();
        // A mailing goes on where it was, here or elsewhere.
        self.mailer.stop().await;
        let abort = self.door.abort_handle();
        if tokio::time::timeout(Duration::from_millis(1500), self.door).await.is_err() {
            abort.abort();
        }
    }
}

/// The worker that sends mailings for this bot.
fn mailer(desk: &Arc<Desk>, line: &Arc<Line>, options: MailingOptions) -> MailerParts<Mailbag> {
    MailerParts {
        store: desk.store.clone(),
        post: Arc::new(Mailbag::beside(Arc::clone(&desk.screen), line.in_flight())),
        pace: Arc::clone(&desk.pace),
        owners: desk.owners.clone(),
        offset: desk.settings.offset,
        options,
        bell: desk.bell.clone(),
        catalogue: Some(desk.feed.subscribe()),
    }
}

/// Why `getMe` failed: nobody there, or nobody who knows our token.
fn refused(error: &teloxide::RequestError) -> BotError {
    match error {
        teloxide::RequestError::Api(_) => BotError::Unknown(described(error)),
        _ => BotError::Unreachable(described(error)),
    }
}

fn player(desk: &Arc<Desk>) -> queue::Run<Arrived> {
    let desk = Arc::clone(desk);
    Arc::new(move |arrived: Arrived| {
        let (desk, way) = (Arc::clone(&desk), arrived.way.clone());
        Box::pin(async move {
            match desk.play(arrived).instrument(way.clone()).await {
                Rest::Show(show) => Rest::Show(Box::pin(show.instrument(way))),
                Rest::Away => Rest::Away,
            }
        })
    })
}

/// What the metrics ask of a desk whenever they are told.
fn tell_metrics(desk: &Arc<Desk>) {
    let asked = Arc::downgrade(desk);
    desk.store.metrics().ask_when_told(move |groups| {
        let Some(desk) = asked.upgrade() else { return };
        let catalogue = desk.feed.current();
        groups.database.catalogue(desk.feed.age(), catalogue.products().count(), catalogue.categories().count());
        groups.turns.notices_waiting(*desk.notices.waiting().borrow() as i64);
        groups.mailings.look(desk.clock.now().timestamp_millis());
    });
}

/// Opens the door that updates come in by; where our server is, if there is one.
async fn open(
    bot: Bot,
    (line, metrics): (Arc<Line>, Metrics),
    door: Door,
    port: u16,
    beside: Option<Mount>,
    stop: watch::Receiver<bool>,
) -> Result<(JoinHandle<()>, Option<String>), BotError> {
    let polling = matches!(door, Door::Polling);
    if polling {
        // A webhook that is still set would keep every update from us.
        patiently(|| async { bot.delete_webhook().await })
            .await
            .map_err(|error| BotError::Webhook(described(&error)))?;
    }
    let server = match (&door, beside) {
        (Door::Polling, None) => None,
        (Door::Polling, Some(beside)) => Some(launch(beside, port).await?),
        (Door::Webhook { url, secret }, beside) => {
            let (line, metrics) = (Arc::clone(&line), metrics.clone());
            let webhook = webhook::Webhook { line, secret: secret.clone(), metrics };
            let path = url.path().to_owned();
            let mount = move |rocket| webhook::mount(rocket, &path, webhook);
            let server = match beside {
                Some(beside) => launch(Box::new(move |rocket| mount(beside(rocket))), port).await?,
                None => launch(Box::new(mount), port).await?,
            };
            set_webhook(&bot, url.clone(), secret).await?;
            Some(server)
        }
    };
    let address = server.as_ref().map(|server| server.base_url.clone());
    let open = tokio::spawn(async move {
        let mut stopped = stop.clone();
        if polling {
            polling::run(bot, line, metrics, stop).await;
        }
        let _ = stopped.wait_for(|stop| *stop).await;
        if let Some(server) = server {
            server.stop().await;
        }
    });
    Ok((open, address))
}

async fn launch(mount: Mount, port: u16) -> Result<Running, BotError> {
    crate::server::launch(mount, port).await.map_err(|error| BotError::Server(error.to_string()))
}

async fn set_webhook(bot: &Bot, url: url::Url, secret: &Secret) -> Result<(), BotError> {
    let set = || async {
        let request = bot.set_webhook(url.clone()).secret_token(secret.expose().to_owned());
        request.allowed_updates(polling::KINDS).max_connections(20).await
    };
    patiently(set).await.map(drop).map_err(|error| BotError::Webhook(described(&error)))
}

/// Tells Telegram which commands there are, in every language. Not knowing them stops nobody.
pub async fn register_commands(bot: &Bot) {
    for language in Language::iter() {
        let commands = commands_in(language);
        let set = || async {
            let request = bot.set_my_commands(commands.clone());
            // English stands for every language that we do not speak.
            if language == Language::default() { request.await } else { request.language_code(language.code()).await }
        };
        if let Err(error) = patiently(set).await {
            tracing::warn!(language = language.code(), error = %described(&error), "commands could not be registered");
        }
    }
}

/// Tells Telegram which commands the owners have beside everybody's. Who has never written to the bot has none.
pub async fn register_owner_commands(bot: &Bot, owners: &[i64]) {
    for owner in owners {
        let mut commands = commands_in(Language::default());
        commands.insert(1, BotCommand::new("mail", label(Language::default(), &text!("command-mail"))));
        let scope = BotCommandScope::Chat { chat_id: Recipient::Id(ChatId(*owner)) };
        let set = || async { bot.set_my_commands(commands.clone()).scope(scope.clone()).await };
        if let Err(error) = patiently(set).await {
            tracing::warn!(chat.id = owner, error = %described(&error), "an owner's commands could not be registered");
        }
    }
}

/// Everybody's commands, as Telegram's menu shows them.
fn commands_in(language: Language) -> Vec<BotCommand> {
    let command = |(name, _): &(&'static str, _)| {
        let id = std::borrow::Cow::Owned(format!("command-{name}"));
        BotCommand::new(*name, label(language, &Text { id, values: Vec::new() }))
    };
    COMMANDS.iter().map(command).collect()
}

/// Lines an update up; its fate, or `None` where the queue is full or closed. `request` is the id of the call that has
/// brought it.
async fn line_up(line: &Arc<Line>, update: &Update, request: Option<&str>) -> Option<Fate> {
    // Lined up before the first await, so that a batch keeps its order.
    let incoming = input::read(update)?;
    line.push(incoming.chat, incoming.update, Arrived::now(incoming, request)).await.ok()
}
