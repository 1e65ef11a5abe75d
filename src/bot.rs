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

pub(crate) mod ask;
mod buttons;
mod calls;
pub mod input;
pub mod owners;
mod polling;
pub mod post;
pub mod queue;
pub mod record;
mod refusals;
mod reply;
mod retry;
mod rivals;
pub mod schema;
pub mod screen;
mod storage;
pub mod turn;
mod waiting;
pub(crate) mod webhook;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dialogues::app::COMMANDS;
use dialogues::machine::Settings;
use dialogues::shop::Language;
use dialogues::text;
use dialogues::texts::{Text, label};
use strum::IntoEnumIterator;
use teloxide::prelude::*;
use teloxide::types::{BotCommand, BotCommandScope, Recipient};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};
use tracing::Instrument;

use self::input::{Arrived, Incoming};
use self::owners::Notices;
use self::post::Mailbag;
use self::queue::{Fate, Queue, QueueLimits};
use self::record::Records;
use self::refusals::{described, is_outage};
use self::reply::TurnReply;
use self::retry::patiently;
use self::schema::Schema;
use self::screen::Screen;
use self::turn::Desk;
use self::waiting::WaitingRoom;
use self::webhook::watch::Hook;
pub use self::webhook::watch::WebhookState;
use crate::clock::Clock;
use crate::config::Door;
use crate::mailing::{Bell, Mailer, MailerParts, MailingOptions, Pace};
use crate::server::{self, ClientLimits, Closing, LaunchError, Listen, Mount, Running};
use crate::store::{CatalogueFeed, Store, StoreError};
use crate::tasks::{Ended, Task, supervise};

/// Open turns have so long to end when the bot stops.
const GRACE: Duration = Duration::from_secs(7);
/// Requests to our server that are open then have so long to end, in seconds.
const LAST_WORDS: u32 = 1;
/// The door has so long to close.
const CLOSING: Duration = Duration::from_millis(2500);
/// Our port may be another's for so long: longer than a process takes to stop.
const PORT_TIMEOUT: Duration = Duration::from_secs(15);

type Line = Queue<Arrived, TurnReply>;

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

impl BotError {
    /// Whether it may succeed later, if nobody changes anything.
    pub fn is_away(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Store(error) => error.is_away(),
            Self::Unknown(_) | Self::Webhook(_) | Self::Server(_) => false,
        }
    }
}

/// Asks Telegram who we are, to know that it answers, and knows us.
///
/// # Errors
/// [`BotError::Unknown`], [`BotError::Unreachable`].
pub async fn reach(bot: &Bot) -> Result<(), BotError> {
    patiently(|| async { bot.get_me().await }).await.map(drop).map_err(|error| refused(&error))
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
    closing: watch::Sender<bool>,
    door: JoinHandle<()>,
    owners: Task,
    pictures: Task,
    waiting: Task,
    mailer: Mailer,
    address: Option<String>,
    polls: bool,
    webhook: Option<watch::Receiver<WebhookState>>,
    server: Option<AbortHandle>,
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
        listen: impl Into<Listen>,
        beside: impl FnOnce(&Store, &CatalogueFeed) -> Option<Mount>,
    ) -> Result<Self, BotError> {
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
        let told_by = Arc::clone(&desk);
        let owners = supervise(desk.store.metrics(), "owner_notices", move || {
            owners::run(Arc::clone(&told_by), Arc::clone(&waiting))
        });
        let swept = desk.store.clone();
        let pictures = supervise(desk.store.metrics(), "pictures", move || {
            let store = swept.clone();
            async move { store.sweep_pictures().await }
        });
        let line = Queue::new(QueueLimits::default(), desk.store.metrics().clone(), player(&desk));
        tell_metrics(&desk);
        let room = WaitingRoom::open(&desk.store).await?;
        let (waited_in, waiting_line) = (Arc::clone(&room), Arc::clone(&line));
        let waiting = supervise(desk.store.metrics(), "postponed", move || {
            waiting::run(Arc::clone(&waited_in), Arc::clone(&waiting_line))
        });
        let mailer = Mailer::start(mailer(&desk, &line, mailing)).await?;
        let (stop, stopped) = watch::channel(false);
        let (closing, told) = watch::channel(false);
        let serving = Serving { listen: listen.into(), beside, closing: Closing::when(told) };
        let polls = matches!(door, Door::Polling);
        let Open { task: door, address, webhook, server } =
            open(bot, &desk, Arc::clone(&line), room, door, serving, stopped).await?;
        Ok(Self { line, desk, stop, closing, door, owners, pictures, waiting, mailer, address, polls, webhook, server })
    }

    /// What the bot works with, for whoever must look inside: the catalogue, the store.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Where our server listens, such as `http://127.0.0.1:8080`; `None` when we poll, and nothing is beside.
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// What is known of the webhook, as often as it is looked at; `None` when we poll.
    pub fn webhook(&self) -> Option<watch::Receiver<WebhookState>> {
        self.webhook.clone()
    }

    /// Whether our server still listens; `true` where there is none.
    pub fn serves(&self) -> impl Fn() -> bool + Send + 'static {
        let server = self.server.clone();
        move || server.as_ref().is_none_or(|server| !server.is_finished())
    }

    /// How many updates are lined up or running.
    pub fn in_flight(&self) -> watch::Receiver<usize> {
        self.line.in_flight()
    }

    /// Takes no new updates, lets open turns end, and leaves. Within ten seconds, whatever happens.
    pub async fn stop(self) {
        // Whoever asks whether we are ready hears it first, and sends nobody here any more.
        self.closing.send_replace(true);
        if self.polls {
            // The poller must not fetch what nobody will take.
            self.stop.send_replace(true);
        }
        // A mailing goes on where it was, here or elsewhere.
        let (ended, ()) = tokio::join!(tokio::time::timeout(GRACE, self.line.close()), self.mailer.stop());
        if ended.is_err() {
            tell_what_is_left(&self.line);
        }
        // What still waits is played by the next process.
        self.waiting.abort();
        // A webhook hears of its updates' fate first; what comes meanwhile is told to come later.
        self.stop.send_replace(true);
        let mut telling = self.desk.notices.waiting();
        // Whatever is not told by then is told at the next start.
        let told = async move { telling.wait_for(|count| *count == 0).await.is_ok() };
        let telling = tokio::time::timeout(Duration::from_millis(500), told);
        let abort = self.door.abort_handle();
        let (_, closed) = tokio::join!(telling, tokio::time::timeout(CLOSING, self.door));
        if closed.is_err() {
            abort.abort();
        }
        self.owners.abort();
        self.pictures.abort();
        // What was on its way is told at the next start, or by another process, at once.
        let released = self.desk.store.release_notices(self.desk.notices.name());
        if !tokio::time::timeout(Duration::from_millis(500), released).await.is_ok_and(|released| released.is_ok()) {
            tracing::warn!("owners: the claims on notices could not be released, and expire by themselves");
        }
    }
}

/// What was not ended in time, and what becomes of it.
fn tell_what_is_left(line: &Line) {
    let (uncommitted, unshown) = line.left();
    if uncommitted > 0 {
        tracing::warn!(
            updates = uncommitted,
            "closing: updates were not committed in time; Telegram brings them again"
        );
    }
    if unshown > 0 {
        tracing::warn!(
            replies = unshown,
            "closing: replies to committed updates were not shown in time, and are not sent again: what the customers \
             did counts, and they see their newest screen when they next write or tap"
        );
    }
}

/// The worker that sends mailings for this bot.
fn mailer(desk: &Arc<Desk>, line: &Arc<Line>, options: MailingOptions) -> MailerParts<Mailbag> {
    MailerParts {
        store: desk.store.clone(),
        post: Arc::new(Mailbag::beside(Arc::clone(&desk.screen), line.in_flight())),
        pace: Arc::clone(&desk.pace),
        owners: desk.owners.clone(),
        zone: desk.settings.zone,
        options,
        bell: desk.bell.clone(),
        catalogue: Some(desk.feed.subscribe()),
    }
}

/// Why `getMe` failed: nobody there, or nobody who knows our token.
fn refused(error: &teloxide::RequestError) -> BotError {
    match error {
        teloxide::RequestError::Api(api) if !is_outage(api) => BotError::Unknown(described(error)),
        _ => BotError::Unreachable(described(error)),
    }
}

fn player(desk: &Arc<Desk>) -> queue::Run<Arrived, TurnReply> {
    let desk = Arc::clone(desk);
    Arc::new(move |arrived: Arrived| {
        let (desk, way) = (Arc::clone(&desk), arrived.way.clone());
        Box::pin(desk.play(arrived).instrument(way))
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

/// What is served, and where.
struct Serving {
    listen: Listen,
    beside: Option<Mount>,
    closing: Closing,
}

impl Serving {
    /// Serves what is beside the webhook, and the webhook. The process before us may still be closing: its port is
    /// waited for.
    async fn launch(self, webhook: Option<Mount>) -> Result<Running, BotError> {
        let failed = |error: LaunchError| BotError::Server(error.to_string());
        let Self { listen, beside, closing } = self;
        server::free(listen, PORT_TIMEOUT).await.map_err(failed)?;
        let mount = |rocket| {
            let mounts = [beside, webhook].into_iter().flatten();
            let rocket = mounts.fold(rocket, |rocket, mount| mount(rocket));
            server::patient(rocket, LAST_WORDS).manage(closing)
        };
        server::launch_limited(mount, listen, ClientLimits::default()).await.map_err(failed)
    }
}

/// A door that is open.
struct Open {
    task: JoinHandle<()>,
    /// Where our server is, if there is one.
    address: Option<String>,
    webhook: Option<watch::Receiver<WebhookState>>,
    server: Option<AbortHandle>,
}

/// Opens the door that updates come in by.
async fn open(
    bot: Bot,
    desk: &Desk,
    line: Arc<Line>,
    room: Arc<WaitingRoom>,
    door: Door,
    serving: Serving,
    stop: watch::Receiver<bool>,
) -> Result<Open, BotError> {
    let mut stopped = stop.clone();
    let closes = async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    match door {
        Door::Polling => {
            // A webhook that is still set would keep every update from us.
            patiently(|| async { bot.delete_webhook().await })
                .await
                .map_err(|error| BotError::Webhook(described(&error)))?;
            let server = match serving.beside.is_some() {
                true => Some(serving.launch(None).await?),
                false => None,
            };
            let address = server.as_ref().map(|server| server.base_url.clone());
            let listens = server.as_ref().map(Running::handle);
            let (clock, metrics) = (desk.clock.clone(), desk.store.metrics().clone());
            let mut polling = supervise(desk.store.metrics(), "polling", move || {
                let (line, room) = (Arc::clone(&line), Arc::clone(&room));
                let polled = polling::run(bot.clone(), line, room, clock.clone(), metrics.clone(), stop.clone());
                async move {
                    polled.await;
                    Ended::Done
                }
            });
            let task = tokio::spawn(async move {
                // It ends when it is told to stop, and says its last word to Telegram then.
                let _ = polling.ended().await;
                closes.await;
                if let Some(server) = server {
                    server.stop().await;
                }
            });
            Ok(Open { task, address, webhook: None, server: listens })
        }
        Door::Webhook { url, secret, certificate, connections } => {
            let metrics = desk.store.metrics().clone();
            let webhook = webhook::Webhook { line, room, secret: secret.clone(), metrics: metrics.clone() };
            let path = url.path().to_owned();
            let server = serving.launch(Some(Box::new(move |rocket| webhook::mount(rocket, &path, webhook)))).await?;
            let hook = Hook { url, secret, certificate, connections };
            hook.set(&bot).await.map_err(BotError::Webhook)?;
            let (state, webhook) = watch::channel(WebhookState::default());
            let (address, clock, listens) = (Some(server.base_url.clone()), desk.clock.clone(), server.handle());
            let watching = supervise(desk.store.metrics(), "webhook", move || {
                webhook::watch::run(bot.clone(), hook.clone(), clock.clone(), metrics.clone(), state.clone())
            });
            let task = tokio::spawn(async move {
                closes.await;
                drop(watching);
                server.stop().await;
            });
            Ok(Open { task, address, webhook: Some(webhook), server: Some(listens) })
        }
    }
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
async fn line_up(line: &Arc<Line>, incoming: Incoming, request: Option<&str>) -> Option<Fate> {
    // Lined up before the first await, so that a batch keeps its order.
    line.push(incoming.chat, incoming.update, Arrived::now(incoming, request)).await.ok()
}
